/* month.c - a contract's calendar month: its hours, its lines, its units (F-1, F-5, F-6). */
#include "core/flex/month.h"

#include "core/flex/flex_int.h"

struct flex_period
flex_period_at(int32_t start_hour, int32_t end_hour, int32_t hour)
{
	int32_t month = month_first_hour(hour);
	int32_t next  = month_next_first_hour(hour);
	int32_t from  = start_hour > month ? start_hour : month;
	int32_t to    = end_hour < next ? end_hour : next;

	CHECK(from <= hour);
	CHECK(hour < to);
	return (struct flex_period){
		.month_hour = month,
		.from       = from,
		.to         = to,
		.until      = hour + 1,
		.fraction   = { to - from, next - month },
	};
}

void
flex_month(const struct flex_use *use, const struct flex_period *period, struct arena *arena,
           struct flex_month *month)
{
	struct flex_line *lines = ARENA_ARRAY(arena, struct flex_line, use->card->rates_count);
	uint32_t          count = 0;
	int64_t           units = 0;

	for (uint32_t i = 0; i < use->card->rates_count; i++) {
		const struct catalog_rate *rate = &use->card->rates[i];
		if (!catalog_rate_is_for(rate, use->tier))
			continue;
		int64_t quantity = flex_quantity(use, rate, period);
		if (quantity == 0)
			continue;
		lines[count] = rate_charge(rate, quantity, period->fraction);
		units        = flex_add(units, lines[count].units);
		count++;
	}
	*month = (struct flex_month){ *period, lines, count, units };
}
