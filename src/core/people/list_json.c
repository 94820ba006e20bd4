/* list_json.c - a list in JSON as a sheet. */
#include "core/people/list_json.h"

#include "core/base/limit.h"
#include "core/base/text.h"
#include "core/json/json_read.h"

struct reading {
	struct span       text;
	size_t            at;
	struct arena     *arena;
	struct arena     *scratch;
	struct refusal   *refusal;
	struct span       columns[LIMIT_LIST_COLUMNS];
	uint32_t          columns_count;
	struct sheet_row *rows;
	uint32_t          rows_count;
	uint32_t          rows_capacity;
	uint64_t          cells_count;
};

static enum err
no_list(const struct reading *reading, struct span why)
{
	return refuse_at(reading->refusal, ERR_LIST_SYNTAX, reading->at, SPAN("list"), why);
}

static void
space_pass(struct reading *reading)
{
	while (reading->at < reading->text.size) {
		char c = reading->text.at[reading->at];
		if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
			return;
		reading->at++;
	}
}

/* The next byte that is no white space; 0 at the end. */
static char
peek(struct reading *reading)
{
	space_pass(reading);
	return reading->at < reading->text.size ? reading->text.at[reading->at] : 0;
}

static bool
pass(struct reading *reading, char c)
{
	if (peek(reading) != c)
		return false;
	reading->at++;
	return true;
}

/* From an opening brace or a quote to behind where it closes, by brackets and quotes
 * alone: what lies between is parsed afterwards. */
static struct span
piece_take(struct reading *reading)
{
	size_t   from   = reading->at;
	uint64_t depth  = 0;
	bool     inside = false;

	for (; reading->at < reading->text.size; reading->at++) {
		char c = reading->text.at[reading->at];
		if (inside && c == '\\')
			reading->at++;
		else if (c == '"')
			inside = !inside;
		else if (!inside && (c == '{' || c == '['))
			depth++;
		else if (!inside && (c == '}' || c == ']') && depth > 0)
			depth--;
		else
			continue;
		if (depth == 0 && !inside && c != '\\') {
			reading->at++;
			break;
		}
	}
	if (reading->at > reading->text.size)
		reading->at = reading->text.size;
	return (struct span){ reading->text.at + from, reading->at - from };
}

/* ---- cells ---- */

static enum err
list_cell(struct reading *reading, const struct json *list, struct span *cell)
{
	struct text text;
	text_open(&text, reading->arena);
	for (const struct json *item = list->first; item; item = item->next) {
		if (item->kind != JSON_STRING)
			return no_list(reading, SPAN("a list in a row holds texts alone"));
		if (text.size > 0)
			text_add_char(&text, ';');
		text_add(&text, item->text);
	}
	/* An empty list says that there is none; only an absent member says nothing. */
	*cell = text.size > 0 ? text_span(&text) : SPAN("");
	return ERR_NONE;
}

static enum err
cell_read(struct reading *reading, const struct json *value, struct span *cell)
{
	switch (value->kind) {
	case JSON_NULL:
		*cell = SPAN("");
		return ERR_NONE;
	case JSON_STRING:
		*cell = value->text.size == 0 ? SPAN("") : arena_copy(reading->arena, value->text);
		return ERR_NONE;
	case JSON_FALSE:
	case JSON_TRUE:
	case JSON_NUMBER:
		*cell = arena_copy(reading->arena, value->raw);
		return ERR_NONE;
	case JSON_ARRAY:
		return list_cell(reading, value, cell);
	case JSON_OBJECT:
		break;
	}
	return no_list(reading, SPAN("a row holds no objects"));
}

/* The column called name, made when there is none; guess: where it stood in the row
 * before. UINT32_MAX: there are too many. */
static uint32_t
column_of(struct reading *reading, struct span name, uint32_t guess)
{
	if (guess < reading->columns_count && span_equal(reading->columns[guess], name))
		return guess;
	for (uint32_t i = 0; i < reading->columns_count; i++) {
		if (span_equal(reading->columns[i], name))
			return i;
	}
	if (reading->columns_count == LIMIT_LIST_COLUMNS)
		return UINT32_MAX;
	reading->columns[reading->columns_count] = arena_copy(reading->arena, name);
	return reading->columns_count++;
}

static enum err
cells_read(struct reading *reading, const struct json *object, struct sheet_row *row)
{
	/* Columns may come with later rows: room for all that this row can name. */
	uint32_t     most  = reading->columns_count + object->count;
	struct span *cells = arena_take_zeroed(reading->arena, most * sizeof(*cells));
	uint32_t     guess = 0;

	reading->cells_count += most;
	if (reading->cells_count > LIMIT_LIST_CELLS)
		return refuse(reading->refusal, ERR_LIST_TOO_LARGE, SPAN("list"),
		              SPAN("more cells than a list may have"));
	for (const struct json *value = object->first; value; value = value->next) {
		uint32_t column = column_of(reading, value->key, guess++);
		if (column == UINT32_MAX)
			return refuse(reading->refusal, ERR_LIST_TOO_LARGE, SPAN("list"),
			              SPAN("more columns than a list may have"));
		enum err err = cell_read(reading, value, &cells[column]);
		if (err != ERR_NONE)
			return err;
	}
	*row = (struct sheet_row){ cells, most, 0 };
	return ERR_NONE;
}

/* ---- rows ---- */

static struct sheet_row *
row_add(struct reading *reading)
{
	if (reading->rows_count == reading->rows_capacity) {
		uint32_t          capacity = reading->rows_capacity * 2 + 256;
		struct sheet_row *rows = ARENA_ARRAY(reading->arena, struct sheet_row, capacity);
		if (reading->rows_count > 0)
			memcpy(rows, reading->rows, reading->rows_count * sizeof(*rows));
		reading->rows          = rows;
		reading->rows_capacity = capacity;
	}
	return &reading->rows[reading->rows_count++];
}

static enum err
object_read(struct reading *reading)
{
	struct json *object;
	size_t       from  = (peek(reading), reading->at);
	struct span  piece = piece_take(reading);

	if (reading->rows_count == LIMIT_LIST_ROWS)
		return refuse(reading->refusal, ERR_LIST_TOO_LARGE, SPAN("list"),
		              SPAN("more rows than a list may have"));
	arena_reset(reading->scratch);
	enum err err = json_parse(piece, reading->scratch, &object, reading->refusal);
	if (err != ERR_NONE) {
		if (reading->refusal && reading->refusal->byte != REFUSAL_NO_BYTE)
			reading->refusal->byte += from;
		return err;
	}
	return cells_read(reading, object, row_add(reading));
}

static enum err
array_read(struct reading *reading)
{
	if (!pass(reading, '['))
		return no_list(reading, SPAN("a list is an array of objects"));
	if (pass(reading, ']'))
		return ERR_NONE;
	for (;;) {
		if (peek(reading) != '{')
			return no_list(reading, SPAN("a list is an array of objects"));
		enum err err = object_read(reading);
		if (err != ERR_NONE)
			return err;
		if (pass(reading, ']'))
			return ERR_NONE;
		if (!pass(reading, ','))
			return no_list(reading, SPAN("a comma or ] is missing behind an object"));
	}
}

static enum err
text_read(struct reading *reading)
{
	bool     wrapped = pass(reading, '{');
	enum err err;

	if (wrapped) {
		if (peek(reading) != '"')
			return no_list(reading, SPAN("a list is an array of objects"));
		(void)piece_take(reading);
		if (!pass(reading, ':'))
			return no_list(reading, SPAN("a : is missing behind the name"));
	}
	err = array_read(reading);
	if (err == ERR_NONE && wrapped && !pass(reading, '}'))
		err = no_list(reading, SPAN("the object around a list has no other member"));
	if (err == ERR_NONE && (peek(reading) || reading->at < reading->text.size))
		err = no_list(reading, SPAN("text behind the end of the list"));
	return err;
}

/* Rows were as wide as what was known then. */
static void
rows_widen(struct reading *reading)
{
	for (uint32_t i = 0; i < reading->rows_count; i++) {
		struct sheet_row *row = &reading->rows[i];
		if (row->cells_count >= reading->columns_count) {
			row->cells_count = reading->columns_count;
			continue;
		}
		struct span *cells =
			arena_take_zeroed(reading->arena, reading->columns_count * sizeof(*cells));
		memcpy(cells, row->cells, row->cells_count * sizeof(*cells));
		*row = (struct sheet_row){ cells, reading->columns_count, 0 };
	}
}

enum err
list_json_read(struct span text, struct arena *arena, struct arena *scratch, struct sheet *sheet,
               struct refusal *refusal)
{
	struct reading *reading = arena_take_zeroed(arena, sizeof(*reading));

	reading->text    = text;
	reading->arena   = arena;
	reading->scratch = scratch;
	reading->refusal = refusal;
	if (text.size > LIMIT_LIST_SIZE)
		return refuse(refusal, ERR_LIST_TOO_LARGE, SPAN("list"),
		              SPAN("more bytes than a list may have"));
	enum err err = text_read(reading);
	if (err != ERR_NONE)
		return err;
	if ((uint64_t)reading->rows_count * reading->columns_count > LIMIT_LIST_CELLS)
		return refuse(refusal, ERR_LIST_TOO_LARGE, SPAN("list"),
		              SPAN("more cells than a list may have"));
	rows_widen(reading);
	*sheet = (struct sheet){ .columns       = reading->columns,
		                 .columns_count = reading->columns_count,
		                 .rows          = reading->rows,
		                 .rows_count    = reading->rows_count };
	return ERR_NONE;
}
