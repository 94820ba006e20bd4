/* test_flex.c - Flex months over a whole engine: which month, what was known, what comes late
 * (F-1, F-12, F-13, F-20). */
#include "site.h"

static const char CONTRACT[] =
	"{\"id\":\"f\",\"model\":\"FLEX\",\"plan\":\"ENTERPRISE\",\"kind\":\"PAID\","
	"\"start\":\"2026-03-11T00:00:00Z\",\"end\":\"2027-03-11T00:00:00Z\","
	"\"flex\":{\"tier\":\"enterprise\",\"units\":\"100\"}}";

static enum err
put(struct site *site, const char *json)
{
	struct span answer;

	return engine_contract_put(site->fixture.engine, &BY_TEST, SPAN("acme"), span_of(json),
	                           &site->fixture.arena, &answer, NULL);
}

static enum err
flex(struct site *site, struct question question, struct span *answer, struct refusal *refusal)
{
	question.account = SPAN("acme");
	return engine_flex(site->fixture.engine, &question, &site->fixture.arena, answer, refusal);
}

static const struct json *
flex_month(struct site *site, const char *month, const char *at, const char *known_at)
{
	struct question question = { .month    = span_of(month),
		                     .at       = span_of(at),
		                     .known_at = span_of(known_at) };
	struct refusal  refusal  = { .err = ERR_NONE };
	struct span     answer;

	if (flex(site, question, &answer, &refusal) != ERR_NONE)
		fail_msg("%s: %s", refusal.field, refusal.detail);
	return site_parse(site, answer);
}

static void
now_is(struct site *site, const char *time)
{
	assert_int_equal(instant_parse(span_of(time), &site->fixture.now, NULL), ERR_NONE);
}

static void
test_F1_which_month_is_told(void **state)
{
	struct site       *site = *state;
	struct refusal     refusal;
	struct span        answer;
	const struct json *month;

	now_is(site, "2026-03-01T00:00:00Z");
	assert_int_equal(put(site, CONTRACT), ERR_NONE);
	now_is(site, "2026-05-20T10:30:00Z");
	say(site, "sto.scan", "a", "2026-03-10T23:00:00Z", "");
	say(site, "sto.scan", "a", "2026-03-31T23:59:59Z", "");
	say(site, "sto.scan", "a", "2026-05-20T10:29:00Z", "");
	send(site);

	/* Now, and the month that is not over. */
	month = flex_month(site, "", "", "");
	assert_text(month, "month", "2026-05");
	assert_text(month, "at", "2026-05-20T10:00:00Z");
	assert_text(month, "to", "2026-06-01T00:00:00Z");
	assert_text(month, "units", "1");
	month = flex_month(site, "2026-05", "", "");
	assert_text(month, "at", "2026-05-20T10:00:00Z");
	/* One that is over, whole; and up to an hour of it. */
	month = flex_month(site, "2026-03", "", "");
	assert_text(month, "at", "2026-03-31T23:00:00Z");
	assert_text(month, "fraction", "504/744");
	assert_text(month, "units", "1");
	month = flex_month(site, "2026-03", "2026-03-31T22:15:00Z", "");
	assert_text(month, "units", "0");
	month = flex_month(site, "2026-03", "2026-09-01", "");
	assert_text(month, "at", "2026-03-31T23:00:00Z");
	assert_null(json_member(flex_month(site, "2026-04", "", ""), SPAN("fraction")));

	struct question question = { .month = SPAN("2026-06") };
	assert_int_equal(flex(site, question, &answer, &refusal), ERR_QUESTION);
	question.month = SPAN("2026-02");
	assert_int_equal(flex(site, question, &answer, &refusal), ERR_CONTRACT_UNKNOWN);
	question.month = SPAN("2026-03");
	question.id    = SPAN("g");
	assert_int_equal(flex(site, question, &answer, &refusal), ERR_CONTRACT_UNKNOWN);
	question.month = SPAN("March");
	assert_int_equal(flex(site, question, &answer, &refusal), ERR_QUESTION);
	question = (struct question){ .by = SPAN("team") };
	assert_int_equal(flex(site, question, &answer, &refusal), ERR_QUESTION);
}

/* Late events and retractions change the month and all that comes after; what was known
 * before can still be asked. */
static void
test_F12_late_events_are_drawn_in_their_month(void **state)
{
	struct site *site = *state;

	assert_int_equal(put(site, CONTRACT), ERR_NONE);
	say(site, "sast.scan", "a", "2026-05-20T10:29:00Z", "");
	send(site);
	const struct json *may = flex_month(site, "2026-05", "", "");
	assert_text(json_member(may, SPAN("pool")), "opening", "100");
	assert_text(json_member(may, SPAN("pool")), "closing", "98");

	now_is(site, "2026-11-23T10:00:00Z");
	site->lines.size = 0;
	site->sent       = 1;
	say(site, "ai.tokens", "a", "2026-04-20T10:29:00Z", "\"count\":18000000");
	say(site, "event.retracted", "s e0", "2026-11-23T10:00:00Z", "");
	site->sent = 2;
	send(site);
	may = flex_month(site, "2026-05", "", "");
	assert_text(json_member(may, SPAN("pool")), "opening", "10");
	assert_text(json_member(may, SPAN("pool")), "closing", "10");
	assert_text(may, "percent", "90");
	may = flex_month(site, "2026-05", "", "2026-11-22T12:00:00Z");
	assert_text(json_member(may, SPAN("pool")), "opening", "100");
	assert_text(json_member(may, SPAN("pool")), "closing", "98");
}

/* An empty pool refuses nothing. */
static void
test_F13_nothing_is_blocked(void **state)
{
	struct site *site = *state;

	now_is(site, "2026-03-01T00:00:00Z");
	assert_int_equal(put(site, CONTRACT), ERR_NONE);
	now_is(site, "2026-06-01T10:00:00Z");
	for (uint32_t i = 0; i < 5; i++)
		say(site, "ai.tokens", "a", "2026-05-20T10:29:00Z", "\"count\":10000000");
	send(site);
	const struct json *may = flex_month(site, "2026-05", "", "");
	assert_text(json_member(may, SPAN("pool")), "drawn", "100");
	assert_text(json_member(may, SPAN("overage")), "units", "150");
	assert_text(json_member(may, SPAN("overage")), "amount", "187.5");
}

static void
test_F6_shares_and_trend_add_up(void **state)
{
	struct site    *site     = *state;
	struct question question = { .account = SPAN("acme"), .month = SPAN("2026-05") };
	struct span     answer;

	now_is(site, "2026-03-01T00:00:00Z");
	assert_int_equal(put(site, CONTRACT), ERR_NONE);
	now_is(site, "2026-06-01T10:00:00Z");
	say(site, "sto.scan", "a", "2026-05-20T10:29:00Z", "\"org\":\"o\",\"project\":\"p\"");
	say(site, "sto.scan", "a", "2026-05-21T10:29:00Z", "\"org\":\"o\",\"project\":\"q\"");
	say(site, "iacm.stage", "w", "2026-05-21T10:29:00Z", "\"org\":\"o\",\"project\":\"q\"");
	say(site, "ff.request", "prod", "2026-05-21T10:29:00Z", "\"count\":500");
	send(site);

	question.by = SPAN("project");
	assert_int_equal(flex(site, question, &answer, NULL), ERR_NONE);
	const struct json *by = json_member(site_parse(site, answer), SPAN("by"));
	assert_int_equal(by->count, 3);
	assert_text(by->first, "project", "q");
	assert_text(by->first, "units", "21");
	assert_text(by->first->next, "units", "1");
	assert_text(by->first->next->next, "org", "");
	assert_text(by->first->next->next, "units", "0.5");

	question = (struct question){ .account = SPAN("acme"),
		                      .from    = SPAN("2026-05-20"),
		                      .to      = SPAN("2026-05-21"),
		                      .step    = STEP_DAY };
	assert_int_equal(engine_flex_trend(site->fixture.engine, &question, &site->fixture.arena,
	                                   &answer, NULL),
	                 ERR_NONE);
	const struct json *points = json_member(site_parse(site, answer), SPAN("points"));
	assert_int_equal(points->count, 2);
	assert_text(points->first, "units", "1");
	assert_text(points->first->next, "day", "2026-05-21");
	assert_text(points->first->next, "units", "21.5");
	assert_text(points->first->next, "month_to_date", "22.5");
	assert_text(points->first, "left", "99");
	assert_text(points->first, "crossed", "0");
	assert_text(points->first->next, "left", "77.5");
	assert_text(points->first->next, "used", "22.5");
	assert_text(points->first->next, "limit", "100");

	question = (struct question){ .account = SPAN("acme"), .step = STEP_MONTH };
	assert_int_equal(engine_flex_trend(site->fixture.engine, &question, &site->fixture.arena,
	                                   &answer, NULL),
	                 ERR_NONE);
	points = json_member(site_parse(site, answer), SPAN("points"));
	assert_int_equal(points->count, 4);
	assert_text(points->first, "month", "2026-03");
	assert_text(points->first->next->next, "units", "22.5");
	assert_text(points->first->next->next->next, "opening", "77.5");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, site_open, site_close)
	const struct CMUnitTest tests[] = {
		TEST(test_F1_which_month_is_told),
		TEST(test_F12_late_events_are_drawn_in_their_month),
		TEST(test_F13_nothing_is_blocked),
		TEST(test_F6_shares_and_trend_add_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
