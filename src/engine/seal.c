/* seal.c - small blocks of the log become large ones. */
#include "engine/seal.h"

#include "edge/sys/memory.h"
#include "engine/engine_int.h"

enum {
	SEAL_LEVEL         = 3,
	LARGE_EVENTS       = 32768, /* a block this large stays as it is */
	LARGE_EVENTS_EAGER = 1000,
	SEAL_ROWS          = 1024,
	SEAL_BLOCKS        = 8192, /* joined at most at once */
};

/* The blocks [begin, begin + count) of the log index are worth joining; 0: none now. */
static uint32_t
find_stretch(struct engine *engine, uint32_t *begin)
{
	const struct log_index *log   = &engine->log;
	uint64_t                large = engine_pace(engine, LARGE_EVENTS, LARGE_EVENTS_EAGER);
	uint32_t                at    = log_index_find(log, engine->seal_from);
	uint32_t                count = 0, events = 0;
	while (at < log->count && log->blocks[at].count >= large) {
		engine->seal_from = log->blocks[at].first + log->blocks[at].count;
		at++;
	}
	*begin = at;
	while (at + count < log->count && count < SEAL_BLOCKS &&
	       events + log->blocks[at + count].count <= BLOCK_EVENTS_MAX)
		events += log->blocks[at + count++].count;
	bool ended = at + count == log->count && count < SEAL_BLOCKS;
	if (ended && events < large)
		return 0;
	if (count < 2 && !ended) { /* one middling block before a large one */
		engine->seal_from = log->blocks[at].first + log->blocks[at].count;
		return 0;
	}
	return count < 2 ? 0 : count;
}

static enum err
add_block(struct engine *engine, struct intake *intake, const struct block_summary *summary,
          struct block_builder *builder)
{
	struct arena         block_arena, row_arena;
	struct block_summary read = *summary;
	struct block        *block;
	const struct event  *events[SEAL_ROWS];
	arena_open(&block_arena, system_memory());
	arena_open(&row_arena, system_memory());
	enum err err = scan_block(engine, &read, &block_arena, &block, NULL);
	for (uint32_t row = 0; row < summary->count && err == ERR_NONE; row += SEAL_ROWS) {
		uint32_t count = summary->count - row;
		if (count > SEAL_ROWS)
			count = SEAL_ROWS;
		arena_reset(&row_arena);
		err = scan_rows(intake, block, row, count, &row_arena, events);
		for (uint32_t i = 0; i < count && err == ERR_NONE; i++) {
			if (block_size(builder) + events[i]->raw.size > BLOCK_RAW_MAX)
				err = ERR_EVENT_TOO_LARGE;
			else
				block_add(builder, events[i], block_received(block, row + i));
		}
	}
	arena_close(&row_arena);
	arena_close(&block_arena);
	return err;
}

static void
index_join(struct log_index *log, uint32_t begin, uint32_t count,
           const struct block_summary *joined)
{
	log->blocks[begin] = *joined;
	memmove(&log->blocks[begin + 1], &log->blocks[begin + count],
	        (log->count - begin - count) * sizeof *log->blocks);
	log->count -= count - 1;
}

static uint32_t
join_writes(struct engine *engine, uint32_t begin, uint32_t count, struct span bytes,
            const struct block_summary *joined, struct arena *arena, struct store_write *writes)
{
	uint32_t at = 0;
	for (uint32_t i = 1; i < count; i++) {
		uint64_t first = engine->log.blocks[begin + i].first;
		writes[at++]   = (struct store_write){ .space  = SPACE_LOG,
			                               .remove = true,
			                               .key    = log_key(first, arena) };
		writes[at++]   = (struct store_write){ .space  = SPACE_META,
			                               .remove = true,
			                               .key    = summary_key(first, arena) };
	}
	writes[at++] = (struct store_write){ .space = SPACE_LOG,
		                             .key   = log_key(joined->first, arena),
		                             .value = bytes };
	writes[at++] = (struct store_write){ .space = SPACE_META,
		                             .key   = summary_key(joined->first, arena),
		                             .value = summary_write(joined, arena) };
	return at;
}

/* Store and index change under one hold of commit_lock, so that a reader who misses a
 * block finds the joined one after waiting for it (scan_block). */
static enum err
commit_join(struct engine *engine, uint32_t begin, uint32_t count,
            const struct block_summary *joined, const struct store_write *writes,
            uint32_t writes_count)
{
	pthread_mutex_lock(&engine->commit_lock);
	enum err err = engine->store->ops->commit(engine->store, writes, writes_count);
	if (err == ERR_NONE) {
		pthread_rwlock_wrlock(&engine->books_lock);
		index_join(&engine->log, begin, count, joined);
		pthread_rwlock_unlock(&engine->books_lock);
	}
	pthread_mutex_unlock(&engine->commit_lock);
	return err;
}

enum err
seal_step(struct engine *engine)
{
	uint32_t begin, count = find_stretch(engine, &begin);
	if (count == 0)
		return ERR_NONE;
	struct arena arena;
	arena_open(&arena, system_memory());
	struct intake        *intake  = intake_take(engine);
	struct block_builder *builder = block_builder_open(system_memory());
	struct block_summary  before  = engine->log.blocks[begin], joined;
	struct block_summary  last    = engine->log.blocks[begin + count - 1];
	uint64_t              until   = last.first + last.count;
	enum err              err     = ERR_NONE;
	for (uint32_t i = 0; i < count && err == ERR_NONE; i++)
		err = add_block(engine, intake, &engine->log.blocks[begin + i], builder);
	if (err == ERR_NONE) {
		struct span bytes = block_finish(builder, before.first, before.chain_before,
		                                 SEAL_LEVEL, &arena, &joined);
		CHECK(joined.chain_after == last.chain_after);
		struct store_write *writes =
			ARENA_ARRAY(&arena, struct store_write, 2 * (size_t)count);
		uint32_t writes_count =
			join_writes(engine, begin, count, bytes, &joined, &arena, writes);
		err = commit_join(engine, begin, count, &joined, writes, writes_count);
	}
	if (err == ERR_NONE || err == ERR_EVENT_TOO_LARGE) /* few but huge: left alone */
		engine->seal_from = until;
	if (err == ERR_EVENT_TOO_LARGE)
		err = ERR_NONE;
	block_builder_close(builder);
	intake_give(engine, intake);
	arena_close(&arena);
	return err;
}
