/* test_pdf.c - letters as PDF: deterministic, over many pages, whatever the texts. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "edge/doc/pdf.h"
#include "../arena_fixture.h"

#define S(literal)                                                                                 \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}

static const struct pdf_column COLUMNS[] = {
	{ S("What"), PDF_LEFT, 0 },
	{ S("Units"), PDF_DECIMAL, 80 },
	{ S("Amount"), PDF_DECIMAL, 90 },
};
static const struct pdf_fact FACTS[] = { { S("Number"), S("17") }, { S("Empty"), S("") } };
static const struct pdf_fact SUMS[]  = { { S("Total"), S("1,250.00 USD") } };

static struct span
write_rows(uint32_t count, struct span name)
{
	struct pdf_row *rows = ARENA_ARRAY(&arena, struct pdf_row, count);
	struct span     bytes;
	struct refusal  refusal = { .err = ERR_NONE };
	for (uint32_t i = 0; i < count; i++)
		rows[i] = (struct pdf_row){ { name, SPAN("4,511.612903"), SPAN("-3.75") } };
	struct pdf_table    table    = { S("Usage"), COLUMNS, 3, rows, count };
	struct pdf_document document = { .title        = SPAN("Invoice 17"),
		                         .sender       = SPAN("Seller\nRing 1"),
		                         .receiver     = name,
		                         .created      = { INT64_C(1775260800) * NS_PER_SECOND },
		                         .facts        = FACTS,
		                         .facts_count  = 2,
		                         .tables       = &table,
		                         .tables_count = 1,
		                         .sums_behind  = 1,
		                         .sums         = SUMS,
		                         .sums_count   = 1,
		                         .foot         = SPAN("Invoice 17") };
	assert_int_equal(pdf_write(&document, &arena, &bytes, &refusal), ERR_NONE);
	assert_true(bytes.size > 1000);
	assert_memory_equal(bytes.at, "%PDF-1.", 7);
	return bytes;
}

static uint32_t
pages_of(struct span pdf)
{
	const char *at    = memmem(pdf.at, pdf.size, "/Count ", 7);
	unsigned    pages = 0;
	assert_non_null(at);
	assert_int_equal(sscanf(at, "/Count %u", &pages), 1);
	return pages;
}

/* What would run over the number of the page and off its edge is not drawn. */
static void
test_F34_a_long_foot_stays_on_the_page(void **state)
{
	static char         text[2001];
	struct span         bytes[2];
	struct pdf_document document = { .title = SPAN("Letter") };
	struct refusal      refusal  = { .err = ERR_NONE };
	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < 2; i++) {
		document.foot = (struct span){ text, 2000 + i };
		assert_int_equal(pdf_write(&document, &arena, &bytes[i], &refusal), ERR_NONE);
	}
	assert_true(span_equal(bytes[0], bytes[1]));
}

static void
test_F34_the_same_letter_is_the_same_bytes(void **state)
{
	struct span one = write_rows(40, SPAN("Service"));
	struct span two = write_rows(40, SPAN("Service"));
	(void)state;
	assert_int_equal(one.size, two.size);
	assert_memory_equal(one.at, two.at, one.size);
	assert_non_null(memmem(one.at, one.size, "D:20260404", 10));
}

static void
test_F34_tables_go_on_over_pages(void **state)
{
	(void)state;
	assert_int_equal(pages_of(write_rows(1, SPAN("Service"))), 1);
	assert_int_equal(pages_of(write_rows(0, SPAN("Service"))), 1);
	assert_in_range(pages_of(write_rows(100, SPAN("Service"))), 3, 5);
}

/* A long name has many lines, and takes the room of them. */
static void
test_F34_long_names_are_wrapped(void **state)
{
	char word[512];
	(void)state;
	memset(word, 'w', sizeof(word));
	assert_true(pages_of(write_rows(20, (struct span){ word, sizeof(word) })) >
	            pages_of(write_rows(20, SPAN("w"))));
	memset(word, '\n', sizeof(word));
	assert_true(pages_of(write_rows(1, (struct span){ word, sizeof(word) })) >= 1);
	memset(word, ' ', sizeof(word));
	assert_true(pages_of(write_rows(1, (struct span){ word, sizeof(word) })) >= 1);
}

static void
test_F34_any_text_can_be_written(void **state)
{
	static const struct span names[] = {
		S(""),          S("Акме ООД „Тест“"), S("Ελληνικά"), S("日本語"),
		S("😀"),         S("a\tb\x01\x7f"),    S("\\()<>%"),  S("ÅÄÖ ñ €"),
		S("e\xcc\x81"),
	};
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)write_rows(2, names[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_F34_a_long_foot_stays_on_the_page),
		cmocka_unit_test(test_F34_the_same_letter_is_the_same_bytes),
		cmocka_unit_test(test_F34_tables_go_on_over_pages),
		cmocka_unit_test(test_F34_long_names_are_wrapped),
		cmocka_unit_test(test_F34_any_text_can_be_written),
	};
	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
