/* records.h - a store with something in it, and whether that is still what it was. */
#ifndef TALLY_TESTS_SEAM_RECORDS_H
#define TALLY_TESTS_SEAM_RECORDS_H

#include "place.h"

#include <sqlite3.h>

enum { RECORDS = 60 };

static inline struct span
record_key(uint32_t number, char room[32])
{
	snprintf(room, 32, "record-%05u", number);
	return span_of(room);
}

/* A value that follows from its number: 10 to 40,000 bytes. */
static inline struct span
record_value(uint32_t number, char *room)
{
	size_t   size = number % 7 == 0 ? 40000 : 10 + number % 300;
	uint64_t seed = number + 1;

	for (size_t i = 0; i < size; i++)
		room[i] = (char)draw(&seed);
	return (struct span){ room, size };
}

static inline enum err
record_commit(struct store *store, uint32_t number)
{
	static char        room[40000];
	char               key[32];
	struct store_write write = { .space = (enum store_space)(number % SPACE_COUNT),
		                     .key   = record_key(number, key),
		                     .value = record_value(number, room) };
	return store->ops->commit(store, &write, 1);
}

/* How many records a scan gives; every one of them must be right. */
static inline enum err
count_visit(void *context, struct span key, struct span value)
{
	static char room[40000];
	char        name[32];
	uint32_t    number = (uint32_t)strtoul(key.at + strlen("record-"), NULL, 10);

	assert_true(span_equal(key, record_key(number, name)));
	assert_true(span_equal(value, record_value(number, room)));
	*(uint32_t *)context += 1;
	return ERR_NONE;
}

static inline enum err
records_count(struct store *store, uint32_t *count)
{
	enum err err = ERR_NONE;

	*count = 0;
	for (uint32_t i = 0; i < SPACE_COUNT && err == ERR_NONE; i++)
		err = store->ops->scan(store, (enum store_space)i, SPAN(""), SPAN(""), count_visit,
		                       count);
	return err;
}

/* Whether gets or scans come upon damage; what they do give must be right. */
static inline bool
reading_is_refused(struct store *store)
{
	uint32_t     count = 0;
	struct arena arena;
	enum err     err = ERR_NONE;

	arena_open(&arena, system_memory());
	for (uint32_t i = 0; i < RECORDS && err == ERR_NONE; i += 11) {
		static char room[40000];
		char        key[32];
		struct span value = { 0 };
		err               = store->ops->get(store, (enum store_space)(i % SPACE_COUNT),
		                                    record_key(i, key), &arena, &value);
		if (err == ERR_NONE)
			assert_true(span_equal(value, record_value(i, room)));
	}
	arena_close(&arena);
	if (err == ERR_NONE)
		err = records_count(store, &count);
	return err != ERR_NONE;
}

static inline void
refusal_must_speak(const struct refusal *refusal, enum err err)
{
	assert_int_equal(refusal->err, err);
	assert_true(strlen(refusal->detail) > 10);
}

/* True: found. False: no record is any different. */
static inline bool
flip_is_found(const struct place *place)
{
	struct refusal refusal = { 0 };
	struct store  *store   = NULL;
	uint32_t       count   = 0;
	enum err       err     = place_open(place, &store, &refusal);

	if (err != ERR_NONE) {
		refusal_must_speak(&refusal, err);
		return true;
	}
	bool found = reading_is_refused(store);
	err        = store->ops->check(store, NULL, NULL, &refusal);
	if (err != ERR_NONE)
		refusal_must_speak(&refusal, err);
	if (err == ERR_NONE) {
		/* What check lets pass must be whole. */
		assert_false(found);
		assert_int_equal(records_count(store, &count), ERR_NONE);
		assert_int_equal(count, RECORDS);
	}
	store->ops->close(store);
	return err != ERR_NONE;
}

static inline void
sql_do(struct place *place, const char *text)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(place_file(place, "tally.db"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

#endif
