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
	    (meter->each_field == -1) != (active->each_field == -1))
		return catalog_place_refuse(place, column,
		                            "the key of the meter is not that of active");
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
		if (rule->row_kind.size > 0)
			return catalog_place_refuse(place, "row_kind", "a count has no rows");
		break;
	case FOLD_DISTINCT:
		break;
	}
	if (rule->gauge_meter != -1)
		return catalog_place_refuse(place, "gauge", "only a percentile reads a gauge");
	if (rule->ended_meter != -1)
		return catalog_place_refuse(place, "ended_by", "only a percentile knows lives");
	if (rule->fold == FOLD_COUNT && (rule->per != 1 || rule->least != 0))
		return catalog_place_refuse(place, "per", "a count is divided in total only");
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
	enum err err = rule_meter_check(place, "gauge", rule->gauge_meter, active);
	if (!err)
		err = rule_meter_check(place, "ended_by", rule->ended_meter, active);
	if (!err)
		err = rule_meter_check(place, "named_by", rule->name_meter, active);
	if (!err)
		err = rule_meter_check(place, "link", rule->link_meter, active);
	if (err)
		return err;
	if (rule->ended_meter != -1 && catalog->meters[rule->ended_meter].kind == SERIES_GAUGE)
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
		err = rule_link_check(place, module, rule);
	if (err)
		return err;
	if (rule->class_fallback.size > 0 &&
	    !catalog_class_known(place->catalog, rule->class_fallback))
		return catalog_place_refuse(place, "class_fallback",
		                            "no deployment type has this class");
	return ERR_NONE;
}

static enum err
module_check(const struct place *place, const struct catalog_module *module)
{
	enum err err = catalog_name_check(place, "name", module->name);

	if (!err)
		err = catalog_name_check(place, "unit", module->unit);
	if (err)
		return err;
	if (catalog_module_find(place->catalog, module->name) != module)
		return catalog_place_refuse(place, "name", "the module stands here twice");
	if (catalog_known_module(place->catalog, module->name) < 0)
		return catalog_place_refuse(place, "name", "the module is none of known_modules");
	if (module->window == WINDOW_ROLLING_DAYS &&
	    (module->window_days < 1 || module->window_days > CATALOG_WINDOW_DAYS_MAX))
		return catalog_place_refuse(place, "window", "a rolling window has 1 to 366 days");
	if (module->window != WINDOW_ROLLING_DAYS && module->window_days != 0)
		return catalog_place_refuse(place, "window", "only a rolling window has days");
	return catalog_number_check(place, "developers_per", module->developers_per, 1);
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
