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

static void
line_add(struct flex_month *month, struct flex_line *lines, const struct catalog_rate *rate,
         int64_t quantity)
{
	struct flex_line *line = &lines[month->lines_count];

	if (quantity == 0)
		return;
	*line        = rate_charge(rate, quantity, month->period.fraction);
	month->units = flex_add(month->units, line->units);
	month->lines_count++;
}

void
flex_months(const struct flex_use *use, const struct flex_period *periods, uint32_t count,
            struct arena *arena, struct flex_month *months)
{
	size_t            room       = use->card->rates_count;
	struct flex_line *lines      = ARENA_ARRAY(arena, struct flex_line, room * count);
	int64_t          *quantities = ARENA_ARRAY(arena, int64_t, count);

	for (uint32_t i = 0; i < count; i++)
		months[i] = (struct flex_month){ periods[i], &lines[i * room], 0, 0 };
	for (uint32_t i = 0; i < use->card->rates_count; i++) {
		const struct catalog_rate *rate = &use->card->rates[i];
		if (!catalog_rate_is_for(rate, use->tier))
			continue;
		rate_quantities(use, rate, periods, count, arena, quantities);
		for (uint32_t j = 0; j < count; j++)
			line_add(&months[j], &lines[j * room], rate, quantities[j]);
	}
}

void
flex_month(const struct flex_use *use, const struct flex_period *period, struct arena *arena,
           struct flex_month *month)
{
	flex_months(use, period, 1, arena, month);
}
