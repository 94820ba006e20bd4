/* block.h - a batch of events as bytes: by column, compressed, checksummed, chained.
 *
 * An event is kept to the byte: its shape (the text between its slots) once a block,
 * its slots in columns that fit what they hold (whole numbers, times, UUIDs,
 * dictionaries, plain text), each column its own zstd frame. docs/format.md gives
 * every byte. Blocks never change; sealing rewrites neighbours into one large block
 * (same events, same ordinals). */
#ifndef TALLY_EDGE_LOG_BLOCK_H
#define TALLY_EDGE_LOG_BLOCK_H

#include "core/base/arena.h"
#include "core/base/calendar.h"
#include "core/meter/event.h"

/* BLOCK_RAW_MAX bounds the sum of the events' raw texts. */
enum { BLOCK_EVENTS_MAX = 65536, BLOCK_RAW_MAX = 256 << 20 };

/* What a block says of itself without unpacking its columns. */
struct block_summary {
	uint64_t       first; /* ordinal of its first event; the log counts from 0 */
	uint32_t       count;
	struct instant time_min; /* of its events, both included */
	struct instant time_max;
	struct instant received_min;
	struct instant received_max;
	uint64_t       chain_before; /* chain_after of the block before; 0 for the first */
	uint64_t       chain_after;  /* chain_before taken through each event in order: the
	                               * same however the events are cut into blocks */
};

struct block_builder;

/* A builder in memory of its own (kept between blocks: dictionaries and columns are
 * reused). level: zstd's, 1 for fresh blocks, higher when sealing. */
struct block_builder *block_builder_open(struct memory memory);
void                  block_builder_close(struct block_builder *builder);
/* Adds one event in order; what is needed is copied. At most BLOCK_EVENTS_MAX events
 * and BLOCK_RAW_MAX bytes (CHECKed: finish before). */
void block_add(struct block_builder *builder, const struct event *event, struct instant received);
/* The same for each of many, received at one time: quicker. */
void block_add_all(struct block_builder *builder, const struct event *const *events, uint32_t count,
                   struct instant received);
uint32_t block_count(const struct block_builder *builder);
/* The sum of the raw texts added since the last finish. */
size_t block_size(const struct block_builder *builder);
/* The block's bytes in arena; the builder is empty again. count > 0. */
struct span block_finish(struct block_builder *builder, uint64_t first, uint64_t chain_before,
                         int level, struct arena *arena, struct block_summary *summary);

/* The summary alone; checks magic, version and checksum of the whole block.
 * ERR_STORE_DAMAGED, or ERR_STORE_NEWER for a later format version. */
MUST_CHECK enum err block_summarize(struct span bytes, struct block_summary *summary);

/* A block unpacked for reading its rows; the bytes must outlive it, the rest is in
 * arena. Any bytes at all are safe to open: what is not a block is ERR_STORE_DAMAGED. */
struct block;
MUST_CHECK enum err block_open(struct span bytes, struct arena *arena, struct block **block);
const struct block_summary *block_summary_of(const struct block *block);

/* Row i as it was sent, rebuilt into arena, and when it was received. Columns are
 * unpacked when first asked: one thread at a time. Empty (received_min) only where
 * the bytes were made to carry a right checksum over a wrong column. */
struct span    block_raw(const struct block *block, uint32_t row, struct arena *arena);
struct instant block_received(const struct block *block, uint32_t row);

/* One slot of row i by its role as written (still escaped; empty when the event has
 * no such slot or is kept as one piece): a cheap filter before block_raw. Unpacks
 * only that role's columns. */
struct span block_slot(struct block *block, uint32_t row, enum slot_role role, struct arena *arena);

#endif
