/* fuzz_decode.h - what must hold for every body, whatever its bytes.
 *
 * Two decoders read it three times, one of them without shapes: from the second time
 * on the other knows the shapes. They must agree on every word, and what they accept
 * must be JSON to json_read.h too. */
#ifndef TALLY_TESTS_FUZZ_DECODE_H
#define TALLY_TESTS_FUZZ_DECODE_H

#include "core/base/decimal.h"
#include "core/json/json_read.h"
#include "core/meter/decode_int.h"
#include "edge/sys/memory.h"

#include "../unit/meter/decode_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline bool
events_equal(const struct event *a, const struct event *b)
{
	bool equal = span_equal(a->raw, b->raw) && a->type == b->type &&
	             span_equal(a->type_name, b->type_name) && span_equal(a->id, b->id) &&
	             span_equal(a->source, b->source) && span_equal(a->account, b->account) &&
	             span_equal(a->subject, b->subject) && a->time.ns == b->time.ns &&
	             a->time_given == b->time_given && a->present == b->present &&
	             a->content == b->content && a->shape == b->shape &&
	             a->list_count == b->list_count && a->slots_count == b->slots_count;

	for (uint32_t k = 0; equal && a->type != NULL && k < a->type->fields_count; k++)
		equal = span_equal(a->field[k], b->field[k]) && a->number[k] == b->number[k];
	for (uint32_t i = 0; equal && i < a->list_count; i++)
		equal = span_equal(a->list[i], b->list[i]);
	for (uint32_t i = 0; equal && i < a->slots_count; i++)
		equal = a->slots[i].at == b->slots[i].at && a->slots[i].size == b->slots[i].size &&
		        a->slots[i].kind == b->slots[i].kind &&
		        a->slots[i].role == b->slots[i].role;
	return equal;
}

/* What every accepted event promises. */
static inline void
event_check(const struct event *event, struct arena *arena)
{
	struct json *root;
	uint32_t     at = 0;

	CHECK(json_parse(event->raw, arena, &root, NULL) == ERR_NONE);
	CHECK(event->id.size >= 1 && event->id.size <= LIMIT_ID_SIZE);
	CHECK(event->source.size >= 1 && event->source.size <= LIMIT_ID_SIZE);
	CHECK(event->account.size >= 1 && event->account.size <= LIMIT_ACCOUNT_SIZE);
	for (uint32_t i = 0; i < event->slots_count; i++) {
		CHECK(event->slots[i].at > at);
		at = event->slots[i].at + event->slots[i].size;
		CHECK(at < event->raw.size);
	}
	for (uint32_t k = 0; event->type != NULL && k < event->type->fields_count; k++)
		CHECK(event->number[k] >= 0 && event->number[k] < QUANTITY_END);
}

static inline void
fuzz_body(struct decoder *fast, struct decoder *strict, const struct decode_rules *rules,
          struct span body, enum event_format format, struct arena *arena)
{
	struct decode_cursor a, b;
	enum decode_verdict  verdict;

	decode_begin(&a, fast, rules, body, format);
	decode_begin(&b, strict, rules, body, format);
	do {
		struct event   event_a, event_b;
		struct refusal refusal_a = { 0 }, refusal_b = { 0 };
		verdict = decode_next(&a, arena, &event_a, &refusal_a);
		CHECK(verdict == decode_next(&b, arena, &event_b, &refusal_b));
		CHECK(a.at == b.at && a.index == b.index);
		if (verdict == DECODE_REFUSED)
			CHECK(memcmp(&refusal_a, &refusal_b, sizeof(refusal_a)) == 0 &&
			      refusal_a.detail[0] != '\0' && refusal_a.byte <= body.size);
		if (verdict != DECODE_EVENT)
			continue;
		CHECK(events_equal(&event_a, &event_b));
		event_check(&event_a, arena);
		CHECK(decode_stored(fast, event_a.raw, rules->now, arena, &event_b) == ERR_NONE);
		event_b.account = event_a.account;
		CHECK(events_equal(&event_a, &event_b));
	} while (verdict != DECODE_END);
}

/* As good as new: no input may depend on the one before. */
static inline void
decoder_forget(struct decoder *decoder)
{
	memset(decoder, 0, offsetof(struct decoder, nodes));
	decoder->catalog = &DECODE_CATALOG;
}

static inline void
fuzz_decode(struct span body, enum event_format format, struct span account, bool keep_unknown)
{
	static struct arena    arena;
	static struct decoder *fast, *strict;

	if (fast == NULL) {
		static struct arena program;
		arena_open(&program, system_memory());
		arena_open(&arena, system_memory());
		fast   = decoder_open(&program, &DECODE_CATALOG);
		strict = decoder_open(&program, &DECODE_CATALOG);
	}
	decoder_forget(fast);
	decoder_forget(strict);
	struct decode_rules rules = { .catalog        = &DECODE_CATALOG,
		                      .now            = { INT64_C(1795348800) * NS_PER_SECOND },
		                      .max_ahead      = { 300 * NS_PER_SECOND },
		                      .keep_unknown   = keep_unknown,
		                      .event_size_max = 4096,
		                      .events_max     = 64,
		                      .account        = account };

	strict->strict_only = true;
	for (int round = 0; round < 3; round++)
		fuzz_body(fast, strict, &rules, body, format, &arena);
	arena_reset(&arena);
}

#endif
