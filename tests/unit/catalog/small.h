/* small.h - a small catalogue that passes; tests break one thing of a copy. */
#ifndef TALLY_TESTS_SMALL_H
#define TALLY_TESTS_SMALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/catalog/catalog.h"

static const struct catalog_field small_fields[] = {
	{ .name = { "org", 3 }, .kind = FIELD_TEXT },
	{ .name = { "n", 1 }, .kind = FIELD_QUANTITY },
	{ .name = { "items", 5 }, .kind = FIELD_LIST },
};

struct small {
	struct span               known[2];
	struct catalog_deployment deployments[2];
	struct catalog_type       types[2];
	struct catalog_meter      meters[2];
	struct catalog_rule       rules[2];
	struct catalog_module     modules[1];
	struct catalog            catalog;
};

static inline void
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
		.types       = { { .name = SPAN("t"), .fields = small_fields, .fields_count = 3 },
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

static inline void
small_refused(const struct small *small, const char *field)
{
	struct refusal refusal = { .err = ERR_NONE };

	assert_int_equal(catalog_check(&small->catalog, &refusal), ERR_CATALOG);
	assert_string_equal(refusal.field, field);
	assert_true(refusal.detail[0] != '\0');
}

#endif
