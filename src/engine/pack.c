/* pack.c - the packer thread: which events are new, what number each gets, and the
 * blocks that will hold them.
 *
 * While the committer syncs one group, this thread fills the next. When a commit
 * failed, everything that was packed behind it is given back and the store is brought
 * back to life here (reliability: never acknowledge again before a proven recovery). */
#define _GNU_SOURCE /* pthread_setname_np */
#include "engine/engine_int.h"

#include <time.h>

#include "engine/retract.h"

enum { GROUP_BLOCK_SIZE = 64 << 20 }; /* raw text in one block */
enum { IDENTIFY_CHUNK = 256, RECOVER_EVERY_SECONDS = 1 };

bool
event_is_retraction(const struct event *event)
{
	return span_equal(event->type_name, SPAN("event.retracted"));
}

struct identity
event_identity(const struct engine *engine, const struct event *event)
{
	return identity_of(engine->secret, event->account, event->source, event->id);
}

/* The low half of the content, never 0: 0 in a recent entry means "not known, ask the
 * log". */
static uint32_t
content_of(uint64_t content)
{
	return (uint32_t)content ? (uint32_t)content : 1;
}

/* ---- is it new? ---- */

struct finding {
	bool     found;
	bool     conflicting;
	uint64_t ordinal;
};

static enum err
identify(struct engine *engine, const struct event *event, struct identity identity,
         struct finding *finding)
{
	struct recent_entry entry;
	uint64_t            content = 0;

	*finding = (struct finding){ 0 };
	if (recent_find(engine->recent, identity, &entry)) {
		finding->found   = true;
		finding->ordinal = entry.ordinal;
		content          = entry.content;
		if (content == 0) {
			enum err err = recall_content(engine, entry.ordinal, &content);
			if (err != ERR_NONE)
				return err;
		}
	} else {
		enum err err =
			runs_find(engine, identity, &finding->found, &finding->ordinal, &content);
		if (err != ERR_NONE || !finding->found)
			return err;
	}
	finding->conflicting = content_of(content) != content_of(event->content);
	return ERR_NONE;
}

/* ---- packing ---- */

static void
finish_block(struct engine *engine, struct group *group)
{
	struct block_summary *summary = &group->summaries[group->summaries_count++];
	uint64_t              first   = engine->next_ordinal - block_count(engine->builder);
	struct span           bytes =
		block_finish(engine->builder, first, engine->chain, 1, &group->arena, summary);
	engine->chain                        = summary->chain_after;
	group->writes[group->writes_count++] = (struct store_write){
		.space = SPACE_LOG, .key = log_key(first, &group->arena), .value = bytes
	};
	group->writes[group->writes_count++] = (struct store_write){
		.space = SPACE_META,
		.key   = summary_key(first, &group->arena),
		.value = summary_write(summary, &group->arena),
	};
}

/* A retraction marks its target for good, and says where the target stands when it is
 * known already, so that the committer can take it out of the books. */
static enum err
pack_retraction(struct engine *engine, struct group *group, const struct event *event)
{
	struct span source, id;
	if (retraction_target(event->subject, &source, &id) != ERR_NONE)
		return ERR_NONE;
	struct retraction retraction = {
		.identity = identity_of(engine->secret, event->account, source, id),
		.by       = group->first + group->events_count,
	};
	struct finding finding;
	enum err       err = identify(engine, event, retraction.identity, &finding);
	if (err != ERR_NONE)
		return err;
	retraction.found                               = finding.found;
	retraction.ordinal                             = finding.ordinal;
	group->retractions[group->retractions_count++] = retraction;

	struct span key = arena_copy(&group->arena, (struct span){ (char *)&retraction.identity,
	                                                           sizeof retraction.identity });
	/* Where the target stands, for the replay after a restart (retract_locate). */
	struct span place = finding.found ? log_key(finding.ordinal, &group->arena) : SPAN("");
	group->writes[group->writes_count++] =
		(struct store_write){ .space = SPACE_RETRACTED, .key = key, .value = place };
	return ERR_NONE;
}

/* New events on their way into the block. */
struct fresh {
	uint32_t            count;
	size_t              size; /* of their texts */
	const struct event *events[IDENTIFY_CHUNK];
};

static void
fresh_add(struct engine *engine, struct fresh *fresh, const struct ingest_batch *batch)
{
	block_add_all(engine->builder, fresh->events, fresh->count, batch->received);
	fresh->count = 0;
	fresh->size  = 0;
}

/* Whether another event would be too much for the block. */
static bool
block_full(const struct engine *engine, const struct fresh *fresh, const struct event *event)
{
	return block_count(engine->builder) + fresh->count == BLOCK_EVENTS_MAX ||
	       block_size(engine->builder) + fresh->size + event->raw.size > GROUP_BLOCK_SIZE;
}

static enum err
pack_event(struct engine *engine, struct group *group, struct ingest_batch *batch, uint32_t i,
           struct identity identity, struct fresh *fresh)
{
	const struct event *event = batch->events[i];
	struct finding      finding;
	enum err            err = identify(engine, event, identity, &finding);
	if (err != ERR_NONE)
		return err;
	if (finding.found) {
		batch->ingest->counts.duplicate++;
		batch->ingest->counts.conflicting += finding.conflicting;
		if (batch->verdicts)
			batch->verdicts[batch->index[i]] = VERDICT_DUPLICATE;
		return ERR_NONE;
	}
	if (batch->retractions_count > 0 && event_is_retraction(event))
		err = pack_retraction(engine, group, event);
	if (err != ERR_NONE)
		return err;
	if (block_full(engine, fresh, event)) {
		fresh_add(engine, fresh, batch);
		finish_block(engine, group);
	}
	recent_add(engine->recent, identity,
	           (struct recent_entry){ engine->next_ordinal, content_of(event->content) });
	fresh->events[fresh->count++] = event;
	fresh->size += event->raw.size;
	group->events[group->events_count++] = event;
	engine->next_ordinal++;
	batch->ingest->counts.accepted++;
	return ERR_NONE;
}

static enum err
pack_batch(struct engine *engine, struct group *group, struct ingest_batch *batch)
{
	const struct identity *identities = batch->identities;
	struct fresh           fresh;
	enum err               err = ERR_NONE;

	fresh.count = 0;
	fresh.size  = 0;
	for (uint32_t from = 0; from < batch->events_count && err == ERR_NONE;
	     from += IDENTIFY_CHUNK) {
		uint32_t count = batch->events_count - from;
		if (count > IDENTIFY_CHUNK)
			count = IDENTIFY_CHUNK;
		pthread_mutex_lock(&engine->runs_lock);
		for (uint32_t i = from; i < from + count; i++) {
			recent_prefetch(engine->recent, identities[i]);
			runs_prefetch(engine, identities[i]);
			__builtin_prefetch(batch->events[i]);
		}
		for (uint32_t i = from; i < from + count && err == ERR_NONE; i++)
			err = pack_event(engine, group, batch, i, identities[i], &fresh);
		pthread_mutex_unlock(&engine->runs_lock);
		fresh_add(engine, &fresh, batch);
	}
	return err;
}

static void
group_begin(struct engine *engine, struct group *group)
{
	uint32_t events = 0, retractions = 0;
	size_t   size = 0;
	for (const struct ingest_batch *batch = group->batches; batch; batch = batch->next) {
		events += batch->events_count;
		size += batch->size + (size_t)batch->events_count * 128;
		retractions += batch->retractions_count;
	}
	/* A block ends when it is full by count, or when the next event does not fit: two
	 * neighbours together are always more than one GROUP_BLOCK_SIZE. */
	uint32_t blocks = events / BLOCK_EVENTS_MAX + (uint32_t)(2 * size / GROUP_BLOCK_SIZE) + 2;
	group->first    = engine->next_ordinal;
	group->events   = ARENA_ARRAY(&group->arena, const struct event *, events);
	group->writes =
		ARENA_ARRAY(&group->arena, struct store_write, 2 * (size_t)blocks + retractions);
	group->summaries    = ARENA_ARRAY(&group->arena, struct block_summary, blocks);
	group->retractions  = ARENA_ARRAY(&group->arena, struct retraction, retractions);
	group->events_count = group->writes_count = 0;
	group->summaries_count = group->retractions_count = 0;
}

static void
pack_group(struct engine *engine, struct group *group)
{
	group_begin(engine, group);
	group->err = ERR_NONE;
	for (struct ingest_batch *batch = group->batches; batch && group->err == ERR_NONE;
	     batch                      = batch->next)
                group->err = pack_batch(engine, group, batch);
	if (block_count(engine->builder) > 0)
		finish_block(engine, group);
	atomic_store(&engine->identity_size, recent_size(engine->recent) + runs_memory(engine));
}

/* ---- the queue ---- */

/* Take whole batches until the group is full. Caller holds queue_lock. */
static struct ingest_batch *
take_batches(struct engine *engine)
{
	struct ingest_batch *first = engine->queue_first, *last = NULL;
	uint32_t             events = 0;
	for (struct ingest_batch *batch = first; batch; batch = batch->next) {
		if (last && events + batch->events_count > GROUP_EVENTS_MAX)
			break;
		events += batch->events_count;
		last = batch;
		engine->queue_batches--;
		engine->queue_events -= batch->events_count;
	}
	CHECK(last != NULL);
	engine->queue_first = last->next;
	if (engine->queue_first == NULL)
		engine->queue_last = NULL;
	last->next = NULL;
	return first;
}

static void
wait_a_second(struct engine *engine)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += RECOVER_EVERY_SECONDS;
	pthread_cond_timedwait(&engine->queue_changed, &engine->queue_lock, &until);
}

/* Answer everything that waits with the fault. Caller holds queue_lock. */
static void
fail_queue(struct engine *engine)
{
	while (engine->queue_first) {
		struct ingest_batch *batches = take_batches(engine);
		enum err             fault   = engine->fault;
		pthread_mutex_unlock(&engine->queue_lock);
		batches_done(engine, batches, fault);
		pthread_mutex_lock(&engine->queue_lock);
	}
}

/* Called with queue_lock held and a fault set; returns with the lock held, when the
 * store takes commits again or the engine stops. */
static void
recover(struct engine *engine)
{
	while (engine->groups_packed.first || engine->committing)
		pthread_cond_wait(&engine->group_changed, &engine->queue_lock);
	for (bool again = false; engine->fault != ERR_NONE; again = true) {
		fail_queue(engine);
		if (engine->stopping)
			return;
		if (again)
			wait_a_second(engine);
		pthread_mutex_unlock(&engine->queue_lock);

		struct refusal refusal = { .err = ERR_NONE };
		pthread_mutex_lock(&engine->commit_lock);
		enum err err = engine->store->ops->recover(engine->store);
		pthread_mutex_unlock(&engine->commit_lock);
		if (err == ERR_NONE)
			err = replay_catch_up(engine, &refusal);

		pthread_mutex_lock(&engine->queue_lock);
		if (err != ERR_STORE_CLOSING) /* cut short: as broken as before */
			engine->fault = err;
	}
}

/* Few events gain nothing from being packed ahead and lose what a shared sync would
 * save: they wait for the committer, and more join them. Caller holds queue_lock. */
static bool
better_wait(const struct engine *engine)
{
	bool busy = engine->committing || engine->groups_packed.first != NULL;
	return busy && engine->queue_events < PACK_AHEAD_EVENTS && !engine->stopping;
}

/* The next group to fill, or NULL when the engine stops and nothing is left. Caller
 * holds queue_lock. */
static struct group *
next_group(struct engine *engine)
{
	for (;;) {
		if (engine->fault != ERR_NONE)
			recover(engine);
		if (engine->stopping && (engine->queue_first == NULL || engine->fault != ERR_NONE))
			return NULL;
		if (engine->queue_first && engine->groups_free.first && !better_wait(engine))
			break;
		pthread_cond_wait(&engine->queue_changed, &engine->queue_lock);
	}
	struct group *group = group_list_take(&engine->groups_free);
	group->batches      = take_batches(engine);
	return group;
}

void *
packer_run(void *context)
{
	struct engine *engine = context;
	pthread_setname_np(pthread_self(), "packer");
	(void)!runs_clean(engine);
	enum err err = replay_identities(engine, engine->sealed_until);

	pthread_mutex_lock(&engine->queue_lock);
	engine->identified = true;
	if (err != ERR_NONE)
		engine->fault = err;
	pthread_cond_broadcast(&engine->queue_changed);
	for (struct group *group; (group = next_group(engine)) != NULL;) {
		pthread_mutex_unlock(&engine->queue_lock);
		pack_group(engine, group);
		(void)!runs_seal(engine);
		pthread_mutex_lock(&engine->queue_lock);
		group_list_add(&engine->groups_packed, group);
		pthread_cond_broadcast(&engine->group_changed);
	}
	engine->packer_done = true;
	pthread_cond_broadcast(&engine->group_changed);
	pthread_mutex_unlock(&engine->queue_lock);
	return NULL;
}
