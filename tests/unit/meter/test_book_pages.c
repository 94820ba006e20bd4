/* test_book_pages.c - pages that fill, widen and empty, hour by hour against a model. */
#include "book_fixture.h"

#include <string.h>

enum { STEPS = 4000, RANGE = 400 };

struct long_model {
	bool    there[RANGE];
	int64_t at_ns[RANGE];
	int64_t value[RANGE];
};

/* What series_spread must say, hour by hour. */
static void
spread_check(const struct series *series, int32_t from, int32_t until)
{
	int64_t             sums[RANGE]             = { 0 };
	uint64_t            present[RANGE / 64 + 1] = { 0 };
	struct gauge_spread spread, own = { .hours = 0 };

	series_sum(series, from, until, sums, present);
	for (int32_t i = 0; i < until - from; i++) {
		if (!(present[i >> 6] >> (i & 63) & 1))
			continue;
		own.hours++;
		own.sum += sums[i];
		own.largest = sums[i] > own.largest ? sums[i] : own.largest;
	}
	series_spread(series, from, until, &spread);
	assert_int_equal(spread.hours, own.hours);
	assert_int_equal(spread.sum, own.sum);
	assert_int_equal(spread.largest, own.largest);
}

static void
long_check(const struct series *series, const struct long_model *model, int32_t first)
{
	int64_t  sums[RANGE]             = { 0 };
	uint64_t present[RANGE / 64 + 1] = { 0 };
	int32_t  from                    = first + (int32_t)random_below(RANGE);
	spread_check(series, first, first + RANGE);
	spread_check(series, from, from + (int32_t)random_below((uint32_t)(first + RANGE - from)));
	series_sum(series, first, first + RANGE, sums, present);
	for (int32_t i = 0; i < RANGE; i++) {
		struct split_cell cell;
		uint32_t          count = series_splits(series, first + i, &cell, 1);
		assert_int_equal(count, model->there[i]);
		assert_int_equal(present[i >> 6] >> (i & 63) & 1, model->there[i]);
		assert_int_equal(sums[i], model->there[i] ? model->value[i] : 0);
		if (count) {
			assert_int_equal(cell.value, model->value[i]);
			assert_int_equal(cell.at.ns, model->at_ns[i]);
		}
	}
}

static void
test_pages_keep_their_cells_while_they_change_layout(void **state)
{
	(void)state;
	static struct long_model model;
	random_state = 5;
	for (int round = 0; round < 12; round++) {
		struct books *books = books_open(&fixture_catalog, system_memory());
		int32_t       first = (int32_t)random_below(3000) - 1500;
		uint32_t      fine  = round % 3 == 0 ? 3 : UINT32_MAX;
		memset(&model, 0, sizeof(model));
		for (int step = 0; step < STEPS; step++) {
			uint32_t i     = random_below(RANGE);
			int64_t  ns    = (int64_t)random_below(3600) * NS_PER_SECOND;
			int64_t  value = (int64_t)random_below(70) * MILLIONTHS;
			if (random_next() % fine == 0)
				ns++, value++;
			struct event event =
				event_report(SPAN("s"), hour_start(first + (int32_t)i), value);
			event.time.ns += ns;
			if (step > STEPS / 2 && random_below(2)) {
				book_clear(books, &event);
				model.there[i] = false;
				continue;
			}
			apply_one(books, &event, 0);
			if (model.there[i] &&
			    (event.time.ns < model.at_ns[i] ||
			     (event.time.ns == model.at_ns[i] && value <= model.value[i])))
				continue;
			model.there[i] = true;
			model.at_ns[i] = event.time.ns;
			model.value[i] = value;
			if (step % 500 == 0)
				long_check(report_series(books, SPAN("s")), &model, first);
		}
		long_check(report_series(books, SPAN("s")), &model, first);
		books_close(books);
	}
}

/* What series_percentile must say, by its definition. */
static void
percentile_check(const struct series *series, int32_t from, int32_t until)
{
	int64_t  sums[RANGE]             = { 0 };
	uint64_t present[RANGE / 64 + 1] = { 0 };
	uint32_t count                   = 0;
	uint32_t hours;
	spread_check(series, from, until);
	series_sum(series, from, until, sums, present);
	for (int32_t i = 0; i < until - from; i++) {
		if (present[i >> 6] >> (i & 63) & 1)
			sums[count++] = sums[i];
	}
	int64_t percent = 1 + random_below(100);
	int64_t found   = series_percentile(series, from, until, (int32_t)percent, &hours);
	assert_int_equal(hours, count);
	assert_int_equal(found, percentile_of(sums, count, (int32_t)percent));
}

/* A report of one of four splits, whole or not, small or large as the round wants. */
static struct event
split_event(int round, int32_t first)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	static const int64_t     ends[]  = { 60, 300, 65536, INT64_C(4000000000) };
	int64_t                  value   = (int64_t)(random_next() % (uint64_t)ends[round % 4]);
	struct instant           hour    = hour_start(first + (int32_t)random_below(RANGE));
	struct event             event   = event_report(SPAN("s"), hour, value * MILLIONTHS);
	event.time.ns += (int64_t)random_below(60) * (NS_PER_SECOND / (round % 2 ? 1 : 1000));
	if (round >= 4 && random_below(1000) == 0)
		event.number[REPORT_VALUE]++;
	event.field[REPORT_ENV] = span_of(names[random_below(4)]);
	event.present |= 1u << REPORT_ENV;
	return event;
}

static void
test_percentiles_follow_every_change_of_every_split(void **state)
{
	(void)state;
	random_state = 7;
	for (int round = 0; round < 8; round++) {
		struct books *books = books_open(&fixture_catalog, system_memory());
		int32_t       first = (int32_t)random_below(3000) - 1500;
		for (int step = 0; step < STEPS; step++) {
			struct event event = split_event(round, first);
			if (step > STEPS / 2 && random_below(2))
				book_clear(books, &event);
			else
				apply_one(books, &event, 0);
			if (step % 50 > 0)
				continue;
			int32_t from = first + (int32_t)random_below(RANGE);
			int32_t until =
				from + (int32_t)random_below((uint32_t)(first + RANGE - from));
			percentile_check(report_series(books, SPAN("s")), from, until);
		}
		percentile_check(report_series(books, SPAN("s")), first, first + RANGE);
		books_close(books);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages_keep_their_cells_while_they_change_layout),
		cmocka_unit_test(test_percentiles_follow_every_change_of_every_split),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
