/* test_chunk.c - chunks: canonical, read back whole, and harmless when damaged. */
#include "book_fixture.h"

#include <string.h>

enum { EVENTS = 3000 };

static struct event        events[EVENTS];
static const struct event *pointers[EVENTS];

static struct books *
books_random(uint64_t seed, uint32_t count)
{
	struct books *books = books_open(&fixture_catalog, system_memory());
	random_state        = seed;
	for (uint32_t i = 0; i < count; i++) {
		events[i]   = event_random();
		pointers[i] = &events[i];
	}
	books_apply(books, pointers, count, 0, NULL);
	return books;
}

/* Write each dirty chunk of one, read it into the other. */
static void
books_copy(struct books *from, struct books *to, struct arena *arena, uint64_t position)
{
	uint64_t     cursor = 0;
	struct book *book;
	int32_t      era;
	while (books_dirty_next(from, &cursor, &book, &era)) {
		struct text text;
		text_open(&text, arena);
		book_chunk_write(book, era, position, &text);
		book_chunk_clean(book, era, position);
		assert_int_equal(book_chunk_read(to, text_span(&text)), ERR_NONE);
	}
	assert_int_equal(books_dirty_count(from), 0);
	assert_int_equal(books_dirty_count(to), 0);
}

static void
test_chunks_read_back_are_the_same_bytes(void **state)
{
	(void)state;
	struct arena arena;
	arena_open(&arena, system_memory());
	for (uint64_t seed = 1; seed < 5; seed++) {
		struct books *books = books_random(seed, EVENTS);
		struct books *again = books_open(&fixture_catalog, system_memory());
		/* Each process has a seed of its own: nothing that is stored may show it. */
		books_seed(again, seed);
		struct span bytes = books_bytes(books, &arena);
		books_copy(books, again, &arena, EVENTS);
		assert_true(span_equal(bytes, books_bytes(again, &arena)));
		for (uint32_t i = 0; i < 2; i++)
			assert_int_equal(book_newest_hour(book_of(books, word_accounts[i], true)),
			                 book_newest_hour(book_of(again, word_accounts[i], true)));
		books_close(again);
		books_close(books);
	}
	arena_close(&arena);
}

static void
test_replay_over_chunks_counts_nothing_twice(void **state)
{
	(void)state;
	struct arena arena;
	arena_open(&arena, system_memory());
	struct books *whole = books_random(9, EVENTS);
	struct books *half  = books_random(9, EVENTS / 2);
	struct books *again = books_open(&fixture_catalog, system_memory());
	books_copy(half, again, &arena, EVENTS / 2);
	for (uint32_t i = EVENTS / 2; i < EVENTS; i++)
		pointers[i] = &events[i];
	/* The log after some earlier position: a part of it is in the chunks already. */
	books_apply(again, pointers + 100, EVENTS - 100, 100, NULL);
	struct books *expected = books_open(&fixture_catalog, system_memory());
	books_apply(expected, pointers, EVENTS, 0, NULL);
	struct span bytes = books_bytes(expected, &arena);
	assert_true(span_equal(bytes, books_bytes(whole, &arena)));

	assert_true(span_equal(bytes, books_bytes(again, &arena)));

	/* From the very start is as good. */
	books_apply(again, pointers, 100, 0, NULL);
	assert_true(span_equal(bytes, books_bytes(again, &arena)));
	books_close(expected);
	books_close(again);
	books_close(half);
	books_close(whole);
	arena_close(&arena);
}

static struct span
chunk_of(struct books *books, int32_t era, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	book_chunk_write(book_of(books, word_accounts[0], true), era, 3, &text);
	return text_span(&text);
}

static void
test_an_era_is_read_once(void **state)
{
	(void)state;
	struct arena arena;
	arena_open(&arena, system_memory());
	struct books *books = books_random(2, 500);
	struct span   chunk = chunk_of(books, 0, &arena);
	assert_int_equal(book_chunk_read(books, chunk), ERR_STORE_DAMAGED);
	books_close(books);
	arena_close(&arena);
}

/* A copy of exactly its size, so that a sanitizer sees a read past the end. */
static enum err
read_copy(struct span bytes)
{
	struct books *books = books_open(&fixture_catalog, system_memory());
	char         *copy  = malloc(bytes.size + !bytes.size);
	assert_non_null(copy);
	if (bytes.size > 0)
		memcpy(copy, bytes.at, bytes.size);
	enum err err = book_chunk_read(books, (struct span){ copy, bytes.size });
	free(copy);
	if (err == ERR_NONE) {
		struct arena arena;
		arena_open(&arena, system_memory());
		(void)books_bytes(books, &arena);
		arena_close(&arena);
	}
	books_close(books);
	return err;
}

static void
test_a_chunk_cut_anywhere_is_refused_or_a_shorter_one(void **state)
{
	(void)state;
	struct arena arena;
	arena_open(&arena, system_memory());
	struct books *books   = books_random(3, 700);
	struct span   chunk   = chunk_of(books, 0, &arena);
	uint32_t      allowed = 0;
	assert_true(chunk.size > 2000);
	assert_int_equal(read_copy(chunk), ERR_NONE);
	for (size_t size = 0; size < chunk.size; size++)
		allowed += read_copy((struct span){ chunk.at, size }) == ERR_NONE;
	/* Only between two meters is the rest a whole chunk. */
	assert_true(allowed <= METERS);
	books_close(books);
	arena_close(&arena);
}

static void
test_a_chunk_with_any_byte_changed_is_harmless(void **state)
{
	(void)state;
	struct arena arena;
	arena_open(&arena, system_memory());
	struct books *books   = books_random(4, 700);
	struct span   chunk   = chunk_of(books, 0, &arena);
	char         *copy    = arena_take(&arena, chunk.size);
	uint32_t      refused = 0;
	for (int round = 0; round < 6000; round++) {
		memcpy(copy, chunk.at, chunk.size);
		uint32_t changes = 1 + random_below(4);
		for (uint32_t i = 0; i < changes; i++)
			copy[random_below((uint32_t)chunk.size)] = (char)random_next();
		refused += read_copy((struct span){ copy, chunk.size }) != ERR_NONE;
	}
	assert_true(refused > 1000);
	books_close(books);
	arena_close(&arena);
}

static void
test_what_is_not_a_chunk_is_refused(void **state)
{
	(void)state;
	static const struct span rows[] = {
		TEXT(""),
		TEXT("TLY"),
		TEXT("TLYD\x01\x01"
		     "a"
		     "\0\0"), /* magic */
		TEXT("TLYC\x04\x01"
		     "a"
		     "\0\0"), /* version */
		TEXT("TLYC\x01\x02"
		     "a"), /* account cut off */
		TEXT("TLYC\x01\x01"
		     "a"
		     "\xff\xff\x7f\0"), /* an era without hours */
		TEXT("TLYC\x01\x01"
		     "a"
		     "\0"), /* no position */
		TEXT("TLYC\x01\x01"
		     "a"
		     "\0\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02"), /* 65 bits */
		TEXT("TLYC\x01\x01"
		     "a"
		     "\0\0"
		     "\x01z\x05\0\0\0\0\0\0\0\0"), /* a sixth kind */
		TEXT("TLYC\x01\x01"
		     "a"
		     "\0\0"
		     "\x01z\x01\0\0\0\0\0\0\0\0"
		     "\x01z\x01\0\0\0\0\0\0\0\0"), /* a meter twice */
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(read_copy(rows[i]), ERR_STORE_DAMAGED);
	static const struct span good = TEXT("TLYC\x01\x01"
	                                     "a"
	                                     "\0\0"
	                                     "\x01z\x01\x02\0\0\0\0\0\0\0hi");
	assert_int_equal(read_copy(good), ERR_NONE); /* a meter that nobody knows */
}

static void
test_meters_of_an_older_catalogue_are_skipped(void **state)
{
	(void)state;
	struct arena arena;
	arena_open(&arena, system_memory());
	struct catalog newer = fixture_catalog;
	newer.meters_count   = 2; /* only the first two are left */
	struct books *books  = books_random(6, 500);
	struct books *less   = books_open(&newer, system_memory());
	struct books *direct = books_open(&newer, system_memory());
	books_copy(books, less, &arena, 500);
	books_apply(direct, pointers, 500, 0, NULL);
	assert_true(span_equal(books_bytes(less, &arena), books_bytes(direct, &arena)));
	books_close(direct);
	books_close(less);
	books_close(books);
	arena_close(&arena);
}

/* The bytes of docs/format.md, written by hand. */
static void
test_a_chunk_is_what_the_manual_says(void **state)
{
	(void)state;
	static const char expected[] = "TLYC\x03\x04"
				       "acme"
				       "\x01"
				       "\x2a" /* era -1, position 42 */
				       "\x07"
				       "d.spent\x03"
				       "\x25\0\0\0\0\0\0\0"
				       "\x01"
				       "\0\0\x04prod\0"
				       "\x01\0\0" /* key, one split without texts */
				       "\x80"
				       "\0\0\0\0\0\0\0\0"
				       "\0\0\0\0\0\0\0\xc0"
				       "\x01\x80\xb5\x18\x02"
				       "\0\x14\x13"
				       "\x08m.report\0"
				       "\x26\0\0\0\0\0\0\0"
				       "\x01"
				       "\0\0\x01s\0"
				       "\x01" /* key, one split */
				       "\x04prod\0"
				       "\x80" /* the era's last page */
				       "\0\0\0\0\0\0\0\0"
				       "\0\0\0\0\0\0\0\xc0"
				       "\x01\x80\xb5\x18\x02" /* 0.2 and 0.200001 */
				       "\0\x14\x13";          /* 10 s and 0 s */
	struct arena arena;
	arena_open(&arena, system_memory());
	struct books *books = books_open(&fixture_catalog, system_memory());
	struct event  first = event_report(SPAN("s"), hour_start(-2), 200000);
	struct event  last  = event_report(SPAN("s"), hour_start(-1), 200001);
	first.time.ns += 10 * NS_PER_SECOND;
	event_set(&first, REPORT_ENV, SPAN("prod"));
	event_set(&last, REPORT_ENV, SPAN("prod"));
	const struct event *batch[] = { &last, &first };
	books_apply(books, batch, 2, 40, NULL);
	struct text text;
	text_open(&text, &arena);
	book_chunk_write(book_of(books, SPAN("acme"), false), -1, 42, &text);
	assert_int_equal(text.size, sizeof(expected) - 1);
	assert_memory_equal(text.at, expected, text.size);
	books_close(books);
	arena_close(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chunks_read_back_are_the_same_bytes),
		cmocka_unit_test(test_replay_over_chunks_counts_nothing_twice),
		cmocka_unit_test(test_an_era_is_read_once),
		cmocka_unit_test(test_a_chunk_cut_anywhere_is_refused_or_a_shorter_one),
		cmocka_unit_test(test_a_chunk_with_any_byte_changed_is_harmless),
		cmocka_unit_test(test_what_is_not_a_chunk_is_refused),
		cmocka_unit_test(test_meters_of_an_older_catalogue_are_skipped),
		cmocka_unit_test(test_a_chunk_is_what_the_manual_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
