/* test_filter.c - a filter lets through all that was added and little else. */
#include "core/identity/identity.h"
#include "edge/sys/memory.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* Hashes of which only the upper bits are known, as those of a run are. */
static void
filter_try(uint64_t count, uint32_t known_bits)
{
	struct filter filter;
	uint64_t      mask = ~UINT64_C(0) << (64 - known_bits), wrong = 0;
	filter_open(&filter, count, system_memory());
	assert_true(filter_size(&filter) <= count * 12 / 8 + 256);
	for (uint64_t i = 0; i < count; i++)
		filter_add(&filter, random_of(i) & mask);
	for (uint64_t i = 0; i < count; i++) {
		filter_prefetch(&filter, random_of(i) & mask);
		assert_true(filter_may_have(&filter, random_of(i) & mask));
	}
	for (uint64_t i = count; i < 2 * count; i++)
		wrong += filter_may_have(&filter, random_of(i) & mask);
	/* Lines differ in how full they are: 0.6 percent and not 0.3. */
	assert_true(wrong <= count / 120 + 5);
	filter_close(&filter);
	assert_int_equal(filter_size(&filter), 0);
}

static void
test_none_is_missed_and_few_are_let_through(void **state)
{
	(void)state;
	filter_try(4000000, 44);
	filter_try(1000000, 64);
	filter_try(100000, 42);
}

static void
test_small_filters_are_whole(void **state)
{
	(void)state;
	for (uint64_t count = 0; count < 200; count++)
		filter_try(count, 48);
}

static void
test_an_empty_filter_lets_nothing_through(void **state)
{
	struct filter filter;
	(void)state;
	filter_open(&filter, 0, system_memory());
	for (uint64_t i = 0; i < 1000; i++)
		assert_false(filter_may_have(&filter, random_of(i)));
	assert_false(filter_may_have(&filter, 0));
	assert_false(filter_may_have(&filter, UINT64_MAX));
	filter_close(&filter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none_is_missed_and_few_are_let_through),
		cmocka_unit_test(test_small_filters_are_whole),
		cmocka_unit_test(test_an_empty_filter_lets_nothing_through),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
