/* scan.c - walking the stored events, cheapest filters first.
 *
 * Blocks are skipped by their summaries, rows by single slots; only rows that may match
 * are rebuilt and decoded. Works on the log as it was when the walk began. */
#define _GNU_SOURCE /* memmem */
#include "engine/engine_int.h"

#include <stdio.h>
#include <strings.h>

#include "edge/sys/memory.h"

enum { SCAN_ROWS = 512 };

struct scan_filter
scan_everything(void)
{
	return (struct scan_filter){ .ordinal_until = UINT64_MAX };
}

bool
scan_summary(struct engine *engine, uint64_t ordinal, struct block_summary *summary)
{
	pthread_rwlock_rdlock(&engine->books_lock);
	uint32_t at    = log_index_find(&engine->log, ordinal);
	bool     found = at < engine->log.count;
	if (found)
		*summary = engine->log.blocks[at];
	pthread_rwlock_unlock(&engine->books_lock);
	return found;
}

uint64_t
scan_end(struct engine *engine)
{
	pthread_rwlock_rdlock(&engine->books_lock);
	uint32_t count = engine->log.count;
	uint64_t end =
		count ? engine->log.blocks[count - 1].first + engine->log.blocks[count - 1].count
		      : 0;
	pthread_rwlock_unlock(&engine->books_lock);
	return end;
}

static enum err
damaged(const struct engine *engine, uint64_t first, struct refusal *refusal)
{
	char        detail[REFUSAL_DETAIL_SIZE];
	struct span complaint = store_complaint(engine->store);
	snprintf(detail, sizeof detail, "the log's block at event %llu is damaged or missing%s%.*s",
	         (unsigned long long)first, complaint.size ? ": " : "", (int)complaint.size,
	         complaint.at);
	return refuse(refusal, ERR_STORE_DAMAGED, SPAN("log"), span_of(detail));
}

static bool
summary_equal(const struct block_summary *a, const struct block_summary *b)
{
	return a->first == b->first && a->count == b->count && a->chain_after == b->chain_after;
}

static enum err
read_block(struct engine *engine, const struct block_summary *summary, struct arena *arena,
           struct block **block)
{
	struct span bytes;
	struct span key = log_key(summary->first, arena);
	enum err    err = engine->store->ops->get(engine->store, SPACE_LOG, key, arena, &bytes);
	if (err == ERR_NONE)
		err = block_open(bytes, arena, block);
	if (err == ERR_NONE && !summary_equal(block_summary_of(*block), summary))
		err = ERR_STORE_DAMAGED;
	return err == ERR_NOT_FOUND ? ERR_STORE_DAMAGED : err;
}

enum err
scan_block(struct engine *engine, struct block_summary *summary, struct arena *arena,
           struct block **block, struct refusal *refusal)
{
	enum err err = read_block(engine, summary, arena, block);
	if (err == ERR_STORE_DAMAGED) {
		/* Sealing changes the store and the index under one hold of this lock. */
		struct block_summary now = *summary;
		pthread_mutex_lock(&engine->commit_lock);
		pthread_mutex_unlock(&engine->commit_lock);
		if (scan_summary(engine, summary->first, &now) && !summary_equal(&now, summary)) {
			*summary = now;
			err      = read_block(engine, summary, arena, block);
		}
	}
	if (err == ERR_STORE_DAMAGED)
		return damaged(engine, summary->first, refusal);
	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN("log"), store_complaint(engine->store));
	return ERR_NONE;
}

enum err
scan_rows(struct intake *intake, struct block *block, uint32_t from, uint32_t count,
          struct arena *arena, const struct event **events)
{
	struct event *rows = ARENA_ARRAY(arena, struct event, count);
	for (uint32_t i = 0; i < count; i++) {
		enum err err = decode_stored(intake->decoder, block_raw(block, from + i, arena),
		                             block_received(block, from + i), arena, &rows[i]);
		if (err != ERR_NONE)
			return ERR_STORE_DAMAGED;
		events[i] = &rows[i];
	}
	return ERR_NONE;
}

/* A slot can stand for the value itself when nothing in it is escaped. */
static bool
plain(struct span slot)
{
	return slot.size > 0 && memchr(slot.at, '\\', slot.size) == NULL;
}

enum err
scan_identities(struct engine *engine, struct intake *intake, struct block *block, uint32_t from,
                uint32_t count, struct arena *arena, struct identity *identities)
{
	for (uint32_t i = 0; i < count; i++) {
		struct span account = block_slot(block, from + i, SLOT_ACCOUNT, arena);
		struct span source  = block_slot(block, from + i, SLOT_SOURCE, arena);
		struct span id      = block_slot(block, from + i, SLOT_ID, arena);
		if (plain(account) && plain(source) && plain(id)) {
			identities[i] = identity_of(engine->secret, account, source, id);
			continue;
		}
		const struct event *event;
		enum err            err = scan_rows(intake, block, from + i, 1, arena, &event);
		if (err != ERR_NONE)
			return err;
		identities[i] = event_identity(engine, event);
	}
	return ERR_NONE;
}

/* ---- the walk ---- */

struct walk {
	struct engine            *engine;
	const struct scan_filter *filter;
	scan_visit               *visit;
	void                     *context;
	struct intake            *intake;
	struct arena              block_arena;
	struct arena              row_arena;
	struct refusal           *refusal;
};

static bool
block_may_match(const struct scan_filter *filter, const struct block_summary *summary)
{
	if (filter->known && summary->received_min.ns > filter->known_until.ns)
		return false;
	return !filter->bounded ||
	       (summary->time_max.ns >= filter->from.ns && summary->time_min.ns < filter->until.ns);
}

/* False only when the row surely does not match. */
static bool
row_may_match(struct walk *walk, struct block *block, uint32_t row)
{
	const struct scan_filter *filter = walk->filter;
	if (filter->account.size > 0) {
		struct span slot = block_slot(block, row, SLOT_ACCOUNT, &walk->row_arena);
		if (plain(slot) && !span_equal(slot, filter->account))
			return false;
	}
	if (filter->subject.size > 0) {
		struct span slot = block_slot(block, row, SLOT_SUBJECT, &walk->row_arena);
		if (plain(slot) && (slot.size != filter->subject.size ||
		                    strncasecmp(slot.at, filter->subject.at, slot.size) != 0))
			return false;
	}
	if (filter->bounded) {
		struct span    slot = block_slot(block, row, SLOT_TIME, &walk->row_arena);
		struct instant at;
		if (plain(slot) && instant_parse(slot, &at, NULL) == ERR_NONE &&
		    (at.ns < filter->from.ns || at.ns >= filter->until.ns))
			return false;
	}
	return !filter->known || block_received(block, row).ns <= filter->known_until.ns;
}

/* An escaped text may stand for any word: it is decoded to be sure. */
static bool
row_holds_word(struct walk *walk, struct block *block, uint32_t row)
{
	if (walk->filter->words_count == 0)
		return true;
	struct span raw = block_raw(block, row, &walk->row_arena);
	for (uint32_t i = 0; i < walk->filter->words_count; i++) {
		const struct span *word = &walk->filter->words[i];
		if (memmem(raw.at, raw.size, word->at, word->size))
			return true;
	}
	return memchr(raw.at, '\\', raw.size) != NULL;
}

/* E-mails are compared in lower case, however they are asked for. */
static bool
subject_matches(const struct scan_filter *filter, const struct event *event)
{
	if (!event->type || !event->type->subject_is_email)
		return span_equal(event->subject, filter->subject);
	return event->subject.size == filter->subject.size &&
	       strncasecmp(event->subject.at, filter->subject.at, event->subject.size) == 0;
}

static bool
event_matches(const struct scan_filter *filter, const struct event *event)
{
	if (filter->account.size > 0 && !span_equal(event->account, filter->account))
		return false;
	if (filter->type.size > 0 && !span_equal(event->type_name, filter->type))
		return false;
	if (filter->subject.size > 0 && !subject_matches(filter, event))
		return false;
	return !filter->bounded ||
	       (event->time.ns >= filter->from.ns && event->time.ns < filter->until.ns);
}

static enum err
walk_row(struct walk *walk, struct block *block, uint32_t row)
{
	uint64_t ordinal = block_summary_of(block)->first + row;
	if (ordinal < walk->filter->ordinal_from || ordinal >= walk->filter->ordinal_until)
		return ERR_NONE;
	if (!row_may_match(walk, block, row) || !row_holds_word(walk, block, row))
		return ERR_NONE;
	const struct event *event;
	enum err            err = scan_rows(walk->intake, block, row, 1, &walk->row_arena, &event);
	if (err != ERR_NONE)
		return damaged(walk->engine, ordinal, walk->refusal);
	if (!event_matches(walk->filter, event))
		return ERR_NONE;
	return walk->visit(walk->context, event, ordinal, block_received(block, row));
}

/* The block that holds ordinal, as far as the walk has not been there; *summary says
 * which it was. */
static enum err
walk_block(struct walk *walk, uint64_t ordinal, struct block_summary *summary)
{
	struct block *block;
	arena_reset(&walk->block_arena);
	enum err err = scan_block(walk->engine, summary, &walk->block_arena, &block, walk->refusal);
	bool     back  = walk->filter->newest_first;
	uint32_t start = err == ERR_NONE ? (uint32_t)(ordinal - summary->first) : 0;
	uint32_t count = back ? start + 1 : summary->count - start;
	for (uint32_t i = 0; i < count && err == ERR_NONE; i++) {
		if (i % SCAN_ROWS == 0)
			arena_reset(&walk->row_arena);
		err = walk_row(walk, block, back ? start - i : start + i);
	}
	return err;
}

static enum err
walk_forward(struct walk *walk)
{
	struct block_summary summary;
	uint64_t             ordinal = walk->filter->ordinal_from;
	while (ordinal < walk->filter->ordinal_until &&
	       scan_summary(walk->engine, ordinal, &summary)) {
		if (block_may_match(walk->filter, &summary)) {
			enum err err = walk_block(walk, ordinal, &summary);
			if (err != ERR_NONE)
				return err;
		}
		ordinal = summary.first + summary.count;
	}
	return ERR_NONE;
}

static enum err
walk_back(struct walk *walk)
{
	struct block_summary summary;
	uint64_t             ordinal = walk->filter->ordinal_until;
	while (ordinal > walk->filter->ordinal_from &&
	       scan_summary(walk->engine, ordinal - 1, &summary)) {
		if (block_may_match(walk->filter, &summary)) {
			enum err err = walk_block(walk, ordinal - 1, &summary);
			if (err != ERR_NONE)
				return err;
		}
		ordinal = summary.first;
	}
	return ERR_NONE;
}

enum err
scan_log(struct engine *engine, const struct scan_filter *filter, scan_visit *visit, void *context,
         struct refusal *refusal)
{
	struct scan_filter bounded = *filter;
	struct walk        walk    = { .engine  = engine,
		                       .filter  = &bounded,
		                       .visit   = visit,
		                       .context = context,
		                       .refusal = refusal };
	uint64_t           end     = scan_end(engine);
	if (bounded.ordinal_until > end)
		bounded.ordinal_until = end;
	arena_open(&walk.block_arena, system_memory());
	arena_open(&walk.row_arena, system_memory());
	walk.intake  = intake_take(engine);
	enum err err = bounded.newest_first ? walk_back(&walk) : walk_forward(&walk);
	intake_give(engine, walk.intake);
	arena_close(&walk.row_arena);
	arena_close(&walk.block_arena);
	return err;
}
