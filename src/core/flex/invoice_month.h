/* invoice_month.h - the invoice of a month, from the statement of the pool.
 *
 * Pure. Without number, names and adjustments, which are whoever issues it. */
#ifndef TALLY_CORE_FLEX_INVOICE_MONTH_H
#define TALLY_CORE_FLEX_INVOICE_MONTH_H

#include "core/flex/billed.h"
#include "core/flex/pool.h"

/* "2026-03"; lives in arena. */
struct span month_text(int32_t hour, struct arena *arena);
/* "2026-03" as the first hour of that month. ERR_TIME_SYNTAX leaves *hour. */
MUST_CHECK enum err month_parse(struct span text, int32_t *hour);

/* Usage, pool, and in lines the overage. A draft until it has a number. What the statement
 * points to must live as long. ERR_QUANTITY_TOO_LARGE. */
MUST_CHECK enum err invoice_of_month(const struct flex_statement *statement, struct arena *arena,
                                     struct invoice *invoice, struct invoice_lines *lines);

#endif
