/* memory.c - malloc that stops the process with a reason rather than fail. */
#include "edge/sys/memory.h"

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

_Static_assert(alignof(max_align_t) >= 16, "malloc aligns as arenas need it");

static void *
system_take(void *owner, size_t size)
{
	(void)owner;
	void *piece = malloc(size);
	if (!piece) {
		fprintf(stderr, "tally: out of memory: %zu bytes cannot be had\n", size);
		_exit(MEMORY_EXIT_STATUS);
	}
	return piece;
}

static void
system_give(void *owner, void *piece, size_t size)
{
	(void)owner;
	(void)size;
	free(piece);
}

struct memory
system_memory(void)
{
	return (struct memory){ .take = system_take, .give = system_give };
}
