/* test_percentile.c - nearest rank, by hand and by both roads. */
#include "book_fixture.h"

static void
test_L4_rank_is_the_ceiling(void **state)
{
	(void)state;
	static const struct {
		uint32_t count;
		int32_t  percent;
		uint32_t rank;
	} rows[] = {
		{ 720, 95, 684 }, { 1, 95, 1 },   { 1, 1, 1 },      { 2, 50, 1 },
		{ 3, 50, 2 },     { 20, 95, 19 }, { 21, 95, 20 },   { 100, 95, 95 },
		{ 101, 1, 2 },    { 7, 100, 7 },  { 744, 95, 707 }, { UINT32_MAX, 100, UINT32_MAX },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(percentile_rank(rows[i].count, rows[i].percent), rows[i].rank);
}

static int
value_order(const void *a, const void *b)
{
	return (*(const int64_t *)a > *(const int64_t *)b) -
	       (*(const int64_t *)a < *(const int64_t *)b);
}

/* Values of one of several spreads, so that ties, gaps and extremes all come. */
static int64_t
value_random(uint32_t spread)
{
	switch (spread) {
	case 0:
		return random_below(2);
	case 1:
		return random_below(300);
	case 2:
		return (int64_t)(random_next() >> random_below(64) >> 1);
	case 3:
		return random_below(2) ? INT64_MAX : 0;
	case 4:
		return (int64_t)random_next();
	default:
		return 7;
	}
}

static void
test_L4_percentile_is_the_one_in_the_sorted_list(void **state)
{
	(void)state;
	static int64_t values[2000];
	static int64_t sorted[2000];
	random_state = 3;
	assert_int_equal(percentile_of(values, 0, 95), 0);
	for (uint32_t round = 0; round < 3000; round++) {
		uint32_t count   = 1 + random_below(round % 7 ? 40 : 2000);
		int32_t  percent = 1 + (int32_t)random_below(100);
		for (uint32_t i = 0; i < count; i++)
			values[i] = sorted[i] = value_random(round % 6);
		qsort(sorted, count, sizeof(*sorted), value_order);
		int64_t expected = sorted[percentile_rank(count, percent) - 1];
		assert_int_equal(percentile_of(values, count, percent), expected);
	}
}

/* ---- the fast road against the plain one ---- */

struct spread {
	uint32_t splits;
	uint32_t whole_max; /* values are below */
	uint32_t fine_in;   /* one in so many has a fraction; 0 none */
	uint32_t present;   /* hours in ten that report */
	int64_t  scale;
};

static const struct spread spreads[] = {
	{ 1, 1, 0, 10, 1 },     { 1, 256, 0, 10, 1 },   { 1, 256, 0, 3, 1 },
	{ 1, 257, 0, 10, 1 },   { 1, 65536, 0, 9, 1 },  { 1, 65537, 0, 9, 1 },
	{ 3, 80, 0, 9, 1 },     { 3, 86, 0, 5, 1 },     { 3, 65536, 0, 8, 1 },
	{ 3, 100, 0, 1, 1 },    { 9, 65536, 0, 9, 1 },  { 2, 50, 40, 9, 1 },
	{ 1, 50, 1, 9, 1 },     { 3, 1000, 999, 7, 1 }, { 2, 92, 0, 7, INT64_C(100000000000) },
	{ 2, 3, 0, 10, 30000 },
};

static struct books *
books_spread(const struct spread *spread, int32_t first, uint32_t range)
{
	struct books *books = books_open(&fixture_catalog, system_memory());
	for (uint32_t i = 0; i < range * spread->splits; i++) {
		int64_t value = random_below(spread->whole_max) * spread->scale * MILLIONTHS;
		if (random_below(10) >= spread->present)
			continue;
		if (spread->fine_in && random_below(spread->fine_in) == 0)
			value++;
		char         name[2] = { (char)('a' + i % spread->splits), 0 };
		struct event event   = event_report(
			  SPAN("s"), hour_start(first + (int32_t)(i / spread->splits)), value);
		const struct event *batch = &event;
		event_set(&event, REPORT_ENV, span_of(name));
		books_apply(books, &batch, 1, i, NULL);
	}
	return books;
}

static void
check_window(const struct series *series, int32_t from, int32_t until, int32_t percent)
{
	static int64_t sums[BOOK_WINDOW_HOURS_MAX];
	uint64_t       present[BOOK_WINDOW_HOURS_MAX / 64 + 1] = { 0 };
	uint32_t       count = 0, hours = 12345;
	memset(sums, 0, sizeof(sums));
	series_sum(series, from, until, sums, present);
	for (int32_t i = 0; i < until - from; i++) {
		if (present[i / 64] >> (i % 64) & 1)
			sums[count++] = sums[i];
	}
	int64_t fast = series_percentile(series, from, until, percent, &hours);
	assert_int_equal(hours, count);
	assert_int_equal(fast, percentile_of(sums, count, percent));
}

static void
test_L4_fast_and_plain_road_agree(void **state)
{
	(void)state;
	random_state = 77;
	for (uint32_t round = 0; round < 4 * COUNT(spreads); round++) {
		const struct spread *spread = &spreads[round % COUNT(spreads)];
		uint32_t             range  = 1 + random_below(1200);
		int32_t              first  = (int32_t)random_below(5000) - 2500;
		struct books        *books  = books_spread(spread, first, range);
		struct book_key      key    = { .id = SPAN("s") };
		struct book         *book   = book_of(books, SPAN("acme"), true);
		const struct series *series = book_series_find(book, METER_REPORT, &key);
		for (uint32_t i = 0; series && i < 60; i++) {
			int32_t from  = first - 200 + (int32_t)random_below(range + 300);
			int32_t until = from + (int32_t)random_below(i % 9 ? range + 300 : 8880);
			check_window(series, from, until, 1 + (int32_t)random_below(100));
		}
		if (series)
			check_window(series, first - 100, first - 100 + BOOK_WINDOW_HOURS_MAX, 95);
		books_close(books);
	}
}

static void
test_L4_no_hours_give_0(void **state)
{
	(void)state;
	struct books       *books = books_open(&fixture_catalog, system_memory());
	struct event        event = event_report(SPAN("s"), hour_start(100), 5 * MILLIONTHS);
	const struct event *batch = &event;
	struct book_key     key   = { .id = SPAN("s") };
	uint32_t            hours = 9;
	books_apply(books, &batch, 1, 0, NULL);
	const struct series *series =
		book_series_find(book_of(books, SPAN("acme"), true), METER_REPORT, &key);
	assert_int_equal(series_percentile(series, 101, 500, 95, &hours), 0);
	assert_int_equal(hours, 0);
	assert_int_equal(series_percentile(series, 100, 100, 95, &hours), 0);
	assert_int_equal(hours, 0);
	assert_int_equal(series_percentile(series, 100, 101, 1, &hours), 5 * MILLIONTHS);
	assert_int_equal(hours, 1);
	book_clear(books, &event);
	assert_int_equal(series_percentile(series, 100, 101, 1, &hours), 0);
	assert_int_equal(hours, 0);
	books_close(books);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_L4_rank_is_the_ceiling),
		cmocka_unit_test(test_L4_percentile_is_the_one_in_the_sorted_list),
		cmocka_unit_test(test_L4_fast_and_plain_road_agree),
		cmocka_unit_test(test_L4_no_hours_give_0),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
