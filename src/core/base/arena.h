/* arena.h - memory by lifetime: taken piece by piece, given back at once.
 *
 * Pure. The bytes come from a struct memory that the caller brings (edge/sys has
 * the real one). Lifetimes have names: program, batch, request, scratch. */
#ifndef TALLY_CORE_BASE_ARENA_H
#define TALLY_CORE_BASE_ARENA_H

#include <stdint.h>

#include "core/base/span.h"

/* Where large pieces come from. take returns 16-aligned bytes of unspecified
 * content; it stops the process with a reason rather than return NULL. */
struct memory {
	void *(*take)(void *owner, size_t size);
	void (*give)(void *owner, void *piece, size_t size);
	void *owner;
};

struct arena_piece;

struct arena {
	struct memory       memory;
	struct arena_piece *newest;
	uint8_t            *next;
	uint8_t            *end;
	size_t              size_held; /* bytes taken from memory, for limits and metrics */
};

void arena_open(struct arena *arena, struct memory memory);
/* 16-aligned, unspecified content, lives until reset or close. size 0 is allowed. */
void *arena_take(struct arena *arena, size_t size);
void *arena_take_zeroed(struct arena *arena, size_t size);
/* A copy of bytes that lives as long as the arena. */
struct span arena_copy(struct arena *arena, struct span bytes);
/* The same with a zero behind it, for libraries and the system. */
const char *arena_copy_terminated(struct arena *arena, struct span text);
/* Room for one item more than count: items, or a wider copy of them, with *capacity set. */
void *arena_grow(struct arena *arena, void *items, uint32_t count, uint32_t *capacity,
                 size_t item_size);
/* Everything is free again; one piece as large as all of them together (64 MiB at most)
 * is kept for reuse. */
void arena_reset(struct arena *arena);
void arena_close(struct arena *arena);

#define ARENA_ARRAY(arena, type, count) ((type *)arena_take((arena), sizeof(type) * (count)))

/* A pool hands out pieces that grow and come back: sizes are rounded up to a
 * power of two and given pieces are reused. It lives in an arena. */
enum { POOL_CLASSES = 40 };

struct pool {
	struct arena *arena;
	void         *free[POOL_CLASSES];
};

void  pool_open(struct pool *pool, struct arena *arena);
void *pool_take(struct pool *pool, size_t size);
void  pool_give(struct pool *pool, void *piece, size_t size);
/* Move piece to new_size, keeping min(size, new_size) bytes. piece may be NULL. */
void *pool_grow(struct pool *pool, void *piece, size_t size, size_t new_size);

#endif
