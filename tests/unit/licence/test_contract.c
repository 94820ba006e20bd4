/* test_contract.c - the files of accounts and contracts, read and refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/decimal.h"
#include "core/licence/contract.h"
#include "edge/doc/embed.h"
#include "edge/doc/yaml_catalog.h"
#include "edge/sys/memory.h"

static struct arena          arena;
static const struct catalog *catalog;

static int
group_begin(void **state)
{
	(void)state;
	arena_open(&arena, system_memory());
	return yaml_catalog_read(embed_catalog(), &arena, &catalog, NULL) ? -1 : 0;
}

static int
group_end(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

/* ---- files ---- */

struct refused {
	const char *json;
	enum err    err;
	const char *field;
	const char *detail; /* a part of it */
};

static void
assert_refused(const struct refused *row, enum err err, const struct refusal *refusal)
{
	if (err != row->err || strcmp(refusal->field, row->field) != 0 ||
	    !strstr(refusal->detail, row->detail))
		print_error("%s: %d [%s] %s\n", row->json, (int)err, refusal->field,
		            refusal->detail);
	assert_int_equal(err, row->err);
	assert_string_equal(refusal->field, row->field);
	assert_non_null(strstr(refusal->detail, row->detail));
}

static void
test_A1_account_file(void **state)
{
	(void)state;
	struct account account;
	struct span json = SPAN("{\"id\":\"acme\",\"name\":\"Acme \\u00e9\",\"currency\":\"EUR\","
	                        "\"parent\":\"group.1\",\"settings\":"
	                        "{\"gitops_service_based_licensing\":true}}");

	assert_int_equal(account_parse(json, &arena, &account, NULL), ERR_NONE);
	assert_true(span_equal(account.id, SPAN("acme")));
	assert_true(span_equal(account.name, SPAN("Acme \xc3\xa9")));
	assert_true(span_equal(account.currency, SPAN("EUR")));
	assert_true(span_equal(account.parent, SPAN("group.1")));
	assert_true(
		span_equal(account.settings, SPAN("{\"gitops_service_based_licensing\":true}")));
	assert_true(account_setting(&account, SPAN("gitops_service_based_licensing")));
	assert_false(account_setting(&account, SPAN("other")));

	json = SPAN("{\"id\":\"a\",\"currency\":\"USD\"}");
	assert_int_equal(account_parse(json, &arena, &account, NULL), ERR_NONE);
	assert_true(span_equal(account.name, SPAN("a")));
	assert_true(span_equal(account.settings, SPAN("{}")));
	assert_int_equal(account.parent.size, 0);
	assert_false(account_setting(&account, SPAN("gitops_service_based_licensing")));
}

#define LONG64 "0123456789012345678901234567890123456789012345678901234567890123"

static void
test_A1_account_refusals(void **state)
{
	(void)state;
	static const struct refused table[] = {
		{ "[]", ERR_FIELD_TYPE, "", "must be a JSON object" },
		{ "{\"id\":", ERR_JSON_TRUNCATED, "", "" },
		{ "{\"id\":\"a\",\"id\":\"b\"}", ERR_JSON_DUPLICATE_KEY, "id", "" },
		{ "{\"id\":\"a\",\"currency\":\"USD\",\"colour\":1}", ERR_FIELD_UNKNOWN, "colour",
		  "colour is not known here" },
		{ "{\"currency\":\"USD\"}", ERR_FIELD_MISSING, "id", "id is required" },
		{ "{\"id\":\"a\"}", ERR_FIELD_MISSING, "currency", "currency is required" },
		{ "{\"id\":\"\",\"currency\":\"USD\"}", ERR_FIELD_EMPTY, "id", "" },
		{ "{\"id\":\"a b\",\"currency\":\"USD\"}", ERR_ACCOUNT_ID, "id", "1 to 64" },
		{ "{\"id\":\"" LONG64 "x\",\"currency\":\"USD\"}", ERR_ACCOUNT_ID, "id",
		  "1 to 64" },
		{ "{\"id\":1,\"currency\":\"USD\"}", ERR_FIELD_TYPE, "id", "must be a string" },
		{ "{\"id\":\"a\",\"currency\":\"usd\"}", ERR_FIELD_VALUE, "currency", "like USD" },
		{ "{\"id\":\"a\",\"currency\":\"USDX\"}", ERR_FIELD_VALUE, "currency", "like USD" },
		{ "{\"id\":\"a\",\"currency\":\"USD\",\"name\":\"\"}", ERR_FIELD_EMPTY, "name",
		  "" },
		{ "{\"id\":\"a\",\"currency\":\"USD\",\"parent\":\"a\"}", ERR_FIELD_VALUE, "parent",
		  "another account" },
		{ "{\"id\":\"a\",\"currency\":\"USD\",\"settings\":[]}", ERR_FIELD_TYPE, "settings",
		  "must be a JSON object" },
		{ "{\"id\":\"a\",\"currency\":\"USD\",\"settings\":{\"x\":1}}", ERR_FIELD_UNKNOWN,
		  "settings.x", "settings.x is not known here" },
		{ "{\"id\":\"a\",\"currency\":\"USD\",\"settings\":"
		  "{\"gitops_service_based_licensing\":1}}",
		  ERR_FIELD_TYPE, "settings.gitops_service_based_licensing", "true or false" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct account account = { .id = SPAN("untouched") };
		struct refusal refusal = { .err = ERR_NONE };
		enum err err = account_parse(span_of(table[i].json), &arena, &account, &refusal);
		assert_refused(&table[i], err, &refusal);
		assert_true(span_equal(account.id, SPAN("untouched")));
	}
	struct account account;
	assert_int_equal(account_parse(SPAN("{\"id\":\"" LONG64 "\",\"currency\":\"USD\"}"), &arena,
	                               &account, NULL),
	                 ERR_NONE);
}

#define HEAD(model)                                                                                \
	"{\"id\":\"c1\",\"model\":\"" model "\",\"plan\":\"ENTERPRISE\",\"kind\":\"PAID\","        \
	"\"start\":\"2026-01-01T00:00:00Z\",\"end\":\"2027-01-01T00:00:00Z\""
#define D360 HEAD("DEVELOPER_360")
#define FLEX(flex)                                                                                 \
	"{\"id\":\"c1\",\"model\":\"FLEX\",\"plan\":\"ENTERPRISE\",\"kind\":\"PAID\","             \
	"\"start\":\"2026-03-11T00:00:00Z\",\"end\":\"2027-03-11T00:00:00Z\",\"flex\":" flex "}"
#define TOPUP(topup) FLEX("{\"tier\":\"enterprise\",\"units\":\"5\",\"topups\":[" topup "]}")
#define CD(module) D360 ",\"modules\":{\"CD\":" module "}}"

static void
test_A2_contract_file(void **state)
{
	(void)state;
	struct contract contract;
	struct span     json =
		SPAN(D360 ",\"why\":\"renewal\",\"from\":\"2026-02-01T10:59:59Z\",\"modules\":{"
	                  "\"CD\":{\"developers\":100,\"addon\":10},"
	                  "\"CCM\":{\"spend\":\"1200000.5\",\"period\":\"year\"},"
	                  "\"CI\":{\"developers\":7,\"ci_developers\":\"committers\"},"
	                  "\"STO\":{\"model\":\"SERVICES\",\"services\":4}}}");

	assert_int_equal(contract_parse(json, catalog, &arena, &contract, NULL), ERR_NONE);
	assert_true(span_equal(contract.id, SPAN("c1")));
	assert_int_equal(contract.model, MODEL_DEVELOPER_360);
	assert_true(span_equal(contract.plan, SPAN("ENTERPRISE")));
	assert_true(span_equal(contract.kind, SPAN("PAID")));
	assert_int_equal(contract.end_hour - contract.start_hour, 365 * 24);
	assert_int_equal(contract.modules_count, 4);
	assert_int_equal(contract.modules[0].developers, 100);
	assert_int_equal(contract.modules[0].addon, 10);
	assert_int_equal(contract.modules[0].services, -1);
	assert_int_equal(contract.modules[1].spend, INT64_C(1200000500000));
	assert_true(contract.modules[1].spend_yearly);
	assert_true(contract.modules[2].by_committers);
	assert_int_equal(contract.modules[2].addon, -1);
	assert_int_equal(contract.modules[3].model, MODEL_SERVICES);
	assert_int_equal(contract.modules[3].services, 4);
	assert_true(contract.from_given);
	assert_int_equal(contract.from_hour - contract.start_hour, 31 * 24 + 10);
	assert_true(span_equal(contract.why, SPAN("renewal")));

	json = SPAN(HEAD("FLEX") ",\"flex\":{\"tier\":\"enterprise\"}}");
	assert_int_equal(contract_parse(json, catalog, &arena, &contract, NULL), ERR_NONE);
	assert_int_equal(contract.model, MODEL_FLEX);
	assert_non_null(contract.flex);
	assert_int_equal(contract.flex->tier, FLEX_ENTERPRISE);
	assert_int_equal(contract.flex->units, 0);
	assert_int_equal(contract.flex->overage_price, 1250000);
	assert_int_equal(contract.flex->topups_count, 0);
	assert_int_equal(contract.modules_count, 0);
	assert_false(contract.from_given);
	assert_int_equal(contract.from_hour, contract.start_hour);

	json = SPAN(HEAD("LEGACY_USER") ",\"modules\":{\"CD\":{\"users\":10}}}");
	assert_int_equal(contract_parse(json, catalog, &arena, &contract, NULL), ERR_NONE);
	assert_int_equal(contract.modules[0].model, MODEL_LEGACY_USER);
}

static const struct refused contract_refusals[] = {
	{ "3", ERR_FIELD_TYPE, "", "the file must be a JSON object" },
	{ "{}", ERR_FIELD_MISSING, "id", "id is required" },
	{ D360 "}", ERR_FIELD_MISSING, "modules", "at least one module" },
	{ D360 ",\"modules\":{}}", ERR_FIELD_MISSING, "modules", "at least one module" },
	{ D360 ",\"modules\":[]}", ERR_FIELD_TYPE, "modules", "must be a JSON object" },
	{ D360 ",\"modles\":{}}", ERR_FIELD_UNKNOWN, "modles", "modles is not known here" },
	{ D360 ",\"modules\":{\"XX\":{\"developers\":1}}}", ERR_FIELD_VALUE, "modules.XX",
	  "modules.XX is not a module; expected CODE CI IDP SEI CD FF" },
	{ CD("1"), ERR_FIELD_TYPE, "modules.CD", "must be a JSON object" },
	{ CD("{}"), ERR_FIELD_MISSING, "modules.CD", "needs developers, addon or spend" },
	{ CD("{\"developers\":1,\"devs\":1}"), ERR_FIELD_UNKNOWN, "modules.CD.devs",
	  "modules.CD.devs is not known here" },
	{ CD("{\"developers\":-1}"), ERR_QUANTITY_NEGATIVE, "modules.CD.developers",
	  "must not be negative" },
	{ CD("{\"developers\":1.5}"), ERR_QUANTITY_DECIMALS, "modules.CD.developers",
	  "whole number" },
	{ CD("{\"developers\":1e2}"), ERR_QUANTITY_DECIMALS, "modules.CD.developers",
	  "whole number" },
	{ CD("{\"developers\":\"5\"}"), ERR_FIELD_TYPE, "modules.CD.developers", "whole number" },
	{ CD("{\"developers\":1000000001}"), ERR_QUANTITY_TOO_LARGE, "modules.CD.developers",
	  "larger than 1000000000" },
	{ CD("{\"developers\":99999999999999999999}"), ERR_QUANTITY_TOO_LARGE,
	  "modules.CD.developers", "larger than" },
	{ CD("{\"developers\":1,\"services\":1}"), ERR_FIELD_VALUE, "modules.CD.services",
	  "belongs to the model SERVICES, not to DEVELOPER_360" },
	{ CD("{\"model\":\"SERVICES\",\"developers\":1}"), ERR_FIELD_VALUE, "modules.CD.developers",
	  "belongs to the model DEVELOPER_360, not to SERVICES" },
	{ CD("{\"model\":\"SERVICES\"}"), ERR_FIELD_MISSING, "modules.CD", "needs services" },
	{ CD("{\"model\":\"SERVICE_INSTANCES\"}"), ERR_FIELD_MISSING, "modules.CD",
	  "needs instances" },
	{ CD("{\"model\":\"FLEX\"}"), ERR_FIELD_VALUE, "modules.CD.model",
	  "must be DEVELOPER_360, SERVICES, SERVICE_INSTANCES or LEGACY_USER" },
	{ CD("{\"developers\":1,\"ci_developers\":\"all\"}"), ERR_FIELD_VALUE,
	  "modules.CD.ci_developers", "permitted or committers" },
	{ CD("{\"spend\":\"1.0000001\"}"), ERR_QUANTITY_DECIMALS, "modules.CD.spend", "six" },
	{ CD("{\"spend\":true}"), ERR_FIELD_TYPE, "modules.CD.spend", "decimal string" },
	{ CD("{\"spend\":\"-1\"}"), ERR_QUANTITY_NEGATIVE, "modules.CD.spend", "negative" },
	{ CD("{\"spend\":\"1\",\"period\":\"week\"}"), ERR_FIELD_VALUE, "modules.CD.period",
	  "month or year" },
	{ D360 ",\"flex\":{},\"modules\":{\"CD\":{\"developers\":1}}}", ERR_FIELD_VALUE, "flex",
	  "belongs to the model FLEX" },
	{ HEAD("FLEX") "}", ERR_FIELD_MISSING, "flex", "required for the model FLEX" },
	{ HEAD("FLEX") ",\"flex\":[]}", ERR_FIELD_TYPE, "flex", "must be a JSON object" },
	{ FLEX("{}"), ERR_FIELD_MISSING, "flex.tier", "is required" },
	{ FLEX("{\"tier\":\"gold\"}"), ERR_FIELD_VALUE, "flex.tier",
	  "must be free, essentials or enterprise" },
	{ FLEX("{\"tier\":7}"), ERR_FIELD_TYPE, "flex.tier", "must be a string" },
	{ FLEX("{\"tier\":\"free\",\"unit\":\"5\"}"), ERR_FIELD_UNKNOWN, "flex.unit",
	  "is not known here" },
	{ FLEX("{\"tier\":\"free\",\"units\":\"-5\"}"), ERR_QUANTITY_NEGATIVE, "flex.units",
	  "must not be negative" },
	{ FLEX("{\"tier\":\"free\",\"units\":\"0.0000001\"}"), ERR_QUANTITY_DECIMALS, "flex.units",
	  "six decimal places" },
	{ FLEX("{\"tier\":\"free\",\"units\":\"9200000000000\"}"), ERR_QUANTITY_TOO_LARGE,
	  "flex.units", "below" },
	{ FLEX("{\"tier\":\"free\",\"units\":[]}"), ERR_FIELD_TYPE, "flex.units",
	  "decimal string" },
	{ FLEX("{\"tier\":\"free\",\"overage_rate\":1}"), ERR_FIELD_VALUE, "flex.overage_rate",
	  "paid for" },
	{ FLEX("{\"tier\":\"enterprise\",\"unit_price\":1000000001}"), ERR_QUANTITY_TOO_LARGE,
	  "flex.unit_price", "larger than 1000000000" },
	{ FLEX("{\"tier\":\"enterprise\",\"rates\":\"2026-01-02\"}"), ERR_FIELD_VALUE, "flex.rates",
	  "rate card" },
	{ FLEX("{\"tier\":\"enterprise\",\"rates\":\"soon\"}"), ERR_FIELD_VALUE, "flex.rates",
	  "rate card" },
	{ FLEX("{\"tier\":\"enterprise\",\"topups\":{}}"), ERR_FIELD_TYPE, "flex.topups",
	  "must be a list" },
	{ TOPUP("{\"at\":\"2026-03-10T23:59:59Z\",\"units\":1}"), ERR_CONTRACT_PERIOD,
	  "flex.topups[0].at", "before the start" },
	{ TOPUP("{\"at\":\"2027-03-11T00:00:00Z\",\"units\":1}"), ERR_CONTRACT_PERIOD,
	  "flex.topups[0].at", "before the end" },
	{ TOPUP("{\"at\":\"2026-03-11\",\"units\":1}"), ERR_TIME_SYNTAX, "flex.topups[0].at",
	  "must be a time" },
	{ TOPUP("{\"at\":\"2026-03-11T00:00:00Z\"}"), ERR_FIELD_MISSING, "flex.topups[0].units",
	  "is required" },
	{ TOPUP("{\"at\":\"2026-03-11T00:00:00Z\",\"units\":-1}"), ERR_QUANTITY_NEGATIVE,
	  "flex.topups[0].units", "negative" },
	{ TOPUP("{\"at\":\"2026-03-11T00:00:00Z\",\"units\":\"1.0000001\"}"), ERR_QUANTITY_DECIMALS,
	  "flex.topups[0].units", "six decimal" },
	{ TOPUP("{\"at\":\"2026-03-11T00:00:00Z\",\"units\":1,\"price\":1}"), ERR_FIELD_UNKNOWN,
	  "flex.topups[0].price", "is not known here" },
	{ TOPUP("7"), ERR_FIELD_TYPE, "flex.topups[0]", "JSON object" },
	{ HEAD("FLEX") ",\"flex\":{},\"modules\":{\"CD\":{\"developers\":1}}}", ERR_FIELD_VALUE,
	  "modules.CD", "FLEX contract" },
	{ HEAD("PER_SEAT") "}", ERR_FIELD_VALUE, "model", "must be DEVELOPER_360" },
	{ D360 ",\"why\":\"\"}", ERR_FIELD_EMPTY, "why", "" },
	{ D360 ",\"from\":5}", ERR_FIELD_TYPE, "from", "must be a time" },
	{ D360 ",\"from\":\"2026-13-01T00:00:00Z\"}", ERR_TIME_SYNTAX, "from",
	  "must be a time like" },
	{ "{\"id\":\"c 1\",\"model\":\"FLEX\",\"plan\":\"FREE\",\"kind\":\"PAID\",\"start\":\"x\","
	  "\"end\":\"x\"}",
	  ERR_FIELD_VALUE, "id", "1 to 64" },
	{ "{\"id\":\"c\",\"model\":\"FLEX\",\"plan\":\"GOLD\",\"kind\":\"PAID\",\"start\":\"x\","
	  "\"end\":\"x\"}",
	  ERR_FIELD_VALUE, "plan", "FREE, STARTUP, TEAM, ESSENTIALS or ENTERPRISE" },
	{ "{\"id\":\"c\",\"model\":\"FLEX\",\"plan\":\"FREE\",\"kind\":\"GIFT\",\"start\":\"x\","
	  "\"end\":\"x\"}",
	  ERR_FIELD_VALUE, "kind", "TRIAL or PAID" },
	{ "{\"id\":\"c\",\"model\":\"FLEX\",\"plan\":\"FREE\",\"kind\":\"PAID\",\"start\":\"x\","
	  "\"end\":\"x\"}",
	  ERR_TIME_SYNTAX, "start", "must be a time like" },
	{ "{\"id\":\"c\",\"model\":\"FLEX\",\"plan\":\"FREE\",\"kind\":\"PAID\","
	  "\"start\":\"2026-01-01T00:10:00Z\",\"end\":\"2026-01-01T00:50:00Z\"}",
	  ERR_CONTRACT_PERIOD, "end", "at least one hour after start" },
	{ "{\"id\":\"c\",\"model\":\"FLEX\",\"plan\":\"FREE\",\"kind\":\"PAID\","
	  "\"start\":\"2026-01-02T00:00:00Z\",\"end\":\"2026-01-01T00:00:00Z\"}",
	  ERR_CONTRACT_PERIOD, "end", "at least one hour after start" },
};

static void
test_A2_contract_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(contract_refusals) / sizeof(contract_refusals[0]); i++) {
		const struct refused *row      = &contract_refusals[i];
		struct contract       contract = { .id = SPAN("untouched") };
		struct refusal        refusal  = { .err = ERR_NONE };
		enum err              err =
			contract_parse(span_of(row->json), catalog, &arena, &contract, &refusal);
		assert_refused(row, err, &refusal);
		assert_true(span_equal(contract.id, SPAN("untouched")));
	}
}

static void
test_F11_flex_is_read_with_what_the_card_says(void **state)
{
	(void)state;
	struct contract contract;
	struct refusal  refusal = { .err = ERR_NONE };
	struct span     json =
		SPAN(FLEX("{\"tier\":\"essentials\",\"units\":\"600000\",\"unit_price\":\"1.00\","
	                  "\"rates\":\"2026-01-01\",\"topups\":["
	                  "{\"at\":\"2026-06-01T00:30:00Z\",\"units\":\"50000.5\"},"
	                  "{\"at\":\"2026-03-11T00:00:00Z\",\"units\":7}]}"));

	assert_int_equal(contract_parse(json, catalog, &arena, &contract, &refusal), ERR_NONE);
	const struct contract_flex *flex = contract.flex;
	assert_int_equal(flex->tier, FLEX_ESSENTIALS);
	assert_ptr_equal(flex->card, &catalog->cards[0]);
	assert_int_equal(flex->units, INT64_C(600000000000));
	assert_int_equal(flex->unit_price, 1000000);
	assert_int_equal(flex->overage_price, 750000);
	assert_int_equal(flex->topups_count, 2);
	assert_int_equal(flex->topups[0].units, INT64_C(50000500000));
	/* Moments are hours: what is bought within one is there in all of it. */
	assert_int_equal(contract_flex_bought(flex, contract.start_hour - 1), flex->units);
	assert_int_equal(contract_flex_bought(flex, contract.start_hour), flex->units + 7000000);
	assert_int_equal(contract_flex_bought(flex, flex->topups[0].at_hour - 1),
	                 flex->units + 7000000);
	assert_int_equal(contract_flex_bought(flex, flex->topups[0].at_hour),
	                 flex->units + 7000000 + flex->topups[0].units);

	/* A refusal names the byte. */
	json = SPAN(FLEX("{\"tier\":\"essentials\",\"units\":-1}"));
	assert_int_equal(contract_parse(json, catalog, &arena, &contract, &refusal),
	                 ERR_QUANTITY_NEGATIVE);
	assert_int_equal(json.at[refusal.byte], '-');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_A1_account_file),
		cmocka_unit_test(test_A1_account_refusals),
		cmocka_unit_test(test_A2_contract_file),
		cmocka_unit_test(test_A2_contract_refusals),
		cmocka_unit_test(test_F11_flex_is_read_with_what_the_card_says),
	};
	return cmocka_run_group_tests(tests, group_begin, group_end);
}
