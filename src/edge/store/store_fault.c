/* store_fault.c - a store that fails on demand, around another one (tests). */
#include "edge/store/store_fault.h"

#include <pthread.h>

#include "edge/store/store_int.h"
#include "edge/sys/memory.h"

struct fault_store {
	struct store    store;
	struct store   *inner;
	pthread_mutex_t lock;    /* a test may arm while another thread commits */
	enum err        armed;   /* ERR_NONE: never fail */
	uint32_t        passes;  /* commits to let through before */
	bool            applied; /* the failing commit is carried out all the same */
	enum err        fault;   /* has failed; refused until recover */
};

static struct fault_store *
fault_of(struct store *store)
{
	return (struct fault_store *)store;
}

/* What becomes of the next commit: ERR_NONE to let it through. */
static enum err
fault_draw(struct fault_store *own, bool *applied)
{
	enum err err = ERR_NONE;

	*applied = false;
	pthread_mutex_lock(&own->lock);
	if (own->fault != ERR_NONE) {
		err = own->fault;
	} else if (own->armed != ERR_NONE && own->passes == 0) {
		own->fault = own->armed;
		*applied   = own->applied;
		err        = own->fault;
	} else if (own->armed != ERR_NONE) {
		own->passes -= 1;
	}
	pthread_mutex_unlock(&own->lock);
	return err;
}

static enum err
fault_commit(struct store *store, const struct store_write *writes, uint32_t count)
{
	struct fault_store *own = fault_of(store);
	bool                applied;
	enum err            err = fault_draw(own, &applied);

	if (err == ERR_NONE)
		return own->inner->ops->commit(own->inner, writes, count);
	if (applied) {
		enum err inner = own->inner->ops->commit(own->inner, writes, count);
		CHECK(inner == ERR_NONE);
	}
	return store_complain(err, "a fault that a test asked for");
}

static enum err
fault_get(struct store *store, enum store_space space, struct span key, struct arena *arena,
          struct span *value)
{
	struct store *inner = fault_of(store)->inner;
	return inner->ops->get(inner, space, key, arena, value);
}

static enum err
fault_scan(struct store *store, enum store_space space, struct span from, struct span until,
           store_visit *visit, void *context)
{
	struct store *inner = fault_of(store)->inner;
	return inner->ops->scan(inner, space, from, until, visit, context);
}

static enum err
fault_digest(struct store *store, enum store_space space, struct store_digest *digest)
{
	struct store *inner = fault_of(store)->inner;
	return inner->ops->digest(inner, space, digest);
}

static enum err
fault_recover(struct store *store)
{
	struct fault_store *own = fault_of(store);

	pthread_mutex_lock(&own->lock);
	enum err err = own->passes == 0 ? own->armed : ERR_NONE;
	pthread_mutex_unlock(&own->lock);
	if (err != ERR_NONE)
		return store_complain(err, "the fault that a test asked for is still there");

	err = own->inner->ops->recover(own->inner);
	if (err != ERR_NONE)
		return err;
	pthread_mutex_lock(&own->lock);
	own->fault = ERR_NONE;
	pthread_mutex_unlock(&own->lock);
	return ERR_NONE;
}

static enum err
fault_backup(struct store *store, const char *path, store_progress *progress, void *context,
             struct refusal *refusal)
{
	struct store *inner = fault_of(store)->inner;
	return inner->ops->backup(inner, path, progress, context, refusal);
}

static enum err
fault_check(struct store *store, store_progress *progress, void *context, struct refusal *refusal)
{
	struct store *inner = fault_of(store)->inner;
	return inner->ops->check(inner, progress, context, refusal);
}

static void
fault_close(struct store *store)
{
	struct fault_store *own    = fault_of(store);
	struct memory       memory = system_memory();

	own->inner->ops->close(own->inner);
	pthread_mutex_destroy(&own->lock);
	memory.give(memory.owner, own, sizeof(*own));
}

static uint64_t
fault_size(struct store *store)
{
	struct store *inner = fault_of(store)->inner;
	return inner->ops->size(inner);
}

struct store *
store_fault_open(struct store *inner)
{
	static const struct store_ops ops = {
		.commit  = fault_commit,
		.get     = fault_get,
		.scan    = fault_scan,
		.digest  = fault_digest,
		.recover = fault_recover,
		.backup  = fault_backup,
		.check   = fault_check,
		.close   = fault_close,
		.size    = fault_size,
	};
	struct memory       memory = system_memory();
	struct fault_store *own    = memory.take(memory.owner, sizeof(*own));

	CHECK(inner);
	memset(own, 0, sizeof(*own));
	own->store.ops = &ops;
	own->inner     = inner;
	CHECK(pthread_mutex_init(&own->lock, NULL) == 0);
	return &own->store;
}

void
store_fault_arm(struct store *store, uint32_t passes, enum err err, bool applied)
{
	struct fault_store *own = fault_of(store);

	pthread_mutex_lock(&own->lock);
	own->passes  = passes;
	own->armed   = err;
	own->applied = applied;
	pthread_mutex_unlock(&own->lock);
}
