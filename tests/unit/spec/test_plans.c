/* test_plans.c - plans, prices, billing details, parents: over a whole engine (A-4, A-5, L-66). */
#define _GNU_SOURCE

#include "../engine/engine_fixture.h"

#include "core/licence/card.h"

static int
site_open(void **state)
{
	struct fixture *site = calloc(1, sizeof(*site));
	assert_non_null(site);
	fixture_open(site);
	assert_int_equal(instant_parse(SPAN("2025-12-01T00:00:00Z"), &site->now, NULL), ERR_NONE);
	fixture_engine(site, store_memory_open());
	fixture_account(site, "acme");
	*state = site;
	return 0;
}

static int
site_close(void **state)
{
	struct fixture *site = *state;
	engine_close(site->engine);
	fixture_close(site);
	free(site);
	return 0;
}

static void
assert_has(struct span text, const char *piece)
{
	if (!memmem(text.at, text.size, piece, strlen(piece)))
		fail_msg("no %s in %.*s", piece, (int)text.size, text.at);
}

static void
assert_lacks(struct span text, const char *piece)
{
	if (memmem(text.at, text.size, piece, strlen(piece)))
		fail_msg("%s in %.*s", piece, (int)text.size, text.at);
}

static void
contract(struct fixture *site, const char *account, const char *id, const char *plan,
         const char *kind, const char *start, const char *end, const char *modules)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	char           json[1024];
	snprintf(json, sizeof json,
	         "{\"id\":\"%s\",\"model\":\"DEVELOPER_360\",\"plan\":\"%s\",\"kind\":\"%s\","
	         "\"start\":\"%sT00:00:00Z\",\"end\":\"%sT00:00:00Z\",\"modules\":{%s}}",
	         id, plan, kind, start, end, modules);
	if (engine_contract_put(site->engine, &BY_TEST, span_of(account), span_of(json),
	                        &site->arena, &answer, &refusal) != ERR_NONE)
		fail_msg("put: %s", refusal.detail);
}

static struct span
plan(struct fixture *site, const char *at)
{
	struct question question = { .account = SPAN("acme"), .at = span_of(at) };
	struct span     answer;
	assert_int_equal(engine_plan(site->engine, &question, &site->arena, &answer, NULL),
	                 ERR_NONE);
	return answer;
}

static enum err
price(struct fixture *site, const char *module, const char *developers, const char *at,
      struct span *answer, struct refusal *refusal)
{
	struct question question = { .account    = SPAN("acme"),
		                     .module     = span_of(module),
		                     .developers = span_of(developers),
		                     .at         = span_of(at) };
	return engine_price(site->engine, &question, &site->arena, answer, refusal);
}

static void
test_A4_each_state_shows_its_actions(void **state)
{
	struct fixture *site = *state;

	contract(site, "acme", "free", "FREE", "PAID", "2026-01-01", "2027-01-01",
	         "\"CI\":{\"developers\":5}");
	contract(site, "acme", "try", "ENTERPRISE", "TRIAL", "2026-01-01", "2026-01-15",
	         "\"CD\":{\"developers\":5}");
	contract(site, "acme", "paid", "TEAM", "PAID", "2026-01-01", "2027-01-01",
	         "\"STO\":{\"developers\":5}");
	struct span january = plan(site, "2026-01-02T00:00:00Z");
	assert_has(january, "{\"module\":\"CODE\",\"state\":\"NONE\",\"actions\":[\"START_TRIAL\","
	                    "\"CONTACT_SALES\"],\"upgrades\":[]}");
	assert_has(january, "\"days_left\":364,\"cancelled\":false,\"actions\":[\"START_TRIAL\","
	                    "\"UPGRADE\",\"MANAGE\"],\"upgrades\":[\"STARTUP\",\"TEAM\"]}");
	assert_has(january, "{\"module\":\"CD\",\"state\":\"TRIAL\",\"plan\":\"ENTERPRISE\"");
	assert_has(january, "\"days_left\":13,\"cancelled\":false,\"actions\":[\"EXTEND_TRIAL\","
	                    "\"CONTACT_SALES\"],\"upgrades\":[]}");
	assert_has(january, "\"actions\":[\"UPGRADE\",\"MANAGE\"],\"upgrades\":[\"ENTERPRISE\"]}");
	contract(site, "acme", "try", "ENTERPRISE", "TRIAL", "2026-01-01", "2026-01-29",
	         "\"CD\":{\"developers\":5}");
	assert_has(plan(site, "2026-01-16T00:00:00Z"),
	           "\"days_left\":13,\"cancelled\":false,\"actions\":[\"CONTACT_SALES\"]");
	assert_has(plan(site, "2026-02-01T00:00:00Z"), "{\"module\":\"CD\",\"state\":\"ENDED\"");
	/* The last sixty days. */
	assert_has(plan(site, "2026-11-01T00:00:00Z"), "{\"module\":\"STO\",\"state\":\"PAID\"");
	struct span november = plan(site, "2026-11-02T00:00:00Z");
	assert_has(november, "{\"module\":\"STO\",\"state\":\"ENDING\"");
	assert_has(november, "\"days_left\":60,\"cancelled\":false,\"actions\":[\"UPGRADE\","
	                     "\"RENEW\",\"MANAGE\"]");
	assert_has(plan(site, "2027-01-01T00:00:00Z"),
	           "\"days_left\":0,\"cancelled\":false,\"actions\":[\"RENEW\",\"CONTACT_SALES\"]");
}

/* ---- upgrade ---- */

static enum err
upgrade(struct fixture *site, const char *json, struct span *answer, struct refusal *refusal)
{
	return engine_contract_upgrade(site->engine, &BY_TEST, SPAN("acme"), span_of(json),
	                               &site->arena, answer, refusal);
}

static struct span
upgraded(struct fixture *site, const char *json)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	if (upgrade(site, json, &answer, &refusal) != ERR_NONE)
		fail_msg("upgrade %s: %s", json, refusal.detail);
	return answer;
}

static void
moment(struct fixture *site, const char *at)
{
	assert_int_equal(instant_parse(span_of(at), &site->now, NULL), ERR_NONE);
}

static void
test_A4_an_upgrade_moves_all_that_holds(void **state)
{
	struct fixture *site = *state;

	contract(site, "acme", "free", "FREE", "PAID", "2026-01-01", "2027-01-01",
	         "\"CI\":{\"developers\":5}");
	contract(site, "acme", "over", "STARTUP", "PAID", "2025-01-01", "2026-01-01",
	         "\"CD\":{\"developers\":5}");
	contract(site, "acme", "paid", "STARTUP", "PAID", "2026-01-01", "2027-01-01",
	         "\"STO\":{\"developers\":5,\"addon\":7}");
	contract(site, "acme", "try", "TEAM", "TRIAL", "2026-03-01", "2026-03-15",
	         "\"IDP\":{\"developers\":5}");
	moment(site, "2026-03-02T10:30:00Z");
	struct span answer = upgraded(site, "{\"plan\":\"TEAM\",\"why\":\"we grow\"}");
	assert_has(answer, "{\"contracts\":[{\"id\":\"free\",\"version\":2,"
	                   "\"from\":\"2026-03-02T10:00:00Z\"");
	assert_has(answer, "\"modules\":{\"STO\":{\"developers\":5,\"addon\":7}},"
	                   "\"plan\":\"TEAM\",\"why\":\"we grow\"}");
	assert_lacks(answer, "\"id\":\"over\"");
	assert_lacks(answer, "\"id\":\"try\"");
	/* The hours before keep the plan that they had. */
	assert_has(plan(site, "2026-03-02T09:00:00Z"), "\"state\":\"FREE\"");
	assert_lacks(plan(site, "2026-03-02T10:00:00Z"), "\"state\":\"FREE\"");
	/* Who is there already changes nothing. */
	assert_span_equal(upgraded(site, "{\"plan\":\"TEAM\"}"), SPAN("{\"contracts\":[]}"));
	moment(site, "2026-04-02T10:30:00Z");
	answer = upgraded(site, "{\"plan\":\"ENTERPRISE\"}");
	assert_has(answer, "\"id\":\"free\",\"version\":3");
	assert_has(answer, "\"why\":\"upgrade\"}");
}

static void
test_A4_a_trial_is_paid_for_from_then_on(void **state)
{
	struct fixture *site = *state;

	contract(site, "acme", "try", "TEAM", "TRIAL", "2026-03-01", "2026-03-15",
	         "\"IDP\":{\"developers\":5}");
	contract(site, "acme", "other", "STARTUP", "TRIAL", "2026-03-01", "2026-03-15",
	         "\"CI\":{\"developers\":2}");
	moment(site, "2026-03-02T10:30:00Z");
	struct span answer = upgraded(site, "{\"plan\":\"ENTERPRISE\",\"module\":\"IDP\"}");
	assert_has(answer, "\"plan\":\"ENTERPRISE\",\"kind\":\"PAID\","
	                   "\"end\":\"2027-03-02T10:00:00Z\"");
	/* The next one is over, and shares the end of what is paid for. */
	moment(site, "2026-03-20T10:30:00Z");
	assert_has(plan(site, "2026-03-20T10:30:00Z"), "\"module\":\"CI\",\"state\":\"ENDED\"");
	answer = upgraded(site, "{\"plan\":\"ENTERPRISE\",\"module\":\"CI\"}");
	assert_has(answer, "\"id\":\"other\",\"version\":2,\"from\":\"2026-03-20T10:00:00Z\"");
	assert_has(answer, "\"end\":\"2027-03-02T10:00:00Z\"");
	assert_has(plan(site, "2026-03-20T10:30:00Z"), "\"module\":\"CI\",\"state\":\"PAID\"");
	assert_has(plan(site, "2026-03-20T09:30:00Z"), "\"module\":\"CI\",\"state\":\"ENDED\"");
}

static void
test_A4_what_cannot_be_upgraded(void **state)
{
	static const struct {
		const char *json, *field;
		enum err    err;
	} cases[] = {
		{ "{\"plan\":\"TEAM\"}", "plan", ERR_PLAN_UPGRADE },
		{ "{\"plan\":\"ESSENTIALS\"}", "plan", ERR_PLAN_UPGRADE },
		{ "{\"plan\":\"PLATIN\"}", "plan", ERR_FIELD_VALUE },
		{ "{\"plan\":\"ENTERPRISE\",\"module\":\"CD\"}", "module", ERR_CONTRACT_UNKNOWN },
		{ "{\"plan\":\"TEAM\",\"module\":\"CI\"}", "plan", ERR_CONTRACT_PLAN },
		{ "{}", "plan", ERR_FIELD_MISSING },
		{ "[]", "", ERR_FIELD_TYPE },
		{ "{\"plan\":7}", "plan", ERR_FIELD_TYPE },
		{ "{\"plan\":\"TEAM\",\"at\":\"x\"}", "at", ERR_FIELD_UNKNOWN },
		{ "{\"plan\":\"TEAM\",\"why\":\"4111 1111 1111 1111\"}", "", ERR_CARD_NUMBER },
	};
	struct fixture *site = *state;
	struct span     answer;

	moment(site, "2026-03-02T10:30:00Z");
	assert_int_equal(upgrade(site, "{\"plan\":\"TEAM\"}", &answer, NULL), ERR_CONTRACT_UNKNOWN);
	contract(site, "acme", "a", "ENTERPRISE", "PAID", "2026-01-01", "2027-01-01",
	         "\"STO\":{\"developers\":5}");
	contract(site, "acme", "free", "FREE", "PAID", "2026-01-01", "2027-01-01",
	         "\"CI\":{\"developers\":5}");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct refusal refusal = { .err = ERR_NONE };
		enum err       err     = upgrade(site, cases[i].json, &answer, &refusal);
		if (err != cases[i].err || strcmp(refusal.field, cases[i].field) != 0)
			fail_msg("%s: %s of %s: %s", cases[i].json, err_name(err).at, refusal.field,
			         refusal.detail);
	}
	/* Nothing of all this changed anything. */
	assert_int_equal(engine_contract_list(site->engine, SPAN("acme"), SPAN(""), true,
	                                      &site->arena, &answer, NULL),
	                 ERR_NONE);
	assert_lacks(answer, "\"version\":2");
	struct span stranger = SPAN("{\"plan\":\"TEAM\"}");
	assert_int_equal(engine_contract_upgrade(site->engine, &BY_TEST, SPAN("nobody"), stranger,
	                                         &site->arena, &answer, NULL),
	                 ERR_ACCOUNT_UNKNOWN);
}

static void
test_A4_an_upgrade_is_made_once_for_a_key(void **state)
{
	struct fixture *site   = *state;
	struct change   change = { .actor = SPAN("k"), .idempotency_key = SPAN("one") };
	struct span     json   = SPAN("{\"plan\":\"TEAM\"}"), first, again;

	contract(site, "acme", "a", "FREE", "PAID", "2026-01-01", "2027-01-01",
	         "\"STO\":{\"developers\":5}");
	moment(site, "2026-03-02T10:30:00Z");
	assert_int_equal(engine_contract_upgrade(site->engine, &change, SPAN("acme"), json,
	                                         &site->arena, &first, NULL),
	                 ERR_NONE);
	assert_int_equal(engine_contract_upgrade(site->engine, &change, SPAN("acme"), json,
	                                         &site->arena, &again, NULL),
	                 ERR_NONE);
	assert_span_equal(first, again);
	assert_has(first, "\"version\":2");
}

static void
test_A4_an_added_module_shares_the_end(void **state)
{
	struct fixture *site    = *state;
	struct refusal  refusal = { .err = ERR_NONE };
	struct span     answer;

	assert_int_equal(price(site, "CI", "10", "2026-04-01", &answer, &refusal),
	                 ERR_CONTRACT_UNKNOWN);
	contract(site, "acme", "a", "TEAM", "PAID", "2026-01-01", "2027-01-01",
	         "\"CD\":{\"developers\":5}");
	static const struct {
		const char *developers, *at, *expected;
	} table[] = {
		/* 10 * 360 whole; 275 of 365 days; the last day; 7 * 360 / 365. */
		{ "10", "2026-01-01T00:00:00Z",
		  "\"days_left\":365,\"days_of_term\":365,"
		  "\"a_year\":\"360\",\"amount\":\"3600\"," },
		{ "10", "2026-04-01T13:00:00Z",
		  "\"days_left\":275,\"days_of_term\":365,"
		  "\"a_year\":\"360\",\"amount\":\"2712.328767\"," },
		{ "10", "2026-12-31T23:00:00Z",
		  "\"days_left\":1,\"days_of_term\":365,"
		  "\"a_year\":\"360\",\"amount\":\"9.863014\"," },
		{ "7", "2026-12-31T00:00:00Z", "\"amount\":\"6.90411\"," },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		assert_int_equal(
			price(site, "CI", table[i].developers, table[i].at, &answer, &refusal),
			ERR_NONE);
		assert_has(answer, table[i].expected);
	}
	assert_int_equal(price(site, "CCM", "10", "2026-04-01", &answer, &refusal),
	                 ERR_PRICE_UNKNOWN);
	assert_has(span_of(refusal.detail), "no price for CCM in the plan TEAM");
	assert_int_equal(price(site, "CI", "0", "2026-04-01", &answer, &refusal), ERR_QUESTION);
}

static void
test_A5_what_looks_like_a_card_number_is_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool        card;
	} table[] = {
		{ "4111111111111111", true },
		{ "4111 1111 1111 1111", true },
		{ "4111-1111-1111-1111", true },
		{ "card 3782 822463 10005, amex", true },
		{ "5555\xC2\xA0"
		  "5555\xE2\x80\x93"
		  "55554444",
		  true },
		{ "No. 12 4111 1111 1111 1111", true },
		{ "4222222222222", true },         /* 13 digits */
		{ "6304000000000000000", true },   /* 19 digits */
		{ "4111111111111112", false },     /* Luhn */
		{ "422222222222", false },         /* 12 digits */
		{ "41111111111111111111", false }, /* 20 digits */
		{ "2026-01-01T00:00:00Z", false },
		{ "DE123456789", false },
		{ "4111.1111x1111,1111", false },
		{ "", false },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (card_in_text(span_of(table[i].text)) != table[i].card)
			fail_msg("row %zu", i);
	}
}

/* In every file that is put, wherever it stands, and said without saying it again. */
static void
test_A5_no_file_brings_a_card_number_in(void **state)
{
	struct fixture          *site = *state;
	struct refusal           refusal;
	struct span              answer;
	static const char *const billing[] = {
		"{\"payment_reference\":\"4111 1111 1111 1111\"}",
		"{\"address\":\"\\u0034111111111111111\"}",
		"{\"4111111111111111\":\"x\"}",
		"{\"tax_id\":4111111111111111}",
		"{\"administrators\":[\"4111-1111-1111-1111\"]}",
		"{\"address\":\"4111111111111111",
	};

	for (size_t i = 0; i < sizeof(billing) / sizeof(billing[0]); i++) {
		refusal = (struct refusal){ .err = ERR_NONE };
		assert_int_equal(engine_billing_put(site->engine, &BY_TEST, SPAN("acme"),
		                                    span_of(billing[i]), &site->arena, &answer,
		                                    &refusal),
		                 ERR_CARD_NUMBER);
		assert_lacks(span_of(refusal.detail), "111");
		assert_lacks(span_of(refusal.field), "111");
	}
	assert_int_equal(engine_account_put(site->engine, &BY_TEST,
	                                    SPAN("{\"id\":\"b\",\"currency\":\"USD\",\"name\":"
	                                         "\"4111111111111111\"}"),
	                                    &site->arena, &answer, &refusal),
	                 ERR_CARD_NUMBER);
	assert_int_equal(engine_contract_put(site->engine, &BY_TEST, SPAN("acme"),
	                                     SPAN("{\"why\":\"paid by 4111111111111111\"}"),
	                                     &site->arena, &answer, &refusal),
	                 ERR_CARD_NUMBER);
	struct question question = { .account = SPAN("acme") };
	assert_int_equal(
		engine_audit_list(site->engine, &question, &site->arena, &answer, &refusal),
		ERR_NONE);
	assert_lacks(answer, "1111");
}

static void
test_A5_billing_details_are_kept_and_replaced(void **state)
{
	struct fixture *site    = *state;
	struct refusal  refusal = { .err = ERR_NONE };
	struct span     answer;

	assert_int_equal(
		engine_billing_get(site->engine, SPAN("acme"), &site->arena, &answer, NULL),
		ERR_NONE);
	assert_span_equal(answer, SPAN("{\"account\":\"acme\",\"billing\":null}"));
	assert_int_equal(engine_billing_put(site->engine, &BY_TEST, SPAN("acme"),
	                                    SPAN(" {\"legal_name\":\"Acme Ltd\",\"administrators\":"
	                                         "[\"pay@acme.example\"]} "),
	                                    &site->arena, &answer, &refusal),
	                 ERR_NONE);
	assert_has(answer, "\"by\":\"test\",\"billing\":{\"legal_name\":\"Acme Ltd\",");
	static const struct {
		const char *json;
		enum err    err;
	} table[] = {
		{ "{\"card\":\"x\"}", ERR_FIELD_UNKNOWN },
		{ "{\"legal_name\":1}", ERR_FIELD_TYPE },
		{ "{\"administrators\":[\"nobody\"]}", ERR_FIELD_VALUE },
		{ "[]", ERR_FIELD_TYPE },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_int_equal(engine_billing_put(site->engine, &BY_TEST, SPAN("acme"),
		                                    span_of(table[i].json), &site->arena, &answer,
		                                    &refusal),
		                 table[i].err);
	assert_int_equal(
		engine_billing_get(site->engine, SPAN("acme"), &site->arena, &answer, NULL),
		ERR_NONE);
	assert_has(answer, "Acme Ltd");
	assert_int_equal(
		engine_billing_get(site->engine, SPAN("none"), &site->arena, &answer, NULL),
		ERR_ACCOUNT_UNKNOWN);
}

static enum err
account(struct fixture *site, const char *id, const char *parent)
{
	struct span answer;
	char        json[256];
	snprintf(json, sizeof json, "{\"id\":\"%s\",\"currency\":\"USD\"%s%s%s}", id,
	         *parent ? ",\"parent\":\"" : "", parent, *parent ? "\"" : "");
	return engine_account_put(site->engine, &BY_TEST, span_of(json), &site->arena, &answer,
	                          NULL);
}

static void
test_L66_the_parent_sums_the_children(void **state)
{
	struct fixture *site     = *state;
	struct question question = { .account  = SPAN("acme"),
		                     .at       = SPAN("2026-06-01"),
		                     .children = SPAN("true") };
	struct span     answer;

	assert_int_equal(account(site, "left", "acme"), ERR_NONE);
	assert_int_equal(account(site, "right", "acme"), ERR_NONE);
	assert_int_equal(account(site, "leaf", "left"), ERR_NONE);
	assert_int_equal(account(site, "other", ""), ERR_NONE);
	contract(site, "acme", "c", "TEAM", "PAID", "2026-01-01", "2027-01-01",
	         "\"CODE\":{\"developers\":1},\"CCM\":{\"spend\":\"0.5\"}");
	contract(site, "left", "c", "TEAM", "PAID", "2026-01-01", "2027-01-01",
	         "\"CODE\":{\"developers\":10}");
	contract(site, "leaf", "c", "TEAM", "PAID", "2026-01-01", "2027-01-01",
	         "\"CODE\":{\"developers\":100},\"CCM\":{\"spend\":\"0.25\"}");
	contract(site, "other", "c", "TEAM", "PAID", "2026-01-01", "2027-01-01",
	         "\"CODE\":{\"developers\":1000}");
	assert_int_equal(engine_usage(site->engine, &question, &site->arena, &answer, NULL),
	                 ERR_NONE);
	assert_has(answer, "{\"module\":\"CODE\",\"unit\":\"developer\",\"owned\":111,\"used\":0,"
	                   "\"over\":0}");
	assert_has(answer, "{\"module\":\"CCM\",\"unit\":\"spend\",\"owned\":\"0.75\",\"used\":"
	                   "\"0\",\"over\":\"0\",\"currency\":\"USD\"}");
	assert_has(answer, "\"accounts\":[{\"account\":\"acme\",\"at\":\"2026-06-01T23:00:00Z\"");
	assert_has(answer, "{\"account\":\"leaf\"");
	assert_lacks(answer, "other");
}

static void
test_L66_no_account_stands_above_itself(void **state)
{
	struct fixture *site = *state;

	assert_int_equal(account(site, "b", "acme"), ERR_NONE);
	assert_int_equal(account(site, "c", "b"), ERR_NONE);
	assert_int_equal(account(site, "acme", "c"), ERR_FIELD_VALUE);
	assert_int_equal(account(site, "b", "c"), ERR_FIELD_VALUE);
	assert_int_equal(account(site, "b", "b"), ERR_FIELD_VALUE);
	assert_int_equal(account(site, "b", ""), ERR_NONE);
	assert_int_equal(account(site, "acme", "c"), ERR_NONE);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, site_open, site_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_A4_each_state_shows_its_actions),
		TEST(test_A4_an_upgrade_is_made_once_for_a_key),
		TEST(test_A4_what_cannot_be_upgraded),
		TEST(test_A4_a_trial_is_paid_for_from_then_on),
		TEST(test_A4_an_upgrade_moves_all_that_holds),
		TEST(test_A4_an_added_module_shares_the_end),
		cmocka_unit_test(test_A5_what_looks_like_a_card_number_is_refused),
		TEST(test_A5_no_file_brings_a_card_number_in),
		TEST(test_A5_billing_details_are_kept_and_replaced),
		TEST(test_L66_the_parent_sums_the_children),
		TEST(test_L66_no_account_stands_above_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
