/* test_catalog.c - looking rows up, and refusing rows that no file could make. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/catalog/catalog.h"

static const struct catalog_field fields[] = {
	{ .name = { "org", 3 }, .kind = FIELD_TEXT },
	{ .name = { "n", 1 }, .kind = FIELD_QUANTITY },
	{ .name = { "items", 5 }, .kind = FIELD_LIST },
};

/* A small catalogue that passes; tests break one thing of a copy. */
struct small {
	struct span               known[2];
	struct catalog_deployment deployments[2];
	struct catalog_type       types[2];
	struct catalog_meter      meters[2];
	struct catalog_rule       rules[2];
	struct catalog_module     modules[1];
	struct catalog            catalog;
};

static void
small_make(struct small *small)
{
	const struct catalog_meter none = {
		.value_field   = -1,
		.key_field     = KEY_SUBJECT,
		.each_field    = -1,
		.item_field    = -1,
		.org_field     = -1,
		.project_field = -1,
		.split_fields  = { -1, -1 },
	};
	const struct catalog_rule rule = {
		.module        = SPAN("M"),
		.gauge_meter   = -1,
		.ended_meter   = -1,
		.name_meter    = -1,
		.link_meter    = -1,
		.revoked_meter = -1,
		.link_rule     = -1,
		.per           = 1,
		.total_per     = 1,
	};

	*small = (struct small){
		.known       = { SPAN("M"), SPAN("N") },
		.deployments = { { SPAN("a"), SPAN("custom") }, { SPAN("b"), SPAN("container") } },
		.types       = { { .name = SPAN("t"), .fields = fields, .fields_count = 3 },
		                 { .name = SPAN("u"), .index = 1 } },
		.meters      = { none, none },
		.rules       = { rule, rule },
		.modules     = { { .name        = SPAN("M"),
		                   .unit        = SPAN("thing"),
		                   .window      = WINDOW_ROLLING_DAYS,
		                   .window_days = 30,
		                   .owned       = { OWNED_DEVELOPERS, 1, 1, true },
		                   .rules_count = 2 } },
	};
	small->meters[0].name        = SPAN("gauge");
	small->meters[0].kind        = SERIES_GAUGE;
	small->meters[0].value_field = 1;
	small->meters[1].name        = SPAN("count");
	small->meters[1].kind        = SERIES_COUNT;
	small->meters[1].index       = 1;
	small->rules[0].part         = SPAN("p");
	small->rules[0].fold         = FOLD_PERCENTILE;
	small->rules[0].percentile   = 95;
	small->rules[0].active_meter = 1;
	small->rules[0].gauge_meter  = 0;
	small->rules[1].part         = SPAN("q");
	small->rules[1].fold         = FOLD_COUNT;
	small->rules[1].active_meter = 1;
	small->catalog               = (struct catalog){
			      .name                = SPAN("small"),
			      .known_modules       = small->known,
			      .known_modules_count = 2,
			      .deployments         = small->deployments,
			      .deployments_count   = 2,
			      .types               = small->types,
			      .types_count         = 2,
			      .meters              = small->meters,
			      .meters_count        = 2,
			      .modules             = small->modules,
			      .modules_count       = 1,
			      .rules               = small->rules,
			      .rules_count         = 2,
	};
}

static void
small_refused(const struct small *small, const char *field)
{
	struct refusal refusal = { .err = ERR_NONE };

	assert_int_equal(catalog_check(&small->catalog, &refusal), ERR_CATALOG);
	assert_string_equal(refusal.field, field);
	assert_true(refusal.detail[0] != '\0');
}

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_catalogue_passes),
		cmocka_unit_test(test_lookups),
		cmocka_unit_test(test_indices_out_of_range_are_refused),
		cmocka_unit_test(test_rules_that_cannot_be_computed_are_refused),
		cmocka_unit_test(test_windows_and_names_are_checked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
