/* credit_use.c - the credits that builds used, by hour, and by project and machine (L-50).
 *
 * The meter keeps whole minutes by os and size as the events named them; what a minute
 * costs is looked up when it is asked. */
#include "core/base/decimal.h"
#include "core/licence/credit_int.h"
#include "core/licence/licence_int.h"

enum { WINDOW_HOURS = BOOK_WINDOW_HOURS_MAX, BITS = 64 };

int64_t
credits_of_minutes(int64_t credits_per_minute, int64_t minutes)
{
	int64_t credits;

	return __builtin_mul_overflow(minutes, credits_per_minute, &credits) ? INT64_MAX : credits;
}

/* A machine that the catalogue has no more costs nothing: what it cost is not known. */
static int64_t
minutes_credits(const struct catalog_machine *machine, int64_t minutes)
{
	return machine ? credits_of_minutes(machine->credits_per_minute, minutes) : 0;
}

static const struct catalog_machine *
series_machine(const struct credit_question *question, const struct series *series)
{
	const struct book_key *key = series_key(series);

	return catalog_machine_find(question->catalog, key->id, key->item);
}

static uint32_t
builds_count(const struct credit_question *question)
{
	if (!question->book || question->catalog->credits.module.size == 0)
		return 0;
	return book_series_count(question->book, (uint32_t)question->catalog->credits.meter);
}

static const struct series *
builds_at(const struct credit_question *question, uint32_t index)
{
	return book_series_at(question->book, (uint32_t)question->catalog->credits.meter, index);
}

/* The first hour until H with a build; H + 1 when there is none. */
static int32_t
first_hour(const struct credit_question *question)
{
	int32_t first = question->at_hour + 1;

	for (uint32_t i = 0; i < builds_count(question); i++) {
		int32_t  hour;
		uint32_t count =
			series_hours(builds_at(question, i), hour_of((struct instant){ INT64_MIN }),
		                     first, &hour, 1);
		if (count > 0)
			first = hour;
	}
	return first;
}

/* Scratch of one window: minutes of one machine in millionths, then credits of all. */
struct window {
	int64_t  sums[WINDOW_HOURS];
	uint64_t present[(WINDOW_HOURS + BITS - 1) / BITS];
	int64_t  credits[WINDOW_HOURS];
};

static void
window_add(const struct credit_question *question, struct window *window, uint32_t index,
           int32_t from, int32_t until)
{
	const struct series          *series  = builds_at(question, index);
	const struct catalog_machine *machine = series_machine(question, series);

	memset(window->present, 0, sizeof(window->present));
	memset(window->sums, 0, sizeof(window->sums));
	series_sum(series, from, until, window->sums, window->present);
	for (int32_t word = 0; word < (WINDOW_HOURS + BITS - 1) / BITS; word++) {
		for (uint64_t bits = window->present[word]; bits != 0; bits &= bits - 1) {
			int32_t at = word * BITS + __builtin_ctzll(bits);
			window->credits[at] =
				add_capped(window->credits[at],
			                   minutes_credits(machine, window->sums[at] / MILLIONTHS));
		}
	}
}

uint32_t
credit_hours(const struct credit_question *question, struct arena *arena,
             const struct credit_hour **hours)
{
	int32_t             first  = first_hour(question);
	int32_t             end    = question->at_hour + 1;
	struct window      *window = arena_take(arena, sizeof(*window));
	uint32_t            room   = (uint32_t)(end - first);
	struct credit_hour *all    = ARENA_ARRAY(arena, struct credit_hour, room);
	uint32_t            count  = 0;

	for (int32_t from = first; from < end; from += WINDOW_HOURS) {
		int32_t until = end - from < WINDOW_HOURS ? end : from + WINDOW_HOURS;
		memset(window->credits, 0, sizeof(window->credits));
		for (uint32_t i = 0; i < builds_count(question); i++)
			window_add(question, window, i, from, until);
		for (int32_t hour = from; hour < until; hour++) {
			if (window->credits[hour - from] > 0)
				all[count++] =
					(struct credit_hour){ hour, window->credits[hour - from] };
		}
	}
	*hours = all;
	return count;
}

/* ---- broken down ---- */

static int
place_compare(const struct credit_by *a, const struct credit_by *b)
{
	int order = span_compare(a->org, b->org);

	if (order == 0)
		order = span_compare(a->project, b->project);
	if (order == 0)
		order = span_compare(a->os, b->os);
	return order != 0 ? order : span_compare(a->size, b->size);
}

static bool
by_place_before(const void *context, uint32_t a, uint32_t b)
{
	const struct credit_by *by = context;

	return place_compare(&by[a], &by[b]) < 0;
}

static bool
by_credits_before(const void *context, uint32_t a, uint32_t b)
{
	const struct credit_by *by = context;

	if (by[a].credits != by[b].credits)
		return by[a].credits > by[b].credits;
	return place_compare(&by[a], &by[b]) < 0;
}

static struct credit_by *
by_sorted(struct credit_by *by, uint32_t count, order_before *before, struct arena *arena)
{
	uint32_t         *order  = ARENA_ARRAY(arena, uint32_t, count);
	struct credit_by *sorted = ARENA_ARRAY(arena, struct credit_by, count);

	for (uint32_t i = 0; i < count; i++)
		order[i] = i;
	indices_sort(order, count, ARENA_ARRAY(arena, uint32_t, count), before, by);
	for (uint32_t i = 0; i < count; i++)
		sorted[i] = by[order[i]];
	return sorted;
}

/* A build without a size and one that names the smallest ran on one machine. */
static uint32_t
by_merge(struct credit_by *by, uint32_t count)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (kept > 0 && place_compare(&by[kept - 1], &by[i]) == 0) {
			by[kept - 1].minutes = add_capped(by[kept - 1].minutes, by[i].minutes);
			by[kept - 1].credits = add_capped(by[kept - 1].credits, by[i].credits);
		} else {
			by[kept++] = by[i];
		}
	}
	return kept;
}

void
credit_break_down(const struct credit_question *question, struct arena *arena,
                  struct credit_answer *answer)
{
	struct credit_by *by    = ARENA_ARRAY(arena, struct credit_by, builds_count(question));
	uint32_t          count = 0;

	for (uint32_t i = 0; i < builds_count(question); i++) {
		const struct series          *series  = builds_at(question, i);
		const struct catalog_machine *machine = series_machine(question, series);
		const struct book_key        *key     = series_key(series);
		struct instant                last;
		int64_t                       minutes;
		if (!series_total(series, answer->month_hour, question->at_hour + 1, &minutes,
		                  &last))
			continue;
		minutes /= MILLIONTHS;
		by[count++] = (struct credit_by){
			.org     = key->org,
			.project = key->project,
			.os      = key->id,
			.size    = machine ? machine->size : key->item,
			.minutes = minutes,
			.credits = minutes_credits(machine, minutes),
		};
	}
	by               = by_sorted(by, count, by_place_before, arena);
	count            = by_merge(by, count);
	answer->by       = by_sorted(by, count, by_credits_before, arena);
	answer->by_count = count;
}
