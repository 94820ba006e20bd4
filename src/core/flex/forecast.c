/* forecast.c - extends the days that are recorded to the month's end and beyond (F-43). */
#include "core/flex/forecast.h"

#include "core/flex/flex_int.h"
#include "core/flex/share.h"

enum { WEEK = 7, FORECAST_REACH_DAYS = 3660 };

/* What whole days added to their months, oldest first, and what a month began with. */
struct pace_days {
	int64_t  added[2 * 31];
	uint32_t count;
	int64_t  first; /* of the newest month whose first day is there */
};

/* ---- what is recorded ---- */

/* Marks the days before until_day on which any series of the rate has an event. */
static uint32_t
rate_days(const struct flex_use *use, const struct catalog_rate *rate, int32_t from_day,
          int32_t until_day)
{
	int32_t  hours[FORECAST_DAYS_MOST * HOURS_PER_DAY];
	uint32_t seen = 0;

	for (uint32_t i = 0; i < rate->meters_count; i++) {
		uint32_t meter = (uint32_t)rate->meters[i];
		for (uint32_t j = 0; j < book_series_count(use->book, meter); j++) {
			uint32_t count =
				series_hours(book_series_at(use->book, meter, j), from_day,
			                     until_day, hours, FORECAST_DAYS_MOST * HOURS_PER_DAY);
			for (uint32_t k = 0; k < count; k++) {
				if (hours[k] >= use->start_hour)
					seen |= 1u << ((hours[k] - from_day) / HOURS_PER_DAY);
			}
		}
	}
	return seen;
}

static uint32_t
days_recorded(const struct flex_use *use, int32_t until_day)
{
	int32_t  from_day = until_day - FORECAST_DAYS_MOST * HOURS_PER_DAY;
	uint32_t seen = 0, days = 0;

	/* The contract's first day may be a part of one. */
	if (from_day < day_first_hour(use->start_hour))
		from_day = day_first_hour(use->start_hour);
	for (uint32_t i = 0; use->book && from_day < until_day && i < use->card->rates_count; i++) {
		if (catalog_rate_is_for(&use->card->rates[i], use->tier))
			seen |= rate_days(use, &use->card->rates[i], from_day, until_day);
	}
	for (; seen != 0; seen &= seen - 1)
		days++;
	return days;
}

/* The days of one month, those from from_day on and before until_day. */
static void
days_add(struct pace_days *days, const struct flex_statement *statement, int32_t from_day,
         int32_t until_day, struct arena *arena)
{
	const struct flex_share *shares;
	uint32_t                 count;

	flex_shares(&statement->use, &statement->month, FLEX_BY_DAY, arena, &shares, &count);
	/* Of a month that is one day old, that day may be a part of one. */
	if (count > 1 || days->count == 0)
		days->first = shares[0].units;
	for (uint32_t i = 1; i < count; i++) {
		if (shares[i].day_hour >= from_day && shares[i].day_hour < until_day)
			days->added[days->count++] = shares[i].units;
	}
}

/* ---- how fast ---- */

static int64_t
days_mean(const int64_t *added, uint32_t count)
{
	i128 sum = 0;

	for (uint32_t i = 0; i < count; i++)
		sum += added[i];
	return sum > 0 ? divide_half_even(sum, count) : 0;
}

static void
paces_find(const struct pace_days *days, int64_t a_day[FLEX_PACES])
{
	uint32_t week = days->count < WEEK ? days->count : WEEK;

	for (uint32_t i = 0; i < FLEX_PACES; i++)
		a_day[i] = days_mean(days->added, days->count);
	for (uint32_t i = 0; i + week <= days->count; i++) {
		int64_t mean = days_mean(&days->added[i], week);
		if (mean < a_day[FLEX_SLOWEST])
			a_day[FLEX_SLOWEST] = mean;
		if (mean > a_day[FLEX_FASTEST])
			a_day[FLEX_FASTEST] = mean;
	}
}

/* ---- where it leads ---- */

/* What is there of one pace while days pass. */
struct passing {
	int64_t a_day;
	int64_t left;
	int64_t free; /* of the month */
};

/* A month's use beyond its free units comes out of the pool. first is what a month begins
 * with, free its free units. */
static void
day_pass(struct passing *passing, int32_t day, int64_t first, int64_t free)
{
	bool    begins = day == month_first_hour(day);
	int64_t use    = begins && first > passing->a_day ? first : passing->a_day;

	if (begins)
		passing->free = free;
	int64_t drawn = use > passing->free ? use - passing->free : 0;
	passing->free -= use - drawn;
	passing->left = passing->left > drawn ? passing->left - drawn : 0;
}

/* The first day that has nothing left is told; false when all paces have. */
static bool
ahead_add(struct flex_forecast *forecast, const struct passing passing[FLEX_PACES],
          struct flex_ahead *ahead, int32_t day)
{
	bool any = false;

	ahead->day_hour = day;
	for (uint32_t i = 0; i < FLEX_PACES; i++) {
		ahead->left[i] = passing[i].left;
		any            = any || passing[i].left > 0;
		if (passing[i].left == 0 && forecast->empty_day[i] == INT32_MAX)
			forecast->empty_day[i] = day;
	}
	forecast->ahead_count++;
	return any;
}

static void
pool_extend(struct flex_forecast *forecast, int64_t first, struct arena *arena)
{
	const struct flex_statement *statement = &forecast->statement;
	const struct flex_pool      *pool      = &statement->pool;
	int64_t        free = statement->use.card->tiers[statement->use.tier].free_units;
	int32_t        day  = day_first_hour(statement->month.period.until);
	int32_t        days = (statement->version->contract.end_hour - day) / HOURS_PER_DAY + 1;
	bool           any  = true;
	struct passing passing[FLEX_PACES];

	if (days > FORECAST_REACH_DAYS)
		days = FORECAST_REACH_DAYS;
	struct flex_ahead *ahead = ARENA_ARRAY(arena, struct flex_ahead, (uint32_t)days);
	for (uint32_t i = 0; i < FLEX_PACES; i++)
		passing[i] = (struct passing){ forecast->a_day[i], pool->closing,
			                       pool->free - pool->free_used };
	for (int32_t i = 0; any && i < days && day < statement->version->contract.end_hour; i++) {
		for (uint32_t j = 0; j < FLEX_PACES; j++)
			day_pass(&passing[j], day, first, free);
		any = ahead_add(forecast, passing, &ahead[i], day);
		day += HOURS_PER_DAY;
	}
	forecast->ahead = ahead;
}

static void
forecast_extend(struct flex_forecast *forecast, int64_t first, struct arena *arena)
{
	const struct flex_period *period = &forecast->statement.month.period;
	int32_t                   rest   = period->to - period->until;

	forecast->has_pool = forecast->statement.pool.closing > 0;
	for (uint32_t i = 0; i < FLEX_PACES; i++) {
		int64_t more = divide_half_even((i128)forecast->a_day[i] * rest, HOURS_PER_DAY);
		forecast->at_end[i]    = flex_add(forecast->statement.month.units, more);
		forecast->empty_day[i] = INT32_MAX;
	}
	if (forecast->has_pool)
		pool_extend(forecast, first, arena);
	CHECK(forecast->at_end[FLEX_SLOWEST] <= forecast->at_end[FLEX_EXPECTED]);
	CHECK(forecast->at_end[FLEX_EXPECTED] <= forecast->at_end[FLEX_FASTEST]);
}

static enum err
few_refuse(struct refusal *refusal, uint32_t days)
{
	char        detail[] = "a forecast needs 7 recorded days of the last 30, and there are 0";
	struct span text     = { detail, sizeof(detail) - 1 };

	CHECK(days < FORECAST_DAYS_LEAST);
	detail[text.size - 1] = (char)('0' + days);
	return refuse(refusal, ERR_QUESTION, SPAN("at"), text);
}

enum err
flex_forecast(const struct flex_question *question, struct arena *arena,
              struct flex_forecast *forecast, struct refusal *refusal)
{
	struct flex_forecast  made = { .days_recorded = 0 };
	struct pace_days      days = { .count = 0 };
	struct flex_statement before;
	struct flex_walk      walk;
	int32_t               until = day_first_hour(question->at_hour + 1);
	int32_t               from  = until - FORECAST_DAYS_MOST * HOURS_PER_DAY;
	enum err              err   = flex_statement(question, arena, &made.statement, refusal);

	if (err)
		return err;
	made.days_recorded = days_recorded(&made.statement.use, until);
	if (made.days_recorded < FORECAST_DAYS_LEAST)
		return few_refuse(refusal, made.days_recorded);
	flex_walk_open(&walk, question, made.statement.version->contract.id, from);
	while (flex_walk_next(&walk, arena, &before)) {
		if (before.month.period.until > from)
			days_add(&days, &before, from, until, arena);
	}
	paces_find(&days, made.a_day);
	forecast_extend(&made, days.first, arena);
	*forecast = made;
	return ERR_NONE;
}
