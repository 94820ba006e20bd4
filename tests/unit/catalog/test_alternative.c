/* test_alternative.c - published variants of the rules (L-36). */
#include "edge/sys/memory.h"
#include "small.h"

static void
change_refused(struct catalog_change change, const char *field)
{
	struct catalog_alternative row = { SPAN("a"), SPAN("text"), &change, 1 };
	struct small               small;

	small_make(&small);
	small.catalog.alternatives       = &row;
	small.catalog.alternatives_count = 1;
	small_refused(&small, field);
}

static void
test_L36_alternatives_that_could_not_hold_are_refused(void **state)
{
	(void)state;
	change_refused((struct catalog_change){ .module = 1, .rule = -1 },
	               "alternatives[0].changes[0].module");
	change_refused((struct catalog_change){ .rule = 2 }, "alternatives[0].changes[0].part");
	change_refused((struct catalog_change){ .rule = -1, .total_per = 5 },
	               "alternatives[0].changes[0].part");
	change_refused((struct catalog_change){ .rule = 1, .has_window = true },
	               "alternatives[0].changes[0].window");
	change_refused((struct catalog_change){ .rule = -1, .has_window = true },
	               "alternatives[0].changes[0].window");
	change_refused((struct catalog_change){ .rule = 1, .percentile = 50 },
	               "alternatives[0].changes[0].percentile");
	change_refused((struct catalog_change){ .rule = 0, .percentile = 101 },
	               "alternatives[0].changes[0].percentile");
	change_refused((struct catalog_change){ .rule = 1, .per = 2 },
	               "alternatives[0].changes[0].per");
	change_refused((struct catalog_change){ .rule = 1, .total_per = -5 },
	               "alternatives[0].changes[0].total_per");

	static const struct catalog_alternative twice[] = {
		{ { "a", 1 }, { "t", 1 }, NULL, 0 },
		{ { "a", 1 }, { "t", 1 }, NULL, 0 },
	};
	static const struct catalog_alternative comma[] = { { { "a,b", 3 }, { "t", 1 }, NULL, 0 } };
	struct small                            small;
	small_make(&small);
	small.catalog.alternatives       = twice;
	small.catalog.alternatives_count = 2;
	small_refused(&small, "alternatives[1].name");
	small.catalog.alternatives       = comma;
	small.catalog.alternatives_count = 1;
	small_refused(&small, "alternatives[0].name");
}

static void
test_L36_alternatives_change_what_they_say(void **state)
{
	(void)state;
	static const struct catalog_change changes[] = {
		{ .rule = -1, .has_window = true, .window = WINDOW_ROLLING_DAYS, .window_days = 7 },
		{ .rule = 0, .percentile = 50, .per = 3, .total_per = 4, .text = { "new", 3 } },
	};
	static const struct catalog_alternative rows[] = {
		{ { "week", 4 }, { "t", 1 }, &changes[0], 1 },
		{ { "half", 4 }, { "t", 1 }, &changes[1], 1 },
	};
	struct small          small;
	struct arena          arena;
	const struct catalog *changed = NULL;

	small_make(&small);
	arena_open(&arena, system_memory());
	small.catalog.alternatives       = rows;
	small.catalog.alternatives_count = 2;
	assert_int_equal(catalog_turn_on(&small.catalog, SPAN(""), &arena, &changed, NULL),
	                 ERR_NONE);
	assert_ptr_equal(changed, &small.catalog);
	assert_int_equal(catalog_turn_on(&small.catalog, SPAN("half"), &arena, &changed, NULL),
	                 ERR_NONE);
	assert_int_equal(changed->modules[0].window_days, 30);
	assert_int_equal(changed->rules[0].percentile, 50);
	assert_int_equal(changed->rules[0].per, 3);
	assert_int_equal(changed->rules[0].total_per, 4);
	assert_true(span_equal(changed->rules[0].text, SPAN("new")));
	assert_int_equal(changed->rules[1].total_per, 1);
	assert_int_equal(catalog_turn_on(&small.catalog, SPAN("half,week"), &arena, &changed, NULL),
	                 ERR_NONE);
	assert_int_equal(changed->modules[0].window_days, 7);
	assert_int_equal(changed->rules[0].per, 3);
	assert_int_equal(catalog_check(changed, NULL), ERR_NONE);
	assert_int_equal(small.rules[0].per, 1); /* the rows themselves are as they were */
	assert_int_equal(catalog_turn_on(&small.catalog, SPAN(",week"), &arena, &changed, NULL),
	                 ERR_CATALOG);
	arena_close(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_L36_alternatives_that_could_not_hold_are_refused),
		cmocka_unit_test(test_L36_alternatives_change_what_they_say),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
