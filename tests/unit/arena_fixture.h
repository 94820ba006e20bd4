/* arena_fixture.h - one arena a test: open_arena and close_arena are setup and teardown. */
#ifndef TALLY_TESTS_UNIT_ARENA_FIXTURE_H
#define TALLY_TESTS_UNIT_ARENA_FIXTURE_H

#include "edge/sys/memory.h"

static struct arena arena;

static inline int
open_arena(void **state)
{
	(void)state;
	arena_open(&arena, system_memory());
	return 0;
}

static inline int
close_arena(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

#endif
