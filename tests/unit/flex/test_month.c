/* test_month.c - the hours of a month, and what each fold makes of them. */
#include "flex_fixture.h"

#define YEAR FLEX("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "\"tier\":\"enterprise\"")
#define ESSENTIALS FLEX("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", "\"tier\":\"essentials\"")

static void
assert_period(const char *start, const char *end, const char *at, int32_t hours, int32_t of)
{
	struct flex_period period = flex_period_at(hour_at(start), hour_at(end), hour_at(at));

	assert_int_equal(period.fraction.hours, hours);
	assert_int_equal(period.fraction.of, of);
	assert_int_equal(period.to - period.from, hours);
	assert_int_equal(period.until, hour_at(at) + 1);
}

static void
test_F1_months_are_calendar_months_in_utc(void **state)
{
	(void)state;
	struct flex_period march =
		flex_period_at(hour_at("2026-01-15T00:00:00Z"), hour_at("2026-12-01T00:00:00Z"),
	                       hour_at("2026-03-31T23:00:00Z"));

	assert_int_equal(march.month_hour, hour_at("2026-03-01T00:00:00Z"));
	assert_int_equal(march.from, hour_at("2026-03-01T00:00:00Z"));
	assert_int_equal(march.to, hour_at("2026-04-01T00:00:00Z"));
	assert_true(fraction_is_whole(march.fraction));

	/* Another offset is another month: 23:30 in New York is April in UTC. */
	contracted(YEAR);
	happened("sto.scan", "a", "2026-03-31T23:30:00-04:00", "");
	assert_int_equal(statement_at("2026-03-31T23:00:00Z").month.units, 0);
	assert_decimal(statement_at("2026-04-30T23:00:00Z").month.units, "1");
}

static void
test_F5_fractions_of_months_are_in_hours(void **state)
{
	(void)state;
	assert_period("2026-03-11T00:00:00Z", "2027-03-11T00:00:00Z", "2026-03-31T23:00:00Z", 504,
	              744);
	assert_period("2026-04-11T06:00:00Z", "2027-03-11T00:00:00Z", "2026-04-11T06:00:00Z", 474,
	              720);
	/* Leap February, from its last day on; and one that is none. */
	assert_period("2028-02-29T00:00:00Z", "2029-01-01T00:00:00Z", "2028-02-29T23:00:00Z", 24,
	              696);
	assert_period("2027-02-28T00:00:00Z", "2029-01-01T00:00:00Z", "2027-02-28T23:00:00Z", 24,
	              672);
	/* The last hour of a month. */
	assert_period("2026-01-31T23:00:00Z", "2029-01-01T00:00:00Z", "2026-01-31T23:00:00Z", 1,
	              744);
	/* Starts and ends in one month; ends early inside one. */
	assert_period("2026-06-10T00:00:00Z", "2026-06-20T00:00:00Z", "2026-06-15T00:00:00Z", 240,
	              720);
	assert_period("2026-01-01T00:00:00Z", "2026-06-20T12:00:00Z", "2026-06-15T00:00:00Z", 468,
	              720);
	/* A third of an hour into it: contracts hold whole hours. */
	assert_period("2026-06-10T00:20:00Z", "2027-06-20T00:00:00Z", "2026-06-30T23:00:00Z", 504,
	              720);
}

static void
test_F3_count_and_sum_add_events_of_the_month(void **state)
{
	(void)state;
	contracted(ESSENTIALS);
	happened("cd.deployment", "a", "2026-05-31T23:59:59Z",
	         "\"deployment_type\":\"Kubernetes\",\"status\":\"success\"");
	happened("cd.deployment", "a", "2026-06-01T00:00:00Z",
	         "\"deployment_type\":\"Kubernetes\",\"status\":\"success\"");
	happened("cd.deployment", "a", "2026-06-01T00:10:00Z",
	         "\"deployment_type\":\"AwsLambda\",\"status\":\"success\"");
	happened("cd.deployment", "b", "2026-06-30T23:59:59Z",
	         "\"deployment_type\":\"Kubernetes\",\"status\":\"failed\"");
	happened("ci.build", "r", "2026-06-03T00:00:00Z",
	         "\"hosted\":true,\"os\":\"linux\",\"size\":\"medium\",\"minutes\":\"2.5\"");
	happened("ci.build", "r", "2026-06-03T00:00:00Z",
	         "\"hosted\":true,\"os\":\"linux\",\"size\":\"medium\",\"minutes\":\"0.000001\"");
	happened("ci.build", "r", "2026-06-03T00:00:00Z", "\"minutes\":\"100\"");
	struct flex_statement june = statement_at("2026-06-30T23:00:00Z");

	assert_decimal(line_of(&june, "cd.deployment_event").quantity, "2");
	assert_decimal(line_of(&june, "ci.hosted_minute").quantity, "2.500001");
	assert_decimal(line_of(&june, "ci.hosted_minute").units, "0.125");
}

static void
test_F3_unique_counts_keys_of_the_month(void **state)
{
	(void)state;
	contracted(YEAR);
	happened("iacm.stage", "w", "2026-06-01T00:00:00Z", "\"project\":\"p\"");
	happened("iacm.stage", "w", "2026-06-02T00:00:00Z", "\"project\":\"p\"");
	happened("iacm.stage", "w", "2026-06-02T00:00:00Z", "\"project\":\"q\"");
	happened("iacm.stage", "old", "2026-05-31T23:00:00Z", "\"project\":\"q\"");
	happened("idp.access", "Ann@Example.com", "2026-06-02T00:00:00Z", "");
	happened("idp.access", "ann@example.com", "2026-06-03T00:00:00Z", "");
	happened("iacm.host", "h", "2026-06-03T00:00:00Z", "\"project\":\"p\"");
	happened("iacm.host", "h", "2026-06-03T00:00:00Z", "\"project\":\"q\"");
	happened("db.instance", "d", "2026-06-03T00:00:00Z", "\"environment\":\"dev\"");
	happened("db.instance", "d", "2026-06-03T00:00:00Z", "\"environment\":\"prod\"");
	/* A target of two kinds is two, and so is one of two environments. */
	happened("ce.experiment", "t", "2026-06-03T00:00:00Z", "\"target_kind\":\"host\"");
	happened("ce.experiment", "t", "2026-06-03T00:00:00Z", "\"target_kind\":\"other\"");
	happened("ce.experiment", "t", "2026-06-04T00:00:00Z",
	         "\"target_kind\":\"host\",\"environment\":\"dev\"");
	happened("ce.experiment", "t", "2026-06-05T00:00:00Z", "\"target_kind\":\"host\"");
	struct flex_statement june = statement_at("2026-06-30T23:00:00Z");

	assert_decimal(line_of(&june, "iacm.workspace").quantity, "2");
	assert_decimal(line_of(&june, "idp.user").quantity, "1");
	assert_decimal(line_of(&june, "iacm.host").quantity, "1");
	assert_decimal(line_of(&june, "db.instance").quantity, "2");
	assert_decimal(line_of(&june, "ce.service").quantity, "3");
}

#define DEPLOYED "\"deployment_type\":\"Kubernetes\""

static void
test_F3_unique_30d_reaches_back_and_stops_at_the_start(void **state)
{
	(void)state;
	contracted(FLEX("2026-02-03T00:00:00Z", "2027-01-01T00:00:00Z", "\"tier\":\"enterprise\""));
	happened("cd.deployment", "before", "2026-02-02T23:00:00Z", DEPLOYED);
	happened("cd.deployment", "first", "2026-02-03T00:00:00Z", DEPLOYED);
	happened("cd.deployment", "lambda", "2026-02-28T00:00:00Z",
	         "\"deployment_type\":\"AwsLambda\"");
	happened("cd.deployment", "march", "2026-03-01T23:59:59Z", DEPLOYED);
	happened("cd.deployment", "last", "2026-03-02T00:00:00Z", DEPLOYED);
	struct flex_statement february = statement_at("2026-02-28T23:00:00Z");
	struct flex_statement march    = statement_at("2026-03-31T23:00:00Z");
	struct flex_statement to_date  = statement_at("2026-03-05T10:00:00Z");

	assert_decimal(line_of(&february, "cd.service").quantity, "2");
	/* 30 days before April begin with the second of March. */
	assert_decimal(line_of(&march, "cd.service").quantity, "1");
	/* Up to H it reaches into the month before: but not before 3 February 11:00. */
	assert_decimal(line_of(&to_date, "cd.service").quantity, "3");
}

static void
test_F3_peak_daily_unique_takes_the_best_day(void **state)
{
	(void)state;
	contracted(YEAR);
	happened("ci.build", "a", "2026-06-01T00:00:00Z", "");
	happened("ci.build", "a", "2026-06-01T09:00:00Z", "");
	happened("ci.build", "b", "2026-06-02T23:59:59Z", "");
	happened("ci.build", "c", "2026-06-02T00:00:00Z", "");
	happened("ci.build", "d", "2026-06-03T00:00:00Z", "");
	happened("ci.build", "e", "2026-06-30T00:00:00Z", "");
	struct flex_statement june  = statement_at("2026-06-30T23:00:00Z");
	struct flex_statement first = statement_at("2026-06-01T23:00:00Z");

	assert_decimal(line_of(&june, "ci.repository").quantity, "2");
	assert_decimal(line_of(&june, "ci.repository").units, "120");
	assert_decimal(line_of(&first, "ci.repository").quantity, "1");
}

static void
test_F3_mean_is_of_present_hours_rounded_for_each_key(void **state)
{
	(void)state;
	contracted(YEAR);
	/* 1, 1, 2: a third of 4; the latest of an hour counts. */
	happened("ar.storage", "a", "2026-06-01T00:00:00Z", "\"gigabytes\":9");
	happened("ar.storage", "a", "2026-06-01T00:30:00Z", "\"gigabytes\":1");
	happened("ar.storage", "a", "2026-06-09T00:00:00Z", "\"gigabytes\":1");
	happened("ar.storage", "a", "2026-06-30T23:00:00Z", "\"gigabytes\":2");
	happened("ar.storage", "b", "2026-06-30T23:00:00Z", "\"gigabytes\":\"0.000001\"");
	happened("ar.storage", "b", "2026-06-30T22:00:00Z", "\"gigabytes\":\"0.000002\"");
	happened("ar.storage", "b", "2026-05-30T22:00:00Z", "\"gigabytes\":\"70\"");
	struct flex_statement june = statement_at("2026-06-30T23:00:00Z");

	/* 1.333333 and 0.0000015, to the even one. */
	assert_decimal(line_of(&june, "ar.storage").quantity, "1.333335");
}

static void
test_F3_max_is_each_keys_largest_hour(void **state)
{
	(void)state;
	contracted(ESSENTIALS);
	happened("governance.roles", "acme", "2026-06-01T00:00:00Z", "\"count\":7");
	happened("governance.roles", "acme", "2026-06-01T00:30:00Z", "\"count\":6");
	happened("governance.roles", "acme", "2026-06-09T00:00:00Z", "\"count\":3");
	struct flex_statement june = statement_at("2026-06-30T23:00:00Z");

	assert_decimal(line_of(&june, "governance.roles").quantity, "6");
	assert_decimal(line_of(&june, "governance.roles").allowance, "5");
	assert_decimal(line_of(&june, "governance.roles").units, "100");
}

#define SEI "\"module\":\"SEI\""

static void
test_F3_members_have_access_at_the_last_hour(void **state)
{
	(void)state;
	contracted(YEAR);
	happened("access.granted", "a@x", "2025-06-01T00:00:00Z", SEI);
	happened("access.granted", "b@x", "2026-06-01T00:00:00Z", SEI);
	happened("access.revoked", "b@x", "2026-06-30T23:59:00Z", SEI);
	happened("access.granted", "c@x", "2026-06-30T23:30:00Z", SEI);
	happened("access.granted", "d@x", "2026-07-01T00:00:00Z", SEI);
	happened("access.granted", "e@x", "2026-06-01T00:00:00Z", "\"module\":\"CODE\"");
	struct flex_statement june    = statement_at("2026-06-30T23:00:00Z");
	struct flex_statement to_date = statement_at("2026-06-30T22:00:00Z");

	assert_decimal(line_of(&june, "sei.user").quantity, "2");
	assert_decimal(line_of(&to_date, "sei.user").quantity, "2");
	assert_int_equal(june.month.lines_count, 1);
	assert_decimal(june.month.units, "80");
	/* Who was a member before the contract is one in each of its months. */
	struct flex_statement january = statement_at("2026-01-31T23:00:00Z");
	assert_decimal(line_of(&january, "sei.user").quantity, "1");
}

/* Every row of both tiers finds something when every type happens. */
static void
test_F2_every_metric_has_its_line(void **state)
{
	(void)state;
	static const char *const counts[] = {
		"ff.request",
		"ff.event",
		"ai.tokens",
		"waap.protection",
		"waap.wap",
		"waap.bap",
		"test.execution",
		"policy.evaluation",
		"governance.roles",
		"sto.scan",
		"sast.scan",
		"sca.scan",
		"governance.dashboards",
		"scs.step",
		"governance.organizations",
		"load.run",
		"dr.run",
		"iacm.stage",
		"iacm.host",
		"idp.access",
		"aisre.access",
		"api.tested",
		"api.discovered",
		"db.instance",
		"cd.stage",
	};
	static const char *const skus[] = { "insights", "commitment", "autostopping", "cluster" };
	char                     data[64];

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		happened(counts[i], "a@x", "2026-06-05T00:00:00Z", "\"count\":1000000");
	for (size_t i = 0; i < 4; i++) {
		snprintf(data, sizeof(data), "\"amount\":1000,\"sku\":\"%s\"", skus[i]);
		happened("ccm.spend", "aws", "2026-06-05T00:00:00Z", data);
	}
	happened("code.storage", "a", "2026-06-05T00:00:00Z", "\"gigabytes\":300");
	happened("ar.storage", "a", "2026-06-05T00:00:00Z", "\"gigabytes\":300");
	happened("ce.experiment", "t", "2026-06-05T00:00:00Z", "\"target_kind\":\"kubernetes\"");
	happened("access.granted", "a@x", "2026-06-05T00:00:00Z", SEI);
	happened("ci.build", "r", "2026-06-05T00:00:00Z",
	         "\"hosted\":true,\"os\":\"linux\",\"size\":\"medium\",\"minutes\":3");
	happened("cd.deployment", "s", "2026-06-05T00:00:00Z", DEPLOYED ",\"status\":\"success\"");

	contracted(YEAR);
	struct flex_statement enterprise = statement_at("2026-06-30T23:00:00Z");
	versions_count                   = 0;
	contracted(ESSENTIALS);
	struct flex_statement essentials = statement_at("2026-06-30T23:00:00Z");

	uint32_t rows[FLEX_TIERS] = { 0 };
	for (uint32_t i = 0; i < catalog->cards[0].rates_count; i++) {
		rows[FLEX_ENTERPRISE] +=
			catalog_rate_is_for(&catalog->cards[0].rates[i], FLEX_ENTERPRISE);
		rows[FLEX_ESSENTIALS] +=
			catalog_rate_is_for(&catalog->cards[0].rates[i], FLEX_FREE);
	}
	assert_int_equal(rows[FLEX_ENTERPRISE], 36);
	assert_int_equal(rows[FLEX_ESSENTIALS], 36);
	assert_int_equal(enterprise.month.lines_count, rows[FLEX_ENTERPRISE]);
	assert_int_equal(essentials.month.lines_count, rows[FLEX_ESSENTIALS]);
	/* In the order of the card. */
	for (uint32_t i = 1; i < enterprise.month.lines_count; i++)
		assert_true(enterprise.month.lines[i].rate > enterprise.month.lines[i - 1].rate);
}

static void
test_F6_units_are_the_sum_of_the_lines(void **state)
{
	(void)state;
	contracted(YEAR);
	happened("sto.scan", "a", "2026-06-05T00:00:00Z", "");
	happened("ccm.spend", "aws", "2026-06-05T00:00:00Z",
	         "\"amount\":\"0.01\",\"sku\":\"autostopping\"");
	happened("ff.request", "prod", "2026-06-05T00:00:00Z", "\"count\":1");
	struct flex_statement june = statement_at("2026-06-30T23:00:00Z");

	assert_int_equal(june.month.lines_count, 3);
	assert_decimal(june.month.units, "1.001149");
}

static void
test_F3_a_month_to_date_ends_with_its_hour(void **state)
{
	(void)state;
	contracted(FLEX("2026-06-11T00:00:00Z", "2027-01-01T00:00:00Z", "\"tier\":\"enterprise\""));
	happened("iacm.stage", "before", "2026-06-10T23:00:00Z", "");
	happened("iacm.stage", "w", "2026-06-11T00:00:00Z", "");
	happened("iacm.stage", "x", "2026-06-12T05:59:59Z", "");
	happened("iacm.stage", "y", "2026-06-12T06:00:00Z", "");
	struct flex_statement to_date = statement_at("2026-06-12T05:00:00Z");

	assert_decimal(line_of(&to_date, "iacm.workspace").quantity, "2");
	/* The fraction is that of the whole month. */
	assert_int_equal(to_date.month.period.fraction.hours, 480);
	assert_decimal(to_date.month.units, "26.666667");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_F1_months_are_calendar_months_in_utc,
		                                test_begin, test_end),
		cmocka_unit_test(test_F5_fractions_of_months_are_in_hours),
		cmocka_unit_test_setup_teardown(test_F3_count_and_sum_add_events_of_the_month,
		                                test_begin, test_end),
		cmocka_unit_test_setup_teardown(test_F3_unique_counts_keys_of_the_month, test_begin,
		                                test_end),
		cmocka_unit_test_setup_teardown(
			test_F3_unique_30d_reaches_back_and_stops_at_the_start, test_begin,
			test_end),
		cmocka_unit_test_setup_teardown(test_F3_peak_daily_unique_takes_the_best_day,
		                                test_begin, test_end),
		cmocka_unit_test_setup_teardown(
			test_F3_mean_is_of_present_hours_rounded_for_each_key, test_begin,
			test_end),
		cmocka_unit_test_setup_teardown(test_F3_max_is_each_keys_largest_hour, test_begin,
		                                test_end),
		cmocka_unit_test_setup_teardown(test_F3_members_have_access_at_the_last_hour,
		                                test_begin, test_end),
		cmocka_unit_test_setup_teardown(test_F2_every_metric_has_its_line, test_begin,
		                                test_end),
		cmocka_unit_test_setup_teardown(test_F6_units_are_the_sum_of_the_lines, test_begin,
		                                test_end),
		cmocka_unit_test_setup_teardown(test_F3_a_month_to_date_ends_with_its_hour,
		                                test_begin, test_end),
	};
	return cmocka_run_group_tests(tests, group_begin, group_end);
}
