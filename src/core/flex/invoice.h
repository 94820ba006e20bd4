/* invoice.h - an invoice as a value, and its canonical bytes (F-31, F-33, F-34).
 *
 * Pure. An open struct; its texts and lists belong to whoever made it. An invoice is of a
 * month of a contract, or in advance, of units that were bought. It tells what was used
 * (usage: units, no money) and what is to be paid (lines: money). Amounts are millionths of
 * the currency and always whole cents; the total is the sum of the lines, exactly.
 *
 * Equal invoices give equal bytes, and reading bytes back gives an equal invoice. */
#ifndef TALLY_CORE_FLEX_INVOICE_H
#define TALLY_CORE_FLEX_INVOICE_H

#include "core/base/arena.h"
#include "core/base/calendar.h"
#include "core/base/err.h"

enum invoice_kind { INVOICE_MONTH, INVOICE_ADVANCE };

/* A month is open, then closing, then invoiced (F-30). */
enum invoice_state { INVOICE_OPEN, INVOICE_CLOSING, INVOICE_ISSUED };

/* A metric that was used in the month. */
struct invoice_usage {
	struct span module;
	struct span metric;
	struct span name;
	struct span unit;     /* of the quantity: "service" */
	struct span rate;     /* in words of the rate card: "180", "1 per 4000", "unlimited" */
	int64_t     quantity; /* millionths, as all that follows */
	int64_t     allowance;
	int64_t     units;
};

/* The movement of the pool of units. */
struct invoice_pool {
	int64_t opening;
	int64_t topups;
	int64_t free; /* of the month */
	int64_t free_used;
	int64_t drawn;
	int64_t overage;
	int64_t closing;
};

enum invoice_line_kind {
	LINE_COMMITMENT, /* units bought with the contract */
	LINE_TOPUP,      /* units bought later */
	LINE_SUPPORT,    /* percent of what was bought */
	LINE_OVERAGE,    /* units beyond the pool */
	LINE_ADJUSTMENT, /* what an invoiced month turned out to be (F-32) */
};

/* Why an invoiced month is not what it was. */
enum invoice_cause {
	CAUSE_NONE,
	CAUSE_LATE,      /* more: events that arrived after the invoice */
	CAUSE_RETRACTED, /* less: events that were retracted or corrected after it */
	CAUSE_CONTRACT,  /* the same quantity costs other units */
	CAUSE_POOL,      /* what the pool held, or what overage costs, is not what it was */
};

struct invoice_line {
	enum invoice_line_kind kind;
	enum invoice_cause     cause;  /* of an adjustment */
	struct span            month;  /* of overage and adjustments: "2026-03" */
	struct span            metric; /* of an adjustment; empty: of the month as a whole */
	struct span            name;
	int32_t                at_hour;  /* of a commitment and a top-up: since when it holds */
	int64_t                quantity; /* of an adjustment: the difference */
	int64_t                units;    /* bought, over, or the difference */
	int64_t                price;    /* of a unit; of support: the percent; of adjustments: 0 */
	int64_t                amount;
};

struct invoice {
	enum invoice_kind  kind;
	enum invoice_state state;
	uint64_t           number; /* 0: a draft */
	struct span        issued; /* "2026-04-04"; empty: a draft */
	struct span        seller; /* lines, divided by LF; may be empty */
	struct span        account;
	struct span        account_name;
	struct span        currency;
	/* Billing details, each may be empty. */
	struct span legal_name;
	struct span address;
	struct span tax_id;
	struct span purchase_order;
	struct span payment_reference;

	struct span                 contract;
	struct span                 tier;      /* "enterprise" */
	struct span                 month;     /* of INVOICE_MONTH */
	int32_t                     from_hour; /* [from, until): the month's, or what is paid for */
	int32_t                     until_hour;
	struct span                 fraction; /* "504/744"; empty: the whole month */
	const struct invoice_usage *usage;    /* of INVOICE_MONTH */
	uint32_t                    usage_count;
	int64_t                     units; /* their sum */
	struct invoice_pool         pool;  /* of INVOICE_MONTH */
	const struct invoice_line  *lines;
	uint32_t                    lines_count;
	int64_t                     total;
};

/* units at a price, rounded half-even to the cent once. ERR_QUANTITY_TOO_LARGE leaves
 * *amount. A negative number of units gives the negative of the same amount. */
MUST_CHECK enum err invoice_amount(int64_t units, int64_t price, int64_t *amount);
/* percent of an amount, rounded the same way. */
MUST_CHECK enum err invoice_percent(int64_t amount, int64_t percent, int64_t *share);
/* Adds up units and lines; ERR_QUANTITY_TOO_LARGE leaves the invoice as it was. */
MUST_CHECK enum err invoice_sum(struct invoice *invoice);

struct span invoice_state_name(enum invoice_state state);
struct span invoice_cause_words(enum invoice_cause cause);
/* What a line is for, in one sentence: "Overage of 2026-03". Lives in arena. */
struct span invoice_line_words(const struct invoice_line *line, struct arena *arena);

/* The canonical bytes. CHECKs that the lines add up. */
struct span invoice_json(const struct invoice *invoice, struct arena *arena);
/* One line a usage, one a line of money, one the total; texts that a spreadsheet could take
 * for a formula get a ' before them. */
struct span invoice_csv(const struct invoice *invoice, struct arena *arena);
/* Texts point into json and arena. ERR_STORE_DAMAGED leaves *invoice. */
MUST_CHECK enum err invoice_read(struct span json, struct arena *arena, struct invoice *invoice);

#endif
