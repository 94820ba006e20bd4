/* licence_fixture.h - the shipped catalogue and books for a test, and questions about CD. */
#ifndef TALLY_TESTS_UNIT_LICENCE_LICENCE_FIXTURE_H
#define TALLY_TESTS_UNIT_LICENCE_LICENCE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/decimal.h"
#include "account.h"

static struct arena          program;
static struct arena          arena;
static const struct catalog *catalog;
static struct books         *books;

static inline int
group_begin(void **state)
{
	(void)state;
	arena_open(&program, system_memory());
	return yaml_catalog_read(embed_catalog(), &program, &catalog, NULL) ? -1 : 0;
}

static inline int
group_end(void **state)
{
	(void)state;
	arena_close(&program);
	return 0;
}

static inline int
test_begin(void **state)
{
	(void)state;
	arena_open(&arena, system_memory());
	books = books_open(catalog, system_memory());
	return 0;
}

static inline int
test_end(void **state)
{
	(void)state;
	books_close(books);
	arena_close(&arena);
	return 0;
}

static const struct account plain = { .gitops_service_based_licensing = false };

static inline struct licence_question
question(const struct fact *facts, uint32_t count, const struct account *account, int32_t hour)
{
	return (struct licence_question){
		.catalog = catalog,
		.module  = catalog_module_find(catalog, SPAN("CD")),
		.account = account,
		.book    = count ? facts_book(books, catalog, facts, count, &arena) : NULL,
		.at_hour = hour,
	};
}

#endif
