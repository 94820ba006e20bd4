/* test_csv_read.c - CSV by RFC 4180: what is read, and where what is refused stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/limit.h"
#include "core/base/text.h"
#include "edge/doc/csv_read.h"
#include "edge/sys/memory.h"

/* Cells as "a|b" with a line for each row, columns first. */
static struct span
shown(const struct sheet *sheet, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	for (uint32_t i = 0; i < sheet->columns_count; i++) {
		text_add(&text, i ? SPAN("|") : SPAN(""));
		text_add(&text, sheet->columns[i]);
	}
	for (uint32_t i = 0; i < sheet->rows_count; i++) {
		text_add(&text, SPAN("\n"));
		text_add_uint(&text, sheet->rows[i].line);
		text_add(&text, SPAN(":"));
		for (uint32_t j = 0; j < sheet->rows[i].cells_count; j++) {
			text_add(&text, j ? SPAN("|") : SPAN(""));
			text_add(&text, sheet->rows[i].cells[j]);
		}
	}
	text_add_char(&text, 0);
	return text_span(&text);
}

static void
test_A12_csv_is_read_as_rfc_4180_has_it(void **state)
{
	static const struct {
		const char *csv;
		const char *cells;
	} CASES[] = {
		{ "", "" },
		{ "\n\r\n\n", "" },
		{ "a,b", "a|b" },
		{ "a,b\n1,2\n", "a|b\n2:1|2" },
		{ "a,b\r\n1,2\r\n", "a|b\n2:1|2" },
		{ "a,b\n1,2", "a|b\n2:1|2" },
		{ "a,b\n1,2\n\n\r\n", "a|b\n2:1|2" },
		{ "a,b\n\n1,2\n", "a|b\n2:\n3:1|2" },
		{ "\xef\xbb\xbf"
		  "a,b\n1,2\n",
		  "a|b\n2:1|2" },
		{ "\xef\xbb\xbf"
		  "\"a\",b\n",
		  "a|b" },
		{ "a,b\n,\n", "a|b\n2:|" },
		{ "a\n\"x,y\"\n", "a\n2:x,y" },
		{ "a\n\"say \"\"hi\"\"\"\n", "a\n2:say \"hi\"" },
		{ "a\n\"\"\"\"\n", "a\n2:\"" },
		{ "a,b\n\"1\r\n2\",3\n4,5\n", "a|b\n2:1\r\n2|3\n4:4|5" },
		{ "a\n\"\"\n", "a\n2:" },
		{ "name\nZo\xc3\xab\n\xe6\x9d\x8e\n", "name\n2:Zo\xc3\xab\n3:\xe6\x9d\x8e" },
		{ "a,b\n1\n1,2,3\n", "a|b\n2:1\n3:1|2|3" },
		{ " a , b \n", " a | b " },
		{ "a\tb\n", "a\tb" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct arena     arena;
		struct sheet     sheet;
		struct csv_fault fault;
		arena_open(&arena, system_memory());
		enum err err = csv_read(span_of(CASES[i].csv), &arena, &sheet, &fault);
		if (err != ERR_NONE)
			fail_msg("%zu: %s at %llu", i, fault.why, (unsigned long long)fault.byte);
		assert_string_equal(shown(&sheet, &arena).at, CASES[i].cells);
		arena_close(&arena);
	}
}

static void
test_A12_broken_csv_is_refused_with_line_and_column(void **state)
{
	static const struct {
		struct span csv;
		uint64_t    line, column, byte;
		const char *why;
	} CASES[] = {
		{ { "a,b\n1,x\"y\n", 10 }, 2, 4, 7, "a quote inside a cell" },
		{ { "a,b\n\"1\"x,2\n", 11 }, 2, 4, 7, "text behind a closing quote" },
		{ { "a,b\n1,\"2\n3,4\n", 13 }, 2, 3, 6, "a quote that is never closed" },
		{ { "a\r1\r", 4 }, 1, 2, 1, "a CR without" },
		{ { "a\n\"x\ry\"\n", 8 }, 2, 3, 4, "a CR without" },
		{ { "a\nb\0c\n", 6 }, 2, 2, 3, "a NUL byte" },
		{ { "a\nb\033c\n", 6 }, 2, 2, 3, "a control character" },
		{ { "a\nb\177\n", 5 }, 2, 2, 3, "a control character" },
		{ { "name\nZo\xeb\n", 9 }, 2, 3, 7, "not UTF-8" },
		{ { "name\nZo\xc3\xab\xff\n", 11 }, 2, 4, 9, "not UTF-8" },
		{ { "name\n\xed\xa0\x80\n", 9 }, 2, 1, 5, "not UTF-8" },
		{ { "\xff\xfe"
		    "a\0",
		    4 },
		  1,
		  1,
		  0,
		  "UTF-16" },
		{ { "\xfe\xff\0a", 4 }, 1, 1, 0, "UTF-16" },
		{ { "\xef\xbb\xbf\"a\n", 6 }, 1, 1, 3, "never closed" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct arena     arena;
		struct sheet     sheet = { .rows_count = 77 };
		struct csv_fault fault;
		arena_open(&arena, system_memory());
		assert_int_equal(csv_read(CASES[i].csv, &arena, &sheet, &fault), ERR_LIST_SYNTAX);
		if (fault.line != CASES[i].line || fault.column != CASES[i].column ||
		    fault.byte != CASES[i].byte || !strstr(fault.why, CASES[i].why))
			fail_msg("%zu: line %llu column %llu byte %llu: %s", i,
			         (unsigned long long)fault.line, (unsigned long long)fault.column,
			         (unsigned long long)fault.byte, fault.why);
		assert_int_equal(sheet.rows_count, 77);
		arena_close(&arena);
	}
}

/* As many bytes as unit times count, then one more. */
static enum err
read_many(const char *unit, size_t count, struct sheet *sheet)
{
	size_t           size = strlen(unit);
	char            *at   = malloc(size * count);
	struct csv_fault fault;
	struct arena     arena;
	assert_non_null(at);
	arena_open(&arena, system_memory());
	for (size_t i = 0; i < count; i++)
		memcpy(at + i * size, unit, size);
	enum err err = csv_read((struct span){ at, size * count }, &arena, sheet, &fault);
	arena_close(&arena);
	free(at);
	return err;
}

static void
test_A12_lists_have_limits(void **state)
{
	struct sheet sheet = { 0 };
	(void)state;
	assert_int_equal(
		read_many("abcdefghijklmnopqrstuvwxyz\n", LIMIT_LIST_SIZE / 27 + 1, &sheet),
		ERR_LIST_TOO_LARGE);
	assert_int_equal(read_many("a\n", LIMIT_LIST_ROWS + 1, &sheet), ERR_NONE);
	assert_int_equal(sheet.rows_count, LIMIT_LIST_ROWS);
	assert_int_equal(read_many("a\n", LIMIT_LIST_ROWS + 2, &sheet), ERR_LIST_TOO_LARGE);
	assert_int_equal(read_many(",", LIMIT_LIST_COLUMNS - 1, &sheet), ERR_NONE);
	assert_int_equal(sheet.columns_count, LIMIT_LIST_COLUMNS);
	assert_int_equal(read_many(",", LIMIT_LIST_COLUMNS, &sheet), ERR_LIST_TOO_LARGE);
	assert_int_equal(
		read_many(",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,\n", LIMIT_LIST_CELLS / 32 + 1, &sheet),
		ERR_LIST_TOO_LARGE);
	/* Empty lines, many: each is passed over once. */
	assert_int_equal(read_many("\n", 40000000, &sheet), ERR_NONE);
	assert_int_equal(sheet.columns_count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_A12_csv_is_read_as_rfc_4180_has_it),
		cmocka_unit_test(test_A12_broken_csv_is_refused_with_line_and_column),
		cmocka_unit_test(test_A12_lists_have_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
