/* test_contract_preview.c - what a contract would change, and that asking changes nothing. */
#define _GNU_SOURCE

#include "engine_fixture.h"

#include "core/json/json_read.h"

static int
site_open(void **state)
{
	struct fixture *site = calloc(1, sizeof(*site));
	assert_non_null(site);
	fixture_open(site);
	fixture_engine(site, store_memory_open());
	assert_int_equal(instant_parse(SPAN("2026-01-10T00:00:00Z"), &site->now, NULL), ERR_NONE);
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
put(struct fixture *site, const char *json)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	if (engine_contract_put(site->engine, &BY_TEST, SPAN("acme"), span_of(json), &site->arena,
	                        &answer, &refusal) != ERR_NONE)
		fail_msg("%s: %s", refusal.field, refusal.detail);
}

static struct span
preview(struct fixture *site, const char *json)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer  = SPAN("");
	if (engine_contract_preview(site->engine, &BY_TEST, SPAN("acme"), span_of(json),
	                            &site->arena, &answer, &refusal) != ERR_NONE)
		fail_msg("%s: %s", refusal.field, refusal.detail);
	return answer;
}

/* The member of the preview of json, as text. */
static void
assert_previewed(struct fixture *site, const char *json, const char *member, const char *expected)
{
	struct json *root;
	assert_int_equal(json_parse(preview(site, json), &site->arena, &root, NULL), ERR_NONE);
	struct span raw  = json_member(root, span_of(member))->raw;
	char       *text = strndup(raw.at, raw.size);
	assert_string_equal(text, expected);
	free(text);
}

static struct span
all_versions(struct fixture *site)
{
	struct span answer;
	assert_int_equal(engine_contract_list(site->engine, SPAN("acme"), SPAN(""), true,
	                                      &site->arena, &answer, NULL),
	                 ERR_NONE);
	return answer;
}

#define CONTRACT(model, end, rest)                                                                 \
	"{\"id\":\"a\",\"model\":\"" model "\",\"plan\":\"ENTERPRISE\",\"kind\":\"PAID\","         \
	"\"start\":\"2026-01-01T00:00:00Z\",\"end\":\"" end "T00:00:00Z\"," rest "}"
#define CD_UNTIL(end, developers)                                                                  \
	CONTRACT("DEVELOPER_360", end, "\"modules\":{\"CD\":{\"developers\":" developers "}}")
#define CD(developers) CD_UNTIL("2027-01-01", developers)
#define FIGURE(unit, from, to, before, after)                                                      \
	"{\"module\":\"CD\",\"unit\":\"" unit "\",\"from\":\"" from "T00:00:00Z\","                \
	"\"to\":\"" to "T00:00:00Z\",\"before\":" before ",\"after\":" after "}"

static void
test_a_first_contract_owns_where_nothing_was_owned(void **state)
{
	assert_previewed(*state, CD("30"), "figures",
	                 "[" FIGURE("service", "2026-01-01", "2027-01-01", "null", "10") "]");
	assert_previewed(*state, CD("30"), "units", "[]");
}

static void
test_a_new_version_is_told_from_when_it_holds(void **state)
{
	put(*state, CD("30"));
	assert_previewed(*state, CD("60"), "figures",
	                 "[" FIGURE("service", "2026-01-10", "2027-01-01", "10", "20") "]");
	assert_previewed(*state, CD("30"), "figures", "[]");
}

static void
test_an_earlier_end_takes_what_was_owned_after_it(void **state)
{
	put(*state, CD("30"));
	assert_previewed(*state, CD_UNTIL("2026-06-01", "30"), "figures",
	                 "[" FIGURE("service", "2026-06-01", "2027-01-01", "10", "null") "]");
}

/* A version is followed by one that was put for later: it changes the time between alone. */
static void
test_a_later_version_goes_on_as_it_was(void **state)
{
	put(*state, CD("30"));
	put(*state, CONTRACT("DEVELOPER_360", "2027-01-01",
	                     "\"modules\":{\"CD\":{\"developers\":90}},"
	                     "\"from\":\"2026-09-01T00:00:00Z\""));
	assert_previewed(*state, CD("60"), "figures",
	                 "[" FIGURE("service", "2026-01-10", "2026-09-01", "10", "20") "]");
}

static void
test_each_unit_is_a_figure_of_its_own(void **state)
{
	put(*state, CD("30"));
	assert_previewed(*state,
	                 CONTRACT("SERVICE_INSTANCES", "2027-01-01",
	                          "\"modules\":{\"CD\":{\"instances\":50}}"),
	                 "figures",
	                 "[" FIGURE("service", "2026-01-10", "2027-01-01", "10", "null") "," FIGURE(
				 "instance", "2026-01-10", "2027-01-01", "null", "50") "]");
}

static void
test_money_is_told_in_the_currency_of_the_account(void **state)
{
	struct json *root;
	struct span  answer =
		preview(*state, CONTRACT("DEVELOPER_360", "2027-01-01",
	                                 "\"modules\":{\"CCM\":{\"spend\":\"1000.5\"}}"));
	assert_int_equal(json_parse(answer, &((struct fixture *)*state)->arena, &root, NULL),
	                 ERR_NONE);
	const struct json *figure = json_member(root, SPAN("figures"))->first;
	assert_non_null(figure);
	assert_true(span_equal(json_member(figure, SPAN("after"))->text, SPAN("1000.5")));
	assert_true(span_equal(json_member(figure, SPAN("currency"))->text, SPAN("USD")));
}

#define FLEX(more)                                                                                 \
	CONTRACT("FLEX", "2027-01-01",                                                             \
	         "\"flex\":{\"tier\":\"enterprise\",\"units\":\"600\"" more "}")

static void
test_a_top_up_shows_in_the_units_that_are_bought(void **state)
{
	assert_previewed(*state, FLEX(""), "units",
	                 "[{\"contract\":\"a\",\"before\":null,\"after\":\"600\"}]");
	put(*state, FLEX(""));
	assert_previewed(*state,
	                 FLEX(",\"topups\":[{\"at\":\"2026-06-01T00:00:00Z\","
	                      "\"units\":\"50.5\"}]"),
	                 "units", "[{\"contract\":\"a\",\"before\":\"600\",\"after\":\"650.5\"}]");
}

static void
test_asking_changes_nothing(void **state)
{
	struct fixture *site = *state;
	put(site, CD("30"));
	struct span before = all_versions(site);
	struct span made   = preview(site, CD("60"));
	assert_non_null(memmem(made.at, made.size, "\"version\":2", 11));
	struct span after = all_versions(site);
	assert_true(span_equal(before, after));

	/* The key of a preview is free for the change itself. */
	struct change keyed = BY_TEST;
	struct span   answer;
	keyed.idempotency_key = SPAN("k");
	assert_int_equal(engine_contract_preview(site->engine, &keyed, SPAN("acme"),
	                                         span_of(CD("60")), &site->arena, &answer, NULL),
	                 ERR_NONE);
	assert_int_equal(engine_contract_put(site->engine, &keyed, SPAN("acme"), span_of(CD("60")),
	                                     &site->arena, &answer, NULL),
	                 ERR_NONE);
	after = all_versions(site);
	assert_non_null(memmem(after.at, after.size, "\"version\":2", 11));
}

/* What put refuses, a preview does, at the same field. */
static void
test_what_may_not_be_is_refused(void **state)
{
	struct fixture *site = *state;
	static const struct {
		const char *json;
		enum err    err;
		const char *field;
	} table[] = {
		{ "{\"id\":\"b\",\"model\":\"DEVELOPER_360\",\"plan\":\"ENTERPRISE\",\"kind\":"
		  "\"PAID\","
		  "\"start\":\"2026-01-01T00:00:00Z\",\"end\":\"2026-03-01T00:00:00Z\","
		  "\"modules\":{\"CD\":{\"developers\":1}}}",
		  ERR_CONTRACT_OVERLAP, "modules" },
		{ CD_UNTIL("2025-01-01", "1"), ERR_CONTRACT_PERIOD, "end" },
		{ CONTRACT("DEVELOPER_360", "2027-01-01", "\"modules\":{\"CD\":{\"services\":1}}"),
		  ERR_FIELD_VALUE, "modules.CD.services" },
		{ CONTRACT("DEVELOPER_360", "2027-01-01",
		           "\"why\":\"4111 1111 1111 "
		           "1111\",\"modules\":{\"CD\":{\"developers\":1}}"),
		  ERR_CARD_NUMBER, "" },
	};
	put(site, CD("30"));
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct refusal refusal = { .err = ERR_NONE };
		struct span    answer;
		assert_int_equal(engine_contract_preview(site->engine, &BY_TEST, SPAN("acme"),
		                                         span_of(table[i].json), &site->arena,
		                                         &answer, &refusal),
		                 table[i].err);
		assert_string_equal(refusal.field, table[i].field);
	}
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	assert_int_equal(engine_contract_preview(site->engine, &BY_TEST, SPAN("nobody"),
	                                         span_of(CD("1")), &site->arena, &answer, &refusal),
	                 ERR_ACCOUNT_UNKNOWN);
}

/* Two who change the same contract at once: the second is told, and nothing is lost. */
static void
test_what_somebody_else_put_is_not_replaced_unseen(void **state)
{
	struct fixture *site = *state;
	struct span     answer;
	uint32_t        follows = 1;
	struct change   seen    = BY_TEST;
	struct refusal  refusal = { .err = ERR_NONE };
	seen.follows            = &follows;
	put(site, CD("30"));
	put(site, CD("60"));
	assert_int_equal(engine_contract_put(site->engine, &seen, SPAN("acme"), span_of(CD("90")),
	                                     &site->arena, &answer, &refusal),
	                 ERR_CONTRACT_CHANGED);
	assert_string_equal(refusal.field, "follows");
	assert_int_equal(engine_contract_preview(site->engine, &seen, SPAN("acme"),
	                                         span_of(CD("90")), &site->arena, &answer, NULL),
	                 ERR_CONTRACT_CHANGED);
	follows = 0;
	assert_int_equal(engine_contract_put(site->engine, &seen, SPAN("acme"), span_of(CD("90")),
	                                     &site->arena, &answer, &refusal),
	                 ERR_CONTRACT_CHANGED);
	assert_string_equal(refusal.field, "id");
	/* What is there already is no change: whoever did not hear the answer asks again. */
	follows = 1;
	assert_int_equal(engine_contract_put(site->engine, &seen, SPAN("acme"), span_of(CD("60")),
	                                     &site->arena, &answer, NULL),
	                 ERR_NONE);
	follows = 2;
	assert_int_equal(engine_contract_put(site->engine, &seen, SPAN("acme"), span_of(CD("90")),
	                                     &site->arena, &answer, NULL),
	                 ERR_NONE);
	assert_non_null(memmem(answer.at, answer.size, "\"version\":3", 11));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, site_open, site_close)
	const struct CMUnitTest tests[] = {
		TEST(test_a_first_contract_owns_where_nothing_was_owned),
		TEST(test_a_new_version_is_told_from_when_it_holds),
		TEST(test_an_earlier_end_takes_what_was_owned_after_it),
		TEST(test_a_later_version_goes_on_as_it_was),
		TEST(test_each_unit_is_a_figure_of_its_own),
		TEST(test_money_is_told_in_the_currency_of_the_account),
		TEST(test_a_top_up_shows_in_the_units_that_are_bought),
		TEST(test_what_somebody_else_put_is_not_replaced_unseen),
		TEST(test_asking_changes_nothing),
		TEST(test_what_may_not_be_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
