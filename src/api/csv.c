/* csv.c - a list of an answer as CSV (RFC 4180). */
#include "api/csv.h"

#include "core/base/text.h"
#include "core/json/json_read.h"
#include "core/json/json_write.h"

enum { COLUMNS_MAX = 128, COLUMN_DEPTH = 3 };

/* The members that lead to a cell: "window.from" is two names. With a heading of its own
 * they are alternatives instead: the first that the item has is the cell. */
struct column {
	struct span name[COLUMN_DEPTH];
	uint32_t    depth;
	struct span heading;
};

struct columns {
	struct column at[COLUMNS_MAX];
	uint32_t      count;
};

/* A list of an answer, and where it was found. */
struct found {
	const struct json *list;
	struct span        name;
	struct span        module; /* empty: it is not of one module */
};

/* ---- columns ---- */

static const struct {
	const char *module, *list, *heading, *names[COLUMN_DEPTH];
} PAGE_COLUMNS[] = {
#define CSV_COLUMN(module, list, heading, a, b, c) { module, list, heading, { a, b, c } },
#include "csv.def"
#undef CSV_COLUMN
};

static bool
columns_of_page(struct columns *columns, const struct found *found)
{
	for (size_t i = 0; i < sizeof(PAGE_COLUMNS) / sizeof(PAGE_COLUMNS[0]); i++) {
		if (!span_equal(found->module, span_of(PAGE_COLUMNS[i].module)) ||
		    !span_equal(found->name, span_of(PAGE_COLUMNS[i].list)))
			continue;
		CHECK(columns->count < COLUMNS_MAX);
		struct column *column = &columns->at[columns->count++];
		column->heading       = span_of(PAGE_COLUMNS[i].heading);
		for (; column->depth < COLUMN_DEPTH; column->depth++)
			column->name[column->depth] = span_of(PAGE_COLUMNS[i].names[column->depth]);
	}
	return columns->count > 0;
}

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
cell_of_page(const struct json *item, const struct column *column)
{
	const struct json *cell = NULL;
	for (uint32_t i = 0; i < column->depth && !cell; i++)
		cell = json_member(item, column->name[i]);
	return cell;
}

static const struct json *
cell_of(const struct json *item, const struct column *column)
{
	const struct json *cell = item;
	if (column->heading.size > 0)
		return cell_of_page(item, column);
	for (uint32_t i = 0; i < column->depth && cell; i++)
		cell = json_member(cell, column->name[i]);
	/* An object where another row has a plain value has columns of its own. */
	if (cell && cell->kind == JSON_OBJECT && column->depth < COLUMN_DEPTH)
		return NULL;
	return cell;
}

/* ---- cells ---- */

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
	text_add(&name, column->heading);
	for (uint32_t i = 0; i < column->depth && column->heading.size == 0; i++) {
		if (i > 0)
			text_add_char(&name, '.');
		text_add(&name, column->name[i]);
	}
	text_cell_add(csv, text_span(&name), true);
}

/* ---- the list ---- */

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
static bool
list_named(const struct json *root, struct span name, struct arena *arena, struct found *found)
{
	const struct json *list    = json_member(root, name);
	const struct json *modules = json_member(root, SPAN("modules"));
	const struct json *module  = NULL;
	if (!list && modules && modules->kind == JSON_ARRAY) {
		list   = lists_joined(modules, name, arena);
		module = modules->first ? json_member(modules->first, SPAN("module")) : NULL;
	}
	*found = (struct found){ list, name, module ? module->text : SPAN("") };
	return list && list->kind == JSON_ARRAY;
}

static bool
list_find(const struct json *root, struct span names, struct arena *arena, struct found *found)
{
	while (names.size > 0) {
		const char *space = memchr(names.at, ' ', names.size);
		size_t      size  = space ? (size_t)(space - names.at) : names.size;
		if (list_named(root, (struct span){ names.at, size }, arena, found))
			return true;
		size += space != NULL;
		names = (struct span){ names.at + size, names.size - size };
	}
	return false;
}

static void
head_write(struct text *csv, const struct columns *columns)
{
	for (uint32_t i = 0; i < columns->count; i++) {
		if (i > 0)
			text_add_char(csv, ',');
		head_add(csv, &columns->at[i]);
	}
	text_add(csv, SPAN("\r\n"));
}

/* Of the answer, or of the module that it is about. */
static struct span
next_of(const struct json *root)
{
	const struct json *modules = json_member(root, SPAN("modules"));
	const struct json *next    = json_member(root, SPAN("next"));
	if (!next && modules && modules->kind == JSON_ARRAY && modules->first)
		next = json_member(modules->first, SPAN("next"));
	return next && next->kind == JSON_STRING ? next->text : SPAN("");
}

enum err
csv_write(struct span json, struct span names, struct arena *arena, struct span *csv,
          struct span *next)
{
	struct json *root = NULL;
	struct found found;
	struct text  text;
	if (json_parse(json, arena, &root, NULL) || !list_find(root, names, arena, &found))
		return ERR_NOT_FOUND;

	struct columns *columns = arena_take_zeroed(arena, sizeof(*columns));
	bool            is_page = columns_of_page(columns, &found);
	for (const struct json *item = found.list->first; item && !is_page; item = item->next)
		if (item->kind == JSON_OBJECT)
			columns_gather(columns, item);

	text_open(&text, arena);
	head_write(&text, columns);
	for (const struct json *item = found.list->first; item; item = item->next) {
		for (uint32_t i = 0; i < columns->count; i++) {
			if (i > 0)
				text_add_char(&text, ',');
			cell_add(&text, cell_of(item, &columns->at[i]));
		}
		text_add(&text, SPAN("\r\n"));
	}
	*csv  = text_span(&text);
	*next = next_of(root);
	return ERR_NONE;
}

void
csv_next_keep(struct json_out *out, const struct json *answer)
{
	struct span next = next_of(answer);
	if (next.size > 0)
		json_key_string(out, SPAN("next"), next);
}
