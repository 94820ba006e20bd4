/* test_demo_events.c - the made-up account is the same every time, and within its days. */
#define _GNU_SOURCE

#include "cli/demo_events.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/text.h"
#include "edge/sys/memory.h"

struct collected {
	struct arena   arena;
	struct text    text;
	struct instant until; /* of the batch before */
	uint32_t       batches;
	uint32_t       stop_after; /* batches; 0: never */
};

static enum err
collect(void *context, struct instant until, struct span lines)
{
	struct collected *collected = context;

	assert_true(until.ns > collected->until.ns);
	collected->until = until;
	text_add(&collected->text, lines);
	collected->batches++;
	return collected->batches == collected->stop_after ? ERR_STORE_FULL : ERR_NONE;
}

static enum err
collected_open(struct collected *collected, uint64_t seed, uint32_t days, uint32_t stop_after)
{
	struct demo_plan plan = { .days = days, .seed = seed };

	*collected = (struct collected){ .stop_after = stop_after };
	arena_open(&collected->arena, system_memory());
	text_open(&collected->text, &collected->arena);
	assert_int_equal(instant_parse(SPAN("2026-11-22T09:30:00Z"), &plan.now, NULL), ERR_NONE);
	return demo_events(&plan, &collected->arena, collect, collected);
}

static void
test_same_seed_same_bytes(void **state)
{
	struct collected a, b, other;

	(void)state;
	assert_int_equal(collected_open(&a, 7, 20, 0), ERR_NONE);
	assert_int_equal(collected_open(&b, 7, 20, 0), ERR_NONE);
	assert_int_equal(collected_open(&other, 8, 20, 0), ERR_NONE);
	assert_true(a.text.size > 1000000);
	assert_true(span_equal(text_span(&a.text), text_span(&b.text)));
	assert_false(span_equal(text_span(&a.text), text_span(&other.text)));
	arena_close(&a.arena);
	arena_close(&b.arena);
	arena_close(&other.arena);
}

/* The time of the line that starts at `at`; RFC 3339 texts of one form order as they are. */
static struct span
time_of(struct span text, size_t at)
{
	static const char key[] = "\"time\":\"";
	const char       *found = memmem(text.at + at, text.size - at, key, sizeof(key) - 1);
	assert_non_null(found);
	return (struct span){ found + sizeof(key) - 1, 20 };
}

/* The first moment of an event: of the days, or of the contract on Flex. */
static struct span
first_of(struct span text, size_t at)
{
	static const char flex[] = "\"account\":\"demo-flex\"";
	const char       *end    = memchr(text.at + at, '\n', text.size - at);

	assert_non_null(end);
	if (memmem(text.at + at, (size_t)(end - text.at) - at, flex, sizeof(flex) - 1))
		return SPAN("2026-01-21T00:00:00Z");
	return SPAN("2026-11-19T10:00:00Z");
}

static void
test_no_event_lies_outside_the_days(void **state)
{
	struct collected collected;
	uint32_t         lines = 0;

	(void)state;
	assert_int_equal(collected_open(&collected, 1, 3, 0), ERR_NONE);
	struct span text = text_span(&collected.text);
	for (size_t at = 0; at < text.size; lines++) {
		struct span time = time_of(text, at);
		assert_true(span_compare(time, first_of(text, at)) >= 0);
		assert_true(span_compare(time, SPAN("2026-11-22T09:30:00Z")) <= 0);
		const char *end = memchr(text.at + at, '\n', text.size - at);
		assert_non_null(end);
		at = (size_t)(end - text.at) + 1;
	}
	assert_true(lines > 1000);
	arena_close(&collected.arena);
}

static void
test_a_failed_batch_ends_it(void **state)
{
	struct collected collected;

	(void)state;
	assert_int_equal(collected_open(&collected, 1, 20, 2), ERR_STORE_FULL);
	assert_int_equal(collected.batches, 2);
	arena_close(&collected.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_seed_same_bytes),
		cmocka_unit_test(test_no_event_lies_outside_the_days),
		cmocka_unit_test(test_a_failed_batch_ends_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
