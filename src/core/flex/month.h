/* month.h - a contract's calendar month, metered and charged (F-1 to F-6).
 *
 * Pure. Lines live in the arena. */
#ifndef TALLY_CORE_FLEX_MONTH_H
#define TALLY_CORE_FLEX_MONTH_H

#include "core/flex/rate.h"
#include "core/licence/contract.h"
#include "core/meter/book.h"

/* Whose use is metered, and by which rates. */
struct flex_use {
	const struct catalog      *catalog;
	const struct catalog_card *card;
	enum flex_tier             tier;
	const struct book         *book;       /* NULL: no events */
	int32_t                    start_hour; /* of the contract */
};

/* [from, to) are the contract's hours of the month, [from, until) those metered so far. */
struct flex_period {
	int32_t              month_hour; /* first of the calendar month */
	int32_t              from;
	int32_t              to;
	int32_t              until;
	struct flex_fraction fraction;
};

/* The month of `hour` for a contract that holds [start_hour, end_hour), which hour is in;
 * metered up to and with hour (F-1, F-5). */
struct flex_period flex_period_at(int32_t start_hour, int32_t end_hour, int32_t hour);

struct flex_month {
	struct flex_period      period;
	const struct flex_line *lines; /* in the order of the card, those with a quantity */
	uint32_t                lines_count;
	int64_t                 units; /* the sum of the lines (F-6) */
};

/* Several months of one use. Each key is asked for all of them before the next one is: what
 * it is made of is fetched into the cache once. */
void flex_months(const struct flex_use *use, const struct flex_period *periods, uint32_t count,
                 struct arena *arena, struct flex_month *months);
void flex_month(const struct flex_use *use, const struct flex_period *period, struct arena *arena,
                struct flex_month *month);

#endif
