/* store_memory.c - the store in memory: nothing lasts, everything else holds.
 *
 * Each space is an array of records in the order of their keys. A record never
 * changes; overwriting puts a new one in its place. A scan takes a share in every
 * record of its range at once and then needs no lock: it sees one commit, and its
 * visitor may commit, exactly as with the store on disk. */
#define _GNU_SOURCE

#include "edge/store/store_memory.h"

#include <pthread.h>
#include <stdatomic.h>

#include "edge/store/store_int.h"
#include "edge/sys/memory.h"

struct record {
	atomic_uint shares; /* the space's own, and one for each scan that holds it */
	uint64_t    sum;
	size_t      key_size;
	size_t      value_size;
	char        bytes[]; /* key, then value */
};

struct space {
	struct record     **records;
	size_t              count;
	size_t              capacity;
	struct store_digest digest;
};

struct memory_store {
	struct store     store;
	struct memory    memory;
	pthread_rwlock_t lock;
	struct space     spaces[SPACE_COUNT];
};

static struct memory_store *
memory_of(struct store *store)
{
	return (struct memory_store *)store;
}

static struct span
record_key(const struct record *record)
{
	return (struct span){ record->bytes, record->key_size };
}

static struct span
record_value(const struct record *record)
{
	return (struct span){ record->bytes + record->key_size, record->value_size };
}

static size_t
record_size(const struct record *record)
{
	return sizeof(*record) + record->key_size + record->value_size;
}

static struct record *
record_make(struct memory_store *own, const struct store_write *write)
{
	size_t         size   = sizeof(struct record) + write->key.size + write->value.size;
	struct record *record = own->memory.take(own->memory.owner, size);

	atomic_init(&record->shares, 1);
	record->sum        = record_sum(write->space, write->key, write->value);
	record->key_size   = write->key.size;
	record->value_size = write->value.size;
	memcpy(record->bytes, write->key.at, write->key.size);
	if (write->value.size > 0)
		memcpy(record->bytes + write->key.size, write->value.at, write->value.size);
	return record;
}

static void
record_drop(struct memory_store *own, struct record *record)
{
	if (atomic_fetch_sub(&record->shares, 1) == 1)
		own->memory.give(own->memory.owner, record, record_size(record));
}

/* Where key stands, or would stand. */
static size_t
space_seek(const struct space *space, struct span key)
{
	size_t low  = 0;
	size_t high = space->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (span_compare(record_key(space->records[middle]), key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
space_has(const struct space *space, size_t at, struct span key)
{
	return at < space->count && span_equal(record_key(space->records[at]), key);
}

static void
space_grow(struct memory_store *own, struct space *space)
{
	size_t          capacity = space->capacity ? 2 * space->capacity : 64;
	struct record **records =
		own->memory.take(own->memory.owner, capacity * sizeof(struct record *));

	if (space->count > 0)
		memcpy(records, space->records, space->count * sizeof(struct record *));
	if (space->records)
		own->memory.give(own->memory.owner, space->records,
		                 space->capacity * sizeof(struct record *));
	space->records  = records;
	space->capacity = capacity;
}

static void
space_remove(struct memory_store *own, struct space *space, size_t at)
{
	digest_remove(&space->digest, space->records[at]->sum);
	record_drop(own, space->records[at]);
	memmove(space->records + at, space->records + at + 1,
	        (space->count - at - 1) * sizeof(struct record *));
	space->count -= 1;
}

static void
space_insert(struct memory_store *own, struct space *space, size_t at, struct record *record)
{
	if (space->count == space->capacity)
		space_grow(own, space);
	memmove(space->records + at + 1, space->records + at,
	        (space->count - at) * sizeof(struct record *));
	space->records[at] = record;
	space->count += 1;
	digest_add(&space->digest, record->sum);
}

static enum err
memory_commit(struct store *store, const struct store_write *writes, uint32_t count)
{
	struct memory_store *own = memory_of(store);

	writes_check(writes, count);
	pthread_rwlock_wrlock(&own->lock);
	for (uint32_t i = 0; i < count; i++) {
		struct space *space = &own->spaces[writes[i].space];
		size_t        at    = space_seek(space, writes[i].key);

		if (space_has(space, at, writes[i].key))
			space_remove(own, space, at);
		if (!writes[i].remove)
			space_insert(own, space, at, record_make(own, &writes[i]));
	}
	pthread_rwlock_unlock(&own->lock);
	return ERR_NONE;
}

static enum err
memory_get(struct store *store, enum store_space space_number, struct span key, struct arena *arena,
           struct span *value)
{
	struct memory_store *own = memory_of(store);

	CHECK(space_number < SPACE_COUNT);
	pthread_rwlock_rdlock(&own->lock);
	const struct space *space = &own->spaces[space_number];
	size_t              at    = space_seek(space, key);
	bool                found = space_has(space, at, key);
	if (found)
		*value = arena_copy(arena, record_value(space->records[at]));
	pthread_rwlock_unlock(&own->lock);
	return found ? ERR_NONE : ERR_NOT_FOUND;
}

/* A share in each record of the range; the array is the caller's to give back. */
static struct record **
range_take(struct memory_store *own, enum store_space space_number, struct span from,
           struct span until, size_t *count)
{
	struct record **records = NULL;

	pthread_rwlock_rdlock(&own->lock);
	const struct space *space = &own->spaces[space_number];
	size_t              first = space_seek(space, from);
	size_t              last  = until.size > 0 ? space_seek(space, until) : space->count;

	*count = last > first ? last - first : 0;
	if (*count > 0)
		records = own->memory.take(own->memory.owner, *count * sizeof(struct record *));
	for (size_t i = 0; i < *count; i++) {
		records[i] = space->records[first + i];
		atomic_fetch_add(&records[i]->shares, 1);
	}
	pthread_rwlock_unlock(&own->lock);
	return records;
}

static enum err
memory_scan(struct store *store, enum store_space space, struct span from, struct span until,
            store_visit *visit, void *context)
{
	CHECK(space < SPACE_COUNT);

	struct memory_store *own = memory_of(store);
	enum err             err = ERR_NONE;
	size_t               count;
	struct record      **records = range_take(own, space, from, until, &count);

	for (size_t i = 0; i < count; i++) {
		if (err == ERR_NONE)
			err = visit(context, record_key(records[i]), record_value(records[i]));
		record_drop(own, records[i]);
	}
	if (records)
		own->memory.give(own->memory.owner, records, count * sizeof(struct record *));
	return err;
}

static enum err
memory_digest(struct store *store, enum store_space space, struct store_digest *digest)
{
	struct memory_store *own = memory_of(store);

	CHECK(space < SPACE_COUNT);
	pthread_rwlock_rdlock(&own->lock);
	*digest = own->spaces[space].digest;
	pthread_rwlock_unlock(&own->lock);
	return ERR_NONE;
}

static enum err
memory_recover(struct store *store)
{
	CHECK(store);
	return ERR_NONE;
}

static enum err
memory_backup(struct store *store, const char *path, store_progress *progress, void *context,
              struct refusal *refusal)
{
	CHECK(store && path);
	(void)progress;
	(void)context;
	return store_refuse(refusal,
	                    store_complain(ERR_FILE_WRITE, "a store in memory has no backup"));
}

static enum err
space_check(const struct space *space, enum store_space number)
{
	struct store_digest digest = { 0 };
	char                hex[KEY_HEX_SIZE];

	for (size_t i = 0; i < space->count; i++) {
		const struct record *record = space->records[i];
		digest_add(&digest, record->sum);
		key_hex(record_key(record), hex);
		if (record_sum(number, record_key(record), record_value(record)) != record->sum)
			return store_complain(ERR_STORE_DAMAGED,
			                      "space %s, key %s: checksum differs",
			                      space_name(number), hex);
	}
	if (digest.records != space->digest.records || digest.sum != space->digest.sum)
		return store_complain(ERR_STORE_DAMAGED, "space %s: digest differs",
		                      space_name(number));
	return ERR_NONE;
}

static enum err
memory_check(struct store *store, store_progress *progress, void *context, struct refusal *refusal)
{
	struct memory_store *own = memory_of(store);
	enum err             err = ERR_NONE;

	pthread_rwlock_rdlock(&own->lock);
	for (uint32_t i = 0; i < SPACE_COUNT && err == ERR_NONE; i++) {
		err = space_check(&own->spaces[i], (enum store_space)i);
		if (err == ERR_NONE && progress && !progress(context, i + 1, SPACE_COUNT))
			err = store_complain(ERR_STOPPED, "the check was stopped");
	}
	pthread_rwlock_unlock(&own->lock);
	return err == ERR_NONE ? err : store_refuse(refusal, err);
}

static void
memory_close(struct store *store)
{
	struct memory_store *own    = memory_of(store);
	struct memory        memory = own->memory;

	for (uint32_t i = 0; i < SPACE_COUNT; i++) {
		struct space *space = &own->spaces[i];
		for (size_t at = 0; at < space->count; at++)
			record_drop(own, space->records[at]);
		if (space->records)
			memory.give(memory.owner, space->records,
			            space->capacity * sizeof(struct record *));
	}
	pthread_rwlock_destroy(&own->lock);
	memory.give(memory.owner, own, sizeof(*own));
}

static uint64_t
memory_size(struct store *store)
{
	CHECK(store);
	return 0;
}

/* Readers that come without a pause must not keep the writer waiting for ever, as they
 * may with the usual kind of lock. */
static void
lock_make(pthread_rwlock_t *lock)
{
	pthread_rwlockattr_t kind;

	CHECK(pthread_rwlockattr_init(&kind) == 0);
	CHECK(pthread_rwlockattr_setkind_np(&kind, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP) ==
	      0);
	CHECK(pthread_rwlock_init(lock, &kind) == 0);
	CHECK(pthread_rwlockattr_destroy(&kind) == 0);
}

struct store *
store_memory_open(void)
{
	static const struct store_ops ops = {
		.commit  = memory_commit,
		.get     = memory_get,
		.scan    = memory_scan,
		.digest  = memory_digest,
		.recover = memory_recover,
		.backup  = memory_backup,
		.check   = memory_check,
		.close   = memory_close,
		.size    = memory_size,
	};
	struct memory        memory = system_memory();
	struct memory_store *own    = memory.take(memory.owner, sizeof(*own));

	memset(own, 0, sizeof(*own));
	own->store.ops = &ops;
	own->memory    = memory;
	lock_make(&own->lock);
	return &own->store;
}
