/* test_people.c - people by events: granted, revoked, imported, assigned, through restarts. */
#include "engine_fixture.h"

#include "edge/store/store_fault.h"
#include "edge/store/store_local.h"
#include "engine/people.h"

static void
begin(struct fixture *fixture)
{
	memset(fixture, 0, sizeof *fixture);
	fixture_open(fixture);
	fixture_engine(fixture, store_memory_open());
	fixture_account(fixture, "acme");
}

static void
end(struct fixture *fixture)
{
	engine_close(fixture->engine);
	fixture_close(fixture);
}

static void
hours_pass(struct fixture *fixture, int hours)
{
	fixture->now.ns += hours * NS_PER_HOUR;
}

static bool
holds(struct span text, const char *part)
{
	return memmem(text.at, text.size, part, strlen(part)) != NULL;
}

static void
assert_holds(struct span text, const char *part)
{
	if (!holds(text, part))
		fail_msg("no %s\nin %.*s", part, (int)text.size, text.at);
}

static struct span
people(struct fixture *fixture, const char *module, const char *at)
{
	struct question question = { .account = SPAN("acme"),
		                     .module  = span_of(module),
		                     .at      = span_of(at) };
	struct refusal  refusal  = { .err = ERR_NONE };
	struct span     answer;
	if (engine_people_list(fixture->engine, &question, &fixture->arena, &answer, &refusal))
		fail_msg("people: %s", refusal.detail);
	return answer;
}

/* The e-mails of a list, "a b c". */
static void
assert_people(struct fixture *fixture, const char *module, const char *emails)
{
	struct span answer   = people(fixture, module, "");
	char        got[512] = "";
	const char *at       = answer.at;
	while ((at = memmem(at, answer.size - (size_t)(at - answer.at), "\"email\":\"", 9))) {
		const char *quote = strchr(at + 9, '"');
		size_t      size  = strlen(got);
		snprintf(got + size, sizeof got - size, "%s%.*s", size ? " " : "",
		         (int)(quote - at - 9), at + 9);
		at = quote;
	}
	if (strcmp(got, emails) != 0)
		fail_msg("%s: %s, not %s", module, got, emails);
}

static struct span
grant(struct fixture *fixture, const char *json)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	if (engine_people_grant(fixture->engine, &BY_TEST, SPAN("acme"), span_of(json),
	                        &fixture->arena, &answer, &refusal))
		fail_msg("grant: %s", refusal.detail);
	return answer;
}

static struct span
take_back(struct fixture *fixture, const char *email, const char *module)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	if (engine_people_revoke(fixture->engine, &BY_TEST, SPAN("acme"), span_of(email),
	                         span_of(module), &fixture->arena, &answer, &refusal))
		fail_msg("revoke: %s", refusal.detail);
	return answer;
}

static struct span
assign(struct fixture *fixture, const char *json)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	if (engine_assignments_put(fixture->engine, &BY_TEST, SPAN("acme"), span_of(json),
	                           &fixture->arena, &answer, &refusal))
		fail_msg("assign: %s", refusal.detail);
	return answer;
}

typedef enum err import_call(struct engine *engine, const struct change *change,
                             struct span account, const struct list_request *request,
                             struct arena *arena, struct span *answer, struct refusal *refusal);

static struct span
import(struct fixture *fixture, import_call *call, const char *csv, bool preview)
{
	struct list_request request = { .body = span_of(csv), .preview = preview };
	struct refusal      refusal = { .err = ERR_NONE };
	struct span         answer;
	if (*csv == '[' || *csv == '{')
		request.format = LIST_FORMAT_JSON;
	if (call(fixture->engine, &BY_TEST, SPAN("acme"), &request, &fixture->arena, &answer,
	         &refusal))
		fail_msg("import: %s: %s", refusal.field, refusal.detail);
	return answer;
}

static uint64_t
events_stored(struct fixture *fixture)
{
	struct engine_metrics metrics;
	engine_metrics(fixture->engine, &metrics);
	return metrics.events_stored;
}

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
	struct span    lines = SPAN(
		   "{\"id\":\"1\",\"source\":\"idp\",\"type\":\"access.granted\",\"account\":\"acme\","
		      "\"subject\":\"Bob@X.org\",\"time\":\"2026-11-20T00:00:00Z\",\"data\":{"
		      "\"module\":\"CODE\",\"name\":\"Bob\",\"service_account\":true}}\n"
		      "{\"id\":\"2\",\"source\":\"idp\",\"type\":\"access.granted\",\"account\":\"acme\","
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
		enum err       err = engine_people_grant(fixture.engine, &BY_TEST, SPAN("acme"),
		                                         span_of(CASES[i].json), &fixture.arena, &answer,
		                                         &refusal);
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
	assert_holds(list,
	             "\"modules\":[{\"module\":\"CODE\",\"assign\":\"manual\",\"people\":4}]");
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
	                   "\"service_accounts\":[\"bot@x.org\"],\"people\":3}");
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
		cmocka_unit_test(test_A10_a_grant_is_an_event),
		cmocka_unit_test(test_A10_the_last_change_holds),
		cmocka_unit_test(test_A10_since_when_and_at_which_moment),
		cmocka_unit_test(test_A10_events_from_elsewhere),
		cmocka_unit_test(test_A10_a_person_is_refused_with_its_place),
		cmocka_unit_test(test_A10_an_idempotency_key_gives_the_first_answer),
		cmocka_unit_test(test_A10_people_from_csv),
		cmocka_unit_test(test_A11_all_people_and_service_accounts),
		cmocka_unit_test(test_A11_chosen_groups_and_service_accounts),
		cmocka_unit_test(test_A11_assignments_are_refused_with_their_field),
		cmocka_unit_test(test_A12_a_new_list_replaces_the_old),
		cmocka_unit_test(test_A12_a_list_with_errors_changes_nothing),
		cmocka_unit_test(test_A12_json_and_mapping),
		cmocka_unit_test(test_A10_a_crash_in_between_loses_and_doubles_nothing),
		cmocka_unit_test(test_A11_everything_is_there_after_a_restart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
