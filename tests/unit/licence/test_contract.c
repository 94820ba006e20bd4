/* test_contract.c - account and contract files, versions, overlap, what is in force. */
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
	assert_true(span_equal(contract.flex, SPAN("{\"tier\":\"enterprise\"}")));
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

/* ---- versions ---- */

/* A contract of one module by hand; hours are small numbers. */
static struct contract
made(const char *id, enum contract_model model, const char *module, int32_t start, int32_t end,
     int32_t from, int64_t owned)
{
	struct contract contract = { .id         = span_of(id),
		                     .model      = model,
		                     .start_hour = start,
		                     .end_hour   = end,
		                     .from_hour  = from };

	if (model != MODEL_FLEX) {
		contract.modules[0]    = (struct contract_module){ .module     = span_of(module),
			                                           .model      = model,
			                                           .developers = owned };
		contract.modules_count = 1;
	}
	return contract;
}

static int64_t
owned_at(const struct contract_version *versions, uint32_t count, int32_t hour, int64_t known)
{
	const struct contract        *contract = NULL;
	const struct contract_module *row = contract_in_force(versions, count, SPAN("CD"), hour,
	                                                      (struct instant){ known }, &contract);

	assert_true((row == NULL) == (contract == NULL));
	return row ? row->developers : -1;
}

static void
test_A3_version_in_force(void **state)
{
	(void)state;
	const struct contract_version versions[] = {
		{ made("a", MODEL_DEVELOPER_360, "CD", 10, 100, 10, 1), { 1 } },
		{ made("b", MODEL_DEVELOPER_360, "CD", 100, 200, 100, 2), { 2 } },
		{ made("a", MODEL_DEVELOPER_360, "CD", 10, 100, 50, 3), { 3 } },   /* raised */
		{ made("a", MODEL_DEVELOPER_360, "CD", 10, 80, 70, 4), { 4 } },    /* ends early */
		{ made("b", MODEL_DEVELOPER_360, "CD", 100, 200, 100, 5), { 5 } }, /* corrected */
		{ made("c", MODEL_FLEX, NULL, 0, 1000, 0, 0), { 6 } },
	};
	static const struct {
		int32_t hour;
		int64_t known, owned;
	} table[] = {
		{ 9, 9, -1 },   { 10, 9, 1 },   { 49, 9, 1 },  { 50, 9, 3 },  { 69, 9, 3 },
		{ 70, 9, 4 },   { 79, 9, 4 },   { 80, 9, -1 }, { 99, 9, -1 }, { 100, 9, 5 },
		{ 199, 9, 5 },  { 200, 9, -1 }, { 50, 2, 1 },  { 80, 3, 3 },  { 100, 4, 2 },
		{ 100, 1, -1 }, { 10, 0, -1 },  { 80, 4, -1 }, { 70, 3, 3 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_int_equal(owned_at(versions, 6, table[i].hour, table[i].known),
		                 table[i].owned);
	assert_null(contract_in_force(versions, 6, SPAN("STO"), 50, (struct instant){ 9 }, NULL));
	assert_null(contract_in_force(NULL, 0, SPAN("CD"), 50, (struct instant){ 9 }, NULL));
}

static void
test_A2_overlap_is_refused(void **state)
{
	(void)state;
	const struct contract_version versions[] = {
		{ made("a", MODEL_DEVELOPER_360, "CD", 0, 100, 0, 1), { 1 } },
		{ made("f", MODEL_FLEX, NULL, 50, 60, 50, 0), { 2 } },
		{ made("a", MODEL_DEVELOPER_360, "CD", 0, 40, 20, 1), { 3 } }, /* cut to 40 */
	};
	static const struct {
		const char *id, *module;
		int32_t     start, end, from;
		enum err    err;
		const char *detail;
	} table[] = {
		{ "b", "CD", 40, 100, 40, ERR_NONE, "" },
		{ "b", "CD", 39, 100, 39, ERR_CONTRACT_OVERLAP,
		  "b and a would both hold for CD from 1970-01-02T15:00:00Z to "
		  "1970-01-02T16:00:00Z" },
		{ "b", "CD", 39, 100, 40, ERR_NONE, "" },
		{ "b", "CD", -10, 0, -10, ERR_NONE, "" },
		{ "b", "CD", -10, 1, -10, ERR_CONTRACT_OVERLAP, "b and a" },
		{ "b", "STO", 0, 100, 0, ERR_NONE, "" },
		{ "a", "CD", 0, 300, 30, ERR_NONE, "" }, /* a new version of a itself */
		{ "a", "CD", 0, 300, 0, ERR_NONE, "" },
		{ "g", NULL, 0, 50, 0, ERR_NONE, "" },
		{ "g", NULL, 59, 70, 59, ERR_CONTRACT_OVERLAP, "g and f would both hold for FLEX" },
		{ "g", NULL, 60, 70, 60, ERR_NONE, "" },
		{ "f", NULL, 0, 70, 0, ERR_NONE, "" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct refusal  refusal = { .err = ERR_NONE };
		struct contract next =
			made(table[i].id, table[i].module ? MODEL_DEVELOPER_360 : MODEL_FLEX,
		             table[i].module, table[i].start, table[i].end, table[i].from, 1);
		enum err err = contract_admit(versions, 3, &next, &refusal);
		if (err != table[i].err)
			print_error("row %zu: %s\n", i, refusal.detail);
		assert_int_equal(err, table[i].err);
		assert_non_null(strstr(refusal.detail, table[i].detail));
	}
}

/* Every hour of every pair, straight from the sentence, against random puts. */
static void
test_A2_no_two_contracts_hold_for_a_module_at_an_hour(void **state)
{
	(void)state;
	static const char *const ids[]     = { "a", "b", "c" };
	static const char *const modules[] = { "CD", "STO", NULL };
	uint64_t                 seed      = 4711;
	uint32_t                 refused   = 0;
	uint32_t                 admitted  = 0;

	for (int round = 0; round < 400; round++) {
		struct contract_version versions[12];
		uint32_t                count = 0;
		for (int put = 0; put < 12; put++) {
			uint32_t random[6];
			for (int i = 0; i < 6; i++) {
				seed      = seed * 6364136223846793005u + 1442695040888963407u;
				random[i] = (uint32_t)(seed >> 33);
			}
			const char     *module = modules[random[1] % 3];
			int32_t         start  = (int32_t)(random[2] % 40);
			struct contract next =
				made(ids[random[0] % 3], module ? MODEL_DEVELOPER_360 : MODEL_FLEX,
			             module, start, start + 1 + (int32_t)(random[3] % 20),
			             start - 5 + (int32_t)(random[4] % 25), 1);
			enum err err = contract_admit(versions, count, &next, NULL);

			/* By definition: at each hour, of each id the version in force. */
			bool overlap    = false;
			versions[count] = (struct contract_version){ next, { put } };
			for (int32_t hour = -10; hour < 80; hour++) {
				int holding[3] = { 0 };
				for (int id = 0; id < 3; id++) {
					const struct contract *held = NULL;
					for (uint32_t i = 0; i <= count; i++) {
						const struct contract *c = &versions[i].contract;
						if (span_equal(c->id, span_of(ids[id])) &&
						    c->from_hour <= hour &&
						    (!held || c->from_hour >= held->from_hour))
							held = c;
					}
					if (!held || hour < held->start_hour ||
					    hour >= held->end_hour)
						continue;
					if (held->model == MODEL_FLEX)
						holding[2]++;
					else
						holding[span_equal(held->modules[0].module,
						                   SPAN("STO"))]++;
				}
				overlap |= holding[0] > 1 || holding[1] > 1 || holding[2] > 1;
			}
			if (next.from_hour >= next.end_hour) { /* it would never hold */
				assert_int_equal(err, ERR_CONTRACT_PERIOD);
				continue;
			}
			assert_int_equal(err, overlap ? ERR_CONTRACT_OVERLAP : ERR_NONE);
			refused += overlap;
			admitted += !overlap;
			count += !overlap;
		}
	}
	assert_true(refused > 300 && admitted > 300);
}

enum { DAY = 24 };

static struct contract
trial(const char *id, int32_t start, int32_t end)
{
	struct contract contract = made(id, MODEL_DEVELOPER_360, "CD", start, end, start, 1);

	contract.kind = SPAN("TRIAL");
	return contract;
}

static void
test_A2_trial_lasts_14_days_and_is_extended_once(void **state)
{
	(void)state;
	static const struct {
		int32_t  ends[3]; /* of the versions before, all from 0; 0: no more */
		int32_t  start, end;
		enum err err;
	} table[] = {
		{ { 0 }, 0, 14 * DAY, ERR_NONE },
		{ { 0 }, 0, 14 * DAY + 1, ERR_CONTRACT_TRIAL },
		{ { 0 }, 0, 365 * DAY, ERR_CONTRACT_TRIAL },
		{ { 14 * DAY }, 0, 28 * DAY, ERR_NONE },
		{ { 14 * DAY }, 0, 28 * DAY + 1, ERR_CONTRACT_TRIAL },
		{ { 14 * DAY }, -1, 14 * DAY, ERR_CONTRACT_TRIAL },
		{ { 14 * DAY }, 14 * DAY, 28 * DAY, ERR_NONE },
		{ { 7 * DAY }, 0, 21 * DAY, ERR_NONE },
		{ { 7 * DAY }, 0, 21 * DAY + 1, ERR_CONTRACT_TRIAL },
		{ { 14 * DAY }, 0, 14 * DAY, ERR_NONE },          /* other counts */
		{ { 14 * DAY }, 0, 3 * DAY, ERR_NONE },           /* cut short, ... */
		{ { 14 * DAY, 3 * DAY }, 0, 14 * DAY, ERR_NONE }, /* ... and not after all */
		{ { 14 * DAY, 20 * DAY }, 0, 20 * DAY, ERR_NONE },
		{ { 14 * DAY, 20 * DAY }, 0, 20 * DAY + 1, ERR_CONTRACT_TRIAL },
		{ { 14 * DAY, 28 * DAY, 5 * DAY }, 0, 28 * DAY, ERR_NONE },
		{ { 14 * DAY, 28 * DAY, 5 * DAY }, 28 * DAY, 29 * DAY, ERR_CONTRACT_TRIAL },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct contract_version versions[4];
		uint32_t                count = 0;
		for (; count < 3 && table[i].ends[count] != 0; count++)
			versions[count].contract = trial("a", 0, table[i].ends[count]);
		/* The trial of another id is nobody's extension. */
		versions[count].contract = trial("b", -100 * DAY, -90 * DAY);
		struct refusal  refusal  = { .err = ERR_NONE };
		struct contract next     = trial("a", table[i].start, table[i].end);
		enum err        err      = contract_admit(versions, count + 1, &next, &refusal);
		if (err != table[i].err)
			print_error("row %zu: %s\n", i, refusal.detail);
		assert_int_equal(err, table[i].err);
		if (err != ERR_NONE)
			assert_non_null(strstr(refusal.detail, table[i].ends[1] != 0
			                                               ? "extended once already"
			                                               : "lasts 14 days"));
	}
}

static void
test_A3_trial_becomes_paid_without_a_limit(void **state)
{
	(void)state;
	const struct contract_version versions[] = { { trial("a", 0, 14 * DAY), { 1 } } };
	struct contract next = made("a", MODEL_DEVELOPER_360, "CD", 0, 400 * DAY, 10 * DAY, 1);

	next.kind = SPAN("PAID");
	assert_int_equal(contract_admit(versions, 1, &next, NULL), ERR_NONE);
}

static void
test_A3_version_from_its_end_on_is_refused(void **state)
{
	(void)state;
	const struct contract_version versions[] = {
		{ made("a", MODEL_DEVELOPER_360, "CD", 0, 100, 0, 1), { 1 } },
	};
	static const struct {
		int32_t  end, from;
		bool     given;
		enum err err;
	} table[] = {
		{ 100, 99, true, ERR_NONE },
		{ 100, 100, true, ERR_CONTRACT_PERIOD },
		{ 100, 5000, true, ERR_CONTRACT_PERIOD },
		{ 40, 50, false, ERR_CONTRACT_PERIOD },
		{ 40, 39, true, ERR_NONE },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct refusal  refusal = { .err = ERR_NONE };
		struct contract next =
			made("a", MODEL_DEVELOPER_360, "CD", 0, table[i].end, table[i].from, 1);
		next.from_given = table[i].given;
		assert_int_equal(contract_admit(versions, 1, &next, &refusal), table[i].err);
		if (table[i].err == ERR_NONE)
			continue;
		assert_string_equal(refusal.field, "from");
		assert_non_null(strstr(refusal.detail, "would never hold"));
		assert_int_equal(strstr(refusal.detail, "(now)") == NULL, table[i].given);
	}
}

static void
test_L19_legacy_user_cannot_be_renewed(void **state)
{
	(void)state;
	const struct contract_version versions[] = {
		{ made("a", MODEL_LEGACY_USER, "CD", 0, 100, 0, 1), { 1 } },
	};
	static const struct {
		const char         *id, *module;
		enum contract_model model;
		int32_t             start, end;
		enum err            err;
	} table[] = {
		{ "a", "CD", MODEL_LEGACY_USER, 0, 100, ERR_NONE },
		{ "a", "CD", MODEL_LEGACY_USER, 0, 90, ERR_NONE },
		{ "a", "CD", MODEL_LEGACY_USER, 0, 101, ERR_CONTRACT_RETIRED },
		{ "b", "CD", MODEL_LEGACY_USER, 100, 200, ERR_CONTRACT_RETIRED },
		{ "b", "CD", MODEL_SERVICES, 100, 200, ERR_NONE },
		{ "a", "CD", MODEL_SERVICES, 0, 200, ERR_NONE },
		{ "b", "STO", MODEL_LEGACY_USER, 0, 100, ERR_NONE },
		{ "b", "CD", MODEL_LEGACY_USER, 99, 200, ERR_CONTRACT_OVERLAP },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct refusal  refusal = { .err = ERR_NONE };
		struct contract next    = made(table[i].id, table[i].model, table[i].module,
		                               table[i].start, table[i].end, table[i].start, 1);
		assert_int_equal(contract_admit(versions, 1, &next, &refusal), table[i].err);
	}
	struct contract first = made("a", MODEL_LEGACY_USER, "CD", 0, 100, 0, 1);
	assert_int_equal(contract_admit(NULL, 0, &first, NULL), ERR_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_A1_account_file),
		cmocka_unit_test(test_A1_account_refusals),
		cmocka_unit_test(test_A2_contract_file),
		cmocka_unit_test(test_A2_contract_refusals),
		cmocka_unit_test(test_A3_version_in_force),
		cmocka_unit_test(test_A2_overlap_is_refused),
		cmocka_unit_test(test_A2_no_two_contracts_hold_for_a_module_at_an_hour),
		cmocka_unit_test(test_A2_trial_lasts_14_days_and_is_extended_once),
		cmocka_unit_test(test_A3_trial_becomes_paid_without_a_limit),
		cmocka_unit_test(test_A3_version_from_its_end_on_is_refused),
		cmocka_unit_test(test_L19_legacy_user_cannot_be_renewed),
	};
	return cmocka_run_group_tests(tests, group_begin, group_end);
}
