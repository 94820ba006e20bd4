/* test_rate.c - what quantities cost: rates, allowances, graduated tiers, fractions, cents. */
#include "flex_fixture.h"

static const struct flex_fraction whole = { 1, 1 };

static const struct catalog_rate *
rate_of(enum flex_tier tier, const char *metric)
{
	const struct catalog_rate *rate =
		catalog_rate_find(&catalog->cards[0], tier, span_of(metric));

	assert_non_null(rate);
	return rate;
}

static void
test_F4_published_rates(void **state)
{
	(void)state;
	static const struct {
		enum flex_tier tier;
		const char    *metric, *quantity, *billable, *units;
	} table[] = {
		{ FLEX_ENTERPRISE, "cd.service", "10", "10", "1800" },
		{ FLEX_ENTERPRISE, "sto.scan", "500", "500", "500" },
		{ FLEX_ESSENTIALS, "code.storage", "250", "0", "0" },
		{ FLEX_ESSENTIALS, "code.storage", "250.000001", "0.000001", "0.000002" },
		{ FLEX_FREE, "code.storage", "251", "1", "2" },
		{ FLEX_ENTERPRISE, "ai.token", "1", "1", "0.000005" },
		{ FLEX_ENTERPRISE, "ff.request", "1234", "1234", "1.234" },
		{ FLEX_ENTERPRISE, "ci.hosted_minute", "0.5", "0.5", "0.025" },
		{ FLEX_ENTERPRISE, "governance.roles", "70", "70", "0" },
		{ FLEX_ESSENTIALS, "governance.roles", "7", "2", "200" },
		{ FLEX_ESSENTIALS, "policy.evaluation", "100.5", "0.5", "0.05" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct flex_line line = rate_charge(rate_of(table[i].tier, table[i].metric),
		                                    decimal(table[i].quantity), whole);
		assert_decimal(line.billable, table[i].billable);
		assert_decimal(line.units, table[i].units);
	}
}

static void
test_F4_one_unit_for_67_is_exact_until_it_is_rounded(void **state)
{
	(void)state;
	static const char *const table[][2] = {
		{ "1", "0.014925" },        { "66", "0.985075" },        { "67", "1" },
		{ "68", "1.014925" },       { "9408.39", "140.423731" }, { "0.000033", "0" },
		{ "0.000034", "0.000001" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_decimal(rate_charge(rate_of(FLEX_ENTERPRISE, "ccm.autostopping"),
		                           decimal(table[i][0]), whole)
		                       .units,
		               table[i][1]);
}

/* A thousand requests are one unit: half a thousandth is half of the last place. */
static void
test_F4_a_half_goes_to_the_even_one(void **state)
{
	(void)state;
	static const char *const table[][2] = {
		{ "0.0005", "0" },         /* 0.5 */
		{ "0.0015", "0.000002" },  /* 1.5 */
		{ "0.0025", "0.000002" },  /* 2.5 */
		{ "0.0035", "0.000004" },  /* 3.5 */
		{ "0.000501", "0.000001" } /* just above */
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_decimal(rate_charge(rate_of(FLEX_ENTERPRISE, "ff.request"),
		                           decimal(table[i][0]), whole)
		                       .units,
		               table[i][1]);
	assert_int_equal(divide_half_even(-5, 2), -2);
	assert_int_equal(divide_half_even(-7, 2), -4);
	assert_int_equal(divide_half_even((i128)INT64_MAX * 3, 2), INT64_MAX);
}

/* ---- graduated ---- */

static struct catalog_rate
graduated(const struct catalog_slice *slices, uint32_t count)
{
	return (struct catalog_rate){ .fold         = RATE_UNIQUE,
		                      .slices       = slices,
		                      .slices_count = count };
}

static void
test_F4_each_slice_has_its_own_rate(void **state)
{
	(void)state;
	static const struct catalog_slice slices[] = {
		{ 10 * MILLIONTHS, 3 * MILLIONTHS, 1 },
		{ 100 * MILLIONTHS, 2 * MILLIONTHS, 1 },
		{ QUANTITY_UNBOUNDED, 1 * MILLIONTHS, 3 },
	};
	static const char *const table[][2] = {
		{ "0", "0" },     { "1", "3" },     { "10", "30" },          { "10.5", "31" },
		{ "100", "210" }, { "103", "211" }, { "101", "210.333333" },
	};
	struct catalog_rate rate = graduated(slices, 3);

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_decimal(rate_charge(&rate, decimal(table[i][0]), whole).units, table[i][1]);
}

/* Two slices whose halves of a millionth make a whole one together. */
static void
test_F4_slices_are_rounded_once_on_the_sum(void **state)
{
	(void)state;
	static const struct catalog_slice slices[] = {
		{ 1, 1500000, 1 }, /* 1.5 millionths */
		{ QUANTITY_UNBOUNDED, 1500000, 1 },
	};
	struct catalog_rate rate = graduated(slices, 2);

	assert_int_equal(rate_charge(&rate, 2, whole).units, 3);
}

static uint64_t
drawn(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 33;
}

static void
test_F4_cutting_a_slice_in_two_changes_no_bill(void **state)
{
	(void)state;
	static const int64_t pers[] = { 1, 3, 67, 80, 1000, 4000, 1000000 };
	uint64_t             seed   = 4;

	for (int round = 0; round < 20000; round++) {
		int64_t              first    = 1 + (int64_t)(drawn(&seed) % 1000000000);
		int64_t              cut      = 1 + (int64_t)(drawn(&seed) % (uint64_t)first);
		int64_t              units    = (int64_t)(drawn(&seed) % 400000000);
		int64_t              per      = pers[drawn(&seed) % 7];
		int64_t              rest_per = pers[drawn(&seed) % 7];
		struct catalog_slice two[]    = { { first, units, per },
			                          { QUANTITY_UNBOUNDED, 7, rest_per } };
		struct catalog_slice three[]  = { { cut, units, per }, two[0], two[1] };
		struct flex_fraction part     = { 1 + (int32_t)(drawn(&seed) % 744), 744 };
		int64_t              quantity = (int64_t)(drawn(&seed) % 3000000000);
		struct catalog_rate  a        = graduated(two, 2);
		struct catalog_rate  b        = graduated(three, 3);
		if (cut == first)
			continue;
		assert_int_equal(rate_charge(&a, quantity, part).units,
		                 rate_charge(&b, quantity, part).units);
	}
}

/* ---- parts of months ---- */

static void
test_F5_a_third_of_a_month_in_hours_is_exact(void **state)
{
	(void)state;
	const struct flex_fraction third = { 240, 720 };
	struct flex_line           line =
		rate_charge(rate_of(FLEX_ENTERPRISE, "iacm.workspace"), 7 * MILLIONTHS, third);

	assert_decimal(line.units, "46.666667");
	line = rate_charge(rate_of(FLEX_ESSENTIALS, "governance.organizations"), 2 * MILLIONTHS,
	                   third);
	assert_decimal(line.allowance, "0.333333");
	assert_decimal(line.billable, "1.666667");
	assert_decimal(line.units, "55.555567");
}

static void
test_F5_discrete_lines_are_not_prorated_but_their_allowance_is(void **state)
{
	(void)state;
	const struct flex_fraction half = { 360, 720 };
	struct flex_line           line =
		rate_charge(rate_of(FLEX_ESSENTIALS, "policy.evaluation"), 90 * MILLIONTHS, half);

	assert_decimal(line.allowance, "50");
	assert_decimal(line.billable, "40");
	assert_decimal(line.units, "4");
}

/* ---- money ---- */

static void
test_F14_money_is_rounded_half_even_to_the_cent(void **state)
{
	(void)state;
	static const char *const table[][3] = {
		{ "5000", "1.25", "6250" },     { "5000", "0.75", "3750" },
		{ "0.004", "1.25", "0" },    /* half a cent, to the even one */
		{ "0.012", "1.25", "0.02" }, /* 1.5 cents */
		{ "0.02", "1.25", "0.02" },  /* 2.5 cents */
		{ "0.020001", "1.25", "0.03" }, { "1", "0", "0" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_decimal(flex_amount(decimal(table[i][0]), decimal(table[i][1])),
		               table[i][2]);
	assert_int_equal(flex_amount(-20 * MILLIONTHS / 1000, 1250000), -20000);
	assert_true(flex_amount(INT64_MAX, decimal("1000000000")) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_F4_published_rates),
		cmocka_unit_test(test_F4_one_unit_for_67_is_exact_until_it_is_rounded),
		cmocka_unit_test(test_F4_a_half_goes_to_the_even_one),
		cmocka_unit_test(test_F4_each_slice_has_its_own_rate),
		cmocka_unit_test(test_F4_slices_are_rounded_once_on_the_sum),
		cmocka_unit_test(test_F4_cutting_a_slice_in_two_changes_no_bill),
		cmocka_unit_test(test_F5_a_third_of_a_month_in_hours_is_exact),
		cmocka_unit_test(test_F5_discrete_lines_are_not_prorated_but_their_allowance_is),
		cmocka_unit_test(test_F14_money_is_rounded_half_even_to_the_cent),
	};
	return cmocka_run_group_tests(tests, group_begin, group_end);
}
