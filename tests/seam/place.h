/* place.h - a directory of its own for a test, and what the store tests share. */
#ifndef TALLY_TESTS_SEAM_PLACE_H
#define TALLY_TESTS_SEAM_PLACE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "edge/store/store_local.h"
#include "edge/sys/memory.h"

struct place {
	char path[64];
	char text[160];
};

static inline struct place
place_make(void)
{
	struct place place;
	snprintf(place.path, sizeof(place.path), "/tmp/tally-test-XXXXXX");
	assert_non_null(mkdtemp(place.path));
	return place;
}

static inline int
place_remove_entry(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
	(void)about;
	(void)kind;
	(void)walk;
	return remove(path);
}

static inline void
place_remove(const struct place *place)
{
	assert_int_equal(nftw(place->path, place_remove_entry, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* A name in the place; lives until the next call for it. */
static inline const char *
place_file(struct place *place, const char *name)
{
	snprintf(place->text, sizeof(place->text), "%s/%s", place->path, name);
	return place->text;
}

static inline enum err
place_open(const struct place *place, struct store **store, struct refusal *refusal)
{
	struct store_local_options options = { .directory = place->path };
	return store_local_open(&options, store, refusal);
}

static inline struct store *
place_store(const struct place *place)
{
	struct store  *store   = NULL;
	struct refusal refusal = { 0 };
	enum err       err     = place_open(place, &store, &refusal);
	if (err != ERR_NONE)
		print_error("open: %s\n", refusal.detail);
	assert_int_equal(err, ERR_NONE);
	return store;
}

/* xorshift: the same every run. */
static inline uint64_t
draw(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

struct bytes {
	char  *at;
	size_t size;
};

static inline struct bytes
file_load(const char *path)
{
	FILE        *file  = fopen(path, "rb");
	struct bytes bytes = { 0 };

	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	bytes.size = (size_t)ftell(file);
	rewind(file);
	bytes.at = malloc(bytes.size + 1);
	assert_non_null(bytes.at);
	assert_int_equal(fread(bytes.at, 1, bytes.size, file), bytes.size);
	fclose(file);
	return bytes;
}

static inline void
file_save(const char *path, struct bytes bytes)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes.at, 1, bytes.size, file), bytes.size);
	assert_int_equal(fclose(file), 0);
}

#endif
