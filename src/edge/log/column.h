/* column.h - the values of one slot while a block is being built.
 *
 * A column begins as a dictionary: distinct values, and a code a row. When most rows
 * bring a new value, it turns plain: a value a row, no codes. */
#ifndef TALLY_EDGE_LOG_COLUMN_H
#define TALLY_EDGE_LOG_COLUMN_H

#include "core/base/arena.h"

struct column {
	uint32_t  rows;
	uint32_t  values; /* distinct ones, or as many as rows when plain */
	bool      plain;
	uint32_t  last_at; /* the last row's value: its place in bytes, size and code */
	uint32_t  last_size;
	uint16_t  last_code;
	uint32_t  size; /* of all values, one behind the other in bytes */
	char     *bytes;
	uint32_t *ends;  /* where each value ends */
	uint16_t *codes; /* by row; not kept while there is only one value */
	uint64_t *table; /* hash << 32 | code + 1, or 0 */
	uint32_t  table_bits;

	size_t bytes_capacity;
	size_t ends_capacity;
	size_t codes_capacity;
	size_t table_capacity;
};

/* How many values are looked up together at most. */
enum { COLUMN_ADD_MAX = 64 };

/* Pieces come from pool and are kept over column_clear. */
void column_add(struct column *column, struct span value, struct pool *pool);
/* The same for each value in order, COLUMN_ADD_MAX of them at most. Looking up in a large
 * dictionary misses the cache at every step: here the misses wait for each other. */
void column_add_all(struct column *column, const struct span *values, uint32_t count,
                    struct pool *pool);
void column_clear(struct column *column);

static inline struct span
column_value(const struct column *column, uint32_t index)
{
	uint32_t at = index == 0 ? 0 : column->ends[index - 1];
	return (struct span){ column->bytes + at, column->ends[index] - at };
}

/* Which value row has. */
static inline uint32_t
column_code(const struct column *column, uint32_t row)
{
	return column->plain ? row : column->values == 1 ? 0 : column->codes[row];
}

static inline bool
bytes_equal_few(const char *a, const char *b, size_t size)
{
	uint32_t x[2];
	uint32_t y[2];
	if (size >= 4) {
		memcpy(&x[0], a, 4);
		memcpy(&x[1], a + size - 4, 4);
		memcpy(&y[0], b, 4);
		memcpy(&y[1], b + size - 4, 4);
		return ((x[0] ^ y[0]) | (x[1] ^ y[1])) == 0;
	}
	if (size == 0)
		return true;
	return a[0] == b[0] && a[size / 2] == b[size / 2] && a[size - 1] == b[size - 1];
}

/* True when a and b, both of this size, are equal: quicker than a call for short ones. */
static inline bool
bytes_equal(const char *a, const char *b, size_t size)
{
	uint64_t x;
	uint64_t y;
	uint64_t differ = 0;
	if (size > 64)
		return memcmp(a, b, size) == 0;
	if (size < 8)
		return bytes_equal_few(a, b, size);
	for (size_t i = 0; i + 8 < size; i += 8) {
		memcpy(&x, a + i, 8);
		memcpy(&y, b + i, 8);
		differ |= x ^ y;
	}
	memcpy(&x, a + size - 8, 8);
	memcpy(&y, b + size - 8, 8);
	return (differ | (x ^ y)) == 0;
}

#endif
