/* yaml_catalog.c - reads the catalogue from YAML into const rows.
 *
 * Three steps: libcyaml reads the text by its schema (yaml_load.c); here the rows are
 * copied into the arena, names becoming indices; catalog_check() looks at the result. */
#include "edge/doc/yaml_catalog.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/base/decimal.h"
#include "edge/doc/yaml_int.h"

void
resolver_at(struct resolver *resolver, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(resolver->path, sizeof(resolver->path), format, arguments);
	va_end(arguments);
}

enum err
resolver_refuse(const struct resolver *resolver, const char *column, const char *reason,
                const char *word)
{
	char     path[2 * REFUSAL_FIELD_SIZE];
	char     detail[REFUSAL_DETAIL_SIZE];
	uint32_t line;

	snprintf(path, sizeof(path), "%s.%s", resolver->path, column);
	line = yaml_line_of(resolver->yaml, path);
	snprintf(detail, sizeof(detail), "line %u: %s `%s`", line, reason, word);
	return refuse(resolver->refusal, ERR_CATALOG, span_of(path), span_of(detail));
}

struct span
resolver_text(const struct resolver *resolver, const char *text)
{
	return text ? arena_copy(resolver->arena, span_of(text)) : (struct span){ 0 };
}

const struct span *
resolver_texts(const struct resolver *resolver, char *const *texts, uint32_t count)
{
	struct span *spans = ARENA_ARRAY(resolver->arena, struct span, count);

	for (uint32_t i = 0; i < count; i++)
		spans[i] = resolver_text(resolver, texts[i]);
	return spans;
}

enum err
resolver_number(const struct resolver *resolver, const char *column, const char *text,
                int64_t *number)
{
	int64_t value = 0;

	if (!text) {
		*number = 0;
		return ERR_NONE;
	}
	for (const char *at = text; *at != '\0'; at++) {
		if (*at < '0' || *at > '9' || at - text >= 18)
			return resolver_refuse(resolver, column, "not a whole number:", text);
		value = value * 10 + (*at - '0');
	}
	*number = value;
	return ERR_NONE;
}

int32_t
resolver_meter(const struct resolver *resolver, const char *name)
{
	for (uint32_t i = 0; i < resolver->catalog->meters_count; i++) {
		if (span_equal(resolver->catalog->meters[i].name, span_of(name)))
			return (int32_t)i;
	}
	return -1;
}

static void
resolve_deployments(struct resolver *resolver)
{
	const struct file_catalog *file  = resolver->file;
	uint32_t                   count = file->deployments_count;
	struct catalog_deployment *rows =
		ARENA_ARRAY(resolver->arena, struct catalog_deployment, count);

	for (uint32_t i = 0; i < count; i++) {
		rows[i].name  = resolver_text(resolver, file->deployments[i].type);
		rows[i].class = resolver_text(resolver, file->deployments[i].class);
	}
	resolver->catalog->deployments       = rows;
	resolver->catalog->deployments_count = count;
}

static enum err
resolve_machines(struct resolver *resolver)
{
	const struct file_catalog *file  = resolver->file;
	uint32_t                   count = file->machines_count;
	struct catalog_machine *rows = ARENA_ARRAY(resolver->arena, struct catalog_machine, count);

	for (uint32_t i = 0; i < count; i++) {
		resolver_at(resolver, "machines[%u]", i);
		rows[i].os   = resolver_text(resolver, file->machines[i].os);
		rows[i].size = resolver_text(resolver, file->machines[i].size);
		enum err err = resolver_number(resolver, "credits_per_minute",
		                               file->machines[i].credits_per_minute,
		                               &rows[i].credits_per_minute);
		if (err)
			return err;
	}
	resolver->catalog->machines       = rows;
	resolver->catalog->machines_count = count;
	return ERR_NONE;
}

static void
resolve_field(const struct resolver *resolver, const struct file_field *from,
              struct catalog_field *field)
{
	static const enum field_kind kinds[] = {
		[FILE_TEXT] = FIELD_TEXT,     [FILE_QUANTITY] = FIELD_QUANTITY,
		[FILE_BOOLEAN] = FIELD_FLAG,  [FILE_LIST] = FIELD_LIST,
		[FILE_CHOICE] = FIELD_CHOICE, [FILE_DEPLOYMENT] = FIELD_CHOICE,
	};
	const struct catalog *catalog = resolver->catalog;

	*field = (struct catalog_field){
		.name          = resolver_text(resolver, from->name),
		.kind          = kinds[from->kind],
		.required      = from->required == FILE_YES,
		.is_email      = from->email == FILE_YES,
		.fallback      = resolver_text(resolver, from->fallback),
		.choices       = resolver_texts(resolver, from->choices, from->choices_count),
		.choices_count = from->choices_count,
	};
	if (from->kind != FILE_DEPLOYMENT)
		return;

	struct span *choices =
		ARENA_ARRAY(resolver->arena, struct span, catalog->deployments_count);
	for (uint32_t i = 0; i < catalog->deployments_count; i++)
		choices[i] = catalog->deployments[i].name;
	field->choices       = choices;
	field->choices_count = catalog->deployments_count;
}

static void
resolve_type(const struct resolver *resolver, const struct file_type *from, uint32_t index,
             struct catalog_type *type)
{
	uint32_t              own    = from->in_project == FILE_YES ? 2 : 0;
	uint32_t              count  = own + from->fields_count;
	struct catalog_field *fields = ARENA_ARRAY(resolver->arena, struct catalog_field, count);

	for (uint32_t i = 0; i < own; i++) {
		fields[i] = (struct catalog_field){
			.name     = i == 0 ? SPAN("org") : SPAN("project"),
			.kind     = FIELD_TEXT,
			.fallback = SPAN("default"),
		};
	}
	for (uint32_t i = 0; i < from->fields_count; i++)
		resolve_field(resolver, &from->fields[i], &fields[own + i]);

	*type = (struct catalog_type){
		.name             = resolver_text(resolver, from->type),
		.subject          = resolver_text(resolver, from->subject),
		.subject_is_email = from->email == FILE_YES,
		.fields           = fields,
		.fields_count     = count,
		.checks_currency  = from->checks_currency == FILE_YES,
		.checks_machine   = from->checks_machine == FILE_YES,
		.index            = index,
	};
}

static void
resolve_types(struct resolver *resolver)
{
	const struct file_catalog *file  = resolver->file;
	uint32_t                   count = file->types_count;
	struct catalog_type       *rows  = ARENA_ARRAY(resolver->arena, struct catalog_type, count);

	for (uint32_t i = 0; i < count; i++)
		resolve_type(resolver, &file->types[i], i, &rows[i]);
	resolver->catalog->types       = rows;
	resolver->catalog->types_count = count;
}

/* The index of a field of the type that the meter reads; -1 when name is absent. */
static enum err
resolve_meter_field(const struct resolver *resolver, const struct catalog_type *type,
                    const char *column, const char *name, int32_t *index)
{
	*index = -1;
	if (!name)
		return ERR_NONE;
	*index = catalog_field_find(type, span_of(name));
	if (*index < 0)
		return resolver_refuse(resolver, column, "the type has no field", name);
	return ERR_NONE;
}

/* A condition on a quantity compares with a number. */
static enum err
resolve_condition_number(const struct resolver *resolver, const struct catalog_type *type,
                         struct catalog_condition *condition)
{
	if (type->fields[condition->field].kind != FIELD_QUANTITY || condition->values_count == 0)
		return ERR_NONE;
	if (condition->values_count > 1 ||
	    decimal_parse(condition->values[0], &condition->number) != ERR_NONE)
		return resolver_refuse(resolver, "where", "a quantity is compared with one number:",
		                       condition->values[0].at);
	condition->values_count = 0;
	return ERR_NONE;
}

static enum err
resolve_condition(const struct resolver *resolver, const struct catalog_type *type,
                  const struct file_where *from, struct catalog_condition *condition)
{
	const struct {
		char *const       *values;
		uint32_t           count;
		enum condition_ask ask;
	} asks[] = {
		{ &from->is, from->is != NULL, ASK_IS },
		{ from->in, from->in_count, ASK_IS },
		{ &from->is_not, from->is_not != NULL, ASK_IS_NOT },
		{ &from->class, from->class != NULL, ASK_CLASS },
		{ &from->class_not, from->class_not != NULL, ASK_CLASS_NOT },
		{ &from->above, from->above != NULL, ASK_ABOVE },
		{ NULL, from->present == FILE_YES, ASK_PRESENT },
	};
	uint32_t found = 0;

	*condition = (struct catalog_condition){ .field = -1 };
	for (uint32_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		if (asks[i].count == 0)
			continue;
		found++;
		condition->ask = asks[i].ask;
		if (!asks[i].values)
			continue;
		condition->values       = resolver_texts(resolver, asks[i].values, asks[i].count);
		condition->values_count = asks[i].count;
	}
	if (found != 1)
		return resolver_refuse(resolver, "where", "one condition is needed for the field",
		                       from->field);
	enum err err = resolve_meter_field(resolver, type, "where", from->field, &condition->field);
	return err ? err : resolve_condition_number(resolver, type, condition);
}

static enum err
resolve_where(const struct resolver *resolver, const struct catalog_type *type,
              const struct file_meter *from, struct catalog_meter *meter)
{
	struct catalog_condition *where =
		ARENA_ARRAY(resolver->arena, struct catalog_condition, from->where_count);

	for (uint32_t i = 0; i < from->where_count; i++) {
		enum err err = resolve_condition(resolver, type, &from->where[i], &where[i]);
		if (err)
			return err;
	}
	meter->where       = where;
	meter->where_count = from->where_count;
	return ERR_NONE;
}

static enum err
resolve_key(const struct resolver *resolver, const struct catalog_type *type, const char *key,
            int32_t *field)
{
	*field = KEY_SUBJECT;
	if (!key)
		return ERR_NONE;
	if (strcmp(key, "none") == 0) {
		*field = KEY_NOTHING;
		return ERR_NONE;
	}
	return resolve_meter_field(resolver, type, "key", key, field);
}

static enum err
resolve_meter(const struct resolver *resolver, const struct file_meter *from,
              struct catalog_meter *meter)
{
	const struct catalog_type *type =
		catalog_type_find(resolver->catalog, span_of(from->reads));

	if (!type)
		return resolver_refuse(resolver, "reads", "there is no type", from->reads);
	meter->name   = resolver_text(resolver, from->name);
	meter->type   = type->index;
	meter->kind   = from->keeps;
	meter->rounds = from->rounds == FILE_YES;

	const struct {
		const char *column;
		const char *name;
		int32_t    *index;
	} fields[] = {
		{ "value", from->value, &meter->value_field },
		{ "each", from->each, &meter->each_field },
		{ "item", from->item, &meter->item_field },
		{ "org", from->org, &meter->org_field },
		{ "project", from->project, &meter->project_field },
		{ "split", from->split_count > 0 ? from->split[0] : NULL, &meter->split_fields[0] },
		{ "split", from->split_count > 1 ? from->split[1] : NULL, &meter->split_fields[1] },
	};
	for (uint32_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		enum err err = resolve_meter_field(resolver, type, fields[i].column, fields[i].name,
		                                   fields[i].index);
		if (err)
			return err;
	}
	enum err err = resolve_key(resolver, type, from->key, &meter->key_field);
	return err ? err : resolve_where(resolver, type, from, meter);
}

static enum err
resolve_meters(struct resolver *resolver)
{
	const struct file_catalog *file  = resolver->file;
	uint32_t                   count = file->meters_count;
	struct catalog_meter      *rows = ARENA_ARRAY(resolver->arena, struct catalog_meter, count);

	for (uint32_t i = 0; i < count; i++) {
		resolver_at(resolver, "meters[%u]", i);
		rows[i]      = (struct catalog_meter){ .index = i };
		enum err err = resolve_meter(resolver, &file->meters[i], &rows[i]);
		if (err)
			return err;
	}
	resolver->catalog->meters       = rows;
	resolver->catalog->meters_count = count;
	return ERR_NONE;
}

static enum err
resolve_catalog(struct resolver *resolver)
{
	const struct file_catalog *file    = resolver->file;
	struct catalog            *catalog = resolver->catalog;

	*catalog = (struct catalog){
		.name    = resolver_text(resolver, file->name),
		.version = resolver_text(resolver, file->version),
		.known_modules =
			resolver_texts(resolver, file->known_modules, file->known_modules_count),
		.known_modules_count = file->known_modules_count,
	};
	resolve_deployments(resolver);
	resolve_types(resolver);
	resolve_categories(resolver);
	enum err err = resolve_machines(resolver);
	if (!err)
		err = resolve_meters(resolver);
	if (!err)
		err = resolve_modules(resolver);
	if (!err)
		err = resolve_alternatives(resolver);
	if (!err)
		err = resolve_plans(resolver);
	if (!err)
		err = resolve_cards(resolver);
	return err;
}

/* catalog_check() names the path; the file's reader wants the line, too. */
static enum err
resolver_check(const struct resolver *resolver)
{
	struct refusal found = { .err = ERR_NONE };
	char           path[YAML_PATH_SIZE];
	char           detail[2 * REFUSAL_DETAIL_SIZE];
	enum err       err = catalog_check(resolver->catalog, &found);

	if (!err)
		return ERR_NONE;
	snprintf(path, sizeof(path), "%s", found.field);
	yaml_path_of_file(resolver->file, path);
	snprintf(detail, sizeof(detail), "line %u: %s", yaml_line_of(resolver->yaml, path),
	         found.detail);
	return refuse(resolver->refusal, err, span_of(path), span_of(detail));
}

enum err
yaml_catalog_read(struct span yaml, struct arena *arena, const struct catalog **catalog,
                  struct refusal *refusal)
{
	CHECK(arena && catalog);
	if (yaml.size > YAML_CATALOG_SIZE_MAX)
		return refuse(refusal, ERR_CATALOG, (struct span){ 0 },
		              SPAN("the file is larger than one mebibyte"));

	struct resolver resolver = { .yaml = yaml, .arena = arena, .refusal = refusal };
	enum err        err      = yaml_load(yaml, &resolver.file, refusal);
	if (err)
		return err;
	resolver.catalog = arena_take(arena, sizeof(*resolver.catalog));
	err              = resolve_catalog(&resolver);
	if (!err)
		err = resolver_check(&resolver);
	yaml_unload(resolver.file);
	if (!err)
		*catalog = resolver.catalog;
	return err;
}
