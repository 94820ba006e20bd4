/* rule_total.c - events and quantities that are added up for the account as a whole, and
 * broken down by project or key (L-14, L-32 to L-35, L-40). */
#include "core/base/decimal.h"
#include "core/licence/licence_int.h"

/* What one series adds. */
struct summand {
	const struct series *series;
	int64_t              quantity;
	struct instant       last;
};

static bool
series_add(const struct evaluation *evaluation, const struct series *series, bool with_last,
           struct summand *summand)
{
	int32_t            from = evaluation->from, until = evaluation->until;
	struct latest_cell cell = { .at = { 0 } };

	*summand = (struct summand){ .series = series };
	if (series_meter(series)->kind == SERIES_SUM)
		return series_total(series, from, until, &summand->quantity, &summand->last);
	summand->quantity = series_count(series, from, until);
	if (with_last && series_latest(series, from, until, &cell))
		summand->last = cell.at;
	return summand->quantity > 0;
}

/* ---- broken down ---- */

static struct licence_by
summand_by(const struct catalog_rule *rule, const struct summand *summand)
{
	const struct book_key *key  = series_key(summand->series);
	bool                   keys = rule->by == RULE_BY_KEY;

	return (struct licence_by){
		.rule    = rule,
		.org     = key->org,
		.project = key->project,
		.id      = keys ? key->id : (struct span){ 0 },
		.item    = keys ? key->item : (struct span){ 0 },
	};
}

static int
by_compare(const struct licence_by *a, const struct licence_by *b)
{
	int order = span_compare(a->id, b->id);

	if (order == 0)
		order = span_compare(a->org, b->org);
	if (order == 0)
		order = span_compare(a->project, b->project);
	return order != 0 ? order : span_compare(a->item, b->item);
}

static bool
by_key_before(const void *context, uint32_t a, uint32_t b)
{
	const struct licence_by *by = context;

	return by_compare(&by[a], &by[b]) < 0;
}

static bool
by_before(const void *context, uint32_t a, uint32_t b)
{
	const struct licence_by *by = context;

	if (by[a].rule != by[b].rule)
		return by[a].rule < by[b].rule;
	if (by[a].quantity != by[b].quantity)
		return by[a].quantity > by[b].quantity;
	return by_compare(&by[a], &by[b]) < 0;
}

static uint32_t *
by_order(struct arena *arena, const struct licence_by *by, uint32_t count, order_before *before)
{
	uint32_t *order = ARENA_ARRAY(arena, uint32_t, count);

	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	indices_sort(order, count, ARENA_ARRAY(arena, uint32_t, count), before, by);
	return order;
}

/* One of each group of equal keys, with the sum of the group. */
static uint32_t
by_join(struct arena *arena, const struct licence_by *single, const struct summand *summands,
        uint32_t count, struct licence_by *joined)
{
	const uint32_t       *order  = by_order(arena, single, count, by_key_before);
	const struct series **series = ARENA_ARRAY(arena, const struct series *, count);
	uint32_t              groups = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct summand *summand = &summands[order[i]];
		series[i]                     = summand->series;
		if (i == 0 || by_compare(&single[order[i - 1]], &single[order[i]]) != 0) {
			joined[groups]               = single[order[i]];
			joined[groups].last_activity = summand->last;
			joined[groups].series        = &series[i];
			groups++;
		}
		struct licence_by *group = &joined[groups - 1];
		group->quantity          = add_capped(group->quantity, summand->quantity);
		group->series_count++;
		if (summand->last.ns > group->last_activity.ns)
			group->last_activity = summand->last;
	}
	return groups;
}

/* Those of the rules before stay in front. */
static void
by_add(struct evaluation *evaluation, const struct catalog_rule *rule,
       const struct summand *summands, uint32_t count)
{
	struct arena      *arena  = evaluation->arena;
	uint32_t           before = evaluation->by_count;
	struct licence_by *single = ARENA_ARRAY(arena, struct licence_by, count);
	struct licence_by *joined = ARENA_ARRAY(arena, struct licence_by, count);
	struct licence_by *all    = ARENA_ARRAY(arena, struct licence_by, before + count);

	for (uint32_t i = 0; i < count; i++)
		single[i] = summand_by(rule, &summands[i]);
	uint32_t        groups = by_join(arena, single, summands, count, joined);
	const uint32_t *order  = by_order(arena, joined, groups, by_before);
	for (uint32_t i = 0; i < before; i++)
		all[i] = evaluation->by[i];
	for (uint32_t i = 0; i < groups; i++)
		all[before + i] = joined[order[i]];
	evaluation->by       = all;
	evaluation->by_count = before + groups;
}

/* ---- the rule ---- */

void
total_evaluate(struct evaluation *evaluation, const struct catalog_rule *rule,
               struct licence_part *part)
{
	const struct book *book     = evaluation->question->book;
	uint32_t           meter    = (uint32_t)rule->active_meter;
	uint32_t           count    = book_series_count(book, meter);
	uint32_t           found    = 0;
	bool               with_by  = evaluation->with_rows && rule->by != RULE_BY_NOTHING;
	struct summand    *summands = NULL;

	if (with_by)
		summands = ARENA_ARRAY(evaluation->arena, struct summand, count);
	for (uint32_t i = 0; i < count; i++) {
		const struct series *series = book_series_at(book, meter, i);
		struct summand       summand;
		if (rule->item.size > 0 && !span_equal(rule->item, series_key(series)->item))
			continue;
		if (!series_add(evaluation, series, with_by, &summand))
			continue;
		part->quantity = add_capped(part->quantity, summand.quantity);
		if (with_by)
			summands[found++] = summand;
	}
	if (with_by)
		by_add(evaluation, rule, summands, found);
	if (evaluation->by_instance || rule->uncounted)
		return;
	/* A sum is in millionths, and so is money. */
	bool    whole  = part->in_millionths && !evaluation->amounts;
	int64_t divide = whole ? rule->total_per * MILLIONTHS : rule->total_per;
	part->licences = ceil_divide(part->quantity, divide);
}

/* ---- hour by hour ---- */

void
licence_by_hours(const struct licence_by *by, int32_t from, int32_t until, struct arena *arena,
                 int64_t *values)
{
	uint32_t window = (uint32_t)(until - from);
	int32_t *hours  = ARENA_ARRAY(arena, int32_t, window);

	CHECK(from < until);
	for (uint32_t i = 0; i < window; i++)
		values[i] = -1;
	for (uint32_t i = 0; i < by->series_count; i++) {
		const struct series *series = by->series[i];
		bool                 sums   = series_meter(series)->kind == SERIES_SUM;
		uint32_t             count  = series_hours(series, from, until, hours, window);
		for (uint32_t j = 0; j < count; j++) {
			int64_t       *value = &values[hours[j] - from];
			int64_t        added = 0;
			struct instant last;
			if (!sums)
				added = series_count(series, hours[j], hours[j] + 1);
			else if (!series_total(series, hours[j], hours[j] + 1, &added, &last))
				CHECK(false);
			*value = add_capped(*value < 0 ? 0 : *value, added);
		}
	}
}
