/* transition.h - what the last twelve months would have been under Flex (F-42).
 *
 * Pure. Months and lines live in the arena. */
#ifndef TALLY_CORE_FLEX_TRANSITION_H
#define TALLY_CORE_FLEX_TRANSITION_H

#include "core/flex/month.h"

enum { TRANSITION_MONTHS = 12, TRANSITION_HIGHEST = 3 };

/* Units of one metric over all months. */
struct flex_metric {
	const struct catalog_rate *rate;
	int64_t                    units;
};

struct flex_transition {
	const struct catalog_card *card;
	enum flex_tier             tier;
	struct flex_month          months[TRANSITION_MONTHS]; /* whole ones, oldest first */
	const struct flex_metric  *metrics; /* in the order of the card, those that were used */
	uint32_t                   metrics_count;
	int64_t                    units;
	int64_t  pool; /* what the free units of each month would not have covered */
	uint32_t highest[TRANSITION_HIGHEST]; /* indices of months, the highest use first */
};

/* The twelve whole calendar months that end with hour or before it, by the newest card.
 * ERR_FIELD_VALUE: the catalogue has none. */
MUST_CHECK enum err flex_transition(const struct catalog *catalog, const struct book *book,
                                    enum flex_tier tier, int32_t hour, struct arena *arena,
                                    struct flex_transition *transition, struct refusal *refusal);

#endif
