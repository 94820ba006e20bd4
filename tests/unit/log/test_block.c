/* test_block.c - events come back to the byte; what is not a block is refused. */
#include "edge/log/block.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "cut_event.h"
#include "edge/sys/memory.h"
#include "odd_texts.h"

enum { TEXT_MAX = 4096 };

struct fixture {
	struct arena          arena; /* texts, blocks */
	struct block_builder *builder;
	struct span           raw[BLOCK_EVENTS_MAX];
	struct instant        received[BLOCK_EVENTS_MAX];
	uint32_t              count;
	uint64_t              seed;
	bool                  numbered; /* most events say the number of their shape */
};

static uint64_t
random_next(struct fixture *fixture)
{
	fixture->seed += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t z = fixture->seed;
	z          = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z          = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint32_t
random_below(struct fixture *fixture, uint32_t end)
{
	return (uint32_t)(random_next(fixture) % end);
}

static int
fixture_open(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	arena_open(&fixture->arena, system_memory());
	fixture->builder = block_builder_open(system_memory());
	fixture->seed    = 1;
	*state           = fixture;
	return 0;
}

static int
fixture_close(void **state)
{
	struct fixture *fixture = *state;
	block_builder_close(fixture->builder);
	arena_close(&fixture->arena);
	free(fixture);
	return 0;
}

static void
event_put(struct fixture *fixture, struct span raw, int64_t received_ns)
{
	struct cut_event cut;
	assert_true(fixture->count < BLOCK_EVENTS_MAX);
	raw = arena_copy(&fixture->arena, raw);
	cut_event_of(&cut, raw);
	cut.event.time = (struct instant){ received_ns - 5 };
	if (fixture->numbered && random_below(fixture, 4) > 0)
		cut.event.shape_number = cut.event.shape;
	block_add(fixture->builder, &cut.event, (struct instant){ received_ns });
	fixture->raw[fixture->count]        = raw;
	fixture->received[fixture->count++] = (struct instant){ received_ns };
}

__attribute__((format(printf, 2, 3))) static void
event_add(struct fixture *fixture, const char *format, ...)
{
	char    text[TEXT_MAX];
	va_list arguments;
	va_start(arguments, format);
	int size = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	assert_in_range(size, 0, TEXT_MAX - 1);
	event_put(fixture, (struct span){ text, (size_t)size }, 1000 + fixture->count / 3);
}

/* The text of the slot with this role, found the plain way. */
static struct span
slot_expected(struct span raw, enum slot_role role)
{
	struct cut_event cut;
	cut_event_of(&cut, raw);
	for (uint32_t i = 0; i < cut.event.slots_count; i++)
		if (cut.slots[i].role == role)
			return (struct span){ raw.at + cut.slots[i].at, cut.slots[i].size };
	return SPAN("");
}

static void
summary_verify(const struct block_summary *a, const struct block_summary *b)
{
	assert_int_equal(a->first, b->first);
	assert_int_equal(a->count, b->count);
	assert_int_equal(a->time_min.ns, b->time_min.ns);
	assert_int_equal(a->time_max.ns, b->time_max.ns);
	assert_int_equal(a->received_min.ns, b->received_min.ns);
	assert_int_equal(a->received_max.ns, b->received_max.ns);
	assert_int_equal(a->chain_before, b->chain_before);
	assert_int_equal(a->chain_after, b->chain_after);
}

static void
block_verify(struct fixture *fixture, struct span bytes, const struct block_summary *summary,
             bool whole_shapes)
{
	struct arena         arena;
	struct block        *block;
	struct block_summary again;
	arena_open(&arena, system_memory());
	assert_int_equal(block_summarize(bytes, &again), ERR_NONE);
	summary_verify(&again, summary);
	assert_int_equal(block_open(bytes, &arena, &block), ERR_NONE);
	summary_verify(block_summary_of(block), summary);
	assert_int_equal(again.count, fixture->count);

	for (uint32_t i = 0; i < fixture->count; i++) {
		struct span id = block_slot(block, i, SLOT_ID, &arena);
		struct span raw;
		if (whole_shapes)
			assert_true(span_equal(id, slot_expected(fixture->raw[i], SLOT_ID)));
		raw = block_raw(block, i, &arena);
		assert_int_equal(raw.size, fixture->raw[i].size);
		assert_memory_equal(raw.at, fixture->raw[i].at, raw.size);
		assert_int_equal(block_received(block, i).ns, fixture->received[i].ns);
	}
	arena_close(&arena);
}

static struct span
block_round(struct fixture *fixture, int level, bool whole_shapes)
{
	struct block_summary summary;
	assert_int_equal(block_count(fixture->builder), fixture->count);
	struct span bytes =
		block_finish(fixture->builder, 77, 99, level, &fixture->arena, &summary);
	assert_int_equal(summary.first, 77);
	assert_int_equal(summary.chain_before, 99);
	assert_int_equal(block_count(fixture->builder), 0);
	block_verify(fixture, bytes, &summary, whole_shapes);
	fixture->count = 0;
	return bytes;
}

static void
uuid_random(struct fixture *fixture, char out[37])
{
	uint64_t a = random_next(fixture);
	uint64_t b = random_next(fixture);
	snprintf(out, 37, "%08x-%04x-4%03x-a%03x-%012" PRIx64, (unsigned)(a >> 32),
	         (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff), (unsigned)(b >> 48 & 0xfff),
	         b & UINT64_C(0xffffffffffff));
}

static void
usage_add(struct fixture *fixture)
{
	char     id[37];
	uint32_t service = random_below(fixture, 10000);
	uuid_random(fixture, id);
	event_add(fixture,
	          "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/cluster/%04u\","
	          "\"type\":\"cd.instances\",\"account\":\"acct-%04u\",\"subject\":\"svc-%05u\","
	          "\"time\":\"2026-06-01T%02u:%02u:22.%03uZ\",\"data\":{\"org\":\"default\","
	          "\"project\":\"p-%03u\",\"environment\":\"%s\",\"instances\":%u}}",
	          id, service % 128, service % 50, service, fixture->count / 3600 % 24,
	          fixture->count / 60 % 60, random_below(fixture, 1000), service % 100,
	          service % 3 ? "prod" : "dev", random_below(fixture, 40));
}

static void
test_usage_events_come_back_and_are_small(void **state)
{
	struct fixture *fixture = *state;
	for (unsigned i = 0; i < 16384; i++)
		usage_add(fixture);
	assert_true(block_round(fixture, 1, true).size < 16384 * 32);
}

static void
test_each_count_from_one_up(void **state)
{
	struct fixture *fixture = *state;
	for (unsigned count = 1; count < 100; count++) {
		for (unsigned i = 0; i < count; i++)
			usage_add(fixture);
		block_round(fixture, 1, true);
	}
	for (unsigned i = 0; i < BLOCK_EVENTS_MAX; i++)
		usage_add(fixture);
	block_round(fixture, 3, true);
}

/* Reports of a few hours: the moment tells who reports, so the time is the key. */
static void
test_a_time_can_be_the_key(void **state)
{
	struct fixture *fixture = *state;
	for (unsigned i = 0; i < 2400; i++) {
		unsigned thing = i / 3;
		event_add(fixture,
		          "{\"id\":\"e-%u\",\"time\":\"2026-11-22T%02u:%02u:%02uZ\",\"n\":\"x%u\"}",
		          i, thing / 400, thing / 10 % 60, thing % 10, thing % 90 * 1000003);
	}
	block_round(fixture, 1, true);
}

/* A key of each kind, and columns that it settles, nearly settles and does not. */
static void
test_what_follows_from_another_slot_comes_back(void **state)
{
	static const char *const keys[]  = { "svc-%05u", "%u", "service %u of many, by name" };
	struct fixture          *fixture = *state;
	for (unsigned round = 0; round < 90; round++) {
		unsigned things = 2 + random_below(fixture, round % 2 ? 40 : 1500);
		unsigned events = 1 + random_below(fixture, 4000);
		unsigned factor = round % 5 ? 1 : 97;
		for (unsigned i = 0; i < events; i++) {
			char     key[100];
			unsigned thing = random_below(fixture, things);
			_Pragma("GCC diagnostic push")
				_Pragma("GCC diagnostic ignored \"-Wformat-nonliteral\"")
					snprintf(key, sizeof(key), keys[round % 3], thing * factor);
			_Pragma("GCC diagnostic pop") event_add(
				fixture,
				"{\"source\":\"/c/%u\",\"id\":\"%s\",\"n\":%u,\"t\":\"text %u\","
				"\"near\":\"%u\",\"free\":%u}",
				thing % 7, key, thing * 3, thing / 2,
				i == events / 2 ? 9 : thing % 9, random_below(fixture, 50));
		}
		block_round(fixture, 1, true);
	}
}

static void
test_each_odd_text_alone_and_with_each_other(void **state)
{
	struct fixture *fixture = *state;
	for (unsigned a = 0; a < ODD_TEXTS; a++)
		for (unsigned b = 0; b < ODD_TEXTS; b++)
			for (unsigned i = 0; i < 4; i++) {
				event_add(fixture, "{\"id\":\"%s\"}", odd_texts[i < 2 ? a : b]);
				if (i == 3)
					block_round(fixture, 1, true);
			}
}

static void
test_one_text_out_of_form_among_many(void **state)
{
	struct fixture *fixture = *state;
	for (unsigned a = 0; a < ODD_TEXTS; a++) {
		unsigned odd = random_below(fixture, 300);
		for (unsigned i = 0; i < 300; i++)
			event_add(fixture, "{\"id\":\"%s\",\"n\":%u,\"t\":\"%s%u\",\"u\":\"%s\"}",
			          i == odd ? odd_texts[a] : odd_texts[30], i,
			          i == odd ? odd_texts[a] : "svc-", i,
			          i == odd ? odd_texts[a] : "2026-06-01T00:00:00.123Z");
		block_round(fixture, 1, true);
	}
}

static void
random_slot_text(struct fixture *fixture, char *out, unsigned kind)
{
	char id[37];
	switch (kind % 8) {
	case 0:
		snprintf(out, 200, "%s", odd_texts[random_below(fixture, ODD_TEXTS)]);
		return;
	case 1:
		snprintf(out, 200, "%" PRId64, (int64_t)random_next(fixture) >> 5);
		return;
	case 2:
		snprintf(out, 200, "e%u", random_below(fixture, 100000));
		return;
	case 3:
		snprintf(out, 200, "svc-%05u", random_below(fixture, 100000));
		return;
	case 4:
		snprintf(out, 200, "20%02u-%02u-%02uT%02u:59:00.%06uZ", random_below(fixture, 100),
		         1 + random_below(fixture, 12), 1 + random_below(fixture, 28),
		         random_below(fixture, 24), random_below(fixture, 1000000));
		return;
	case 5:
		uuid_random(fixture, id);
		snprintf(out, 200, "%s", id);
		return;
	case 6:
		snprintf(out, 200, "value %u of few", random_below(fixture, 300));
		return;
	default:
		snprintf(out, 200, "%.*s", (int)random_below(fixture, 100),
		         "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrst"
		         "uvwxyzabcdefghijklmnopqrstuvwxyz");
	}
}

static void
random_event_add(struct fixture *fixture, unsigned shapes)
{
	char     text[TEXT_MAX];
	char     value[200];
	unsigned shape = random_below(fixture, shapes);
	unsigned slots = shape % 7;
	int      size  = snprintf(text, sizeof(text), "{\"shape%u\":null", shape);
	for (unsigned i = 0; i < slots; i++) {
		random_slot_text(fixture, value, shape + i * 3);
		size += snprintf(text + size, sizeof(text) - (size_t)size, ",\"%s\":\"%s\"",
		                 i == 1 ? "id" : "other", value);
	}
	size += snprintf(text + size, sizeof(text) - (size_t)size, "}");
	event_put(fixture, (struct span){ text, (size_t)size },
	          (int64_t)random_next(fixture) >> random_below(fixture, 60));
}

static void
test_random_events_of_many_shapes_come_back(void **state)
{
	struct fixture *fixture = *state;
	for (unsigned round = 0; round < 60; round++) {
		unsigned shapes = round % 4 == 0 ? 1000 : 1 + round % 20;
		unsigned count  = 1 + random_below(fixture, 3000);
		for (unsigned i = 0; i < count; i++)
			random_event_add(fixture, shapes);
		block_round(fixture, 1 + (int)round % 3, shapes < 255);
	}
}

/* Now and then there are so many shapes that the builder forgets them all. */
static void
test_numbered_shapes_come_back(void **state)
{
	struct fixture *fixture = *state;
	fixture->numbered       = true;
	test_random_events_of_many_shapes_come_back(state);
}

static void
test_as_many_slots_as_can_be_and_one_more(void **state)
{
	struct fixture *fixture = *state;
	for (unsigned i = 0; i < 200; i++) {
		char text[TEXT_MAX];
		int  size = snprintf(text, sizeof(text), "{\"a\":1");
		for (unsigned j = 1; j < EVENT_SLOTS_MAX + i % 2; j++)
			size += snprintf(text + size, sizeof(text) - (size_t)size, ",\"k%u\":%u", j,
			                 i * j);
		event_put(fixture, (struct span){ text, (size_t)size }, i);
	}
	block_round(fixture, 1, true);
}

static void
test_huge_texts_come_back(void **state)
{
	struct fixture *fixture = *state;
	enum { HUGE = 1 << 20 };
	char *text = malloc(HUGE);
	for (unsigned i = 0; i < 20; i++) {
		memset(text, 'a' + (int)i, HUGE);
		for (unsigned j = 0; i % 2 && j < HUGE; j += 7)
			text[j] = (char)('a' + random_below(fixture, 26));
		memcpy(text, "{\"id\":\"", 7);
		memcpy(text + HUGE - 2, "\"}", 2);
		event_put(fixture, (struct span){ text, HUGE - 0 }, i);
		event_add(fixture, "{\"id\":\"small %u\"}", i);
	}
	free(text);
	block_round(fixture, 1, true);
}

static void
test_equal_keys_with_other_literals_are_kept_apart(void **state)
{
	struct fixture          *fixture = *state;
	static const char *const texts[] = { "{\"a\":1}", "{\"b\":1}", "{\"a\":1 }", "[\"a\":1]" };
	for (unsigned i = 0; i < 40; i++) {
		struct cut_event cut;
		struct span      raw = span_of(texts[i % 4]);
		cut_event_of(&cut, raw);
		cut.event.shape = 5;
		block_add(fixture->builder, &cut.event, (struct instant){ 1 });
		fixture->raw[fixture->count]        = raw;
		fixture->received[fixture->count++] = (struct instant){ 1 };
	}
	block_round(fixture, 1, true);
}

static void
test_the_chain_is_the_same_however_events_are_cut(void **state)
{
	struct fixture      *fixture = *state;
	struct block_summary one;
	struct block_summary part;
	uint64_t             chain = 0;
	for (unsigned i = 0; i < 1000; i++)
		usage_add(fixture);
	block_finish(fixture->builder, 0, 0, 3, &fixture->arena, &one);

	for (uint32_t at = 0; at < 1000;) {
		uint32_t size = 1 + random_below(fixture, 100);
		for (uint32_t end = at + size; at < end && at < 1000; at++) {
			struct cut_event cut;
			cut_event_of(&cut, fixture->raw[at]);
			block_add(fixture->builder, &cut.event, fixture->received[at]);
		}
		block_finish(fixture->builder, 0, chain, 1, &fixture->arena, &part);
		assert_int_equal(part.chain_before, chain);
		chain = part.chain_after;
	}
	assert_int_equal(chain, one.chain_after);
	assert_int_not_equal(chain, 0);
}

static void
test_same_events_same_bytes(void **state)
{
	struct fixture      *fixture = *state;
	struct block_summary summary;
	struct span          bytes[2];
	for (unsigned round = 0; round < 2; round++) {
		fixture->seed  = 7;
		fixture->count = 0;
		for (unsigned i = 0; i < 500; i++)
			random_event_add(fixture, 9);
		bytes[round] = block_finish(fixture->builder, 5, 6, 1, &fixture->arena, &summary);
	}
	assert_true(span_equal(bytes[0], bytes[1]));
}

/* The events of the fixture, by block_add one by one or by block_add_all in pieces. */
static struct span
block_of_fixture(struct fixture *fixture, bool together)
{
	struct block_summary summary;
	struct cut_event    *cuts   = calloc(fixture->count, sizeof(*cuts));
	const struct event **events = calloc(fixture->count, sizeof(struct event *));
	assert_non_null(cuts);
	assert_non_null(events);
	for (uint32_t i = 0; i < fixture->count; i++) {
		cut_event_of(&cuts[i], fixture->raw[i]);
		events[i] = &cuts[i].event;
		if (!together)
			block_add(fixture->builder, events[i], (struct instant){ 1 });
	}
	for (uint32_t at = 0, size = 0; together && at < fixture->count; at += size) {
		size = random_below(fixture, 300);
		if (size > fixture->count - at)
			size = fixture->count - at;
		block_add_all(fixture->builder, events + at, size, (struct instant){ 1 });
	}
	struct span bytes = block_finish(fixture->builder, 5, 6, 1, &fixture->arena, &summary);
	free(events);
	free(cuts);
	return bytes;
}

static void
test_added_together_or_one_by_one_is_the_same(void **state)
{
	struct fixture      *fixture = *state;
	struct block_summary summary;
	for (unsigned i = 0; i < 3000; i++) {
		random_event_add(fixture, 9);
		usage_add(fixture);
	}
	block_finish(fixture->builder, 0, 0, 1, &fixture->arena, &summary);
	struct span alone    = block_of_fixture(fixture, false);
	struct span together = block_of_fixture(fixture, true);
	assert_true(span_equal(alone, together));
}

static void
refused(struct span bytes)
{
	struct arena         arena;
	struct block        *block = NULL;
	struct block_summary summary;
	arena_open(&arena, system_memory());
	assert_int_not_equal(block_summarize(bytes, &summary), ERR_NONE);
	assert_int_not_equal(block_open(bytes, &arena, &block), ERR_NONE);
	assert_null(block);
	arena_close(&arena);
}

static void
test_every_flipped_bit_and_truncation_is_refused(void **state)
{
	struct fixture      *fixture = *state;
	struct block_summary summary;
	for (unsigned i = 0; i < 30; i++)
		usage_add(fixture);
	struct span bytes = block_finish(fixture->builder, 1, 2, 1, &fixture->arena, &summary);
	char       *copy  = malloc(bytes.size);
	assert_non_null(copy);
	memcpy(copy, bytes.at, bytes.size);
	for (size_t bit = 0; bit < bytes.size * 8; bit++) {
		copy[bit / 8] = (char)(copy[bit / 8] ^ 1 << bit % 8);
		refused((struct span){ copy, bytes.size });
		copy[bit / 8] = bytes.at[bit / 8];
	}
	free(copy);
	for (size_t size = 0; size < bytes.size; size++)
		refused((struct span){ bytes.at, size });
}

static void
test_a_later_version_is_told_from_damage(void **state)
{
	struct fixture      *fixture = *state;
	struct block_summary summary;
	usage_add(fixture);
	struct span bytes = block_finish(fixture->builder, 1, 2, 1, &fixture->arena, &summary);
	((char *)bytes.at)[4]++;
	assert_int_equal(block_summarize(bytes, &summary), ERR_STORE_NEWER);
	((char *)bytes.at)[4] = 0;
	assert_int_equal(block_summarize(bytes, &summary), ERR_STORE_DAMAGED);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
	const struct CMUnitTest tests[] = {
		CASE(test_usage_events_come_back_and_are_small),
		CASE(test_each_count_from_one_up),
		CASE(test_each_odd_text_alone_and_with_each_other),
		CASE(test_one_text_out_of_form_among_many),
		CASE(test_a_time_can_be_the_key),
		CASE(test_what_follows_from_another_slot_comes_back),
		CASE(test_random_events_of_many_shapes_come_back),
		CASE(test_numbered_shapes_come_back),
		CASE(test_as_many_slots_as_can_be_and_one_more),
		CASE(test_huge_texts_come_back),
		CASE(test_equal_keys_with_other_literals_are_kept_apart),
		CASE(test_the_chain_is_the_same_however_events_are_cut),
		CASE(test_same_events_same_bytes),
		CASE(test_added_together_or_one_by_one_is_the_same),
		CASE(test_every_flipped_bit_and_truncation_is_refused),
		CASE(test_a_later_version_is_told_from_damage),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
