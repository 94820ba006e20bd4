/* replay.c - from what is on disk to what is in memory.
 *
 * Start: the newest chunks, then the log after them. The identities of recent events
 * are read by the packer thread while questions are answered already; nothing is
 * packed before they are complete. */
#include "engine/engine_int.h"

#include <stdlib.h>
#include <stdio.h>

#include "edge/sys/memory.h"
#include "engine/checkpoint.h"
#include "engine/retract.h"
#include "engine/walk.h"

/* ---- summaries and retractions ---- */

static enum err
load_summary(void *context, struct span key, struct span value)
{
	struct engine       *engine = context;
	struct block_summary summary;
	(void)key;
	if (summary_read(value, &summary) != ERR_NONE)
		return ERR_STORE_DAMAGED;
	const struct log_index *log = &engine->log;
	uint64_t                next =
                log->count ? log->blocks[log->count - 1].first + log->blocks[log->count - 1].count
					  : 0;
	if (summary.first != next || summary.chain_before != engine->chain)
		return ERR_STORE_DAMAGED;
	log_index_add(&engine->log, &summary);
	engine->chain        = summary.chain_after;
	engine->next_ordinal = summary.first + summary.count;
	return ERR_NONE;
}

static enum err
load_log_index(struct engine *engine, struct refusal *refusal)
{
	engine->log.count    = 0;
	engine->chain        = 0;
	engine->next_ordinal = 0;
	enum err err = engine->store->ops->scan(engine->store, SPACE_META, SPAN("b"), SPAN("c"),
	                                        load_summary, engine);
	if (err != ERR_STORE_DAMAGED)
		return err == ERR_NONE ? err : refuse(refusal, err, SPAN("log"), SPAN(""));
	char detail[REFUSAL_DETAIL_SIZE];
	snprintf(detail, sizeof detail,
	         "the log is whole up to event %llu; what follows is damaged or missing",
	         (unsigned long long)engine->next_ordinal);
	return refuse(refusal, err, SPAN("log"), span_of(detail));
}

static enum err
load_retracted(void *context, struct span key, struct span value)
{
	struct engine  *engine = context;
	struct identity identity;
	(void)value;
	if (key.size != sizeof identity)
		return ERR_STORE_DAMAGED;
	memcpy(&identity, key.at, sizeof identity);
	set128_add(&engine->retracted, identity);
	return ERR_NONE;
}

/* ---- chunks ---- */

static enum err
load_chunk(void *context, struct span key, struct span value)
{
	struct engine *engine = context;
	struct arena   arena;
	(void)key;
	arena_open(&arena, system_memory());
	struct span chunk;
	enum err    err = chunk_unpack(value, &arena, &chunk);
	if (err == ERR_NONE)
		err = book_chunk_read(engine->books, chunk);
	arena_close(&arena);
	return err;
}

/* ---- the log after the chunks ---- */

/* Before the events themselves are counted: what a later failure leaves behind is a
 * retraction too many, never one too few. */
static enum err
collect_retractions(struct engine *engine, const struct event *const *events, uint32_t count,
                    uint64_t first)
{
	for (uint32_t i = 0; i < count; i++) {
		const struct event *event      = events[i];
		struct retraction   retraction = { .by = first + i };
		struct span         source, id;
		if (!event_is_retraction(event) ||
		    retraction_target(event->subject, &source, &id) != ERR_NONE)
			continue;
		retraction.identity = identity_of(engine->secret, event->account, source, id);
		enum err err        = retract_locate(engine, &retraction);
		if (err != ERR_NONE)
			return err;
		retract_put_off(engine, &retraction, 1);
	}
	return ERR_NONE;
}

static enum err
replay_block(struct engine *engine, struct intake *intake, struct block_summary *summary,
             uint64_t from, struct refusal *refusal)
{
	struct walk         walk;
	const struct event *events[WALK_ROWS];
	enum err            err = walk_open(&walk, engine, summary, from, refusal);
	while (err == ERR_NONE && walk_next(&walk)) {
		err = scan_rows(intake, walk.block, walk.row, walk.count, &walk.arena, events);
		if (err == ERR_NONE)
			err = collect_retractions(engine, events, walk.count, walk.first);
		if (err == ERR_NONE)
			engine_apply(engine, events, walk.count, walk.first);
	}
	walk_close(&walk);
	return err;
}

/* Everything from ordinal `from` on into the books. */
static enum err
replay_log(struct engine *engine, uint64_t from, struct refusal *refusal)
{
	struct intake       *intake = intake_take(engine);
	struct block_summary summary;
	enum err             err = ERR_NONE;
	pthread_rwlock_wrlock(&engine->books_lock); /* a recovery is looked at meanwhile */
	engine->applied = from;
	pthread_rwlock_unlock(&engine->books_lock);
	while (err == ERR_NONE && scan_summary(engine, engine->applied, &summary))
		err = replay_block(engine, intake, &summary, engine->applied, refusal);
	if (err == ERR_NONE)
		err = retract_make_up(engine);
	intake_give(engine, intake);
	return err;
}

enum err
replay_open(struct engine *engine, struct refusal *refusal)
{
	struct store *store = engine->store;
	enum err      err   = load_log_index(engine, refusal);
	if (err != ERR_NONE)
		return err;
	err = store->ops->scan(store, SPACE_RETRACTED, SPAN(""), SPAN(""), load_retracted, engine);
	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN("retracted"), store_complaint(store));
	err = checkpoint_open(engine, refusal);
	if (err == ERR_NONE && engine->checkpoint_floor > 0)
		err = store->ops->scan(store, SPACE_CHUNK, SPAN(""), SPAN(""), load_chunk, engine);
	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN("chunk"), store_complaint(store));
	return replay_log(engine, engine->checkpoint_floor, refusal);
}

/* ---- identities ---- */

static enum err
replay_identities_of(struct engine *engine, struct intake *intake, struct block_summary *summary,
                     uint64_t from)
{
	struct walk     walk;
	struct identity identities[WALK_ROWS];
	enum err        err = walk_open(&walk, engine, summary, from, NULL);
	while (err == ERR_NONE && walk_next(&walk)) {
		err = scan_identities(engine, intake, walk.block, walk.row, walk.count, &walk.arena,
		                      identities);
		for (uint32_t i = 0; i < walk.count && err == ERR_NONE; i++)
			recent_prefetch(engine->recent, identities[i]);
		for (uint32_t i = 0; i < walk.count && err == ERR_NONE; i++)
			recent_add(engine->recent, identities[i],
			           (struct recent_entry){ walk.first + i, 0 });
	}
	walk_close(&walk);
	return err;
}

enum err
replay_identities(struct engine *engine, uint64_t from)
{
	struct intake       *intake = intake_take(engine);
	struct block_summary summary;
	enum err             err = ERR_NONE;
	while (err == ERR_NONE && scan_summary(engine, from, &summary)) {
		err  = replay_identities_of(engine, intake, &summary, from);
		from = summary.first + summary.count;
		/* A log whose runs are gone or of an older form may be too long for memory. */
		if (err == ERR_NONE)
			err = runs_seal(engine);
		if (err == ERR_NONE && engine->identities_until < from)
			engine->identities_until = from;
		if (err == ERR_NONE && engine_ready(engine) == ERR_STORE_CLOSING)
			err = ERR_STORE_CLOSING;
	}
	intake_give(engine, intake);
	if (err == ERR_NONE)
		engine->identities_until = UINT64_MAX;
	return err;
}

/* After a failed commit nobody knows whether it took effect. The recovered store does:
 * its log decides, and what it holds beyond the books is counted now, unacknowledged,
 * so that sending it again finds duplicates. */
enum err
replay_catch_up(struct engine *engine, struct refusal *refusal)
{
	uint64_t from = engine->applied;
	pthread_mutex_lock(&engine->commit_lock); /* the sealer is not between store and index */
	pthread_rwlock_wrlock(&engine->books_lock);
	enum err err = load_log_index(engine, refusal);
	pthread_rwlock_unlock(&engine->books_lock);
	pthread_mutex_unlock(&engine->commit_lock);
	if (err == ERR_NONE && engine->next_ordinal < from)
		err = refuse(refusal, ERR_STORE_DAMAGED, SPAN("log"),
		             SPAN("the recovered log lacks events that were acknowledged"));
	if (err != ERR_NONE)
		return err;
	/* Identities before events: when one of the two fails, the next attempt begins with
	 * what has not been counted. A start that failed may have known fewer of them. */
	uint64_t known = engine->identities_until < from ? engine->identities_until : from;
	recent_forget_from(engine->recent, known);
	err = replay_identities(engine, known);
	if (err == ERR_NONE)
		err = engine->store->ops->scan(engine->store, SPACE_RETRACTED, SPAN(""), SPAN(""),
		                               load_retracted, engine);
	return err == ERR_NONE ? replay_log(engine, from, refusal) : err;
}
