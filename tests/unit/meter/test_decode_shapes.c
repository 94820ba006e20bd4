/* test_decode_shapes.c - the fast path gives what the strict parser gives, always.
 *
 * A generator writes events of many shapes, good ones and bad ones, and mutates
 * their bytes; two decoders read each, one of them without shapes. Seeds are fixed. */
#include "core/json/json_read.h"
#include "decode_fixture.h"
#include "decode_generate.h"

static struct decoder *strict;

static void
assert_spans(struct span a, struct span b)
{
	assert_int_equal(a.size, b.size);
	if (a.size > 0)
		assert_memory_equal(a.at, b.at, a.size);
}

static void
assert_events(const struct event *a, const struct event *b)
{
	assert_ptr_equal(a->raw.at, b->raw.at);
	assert_spans(a->raw, b->raw);
	assert_ptr_equal(a->type, b->type);
	assert_spans(a->type_name, b->type_name);
	assert_spans(a->id, b->id);
	assert_spans(a->source, b->source);
	assert_spans(a->account, b->account);
	assert_spans(a->subject, b->subject);
	assert_true(a->time.ns == b->time.ns);
	assert_int_equal(a->time_given, b->time_given);
	assert_int_equal(a->present, b->present);
	for (uint32_t k = 0; a->type != NULL && k < a->type->fields_count; k++) {
		assert_spans(a->field[k], b->field[k]);
		assert_true(a->number[k] == b->number[k]);
	}
	assert_int_equal(a->list_count, b->list_count);
	for (uint32_t i = 0; i < a->list_count; i++)
		assert_spans(a->list[i], b->list[i]);
	assert_true(a->content == b->content);
	assert_true(a->shape == b->shape);
	assert_int_equal(a->slots_count, b->slots_count);
	for (uint32_t i = 0; i < a->slots_count; i++) {
		assert_int_equal(a->slots[i].at, b->slots[i].at);
		assert_int_equal(a->slots[i].size, b->slots[i].size);
		assert_int_equal(a->slots[i].kind, b->slots[i].kind);
		assert_int_equal(a->slots[i].role, b->slots[i].role);
	}
}

static void
assert_refusals(const struct refusal *a, const struct refusal *b)
{
	assert_int_equal(a->err, b->err);
	assert_true(a->index == b->index);
	assert_true(a->byte == b->byte);
	assert_string_equal(a->field, b->field);
	assert_string_equal(a->detail, b->detail);
}

/* Slots rise, are of their kind, and with the text between them make the raw text;
 * equal shapes have equal text between. */
static void
check_slots(const struct event *e)
{
	size_t at = 0;

	assert_int_equal(e->shape == 0, e->slots_count == 0);
	for (uint32_t i = 0; i < e->slots_count; i++) {
		const struct slot *slot = &e->slots[i];
		assert_true(slot->at >= at);
		assert_true(slot->at + slot->size < e->raw.size);
		char before = e->raw.at[slot->at - 1];
		char after  = e->raw.at[slot->at + slot->size];
		if (slot->kind == SLOT_STRING)
			assert_true(before == '"' && after == '"');
		else
			assert_true(json_is_digit(e->raw.at[slot->at + slot->size - 1]));
		at = slot->at + slot->size;
	}
}

/* The text outside the slots, a mark for each slot. */
static struct span
literal_of(const struct event *e)
{
	struct text text;
	size_t      at = 0;

	text_open(&text, &arena);
	for (uint32_t i = 0; i < e->slots_count; i++) {
		text_add(&text, (struct span){ e->raw.at + at, e->slots[i].at - at });
		text_add_char(&text, e->slots[i].kind == SLOT_STRING ? '\1' : '\2');
		at = e->slots[i].at + e->slots[i].size;
	}
	text_add(&text, (struct span){ e->raw.at + at, e->raw.size - at });
	return text_span(&text);
}

enum { LITERALS = 4096 };
static struct literal {
	uint64_t    shape;
	struct span text;
} literals[LITERALS];

static void
check_literal(const struct event *e)
{
	if (e->shape == 0)
		return;
	struct span     text  = literal_of(e);
	struct literal *known = &literals[e->shape % LITERALS];
	if (known->shape == e->shape)
		assert_spans(known->text, text);
	*known = (struct literal){ e->shape, text };
}

/* Both decoders over one body; they must agree to its end. */
static uint32_t
compare_bodies(struct span body, enum event_format format)
{
	struct decode_cursor fast_cursor, strict_cursor;
	enum decode_verdict  verdict;
	uint32_t             events = 0;

	decode_begin(&fast_cursor, decoder, &rules, body, format);
	decode_begin(&strict_cursor, strict, &rules, body, format);
	do {
		struct event   a, b;
		struct refusal refusal_a = { 0 }, refusal_b = { 0 };
		verdict = decode_next(&fast_cursor, &arena, &a, &refusal_a);
		assert_int_equal(verdict, decode_next(&strict_cursor, &arena, &b, &refusal_b));
		assert_int_equal(fast_cursor.at, strict_cursor.at);
		assert_true(fast_cursor.index == strict_cursor.index);
		if (verdict == DECODE_REFUSED)
			assert_refusals(&refusal_a, &refusal_b);
		if (verdict != DECODE_EVENT)
			continue;
		events++;
		assert_events(&a, &b);
		check_slots(&a);
		check_literal(&a);
	} while (verdict != DECODE_END);
	return events;
}

static void
compare_stored(struct span raw)
{
	struct event   a, b;
	struct instant received = { 7 };
	enum err       err      = decode_stored(decoder, raw, received, &arena, &a);

	assert_int_equal(err, decode_stored(strict, raw, received, &arena, &b));
	if (err != ERR_NONE)
		return;
	assert_events(&a, &b);
	check_slots(&a);
}

static int
shapes_setup(void **state)
{
	decode_setup(state);
	strict              = decoder_open(&arena, &DECODE_CATALOG);
	strict->strict_only = true;
	memset(literals, 0, sizeof(literals));
	return 0;
}

static void
run_seed(uint64_t seed, uint32_t bodies, uint32_t mutations)
{
	uint32_t events = 0;

	state_of_chance = seed;
	for (uint32_t n = 0; n < bodies; n++) {
		struct text lines, array;
		text_open(&lines, &arena);
		text_open(&array, &arena);
		rules.keep_unknown = chance(2) == 0;
		rules.account      = chance(3) == 0 ? SPAN("acme") : SPAN("");
		for (uint32_t i = 0; i < 20; i++) {
			struct span one = generate(&arena);
			if (chance(100) < mutations)
				one = mutate(one, &arena);
			compare_stored(one);
			compare_bodies(one, FORMAT_EVENT);
			text_add(&lines, one);
			put(&lines, chance(20) == 0 ? "\r\n" : "\n");
			put(&array, i == 0 ? "[" : ",");
			text_add(&array, one);
		}
		put(&array, "]");
		events += compare_bodies(text_span(&lines), FORMAT_NDJSON);
		compare_bodies(text_span(&array), FORMAT_BATCH);
	}
	if (mutations == 0)
		assert_true(events > bodies * 3);
}

static void
test_fast_path_equals_strict_path_on_good_events(void **state)
{
	(void)state;
	run_seed(4711, 150, 0);
	assert_true(decoder->hits > 500);
	assert_int_equal(strict->hits, 0);
	assert_int_equal(decoder->shapes_count, SHAPES_MAX);
}

static void
test_fast_path_equals_strict_path_on_mutated_events(void **state)
{
	(void)state;
	run_seed(1234567, 150, 50);
	assert_true(decoder->hits > 100);
}

/* One event, every byte of it changed to every interesting byte, behind a decoder
 * that knows the event's shape. */
static void
test_fast_path_equals_strict_path_at_every_byte(void **state)
{
	static const char event_text[] =
		"{\"specversion\":\"1.0\",\"id\":\"e-1\",\"source\":\"s\",\"type\":\"ci.build\","
		"\"account\":\"acme\",\"subject\":\"h2o\",\"time\":\"2026-04-01T00:19:12.5Z\","
		"\"data\":{\"minutes\":12.5,\"hosted\":true,\"os\":\"linux\",\"x\":[1,\"b\",null]}"
		"}";
	static const char bytes[] = "\"\\{}[],:0-.eE\n\r \x80\xff\x1f"
				    "a9Z";
	(void)state;
	struct span good = arena_copy(&arena, span_of(event_text));
	char       *text = arena_take(&arena, good.size);
	for (int i = 0; i < 3; i++)
		assert_int_equal(compare_bodies(good, FORMAT_NDJSON), 1);
	assert_true(decoder->hits > 0);
	for (size_t at = 0; at < good.size; at++) {
		for (size_t i = 0; i < sizeof(bytes); i++) {
			memcpy(text, good.at, good.size);
			text[at] = bytes[i];
			compare_bodies((struct span){ text, good.size }, FORMAT_NDJSON);
			compare_bodies((struct span){ text, good.size }, FORMAT_EVENT);
		}
		compare_bodies((struct span){ text, at }, FORMAT_NDJSON);
	}
}

static void
test_more_slots_than_48_make_no_shape(void **state)
{
	(void)state;
	for (uint32_t count = 40; count < 60; count++) {
		struct text text;
		text_open(&text, &arena);
		put(&text, "{\"id\":\"i\",\"source\":\"s\",\"type\":\"test.execution\","
		           "\"account\":\"a\",\"subject\":\"x\",\"data\":{\"l\":{\"m\":[");
		for (uint32_t i = 0; i < count; i++) {
			put(&text, i ? "," : "");
			text_add_uint(&text, i);
		}
		put(&text, "]}}}");
		for (int pass = 0; pass < 4; pass++)
			assert_int_equal(compare_bodies(text_span(&text), FORMAT_NDJSON), 1);
		assert_int_equal(decode_first(text_span(&text), FORMAT_NDJSON), DECODE_EVENT);
		assert_int_equal(event.slots_count, count + 4 <= EVENT_SLOTS_MAX ? count + 4 : 0);
	}
}

/* A producer that makes up keys leaves the shapes of the others alone, and many
 * shapes in turn cost no more than they must. */
static void
test_shapes_made_up_once_push_nobody_out(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 2000; n++) {
		struct text text;
		text_open(&text, &arena);
		put(&text, "{\"id\":\"i\",\"source\":\"s\",\"type\":\"test.execution\","
		           "\"account\":\"a\",\"subject\":\"x\",\"data\":{\"k");
		text_add_uint(&text, n % 2 ? n : 0);
		put(&text, "\":1}}");
		assert_int_equal(compare_bodies(text_span(&text), FORMAT_NDJSON), 1);
	}
	assert_int_equal(decoder->shapes_count, 1);
	assert_int_equal(decoder->hits, 998);
}

/* More shapes than places, in turn, so that each is forgotten and learnt anew. */
static void
test_a_shape_number_is_never_given_to_another_shape(void **state)
{
	enum { SHAPES = SHAPES_MAX + 8, ROUNDS = 5 };
	uint32_t shape_of[SHAPES * ROUNDS + 1] = { 0 }; /* by the number's lower half */
	uint32_t numbered                      = 0;
	(void)state;
	decoder_number(decoder, 7);
	for (uint32_t n = 0; n < SHAPES * ROUNDS * 3; n++) {
		uint32_t    shape = n / 3 % SHAPES;
		struct text text;
		text_open(&text, &arena);
		put(&text, "{\"id\":\"i\",\"source\":\"s\",\"type\":\"test.execution\","
		           "\"account\":\"a\",\"subject\":\"x\",\"data\":{\"k");
		text_add_uint(&text, shape);
		put(&text, "\":1}}");
		assert_int_equal(decode_first(text_span(&text), FORMAT_NDJSON), DECODE_EVENT);
		if (event.shape_number == 0)
			continue;
		uint32_t low = (uint32_t)event.shape_number;
		assert_int_equal(event.shape_number >> 32, 7);
		assert_in_range(low, 1, SHAPES * ROUNDS);
		assert_true(shape_of[low] == 0 || shape_of[low] == shape + 1);
		shape_of[low] = shape + 1;
		numbered++;
	}
	assert_in_range(numbered, SHAPES * ROUNDS, SHAPES * ROUNDS * 2);
	assert_int_equal(decoder->shapes_count, SHAPES_MAX);
	assert_true(decoder->learnt > SHAPES_MAX * 2);
}

static const struct row {
	const char *name;
	enum err    err;
	struct span text;
} JSON_ROWS[] = {
#define ERR_JSON_NONE ERR_NONE
#define JSON_ACCEPT(name, text) { #name, ERR_NONE, { text, sizeof(text) - 1 } },
#define JSON_REJECT(name, error, byte, text)                                                       \
	{ #name, ERR_JSON_##error, { text, sizeof(text) - 1 } },
#define JSON_DECIDED(name, error, byte, text, why)                                                 \
	{ #name, ERR_JSON_##error, { text, sizeof(text) - 1 } },
#include "../json/json_table.def"
};

/* Every text of the table as the value of an unknown field: judged as json_parse()
 * judges the whole event. The event's own two levels count for depth. */
static void
test_grammar_is_that_of_json_read(void **state)
{
	uint32_t accepted = 0;
	(void)state;
	for (size_t i = 0; i < sizeof(JSON_ROWS) / sizeof(JSON_ROWS[0]); i++) {
		const struct row *row = &JSON_ROWS[i];
		struct text       text;
		struct json      *root;
		struct refusal    why = { 0 };
		text_open(&text, &arena);
		put(&text,
		    "{\"specversion\":\"1.0\",\"id\":\"i\",\"source\":\"s\",\"type\":"
		    "\"test.execution\",\"account\":\"a\",\"subject\":\"x\",\"data\":{\"u\":");
		text_add(&text, row->text);
		put(&text, "}}");
		enum err            err     = json_parse(text_span(&text), &arena, &root, &why);
		enum decode_verdict verdict = decode_first(text_span(&text), FORMAT_EVENT);
		if ((verdict == DECODE_EVENT) != (err == ERR_NONE))
			fail_msg("%s: %d, json_parse %d", row->name, (int)refusal.err, (int)err);
		if (err != ERR_JSON_TOO_DEEP && (err == ERR_NONE) != (row->err == ERR_NONE))
			fail_msg("%s: judged otherwise inside an event", row->name);
		accepted += err == ERR_NONE;
		compare_bodies(text_span(&text), FORMAT_EVENT);
	}
	assert_true(accepted > 50);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, shapes_setup, decode_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_fast_path_equals_strict_path_on_good_events),
		TEST(test_fast_path_equals_strict_path_on_mutated_events),
		TEST(test_fast_path_equals_strict_path_at_every_byte),
		TEST(test_more_slots_than_48_make_no_shape),
		TEST(test_shapes_made_up_once_push_nobody_out),
		TEST(test_a_shape_number_is_never_given_to_another_shape),
		TEST(test_grammar_is_that_of_json_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
