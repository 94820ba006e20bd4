/* test_yaml_catalog.c - reading the product data: what it holds, and every refusal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "edge/doc/embed.h"
#include "edge/doc/yaml_catalog.h"
#include "edge/sys/memory.h"

static struct arena arena;

static int
arena_begin(void **state)
{
	(void)state;
	arena_open(&arena, system_memory());
	return 0;
}

static int
arena_end(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

static const struct catalog *
shipped(void)
{
	const struct catalog *catalog = NULL;
	struct refusal        refusal = { .err = ERR_NONE };

	if (yaml_catalog_read(embed_catalog(), &arena, &catalog, &refusal))
		fail_msg("%s: %s", refusal.field, refusal.detail);
	return catalog;
}

static void
test_shipped_catalogue_is_read(void **state)
{
	(void)state;
	const struct catalog *catalog = shipped();

	assert_int_equal(catalog->known_modules_count, 12);
	assert_int_equal(catalog->types_count, 42);
	assert_int_equal(catalog->meters_count, 57);
	assert_int_equal(catalog->modules_count, 14);
	assert_int_equal(catalog->rules_count, 24);
	assert_int_equal(catalog->alternatives_count, 2);

	const struct catalog_module *module = catalog_module_find(catalog, SPAN("CD"));
	assert_non_null(module);
	assert_int_equal(module->window, WINDOW_ROLLING_DAYS);
	assert_int_equal(module->window_days, 30);
	assert_int_equal(module->owned.of, OWNED_DEVELOPERS);
	assert_int_equal(module->owned.times, 1);
	assert_int_equal(module->owned.per, 3);
	assert_true(module->owned.addon);
	assert_true(span_equal(module->unit, SPAN("service")));
}

static void
test_L11_to_L15_rules_are_rows_in_order(void **state)
{
	(void)state;
	const struct catalog *catalog = shipped();
	const uint32_t        first   = catalog_module_find(catalog, SPAN("CD"))->rules_first;
	static const struct {
		const char    *part;
		enum rule_fold fold;
		int32_t        percentile;
		int64_t        per, least, total_per;
	} expected[] = {
		{ "services", FOLD_PERCENTILE, 95, 20, 1, 1 },
		{ "gitops", FOLD_PERCENTILE, 95, 20, 1, 1 },
		{ "serverless", FOLD_DISTINCT, 0, 1, 1, 5 },
		{ "stages", FOLD_COUNT, 0, 1, 0, 2000 },
	};

	for (uint32_t i = 0; i < 4; i++) {
		const struct catalog_rule *rule = &catalog->rules[first + i];
		assert_true(span_equal(rule->part, span_of(expected[i].part)));
		assert_int_equal(rule->fold, expected[i].fold);
		assert_int_equal(rule->percentile, expected[i].percentile);
		assert_int_equal(rule->per, expected[i].per);
		assert_int_equal(rule->least, expected[i].least);
		assert_int_equal(rule->total_per, expected[i].total_per);
	}
	const struct catalog_rule *gitops = &catalog->rules[first + 1];
	assert_int_equal(gitops->link_rule, first);
	assert_int_equal(catalog->rules[first].link_rule, -1);
	assert_true(span_equal(gitops->link_setting, SPAN("gitops_service_based_licensing")));
	assert_true(span_equal(catalog->meters[gitops->link_meter].name, SPAN("gitops.links")));
}

static void
test_where_is_resolved(void **state)
{
	(void)state;
	const struct catalog       *catalog     = shipped();
	const struct catalog_meter *deployments = &catalog->meters[0];
	const struct catalog_meter *functions   = &catalog->meters[1];
	const struct catalog_meter *links       = &catalog->meters[7];

	assert_int_equal(deployments->where_count, 1);
	assert_int_equal(deployments->where[0].ask, ASK_CLASS_NOT);
	assert_int_equal(deployments->where[0].values_count, 1);
	assert_true(span_equal(deployments->where[0].values[0], SPAN("serverless")));
	assert_int_equal(functions->where[0].ask, ASK_CLASS);
	assert_int_equal(deployments->each_field, -1);
	assert_true(functions->each_field >= 0);
	assert_int_equal(links->where[0].ask, ASK_PRESENT);
	assert_int_equal(links->where[0].field, links->value_field);
	assert_int_equal(catalog->meters[2].split_fields[0] >= 0, 1);
	assert_int_equal(catalog->meters[8].split_fields[1], -1);
}

static void
test_E_types_have_their_fields(void **state)
{
	(void)state;
	const struct catalog      *catalog = shipped();
	const struct catalog_type *type    = catalog_type_find(catalog, SPAN("cd.deployment"));
	int32_t                    at      = catalog_field_find(type, SPAN("deployment_type"));

	assert_true(at >= 0);
	assert_int_equal(type->fields[at].kind, FIELD_CHOICE);
	assert_int_equal(type->fields[at].choices_count, 17);
	assert_true(type->fields[at].required);
	assert_true(span_equal(type->fields[0].fallback, SPAN("default")));

	type = catalog_type_find(catalog, SPAN("access.granted"));
	assert_true(type->subject_is_email);
	assert_int_equal(catalog_field_find(type, SPAN("org")), -1);
	assert_true(catalog_type_find(catalog, SPAN("ccm.spend"))->checks_currency);
	assert_true(catalog_type_find(catalog, SPAN("ci.build"))->checks_machine);
	assert_non_null(catalog_type_find(catalog, SPAN("event.retracted")));
	assert_null(catalog_type_find(catalog, SPAN("event")));
}

static void
test_L50_machines(void **state)
{
	(void)state;
	const struct catalog *catalog = shipped();
	static const struct {
		const char *os, *size;
		int64_t     credits; /* 0: unknown */
	} table[] = {
		{ "linux", "medium", 2 },    { "linux", "large", 10 },
		{ "linux", "xlarge", 20 },   { "windows", "small", 6 },
		{ "windows", "medium", 12 }, { "windows", "large", 24 },
		{ "macos", "small", 60 },    { "linux", "", 2 },
		{ "windows", "", 6 },        { "macos", "", 60 },
		{ "linux", "small", 0 },     { "macos", "medium", 0 },
		{ "solaris", "small", 0 },   { "", "", 0 },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct catalog_machine *machine =
			catalog_machine_find(catalog, span_of(table[i].os), span_of(table[i].size));
		assert_int_equal(machine ? machine->credits_per_minute : 0, table[i].credits);
	}
}

static void
test_deployment_classes(void **state)
{
	(void)state;
	const struct catalog    *catalog    = shipped();
	static const char *const table[][2] = {
		{ "Kubernetes", "container" },
		{ "AzureContainerInstances", "container" },
		{ "Asg", "traditional" },
		{ "AzureWebAppVM", "traditional" },
		{ "AwsLambda", "serverless" },
		{ "AzureFunction", "serverless" },
		{ "CustomDeployment", "custom" },
		{ "kubernetes", "" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_true(span_equal(catalog_class_of(catalog, span_of(table[i][0])),
		                       span_of(table[i][1])));
}

enum { ANCHOR_ALONE = 1000 };

/* The shipped text with the first `from` replaced; *line is where that stood. */
static struct span
edited(const char *from, const char *to, uint32_t *line)
{
	struct span yaml = embed_catalog();
	char       *text = malloc(yaml.size + 1);
	memcpy(text, yaml.at, yaml.size);
	text[yaml.size] = '\0';

	char *at = strstr(text, from);
	assert_non_null(at);
	*line = 1;
	for (const char *c = text; c < at; c++)
		*line += *c == '\n';

	size_t size = yaml.size - strlen(from) + strlen(to);
	char  *made = arena_take(&arena, size + 1);
	snprintf(made, size + 1, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	free(text);
	return (struct span){ made, size };
}

static const struct {
	const char *from, *to, *field, *reason;
	int         below; /* lines from the start of `from` to what is named */
} refusals[] = {
	{ "    keeps: count", "    keeps: much", "keeps", "Invalid ENUM value: much", 0 },
	{ "    keeps: count", "    kepes: count", "", "Unexpected key: kepes", 0 },
	{ "    keeps: gauge\n", "", "", "Missing required mapping field: keeps", -2 },
	{ "reads: cd.stage", "reads: cd.stages", "meters[5].reads", "there is no type `cd.stages`",
	  0 },
	{ "value: service", "value: srevice", "meters[7].value", "the type has no field `srevice`",
	  0 },
	{ "{field: service, present: true}", "{field: service}", "meters[7].where", "one condition",
	  -1 },
	{ "{field: deployment_type, class: serverless}",
	  "{field: deployment_type, class: servless}", "meters[1].where",
	  "no deployment type has this class", -1 },
	{ "{field: deployment_type, class: serverless}", "{field: org, class: serverless}",
	  "meters[1].where", "only a deployment type has a class", -1 },
	{ "{type: AwsLambda, class: serverless}", "{type: AwsLambda, class: serverles}",
	  "deployments[10].class", "a class is container, traditional, serverless or custom", 0 },
	{ "is: other}", "is: other, in: [host]}", "meters[20].where", "one condition", -1 },
	{ "above: \"0\"", "above: none", "meters[21].where", "compared with one number: `none`",
	  -3 },
	{ "key: committer", "key: comitter", "meters[12].key", "the type has no field `comitter`",
	  0 },
	{ "item: environment", "item: enviroment", "meters[18].item", "no field `enviroment`", 0 },
	{ "when: committers", "when: comitters", "when", "Invalid ENUM value: comitters", 0 },
	{ "latest: \"true\"", "latest: \"true\"\n        latest_not: \"x\"",
	  "modules[0].rules[1].latest", "exclude each other", 0 },
	{ "by: key", "by: account", "by", "Invalid ENUM value: account", 0 },
	{ "of: spend", "of: money", "of", "Invalid ENUM value: money", 0 },
	{ "times: 10000", "times: 1e4", "modules[7].owned", "not a whole number: `1e4`", 0 },
	{ "      - module: SRM", "      - module: SRN", "alternatives[1].changes[0].module",
	  "there is no `SRN`", 0 },
	{ "        part: functions\n        total_per: 5",
	  "        part: function\n        total_per: 5", "alternatives[1].changes[0].part",
	  "there is no `function`", 0 },
	{ "days: 365", "days: 367", "alternatives[0].changes[0].window", "1 to 366 days", 0 },
	{ "    active: cd.stages", "    active: cd.stagez", "modules[5].rules[3].active",
	  "there is no meter `cd.stagez`", 0 },
	{ "        active: cd.stages", "        active: cd.deployments",
	  "modules[5].rules[3].active", "a count needs a meter that counts", 0 },
	{ "active: cd.deployments", "active: cd.instances", "modules[5].rules[0].active",
	  "gauge reports do not make a key active", 0 },
	{ "percentile: 95", "percentile: 101", "modules[5].rules[0].percentile",
	  "a percentile is 1 to 100", 0 },
	{ "percentile: 95", "percentile: 9x", "modules[5].rules[0].percentile",
	  "not a whole number: `9x`", 0 },
	{ "percentile: 95", "percentile: 18446744073709551711", "modules[5].rules[0].percentile",
	  "not a whole number", 0 },
	{ "total_per: 5", "total_per: 0", "modules[5].rules[2].total_per", "must be at least 1",
	  0 },
	{ "per: 3, addon", "per: 0, addon", "modules[5].owned", "must be at least 1", 0 },
	{ "rolling_days, days: 30", "rolling_days, days: 0", "modules[2].window", "1 to 366 days",
	  0 },
	{ "rolling_days, days: 30", "month_to_date, days: 30", "modules[2].window",
	  "only a rolling window has days", 0 },
	{ "to: services", "to: service", "modules[5].rules[1].link", "there is no part `service`",
	  0 },
	{ "to: services", "to: gitops", "modules[5].rules[1].link",
	  "may not lead to a part that links", 0 },
	{ "gauge: gitops.instances", "gauge: gitops.syncs", "modules[5].rules[1].gauge",
	  "not a gauge", 0 },
	{ "{type: ECS, class", "{type: Kubernetes, class", "deployments[2].type",
	  "stands here twice", 0 },
	{ "size: xlarge", "size: large", "machines[2].size", "stands here twice", 0 },
	{ "credits_per_minute: 20", "credits_per_minute: 0", "machines[2].credits_per_minute",
	  "at least 1", 0 },
	{ "  - type: iacm.host", "  - type: iacm.stage\n    subject: x\n  - type: iacm.host",
	  "types[19].type", "stands here twice", 0 },
	{ "  - name: gitops.links",
	  "  - {name: gitops.syncs, reads: gitops.sync, keeps: count}\n  - name: "
	  "gitops.links",
	  "meters[7].name", "stands here twice", 0 },
	{ "default: client", "default: clint", "types[11].fields[1].default", "none of the choices",
	  0 },
	{ "default: \"1\"", "default: one", "types[15].fields[2].default", "not a quantity", 0 },
	{ "- {name: infrastructure, kind: text}", "- {name: environment, kind: text}",
	  "types[0].fields[1].name", "the field stands here twice", 0 },
	{ "kind: list}", "kind: choice}", "types[0].fields[4].choices", "a choice needs choices",
	  0 },
	{ "- name: CD", "- name: CDD", "modules[5].name", "none of known_modules", 0 },
	{ "CODE, CI, IDP", "CODE, CI, CI", "known_modules[2]", "stands here twice", 0 },
	{ "class_fallback: container", "class_fallback: box", "modules[5].rules[0].class_fallback",
	  "no deployment type has this class", 0 },
	{ "[cd.deployed], units: \"180\"", "[cd.deploid], units: \"180\"",
	  "rate_cards[0].rates[0].meters", "there is no meter `cd.deploid`", 0 },
	{ "units: \"180\"", "tiers: [{up_to: \"10\", units: \"2\"}, {from: \"11\", units: \"1\"}]",
	  "rate_cards[0].rates[0].tiers", "leave a gap below `11`", 0 },
	{ "units: \"180\"", "tiers: [{up_to: \"10\", units: \"2\"}, {from: \"9\", units: \"1\"}]",
	  "rate_cards[0].rates[0].tiers", "overlap at `9`", 0 },
	{ "units: \"180\"", "tiers: [{up_to: \"10\", units: \"2\"}, {up_to: \"10\", units: \"1\"}]",
	  "rate_cards[0].rates[0].tiers", "the tiers overlap", 0 },
	{ "units: \"180\"", "tiers: [{up_to: \"10\", units: \"2\"}, {up_to: \"20\", units: \"1\"}]",
	  "rate_cards[0].rates[0].tiers", "leave a gap: the last must have no up_to", 0 },
	{ "units: \"180\"", "units: \"180\", tiers: [{units: \"1\"}]",
	  "rate_cards[0].rates[0].units", "units or tiers, not both", 0 },
	{ "units: \"180\"", "units: \"180\", unlimited: true", "rate_cards[0].rates[0].unlimited",
	  "what is unlimited has no rate", 0 },
	{ "units: \"180\"", "units: \"-180\"", "rate_cards[0].rates[0].tiers",
	  "not a decimal number: `-180`", -1 },
	{ "units: \"180\"", "units: \"1000000.5\"", "rate_cards[0].rates[0].units",
	  "a rate is 0 to 1000000 units", 0 },
	{ "per: 1000, unit: request", "per: 0, unit: request", "rate_cards[0].rates[11].per",
	  "must be at least 1", 0 },
	{ "metric: cd.custom_stage", "metric: cd.deployment_event", "rate_cards[0].rates[2].metric",
	  "two rows for one tier", 0 },
	{ "fold: mean", "fold: sum", "rate_cards[0].rates[5].fold", "does not keep what this fold",
	  0 },
	{ "fold: unique_30d", "fold: unique_31d", "fold", "Invalid ENUM value: unique_31d", 0 },
	{ "item: cluster", "item: \"\"", "item", "", 0 },
	{ "meters: [ff.requests]", "meters: [ff.requests], item: x", "rate_cards[0].rates[11].item",
	  "keys have no item", 0 },
	{ "meters: [access.grants], revoked_by: access.revocations, item: SEI",
	  "meters: [access.grants], item: SEI", "rate_cards[0].rates[32].revoked_by",
	  "members need a meter", -1 },
	{ "meters: [ff.requests]", "meters: [ff.requests], revoked_by: access.revocations",
	  "rate_cards[0].rates[11].revoked_by", "only members are revoked", 0 },
	{ "from: \"2026-01-01\"", "from: \"2026-13-01\"", "rate_cards[0].from",
	  "not a day like 2026-01-31: `2026-13-01`", 0 },
	{ "alerts: [80, 90, 100]", "alerts: [90, 80]", "rate_cards[0].alerts", "percents that rise",
	  0 },
	{ "{name: free, free_units", "{name: essentials, free_units", "rate_cards[0].tiers",
	  "the tier stands here twice: `essentials`", -1 },
	{ "overage_price: \"0.75\"", "overage_price: \"2e9\"", "rate_cards[0].tiers",
	  "a price is 0 to 1000000000", -2 },
	{ "required: true", "required: maybe", "required", "Invalid ENUM value: maybe", 0 },
	{ "    email: true", "    email: &a true", "", "", ANCHOR_ALONE },
	{ "    email: true", "    email: *a", "email", "alias", 0 },
};

static void
test_refusals_name_line_and_reason(void **state)
{
	(void)state;

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct catalog *catalog = NULL;
		struct refusal        refusal = { .err = ERR_NONE };
		uint32_t              line;
		struct span           yaml = edited(refusals[i].from, refusals[i].to, &line);
		enum err              err  = yaml_catalog_read(yaml, &arena, &catalog, &refusal);
		char                  expected[32];

		if (refusals[i].below == ANCHOR_ALONE) {
			assert_int_equal(err, ERR_NONE); /* an anchor alone is harmless */
			continue;
		}
		snprintf(expected, sizeof(expected),
		         "line %u:", (uint32_t)((int)line + refusals[i].below));
		if (err != ERR_CATALOG || catalog || !strstr(refusal.detail, refusals[i].reason) ||
		    strncmp(refusal.detail, expected, strlen(expected)) != 0 ||
		    (refusals[i].field[0] != '\0' && strcmp(refusal.field, refusals[i].field) != 0))
			print_error("%s -> %s: err %d field %s detail %s, expected %s %s %s\n",
			            refusals[i].from, refusals[i].to, (int)err, refusal.field,
			            refusal.detail, refusals[i].field, expected,
			            refusals[i].reason);
		assert_int_equal(err, ERR_CATALOG);
		assert_null(catalog);
		assert_non_null(strstr(refusal.detail, refusals[i].reason));
		assert_memory_equal(refusal.detail, expected, strlen(expected));
		if (refusals[i].field[0] != '\0')
			assert_string_equal(refusal.field, refusals[i].field);
	}
}

static void
test_broken_texts_are_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text, *reason;
	} table[] = {
		{ "", "the file is empty" },
		{ "\x01", "control characters" },
		{ "a: b", "line 1: Unexpected key: a" },
		{ "[", "" },
		{ "name: x\nname: y\n", "line 2: Mapping field already seen: name" },
		{ "name: x\ntypes: 3\n", "line 2: Expecting SEQUENCE" },
		{ "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "line 1: Unexpected key: a" },
		{ "name: &n x\nversion: *n\n", "alias" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		const struct catalog *catalog = NULL;
		struct refusal        refusal = { .err = ERR_NONE };
		enum err              err =
			yaml_catalog_read(span_of(table[i].text), &arena, &catalog, &refusal);
		assert_int_equal(err, ERR_CATALOG);
		assert_null(catalog);
		if (!strstr(refusal.detail, table[i].reason))
			fail_msg("%s: %s", table[i].text, refusal.detail);
		assert_true(refusal.detail[0] != '\0');
	}
}

static void
test_text_above_one_mebibyte_is_refused(void **state)
{
	(void)state;
	const struct catalog *catalog = NULL;
	struct refusal        refusal = { .err = ERR_NONE };
	size_t                size    = YAML_CATALOG_SIZE_MAX + 1;
	char                 *text    = arena_take(&arena, size);

	memset(text, '#', size);
	assert_int_equal(yaml_catalog_read((struct span){ text, size }, &arena, &catalog, &refusal),
	                 ERR_CATALOG);
	assert_string_equal(refusal.detail, "the file is larger than one mebibyte");
	assert_int_equal(
		yaml_catalog_read((struct span){ text, size - 1 }, &arena, &catalog, &refusal),
		ERR_CATALOG);
	assert_string_equal(refusal.detail, "the file is empty");
}

static void
test_every_cut_of_the_text_is_safe(void **state)
{
	(void)state;
	struct span yaml = embed_catalog();

	for (size_t size = 0; size < yaml.size; size += 97) {
		const struct catalog *catalog = NULL;
		char                 *copy    = malloc(size + 1);
		memcpy(copy, yaml.at, size);
		enum err err =
			yaml_catalog_read((struct span){ copy, size }, &arena, &catalog, NULL);
		free(copy);
		assert_true((err == ERR_NONE) == (catalog != NULL));
		arena_reset(&arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shipped_catalogue_is_read),
		cmocka_unit_test(test_L11_to_L15_rules_are_rows_in_order),
		cmocka_unit_test(test_where_is_resolved),
		cmocka_unit_test(test_E_types_have_their_fields),
		cmocka_unit_test(test_L50_machines),
		cmocka_unit_test(test_deployment_classes),
		cmocka_unit_test(test_refusals_name_line_and_reason),
		cmocka_unit_test(test_broken_texts_are_refused),
		cmocka_unit_test(test_text_above_one_mebibyte_is_refused),
		cmocka_unit_test(test_every_cut_of_the_text_is_safe),
	};
	return cmocka_run_group_tests(tests, arena_begin, arena_end);
}
