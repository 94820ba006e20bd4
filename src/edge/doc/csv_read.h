/* csv_read.h - strict CSV (RFC 4180) as a sheet in an arena.
 *
 * No I/O. UTF-8 with or without a byte order mark; lines end with LF or CRLF, the last
 * one may go without. A cell is bare or between quotes; inside of quotes a quote stands
 * twice, and lines may end. Refused: a quote inside a bare cell, text behind a closing
 * quote, a quote that is never closed, a lone CR, control characters, and what is not
 * UTF-8. Empty lines at the end of the file are passed over. Time is linear. */
#ifndef TALLY_EDGE_DOC_CSV_READ_H
#define TALLY_EDGE_DOC_CSV_READ_H

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/sheet.h"

/* Where reading stopped, and why. */
struct csv_fault {
	uint64_t    line;   /* from 1 */
	uint64_t    column; /* in characters, from 1 */
	uint64_t    byte;
	const char *why;
};

/* The first line is the columns. Nothing but line ends is a sheet without columns. Cells
 * point into text unless they held a doubled quote.
 *
 * ERR_LIST_SYNTAX, ERR_LIST_TOO_LARGE (catalog/limit.def: LIST_...) with *fault filled;
 * *sheet is as it was. */
MUST_CHECK enum err csv_read(struct span text, struct arena *arena, struct sheet *sheet,
                             struct csv_fault *fault);

#endif
