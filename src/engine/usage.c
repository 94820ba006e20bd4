/* usage.c - the figures of an account: every module, or one with parts and rows. */
#define _GNU_SOURCE /* qsort_r */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/decimal.h"
#include "engine/ask_int.h"

/* ---- as JSON ---- */

/* Whole and fraction apart: the millionths of a huge percentage do not fit. */
void
write_percent(struct json_out *out, int64_t hundredths)
{
	char text[DECIMAL_SIZE];
	int  size = snprintf(text, sizeof text, "%" PRId64 ".%02d", hundredths / 100,
	                     (int)(hundredths % 100));
	while (text[size - 1] == '0')
		size--;
	size -= text[size - 1] == '.';
	json_string(out, (struct span){ text, (size_t)size });
}

void
write_number(struct json_out *out, bool amount, int64_t value)
{
	char text[DECIMAL_SIZE];

	if (amount)
		json_string(out, (struct span){ text, decimal_format(value, text) });
	else
		json_int(out, value);
}

void
write_number_or_null(struct json_out *out, struct span key, const struct licence_answer *answer,
                     int64_t value)
{
	json_key(out, key);
	if (answer->compared)
		write_number(out, answer->amounts, value);
	else
		json_null(out);
}

void
write_figure(struct json_out *out, const struct licence_question *question,
             const struct licence_answer *answer)
{
	json_key_string(out, SPAN("module"), question->module->name);
	json_key_string(out, SPAN("unit"), answer->unit);
	json_key(out, SPAN("model"));
	if (answer->has_model)
		json_string(out, contract_model_name(answer->model));
	else
		json_null(out);
	json_key(out, SPAN("contract"));
	write_contract(out, question);
	write_number_or_null(out, SPAN("owned"), answer, answer->owned);
	json_key(out, SPAN("used"));
	write_number(out, answer->amounts, answer->used);
	write_number_or_null(out, SPAN("over"), answer, answer->over);
	json_key(out, SPAN("percent"));
	if (answer->compared)
		write_percent(out, answer->percent_hundredths);
	else
		json_null(out);
	if (answer->amounts)
		json_key_string(out, SPAN("currency"), question->account->currency);
	json_key(out, SPAN("window"));
	json_object(out);
	json_key_hour(out, SPAN("from"), answer->window_from);
	json_key_hour(out, SPAN("to"), answer->window_until);
	json_object_end(out);
}

void
write_quantity(struct json_out *out, const struct licence_answer *answer, bool in_millionths,
               int64_t quantity)
{
	if (answer->amounts)
		write_number(out, true, quantity);
	else if (in_millionths)
		json_count(out, quantity);
	else
		json_int(out, quantity);
}

void
write_part_quantity(struct json_out *out, const struct licence_answer *answer,
                    const struct licence_part *part)
{
	if (part->has_keys) {
		json_key_int(out, SPAN("keys"), part->keys);
		return;
	}
	json_key(out, SPAN("quantity"));
	write_quantity(out, answer, part->in_millionths, part->quantity);
}

void
write_parts(struct json_out *out, const struct licence_answer *answer)
{
	json_key(out, SPAN("parts"));
	json_array(out);
	for (uint32_t i = 0; i < answer->parts_count; i++) {
		const struct licence_part *part = &answer->parts[i];
		json_object(out);
		json_key_string(out, SPAN("part"), part->rule->part);
		write_part_quantity(out, answer, part);
		json_key(out, SPAN("licences"));
		write_number(out, answer->amounts, part->licences);
		json_object_end(out);
	}
	json_array_end(out);
}

static void
write_place(struct json_out *out, const struct catalog_meter *meter, struct span org,
            struct span project)
{
	if (meter->org_field >= 0)
		json_key_string(out, SPAN("org"), org);
	if (meter->project_field >= 0)
		json_key_string(out, SPAN("project"), project);
}

/* An item is called like the field that it comes from. */
static void
write_item(struct json_out *out, const struct catalog *catalog, const struct catalog_meter *meter,
           struct span item)
{
	if (item.size > 0)
		json_key_string(out, catalog->types[meter->type].fields[meter->item_field].name,
		                item);
}

bool
module_has_rows(const struct catalog *catalog, const struct catalog_module *module)
{
	for (uint32_t i = 0; i < module->rules_count; i++) {
		if (catalog->rules[module->rules_first + i].row_kind.size > 0)
			return true;
	}
	return false;
}

bool
module_has_by(const struct catalog *catalog, const struct catalog_module *module)
{
	for (uint32_t i = 0; i < module->rules_count; i++) {
		if (catalog->rules[module->rules_first + i].by != RULE_BY_NOTHING)
			return true;
	}
	return false;
}

void
write_by(struct json_out *out, const struct catalog *catalog, const struct licence_answer *answer,
         const struct licence_by *by)
{
	const struct catalog_meter *meter = &catalog->meters[by->rule->active_meter];

	json_object(out);
	json_key_string(out, SPAN("part"), by->rule->part);
	write_place(out, meter, by->org, by->project);
	if (by->rule->by == RULE_BY_KEY && meter->key_field != KEY_NOTHING)
		json_key_string(out, SPAN("id"), by->id);
	write_item(out, catalog, meter, by->item);
	json_key(out, SPAN("quantity"));
	write_quantity(out, answer, by->rule->fold == FOLD_SUM, by->quantity);
	json_key(out, SPAN("last_activity"));
	json_instant(out, by->last_activity);
	json_object_end(out);
}

void
write_row(struct json_out *out, const struct catalog *catalog, const struct licence_row *row)
{
	const struct catalog_meter *meter = &catalog->meters[row->rule->active_meter];

	json_object(out);
	json_key_string(out, SPAN("kind"), row->rule->row_kind);
	write_place(out, meter, row->org, row->project);
	write_item(out, catalog, meter, row->item);
	if (row->service.size > 0)
		json_key_string(out, SPAN("service"), row->service);
	json_key_string(out, SPAN("id"), row->id);
	if (row->rule->fold == FOLD_PERCENTILE || row->rule->name_meter >= 0)
		json_key_string(out, SPAN("name"), row->name);
	if (row->class.size > 0)
		json_key_string(out, SPAN("class"), row->class);
	if (row->rule->fold == FOLD_PERCENTILE) {
		json_key(out, SPAN("instances"));
		json_count(out, row->instances);
		json_key_int(out, SPAN("hours"), row->hours);
	}
	json_key(out, SPAN("last_activity"));
	json_instant(out, row->last_activity);
	if (row->has_licences)
		json_key_int(out, SPAN("licences"), row->licences);
	if (row->deleted)
		json_key_bool(out, SPAN("deleted"), true);
	json_object_end(out);
}

/* ---- which rows, in which order ---- */

static bool
asked_for(struct span wanted, struct span value)
{
	return wanted.size == 0 || span_equal(wanted, value);
}

bool
row_matches(const struct licence_row *row, const struct question *question)
{
	return asked_for(question->kind, row->rule->row_kind) &&
	       asked_for(question->org, row->org) && asked_for(question->project, row->project) &&
	       asked_for(question->id, row->id) && asked_for(question->class, row->class) &&
	       asked_for(question->item, row->item) && row_found(row, question->search);
}

static int
order_int(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

typedef int row_order(const struct licence_row *a, const struct licence_row *b);

static int
by_licences(const struct licence_row *a, const struct licence_row *b)
{
	return order_int(b->licences, a->licences);
}

static int
by_id(const struct licence_row *a, const struct licence_row *b)
{
	return span_compare(a->id, b->id);
}

static int
by_name(const struct licence_row *a, const struct licence_row *b)
{
	return span_compare(a->name, b->name);
}

static int
by_instances(const struct licence_row *a, const struct licence_row *b)
{
	return order_int(b->instances, a->instances);
}

static int
by_last_activity(const struct licence_row *a, const struct licence_row *b)
{
	return order_int(b->last_activity.ns, a->last_activity.ns);
}

static const struct {
	struct span name;
	row_order  *order;
} sorts[] = {
	{ { "licences", 8 }, by_licences },
	{ { "id", 2 }, by_id },
	{ { "name", 4 }, by_name },
	{ { "instances", 9 }, by_instances },
	{ { "last_activity", 13 }, by_last_activity },
};

struct sorting {
	row_order *order;
	bool       reversed;
};

/* Rows that the order holds equal stay as the figure has them (L-61). */
static int
compare_rows(const void *left, const void *right, void *context)
{
	const struct licence_row *const *a = left, *const *b = right;
	const struct sorting            *sorting = context;
	int                              order   = sorting->order(*a, *b);
	if (order == 0)
		return (*a > *b) - (*a < *b);
	return sorting->reversed ? -order : order;
}

static enum err
sorting_read(struct span sort, struct sorting *sorting, struct refusal *refusal)
{
	*sorting = (struct sorting){ by_licences, false };
	if (sort.size > 0 && sort.at[0] == '-') {
		sorting->reversed = true;
		sort              = (struct span){ sort.at + 1, sort.size - 1 };
	}
	for (size_t i = 0; i < sizeof sorts / sizeof sorts[0]; i++) {
		if (sort.size == 0 || span_equal(sort, sorts[i].name)) {
			sorting->order = sorts[i].order;
			return ERR_NONE;
		}
	}
	return refuse(refusal, ERR_QUESTION, SPAN("sort"),
	              SPAN("sort is licences, id, name, instances or last_activity, with a "
	                   "leading - the other way round"));
}

enum err
cursor_offset(struct span cursor, uint32_t *offset, struct refusal *refusal)
{
	enum { OFFSET_DIGITS = 9 };
	uint64_t value;
	enum err err = cursor_number(cursor, OFFSET_DIGITS, &value, refusal);
	if (err == ERR_NONE)
		*offset = (uint32_t)value;
	return err;
}

static enum err
write_rows(struct json_out *out, const struct catalog *catalog, const struct licence_answer *answer,
           const struct question *question, struct arena *arena, struct refusal *refusal)
{
	struct sorting sorting;
	uint32_t       offset = 0, count = 0;
	enum err       err = sorting_read(question->sort, &sorting, refusal);
	if (err == ERR_NONE)
		err = cursor_offset(question->cursor, &offset, refusal);
	if (err != ERR_NONE)
		return err;
	const struct licence_row **rows =
		ARENA_ARRAY(arena, const struct licence_row *, answer->rows_count);
	for (uint32_t i = 0; i < answer->rows_count; i++) {
		if (row_matches(&answer->rows[i], question))
			rows[count++] = &answer->rows[i];
	}
	if (question->sort.size > 0)
		qsort_r(rows, count, sizeof *rows, compare_rows, &sorting);
	if (offset > count)
		offset = count;
	uint32_t left = count - offset;
	uint32_t end =
		question->limit == 0 || question->limit > left ? count : offset + question->limit;
	json_key(out, SPAN("rows"));
	json_array(out);
	for (uint32_t i = offset; i < end; i++)
		write_row(out, catalog, rows[i]);
	json_array_end(out);
	if (end < count) {
		struct text next;
		text_open(&next, arena);
		text_add_uint(&next, end);
		json_key_string(out, SPAN("next"), text_span(&next));
	}
	return ERR_NONE;
}

/* ---- the answer ---- */

bool
by_matches(const struct licence_by *by, const struct question *question)
{
	return asked_for(question->kind, by->rule->part) && asked_for(question->org, by->org) &&
	       asked_for(question->project, by->project) && asked_for(question->id, by->id) &&
	       by_found(by, question->search);
}

void
write_broken_down(struct json_out *out, const struct catalog *catalog,
                  const struct licence_answer *answer, const struct question *question)
{
	json_key(out, SPAN("by"));
	json_array(out);
	for (uint32_t i = 0; i < answer->by_count; i++) {
		if (by_matches(&answer->by[i], question))
			write_by(out, catalog, answer, &answer->by[i]);
	}
	json_array_end(out);
}

static enum err
write_whole(struct json_out *out, const struct licence_question *asked,
            const struct licence_answer *answer, const struct question *question,
            struct arena *arena, struct refusal *refusal)
{
	json_key_string(out, SPAN("rule"), asked->module->text);
	write_parts(out, answer);
	if (module_has_by(asked->catalog, asked->module))
		write_broken_down(out, asked->catalog, answer, question);
	if (!module_has_rows(asked->catalog, asked->module))
		return ERR_NONE;
	return write_rows(out, asked->catalog, answer, question, arena, refusal);
}

/* The figures of one module at H: one for each unit. */
struct figures {
	const struct catalog_module *figure[CATALOG_MODULES_MAX];
	struct licence_answer        answer[CATALOG_MODULES_MAX];
	uint32_t                     count;
	bool                         present;
};

static void
figures_answer(struct asked *asked, const struct catalog_module *first, struct span unit,
               bool whole, struct arena *arena, struct figures *figures)
{
	const struct catalog *catalog = asked->licence.catalog;

	figures->count   = 0;
	figures->present = false;
	for (const struct catalog_module *figure = first; figure;
	     figure                              = catalog_module_next(catalog, figure)) {
		asked_module(asked, figure);
		if (asked->licence.module != figure || !asked_for(unit, figure->unit))
			continue;
		struct licence_answer *answer = &figures->answer[figures->count];
		licence_answer(&asked->licence, whole, arena, answer);
		figures->figure[figures->count++] = figure;
		figures->present |= answer->present;
	}
}

/* All figures of a module stand in an answer, or none. */
static enum err
write_module(struct json_out *out, struct asked *asked, const struct catalog_module *first,
             const struct question *question, struct arena *arena, struct refusal *refusal)
{
	struct figures figures;
	bool           whole = question->module.size > 0;
	enum err       err   = ERR_NONE;

	figures_answer(asked, first, question->unit, whole, arena, &figures);
	if (!figures.present && !whole)
		return ERR_NONE;
	for (uint32_t i = 0; i < figures.count && err == ERR_NONE; i++) {
		asked_module(asked, figures.figure[i]);
		json_object(out);
		write_figure(out, &asked->licence, &figures.answer[i]);
		if (whole)
			err = write_whole(out, &asked->licence, &figures.answer[i], question, arena,
			                  refusal);
		json_object_end(out);
	}
	return err;
}

static enum err
write_modules(struct json_out *out, struct asked *asked, const struct question *question,
              struct arena *arena, struct refusal *refusal)
{
	const struct catalog *catalog = asked->licence.catalog;

	if (question->module.size > 0)
		return write_module(out, asked, catalog_module_find(catalog, question->module),
		                    question, arena, refusal);
	for (uint32_t i = 0; i < catalog->modules_count; i++) {
		const struct catalog_module *module = &catalog->modules[i];
		if (catalog_module_find(catalog, module->name) != module)
			continue;
		enum err err = write_module(out, asked, module, question, arena, refusal);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

enum err
engine_usage(struct engine *engine, const struct question *question, struct arena *arena,
             struct span *answer, struct refusal *refusal)
{
	uint64_t        begun = clock_ns();
	struct asked    asked;
	struct json_out out;
	if (span_equal(question->children, SPAN("true")))
		return engine_usage_children(engine, question, arena, answer, refusal);
	enum err err = asked_begin(engine, question, &asked, refusal);
	if (err != ERR_NONE)
		return err;
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("account"), question->account);
	json_key_hour(&out, SPAN("at"), asked.licence.at_hour);
	write_flex(&out, &asked);
	json_key(&out, SPAN("modules"));
	json_array(&out);
	err = write_modules(&out, &asked, question, arena, refusal);
	asked_end(engine, &asked);
	if (err != ERR_NONE)
		return err;
	json_array_end(&out);
	json_object_end(&out);
	*answer = json_close(&out);
	note_question(engine, begun);
	return ERR_NONE;
}
