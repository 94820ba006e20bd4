/* billed.h - what the invoices of a contract have billed so far, and what is missing (F-32,
 * F-33).
 *
 * Pure. Read from the invoices themselves, so there is no second book to keep: after the
 * lines of a difference were invoiced, there is none any more. Texts stay the invoices'. */
#ifndef TALLY_CORE_FLEX_BILLED_H
#define TALLY_CORE_FLEX_BILLED_H

#include "core/flex/invoice.h"

/* Of one metric in one month, over all invoices. */
struct billed_metric {
	struct span metric;
	struct span name;
	int64_t     quantity;
	int64_t     units;
};

struct billed_month {
	struct span           month;
	struct billed_metric *metrics;
	uint32_t              metrics_count;
	uint32_t              metrics_capacity;
	int64_t               amount; /* of overage */
};

struct billed_purchase {
	enum invoice_line_kind kind; /* LINE_COMMITMENT or LINE_TOPUP */
	int32_t                at_hour;
	int64_t                units;
};

struct billed {
	struct arena           *arena;
	struct billed_month    *months; /* in the order in which they were invoiced */
	uint32_t                months_count;
	uint32_t                months_capacity;
	struct billed_purchase *purchases;
	uint32_t                purchases_count;
	uint32_t                purchases_capacity;
};

/* Lines that grow in an arena. */
struct invoice_lines {
	struct arena        *arena;
	struct invoice_line *items;
	uint32_t             count;
	uint32_t             capacity;
};
void invoice_lines_add(struct invoice_lines *lines, const struct invoice_line *line);

void billed_open(struct billed *billed, struct arena *arena);
/* The invoices of one contract, by number. */
void billed_add(struct billed *billed, const struct invoice *invoice);
/* NULL: the month was not invoiced. */
const struct billed_month *billed_month_find(const struct billed *billed, struct span month);

/* Lines for what the month is now (usage and pool of a draft) and was not billed, overage
 * at price: one a metric, in the order of now, and before them one for the month when the
 * pool is another. Their amounts add up to the overage of now less what was billed. None
 * when nothing changed. ERR_QUANTITY_TOO_LARGE. */
MUST_CHECK enum err billed_difference(const struct billed_month *month, const struct invoice *now,
                                      int64_t price, struct invoice_lines *lines);

/* Units bought at one hour, and what support costs on top (percent, 0: none). */
struct purchase {
	enum invoice_line_kind kind;
	int32_t                at_hour;
	int64_t                units;
	int64_t                price;
	int64_t                support_percent;
};
/* The units of it that were billed. A contract has one commitment, whatever hour it begins
 * at by now. */
int64_t billed_units(const struct billed *billed, enum invoice_line_kind kind, int32_t at_hour);
/* Lines for what of it is not among those that were billed; fewer units give negative ones. */
MUST_CHECK enum err purchase_difference(const struct purchase *purchase, int64_t were_billed,
                                        struct invoice_lines *lines);

#endif
