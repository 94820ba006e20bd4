/* test_pool.c - free units, pool and overage over months; alerts; top-ups and versions. */
#include "flex_fixture.h"

static void
assert_pool(const struct flex_pool *pool, const char *opening, const char *topups, const char *free,
            const char *free_used, const char *drawn, const char *overage, const char *closing)
{
	assert_decimal(pool->opening, opening);
	assert_decimal(pool->topups, topups);
	assert_decimal(pool->free, free);
	assert_decimal(pool->free_used, free_used);
	assert_decimal(pool->drawn, drawn);
	assert_decimal(pool->overage, overage);
	assert_decimal(pool->closing, closing);
}

/* Units by the simplest metric: one scan, one unit. Tokens make many at once. */
static void
used(const char *time, int64_t units)
{
	char data[64];

	snprintf(data, sizeof(data), "\"count\":%lld", (long long)units * 200000);
	happened("ai.tokens", "team", time, data);
}

static void
assert_crossed(const struct flex_statement *statement, bool at_80, bool at_90, bool at_100)
{
	assert_int_equal(statement->alerts.alerts_count, 3);
	assert_int_equal(statement->alerts.alerts[0].threshold, 80);
	assert_int_equal(statement->alerts.alerts[1].threshold, 90);
	assert_int_equal(statement->alerts.alerts[2].threshold, 100);
	assert_int_equal(statement->alerts.alerts[0].crossed, at_80);
	assert_int_equal(statement->alerts.alerts[1].crossed, at_90);
	assert_int_equal(statement->alerts.alerts[2].crossed, at_100);
}

/* The published example: 55,000 used of 50,000. */
static void
test_F14_published_example_enterprise(void **state)
{
	(void)state;
	contracted(FLEX("2026-04-01T00:00:00Z", "2027-09-01T00:00:00Z",
	                "\"tier\":\"enterprise\",\"units\":\"50000\""));
	used("2026-04-20T00:00:00Z", 55000);
	struct flex_statement april = statement_at("2026-04-30T23:00:00Z");

	assert_decimal(april.month.units, "55000");
	assert_pool(&april.pool, "50000", "0", "0", "0", "50000", "5000", "0");
	assert_decimal(april.overage_amount, "6250");
	assert_int_equal(april.alerts.percent_hundredths, 11000);
	assert_crossed(&april, true, true, true);

	struct flex_statement may = statement_at("2026-05-31T23:00:00Z");
	assert_pool(&may.pool, "0", "0", "0", "0", "0", "0", "0");
	assert_int_equal(may.alerts.percent_hundredths, 11000);
}

static void
test_F14_published_example_essentials(void **state)
{
	(void)state;
	contracted(FLEX("2026-04-01T00:00:00Z", "2027-09-01T00:00:00Z",
	                "\"tier\":\"essentials\",\"units\":\"50000\""));
	used("2026-04-20T00:00:00Z", 55000);
	struct flex_statement april = statement_at("2026-04-30T23:00:00Z");

	/* 1,000 of them are free (F-10); 5,000 over would be 3,750.00. */
	assert_pool(&april.pool, "50000", "0", "1000", "1000", "50000", "4000", "0");
	assert_decimal(april.overage_amount, "3000");
	assert_decimal(flex_amount(5000 * MILLIONTHS, april.version->contract.flex->overage_price),
	               "3750");
}

static void
test_F14_the_free_tier_is_over_and_pays_nothing(void **state)
{
	(void)state;
	contracted(FLEX("2026-04-01T00:00:00Z", "2027-09-01T00:00:00Z", "\"tier\":\"free\""));
	used("2026-04-20T00:00:00Z", 799);
	struct flex_statement april = statement_at("2026-04-30T23:00:00Z");

	assert_pool(&april.pool, "0", "0", "1000", "799", "0", "0", "0");
	assert_crossed(&april, false, false, false);
	used("2026-04-20T00:00:00Z", 201);
	april = statement_at("2026-04-30T23:00:00Z");
	assert_crossed(&april, true, true, true);
	assert_int_equal(april.alerts.percent_hundredths, 10000);
	used("2026-04-20T00:00:00Z", 300);
	april = statement_at("2026-04-30T23:00:00Z");
	assert_pool(&april.pool, "0", "0", "1000", "1000", "0", "300", "0");
	assert_decimal(april.overage_amount, "0");
	/* Each month anew. */
	struct flex_statement may = statement_at("2026-05-31T23:00:00Z");
	assert_pool(&may.pool, "0", "0", "1000", "0", "0", "0", "0");
	assert_crossed(&may, false, false, false);
}

static void
test_F10_free_units_are_a_months_and_are_prorated(void **state)
{
	(void)state;
	contracted(FLEX("2026-04-11T06:00:00Z", "2026-06-16T00:00:00Z",
	                "\"tier\":\"essentials\",\"units\":100"));
	used("2026-04-20T00:00:00Z", 10);
	struct flex_statement april = statement_at("2026-04-30T23:00:00Z");
	struct flex_statement may   = statement_at("2026-05-31T23:00:00Z");
	struct flex_statement june  = statement_at("2026-06-30T23:00:00Z");

	assert_pool(&april.pool, "100", "0", "658.333333", "10", "0", "0", "100");
	assert_pool(&may.pool, "100", "0", "1000", "0", "0", "0", "100");
	assert_pool(&june.pool, "100", "0", "500", "0", "0", "0", "100");
}

static void
test_F11_units_that_are_left_go_to_the_next_month(void **state)
{
	(void)state;
	contracted(FLEX("2025-11-01T00:00:00Z", "2026-11-01T00:00:00Z",
	                "\"tier\":\"enterprise\",\"units\":\"1000.5\""));
	used("2025-12-31T23:59:59Z", 400);
	used("2026-01-01T00:00:00Z", 300);
	used("2026-03-01T00:00:00Z", 500);
	struct flex_statement december = statement_at("2025-12-31T23:00:00Z");
	struct flex_statement january  = statement_at("2026-01-31T23:00:00Z");
	struct flex_statement march    = statement_at("2026-03-31T23:00:00Z");

	assert_pool(&december.pool, "1000.5", "0", "0", "0", "400", "0", "600.5");
	assert_pool(&january.pool, "600.5", "0", "0", "0", "300", "0", "300.5");
	assert_pool(&march.pool, "300.5", "0", "0", "0", "300.5", "199.5", "0");
	assert_decimal(march.overage_amount, "249.38"); /* 249.375, to the even cent */
}

static void
test_F11_a_pool_ends_with_its_contract(void **state)
{
	(void)state;
	struct refusal        refusal = { .err = ERR_NONE };
	struct flex_statement statement;

	contracted(FLEX("2026-04-01T00:00:00Z", "2026-06-15T00:00:00Z",
	                "\"tier\":\"enterprise\",\"units\":\"1000\""));
	contracted("{\"id\":\"g\",\"model\":\"FLEX\",\"plan\":\"ENTERPRISE\",\"kind\":\"PAID\","
	           "\"start\":\"2026-06-15T00:00:00Z\",\"end\":\"2027-06-15T00:00:00Z\","
	           "\"flex\":{\"tier\":\"enterprise\",\"units\":\"70\"}}");
	used("2026-06-14T00:00:00Z", 10);
	used("2026-06-16T00:00:00Z", 20);

	/* Of two in one month the later answers, unless the other is named. */
	struct flex_statement june = statement_at("2026-06-30T23:00:00Z");
	assert_true(span_equal(june.version->contract.id, SPAN("g")));
	assert_pool(&june.pool, "70", "0", "0", "0", "20", "0", "50");
	struct flex_question question = asked_at("2026-06-30T23:00:00Z");
	question.contract             = SPAN("f");
	assert_int_equal(flex_statement(&question, &arena, &june, NULL), ERR_NONE);
	assert_pool(&june.pool, "1000", "0", "0", "0", "10", "0", "990");
	assert_int_equal(june.month.period.fraction.hours, 14 * 24);

	question = asked_at("2026-03-31T23:00:00Z");
	assert_int_equal(flex_statement(&question, &arena, &statement, &refusal),
	                 ERR_CONTRACT_UNKNOWN);
	question          = asked_at("2026-07-31T23:00:00Z");
	question.contract = SPAN("f");
	assert_int_equal(flex_statement(&question, &arena, &statement, &refusal),
	                 ERR_CONTRACT_UNKNOWN);
}

static void
test_F12_free_units_first_then_pool_then_overage(void **state)
{
	(void)state;
	contracted(FLEX("2026-04-01T00:00:00Z", "2027-09-01T00:00:00Z",
	                "\"tier\":\"essentials\",\"units\":\"50\",\"overage_rate\":\"0.80\""));
	used("2026-04-20T00:00:00Z", 999);
	struct flex_statement april = statement_at("2026-04-30T23:00:00Z");
	assert_pool(&april.pool, "50", "0", "1000", "999", "0", "0", "50");
	used("2026-04-21T00:00:00Z", 2);
	april = statement_at("2026-04-30T23:00:00Z");
	assert_pool(&april.pool, "50", "0", "1000", "1000", "1", "0", "49");
	used("2026-04-22T00:00:00Z", 60);
	april = statement_at("2026-04-30T23:00:00Z");
	assert_pool(&april.pool, "50", "0", "1000", "1000", "50", "11", "0");
	assert_decimal(april.overage_amount, "8.8");
	/* Nothing is blocked: what comes later is counted (F-13). */
	used("2026-04-23T00:00:00Z", 100);
	assert_decimal(statement_at("2026-04-30T23:00:00Z").pool.overage, "111");
}

static void
test_F12_a_topup_covers_its_own_month(void **state)
{
	(void)state;
	contracted(FLEX("2026-04-01T00:00:00Z", "2027-09-01T00:00:00Z",
	                "\"tier\":\"enterprise\",\"units\":\"10\",\"topups\":["
	                "{\"at\":\"2026-05-31T23:00:00Z\",\"units\":\"20.25\"},"
	                "{\"at\":\"2026-04-01T00:00:00Z\",\"units\":5}]"));
	used("2026-04-20T00:00:00Z", 12);
	used("2026-05-01T00:00:00Z", 30);
	struct flex_statement april   = statement_at("2026-04-30T23:00:00Z");
	struct flex_statement to_date = statement_at("2026-05-31T22:00:00Z");
	struct flex_statement may     = statement_at("2026-05-31T23:00:00Z");
	struct flex_statement june    = statement_at("2026-06-30T23:00:00Z");

	assert_pool(&april.pool, "10", "5", "0", "0", "12", "0", "3");
	/* Up to H it is not there yet; in its last hour it covers the whole month. */
	assert_pool(&to_date.pool, "3", "0", "0", "0", "3", "27", "0");
	assert_pool(&may.pool, "3", "20.25", "0", "0", "23.25", "6.75", "0");
	assert_pool(&june.pool, "0", "0", "0", "0", "0", "0", "0");
	assert_decimal(may.alerts.limit, "35.25");
	assert_decimal(may.alerts.use, "42");
	assert_int_equal(may.alerts.percent_hundredths, 11915);
}

/* A version that buys more, put later: it counts from the month in which it holds. */
static void
test_F12_a_topup_of_a_later_version(void **state)
{
	(void)state;
	contracted(FLEX("2026-04-01T00:00:00Z", "2027-09-01T00:00:00Z",
	                "\"tier\":\"enterprise\",\"units\":\"10\""));
	contracted("{\"id\":\"f\",\"model\":\"FLEX\",\"plan\":\"ENTERPRISE\",\"kind\":\"PAID\","
	           "\"start\":\"2026-04-01T00:00:00Z\",\"end\":\"2027-09-01T00:00:00Z\","
	           "\"from\":\"2026-06-10T00:00:00Z\",\"flex\":{\"tier\":\"essentials\","
	           "\"units\":10,\"overage_rate\":2,"
	           "\"topups\":[{\"at\":\"2026-05-20T00:00:00Z\",\"units\":100}]}}");
	used("2026-05-01T00:00:00Z", 30);
	used("2026-06-01T00:00:00Z", 1040);
	struct flex_statement may     = statement_at("2026-05-31T23:00:00Z");
	struct flex_statement to_date = statement_at("2026-06-09T23:00:00Z");
	struct flex_statement june    = statement_at("2026-06-30T23:00:00Z");

	/* What May was charged stays; the units come with the version, in June. */
	assert_pool(&may.pool, "10", "0", "0", "0", "10", "20", "0");
	assert_decimal(may.overage_amount, "25");
	assert_pool(&to_date.pool, "0", "0", "0", "0", "0", "1040", "0");
	assert_pool(&june.pool, "0", "100", "1000", "1000", "40", "0", "60");

	/* Asked with what was known before, there is one version. */
	struct flex_question question = asked_at("2026-06-30T23:00:00Z");
	question.known.ns             = 1;
	assert_int_equal(flex_statement(&question, &arena, &june, NULL), ERR_NONE);
	assert_pool(&june.pool, "0", "0", "0", "0", "0", "1040", "0");
}

static void
test_F12_a_contract_of_one_part_of_one_month(void **state)
{
	(void)state;
	contracted(FLEX("2026-06-10T00:00:00Z", "2026-06-20T00:00:00Z",
	                "\"tier\":\"essentials\",\"units\":\"30\""));
	happened("iacm.stage", "w", "2026-06-09T23:00:00Z", "");
	happened("iacm.stage", "x", "2026-06-19T23:59:59Z", "");
	happened("iacm.stage", "y", "2026-06-20T00:00:00Z", "");
	struct flex_statement june = statement_at("2026-06-30T23:00:00Z");

	assert_int_equal(june.month.period.until, hour_at("2026-06-20T00:00:00Z"));
	assert_decimal(line_of(&june, "iacm.workspace").units, "6.666667");
	assert_pool(&june.pool, "30", "0", "333.333333", "6.666667", "0", "0", "30");
}

static void
test_F20_thresholds_are_compared_exactly(void **state)
{
	(void)state;
	contracted(FLEX("2026-04-01T00:00:00Z", "2027-09-01T00:00:00Z",
	                "\"tier\":\"enterprise\",\"units\":\"1000\""));
	used("2026-04-20T00:00:00Z", 799);
	happened("ff.request", "p", "2026-04-20T00:00:00Z", "\"count\":999");
	struct flex_statement april = statement_at("2026-04-30T23:00:00Z");
	assert_int_equal(april.alerts.percent_hundredths, 7999 + 1);
	assert_crossed(&april, false, false, false);
	happened("ff.request", "p", "2026-04-20T00:00:00Z", "\"count\":1");
	april = statement_at("2026-04-30T23:00:00Z");
	assert_crossed(&april, true, false, false);
	/* Since the start of the contract, not of the month. */
	used("2026-05-20T00:00:00Z", 100);
	struct flex_statement may = statement_at("2026-05-31T23:00:00Z");
	assert_crossed(&may, true, true, false);
}

static void
test_F20_a_limit_of_nothing_is_reached_by_any_use(void **state)
{
	(void)state;
	contracted(FLEX("2026-04-01T00:00:00Z", "2027-09-01T00:00:00Z",
	                "\"tier\":\"enterprise\",\"units\":0,\"topups\":[{\"at\":"
	                "\"2026-05-10T00:00:00Z\",\"units\":100}]"));
	struct flex_statement april = statement_at("2026-04-30T23:00:00Z");
	assert_crossed(&april, false, false, false);
	assert_int_equal(april.alerts.percent_hundredths, 0);
	used("2026-04-20T00:00:00Z", 1);
	april = statement_at("2026-04-30T23:00:00Z");
	assert_crossed(&april, true, true, true);
	assert_int_equal(april.alerts.percent_hundredths, 10000);
	/* With the first units bought, what was used before is measured by them. */
	struct flex_statement may = statement_at("2026-05-31T23:00:00Z");
	assert_crossed(&may, false, false, false);
	assert_int_equal(may.alerts.percent_hundredths, 100);
}

/* A contract for ever is asked in no time: months without use are not walked. */
static void
test_F11_months_before_the_first_use_cost_nothing(void **state)
{
	(void)state;
	contracted(FLEX("0001-01-01T00:00:00Z", "9999-01-01T00:00:00Z",
	                "\"tier\":\"enterprise\",\"units\":\"7\",\"topups\":[{\"at\":"
	                "\"1999-05-10T00:00:00Z\",\"units\":3}]"));
	used("2026-04-20T00:00:00Z", 1);
	struct flex_statement april = statement_at("2026-04-30T23:00:00Z");
	assert_pool(&april.pool, "10", "0", "0", "0", "1", "0", "9");
	struct flex_statement before = statement_at("1999-05-31T23:00:00Z");
	assert_pool(&before.pool, "7", "3", "0", "0", "0", "0", "10");
}

static void
test_F11_a_walk_tells_every_month(void **state)
{
	(void)state;
	struct flex_question  question;
	struct flex_statement statement;
	struct flex_walk      walk;
	int64_t               closing = -1;
	uint32_t              months  = 0;

	contracted(FLEX("2026-01-15T00:00:00Z", "2027-09-01T00:00:00Z",
	                "\"tier\":\"enterprise\",\"units\":\"1000\""));
	used("2026-04-20T00:00:00Z", 1);
	used("2026-06-20T00:00:00Z", 2);
	question = asked_at("2026-07-31T23:00:00Z");
	flex_walk_open(&walk, &question, SPAN("f"), hour_at("2025-01-01T00:00:00Z"));
	while (flex_walk_next(&walk, &arena, &statement)) {
		assert_true(closing < 0 || statement.pool.opening == closing);
		closing = statement.pool.closing;
		months++;
	}
	assert_int_equal(months, 7);
	assert_decimal(closing, "997");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, test_begin, test_end)
	const struct CMUnitTest tests[] = {
		TEST(test_F14_published_example_enterprise),
		TEST(test_F14_published_example_essentials),
		TEST(test_F14_the_free_tier_is_over_and_pays_nothing),
		TEST(test_F10_free_units_are_a_months_and_are_prorated),
		TEST(test_F11_units_that_are_left_go_to_the_next_month),
		TEST(test_F11_a_pool_ends_with_its_contract),
		TEST(test_F12_free_units_first_then_pool_then_overage),
		TEST(test_F12_a_topup_covers_its_own_month),
		TEST(test_F12_a_topup_of_a_later_version),
		TEST(test_F12_a_contract_of_one_part_of_one_month),
		TEST(test_F20_thresholds_are_compared_exactly),
		TEST(test_F20_a_limit_of_nothing_is_reached_by_any_use),
		TEST(test_F11_months_before_the_first_use_cost_nothing),
		TEST(test_F11_a_walk_tells_every_month),
	};
	return cmocka_run_group_tests(tests, group_begin, group_end);
}
