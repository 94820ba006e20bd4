/* fold.c - how the hours of a month become the quantity of a metric (F-3). */
#include "core/flex/flex_int.h"

enum { MONTH_DAYS_MAX = 31, MONTH_HOURS_MAX = MONTH_DAYS_MAX * HOURS_PER_DAY };
enum { UNIQUE_DAYS = 30 };

/* ---- one series ---- */

static int64_t
series_active(const struct series *series, struct flex_hours hours)
{
	struct latest_cell cell;

	return series_latest(series, hours.from, hours.until, &cell) ? MILLIONTHS : 0;
}

static int64_t
series_events(const struct series *series, struct flex_hours hours)
{
	int64_t count = series_count(series, hours.from, hours.until);

	return count > INT64_MAX / MILLIONTHS ? INT64_MAX : count * MILLIONTHS;
}

static int64_t
series_quantity(const struct series *series, struct flex_hours hours)
{
	struct instant last;
	int64_t        total;

	return series_total(series, hours.from, hours.until, &total, &last) ? total : 0;
}

/* The mean or the largest of the hours that reported. */
static int64_t
gauge_quantity(const struct series *gauge, struct flex_hours hours, bool mean)
{
	struct gauge_spread spread;

	series_spread(gauge, hours.from, hours.until, &spread);
	if (!mean || spread.hours == 0)
		return spread.largest;
	return divide_half_even(spread.sum, spread.hours);
}

/* Granted up to the last hour and not revoked since; at one time, revoked wins (L-21). */
static int64_t
member_quantity(const struct series *grants, int32_t revoked_meter, int32_t until)
{
	const struct series *revocations = series_sibling(grants, (uint32_t)revoked_meter);
	struct latest_cell   granted, revoked;

	if (!series_latest(grants, INT32_MIN, until, &granted))
		return 0;
	if (revocations && series_latest(revocations, INT32_MIN, until, &revoked) &&
	    granted.at.ns <= revoked.at.ns)
		return 0;
	return MILLIONTHS;
}

static bool
series_wanted(const struct catalog_rate *rate, const struct series *series)
{
	return rate->item.size == 0 || span_equal(rate->item, series_key(series)->item);
}

int64_t
rate_series_quantity(const struct flex_use *use, const struct catalog_rate *rate,
                     const struct series *series, struct flex_hours hours)
{
	CHECK(use && hours.from < hours.until);
	if (!series_wanted(rate, series))
		return 0;
	switch (rate->fold) {
	case RATE_COUNT:
		return series_events(series, hours);
	case RATE_SUM:
		return series_quantity(series, hours);
	case RATE_UNIQUE:
	case RATE_UNIQUE_30D:
	case RATE_PEAK_DAILY_UNIQUE:
		return series_active(series, hours);
	case RATE_MEAN:
	case RATE_MAX:
		return gauge_quantity(series, hours, rate->fold == RATE_MEAN);
	case RATE_MEMBERS:
		return member_quantity(series, rate->revoked_meter, hours.until);
	}
	CHECK(false);
	return 0;
}

/* ---- the hours ---- */

/* Adds each day of the month on which the series has an event to its count. */
static void
days_add(const struct series *series, const struct flex_period *period,
         uint32_t counts[MONTH_DAYS_MAX])
{
	int32_t  hours[MONTH_HOURS_MAX];
	uint32_t seen  = 0; /* a bit a day */
	uint32_t count = series_hours(series, period->from, period->until, hours, MONTH_HOURS_MAX);

	for (uint32_t i = 0; i < count; i++)
		seen |= 1u << ((hours[i] - period->month_hour) / HOURS_PER_DAY);
	for (uint32_t day = 0; day < MONTH_DAYS_MAX; day++)
		counts[day] += seen >> day & 1;
}

static struct flex_hours
peak_hours(const struct flex_use *use, const struct catalog_rate *rate,
           const struct flex_period *period)
{
	uint32_t counts[MONTH_DAYS_MAX] = { 0 };
	int32_t  peak                   = 0;

	for (uint32_t i = 0; i < rate->meters_count; i++) {
		uint32_t meter = (uint32_t)rate->meters[i];
		for (uint32_t j = 0; j < book_series_count(use->book, meter); j++) {
			const struct series *series = book_series_at(use->book, meter, j);
			if (series_wanted(rate, series))
				days_add(series, period, counts);
		}
	}
	for (int32_t day = 1; day < MONTH_DAYS_MAX; day++) {
		if (counts[day] > counts[peak])
			peak = day;
	}
	if (counts[peak] == 0)
		return (struct flex_hours){ period->from, period->until };
	int32_t first = period->month_hour + peak * HOURS_PER_DAY;
	int32_t end   = first + HOURS_PER_DAY;
	return (struct flex_hours){ first > period->from ? first : period->from,
		                    end < period->until ? end : period->until };
}

struct flex_hours
rate_hours(const struct flex_use *use, const struct catalog_rate *rate,
           const struct flex_period *period)
{
	struct flex_hours hours = { period->from, period->until };

	CHECK(period->from < period->until);
	if (rate->fold == RATE_PEAK_DAILY_UNIQUE)
		return peak_hours(use, rate, period);
	if (rate->fold == RATE_UNIQUE_30D) {
		hours.from = hours.until - UNIQUE_DAYS * HOURS_PER_DAY;
		if (hours.from < use->start_hour)
			hours.from = use->start_hour;
	}
	return hours;
}

void
rate_quantities(const struct flex_use *use, const struct catalog_rate *rate,
                const struct flex_period *periods, uint32_t count, struct arena *arena,
                int64_t *quantities)
{
	struct flex_hours *hours = ARENA_ARRAY(arena, struct flex_hours, count);

	memset(quantities, 0, count * sizeof(*quantities));
	if (!use->book)
		return;
	for (uint32_t i = 0; i < count; i++)
		hours[i] = rate_hours(use, rate, &periods[i]);
	for (uint32_t i = 0; i < rate->meters_count; i++) {
		uint32_t meter        = (uint32_t)rate->meters[i];
		uint32_t series_count = book_series_count(use->book, meter);
		for (uint32_t j = 0; j < series_count; j++) {
			const struct series *series = book_series_at(use->book, meter, j);
			for (uint32_t k = 0; k < count; k++)
				quantities[k] =
					flex_add(quantities[k],
				                 rate_series_quantity(use, rate, series, hours[k]));
		}
	}
}
