/* crowd_fixture.h - a catalogue with distinct meters, random events, and a plain set. */
#ifndef TALLY_TESTS_CROWD_FIXTURE_H
#define TALLY_TESTS_CROWD_FIXTURE_H

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

static inline struct event
event_seen(struct span subject, int32_t hour)
{
	struct event event = { .type    = &fixture_types[TYPE_SYNC],
		               .account = word_accounts[0],
		               .subject = subject };
	event.time.ns      = hour * NS_PER_HOUR + PICK(word_offsets_ns);
	return event;
}

static inline void
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

static inline struct books *
books_new(void)
{
	static const uint8_t secret[BOOK_SECRET_SIZE] = { 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144 };
	struct books        *books                    = books_open(&crowd_catalog, system_memory());
	books_keep_secret(books, secret);
	return books;
}

/* ---- the plain set ---- */

/* The name that the event stands for in the meter; NAMES when it is not counted. */
static inline uint32_t
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

static inline uint64_t
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

static inline void
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

static inline struct span
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

/* ---- retraction ---- */

static inline void
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

#endif
