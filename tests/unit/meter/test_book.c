/* test_book.c - books against their definition, recomputed from a plain list of events. */
#include "book_model.h"

#include <string.h>

enum { EVENTS = 6000 };

static struct event events[EVENTS];

static void
events_make(uint64_t seed, uint32_t count)
{
	random_state = seed;
	for (uint32_t i = 0; i < count; i++)
		events[i] = event_random();
}

static void
events_apply(struct books *books, uint32_t count)
{
	const struct event *pointers[EVENTS];
	for (uint32_t i = 0; i < count; i++)
		pointers[i] = &events[i];
	events_shuffle(pointers, count);
	books_apply_events(books, pointers, count);
}

static void
check_books(struct books *books, uint32_t count)
{
	for (uint32_t i = 0; i < count; i += 5) {
		for (uint32_t meter = 0; meter < METERS; meter++) {
			if (fixture_meters[meter].type == events[i].type->index)
				check_event(books, meter, &events[i], events, count);
		}
	}
}

static void
test_L3_books_agree_with_a_plain_recomputation(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 4; seed++) {
		uint32_t      count = seed == 4 ? EVENTS : 400 * (uint32_t)seed;
		struct books *books = books_open(&fixture_catalog, system_memory());
		events_make(seed, count);
		events_apply(books, count);
		check_books(books, count);
		books_close(books);
	}
}

static void
test_E4_order_and_batches_never_matter(void **state)
{
	(void)state;
	struct arena arena;
	arena_open(&arena, system_memory());
	events_make(11, EVENTS);
	struct span first = { 0 };
	for (int round = 0; round < 4; round++) {
		struct books *books = books_open(&fixture_catalog, system_memory());
		events_apply(books, EVENTS);
		struct span bytes = books_bytes(books, &arena);
		if (round == 0)
			first = bytes;
		assert_true(bytes.size > 1000);
		assert_true(span_equal(first, bytes));
		books_close(books);
	}
	arena_close(&arena);
}

/* Take the event out of the books as the engine does: clear, then join what is left. */
static void
event_retract(struct books *books, uint32_t index, const bool *gone, uint32_t count)
{
	book_clear(books, &events[index]);
	for (uint32_t i = 0; i < count; i++) {
		if (!gone[i])
			book_restore(books, &events[i], &events[index]);
	}
}

static void
test_E7_a_retracted_event_never_was(void **state)
{
	(void)state;
	static bool         gone[EVENTS];
	const struct event *pointers[EVENTS];
	const uint32_t      count = 2500;
	struct arena        arena;
	arena_open(&arena, system_memory());
	for (uint64_t seed = 21; seed < 25; seed++) {
		struct books *with    = books_open(&fixture_catalog, system_memory());
		struct books *without = books_open(&fixture_catalog, system_memory());
		events_make(seed, count);
		memset(gone, 0, sizeof(gone));
		events_apply(with, count);
		for (int i = 0; i < 200; i++) {
			uint32_t index = random_below(count);
			gone[index]    = true;
			event_retract(with, index, gone, count);
		}
		for (uint32_t i = 0; i < count; i++)
			pointers[i] = &events[i];
		books_apply(without, pointers, count, 0, gone);
		assert_true(span_equal(books_bytes(with, &arena), books_bytes(without, &arena)));
		for (size_t a = 0; a < COUNT(word_accounts); a++)
			assert_int_equal(
				book_newest_hour(book_of(with, word_accounts[a], true)),
				book_newest_hour(book_of(without, word_accounts[a], true)));
		books_close(with);
		books_close(without);
	}
	arena_close(&arena);
}

static void
test_E7_all_events_retracted_leave_an_empty_book(void **state)
{
	(void)state;
	struct arena arena;
	arena_open(&arena, system_memory());
	struct books *books = books_open(&fixture_catalog, system_memory());
	events_make(31, 500);
	events_apply(books, 500);
	for (uint32_t i = 0; i < 500; i++)
		book_clear(books, &events[i]);
	assert_int_equal(books_bytes(books, &arena).size, 0);
	assert_int_equal(book_newest_hour(book_of(books, word_accounts[0], true)), INT32_MIN);
	books_close(books);
	arena_close(&arena);
}

/* ---- one thing at a time ---- */

/* A total over hours is the sum of its hours, wherever pages begin and end. */
static void
test_L40_a_total_is_the_sum_of_its_hours(void **state)
{
	(void)state;
	struct books   *books = books_open(&fixture_catalog, system_memory());
	struct book_key key   = { .id = word_envs[0] };
	for (int32_t hour = -200; hour < 400; hour += 3) {
		struct event event = event_report(SPAN("s"), hour_start(hour), hour + 1000);
		event_set(&event, REPORT_ENV, word_envs[0]);
		apply_one(books, &event, 0);
		apply_one(books, &event, 0);
	}
	const struct series *series =
		book_series_find(book_of(books, word_accounts[0], false), METER_SPENT, &key);
	for (int32_t from = -210; from < 410; from += 13) {
		for (int32_t until = from; until < 410; until += 29) {
			int64_t        total, expected = 0;
			struct instant last = { 0 }, expected_last = { 0 };
			for (int32_t hour = from; hour < until; hour++) {
				if (hour < -200 || hour >= 400 || (hour + 200) % 3 != 0)
					continue;
				expected += 2 * (hour + 1000);
				expected_last = hour_start(hour);
			}
			assert_int_equal(series_total(series, from, until, &total, &last),
			                 expected > 0);
			assert_int_equal(total, expected);
			assert_int_equal(last.ns, expected_last.ns);
		}
	}
	books_close(books);
}

static void
test_L3_of_one_time_the_larger_value_counts(void **state)
{
	(void)state;
	struct split_cell cells[1];
	struct books     *books = books_open(&fixture_catalog, system_memory());
	static const struct {
		int64_t ns, value, expected;
	} rows[] = {
		{ 50, 5, 5 }, { 50, 4, 5 }, { 50, 6, 6 }, { 49, 9, 6 }, { 51, 1, 1 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct event event =
			event_report(SPAN("s"), (struct instant){ rows[i].ns }, rows[i].value);
		apply_one(books, &event, i);
		assert_int_equal(series_splits(report_series(books, SPAN("s")), 0, cells, 1), 1);
		assert_int_equal(cells[0].value, rows[i].expected);
	}
	books_close(books);
}

static void
test_L3_a_sum_past_the_largest_number_stays_there(void **state)
{
	(void)state;
	struct books *books = books_open(&fixture_catalog, system_memory());
	for (size_t i = 0; i < 3; i++) {
		struct event event =
			event_report(SPAN("s"), (struct instant){ 0 }, QUANTITY_END - 1);
		event_set(&event, REPORT_ENV, word_envs[i]);
		apply_one(books, &event, i);
	}
	int64_t  sums[2]    = { 0, 0 };
	uint64_t present[1] = { 0 };
	uint32_t hours;
	series_sum(report_series(books, SPAN("s")), -1, 1, sums, present);
	assert_int_equal(sums[0], 0);
	assert_int_equal(sums[1], INT64_MAX);
	assert_int_equal(present[0], 2);
	assert_int_equal(series_percentile(report_series(books, SPAN("s")), -1, 1, 95, &hours),
	                 INT64_MAX);
	assert_int_equal(hours, 1);
	books_close(books);
}

static int64_t
function_count(struct books *books, struct span item)
{
	struct book_key      key = { .id = SPAN("svc"), .item = item };
	const struct series *series =
		book_series_find(book_of(books, word_accounts[0], true), METER_FUNCTION, &key);
	return series ? series_count(series, -10, 10) : -1;
}

static void
test_L13_functions_are_distinct_and_none_is_the_service(void **state)
{
	(void)state;
	struct books *books = books_open(&fixture_catalog, system_memory());
	struct event  event = { .type    = &fixture_types[TYPE_DEPLOY],
		                .account = word_accounts[0],
		                .subject = SPAN("svc") };
	event_set(&event, DEPLOY_TYPE, SPAN("Lambda"));
	apply_one(books, &event, 0);
	assert_int_equal(function_count(books, SPAN("svc")), 1);
	event.present |= 1u << DEPLOY_FUNCTIONS; /* an empty list says the same */
	apply_one(books, &event, 1);
	assert_int_equal(function_count(books, SPAN("svc")), 2);
	event.list       = word_lists[0];
	event.list_count = 4;
	apply_one(books, &event, 2);
	assert_int_equal(function_count(books, SPAN("f1")), 1);
	assert_int_equal(function_count(books, SPAN("f2")), 1);
	assert_int_equal(function_count(books, SPAN("f3")), 1);
	assert_int_equal(function_count(books, SPAN("svc")), 2);
	assert_int_equal(function_count(books, SPAN("")), -1);
	books_close(books);
}

static void
test_unknown_types_and_skipped_events_feed_nothing(void **state)
{
	(void)state;
	struct books *books         = books_open(&fixture_catalog, system_memory());
	struct event  known         = event_report(SPAN("s"), (struct instant){ 0 }, 1);
	struct event  other         = known;
	other.type                  = NULL;
	const struct event *batch[] = { &known, &other };
	bool                skip[]  = { true, false };
	books_apply(books, batch, 2, 0, skip);
	book_clear(books, &other);
	book_restore(books, &other, &other);
	assert_int_equal(books_dirty_count(books), 0);
	books_close(books);
}

/* ---- what changed ---- */

static void
test_changed_eras_are_walked_once_written_they_are_not(void **state)
{
	(void)state;
	struct books *books  = books_open(&fixture_catalog, system_memory());
	struct event  event  = event_report(SPAN("s"), (struct instant){ 0 }, 5);
	struct event  later  = event_report(SPAN("s"), hour_start(5000), 5);
	uint64_t      cursor = 0;
	struct book  *book;
	int32_t       era;
	apply_one(books, &event, 0);
	apply_one(books, &later, 1);
	assert_int_equal(books_dirty_count(books), 2);
	assert_true(books_dirty_next(books, &cursor, &book, &era));
	assert_int_equal(era, 0);
	book_chunk_clean(book, era, 2);
	assert_true(books_dirty_next(books, &cursor, &book, &era));
	assert_int_equal(era, 4);
	assert_false(books_dirty_next(books, &cursor, &book, &era));
	assert_int_equal(books_dirty_count(books), 1);
	apply_one(books, &event, 1); /* the chunk holds it already */
	apply_one(books, &event, 2); /* and what changes nothing is no change */
	assert_int_equal(books_dirty_count(books), 1);
	book_clear(books, &event);
	assert_int_equal(books_dirty_count(books), 2);
	assert_int_equal(book_newest_hour(book), 5000);
	book_clear(books, &later);
	assert_int_equal(book_newest_hour(book), INT32_MIN);
	books_close(books);
}

static void
test_books_of_accounts_are_found_and_walked(void **state)
{
	(void)state;
	struct books *books = books_open(&fixture_catalog, system_memory());
	assert_null(book_of(books, SPAN("acme"), false));
	assert_null(book_at(books, 0));
	struct book *acme = book_of(books, SPAN("acme"), true);
	assert_ptr_equal(book_of(books, SPAN("acme"), true), acme);
	assert_true(span_equal(book_account(acme), SPAN("acme")));
	for (uint32_t i = 0; i < 3000; i++) {
		char name[8] = { 'n', (char)('a' + i % 26), (char)('a' + i / 26 % 26),
			         (char)('a' + i / 676), 0 };
		(void)book_of(books, span_of(name), true);
	}
	assert_ptr_equal(book_at(books, 0), acme);
	assert_non_null(book_at(books, 3000));
	assert_null(book_at(books, 3001));
	assert_ptr_equal(book_of(books, SPAN("acme"), false), acme);
	assert_true(books_size(books) > 0);
	books_close(books);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_L3_books_agree_with_a_plain_recomputation),
		cmocka_unit_test(test_E4_order_and_batches_never_matter),
		cmocka_unit_test(test_E7_a_retracted_event_never_was),
		cmocka_unit_test(test_E7_all_events_retracted_leave_an_empty_book),
		cmocka_unit_test(test_L40_a_total_is_the_sum_of_its_hours),
		cmocka_unit_test(test_L3_of_one_time_the_larger_value_counts),
		cmocka_unit_test(test_L3_a_sum_past_the_largest_number_stays_there),
		cmocka_unit_test(test_L13_functions_are_distinct_and_none_is_the_service),
		cmocka_unit_test(test_unknown_types_and_skipped_events_feed_nothing),
		cmocka_unit_test(test_changed_eras_are_walked_once_written_they_are_not),
		cmocka_unit_test(test_books_of_accounts_are_found_and_walked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
