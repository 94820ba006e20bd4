/* column.c - a dictionary that gives up when it does not pay. */
#include "edge/log/column.h"

#include "core/base/check.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum {
	TABLE_BITS_MIN    = 5,
	PROBES_MAX        = 64,
	LONG_SIZE         = 20,
	PLAIN_AFTER_LONG  = 64,
	PLAIN_AFTER_SHORT = 16384,
	LARGE_VALUES      = 64, /* below, a dictionary is in the cache anyway */
	ROWS_MAX          = 65536
};

__extension__ typedef unsigned __int128 u128;

__attribute__((noinline)) static void *
grown_slowly(struct pool *pool, void *piece, size_t *capacity, size_t needed)
{
	size_t wanted = *capacity < 64 ? 64 : *capacity;
	while (wanted < needed)
		wanted *= 2;
	piece     = pool_grow(pool, piece, *capacity, wanted);
	*capacity = wanted;
	return piece;
}

/* Room for needed bytes in a piece that may move. */
static inline void *
grown(struct pool *pool, void *piece, size_t *capacity, size_t needed)
{
	if (needed <= *capacity)
		return piece;
	return grown_slowly(pool, piece, capacity, needed);
}

static void
value_append(struct column *column, struct span value, struct pool *pool)
{
	size_t   size  = (size_t)column->size + value.size;
	uint32_t index = column->values;
	CHECK(size <= UINT32_MAX);
	column->bytes = grown(pool, column->bytes, &column->bytes_capacity, size);
	column->ends  = grown(pool, column->ends, &column->ends_capacity,
	                      (index + (size_t)1) * sizeof(*column->ends));
	if (value.size > 0)
		memcpy(column->bytes + column->size, value.at, value.size);
	column->last_at     = column->size;
	column->last_size   = (uint32_t)value.size;
	column->last_code   = (uint16_t)index;
	column->size        = (uint32_t)size;
	column->ends[index] = (uint32_t)size;
	column->values      = index + 1;
}

/* Codes begin with the second value: until then they are all 0. */
static void
code_append(struct column *column, uint32_t code, struct pool *pool)
{
	if (column->values == 1)
		return;
	column->codes               = grown(pool, column->codes, &column->codes_capacity,
	                                    (column->rows + (size_t)1) * sizeof(*column->codes));
	column->codes[column->rows] = (uint16_t)code;
}

static void
codes_begin(struct column *column, struct pool *pool)
{
	column->codes = grown(pool, column->codes, &column->codes_capacity,
	                      (column->rows + (size_t)1) * sizeof(*column->codes));
	memset(column->codes, 0, column->rows * sizeof(*column->codes));
}

/* A value a row from now on. Rare: kept out of the way of column_add. */
__attribute__((noinline)) static void
turn_plain(struct column *column, struct pool *pool)
{
	struct column plain = { .plain = true };
	for (uint32_t row = 0; row < column->rows; row++)
		value_append(&plain, column_value(column, column_code(column, row)), pool);
	pool_give(pool, column->bytes, column->bytes_capacity);
	pool_give(pool, column->ends, column->ends_capacity);
	column->plain          = true;
	column->values         = plain.values;
	column->size           = plain.size;
	column->bytes          = plain.bytes;
	column->ends           = plain.ends;
	column->bytes_capacity = plain.bytes_capacity;
	column->ends_capacity  = plain.ends_capacity;
}

static void
table_open(struct column *column, uint32_t bits, struct pool *pool)
{
	size_t size        = sizeof(uint64_t) << bits;
	column->table      = grown(pool, column->table, &column->table_capacity, size);
	column->table_bits = bits;
	memset(column->table, 0, size);
}

static void
table_put(struct column *column, uint64_t slot)
{
	uint32_t mask = (UINT32_C(1) << column->table_bits) - 1;
	uint32_t at   = (uint32_t)(slot >> 32) & mask;
	while (column->table[at] != 0)
		at = (at + 1) & mask;
	column->table[at] = slot;
}

__attribute__((noinline)) static void
table_grow(struct column *column, struct pool *pool)
{
	uint32_t  old_bits     = column->table_bits;
	size_t    old_capacity = column->table_capacity;
	uint64_t *old          = column->table;
	column->table          = NULL;
	column->table_capacity = 0;
	table_open(column, old_bits + 2, pool);
	for (uint32_t i = 0; i < UINT32_C(1) << old_bits; i++)
		if (old[i] != 0)
			table_put(column, old[i]);
	pool_give(pool, old, old_capacity);
}

static uint32_t
hash_of(struct span value)
{
	uint64_t low;
	uint64_t high;
	if (value.size < 8 || value.size > 16)
		return (uint32_t)(XXH3_64bits(value.at, value.size) >> 32);
	memcpy(&low, value.at, 8);
	memcpy(&high, value.at + value.size - 8, 8);
	u128 product = (u128)(low ^ UINT64_C(0x9e3779b97f4a7c15)) *
	               (high ^ UINT64_C(0xd6e8feb86659fd93) ^ value.size);
	uint64_t folded = (uint64_t)product ^ (uint64_t)(product >> 64);
	return (uint32_t)(folded ^ folded >> 32);
}

static bool
value_is(struct span kept, struct span value)
{
	return kept.size == value.size && bytes_equal(kept.at, value.at, value.size);
}

/* The code of value, or ROWS_MAX when it is new; *probes says how far it looked. */
static uint32_t
table_find(const struct column *column, struct span value, uint32_t hash, uint32_t *probes)
{
	uint32_t mask = (UINT32_C(1) << column->table_bits) - 1;
	for (uint32_t at = hash & mask; column->table[at] != 0; at = (at + 1) & mask) {
		uint64_t slot = column->table[at];
		uint32_t code = (uint32_t)slot - 1;
		++*probes;
		if (slot >> 32 == hash && value_is(column_value(column, code), value))
			return code;
	}
	return ROWS_MAX;
}

static void
value_learn(struct column *column, struct span value, uint32_t hash, struct pool *pool)
{
	if (column->values == 0)
		table_open(column, TABLE_BITS_MIN, pool);
	if (column->values == 1)
		codes_begin(column, pool);
	if ((uint64_t)column->values * 2 >= UINT64_C(1) << column->table_bits)
		table_grow(column, pool);
	value_append(column, value, pool);
	table_put(column, (uint64_t)hash << 32 | column->values);
}

/* A dictionary pays when values come back. Long ones that do not are UUIDs and times,
 * which show soon; short ones may be names of many things that take turns. So many
 * probes, on the other hand, happen only to values that were made to collide. */
static bool
pays(const struct column *column, struct span value, uint32_t probes)
{
	uint32_t patience = value.size < LONG_SIZE ? PLAIN_AFTER_SHORT : PLAIN_AFTER_LONG;
	return probes < PROBES_MAX &&
	       (column->values < patience || column->values < column->rows - column->rows / 4);
}

static void
add_hashed(struct column *column, struct span value, uint32_t hash, struct pool *pool)
{
	uint32_t probes = 0;
	uint32_t code   = ROWS_MAX;
	if (column->values > 0)
		code = table_find(column, value, hash, &probes);
	if (code == ROWS_MAX && !pays(column, value, probes)) {
		turn_plain(column, pool);
		value_append(column, value, pool);
		return;
	}
	if (code == ROWS_MAX) {
		value_learn(column, value, hash, pool);
		code = column->values - 1;
	} else {
		column->last_at   = code == 0 ? 0 : column->ends[code - 1];
		column->last_size = (uint32_t)value.size;
		column->last_code = (uint16_t)code;
	}
	code_append(column, code, pool);
}

void
column_add(struct column *column, struct span value, struct pool *pool)
{
	CHECK(column->rows < ROWS_MAX);
	if (column->plain)
		value_append(column, value, pool);
	else if (column->rows > 0 && value.size == column->last_size &&
	         bytes_equal(value.at, column->bytes + column->last_at, value.size))
		code_append(column, column->last_code, pool);
	else
		add_hashed(column, value, hash_of(value), pool);
	column->rows++;
}

/* The slot that a value of this hash probably has. */
static uint64_t
first_slot(const struct column *column, uint32_t hash)
{
	return column->table[hash & ((UINT32_C(1) << column->table_bits) - 1)];
}

static void
prefetch_end(const struct column *column, uint32_t hash)
{
	uint64_t slot = first_slot(column, hash);
	if (slot >> 32 == hash)
		__builtin_prefetch(&column->ends[(uint32_t)slot - 1]);
}

static void
prefetch_value(const struct column *column, uint32_t hash)
{
	uint64_t slot = first_slot(column, hash);
	uint32_t code = (uint32_t)slot - 1;
	if (slot >> 32 == hash)
		__builtin_prefetch(column->bytes + (code == 0 ? 0 : column->ends[code - 1]));
}

/* Each loop takes one step of all look-ups. */
static void
add_all_hashed(struct column *column, const struct span *values, uint32_t count, struct pool *pool)
{
	uint32_t hashes[COLUMN_ADD_MAX];
	uint32_t mask = (UINT32_C(1) << column->table_bits) - 1;

	for (uint32_t i = 0; i < count; i++) {
		hashes[i] = hash_of(values[i]);
		__builtin_prefetch(&column->table[hashes[i] & mask]);
	}
	for (uint32_t i = 0; i < count; i++)
		prefetch_end(column, hashes[i]);
	for (uint32_t i = 0; i < count; i++)
		prefetch_value(column, hashes[i]);
	for (uint32_t i = 0; i < count; i++, column->rows++) {
		if (column->plain)
			value_append(column, values[i], pool);
		else
			add_hashed(column, values[i], hashes[i], pool);
	}
}

/* The same as value_append for each, with one look at the room. */
static void
append_all(struct column *column, const struct span *values, uint32_t count, struct pool *pool)
{
	size_t size = column->size;
	for (uint32_t i = 0; i < count; i++)
		size += values[i].size;
	CHECK(size <= UINT32_MAX);
	column->bytes = grown(pool, column->bytes, &column->bytes_capacity, size);
	column->ends  = grown(pool, column->ends, &column->ends_capacity,
	                      (column->values + (size_t)count) * sizeof(*column->ends));
	for (uint32_t i = 0; i < count; i++) {
		if (values[i].size > 0)
			memcpy(column->bytes + column->size, values[i].at, values[i].size);
		column->size += (uint32_t)values[i].size;
		column->ends[column->values++] = column->size;
	}
	column->rows += count;
}

void
column_add_all(struct column *column, const struct span *values, uint32_t count, struct pool *pool)
{
	CHECK(count <= COLUMN_ADD_MAX);
	CHECK(count <= ROWS_MAX - column->rows);
	if (column->plain)
		append_all(column, values, count, pool);
	else if (column->values >= LARGE_VALUES)
		add_all_hashed(column, values, count, pool);
	else
		for (uint32_t i = 0; i < count; i++)
			column_add(column, values[i], pool);
}

void
column_clear(struct column *column)
{
	column->rows       = 0;
	column->values     = 0;
	column->size       = 0;
	column->plain      = false;
	column->table_bits = 0;
}
