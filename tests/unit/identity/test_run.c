/* test_run.c - sealed identities: none is ever missed, few are guessed wrongly. */
#include "core/identity/identity.h"
#include "edge/sys/memory.h"
#include "random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

enum { PAGES_MAX = 1024, CANDIDATES_MAX = 8 };

struct pages {
	struct arena arena;
	struct span  page[PAGES_MAX];
	uint32_t     count;
	uint64_t     size;
};

static struct identity
identity_number(uint64_t number)
{
	return (struct identity){ random_of(2 * number), random_of(2 * number + 1) };
}

static void
page_keep(void *context, uint32_t page, struct span bytes)
{
	struct pages *pages = context;
	assert_int_equal(page, pages->count);
	assert_true(pages->count < PAGES_MAX);
	assert_true(bytes.size <= 65536);
	pages->page[pages->count++] = arena_copy(&pages->arena, bytes);
	pages->size += bytes.size;
}

/* Items count to 2 * count - 1 are in no run. */
static void
pages_build(struct pages *pages, uint64_t count, uint32_t blocks, struct run_header *header)
{
	struct run_item *items = malloc((count + 1) * sizeof(*items));
	struct arena     scratch;
	assert_non_null(items);
	for (uint64_t i = 0; i < count; i++)
		items[i] = (struct run_item){ identity_number(i).high,
			                      (uint32_t)(i * blocks / count) };

	memset(pages, 0, sizeof(*pages));
	arena_open(&pages->arena, system_memory());
	arena_open(&scratch, system_memory());
	run_build(items, count, 1000, 1000 + count, blocks, &scratch, header, page_keep, pages);
	assert_int_equal(pages->count, 1u << header->page_bits);
	assert_int_equal(header->first, 1000);
	assert_int_equal(header->until, 1000 + count);
	arena_close(&scratch);
	free(items);
}

static uint32_t
pages_ask(const struct pages *pages, const struct run_header *header, uint64_t number,
          uint32_t blocks[CANDIDATES_MAX])
{
	struct identity identity = identity_number(number);
	struct span     page     = pages->page[run_page_of(header, identity)];
	return run_find(header, page, identity, blocks, CANDIDATES_MAX);
}

static void
pages_verify(uint64_t count, uint32_t blocks)
{
	struct pages     *pages = malloc(sizeof(*pages));
	struct run_header header;
	uint32_t          found[CANDIDATES_MAX];
	uint64_t          wrong = 0;
	assert_non_null(pages);
	pages_build(pages, count, blocks, &header);
	for (uint32_t i = 0; i < pages->count; i++)
		assert_int_equal(run_page_check(&header, i, pages->page[i]), ERR_NONE);

	for (uint64_t i = 0; i < count; i++) {
		uint32_t candidates = pages_ask(pages, &header, i, found);
		bool     right      = false;
		for (uint32_t j = 0; j < candidates; j++)
			right |= found[j] == i * blocks / count;
		assert_true(right);
	}
	for (uint64_t i = count; i < 2 * count; i++)
		wrong += pages_ask(pages, &header, i, found);

	/* Of 2^known_bits hashes count are taken. */
	uint64_t expected = header.known_bits >= 64 ? 0 : count * count >> header.known_bits;
	assert_true(header.known_bits >= 42);
	assert_true(wrong <= 3 * expected + 3);
	uint64_t entry = blocks > 256 || count < 100000 ? 6 : 4;
	assert_true(pages->size <= count * (10 * entry + 3) / 10 + 18 * (uint64_t)pages->count);
	arena_close(&pages->arena);
	free(pages);
}

static void
test_E1_two_million_identities_none_is_missed(void **state)
{
	(void)state;
	pages_verify(2000000, 4096);
	pages_verify(2000000, 128);
}

static void
test_small_runs_are_whole(void **state)
{
	(void)state;
	for (uint64_t count = 1; count < 70; count++)
		pages_verify(count, 1);
	pages_verify(14800, 7);
	pages_verify(14801, 7);
	pages_verify(15883, 7);
	pages_verify(31000, 4096);
}

static void
test_an_empty_run_knows_nothing(void **state)
{
	(void)state;
	struct pages     *pages = malloc(sizeof(*pages));
	struct run_header header;
	uint32_t          found[CANDIDATES_MAX];
	pages_build(pages, 0, 0, &header);
	assert_int_equal(run_page_check(&header, 0, pages->page[0]), ERR_NONE);
	for (uint64_t i = 0; i < 100; i++)
		assert_int_equal(pages_ask(pages, &header, i, found), 0);
	arena_close(&pages->arena);
	free(pages);
}

static void
test_damaged_pages_are_refused(void **state)
{
	(void)state;
	struct pages     *pages = malloc(sizeof(*pages));
	struct run_header header;
	pages_build(pages, 300, 3, &header);
	struct span page = pages->page[0];
	char       *copy = malloc(page.size);
	for (size_t bit = 0; bit < page.size * 8; bit++) {
		memcpy(copy, page.at, page.size);
		copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
		assert_int_equal(run_page_check(&header, 0, (struct span){ copy, page.size }),
		                 ERR_STORE_DAMAGED);
	}
	for (size_t size = 0; size < page.size; size++) {
		memcpy(copy, page.at, page.size);
		assert_int_equal(run_page_check(&header, 0, (struct span){ copy, size }),
		                 ERR_STORE_DAMAGED);
	}
	header.first++;
	assert_int_equal(run_page_check(&header, 0, page), ERR_STORE_DAMAGED);
	free(copy);
	arena_close(&pages->arena);
	free(pages);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_E1_two_million_identities_none_is_missed),
		cmocka_unit_test(test_small_runs_are_whole),
		cmocka_unit_test(test_an_empty_run_knows_nothing),
		cmocka_unit_test(test_damaged_pages_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
