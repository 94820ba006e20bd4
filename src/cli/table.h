/* table.h - rows under headings, aligned by what is seen.
 *
 * Cells live in the arena. Control characters in them are shown escaped. Columns that
 * are empty in every row are left out. Where a terminal is too narrow, columns that can be
 * spared are left out, which is said, and then the widest texts are cut. */
#ifndef TALLY_CLI_TABLE_H
#define TALLY_CLI_TABLE_H

#include <stdio.h>

#include "core/base/arena.h"

enum { TABLE_COLUMNS_MAX = 16 };
enum table_align { TABLE_LEFT, TABLE_RIGHT };

struct table_cell {
	struct span text;
	uint32_t    width;
	bool        marked; /* shown in colour where there is any */
};

struct table_column {
	const char      *heading;
	enum table_align align;
	uint32_t         width;
	uint32_t         spare; /* 0: stays; else left out where it is narrow, the highest first */
	bool             used;  /* a cell of it holds something, and it is not left out */
	bool             is_left_out;
};

struct table {
	struct arena       *arena;
	struct table_column columns[TABLE_COLUMNS_MAX];
	uint32_t            columns_count;
	struct table_cell  *cells; /* row by row */
	uint32_t            cells_count;
	uint32_t            cells_capacity;
};

void table_open(struct table *table, struct arena *arena);
/* All columns come before the first cell. */
void table_column(struct table *table, const char *heading, enum table_align align);
/* The column that was made last can be spared. */
void table_spare(struct table *table, uint32_t spare);
/* Cells from left to right, row by row. */
void table_cell(struct table *table, struct span text, bool marked);
/* Every line after indent spaces; nothing when there is no row. */
void table_print(struct table *table, uint32_t indent, FILE *out);

#endif
