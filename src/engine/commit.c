/* commit.c - the committer thread: make a group durable, count it, answer it. */
#define _GNU_SOURCE /* pthread_setname_np */
#include "engine/engine_int.h"

#include <time.h>

#include "engine/retract.h"
#include "engine/checkpoint.h"

enum { IDLE_MS = 100 };

void
group_list_add(struct group_list *list, struct group *group)
{
	group->next = NULL;
	if (list->last)
		list->last->next = group;
	else
		list->first = group;
	list->last = group;
}

struct group *
group_list_take(struct group_list *list)
{
	struct group *group = list->first;
	list->first         = group->next;
	if (list->first == NULL)
		list->last = NULL;
	return group;
}

static void
note_commit(struct engine *engine, enum err err, uint64_t ns)
{
	pthread_mutex_lock(&engine->metrics_lock);
	engine->metrics.commits += err == ERR_NONE;
	engine->metrics.commit_failures += err != ERR_NONE;
	metrics_time(engine->metrics.commit_bucket, &engine->metrics.commit_ns, ns);
	pthread_mutex_unlock(&engine->metrics_lock);
}

void
engine_fail(struct engine *engine, enum err err)
{
	pthread_mutex_lock(&engine->queue_lock);
	engine->fault = err;
	pthread_cond_broadcast(&engine->queue_changed);
	pthread_mutex_unlock(&engine->queue_lock);
}

enum err
engine_commit(struct engine *engine, const struct store_write *writes, uint32_t count)
{
	uint64_t begun = clock_ns();
	pthread_mutex_lock(&engine->commit_lock);
	enum err err = engine->store->ops->commit(engine->store, writes, count);
	pthread_mutex_unlock(&engine->commit_lock);
	note_commit(engine, err, clock_ns() - begun);
	if (err != ERR_NONE)
		engine_fail(engine, err);
	return err;
}

void
engine_apply(struct engine *engine, const struct event *const *events, uint32_t count,
             uint64_t first)
{
	bool skip[APPLY_SLICE];
	for (uint32_t from = 0; from < count; from += APPLY_SLICE) {
		uint32_t slice = count - from < APPLY_SLICE ? count - from : APPLY_SLICE;
		bool     any   = engine->retracted.count > 0 || engine->retracted.has_zero;
		for (uint32_t i = 0; any && i < slice; i++)
			skip[i] = set128_has(&engine->retracted,
			                     event_identity(engine, events[from + i]));
		pthread_rwlock_wrlock(&engine->books_lock);
		books_apply(engine->books, events + from, slice, first + from, any ? skip : NULL);
		engine->applied = first + from + slice;
		revision_counted(engine, events + from, slice);
		pthread_rwlock_unlock(&engine->books_lock);
	}
}

void
batches_done(struct engine *engine, struct ingest_batch *batches, enum err err)
{
	struct ingest_counts sum  = { 0 };
	size_t               size = 0;
	for (const struct ingest_batch *batch = batches; batch; batch = batch->next) {
		size += batch->size;
		sum.accepted += batch->ingest->counts.accepted;
		sum.duplicate += batch->ingest->counts.duplicate;
		sum.conflicting += batch->ingest->counts.conflicting;
	}
	pthread_mutex_lock(&engine->queue_lock);
	engine->queue_size -= size;
	pthread_mutex_unlock(&engine->queue_lock);
	if (err == ERR_NONE) {
		pthread_mutex_lock(&engine->metrics_lock);
		engine->metrics.counts.accepted += sum.accepted;
		engine->metrics.counts.duplicate += sum.duplicate;
		engine->metrics.counts.conflicting += sum.conflicting;
		pthread_mutex_unlock(&engine->metrics_lock);
	}
	for (struct ingest_batch *batch = batches, *next; batch; batch = next) {
		struct ingest *ingest = batch->ingest;
		next                  = batch->next;
		batch->next           = NULL;
		ingest->err           = err;
		if (err != ERR_NONE)
			ingest->counts = (struct ingest_counts){ 0 };
		ingest->done(ingest); /* the batch may be gone now */
	}
}

static enum err
commit_group(struct engine *engine, struct group *group)
{
	if (group->writes_count > 0) {
		enum err err = engine_commit(engine, group->writes, group->writes_count);
		if (err != ERR_NONE)
			return err;
	}
	pthread_rwlock_wrlock(&engine->books_lock);
	for (uint32_t i = 0; i < group->summaries_count; i++)
		log_index_add(&engine->log, &group->summaries[i]);
	pthread_rwlock_unlock(&engine->books_lock);
	retract_mark(engine, group->retractions, group->retractions_count);
	engine_apply(engine, group->events, group->events_count, group->first);
	retract_put_off(engine, group->retractions, group->retractions_count);
	enum err err = retract_make_up(engine);
	/* The group is in the log and in the books; what it takes out is still in them. */
	if (err != ERR_NONE)
		engine_fail(engine, err);
	return err;
}

/* A group that was packed behind a failed one, or while packing failed, is not tried:
 * its numbers are not the log's next any more. */
static enum err
group_fault(struct engine *engine, const struct group *group)
{
	pthread_mutex_lock(&engine->queue_lock);
	if (engine->fault == ERR_NONE && group->err != ERR_NONE)
		engine->fault = group->err;
	enum err fault = engine->fault;
	pthread_cond_broadcast(&engine->queue_changed);
	pthread_mutex_unlock(&engine->queue_lock);
	return fault;
}

/* The next group, NULL after a while without one; *ended when there will be none.
 * Caller holds queue_lock. */
static struct group *
wait_group(struct engine *engine, bool *ended)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += IDLE_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	while (engine->groups_packed.first == NULL && !engine->packer_done) {
		if (pthread_cond_timedwait(&engine->group_changed, &engine->queue_lock, &until) !=
		    0)
			break;
	}
	*ended = engine->groups_packed.first == NULL && engine->packer_done;
	return engine->groups_packed.first ? group_list_take(&engine->groups_packed) : NULL;
}

static void
run_group(struct engine *engine, struct group *group)
{
	enum err err = group_fault(engine, group);
	pthread_mutex_lock(&engine->counting_lock);
	if (err == ERR_NONE)
		err = commit_group(engine, group);
	pthread_mutex_unlock(&engine->counting_lock);
	batches_done(engine, group->batches, err);
	arena_reset(&group->arena);
}

/* Between groups: what keeps a start quick. A fault here shows itself at the next
 * commit. */
static void
run_idle(struct engine *engine, bool idle)
{
	if (engine_ready(engine) == ERR_NONE)
		(void)!checkpoint_step(engine, idle);
}

void *
committer_run(void *context)
{
	struct engine *engine = context;
	pthread_setname_np(pthread_self(), "committer");
	for (bool ended = false; !ended;) {
		pthread_mutex_lock(&engine->queue_lock);
		struct group *group = wait_group(engine, &ended);
		bool          calm  = engine->queue_size == 0; /* nothing is being decoded either */
		engine->committing  = group != NULL;
		pthread_mutex_unlock(&engine->queue_lock);
		if (group)
			run_group(engine, group);
		if (!ended)
			run_idle(engine, group == NULL && calm);
		pthread_mutex_lock(&engine->queue_lock);
		if (group)
			group_list_add(&engine->groups_free, group);
		engine->committing = false;
		pthread_cond_broadcast(&engine->group_changed);
		pthread_cond_broadcast(&engine->queue_changed);
		pthread_mutex_unlock(&engine->queue_lock);
	}
	return NULL;
}
