/* engine.c - opening and closing: which parts there are and in which order they live. */
#include "engine/engine.h"

#include <sodium.h>
#include <stdlib.h>
#include <time.h>

#include "edge/sys/memory.h"
#include "engine/checkpoint.h"
#include "engine/engine_int.h"
#include "engine/notify_int.h"
#include "engine/people_load.h"
#include "engine/seal.h"

#define ENGINE_MAGIC UINT64_C(0x74616c6c79656e67)

struct engine_settings
engine_settings_default(void)
{
	return (struct engine_settings){ .max_ahead      = { 300 * NS_PER_SECOND },
		                         .grace_days     = 3,
		                         .seller         = SPAN(""),
		                         .issue_by_clock = true };
}

static struct instant
system_clock(void *context)
{
	struct timespec now;
	(void)context;
	clock_gettime(CLOCK_REALTIME, &now);
	return (struct instant){ (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec };
}

struct instant
engine_now(const struct engine *engine)
{
	return engine->clock(engine->clock_context);
}

uint64_t
clock_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

/* Bucket i holds what took at most 0.1 ms * 2^i, cumulated; the last holds all. */
void
metrics_time(uint64_t *bucket, uint64_t *sum_ns, uint64_t ns)
{
	*sum_ns += ns;
	for (int i = 0; i < ENGINE_COMMIT_BUCKETS; i++)
		bucket[i] += i == ENGINE_COMMIT_BUCKETS - 1 || ns <= (UINT64_C(100000) << i);
}

enum err
engine_ready(const struct engine *engine)
{
	pthread_mutex_t *lock = (pthread_mutex_t *)(uintptr_t)&engine->queue_lock;
	pthread_mutex_lock(lock);
	enum err err = engine->stopping ? ERR_STORE_CLOSING : engine->fault;
	pthread_mutex_unlock(lock);
	return err;
}

/* ---- the store's secret ---- */

/* Drawn once for a store: identities are hashed with it (design: nobody can aim a
 * collision at another account). */
static enum err
secret_open(struct engine *engine, struct refusal *refusal)
{
	struct arena  arena;
	struct span   secret;
	struct store *store = engine->store;
	arena_open(&arena, system_memory());
	enum err err = store->ops->get(store, SPACE_META, SPAN("secret"), &arena, &secret);
	if (err == ERR_NONE && secret.size == IDENTITY_SECRET_SIZE) {
		memcpy(engine->secret, secret.at, IDENTITY_SECRET_SIZE);
	} else if (err == ERR_NONE) {
		err = ERR_STORE_DAMAGED;
	} else if (err == ERR_NOT_FOUND) {
		randombytes_buf(engine->secret, IDENTITY_SECRET_SIZE);
		struct store_write write = {
			.space = SPACE_META,
			.key   = SPAN("secret"),
			.value = { (char *)engine->secret, IDENTITY_SECRET_SIZE },
		};
		err = store->ops->commit(store, &write, 1);
	}
	arena_close(&arena);
	return err == ERR_NONE ? err : refuse(refusal, err, SPAN("secret"), store_complaint(store));
}

/* ---- open ---- */

static void
locks_open(struct engine *engine)
{
	pthread_rwlockattr_t attributes;
	pthread_rwlockattr_init(&attributes);
	/* Questions come all the time; the committer must not starve behind them. */
	pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&engine->books_lock, &attributes);
	pthread_rwlock_init(&engine->control_lock, &attributes);
	pthread_rwlockattr_destroy(&attributes);
	pthread_mutex_init(&engine->counting_lock, NULL);
	pthread_mutex_init(&engine->commit_lock, NULL);
	pthread_mutex_init(&engine->runs_kept_lock, NULL);
	pthread_mutex_init(&engine->runs_lock, NULL);
	pthread_mutex_init(&engine->checkpoint_lock, NULL);
	pthread_mutex_init(&engine->change_lock, NULL);
	pthread_mutex_init(&engine->queue_lock, NULL);
	pthread_mutex_init(&engine->metrics_lock, NULL);
	pthread_cond_init(&engine->queue_changed, NULL);
	pthread_cond_init(&engine->group_changed, NULL);
	pthread_cond_init(&engine->seal_changed, NULL);
}

struct books *
engine_books(const struct engine *engine)
{
	struct books *books = books_open(engine->catalog, system_memory());

	books_seed(books, engine->books_seed);
	return books;
}

static void
parts_open(struct engine *engine)
{
	arena_open(&engine->control_arena, system_memory());
	sign_ins_open(engine);
	randombytes_buf(&engine->books_seed, sizeof engine->books_seed);
	engine->books   = engine_books(engine);
	engine->recent  = recent_open(system_memory());
	engine->outbox  = outbox_open();
	engine->recall  = recall_open();
	engine->builder = block_builder_open(system_memory());
	rosters_open(engine);
	for (int i = 0; i < GROUPS; i++) {
		struct group *group = calloc(1, sizeof *group);
		CHECK(group != NULL);
		arena_open(&group->arena, system_memory());
		group_list_add(&engine->groups_free, group);
	}
}

/* Everything but the store. */
static void
parts_close(struct engine *engine)
{
	while (engine->groups_free.first) {
		struct group *group = group_list_take(&engine->groups_free);
		arena_close(&group->arena);
		free(group);
	}
	for (uint32_t i = 0; i < engine->accounts_count; i++) {
		free(engine->accounts[i]->history);
		free(engine->accounts[i]->versions);
		free(engine->accounts[i]->answers);
		free(engine->accounts[i]);
	}
	for (uint32_t i = 0; i < engine->keys_count; i++)
		free(engine->keys[i]);
	sign_ins_close(engine);
	free(engine->accounts);
	free(engine->keys);
	free(engine->log.blocks);
	rosters_close(engine);
	batch_free_all(engine);
	runs_close(engine);
	set128_close(&engine->retracted);
	free(engine->put_off);
	block_builder_close(engine->builder);
	outbox_close(engine->outbox);
	recall_close(engine->recall);
	checkpoint_close(engine);
	recent_close(engine->recent);
	books_close(engine->books);
	arena_close(&engine->control_arena);
	sodium_memzero(engine->secret, sizeof engine->secret);
	free(engine);
}

static enum err
load(struct engine *engine, struct refusal *refusal)
{
	enum err err = secret_open(engine, refusal);
	if (err == ERR_NONE)
		books_keep_secret(engine->books, engine->secret);
	if (err == ERR_NONE)
		err = control_open(engine, refusal);
	if (err == ERR_NONE)
		err = replay_open(engine, refusal);
	if (err == ERR_NONE)
		err = runs_open(engine, refusal);
	return err;
}

enum err
engine_open(const struct engine_options *options, struct engine **out, struct refusal *refusal)
{
	if (sodium_init() < 0)
		return refuse(refusal, ERR_SYSTEM, SPAN(""), SPAN("no source of random numbers"));
	struct engine *engine = calloc(1, sizeof *engine);
	CHECK(engine != NULL);
	engine->magic         = ENGINE_MAGIC;
	engine->store         = options->store;
	engine->catalog       = options->catalog;
	engine->settings      = options->settings;
	engine->clock         = options->clock ? options->clock : system_clock;
	engine->clock_context = options->clock_context;
	atomic_store(&engine->ticked_hour, INT32_MIN);
	atomic_store(&engine->closed_month, INT32_MIN);
	revisions_open(&engine->revisions);
	locks_open(engine);
	parts_open(engine);
	enum err err = load(engine, refusal);
	if (err != ERR_NONE) {
		parts_close(engine);
		return err;
	}
	int failed = pthread_create(&engine->committer, NULL, committer_run, engine);
	CHECK(failed == 0);
	failed = pthread_create(&engine->packer, NULL, packer_run, engine);
	CHECK(failed == 0);
	failed = pthread_create(&engine->sealer, NULL, sealer_run, engine);
	CHECK(failed == 0);
	people_resume(engine);
	*out = engine;
	return ERR_NONE;
}

void
engine_close(struct engine *engine)
{
	CHECK(engine->magic == ENGINE_MAGIC);
	pthread_mutex_lock(&engine->queue_lock);
	engine->stopping = true;
	pthread_cond_broadcast(&engine->queue_changed);
	pthread_cond_broadcast(&engine->group_changed);
	pthread_cond_broadcast(&engine->seal_changed);
	pthread_mutex_unlock(&engine->queue_lock);
	pthread_join(engine->sealer, NULL);
	pthread_join(engine->packer, NULL);
	pthread_join(engine->committer, NULL);
	/* What fails here is done again at the next start: both are derived. */
	bool works = engine->fault == ERR_NONE || engine->fault == ERR_STORE_CLOSING;
	if (works && checkpoint_all(engine) == ERR_NONE)
		(void)!key_save_uses(engine);
	engine->magic = 0;
	engine->store->ops->close(engine->store);
	parts_close(engine);
}

/* ---- numbers ---- */

void
engine_metrics(struct engine *engine, struct engine_metrics *metrics)
{
	pthread_mutex_lock(&engine->metrics_lock);
	*metrics = engine->metrics;
	pthread_mutex_unlock(&engine->metrics_lock);
	pthread_mutex_lock(&engine->queue_lock);
	metrics->queue_size    = engine->queue_size;
	metrics->queue_batches = engine->queue_batches;
	pthread_mutex_unlock(&engine->queue_lock);
	pthread_rwlock_rdlock(&engine->books_lock);
	metrics->events_stored = engine->applied;
	metrics->books_size    = books_size(engine->books);
	pthread_rwlock_unlock(&engine->books_lock);
	outbox_metrics(engine, metrics);
	metrics->identity_size = atomic_load(&engine->identity_size);
	metrics->store_size    = engine->store->ops->size(engine->store);
}
