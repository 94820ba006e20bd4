/* flex_fixture.h - the shipped catalogue, events in the words of the specification, contracts
 * as their files, and what a month says. */
#ifndef TALLY_TESTS_UNIT_FLEX_FLEX_FIXTURE_H
#define TALLY_TESTS_UNIT_FLEX_FLEX_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/flex/pool.h"
#include "core/meter/decode.h"
#include "edge/doc/embed.h"
#include "edge/doc/yaml_catalog.h"
#include "edge/sys/memory.h"

static struct arena          program;
static struct arena          arena;
static const struct catalog *catalog;
static struct books         *books;
static struct decoder       *decoder;
static uint64_t              ordinal;

enum { VERSIONS_MAX = 16 };
static struct contract_version versions[VERSIONS_MAX];
static uint32_t                versions_count;

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
	books          = books_open(catalog, system_memory());
	decoder        = decoder_open(&arena, catalog);
	ordinal        = 0;
	versions_count = 0;
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

/* Count one event of acme; data is the inside of its object. */
static inline void
happened(const char *type, const char *subject, const char *time, const char *data)
{
	static const char   form[] = "{\"id\":\"e%llu\",\"source\":\"t\",\"type\":\"%s\","
				     "\"account\":\"acme\",\"subject\":\"%s\",\"time\":\"%s\","
				     "\"data\":{%s}}";
	char                text[1024];
	struct event       *event = arena_take_zeroed(&arena, sizeof(*event));
	const struct event *one   = event;
	struct instant      now   = { 0 };
	int size = snprintf(text, sizeof(text), form, (unsigned long long)ordinal, type, subject,
	                    time, data);
	struct span raw = arena_copy(&arena, (struct span){ text, (size_t)size });

	assert_int_equal(decode_stored(decoder, raw, now, &arena, event), ERR_NONE);
	assert_non_null(event->type);
	books_apply(books, &one, 1, ordinal++, NULL);
}

/* Put a contract, or a version of one. */
static inline void
contracted(const char *json)
{
	struct refusal           refusal = { .err = ERR_NONE };
	struct contract_version *version = &versions[versions_count];

	assert_true(versions_count < VERSIONS_MAX);
	if (contract_parse(span_of(json), catalog, &arena, &version->contract, &refusal))
		fail_msg("%s: %s", json, refusal.detail);
	version->recorded.ns = ++versions_count;
}

#define FLEX(start, end, flex)                                                                     \
	"{\"id\":\"f\",\"model\":\"FLEX\",\"plan\":\"ENTERPRISE\",\"kind\":\"PAID\",\"start\":"    \
	"\"" start "\",\"end\":\"" end "\",\"flex\":{" flex "}}"

static inline int32_t
hour_at(const char *time)
{
	int32_t hour;

	assert_int_equal(hour_parse(span_of(time), &hour, NULL), ERR_NONE);
	return hour;
}

static inline struct flex_question
asked_at(const char *time)
{
	return (struct flex_question){
		.catalog        = catalog,
		.versions       = versions,
		.versions_count = versions_count,
		.known          = { INT64_MAX },
		.book           = book_of(books, SPAN("acme"), false),
		.at_hour        = hour_at(time),
	};
}

/* The month of the hour, up to its end. */
static inline struct flex_statement
statement_at(const char *time)
{
	struct flex_question  question = asked_at(time);
	struct flex_statement statement;

	assert_int_equal(flex_statement(&question, &arena, &statement, NULL), ERR_NONE);
	return statement;
}

/* The line of a metric; fails when there is none. */
static inline struct flex_line
line_of(const struct flex_statement *statement, const char *metric)
{
	for (uint32_t i = 0; i < statement->month.lines_count; i++) {
		if (span_equal(statement->month.lines[i].rate->metric, span_of(metric)))
			return statement->month.lines[i];
	}
	fail_msg("no line of %s", metric);
	return (struct flex_line){ .rate = NULL };
}

static inline void
assert_decimal(int64_t millionths, const char *expected)
{
	char   text[DECIMAL_SIZE + 1];
	size_t size = decimal_format(millionths, text);

	text[size] = '\0';
	assert_string_equal(text, expected);
}

static inline int64_t
decimal(const char *text)
{
	int64_t millionths;

	assert_int_equal(decimal_parse(span_of(text), &millionths), ERR_NONE);
	return millionths;
}

#endif
