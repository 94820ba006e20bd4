/* test_flex_alert.c - thresholds of Flex contracts are told of once, the lowest first. */
#include "invoice_fixture.h"

#define ENTERPRISE "\"tier\":\"enterprise\",\"units\":\"1000\",\"unit_price\":\"1\""

static void
test_F21_several_thresholds_at_once_are_told_lowest_first_and_once(void **state)
{
	struct office office;
	(void)state;
	office_open(&office, "2026-03-20T10:00:00Z");
	contract_put(&office, "2026-03-01", "2027-03-01", ENTERPRISE);
	tick(&office);
	assert_int_equal(times(notifications(&office), "flex.threshold"), 0);
	use(&office, "e1", "2026-03-05", 850);
	clock_set(&office, "2026-03-20T11:00:00Z");
	tick(&office);
	assert_int_equal(times(notifications(&office), "flex.threshold"), 1);
	assert_true(holds(notifications(&office), "Review the usage and plan capacity."));
	use(&office, "e2", "2026-03-06", 200);
	for (int hour = 12; hour < 18; hour++) {
		office.fixture.now.ns += NS_PER_HOUR;
		if (hour % 2)
			restart(&office);
		tick(&office);
	}
	struct span told = notifications(&office);
	assert_int_equal(times(told, "flex.threshold"), 3);
	const char *hundred = memmem(told.at, told.size, "\"mark\":100", 10);
	const char *ninety  = memmem(told.at, told.size, "\"mark\":90", 9);
	const char *eighty  = memmem(told.at, told.size, "\"mark\":80", 9);
	assert_true(hundred && ninety && eighty);
	assert_true(hundred < ninety && ninety < eighty); /* newest first */
	assert_true(holds(told, "further use is billed as overage"));
	/* Less use and more again, and a late event: told already. */
	retract(&office, "e2");
	office.fixture.now.ns += NS_PER_HOUR;
	tick(&office);
	use(&office, "e3", "2026-03-07", 400);
	office.fixture.now.ns += NS_PER_HOUR;
	tick(&office);
	assert_int_equal(times(notifications(&office), "flex.threshold"), 3);
	/* Another month is another cause. */
	clock_set(&office, "2026-04-02T00:00:00Z");
	tick(&office);
	assert_int_equal(times(notifications(&office), "flex.threshold"), 6);
	office_close(&office);
}

static void
test_F20_free_units_are_the_limit_where_nothing_was_bought(void **state)
{
	struct office office;
	(void)state;
	office_open(&office, "2026-03-20T10:00:00Z");
	contract_put(&office, "2026-03-01", "2027-03-01", "\"tier\":\"essentials\"");
	use(&office, "e1", "2026-03-05", 800);
	tick(&office);
	assert_int_equal(times(notifications(&office), "\"mark\":80"), 1);
	assert_int_equal(times(notifications(&office), "flex.threshold"), 1);
	/* What came in the last minutes of the month is seen in the next. */
	clock_set(&office, "2026-03-31T23:50:00Z");
	tick(&office);
	use(&office, "e2", "2026-03-31", 100);
	clock_set(&office, "2026-04-01T00:00:00Z");
	tick(&office);
	assert_int_equal(times(notifications(&office), "\"period\":\"2026-03\",\"mark\":90"), 1);
	assert_int_equal(times(notifications(&office), "flex.threshold"), 2);
	office_close(&office);
}

/* The default rules tell of a module that uses more than is owned of it. */
static void
test_F13_no_module_is_over_licences_while_a_pool_pays(void **state)
{
	struct office office;
	(void)state;
	office_open(&office, "2026-03-20T10:00:00Z");
	contract_put(&office, "2026-03-10", "2027-03-01", ENTERPRISE);
	scan(&office, "e1", "2026-03-15");
	tick(&office);
	assert_int_equal(times(notifications(&office), "module.over"), 0);
	/* Its end is that of the pool: from then on nobody pays. */
	contract_put(&office, "2026-03-10", "2026-03-20", ENTERPRISE);
	clock_set(&office, "2026-03-20T11:00:00Z");
	tick(&office);
	assert_int_equal(times(notifications(&office), "module.over"), 1);
	office_close(&office);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			test_F21_several_thresholds_at_once_are_told_lowest_first_and_once),
		cmocka_unit_test(test_F20_free_units_are_the_limit_where_nothing_was_bought),
		cmocka_unit_test(test_F13_no_module_is_over_licences_while_a_pool_pays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
