/* transition.c - charges the last twelve months as if a Flex contract had held (F-42). */
#include "core/flex/transition.h"

#include "core/flex/flex_int.h"

/* The first hour of the month that begins `months` months before the one that contains hour. */
static int32_t
months_before(int32_t hour, uint32_t months)
{
	int32_t first = month_first_hour(hour);

	for (uint32_t i = 0; i < months; i++)
		first = month_first_hour(first - 1);
	return first;
}

static void
metrics_add(struct flex_metric *metrics, const struct catalog_card *card,
            const struct flex_month *month)
{
	for (uint32_t i = 0; i < month->lines_count; i++) {
		struct flex_metric *metric = &metrics[month->lines[i].rate - card->rates];
		metric->rate               = month->lines[i].rate;
		metric->units              = flex_add(metric->units, month->lines[i].units);
	}
}

/* Those that were used move together. */
static uint32_t
metrics_close(struct flex_metric *metrics, uint32_t count)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (metrics[i].rate)
			metrics[kept++] = metrics[i];
	}
	return kept;
}

/* Of two with equal use the earlier month. */
static void
highest_find(struct flex_transition *transition)
{
	bool taken[TRANSITION_MONTHS] = { false };

	for (uint32_t i = 0; i < TRANSITION_HIGHEST; i++) {
		uint32_t best = TRANSITION_MONTHS;
		for (uint32_t j = 0; j < TRANSITION_MONTHS; j++) {
			if (!taken[j] &&
			    (best == TRANSITION_MONTHS ||
			     transition->months[j].units > transition->months[best].units))
				best = j;
		}
		transition->highest[i] = best;
		taken[best]            = true;
	}
}

enum err
flex_transition(const struct catalog *catalog, const struct book *book, enum flex_tier tier,
                int32_t hour, struct arena *arena, struct flex_transition *transition,
                struct refusal *refusal)
{
	struct flex_transition made = { .tier = tier };

	CHECK(catalog && arena && transition);
	if (catalog->cards_count == 0)
		return refuse(refusal, ERR_FIELD_VALUE, SPAN("rates"),
		              SPAN("the catalogue has no rate card"));
	made.card                 = &catalog->cards[catalog->cards_count - 1];
	int32_t             first = months_before(hour + 1, TRANSITION_MONTHS);
	const int64_t       free  = made.card->tiers[tier].free_units;
	struct flex_use     use   = { catalog, made.card, tier, book, first };
	struct flex_metric *metrics =
		arena_take_zeroed(arena, sizeof(*metrics) * made.card->rates_count);
	for (uint32_t i = 0; i < TRANSITION_MONTHS; i++) {
		int32_t            next   = month_next_first_hour(first);
		struct flex_period period = flex_period_at(first, next, next - 1);
		struct flex_month *month  = &made.months[i];
		flex_month(&use, &period, arena, month);
		metrics_add(metrics, made.card, month);
		made.units = flex_add(made.units, month->units);
		made.pool  = flex_add(made.pool, month->units > free ? month->units - free : 0);
		first      = next;
	}
	made.metrics       = metrics;
	made.metrics_count = metrics_close(metrics, made.card->rates_count);
	highest_find(&made);
	*transition = made;
	return ERR_NONE;
}
