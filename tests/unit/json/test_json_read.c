/* test_json_read.c - what is JSON, what is not, and where it goes wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/text.h"
#include "core/json/json_read.h"
#include "edge/sys/memory.h"

#define UNUSED(x) (void)(x)

struct row {
	const char *name;
	enum err    err;
	uint64_t    byte;
	struct span text;
};

static const struct row ACCEPTED[] = {
#define JSON_ACCEPT(name, text) { #name, ERR_NONE, 0, { text, sizeof(text) - 1 } },
#define JSON_REJECT(name, error, byte, text)
#define JSON_DECIDED(name, error, byte, text, why)
#include "json_table.def"
#undef JSON_ACCEPT
#undef JSON_REJECT
#undef JSON_DECIDED
};

#define ERR_JSON_NONE ERR_NONE
static const struct row JUDGED[] = {
#define JSON_ACCEPT(name, text) { #name, ERR_NONE, 0, { text, sizeof(text) - 1 } },
#define JSON_REJECT(name, error, byte, text)                                                       \
	{ #name, ERR_JSON_##error, byte, { text, sizeof(text) - 1 } },
#define JSON_DECIDED(name, error, byte, text, why)                                                 \
	{ #name, ERR_JSON_##error, byte, { text, sizeof(text) - 1 } },
#include "json_table.def"
#undef JSON_ACCEPT
#undef JSON_REJECT
#undef JSON_DECIDED
};

enum {
	ACCEPTED_COUNT = sizeof(ACCEPTED) / sizeof(ACCEPTED[0]),
	JUDGED_COUNT   = sizeof(JUDGED) / sizeof(JUDGED[0]),
};

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

/* Parse a copy that ends where its memory ends, so that a sanitizer sees every read
 * behind it. */
static enum err
parse_exact(struct span text, struct json **root, struct refusal *refusal)
{
	char *copy = malloc(text.size ? text.size : 1);
	assert_non_null(copy);
	if (text.size > 0)
		memcpy(copy, text.at, text.size);
	enum err err = json_parse((struct span){ copy, text.size }, &arena, root, refusal);
	free(copy);
	return err;
}

static struct json *
parse(struct span text)
{
	struct json *root = NULL;
	assert_int_equal(json_parse(text, &arena, &root, NULL), ERR_NONE);
	assert_non_null(root);
	return root;
}

static void
assert_span(struct span found, struct span wanted)
{
	if (!span_equal(found, wanted))
		fail_msg("found %.*s, wanted %.*s", (int)found.size, found.at, (int)wanted.size,
		         wanted.at);
}

static void
test_every_row_of_the_table_is_judged_right(void **state)
{
	UNUSED(state);
	struct json nothing = { .kind = JSON_NULL };
	for (size_t i = 0; i < JUDGED_COUNT; i++) {
		const struct row *row     = &JUDGED[i];
		struct json      *root    = &nothing;
		struct refusal    refusal = { .err = ERR_NONE };
		enum err          err     = parse_exact(row->text, &root, &refusal);
		if (err != row->err)
			fail_msg("%s: %s", row->name, err_name(err).at);
		if (err == ERR_NONE) {
			assert_ptr_not_equal(root, &nothing);
			continue;
		}
		assert_ptr_equal(root, &nothing);
		assert_int_equal(refusal.err, err);
		assert_true(refusal.detail[0] != 0);
		if (refusal.byte != row->byte)
			fail_msg("%s: byte %llu, wanted %llu", row->name,
			         (unsigned long long)refusal.byte, (unsigned long long)row->byte);
		arena_reset(&arena);
	}
}

static void
test_the_table_has_its_rows(void **state)
{
	UNUSED(state);
	size_t refused = 0;
	for (size_t i = 0; i < JUDGED_COUNT; i++)
		refused += JUDGED[i].err != ERR_NONE;
	assert_true(ACCEPTED_COUNT >= 95);
	assert_true(refused >= 188);
	for (size_t i = 0; i < JUDGED_COUNT; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(JUDGED[i].name, JUDGED[j].name);
}

/* Where each cut is refused must lie within what was left. */
static void
cut_everywhere(struct span text)
{
	for (size_t size = 0; size < text.size; size++) {
		struct json   *root    = NULL;
		struct refusal refusal = { .err = ERR_NONE };
		enum err       err = parse_exact((struct span){ text.at, size }, &root, &refusal);
		assert_int_equal(err, ERR_JSON_TRUNCATED);
		assert_null(root);
		assert_int_equal(refusal.byte, size);
	}
	arena_reset(&arena);
}

static void
test_a_cut_text_is_refused_at_its_end(void **state)
{
	UNUSED(state);
	for (size_t i = 0; i < ACCEPTED_COUNT; i++) {
		struct span text = ACCEPTED[i].text;
		bool        ends = strchr("]}\"", text.at[text.size - 1]) != NULL;
		if (ends && strchr("[{\"", text.at[0]))
			cut_everywhere(text);
	}
	cut_everywhere(SPAN("{\"owner\":\"\xe2\x82\xac\\ud83d\\ude00\",\"list\":[1.5e-3,true,null,"
	                    "false,-0,\"\\n\"],\"child\":{\"a\":{}, \"b\" : [ ] }}"));
}

/* One wrong byte anywhere never harms, and a refusal names a place in the text. */
static void
test_a_changed_byte_is_judged_without_harm(void **state)
{
	UNUSED(state);
	static const char wrong[] = { '\0', '\x01', '"', '\\',   '{',   ']',
		                      ',',  ':',    '9', '\x80', '\xff' };
	for (size_t i = 0; i < ACCEPTED_COUNT; i++) {
		char        text[256];
		struct span whole = ACCEPTED[i].text;
		assert_true(whole.size <= sizeof(text));
		for (size_t at = 0; at < whole.size * sizeof(wrong); at++) {
			struct json   *root    = NULL;
			struct refusal refusal = { .err = ERR_NONE };
			memcpy(text, whole.at, whole.size);
			text[at / sizeof(wrong)] = wrong[at % sizeof(wrong)];
			enum err err =
				parse_exact((struct span){ text, whole.size }, &root, &refusal);
			assert_int_equal(err == ERR_NONE, root != NULL);
			assert_true(err == ERR_NONE || refusal.byte <= whole.size);
		}
		arena_reset(&arena);
	}
}

static void
test_the_tree_has_what_was_written(void **state)
{
	UNUSED(state);
	struct span text =
		SPAN(" {\"a\" : [1, -2.50e3,\"x\\ty\"],\"b\":{},\"c\":null,\"d\":true} ");
	struct json *root = parse(text);

	assert_int_equal(root->kind, JSON_OBJECT);
	assert_int_equal(root->count, 4);
	assert_int_equal(root->byte, 1);
	assert_span(root->raw, (struct span){ text.at + 1, text.size - 2 });
	assert_null(root->next);

	const struct json *a = root->first;
	assert_span(a->key, SPAN("a"));
	assert_int_equal(a->kind, JSON_ARRAY);
	assert_int_equal(a->count, 3);
	assert_int_equal(a->byte, 8);
	assert_span(a->raw, SPAN("[1, -2.50e3,\"x\\ty\"]"));

	assert_int_equal(a->first->kind, JSON_NUMBER);
	assert_span(a->first->text, SPAN("1"));
	assert_span(a->first->next->text, SPAN("-2.50e3"));
	assert_int_equal(a->first->next->byte, 12);
	const struct json *string = a->first->next->next;
	assert_int_equal(string->kind, JSON_STRING);
	assert_span(string->text, SPAN("x\ty"));
	assert_span(string->raw, SPAN("\"x\\ty\""));
	assert_null(string->next);

	const struct json *b = a->next;
	assert_int_equal(b->kind, JSON_OBJECT);
	assert_int_equal(b->count, 0);
	assert_null(b->first);
	assert_int_equal(b->next->kind, JSON_NULL);
	assert_span(b->next->raw, SPAN("null"));
	assert_int_equal(b->next->next->kind, JSON_TRUE);
	assert_null(b->next->next->next);
}

static void
test_escapes_become_utf8(void **state)
{
	UNUSED(state);
	static const struct {
		struct span written;
		struct span meant;
	} rows[] = {
		{ { "\"\"", 2 }, { "", 0 } },
		{ { "\"plain\"", 7 }, { "plain", 5 } },
		{ { "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", 18 }, { "\"\\/\b\f\n\r\t", 8 } },
		{ { "\"\\u0041\"", 8 }, { "A", 1 } },
		{ { "\"\\u007f\"", 8 }, { "\x7f", 1 } },
		{ { "\"\\u0080\"", 8 }, { "\xc2\x80", 2 } },
		{ { "\"\\u07ff\"", 8 }, { "\xdf\xbf", 2 } },
		{ { "\"\\u0800\"", 8 }, { "\xe0\xa0\x80", 3 } },
		{ { "\"\\uFFFF\"", 8 }, { "\xef\xbf\xbf", 3 } },
		{ { "\"\\ud800\\udc00\"", 14 }, { "\xf0\x90\x80\x80", 4 } },
		{ { "\"\\uDBFF\\uDFFF\"", 14 }, { "\xf4\x8f\xbf\xbf", 4 } },
		{ { "\"a\\ud83d\\ude00z\"", 16 }, { "a\xf0\x9f\x98\x80z", 6 } },
		{ { "\"\xc3\xa9\\n\"", 6 }, { "\xc3\xa9\n", 3 } },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_span(parse(rows[i].written)->text, rows[i].meant);
}

/* Every character there is, escaped, reads as it does raw. */
static void
test_every_character_reads_the_same_escaped_and_raw(void **state)
{
	UNUSED(state);
	for (unsigned code = 1; code <= 0x10ffff; code += code < 0x3000 ? 1 : 61) {
		if (code >= 0xd800 && code < 0xe000)
			continue;
		char     escaped[32];
		unsigned high = 0xd800 + ((code - 0x10000) >> 10);
		unsigned low  = 0xdc00 + ((code - 0x10000) & 0x3ff);
		int      size = 0;
		if (code < 0x10000)
			size = snprintf(escaped, sizeof(escaped), "\"\\u%04x\"", code);
		else
			size = snprintf(escaped, sizeof(escaped), "\"\\u%04x\\u%04x\"", high, low);
		struct span meant = parse((struct span){ escaped, (size_t)size })->text;
		if (code >= 0x20 && code != '"' && code != '\\') {
			char raw[8] = { '"' };
			memcpy(raw + 1, meant.at, meant.size);
			raw[meant.size + 1] = '"';
			assert_span(parse((struct span){ raw, meant.size + 2 })->text, meant);
		}
		assert_int_equal(meant.size,
		                 1 + (code >= 0x80) + (code >= 0x800) + (code >= 0x10000));
		arena_reset(&arena);
	}
}

/* An object of count members whose keys share a prefix; the member at twice bears the
 * first key again. A zero stands behind the text. */
static struct span
many_keys(struct text *text, size_t count, size_t twice)
{
	text_open(text, &arena);
	for (size_t i = 0; i < count; i++) {
		text_add(text, i ? SPAN(",\"the-same-prefix-") : SPAN("{\"the-same-prefix-"));
		text_add_uint(text, i == twice ? 0 : i);
		text_add(text, SPAN("\":0"));
	}
	text_add_char(text, '}');
	*text_reserve(text, 1) = 0;
	return text_span(text);
}

static void
test_a_hundred_thousand_keys(void **state)
{
	UNUSED(state);
	enum { COUNT = 100000 };
	struct text  text;
	struct json *root = parse(many_keys(&text, COUNT, COUNT));
	assert_int_equal(root->count, COUNT);
	assert_span(root->first->next->key, SPAN("the-same-prefix-1"));
}

static void
test_a_key_twice_is_found_among_any_number(void **state)
{
	UNUSED(state);
	for (size_t count = 2; count <= 70; count++) {
		for (size_t twice = 1; twice < count; twice++) {
			struct text    text;
			struct refusal refusal;
			struct json   *root  = NULL;
			struct span    whole = many_keys(&text, count, twice);
			assert_int_equal(json_parse(whole, &arena, &root, &refusal),
			                 ERR_JSON_DUPLICATE_KEY);
			assert_string_equal(refusal.field, "the-same-prefix-0");
			const char *place = strstr(whole.at + 2, "\"the-same-prefix-0\"");
			assert_int_equal(refusal.byte, place - whole.at);
			arena_reset(&arena);
		}
	}
}

static void
test_the_first_of_several_twins_is_named(void **state)
{
	UNUSED(state);
	struct refusal refusal;
	struct json   *root = NULL;
	struct span    text = SPAN("{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,"
	                              "\"h\":8,\"i\":9,\"j\":10,\"k\":11,"
	                              "\"j\":12,\"b\":13,\"a\":14}");
	assert_int_equal(json_parse(text, &arena, &root, &refusal), ERR_JSON_DUPLICATE_KEY);
	assert_string_equal(refusal.field, "j");
	assert_int_equal(refusal.byte, 69);
}

static void
test_long_nesting_costs_no_stack(void **state)
{
	UNUSED(state);
	enum { COUNT = 1000000 };
	char *text = malloc(COUNT);
	assert_non_null(text);
	memset(text, '[', COUNT);
	struct refusal refusal;
	struct json   *root = NULL;
	assert_int_equal(json_parse((struct span){ text, COUNT }, &arena, &root, &refusal),
	                 ERR_JSON_TOO_DEEP);
	assert_int_equal(refusal.byte, JSON_DEPTH_MAX);
	free(text);
}

static void
test_a_refusal_may_go_unexplained(void **state)
{
	UNUSED(state);
	struct json *root = NULL;
	assert_int_equal(json_parse(SPAN("[1,]"), &arena, &root, NULL), ERR_JSON_SYNTAX);
	assert_int_equal(json_parse((struct span){ 0 }, &arena, &root, NULL), ERR_JSON_TRUNCATED);
	assert_null(root);
}

static void
test_members_are_found_by_name(void **state)
{
	UNUSED(state);
	const struct json *root = parse(SPAN("{\"a\":1,\"\\u0062\":[2],\"\":3}"));
	assert_span(json_member(root, SPAN("a"))->text, SPAN("1"));
	assert_int_equal(json_member(root, SPAN("b"))->kind, JSON_ARRAY);
	assert_span(json_member(root, SPAN(""))->text, SPAN("3"));
	assert_null(json_member(root, SPAN("c")));
	assert_null(json_member(root, SPAN("aa")));
	assert_null(json_member(NULL, SPAN("a")));
	assert_null(json_member(json_member(root, SPAN("b")), SPAN("a")));
}

static void
test_whole_numbers_that_fit(void **state)
{
	UNUSED(state);
	static const struct {
		const char *text;
		enum err    err;
		int64_t     number;
	} rows[] = {
		{ "0", ERR_NONE, 0 },
		{ "-0", ERR_NONE, 0 },
		{ "7", ERR_NONE, 7 },
		{ "-12", ERR_NONE, -12 },
		{ "9223372036854775807", ERR_NONE, INT64_MAX },
		{ "-9223372036854775808", ERR_NONE, INT64_MIN },
		{ "9223372036854775808", ERR_FIELD_VALUE, 0 },
		{ "-9223372036854775809", ERR_FIELD_VALUE, 0 },
		{ "99999999999999999999", ERR_FIELD_VALUE, 0 },
		{ "1.0", ERR_FIELD_VALUE, 0 },
		{ "1e2", ERR_FIELD_VALUE, 0 },
		{ "\"1\"", ERR_FIELD_TYPE, 0 },
		{ "null", ERR_FIELD_TYPE, 0 },
		{ "[1]", ERR_FIELD_TYPE, 0 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t number = 4711;
		assert_int_equal(json_int64(parse(span_of(rows[i].text)), &number), rows[i].err);
		assert_int_equal(number, rows[i].err ? 4711 : rows[i].number);
	}
	int64_t number = 4711;
	assert_int_equal(json_int64(NULL, &number), ERR_FIELD_TYPE);
	assert_int_equal(number, 4711);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_row_of_the_table_is_judged_right),
		TEST(test_the_table_has_its_rows),
		TEST(test_a_cut_text_is_refused_at_its_end),
		TEST(test_a_changed_byte_is_judged_without_harm),
		TEST(test_the_tree_has_what_was_written),
		TEST(test_escapes_become_utf8),
		TEST(test_every_character_reads_the_same_escaped_and_raw),
		TEST(test_a_hundred_thousand_keys),
		TEST(test_a_key_twice_is_found_among_any_number),
		TEST(test_the_first_of_several_twins_is_named),
		TEST(test_long_nesting_costs_no_stack),
		TEST(test_a_refusal_may_go_unexplained),
		TEST(test_members_are_found_by_name),
		TEST(test_whole_numbers_that_fit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
