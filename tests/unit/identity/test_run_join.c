/* test_run_join.c - joined runs hold what their sources held, by a model that is a plain
 * list of all items. */
#include "core/identity/identity.h"
#include "edge/sys/memory.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { CANDIDATES_MAX = 64, RUNS = 4 };

/* A run with its pages, and the whole hashes that it was made of. */
struct made {
	struct arena      arena;
	struct run_header header;
	struct span      *page;
	uint64_t         *hash;
	uint32_t         *block;
	uint64_t          count;
};

static void
page_keep(void *context, uint32_t page, struct span bytes)
{
	struct made *made = context;
	if (page == 0)
		made->page = ARENA_ARRAY(&made->arena, struct span, (size_t)1 << 12);
	assert_true(page < 1 << 12);
	made->page[page] = arena_copy(&made->arena, bytes);
}

/* Every third hash repeats one of another run when that is possible. */
static void
made_build(struct made *made, uint64_t first, uint64_t count, uint32_t blocks, uint64_t seed)
{
	struct arena scratch;
	memset(made, 0, sizeof(*made));
	arena_open(&made->arena, system_memory());
	arena_open(&scratch, system_memory());
	made->count            = count;
	made->hash             = ARENA_ARRAY(&made->arena, uint64_t, count);
	made->block            = ARENA_ARRAY(&made->arena, uint32_t, count);
	struct run_item *items = ARENA_ARRAY(&scratch, struct run_item, count);
	for (uint64_t i = 0; i < count; i++) {
		made->hash[i]  = random_of(i % 3 == 0 ? i : seed + i);
		made->block[i] = (uint32_t)(i * blocks / count);
		items[i]       = (struct run_item){ made->hash[i], made->block[i] };
	}
	run_build(items, count, first, first + count, blocks, &scratch, &made->header, page_keep,
	          made);
	arena_close(&scratch);
}

static uint64_t
made_sum(const struct made *made)
{
	static struct run_item items[RUN_PAGE_ENTRIES_MAX];
	uint64_t               sum = 0, count = 0;
	for (uint32_t i = 0; i < 1u << made->header.page_bits; i++) {
		assert_int_equal(run_page_check(&made->header, i, made->page[i]), ERR_NONE);
		assert_int_not_equal(run_page_check(&made->header, i + 1, made->page[i]), ERR_NONE);
		uint32_t entries = run_page_items(&made->header, made->page[i], items);
		for (uint32_t k = 0; k < entries; k++)
			sum += run_item_sum(items[k]);
		count += entries;
	}
	assert_int_equal(count, made->count);
	return sum;
}

/* The model: every item is a candidate in its block, and the pages hold nothing else. */
static void
made_verify(const struct made *made)
{
	uint32_t found[CANDIDATES_MAX];
	uint64_t sum = 0;
	for (uint64_t i = 0; i < made->count; i++) {
		struct identity identity = { .low = 0, .high = made->hash[i] };
		uint32_t        page     = run_page_of(&made->header, identity);
		uint32_t        candidates =
			run_find(&made->header, made->page[page], identity, found, CANDIDATES_MAX);
		bool right = false;
		for (uint32_t k = 0; k < candidates; k++)
			right |= found[k] == made->block[i];
		assert_true(right);
		sum += run_item_sum((struct run_item){ run_hash(&made->header, made->hash[i]),
		                                       made->block[i] });
	}
	assert_true(sum == made_sum(made));
}

/* The items of all, with the joined run's blocks: two of a source's are one there. */
static void
model_join(const struct made *sources, const struct run_join *join, struct made *joined)
{
	uint64_t at = 0;
	for (uint32_t i = 0; i < RUNS; i++)
		joined->count += sources[i].count;
	joined->hash  = ARENA_ARRAY(&joined->arena, uint64_t, joined->count);
	joined->block = ARENA_ARRAY(&joined->arena, uint32_t, joined->count);
	for (uint32_t i = 0; i < RUNS; i++)
		for (uint64_t k = 0; k < sources[i].count; k++, at++) {
			joined->hash[at]  = sources[i].hash[k];
			joined->block[at] = join->sources[i].block[sources[i].block[k]];
		}
}

static void
unit_join(const struct made *sources, const struct run_join *join, uint32_t unit,
          struct made *joined)
{
	struct span  pages[4096];
	struct arena arena;
	uint32_t     count = 0, makes = run_join_makes(join);
	for (uint32_t i = 0; i < RUNS; i++) {
		uint32_t from, needs = run_join_needs(join, unit, i, &from);
		for (uint32_t k = 0; k < needs; k++)
			pages[count++] = sources[i].page[from + k];
	}
	arena_open(&arena, system_memory());
	struct span *bytes = ARENA_ARRAY(&arena, struct span, makes);
	assert_true(run_join_unit(join, unit, pages, &arena, bytes));
	for (uint32_t i = 0; i < makes; i++)
		page_keep(joined, unit * makes + i, bytes[i]);
	arena_close(&arena);
}

static void
made_join(const struct made sources[RUNS], struct made *joined)
{
	struct run_join join   = { .sources_count = RUNS };
	uint32_t        blocks = 0;
	memset(joined, 0, sizeof(*joined));
	arena_open(&joined->arena, system_memory());
	for (uint32_t i = 0; i < RUNS; i++) {
		uint32_t  theirs = sources[i].header.blocks;
		uint32_t *map    = ARENA_ARRAY(&joined->arena, uint32_t, theirs);
		for (uint32_t k = 0; k < theirs; k++)
			map[k] = blocks + k / 2;
		blocks += (theirs + 1) / 2;
		join.sources[i] = (struct run_source){ sources[i].header, map };
	}
	assert_true(run_join_open(&join, blocks));
	joined->header = join.header;
	model_join(sources, &join, joined);
	for (uint32_t unit = 0; unit < 1u << join.unit_bits; unit++)
		unit_join(sources, &join, unit, joined);
}

static void
join_and_verify(const uint64_t counts[RUNS], const uint32_t blocks[RUNS], uint64_t seed)
{
	struct made sources[RUNS], joined;
	uint64_t    first = 1000;
	uint32_t    known = 64;
	for (uint32_t i = 0; i < RUNS; i++) {
		made_build(&sources[i], first, counts[i], blocks[i], seed + (i << 28));
		first += counts[i];
		if (sources[i].header.known_bits < known)
			known = sources[i].header.known_bits;
	}
	made_join(sources, &joined);
	assert_int_equal(joined.header.first, 1000);
	assert_int_equal(joined.header.until, first);
	assert_int_equal(joined.header.known_bits, known);
	made_verify(&joined);
	for (uint32_t i = 0; i < RUNS; i++)
		arena_close(&sources[i].arena);
	arena_close(&joined.arena);
}

static void
test_E1_joined_runs_miss_none(void **state)
{
	(void)state;
	join_and_verify((uint64_t[]){ 300000, 300000, 300000, 300000 },
	                (uint32_t[]){ 64, 64, 64, 64 }, 1 << 20);
	join_and_verify((uint64_t[]){ 1, 1, 1, 1 }, (uint32_t[]){ 1, 1, 1, 1 }, 1 << 20);
}

static void
test_E1_runs_of_any_size_are_joined(void **state)
{
	(void)state;
	for (uint64_t round = 0; round < 60; round++) {
		uint64_t counts[RUNS];
		uint32_t blocks[RUNS];
		for (uint32_t i = 0; i < RUNS; i++) {
			uint64_t drawn = random_of(round * RUNS + i);
			counts[i]      = 1 + (drawn >> 20) % (UINT64_C(1) << drawn % 18);
			blocks[i]      = 1 + (uint32_t)((drawn >> 40) % counts[i]) % 4096;
		}
		join_and_verify(counts, blocks, (round + 1) << 32);
	}
}

/* Joined runs are joined again, over three levels. */
static void
test_E1_joined_runs_are_joined(void **state)
{
	struct made leaves[RUNS], level[RUNS], joined;
	uint64_t    first = 1000;
	(void)state;
	for (uint32_t i = 0; i < RUNS; i++) {
		for (uint32_t k = 0; k < RUNS; k++, first += 40000)
			made_build(&leaves[k], first, 40000, 8, first << 20);
		made_join(leaves, &level[i]);
		for (uint32_t k = 0; k < RUNS; k++)
			arena_close(&leaves[k].arena);
	}
	made_join(level, &joined);
	made_verify(&joined);
	assert_int_equal(joined.count, 640000);
	assert_true(joined.header.known_bits >= 42);
	for (uint32_t i = 0; i < RUNS; i++)
		arena_close(&level[i].arena);
	arena_close(&joined.arena);
}

static void
test_too_many_blocks_are_not_joined(void **state)
{
	struct run_join join = { .sources_count = 1 };
	(void)state;
	join.sources[0].header =
		(struct run_header){ .until = 1 << 24, .blocks = 1, .known_bits = 44 };
	assert_true(run_join_open(&join, RUN_BLOCKS_MAX));
	assert_false(run_join_open(&join, RUN_BLOCKS_MAX + 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_E1_joined_runs_miss_none),
		cmocka_unit_test(test_E1_runs_of_any_size_are_joined),
		cmocka_unit_test(test_E1_joined_runs_are_joined),
		cmocka_unit_test(test_too_many_blocks_are_not_joined),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
