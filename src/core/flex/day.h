/* day.h - a month's days: what each added to it, and what was left of the pool at its end.
 *
 * Pure. The days of a month are charged as the month is, by the version that holds in its
 * last hour or at H, and the last of them is the month. A top-up is there from its day on.
 * Days live in the arena. */
#ifndef TALLY_CORE_FLEX_DAY_H
#define TALLY_CORE_FLEX_DAY_H

#include "core/flex/pool.h"

struct flex_day {
	int32_t            day_hour;
	int64_t            units;   /* what the month to date grew by: it can fall, too */
	int64_t            to_date; /* of the month */
	struct flex_pool   pool;    /* of the month up to the day's end */
	struct flex_alerts alerts;  /* at its end */
};

void flex_days(const struct flex_statement *statement, struct arena *arena,
               const struct flex_day **days, uint32_t *count);

#endif
