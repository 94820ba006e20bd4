/* test_catalog.c - looking rows up, and refusing rows that no file could make. */
#include "small.h"

static void
test_small_catalogue_passes(void **state)
{
	(void)state;
	struct small   small;
	struct refusal refusal = { .err = ERR_NONE };

	small_make(&small);
	assert_int_equal(catalog_check(&small.catalog, &refusal), ERR_NONE);
	assert_int_equal(refusal.err, ERR_NONE);
}

static void
test_lookups(void **state)
{
	(void)state;
	struct small small;

	small_make(&small);
	assert_ptr_equal(catalog_type_find(&small.catalog, SPAN("u")), &small.types[1]);
	assert_null(catalog_type_find(&small.catalog, SPAN("U")));
	assert_ptr_equal(catalog_module_find(&small.catalog, SPAN("M")), &small.modules[0]);
	assert_null(catalog_module_find(&small.catalog, SPAN("N")));
	assert_int_equal(catalog_known_module(&small.catalog, SPAN("N")), 1);
	assert_int_equal(catalog_known_module(&small.catalog, SPAN("")), -1);
	assert_true(span_equal(catalog_class_of(&small.catalog, SPAN("b")), SPAN("container")));
	assert_int_equal(catalog_class_of(&small.catalog, SPAN("c")).size, 0);
	assert_int_equal(catalog_field_find(&small.types[0], SPAN("n")), 1);
	assert_int_equal(catalog_field_find(&small.types[1], SPAN("n")), -1);
}

static void
test_indices_out_of_range_are_refused(void **state)
{
	(void)state;
	struct small small;

	small_make(&small);
	small.types[1].index = 0;
	small_refused(&small, "types[1]");

	small_make(&small);
	small.meters[1].type = 2;
	small_refused(&small, "meters[1].reads");

	small_make(&small);
	small.meters[0].value_field = 3;
	small_refused(&small, "meters[0].value");

	small_make(&small);
	small.meters[1].org_field = 7;
	small_refused(&small, "meters[1].org");

	small_make(&small);
	small.meters[1].each_field = 0;
	small_refused(&small, "meters[1].each");

	small_make(&small);
	small.rules[0].gauge_meter = 2;
	small_refused(&small, "modules[0].rules[0].gauge");

	small_make(&small);
	small.rules[0].ended_meter = -2;
	small_refused(&small, "modules[0].rules[0].ended_by");

	small_make(&small);
	small.modules[0].rules_count = 3;
	small_refused(&small, "modules[0].rules");

	small_make(&small);
	small.modules[0].rules_first = 1;
	small_refused(&small, "modules[0].rules");
}

static void
test_rules_that_cannot_be_computed_are_refused(void **state)
{
	(void)state;
	struct small small;

	small_make(&small);
	small.rules[0].per = 0;
	small_refused(&small, "modules[0].rules[0].per");

	small_make(&small);
	small.rules[0].per = INT64_MAX;
	small_refused(&small, "modules[0].rules[0].per");

	small_make(&small);
	small.rules[0].least = -1;
	small_refused(&small, "modules[0].rules[0].least");

	small_make(&small);
	small.rules[1].total_per = -2000;
	small_refused(&small, "modules[0].rules[1].total_per");

	small_make(&small);
	small.rules[0].percentile = 0;
	small_refused(&small, "modules[0].rules[0].percentile");

	small_make(&small);
	small.rules[1].part = SPAN("p");
	small_refused(&small, "modules[0].rules[1].part");

	small_make(&small);
	small.meters[0].org_field = 0; /* the active meter has no org in its key */
	small_refused(&small, "modules[0].rules[0].gauge");

	small_make(&small);
	small.rules[1].active_meter = 0;
	small_refused(&small, "modules[0].rules[1].active");
}

/* A copy with one condition on a field. */
static void
where_refused(int32_t field, enum condition_ask ask, const struct span *values, uint32_t count)
{
	const struct catalog_condition condition = { field, ask, values, count, 0 };
	struct small                   small;

	small_make(&small);
	small.meters[1].where       = &condition;
	small.meters[1].where_count = 1;
	small_refused(&small, "meters[1].where");
}

static void
test_conditions_that_nothing_could_pass_are_refused(void **state)
{
	(void)state;
	static const struct span words[] = { { "w", 1 } }, empty[] = { { "", 0 } };
	struct small             small;

	where_refused(3, ASK_PRESENT, NULL, 0);    /* no such field */
	where_refused(2, ASK_PRESENT, NULL, 0);    /* a list */
	where_refused(0, ASK_IS, NULL, 0);         /* no value */
	where_refused(0, ASK_IS_NOT, empty, 1);    /* an empty value */
	where_refused(0, ASK_ABOVE, words, 1);     /* a text above a number */
	where_refused(1, ASK_CLASS, words, 1);     /* the class of a quantity */
	where_refused(0, ASK_CLASS_NOT, words, 1); /* the class of what is no deployment */
	where_refused(0, (enum condition_ask)9, words, 1);

	const struct catalog_condition many[5] = { { 0, ASK_PRESENT, NULL, 0, 0 },
		                                   { 0, ASK_PRESENT, NULL, 0, 0 },
		                                   { 0, ASK_PRESENT, NULL, 0, 0 },
		                                   { 0, ASK_PRESENT, NULL, 0, 0 },
		                                   { 0, ASK_PRESENT, NULL, 0, 0 } };
	small_make(&small);
	small.meters[1].where       = many;
	small.meters[1].where_count = 4;
	assert_int_equal(catalog_check(&small.catalog, NULL), ERR_NONE);
	small.meters[1].where_count = 5;
	small_refused(&small, "meters[1].where");
}

static void
test_keys_items_and_sums_are_checked(void **state)
{
	(void)state;
	struct small small;

	small_make(&small);
	small.meters[1].key_field = KEY_NOTHING;
	assert_int_equal(catalog_check(&small.catalog, NULL), ERR_NONE);
	small.meters[1].key_field = -3;
	small_refused(&small, "meters[1].key");
	small.meters[1].key_field = 1; /* a quantity */
	small_refused(&small, "meters[1].key");

	small_make(&small);
	small.meters[1].item_field = 2; /* a list */
	small_refused(&small, "meters[1].item");
	small.meters[1].item_field = 0;
	small.meters[1].each_field = 2;
	small_refused(&small, "meters[1].item");

	small_make(&small);
	small.meters[1].kind = SERIES_SUM;
	small_refused(&small, "meters[1].value");
	small.meters[1].value_field = 1;
	small.rules[1].fold         = FOLD_SUM;
	small_refused(&small, "modules[0].rules[0].active"); /* a sum makes nothing active */
}

static void
test_columns_of_other_folds_are_refused(void **state)
{
	(void)state;
	struct small small;

	small_make(&small);
	small.rules[1].fold = FOLD_ACCESS;
	small_refused(&small, "modules[0].rules[1].active");
	small.meters[1].kind = SERIES_LATEST;
	small_refused(&small, "modules[0].rules[1].revoked_by");
	small.rules[1].revoked_meter = 1;
	assert_int_equal(catalog_check(&small.catalog, NULL), ERR_NONE);
	small.rules[1].by = RULE_BY_PROJECT;
	small_refused(&small, "modules[0].rules[1].by");

	small_make(&small);
	small.rules[1].revoked_meter = 1;
	small_refused(&small, "modules[0].rules[1].revoked_by");

	small_make(&small);
	small.rules[1].latest = SPAN("true");
	small_refused(&small, "modules[0].rules[1].latest");

	small_make(&small);
	small.rules[1].item = SPAN("CODE"); /* the keys have no item */
	small_refused(&small, "modules[0].rules[1].item");

	small_make(&small);
	small.rules[0].uncounted = true;
	small_refused(&small, "modules[0].rules[0].item");

	small_make(&small);
	small.rules[1].row_kind = SPAN("row");
	small_refused(&small, "modules[0].rules[1].row_kind");

	small_make(&small);
	small.rules[1].fold = (enum rule_fold)9;
	small_refused(&small, "modules[0].rules[1].fold");
}

/* Two figures of a module, told apart by unit or by the contracts that they are for. */
static void
test_figures_of_a_module_differ(void **state)
{
	(void)state;
	struct small          small;
	struct catalog_module modules[3];

	small_make(&small);
	modules[0]                  = small.modules[0];
	modules[0].rules_count      = 1;
	modules[1]                  = modules[0];
	modules[1].rules_first      = 1;
	small.catalog.modules       = modules;
	small.catalog.modules_count = 2;
	small_refused(&small, "modules[1].name");
	modules[1].when = WHEN_COMMITTERS; /* the other one is for every contract */
	small_refused(&small, "modules[1].name");
	modules[0].when = WHEN_PERMITTED;
	assert_int_equal(catalog_check(&small.catalog, NULL), ERR_NONE);
	modules[0].when = modules[1].when = WHEN_ALWAYS;
	modules[1].unit                   = SPAN("other");
	assert_int_equal(catalog_check(&small.catalog, NULL), ERR_NONE);
	assert_ptr_equal(catalog_module_next(&small.catalog, &modules[0]), &modules[1]);
	assert_null(catalog_module_next(&small.catalog, &modules[1]));
	modules[1].name       = SPAN("N");
	small.rules[1].module = SPAN("N");
	assert_null(catalog_module_next(&small.catalog, &modules[0]));
	modules[2]                  = modules[0];
	modules[2].unit             = SPAN("third");
	small.catalog.modules_count = 3;
	small_refused(&small, "modules[2].name"); /* not behind the first of its name */
}

static void
test_owned_is_checked(void **state)
{
	(void)state;
	struct small small;

	small_make(&small);
	small.modules[0].owned.per = 0;
	small_refused(&small, "modules[0].owned");
	small_make(&small);
	small.modules[0].owned.times = -1;
	small_refused(&small, "modules[0].owned");
	small_make(&small);
	small.modules[0].owned.of = OWNED_SPEND; /* with an add-on */
	small_refused(&small, "modules[0].owned");
	small.modules[0].owned.addon = false;
	assert_int_equal(catalog_check(&small.catalog, NULL), ERR_NONE);
}

static void
test_windows_and_names_are_checked(void **state)
{
	(void)state;
	struct small      small;
	static const char longest[] =
		"0123456789012345678901234567890123456789012345678901234567890123";

	small_make(&small);
	small.modules[0].window_days = 367;
	small_refused(&small, "modules[0].window");

	small_make(&small);
	small.modules[0].window_days = 366;
	assert_int_equal(catalog_check(&small.catalog, NULL), ERR_NONE);

	small_make(&small);
	small.modules[0].unit = (struct span){ 0 };
	small_refused(&small, "modules[0].unit");

	small_make(&small);
	small.deployments[0].name = span_of(longest);
	assert_int_equal(catalog_check(&small.catalog, NULL), ERR_NONE);
	small.deployments[0].name = (struct span){ longest, 65 };
	small_refused(&small, "deployments[0].type");
}

/* One rule, over a meter that keeps different ones of the month. */
static void
crowd_make(struct small *small)
{
	small_make(small);
	small->meters[1].kind         = SERIES_DISTINCT;
	small->modules[0].window      = WINDOW_MONTH_TO_DATE;
	small->modules[0].window_days = 0;
	small->modules[0].rules_count = 1;
	small->catalog.rules_count    = 1;
	small->rules[0].fold          = FOLD_DISTINCT;
	small->rules[0].percentile    = 0;
	small->rules[0].gauge_meter   = -1;
}

static void
test_different_ones_are_of_the_account_and_the_month_alone(void **state)
{
	(void)state;
	struct small small;

	crowd_make(&small);
	assert_int_equal(catalog_check(&small.catalog, NULL), ERR_NONE);

	small.modules[0].window      = WINDOW_ROLLING_DAYS;
	small.modules[0].window_days = 30;
	small_refused(&small, "modules[0].rules[0].active");

	crowd_make(&small);
	small.rules[0].fold = FOLD_COUNT;
	small_refused(&small, "modules[0].rules[0].active");

	crowd_make(&small);
	small.rules[0].row_kind = SPAN("target");
	small_refused(&small, "modules[0].rules[0].row_kind");

	crowd_make(&small);
	small.meters[1].org_field = 0;
	small_refused(&small, "meters[1].key");

	crowd_make(&small);
	small.meters[1].key_field = KEY_NOTHING;
	small_refused(&small, "meters[1].key");

	crowd_make(&small);
	small.meters[1].value_field = 0;
	small_refused(&small, "meters[1].value");

	/* Nor may an alternative ask for more. */
	struct catalog_change      change = { .rule       = -1,
		                              .has_window = true,
		                              .window     = WINDOW_CONTRACT_YEAR };
	struct catalog_alternative longer = { .name          = SPAN("longer"),
		                              .changes       = &change,
		                              .changes_count = 1 };
	crowd_make(&small);
	small.catalog.alternatives       = &longer;
	small.catalog.alternatives_count = 1;
	small_refused(&small, "alternatives[0].changes[0].window");
	change.window = WINDOW_MONTH_TO_DATE;
	assert_int_equal(catalog_check(&small.catalog, NULL), ERR_NONE);
}

static void
test_a_module_stands_in_one_category(void **state)
{
	(void)state;
	const struct catalog_named    first[]  = { { SPAN("CD"), SPAN("Delivery") },
		                                   { SPAN("CI"), SPAN("Integration") } };
	const struct catalog_named    second[] = { { SPAN("CD"), SPAN("Delivery") } };
	const struct catalog_category rows[]   = { { SPAN("Build"), first, 2 },
		                                   { SPAN("Again"), second, 1 } };
	struct small                  small;

	small_make(&small);
	small.catalog.categories       = rows;
	small.catalog.categories_count = 1;
	assert_int_equal(catalog_check(&small.catalog, NULL), ERR_NONE);
	small.catalog.categories_count = 2;
	small_refused(&small, "categories[1].modules");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_catalogue_passes),
		cmocka_unit_test(test_lookups),
		cmocka_unit_test(test_indices_out_of_range_are_refused),
		cmocka_unit_test(test_rules_that_cannot_be_computed_are_refused),
		cmocka_unit_test(test_conditions_that_nothing_could_pass_are_refused),
		cmocka_unit_test(test_keys_items_and_sums_are_checked),
		cmocka_unit_test(test_columns_of_other_folds_are_refused),
		cmocka_unit_test(test_figures_of_a_module_differ),
		cmocka_unit_test(test_owned_is_checked),
		cmocka_unit_test(test_windows_and_names_are_checked),
		cmocka_unit_test(test_different_ones_are_of_the_account_and_the_month_alone),
		cmocka_unit_test(test_a_module_stands_in_one_category),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
