/* test_people.c - people by events: granted, revoked, imported, assigned. */
#include "people_fixture.h"

#include "core/json/json_read.h"

/* ---- A-10 ---- */

static void
test_A10_a_grant_is_an_event(void **state)
{
	struct fixture  fixture;
	struct span     events;
	struct question question = { .account = SPAN("acme") };
	(void)state;
	begin(&fixture);
	struct span answer =
		grant(&fixture, "{\"email\":\"Ann@X.org\",\"name\":\"Ann\",\"modules\":"
	                        "[\"CI\",\"CODE\"],\"groups\":[\"dev\"]}");
	assert_holds(answer, "\"granted\":2,\"revoked\":0");
	assert_int_equal(events_stored(&fixture), 2);
	assert_int_equal(engine_events(fixture.engine, &question, &fixture.arena, &events, NULL),
	                 ERR_NONE);
	assert_holds(events, "\"source\":\"tally:people\",\"type\":\"access.granted\",\"account\":"
	                     "\"acme\",\"subject\":\"ann@x.org\",\"time\":\"2026-11-22T00:00:00Z\","
	                     "\"data\":{\"module\":\"CI\",\"name\":\"Ann\",\"groups\":[\"dev\"],"
	                     "\"service_account\":false}");
	assert_holds(people(&fixture, "", ""),
	             "\"people\":[{\"email\":\"ann@x.org\",\"name\":\"Ann\",\"service_account\":"
	             "false,\"groups\":[\"dev\"],\"modules\":[\"CI\",\"CODE\"],\"since\":{\"CI\":"
	             "\"2026-11-22T00:00:00Z\",\"CODE\":\"2026-11-22T00:00:00Z\"}}]");
	/* Once more changes nothing. */
	assert_holds(grant(&fixture, "{\"email\":\"ANN@x.org\",\"modules\":[\"CI\"]}"),
	             "\"unchanged\":1,\"granted\":0");
	assert_int_equal(events_stored(&fixture), 2);
	end(&fixture);
}

/* Also within one nanosecond of a clock that stands: what is done later holds. */
static void
test_A10_the_last_change_holds(void **state)
{
	struct fixture fixture;
	(void)state;
	begin(&fixture);
	for (int i = 0; i < 3; i++) {
		grant(&fixture, "{\"email\":\"ann@x.org\",\"modules\":[\"CI\",\"SEI\"]}");
		assert_people(&fixture, "CI", "ann@x.org");
		assert_holds(take_back(&fixture, "Ann@x.org", "CI"), "\"revoked\":1");
		assert_people(&fixture, "CI", "");
		assert_people(&fixture, "SEI", "ann@x.org");
	}
	assert_holds(take_back(&fixture, "ann@x.org", ""), "\"revoked\":1");
	assert_people(&fixture, "", "");
	grant(&fixture, "{\"email\":\"ann@x.org\"}");
	assert_people(&fixture, "", "ann@x.org");
	end(&fixture);
}

static void
test_A10_since_when_and_at_which_moment(void **state)
{
	struct fixture fixture;
	(void)state;
	begin(&fixture);
	grant(&fixture, "{\"email\":\"ann@x.org\",\"modules\":[\"CI\"]}");
	hours_pass(&fixture, 5);
	take_back(&fixture, "ann@x.org", "CI");
	hours_pass(&fixture, 5);
	grant(&fixture, "{\"email\":\"ann@x.org\",\"modules\":[\"CI\"]}");
	hours_pass(&fixture, 5);
	assert_holds(people(&fixture, "CI", ""), "\"since\":{\"CI\":\"2026-11-22T10:00:00Z\"}");
	assert_holds(people(&fixture, "CI", "2026-11-22T04:59:59Z"),
	             "\"since\":{\"CI\":\"2026-11-22T00:00:00Z\"}");
	assert_holds(people(&fixture, "CI", "2026-11-22T05:00:00Z"), "\"people\":[]");
	assert_holds(people(&fixture, "CI", "2026-11-21T23:00:00Z"), "\"people\":[]");
	end(&fixture);
}

/* Events from elsewhere, retractions and builds are seen as well. */
static void
test_A10_events_from_elsewhere(void **state)
{
	struct fixture fixture;
	struct span    lines =
		SPAN("{\"id\":\"1\",\"source\":\"idp\",\"type\":\"access.granted\","
	             "\"account\":\"acme\","
	             "\"subject\":\"Bob@X.org\",\"time\":\"2026-11-20T00:00:00Z\",\"data\":{"
	             "\"module\":\"CODE\",\"name\":\"Bob\",\"service_account\":true}}\n"
	             "{\"id\":\"2\",\"source\":\"idp\",\"type\":\"access.granted\","
	             "\"account\":\"acme\","
	             "\"subject\":\"cid@x.org\",\"time\":\"2026-11-20T00:00:00Z\",\"data\":{"
	             "\"module\":\"CODE\"}}\n"
	             "{\"id\":\"3\",\"source\":\"ci\",\"type\":\"ci.build\",\"account\":\"acme\","
	             "\"subject\":\"repo\",\"time\":\"2026-11-21T07:00:00Z\",\"data\":{"
	             "\"committer\":\"BOB@x.org\"}}\n");
	(void)state;
	begin(&fixture);
	assert_int_equal(fixture_ingest(&fixture, lines).accepted, 3);
	assert_people(&fixture, "CODE", "bob@x.org cid@x.org");
	assert_holds(
		people(&fixture, "CODE", ""),
		"{\"email\":\"bob@x.org\",\"name\":\"Bob\",\"service_account\":true,\"groups\":"
		"[],\"modules\":[\"CODE\"],\"since\":{\"CODE\":\"2026-11-20T00:00:00Z\"},"
		"\"last_activity\":\"2026-11-21T07:00:00Z\"}");
	fixture_ingest(&fixture,
	               SPAN("{\"id\":\"4\",\"source\":\"idp\",\"type\":\"event.retracted\","
	                    "\"account\":\"acme\",\"subject\":\"idp 2\"}\n"));
	assert_people(&fixture, "CODE", "bob@x.org");
	end(&fixture);
}

static void
test_A10_a_person_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *json;
		enum err    err;
		const char *field;
	} CASES[] = {
		{ "{}", ERR_FIELD_MISSING, "email" },
		{ "[[]]", ERR_LIST_SYNTAX, "list" },
		{ "{\"email\":\"\"}", ERR_FIELD_MISSING, "email" },
		{ "{\"name\":\"x\"}", ERR_FIELD_MISSING, "email" },
		{ "{\"email\":\"a@x\",\"modules\":[\"XX\"]}", ERR_FIELD_VALUE, "modules" },
		{ "{\"email\":\"a@x\",\"mail\":\"b\"}", ERR_FIELD_UNKNOWN, "mail" },
		{ "{\"email\":\"a\\u0001@x\"}", ERR_FIELD_VALUE, "email" },
		{ "{\"email\":{}}", ERR_LIST_SYNTAX, "list" },
		{ "{\"people\":[{\"email\":\"a@x\"},{\"email\":\"A@x\"}]}", ERR_FIELD_VALUE,
		  "email" },
		{ "{\"people\":[{\"email\":\"a@x\"}", ERR_LIST_SYNTAX, "list" },
		{ "{\"email\":\"a@x\",\"service_account\":\"maybe\"}", ERR_FIELD_VALUE,
		  "service_account" },
	};
	struct fixture fixture;
	(void)state;
	begin(&fixture);
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct refusal refusal = { .err = ERR_NONE };
		struct span    answer;
		struct span    json = span_of(CASES[i].json);
		enum err err = engine_people_grant(fixture.engine, &BY_TEST, SPAN("acme"), json,
		                                   &fixture.arena, &answer, &refusal);
		if (err != CASES[i].err || strcmp(refusal.field, CASES[i].field) != 0)
			fail_msg("%s: %d %s %s", CASES[i].json, err, refusal.field, refusal.detail);
	}
	assert_int_equal(events_stored(&fixture), 0);
	struct refusal refusal;
	struct span    answer;
	assert_int_equal(engine_people_revoke(fixture.engine, &BY_TEST, SPAN("acme"), SPAN("no@x"),
	                                      SPAN(""), &fixture.arena, &answer, &refusal),
	                 ERR_PERSON_UNKNOWN);
	assert_int_equal(engine_people_grant(fixture.engine, &BY_TEST, SPAN("none"),
	                                     SPAN("{\"email\":\"a@x\"}"), &fixture.arena, &answer,
	                                     &refusal),
	                 ERR_ACCOUNT_UNKNOWN);
	end(&fixture);
}

static void
test_A10_an_idempotency_key_gives_the_first_answer(void **state)
{
	const struct change keyed = { .actor = SPAN("test"), .idempotency_key = SPAN("k1") };
	struct fixture      fixture;
	struct span         first, second;
	struct span         json = SPAN("{\"email\":\"ann@x.org\",\"modules\":[\"CI\"]}");
	(void)state;
	begin(&fixture);
	assert_int_equal(engine_people_grant(fixture.engine, &keyed, SPAN("acme"), json,
	                                     &fixture.arena, &first, NULL),
	                 ERR_NONE);
	take_back(&fixture, "ann@x.org", "CI");
	assert_int_equal(engine_people_grant(fixture.engine, &keyed, SPAN("acme"), json,
	                                     &fixture.arena, &second, NULL),
	                 ERR_NONE);
	assert_span_equal(first, second);
	assert_people(&fixture, "CI", "");
	end(&fixture);
}

/* A row says what its person has; people who are not on the file are left alone. */
static void
test_A10_people_from_csv(void **state)
{
	struct fixture fixture;
	(void)state;
	begin(&fixture);
	grant(&fixture, "{\"email\":\"zoe@x.org\",\"modules\":[\"CI\"]}");
	const char *csv = "email,name,modules,groups,service_account\n"
			  "Ann@x.org,Ann,CI;CODE,dev; ops,\nbot@x.org,Bot,CI CODE,,yes\n"
			  "cid@x.org,Cid,,,no\n";
	assert_holds(import(&fixture, engine_people_import, csv, true),
	             "\"saved\":false,\"rows\":3,\"unchanged\":0,\"granted\":4,\"revoked\":0,"
	             "\"added\":{\"count\":3");
	assert_people(&fixture, "CODE", "");
	assert_holds(import(&fixture, engine_people_import, csv, false), "\"saved\":true");
	assert_people(&fixture, "CI", "ann@x.org bot@x.org zoe@x.org");
	assert_people(&fixture, "", "ann@x.org bot@x.org cid@x.org zoe@x.org");
	assert_holds(people(&fixture, "CODE", ""), "\"groups\":[\"dev\",\"ops\"]");
	assert_holds(people(&fixture, "CODE", ""), "\"email\":\"bot@x.org\",\"name\":\"Bot\","
	                                           "\"service_account\":true");
	uint64_t before = events_stored(&fixture);
	assert_holds(import(&fixture, engine_people_import, csv, false), "\"unchanged\":3");
	assert_int_equal(events_stored(&fixture), before);
	assert_holds(import(&fixture, engine_people_import,
	                    "[{\"email\":\"ann@x.org\",\"modules\":[\"CI\"]},"
	                    "{\"email\":\"bot@x.org\",\"name\":\"Robot\"}]",
	                    false),
	             "\"granted\":0,\"revoked\":1");
	assert_people(&fixture, "CODE", "bot@x.org");
	assert_holds(import(&fixture, engine_people_import, "email,modules\nann@x.org,XX\nann,\n",
	                    false),
	             "\"saved\":false,\"errors\":[{\"code\":\"INVALID_VALUE\",\"count\":2");
	end(&fixture);
}

/* ---- A-11 ---- */

static void
test_A11_all_people_and_service_accounts(void **state)
{
	struct fixture fixture;
	struct span    list;
	(void)state;
	begin(&fixture);
	grant(&fixture, "{\"people\":[{\"email\":\"ann@x.org\",\"groups\":[\"dev\"]},"
	                "{\"email\":\"bot@x.org\",\"service_account\":true},"
	                "{\"email\":\"cid@x.org\",\"groups\":[\"ops\",\"dev\"]}]}");
	assert_holds(assign(&fixture, "{\"module\":\"CODE\",\"assign\":\"all\"}"),
	             "\"granted\":3,\"revoked\":0");
	assert_people(&fixture, "CODE", "ann@x.org bot@x.org cid@x.org");
	/* Who comes later is meant as well. */
	grant(&fixture, "{\"email\":\"dan@x.org\"}");
	assert_people(&fixture, "CODE", "ann@x.org bot@x.org cid@x.org dan@x.org");
	assert_holds(assign(&fixture, "{\"module\":\"CODE\",\"assign\":\"all\"}"), "\"granted\":0");
	/* Back to by hand: nobody loses anything. */
	assert_holds(assign(&fixture, "{\"module\":\"CODE\",\"assign\":\"manual\"}"),
	             "\"granted\":0,\"revoked\":0");
	grant(&fixture, "{\"email\":\"eve@x.org\"}");
	assert_people(&fixture, "CODE", "ann@x.org bot@x.org cid@x.org dan@x.org");
	assert_int_equal(
		engine_assignments_list(fixture.engine, SPAN("acme"), &fixture.arena, &list, NULL),
		ERR_NONE);
	assert_holds(list, "\"modules\":[{\"module\":\"CODE\",\"assign\":\"manual\",\"people\":4,"
	                   "\"since\":\"2026-11-22T00:00:00Z\",\"by\":\"test\"}]");
	end(&fixture);
}

static void
test_A11_chosen_groups_and_service_accounts(void **state)
{
	struct fixture fixture;
	struct span    list;
	(void)state;
	begin(&fixture);
	grant(&fixture, "{\"people\":[{\"email\":\"ann@x.org\",\"groups\":[\"dev\"]},"
	                "{\"email\":\"bot@x.org\",\"service_account\":true},"
	                "{\"email\":\"cid@x.org\",\"groups\":[\"ops\"]},"
	                "{\"email\":\"eve@x.org\",\"modules\":[\"CI\"]}]}");
	assert_holds(assign(&fixture, "{\"module\":\"CI\",\"assign\":\"chosen\",\"groups\":"
	                              "[\"dev\"],\"service_accounts\":[\"BOT@x.org\"]}"),
	             "\"granted\":2,\"revoked\":1");
	assert_people(&fixture, "CI", "ann@x.org bot@x.org");
	/* Groups change: who enters gains, who leaves loses, at that moment. */
	grant(&fixture, "{\"people\":[{\"email\":\"ann@x.org\",\"groups\":[]},"
	                "{\"email\":\"cid@x.org\",\"groups\":[\"dev\"]}]}");
	assert_people(&fixture, "CI", "bot@x.org cid@x.org");
	/* By hand all the same: nothing is blocked. */
	grant(&fixture, "{\"email\":\"eve@x.org\",\"modules\":[\"CI\"]}");
	assert_people(&fixture, "CI", "bot@x.org cid@x.org eve@x.org");
	assert_int_equal(
		engine_assignments_list(fixture.engine, SPAN("acme"), &fixture.arena, &list, NULL),
		ERR_NONE);
	assert_holds(list, "{\"module\":\"CI\",\"assign\":\"chosen\",\"groups\":[\"dev\"],"
	                   "\"service_accounts\":[\"bot@x.org\"],\"people\":3,\"since\":");
	end(&fixture);
}

static struct span
meaning(struct fixture *fixture, const char *json)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	if (engine_assignments_preview(fixture->engine, SPAN("acme"), span_of(json),
	                               &fixture->arena, &answer, &refusal))
		fail_msg("preview: %s", refusal.detail);
	return answer;
}

static int64_t
code_used(struct fixture *fixture)
{
	struct question question = { .account = SPAN("acme"), .module = SPAN("CODE") };
	struct span     answer;
	struct json    *root;
	int64_t         used;
	assert_int_equal(engine_usage(fixture->engine, &question, &fixture->arena, &answer, NULL),
	                 ERR_NONE);
	assert_int_equal(json_parse(answer, &fixture->arena, &root, NULL), ERR_NONE);
	const struct json *modules = json_member(root, SPAN("modules"));
	assert_int_equal(json_int64(json_member(modules->first, SPAN("used")), &used), ERR_NONE);
	return used;
}

/* What a preview says is what then comes, and by itself it changes nothing. */
static void
test_A11_a_preview_says_what_an_assignment_means(void **state)
{
	const char    *chosen   = "{\"module\":\"CODE\",\"assign\":\"chosen\",\"groups\":[\"dev\"],"
				  "\"service_accounts\":[\"bot@x.org\"]}";
	const char    *contract = "{\"id\":\"c\",\"model\":\"DEVELOPER_360\",\"plan\":\"TEAM\","
				  "\"kind\":\"PAID\",\"start\":\"2026-01-01T00:00:00Z\",\"end\":"
				  "\"2027-01-01T00:00:00Z\",\"modules\":{\"CODE\":"
				  "{\"developers\":2}}}";
	struct fixture fixture;
	struct span    answer;
	(void)state;
	begin(&fixture);
	assert_int_equal(engine_contract_put(fixture.engine, &BY_TEST, SPAN("acme"),
	                                     span_of(contract), &fixture.arena, &answer, NULL),
	                 ERR_NONE);
	grant(&fixture, "{\"people\":[{\"email\":\"ann@x.org\",\"groups\":[\"dev\"]},"
	                "{\"email\":\"bot@x.org\",\"service_account\":true},"
	                "{\"email\":\"cid@x.org\",\"groups\":[\"dev\"]},"
	                "{\"email\":\"eve@x.org\",\"name\":\"Eve\",\"modules\":[\"CODE\"]}]}");
	uint64_t before = events_stored(&fixture);
	answer          = meaning(&fixture, chosen);
	assert_holds(answer, "\"service_accounts\":[\"bot@x.org\"],\"now\":1,\"then\":3,"
	                     "\"licences\":{\"unit\":\"developer\",\"owned\":2,\"now\":1,"
	                     "\"then\":3}}]");
	assert_holds(answer, "\"gaining\":{\"count\":3,\"people\":[{\"email\":\"ann@x.org\"},"
	                     "{\"email\":\"bot@x.org\"},{\"email\":\"cid@x.org\"}]}");
	assert_holds(answer, "\"losing\":{\"count\":1,\"people\":[{\"email\":\"eve@x.org\","
	                     "\"name\":\"Eve\"}]}");
	assert_int_equal(events_stored(&fixture), before);
	assert_int_equal(code_used(&fixture), 1);
	assign(&fixture, chosen);
	assert_int_equal(code_used(&fixture), 3);
	assert_holds(meaning(&fixture, chosen), "\"now\":3,\"then\":3,");
	/* A module that is not licensed by who has it: people alone. */
	assert_holds(meaning(&fixture, "{\"module\":\"CD\",\"assign\":\"all\"}"),
	             "\"now\":0,\"then\":4}],\"gaining\":{\"count\":4");
	assert_holds(meaning(&fixture, "{\"module\":\"CODE\",\"assign\":\"manual\"}"),
	             "\"gaining\":{\"count\":0,\"people\":[]},\"losing\":{\"count\":0,");
	end(&fixture);
}

static void
test_A11_assignments_are_refused_with_their_field(void **state)
{
	static const struct {
		const char *json;
		enum err    err;
		const char *field;
	} CASES[] = {
		{ "[]", ERR_FIELD_TYPE, "modules" },
		{ "{\"assign\":\"all\"}", ERR_FIELD_MISSING, "module" },
		{ "{\"module\":\"CI\"}", ERR_FIELD_MISSING, "assign" },
		{ "{\"module\":\"CI\",\"assign\":\"none\"}", ERR_FIELD_VALUE, "assign" },
		{ "{\"module\":\"XX\",\"assign\":\"all\"}", ERR_MODULE_UNKNOWN, "module" },
		{ "{\"module\":\"CI\",\"assign\":\"all\",\"groups\":[\"a\"]}", ERR_FIELD_VALUE,
		  "assign" },
		{ "{\"module\":\"CI\",\"assign\":\"chosen\",\"groups\":[\"\"]}", ERR_FIELD_VALUE,
		  "groups" },
		{ "{\"module\":\"CI\",\"assign\":\"all\",\"x\":1}", ERR_FIELD_UNKNOWN, "x" },
		{ "{\"modules\":[]}", ERR_FIELD_TYPE, "modules" },
		{ "{\"modules\":[{\"module\":\"CI\",\"assign\":\"all\"},{\"module\":\"CI\","
		  "\"assign\":\"all\"}]}",
		  ERR_FIELD_VALUE, "module" },
	};
	struct fixture fixture;
	(void)state;
	begin(&fixture);
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct refusal refusal = { .err = ERR_NONE };
		struct span    answer;
		enum err       err = engine_assignments_put(fixture.engine, &BY_TEST, SPAN("acme"),
		                                            span_of(CASES[i].json), &fixture.arena,
		                                            &answer, &refusal);
		if (err != CASES[i].err || strcmp(refusal.field, CASES[i].field) != 0)
			fail_msg("%s: %d %s %s", CASES[i].json, err, refusal.field, refusal.detail);
	}
	end(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_A10_a_grant_is_an_event),
		cmocka_unit_test(test_A10_the_last_change_holds),
		cmocka_unit_test(test_A10_since_when_and_at_which_moment),
		cmocka_unit_test(test_A10_events_from_elsewhere),
		cmocka_unit_test(test_A10_a_person_is_refused_with_its_place),
		cmocka_unit_test(test_A10_an_idempotency_key_gives_the_first_answer),
		cmocka_unit_test(test_A10_people_from_csv),
		cmocka_unit_test(test_A11_all_people_and_service_accounts),
		cmocka_unit_test(test_A11_chosen_groups_and_service_accounts),
		cmocka_unit_test(test_A11_a_preview_says_what_an_assignment_means),
		cmocka_unit_test(test_A11_assignments_are_refused_with_their_field),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
