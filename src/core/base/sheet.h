/* sheet.h - rows of named columns, whichever way they came: CSV or JSON.
 *
 * Pure. An open struct; the texts live as long as what was read and its arena. */
#ifndef TALLY_CORE_BASE_SHEET_H
#define TALLY_CORE_BASE_SHEET_H

#include <stdint.h>

#include "core/base/span.h"

struct sheet_row {
	const struct span *cells;
	uint32_t           cells_count; /* may differ from the columns: the reader does not judge */
	uint32_t           line;        /* of the file, from 1; 0 where there are no lines */
};

struct sheet {
	const struct span      *columns;
	uint32_t                columns_count;
	const struct sheet_row *rows;
	uint32_t                rows_count;
};

#endif
