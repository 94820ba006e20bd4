/* test_crowd_chunk.c - the days of distinct meters as chunks: canonical, read back whole, and
 * whole again after a round that was cut short. */
#include "crowd_fixture.h"

/* Write the dirty chunks, keeping each as it was written last; some of them only. */
struct shelf {
	struct arena arena;
	struct span  chunk[4096];
	struct book *book[4096];
	int32_t      number[4096];
	uint32_t     count;
};

static void
shelf_write(struct shelf *shelf, struct books *books, uint64_t position, uint32_t one_of)
{
	uint64_t     cursor = 0;
	struct book *book;
	int32_t      number;
	while (books_dirty_next(books, &cursor, &book, &number)) {
		struct text text;
		uint32_t    at = 0;
		if (random_below(one_of) > 0)
			continue;
		text_open(&text, &shelf->arena);
		book_chunk_write(book, number, position, &text);
		book_chunk_clean(book, number, position);
		while (at < shelf->count &&
		       (shelf->book[at] != book || shelf->number[at] != number))
			at++;
		assert_true(at < COUNT(shelf->chunk));
		shelf->chunk[at]  = text_span(&text);
		shelf->book[at]   = book;
		shelf->number[at] = number;
		shelf->count += at == shelf->count;
	}
}

/* In order of account and number, as a store would. */
static struct books *
shelf_read(const struct shelf *shelf)
{
	struct books *books = books_new();
	int64_t       last  = INT64_MIN;
	for (;;) {
		uint32_t next  = UINT32_MAX;
		int64_t  least = INT64_MAX;
		for (uint32_t i = 0; i < shelf->count; i++) {
			if (shelf->number[i] > last && shelf->number[i] < least) {
				least = shelf->number[i];
				next  = i;
			}
		}
		if (next == UINT32_MAX)
			return books;
		for (uint32_t i = 0; i < shelf->count; i++) {
			if (shelf->number[i] == least)
				assert_int_equal(book_chunk_read(books, shelf->chunk[i]), ERR_NONE);
		}
		last = least;
	}
}

static void
test_chunks_read_back_are_the_same_bytes(void **state)
{
	(void)state;
	static struct shelf shelf;
	struct arena        arena;
	arena_open(&arena, system_memory());
	arena_open(&shelf.arena, system_memory());
	events_make(3, HOURS);
	struct books *books = books_new();
	books_apply(books, pointers, EVENTS, 0, NULL);
	shelf.count = 0;
	shelf_write(&shelf, books, EVENTS, 1);
	assert_int_equal(books_dirty_count(books), 0);
	struct books *again = shelf_read(&shelf);
	assert_int_equal(books_dirty_count(again), 0);
	assert_true(span_equal(crowd_bytes(books, &arena), crowd_bytes(again, &arena)));
	books_compare(again, 100);
	/* The log over it, from anywhere. */
	books_apply(again, pointers + 1000, EVENTS - 1000, 1000, NULL);
	assert_int_equal(books_dirty_count(again), 0);
	assert_true(span_equal(crowd_bytes(books, &arena), crowd_bytes(again, &arena)));
	books_close(again);
	books_close(books);
	arena_close(&shelf.arena);
	arena_close(&arena);
}

/* A process stops in the middle of a round: some chunks are new, others old, and members
 * that moved between two days are in both or in none. The log from the last whole round
 * on, and the retractions in it, make the books whole again. */
static void
test_a_round_cut_short_loses_nobody(void **state)
{
	(void)state;
	enum { WHOLE = EVENTS / 2, TAKEN = 300 };
	static struct shelf shelf;
	struct arena        arena;
	uint32_t            taken[TAKEN];
	arena_open(&arena, system_memory());
	for (uint64_t seed = 1; seed < 30; seed++) {
		arena_open(&shelf.arena, system_memory());
		events_make(seed, 1500);
		shelf.count         = 0;
		struct books *books = books_new();
		books_apply(books, pointers, WHOLE, 0, NULL);
		shelf_write(&shelf, books, WHOLE, 1);
		books_apply(books, pointers + WHOLE, EVENTS - WHOLE, WHOLE, NULL);
		for (uint32_t i = 0; i < TAKEN; i++) {
			taken[i] = random_below(EVENTS);
			retract(books, taken[i]);
			if (i == TAKEN / 2)
				shelf_write(&shelf, books, EVENTS, 3);
		}
		shelf_write(&shelf, books, EVENTS, 2);

		struct books *again = shelf_read(&shelf);
		books_apply(again, pointers + WHOLE, EVENTS - WHOLE, WHOLE, gone + WHOLE);
		for (uint32_t i = 0; i < TAKEN; i++)
			retract(again, taken[i]);
		books_compare(again, 30);
		assert_true(span_equal(crowd_bytes(books, &arena), crowd_bytes(again, &arena)));
		books_close(again);
		books_close(books);
		arena_close(&shelf.arena);
		arena_reset(&arena);
	}
	arena_close(&arena);
}

/* Only what changed is written again. */
static void
test_a_late_event_dirties_the_days_it_touches(void **state)
{
	(void)state;
	static struct shelf shelf;
	arena_open(&shelf.arena, system_memory());
	shelf.count         = 0;
	struct books *books = books_new();
	struct event  later = event_seen(SPAN("a"), FIRST_HOUR + 100);
	struct event  same  = event_seen(SPAN("a"), FIRST_HOUR + 200);
	struct event  early = event_seen(SPAN("a"), FIRST_HOUR + 5);
	apply_one(books, &later, 1);
	assert_int_equal(books_dirty_count(books), 2); /* its era and its day */
	shelf_write(&shelf, books, 2, 1);
	apply_one(books, &same, 2);
	assert_int_equal(books_dirty_count(books), 1); /* the era alone: it counts events */
	shelf_write(&shelf, books, 3, 1);
	apply_one(books, &early, 3);
	assert_int_equal(books_dirty_count(books), 3);
	books_close(books);
	arena_close(&shelf.arena);
}

static struct span
day_chunk(struct books *books, struct arena *arena)
{
	const struct book *book = book_of(books, word_accounts[0], true);
	uint32_t           max  = book_eras(book, NULL, 0);
	int32_t           *eras = ARENA_ARRAY(arena, int32_t, max);
	struct text        text;
	assert_int_equal(book_eras(book, eras, max), max);
	text_open(&text, arena);
	book_chunk_write(book, eras[max - 1], 3, &text);
	return text_span(&text);
}

static enum err
read_copy(struct span bytes)
{
	struct books *books = books_new();
	char         *copy  = malloc(bytes.size + !bytes.size);
	assert_non_null(copy);
	if (bytes.size > 0)
		memcpy(copy, bytes.at, bytes.size);
	enum err err = book_chunk_read(books, (struct span){ copy, bytes.size });
	free(copy);
	if (err == ERR_NONE) {
		struct arena arena;
		arena_open(&arena, system_memory());
		(void)crowd_bytes(books, &arena);
		arena_close(&arena);
	}
	books_close(books);
	return err;
}

static void
test_a_day_cut_or_changed_anywhere_is_harmless(void **state)
{
	(void)state;
	struct arena arena;
	arena_open(&arena, system_memory());
	events_make(5, 24);
	struct books *books = books_new();
	books_apply(books, pointers, EVENTS, 0, NULL);
	struct span chunk   = day_chunk(books, &arena);
	char       *copy    = arena_take(&arena, chunk.size);
	uint32_t    allowed = 0, refused = 0;
	assert_true(chunk.size > 500);
	assert_int_equal(read_copy(chunk), ERR_NONE);
	for (size_t size = 0; size < chunk.size; size++)
		allowed += read_copy((struct span){ chunk.at, size }) == ERR_NONE;
	assert_true(allowed <= CROWD_METERS);
	for (int round = 0; round < 3000; round++) {
		memcpy(copy, chunk.at, chunk.size);
		for (uint32_t i = 0; i < 1 + random_below(4); i++)
			copy[random_below((uint32_t)chunk.size)] = (char)random_next();
		refused += read_copy((struct span){ copy, chunk.size }) != ERR_NONE;
	}
	assert_true(refused > 300);
	books_close(books);
	arena_close(&arena);
}

/* The bytes of docs/format.md; only the hashes, of books without a secret, are not written
 * by hand. */
static void
test_a_day_is_what_the_manual_says(void **state)
{
	(void)state;
	static const char expected[] = "TLYC\x03\x04"
				       "acme"
				       "\xec\x96\x80\x01" /* part 2 of 1971-01-01 */
				       "\x2a"             /* position 42 */
				       "\x06v.seen\4"
				       "\x25\0\0\0\0\0\0\0"
				       "\x02"     /* two hours */
				       "\x00\x01" /* the first, one member */
				       "\xad\xa0\x33\xed\x13\x9d\xaf\xb6"
				       "\x7a\xca\xf4\x96\x52\x5e\xb5\x60"
				       "\x17\x01" /* the last, another one */
				       "\xb4\xc4\xa7\x36\xb5\x5a\xf2\x87"
				       "\xfe\xd6\x59\xb4\xe0\xd8\x98\x75";
	struct arena  arena;
	struct event  batch[] = { event_seen(SPAN("u5"), 8760), event_seen(SPAN("u3"), 8783) };
	struct books *books   = books_open(&crowd_catalog, system_memory());
	struct text   text;
	int32_t       from, until;
	arena_open(&arena, system_memory());
	for (uint32_t i = 0; i < COUNT(batch); i++)
		apply_one(books, &batch[i], 39 + i);
	text_open(&text, &arena);
	book_chunk_write(book_of(books, SPAN("acme"), false), 1050038, 42, &text);
	assert_int_equal(text.size, sizeof(expected) - 1);
	assert_memory_equal(text.at, expected, text.size);
	book_chunk_hours(1050038, &from, &until);
	assert_int_equal(from, 8760);
	assert_int_equal(until, 8784);
	books_close(books);
	arena_close(&arena);
}

/* ---- many ---- */

static void
test_a_quarter_of_a_million_members_are_all_different(void **state)
{
	(void)state;
	enum { MANY = 250000, SLICE = 1000 };
	static struct event        some[SLICE];
	static const struct event *at[SLICE];
	static char                text[SLICE][16];
	static struct shelf        shelf;
	struct books              *books = books_new();
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < MANY; i++) {
			uint32_t k    = i % SLICE;
			int      size = snprintf(text[k], sizeof(text[k]), "%u", i);
			some[k]       = event_seen((struct span){ text[k], (size_t)size },
			                           FIRST_HOUR + (int32_t)(i % 50));
			at[k]         = &some[k];
			if (k == SLICE - 1)
				books_apply(books, at, SLICE, i + 1 - SLICE, NULL);
		}
	}
	const struct book *book = book_of(books, word_accounts[0], true);
	assert_int_equal(book_crowd_count(book, METER_SEEN, FIRST_HOUR, FIRST_HOUR + 50), MANY);
	assert_int_equal(book_crowd_count(book, METER_SEEN, FIRST_HOUR, FIRST_HOUR + 10), MANY / 5);
	arena_open(&shelf.arena, system_memory());
	shelf.count = 0;
	shelf_write(&shelf, books, MANY, 1);
	struct books *again = shelf_read(&shelf);
	book                = book_of(again, word_accounts[0], true);
	assert_int_equal(book_crowd_count(book, METER_SEEN, FIRST_HOUR, FIRST_HOUR + 50), MANY);
	books_close(again);
	books_close(books);
	arena_close(&shelf.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chunks_read_back_are_the_same_bytes),
		cmocka_unit_test(test_a_round_cut_short_loses_nobody),
		cmocka_unit_test(test_a_late_event_dirties_the_days_it_touches),
		cmocka_unit_test(test_a_day_cut_or_changed_anywhere_is_harmless),
		cmocka_unit_test(test_a_day_is_what_the_manual_says),
		cmocka_unit_test(test_a_quarter_of_a_million_members_are_all_different),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
