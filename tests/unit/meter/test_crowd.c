/* test_crowd.c - distinct meters: how many different ones in a month, compared with a plain
 * set; chunks of days; retractions. */
#include "book_fixture.h"

#include <stdio.h>
#include <string.h>

enum { METER_SEEN, METER_ALL, METER_SERVICE, CROWD_METERS };

static const struct catalog_meter crowd_meters[CROWD_METERS] = {
	{ METER("v.seen", TYPE_SYNC, SERIES_DISTINCT, 0), .value_field = -1, .each_field = -1,
	  .org_field = -1, .project_field = -1, .split_fields = { -1, -1 } },
	{ METER("b.all", TYPE_SYNC, SERIES_COUNT, 1), .value_field = -1, .each_field = -1,
	  .org_field = -1, .project_field = -1, .split_fields = { -1, -1 } },
	{ .name          = TEXT("a.service"),
	  .type          = TYPE_SYNC,
	  .kind          = SERIES_DISTINCT,
	  .index         = 2,
	  .key_field     = SYNC_SERVICE,
	  .item_field    = -1,
	  .value_field   = -1,
	  .each_field    = -1,
	  .org_field     = -1,
	  .project_field = -1,
	  .split_fields  = { -1, -1 },
	  .where         = &is_flagged,
	  .where_count   = 1 },
};
static const struct catalog crowd_catalog = {
	.name         = TEXT("crowd"),
	.types        = fixture_types,
	.types_count  = TYPES,
	.meters       = crowd_meters,
	.meters_count = CROWD_METERS,
};

/* Five months around the end of a leap February. */
enum {
	FIRST_HOUR = 473352, /* 2024-01-01 */
	HOURS      = 3600,
	NAMES      = 300,
	EVENTS     = 4000,
};

static char                name_bytes[NAMES][16];
static struct span         names[NAMES];
static struct event        events[EVENTS];
static const struct event *pointers[EVENTS];
static bool                gone[EVENTS];

static struct event
event_seen(struct span subject, int32_t hour)
{
	struct event event = { .type    = &fixture_types[TYPE_SYNC],
		               .account = word_accounts[0],
		               .subject = subject };
	event.time.ns      = hour * NS_PER_HOUR + PICK(word_offsets_ns);
	return event;
}

static void
events_make(uint64_t seed, uint32_t hours)
{
	random_state = seed;
	for (uint32_t i = 0; i < NAMES; i++) {
		int size = snprintf(name_bytes[i], sizeof(name_bytes[i]), "user-%u", i);
		names[i] = (struct span){ name_bytes[i], (size_t)size };
	}
	for (uint32_t i = 0; i < EVENTS; i++) {
		events[i] = event_seen(PICK(names), FIRST_HOUR + (int32_t)random_below(hours));
		if (random_below(2) > 0)
			event_set(&events[i], SYNC_SERVICE, names[random_below(40)]);
		if (random_below(3) > 0)
			event_set_number(&events[i], SYNC_FLAG, random_below(2));
		if (random_below(4) == 0)
			events[i].account = word_accounts[1];
		pointers[i] = &events[i];
		gone[i]     = false;
	}
}

static struct books *
books_new(void)
{
	static const uint8_t secret[BOOK_SECRET_SIZE] = { 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144 };
	struct books        *books                    = books_open(&crowd_catalog, system_memory());
	books_keep_secret(books, secret);
	return books;
}

/* ---- the plain set ---- */

/* The name that the event stands for in the meter; NAMES when it is not counted. */
static uint32_t
event_name(const struct event *event, uint32_t meter)
{
	struct span text = event->subject;
	if (meter == METER_SERVICE) {
		if (!(event->present >> SYNC_FLAG & 1) || event->number[SYNC_FLAG] == 0 ||
		    !(event->present >> SYNC_SERVICE & 1))
			return NAMES;
		text = event->field[SYNC_SERVICE];
	}
	return (uint32_t)strtoul(text.at + 5, NULL, 10);
}

static uint64_t
plain_count(uint32_t meter, struct span account, int32_t from, int32_t until)
{
	bool     seen[NAMES] = { false };
	uint64_t count       = 0;
	for (uint32_t i = 0; i < EVENTS; i++) {
		int32_t  hour = hour_of(events[i].time);
		uint32_t name = event_name(&events[i], meter);
		if (gone[i] || hour < from || hour >= until || name == NAMES ||
		    !span_equal(account, events[i].account) || seen[name])
			continue;
		seen[name] = true;
		count++;
	}
	return count;
}

static void
books_compare(struct books *books, uint32_t questions)
{
	for (uint32_t i = 0; i < questions; i++) {
		uint32_t     meter   = random_below(2) ? METER_SEEN : METER_SERVICE;
		struct span  account = PICK(word_accounts);
		int32_t      hour    = FIRST_HOUR + (int32_t)random_below(HOURS);
		int32_t      from    = month_first_hour(hour);
		struct book *book    = book_of(books, account, true);
		assert_int_equal(book_crowd_count(book, meter, from, hour + 1),
		                 plain_count(meter, account, from, hour + 1));
	}
}

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

static struct span
crowd_bytes(struct books *books, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	for (size_t a = 0; a < COUNT(word_accounts); a++) {
		const struct book *book  = book_of(books, word_accounts[a], true);
		uint32_t           max   = book_eras(book, NULL, 0);
		int32_t           *eras  = ARENA_ARRAY(arena, int32_t, max);
		uint32_t           count = book_eras(book, eras, max);
		for (uint32_t e = 0; e < count; e++)
			book_chunk_write(book, eras[e], 7, &text);
	}
	return text_span(&text);
}

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
retract(struct books *books, uint32_t index)
{
	struct book_reach reach = book_clear_reach(books, &events[index]);
	gone[index]             = true;
	book_clear(books, &events[index]);
	for (uint32_t i = 0; i < EVENTS; i++) {
		int32_t hour = hour_of(events[i].time);
		if (gone[i] || hour < reach.from || hour >= reach.until)
			continue;
		if (reach.same_subject && !span_equal(events[i].subject, events[index].subject))
			continue;
		book_restore(books, &events[i], &events[index]);
	}
}

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

/* ---- chunks ---- */

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
		cmocka_unit_test(test_L30_different_ones_are_those_of_a_plain_set_at_any_hour),
		cmocka_unit_test(test_L2_a_month_begins_with_nobody),
		cmocka_unit_test(test_first_and_last_hours_are_counted_and_cleared),
		cmocka_unit_test(test_E4_any_order_gives_the_same_chunks),
		cmocka_unit_test(test_E7_what_is_retracted_was_never_there),
		cmocka_unit_test(test_E7_the_reach_is_a_month_only_for_the_first),
		cmocka_unit_test(test_chunks_read_back_are_the_same_bytes),
		cmocka_unit_test(test_a_round_cut_short_loses_nobody),
		cmocka_unit_test(test_a_late_event_dirties_the_days_it_touches),
		cmocka_unit_test(test_a_day_cut_or_changed_anywhere_is_harmless),
		cmocka_unit_test(test_a_day_is_what_the_manual_says),
		cmocka_unit_test(test_a_quarter_of_a_million_members_are_all_different),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
