/* pdf.h - a business letter as PDF: who sends it to whom, some facts, tables, sums.
 *
 * It knows nothing of what it says. A4, Latin, Greek, Cyrillic and whatever else DejaVu Sans
 * has; other characters show as boxes, and text is set from left to right. The fonts are part
 * of the program. Long texts are wrapped, never clipped; tables go on over pages under a
 * repeated head; equal documents give equal bytes. Any thread. */
#ifndef TALLY_EDGE_DOC_PDF_H
#define TALLY_EDGE_DOC_PDF_H

#include "core/base/arena.h"
#include "core/base/calendar.h"
#include "core/base/err.h"

enum pdf_align { PDF_LEFT, PDF_DECIMAL }; /* PDF_DECIMAL: right, points below each other */

struct pdf_column {
	struct span    head;
	enum pdf_align align;
	int32_t        width; /* in points; 0: shares what is left with others of width 0 */
};

enum { PDF_COLUMNS_MAX = 8 };

struct pdf_row {
	struct span cells[PDF_COLUMNS_MAX];
};

struct pdf_table {
	struct span              title;
	const struct pdf_column *columns;
	uint32_t                 columns_count;
	const struct pdf_row    *rows;
	uint32_t                 rows_count;
};

struct pdf_fact {
	struct span name;
	struct span value;
};

struct pdf_document {
	struct span             title;     /* "Invoice 17" */
	struct span             watermark; /* across each page; empty: none */
	struct span             sender;    /* lines, divided by LF */
	struct span             receiver;
	struct instant          created; /* of the file; ns 0: not said */
	const struct pdf_fact  *facts;
	uint32_t                facts_count;
	const struct pdf_table *tables; /* those without rows are left out */
	uint32_t                tables_count;
	uint32_t                sums_behind; /* the sums stand behind so many tables */
	const struct pdf_fact  *sums;        /* the last one stands out */
	uint32_t                sums_count;
	struct span             foot; /* of each page, beside its number */
};

/* ERR_SYSTEM with a reason. The bytes are in arena. */
MUST_CHECK enum err pdf_write(const struct pdf_document *document, struct arena *arena,
                              struct span *bytes, struct refusal *refusal);

#endif
