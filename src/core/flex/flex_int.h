/* flex_int.h - for this room alone: what one key adds to a quantity, what a pool gives. */
#ifndef TALLY_CORE_FLEX_FLEX_INT_H
#define TALLY_CORE_FLEX_FLEX_INT_H

#include "core/flex/pool.h"

/* Hours [from, until). */
struct flex_hours {
	int32_t from;
	int32_t until;
};

/* The hours that the fold of the rate looks at; of PEAK_DAILY_UNIQUE the first of the days
 * that have most keys. */
struct flex_hours rate_hours(const struct flex_use *use, const struct catalog_rate *rate,
                             const struct flex_period *period);

/* What the series adds to the quantity of the rate, in millionths; 0 for a series with
 * another item. */
int64_t rate_series_quantity(const struct flex_use *use, const struct catalog_rate *rate,
                             const struct series *series, struct flex_hours hours);

/* The quantities of one metric in each of the periods (F-3). */
void rate_quantities(const struct flex_use *use, const struct catalog_rate *rate,
                     const struct flex_period *periods, uint32_t count, struct arena *arena,
                     int64_t *quantities);

/* What units take out of free units, opening and top-ups, and what is left. */
void pool_draw(struct flex_pool *pool, int64_t units);

/* a + b, staying at the largest number. */
static inline int64_t
flex_add(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

#endif
