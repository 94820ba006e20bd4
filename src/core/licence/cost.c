/* cost.c - series of spend and builds, cut into days (L-53). */
#include "core/licence/cost.h"

#include "core/base/decimal.h"
#include "core/licence/credit_int.h"
#include "core/licence/licence_int.h"

/* A series that rows are made of, and what a row of it says but for its numbers. */
struct source {
	const struct series *series;
	struct cost_row      row;
};

struct sources {
	struct source *at;
	uint32_t       count;
};

/* ---- which series ---- */

static uint32_t
meter_series(const struct cost_question *question, int32_t meter)
{
	return question->book ? book_series_count(question->book, (uint32_t)meter) : 0;
}

static bool
is_spend(const struct catalog_module *module, const struct catalog_rule *rule)
{
	return module->owned.of == OWNED_SPEND && rule->fold == FOLD_SUM;
}

/* The next rule from *index on whose amounts are cloud spend. */
static const struct catalog_rule *
spend_rule(const struct catalog *catalog, const struct catalog_module **module, uint32_t *index)
{
	uint32_t i = *index;

	for (; *module < catalog->modules + catalog->modules_count; (*module)++, i = 0) {
		for (; i < (*module)->rules_count; i++) {
			const struct catalog_rule *rule =
				&catalog->rules[(*module)->rules_first + i];
			if (is_spend(*module, rule)) {
				*index = i + 1;
				return rule;
			}
		}
	}
	return NULL;
}

static void
spend_add(const struct cost_question *question, const struct catalog_module *module,
          const struct catalog_rule *rule, struct sources *sources)
{
	for (uint32_t i = 0; i < meter_series(question, rule->active_meter); i++) {
		const struct series *series =
			book_series_at(question->book, (uint32_t)rule->active_meter, i);
		const struct book_key *key = series_key(series);
		if (rule->item.size > 0 && !span_equal(rule->item, key->item))
			continue;
		sources->at[sources->count++] = (struct source){
			.series = series,
			.row    = { .kind    = COST_SPEND,
			            .module  = module,
			            .org     = key->org,
			            .project = key->project,
			            .id      = key->id,
			            .item    = key->item },
		};
	}
}

static void
builds_add(const struct cost_question *question, struct sources *sources)
{
	const struct catalog_credits *credits = &question->catalog->credits;
	const struct catalog_module  *module =
		catalog_module_find(question->catalog, credits->module);

	for (uint32_t i = 0; i < meter_series(question, credits->meter); i++) {
		const struct series *series =
			book_series_at(question->book, (uint32_t)credits->meter, i);
		const struct book_key        *key = series_key(series);
		const struct catalog_machine *machine =
			catalog_machine_find(question->catalog, key->id, key->item);
		int64_t price                 = machine ? machine->credits_per_minute : 0;
		sources->at[sources->count++] = (struct source){
			.series = series,
			.row    = { .kind               = COST_CREDITS,
			            .module             = module,
			            .org                = key->org,
			            .project            = key->project,
			            .id                 = key->id,
			            .item               = machine ? machine->size : key->item,
			            .credits_per_minute = price },
		};
	}
}

static int
row_compare(const struct cost_row *a, const struct cost_row *b)
{
	int order = (a->kind > b->kind) - (a->kind < b->kind);

	if (order == 0)
		order = (a->module > b->module) - (a->module < b->module);
	if (order == 0)
		order = span_compare(a->org, b->org);
	if (order == 0)
		order = span_compare(a->project, b->project);
	if (order == 0)
		order = span_compare(a->id, b->id);
	return order != 0 ? order : span_compare(a->item, b->item);
}

static bool
source_before(const void *context, uint32_t a, uint32_t b)
{
	const struct source *sources = context;

	return row_compare(&sources[a].row, &sources[b].row) < 0;
}

static void
sources_sort(struct sources *sources, struct arena *arena)
{
	uint32_t      *order  = ARENA_ARRAY(arena, uint32_t, sources->count);
	struct source *sorted = ARENA_ARRAY(arena, struct source, sources->count);

	for (uint32_t i = 0; i < sources->count; i++)
		order[i] = i;
	indices_sort(order, sources->count, ARENA_ARRAY(arena, uint32_t, sources->count),
	             source_before, sources->at);
	for (uint32_t i = 0; i < sources->count; i++)
		sorted[i] = sources->at[order[i]];
	sources->at = sorted;
}

static void
sources_gather(const struct cost_question *question, struct arena *arena, struct sources *sources)
{
	const struct catalog        *catalog = question->catalog;
	const struct catalog_module *module  = catalog->modules;
	const struct catalog_rule   *rule;
	bool                         builds = catalog->credits.module.size > 0;
	uint32_t count = builds ? meter_series(question, catalog->credits.meter) : 0, index = 0;

	while ((rule = spend_rule(catalog, &module, &index)) != NULL)
		count += meter_series(question, rule->active_meter);
	*sources = (struct sources){ .at = ARENA_ARRAY(arena, struct source, count) };
	module   = catalog->modules;
	index    = 0;
	while ((rule = spend_rule(catalog, &module, &index)) != NULL)
		spend_add(question, module, rule, sources);
	if (builds)
		builds_add(question, sources);
	CHECK(sources->count <= count);
	sources_sort(sources, arena);
}

/* ---- days ---- */

static void
quantity_add(struct cost_row *row, int64_t quantity)
{
	if (row->kind == COST_SPEND) {
		row->amount = add_capped(row->amount, quantity);
		return;
	}
	row->minutes = add_capped(row->minutes, quantity / MILLIONTHS);
	row->credits = credits_of_minutes(row->credits_per_minute, row->minutes);
}

/* Series of one key and day share a row: a build without a size and one that names the
 * smallest ran on one machine. */
static enum err
day_add(const struct cost_question *question, const struct sources *sources, int32_t from,
        int32_t until, struct cost_row *rows, uint32_t *count)
{
	uint32_t first = *count;

	for (uint32_t i = 0; i < sources->count; i++) {
		const struct source *source = &sources->at[i];
		struct instant       last;
		int64_t              quantity;
		if (!series_total(source->series, from, until, &quantity, &last))
			continue;
		if (*count == first || row_compare(&rows[*count - 1], &source->row) != 0) {
			if (*count == question->rows_max)
				return ERR_QUESTION;
			rows[*count]       = source->row;
			rows[*count].from  = from;
			rows[*count].until = until;
			(*count)++;
		}
		quantity_add(&rows[*count - 1], quantity);
	}
	return ERR_NONE;
}

static void
answer_add(struct cost_answer *answer, const struct cost_row *row)
{
	answer->amount  = add_capped(answer->amount, row->amount);
	answer->minutes = add_capped(answer->minutes, row->minutes);
	answer->credits = add_capped(answer->credits, row->credits);
}

/* The other side of the same sum: each series over the whole range. A sum that stays at
 * the largest number is none. */
static void
answer_check(const struct cost_question *question, const struct sources *sources,
             const struct cost_answer *answer)
{
	int64_t amount = 0, minutes = 0;
	bool    exact = true;

	for (uint32_t i = 0; i < sources->count; i++) {
		struct instant last;
		int64_t        quantity;
		if (!series_total(sources->at[i].series, question->from, question->until, &quantity,
		                  &last))
			continue;
		exact = exact && quantity < INT64_MAX;
		if (sources->at[i].row.kind == COST_SPEND)
			amount = add_capped(amount, quantity);
		else
			minutes = add_capped(minutes, quantity / MILLIONTHS);
	}
	CHECK(!exact || answer->amount == amount);
	CHECK(!exact || answer->minutes == minutes);
}

enum err
cost_answer(const struct cost_question *question, struct arena *arena, struct cost_answer *answer)
{
	struct sources     sources;
	struct cost_answer made = { .rows_count = 0 };
	uint32_t           days = (uint32_t)(question->until - question->from) / HOURS_PER_DAY + 2;

	CHECK(question->from < question->until);
	CHECK(question->until - question->from <= BOOK_WINDOW_HOURS_MAX);
	sources_gather(question, arena, &sources);
	uint64_t         room = (uint64_t)sources.count * days;
	struct cost_row *rows =
		ARENA_ARRAY(arena, struct cost_row,
	                    room < question->rows_max ? (uint32_t)room : question->rows_max);
	for (int32_t from = question->from; from < question->until;) {
		int32_t  until = earlier(day_first_hour(from) + HOURS_PER_DAY, question->until);
		enum err err   = day_add(question, &sources, from, until, rows, &made.rows_count);
		if (err != ERR_NONE)
			return err;
		from = until;
	}
	made.rows = rows;
	for (uint32_t i = 0; i < made.rows_count; i++)
		answer_add(&made, &rows[i]);
	answer_check(question, &sources, &made);
	*answer = made;
	return ERR_NONE;
}
