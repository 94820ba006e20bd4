/* catalog_check.c - refuses a catalogue that the arithmetic could not use.
 *
 * Section by section in the order of the file; each refusal names the row as a path,
 * `modules[0].rules[2].per`, with which the reader of the file finds the line. */
#include "core/base/decimal.h"
#include "core/catalog/catalog.h"

/* The row that is being looked at: `section[index]`, and a row within it. */
struct place {
	const struct catalog *catalog;
	struct refusal       *refusal;
	const char           *section;
	uint32_t              index;
	const char           *inner; /* NULL: none */
	uint32_t              inner_index;
};

struct path {
	char   bytes[REFUSAL_FIELD_SIZE];
	size_t size;
};

static void
path_add(struct path *path, const char *text)
{
	for (; *text != '\0' && path->size < sizeof(path->bytes); text++)
		path->bytes[path->size++] = *text;
}

static void
path_add_row(struct path *path, const char *section, uint32_t index)
{
	char   digits[12];
	size_t at = sizeof(digits) - 1;

	digits[at] = '\0';
	do {
		digits[--at] = (char)('0' + index % 10);
		index /= 10;
	} while (index > 0);

	path_add(path, section);
	path_add(path, "[");
	path_add(path, digits + at);
	path_add(path, "]");
}

/* Refuses the column of the place; an empty column is the row itself. */
static enum err
place_refuse(const struct place *place, const char *column, const char *reason)
{
	struct path path = { .size = 0 };

	path_add_row(&path, place->section, place->index);
	if (place->inner) {
		path_add(&path, ".");
		path_add_row(&path, place->inner, place->inner_index);
	}
	if (*column != '\0') {
		path_add(&path, ".");
		path_add(&path, column);
	}
	return refuse(place->refusal, ERR_CATALOG, (struct span){ path.bytes, path.size },
	              span_of(reason));
}

static enum err
name_check(const struct place *place, const char *column, struct span name)
{
	if (name.size == 0)
		return place_refuse(place, column, "the name is empty");
	if (name.size > CATALOG_NAME_SIZE_MAX)
		return place_refuse(place, column, "the name is longer than 64 bytes");
	return ERR_NONE;
}

static enum err
number_check(const struct place *place, const char *column, int64_t number, int64_t least)
{
	if (number < least)
		return place_refuse(place, column,
		                    least > 0 ? "the number must be at least 1"
		                              : "the number must not be negative");
	if (number > CATALOG_NUMBER_MAX)
		return place_refuse(place, column, "the number is larger than 1000000000");
	return ERR_NONE;
}

static enum err
known_modules_check(const struct catalog *catalog, struct refusal *refusal)
{
	struct place place = { .catalog = catalog, .refusal = refusal, .section = "known_modules" };

	if (catalog->known_modules_count > CATALOG_MODULES_MAX)
		return place_refuse(&place, "", "there are more than 32 modules");
	for (place.index = 0; place.index < catalog->known_modules_count; place.index++) {
		struct span name = catalog->known_modules[place.index];
		enum err    err  = name_check(&place, "", name);
		if (err)
			return err;
		if (catalog_known_module(catalog, name) != (int32_t)place.index)
			return place_refuse(&place, "", "the module stands here twice");
	}
	return ERR_NONE;
}

static enum err
deployments_check(const struct catalog *catalog, struct refusal *refusal)
{
	struct place place = { .catalog = catalog, .refusal = refusal, .section = "deployments" };

	for (place.index = 0; place.index < catalog->deployments_count; place.index++) {
		const struct catalog_deployment *row = &catalog->deployments[place.index];
		enum err                         err = name_check(&place, "type", row->name);
		if (!err)
			err = name_check(&place, "class", row->class);
		if (err)
			return err;
		for (uint32_t i = 0; i < place.index; i++) {
			if (span_equal(catalog->deployments[i].name, row->name))
				return place_refuse(&place, "type",
				                    "the deployment type stands here twice");
		}
	}
	return ERR_NONE;
}

static enum err
machines_check(const struct catalog *catalog, struct refusal *refusal)
{
	struct place place = { .catalog = catalog, .refusal = refusal, .section = "machines" };

	for (place.index = 0; place.index < catalog->machines_count; place.index++) {
		const struct catalog_machine *row = &catalog->machines[place.index];
		enum err                      err = name_check(&place, "os", row->os);
		if (!err)
			err = name_check(&place, "size", row->size);
		if (!err)
			err = number_check(&place, "credits_per_minute", row->credits_per_minute, 1);
		if (err)
			return err;
		if (catalog_machine_find(catalog, row->os, row->size) != row)
			return place_refuse(&place, "size", "the machine stands here twice");
	}
	return ERR_NONE;
}

static bool
choice_known(const struct catalog_field *field, struct span choice)
{
	for (uint32_t i = 0; i < field->choices_count; i++) {
		if (span_equal(field->choices[i], choice))
			return true;
	}
	return false;
}

static enum err
fallback_check(const struct place *place, const struct catalog_field *field)
{
	int64_t millionths;

	if (field->fallback.size == 0)
		return ERR_NONE;
	if (field->required)
		return place_refuse(place, "default", "a required field cannot have a default");
	if (field->kind == FIELD_CHOICE && !choice_known(field, field->fallback))
		return place_refuse(place, "default", "the default is none of the choices");
	if (field->kind == FIELD_QUANTITY && decimal_parse(field->fallback, &millionths))
		return place_refuse(place, "default", "the default is not a quantity");
	if (field->kind == FIELD_FLAG || field->kind == FIELD_LIST)
		return place_refuse(place, "default", "a flag or list cannot have a default");
	return ERR_NONE;
}

static enum err
field_check(const struct place *place, const struct catalog_type *type, uint32_t index)
{
	const struct catalog_field *field = &type->fields[index];
	enum err                    err   = name_check(place, "name", field->name);

	if (err)
		return err;
	if (catalog_field_find(type, field->name) != (int32_t)index)
		return place_refuse(place, "name", "the field stands here twice");
	if (field->kind == FIELD_CHOICE && field->choices_count == 0)
		return place_refuse(place, "choices", "a choice needs choices");
	if (field->kind != FIELD_CHOICE && field->choices_count > 0)
		return place_refuse(place, "choices", "only a choice has choices");
	for (uint32_t i = 0; i < field->choices_count; i++) {
		err = name_check(place, "choices", field->choices[i]);
		if (err)
			return err;
	}
	for (uint32_t i = 0; field->kind == FIELD_LIST && i < index; i++) {
		if (type->fields[i].kind == FIELD_LIST)
			return place_refuse(place, "kind", "a type has at most one list");
	}
	return fallback_check(place, field);
}

static enum err
types_check(const struct catalog *catalog, struct refusal *refusal)
{
	struct place place = { .catalog = catalog, .refusal = refusal, .section = "types" };

	if (catalog->types_count > CATALOG_TYPES_MAX)
		return place_refuse(&place, "", "there are more than 128 types");
	for (place.index = 0; place.index < catalog->types_count; place.index++) {
		const struct catalog_type *type = &catalog->types[place.index];
		enum err                   err  = name_check(&place, "type", type->name);
		if (err)
			return err;
		if (catalog_type_find(catalog, type->name) != type)
			return place_refuse(&place, "type", "the type stands here twice");
		if (type->index != place.index)
			return place_refuse(&place, "", "the row does not know its place");
		if (type->fields_count > CATALOG_FIELDS_MAX)
			return place_refuse(&place, "fields", "the type has more than 12 fields");

		place.inner = "fields";
		for (place.inner_index = 0; place.inner_index < type->fields_count;
		     place.inner_index++) {
			err = field_check(&place, type, place.inner_index);
			if (err)
				return err;
		}
		place.inner = NULL;
	}
	return ERR_NONE;
}

/* The field of the type, NULL when index is -1 or no field of it. */
static const struct catalog_field *
meter_field(const struct catalog *catalog, const struct catalog_meter *meter, int32_t index)
{
	const struct catalog_type *type = &catalog->types[meter->type];

	return index >= 0 && (uint32_t)index < type->fields_count ? &type->fields[index] : NULL;
}

static bool
field_is_text(const struct catalog_field *field)
{
	return field && (field->kind == FIELD_TEXT || field->kind == FIELD_CHOICE);
}

static enum err
meter_value_check(const struct place *place, const struct catalog_meter *meter)
{
	const struct catalog_field *value =
	        meter_field(place->catalog, meter, meter->value_field);

	switch (meter->kind) {
	case SERIES_GAUGE:
		if (!value || value->kind != FIELD_QUANTITY)
			return place_refuse(place, "value", "a gauge needs a quantity as its value");
		return ERR_NONE;
	case SERIES_LATEST:
		if (meter->value_field != -1 && !field_is_text(value))
			return place_refuse(place, "value", "the value of a latest must be a text");
		return ERR_NONE;
	case SERIES_COUNT:
		if (meter->value_field != -1)
			return place_refuse(place, "value", "a count has no value");
		return ERR_NONE;
	}
	return place_refuse(place, "keeps", "this is not a kind of series");
}

static bool
class_known(const struct catalog *catalog, struct span class)
{
	for (uint32_t i = 0; i < catalog->deployments_count; i++) {
		if (span_equal(catalog->deployments[i].class, class))
			return true;
	}
	return false;
}

static enum err
meter_where_check(const struct place *place, const struct catalog_meter *meter)
{
	if (meter->where_field == -1)
		return ERR_NONE;
	if (!field_is_text(meter_field(place->catalog, meter, meter->where_field)))
		return place_refuse(place, "where", "the field must be a text of the type");
	if (meter->where_class && !class_known(place->catalog, meter->where_value))
		return place_refuse(place, "where", "no deployment type has this class");
	if (meter->where_value.size == 0 && !meter->where_not)
		return place_refuse(place, "where", "the value to compare with is empty");
	return ERR_NONE;
}

static enum err
meter_key_check(const struct place *place, const struct catalog_meter *meter)
{
	const struct catalog       *catalog = place->catalog;
	const struct catalog_field *each    = meter_field(catalog, meter, meter->each_field);

	if (meter->each_field != -1 && (!each || each->kind != FIELD_LIST))
		return place_refuse(place, "each", "the field must be a list of the type");
	if (meter->org_field != -1 && !field_is_text(meter_field(catalog, meter, meter->org_field)))
		return place_refuse(place, "org", "the field must be a text of the type");
	if (meter->project_field != -1 &&
	    !field_is_text(meter_field(catalog, meter, meter->project_field)))
		return place_refuse(place, "project", "the field must be a text of the type");

	for (uint32_t i = 0; i < 2; i++) {
		if (meter->split_fields[i] == -1)
			continue;
		if (meter->kind != SERIES_GAUGE)
			return place_refuse(place, "split", "only a gauge is split");
		if (!field_is_text(meter_field(catalog, meter, meter->split_fields[i])))
			return place_refuse(place, "split", "the field must be a text of the type");
	}
	return ERR_NONE;
}

static enum err
meters_check(const struct catalog *catalog, struct refusal *refusal)
{
	struct place place = { .catalog = catalog, .refusal = refusal, .section = "meters" };

	if (catalog->meters_count > CATALOG_METERS_MAX)
		return place_refuse(&place, "", "there are more than 64 meters");
	for (place.index = 0; place.index < catalog->meters_count; place.index++) {
		const struct catalog_meter *meter = &catalog->meters[place.index];
		enum err                    err   = name_check(&place, "name", meter->name);
		if (err)
			return err;
		for (uint32_t i = 0; i < place.index; i++) {
			if (span_equal(catalog->meters[i].name, meter->name))
				return place_refuse(&place, "name", "the meter stands here twice");
		}
		if (meter->index != place.index)
			return place_refuse(&place, "", "the row does not know its place");
		if (meter->type >= catalog->types_count)
			return place_refuse(&place, "reads", "there is no such type");
		err = meter_value_check(&place, meter);
		if (!err)
			err = meter_where_check(&place, meter);
		if (!err)
			err = meter_key_check(&place, meter);
		if (err)
			return err;
	}
	return ERR_NONE;
}

/* A meter of a rule must count the same keys as the rule's active meter. */
static enum err
rule_meter_check(const struct place *place, const char *column, int32_t index,
                 const struct catalog_meter *active)
{
	if (index == -1)
		return ERR_NONE;
	if (index < 0 || (uint32_t)index >= place->catalog->meters_count)
		return place_refuse(place, column, "there is no such meter");

	const struct catalog_meter *meter = &place->catalog->meters[index];
	if ((meter->org_field == -1) != (active->org_field == -1) ||
	    (meter->project_field == -1) != (active->project_field == -1) ||
	    (meter->each_field == -1) != (active->each_field == -1))
		return place_refuse(place, column, "the key of the meter is not that of active");
	return ERR_NONE;
}

static enum err
rule_fold_check(const struct place *place, const struct catalog_rule *rule)
{
	const struct catalog_meter *meters = place->catalog->meters;

	switch (rule->fold) {
	case FOLD_PERCENTILE:
		if (rule->percentile < 1 || rule->percentile > 100)
			return place_refuse(place, "percentile", "a percentile is 1 to 100");
		if (rule->gauge_meter == -1)
			return place_refuse(place, "gauge", "a percentile needs a gauge");
		if (meters[rule->gauge_meter].kind != SERIES_GAUGE)
			return place_refuse(place, "gauge", "the meter is not a gauge");
		return ERR_NONE;
	case FOLD_COUNT:
		if (meters[rule->active_meter].kind != SERIES_COUNT)
			return place_refuse(place, "active", "a count needs a meter that counts");
		if (rule->row_kind.size > 0)
			return place_refuse(place, "row_kind", "a count has no rows");
		break;
	case FOLD_DISTINCT:
		break;
	}
	if (rule->gauge_meter != -1)
		return place_refuse(place, "gauge", "only a percentile reads a gauge");
	if (rule->ended_meter != -1)
		return place_refuse(place, "ended_by", "only a percentile knows lives");
	if (rule->fold == FOLD_COUNT && (rule->per != 1 || rule->least != 0))
		return place_refuse(place, "per", "a count is divided in total only");
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
		return place_refuse(place, "link", "the meter must keep the latest text");
	if (rule->link_rule < (int32_t)module->rules_first ||
	    rule->link_rule >= (int32_t)(module->rules_first + module->rules_count))
		return place_refuse(place, "link", "there is no such part in the module");

	const struct catalog_rule *target = &catalog->rules[rule->link_rule];
	if (target == rule || target->link_meter != -1)
		return place_refuse(place, "link", "a link may not lead to a part that links");
	if (target->fold != FOLD_PERCENTILE || rule->fold != FOLD_PERCENTILE)
		return place_refuse(place, "link", "only percentiles can be linked");
	if (rule->link_setting.size == 0)
		return place_refuse(place, "link", "the setting that turns the link on is empty");
	return ERR_NONE;
}

static enum err
rule_meters_check(const struct place *place, const struct catalog_rule *rule)
{
	const struct catalog *catalog = place->catalog;

	if (rule->active_meter < 0 || (uint32_t)rule->active_meter >= catalog->meters_count)
		return place_refuse(place, "active", "there is no such meter");

	const struct catalog_meter *active = &catalog->meters[rule->active_meter];
	if (active->kind == SERIES_GAUGE)
		return place_refuse(place, "active", "gauge reports do not make a key active");
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
		return place_refuse(place, "ended_by", "a gauge cannot end a life");
	if (rule->name_meter != -1 && !meter_is_latest(catalog, rule->name_meter, true))
		return place_refuse(place, "named_by", "the meter must keep the latest text");
	return ERR_NONE;
}

static enum err
rule_check(const struct place *place, const struct catalog_module *module,
           const struct catalog_rule *rule)
{
	enum err err = name_check(place, "part", rule->part);

	if (err)
		return err;
	for (const struct catalog_rule *other = &place->catalog->rules[module->rules_first];
	     other < rule; other++) {
		if (span_equal(other->part, rule->part))
			return place_refuse(place, "part", "the part stands here twice");
	}
	if (!span_equal(rule->module, module->name))
		return place_refuse(place, "", "the rule belongs to another module");
	err = rule_meters_check(place, rule);
	if (!err)
		err = number_check(place, "per", rule->per, 1);
	if (!err)
		err = number_check(place, "least", rule->least, 0);
	if (!err)
		err = number_check(place, "total_per", rule->total_per, 1);
	if (!err)
		err = rule_fold_check(place, rule);
	if (!err)
		err = rule_link_check(place, module, rule);
	if (err)
		return err;
	if (rule->class_fallback.size > 0 && !class_known(place->catalog, rule->class_fallback))
		return place_refuse(place, "class_fallback", "no deployment type has this class");
	return ERR_NONE;
}

static enum err
module_check(const struct place *place, const struct catalog_module *module)
{
	enum err err = name_check(place, "name", module->name);

	if (!err)
		err = name_check(place, "unit", module->unit);
	if (err)
		return err;
	if (catalog_module_find(place->catalog, module->name) != module)
		return place_refuse(place, "name", "the module stands here twice");
	if (catalog_known_module(place->catalog, module->name) < 0)
		return place_refuse(place, "name", "the module is none of known_modules");
	if (module->window == WINDOW_ROLLING_DAYS &&
	    (module->window_days < 1 || module->window_days > CATALOG_WINDOW_DAYS_MAX))
		return place_refuse(place, "window", "a rolling window has 1 to 366 days");
	if (module->window != WINDOW_ROLLING_DAYS && module->window_days != 0)
		return place_refuse(place, "window", "only a rolling window has days");
	return number_check(place, "developers_per", module->developers_per, 1);
}

static enum err
modules_check(const struct catalog *catalog, struct refusal *refusal)
{
	struct place place = { .catalog = catalog, .refusal = refusal, .section = "modules" };
	uint32_t     next  = 0;

	if (catalog->modules_count > CATALOG_MODULES_MAX)
		return place_refuse(&place, "", "there are more than 32 modules");
	if (catalog->rules_count > CATALOG_RULES_MAX)
		return place_refuse(&place, "", "there are more than 64 rules");
	for (place.index = 0; place.index < catalog->modules_count; place.index++) {
		const struct catalog_module *module = &catalog->modules[place.index];
		enum err                     err    = module_check(&place, module);
		if (err)
			return err;
		if (module->rules_first != next || module->rules_count == 0 ||
		    module->rules_count > catalog->rules_count - next)
			return place_refuse(&place, "rules", "the module needs rules of its own");

		place.inner = "rules";
		for (uint32_t i = 0; i < module->rules_count; i++) {
			place.inner_index = i;
			err = rule_check(&place, module, &catalog->rules[next + i]);
			if (err)
				return err;
		}
		place.inner = NULL;
		next += module->rules_count;
	}
	return ERR_NONE;
}

enum err
catalog_check(const struct catalog *catalog, struct refusal *refusal)
{
	if (catalog->name.size == 0)
		return refuse(refusal, ERR_CATALOG, SPAN("name"), SPAN("the name is empty"));

	enum err err = known_modules_check(catalog, refusal);
	if (!err)
		err = deployments_check(catalog, refusal);
	if (!err)
		err = machines_check(catalog, refusal);
	if (!err)
		err = types_check(catalog, refusal);
	if (!err)
		err = meters_check(catalog, refusal);
	if (!err)
		err = modules_check(catalog, refusal);
	return err;
}
