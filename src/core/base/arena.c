/* arena.c - bump allocation in pieces that double, and a pool of powers of two. */
#include "core/base/arena.h"

#include "core/base/check.h"

enum { ALIGN = 16, KEPT_SIZE_MAX = 64 << 20 };
enum { PIECE_SIZE_MIN = 64 << 10, PIECE_SIZE_MAX = 16 << 20, POOL_CLASS_MIN = 4 };

/* Stands at the start of each piece; size counts the whole piece. */
struct arena_piece {
	struct arena_piece *older;
	size_t              size;
};

_Static_assert(sizeof(struct arena_piece) == ALIGN, "what follows the head must be aligned");
_Static_assert(1 << POOL_CLASS_MIN >= sizeof(void *), "a free piece holds a link");

void
arena_open(struct arena *arena, struct memory memory)
{
	CHECK(memory.take != NULL);
	CHECK(memory.give != NULL);
	*arena = (struct arena){ .memory = memory };
}

static struct arena_piece *
piece_take(struct arena *arena, size_t size)
{
	struct arena_piece *piece = arena->memory.take(arena->memory.owner, size);
	CHECK(piece != NULL);
	CHECK((uintptr_t)piece % ALIGN == 0);
	piece->size  = size;
	piece->older = NULL;
	arena->size_held += size;
	return piece;
}

static void
piece_begin(struct arena *arena, struct arena_piece *piece)
{
	arena->next = (uint8_t *)(piece + 1);
	arena->end  = (uint8_t *)piece + piece->size;
}

static size_t
piece_size_next(const struct arena *arena)
{
	size_t size = arena->newest ? arena->newest->size * 2 : PIECE_SIZE_MIN;
	return size < PIECE_SIZE_MAX ? size : PIECE_SIZE_MAX;
}

/* size does not fit in the newest piece. */
static void *
take_slowly(struct arena *arena, size_t size)
{
	size_t whole = size + sizeof(struct arena_piece);
	size_t usual = piece_size_next(arena);

	/* A large one gets a piece of its own behind the newest, whose room stays
	 * in use. */
	if (whole > usual && arena->newest) {
		struct arena_piece *piece = piece_take(arena, whole);
		piece->older              = arena->newest->older;
		arena->newest->older      = piece;
		return piece + 1;
	}
	struct arena_piece *piece = piece_take(arena, whole > usual ? whole : usual);
	piece->older              = arena->newest;
	arena->newest             = piece;
	piece_begin(arena, piece);
	uint8_t *taken = arena->next;
	arena->next += size;
	return taken;
}

void *
arena_take(struct arena *arena, size_t size)
{
	CHECK(size <= SIZE_MAX / 4);
	size = size ? (size + ALIGN - 1) & ~(size_t)(ALIGN - 1) : ALIGN;
	if (size > (size_t)(arena->end - arena->next))
		return take_slowly(arena, size);
	uint8_t *taken = arena->next;
	arena->next += size;
	return taken;
}

void *
arena_take_zeroed(struct arena *arena, size_t size)
{
	return memset(arena_take(arena, size), 0, size);
}

struct span
arena_copy(struct arena *arena, struct span bytes)
{
	char *copy = arena_take(arena, bytes.size);
	if (bytes.size > 0)
		memcpy(copy, bytes.at, bytes.size);
	return (struct span){ copy, bytes.size };
}

const char *
arena_copy_terminated(struct arena *arena, struct span text)
{
	char *copy = arena_take(arena, text.size + 1);
	if (text.size > 0)
		memcpy(copy, text.at, text.size);
	copy[text.size] = 0;
	return copy;
}

void *
arena_grow(struct arena *arena, void *items, uint32_t count, uint32_t *capacity, size_t item_size)
{
	enum { FIRST_CAPACITY = 16 };
	if (count < *capacity)
		return items;
	CHECK(*capacity <= UINT32_MAX / 4);
	*capacity   = *capacity == 0 ? FIRST_CAPACITY : *capacity * 2;
	void *wider = arena_take(arena, *capacity * item_size);
	if (count > 0)
		memcpy(wider, items, count * item_size);
	return wider;
}

static void
pieces_give(struct arena *arena, struct arena_piece *piece)
{
	while (piece) {
		struct arena_piece *older = piece->older;
		CHECK(arena->size_held >= piece->size);
		arena->size_held -= piece->size;
		arena->memory.give(arena->memory.owner, piece, piece->size);
		piece = older;
	}
}

/* What took several pieces this time gets one next time, so that an arena that serves
 * batch after batch asks the system for nothing more. */
void
arena_reset(struct arena *arena)
{
	if (!arena->newest)
		return;
	size_t size = arena->size_held < KEPT_SIZE_MAX ? arena->size_held : KEPT_SIZE_MAX;
	if (arena->newest->older || arena->newest->size > KEPT_SIZE_MAX) {
		pieces_give(arena, arena->newest);
		CHECK(arena->size_held == 0);
		arena->newest        = piece_take(arena, size);
		arena->newest->older = NULL;
	}
	piece_begin(arena, arena->newest);
}

void
arena_close(struct arena *arena)
{
	pieces_give(arena, arena->newest);
	CHECK(arena->size_held == 0);
	arena->newest = NULL;
	arena->next = arena->end = NULL;
}

void
pool_open(struct pool *pool, struct arena *arena)
{
	*pool = (struct pool){ .arena = arena };
}

/* The power of two that size is rounded up to, as its exponent. */
static unsigned
pool_class(size_t size)
{
	CHECK(size <= SIZE_MAX / 4);
	unsigned rank = POOL_CLASS_MIN;
	if (size > (size_t)1 << POOL_CLASS_MIN)
		rank = 64 - (unsigned)__builtin_clzll((unsigned long long)size - 1);
	CHECK(rank < POOL_CLASSES);
	return rank;
}

void *
pool_take(struct pool *pool, size_t size)
{
	unsigned rank  = pool_class(size);
	void    *piece = pool->free[rank];
	if (!piece)
		return arena_take(pool->arena, (size_t)1 << rank);
	memcpy(&pool->free[rank], piece, sizeof(void *));
	return piece;
}

void
pool_give(struct pool *pool, void *piece, size_t size)
{
	if (!piece)
		return;
	unsigned rank = pool_class(size);
	memcpy(piece, &pool->free[rank], sizeof(void *));
	pool->free[rank] = piece;
}

void *
pool_grow(struct pool *pool, void *piece, size_t size, size_t new_size)
{
	if (!piece)
		return pool_take(pool, new_size);
	if (pool_class(size) == pool_class(new_size))
		return piece;
	void *moved = pool_take(pool, new_size);
	memcpy(moved, piece, size < new_size ? size : new_size);
	pool_give(pool, piece, size);
	return moved;
}
