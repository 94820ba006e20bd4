/* estimate.h - what given quantities would cost in a whole month (F-40).
 *
 * Pure. The same lines as a bill's, by the same code. */
#ifndef TALLY_CORE_FLEX_ESTIMATE_H
#define TALLY_CORE_FLEX_ESTIMATE_H

#include "core/flex/rate.h"

/* What is used of one metric, millionths. */
struct flex_quantity {
	struct span metric;
	int64_t     quantity;
};

struct flex_estimate {
	const struct flex_line *lines; /* in the order of the card, those with a quantity */
	uint32_t                lines_count;
	int64_t                 units;
	int64_t                 beyond; /* the free units of the tier */
	int64_t                 amount; /* of those, at the price of a unit */
};

/* {"tier":"enterprise","quantities":{"cd.service":"10","sto.scan":500},"rates":"2026-01-01",
 * "unit_price":"1.10"}, read; rates, the day of a card, may be left out: the newest; and so
 * may the price of a unit: the tier's. */
struct flex_estimate_ask {
	const struct catalog_card  *card;
	enum flex_tier              tier;
	int64_t                     unit_price;
	const struct flex_quantity *quantities;
	uint32_t                    quantities_count;
};

/* ERR_FIELD_VALUE names the metric that the tier does not charge for, or that stands twice. */
MUST_CHECK enum err flex_estimate(const struct flex_estimate_ask *ask, struct arena *arena,
                                  struct flex_estimate *estimate, struct refusal *refusal);

/* Spans point into json and arena. Refuses with field and byte; leaves *ask. */
MUST_CHECK enum err flex_estimate_read(struct span json, const struct catalog *catalog,
                                       struct arena *arena, struct flex_estimate_ask *ask,
                                       struct refusal *refusal);

#endif
