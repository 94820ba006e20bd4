/* licence_why.c - why a percentile is what it is, and what would change it (L-63). */
#include "core/licence/licence.h"

#include "core/base/decimal.h"
#include "core/licence/licence_int.h"
#include "core/meter/percentile.h"

/* The present hours, from the highest value to the lowest; of one value the later hour
 * first, so that it is ignored first. */
struct ranking {
	const int64_t *sums;
	uint32_t      *order; /* offsets into the window */
	uint32_t       count;
};

static bool
hour_before(const void *context, uint32_t a, uint32_t b)
{
	const int64_t *sums = context;

	return sums[a] != sums[b] ? sums[a] > sums[b] : a > b;
}

/* The hours of the row's life within the window, as offsets [from, until). */
struct reach {
	uint32_t from;
	uint32_t until;
};

static struct reach
row_reach(const struct evaluation *evaluation, const struct licence_row *row)
{
	int32_t from  = row->life_from > evaluation->from ? row->life_from : evaluation->from;
	int32_t until = row->life_until < evaluation->until ? row->life_until : evaluation->until;

	CHECK(from < until);
	return (struct reach){ (uint32_t)(from - evaluation->from),
		               (uint32_t)(until - evaluation->from) };
}

/* Sum the gauges over the window and rank the hours of the reach; others are wiped. */
static struct ranking
row_rank_hours(struct evaluation *evaluation, const struct licence_row *row, struct reach reach)
{
	uint32_t       window  = (uint32_t)(evaluation->until - evaluation->from);
	uint32_t      *scratch = ARENA_ARRAY(evaluation->arena, uint32_t, window);
	struct ranking ranking = { .sums  = evaluation->sums,
		                   .order = ARENA_ARRAY(evaluation->arena, uint32_t, window) };

	memset(evaluation->sums, 0, window * sizeof(*evaluation->sums));
	memset(evaluation->present, 0, (window + 63) / 64 * sizeof(*evaluation->present));
	for (uint32_t i = 0; i < row->gauges_count; i++)
		series_sum(row->gauges[i], evaluation->from, evaluation->until, evaluation->sums,
		           evaluation->present);
	for (uint32_t i = 0; i < window; i++) {
		if (i < reach.from || i >= reach.until) {
			evaluation->sums[i] = 0;
			evaluation->present[i >> 6] &= ~(UINT64_C(1) << (i & 63));
		} else if (evaluation->present[i >> 6] >> (i & 63) & 1) {
			ranking.order[ranking.count++] = i;
		}
	}
	indices_sort(ranking.order, ranking.count, scratch, hour_before, evaluation->sums);
	return ranking;
}

static const int32_t *
hours_of(struct evaluation *evaluation, const uint32_t *offsets, uint32_t count, bool backwards)
{
	int32_t *hours = ARENA_ARRAY(evaluation->arena, int32_t, count);

	for (uint32_t i = 0; i < count; i++)
		hours[i] = evaluation->from + (int32_t)offsets[backwards ? count - 1 - i : i];
	return hours;
}

/* One licence less needs the percentile at or below target: as many hours above it must
 * fall as are more than may be ignored; the cheapest are those just above. */
static void
why_drivers(struct evaluation *evaluation, const struct licence_row *row,
            const struct ranking *ranking, struct licence_why *why)
{
	int64_t  least = evaluation->by_instance ? 0 : row->rule->least;
	int64_t  per   = evaluation->by_instance ? 1 : row->rule->per;
	uint32_t above = 0;

	why->can_fall = why->licences > least && why->percentile > 0;
	if (!why->can_fall)
		return;
	why->target = (why->licences - 1) * (per * MILLIONTHS);
	CHECK(why->target < why->percentile);
	while (above < ranking->count && ranking->sums[ranking->order[above]] > why->target)
		above++;
	CHECK(above > why->ignored_count);
	why->must_fall = above - why->ignored_count;
	why->drivers =
		hours_of(evaluation, ranking->order + why->ignored_count, why->must_fall, true);
}

/* The percentile when missing more hours are reported, all at zero or all without limit;
 * false when it is one of the unlimited ones. */
static bool
percentile_with(const struct ranking *ranking, const struct licence_row *row, uint32_t missing,
                bool high, int64_t *percentile)
{
	uint32_t count = ranking->count + missing;

	*percentile = 0;
	if (count == 0)
		return true;
	uint32_t rank  = percentile_rank(count, row->rule->percentile);
	uint32_t below = high ? 0 : missing;
	if (rank <= below)
		return true;
	if (rank - below > ranking->count)
		return false;
	*percentile = ranking->sums[ranking->order[ranking->count - (rank - below)]];
	return true;
}

static void
why_bounds(const struct evaluation *evaluation, const struct licence_row *row,
           const struct ranking *ranking, struct licence_why *why)
{
	int64_t percentile;
	bool    bounded = percentile_with(ranking, row, why->hours_missing, false, &percentile);

	CHECK(bounded);
	why->lowest_licences = rule_licences(row->rule, evaluation->by_instance, percentile);
	bounded              = percentile_with(ranking, row, why->hours_missing, true, &percentile);
	why->highest_licences =
		bounded ? rule_licences(row->rule, evaluation->by_instance, percentile) : -1;
	CHECK(why->lowest_licences <= why->licences);
	CHECK(!bounded || why->highest_licences >= why->licences);
}

void
licence_why(const struct licence_question *question, const struct licence_row *row,
            struct arena *arena, struct licence_why *why)
{
	struct evaluation evaluation;

	CHECK(row->rule->fold == FOLD_PERCENTILE);
	evaluation_open(&evaluation, question, false, arena);
	struct reach   reach   = row_reach(&evaluation, row);
	struct ranking ranking = row_rank_hours(&evaluation, row, reach);

	*why = (struct licence_why){
		.hours_present = ranking.count,
		.hours_missing = reach.until - reach.from - ranking.count,
		.decisive_hour = INT32_MIN,
		.sums          = evaluation.sums,
		.present       = evaluation.present,
	};
	if (ranking.count > 0) {
		why->rank          = percentile_rank(ranking.count, row->rule->percentile);
		why->ignored_count = ranking.count - why->rank;
		why->percentile    = ranking.sums[ranking.order[why->ignored_count]];
		why->decisive_hour = evaluation.from + (int32_t)ranking.order[why->ignored_count];
	}
	why->licences      = rule_licences(row->rule, evaluation.by_instance, why->percentile);
	why->ignored_hours = hours_of(&evaluation, ranking.order, why->ignored_count, false);
	CHECK(why->percentile == row->instances && why->licences == row->licences);
	CHECK(why->hours_present == row->hours);
	why_drivers(&evaluation, row, &ranking, why);
	why_bounds(&evaluation, row, &ranking, why);
}
