/* test_crowds.c - monthly active users over a whole engine (L-30): any hour, trends, why,
 * retractions, orders, restarts. */
#include "site.h"

#include "core/base/calendar.h"

static int64_t
mau_known(struct site *site, const char *at, const char *known_at)
{
	struct question question = { .module   = SPAN("FF"),
		                     .unit     = SPAN("mau"),
		                     .at       = span_of(at),
		                     .known_at = span_of(known_at) };
	return number(site_usage(site, question)->first, "used");
}

static int64_t
mau(struct site *site, const char *at)
{
	return mau_known(site, at, "");
}

static void
retract(struct site *site, const char *id)
{
	char line[256];
	int  size = snprintf(line, sizeof(line),
	                     "{\"id\":\"r-%s\",\"source\":\"s\",\"type\":\"event.retracted\","
	                      "\"account\":\"acme\",\"subject\":\"s %s\","
	                      "\"time\":\"2026-05-30T00:00:00Z\"}\n",
	                     id, id);
	assert_int_equal(
		fixture_ingest(&site->fixture, (struct span){ line, (size_t)size }).accepted, 1);
}

static void
test_L30_a_target_counts_from_the_hour_of_its_first_evaluation(void **state)
{
	struct site *site = *state;
	say(site, "ff.evaluation", "t1", "2026-05-09T10:59:59Z", "");
	say(site, "ff.evaluation", "t2", "2026-05-09T11:00:00Z", "");
	say(site, "ff.evaluation", "t1", "2026-05-31T23:59:59Z", "");
	say(site, "ff.evaluation", "t1", "2026-06-01T00:00:00Z", "");
	send(site);
	assert_int_equal(mau(site, "2026-05-09T09:00:00Z"), 0);
	assert_int_equal(mau(site, "2026-05-09T10:00:00Z"), 1);
	assert_int_equal(mau(site, "2026-05-09T11:30:00Z"), 2);
	assert_int_equal(mau(site, "2026-05-31"), 2);
	assert_int_equal(mau(site, "2026-06-01T00:00:00Z"), 1);
	assert_int_equal(mau(site, "2026-04-30"), 0);
	fixture_verify(&site->fixture);
}

static void
test_L61_the_part_is_the_count_and_there_are_no_rows(void **state)
{
	struct site *site = *state;
	say(site, "ff.evaluation", "t1", "2026-05-09T10:00:00Z", "");
	send(site);
	struct question    question = { .module = SPAN("FF"),
		                        .unit   = SPAN("mau"),
		                        .at     = SPAN("2026-05-10") };
	const struct json *figure   = site_usage(site, question)->first;
	assert_null(json_member(figure, SPAN("rows")));
	const struct json *part = json_member(figure, SPAN("parts"))->first;
	assert_int_equal(number(part, "keys"), 1);
	assert_int_equal(number(part, "licences"), 1);
}

static void
test_L62_a_trend_of_days_grows_over_the_month(void **state)
{
	static const int64_t days[]   = { 1, 1, 3, 3, 1 };
	struct site         *site     = *state;
	struct question      question = { .account = SPAN("acme"),
		                          .module  = SPAN("FF"),
		                          .unit    = SPAN("mau"),
		                          .from    = SPAN("2026-05-28"),
		                          .to      = SPAN("2026-06-01") };
	struct span          answer;
	say(site, "ff.evaluation", "t1", "2026-05-28T01:00:00Z", "");
	say(site, "ff.evaluation", "t1", "2026-05-29T01:00:00Z", "");
	say(site, "ff.evaluation", "t2", "2026-05-30T00:00:00Z", "");
	say(site, "ff.evaluation", "t3", "2026-05-30T23:59:59Z", "");
	say(site, "ff.evaluation", "t3", "2026-06-01T23:59:59Z", "");
	send(site);
	assert_int_equal(
		engine_trend(site->fixture.engine, &question, &site->fixture.arena, &answer, NULL),
		ERR_NONE);
	const struct json *point = json_member(site_parse(site, answer), SPAN("points"))->first;
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++, point = point->next)
		assert_int_equal(number(point, "used"), days[i]);
	assert_null(point);
}

/* ---- why ---- */

static void
test_L63_days_say_how_many_were_seen_first(void **state)
{
	struct site *site = *state;
	say(site, "ff.evaluation", "t1", "2026-05-02T01:00:00Z", "");
	say(site, "ff.evaluation", "t2", "2026-05-04T01:00:00Z", "");
	say(site, "ff.evaluation", "t3", "2026-05-04T22:00:00Z", "");
	say(site, "ff.evaluation", "t4", "2026-05-04T23:00:00Z", "");
	send(site);
	struct question    question = { .module = SPAN("FF"),
		                        .unit   = SPAN("mau"),
		                        .at     = SPAN("2026-05-04T22:00:00Z") };
	const struct json *why      = site_explain(site, question);
	const struct json *seen     = json_member(why, SPAN("first_seen"))->first;
	assert_text(seen, "part", "mau");
	const struct json *day = json_member(seen, SPAN("days"))->first;
	assert_text(day, "from", "2026-05-02T00:00:00Z");
	assert_int_equal(number(day, "count"), 1);
	assert_text(day->next, "from", "2026-05-04T00:00:00Z");
	assert_int_equal(number(day->next, "count"), 2);
	assert_null(day->next->next);
}

static void
test_L63_who_was_counted_is_named_with_the_first_event(void **state)
{
	struct site    *site    = *state;
	struct refusal  refusal = { .err = ERR_NONE };
	struct span     answer;
	struct question question = { .account = SPAN("acme"),
		                     .module  = SPAN("FF"),
		                     .unit    = SPAN("mau"),
		                     .at      = SPAN("2026-05-20"),
		                     .id      = SPAN("t1") };
	say(site, "ff.evaluation", "t1", "2026-05-04T01:20:00Z", "");
	say(site, "ff.evaluation", "t1", "2026-05-04T01:10:00Z", "");
	say(site, "ff.evaluation", "t1", "2026-05-04T01:00:00Z", "\"side\":\"server\"");
	say(site, "ff.evaluation", "t1", "2026-05-05T01:10:00Z", "");
	say(site, "ff.evaluation", "t2", "2026-05-04T01:00:00Z", "");
	say(site, "ff.evaluation", "t9", "2026-05-21T01:00:00Z", "");
	send(site);
	const struct json *one =
		json_member(site_explain(site, question), SPAN("explained"))->first;
	assert_text(one, "part", "mau");
	assert_text(one, "id", "t1");
	assert_text(one, "first_seen", "2026-05-04T01:00:00Z");
	assert_text(json_member(one, SPAN("event")), "id", "e1");
	assert_null(one->next);

	question.id = SPAN("t9"); /* later than the answer */
	assert_int_equal(engine_explain(site->fixture.engine, &question, &site->fixture.arena,
	                                &answer, &refusal),
	                 ERR_NOT_FOUND);
	question.id = SPAN("nobody");
	assert_int_equal(engine_explain(site->fixture.engine, &question, &site->fixture.arena,
	                                &answer, &refusal),
	                 ERR_NOT_FOUND);
}

/* ---- retraction, knowledge ---- */

static void
test_E7_a_retracted_evaluation_gives_way_to_the_next(void **state)
{
	struct site *site = *state;
	say(site, "ff.evaluation", "t1", "2026-05-04T01:00:00Z", "");
	say(site, "ff.evaluation", "t1", "2026-05-20T01:00:00Z", "");
	say(site, "ff.evaluation", "t1", "2026-05-10T01:00:00Z", "");
	say(site, "ff.evaluation", "t2", "2026-05-04T01:00:00Z", "");
	send(site);
	retract(site, "e2"); /* not the first: nothing changes */
	assert_int_equal(mau(site, "2026-05-04"), 2);
	retract(site, "e0");
	assert_int_equal(mau(site, "2026-05-04"), 1);
	assert_int_equal(mau(site, "2026-05-10"), 1);
	assert_int_equal(mau(site, "2026-05-20"), 2);
	retract(site, "e1");
	assert_int_equal(mau(site, "2026-05-31"), 1);
	fixture_verify(&site->fixture);
	retract(site, "e3");
	assert_int_equal(mau(site, "2026-05-31"), 0);
	fixture_verify(&site->fixture);
}

static void
test_L65_the_figure_as_it_was_known(void **state)
{
	struct site *site = *state;
	say(site, "ff.evaluation", "t1", "2026-05-04T01:00:00Z", "");
	send(site);
	site->fixture.now.ns += NS_PER_HOUR;
	site->lines.size = 0;
	say(site, "ff.evaluation", "t2", "2026-05-04T01:00:00Z", "");
	site->sent = 1;
	send(site);
	site->fixture.now.ns += NS_PER_HOUR;
	retract(site, "e0");
	assert_int_equal(mau_known(site, "2026-05-31", "2026-11-22T00:30:00Z"), 1);
	assert_int_equal(mau_known(site, "2026-05-31", "2026-11-22T01:30:00Z"), 2);
	assert_int_equal(mau(site, "2026-05-31"), 1);
}

/* ---- order and restarts ---- */

enum { LINES = 400 };

struct world {
	uint64_t    state;
	struct span lines[LINES];
};

static uint32_t
draw(struct world *world, uint32_t below)
{
	world->state = world->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((world->state >> 33) % below);
}

static void
world_make(struct world *world, struct arena *arena)
{
	for (uint32_t i = 0; i < LINES; i++) {
		char line[320];
		bool takes = draw(world, 5) == 0;
		int  size  = snprintf(
			  line, sizeof(line),
			  "{\"id\":\"e%u\",\"source\":\"s\",\"type\":\"%s\",\"account\":\"acme\","
			    "\"subject\":\"%s%u\",\"time\":\"2026-0%u-%02uT%02u:00:00Z\"}\n",
			  i, takes ? "event.retracted" : "ff.evaluation", takes ? "s e" : "t",
			  draw(world, takes ? LINES : 25), 5 + draw(world, 2), 1 + draw(world, 30),
			  draw(world, 24));
		world->lines[i] = arena_copy(arena, (struct span){ line, (size_t)size });
	}
}

static void
world_shuffle(struct world *world)
{
	for (uint32_t i = LINES - 1; i > 0; i--) {
		uint32_t    k    = draw(world, i + 1);
		struct span line = world->lines[i];
		world->lines[i]  = world->lines[k];
		world->lines[k]  = line;
	}
}

static void
world_send(struct world *world, struct fixture *fixture, uint32_t from, uint32_t until)
{
	for (uint32_t at = from; at < until;) {
		struct text body;
		uint32_t    end = at + 1 + draw(world, 60);
		text_open(&body, &fixture->arena);
		for (; at < end && at < until; at++)
			text_add(&body, world->lines[at]);
		fixture_ingest(fixture, text_span(&body));
	}
}

static struct span
world_answers(struct site *site)
{
	static const char *const moments[] = { "2026-05-01T05:00:00Z", "2026-05-09T23:00:00Z",
		                               "2026-05-31T23:00:00Z", "2026-06-03T12:00:00Z",
		                               "2026-06-30T23:00:00Z" };
	struct question          question  = { .account = SPAN("acme"),
		                               .module  = SPAN("FF"),
		                               .unit    = SPAN("mau") };
	struct text              text;
	text_open(&text, &site->fixture.arena);
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		struct span answer;
		question.at = span_of(moments[i]);
		question.id = (struct span){ 0 };
		assert_int_equal(engine_explain(site->fixture.engine, &question,
		                                &site->fixture.arena, &answer, NULL),
		                 ERR_NONE);
		text_add(&text, answer);
		question.id  = SPAN("t7");
		enum err err = engine_explain(site->fixture.engine, &question, &site->fixture.arena,
		                              &answer, NULL);
		text_add(&text, err == ERR_NONE ? answer : SPAN("nobody"));
	}
	return text_span(&text);
}

static void
test_E4_order_batching_and_restarts_change_nobody(void **state)
{
	enum { ROUNDS = 40, PARTS = 8 };
	struct site            site          = { 0 };
	struct world           world         = { .state = 8 };
	struct span            first         = { 0 };
	struct engine_settings settings      = engine_settings_default();
	char                   directory[32] = "/tmp/tally-crowd.XXXXXX", command[64];
	(void)state;
	assert_non_null(mkdtemp(directory));
	settings.eager = true; /* chunks are written often */
	fixture_open(&site.fixture);
	world_make(&world, &site.fixture.arena);
	for (int round = 0; round < ROUNDS; round++) {
		fixture_engine(&site.fixture, store_memory_open());
		fixture_account(&site.fixture, "acme");
		world_send(&world, &site.fixture, 0, LINES);
		struct span answers = world_answers(&site);
		first               = round == 0 ? answers : first;
		assert_span_equal(answers, first);
		if (round % 10 == 0)
			fixture_verify(&site.fixture);
		engine_close(site.fixture.engine);
		world_shuffle(&world);
	}
	for (uint32_t part = 0; part < PARTS; part++) {
		fixture_engine_with(&site.fixture, open_directory(directory), &settings);
		fixture_account(&site.fixture, "acme");
		world_send(&world, &site.fixture, part * LINES / PARTS, (part + 1) * LINES / PARTS);
		fixture_verify(&site.fixture);
		engine_close(site.fixture.engine);
	}
	fixture_engine_with(&site.fixture, open_directory(directory), &settings);
	assert_span_equal(world_answers(&site), first);
	engine_close(site.fixture.engine);
	snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	assert_int_equal(system(command), 0);
	fixture_close(&site.fixture);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, site_open, site_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_L30_a_target_counts_from_the_hour_of_its_first_evaluation),
		TEST(test_L61_the_part_is_the_count_and_there_are_no_rows),
		TEST(test_L62_a_trend_of_days_grows_over_the_month),
		TEST(test_L63_days_say_how_many_were_seen_first),
		TEST(test_L63_who_was_counted_is_named_with_the_first_event),
		TEST(test_E7_a_retracted_evaluation_gives_way_to_the_next),
		TEST(test_L65_the_figure_as_it_was_known),
		cmocka_unit_test(test_E4_order_batching_and_restarts_change_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
