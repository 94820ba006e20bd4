/* seal.c - small blocks of the log become large ones, and runs of identities fewer. */
#define _GNU_SOURCE /* pthread_setname_np */
#include "engine/seal.h"

#include <time.h>

#include "edge/sys/memory.h"
#include "engine/walk.h"

enum {
	SEAL_LEVEL            = 3,
	LARGE_EVENTS          = 32768, /* a block this large stays as it is */
	LARGE_EVENTS_EAGER    = 1000,
	SEAL_BLOCKS           = 8192, /* joined at most at once */
	PRESSING_BLOCKS       = 4096, /* so many small ones are joined under load too */
	PRESSING_BLOCKS_EAGER = 4,
	SEAL_EVERY_MS         = 50,
};

/* Neighbours worth joining. */
struct stretch {
	struct block_summary *blocks;
	uint32_t              count;
};

/* How many blocks from `at` on fit together into one. */
static uint32_t
stretch_length(const struct log_index *log, uint32_t at)
{
	uint32_t count = 0, events = 0;
	while (at + count < log->count && count < SEAL_BLOCKS &&
	       events + log->blocks[at + count].count <= BLOCK_EVENTS_MAX)
		events += log->blocks[at + count++].count;
	return count;
}

static uint64_t
events_of(const struct block_summary *blocks, uint32_t count)
{
	const struct block_summary *last = &blocks[count - 1];
	return count == 0 ? 0 : last->first + last->count - blocks[0].first;
}

/* The first stretch from seal_from on; count 0 when there is none, or when it ends the log
 * and may still grow. */
static void
find_stretch(struct engine *engine, struct arena *arena, struct stretch *stretch)
{
	const struct log_index *log   = &engine->log;
	uint64_t                large = engine_pace(engine, LARGE_EVENTS, LARGE_EVENTS_EAGER);
	stretch->count                = 0;
	pthread_rwlock_rdlock(&engine->books_lock);
	uint32_t at = log_index_find(log, engine->seal_from);
	while (at < log->count) {
		uint32_t count = log->blocks[at].count >= large ? 1 : stretch_length(log, at);
		bool     ended = at + count == log->count && count < SEAL_BLOCKS;
		if (ended && events_of(&log->blocks[at], count) < large)
			break;
		if (count > 1) {
			stretch->count  = count;
			stretch->blocks = ARENA_ARRAY(arena, struct block_summary, count);
			memcpy(stretch->blocks, &log->blocks[at], count * sizeof *stretch->blocks);
			break;
		}
		engine->seal_from = log->blocks[at].first + log->blocks[at].count;
		at++;
	}
	pthread_rwlock_unlock(&engine->books_lock);
}

/* Rows that one request brought have one moment of receipt: they are added together,
 * which is quicker. */
static void
add_slice(struct block_builder *builder, const struct walk *walk, const struct event *const *events)
{
	for (uint32_t from = 0, count; from < walk->count; from += count) {
		struct instant received = block_received(walk->block, walk->row + from);
		for (count = 1; from + count < walk->count; count++) {
			if (block_received(walk->block, walk->row + from + count).ns != received.ns)
				break;
		}
		block_add_all(builder, events + from, count, received);
	}
}

static enum err
add_block(struct engine *engine, struct intake *intake, const struct block_summary *summary,
          struct block_builder *builder)
{
	struct walk          walk;
	struct block_summary read = *summary;
	const struct event  *events[WALK_ROWS];
	enum err             err = walk_open(&walk, engine, &read, summary->first, NULL);
	while (err == ERR_NONE && walk_next(&walk)) {
		size_t size = block_size(builder);
		err = scan_rows(intake, walk.block, walk.row, walk.count, &walk.arena, events);
		for (uint32_t i = 0; i < walk.count && err == ERR_NONE; i++)
			size += events[i]->raw.size;
		if (err == ERR_NONE && size > BLOCK_RAW_MAX)
			err = ERR_EVENT_TOO_LARGE;
		if (err == ERR_NONE)
			add_slice(builder, &walk, events);
	}
	walk_close(&walk);
	return err;
}

/* The stretch is one block now. Caller holds books_lock to write. */
static void
index_join(struct log_index *log, const struct stretch *stretch, const struct block_summary *joined)
{
	uint32_t begin = log_index_find(log, joined->first);
	uint32_t after = begin + stretch->count;
	CHECK(after <= log->count);
	CHECK(log->blocks[begin].first == joined->first);
	CHECK(log->blocks[after - 1].chain_after == joined->chain_after);
	log->blocks[begin] = *joined;
	memmove(&log->blocks[begin + 1], &log->blocks[after],
	        (log->count - after) * sizeof *log->blocks);
	log->count -= stretch->count - 1;
}

static uint32_t
join_writes(const struct stretch *stretch, struct span bytes, const struct block_summary *joined,
            struct arena *arena, struct store_write *writes)
{
	uint32_t at = 0;
	for (uint32_t i = 1; i < stretch->count; i++) {
		uint64_t first = stretch->blocks[i].first;
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

/* The index has the stretch as it was found. It has not when this join was tried before,
 * failed, took effect all the same, and the index was read anew (replay_catch_up). */
static bool
stretch_stands(struct engine *engine, const struct stretch *stretch)
{
	pthread_rwlock_rdlock(&engine->books_lock);
	uint32_t begin  = log_index_find(&engine->log, stretch->blocks[0].first);
	bool     stands = begin + stretch->count <= engine->log.count;
	for (uint32_t i = 0; i < stretch->count && stands; i++)
		stands = engine->log.blocks[begin + i].first == stretch->blocks[i].first &&
		         engine->log.blocks[begin + i].count == stretch->blocks[i].count;
	pthread_rwlock_unlock(&engine->books_lock);
	return stands;
}

/* Store and index change under one hold of commit_lock, so that a reader who misses a
 * block finds the joined one after waiting for it (scan_block). */
static enum err
commit_join(struct engine *engine, const struct stretch *stretch, struct span bytes,
            const struct block_summary *joined, struct arena *arena)
{
	struct store_write *writes =
		ARENA_ARRAY(arena, struct store_write, 2 * (size_t)stretch->count);
	uint32_t count = join_writes(stretch, bytes, joined, arena, writes);
	pthread_mutex_lock(&engine->commit_lock);
	bool     stands = stretch_stands(engine, stretch);
	enum err err    = ERR_NONE;
	if (stands)
		err = engine->store->ops->commit(engine->store, writes, count);
	if (stands && err == ERR_NONE) {
		pthread_rwlock_wrlock(&engine->books_lock);
		index_join(&engine->log, stretch, joined);
		pthread_rwlock_unlock(&engine->books_lock);
	}
	pthread_mutex_unlock(&engine->commit_lock);
	/* Should it have taken effect all the same, the index is behind the store, and what
	 * it leads to cannot be read until recovery has read it anew. */
	if (err != ERR_NONE)
		engine_fail(engine, err);
	return err;
}

static enum err
join(struct engine *engine, const struct stretch *stretch, struct arena *arena)
{
	struct intake              *intake  = intake_take(engine);
	struct block_builder       *builder = block_builder_open(system_memory());
	const struct block_summary *before  = &stretch->blocks[0];
	const struct block_summary *last    = &stretch->blocks[stretch->count - 1];
	enum err                    err     = ERR_NONE;
	for (uint32_t i = 0; i < stretch->count && err == ERR_NONE; i++)
		err = add_block(engine, intake, &stretch->blocks[i], builder);
	if (err == ERR_NONE) {
		struct block_summary joined;
		struct span bytes = block_finish(builder, before->first, before->chain_before,
		                                 SEAL_LEVEL, arena, &joined);
		CHECK(joined.chain_after == last->chain_after);
		err = commit_join(engine, stretch, bytes, &joined, arena);
	}
	if (err == ERR_NONE || err == ERR_EVENT_TOO_LARGE) /* few but huge: left alone */
		engine->seal_from = last->first + last->count;
	block_builder_close(builder);
	intake_give(engine, intake);
	return err == ERR_EVENT_TOO_LARGE ? ERR_NONE : err;
}

/* One stretch; *joined says whether there was one. */
static enum err
seal_step(struct engine *engine, bool *joined)
{
	struct stretch stretch;
	struct arena   arena;
	enum err       err = ERR_NONE;
	arena_open(&arena, system_memory());
	find_stretch(engine, &arena, &stretch);
	*joined = stretch.count > 0;
	if (*joined)
		err = join(engine, &stretch, &arena);
	arena_close(&arena);
	return err;
}

/* ---- when ---- */

/* What the log looked like when the sealer looked last. */
struct glimpse {
	uint64_t applied;
	uint32_t small_blocks; /* about: those not sealed yet */
};

static struct glimpse
glimpse_of(struct engine *engine)
{
	pthread_rwlock_rdlock(&engine->books_lock);
	struct glimpse glimpse = {
		.applied      = engine->applied,
		.small_blocks = engine->log.count - log_index_find(&engine->log, engine->seal_from),
	};
	pthread_rwlock_unlock(&engine->books_lock);
	return glimpse;
}

/* What the queue was like after a pause. */
struct moment {
	bool stopping;
	bool works;  /* no fault of the store is known */
	bool still;  /* nothing is on its way */
	bool loaded; /* what a start finds is known */
};

static struct moment
pause_a_moment(struct engine *engine)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += SEAL_EVERY_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&engine->queue_lock);
	if (!engine->stopping)
		pthread_cond_timedwait(&engine->seal_changed, &engine->queue_lock, &until);
	struct moment moment = { .stopping = engine->stopping,
		                 .works    = engine->fault == ERR_NONE,
		                 .still    = engine->queue_size == 0,
		                 .loaded   = engine->identified };
	pthread_mutex_unlock(&engine->queue_lock);
	return moment;
}

/* What is worth doing now. */
struct due {
	bool blocks;
	bool runs;
};

/* Wait until something is due; false when the engine stops. Small blocks are when they are
 * too many, or in a quiet moment, that is when nothing came since the last look either:
 * between the answers to a busy sender's requests and its next ones there is nothing on
 * its way. Runs do not wait: there are few such moments in a store that grows quickly. */
static bool
wait_until_due(struct engine *engine, struct glimpse *last, struct due *due)
{
	uint64_t pressing = engine_pace(engine, PRESSING_BLOCKS, PRESSING_BLOCKS_EAGER);
	for (;;) {
		struct moment  moment = pause_a_moment(engine);
		struct glimpse now    = glimpse_of(engine);
		bool           quiet  = moment.still && now.applied == last->applied;
		*last                 = now;
		if (moment.stopping)
			return false;
		due->blocks = moment.works && (quiet || now.small_blocks > pressing);
		due->runs   = moment.works && moment.loaded && runs_joinable(engine);
		if (due->blocks || due->runs)
			return true;
	}
}

/* What fails here is tried again when the packer has recovered. */
void *
sealer_run(void *context)
{
	struct engine *engine = context;
	pthread_setname_np(pthread_self(), "sealer");
	runs_filter(engine);
	struct glimpse last = glimpse_of(engine);
	for (struct due due; wait_until_due(engine, &last, &due);) {
		bool joined;
		if (due.runs)
			(void)!runs_join(engine);
		if (due.blocks)
			(void)!seal_step(engine, &joined);
	}
	return NULL;
}
