/* rule.c - evaluates one rule of the catalogue over a book (L-11 to L-17).
 *
 * Every rule has the one shape: the keys that are active in the window, one number for
 * each, divided, summed, divided. A key has one life, or one more for each hour in which
 * it was deleted; each life is evaluated for itself over its share of the window. */
#include "core/base/decimal.h"
#include "core/licence/licence_int.h"
#include "core/meter/percentile.h"

/* A key of the rule with the series that it is made of. */
struct source {
	struct book_key             key;
	const struct series        *own;        /* its own activity; NULL: linked only */
	const struct series *const *activities; /* own first, then linked ones */
	uint32_t                    activities_count;
	const struct series *const *gauges;
	uint32_t                    gauges_count;
};

/* The hours of one life, [from, until). */
struct life {
	uint32_t number;
	int32_t  from;
	int32_t  until;
};

int64_t
rule_licences(const struct catalog_rule *rule, bool by_instance, int64_t percentile)
{
	CHECK(percentile >= 0 && rule->per > 0);
	if (by_instance)
		return ceil_divide(percentile, MILLIONTHS);

	int64_t licences = ceil_divide(percentile, rule->per * MILLIONTHS);
	return licences < rule->least ? rule->least : licences;
}

const struct series *
series_of(const struct licence_question *question, int32_t meter, const struct book_key *key)
{
	if (meter < 0 || book_series_count(question->book, (uint32_t)meter) == 0)
		return NULL;
	return book_series_find(question->book, (uint32_t)meter, key);
}

/* The percentile of several gauges summed: what series_percentile does for one. */
static int64_t
gauges_percentile(const struct evaluation *evaluation, const struct source *source, int32_t from,
                  int32_t until, int32_t percent, uint32_t *hours)
{
	uint32_t window = (uint32_t)(until - from);
	uint32_t count  = 0;

	*hours = 0;
	if (source->gauges_count == 0)
		return 0;
	if (source->gauges_count == 1)
		return series_percentile(source->gauges[0], from, until, percent, hours);

	memset(evaluation->sums, 0, window * sizeof(*evaluation->sums));
	memset(evaluation->present, 0, (window + 63) / 64 * sizeof(*evaluation->present));
	for (uint32_t i = 0; i < source->gauges_count; i++)
		series_sum(source->gauges[i], from, until, evaluation->sums, evaluation->present);
	for (uint32_t i = 0; i < window; i++) {
		if (evaluation->present[i >> 6] >> (i & 63) & 1)
			evaluation->values[count++] = evaluation->sums[i];
	}
	*hours = count;
	return percentile_of(evaluation->values, count, percent);
}

const struct series *const *
series_copy(struct arena *arena, const struct series *const *series, uint32_t count)
{
	const struct series **copy = ARENA_ARRAY(arena, const struct series *, count);

	for (uint32_t i = 0; i < count; i++)
		copy[i] = series[i];
	return copy;
}

/* The latest rename up to H, of whatever life, else the id (L-17). */
struct span
key_name(const struct evaluation *evaluation, const struct catalog_rule *rule,
         const struct book_key *key)
{
	const struct series *names = series_of(evaluation->question, rule->name_meter, key);
	struct latest_cell   cell;

	if (names && series_latest(names, INT32_MIN, evaluation->until, &cell))
		return cell.text;
	return key->id;
}

/* The class of the latest own activity of the life, else that of links (L-12, L-16). */
static struct span
source_class(const struct evaluation *evaluation, const struct catalog_rule *rule,
             const struct source *source, int32_t from, int32_t until)
{
	struct latest_cell cell;

	if (source->own && series_latest(source->own, from, until, &cell))
		return catalog_class_of(evaluation->question->catalog, cell.text);
	return rule->class_fallback;
}

/* The latest activity of all in [from, until); false when there is none. */
static bool
source_active(const struct source *source, int32_t from, int32_t until, struct instant *last)
{
	bool active = false;

	for (uint32_t i = 0; i < source->activities_count; i++) {
		struct latest_cell cell;
		if (!series_latest(source->activities[i], from, until, &cell))
			continue;
		if (!active || cell.at.ns > last->ns)
			*last = cell.at;
		active = true;
	}
	return active;
}

/* What a row says of its key and life, before anything is counted. */
static struct licence_row
source_row(const struct evaluation *evaluation, const struct catalog_rule *rule,
           const struct source *source, const struct life *life)
{
	struct arena  *arena      = evaluation->arena;
	const uint32_t activities = source->activities_count;

	return (struct licence_row){
		.rule             = rule,
		.org              = source->key.org,
		.project          = source->key.project,
		.id               = source->key.id,
		.name             = key_name(evaluation, rule, &source->key),
		.has_licences     = rule->total_per == 1,
		.deleted          = life->until <= evaluation->until,
		.life             = life->number,
		.life_from        = life->from,
		.life_until       = life->until,
		.gauges           = series_copy(arena, source->gauges, source->gauges_count),
		.gauges_count     = source->gauges_count,
		.activities       = series_copy(arena, source->activities, activities),
		.activities_count = activities,
	};
}

static void
life_evaluate(struct evaluation *evaluation, const struct catalog_rule *rule,
              const struct source *source, const struct life *life, struct licence_part *part)
{
	int32_t        from  = life->from > evaluation->from ? life->from : evaluation->from;
	int32_t        until = life->until < evaluation->until ? life->until : evaluation->until;
	struct instant last  = { 0 };
	uint32_t       hours = 0;

	if (from >= until || !source_active(source, from, until, &last))
		return;

	int64_t percentile =
		gauges_percentile(evaluation, source, from, until, rule->percentile, &hours);
	int64_t licences = rule_licences(rule, evaluation->by_instance, percentile);
	part->keys++;
	part->licences = add_capped(part->licences, licences);
	if (!evaluation->with_rows || rule->row_kind.size == 0)
		return;

	struct licence_row *row = evaluation_row(evaluation);
	*row                    = source_row(evaluation, rule, source, life);
	row->class              = source_class(evaluation, rule, source, from, until);
	row->instances          = percentile;
	row->hours              = hours;
	row->last_activity      = last;
	row->licences           = licences;
}

/* Split the key at the hours of its deletions up to H: the events of such an hour belong
 * to the life that it ends (L-17). */
static void
source_evaluate(struct evaluation *evaluation, const struct catalog_rule *rule,
                const struct source *source, struct licence_part *part)
{
	const struct series *ended =
		series_of(evaluation->question, rule->ended_meter, &source->key);
	uint32_t    count = 0;
	int32_t    *hours = NULL;
	struct life life  = { 0, INT32_MIN, INT32_MAX };

	if (ended) {
		count = series_hours(ended, INT32_MIN, evaluation->until, NULL, 0);
		hours = ARENA_ARRAY(evaluation->arena, int32_t, count);
		CHECK(series_hours(ended, INT32_MIN, evaluation->until, hours, count) == count);
	}
	for (uint32_t i = 0; i < count; i++) {
		CHECK(hours[i] >= life.from && hours[i] < evaluation->until);
		life.until = hours[i] + 1;
		life_evaluate(evaluation, rule, source, &life, part);
		life = (struct life){ i + 1, hours[i] + 1, INT32_MAX };
	}
	life_evaluate(evaluation, rule, source, &life, part);
}

/* ---- percentiles ---- */

static bool
keys_equal(const struct book_key *a, const struct book_key *b)
{
	return span_equal(a->id, b->id) && span_equal(a->org, b->org) &&
	       span_equal(a->project, b->project) && span_equal(a->item, b->item);
}

static void
own_evaluate(struct evaluation *evaluation, const struct catalog_rule *rule,
             const struct series *own, struct licence_part *part)
{
	const struct book_key *key = series_key(own);
	struct latest_cell     cell;

	if (!series_latest(own, evaluation->from, evaluation->until, &cell))
		return;

	const struct series *gauge =
		rule->gauge_meter < 0 ? NULL : series_sibling(own, (uint32_t)rule->gauge_meter);
	const struct source source = { *key, own, &own, 1, &gauge, gauge ? 1 : 0 };
	source_evaluate(evaluation, rule, &source, part);
}

/* The key with all its links; own is NULL when it was never active by itself. */
static void
linked_evaluate(struct evaluation *evaluation, const struct catalog_rule *rule,
                const struct series *own, const struct link *links, uint32_t count,
                struct licence_part *part)
{
	const struct book_key *key   = &links[0].target;
	const struct series   *gauge = series_of(evaluation->question, rule->gauge_meter, key);
	const struct series  **activities =
		ARENA_ARRAY(evaluation->arena, const struct series *, count + 1);
	const struct series **gauges =
		ARENA_ARRAY(evaluation->arena, const struct series *, count + 1);
	struct source source = { .key = *key, .own = own };

	source.activities = activities;
	source.gauges     = gauges;
	if (own)
		activities[source.activities_count++] = own;
	if (gauge)
		gauges[source.gauges_count++] = gauge;
	for (uint32_t i = 0; i < count; i++) {
		activities[source.activities_count++] = links[i].activity;
		if (links[i].gauge)
			gauges[source.gauges_count++] = links[i].gauge;
	}
	source_evaluate(evaluation, rule, &source, part);
}

static bool
pointer_before(const void *context, uint32_t a, uint32_t b)
{
	const struct series *const *series = context;

	return (uintptr_t)series[a] < (uintptr_t)series[b];
}

/* Series that were evaluated with their links already. */
struct series_set {
	const struct series **at;
	uint32_t             *order; /* by address, only to look one up */
	uint32_t              count;
};

static bool
series_set_has(const struct series_set *set, const struct series *series)
{
	uint32_t low  = 0;
	uint32_t high = set->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if ((uintptr_t)set->at[set->order[middle]] < (uintptr_t)series)
			low = middle + 1;
		else
			high = middle;
	}
	return low < set->count && set->at[set->order[low]] == series;
}

/* Evaluate the keys that have links; returns which series those were. */
static struct series_set
links_evaluate(struct evaluation *evaluation, const struct catalog_rule *rule,
               struct licence_part *part)
{
	struct links      links = links_gather(evaluation, rule);
	struct series_set set   = { .count = 0 };

	set.at    = ARENA_ARRAY(evaluation->arena, const struct series *, links.count);
	set.order = ARENA_ARRAY(evaluation->arena, uint32_t, links.count);
	for (uint32_t i = 0, next; i < links.count; i = next) {
		const struct book_key *key = &links.at[i].target;
		const struct series *own = series_of(evaluation->question, rule->active_meter, key);
		for (next = i + 1; next < links.count; next++) {
			if (!keys_equal(&links.at[next].target, key))
				break;
		}
		linked_evaluate(evaluation, rule, own, &links.at[i], next - i, part);
		if (own) {
			set.order[set.count] = set.count;
			set.at[set.count++]  = own;
		}
	}
	indices_sort(set.order, set.count, ARENA_ARRAY(evaluation->arena, uint32_t, set.count),
	             pointer_before, set.at);
	return set;
}

/* Does the key count with another one, by its latest link in the window? */
static bool
series_is_linked(const struct evaluation *evaluation, const struct catalog_rule *rule,
                 const struct series *own)
{
	const struct series *link =
		series_of(evaluation->question, rule->link_meter, series_key(own));
	struct latest_cell cell;

	return link && series_latest(link, evaluation->from, evaluation->until, &cell);
}

static void
percentile_evaluate(struct evaluation *evaluation, const struct catalog_rule *rule,
                    struct licence_part *part)
{
	const struct book *book  = evaluation->question->book;
	uint32_t           meter = (uint32_t)rule->active_meter;
	struct series_set  done  = links_evaluate(evaluation, rule, part);
	bool               links = rule_links(evaluation->question, rule);
	uint32_t           count = book_series_count(book, meter);

	for (uint32_t i = 0; i < count; i++) {
		const struct series *own = book_series_at(book, meter, i);
		book_series_fetch(book, meter, i, rule->gauge_meter, evaluation->from,
		                  evaluation->until);
		if (done.count > 0 && series_set_has(&done, own))
			continue;
		if (links && series_is_linked(evaluation, rule, own))
			continue;
		own_evaluate(evaluation, rule, own, part);
	}
	part->licences = ceil_divide(part->licences, evaluation->by_instance ? 1 : rule->total_per);
}

void
rule_evaluate(struct evaluation *evaluation, const struct catalog_rule *rule,
              struct licence_part *part)
{
	*part = (struct licence_part){
		.rule = rule,
		.has_keys =
			rule->total_per == 1 && rule->fold != FOLD_COUNT && rule->fold != FOLD_SUM,
		.in_millionths = rule->fold == FOLD_SUM,
	};
	if (!evaluation->question->book)
		return;
	switch (rule->fold) {
	case FOLD_PERCENTILE:
		percentile_evaluate(evaluation, rule, part);
		return;
	case FOLD_DISTINCT:
		distinct_evaluate(evaluation, rule, part);
		return;
	case FOLD_COUNT:
	case FOLD_SUM:
		total_evaluate(evaluation, rule, part);
		return;
	case FOLD_ACCESS:
		access_evaluate(evaluation, rule, part);
		return;
	}
	CHECK(false);
}
