/* csv_read.c - strict CSV (RFC 4180) as a sheet in an arena. */
#include "edge/doc/csv_read.h"

#include "core/base/limit.h"
#include "core/json/json_scan.h"

struct reader {
	const char *at;
	const char *end;
	const char *line_start;
	uint32_t    line;

	struct arena     *arena;
	struct span      *cells;
	uint32_t          cells_count;
	uint32_t          cells_capacity;
	struct sheet_row *rows; /* their cells are set at the end: they move while they grow */
	uint32_t          rows_count;
	uint32_t          rows_capacity;
	const char       *why;
	enum err          err;
};

static bool
stop(struct reader *reader, enum err err, const char *why)
{
	reader->err = err;
	reader->why = why;
	return false;
}

/* ---- characters ---- */

/* Why the byte at reader->at may not stand where it stands. */
static const char *
why_not(const struct reader *reader)
{
	unsigned char c = (unsigned char)*reader->at;

	if (c == 0)
		return "a NUL byte: the file is no text, or UTF-16 and not UTF-8";
	if (c == '\r')
		return "a CR without the LF of a line end";
	if (c < 0x80)
		return "a control character";
	return "the bytes are not UTF-8 (the file may be in another encoding, such as Latin-1)";
}

/* One character of a cell; line ends are not for this. */
static bool
character_pass(struct reader *reader)
{
	unsigned char c    = (unsigned char)*reader->at;
	size_t        size = 1;

	if (c >= 0x80)
		size = json_utf8_size(reader->at, reader->end);
	else if ((c < 0x20 && c != '\t') || c == 0x7f)
		size = 0;
	if (size == 0)
		return stop(reader, ERR_LIST_SYNTAX, why_not(reader));
	reader->at += size;
	return true;
}

static bool
at_line_end(const struct reader *reader)
{
	return *reader->at == '\n' ||
	       (*reader->at == '\r' && reader->end - reader->at > 1 && reader->at[1] == '\n');
}

static void
line_end_pass(struct reader *reader)
{
	reader->at += *reader->at == '\r' ? 2 : 1;
	reader->line++;
	reader->line_start = reader->at;
}

/* ---- cells ---- */

static bool
bare_cell(struct reader *reader, struct span *cell)
{
	const char *from = reader->at;

	while (reader->at < reader->end && *reader->at != ',' && !at_line_end(reader)) {
		if (*reader->at == '"')
			return stop(reader, ERR_LIST_SYNTAX,
			            "a quote inside a cell that does not begin with one");
		if (!character_pass(reader))
			return false;
	}
	*cell = (struct span){ from, (size_t)(reader->at - from) };
	return true;
}

/* The text between quotes with its doubled quotes made single. */
static struct span
undouble(struct span inside, struct arena *arena)
{
	char  *at   = arena_take(arena, inside.size);
	size_t size = 0;

	for (size_t i = 0; i < inside.size; i++) {
		at[size++] = inside.at[i];
		i += inside.at[i] == '"';
	}
	return (struct span){ at, size };
}

/* The place of an opening quote, for the one that is never closed. */
struct opening {
	const char *at;
	const char *line_start;
	uint32_t    line;
};

static bool
never_closed(struct reader *reader, struct opening opening)
{
	reader->at         = opening.at;
	reader->line       = opening.line;
	reader->line_start = opening.line_start;
	return stop(reader, ERR_LIST_SYNTAX, "a quote that is never closed");
}

static bool
quoted_cell(struct reader *reader, struct span *cell)
{
	struct opening opening = { reader->at, reader->line_start, reader->line };
	bool           doubled = false;
	const char    *from    = ++reader->at;

	for (;;) {
		if (reader->at == reader->end)
			return never_closed(reader, opening);
		if (*reader->at == '"') {
			if (reader->end - reader->at < 2 || reader->at[1] != '"')
				break;
			doubled = true;
			reader->at += 2;
		} else if (at_line_end(reader)) {
			line_end_pass(reader);
		} else if (!character_pass(reader)) {
			return false;
		}
	}
	*cell = (struct span){ from, (size_t)(reader->at++ - from) };
	if (doubled)
		*cell = undouble(*cell, reader->arena);
	if (reader->at < reader->end && *reader->at != ',' && !at_line_end(reader))
		return stop(reader, ERR_LIST_SYNTAX, "text behind a closing quote");
	return true;
}

static void *
wider(struct arena *arena, const void *old, size_t size, size_t new_size)
{
	void *piece = arena_take(arena, new_size);
	if (size > 0)
		memcpy(piece, old, size);
	return piece;
}

static bool
cell_add(struct reader *reader, struct span cell)
{
	if (reader->cells_count == reader->cells_capacity) {
		uint32_t capacity      = reader->cells_capacity ? reader->cells_capacity * 2 : 1024;
		reader->cells          = wider(reader->arena, reader->cells,
		                               reader->cells_count * sizeof *reader->cells,
		                               capacity * sizeof *reader->cells);
		reader->cells_capacity = capacity;
	}
	if (reader->cells_count == LIMIT_LIST_CELLS)
		return stop(reader, ERR_LIST_TOO_LARGE, "more cells than a list may have");
	reader->cells[reader->cells_count++] = cell;
	return true;
}

/* ---- rows ---- */

static bool
row_add(struct reader *reader, uint32_t line, uint32_t cells_count)
{
	if (reader->rows_count == reader->rows_capacity) {
		uint32_t capacity     = reader->rows_capacity ? reader->rows_capacity * 2 : 256;
		reader->rows          = wider(reader->arena, reader->rows,
		                              reader->rows_count * sizeof *reader->rows,
		                              capacity * sizeof *reader->rows);
		reader->rows_capacity = capacity;
	}
	if (reader->rows_count > LIMIT_LIST_ROWS)
		return stop(reader, ERR_LIST_TOO_LARGE, "more rows than a list may have");
	reader->rows[reader->rows_count++] = (struct sheet_row){ NULL, cells_count, line };
	return true;
}

static bool
row_read(struct reader *reader)
{
	uint32_t line = reader->line, count = 0;

	for (;;) {
		struct span cell = { reader->at, 0 };
		bool        read = reader->at < reader->end && *reader->at == '"'
		                           ? quoted_cell(reader, &cell)
		                           : bare_cell(reader, &cell);
		if (!read)
			return false;
		if (++count > LIMIT_LIST_COLUMNS)
			return stop(reader, ERR_LIST_TOO_LARGE, "more cells than a row may have");
		if (!cell_add(reader, cell))
			return false;
		if (reader->at == reader->end || *reader->at != ',')
			break;
		reader->at++;
	}
	if (reader->at < reader->end)
		line_end_pass(reader);
	return row_add(reader, line, count);
}

static bool
rows_read(struct reader *reader)
{
	size_t left = (size_t)(reader->end - reader->at);

	if (left >= 2 &&
	    (memcmp(reader->at, "\xff\xfe", 2) == 0 || memcmp(reader->at, "\xfe\xff", 2) == 0))
		return stop(reader, ERR_LIST_SYNTAX, "the file is UTF-16: save it as UTF-8");
	while (reader->at < reader->end) {
		if (!row_read(reader))
			return false;
	}
	return true;
}

/* The text without its byte order mark and without the line ends at its end. */
static struct span
body_of(struct span text)
{
	if (text.size >= 3 && memcmp(text.at, "\xef\xbb\xbf", 3) == 0)
		text = (struct span){ text.at + 3, text.size - 3 };
	while (text.size > 0 && text.at[text.size - 1] == '\n') {
		text.size--;
		if (text.size > 0 && text.at[text.size - 1] == '\r')
			text.size--;
	}
	return text;
}

static void
fault_fill(const struct reader *reader, struct span text, struct csv_fault *fault)
{
	uint64_t column = 1;

	for (const char *at = reader->line_start; at < reader->at; at++)
		column += ((unsigned char)*at & 0xc0) != 0x80;
	*fault = (struct csv_fault){ .line   = reader->line,
		                     .column = column,
		                     .byte   = (uint64_t)(reader->at - text.at),
		                     .why    = reader->why };
}

enum err
csv_read(struct span text, struct arena *arena, struct sheet *sheet, struct csv_fault *fault)
{
	struct span   body   = body_of(text);
	struct reader reader = { .at         = body.at,
		                 .end        = body.at + body.size,
		                 .line_start = body.at,
		                 .line       = 1,
		                 .arena      = arena };

	if (text.size > LIMIT_LIST_SIZE)
		stop(&reader, ERR_LIST_TOO_LARGE, "more bytes than a list may have");
	else
		rows_read(&reader);
	if (reader.err != ERR_NONE) {
		fault_fill(&reader, text, fault);
		return reader.err;
	}
	uint32_t at = 0;
	for (uint32_t i = 0; i < reader.rows_count; i++) {
		reader.rows[i].cells = reader.cells + at;
		at += reader.rows[i].cells_count;
	}
	CHECK(at == reader.cells_count);
	*sheet = (struct sheet){ 0 };
	if (reader.rows_count > 0)
		*sheet = (struct sheet){ .columns       = reader.rows[0].cells,
			                 .columns_count = reader.rows[0].cells_count,
			                 .rows          = reader.rows + 1,
			                 .rows_count    = reader.rows_count - 1 };
	return ERR_NONE;
}
