/* test_text.c - text that grows, in place or not, keeps every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/text.h"
#include "edge/sys/memory.h"

#define UNUSED(x) (void)(x)

static struct arena arena;

static int
arena_setup(void **state)
{
	UNUSED(state);
	arena_open(&arena, system_memory());
	return 0;
}

static int
arena_teardown(void **state)
{
	UNUSED(state);
	arena_close(&arena);
	return 0;
}

static void
test_numbers_are_written(void **state)
{
	UNUSED(state);
	static const int64_t values[] = { 0,   1,    -1,   9,         10,        -10,      99,
		                          100, 4711, -815, INT64_MAX, INT64_MIN, 123456789 };
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		char        wanted[80];
		struct text text;
		text_open(&text, &arena);
		text_add_int(&text, values[i]);
		text_add_char(&text, ' ');
		text_add_uint(&text, (uint64_t)values[i]);
		snprintf(wanted, sizeof(wanted), "%" PRId64 " %" PRIu64, values[i],
		         (uint64_t)values[i]);
		assert_true(span_equal(text_span(&text), span_of(wanted)));
	}
}

static void
test_an_empty_text_is_empty(void **state)
{
	UNUSED(state);
	struct text text;
	text_open(&text, &arena);
	assert_int_equal(text_span(&text).size, 0);
	text_add(&text, (struct span){ NULL, 0 });
	assert_int_equal(text_span(&text).size, 0);
	assert_non_null(text_reserve(&text, 0));
}

/* Two texts that grow by turns, in pieces of all sizes, and others between them. */
static void
test_texts_that_grow_by_turns_keep_their_bytes(void **state)
{
	UNUSED(state);
	enum { SIZE = 3 << 20 };
	struct text texts[2];
	uint64_t    seed  = 5;
	char       *bytes = malloc(SIZE + 5000);
	assert_non_null(bytes);
	for (size_t i = 0; i < SIZE + 5000; i++)
		bytes[i] = (char)(i * 31 + i / 251);
	text_open(&texts[0], &arena);
	text_open(&texts[1], &arena);
	while (texts[0].size < SIZE || texts[1].size < SIZE) {
		seed              = seed * UINT64_C(6364136223846793005) + 1;
		struct text *text = &texts[seed >> 63];
		size_t       size = (seed >> 33) % ((seed >> 60) % 4 == 0 ? 5000 : 40);
		if (text->size >= SIZE)
			continue;
		text_add(text, (struct span){ bytes + text->size, size });
		if (size == 7)
			memset(arena_take(&arena, 100), 0xee, 100);
	}
	for (int i = 0; i < 2; i++)
		assert_memory_equal(texts[i].at, bytes, texts[i].size);
	free(bytes);
}

static void
test_the_last_text_grows_where_it_stands(void **state)
{
	UNUSED(state);
	struct text text;
	text_open(&text, &arena);
	text_add_char(&text, 'a');
	const char *first = text.at;
	for (int i = 0; i < 30000; i++)
		text_add_char(&text, 'b');
	assert_ptr_equal(text.at, first);
	/* What is taken afterwards lies behind it. */
	char *behind = arena_take(&arena, 16);
	memset(behind, 'c', 16);
	assert_true(behind >= text.at + text.capacity);
	while (text.size < text.capacity + 1 && text.at == first)
		text_add_char(&text, 'd');
	assert_ptr_not_equal(text.at, first);
	for (int i = 0; i < 16; i++)
		assert_true(behind[i] == 'c');
	assert_true(text.at[0] == 'a' && text.at[30000] == 'b');
}

static void
test_reserved_room_can_be_written(void **state)
{
	UNUSED(state);
	struct text text;
	text_open(&text, &arena);
	text_add(&text, SPAN("ab"));
	char *room = text_reserve(&text, 100000);
	memset(room, 'c', 100000);
	text.size += 100000;
	text_add_char(&text, 'd');
	assert_int_equal(text.size, 100003);
	assert_true(text.at[1] == 'b' && text.at[2] == 'c' && text.at[100002] == 'd');
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_numbers_are_written),
		TEST(test_an_empty_text_is_empty),
		TEST(test_texts_that_grow_by_turns_keep_their_bytes),
		TEST(test_the_last_text_grows_where_it_stands),
		TEST(test_reserved_room_can_be_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
