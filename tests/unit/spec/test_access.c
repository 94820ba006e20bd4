/* test_access.c - modules whose licences are people: CODE, CI, IDP, SEI (L-20 to L-23). */
#include "site.h"

static void
grant(struct site *site, const char *module, const char *mail, const char *time)
{
	char data[64];
	snprintf(data, sizeof(data), "\"module\":\"%s\"", module);
	say(site, "access.granted", mail, time, data);
}

static void
revoke(struct site *site, const char *module, const char *mail, const char *time)
{
	char data[64];
	snprintf(data, sizeof(data), "\"module\":\"%s\"", module);
	say(site, "access.revoked", mail, time, data);
}

static int64_t
used_of(struct site *site, const char *module, const char *at)
{
	return number(figure_at(site, module, "", at), "used");
}

static void
test_L20_a_person_in_two_spellings_is_one(void **state)
{
	struct site *site = *state;
	grant(site, "CODE", "Ann@Example.com", "2026-05-01T08:00:00Z");
	grant(site, "CODE", "ann@example.COM", "2026-05-02T08:00:00Z");
	grant(site, "IDP", "ANN@EXAMPLE.COM", "2026-05-02T08:00:00Z");
	grant(site, "CODE", "bob@example.com", "2026-05-02T08:00:00Z");
	send(site);
	const struct json *code = figure_at(site, "CODE", "", "2026-05-03T00:00:00Z");
	const struct json *row  = json_member(code, SPAN("rows"))->first;
	assert_int_equal(number(code, "used"), 2);
	assert_int_equal(used_of(site, "IDP", "2026-05-03T00:00:00Z"), 1);
	assert_text(row, "kind", "person");
	assert_text(row, "id", "ann@example.com");
	assert_text(row, "last_activity", "2026-05-02T08:00:00Z");
	assert_null(json_member(row, SPAN("org")));
	assert_text(row->next, "id", "bob@example.com");
}

static void
test_L21_access_holds_from_the_grant_to_the_revocation(void **state)
{
	struct site *site = *state;
	grant(site, "CODE", "ann@x", "2026-05-01T08:30:00Z");
	revoke(site, "CODE", "ann@x", "2026-05-10T09:10:00Z");
	grant(site, "CODE", "ann@x", "2026-05-12T23:59:59Z");
	revoke(site, "IDP", "ann@x", "2026-05-13T00:00:00Z");
	send(site);
	assert_int_equal(used_of(site, "CODE", "2026-05-01T07:59:00Z"), 0);
	assert_int_equal(used_of(site, "CODE", "2026-05-01T08:00:00Z"), 1);
	assert_int_equal(used_of(site, "CODE", "2026-05-10T08:00:00Z"), 1);
	assert_int_equal(used_of(site, "CODE", "2026-05-10T09:00:00Z"), 0);
	assert_int_equal(used_of(site, "CODE", "2026-05-12T22:00:00Z"), 0);
	assert_int_equal(used_of(site, "CODE", "2026-05-12T23:00:00Z"), 1);
	assert_int_equal(used_of(site, "CODE", "2026-11-01T00:00:00Z"), 1);
	const struct json *code = figure_at(site, "CODE", "", "2026-11-01T05:10:00Z");
	assert_text(json_member(code, SPAN("window")), "from", "2026-11-01T05:00:00Z");
	assert_text(json_member(code, SPAN("window")), "to", "2026-11-01T06:00:00Z");
}

static void
test_L21_at_one_time_revoked_wins(void **state)
{
	struct site *site = *state;
	grant(site, "CODE", "ann@x", "2026-05-01T08:00:00Z");
	revoke(site, "CODE", "ann@x", "2026-05-01T08:00:00Z");
	grant(site, "CODE", "bob@x", "2026-05-01T08:00:00.000000001Z");
	revoke(site, "CODE", "bob@x", "2026-05-01T08:00:00Z");
	send(site);
	assert_int_equal(used_of(site, "CODE", "2026-05-02T00:00:00Z"), 1);
}

static void
test_L21_service_accounts_count_and_stand_apart(void **state)
{
	struct site *site = *state;
	say(site, "access.granted", "robot@x", "2026-05-01T08:00:00Z",
	    "\"module\":\"CODE\",\"name\":\"Robot\",\"service_account\":true");
	say(site, "access.granted", "ann@x", "2026-05-01T08:00:00Z",
	    "\"module\":\"CODE\",\"name\":\"Ann\",\"service_account\":false");
	/* What the latest grant says holds. */
	say(site, "access.granted", "bob@x", "2026-05-01T08:00:00Z",
	    "\"module\":\"CODE\",\"service_account\":true");
	grant(site, "CODE", "bob@x", "2026-05-01T09:00:00Z");
	send(site);
	const struct json *code = figure_at(site, "CODE", "", "2026-05-02T00:00:00Z");
	assert_int_equal(number(code, "used"), 3);
	assert_int_equal(number(part_of(code, "developers"), "licences"), 2);
	assert_int_equal(number(part_of(code, "service_accounts"), "keys"), 1);
	assert_int_equal(number(part_of(code, "service_accounts"), "licences"), 1);
	const struct json *rows =
		site_usage(site, (struct question){ .module = SPAN("CODE"),
	                                            .kind   = SPAN("service_account"),
	                                            .at     = SPAN("2026-05-02T00:00:00Z") });
	const struct json *robot = json_member(rows->first, SPAN("rows"));
	assert_int_equal(robot->count, 1);
	assert_text(robot->first, "id", "robot@x");
	assert_text(robot->first, "name", "Robot");
}

/* The catalogue with service accounts that are shown only. */
static void
test_L21_service_accounts_may_be_left_uncounted(void **state)
{
	(void)state;
	struct site         *site = calloc(1, sizeof(*site));
	struct catalog       changed;
	struct catalog_rule *rules;
	fixture_open(&site->fixture);
	changed = *site->fixture.catalog;
	rules   = ARENA_ARRAY(&site->fixture.arena, struct catalog_rule, changed.rules_count);
	for (uint32_t i = 0; i < changed.rules_count; i++) {
		rules[i]           = changed.rules[i];
		rules[i].uncounted = span_equal(rules[i].part, SPAN("service_accounts"));
	}
	changed.rules         = rules;
	site->fixture.catalog = &changed;
	assert_int_equal(catalog_check(&changed, NULL), ERR_NONE);
	fixture_engine(&site->fixture, store_memory_open());
	fixture_account(&site->fixture, "acme");
	text_open(&site->lines, &site->fixture.arena);
	say(site, "access.granted", "robot@x", "2026-05-01T08:00:00Z",
	    "\"module\":\"CODE\",\"service_account\":true");
	grant(site, "CODE", "ann@x", "2026-05-01T08:00:00Z");
	send(site);
	const struct json *code = figure_at(site, "CODE", "", "2026-05-02T00:00:00Z");
	assert_int_equal(number(code, "used"), 1);
	assert_int_equal(number(part_of(code, "service_accounts"), "keys"), 1);
	assert_int_equal(json_member(code, SPAN("rows"))->count, 2);
	void *closing = site;
	site_close(&closing);
}

static void
test_L21_owned_are_the_developers_alone(void **state)
{
	struct site *site = *state;
	site_contract(site, "\"CODE\":{\"developers\":7,\"addon\":5},\"IDP\":{\"developers\":2},"
	                    "\"SEI\":{\"developers\":1},\"CI\":{\"developers\":3}");
	static const struct {
		const char *module;
		int64_t     owned;
	} rows[] = { { "CODE", 7 }, { "IDP", 2 }, { "SEI", 1 }, { "CI", 3 } };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct json *figure =
			figure_at(site, rows[i].module, "", "2026-05-02T00:00:00Z");
		assert_int_equal(number(figure, "owned"), rows[i].owned);
		assert_text(figure, "unit", "developer");
	}
}

/* ---- committers ---- */

static void
build(struct site *site, const char *repository, const char *committer, const char *time)
{
	char data[96];
	snprintf(data, sizeof(data), "\"project\":\"%s\"%s%s%s", repository,
	         committer ? ",\"committer\":\"" : "", committer ? committer : "",
	         committer ? "\"" : "");
	say(site, "ci.build", repository, time, data);
}

static void
test_L22_committers_of_thirty_days_where_the_contract_says_so(void **state)
{
	struct site *site = *state;
	site_contract(site, "\"CI\":{\"developers\":4,\"ci_developers\":\"committers\"}");
	grant(site, "CI", "idle@x", "2026-05-01T00:00:00Z");
	build(site, "web", "Ann@X", "2026-05-01T10:00:00Z");
	build(site, "api", "ann@x", "2026-05-03T10:00:00Z");
	build(site, "api", "bob@x", "2026-05-02T10:00:00Z");
	build(site, "api", NULL, "2026-05-02T10:00:00Z");
	build(site, "api", "", "2026-05-02T11:00:00Z");
	send(site);
	const struct json *figure = figure_at(site, "CI", "", "2026-05-31T09:00:00Z");
	assert_int_equal(number(figure, "used"), 2);
	assert_int_equal(number(figure, "owned"), 4);
	assert_text(json_member(figure, SPAN("window")), "from", "2026-05-01T10:00:00Z");
	assert_int_equal(used_of(site, "CI", "2026-06-01T10:00:00Z"), 1);
	assert_int_equal(used_of(site, "CI", "2026-06-02T10:00:00Z"), 0);
	/* Before the contract begins, those who have access. */
	assert_int_equal(used_of(site, "CI", "2026-01-31T23:00:00Z"), 0);
	assert_text(json_member(figure, SPAN("rows"))->first, "id", "ann@x");
	assert_text(json_member(figure, SPAN("rows"))->first, "last_activity",
	            "2026-05-03T10:00:00Z");
}

static void
test_L22_otherwise_who_has_access(void **state)
{
	struct site *site = *state;
	site_contract(site, "\"CI\":{\"developers\":4,\"ci_developers\":\"permitted\"}");
	grant(site, "CI", "idle@x", "2026-05-01T00:00:00Z");
	build(site, "web", "ann@x", "2026-05-01T10:00:00Z");
	build(site, "web", "bob@x", "2026-05-01T10:00:00Z");
	send(site);
	assert_int_equal(used_of(site, "CI", "2026-05-02T00:00:00Z"), 1);
}

static void
test_L22_a_retracted_build_takes_its_committer_away(void **state)
{
	struct site *site = *state;
	site_contract(site, "\"CI\":{\"developers\":4,\"ci_developers\":\"committers\"}");
	build(site, "web", "ann@x", "2026-05-01T10:00:00Z");
	build(site, "web", "bob@x", "2026-05-01T10:30:00Z");
	say(site, "event.retracted", "s e0", "2026-05-01T11:00:00Z", "");
	send(site);
	const struct json *figure = figure_at(site, "CI", "", "2026-05-02T00:00:00Z");
	assert_int_equal(number(figure, "used"), 1);
	assert_text(json_member(figure, SPAN("rows"))->first, "id", "bob@x");
}

static void
test_L23_the_list_of_developers_is_access_to_SEI(void **state)
{
	struct site *site = *state;
	grant(site, "SEI", "ann@x", "2026-05-01T00:00:00Z");
	grant(site, "SEI", "bob@x", "2026-05-01T00:00:00Z");
	revoke(site, "SEI", "Bob@X", "2026-05-20T13:45:00Z");
	send(site);
	assert_int_equal(used_of(site, "SEI", "2026-05-20T12:59:00Z"), 2);
	assert_int_equal(used_of(site, "SEI", "2026-05-20T13:00:00Z"), 1);
}

/* ---- why ---- */

static void
test_L63_access_is_explained_by_the_grant(void **state)
{
	struct site *site = *state;
	grant(site, "CODE", "ann@x", "2026-03-01T08:00:00Z");
	revoke(site, "CODE", "ann@x", "2026-04-01T08:00:00Z");
	grant(site, "CODE", "ann@x", "2026-05-01T08:30:00Z");
	grant(site, "IDP", "ann@x", "2026-05-02T08:30:00Z");
	grant(site, "CODE", "bob@x", "2026-05-01T08:40:00Z");
	send(site);
	const struct json *answer =
		site_explain(site, (struct question){ .module = SPAN("CODE"),
	                                              .kind   = SPAN("person"),
	                                              .id     = SPAN("ann@x"),
	                                              .at     = SPAN("2026-09-01T00:00:00Z") });
	const struct json *explained = json_member(answer, SPAN("explained"));
	assert_int_equal(explained->count, 1);
	const struct json *activity = json_member(explained->first, SPAN("activity"));
	assert_int_equal(activity->count, 1);
	assert_text(activity->first, "id", "e2");
	assert_text(activity->first, "type", "access.granted");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, site_open, site_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_L20_a_person_in_two_spellings_is_one),
		TEST(test_L21_access_holds_from_the_grant_to_the_revocation),
		TEST(test_L21_at_one_time_revoked_wins),
		TEST(test_L21_service_accounts_count_and_stand_apart),
		cmocka_unit_test(test_L21_service_accounts_may_be_left_uncounted),
		TEST(test_L21_owned_are_the_developers_alone),
		TEST(test_L22_committers_of_thirty_days_where_the_contract_says_so),
		TEST(test_L22_otherwise_who_has_access),
		TEST(test_L22_a_retracted_build_takes_its_committer_away),
		TEST(test_L23_the_list_of_developers_is_access_to_SEI),
		TEST(test_L63_access_is_explained_by_the_grant),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
