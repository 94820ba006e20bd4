/* lines.c - memory in whole lines of the cache, so that a fetch brings one thing only. */
#include "core/base/check.h"
#include "core/meter/meter_int.h"

/* Lines that are taken from the arena at once. */
enum { SLAB_LINES = 512 };

void
lines_open(struct lines *lines, struct pool *pool)
{
	*lines = (struct lines){ .pool = pool };
}

static uint32_t
lines_count(size_t size)
{
	CHECK(size > 0);
	return (uint32_t)((size + LINE_SIZE - 1) / LINE_SIZE);
}

static void
list_put(struct lines *lines, uint32_t count, void *piece)
{
	memcpy(piece, &lines->free[count], sizeof(void *));
	lines->free[count] = piece;
}

/* The rest of the old slab becomes a piece of its size. */
static void
slab_take(struct lines *lines)
{
	if (lines->left > 0)
		list_put(lines, lines->left, lines->next);
	uint8_t *slab = arena_take(lines->pool->arena, (SLAB_LINES + 1) * LINE_SIZE);
	lines->next   = slab + (LINE_SIZE - (uintptr_t)slab % LINE_SIZE) % LINE_SIZE;
	lines->left   = SLAB_LINES;
}

void *
lines_take(struct lines *lines, size_t size)
{
	if (size > (LINES_CLASSES - 1) * LINE_SIZE)
		return pool_take(lines->pool, size);
	uint32_t count = lines_count(size);
	void    *piece = lines->free[count];
	if (piece) {
		memcpy(&lines->free[count], piece, sizeof(void *));
		return piece;
	}
	if (lines->left < count)
		slab_take(lines);
	piece = lines->next;
	lines->next += (size_t)count * LINE_SIZE;
	lines->left -= count;
	return piece;
}

void
lines_give(struct lines *lines, void *piece, size_t size)
{
	if (!piece)
		return;
	if (size > (LINES_CLASSES - 1) * LINE_SIZE)
		pool_give(lines->pool, piece, size);
	else
		list_put(lines, lines_count(size), piece);
}
