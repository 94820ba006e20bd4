/* test_developers.c - the list of developers, and people through crashes and restarts. */
#include "people_fixture.h"

#include "engine/notify.h"

/* ---- A-12 ---- */

static struct span
developers(struct fixture *fixture)
{
	struct question question = { .account = SPAN("acme") };
	struct refusal  refusal  = { .err = ERR_NONE };
	struct span     answer;
	if (engine_developers_list(fixture->engine, &question, &fixture->arena, &answer, &refusal))
		fail_msg("developers: %s", refusal.detail);
	return answer;
}

/* A preview is not told of, an import once. */
static void
test_A30_a_finished_import_is_told(void **state)
{
	struct question question = { .account = SPAN("acme") };
	struct fixture  fixture;
	struct span     told;
	(void)state;
	begin(&fixture);
	import(&fixture, engine_developers_import, "name,email\nAnn,ann@x.org\n", true);
	import(&fixture, engine_developers_import, "name,email\nAnn,ann@x.org\n", false);
	assert_int_equal(
		engine_notification_list(fixture.engine, &question, &fixture.arena, &told, NULL),
		ERR_NONE);
	assert_holds(told, "The import developers 2026-11-22T00:00:00Z has finished");
	assert_holds(told, "1 granted, 0 revoked.");
	assert_null(memmem(told.at, told.size, "},{\"id\"", 8));
	end(&fixture);
}

static void
test_A12_a_new_list_replaces_the_old(void **state)
{
	struct fixture fixture;
	(void)state;
	begin(&fixture);
	struct span first = import(&fixture, engine_developers_import,
	                           "name,email,manager_email,Team\nAnn,ann@x.org,,red\n"
	                           "Bob,bob@x.org,ann@x.org,red\nCid,cid@x.org,ann@x.org,\n",
	                           false);
	assert_holds(first,
	             "\"saved\":true,\"rows\":3,\"unchanged\":0,\"granted\":3,\"revoked\":0");
	assert_holds(developers(&fixture),
	             "{\"email\":\"bob@x.org\",\"name\":\"Bob\",\"manager_email\":\"ann@x.org\","
	             "\"columns\":{\"Team\":\"red\"},\"listed\":true,\"since\":\"2026-11-22T00:00:"
	             "00Z\"");
	hours_pass(&fixture, 3);
	const char *second  = "name,email,manager_email,Team\nAnn,ann@x.org,,blue\n"
			      "Bob,bob@x.org,ann@x.org,red\nDan,dan@x.org,,\n";
	struct span preview = import(&fixture, engine_developers_import, second, true);
	assert_holds(preview, "\"saved\":false,\"rows\":3,\"unchanged\":1,\"granted\":1,"
	                      "\"revoked\":1,\"added\":{\"count\":1,\"people\":[{\"email\":"
	                      "\"dan@x.org\",\"name\":\"Dan\"}]},\"removed\":{\"count\":1,"
	                      "\"people\":[{\"email\":\"cid@x.org\",\"name\":\"Cid\"}]},"
	                      "\"changed\":{\"count\":1,\"people\":[{\"email\":\"ann@x.org\"");
	assert_people(&fixture, "SEI", "ann@x.org bob@x.org cid@x.org");
	import(&fixture, engine_developers_import, second, false);
	assert_people(&fixture, "SEI", "ann@x.org bob@x.org dan@x.org");
	assert_holds(developers(&fixture), "\"columns\":{\"Team\":\"blue\"}");
	assert_holds(developers(&fixture), "\"since\":\"2026-11-22T03:00:00Z\"");
	uint64_t before = events_stored(&fixture);
	assert_holds(import(&fixture, engine_developers_import, second, false), "\"unchanged\":3");
	assert_int_equal(events_stored(&fixture), before);
	end(&fixture);
}

static void
test_A12_a_list_with_errors_changes_nothing(void **state)
{
	struct fixture fixture;
	(void)state;
	begin(&fixture);
	import(&fixture, engine_developers_import, "name,email\nAnn,ann@x.org\n", false);
	uint64_t    before = events_stored(&fixture);
	struct span errors = import(&fixture, engine_developers_import,
	                            "name,email,manager_email\nBob,bob@x.org,no@x.org\n"
	                            "Bob,BOB@x.org,\n",
	                            false);
	assert_holds(errors,
	             "\"saved\":false,\"errors\":[{\"code\":\"DUPLICATE_EMAIL\",\"count\":1,");
	assert_holds(errors,
	             "{\"code\":\"MANAGER_EMAIL_MISSING_IN_DEVELOPER_EMAILS\",\"count\":1,");
	assert_holds(
		import(&fixture, engine_developers_import, "name,email\n\"Bob,b@x\n", false),
		"{\"code\":\"INVALID_CSV\",\"count\":1,\"reason\":\"the list cannot be read as "
		"rows of columns\",\"examples\":[{\"line\":2,\"position\":1,\"detail\":\"a quote "
		"that is never closed\"}]}");
	assert_holds(import(&fixture, engine_developers_import, "", false), "EMPTY_CSV");
	assert_int_equal(events_stored(&fixture), before);
	assert_people(&fixture, "SEI", "ann@x.org");
	end(&fixture);
}

static void
test_A12_json_and_mapping(void **state)
{
	struct fixture      fixture;
	struct span         answer;
	struct refusal      refusal = { .err = ERR_NONE };
	struct list_request request = {
		.body = SPAN("{\"developers\":[{\"Full Name\":\"Ann Lee\",\"email\":\"ann@x.org\"},"
		             "{\"email\":\"ann.l@y.org\",\"Full Name\":\"ann lee\",\"Age\":7}]}"),
		.format  = LIST_FORMAT_JSON,
		.mapping = SPAN("{\"name\":\"Full Name\"}"),
	};
	(void)state;
	begin(&fixture);
	assert_int_equal(engine_developers_import(fixture.engine, &BY_TEST, SPAN("acme"), &request,
	                                          &fixture.arena, &answer, &refusal),
	                 ERR_NONE);
	assert_holds(answer, "\"duplicates\":{\"likely\":[{\"why\":\"name\",\"emails\":["
	                     "\"ann.l@y.org\",\"ann@x.org\"]}],\"count\":1}");
	assert_holds(developers(&fixture), "\"columns\":{\"Age\":\"7\"}");
	assert_holds(developers(&fixture),
	             "\"duplicates\":{\"likely\":[{\"why\":\"name\",\"emails\":"
	             "[\"ann@x.org\",\"ann.l@y.org\"]}],\"count\":1}");
	assert_people(&fixture, "SEI", "ann.l@y.org ann@x.org");
	request.mapping = SPAN("{\"nme\":\"Full Name\"}");
	assert_int_equal(engine_developers_import(fixture.engine, &BY_TEST, SPAN("acme"), &request,
	                                          &fixture.arena, &answer, &refusal),
	                 ERR_FIELD_UNKNOWN);
	request.mapping = SPAN("");
	request.body    = SPAN("[{\"name\":\"a\",\"email\":\"a@x\"},{\"name\":}]");
	assert_int_equal(engine_developers_import(fixture.engine, &BY_TEST, SPAN("acme"), &request,
	                                          &fixture.arena, &answer, &refusal),
	                 ERR_JSON_SYNTAX);
	assert_int_equal(refusal.byte, 36);
	end(&fixture);
}

/* ---- restarts ---- */

static void
open_local(struct fixture *fixture, const char *directory, struct store **fault)
{
	struct store_local_options options = { .directory = directory };
	struct refusal             refusal = { .err = ERR_NONE };
	struct store              *store;
	enum err                   err = store_local_open(&options, &store, &refusal);
	if (err != ERR_NONE)
		fail_msg("%s", refusal.detail);
	store = store_fault_open(store);
	if (fault)
		*fault = store;
	fixture_engine(fixture, store);
}

/* The change is committed, then every commit fails: its events are sent by the next start,
 * and count once. */
static void
test_A10_a_crash_in_between_loses_and_doubles_nothing(void **state)
{
	char           directory[] = "/tmp/tally-test-people-XXXXXX";
	struct fixture fixture     = { 0 };
	struct store  *store;
	(void)state;
	assert_non_null(mkdtemp(directory));
	for (uint32_t passes = 0; passes < 4; passes++) {
		char           json[200];
		struct span    answer;
		struct refusal refusal;
		fixture_open(&fixture);
		open_local(&fixture, directory, &store);
		fixture_account(&fixture, "acme");
		snprintf(json, sizeof json,
		         "{\"people\":[{\"email\":\"p%u@x.org\",\"modules\":[\"CI\",\"SEI\"]},"
		         "{\"email\":\"q%u@x.org\",\"modules\":[\"CI\"]}]}",
		         passes, passes);
		store_fault_arm(store, passes, ERR_STORE_IO, false);
		enum err err =
			engine_people_grant(fixture.engine, &BY_TEST, SPAN("acme"), span_of(json),
		                            &fixture.arena, &answer, &refusal);
		/* Record, events, and the record taken off: then it is done. */
		assert_int_equal(err, passes < 3 ? ERR_STORE_IO : ERR_NONE);
		engine_close(fixture.engine);
		open_local(&fixture, directory, NULL);
		snprintf(json, sizeof json, "p%u@x.org", passes);
		struct span list = people(&fixture, "CI", "");
		assert_int_equal(holds(list, json), passes > 0);
		assert_int_equal(events_stored(&fixture), 3 * passes);
		fixture_verify(&fixture);
		engine_close(fixture.engine);
		fixture_close(&fixture);
	}
	char command[80];
	snprintf(command, sizeof command, "rm -rf %s", directory);
	assert_int_equal(system(command), 0);
}

/* The list of people, assignments and developers are there after a restart. */
static void
test_A11_everything_is_there_after_a_restart(void **state)
{
	char           directory[] = "/tmp/tally-test-people-XXXXXX";
	struct fixture fixture     = { 0 };
	struct span    before[3], after[3];
	(void)state;
	assert_non_null(mkdtemp(directory));
	fixture_open(&fixture);
	open_local(&fixture, directory, NULL);
	fixture_account(&fixture, "acme");
	assign(&fixture, "{\"module\":\"CI\",\"assign\":\"chosen\",\"groups\":[\"dev\"]}");
	grant(&fixture,
	      "{\"people\":[{\"email\":\"ann@x.org\",\"groups\":[\"dev\"],\"name\":\"A\"},"
	      "{\"email\":\"bot@x.org\",\"service_account\":true}]}");
	take_back(&fixture, "bot@x.org", "");
	import(&fixture, engine_developers_import, "name,email,Team\nCid,cid@x.org,red\n", false);
	for (int round = 0; round < 2; round++) {
		struct span *answers = round ? after : before;
		answers[0]           = people(&fixture, "", "");
		answers[1]           = developers(&fixture);
		assert_int_equal(engine_assignments_list(fixture.engine, SPAN("acme"),
		                                         &fixture.arena, &answers[2], NULL),
		                 ERR_NONE);
		engine_close(fixture.engine);
		open_local(&fixture, directory, NULL);
	}
	for (int i = 0; i < 3; i++)
		assert_span_equal(before[i], after[i]);
	assert_people(&fixture, "", "ann@x.org cid@x.org");
	/* The assignment still holds for those to come. */
	grant(&fixture, "{\"email\":\"dan@x.org\",\"groups\":[\"dev\"]}");
	assert_people(&fixture, "CI", "ann@x.org dan@x.org");
	engine_close(fixture.engine);
	fixture_close(&fixture);
	char command[80];
	snprintf(command, sizeof command, "rm -rf %s", directory);
	assert_int_equal(system(command), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_A30_a_finished_import_is_told),
		cmocka_unit_test(test_A12_a_new_list_replaces_the_old),
		cmocka_unit_test(test_A12_a_list_with_errors_changes_nothing),
		cmocka_unit_test(test_A12_json_and_mapping),
		cmocka_unit_test(test_A10_a_crash_in_between_loses_and_doubles_nothing),
		cmocka_unit_test(test_A11_everything_is_there_after_a_restart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
