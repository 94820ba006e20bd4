/* test_day.c - the pool from day to day: what is left, top-ups, thresholds. */
#include "core/flex/day.h"
#include "flex_fixture.h"

enum { DAYS_MAX = 31 };

/* Units by tokens, at eight in the morning. */
static void
used(const char *day, int64_t units)
{
	char time[32], data[64];

	snprintf(time, sizeof(time), "%sT08:00:00Z", day);
	snprintf(data, sizeof(data), "\"count\":%lld", (long long)units * 200000);
	happened("ai.tokens", "team", time, data);
}

static uint32_t
days_at(const char *time, const struct flex_day **days)
{
	struct flex_statement statement = statement_at(time);
	uint32_t              count;

	flex_days(&statement, &arena, days, &count);
	assert_true(count > 0 && count <= DAYS_MAX);
	assert_memory_equal(&(*days)[count - 1].pool, &statement.pool, sizeof(statement.pool));
	assert_memory_equal(&(*days)[count - 1].alerts, &statement.alerts,
	                    sizeof(statement.alerts));
	return count;
}

static void
test_F12_each_day_has_what_is_left(void **state)
{
	const struct flex_day *days;

	(void)state;
	contracted(FLEX("2026-04-10T00:00:00Z", "2027-04-01T00:00:00Z",
	                "\"tier\":\"enterprise\",\"units\":\"1000\""));
	used("2026-04-11", 100);
	used("2026-05-01", 300);
	used("2026-05-03", 700);
	assert_int_equal(days_at("2026-04-30T23:00:00Z", &days), 21);
	assert_int_equal(days[0].day_hour, hour_at("2026-04-10T00:00:00Z"));
	assert_decimal(days[0].pool.closing, "1000");
	assert_decimal(days[1].pool.closing, "900");
	assert_decimal(days[20].pool.closing, "900");

	assert_int_equal(days_at("2026-05-03T07:00:00Z", &days), 3);
	assert_decimal(days[2].pool.closing, "600");
	assert_int_equal(days_at("2026-05-03T08:00:00Z", &days), 3);
	assert_decimal(days[1].pool.closing, "600");
	assert_decimal(days[2].units, "700");
	assert_decimal(days[2].to_date, "1000");
	assert_decimal(days[2].pool.closing, "0");
	assert_decimal(days[2].pool.overage, "100");
	assert_decimal(days[2].alerts.use, "1100");
}

static void
test_F20_a_top_up_is_there_from_its_day_on(void **state)
{
	const struct flex_day *days;

	(void)state;
	contracted(FLEX("2026-04-01T00:00:00Z", "2027-04-01T00:00:00Z",
	                "\"tier\":\"enterprise\",\"units\":\"1000\",\"topups\":["
	                "{\"at\":\"2026-05-04T12:00:00Z\",\"units\":\"500\"}]"));
	used("2026-04-11", 700);
	used("2026-05-02", 150);
	used("2026-05-03", 200);
	used("2026-05-05", 310);
	assert_int_equal(days_at("2026-05-05T23:00:00Z", &days), 5);
	assert_decimal(days[0].pool.closing, "300");
	assert_false(days[0].alerts.alerts[0].crossed);
	assert_decimal(days[1].pool.closing, "150");
	assert_true(days[1].alerts.alerts[0].crossed);
	assert_false(days[1].alerts.alerts[1].crossed);
	assert_decimal(days[2].pool.overage, "50");
	assert_true(days[2].alerts.alerts[2].crossed);
	/* It covers what was over before it, and 1050 of 1500 are 70 percent. */
	assert_decimal(days[3].pool.topups, "500");
	assert_decimal(days[3].pool.overage, "0");
	assert_decimal(days[3].pool.closing, "450");
	assert_false(days[3].alerts.alerts[0].crossed);
	assert_decimal(days[4].alerts.use, "1360");
	assert_true(days[4].alerts.alerts[1].crossed);
}

/* Without a pool the free units of the month are the limit, each month anew. */
static void
test_F20_free_units_begin_each_month_anew(void **state)
{
	const struct flex_day *days;

	(void)state;
	contracted(FLEX("2026-04-01T00:00:00Z", "2027-04-01T00:00:00Z", "\"tier\":\"free\""));
	used("2026-04-11", 900);
	used("2026-05-02", 100);
	assert_int_equal(days_at("2026-04-30T23:00:00Z", &days), 30);
	assert_decimal(days[10].alerts.limit, "1000");
	assert_true(days[10].alerts.alerts[1].crossed);
	assert_int_equal(days_at("2026-05-02T23:00:00Z", &days), 2);
	assert_decimal(days[0].alerts.use, "0");
	assert_decimal(days[1].alerts.use, "100");
	assert_false(days[1].alerts.alerts[0].crossed);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, test_begin, test_end)
	const struct CMUnitTest tests[] = {
		TEST(test_F12_each_day_has_what_is_left),
		TEST(test_F20_a_top_up_is_there_from_its_day_on),
		TEST(test_F20_free_units_begin_each_month_anew),
	};
	return cmocka_run_group_tests(tests, group_begin, group_end);
}
