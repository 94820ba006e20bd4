/* test_crowd.c - distinct meters: how many different ones in a month, compared with a plain
 * set; any order; retractions. */
#include "crowd_fixture.h"

static void
test_L30_different_ones_are_those_of_a_plain_set_at_any_hour(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed < 6; seed++) {
		struct books *books = books_new();
		events_make(seed, HOURS);
		books_apply_events(books, pointers, EVENTS);
		books_compare(books, 300);
		books_close(books);
	}
}

static void
test_L2_a_month_begins_with_nobody(void **state)
{
	(void)state;
	static const char *const months[] = { "2024-02-01", "2024-03-01", "2025-03-01",
		                              "1970-01-01", "1969-12-01", "2025-01-01" };
	for (size_t i = 0; i < COUNT(months); i++) {
		struct books *books = books_new();
		struct book  *book  = book_of(books, word_accounts[0], true);
		int32_t       first = 0, seen = 0;
		assert_int_equal(date_parse(span_of(months[i]), &first), ERR_NONE);
		struct event before = event_seen(SPAN("a"), first - 1);
		struct event after  = event_seen(SPAN("a"), first);
		apply_one(books, &before, 1);
		assert_int_equal(
			book_crowd_count(book, METER_SEEN, month_first_hour(first - 1), first), 1);
		assert_int_equal(book_crowd_count(book, METER_SEEN, first, first + 1), 0);
		apply_one(books, &after, 2);
		assert_int_equal(book_crowd_count(book, METER_SEEN, first, first + 1), 1);
		assert_true(book_crowd_first(book, METER_SEEN, SPAN("a"), first + 9, &seen));
		assert_int_equal(seen, first);
		assert_true(book_crowd_first(book, METER_SEEN, SPAN("a"), first - 1, &seen));
		assert_int_equal(seen, first - 1);
		assert_false(book_crowd_first(book, METER_SEEN, SPAN("b"), first, &seen));
		books_close(books);
	}
}

/* As far as instants reach, and empty texts. */
static void
test_first_and_last_hours_are_counted_and_cleared(void **state)
{
	(void)state;
	static const int32_t ends[] = { -2562024, 2562046 };
	for (size_t i = 0; i < COUNT(ends); i++) {
		struct books *books = books_new();
		struct event  event = event_seen(SPAN(""), ends[i]);
		int32_t       hour  = ends[i];
		apply_one(books, &event, 1);
		struct book *book = book_of(books, word_accounts[0], true);
		assert_int_equal(
			book_crowd_count(book, METER_SEEN, month_first_hour(hour), hour + 1), 1);
		struct book_reach reach = book_clear_reach(books, &event);
		(void)hour_start(reach.from);
		(void)hour_start(reach.until);
		book_clear(books, &event);
		assert_int_equal(
			book_crowd_count(book, METER_SEEN, month_first_hour(hour), hour + 1), 0);
		books_close(books);
	}
}

/* ---- order ---- */

static void
test_E4_any_order_gives_the_same_chunks(void **state)
{
	(void)state;
	struct arena arena;
	arena_open(&arena, system_memory());
	struct span first = { 0 };
	events_make(77, HOURS);
	for (int round = 0; round < 12; round++) {
		struct books *books = books_new();
		books_apply_events(books, pointers, EVENTS);
		if (round % 3 == 1) /* once more changes nothing; only the hours count events */
			books_compare(books, 50);
		struct span bytes = crowd_bytes(books, &arena);
		first             = round == 0 ? bytes : first;
		assert_true(span_equal(bytes, first));
		books_close(books);
		events_shuffle(pointers, EVENTS);
	}
	arena_close(&arena);
}

/* ---- retraction ---- */

static void
test_E7_what_is_retracted_was_never_there(void **state)
{
	(void)state;
	struct arena arena;
	arena_open(&arena, system_memory());
	for (uint64_t seed = 1; seed < 4; seed++) {
		struct books *books = books_new();
		struct books *never = books_new();
		events_make(seed, 1000);
		books_apply(books, pointers, EVENTS, 0, NULL);
		for (int i = 0; i < 600; i++) {
			retract(books, random_below(EVENTS));
			if (i % 20 == 0)
				books_compare(books, 10);
		}
		books_apply(never, pointers, EVENTS, 0, gone);
		assert_true(span_equal(crowd_bytes(books, &arena), crowd_bytes(never, &arena)));
		for (uint32_t i = 0; i < EVENTS; i++) {
			if (!gone[i])
				retract(books, i);
		}
		assert_int_equal(crowd_bytes(books, &arena).size, 0);
		books_close(never);
		books_close(books);
	}
	arena_close(&arena);
}

/* The log is asked for a month only where a month may have changed. */
static void
test_E7_the_reach_is_a_month_only_for_the_first(void **state)
{
	(void)state;
	struct books     *books = books_new();
	struct event      first = event_seen(SPAN("a"), FIRST_HOUR + 5);
	struct event      later = event_seen(SPAN("a"), FIRST_HOUR + 9);
	struct book_reach reach;
	apply_one(books, &first, 1);
	apply_one(books, &later, 2);
	reach = book_clear_reach(books, &later);
	assert_int_equal(reach.from, FIRST_HOUR + 9);
	assert_int_equal(reach.until, FIRST_HOUR + 10);
	reach = book_clear_reach(books, &first);
	assert_int_equal(reach.from, FIRST_HOUR + 5);
	assert_int_equal(reach.until, FIRST_HOUR + 31 * HOURS_PER_DAY);
	books_close(books);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_L30_different_ones_are_those_of_a_plain_set_at_any_hour),
		cmocka_unit_test(test_L2_a_month_begins_with_nobody),
		cmocka_unit_test(test_first_and_last_hours_are_counted_and_cleared),
		cmocka_unit_test(test_E4_any_order_gives_the_same_chunks),
		cmocka_unit_test(test_E7_what_is_retracted_was_never_there),
		cmocka_unit_test(test_E7_the_reach_is_a_month_only_for_the_first),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
