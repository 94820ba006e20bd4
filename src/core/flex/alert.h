/* alert.h - how near a contract is to its limit, and which thresholds it has crossed (F-20).
 *
 * Pure. */
#ifndef TALLY_CORE_FLEX_ALERT_H
#define TALLY_CORE_FLEX_ALERT_H

#include "core/catalog/catalog.h"

struct flex_alert {
	int32_t threshold; /* percent */
	bool    crossed;
};

struct flex_alerts {
	int64_t           limit; /* units, millionths */
	int64_t           use;
	int64_t           percent_hundredths;         /* as L-60 rounds */
	struct flex_alert alerts[CATALOG_ALERTS_MAX]; /* lowest first */
	uint32_t          alerts_count;
};

/* With units bought so far, the limit is those, and the use is what was drawn and over since
 * the contract's start; else the month's free units, and the month's use. */
struct flex_alerts flex_alerts(const struct catalog_card *card, int64_t bought,
                               int64_t use_since_start, int64_t free_units, int64_t month_units);

#endif
