/* layout.h - the bytes of a block: its fixed header, and numbers of variable size.
 *
 * docs/format.md "Event blocks" is the same in prose. All numbers are little-endian.
 *
 *    0   4  "TLYB"
 *    4   2  version, 1
 *    6   2  0
 *    8   8  XXH3-64 of the bytes from 16 to the end, seeded with the first 8
 *   16   4  size of the whole block
 *   20   4  count of events, 1 to 65,536
 *   24   8  ordinal of the first
 *   32  32  time_min, time_max, received_min, received_max: ns since 1970
 *   64   8  chain_before
 *   72   8  chain_after
 *   80   4  size of the head, unpacked
 *   84   4  size of the head as stored: one zstd frame when it is smaller
 *   88   4  size of the directory, with which the head begins
 *   92   4  0
 *   96      the head: the directory, then the small parts of columns
 *           the large parts of columns, in the directory's order, to the end */
#ifndef TALLY_EDGE_LOG_LAYOUT_H
#define TALLY_EDGE_LOG_LAYOUT_H

#include "core/base/text.h"
#include "edge/log/block.h"

enum { BLOCK_HEADER_SIZE = 96, BLOCK_VERSION = 1 };

/* Parts below this size stand in the head. */
enum { PART_HEAD_MAX = 512 };

/* Shapes of one block; the first event beyond is kept as one piece. */
enum { SHAPES_MAX = 256 };

enum part_storage { PART_IN_HEAD, PART_RAW, PART_ZSTD, PART_STORAGES };

enum encoding {
	ENCODING_CONST,  /* one text for all rows */
	ENCODING_INT,    /* canonical whole numbers */
	ENCODING_PREFIX, /* a common prefix, then digits */
	ENCODING_TIME,   /* RFC 3339 with 'Z' and a fixed count of fraction digits */
	ENCODING_UUID,   /* 36 characters in lower case */
	ENCODING_DICT,   /* distinct texts and an index a row */
	ENCODING_TEXT,   /* lengths and bytes */
	ENCODING_MAPPED, /* follows from the shape's key column */
	ENCODINGS
};

struct layout {
	struct block_summary summary;
	uint32_t             head_size;
	uint32_t             head_stored;
	uint32_t             directory_size;
};

/* Fills bytes[0..96) of a block whose other bytes are in place; counts the checksum. */
void layout_write(const struct layout *layout, char *bytes, size_t size);
/* ERR_STORE_DAMAGED, ERR_STORE_NEWER; checks all but the content of head and parts. */
MUST_CHECK enum err layout_read(struct span bytes, struct layout *layout);

/* Unsigned numbers of 7 bits a byte, low first, the top bit set on all but the last;
 * signed ones with the sign in the lowest bit. */
void text_add_varint(struct text *text, uint64_t value);
void text_add_signed(struct text *text, int64_t value);

/* Reads from the front of left; what does not fit sets failed and reads as 0. */
struct reader {
	struct span left;
	bool        failed;
};

uint64_t reader_varint(struct reader *reader);
/* The same, failing on what is above max. */
uint32_t    reader_varint_max(struct reader *reader, uint32_t max);
int64_t     reader_signed(struct reader *reader);
uint8_t     reader_byte(struct reader *reader);
struct span reader_bytes(struct reader *reader, size_t size);

/* One event's step of the chain: see docs/format.md. */
uint64_t chain_step(uint64_t chain, uint64_t raw_hash, struct instant received);

#endif
