/* rate.h - what a quantity of a metric costs in units (F-4, F-5).
 *
 * Pure. Quantities and units are millionths; products have 128 bits and are rounded half
 * to even once a line. */
#ifndef TALLY_CORE_FLEX_RATE_H
#define TALLY_CORE_FLEX_RATE_H

#include "core/base/decimal.h"
#include "core/catalog/catalog.h"

/* The part of a calendar month in which a contract holds: hours of so many. */
struct flex_fraction {
	int32_t hours;
	int32_t of;
};

static inline bool
fraction_is_whole(struct flex_fraction fraction)
{
	return fraction.hours == fraction.of;
}

/* That part of a number of millionths, rounded half to even. */
int64_t fraction_of(struct flex_fraction fraction, int64_t millionths);

/* One metric of a month, charged. */
struct flex_line {
	const struct catalog_rate *rate;
	int64_t                    quantity;
	int64_t                    allowance; /* of the fraction */
	int64_t                    billable;
	int64_t                    units;
};

/* COUNT and SUM: events add up, and only those since the contract's start are there. */
bool rate_is_discrete(const struct catalog_rate *rate);

/* Charge quantity >= 0; 0 < fraction.hours <= fraction.of <= 744. Units stay at the largest
 * number there is. */
struct flex_line rate_charge(const struct catalog_rate *rate, int64_t quantity,
                             struct flex_fraction fraction);

/* "180", "1 per 4000", "unlimited", "graduated": units of a quantity. */
struct span rate_words(const struct catalog_rate *rate, struct arena *arena);

/* units at a price, in millionths of the currency, rounded half to even to the cent. */
int64_t flex_amount(int64_t units, int64_t price);

#endif
