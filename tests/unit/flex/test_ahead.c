/* test_ahead.c - forecasts from recorded days, and the last twelve months under Flex. */
#include "core/flex/forecast.h"
#include "core/flex/transition.h"
#include "flex_fixture.h"

#define YEAR(flex) FLEX("2026-04-01T00:00:00Z", "2027-04-01T00:00:00Z", flex)

/* units on a day of 2026, by tokens. */
static void
used(int32_t month, int32_t day, int64_t units)
{
	char time[32], data[64];

	snprintf(time, sizeof(time), "2026-%02d-%02dT08:00:00Z", (int)month, (int)day);
	snprintf(data, sizeof(data), "\"count\":%lld", (long long)units * 200000);
	happened("ai.tokens", "team", time, data);
}

static struct flex_forecast
forecast_at(const char *time)
{
	struct flex_question question = asked_at(time);
	struct flex_forecast forecast;
	struct refusal       refusal = { .err = ERR_NONE };

	if (flex_forecast(&question, &arena, &forecast, &refusal))
		fail_msg("%s", refusal.detail);
	return forecast;
}

static void
assert_paces(const int64_t paces[FLEX_PACES], const char *low, const char *expected,
             const char *high)
{
	assert_decimal(paces[FLEX_SLOWEST], low);
	assert_decimal(paces[FLEX_EXPECTED], expected);
	assert_decimal(paces[FLEX_FASTEST], high);
}

static void
test_F43_even_use_goes_on(void **state)
{
	(void)state;
	contracted(YEAR("\"tier\":\"enterprise\",\"units\":\"1000\""));
	for (int32_t day = 1; day <= 20; day++)
		used(4, day, 10);
	struct flex_forecast forecast = forecast_at("2026-04-20T23:00:00Z");

	assert_int_equal(forecast.days_recorded, 20);
	assert_paces(forecast.a_day, "10", "10", "10");
	assert_paces(forecast.at_end, "300", "300", "300");
	/* 800 are left; on the 80th day from 21 April they are gone: 9 July. */
	for (uint32_t i = 0; i < FLEX_PACES; i++)
		assert_int_equal(forecast.empty_day[i], hour_at("2026-07-09T00:00:00Z"));
	/* What is left day by day leads there. */
	assert_int_equal(forecast.ahead_count, 80);
	assert_int_equal(forecast.ahead[0].day_hour, hour_at("2026-04-21T00:00:00Z"));
	assert_decimal(forecast.ahead[0].left[FLEX_EXPECTED], "790");
	assert_decimal(forecast.ahead[78].left[FLEX_SLOWEST], "10");
	assert_decimal(forecast.ahead[79].left[FLEX_FASTEST], "0");
	/* In the middle of a day its rest is a part of one. */
	forecast = forecast_at("2026-04-20T11:00:00Z");
	assert_paces(forecast.at_end, "305", "305", "305");
}

static void
test_F43_the_range_is_that_of_weeks(void **state)
{
	(void)state;
	contracted(YEAR("\"tier\":\"enterprise\",\"units\":\"100000\""));
	used(4, 1, 70);
	for (int32_t day = 2; day <= 8; day++)
		used(4, day, 10);
	for (int32_t day = 9; day <= 15; day++)
		used(4, day, 30);
	struct flex_forecast forecast = forecast_at("2026-04-15T23:00:00Z");

	/* The first day of the month is no pace. */
	assert_paces(forecast.a_day, "10", "20", "30");
	assert_paces(forecast.at_end, "500", "650", "800");
	assert_true(forecast.empty_day[FLEX_FASTEST] <= forecast.empty_day[FLEX_EXPECTED]);
	assert_int_equal(forecast.empty_day[FLEX_SLOWEST], INT32_MAX);
	/* Two weeks ahead 420, 280 and 140 of 99,650 are gone; it goes on to the end. */
	assert_decimal(forecast.ahead[13].left[FLEX_FASTEST], "99230");
	assert_decimal(forecast.ahead[13].left[FLEX_EXPECTED], "99370");
	assert_decimal(forecast.ahead[13].left[FLEX_SLOWEST], "99510");
	assert_int_equal(forecast.ahead[forecast.ahead_count - 1].day_hour,
	                 hour_at("2027-03-31T00:00:00Z"));
}

static void
test_F43_members_begin_each_month_anew(void **state)
{
	(void)state;
	contracted(YEAR("\"tier\":\"enterprise\",\"units\":\"150\""));
	happened("access.granted", "a@x", "2026-03-01T00:00:00Z", "\"module\":\"SEI\"");
	for (int32_t day = 1; day <= 9; day++)
		used(4, day, 1);
	struct flex_forecast forecast = forecast_at("2026-04-09T23:00:00Z");

	assert_paces(forecast.a_day, "1", "1", "1");
	assert_paces(forecast.at_end, "70", "70", "70");
	/* 101 left, 21 of them in April; May begins with 41, and 39 days are more than it has. */
	assert_int_equal(forecast.empty_day[FLEX_EXPECTED], hour_at("2026-06-01T00:00:00Z"));
}

static void
test_F43_free_units_come_first(void **state)
{
	(void)state;
	contracted(YEAR("\"tier\":\"essentials\",\"units\":\"10\""));
	for (int32_t day = 1; day <= 10; day++)
		used(4, day, 33);
	struct flex_forecast forecast = forecast_at("2026-04-10T23:00:00Z");

	/* 990 a month of 30 days are free; in May, the 31st day is 23 beyond it. */
	assert_paces(forecast.at_end, "990", "990", "990");
	assert_int_equal(forecast.empty_day[FLEX_EXPECTED], hour_at("2026-05-31T00:00:00Z"));
}

static void
test_F43_without_a_pool_nothing_becomes_empty(void **state)
{
	(void)state;
	contracted(YEAR("\"tier\":\"enterprise\""));
	for (int32_t day = 1; day <= 10; day++)
		used(4, day, 33);
	assert_false(forecast_at("2026-04-10T23:00:00Z").has_pool);
}

static void
test_F43_fewer_than_seven_days_are_refused(void **state)
{
	(void)state;
	struct flex_question question;
	struct flex_forecast forecast = { .days_recorded = 99 };
	struct refusal       refusal  = { .err = ERR_NONE };

	contracted(YEAR("\"tier\":\"enterprise\",\"units\":\"1000\""));
	for (int32_t day = 1; day <= 6; day++)
		used(4, day, 10);
	used(4, 7, 10);
	/* Today is not over. */
	question = asked_at("2026-04-07T22:00:00Z");
	assert_int_equal(flex_forecast(&question, &arena, &forecast, &refusal), ERR_QUESTION);
	assert_non_null(strstr(refusal.detail, "there are 6"));
	assert_int_equal(forecast.days_recorded, 99);
	assert_int_equal(forecast_at("2026-04-07T23:00:00Z").days_recorded, 7);
	/* What is longer ago than 30 days is not recorded. */
	question = asked_at("2026-05-01T23:00:00Z");
	assert_int_equal(flex_forecast(&question, &arena, &forecast, &refusal), ERR_QUESTION);
	question = asked_at("2027-05-01T23:00:00Z");
	assert_int_equal(flex_forecast(&question, &arena, &forecast, &refusal),
	                 ERR_CONTRACT_UNKNOWN);
}

/* A day before whose end the contract began, but not the use. */
static void
test_F43_what_was_before_the_contract_is_not_recorded(void **state)
{
	struct flex_question question;
	struct flex_forecast forecast = { .days_recorded = 99 };
	struct refusal       refusal  = { .err = ERR_NONE };
	(void)state;

	contracted(FLEX("2026-04-01T12:00:00Z", "2027-04-01T00:00:00Z",
	                "\"tier\":\"enterprise\",\"units\":\"1000\""));
	for (int32_t day = 1; day <= 7; day++)
		used(4, day, 10);
	question = asked_at("2026-04-07T23:00:00Z");
	assert_int_equal(flex_forecast(&question, &arena, &forecast, &refusal), ERR_QUESTION);
	assert_non_null(strstr(refusal.detail, "there are 6"));
}

static struct flex_transition
transition_at(enum flex_tier tier, const char *time)
{
	struct flex_transition transition;

	assert_int_equal(flex_transition(catalog, book_of(books, SPAN("acme"), false), tier,
	                                 hour_at(time), &arena, &transition, NULL),
	                 ERR_NONE);
	return transition;
}

static void
test_F42_twelve_whole_months(void **state)
{
	(void)state;
	used(1, 31, 7);
	used(3, 1, 1500);
	used(5, 5, 900);
	used(6, 1, 1100);
	happened("sto.scan", "a", "2026-05-05T00:00:00Z", "");
	happened("sto.scan", "a", "2026-02-05T00:00:00Z", "");
	struct flex_transition transition = transition_at(FLEX_ENTERPRISE, "2027-01-31T22:00:00Z");

	/* January 2027 is not over: they begin with January 2026. */
	assert_int_equal(transition.months[0].period.from, hour_at("2026-01-01T00:00:00Z"));
	assert_int_equal(transition.months[11].period.to, hour_at("2027-01-01T00:00:00Z"));
	assert_int_equal(transition.metrics_count, 2);
	assert_decimal(transition.metrics[0].units, "3507");
	assert_decimal(transition.metrics[1].units, "2");
	assert_decimal(transition.units, "3509");
	assert_decimal(transition.pool, "3509");
	assert_int_equal(transition.highest[0], 2);
	assert_int_equal(transition.highest[1], 5);
	assert_int_equal(transition.highest[2], 4);

	transition = transition_at(FLEX_ESSENTIALS, "2027-01-31T22:00:00Z");
	assert_decimal(transition.pool, "600");
	/* With its last hour the month is one of them. */
	transition = transition_at(FLEX_ENTERPRISE, "2027-01-31T23:00:00Z");
	assert_int_equal(transition.months[0].period.from, hour_at("2026-02-01T00:00:00Z"));
	assert_decimal(transition.units, "3502");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, test_begin, test_end)
	const struct CMUnitTest tests[] = {
		TEST(test_F43_even_use_goes_on),
		TEST(test_F43_the_range_is_that_of_weeks),
		TEST(test_F43_members_begin_each_month_anew),
		TEST(test_F43_free_units_come_first),
		TEST(test_F43_without_a_pool_nothing_becomes_empty),
		TEST(test_F43_fewer_than_seven_days_are_refused),
		TEST(test_F43_what_was_before_the_contract_is_not_recorded),
		TEST(test_F42_twelve_whole_months),
	};
	return cmocka_run_group_tests(tests, group_begin, group_end);
}
