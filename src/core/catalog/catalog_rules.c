/* catalog_rules.c - refuses modules and rules that the arithmetic could not use. */
#include "core/catalog/catalog_int.h"

/* A meter of a rule must count the same keys as the rule's active meter. */
static enum err
rule_meter_check(const struct place *place, const char *column, int32_t index,
                 const struct catalog_meter *active)
{
	if (index == -1)
		return ERR_NONE;
	if (index < 0 || (uint32_t)index >= place->catalog->meters_count)
		return catalog_place_refuse(place, column, "there is no such meter");

	const struct catalog_meter *meter = &place->catalog->meters[index];
	if ((meter->org_field == -1) != (active->org_field == -1) ||
	    (meter->project_field == -1) != (active->project_field == -1) ||
	    (meter->each_field == -1) != (active->each_field == -1) ||
	    (meter->item_field == -1) != (active->item_field == -1))
		return catalog_place_refuse(place, column,
		                            "the key of the meter is not that of active");
	return ERR_NONE;
}

/* Columns that only some folds read. */
static enum err
rule_columns_check(const struct place *place, const struct catalog_rule *rule)
{
	bool total = rule->fold == FOLD_COUNT || rule->fold == FOLD_SUM;

	if (rule->fold != FOLD_PERCENTILE && rule->gauge_meter != -1)
		return catalog_place_refuse(place, "gauge", "only a percentile reads a gauge");
	if (rule->fold != FOLD_PERCENTILE && rule->ended_meter != -1)
		return catalog_place_refuse(place, "ended_by", "only a percentile knows lives");
	if (rule->fold != FOLD_ACCESS && rule->revoked_meter != -1)
		return catalog_place_refuse(place, "revoked_by", "only access is revoked");
	if (rule->fold != FOLD_ACCESS && (rule->latest.size > 0 || rule->latest_not))
		return catalog_place_refuse(place, "latest", "only access has a latest grant");
	if (rule->fold == FOLD_PERCENTILE && (rule->item.size > 0 || rule->uncounted))
		return catalog_place_refuse(place, "item", "a percentile counts all of its keys");
	if (total && (rule->per != 1 || rule->least != 0))
		return catalog_place_refuse(place, "per", "a count is divided in total only");
	if (total && rule->row_kind.size > 0)
		return catalog_place_refuse(place, "row_kind", "a count has no rows");
	if (!total && rule->by != RULE_BY_NOTHING)
		return catalog_place_refuse(place, "by", "only a count is broken down");
	return ERR_NONE;
}

static enum err
rule_access_check(const struct place *place, const struct catalog_rule *rule)
{
	const struct catalog_meter *meters = place->catalog->meters;

	if (meters[rule->active_meter].kind != SERIES_LATEST)
		return catalog_place_refuse(place, "active",
		                            "access needs a meter that keeps the latest");
	if (rule->revoked_meter == -1)
		return catalog_place_refuse(place, "revoked_by",
		                            "access needs a meter that revokes it");
	if (meters[rule->revoked_meter].kind != SERIES_LATEST)
		return catalog_place_refuse(place, "revoked_by", "the meter must keep the latest");
	return ERR_NONE;
}

static enum err
rule_fold_check(const struct place *place, const struct catalog_rule *rule)
{
	const struct catalog_meter *meters = place->catalog->meters;

	switch (rule->fold) {
	case FOLD_PERCENTILE:
		if (rule->percentile < 1 || rule->percentile > 100)
			return catalog_place_refuse(place, "percentile",
			                            "a percentile is 1 to 100");
		if (rule->gauge_meter == -1)
			return catalog_place_refuse(place, "gauge", "a percentile needs a gauge");
		if (meters[rule->gauge_meter].kind != SERIES_GAUGE)
			return catalog_place_refuse(place, "gauge", "the meter is not a gauge");
		return ERR_NONE;
	case FOLD_COUNT:
		if (meters[rule->active_meter].kind != SERIES_COUNT)
			return catalog_place_refuse(place, "active",
			                            "a count needs a meter that counts");
		return ERR_NONE;
	case FOLD_SUM:
		if (meters[rule->active_meter].kind != SERIES_SUM)
			return catalog_place_refuse(place, "active",
			                            "a sum needs a meter that sums");
		return ERR_NONE;
	case FOLD_DISTINCT:
		return ERR_NONE;
	case FOLD_ACCESS:
		return rule_access_check(place, rule);
	}
	return catalog_place_refuse(place, "fold", "this is no fold");
}

/* A crowd says how many of a month up to any hour, and nobody's name. */
static enum err
rule_crowd_check(const struct place *place, const struct catalog_module *module,
                 const struct catalog_rule *rule)
{
	if (place->catalog->meters[rule->active_meter].kind != SERIES_DISTINCT)
		return ERR_NONE;
	if (rule->fold != FOLD_DISTINCT)
		return catalog_place_refuse(place, "active",
		                            "different ones are only counted (fold: distinct)");
	if (module->window != WINDOW_MONTH_TO_DATE)
		return catalog_place_refuse(place, "active",
		                            "different ones are counted by the month to date");
	if (rule->row_kind.size > 0)
		return catalog_place_refuse(place, "row_kind", "different ones have no rows");
	if (rule->name_meter != -1)
		return catalog_place_refuse(place, "named_by", "different ones have no names");
	return ERR_NONE;
}

static bool
meter_is_latest(const struct catalog *catalog, int32_t meter, bool with_text)
{
	const struct catalog_meter *row = &catalog->meters[meter];

	return row->kind == SERIES_LATEST && (!with_text || row->value_field != -1);
}

static enum err
rule_link_check(const struct place *place, const struct catalog_module *module,
                const struct catalog_rule *rule)
{
	const struct catalog *catalog = place->catalog;

	if (rule->link_meter == -1)
		return ERR_NONE;
	if (!meter_is_latest(catalog, rule->link_meter, true))
		return catalog_place_refuse(place, "link", "the meter must keep the latest text");
	if (rule->link_rule < (int32_t)module->rules_first ||
	    rule->link_rule >= (int32_t)(module->rules_first + module->rules_count))
		return catalog_place_refuse(place, "link", "there is no such part in the module");

	const struct catalog_rule *target = &catalog->rules[rule->link_rule];
	if (target == rule || target->link_meter != -1)
		return catalog_place_refuse(place, "link",
		                            "a link may not lead to a part that links");
	if (target->fold != FOLD_PERCENTILE || rule->fold != FOLD_PERCENTILE)
		return catalog_place_refuse(place, "link", "only percentiles can be linked");
	if (rule->link_setting.size == 0)
		return catalog_place_refuse(place, "link",
		                            "the setting that turns the link on is empty");
	return ERR_NONE;
}

static enum err
rule_meters_check(const struct place *place, const struct catalog_rule *rule)
{
	const struct catalog *catalog = place->catalog;

	if (rule->active_meter < 0 || (uint32_t)rule->active_meter >= catalog->meters_count)
		return catalog_place_refuse(place, "active", "there is no such meter");

	const struct catalog_meter *active = &catalog->meters[rule->active_meter];
	if (active->kind == SERIES_GAUGE)
		return catalog_place_refuse(place, "active",
		                            "gauge reports do not make a key active");
	if (active->kind == SERIES_SUM && rule->fold != FOLD_SUM)
		return catalog_place_refuse(place, "active", "a sum does not make a key active");
	enum err err = rule_meter_check(place, "gauge", rule->gauge_meter, active);
	if (!err)
		err = rule_meter_check(place, "ended_by", rule->ended_meter, active);
	if (!err)
		err = rule_meter_check(place, "named_by", rule->name_meter, active);
	if (!err)
		err = rule_meter_check(place, "link", rule->link_meter, active);
	if (!err)
		err = rule_meter_check(place, "revoked_by", rule->revoked_meter, active);
	if (err)
		return err;
	if (rule->item.size > 0 && active->item_field == -1)
		return catalog_place_refuse(place, "item", "the keys of active have no item");
	if (rule->ended_meter != -1 && catalog->meters[rule->ended_meter].kind != SERIES_LATEST &&
	    catalog->meters[rule->ended_meter].kind != SERIES_COUNT)
		return catalog_place_refuse(place, "ended_by", "a gauge cannot end a life");
	if (rule->name_meter != -1 && !meter_is_latest(catalog, rule->name_meter, true))
		return catalog_place_refuse(place, "named_by",
		                            "the meter must keep the latest text");
	return ERR_NONE;
}

static enum err
rule_check(const struct place *place, const struct catalog_module *module,
           const struct catalog_rule *rule)
{
	enum err err = catalog_name_check(place, "part", rule->part);

	if (err)
		return err;
	for (const struct catalog_rule *other = &place->catalog->rules[module->rules_first];
	     other < rule; other++) {
		if (span_equal(other->part, rule->part))
			return catalog_place_refuse(place, "part", "the part stands here twice");
	}
	if (!span_equal(rule->module, module->name))
		return catalog_place_refuse(place, "", "the rule belongs to another module");
	err = rule_meters_check(place, rule);
	if (!err)
		err = catalog_number_check(place, "per", rule->per, 1);
	if (!err)
		err = catalog_number_check(place, "least", rule->least, 0);
	if (!err)
		err = catalog_number_check(place, "total_per", rule->total_per, 1);
	if (!err)
		err = rule_fold_check(place, rule);
	if (!err)
		err = rule_columns_check(place, rule);
	if (!err)
		err = rule_crowd_check(place, module, rule);
	if (!err)
		err = rule_link_check(place, module, rule);
	if (err)
		return err;
	if (rule->class_fallback.size > 0 &&
	    !catalog_class_known(place->catalog, rule->class_fallback))
		return catalog_place_refuse(place, "class_fallback",
		                            "no deployment type has this class");
	return ERR_NONE;
}

enum err
catalog_window_check(const struct place *place, enum window_kind window, int32_t days)
{
	if (window == WINDOW_ROLLING_DAYS && (days < 1 || days > CATALOG_WINDOW_DAYS_MAX))
		return catalog_place_refuse(place, "window", "a rolling window has 1 to 366 days");
	if (window != WINDOW_ROLLING_DAYS && days != 0)
		return catalog_place_refuse(place, "window", "only a rolling window has days");
	return ERR_NONE;
}

/* The figures of a module stand together, and no contract has two of one unit. */
static enum err
module_place_check(const struct place *place, const struct catalog_module *module)
{
	const struct catalog_module *first = catalog_module_find(place->catalog, module->name);

	for (const struct catalog_module *other = first; other < module; other++) {
		if (!span_equal(other->name, module->name))
			return catalog_place_refuse(place, "name",
			                            "the figures of a module stand together");
		if (span_equal(other->unit, module->unit) &&
		    (other->when == module->when || other->when == WHEN_ALWAYS ||
		     module->when == WHEN_ALWAYS))
			return catalog_place_refuse(place, "name", "the module stands here twice");
	}
	return ERR_NONE;
}

static enum err
module_owned_check(const struct place *place, const struct catalog_module *module)
{
	const struct catalog_owned *owned = &module->owned;

	if (owned->of == OWNED_SPEND)
		return owned->times == 1 && owned->per == 1 && !owned->addon
		               ? ERR_NONE
		               : catalog_place_refuse(place, "owned", "a spend is owned as it is");
	enum err err = catalog_number_check(place, "owned", owned->times, 1);
	return err ? err : catalog_number_check(place, "owned", owned->per, 1);
}

static enum err
module_check(const struct place *place, const struct catalog_module *module)
{
	enum err err = catalog_name_check(place, "name", module->name);

	if (!err)
		err = catalog_name_check(place, "unit", module->unit);
	if (err)
		return err;
	err = module_place_check(place, module);
	if (err)
		return err;
	if (catalog_known_module(place->catalog, module->name) < 0)
		return catalog_place_refuse(place, "name", "the module is none of known_modules");
	err = catalog_window_check(place, module->window, module->window_days);
	return err ? err : module_owned_check(place, module);
}

enum err
catalog_modules_check(const struct catalog *catalog, struct refusal *refusal)
{
	struct place place = { .catalog = catalog, .refusal = refusal, .section = "modules" };
	uint32_t     next  = 0;

	if (catalog->modules_count > CATALOG_MODULES_MAX)
		return catalog_place_refuse(&place, "", "there are more than 32 modules");
	if (catalog->rules_count > CATALOG_RULES_MAX)
		return catalog_place_refuse(&place, "", "there are more than 64 rules");
	for (place.index = 0; place.index < catalog->modules_count; place.index++) {
		const struct catalog_module *module = &catalog->modules[place.index];
		enum err                     err    = module_check(&place, module);
		if (err)
			return err;
		if (module->rules_first != next || module->rules_count == 0 ||
		    module->rules_count > catalog->rules_count - next)
			return catalog_place_refuse(&place, "rules",
			                            "the module needs rules of its own");

		place.inner = "rules";
		for (uint32_t i = 0; i < module->rules_count; i++) {
			place.inner_index = i;
			err               = rule_check(&place, module, &catalog->rules[next + i]);
			if (err)
				return err;
		}
		place.inner = NULL;
		next += module->rules_count;
	}
	return ERR_NONE;
}
