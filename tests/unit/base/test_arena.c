/* test_arena.c - memory by lifetime: aligned, apart, given back, bounded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/arena.h"
#include "edge/sys/memory.h"

#define UNUSED(x) (void)(x)

/* With the sanitizer too, malloc shall say no rather than stop the process itself. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

/* Memory that counts what is out. */
struct counted {
	size_t pieces;
	size_t size;
	size_t takes;
};

static void *
counted_take(void *owner, size_t size)
{
	struct counted *counted = owner;
	counted->pieces++;
	counted->takes++;
	counted->size += size;
	void *piece = malloc(size);
	assert_non_null(piece);
	memset(piece, 0xa5, size);
	return piece;
}

static void
counted_give(void *owner, void *piece, size_t size)
{
	struct counted *counted = owner;
	assert_true(counted->pieces > 0);
	counted->pieces--;
	counted->size -= size;
	memset(piece, 0x5a, size);
	free(piece);
}

static struct memory
counted_memory(struct counted *counted)
{
	*counted = (struct counted){ 0 };
	return (struct memory){ counted_take, counted_give, counted };
}

static uint64_t
random_next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 33;
}

enum { PIECES = 2000 };

static void
test_what_is_taken_stays_apart_and_aligned(void **state)
{
	UNUSED(state);
	struct counted counted;
	struct arena   arena;
	uint8_t       *pieces[PIECES];
	size_t         sizes[PIECES];
	uint64_t       seed = 1;
	arena_open(&arena, counted_memory(&counted));
	for (int i = 0; i < PIECES; i++) {
		sizes[i]  = random_next(&seed) % (i % 100 == 0 ? 3000000 : 300);
		pieces[i] = arena_take(&arena, sizes[i]);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % 16, 0);
		memset(pieces[i], i & 0xff, sizes[i]);
	}
	for (int i = 0; i < PIECES; i++)
		for (size_t at = 0; at < sizes[i]; at++)
			assert_true(pieces[i][at] == (i & 0xff));
	assert_int_equal(arena.size_held, counted.size);
	arena_close(&arena);
	assert_int_equal(counted.pieces, 0);
	assert_int_equal(counted.size, 0);
	assert_int_equal(arena.size_held, 0);
}

static void
test_pieces_grow_from_64_kib_to_16_mib(void **state)
{
	UNUSED(state);
	struct counted counted;
	struct arena   arena;
	arena_open(&arena, counted_memory(&counted));
	assert_int_equal(counted.takes, 0);
	arena_take(&arena, 1);
	assert_int_equal(arena.size_held, 64 << 10);
	size_t taken = 0;
	for (; taken < (size_t)64 << 20; taken += 4096)
		arena_take(&arena, 4096);
	/* 64 KiB doubled up to 16 MiB, then one every 16 MiB. */
	assert_in_range(counted.takes, 10, 13);
	assert_true(arena.size_held < taken + ((size_t)33 << 20));
	arena_close(&arena);
	assert_int_equal(counted.pieces, 0);
}

static void
test_a_large_piece_leaves_the_room_in_use(void **state)
{
	UNUSED(state);
	struct counted counted;
	struct arena   arena;
	arena_open(&arena, counted_memory(&counted));
	uint8_t *before = arena_take(&arena, 16);
	uint8_t *large  = arena_take(&arena, 5 << 20);
	uint8_t *after  = arena_take(&arena, 16);
	memset(large, 0, 5 << 20);
	assert_ptr_equal(after, before + 16);
	assert_int_equal(counted.takes, 2);
	size_t held = arena.size_held;
	arena_reset(&arena);
	assert_int_equal(counted.pieces, 1);
	assert_int_equal(arena.size_held, held);
	arena_close(&arena);
	assert_int_equal(counted.pieces, 0);
}

static void
test_reset_keeps_one_piece_of_that_size(void **state)
{
	UNUSED(state);
	struct counted counted;
	struct arena   arena;
	arena_open(&arena, counted_memory(&counted));
	arena_reset(&arena);
	assert_int_equal(arena.size_held, 0);
	for (int i = 0; i < 1000; i++)
		arena_take(&arena, 1000);
	assert_true(counted.pieces > 1);
	arena_reset(&arena);
	assert_int_equal(counted.pieces, 1);
	assert_int_equal(arena.size_held, counted.size);
	size_t takes = counted.takes;
	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < 100; i++)
			memset(arena_take(&arena, 1000), 1, 1000);
		arena_reset(&arena);
	}
	assert_int_equal(counted.takes, takes);
	arena_close(&arena);
	arena_close(&arena);
	assert_int_equal(counted.pieces, 0);
	/* A closed arena is as good as an opened one. */
	assert_non_null(arena_take(&arena, 10));
	arena_close(&arena);
	assert_int_equal(counted.pieces, 0);
}

static void
test_zeroed_and_copied(void **state)
{
	UNUSED(state);
	struct counted counted;
	struct arena   arena;
	arena_open(&arena, counted_memory(&counted));
	const uint8_t *zeroed = arena_take_zeroed(&arena, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(zeroed[i], 0);
	char        source[] = "copied";
	struct span copy     = arena_copy(&arena, (struct span){ source, 6 });
	source[0]            = 'x';
	assert_true(span_equal(copy, SPAN("copied")));
	copy = arena_copy(&arena, (struct span){ NULL, 0 });
	assert_int_equal(copy.size, 0);
	assert_non_null(arena_take(&arena, 0));
	assert_ptr_not_equal(arena_take(&arena, 0), arena_take(&arena, 0));
	arena_close(&arena);
}

static void
test_a_list_grows_and_keeps_its_items(void **state)
{
	enum { ITEMS = 1000 };
	struct counted counted;
	struct arena   arena;
	uint32_t      *items    = NULL;
	uint32_t       capacity = 0;
	uint32_t       moves    = 0;

	UNUSED(state);
	arena_open(&arena, counted_memory(&counted));
	for (uint32_t i = 0; i < ITEMS; i++) {
		uint32_t *was = items;
		items         = arena_grow(&arena, items, i, &capacity, sizeof(*items));
		moves += items != was;
		assert_true(capacity > i);
		items[i] = i;
	}
	for (uint32_t i = 0; i < ITEMS; i++)
		assert_int_equal(items[i], i);
	assert_true(moves < 10);
	assert_string_equal(arena_copy_terminated(&arena, (struct span){ "abc", 2 }), "ab");
	assert_string_equal(arena_copy_terminated(&arena, (struct span){ 0 }), "");
	arena_close(&arena);
}

static void
test_a_pool_reuses_what_came_back(void **state)
{
	UNUSED(state);
	struct counted counted;
	struct arena   arena;
	struct pool    pool;
	arena_open(&arena, counted_memory(&counted));
	pool_open(&pool, &arena);
	void *a = pool_take(&pool, 100);
	void *b = pool_take(&pool, 128);
	assert_ptr_not_equal(a, b);
	pool_give(&pool, a, 100);
	pool_give(&pool, b, 128);
	/* 65 to 128 bytes are one class; the last given is the first taken. */
	assert_ptr_equal(pool_take(&pool, 65), b);
	assert_ptr_equal(pool_take(&pool, 127), a);
	assert_ptr_not_equal(pool_take(&pool, 128), a);
	pool_give(&pool, NULL, 5000);
	void *small = pool_take(&pool, 0);
	pool_give(&pool, small, 0);
	assert_ptr_equal(pool_take(&pool, 16), small);
	assert_ptr_not_equal(pool_take(&pool, 17), small);
	arena_close(&arena);
	assert_int_equal(counted.pieces, 0);
}

static void
test_a_pool_piece_grows_with_its_bytes(void **state)
{
	UNUSED(state);
	struct counted counted;
	struct arena   arena;
	struct pool    pool;
	arena_open(&arena, counted_memory(&counted));
	pool_open(&pool, &arena);
	uint8_t *piece = NULL;
	size_t   size  = 0;
	for (size_t next = 1; next < 100000; next += next / 3 + 1) {
		piece = pool_grow(&pool, piece, size, next);
		for (size_t i = 0; i < size; i++)
			assert_true(piece[i] == (uint8_t)(i * 7));
		for (size_t i = size; i < next; i++)
			piece[i] = (uint8_t)(i * 7);
		size = next;
	}
	piece = pool_grow(&pool, piece, size, 50);
	for (size_t i = 0; i < 50; i++)
		assert_true(piece[i] == (uint8_t)(i * 7));
	assert_ptr_equal(pool_grow(&pool, piece, 50, 64), piece);
	assert_ptr_not_equal(pool_grow(&pool, piece, 64, 65), piece);
	arena_close(&arena);
}

/* A pool that takes and gives forever in equal measure stops asking for more. */
static void
test_a_pool_in_use_stays_small(void **state)
{
	UNUSED(state);
	enum { HELD = 64 };
	struct counted counted;
	struct arena   arena;
	struct pool    pool;
	void          *pieces[HELD] = { 0 };
	size_t         sizes[HELD]  = { 0 };
	uint64_t       seed         = 9;
	arena_open(&arena, counted_memory(&counted));
	pool_open(&pool, &arena);
	for (int i = 0; i < 200000; i++) {
		size_t slot = random_next(&seed) % HELD;
		pool_give(&pool, pieces[slot], sizes[slot]);
		sizes[slot]  = 1 + random_next(&seed) % 2000;
		pieces[slot] = pool_take(&pool, sizes[slot]);
		memset(pieces[slot], (int)slot, sizes[slot]);
	}
	for (size_t slot = 0; slot < HELD; slot++)
		for (size_t at = 0; at < sizes[slot]; at++)
			assert_true(((uint8_t *)pieces[slot])[at] == slot);
	assert_true(arena.size_held < 1 << 20);
	arena_close(&arena);
}

static void
test_the_systems_memory(void **state)
{
	UNUSED(state);
	struct memory memory = system_memory();
	void         *piece  = memory.take(memory.owner, 1000);
	assert_non_null(piece);
	assert_int_equal((uintptr_t)piece % 16, 0);
	memset(piece, 1, 1000);
	memory.give(memory.owner, piece, 1000);
}

static void
test_no_memory_stops_the_process_with_a_reason(void **state)
{
	UNUSED(state);
	int  ends[2];
	char said[256] = { 0 };
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(ends[1], STDERR_FILENO);
		struct memory memory = system_memory();
		memory.take(memory.owner, SIZE_MAX / 4);
		_exit(0);
	}
	close(ends[1]);
	size_t  size = 0;
	ssize_t got;
	while ((got = read(ends[0], said + size, sizeof(said) - 1 - size)) > 0)
		size += (size_t)got;
	close(ends[0]);
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), MEMORY_EXIT_STATUS);
	assert_non_null(strstr(said, "tally: out of memory"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_taken_stays_apart_and_aligned),
		cmocka_unit_test(test_pieces_grow_from_64_kib_to_16_mib),
		cmocka_unit_test(test_a_large_piece_leaves_the_room_in_use),
		cmocka_unit_test(test_reset_keeps_one_piece_of_that_size),
		cmocka_unit_test(test_zeroed_and_copied),
		cmocka_unit_test(test_a_list_grows_and_keeps_its_items),
		cmocka_unit_test(test_a_pool_reuses_what_came_back),
		cmocka_unit_test(test_a_pool_piece_grows_with_its_bytes),
		cmocka_unit_test(test_a_pool_in_use_stays_small),
		cmocka_unit_test(test_the_systems_memory),
		cmocka_unit_test(test_no_memory_stops_the_process_with_a_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
