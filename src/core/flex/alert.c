/* alert.c - use against the limit of a contract (F-20). */
#include "core/flex/alert.h"

#include "core/base/decimal.h"

enum { WHOLE_PERCENT = 100 };

/* Compared exactly, and not by the rounded percent; any use of nothing is all of it. */
static bool
threshold_crossed(int64_t use, int64_t limit, int32_t threshold)
{
	if (limit <= 0)
		return use > 0 && threshold <= WHOLE_PERCENT;
	return (i128)use * WHOLE_PERCENT >= (i128)limit * threshold;
}

struct flex_alerts
flex_alerts(const struct catalog_card *card, int64_t bought, int64_t use_since_start,
            int64_t free_units, int64_t month_units)
{
	bool               pool   = bought > 0;
	struct flex_alerts alerts = {
		.limit        = pool ? bought : free_units,
		.use          = pool ? use_since_start : month_units,
		.alerts_count = card->alerts_count,
	};

	CHECK(alerts.use >= 0);
	if (alerts.limit > 0)
		alerts.percent_hundredths = percent_hundredths(alerts.use, alerts.limit);
	else if (alerts.use > 0)
		alerts.percent_hundredths = WHOLE_PERCENT * 100;
	for (uint32_t i = 0; i < card->alerts_count; i++) {
		alerts.alerts[i].threshold = card->alerts[i];
		alerts.alerts[i].crossed =
			threshold_crossed(alerts.use, alerts.limit, card->alerts[i]);
	}
	return alerts;
}
