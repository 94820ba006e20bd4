/* day.c - follows the pool of a month from day to day. */
#include "core/flex/day.h"

#include "core/flex/flex_int.h"
#include "core/flex/share.h"

static int32_t
day_last_hour(const struct flex_statement *statement, int32_t day_hour)
{
	int32_t until = statement->month.period.until;

	return day_hour + HOURS_PER_DAY < until ? day_hour + HOURS_PER_DAY - 1 : until - 1;
}

static void
day_end(const struct flex_statement *statement, struct flex_day *day)
{
	const struct contract_flex *flex = statement->version->contract.flex;
	int64_t bought = contract_flex_bought(flex, day_last_hour(statement, day->day_hour));

	day->pool = (struct flex_pool){
		.opening = statement->pool.opening,
		.topups  = bought - statement->bought_before,
		.free    = statement->pool.free,
	};
	pool_draw(&day->pool, day->to_date);
	day->alerts = flex_alerts(
		flex->card, bought,
		flex_add(statement->use_before, flex_add(day->pool.drawn, day->pool.overage)),
		day->pool.free, day->to_date);
}

void
flex_days(const struct flex_statement *statement, struct arena *arena, const struct flex_day **days,
          uint32_t *count)
{
	const struct flex_share *shares;
	int64_t                  to_date = 0;

	CHECK(statement && arena && days && count);
	flex_shares(&statement->use, &statement->month, FLEX_BY_DAY, arena, &shares, count);
	struct flex_day *made = ARENA_ARRAY(arena, struct flex_day, *count);
	for (uint32_t i = 0; i < *count; i++) {
		to_date += shares[i].units;
		made[i] = (struct flex_day){ .day_hour = shares[i].day_hour,
			                     .units    = shares[i].units,
			                     .to_date  = to_date };
		day_end(statement, &made[i]);
	}
	CHECK(*count == 0 || made[*count - 1].pool.closing == statement->pool.closing);
	*days = made;
}
