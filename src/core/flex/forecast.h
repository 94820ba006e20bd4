/* forecast.h - what a month will come to, and when the pool will be empty (F-43).
 *
 * Pure. From what the last whole days added to their months; the first day of a month, on
 * which members and storage begin anew, is kept apart. The range is that of the slowest and
 * the fastest seven days in a row. */
#ifndef TALLY_CORE_FLEX_FORECAST_H
#define TALLY_CORE_FLEX_FORECAST_H

#include "core/flex/pool.h"

enum { FORECAST_DAYS_LEAST = 7, FORECAST_DAYS_MOST = 30 };

/* Use goes on as in the slowest week, on average, or as in the fastest. */
enum flex_pace { FLEX_SLOWEST, FLEX_EXPECTED, FLEX_FASTEST, FLEX_PACES };

/* What is left of the pool at the end of a day to come. */
struct flex_ahead {
	int32_t day_hour;
	int64_t left[FLEX_PACES];
};

struct flex_forecast {
	struct flex_statement statement;          /* of the month to date */
	uint32_t              days_recorded;      /* of the last 30, those with an event */
	int64_t               a_day[FLEX_PACES];  /* units that a day adds */
	int64_t               at_end[FLEX_PACES]; /* units of the month when it ends */
	bool                  has_pool;           /* anything was bought, and something is left */
	int32_t               empty_day[FLEX_PACES]; /* the first hour of the day on which the pool
	                                                becomes empty; INT32_MAX: not before the
	                                                contract ends */
	const struct flex_ahead *ahead; /* day by day until the pool is empty at any pace, or
	                                   the contract ends */
	uint32_t                 ahead_count;
};

/* ERR_CONTRACT_UNKNOWN; ERR_QUESTION: fewer than 7 days are recorded. */
MUST_CHECK enum err flex_forecast(const struct flex_question *question, struct arena *arena,
                                  struct flex_forecast *forecast, struct refusal *refusal);

#endif
