/* test_questions.c - what questions answer beyond the figure itself: as known then, the
 * events, what is refused. */
#include "engine_fixture.h"

static void
move_clock(struct fixture *fixture, const char *to)
{
	assert_int_equal(instant_parse(span_of(to), &fixture->now, NULL), ERR_NONE);
}

static void
send_instances(struct fixture *fixture, const char *id, const char *time, int instances)
{
	char line[400];
	int  size = snprintf(line, sizeof line,
	                     "{\"id\":\"%s\",\"source\":\"s\",\"type\":\"cd.instances\","
	                      "\"account\":\"acme\",\"subject\":\"shop\",\"time\":\"%s\","
	                      "\"data\":{\"instances\":%d}}\n",
	                     id, time, instances);
	assert_int_equal(fixture_ingest(fixture, (struct span){ line, (size_t)size }).accepted, 1);
}

static void
send_deployment(struct fixture *fixture)
{
	struct span line = SPAN("{\"id\":\"d\",\"source\":\"s\",\"type\":\"cd.deployment\","
	                        "\"account\":\"acme\",\"subject\":\"shop\","
	                        "\"time\":\"2026-05-01T00:00:00Z\","
	                        "\"data\":{\"deployment_type\":\"Kubernetes\"}}\n");
	assert_int_equal(fixture_ingest(fixture, line).accepted, 1);
}

static void
begin(struct fixture *fixture)
{
	fixture_open(fixture);
	fixture_engine(fixture, store_memory_open());
	move_clock(fixture, "2026-05-02T00:00:00Z");
	fixture_account(fixture, "acme");
	send_deployment(fixture);
}

static void
end(struct fixture *fixture)
{
	engine_close(fixture->engine);
	fixture_close(fixture);
}

static bool
holds(struct span text, const char *part)
{
	return memmem(text.at, text.size, part, strlen(part)) != NULL;
}

/* A late event changes the figure of a past hour, and known_at still tells the old one. */
static void
test_L65_as_known_at(void **state)
{
	struct fixture fixture = { 0 };
	(void)state;
	begin(&fixture);
	send_instances(&fixture, "a", "2026-05-01T10:00:00Z", 5);
	struct span before = fixture_usage(&fixture, "acme", "2026-05-01T23:00:00Z", "");
	move_clock(&fixture, "2026-05-03T00:00:00Z");
	send_instances(&fixture, "b", "2026-05-01T10:30:00Z", 45);
	struct span after = fixture_usage(&fixture, "acme", "2026-05-01T23:00:00Z", "");
	struct span known =
		fixture_usage(&fixture, "acme", "2026-05-01T23:00:00Z", "2026-05-02T12:00:00Z");
	assert_true(holds(before, "\"used\":1,"));
	assert_true(holds(after, "\"used\":3,"));
	assert_span_equal(known, before);
	end(&fixture);
}

/* The same question about a past hour gives the same bytes. */
static void
test_L65_same_question_same_bytes(void **state)
{
	struct fixture fixture = { 0 };
	(void)state;
	begin(&fixture);
	send_instances(&fixture, "a", "2026-05-01T10:00:00Z", 21);
	struct span first = fixture_usage(&fixture, "acme", "2026-05-01T23:00:00Z", "");
	move_clock(&fixture, "2026-06-02T00:00:00Z");
	send_instances(&fixture, "b", "2026-06-01T10:00:00Z", 99);
	assert_span_equal(fixture_usage(&fixture, "acme", "2026-05-01T23:30:00Z", ""), first);
	end(&fixture);
}

static void
test_E7_a_retraction_in_any_order(void **state)
{
	struct fixture fixture = { 0 };
	(void)state;
	begin(&fixture);
	send_instances(&fixture, "a", "2026-05-01T10:00:00Z", 5);
	struct span without = fixture_usage(&fixture, "acme", "2026-05-01T23:00:00Z", "");
	send_instances(&fixture, "b", "2026-05-01T10:30:00Z", 45);
	struct span retract = SPAN("{\"id\":\"r\",\"source\":\"s\",\"type\":\"event.retracted\","
	                           "\"account\":\"acme\",\"subject\":\"s b\"}\n"
	                           "{\"id\":\"r2\",\"source\":\"s\",\"type\":\"event.retracted\","
	                           "\"account\":\"acme\",\"subject\":\"s c\"}\n");
	assert_int_equal(fixture_ingest(&fixture, retract).accepted, 2);
	assert_span_equal(fixture_usage(&fixture, "acme", "2026-05-01T23:00:00Z", ""), without);
	send_instances(&fixture, "c", "2026-05-01T10:45:00Z", 77);
	assert_span_equal(fixture_usage(&fixture, "acme", "2026-05-01T23:00:00Z", ""), without);
	fixture_verify(&fixture);
	end(&fixture);
}

/* Retracted events stay in the list, marked, newest first; pages go on where they ended. */
static void
test_E7_retracted_events_stay_visible(void **state)
{
	struct fixture fixture = { 0 };
	struct span    page, rest;
	(void)state;
	begin(&fixture);
	send_instances(&fixture, "a", "2026-05-01T10:00:00Z", 5);
	struct span retract = SPAN("{\"id\":\"r\",\"source\":\"s\",\"type\":\"event.retracted\","
	                           "\"account\":\"acme\",\"subject\":\"s a\"}\n");
	fixture_ingest(&fixture, retract);
	struct question question = { .account = SPAN("acme"), .limit = 2 };
	assert_int_equal(engine_events(fixture.engine, &question, &fixture.arena, &page, NULL),
	                 ERR_NONE);
	assert_true(holds(page, "\"id\":\"r\""));
	assert_true(holds(page, "\"ordinal\":1,\"retracted\":true"));
	assert_true(holds(page, "\"next\":\"1\""));
	question.cursor = SPAN("1");
	assert_int_equal(engine_events(fixture.engine, &question, &fixture.arena, &rest, NULL),
	                 ERR_NONE);
	assert_true(holds(rest, "\"id\":\"d\""));
	assert_false(holds(rest, "\"next\""));
	end(&fixture);
}

static void
test_L63_explain_names_the_events(void **state)
{
	struct fixture fixture = { 0 };
	struct span    answer;
	(void)state;
	begin(&fixture);
	send_instances(&fixture, "a", "2026-05-01T10:00:00Z", 5);
	send_instances(&fixture, "b", "2026-05-01T11:00:00Z", 50);
	struct question question = { .account = SPAN("acme"),
		                     .module  = SPAN("CD"),
		                     .id      = SPAN("shop"),
		                     .at      = SPAN("2026-05-01T23:00:00Z") };
	assert_int_equal(engine_explain(fixture.engine, &question, &fixture.arena, &answer, NULL),
	                 ERR_NONE);
	assert_true(holds(answer, "\"decisive\":{\"at\":\"2026-05-01T11:00:00Z\",\"value\":50,"
	                          "\"events\":[{\"type\":\"cd.instances\",\"source\":\"s\","
	                          "\"id\":\"b\""));
	assert_true(holds(answer, "1 more hour at or below 40 would save one licence"));
	assert_true(holds(answer, "\"id\":\"d\"")); /* the deployment that makes it active */
	question.id = SPAN("nobody");
	assert_int_equal(engine_explain(fixture.engine, &question, &fixture.arena, &answer, NULL),
	                 ERR_NOT_FOUND);
	end(&fixture);
}

static struct span
explain_shop(struct fixture *fixture, const char *known_at)
{
	struct question question = { .account  = SPAN("acme"),
		                     .module   = SPAN("CD"),
		                     .id       = SPAN("shop"),
		                     .at       = SPAN("2026-05-01T23:00:00Z"),
		                     .known_at = span_of(known_at) };
	struct span     answer;
	assert_int_equal(engine_explain(fixture->engine, &question, &fixture->arena, &answer, NULL),
	                 ERR_NONE);
	return answer;
}

/* The events behind an hour add up to it, and stand in one order however they came. */
static void
test_L63_events_of_an_hour_add_up(void **state)
{
	static const char *const order[][3] = { { "a", "b", "c" }, { "c", "a", "b" } };
	struct span              answers[2];
	struct fixture           fixtures[2] = { 0 };
	(void)state;
	for (int i = 0; i < 2; i++) {
		begin(&fixtures[i]);
		for (int j = 0; j < 3; j++) {
			const char *id = order[i][j];
			send_instances(&fixtures[i], id,
			               *id == 'a' ? "2026-05-01T10:00:00Z" : "2026-05-01T10:30:00Z",
			               *id == 'c' ? 41 : 38);
		}
		answers[i] = explain_shop(&fixtures[i], "");
	}
	assert_true(holds(answers[0], "\"value\":41,\"events\":[{\"type\":\"cd.instances\","
	                              "\"source\":\"s\",\"id\":\"c\","
	                              "\"time\":\"2026-05-01T10:30:00Z\",\"value\":41}]"));
	assert_span_equal(answers[0], answers[1]);
	end(&fixtures[0]);
	end(&fixtures[1]);
}

/* An event that was retracted later is behind what was known before. */
static void
test_L65_explained_as_known_then(void **state)
{
	struct fixture fixture = { 0 };
	struct span    line    = SPAN("{\"id\":\"r\",\"source\":\"s\",\"account\":\"acme\","
	                                    "\"type\":\"event.retracted\",\"subject\":\"s a\"}\n");
	(void)state;
	begin(&fixture);
	send_instances(&fixture, "a", "2026-05-01T10:00:00Z", 5);
	struct span before = explain_shop(&fixture, "");
	assert_true(holds(before, "\"id\":\"a\""));
	move_clock(&fixture, "2026-05-03T00:00:00Z");
	assert_int_equal(fixture_ingest(&fixture, line).accepted, 1);
	assert_false(holds(explain_shop(&fixture, ""), "\"id\":\"a\""));
	assert_span_equal(explain_shop(&fixture, "2026-05-02T12:00:00Z"), before);
	end(&fixture);
}

/* 9.1e12 instances of 1 owned: the percentage has more digits than millionths hold. */
static void
test_L60_a_huge_percentage(void **state)
{
	struct fixture fixture = { 0 };
	struct span    answer;
	struct span    contract =
		SPAN("{\"id\":\"c\",\"model\":\"SERVICE_INSTANCES\",\"plan\":\"ENTERPRISE\","
	             "\"kind\":\"PAID\",\"start\":\"2026-01-01T00:00:00Z\","
	             "\"end\":\"2027-01-01T00:00:00Z\",\"modules\":{\"CD\":{\"instances\":3}}}");
	(void)state;
	begin(&fixture);
	assert_int_equal(engine_contract_put(fixture.engine, &BY_TEST, SPAN("acme"), contract,
	                                     &fixture.arena, &answer, NULL),
	                 ERR_NONE);
	send_instances(&fixture, "a", "2026-05-01T10:00:00Z", 2000000000);
	answer = fixture_usage(&fixture, "acme", "2026-05-01T23:00:00Z", "");
	assert_true(holds(answer, "\"percent\":\"66666666666.67\""));
	send_instances(&fixture, "b", "2026-05-01T10:30:00Z", 2100000000);
	answer = fixture_usage(&fixture, "acme", "2026-05-01T23:00:00Z", "");
	assert_true(holds(answer, "\"percent\":\"70000000000\""));
	struct span line = SPAN("{\"id\":\"z\",\"source\":\"s\",\"type\":\"cd.instances\","
	                        "\"account\":\"acme\",\"subject\":\"shop\","
	                        "\"time\":\"2026-05-01T10:40:00Z\","
	                        "\"data\":{\"instances\":9100000000000}}\n");
	assert_int_equal(fixture_ingest(&fixture, line).accepted, 1);
	answer = fixture_usage(&fixture, "acme", "2026-05-01T23:00:00Z", "");
	assert_true(holds(answer, "\"percent\":\"303333333333333.33\""));
	end(&fixture);
}

/* A month's point lies behind the asked end: its unit is that of the model in force there. */
static void
test_L62_unit_is_of_the_last_point(void **state)
{
	struct fixture fixture = { 0 };
	struct span    answer;
	struct span    contract =
		SPAN("{\"id\":\"c\",\"model\":\"SERVICE_INSTANCES\",\"plan\":\"ENTERPRISE\","
	             "\"kind\":\"PAID\",\"start\":\"2026-04-20T00:00:00Z\","
	             "\"end\":\"2027-01-01T00:00:00Z\",\"modules\":{\"CD\":{\"instances\":3}}}");
	struct question question = { .account = SPAN("acme"),
		                     .module  = SPAN("CD"),
		                     .from    = SPAN("2026-04-01T00:00:00Z"),
		                     .to      = SPAN("2026-04-10T00:00:00Z"),
		                     .step    = STEP_MONTH };
	(void)state;
	begin(&fixture);
	assert_int_equal(engine_contract_put(fixture.engine, &BY_TEST, SPAN("acme"), contract,
	                                     &fixture.arena, &answer, NULL),
	                 ERR_NONE);
	assert_int_equal(engine_trend(fixture.engine, &question, &fixture.arena, &answer, NULL),
	                 ERR_NONE);
	assert_true(holds(answer, "\"unit\":\"instance\""));
	assert_true(holds(answer, "{\"at\":\"2026-04-30T23:00:00Z\",\"owned\":3,"));
	end(&fixture);
}

/* Questions that cannot be answered say why, and name the field. */
static void
test_bad_questions_are_refused(void **state)
{
	struct fixture fixture = { 0 };
	struct refusal refusal;
	struct span    answer;
	(void)state;
	begin(&fixture);
	const struct {
		struct question question;
		enum err        err;
		const char     *field;
	} rows[] = {
		{ { .account = SPAN("nobody") }, ERR_ACCOUNT_UNKNOWN, "account" },
		{ { .account = SPAN("acme"), .module = SPAN("XX") }, ERR_MODULE_UNKNOWN, "module" },
		{ { .account = SPAN("acme"), .at = SPAN("soon") }, ERR_TIME_SYNTAX, "at" },
		{ { .account = SPAN("acme"), .known_at = SPAN("1") }, ERR_TIME_SYNTAX, "known_at" },
		{ { .account = SPAN("acme"), .module = SPAN("CD"), .sort = SPAN("size") },
		  ERR_QUESTION,
		  "sort" },
		{ { .account = SPAN("acme"), .module = SPAN("CD"), .cursor = SPAN("x") },
		  ERR_QUESTION,
		  "cursor" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum err err = engine_usage(fixture.engine, &rows[i].question, &fixture.arena,
		                            &answer, &refusal);
		assert_int_equal(err, rows[i].err);
		assert_string_equal(refusal.field, rows[i].field);
		assert_true(refusal.detail[0] != '\0');
	}
	end(&fixture);
}

static bool
stop_after(void *context, uint64_t done, uint64_t total)
{
	uint32_t *left = context;
	(void)done;
	(void)total;
	return (*left)-- > 1;
}

/* Wherever it is stopped, verify ends with that and the next one is as good as ever. */
static void
test_verify_stops_when_told(void **state)
{
	struct fixture fixture;
	struct span    answer = SPAN("");
	(void)state;
	fixture_open(&fixture);
	fixture_engine(&fixture, store_memory_open());
	fixture_account(&fixture, "acme");
	fixture_ingest(&fixture,
	               SPAN("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\","
	                    "\"type\":\"cd.deployment\",\"account\":\"acme\",\"subject\":\"svc\","
	                    "\"time\":\"2026-11-21T12:00:00Z\","
	                    "\"data\":{\"deployment_type\":\"Kubernetes\"}}\n"));
	enum err err = ERR_STOPPED;
	uint32_t stops;
	for (stops = 1; err == ERR_STOPPED && stops < 100; stops++) {
		uint32_t left = stops;
		err = engine_verify(fixture.engine, stop_after, &left, &fixture.arena, &answer,
		                    NULL);
	}
	assert_int_equal(err, ERR_NONE);
	assert_true(stops > SPACE_COUNT + 2);
	fixture_verify(&fixture);
	engine_close(fixture.engine);
	fixture_close(&fixture);
}

/* A line has the amount of its own units, also of those that the tier has free. */
static void
test_F40_each_line_has_its_amount(void **state)
{
	struct fixture fixture = { 0 };
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	(void)state;
	begin(&fixture);
	struct span ask = SPAN("{\"tier\":\"essentials\",\"quantities\":{\"sto.scan\":\"1100\"}}");
	assert_int_equal(engine_estimate(fixture.engine, ask, &fixture.arena, &answer, &refusal),
	                 ERR_NONE);
	assert_true(holds(answer, "\"units\":\"1100\",\"amount\":\"825\"}]"));
	assert_true(holds(answer, "\"beyond\":\"100\",\"unit_price\":\"0.75\",\"amount\":\"75\""));
	end(&fixture);
}

/* Contracts by licence tell what they would have owned and had over, where it is asked for. */
static void
test_F41_figures_of_contracts_by_licence(void **state)
{
	static const char months[] = "{\"from\":\"2026-04\",\"to\":\"2026-05\",%s\"contracts\":["
				     "{\"contract\":{\"id\":\"s\",\"model\":\"SERVICES\","
				     "\"plan\":\"TEAM\",\"kind\":\"PAID\","
				     "\"start\":\"2026-04-01T00:00:00Z\","
				     "\"end\":\"2026-05-25T00:00:00Z\","
				     "\"modules\":{\"CD\":{\"services\":1}}},"
				     "\"prices\":{\"CD\":\"120\"}}]}";
	struct fixture    fixture  = { 0 };
	struct refusal    refusal  = { .err = ERR_NONE };
	struct span       answer;
	char              json[512];
	(void)state;
	begin(&fixture);
	send_instances(&fixture, "a", "2026-05-01T10:00:00Z", 45);
	move_clock(&fixture, "2026-06-02T00:00:00Z");
	snprintf(json, sizeof json, months, "\"figures\":true,");
	assert_int_equal(engine_simulate(fixture.engine, SPAN("acme"), span_of(json),
	                                 &fixture.arena, &answer, &refusal),
	                 ERR_NONE);
	assert_true(holds(answer, "\"month\":\"2026-04\",\"amount\":\"10\",\"modules\":[{"
	                          "\"module\":\"CD\",\"unit\":\"service\",\"owned\":1,\"used\":0,"
	                          "\"over\":0}]"));
	assert_true(holds(answer, "\"month\":\"2026-05\",\"amount\":\"7.74\",\"modules\":[{"
	                          "\"module\":\"CD\",\"unit\":\"service\",\"owned\":1,\"used\":3,"
	                          "\"over\":2}]"));
	snprintf(json, sizeof json, months, "\"figures\":false,");
	assert_int_equal(engine_simulate(fixture.engine, SPAN("acme"), span_of(json),
	                                 &fixture.arena, &answer, &refusal),
	                 ERR_NONE);
	assert_false(holds(answer, "modules"));
	end(&fixture);
}

static void
test_F41_figures_are_of_24_months_at_most(void **state)
{
	static const char *const asks[] = {
		"{\"from\":\"2024-01\",\"to\":\"2026-01\",\"figures\":true,\"contracts\":[]}",
		"{\"from\":\"2026-01\",\"to\":\"2026-01\",\"figures\":1,\"contracts\":[]}",
	};
	static const char *const fields[] = { "to", "figures" };
	struct fixture           fixture  = { 0 };
	(void)state;
	begin(&fixture);
	for (int i = 0; i < 2; i++) {
		struct refusal refusal = { .err = ERR_NONE };
		struct span    answer;
		assert_int_not_equal(engine_simulate(fixture.engine, SPAN("acme"), span_of(asks[i]),
		                                     &fixture.arena, &answer, &refusal),
		                     ERR_NONE);
		assert_string_equal(refusal.field, fields[i]);
	}
	end(&fixture);
}

/* Whoever plans finds the card, what counts in words, and what a licence costs. */
static void
test_prices_have_the_newest_card_and_the_plans(void **state)
{
	struct fixture fixture = { 0 };
	(void)state;
	begin(&fixture);
	struct span answer = engine_prices(fixture.engine, &fixture.arena);
	assert_true(holds(answer, "{\"title\":\"Security\",\"modules\":[{\"module\":\"STO\""));
	assert_true(holds(answer, "{\"tier\":\"free\",\"free\":\"1000\",\"unit_price\":\"0\""));
	assert_true(holds(answer, "\"metric\":\"ff.request\",\"name\":\"Flag request\""));
	assert_true(holds(answer, "\"rates\":[{\"units\":\"1\",\"per\":1000}]"));
	assert_true(holds(answer, "\"tiers\":[\"enterprise\"],\"unlimited\":true"));
	assert_true(holds(answer, "{\"plan\":\"TEAM\",\"title\":\"Team\",\"currency\":\"USD\","
	                          "\"prices\":{\"CODE\":\"180\""));
	end(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_L65_as_known_at),
		cmocka_unit_test(test_L65_same_question_same_bytes),
		cmocka_unit_test(test_E7_a_retraction_in_any_order),
		cmocka_unit_test(test_E7_retracted_events_stay_visible),
		cmocka_unit_test(test_L63_explain_names_the_events),
		cmocka_unit_test(test_L63_events_of_an_hour_add_up),
		cmocka_unit_test(test_L65_explained_as_known_then),
		cmocka_unit_test(test_L60_a_huge_percentage),
		cmocka_unit_test(test_L62_unit_is_of_the_last_point),
		cmocka_unit_test(test_bad_questions_are_refused),
		cmocka_unit_test(test_verify_stops_when_told),
		cmocka_unit_test(test_F40_each_line_has_its_amount),
		cmocka_unit_test(test_prices_have_the_newest_card_and_the_plans),
		cmocka_unit_test(test_F41_figures_of_contracts_by_licence),
		cmocka_unit_test(test_F41_figures_are_of_24_months_at_most),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
