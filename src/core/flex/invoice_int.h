/* invoice_int.h - the words that an invoice is written and read with. */
#ifndef TALLY_CORE_FLEX_INVOICE_INT_H
#define TALLY_CORE_FLEX_INVOICE_INT_H

#include "core/flex/invoice.h"

enum {
	INVOICE_STATES_COUNT = INVOICE_ISSUED + 1,
	LINE_KINDS_COUNT     = LINE_ADJUSTMENT + 1,
	INVOICE_CAUSES_COUNT = CAUSE_POOL + 1,
};

extern const struct span INVOICE_STATES[INVOICE_STATES_COUNT];
extern const struct span LINE_KINDS[LINE_KINDS_COUNT];
extern const struct span INVOICE_CAUSES[INVOICE_CAUSES_COUNT];

#endif
