/* csv.c - a list of an answer as CSV (RFC 4180). */
#include "api/csv.h"

#include "core/base/text.h"
#include "core/json/json_read.h"

enum { COLUMNS_MAX = 128, COLUMN_DEPTH = 3 };

/* The members that lead to a cell: "window.from" is two names. */
struct column {
	struct span name[COLUMN_DEPTH];
	uint32_t    depth;
};

struct columns {
	struct column at[COLUMNS_MAX];
	uint32_t      count;
};

static bool
column_equal(const struct column *a, const struct column *b)
{
	if (a->depth != b->depth)
		return false;
	for (uint32_t i = 0; i < a->depth; i++)
		if (!span_equal(a->name[i], b->name[i]))
			return false;
	return true;
}

static void
column_add(struct columns *columns, const struct column *column)
{
	for (uint32_t i = 0; i < columns->count; i++)
		if (column_equal(&columns->at[i], column))
			return;
	if (columns->count < COLUMNS_MAX)
		columns->at[columns->count++] = *column;
}

/* The columns of one item, level by level down to COLUMN_DEPTH. */
static void
columns_gather(struct columns *columns, const struct json *item)
{
	const struct json *at[COLUMN_DEPTH] = { item->first };
	struct column      path             = { .depth = 1 };
	uint32_t           level            = 0;
	for (;;) {
		const struct json *member = at[level];
		if (!member) {
			if (level == 0)
				return;
			level--;
			at[level] = at[level]->next;
			continue;
		}
		path.name[level] = member->key;
		path.depth       = level + 1;
		if (member->kind == JSON_OBJECT && level + 1 < COLUMN_DEPTH) {
			at[++level] = member->first;
			continue;
		}
		column_add(columns, &path);
		at[level] = member->next;
	}
}

static const struct json *
cell_of(const struct json *item, const struct column *column)
{
	const struct json *cell = item;
	for (uint32_t i = 0; i < column->depth && cell; i++)
		cell = json_member(cell, column->name[i]);
	/* An object where another row has a plain value has columns of its own. */
	if (cell && cell->kind == JSON_OBJECT && column->depth < COLUMN_DEPTH)
		return NULL;
	return cell;
}

static bool
is_formula(struct span text)
{
	return text.size > 0 && text.at[0] != 0 && strchr("=+-@\t\r", text.at[0]) != NULL;
}

static bool
needs_quotes(struct span text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.at[i] == '"' || text.at[i] == ',' || text.at[i] == '\n' ||
		    text.at[i] == '\r')
			return true;
	return false;
}

static void
text_cell_add(struct text *csv, struct span text, bool guarded)
{
	bool quoted = needs_quotes(text);
	if (quoted)
		text_add_char(csv, '"');
	if (guarded && is_formula(text))
		text_add_char(csv, '\'');
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] == '"')
			text_add_char(csv, '"');
		text_add_char(csv, text.at[i]);
	}
	if (quoted)
		text_add_char(csv, '"');
}

static void
cell_add(struct text *csv, const struct json *cell)
{
	if (!cell || cell->kind == JSON_NULL)
		return;
	if (cell->kind == JSON_STRING)
		text_cell_add(csv, cell->text, true);
	else
		text_cell_add(csv, cell->raw, false);
}

static void
head_add(struct text *csv, const struct column *column)
{
	struct text name;
	text_open(&name, csv->arena);
	for (uint32_t i = 0; i < column->depth; i++) {
		if (i > 0)
			text_add_char(&name, '.');
		text_add(&name, column->name[i]);
	}
	text_cell_add(csv, text_span(&name), true);
}

/* The lists of this name of all figures of a module, one behind the other. */
static const struct json *
lists_joined(const struct json *modules, struct span name, struct arena *arena)
{
	struct json  *joined = NULL;
	struct json **end    = NULL;
	for (const struct json *module = modules->first; module; module = module->next) {
		const struct json *list = json_member(module, name);
		if (!list || list->kind != JSON_ARRAY)
			continue;
		if (!joined) {
			joined  = ARENA_ARRAY(arena, struct json, 1);
			*joined = (struct json){ .kind = JSON_ARRAY };
			end     = &joined->first;
		}
		struct json *items = ARENA_ARRAY(arena, struct json, list->count);
		for (const struct json *item = list->first; item; item = item->next) {
			*items = *item;
			*end   = items;
			end    = &items->next;
			items++;
			joined->count++;
		}
	}
	return joined;
}

/* Of the answer, or of the one module that it is about. */
static const struct json *
list_named(const struct json *root, struct span name, struct arena *arena)
{
	const struct json *list    = json_member(root, name);
	const struct json *modules = json_member(root, SPAN("modules"));
	if (list || !modules || modules->kind != JSON_ARRAY)
		return list;
	return lists_joined(modules, name, arena);
}

static const struct json *
list_find(const struct json *root, struct span names, struct arena *arena)
{
	while (names.size > 0) {
		const char        *space = memchr(names.at, ' ', names.size);
		size_t             size  = space ? (size_t)(space - names.at) : names.size;
		const struct json *list  = list_named(root, (struct span){ names.at, size }, arena);
		if (list && list->kind == JSON_ARRAY)
			return list;
		size += space != NULL;
		names = (struct span){ names.at + size, names.size - size };
	}
	return NULL;
}

enum err
csv_write(struct span json, struct span names, struct arena *arena, struct span *csv)
{
	struct json *root = NULL;
	if (json_parse(json, arena, &root, NULL))
		return ERR_NOT_FOUND;
	const struct json *list = list_find(root, names, arena);
	if (!list)
		return ERR_NOT_FOUND;

	struct columns *columns = arena_take_zeroed(arena, sizeof(*columns));
	for (const struct json *item = list->first; item; item = item->next)
		if (item->kind == JSON_OBJECT)
			columns_gather(columns, item);

	struct text text;
	text_open(&text, arena);
	for (uint32_t i = 0; i < columns->count; i++) {
		if (i > 0)
			text_add_char(&text, ',');
		head_add(&text, &columns->at[i]);
	}
	text_add(&text, SPAN("\r\n"));
	for (const struct json *item = list->first; item; item = item->next) {
		for (uint32_t i = 0; i < columns->count; i++) {
			if (i > 0)
				text_add_char(&text, ',');
			cell_add(&text, cell_of(item, &columns->at[i]));
		}
		text_add(&text, SPAN("\r\n"));
	}
	*csv = text_span(&text);
	return ERR_NONE;
}
