/* table.c - rows under headings, aligned by what is seen. */
#include "cli/table.h"

#include "cli/cli.h"
#include "cli/terminal.h"

/* Between columns, and the least to which a column is cut. */
enum { TABLE_GAP = 2, TABLE_WIDTH_MIN = 8 };

#define BOLD "\033[1m"
#define RED "\033[31m"
#define PLAIN "\033[0m"

void
table_open(struct table *table, struct arena *arena)
{
	*table = (struct table){ .arena = arena };
}

void
table_column(struct table *table, const char *heading, enum table_align align)
{
	CHECK(table->columns_count < TABLE_COLUMNS_MAX);
	CHECK(table->cells_count == 0);
	table->columns[table->columns_count++] = (struct table_column){
		.heading = heading,
		.align   = align,
		.width   = (uint32_t)strlen(heading),
	};
}

void
table_spare(struct table *table, uint32_t spare)
{
	CHECK(table->columns_count > 0);
	table->columns[table->columns_count - 1].spare = spare;
}

void
table_cell(struct table *table, struct span text, bool marked)
{
	struct span          clean  = cli_clean(text, table->arena);
	struct table_column *column = &table->columns[table->cells_count % table->columns_count];

	if (table->cells_count == table->cells_capacity) {
		uint32_t           capacity = table->cells_capacity * 2 + 64;
		struct table_cell *wider = ARENA_ARRAY(table->arena, struct table_cell, capacity);
		if (table->cells_count > 0)
			memcpy(wider, table->cells, table->cells_count * sizeof(*wider));
		table->cells          = wider;
		table->cells_capacity = capacity;
	}
	uint32_t width                     = text_width(clean);
	table->cells[table->cells_count++] = (struct table_cell){ clean, width, marked };
	column->used |= clean.size > 0;
	if (width > column->width)
		column->width = width;
}

/* ---- fitting ---- */

static uint32_t
table_width(const struct table *table)
{
	uint32_t width = 0;

	for (uint32_t i = 0; i < table->columns_count; i++) {
		if (table->columns[i].used)
			width += table->columns[i].width + (width > 0 ? TABLE_GAP : 0);
	}
	return width;
}

/* What can be spared goes first, so that the rest can be read. */
static void
table_leave_out(struct table *table, uint32_t indent, uint32_t room)
{
	while (room > 0 && table_width(table) + indent > room) {
		struct table_column *first = NULL;
		for (uint32_t i = 0; i < table->columns_count; i++) {
			struct table_column *column = &table->columns[i];
			if (column->used && column->spare > (first ? first->spare : 0))
				first = column;
		}
		if (!first)
			return;
		first->used        = false;
		first->is_left_out = true;
	}
}

/* Then take cells from the widest texts until the table fits or nothing can give. */
static void
table_fit(struct table *table, uint32_t indent)
{
	uint32_t room = terminal_columns();

	table_leave_out(table, indent, room);

	while (room > 0 && table_width(table) + indent > room) {
		struct table_column *widest = NULL;
		for (uint32_t i = 0; i < table->columns_count; i++) {
			struct table_column *column = &table->columns[i];
			if (column->used && column->align == TABLE_LEFT &&
			    column->width > TABLE_WIDTH_MIN &&
			    (!widest || column->width > widest->width))
				widest = column;
		}
		if (!widest)
			return;
		widest->width--;
	}
}

/* ---- printing ---- */

static void
print_spaces(uint32_t count, FILE *out)
{
	fprintf(out, "%*s", (int)count, "");
}

/* last: nothing stands to the right, so no spaces need to. */
static void
print_cell(const struct table_column *column, const struct table_cell *cell, const char *colour,
           bool last, FILE *out)
{
	bool        cut   = cell->width > column->width;
	struct span text  = cut ? text_fit(cell->text, column->width - 1) : cell->text;
	uint32_t    width = cut ? text_width(text) + 1 : cell->width;
	uint32_t    space = column->width - width;

	if (column->align == TABLE_RIGHT)
		print_spaces(space, out);
	fprintf(out, "%s%.*s%s%s", colour ? colour : "", (int)text.size, text.at,
	        cut ? "\xe2\x80\xa6" : "", colour ? PLAIN : "");
	if (column->align == TABLE_LEFT && !last)
		print_spaces(space, out);
}

/* The last column in which the row holds something: what is behind it is not printed, so no
 * line ends with spaces. */
static uint32_t
last_column(const struct table *table, const struct table_cell *cells)
{
	uint32_t last = 0;

	for (uint32_t i = 0; i < table->columns_count; i++) {
		bool holds = cells ? cells[i].text.size > 0 : *table->columns[i].heading != 0;
		if (table->columns[i].used && holds)
			last = i;
	}
	return last;
}

/* cells: of one row; NULL for the headings. */
static void
print_row(const struct table *table, const struct table_cell *cells, uint32_t indent, bool coloured,
          FILE *out)
{
	uint32_t last  = last_column(table, cells);
	bool     first = true;

	print_spaces(indent, out);
	for (uint32_t i = 0; i <= last; i++) {
		const struct table_column *column  = &table->columns[i];
		const struct span          text    = span_of(column->heading);
		const struct table_cell    heading = { text, text_width(text), false };
		const struct table_cell   *cell    = cells ? &cells[i] : &heading;
		if (!column->used)
			continue;
		if (!first)
			print_spaces(TABLE_GAP, out);
		first              = false;
		const char *colour = !coloured ? NULL : !cells ? BOLD : cell->marked ? RED : NULL;
		print_cell(column, cell, colour, i == last, out);
	}
	fputc('\n', out);
}

static void
print_left_out(const struct table *table, uint32_t indent, FILE *out)
{
	bool first = true;

	for (uint32_t i = 0; i < table->columns_count; i++) {
		const struct table_column *column = &table->columns[i];
		if (!column->is_left_out || !*column->heading)
			continue;
		print_spaces(first ? indent : 0, out);
		fprintf(out, "%s%s", first ? "(too narrow for " : ", ", column->heading);
		first = false;
	}
	if (!first)
		fprintf(out, ")\n");
}

void
table_print(struct table *table, uint32_t indent, FILE *out)
{
	bool coloured = out == stdout && terminal_has_colour();

	CHECK(table->cells_count % table->columns_count == 0);
	if (table->cells_count == 0)
		return;
	table_fit(table, indent);
	print_row(table, NULL, indent, coloured, out);
	for (uint32_t i = 0; i < table->cells_count; i += table->columns_count)
		print_row(table, &table->cells[i], indent, coloured, out);
	print_left_out(table, indent, out);
}
