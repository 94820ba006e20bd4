/* retract.c - taking an event out of the books again (E-7). */
#include "engine/retract.h"

#include <stdlib.h>

#include "edge/sys/memory.h"
#include "engine/engine_int.h"

enum { RETRACT_AT_ONCE = 256 }; /* targets whose neighbours are gathered in one walk */

/* One target, and a stored event that may have joined the same cells. */
struct target {
	const struct event *event;
	struct book_reach   reach;
};

struct neighbour {
	const struct event *event;
	bool                counts; /* not retracted itself */
};

struct gathering {
	struct engine    *engine;
	struct arena     *arena;
	struct target    *targets;
	uint32_t          targets_count;
	struct neighbour *neighbours;
	uint32_t          neighbours_count;
	uint32_t          neighbours_capacity;
};

/* An event that outlives the walk: decoded anew from a copy of its text. */
static const struct event *
keep_event(struct gathering *gathering, const struct event *event, struct instant received)
{
	struct intake *intake = intake_take(gathering->engine);
	struct event  *kept   = arena_take(gathering->arena, sizeof *kept);
	struct span    raw    = arena_copy(gathering->arena, event->raw);
	enum err       err = decode_stored(intake->decoder, raw, received, gathering->arena, kept);
	CHECK(err == ERR_NONE);
	intake_give(gathering->engine, intake);
	return kept;
}

static bool
is_wanted(const struct gathering *gathering, const struct event *event)
{
	int32_t hour = hour_of(event->time);
	for (uint32_t i = 0; i < gathering->targets_count; i++) {
		const struct target *target = &gathering->targets[i];
		if (hour >= target->reach.from && hour < target->reach.until &&
		    book_restores(gathering->engine->books, event, target->event))
			return true;
	}
	return false;
}

static enum err
gather_neighbour(void *context, const struct event *event, uint64_t ordinal,
                 struct instant received)
{
	struct gathering *gathering = context;
	(void)ordinal;
	if (!is_wanted(gathering, event))
		return ERR_NONE;
	if (gathering->neighbours_count == gathering->neighbours_capacity) {
		uint32_t          capacity = gathering->neighbours_capacity * 2 + 64;
		struct neighbour *wider = ARENA_ARRAY(gathering->arena, struct neighbour, capacity);
		if (gathering->neighbours_count > 0)
			memcpy(wider, gathering->neighbours,
			       gathering->neighbours_count * sizeof *wider);
		gathering->neighbours          = wider;
		gathering->neighbours_capacity = capacity;
	}
	struct engine *engine                                = gathering->engine;
	gathering->neighbours[gathering->neighbours_count++] = (struct neighbour){
		.event  = keep_event(gathering, event, received),
		.counts = !set128_has(&engine->retracted, event_identity(engine, event)),
	};
	return ERR_NONE;
}

/* Each target one after the other, so that a cell which two of them share is joined
 * anew only once for each. */
static void
take_out(struct gathering *gathering)
{
	struct engine *engine = gathering->engine;
	pthread_rwlock_wrlock(&engine->books_lock);
	for (uint32_t i = 0; i < gathering->targets_count; i++) {
		const struct target *target = &gathering->targets[i];
		book_clear(engine->books, target->event);
		for (uint32_t k = 0; k < gathering->neighbours_count; k++) {
			const struct neighbour *neighbour = &gathering->neighbours[k];
			if (neighbour->counts)
				book_restore(engine->books, neighbour->event, target->event);
		}
	}
	revision_changed(engine);
	pthread_rwlock_unlock(&engine->books_lock);
}

static enum err
read_target(struct gathering *gathering, uint64_t ordinal)
{
	struct engine       *engine = gathering->engine;
	struct arena        *arena  = gathering->arena;
	struct intake       *intake = intake_take(engine);
	struct block_summary summary;
	struct block        *block;
	const struct event  *event;
	enum err             err = ERR_STORE_DAMAGED;
	if (scan_summary(engine, ordinal, &summary))
		err = scan_block(engine, &summary, arena, &block, NULL);
	if (err == ERR_NONE)
		err = scan_rows(intake, block, (uint32_t)(ordinal - summary.first), 1, arena,
		                &event);
	intake_give(engine, intake);
	if (err != ERR_NONE)
		return err;
	pthread_rwlock_rdlock(&engine->books_lock);
	struct book_reach reach = book_clear_reach(engine->books, event);
	pthread_rwlock_unlock(&engine->books_lock);
	gathering->targets[gathering->targets_count++] = (struct target){ event, reach };
	return ERR_NONE;
}

/* Everything in reach of a target; of one target alone, what concerns it. */
static struct scan_filter
gather_filter(const struct gathering *gathering)
{
	struct scan_filter   filter = scan_everything();
	const struct target *only   = &gathering->targets[0];
	int32_t              from = only->reach.from, until = only->reach.until;
	for (uint32_t i = 1; i < gathering->targets_count; i++) {
		const struct book_reach *reach = &gathering->targets[i].reach;
		from                           = reach->from < from ? reach->from : from;
		until                          = reach->until > until ? reach->until : until;
	}
	filter.bounded       = true;
	filter.from          = hour_start(from);
	filter.until         = hour_start(until);
	filter.ordinal_until = gathering->engine->applied;
	if (gathering->targets_count > 1)
		return filter;
	filter.account = only->event->account;
	if (only->reach.same_subject)
		filter.subject = only->event->subject;
	return filter;
}

static enum err
retract_some(struct engine *engine, const struct retraction *retractions, uint32_t count,
             struct arena *arena)
{
	struct gathering gathering = { .engine = engine, .arena = arena };
	gathering.targets          = ARENA_ARRAY(arena, struct target, count);
	for (uint32_t i = 0; i < count; i++) {
		enum err err = retractions[i].found
		                       ? read_target(&gathering, retractions[i].ordinal)
		                       : ERR_NONE;
		if (err != ERR_NONE)
			return err;
	}
	if (gathering.targets_count == 0)
		return ERR_NONE;
	struct scan_filter filter = gather_filter(&gathering);
	enum err           err    = scan_log(engine, &filter, gather_neighbour, &gathering, NULL);
	if (err == ERR_NONE)
		take_out(&gathering);
	return err;
}

void
retract_mark(struct engine *engine, const struct retraction *retractions, uint32_t count)
{
	pthread_rwlock_wrlock(&engine->books_lock);
	for (uint32_t i = 0; i < count; i++)
		set128_add(&engine->retracted, retractions[i].identity);
	pthread_rwlock_unlock(&engine->books_lock);
}

enum err
retract_apply(struct engine *engine, const struct retraction *retractions, uint32_t count)
{
	struct arena arena;
	arena_open(&arena, system_memory());
	enum err err = ERR_NONE;
	for (uint32_t from = 0; from < count && err == ERR_NONE; from += RETRACT_AT_ONCE) {
		uint32_t some = count - from < RETRACT_AT_ONCE ? count - from : RETRACT_AT_ONCE;
		arena_reset(&arena);
		err = retract_some(engine, retractions + from, some, &arena);
	}
	arena_close(&arena);
	return err;
}

void
retract_put_off(struct engine *engine, const struct retraction *retractions, uint32_t count)
{
	if (count == 0)
		return;
	size_t wanted   = (size_t)engine->put_off_count + count;
	engine->put_off = realloc(engine->put_off, wanted * sizeof *engine->put_off);
	CHECK(engine->put_off != NULL);
	memcpy(engine->put_off + engine->put_off_count, retractions, count * sizeof *retractions);
	engine->put_off_count += count;
}

enum err
retract_make_up(struct engine *engine)
{
	if (engine->put_off_count == 0)
		return ERR_NONE;
	enum err err = retract_apply(engine, engine->put_off, engine->put_off_count);
	if (err == ERR_NONE) {
		free(engine->put_off);
		engine->put_off       = NULL;
		engine->put_off_count = 0;
	}
	return err;
}

/* The record of a retraction holds its target's ordinal when the target was there first. */
enum err
retract_locate(struct engine *engine, struct retraction *retraction)
{
	struct arena arena;
	struct span  value;
	struct span  key = { (const char *)&retraction->identity, sizeof retraction->identity };
	arena_open(&arena, system_memory());
	enum err err = engine->store->ops->get(engine->store, SPACE_RETRACTED, key, &arena, &value);
	if (err == ERR_NOT_FOUND || (err == ERR_NONE && value.size != 0 && value.size != 8))
		err = ERR_STORE_DAMAGED;
	if (err == ERR_NONE) {
		retraction->found   = value.size == 8;
		retraction->ordinal = retraction->found ? log_key_read(value.at) : 0;
	}
	arena_close(&arena);
	return err;
}
