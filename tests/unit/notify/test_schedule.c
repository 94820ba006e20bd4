/* test_schedule.c - what is due when, and when a delivery is tried again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/notify/schedule.h"
#include "../arena_fixture.h"

static int32_t
hour(const char *text)
{
	int32_t at = 0;
	assert_int_equal(hour_parse(span_of(text), &at, NULL), ERR_NONE);
	return at;
}

static struct contract_version
version(const char *id, const char *kind, const char *from, const char *end, const char *recorded)
{
	struct contract_version made = { .contract = { .id         = span_of(id),
		                                       .kind       = span_of(kind),
		                                       .start_hour = hour(from),
		                                       .from_hour  = hour(from),
		                                       .end_hour   = hour(end) } };
	assert_int_equal(instant_parse(span_of(recorded), &made.recorded, NULL), ERR_NONE);
	return made;
}

/* The marks that are due, as a number each; "" is none. */
static void
expect_due(const struct contract_version *versions, uint32_t count, const char *at, int32_t mark)
{
	struct thresholds thresholds = thresholds_default();
	struct notices    notices    = { .arena = &arena };
	schedule_contracts(versions, count, &thresholds, hour_start(hour(at)), &notices);
	assert_int_equal(notices.count, mark > 0 ? 1 : 0);
	if (mark > 0)
		assert_int_equal(notices.items[0].mark, mark);
}

static void
test_A30_marks_hold_until_the_next(void **state)
{
	(void)state;
	struct contract_version one = version("c", "PAID", "2026-01-01T00:00:00Z",
	                                      "2027-01-01T00:00:00Z", "2025-12-01T00:00:00Z");
	static const struct {
		const char *at;
		int32_t     mark;
	} cases[] = {
		{ "2026-11-01T23:00:00Z", 0 },  { "2026-11-02T00:00:00Z", 60 },
		{ "2026-12-01T23:00:00Z", 60 }, { "2026-12-02T00:00:00Z", 30 },
		{ "2026-12-25T00:00:00Z", 7 },  { "2026-12-30T23:00:00Z", 7 },
		{ "2026-12-31T00:00:00Z", 1 },  { "2026-12-31T23:00:00Z", 1 },
		{ "2027-01-01T00:00:00Z", 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_due(&one, 1, cases[i].at, cases[i].mark);
}

static void
test_A30_mark_before_the_put_is_not_due(void **state)
{
	(void)state;
	struct contract_version late = version("c", "PAID", "2026-01-01T00:00:00Z",
	                                       "2026-12-22T00:00:00Z", "2026-12-01T00:00:00Z");
	expect_due(&late, 1, "2026-12-01T00:00:00Z", 0); /* 21 days are left: 30 has passed */
	expect_due(&late, 1, "2026-12-15T00:00:00Z", 7);
	struct contract_version early = version("c", "PAID", "2026-12-01T00:00:00Z",
	                                        "2026-12-22T00:00:00Z", "2026-01-01T00:00:00Z");
	expect_due(&early, 1, "2026-11-30T00:00:00Z", 0); /* has not started */
}

static void
test_A30_the_version_that_holds_last_says_the_end(void **state)
{
	(void)state;
	struct contract_version both[2] = {
		version("c", "PAID", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z",
		        "2025-12-01T00:00:00Z"),
		version("c", "PAID", "2026-06-01T00:00:00Z", "2028-01-01T00:00:00Z",
		        "2026-06-01T00:00:00Z"),
	};
	expect_due(both, 1, "2026-12-25T00:00:00Z", 7);
	expect_due(both, 2, "2026-12-25T00:00:00Z", 0);
	expect_due(both, 2, "2027-12-31T00:00:00Z", 1);
}

static void
test_A30_another_version_with_the_same_end_changes_nothing(void **state)
{
	(void)state;
	struct contract_version both[2] = {
		version("c", "PAID", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z",
		        "2025-12-01T00:00:00Z"),
		version("c", "PAID", "2026-12-28T00:00:00Z", "2027-01-01T00:00:00Z",
		        "2026-12-28T00:00:00Z"),
	};
	both[1].contract.start_hour = both[0].contract.start_hour;
	expect_due(both, 2, "2026-12-28T00:00:00Z", 7); /* and it has the id of before */
}

static void
test_A30_trial_is_told_three_days_before(void **state)
{
	(void)state;
	struct contract_version trial = version("t", "TRIAL", "2026-11-01T00:00:00Z",
	                                        "2026-11-15T00:00:00Z", "2026-11-01T00:00:00Z");
	expect_due(&trial, 1, "2026-11-08T00:00:00Z", 0);
	expect_due(&trial, 1, "2026-11-12T00:00:00Z", 3);
}

/* ---- figures ---- */

static uint32_t
figures_due(int64_t used, int64_t owned, struct marks marks)
{
	struct thresholds    thresholds      = thresholds_default();
	struct notices       notices         = { .arena = &arena };
	struct notice_figure figure          = { SPAN("CD"), SPAN("service"), used, owned, false };
	thresholds.marks[NOTICE_MODULE_OVER] = marks;
	schedule_figure(&figure, &thresholds, hour("2026-11-22T00:00:00Z"), &notices);
	for (uint32_t i = 0; i < notices.count; i++)
		assert_true(span_equal(notices.items[i].period, SPAN("2026-11")));
	return notices.count;
}

static void
test_A30_over_is_more_than_owned(void **state)
{
	(void)state;
	struct marks hundred = { { 100 }, 1 }, two = { { 80, 100 }, 2 };
	assert_int_equal(figures_due(10, 10, hundred), 0);
	assert_int_equal(figures_due(11, 10, hundred), 1);
	assert_int_equal(figures_due(1, 0, hundred), 1);
	assert_int_equal(figures_due(0, 0, hundred), 0);
	assert_int_equal(figures_due(9, 10, two), 1);
	assert_int_equal(figures_due(11, 10, two), 2);
	assert_int_equal(figures_due(INT64_MAX, INT64_MAX, hundred), 0);
}

static void
test_A30_credits_below_twenty_percent(void **state)
{
	(void)state;
	struct thresholds thresholds = thresholds_default();
	static const struct {
		int64_t  left, total;
		uint32_t due;
	} cases[] = { { 20, 100, 0 }, { 19, 100, 1 }, { -5, 100, 1 }, { 0, 0, 0 } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct notices notices = { .arena = &arena };
		schedule_credits(cases[i].left, cases[i].total, &thresholds, 0, &notices);
		assert_int_equal(notices.count, cases[i].due);
	}
}

static void
test_A31_what_is_not_wanted_is_not_due(void **state)
{
	(void)state;
	struct thresholds    thresholds       = thresholds_default();
	struct notices       notices          = { .arena = &arena };
	struct notice_figure figure           = { SPAN("CD"), SPAN("service"), 2, 1, false };
	thresholds.wanted[NOTICE_MODULE_OVER] = false;
	thresholds.wanted[NOTICE_CREDITS_LOW] = false;
	schedule_figure(&figure, &thresholds, 0, &notices);
	schedule_credits(1, 100, &thresholds, 0, &notices);
	assert_int_equal(notices.count, 0);
}

/* ---- ids ---- */

static void
test_A30_an_id_is_of_its_cause_alone(void **state)
{
	(void)state;
	struct notice notice = { .kind    = NOTICE_MODULE_OVER,
		                 .subject = SPAN("CD"),
		                 .period  = SPAN("2026-11"),
		                 .mark    = 100 };
	char          id[CAUSE_ID_SIZE + 1], other[CAUSE_ID_SIZE + 1];
	cause_id(SPAN("acme"), &notice, id);
	assert_int_equal(strlen(id), CAUSE_ID_SIZE);
	/* Written once and for ever: a change of it would send everything again. */
	assert_string_equal(id, "ntf_c6542c14189edabd087af9190a880b51");
	notice.used = 7;
	cause_id(SPAN("acme"), &notice, other);
	assert_string_equal(id, other);
	notice.period = SPAN("2026-12");
	cause_id(SPAN("acme"), &notice, other);
	assert_string_not_equal(id, other);
	notice.period = SPAN("2026-11");
	notice.mark   = 80;
	cause_id(SPAN("acme"), &notice, other);
	assert_string_not_equal(id, other);
	notice.mark = 100;
	cause_id(SPAN("acm"), &notice, other);
	assert_string_not_equal(id, other);
	notice.subject = SPAN("CDE");
	cause_id(SPAN("acme"), &notice, other);
	assert_string_not_equal(id, other);
}

/* ---- attempts ---- */

enum { SECONDS_A_DAY = 86400 };

static struct instant
second(int64_t seconds)
{
	return (struct instant){ seconds * NS_PER_SECOND };
}

static const struct duration NO_WAIT = { 0 };

static void
test_A30_ten_attempts_within_a_day(void **state)
{
	(void)state;
	static const int64_t want[] = { 0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400 };
	struct instant       now    = second(0), next;
	for (uint32_t i = 0; i < 10; i++) {
		assert_true(schedule_attempt(second(0), i, now, NO_WAIT, &next));
		assert_int_equal(next.ns, second(want[i]).ns);
		now = next;
	}
	assert_false(schedule_attempt(second(0), 10, now, NO_WAIT, &next));
}

static void
test_A30_what_was_missed_is_tried_once(void **state)
{
	(void)state;
	struct instant next;
	assert_true(schedule_attempt(second(0), 0, second(9 * SECONDS_A_DAY), NO_WAIT, &next));
	assert_int_equal(next.ns, second(9 * SECONDS_A_DAY).ns);
	assert_false(schedule_attempt(second(0), 1, second(9 * SECONDS_A_DAY), NO_WAIT, &next));
	assert_true(schedule_attempt(second(0), 1, second(6000), NO_WAIT, &next));
	assert_int_equal(next.ns, second(7200).ns);
}

static void
test_A30_retry_after_is_kept(void **state)
{
	(void)state;
	struct instant next;
	assert_true(schedule_attempt(second(0), 1, second(1), (struct duration){ second(600).ns },
	                             &next));
	assert_int_equal(next.ns, second(601).ns);
	assert_false(schedule_attempt(second(0), 1, second(1),
	                              (struct duration){ second(SECONDS_A_DAY).ns }, &next));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_A30_marks_hold_until_the_next),
		cmocka_unit_test(test_A30_mark_before_the_put_is_not_due),
		cmocka_unit_test(test_A30_the_version_that_holds_last_says_the_end),
		cmocka_unit_test(test_A30_another_version_with_the_same_end_changes_nothing),
		cmocka_unit_test(test_A30_trial_is_told_three_days_before),
		cmocka_unit_test(test_A30_over_is_more_than_owned),
		cmocka_unit_test(test_A30_credits_below_twenty_percent),
		cmocka_unit_test(test_A31_what_is_not_wanted_is_not_due),
		cmocka_unit_test(test_A30_an_id_is_of_its_cause_alone),
		cmocka_unit_test(test_A30_ten_attempts_within_a_day),
		cmocka_unit_test(test_A30_what_was_missed_is_tried_once),
		cmocka_unit_test(test_A30_retry_after_is_kept),
	};
	return cmocka_run_group_tests_name("schedule", tests, open_arena, close_arena);
}
