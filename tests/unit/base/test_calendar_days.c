/* test_calendar_days.c - days, months and contract years against a calendar that counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "core/base/calendar.h"

#define UNUSED(x) (void)(x)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
assert_written(const char *found, size_t size, const char *wanted)
{
	if (!span_equal((struct span){ found, size }, span_of(wanted)))
		fail_msg("%.*s, wanted %s", (int)size, found, wanted);
}

/* A calendar that only counts on: another way to the same days. */
struct walker {
	int year, month, day;
};

static int
walker_month_days(const struct walker *walker)
{
	switch (walker->month) {
	case 2:
		if (walker->year % 400 == 0)
			return 29;
		if (walker->year % 100 == 0)
			return 28;
		return walker->year % 4 == 0 ? 29 : 28;
	case 4:
	case 6:
	case 9:
	case 11:
		return 30;
	default:
		return 31;
	}
}

static void
walker_step(struct walker *walker)
{
	if (++walker->day <= walker_month_days(walker))
		return;
	walker->day = 1;
	if (++walker->month <= 12)
		return;
	walker->month = 1;
	walker->year++;
}

/* From one day to another, each day must be written, read, and know its month. */
static void
walk(struct walker walker, int32_t day, int last_year)
{
	int32_t month_first = day * HOURS_PER_DAY;
	for (; walker.year <= last_year; day++, walker_step(&walker)) {
		int32_t hour = day * HOURS_PER_DAY;
		int32_t late = hour + (day & 1 ? 23 : 13);
		char    wanted[64];
		char    out[INSTANT_SIZE];
		snprintf(wanted, sizeof(wanted), "%04d-%02d-%02dT00:00:00Z", walker.year,
		         walker.month, walker.day);
		assert_written(out, hour_format(hour, out), wanted);

		int32_t back = 0;
		assert_int_equal(hour_parse(span_of(wanted), &back, NULL), ERR_NONE);
		assert_int_equal(back, hour);
		assert_int_equal(date_parse((struct span){ wanted, 10 }, &back), ERR_NONE);
		assert_int_equal(back, hour);

		if (walker.day == 1)
			month_first = hour;
		assert_int_equal(day_first_hour(late), hour);
		assert_int_equal(day_first_hour(hour), hour);
		assert_int_equal(month_first_hour(late), month_first);
		assert_int_equal(month_next_first_hour(late),
		                 month_first + walker_month_days(&walker) * HOURS_PER_DAY);
	}
}

static void
test_every_day_from_1900_to_2100(void **state)
{
	UNUSED(state);
	walk((struct walker){ 1900, 1, 1 }, -25567, 2100);
}

static void
test_every_day_of_the_first_and_last_centuries(void **state)
{
	UNUSED(state);
	walk((struct walker){ 1, 1, 1 }, -719162, 110);
	walk((struct walker){ 9890, 1, 1 }, 2892721, 9999);
}

static int32_t
hour_at(const char *text)
{
	int32_t hour = 0;
	if (hour_parse(span_of(text), &hour, NULL))
		fail_msg("%s is no hour", text);
	return hour;
}

static void
test_L2_contract_years_begin_at_anniversaries(void **state)
{
	UNUSED(state);
	static const struct {
		const char *start, *at, *wanted;
	} rows[] = {
		{ "2025-03-15T00:00:00Z", "2025-03-15T00:00:00Z", "2025-03-15T00:00:00Z" },
		{ "2025-03-15T00:00:00Z", "2026-03-14T23:00:00Z", "2025-03-15T00:00:00Z" },
		{ "2025-03-15T00:00:00Z", "2026-03-15T00:00:00Z", "2026-03-15T00:00:00Z" },
		{ "2025-03-15T00:00:00Z", "2030-01-01T00:00:00Z", "2029-03-15T00:00:00Z" },
		/* Not at midnight. */
		{ "2025-03-15T07:00:00Z", "2026-03-15T06:00:00Z", "2025-03-15T07:00:00Z" },
		{ "2025-03-15T07:00:00Z", "2026-03-15T07:00:00Z", "2026-03-15T07:00:00Z" },
		/* 29 February falls back to the 28th and comes again with the leap year. */
		{ "2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z" },
		{ "2024-02-29T00:00:00Z", "2025-02-27T23:00:00Z", "2024-02-29T00:00:00Z" },
		{ "2024-02-29T00:00:00Z", "2025-02-28T00:00:00Z", "2025-02-28T00:00:00Z" },
		{ "2024-02-29T00:00:00Z", "2028-02-28T23:00:00Z", "2027-02-28T00:00:00Z" },
		{ "2024-02-29T00:00:00Z", "2028-02-29T00:00:00Z", "2028-02-29T00:00:00Z" },
		{ "2096-02-29T05:00:00Z", "2100-03-01T00:00:00Z", "2100-02-28T05:00:00Z" },
		/* 28 February stays the 28th in leap years. */
		{ "2023-02-28T00:00:00Z", "2024-02-29T12:00:00Z", "2024-02-28T00:00:00Z" },
		/* The turn of a year, and before 1970. */
		{ "2025-12-31T23:00:00Z", "2026-12-31T22:00:00Z", "2025-12-31T23:00:00Z" },
		{ "2025-12-31T23:00:00Z", "2027-01-01T00:00:00Z", "2026-12-31T23:00:00Z" },
		{ "1959-07-01T00:00:00Z", "1969-06-30T23:00:00Z", "1968-07-01T00:00:00Z" },
		{ "0001-01-01T00:00:00Z", "9999-12-31T23:00:00Z", "9999-01-01T00:00:00Z" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char    out[INSTANT_SIZE];
		int32_t first = anniversary_first_hour(hour_at(rows[i].start), hour_at(rows[i].at));
		assert_written(out, hour_format(first, out), rows[i].wanted);
	}
}

/* Law: contract years tile time: 365 or 366 days each, and every hour lies in its own. */
static void
test_L2_contract_years_leave_no_gap(void **state)
{
	UNUSED(state);
	for (int day = 0; day < 1461; day++) {
		int32_t start = hour_at("2023-01-01T05:00:00Z") + day * HOURS_PER_DAY;
		int32_t year  = start;
		for (int n = 0; n < 6; n++) {
			int32_t next = anniversary_first_hour(start, year + 366 * HOURS_PER_DAY);
			int32_t days = (next - year) / HOURS_PER_DAY;
			assert_true(days == 365 || days == 366);
			assert_int_equal(anniversary_first_hour(start, next - 1), year);
			assert_int_equal(anniversary_first_hour(start, year), year);
			year = next;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_day_from_1900_to_2100),
		cmocka_unit_test(test_every_day_of_the_first_and_last_centuries),
		cmocka_unit_test(test_L2_contract_years_begin_at_anniversaries),
		cmocka_unit_test(test_L2_contract_years_leave_no_gap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
