/* log_index.c - the summaries of the log's blocks: in memory by ordinal, on disk one
 * small record a block, so that a start need not read the blocks themselves. */
#include "engine/engine_int.h"

#include <stdlib.h>

void
log_index_add(struct log_index *index, const struct block_summary *summary)
{
	CHECK(index->count == 0 || summary->first == index->blocks[index->count - 1].first +
	                                                     index->blocks[index->count - 1].count);
	if (index->count == index->capacity) {
		index->capacity = index->capacity ? index->capacity * 2 : 256;
		index->blocks   = realloc(index->blocks, index->capacity * sizeof *index->blocks);
		CHECK(index->blocks != NULL);
	}
	index->blocks[index->count++] = *summary;
}

uint32_t
log_index_find(const struct log_index *index, uint64_t ordinal)
{
	uint32_t low = 0, high = index->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (index->blocks[middle].first + index->blocks[middle].count <= ordinal)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
put_u64(uint8_t *out, uint64_t value)
{
	for (int i = 7; i >= 0; i--, value >>= 8)
		out[i] = (uint8_t)value;
}

uint64_t
log_key_read(const char *at)
{
	uint64_t value = 0;
	for (int i = 0; i < LOG_KEY_SIZE; i++)
		value = value << 8 | (uint8_t)at[i];
	return value;
}

struct span
log_key(uint64_t first, struct arena *arena)
{
	uint8_t *key = arena_take(arena, LOG_KEY_SIZE);
	put_u64(key, first);
	return (struct span){ (char *)key, LOG_KEY_SIZE };
}

/* "b" and the ordinal, so that summaries stand together and in order in SPACE_META. */
struct span
summary_key(uint64_t first, struct arena *arena)
{
	uint8_t *key = arena_take(arena, SUMMARY_KEY_SIZE);
	key[0]       = 'b';
	put_u64(key + 1, first);
	return (struct span){ (char *)key, SUMMARY_KEY_SIZE };
}

struct span
summary_write(const struct block_summary *summary, struct arena *arena)
{
	uint8_t *out = arena_take(arena, SUMMARY_SIZE);
	put_u64(out, summary->first);
	put_u64(out + 8, summary->count);
	put_u64(out + 16, (uint64_t)summary->time_min.ns);
	put_u64(out + 24, (uint64_t)summary->time_max.ns);
	put_u64(out + 32, (uint64_t)summary->received_min.ns);
	put_u64(out + 40, (uint64_t)summary->received_max.ns);
	put_u64(out + 48, summary->chain_before);
	put_u64(out + 56, summary->chain_after);
	return (struct span){ (char *)out, SUMMARY_SIZE };
}

enum err
summary_read(struct span bytes, struct block_summary *summary)
{
	if (bytes.size != SUMMARY_SIZE)
		return ERR_STORE_DAMAGED;
	const char *in = bytes.at;
	if (log_key_read(in + 8) == 0 || log_key_read(in + 8) > BLOCK_EVENTS_MAX)
		return ERR_STORE_DAMAGED;
	*summary = (struct block_summary){
		.first        = log_key_read(in),
		.count        = (uint32_t)log_key_read(in + 8),
		.time_min     = { (int64_t)log_key_read(in + 16) },
		.time_max     = { (int64_t)log_key_read(in + 24) },
		.received_min = { (int64_t)log_key_read(in + 32) },
		.received_max = { (int64_t)log_key_read(in + 40) },
		.chain_before = log_key_read(in + 48),
		.chain_after  = log_key_read(in + 56),
	};
	return ERR_NONE;
}
