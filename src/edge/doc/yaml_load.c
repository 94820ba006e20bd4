/* yaml_load.c - the schemas of the catalogue's file, and reading by them.
 *
 * libcyaml explains itself through its log: that is caught here and becomes the
 * refusal. */
#include "edge/doc/yaml_int.h"

#include <cyaml/cyaml.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- schemas ---- */

enum { FILE_NAME_MAX = CATALOG_NAME_SIZE_MAX, FILE_TEXT_MAX = 1000, FILE_NUMBER_MAX = 20 };
enum { FILE_DEPLOYMENTS_MAX = 128, FILE_MACHINES_MAX = 64, FILE_CHOICES_MAX = 128 };

#define NEEDED CYAML_FLAG_DEFAULT
#define OPTIONAL CYAML_FLAG_OPTIONAL
#define TEXT(key, flags, type, member, max)                                                        \
	CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | (flags), type, member, 1, max)
#define CHOICE(key, flags, type, member, words)                                                    \
	CYAML_FIELD_ENUM(key, CYAML_FLAG_STRICT | (flags), type, member, words,                    \
	                 CYAML_ARRAY_LEN(words))
#define ROWS(key, flags, type, member, row, max)                                                   \
	CYAML_FIELD_SEQUENCE(key, CYAML_FLAG_POINTER | (flags), type, member, row, 0, max)
#define ROW(name, type, fields)                                                                    \
	static const cyaml_schema_value_t name = { CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, type,   \
		                                                       fields) }

static const cyaml_strval_t flag_words[] = { { "false", FILE_NO }, { "true", FILE_YES } };

static const cyaml_strval_t kind_words[] = {
	{ "text", FILE_TEXT }, { "quantity", FILE_QUANTITY }, { "flag", FILE_BOOLEAN },
	{ "list", FILE_LIST }, { "choice", FILE_CHOICE },     { "deployment", FILE_DEPLOYMENT },
};

static const cyaml_strval_t keeps_words[] = {
	{ "gauge", SERIES_GAUGE }, { "latest", SERIES_LATEST },     { "count", SERIES_COUNT },
	{ "sum", SERIES_SUM },     { "distinct", SERIES_DISTINCT },
};

static const cyaml_strval_t fold_words[] = {
	{ "percentile", FOLD_PERCENTILE }, { "count", FOLD_COUNT },
	{ "distinct", FOLD_DISTINCT },     { "sum", FOLD_SUM },
	{ "access", FOLD_ACCESS },
};

static const cyaml_strval_t by_words[] = {
	{ "project", RULE_BY_PROJECT },
	{ "key", RULE_BY_KEY },
};

static const cyaml_strval_t of_words[] = {
	{ "developers", OWNED_DEVELOPERS },
	{ "spend", OWNED_SPEND },
};

static const cyaml_strval_t when_words[] = {
	{ "permitted", WHEN_PERMITTED },
	{ "committers", WHEN_COMMITTERS },
};

static const cyaml_strval_t rate_words[] = {
	{ "count", RATE_COUNT },
	{ "sum", RATE_SUM },
	{ "unique", RATE_UNIQUE },
	{ "unique_30d", RATE_UNIQUE_30D },
	{ "peak_daily_unique", RATE_PEAK_DAILY_UNIQUE },
	{ "mean", RATE_MEAN },
	{ "max", RATE_MAX },
	{ "members", RATE_MEMBERS },
};

static const cyaml_strval_t rate_tier_words[] = {
	{ "essentials", FILE_TIER_ESSENTIALS },
	{ "enterprise", FILE_TIER_ENTERPRISE },
	{ "both", FILE_TIER_BOTH },
};

static const cyaml_strval_t tier_words[] = {
	{ "free", FLEX_FREE },
	{ "essentials", FLEX_ESSENTIALS },
	{ "enterprise", FLEX_ENTERPRISE },
};

static const cyaml_strval_t window_words[] = {
	{ "rolling_days", WINDOW_ROLLING_DAYS },       { "month_to_date", WINDOW_MONTH_TO_DATE },
	{ "contract_year", WINDOW_CONTRACT_YEAR },     { "hour", WINDOW_HOUR },
	{ "contract_period", WINDOW_CONTRACT_PERIOD },
};

static const cyaml_schema_value_t name_row = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, FILE_NAME_MAX),
};

static const cyaml_schema_field_t deployment_fields[] = {
	TEXT("type", NEEDED, struct file_deployment, type, FILE_NAME_MAX),
	TEXT("class", NEEDED, struct file_deployment, class, FILE_NAME_MAX),
	CYAML_FIELD_END,
};
ROW(deployment_row, struct file_deployment, deployment_fields);

static const cyaml_schema_field_t machine_fields[] = {
	TEXT("os", NEEDED, struct file_machine, os, FILE_NAME_MAX),
	TEXT("size", NEEDED, struct file_machine, size, FILE_NAME_MAX),
	TEXT("credits_per_minute", NEEDED, struct file_machine, credits_per_minute,
	     FILE_NUMBER_MAX),
	CYAML_FIELD_END,
};
ROW(machine_row, struct file_machine, machine_fields);

static const cyaml_schema_field_t field_fields[] = {
	TEXT("name", NEEDED, struct file_field, name, FILE_NAME_MAX),
	CHOICE("kind", NEEDED, struct file_field, kind, kind_words),
	CHOICE("required", OPTIONAL, struct file_field, required, flag_words),
	CHOICE("email", OPTIONAL, struct file_field, email, flag_words),
	TEXT("default", OPTIONAL, struct file_field, fallback, FILE_NAME_MAX),
	ROWS("choices", OPTIONAL, struct file_field, choices, &name_row, FILE_CHOICES_MAX),
	CYAML_FIELD_END,
};
ROW(field_row, struct file_field, field_fields);

static const cyaml_schema_field_t type_fields[] = {
	TEXT("type", NEEDED, struct file_type, type, FILE_NAME_MAX),
	TEXT("subject", NEEDED, struct file_type, subject, FILE_TEXT_MAX),
	CHOICE("email", OPTIONAL, struct file_type, email, flag_words),
	CHOICE("in_project", OPTIONAL, struct file_type, in_project, flag_words),
	CHOICE("checks_currency", OPTIONAL, struct file_type, checks_currency, flag_words),
	CHOICE("checks_machine", OPTIONAL, struct file_type, checks_machine, flag_words),
	ROWS("fields", OPTIONAL, struct file_type, fields, &field_row, CATALOG_FIELDS_MAX),
	CYAML_FIELD_END,
};
ROW(type_row, struct file_type, type_fields);

static const cyaml_schema_field_t where_fields[] = {
	TEXT("field", NEEDED, struct file_where, field, FILE_NAME_MAX),
	TEXT("class", OPTIONAL, struct file_where, class, FILE_NAME_MAX),
	TEXT("class_not", OPTIONAL, struct file_where, class_not, FILE_NAME_MAX),
	TEXT("is", OPTIONAL, struct file_where, is, FILE_NAME_MAX),
	TEXT("is_not", OPTIONAL, struct file_where, is_not, FILE_NAME_MAX),
	ROWS("in", OPTIONAL, struct file_where, in, &name_row, FILE_CHOICES_MAX),
	TEXT("above", OPTIONAL, struct file_where, above, FILE_NUMBER_MAX),
	CHOICE("present", OPTIONAL, struct file_where, present, flag_words),
	CYAML_FIELD_END,
};
ROW(where_row, struct file_where, where_fields);

static const cyaml_schema_field_t meter_fields[] = {
	TEXT("name", NEEDED, struct file_meter, name, FILE_NAME_MAX),
	TEXT("reads", NEEDED, struct file_meter, reads, FILE_NAME_MAX),
	CHOICE("keeps", NEEDED, struct file_meter, keeps, keeps_words),
	TEXT("value", OPTIONAL, struct file_meter, value, FILE_NAME_MAX),
	CHOICE("rounds", OPTIONAL, struct file_meter, rounds, flag_words),
	ROWS("where", OPTIONAL, struct file_meter, where, &where_row, CATALOG_WHERE_MAX),
	TEXT("key", OPTIONAL, struct file_meter, key, FILE_NAME_MAX),
	TEXT("each", OPTIONAL, struct file_meter, each, FILE_NAME_MAX),
	TEXT("item", OPTIONAL, struct file_meter, item, FILE_NAME_MAX),
	TEXT("org", OPTIONAL, struct file_meter, org, FILE_NAME_MAX),
	TEXT("project", OPTIONAL, struct file_meter, project, FILE_NAME_MAX),
	ROWS("split", OPTIONAL, struct file_meter, split, &name_row, 2),
	CYAML_FIELD_END,
};
ROW(meter_row, struct file_meter, meter_fields);

static const cyaml_schema_field_t link_fields[] = {
	TEXT("by", NEEDED, struct file_link, by, FILE_NAME_MAX),
	TEXT("to", NEEDED, struct file_link, to, FILE_NAME_MAX),
	TEXT("setting", NEEDED, struct file_link, setting, FILE_NAME_MAX),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t rule_fields[] = {
	TEXT("part", NEEDED, struct file_rule, part, FILE_NAME_MAX),
	TEXT("row_kind", OPTIONAL, struct file_rule, row_kind, FILE_NAME_MAX),
	CHOICE("fold", NEEDED, struct file_rule, fold, fold_words),
	TEXT("percentile", OPTIONAL, struct file_rule, percentile, FILE_NUMBER_MAX),
	TEXT("active", NEEDED, struct file_rule, active, FILE_NAME_MAX),
	TEXT("gauge", OPTIONAL, struct file_rule, gauge, FILE_NAME_MAX),
	TEXT("ended_by", OPTIONAL, struct file_rule, ended_by, FILE_NAME_MAX),
	TEXT("named_by", OPTIONAL, struct file_rule, named_by, FILE_NAME_MAX),
	TEXT("revoked_by", OPTIONAL, struct file_rule, revoked_by, FILE_NAME_MAX),
	TEXT("item", OPTIONAL, struct file_rule, item, FILE_NAME_MAX),
	TEXT("latest", OPTIONAL, struct file_rule, latest, FILE_NAME_MAX),
	TEXT("latest_not", OPTIONAL, struct file_rule, latest_not, FILE_NAME_MAX),
	CHOICE("uncounted", OPTIONAL, struct file_rule, uncounted, flag_words),
	CHOICE("by", OPTIONAL, struct file_rule, by, by_words),
	TEXT("class_fallback", OPTIONAL, struct file_rule, class_fallback, FILE_NAME_MAX),
	CYAML_FIELD_MAPPING_PTR("link", CYAML_FLAG_POINTER | OPTIONAL, struct file_rule, link,
	                        link_fields),
	TEXT("per", NEEDED, struct file_rule, per, FILE_NUMBER_MAX),
	TEXT("least", NEEDED, struct file_rule, least, FILE_NUMBER_MAX),
	TEXT("total_per", NEEDED, struct file_rule, total_per, FILE_NUMBER_MAX),
	TEXT("text", NEEDED, struct file_rule, text, FILE_TEXT_MAX),
	CYAML_FIELD_END,
};
ROW(rule_row, struct file_rule, rule_fields);

static const cyaml_schema_field_t window_fields[] = {
	CHOICE("kind", NEEDED, struct file_window, kind, window_words),
	TEXT("days", OPTIONAL, struct file_window, days, FILE_NUMBER_MAX),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t owned_fields[] = {
	CHOICE("of", NEEDED, struct file_owned, of, of_words),
	TEXT("times", OPTIONAL, struct file_owned, times, FILE_NUMBER_MAX),
	TEXT("per", OPTIONAL, struct file_owned, per, FILE_NUMBER_MAX),
	CHOICE("addon", OPTIONAL, struct file_owned, addon, flag_words),
	CYAML_FIELD_END,
};

static const cyaml_schema_field_t module_fields[] = {
	TEXT("name", NEEDED, struct file_module, name, FILE_NAME_MAX),
	TEXT("title", NEEDED, struct file_module, title, FILE_TEXT_MAX),
	TEXT("unit", NEEDED, struct file_module, unit, FILE_NAME_MAX),
	CYAML_FIELD_MAPPING("window", NEEDED, struct file_module, window, window_fields),
	CHOICE("when", OPTIONAL, struct file_module, when, when_words),
	CYAML_FIELD_MAPPING("owned", NEEDED, struct file_module, owned, owned_fields),
	TEXT("text", NEEDED, struct file_module, text, FILE_TEXT_MAX),
	ROWS("rules", NEEDED, struct file_module, rules, &rule_row, CATALOG_RULES_MAX),
	CYAML_FIELD_END,
};
ROW(module_row, struct file_module, module_fields);

static const cyaml_schema_field_t change_fields[] = {
	TEXT("module", NEEDED, struct file_change, module, FILE_NAME_MAX),
	TEXT("unit", OPTIONAL, struct file_change, unit, FILE_NAME_MAX),
	TEXT("part", OPTIONAL, struct file_change, part, FILE_NAME_MAX),
	CYAML_FIELD_MAPPING_PTR("window", CYAML_FLAG_POINTER | OPTIONAL, struct file_change, window,
	                        window_fields),
	TEXT("percentile", OPTIONAL, struct file_change, percentile, FILE_NUMBER_MAX),
	TEXT("per", OPTIONAL, struct file_change, per, FILE_NUMBER_MAX),
	TEXT("total_per", OPTIONAL, struct file_change, total_per, FILE_NUMBER_MAX),
	TEXT("text", OPTIONAL, struct file_change, text, FILE_TEXT_MAX),
	CYAML_FIELD_END,
};
ROW(change_row, struct file_change, change_fields);

static const cyaml_schema_field_t alternative_fields[] = {
	TEXT("name", NEEDED, struct file_alternative, name, FILE_NAME_MAX),
	TEXT("text", NEEDED, struct file_alternative, text, FILE_TEXT_MAX),
	ROWS("changes", NEEDED, struct file_alternative, changes, &change_row, CATALOG_RULES_MAX),
	CYAML_FIELD_END,
};
ROW(alternative_row, struct file_alternative, alternative_fields);

static const cyaml_schema_field_t price_fields[] = {
	TEXT("module", NEEDED, struct file_price, module, FILE_NAME_MAX),
	TEXT("a_year", NEEDED, struct file_price, a_year, FILE_NUMBER_MAX),
	CYAML_FIELD_END,
};
ROW(price_row, struct file_price, price_fields);

static const cyaml_schema_field_t plan_fields[] = {
	TEXT("name", NEEDED, struct file_plan, name, FILE_NAME_MAX),
	TEXT("title", NEEDED, struct file_plan, title, FILE_TEXT_MAX),
	ROWS("upgrades", OPTIONAL, struct file_plan, upgrades, &name_row, CATALOG_PLANS_MAX),
	TEXT("credits_a_month", OPTIONAL, struct file_plan, credits_a_month, FILE_NUMBER_MAX),
	TEXT("currency", OPTIONAL, struct file_plan, currency, FILE_NAME_MAX),
	ROWS("prices", OPTIONAL, struct file_plan, prices, &price_row, CATALOG_MODULES_MAX),
	CYAML_FIELD_END,
};
ROW(plan_row, struct file_plan, plan_fields);

static const cyaml_schema_field_t credits_fields[] = {
	TEXT("meter", NEEDED, struct file_credits, meter, FILE_NAME_MAX),
	TEXT("module", NEEDED, struct file_credits, module, FILE_NAME_MAX),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t number_row = {
	CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, FILE_NUMBER_MAX),
};

static const cyaml_schema_field_t slice_fields[] = {
	TEXT("from", OPTIONAL, struct file_slice, from, FILE_NUMBER_MAX),
	TEXT("up_to", OPTIONAL, struct file_slice, up_to, FILE_NUMBER_MAX),
	TEXT("units", NEEDED, struct file_slice, units, FILE_NUMBER_MAX),
	TEXT("per", OPTIONAL, struct file_slice, per, FILE_NUMBER_MAX),
	CYAML_FIELD_END,
};
ROW(slice_row, struct file_slice, slice_fields);

static const cyaml_schema_field_t rate_fields[] = {
	TEXT("module", NEEDED, struct file_rate, module, FILE_NAME_MAX),
	TEXT("metric", NEEDED, struct file_rate, metric, FILE_NAME_MAX),
	TEXT("name", NEEDED, struct file_rate, name, FILE_NAME_MAX),
	CHOICE("tier", NEEDED, struct file_rate, tier, rate_tier_words),
	CHOICE("fold", NEEDED, struct file_rate, fold, rate_words),
	ROWS("meters", NEEDED, struct file_rate, meters, &name_row, CATALOG_RATE_METERS_MAX),
	TEXT("revoked_by", OPTIONAL, struct file_rate, revoked_by, FILE_NAME_MAX),
	TEXT("item", OPTIONAL, struct file_rate, item, FILE_NAME_MAX),
	CHOICE("unlimited", OPTIONAL, struct file_rate, unlimited, flag_words),
	TEXT("units", OPTIONAL, struct file_rate, units, FILE_NUMBER_MAX),
	TEXT("per", OPTIONAL, struct file_rate, per, FILE_NUMBER_MAX),
	ROWS("tiers", OPTIONAL, struct file_rate, tiers, &slice_row, CATALOG_SLICES_MAX),
	TEXT("allowance", OPTIONAL, struct file_rate, allowance, FILE_NUMBER_MAX),
	TEXT("unit", NEEDED, struct file_rate, unit, FILE_NAME_MAX),
	TEXT("hint", OPTIONAL, struct file_rate, hint, FILE_TEXT_MAX),
	CYAML_FIELD_END,
};
ROW(rate_row, struct file_rate, rate_fields);

static const cyaml_schema_field_t card_tier_fields[] = {
	CHOICE("name", NEEDED, struct file_card_tier, name, tier_words),
	TEXT("free_units", OPTIONAL, struct file_card_tier, free_units, FILE_NUMBER_MAX),
	TEXT("unit_price", OPTIONAL, struct file_card_tier, unit_price, FILE_NUMBER_MAX),
	TEXT("overage_price", OPTIONAL, struct file_card_tier, overage_price, FILE_NUMBER_MAX),
	CYAML_FIELD_END,
};
ROW(card_tier_row, struct file_card_tier, card_tier_fields);

static const cyaml_schema_field_t card_fields[] = {
	TEXT("from", NEEDED, struct file_card, from, FILE_NAME_MAX),
	TEXT("currency", NEEDED, struct file_card, currency, FILE_NAME_MAX),
	ROWS("alerts", OPTIONAL, struct file_card, alerts, &number_row, CATALOG_ALERTS_MAX),
	ROWS("tiers", NEEDED, struct file_card, tiers, &card_tier_row, FLEX_TIERS),
	ROWS("rates", NEEDED, struct file_card, rates, &rate_row, CATALOG_RATES_MAX),
	CYAML_FIELD_END,
};
ROW(card_row, struct file_card, card_fields);

static const cyaml_schema_field_t named_fields[] = {
	TEXT("module", NEEDED, struct file_named, module, FILE_NAME_MAX),
	TEXT("title", NEEDED, struct file_named, title, FILE_TEXT_MAX),
	CYAML_FIELD_END,
};
ROW(named_row, struct file_named, named_fields);

static const cyaml_schema_field_t category_fields[] = {
	TEXT("title", NEEDED, struct file_category, title, FILE_TEXT_MAX),
	ROWS("modules", NEEDED, struct file_category, modules, &named_row, CATALOG_MODULES_MAX),
	CYAML_FIELD_END,
};
ROW(category_row, struct file_category, category_fields);

static const cyaml_schema_field_t catalog_fields[] = {
	TEXT("name", NEEDED, struct file_catalog, name, FILE_NAME_MAX),
	TEXT("version", NEEDED, struct file_catalog, version, FILE_NAME_MAX),
	ROWS("known_modules", NEEDED, struct file_catalog, known_modules, &name_row,
	     CATALOG_MODULES_MAX),
	ROWS("deployments", NEEDED, struct file_catalog, deployments, &deployment_row,
	     FILE_DEPLOYMENTS_MAX),
	ROWS("machines", NEEDED, struct file_catalog, machines, &machine_row, FILE_MACHINES_MAX),
	ROWS("types", NEEDED, struct file_catalog, types, &type_row, CATALOG_TYPES_MAX),
	ROWS("meters", NEEDED, struct file_catalog, meters, &meter_row, CATALOG_METERS_MAX),
	ROWS("modules", NEEDED, struct file_catalog, modules, &module_row, CATALOG_MODULES_MAX),
	ROWS("alternatives", OPTIONAL, struct file_catalog, alternatives, &alternative_row,
	     CATALOG_ALTERNATIVES_MAX),
	ROWS("plans", OPTIONAL, struct file_catalog, plans, &plan_row, CATALOG_PLANS_MAX),
	CYAML_FIELD_MAPPING_PTR("credits", CYAML_FLAG_POINTER | OPTIONAL, struct file_catalog,
	                        credits, credits_fields),
	ROWS("categories", OPTIONAL, struct file_catalog, categories, &category_row,
	     CATALOG_CATEGORIES_MAX),
	ROWS("rate_cards", OPTIONAL, struct file_catalog, cards, &card_row, CATALOG_CARDS_MAX),
	CYAML_FIELD_END,
};

static const cyaml_schema_value_t catalog_value = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file_catalog, catalog_fields),
};

/* ---- what libcyaml says when it refuses ---- */

enum { LOG_REASON_SIZE = 160 };

struct log {
	char     reason[LOG_REASON_SIZE]; /* the first message */
	char     place[REFUSAL_FIELD_SIZE];
	uint32_t line;     /* of the innermost place; 0: not told */
	uint32_t row_line; /* of the place around it */
};

/* Messages look like `Load: Unexpected key: foo`, then `Load: Backtrace:`, then
 * `  in mapping field 'types' (line: 3, column: 5)` from the inside out. */
__attribute__((format(printf, 3, 0))) static void
log_take(cyaml_log_t level, void *owner, const char *format, va_list arguments)
{
	struct log *log = owner;
	char        text[LOG_REASON_SIZE];
	const char *line;

	(void)level;
	vsnprintf(text, sizeof(text), format, arguments);
	text[strcspn(text, "\n")] = '\0';
	line                      = strstr(text, "(line: ");
	if (strncmp(text, "Load: Backtrace", 15) == 0)
		return;
	if (strncmp(text, "Load: ", 6) == 0) {
		if (log->reason[0] == '\0')
			snprintf(log->reason, sizeof(log->reason), "%s", text + 6);
		return;
	}
	uint32_t *place_line = log->line == 0 ? &log->line : &log->row_line;
	if (line && *place_line == 0)
		*place_line = (uint32_t)strtoul(line + 7, NULL, 10);
	const char *field = strstr(text, "mapping field '");
	if (field && log->place[0] == '\0')
		snprintf(log->place, sizeof(log->place), "%.*s", (int)strcspn(field + 15, "'"),
		         field + 15);
}

/* libcyaml stands on the value before an unknown or repeated key: go on to the key. */
static uint32_t
log_line(const struct log *log, struct span yaml)
{
	static const char *const words[] = { "Unexpected key: ", "Mapping field already seen: " };

	for (uint32_t i = 0; i < 2; i++) {
		size_t size = strlen(words[i]);
		if (strncmp(log->reason, words[i], size) == 0)
			return yaml_line_of_key(yaml, log->line + i, span_of(log->reason + size));
	}
	/* What is missing has no line: its row has, where the last member stands inside one. */
	if (strncmp(log->reason, "Missing", 7) == 0 && log->row_line > 0)
		return log->row_line;
	return log->line;
}

static enum err
log_refuse(const struct log *log, struct span yaml, cyaml_err_t why, struct refusal *refusal)
{
	const char *reason = log->reason[0] != '\0' ? log->reason : cyaml_strerror(why);
	uint32_t    line   = log_line(log, yaml);
	char        detail[REFUSAL_DETAIL_SIZE];

	if (why == CYAML_ERR_OOM)
		return refuse(refusal, ERR_SYSTEM, SPAN("catalogue"), SPAN("out of memory"));
	if (line > 0)
		snprintf(detail, sizeof(detail), "line %u: %s", line, reason);
	else
		snprintf(detail, sizeof(detail), "%s", reason);
	return refuse(refusal, ERR_CATALOG, span_of(log->place), span_of(detail));
}

static cyaml_config_t
load_config(struct log *log)
{
	return (cyaml_config_t){
		.log_fn    = log_take,
		.log_ctx   = log,
		.log_level = CYAML_LOG_ERROR,
		.mem_fn    = cyaml_mem,
		/* An alias can stand for a thousand values, each with a thousand more. */
		.flags = CYAML_CFG_NO_ALIAS,
	};
}

enum err
yaml_load(struct span yaml, struct file_catalog **file, struct refusal *refusal)
{
	struct log     log    = { .line = 0 };
	cyaml_config_t config = load_config(&log);
	void          *read   = NULL;
	cyaml_err_t    why    = cyaml_load_data((const uint8_t *)yaml.at, yaml.size, &config,
	                                        &catalog_value, &read, NULL);

	if (why != CYAML_OK)
		return log_refuse(&log, yaml, why, refusal);
	if (!read)
		return refuse(refusal, ERR_CATALOG, (struct span){ 0 }, SPAN("the file is empty"));
	*file = read;
	return ERR_NONE;
}

void
yaml_unload(struct file_catalog *file)
{
	struct log     log    = { .line = 0 };
	cyaml_config_t config = load_config(&log);

	cyaml_free(&config, &catalog_value, file, 0);
}
