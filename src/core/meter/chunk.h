/* chunk.h - what writer and reader of chunks agree on; for this room alone.
 *
 * Pure. The bytes are described in docs/format.md, "Chunks". */
#ifndef TALLY_CORE_METER_CHUNK_H
#define TALLY_CORE_METER_CHUNK_H

#include "core/meter/crowd.h"

#define CHUNK_MAGIC "TLYC"
/* The first had no sums, the second no days; they are still read. */
enum { CHUNK_VERSION_FIRST = 1, CHUNK_VERSION = 3 };
enum { CHUNK_MEMBER_SIZE = 16 };

/* The unit of a column: whole units and seconds, or millionths and nanoseconds. */
enum { CHUNK_COLUMN_WHOLE = 0, CHUNK_COLUMN_FINE = 1 };

/* Series of a meter stand in this order. */
int chunk_key_order(const struct book_key *a, const struct book_key *b);

#endif
