/* rule_keys.c - keys that are counted one by one: those that were active in the window, and
 * those that have access at its end (L-13, L-20 to L-23, L-30 to L-32). */
#include "core/base/decimal.h"
#include "core/licence/licence_int.h"

/* What one key is: one, divided by per and rounded up, is one; under instances nothing. */
static int64_t
key_licences(const struct evaluation *evaluation, const struct catalog_rule *rule)
{
	if (evaluation->by_instance || rule->uncounted)
		return 0;
	return rule->least > 1 ? rule->least : 1;
}

/* The row of a key; its activities and last activity are the caller's to fill. */
static struct licence_row
key_row(const struct evaluation *evaluation, const struct catalog_rule *rule,
        const struct book_key *key)
{
	const struct catalog *catalog = evaluation->question->catalog;
	bool                  each    = catalog->meters[rule->active_meter].each_field >= 0;
	bool                  counts  = rule->total_per == 1 && !rule->uncounted;
	const struct span     none    = { 0 };

	return (struct licence_row){
		.rule         = rule,
		.org          = key->org,
		.project      = key->project,
		.id           = each ? key->item : key->id,
		.name         = each ? key->item : key_name(evaluation, rule, key),
		.service      = each ? key->id : none,
		.item         = each || rule->item.size > 0 ? none : key->item,
		.has_licences = counts,
		.life_from    = INT32_MIN,
		.life_until   = INT32_MAX,
		.licences     = counts ? key_licences(evaluation, rule) : 0,
	};
}

static bool
key_wanted(const struct catalog_rule *rule, const struct book_key *key)
{
	return rule->item.size == 0 || span_equal(rule->item, key->item);
}

static void
part_add_key(struct licence_part *part, int64_t licences)
{
	part->keys++;
	part->quantity++;
	part->licences = add_capped(part->licences, licences);
}

/* What is counted without a name: the month to date is all that such a meter knows. */
static void
crowd_evaluate(const struct evaluation *evaluation, const struct catalog_rule *rule,
               struct licence_part *part)
{
	uint64_t count = book_crowd_count(evaluation->question->book, (uint32_t)rule->active_meter,
	                                  evaluation->from, evaluation->until);

	CHECK(evaluation->from == month_first_hour(evaluation->from));
	part->keys     = (int64_t)count;
	part->quantity = (int64_t)count;
	if (__builtin_mul_overflow(part->keys, key_licences(evaluation, rule), &part->licences))
		part->licences = INT64_MAX;
	part->licences = ceil_divide(part->licences, rule->total_per);
}

void
distinct_evaluate(struct evaluation *evaluation, const struct catalog_rule *rule,
                  struct licence_part *part)
{
	const struct book *book     = evaluation->question->book;
	uint32_t           meter    = (uint32_t)rule->active_meter;
	uint32_t           count    = book_series_count(book, meter);
	int64_t            licences = key_licences(evaluation, rule);

	if (evaluation->question->catalog->meters[meter].kind == SERIES_DISTINCT) {
		crowd_evaluate(evaluation, rule, part);
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct series   *own = book_series_at(book, meter, i);
		const struct book_key *key = series_key(own);
		struct latest_cell     cell;
		if (!key_wanted(rule, key) ||
		    !series_latest(own, evaluation->from, evaluation->until, &cell))
			continue;
		part_add_key(part, licences);
		if (!evaluation->with_rows || rule->row_kind.size == 0)
			continue;
		struct licence_row *row = evaluation_row(evaluation);
		*row                    = key_row(evaluation, rule, key);
		row->last_activity      = cell.at;
		row->activities         = series_copy(evaluation->arena, &own, 1);
		row->activities_count   = 1;
	}
	part->licences = ceil_divide(part->licences, rule->total_per);
}

/* ---- access ---- */

/* Granted up to H and not revoked since; at one time, revoked wins (L-21). */
static bool
key_has_access(const struct evaluation *evaluation, const struct catalog_rule *rule,
               const struct series *grants, const struct series *revocations,
               struct latest_cell *granted)
{
	struct latest_cell revoked;

	if (!series_latest(grants, INT32_MIN, evaluation->until, granted))
		return false;
	if (rule->latest.size > 0 && span_equal(rule->latest, granted->text) == rule->latest_not)
		return false;
	return !revocations ||
	       !series_latest(revocations, INT32_MIN, evaluation->until, &revoked) ||
	       granted->at.ns > revoked.at.ns;
}

static void
access_row(struct evaluation *evaluation, const struct catalog_rule *rule,
           const struct series *grants, const struct series *revocations, struct instant granted)
{
	const struct series *const both[] = { grants, revocations };
	uint32_t                   count  = revocations ? 2 : 1;
	struct licence_row        *row    = evaluation_row(evaluation);

	*row                  = key_row(evaluation, rule, series_key(grants));
	row->last_activity    = granted;
	row->life_from        = hour_of(granted);
	row->activities       = series_copy(evaluation->arena, both, count);
	row->activities_count = count;
}

void
access_evaluate(struct evaluation *evaluation, const struct catalog_rule *rule,
                struct licence_part *part)
{
	const struct book *book     = evaluation->question->book;
	uint32_t           meter    = (uint32_t)rule->active_meter;
	uint32_t           count    = book_series_count(book, meter);
	int64_t            licences = key_licences(evaluation, rule);

	for (uint32_t i = 0; i < count; i++) {
		const struct series   *grants = book_series_at(book, meter, i);
		const struct book_key *key    = series_key(grants);
		struct latest_cell     granted;
		if (!key_wanted(rule, key))
			continue;
		const struct series *revocations =
			series_of(evaluation->question, rule->revoked_meter, key);
		if (!key_has_access(evaluation, rule, grants, revocations, &granted))
			continue;
		part_add_key(part, licences);
		if (evaluation->with_rows && rule->row_kind.size > 0)
			access_row(evaluation, rule, grants, revocations, granted.at);
	}
	part->licences = ceil_divide(part->licences, rule->total_per);
}
