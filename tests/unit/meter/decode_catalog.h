/* decode_catalog.h - a small catalogue by hand, for tests of the decoder.
 *
 * One type for each kind of field and check: what the decoder does never depends on
 * a type's name. */
#ifndef TALLY_TESTS_DECODE_CATALOG_H
#define TALLY_TESTS_DECODE_CATALOG_H

#include "core/catalog/catalog.h"

#define TEXT(literal)                                                                              \
	{                                                                                          \
		"" literal, sizeof(literal) - 1                                                    \
	}

static const struct span DECODE_CHOICES[] = { TEXT("Kubernetes"), TEXT("ECS"), TEXT("AwsLambda"),
	                                      TEXT("Asg") };

static const struct catalog_field DECODE_INSTANCES[] = {
	{ .name = TEXT("org"), .kind = FIELD_TEXT, .fallback = TEXT("default") },
	{ .name = TEXT("project"), .kind = FIELD_TEXT, .fallback = TEXT("default") },
	{ .name = TEXT("environment"), .kind = FIELD_TEXT },
	{ .name = TEXT("infrastructure"), .kind = FIELD_TEXT },
	{ .name = TEXT("instances"), .kind = FIELD_QUANTITY, .required = true },
};

static const struct catalog_field DECODE_DEPLOYMENT[] = {
	{ .name = TEXT("org"), .kind = FIELD_TEXT, .fallback = TEXT("default") },
	{ .name = TEXT("project"), .kind = FIELD_TEXT, .fallback = TEXT("default") },
	{ .name = TEXT("environment"), .kind = FIELD_TEXT },
	{ .name = TEXT("infrastructure"), .kind = FIELD_TEXT },
	{ .name          = TEXT("deployment_type"),
	  .kind          = FIELD_CHOICE,
	  .required      = true,
	  .choices       = DECODE_CHOICES,
	  .choices_count = 4 },
	{ .name = TEXT("status"), .kind = FIELD_TEXT },
	{ .name = TEXT("functions"), .kind = FIELD_LIST },
};

static const struct catalog_field DECODE_ACCESS[] = {
	{ .name = TEXT("module"), .kind = FIELD_TEXT, .required = true },
	{ .name = TEXT("groups"), .kind = FIELD_LIST },
	{ .name = TEXT("service_account"), .kind = FIELD_FLAG },
};

static const struct catalog_field DECODE_BUILD[] = {
	{ .name = TEXT("minutes"), .kind = FIELD_QUANTITY },
	{ .name = TEXT("hosted"), .kind = FIELD_FLAG },
	{ .name = TEXT("os"), .kind = FIELD_TEXT },
	{ .name = TEXT("size"), .kind = FIELD_TEXT },
};

static const struct catalog_field DECODE_TEST[] = {
	{ .name = TEXT("count"), .kind = FIELD_QUANTITY, .fallback = TEXT("1") },
};

static const struct catalog_type DECODE_TYPES[] = {
	{ .name         = TEXT("cd.instances"),
	  .subject      = TEXT("service"),
	  .fields       = DECODE_INSTANCES,
	  .fields_count = 5,
	  .index        = 0 },
	{ .name         = TEXT("cd.deployment"),
	  .subject      = TEXT("service"),
	  .fields       = DECODE_DEPLOYMENT,
	  .fields_count = 7,
	  .index        = 1 },
	{ .name             = TEXT("access.granted"),
	  .subject          = TEXT("person's e-mail"),
	  .subject_is_email = true,
	  .fields           = DECODE_ACCESS,
	  .fields_count     = 3,
	  .index            = 2 },
	{ .name           = TEXT("ci.build"),
	  .subject        = TEXT("repository"),
	  .fields         = DECODE_BUILD,
	  .fields_count   = 4,
	  .checks_machine = true,
	  .index          = 3 },
	{ .name         = TEXT("test.execution"),
	  .subject      = TEXT("suite"),
	  .fields       = DECODE_TEST,
	  .fields_count = 1,
	  .index        = 4 },
};

static const struct catalog_machine DECODE_MACHINES[] = {
	{ TEXT("linux"), TEXT("large"), 40 },
	{ TEXT("linux"), TEXT("small"), 10 },
	{ TEXT("macos"), TEXT("medium"), 60 },
};

static const struct catalog DECODE_CATALOG = {
	.name           = TEXT("test"),
	.machines       = DECODE_MACHINES,
	.machines_count = 3,
	.types          = DECODE_TYPES,
	.types_count    = 5,
};

#endif
