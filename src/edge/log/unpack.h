/* unpack.h - the reading half of a block: directory entries and parts to values.
 *
 * Reading the directory checks every size before anything is taken from memory;
 * columns are unpacked when they are first asked, into the block's arena. Bytes that
 * are no column, behind a checksum that holds, make a call return false. */
#ifndef TALLY_EDGE_LOG_UNPACK_H
#define TALLY_EDGE_LOG_UNPACK_H

#include "core/base/arena.h"
#include "edge/log/form.h"
#include "edge/log/layout.h"

/* What all parts of a block may come to: the texts, and 8 bytes a slot beside them. */
#define BLOCK_UNPACKED_MAX                                                                         \
	((uint64_t)BLOCK_RAW_MAX + (uint64_t)BLOCK_EVENTS_MAX * (EVENT_SLOTS_MAX + 2) * 8)

/* Some bytes of a column, stored in one of three ways. */
struct part {
	struct span stored;
	uint32_t    size;
	uint8_t     storage;
};

struct packed_ints {
	uint32_t     count;
	uint8_t      width;
	bool         delta;
	int64_t      min;
	int64_t      first;
	struct part *planes;
	int64_t     *values; /* once unpacked; NULL while all follow from min and first */
};

struct packed_column {
	uint8_t               encoding;
	uint8_t               digits;       /* of PREFIX and TIME */
	uint8_t               planes_count; /* of UUID and DICT */
	bool                  ready;
	bool                  broken;
	uint32_t              rows;
	uint32_t              values; /* texts that stand in bytes */
	struct span           text;   /* the constant, the prefix */
	struct packed_ints    ints;   /* numbers, or the sizes of texts */
	struct part          *planes;
	struct part           bytes;
	struct packed_column *key;       /* of MAPPED: what it follows from */
	struct packed_column *mapped;    /* of MAPPED: the text for each of the key's values */
	uint16_t             *codes;     /* of a key, once unpacked: which value a row has */
	uint32_t              codes_end; /* of a key: how many values */
	uint32_t             *ends;      /* from here: once unpacked */
	const uint8_t        *text_bytes;
	const uint8_t        *plane[UUID_SIZE];
};

/* Where reading stands. */
struct unpacker {
	struct reader directory;
	struct reader head;     /* parts in the head */
	struct reader body;     /* large parts */
	uint64_t      unpacked; /* what the parts so far come to */
	struct arena *arena;
};

void *unpack_context(struct arena *arena);

/* Fills *ints, *column; sets unpacker->directory.failed when it cannot. */
void read_ints(struct unpacker *unpacker, uint32_t count, struct packed_ints *ints);
void read_columns(struct unpacker *unpacker, uint32_t rows, struct packed_column *columns,
                  uint32_t count);

/* size bytes unpacked from stored, which is a frame of that size. NULL: it is not. */
const uint8_t *frame_unpack(struct span stored, size_t size, void *context, struct arena *arena);

MUST_CHECK bool ints_unpack(struct packed_ints *ints, void *context, struct arena *arena);
int64_t         ints_at(const struct packed_ints *ints, uint32_t i);

MUST_CHECK bool column_unpack(struct packed_column *column, void *context, struct arena *arena);
/* The most bytes that writing a row of an unpacked column can need. */
size_t          column_room(const struct packed_column *column, uint32_t row);
MUST_CHECK bool column_write(const struct packed_column *column, uint32_t row, char *out,
                             size_t *size);

#endif
