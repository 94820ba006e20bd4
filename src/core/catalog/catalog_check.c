/* catalog_check.c - refuses a catalogue that the arithmetic could not use.
 *
 * Section by section in the order of the file; each refusal names the row as a path,
 * `modules[0].rules[2].per`, with which the reader of the file finds the line. */
#include "core/base/decimal.h"
#include "core/catalog/catalog_int.h"

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
enum err
catalog_place_refuse(const struct place *place, const char *column, const char *reason)
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

enum err
catalog_name_check(const struct place *place, const char *column, struct span name)
{
	if (name.size == 0)
		return catalog_place_refuse(place, column, "the name is empty");
	if (name.size > CATALOG_NAME_SIZE_MAX)
		return catalog_place_refuse(place, column, "the name is longer than 64 bytes");
	return ERR_NONE;
}

enum err
catalog_number_check(const struct place *place, const char *column, int64_t number, int64_t least)
{
	if (number < least)
		return catalog_place_refuse(place, column,
		                            least > 0 ? "the number must be at least 1"
		                                      : "the number must not be negative");
	if (number > CATALOG_NUMBER_MAX)
		return catalog_place_refuse(place, column, "the number is larger than 1000000000");
	return ERR_NONE;
}

static enum err
known_modules_check(const struct catalog *catalog, struct refusal *refusal)
{
	struct place place = { .catalog = catalog, .refusal = refusal, .section = "known_modules" };

	if (catalog->known_modules_count > CATALOG_MODULES_MAX)
		return catalog_place_refuse(&place, "", "there are more than 32 modules");
	for (place.index = 0; place.index < catalog->known_modules_count; place.index++) {
		struct span name = catalog->known_modules[place.index];
		enum err    err  = catalog_name_check(&place, "", name);
		if (err)
			return err;
		if (catalog_known_module(catalog, name) != (int32_t)place.index)
			return catalog_place_refuse(&place, "", "the module stands here twice");
	}
	return ERR_NONE;
}

static bool
listed(struct span word, const struct span *words, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (span_equal(words[i], word))
			return true;
	}
	return false;
}

/* Classes are words of the rules (L-12, L-13): a misspelt one would make services of
 * functions. */
static const struct span classes[] = {
	{ "container", 9 },
	{ "traditional", 11 },
	{ "serverless", 10 },
	{ "custom", 6 },
};

static enum err
deployments_check(const struct catalog *catalog, struct refusal *refusal)
{
	struct place place = { .catalog = catalog, .refusal = refusal, .section = "deployments" };

	for (place.index = 0; place.index < catalog->deployments_count; place.index++) {
		const struct catalog_deployment *row = &catalog->deployments[place.index];
		enum err err = catalog_name_check(&place, "type", row->name);
		if (err)
			return err;
		if (!listed(row->class, classes, sizeof(classes) / sizeof(classes[0])))
			return catalog_place_refuse(
				&place, "class",
				"a class is container, traditional, serverless or custom");
		for (uint32_t i = 0; i < place.index; i++) {
			if (span_equal(catalog->deployments[i].name, row->name))
				return catalog_place_refuse(
					&place, "type", "the deployment type stands here twice");
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
		enum err                      err = catalog_name_check(&place, "os", row->os);
		if (!err)
			err = catalog_name_check(&place, "size", row->size);
		if (!err)
			err = catalog_number_check(&place, "credits_per_minute",
			                           row->credits_per_minute, 1);
		if (err)
			return err;
		if (catalog_machine_find(catalog, row->os, row->size) != row)
			return catalog_place_refuse(&place, "size",
			                            "the machine stands here twice");
	}
	return ERR_NONE;
}

static enum err
fallback_check(const struct place *place, const struct catalog_field *field)
{
	int64_t millionths;

	if (field->fallback.size == 0)
		return ERR_NONE;
	if (field->required)
		return catalog_place_refuse(place, "default",
		                            "a required field cannot have a default");
	if (field->kind == FIELD_CHOICE &&
	    !listed(field->fallback, field->choices, field->choices_count))
		return catalog_place_refuse(place, "default", "the default is none of the choices");
	if (field->kind == FIELD_QUANTITY && decimal_parse(field->fallback, &millionths))
		return catalog_place_refuse(place, "default", "the default is not a quantity");
	if (field->kind == FIELD_FLAG || field->kind == FIELD_LIST)
		return catalog_place_refuse(place, "default",
		                            "a flag or list cannot have a default");
	return ERR_NONE;
}

static enum err
field_check(const struct place *place, const struct catalog_type *type, uint32_t index)
{
	const struct catalog_field *field = &type->fields[index];
	enum err                    err   = catalog_name_check(place, "name", field->name);

	if (err)
		return err;
	if (catalog_field_find(type, field->name) != (int32_t)index)
		return catalog_place_refuse(place, "name", "the field stands here twice");
	if (field->kind == FIELD_CHOICE && field->choices_count == 0)
		return catalog_place_refuse(place, "choices", "a choice needs choices");
	if (field->kind != FIELD_CHOICE && field->choices_count > 0)
		return catalog_place_refuse(place, "choices", "only a choice has choices");
	for (uint32_t i = 0; i < field->choices_count; i++) {
		err = catalog_name_check(place, "choices", field->choices[i]);
		if (err)
			return err;
	}
	if (field->is_email && field->kind != FIELD_TEXT)
		return catalog_place_refuse(place, "email", "only a text can be an e-mail");
	for (uint32_t i = 0; field->kind == FIELD_LIST && i < index; i++) {
		if (type->fields[i].kind == FIELD_LIST)
			return catalog_place_refuse(place, "kind", "a type has at most one list");
	}
	return fallback_check(place, field);
}

static enum err
types_check(const struct catalog *catalog, struct refusal *refusal)
{
	struct place place = { .catalog = catalog, .refusal = refusal, .section = "types" };

	if (catalog->types_count > CATALOG_TYPES_MAX)
		return catalog_place_refuse(&place, "", "there are more than 128 types");
	for (place.index = 0; place.index < catalog->types_count; place.index++) {
		const struct catalog_type *type = &catalog->types[place.index];
		enum err                   err  = catalog_name_check(&place, "type", type->name);
		if (err)
			return err;
		if (catalog_type_find(catalog, type->name) != type)
			return catalog_place_refuse(&place, "type", "the type stands here twice");
		if (type->index != place.index)
			return catalog_place_refuse(&place, "", "the row does not know its place");
		if (type->fields_count > CATALOG_FIELDS_MAX)
			return catalog_place_refuse(&place, "fields",
			                            "the type has more than 12 fields");

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

/* Different ones are told apart by one text, for the account as a whole. */
static enum err
meter_crowd_check(const struct place *place, const struct catalog_meter *meter)
{
	if (meter->value_field != -1)
		return catalog_place_refuse(place, "value", "a distinct has no value");
	if (meter->key_field == KEY_NOTHING)
		return catalog_place_refuse(place, "key", "a distinct needs a key");
	if (meter->org_field != -1 || meter->project_field != -1 || meter->each_field != -1 ||
	    meter->item_field != -1 || meter->split_fields[0] != -1 || meter->split_fields[1] != -1)
		return catalog_place_refuse(place, "key",
		                            "a distinct is of the account, by its key alone");
	return ERR_NONE;
}

static enum err
meter_value_check(const struct place *place, const struct catalog_meter *meter)
{
	const struct catalog_field *value = meter_field(place->catalog, meter, meter->value_field);

	switch (meter->kind) {
	case SERIES_GAUGE:
		if (!value || value->kind != FIELD_QUANTITY)
			return catalog_place_refuse(place, "value",
			                            "a gauge needs a quantity as its value");
		return ERR_NONE;
	case SERIES_SUM:
		if (!value || value->kind != FIELD_QUANTITY)
			return catalog_place_refuse(place, "value",
			                            "a sum needs a quantity as its value");
		return ERR_NONE;
	case SERIES_LATEST:
		if (meter->value_field != -1 && !field_is_text(value) &&
		    (!value || value->kind != FIELD_FLAG))
			return catalog_place_refuse(place, "value",
			                            "the value of a latest must be a text or flag");
		return ERR_NONE;
	case SERIES_COUNT:
		if (meter->value_field != -1)
			return catalog_place_refuse(place, "value", "a count has no value");
		return ERR_NONE;
	case SERIES_DISTINCT:
		return meter_crowd_check(place, meter);
	}
	return catalog_place_refuse(place, "keeps", "this is not a kind of series");
}

bool
catalog_class_known(const struct catalog *catalog, struct span class)
{
	for (uint32_t i = 0; i < catalog->deployments_count; i++) {
		if (span_equal(catalog->deployments[i].class, class))
			return true;
	}
	return false;
}

/* Only of known deployment types is there a class to compare with. */
static bool
field_is_deployment(const struct catalog *catalog, const struct catalog_field *field)
{
	for (uint32_t i = 0; i < field->choices_count; i++) {
		if (catalog_class_of(catalog, field->choices[i]).size == 0)
			return false;
	}
	return field->kind == FIELD_CHOICE;
}

static enum err
condition_values_check(const struct place *place, const struct catalog_condition *condition)
{
	bool class = condition->ask == ASK_CLASS || condition->ask == ASK_CLASS_NOT;

	if (condition->values_count == 0)
		return catalog_place_refuse(place, "where", "a value to compare with is needed");
	for (uint32_t i = 0; i < condition->values_count; i++) {
		if (condition->values[i].size == 0)
			return catalog_place_refuse(place, "where",
			                            "the value to compare with is empty");
		if (class && !catalog_class_known(place->catalog, condition->values[i]))
			return catalog_place_refuse(place, "where",
			                            "no deployment type has this class");
	}
	return ERR_NONE;
}

static enum err
condition_check(const struct place *place, const struct catalog_meter *meter,
                const struct catalog_condition *condition)
{
	const struct catalog_field *field = meter_field(place->catalog, meter, condition->field);
	enum condition_ask          ask   = condition->ask;

	if (!field || field->kind == FIELD_LIST)
		return catalog_place_refuse(place, "where",
		                            "the field must be one of the type, and no list");
	if ((unsigned)ask > ASK_ABOVE)
		return catalog_place_refuse(place, "where", "this is no condition");
	if (ask == ASK_PRESENT)
		return ERR_NONE;
	if (ask == ASK_ABOVE && field->kind != FIELD_QUANTITY)
		return catalog_place_refuse(place, "where",
		                            "only a quantity can be above a number");
	if (field->kind == FIELD_QUANTITY && (ask == ASK_CLASS || ask == ASK_CLASS_NOT))
		return catalog_place_refuse(place, "where", "a quantity has no class");
	if ((ask == ASK_CLASS || ask == ASK_CLASS_NOT) &&
	    !field_is_deployment(place->catalog, field))
		return catalog_place_refuse(place, "where", "only a deployment type has a class");
	if (field->kind == FIELD_QUANTITY)
		return ERR_NONE;
	return condition_values_check(place, condition);
}

static enum err
meter_where_check(const struct place *place, const struct catalog_meter *meter)
{
	if (meter->where_count > CATALOG_WHERE_MAX)
		return catalog_place_refuse(place, "where", "there are more than 4 conditions");
	for (uint32_t i = 0; i < meter->where_count; i++) {
		enum err err = condition_check(place, meter, &meter->where[i]);
		if (err)
			return err;
	}
	return ERR_NONE;
}

static enum err
meter_key_check(const struct place *place, const struct catalog_meter *meter)
{
	const struct catalog       *catalog = place->catalog;
	const struct catalog_field *each    = meter_field(catalog, meter, meter->each_field);

	if (meter->each_field != -1 && (!each || each->kind != FIELD_LIST))
		return catalog_place_refuse(place, "each", "the field must be a list of the type");
	if (meter->key_field != KEY_SUBJECT && meter->key_field != KEY_NOTHING &&
	    !field_is_text(meter_field(catalog, meter, meter->key_field)))
		return catalog_place_refuse(place, "key", "the field must be a text of the type");
	if (meter->item_field != -1 &&
	    !field_is_text(meter_field(catalog, meter, meter->item_field)))
		return catalog_place_refuse(place, "item", "the field must be a text of the type");
	if (meter->item_field != -1 && meter->each_field != -1)
		return catalog_place_refuse(place, "item", "a key has one item: each or item");
	if (meter->org_field != -1 && !field_is_text(meter_field(catalog, meter, meter->org_field)))
		return catalog_place_refuse(place, "org", "the field must be a text of the type");
	if (meter->project_field != -1 &&
	    !field_is_text(meter_field(catalog, meter, meter->project_field)))
		return catalog_place_refuse(place, "project",
		                            "the field must be a text of the type");

	for (uint32_t i = 0; i < 2; i++) {
		if (meter->split_fields[i] == -1)
			continue;
		if (meter->kind != SERIES_GAUGE)
			return catalog_place_refuse(place, "split", "only a gauge is split");
		if (!field_is_text(meter_field(catalog, meter, meter->split_fields[i])))
			return catalog_place_refuse(place, "split",
			                            "the field must be a text of the type");
	}
	return ERR_NONE;
}

static enum err
meters_check(const struct catalog *catalog, struct refusal *refusal)
{
	struct place place = { .catalog = catalog, .refusal = refusal, .section = "meters" };

	if (catalog->meters_count > CATALOG_METERS_MAX)
		return catalog_place_refuse(&place, "", "there are more than 64 meters");
	for (place.index = 0; place.index < catalog->meters_count; place.index++) {
		const struct catalog_meter *meter = &catalog->meters[place.index];
		enum err                    err   = catalog_name_check(&place, "name", meter->name);
		if (err)
			return err;
		for (uint32_t i = 0; i < place.index; i++) {
			if (span_equal(catalog->meters[i].name, meter->name))
				return catalog_place_refuse(&place, "name",
				                            "the meter stands here twice");
		}
		if (meter->index != place.index)
			return catalog_place_refuse(&place, "", "the row does not know its place");
		if (meter->type >= catalog->types_count)
			return catalog_place_refuse(&place, "reads", "there is no such type");
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
		err = catalog_modules_check(catalog, refusal);
	if (!err)
		err = catalog_alternatives_check(catalog, refusal);
	if (!err)
		err = catalog_plans_check(catalog, refusal);
	if (!err)
		err = catalog_categories_check(catalog, refusal);
	if (!err)
		err = catalog_cards_check(catalog, refusal);
	return err;
}
