/* decode_fixture.h - a decoder with usual rules, and short ways to ask it. */
#ifndef TALLY_TESTS_DECODE_FIXTURE_H
#define TALLY_TESTS_DECODE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/decimal.h"
#include "core/base/text.h"
#include "core/meter/decode_int.h"
#include "decode_catalog.h"
#include "edge/sys/memory.h"

/* "HEAD" stands for the attributes that do not matter in a row. */
#define HEAD "\"specversion\":\"1.0\",\"id\":\"i\",\"source\":\"s\",\"account\":\"acme\""
#define CD "{" HEAD ",\"type\":\"cd.instances\",\"subject\":\"svc\""
#define GOOD CD ",\"data\":{\"instances\":5}}"

/* 2026-11-22T12:00:00Z */
#define NOW_NS (INT64_C(1795348800) * NS_PER_SECOND)

static struct arena         arena;
static struct decoder      *decoder;
static struct decode_rules  rules;
static struct event         event;
static struct refusal       refusal;
static struct decode_cursor cursor;

static inline int
decode_setup(void **state)
{
	(void)state;
	arena_open(&arena, system_memory());
	decoder = decoder_open(&arena, &DECODE_CATALOG);
	rules   = (struct decode_rules){ .catalog        = &DECODE_CATALOG,
		                         .now            = { NOW_NS },
		                         .max_ahead      = { 300 * NS_PER_SECOND },
		                         .event_size_max = 1 << 20,
		                         .events_max     = 100000 };
	return 0;
}

static inline int
decode_teardown(void **state)
{
	(void)state;
	arena_close(&arena);
	return 0;
}

static inline enum decode_verdict
decode_more(void)
{
	refusal = (struct refusal){ 0 };
	return decode_next(&cursor, &arena, &event, &refusal);
}

static inline enum decode_verdict
decode_first(struct span body, enum event_format format)
{
	decode_begin(&cursor, decoder, &rules, body, format);
	return decode_more();
}

static inline void
assert_span(struct span span, const char *text)
{
	assert_int_equal(span.size, strlen(text));
	if (span.size > 0)
		assert_memory_equal(span.at, text, span.size);
}

static inline size_t
place_of(struct span text, const char *needle)
{
	for (size_t i = 0; i + strlen(needle) <= text.size; i++) {
		if (memcmp(text.at + i, needle, strlen(needle)) == 0)
			return i;
	}
	fail_msg("%s does not stand in the text", needle);
	return 0;
}

static inline struct span
joined(struct span a, struct span b, struct span c)
{
	char *text = arena_take(&arena, a.size + b.size + c.size);
	memcpy(text, a.at, a.size);
	memcpy(text + a.size, b.at, b.size);
	memcpy(text + a.size + b.size, c.at, c.size);
	return (struct span){ text, a.size + b.size + c.size };
}

#endif
