/* share.c - divides the units of a month among keys, metrics and days. */
#include "core/flex/share.h"

#include "core/flex/flex_int.h"

static const struct span by_names[FLEX_BYS] = {
	[FLEX_BY_ORG] = { "org", 3 },           [FLEX_BY_PROJECT] = { "project", 7 },
	[FLEX_BY_RESOURCE] = { "resource", 8 }, [FLEX_BY_DAY] = { "day", 3 },
	[FLEX_BY_ACTIVITY] = { "activity", 8 },
};

struct span
flex_by_name(enum flex_by by)
{
	CHECK((unsigned)by < FLEX_BYS);
	return by_names[by];
}

enum flex_by
flex_by_find(struct span name)
{
	uint32_t by = 0;

	while (by < FLEX_BYS && !span_equal(by_names[by], name))
		by++;
	return (enum flex_by)by;
}

/* ---- order ---- */

typedef int share_order(const struct flex_share *a, const struct flex_share *b);

static int
by_key(const struct flex_share *a, const struct flex_share *b)
{
	int order = (a->rate > b->rate) - (a->rate < b->rate);

	if (order == 0)
		order = span_compare(a->org, b->org);
	if (order == 0)
		order = span_compare(a->project, b->project);
	if (order == 0)
		order = span_compare(a->id, b->id);
	return order != 0 ? order : span_compare(a->item, b->item);
}

static int
by_units(const struct flex_share *a, const struct flex_share *b)
{
	if (a->units != b->units)
		return a->units < b->units ? 1 : -1;
	return by_key(a, b);
}

/* Merge sort, from the bottom up. */
static void
shares_sort(struct flex_share *shares, uint32_t count, struct arena *arena, share_order *order)
{
	struct flex_share *spare = ARENA_ARRAY(arena, struct flex_share, count);

	for (uint32_t run = 1; run < count; run *= 2) {
		for (uint32_t from = 0; from < count; from += 2 * run) {
			uint32_t middle = from + run < count ? from + run : count;
			uint32_t end    = from + 2 * run < count ? from + 2 * run : count;
			uint32_t a = from, b = middle;
			for (uint32_t i = from; i < end; i++) {
				bool left = a < middle &&
				            (b == end || order(&shares[a], &shares[b]) <= 0);
				spare[i] = shares[left ? a++ : b++];
			}
		}
		memcpy(shares, spare, count * sizeof(*shares));
	}
}

/* ---- by key ---- */

/* The keys of one line, in order of key, each with its quantity. */
static uint32_t
line_keys(const struct flex_use *use, const struct flex_period *period,
          const struct flex_line *line, struct arena *arena, struct flex_share **keys)
{
	const struct catalog_rate *rate  = line->rate;
	struct flex_hours          hours = rate_hours(use, rate, period);
	uint32_t                   room = 0, count = 0;

	for (uint32_t i = 0; i < rate->meters_count; i++)
		room += book_series_count(use->book, (uint32_t)rate->meters[i]);
	*keys = ARENA_ARRAY(arena, struct flex_share, room);
	for (uint32_t i = 0; i < rate->meters_count; i++) {
		uint32_t meter = (uint32_t)rate->meters[i];
		for (uint32_t j = 0; j < book_series_count(use->book, meter); j++) {
			const struct series   *series = book_series_at(use->book, meter, j);
			const struct book_key *key    = series_key(series);
			int64_t quantity = rate_series_quantity(use, rate, series, hours);
			if (quantity > 0)
				(*keys)[count++] = (struct flex_share){ key->org, key->project,
					                                key->id,  key->item,
					                                rate,     quantity,
					                                0,        0 };
		}
	}
	shares_sort(*keys, count, arena, by_key);
	return count;
}

/* Cumulated and cut off, so that the parts add up to the whole. */
static void
line_divide(const struct flex_line *line, struct flex_share *keys, uint32_t count)
{
	i128    whole = 0, cumulated = 0;
	int64_t given = 0;

	for (uint32_t i = 0; i < count; i++)
		whole += keys[i].quantity;
	for (uint32_t i = 0; i < count; i++) {
		cumulated += keys[i].quantity;
		/* The sum of many quantities at their largest would not fit a product. */
		int64_t upto  = whole <= INT64_MAX ? (int64_t)(cumulated * line->units / whole)
		                                   : (i + 1 == count ? line->units : 0);
		keys[i].units = upto - given;
		given         = upto;
	}
	CHECK(count == 0 || given == line->units);
}

static void
key_cut(struct flex_share *key, enum flex_by by)
{
	const struct span none = { 0 };

	if (by == FLEX_BY_RESOURCE)
		return;
	key->rate     = NULL;
	key->quantity = 0;
	key->id       = none;
	key->item     = none;
	if (by == FLEX_BY_ORG)
		key->project = none;
}

/* Equal keys, which stand side by side, become one. */
static uint32_t
shares_join(struct flex_share *shares, uint32_t count)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct flex_share *last = kept > 0 ? &shares[kept - 1] : NULL;
		if (last && by_key(last, &shares[i]) == 0) {
			last->quantity = flex_add(last->quantity, shares[i].quantity);
			last->units    = flex_add(last->units, shares[i].units);
		} else {
			shares[kept++] = shares[i];
		}
	}
	return kept;
}

static uint32_t
shares_by_key(const struct flex_use *use, const struct flex_month *month, enum flex_by by,
              struct arena *arena, struct flex_share **shares)
{
	struct flex_share **lines  = ARENA_ARRAY(arena, struct flex_share *, month->lines_count);
	uint32_t           *counts = ARENA_ARRAY(arena, uint32_t, month->lines_count);
	uint32_t            room = 0, count = 0;

	for (uint32_t i = 0; i < month->lines_count; i++) {
		counts[i] = line_keys(use, &month->period, &month->lines[i], arena, &lines[i]);
		line_divide(&month->lines[i], lines[i], counts[i]);
		room += counts[i];
	}
	*shares = ARENA_ARRAY(arena, struct flex_share, room);
	for (uint32_t i = 0; i < month->lines_count; i++) {
		for (uint32_t j = 0; j < counts[i]; j++) {
			(*shares)[count] = lines[i][j];
			key_cut(&(*shares)[count++], by);
		}
	}
	shares_sort(*shares, count, arena, by_key);
	count = shares_join(*shares, count);
	shares_sort(*shares, count, arena, by_units);
	return count;
}

/* ---- by day and by activity ---- */

static uint32_t
shares_by_day(const struct flex_use *use, const struct flex_month *month, struct arena *arena,
              struct flex_share **shares)
{
	int32_t             first   = day_first_hour(month->period.from);
	int32_t             hours   = month->period.until - first;
	uint32_t            days    = (uint32_t)ceil_divide(hours, HOURS_PER_DAY);
	struct flex_period *periods = ARENA_ARRAY(arena, struct flex_period, days);
	struct flex_month  *to_date = ARENA_ARRAY(arena, struct flex_month, days);
	int64_t             before  = 0;

	*shares = ARENA_ARRAY(arena, struct flex_share, days);
	for (uint32_t i = 0; i < days; i++) {
		periods[i] = month->period;
		if (i + 1 < days)
			periods[i].until = first + ((int32_t)i + 1) * HOURS_PER_DAY;
	}
	flex_months(use, periods, days, arena, to_date);
	for (uint32_t i = 0; i < days; i++) {
		(*shares)[i] = (struct flex_share){ .day_hour = first + (int32_t)i * HOURS_PER_DAY,
			                            .units    = to_date[i].units - before };
		before       = to_date[i].units;
	}
	return days;
}

static uint32_t
shares_by_activity(const struct flex_month *month, struct arena *arena, struct flex_share **shares)
{
	*shares = ARENA_ARRAY(arena, struct flex_share, month->lines_count);
	for (uint32_t i = 0; i < month->lines_count; i++)
		(*shares)[i] = (struct flex_share){ .rate     = month->lines[i].rate,
			                            .quantity = month->lines[i].quantity,
			                            .units    = month->lines[i].units };
	return month->lines_count;
}

void
flex_shares(const struct flex_use *use, const struct flex_month *month, enum flex_by by,
            struct arena *arena, const struct flex_share **shares, uint32_t *count)
{
	struct flex_share *made = NULL;
	int64_t            sum  = 0;

	switch (by) {
	case FLEX_BY_ORG:
	case FLEX_BY_PROJECT:
	case FLEX_BY_RESOURCE:
		*count = shares_by_key(use, month, by, arena, &made);
		break;
	case FLEX_BY_DAY:
		*count = shares_by_day(use, month, arena, &made);
		break;
	case FLEX_BY_ACTIVITY:
	case FLEX_BYS:
		*count = shares_by_activity(month, arena, &made);
		break;
	}
	for (uint32_t i = 0; i < *count; i++)
		sum = flex_add(sum, made[i].units);
	CHECK(sum == month->units);
	*shares = made;
}
