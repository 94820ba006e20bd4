/* test_contracts.c - contracts that change over time, over a whole engine. */
#define _GNU_SOURCE

#include "../engine/engine_fixture.h"

#include "core/json/json_read.h"

static int
site_open(void **state)
{
	struct fixture *site = calloc(1, sizeof(*site));
	assert_non_null(site);
	fixture_open(site);
	fixture_engine(site, store_memory_open());
	assert_int_equal(instant_parse(SPAN("2025-12-01T00:00:00Z"), &site->now, NULL), ERR_NONE);
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
at(struct fixture *site, const char *moment)
{
	assert_int_equal(instant_parse(span_of(moment), &site->now, NULL), ERR_NONE);
}

static enum err
put(struct fixture *site, const char *json, struct refusal *refusal)
{
	struct span answer;
	return engine_contract_put(site->engine, &BY_TEST, SPAN("acme"), span_of(json),
	                           &site->arena, &answer, refusal);
}

static void
put_done(struct fixture *site, const char *json)
{
	struct refusal refusal = { .err = ERR_NONE };
	if (put(site, json, &refusal) != ERR_NONE)
		fail_msg("put: %s", refusal.detail);
}

static void
assert_has(struct span text, const char *piece)
{
	if (!memmem(text.at, text.size, piece, strlen(piece)))
		fail_msg("no %s in %.*s", piece, (int)text.size, text.at);
}

static void
assert_refused(struct fixture *site, const char *json, enum err err, const char *piece)
{
	struct refusal refusal = { .err = ERR_NONE };
	assert_int_equal(put(site, json, &refusal), err);
	assert_has(span_of(refusal.detail), piece);
}

static struct span
list(struct fixture *site, const char *id, bool versions)
{
	struct span answer;
	assert_int_equal(engine_contract_list(site->engine, SPAN("acme"), span_of(id), versions,
	                                      &site->arena, &answer, NULL),
	                 ERR_NONE);
	return answer;
}

#define CONTRACT(id, plan, kind, start, end, modules, more)                                        \
	"{\"id\":\"" id "\",\"model\":\"DEVELOPER_360\",\"plan\":\"" plan "\",\"kind\":\"" kind    \
	"\",\"start\":\"" start "T00:00:00Z\",\"end\":\"" end "T00:00:00Z\",\"modules\":{" modules \
	"}" more "}"
#define YEAR(id, modules, more)                                                                    \
	CONTRACT(id, "ENTERPRISE", "PAID", "2026-01-01", "2027-01-01", modules, more)

/* Raised in March, lowered in June, renewed in December: each hour has its version, and
 * each moment of knowing its own. */
static void
test_A3_each_hour_is_answered_by_its_version(void **state)
{
	struct fixture *site = *state;

	at(site, "2025-12-20T00:00:00Z");
	put_done(site, YEAR("a", "\"CD\":{\"developers\":30,\"addon\":1}", ""));
	at(site, "2026-03-01T00:00:00Z");
	put_done(site, YEAR("a", "\"CD\":{\"developers\":60,\"addon\":1}", ",\"why\":\"grown\""));
	at(site, "2026-05-01T00:00:00Z");
	put_done(site, YEAR("a", "\"CD\":{\"developers\":15,\"addon\":1}",
	                    ",\"from\":\"2026-06-01T00:00:00Z\",\"why\":\"shrunk\""));
	at(site, "2026-12-01T00:00:00Z");
	put_done(site, CONTRACT("a", "ENTERPRISE", "PAID", "2026-01-01", "2028-01-01",
	                        "\"CD\":{\"developers\":15}", ",\"why\":\"renewed\""));

	static const struct {
		const char *at, *known, *expected;
	} table[] = {
		{ "2026-02-28T23:00:00Z", "",
		  "\"contract\":{\"id\":\"a\",\"version\":1},\"owned\":11," },
		{ "2026-03-01T00:00:00Z", "",
		  "\"contract\":{\"id\":\"a\",\"version\":2},\"owned\":21," },
		{ "2026-05-31T23:00:00Z", "",
		  "\"contract\":{\"id\":\"a\",\"version\":2},\"owned\":21," },
		{ "2026-06-01T00:00:00Z", "",
		  "\"contract\":{\"id\":\"a\",\"version\":3},\"owned\":6," },
		{ "2026-06-01T00:00:00Z", "2026-04-30T00:00:00Z",
		  "\"contract\":{\"id\":\"a\",\"version\":2},\"owned\":21," },
		{ "2027-06-01T00:00:00Z", "",
		  "\"contract\":{\"id\":\"a\",\"version\":4},\"owned\":5," },
		{ "2027-06-01T00:00:00Z", "2026-11-30T00:00:00Z",
		  "\"contract\":null,\"owned\":0," },
		{ "2028-01-01T00:00:00Z", "", "\"contract\":null,\"owned\":0," },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_has(fixture_usage(site, "acme", table[i].at, table[i].known),
		           table[i].expected);
	struct span versions = list(site, "", true);
	assert_has(versions, "\"version\":2,\"from\":\"2026-03-01T00:00:00Z\",\"recorded\":"
	                     "\"2026-03-01T00:00:00Z\",\"by\":\"test\"");
	assert_has(versions, "\"why\":\"shrunk\"");
	assert_has(list(site, "a", false), "\"version\":4");
}

/* Put again before it begins: the new text holds from the beginning. */
static void
test_A3_a_change_before_the_start_takes_its_place(void **state)
{
	struct fixture *site = *state;

	at(site, "2025-12-10T00:00:00Z");
	put_done(site, YEAR("a", "\"CD\":{\"developers\":30}", ""));
	at(site, "2025-12-20T00:00:00Z");
	put_done(site, YEAR("a", "\"CD\":{\"developers\":60}", ""));
	assert_has(fixture_usage(site, "acme", "2026-01-01T00:00:00Z", ""),
	           "\"contract\":{\"id\":\"a\",\"version\":2},\"owned\":20,");
	assert_has(fixture_usage(site, "acme", "2026-01-01T00:00:00Z", "2025-12-15T00:00:00Z"),
	           "\"contract\":{\"id\":\"a\",\"version\":1},\"owned\":10,");
}

static void
test_A3_an_addon_needs_developers(void **state)
{
	struct fixture *site = *state;

	at(site, "2026-01-01T00:00:00Z");
	put_done(site, YEAR("a", "\"CD\":{\"developers\":30,\"addon\":5}", ""));
	struct span before = list(site, "", true);
	assert_refused(site, YEAR("a", "\"CD\":{\"developers\":0,\"addon\":5}", ""),
	               ERR_CONTRACT_ADDON, "the add-on of 5 for CD needs at least one developer");
	assert_refused(site, YEAR("a", "\"CD\":{\"addon\":5}", ""), ERR_CONTRACT_ADDON, "for CD");
	assert_span_equal(list(site, "", true), before);
	put_done(site, YEAR("a", "\"CD\":{\"developers\":0,\"addon\":0}", ""));
}

static void
test_A3_a_cancelled_contract_ends_at_its_end(void **state)
{
	struct fixture *site = *state;

	at(site, "2026-01-01T00:00:00Z");
	put_done(site, YEAR("a", "\"CD\":{\"developers\":30}", ""));
	put_done(site, YEAR("a", "\"CD\":{\"developers\":30}", ",\"cancelled\":true"));
	assert_refused(site,
	               CONTRACT("a", "ENTERPRISE", "PAID", "2026-01-01", "2027-01-02",
	                        "\"CD\":{\"developers\":30}", ",\"cancelled\":true"),
	               ERR_CONTRACT_PERIOD, "it ends 2027-01-01T00:00:00Z");
	/* Until then it goes on. */
	assert_has(fixture_usage(site, "acme", "2026-12-31T23:00:00Z", ""), "\"owned\":10,");
	assert_has(fixture_usage(site, "acme", "2027-01-01T00:00:00Z", ""), "\"owned\":0,");
	/* Taken back by whoever renews it. */
	put_done(site, CONTRACT("a", "ENTERPRISE", "PAID", "2026-01-01", "2028-01-01",
	                        "\"CD\":{\"developers\":30}", ""));
	assert_refused(site, YEAR("b", "\"CD\":{\"developers\":1}", ",\"cancelled\":1"),
	               ERR_FIELD_TYPE, "cancelled must be true or false");
}

static void
test_A3_a_list_is_put_whole_or_not_at_all(void **state)
{
	struct fixture *site    = *state;
	struct refusal  refusal = { .err = ERR_NONE };
	struct span     none    = list(site, "", true);

	assert_int_equal(put(site,
	                     "[" YEAR("a", "\"CD\":{\"developers\":3}",
	                              "") "," YEAR("b", "\"CD\":{\"developers\":3}", "") "]",
	                     &refusal),
	                 ERR_CONTRACT_OVERLAP);
	assert_int_equal(refusal.index, 1);
	assert_has(span_of(refusal.detail), "b and a would both hold for CD");
	assert_int_equal(put(site,
	                     "[" YEAR("a", "\"CD\":{\"developers\":3}",
	                              "") "," YEAR("b", "\"XX\":{\"developers\":3}", "") "]",
	                     &refusal),
	                 ERR_FIELD_VALUE);
	assert_int_equal(refusal.index, 1);
	assert_has(span_of(refusal.detail), "modules.XX is not a module");
	assert_int_equal(put(site, "[]", &refusal), ERR_FIELD_VALUE);
	assert_span_equal(list(site, "", true), none);

	put_done(site, "[" YEAR("a", "\"CD\":{\"developers\":3}",
	                        "") "," YEAR("b", "\"CI\":{\"developers\":3}", "") "]");
	assert_has(list(site, "", false), "\"id\":\"b\",\"version\":1");
	/* Again, and one of them changed. */
	put_done(site, "[" YEAR("a", "\"CD\":{\"developers\":3}",
	                        "") "," YEAR("b", "\"CI\":{\"developers\":4}", "") "]");
	assert_has(list(site, "", false), "\"id\":\"a\",\"version\":1");
	assert_has(list(site, "", false), "\"id\":\"b\",\"version\":2");
}

static void
test_A4_paid_modules_share_one_plan(void **state)
{
	struct fixture *site = *state;

	at(site, "2026-01-01T00:00:00Z");
	put_done(site, CONTRACT("a", "TEAM", "PAID", "2026-01-01", "2027-01-01",
	                        "\"CD\":{\"developers\":3}", ""));
	assert_refused(site,
	               CONTRACT("b", "ENTERPRISE", "PAID", "2026-06-01", "2027-06-01",
	                        "\"CI\":{\"developers\":3}", ""),
	               ERR_CONTRACT_PLAN,
	               "b and a would have two plans, ENTERPRISE and TEAM, from "
	               "2026-06-01T00:00:00Z to 2027-01-01T00:00:00Z");
	/* What is free or a trial is not paid; what comes after is not beside. */
	put_done(site, CONTRACT("f", "FREE", "PAID", "2026-06-01", "2027-06-01",
	                        "\"CI\":{\"developers\":3}", ""));
	put_done(site, CONTRACT("t", "ENTERPRISE", "TRIAL", "2026-06-01", "2026-06-15",
	                        "\"STO\":{\"developers\":3}", ""));
	put_done(site, CONTRACT("n", "ENTERPRISE", "PAID", "2027-01-01", "2028-01-01",
	                        "\"CD\":{\"developers\":3}", ""));
	put_done(site, CONTRACT("c", "TEAM", "PAID", "2026-01-01", "2027-01-01",
	                        "\"IDP\":{\"developers\":3}", ""));
	/* One of two cannot leave the plan alone; both together can. */
	assert_refused(site,
	               CONTRACT("c", "ENTERPRISE", "PAID", "2026-01-01", "2027-01-01",
	                        "\"IDP\":{\"developers\":3}", ""),
	               ERR_CONTRACT_PLAN, "c and a");
	put_done(site,
	         "[" CONTRACT(
			 "a", "ENTERPRISE", "PAID", "2026-01-01", "2027-01-01",
			 "\"CD\":{\"developers\":3}",
			 ",\"from\":\"2026-07-01T00:00:00Z\"") "," CONTRACT("c", "ENTERPRISE",
	                                                                    "PAID", "2026-01-01",
	                                                                    "2027-01-01",
	                                                                    "\"IDP\":{"
	                                                                    "\"developers\":3}",
	                                                                    ",\"from\":\"2026-07-"
	                                                                    "01T00:00:00Z\"") "]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_A3_each_hour_is_answered_by_its_version,
		                                site_open, site_close),
		cmocka_unit_test_setup_teardown(test_A3_a_change_before_the_start_takes_its_place,
		                                site_open, site_close),
		cmocka_unit_test_setup_teardown(test_A3_an_addon_needs_developers, site_open,
		                                site_close),
		cmocka_unit_test_setup_teardown(test_A3_a_cancelled_contract_ends_at_its_end,
		                                site_open, site_close),
		cmocka_unit_test_setup_teardown(test_A3_a_list_is_put_whole_or_not_at_all,
		                                site_open, site_close),
		cmocka_unit_test_setup_teardown(test_A4_paid_modules_share_one_plan, site_open,
		                                site_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
