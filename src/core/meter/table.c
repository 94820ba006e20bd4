/* table.c - hashes to numbers, and names: each different text kept once. */
#include <xxhash.h>

#include "core/base/check.h"
#include "core/meter/meter_int.h"

enum { TABLE_CAPACITY_MIN = 16, NAMES_MIN = 64 };

struct hash
hash_of(uint64_t seed, const void *bytes, size_t size)
{
	XXH128_hash_t hash = XXH3_128bits_withSeed(bytes, size, seed);
	return (struct hash){ .place = hash.low64, .check = (uint32_t)hash.high64 };
}

uint32_t
table_find(const struct table *table, struct hash hash, uint32_t *probe)
{
	if (table->capacity == 0)
		return TABLE_NONE;
	uint32_t mask = table->capacity - 1;
	for (; *probe < table->capacity; (*probe)++) {
		const struct table_entry *entry = &table->entries[(hash.place + *probe) & mask];
		if (entry->value == TABLE_NONE)
			return TABLE_NONE;
		if (entry->place == hash.place && entry->check == hash.check) {
			(*probe)++;
			return entry->value;
		}
	}
	return TABLE_NONE;
}

static void
entry_put(struct table_entry *entries, uint32_t mask, struct table_entry entry)
{
	uint32_t at = (uint32_t)entry.place & mask;
	while (entries[at].value != TABLE_NONE)
		at = (at + 1) & mask;
	entries[at] = entry;
}

static void
table_grow(struct table *table, struct pool *pool)
{
	CHECK(table->capacity <= UINT32_MAX / 4);
	uint32_t capacity = table->capacity ? table->capacity * 2 : TABLE_CAPACITY_MIN;
	size_t   size     = capacity * sizeof(struct table_entry);

	struct table_entry *entries = pool_take(pool, size);
	memset(entries, 0xff, size); /* every value TABLE_NONE */
	for (uint32_t i = 0; i < table->capacity; i++) {
		if (table->entries[i].value != TABLE_NONE)
			entry_put(entries, capacity - 1, table->entries[i]);
	}
	pool_give(pool, table->entries, table->capacity * sizeof(struct table_entry));
	table->entries  = entries;
	table->capacity = capacity;
}

void
table_add(struct table *table, struct pool *pool, struct hash hash, uint32_t value)
{
	CHECK(value != TABLE_NONE);
	if ((uint64_t)table->count * 4 >= (uint64_t)table->capacity * 3)
		table_grow(table, pool);
	entry_put(table->entries, table->capacity - 1,
	          (struct table_entry){ hash.place, hash.check, value });
	table->count++;
}

void *
vector_grow(struct pool *pool, void *at, size_t element_size, uint32_t count, uint32_t *capacity)
{
	CHECK(count <= *capacity);
	if (count < *capacity)
		return at;
	/* The pool hands out powers of two: use all of the piece. */
	size_t size = *capacity * element_size;
	size_t room = 64;
	while (room < size + element_size)
		room *= 2;
	CHECK(room / element_size < UINT32_MAX);
	void *grown = pool_grow(pool, at, size, room);
	*capacity   = (uint32_t)(room / element_size);
	return grown;
}

void
names_open(struct names *names, struct arena *arena, struct pool *pool)
{
	*names       = (struct names){ .arena = arena, .pool = pool };
	names->texts = vector_grow(pool, NULL, sizeof(struct span), 0, &names->capacity);
	names->texts[NAME_EMPTY] = (struct span){ "", 0 };
	names->count             = NAME_EMPTY + 1;
}

/* The bytes are compared too: names of one account must never read as another's,
 * whoever chose them. */
uint32_t
names_add(struct names *names, struct span text)
{
	if (text.size == 0)
		return NAME_EMPTY;

	struct hash hash  = hash_of(names->seed, text.at, text.size);
	uint32_t    probe = 0;
	for (;;) {
		uint32_t name = table_find(&names->table, hash, &probe);
		if (name == TABLE_NONE)
			break;
		if (span_equal(names->texts[name], text))
			return name;
	}
	names->texts = vector_grow(names->pool, names->texts, sizeof(struct span), names->count,
	                           &names->capacity);
	names->texts[names->count] = arena_copy(names->arena, text);
	table_add(&names->table, names->pool, hash, names->count);
	return names->count++;
}
