/* test_json_write.c - what is written is JSON, means what was said, and has no space. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/decimal.h"
#include "core/json/json_read.h"
#include "core/json/json_write.h"
#include "edge/sys/memory.h"

#define UNUSED(x) (void)(x)

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

static void
assert_span(struct span found, struct span wanted)
{
	if (!span_equal(found, wanted))
		fail_msg("found  %.*s\nwanted %.*s", (int)found.size, found.at, (int)wanted.size,
		         wanted.at);
}

static void
test_every_call_writes_its_value(void **state)
{
	UNUSED(state);
	struct json_out out;
	json_open(&out, &arena);
	json_object(&out);
	json_key_string(&out, SPAN("string"), SPAN("a"));
	json_key_int(&out, SPAN("int"), INT64_MIN);
	json_key_uint(&out, SPAN("uint"), UINT64_MAX);
	json_key_bool(&out, SPAN("yes"), true);
	json_key_bool(&out, SPAN("no"), false);
	json_key_hour(&out, SPAN("hour"), 493775);
	json_key(&out, SPAN("list"));
	json_array(&out);
	json_null(&out);
	json_decimal(&out, 12500000);
	json_decimal(&out, 3000000);
	json_count(&out, 3000000);
	json_count(&out, 3500000);
	json_count(&out, -2000000);
	json_instant(&out, (struct instant){ INT64_C(1777590000123000000) });
	json_hour(&out, 0);
	json_raw(&out, SPAN("{\"raw\":[]}"));
	json_array(&out);
	json_array_end(&out);
	json_object(&out);
	json_object_end(&out);
	json_array_end(&out);
	json_key(&out, SPAN("last"));
	json_int(&out, 0);
	json_object_end(&out);
	assert_span(json_close(&out),
	            SPAN("{\"string\":\"a\",\"int\":-9223372036854775808,"
	                 "\"uint\":18446744073709551615,\"yes\":true,\"no\":false,"
	                 "\"hour\":\"2026-04-30T23:00:00Z\",\"list\":[null,\"12.5\",\"3\",3,"
	                 "\"3.5\",-2,\"2026-04-30T23:00:00.123Z\",\"1970-01-01T00:00:00Z\","
	                 "{\"raw\":[]},[],{}],\"last\":0}"));
}

static void
test_a_bare_value_is_a_document(void **state)
{
	UNUSED(state);
	struct json_out out;
	json_open(&out, &arena);
	json_string(&out, SPAN(""));
	assert_span(json_close(&out), SPAN("\"\""));
}

static void
test_strings_are_escaped_where_they_must(void **state)
{
	UNUSED(state);
	struct json_out out;
	json_open(&out, &arena);
	json_object(&out);
	json_key_string(&out, SPAN("\"\n"), SPAN("\"\\\b\f\n\r\t\x01\x1f/\x7f\xc3\xa9</script>"));
	json_object_end(&out);
	assert_span(json_close(&out),
	            SPAN("{\"\\\"\\n\":\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f/\x7f\xc3\xa9"
	                 "</script>\"}"));
}

static void
test_every_byte_below_128_reads_back(void **state)
{
	UNUSED(state);
	for (int c = 1; c < 128; c++) {
		char            text[3] = { 'a', (char)c, 'z' };
		struct json    *root    = NULL;
		struct json_out out;
		json_open(&out, &arena);
		json_string(&out, (struct span){ text, 3 });
		assert_int_equal(json_parse(json_close(&out), &arena, &root, NULL), ERR_NONE);
		assert_span(root->text, (struct span){ text, 3 });
	}
}

/* ---- Random trees ---- */

static uint64_t
random_below(uint64_t *seed, uint64_t end)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (*seed >> 33) % end;
}

/* A string of characters of every width and of those that must be escaped. */
static struct span
random_string(uint64_t *seed, size_t unique)
{
	static const char *const pieces[] = { "a",
		                              "Z",
		                              "\"",
		                              "\\",
		                              "/",
		                              "\n",
		                              "\x01",
		                              "\x1f",
		                              "\x7f",
		                              "\xc3\xa9",
		                              "\xe2\x82\xac",
		                              "\xf0\x9f\x98\x80",
		                              "\\u",
		                              "{]",
		                              " " };
	struct text              text;
	text_open(&text, &arena);
	for (uint64_t n = random_below(seed, 12); n > 0; n--)
		text_add(&text,
		         span_of(pieces[random_below(seed, sizeof(pieces) / sizeof(*pieces))]));
	if (unique > 0)
		text_add_uint(&text, unique);
	return text_span(&text);
}

/* What a tree says, value by value, in a form of its own: K for a key with its size,
 * then one letter a kind. */
static void
trace_text(struct text *trace, char kind, struct span text)
{
	text_add_char(trace, kind);
	text_add_uint(trace, text.size);
	text_add_char(trace, '=');
	text_add(trace, text);
}

/* Write one random value that opens nothing, and trace it. */
static void
scalar_write(struct json_out *out, struct text *trace, uint64_t *seed)
{
	char    digits[32];
	int64_t number = (int64_t)random_below(seed, 1 << 20) - (1 << 19);
	switch (random_below(seed, 4)) {
	case 0:
		json_null(out);
		text_add_char(trace, 'n');
		break;
	case 1:
		json_bool(out, number > 0);
		text_add_char(trace, number > 0 ? 't' : 'f');
		break;
	case 2:
		json_int(out, number);
		snprintf(digits, sizeof(digits), "%lld", (long long)number);
		trace_text(trace, 'i', span_of(digits));
		break;
	default: {
		struct span string = random_string(seed, 0);
		json_string(out, string);
		trace_text(trace, 's', string);
	}
	}
}

/* A document of size values or so; its trace in *trace. */
static struct span
tree_write(uint64_t *seed, size_t size, struct text *trace)
{
	enum { DEPTH = 30 };
	char            open[DEPTH];
	size_t          depth = 0;
	struct json_out out;
	json_open(&out, &arena);
	text_open(trace, &arena);
	for (size_t i = 1; i == 1 || depth > 0; i++) {
		uint64_t dice = random_below(seed, 10);
		if (depth > 0 && (i > size || dice < 2)) {
			char kind = open[--depth];
			text_add_char(trace, kind);
			if (kind == '}')
				json_object_end(&out);
			else
				json_array_end(&out);
			continue;
		}
		if (depth > 0 && open[depth - 1] == '}') {
			struct span key = random_string(seed, i);
			json_key(&out, key);
			trace_text(trace, 'K', key);
		}
		if ((dice < 7 || depth == 0) && depth < DEPTH && i < size) {
			bool object = dice % 2 == 0;
			text_add_char(trace, object ? '{' : '[');
			open[depth++] = object ? '}' : ']';
			if (object)
				json_object(&out);
			else
				json_array(&out);
			continue;
		}
		scalar_write(&out, trace, seed);
	}
	return json_close(&out);
}

static void
node_trace(const struct json *node, struct text *trace)
{
	static const char letters[] = { 'n', 'f', 't', 'i', 's', '[', '{' };
	if (node->key.at)
		trace_text(trace, 'K', node->key);
	if (node->kind == JSON_NUMBER || node->kind == JSON_STRING)
		trace_text(trace, letters[node->kind], node->text);
	else
		text_add_char(trace, letters[node->kind]);
}

/* The trace of a tree that was read, and the same tree written again. */
static struct span
tree_trace(const struct json *root, struct text *trace, struct json_out *again)
{
	const struct json *open[JSON_DEPTH_MAX];
	size_t             depth = 0;
	const struct json *node  = root;
	text_open(trace, &arena);
	json_open(again, &arena);
	while (node || depth > 0) {
		if (!node) {
			const struct json *ended = open[--depth];
			text_add_char(trace, ended->kind == JSON_OBJECT ? '}' : ']');
			if (ended->kind == JSON_OBJECT)
				json_object_end(again);
			else
				json_array_end(again);
			node = ended->next;
			continue;
		}
		node_trace(node, trace);
		if (node->key.at)
			json_key(again, node->key);
		if (node->kind == JSON_ARRAY || node->kind == JSON_OBJECT) {
			if (node->kind == JSON_OBJECT)
				json_object(again);
			else
				json_array(again);
			open[depth++] = node;
			node          = node->first;
			continue;
		}
		if (node->kind == JSON_STRING)
			json_string(again, node->text);
		else
			json_raw(again, node->raw);
		node = node->next;
	}
	return json_close(again);
}

static void
test_random_trees_read_back(void **state)
{
	UNUSED(state);
	uint64_t seed = 4711;
	for (int round = 0; round < 400; round++) {
		struct text     wanted, found;
		struct json_out out;
		struct json    *root = NULL;
		struct span     text = tree_write(&seed, 2 + random_below(&seed, 300), &wanted);
		assert_int_equal(json_parse(text, &arena, &root, NULL), ERR_NONE);
		struct span again = tree_trace(root, &found, &out);
		assert_span(text_span(&found), text_span(&wanted));
		assert_span(again, text);
		arena_reset(&arena);
	}
}

/* Law: a document that was cut at any byte is refused, at the cut. */
static void
test_random_trees_cut_anywhere_are_refused(void **state)
{
	UNUSED(state);
	uint64_t seed = 815;
	for (int round = 0; round < 20; round++) {
		struct text trace;
		struct span text = tree_write(&seed, 40, &trace);
		for (size_t size = 0; size < text.size; size++) {
			struct refusal refusal = { .err = ERR_NONE };
			struct json   *root    = NULL;
			struct span    cut     = { text.at, size };
			assert_int_equal(json_parse(cut, &arena, &root, &refusal),
			                 ERR_JSON_TRUNCATED);
			assert_int_equal(refusal.byte, size);
			assert_null(root);
		}
		arena_reset(&arena);
	}
}

/* ---- Bugs of the caller ---- */

static void
close_too_early(struct json_out *out)
{
	json_object(out);
	(void)json_close(out);
}

static void
close_empty(struct json_out *out)
{
	(void)json_close(out);
}

static void
value_without_key(struct json_out *out)
{
	json_object(out);
	json_null(out);
}

static void
key_in_array(struct json_out *out)
{
	json_array(out);
	json_key(out, SPAN("a"));
}

static void
key_after_key(struct json_out *out)
{
	json_object(out);
	json_key(out, SPAN("a"));
	json_key(out, SPAN("b"));
}

static void
key_without_value(struct json_out *out)
{
	json_object(out);
	json_key(out, SPAN("a"));
	json_object_end(out);
}

static void
array_closed_as_object(struct json_out *out)
{
	json_array(out);
	json_object_end(out);
}

static void
two_documents(struct json_out *out)
{
	json_null(out);
	json_null(out);
}

static void
end_of_nothing(struct json_out *out)
{
	json_array_end(out);
}

static void
nothing_wrong(struct json_out *out)
{
	json_array(out);
	json_array_end(out);
	(void)json_close(out);
}

/* The signal that a child dies of while it acts, 0 when it lives. */
static int
death_of(void (*act)(struct json_out *out))
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct rlimit   no_core = { 0, 0 };
		struct json_out out;
		setrlimit(RLIMIT_CORE, &no_core);
		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		json_open(&out, &arena);
		act(&out);
		_exit(0);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void
test_misuse_stops_the_process(void **state)
{
	UNUSED(state);
	assert_int_equal(death_of(nothing_wrong), 0);
	assert_int_equal(death_of(close_too_early), SIGABRT);
	assert_int_equal(death_of(close_empty), SIGABRT);
	assert_int_equal(death_of(value_without_key), SIGABRT);
	assert_int_equal(death_of(key_in_array), SIGABRT);
	assert_int_equal(death_of(key_after_key), SIGABRT);
	assert_int_equal(death_of(key_without_value), SIGABRT);
	assert_int_equal(death_of(array_closed_as_object), SIGABRT);
	assert_int_equal(death_of(two_documents), SIGABRT);
	assert_int_equal(death_of(end_of_nothing), SIGABRT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_call_writes_its_value),
		TEST(test_a_bare_value_is_a_document),
		TEST(test_strings_are_escaped_where_they_must),
		TEST(test_every_byte_below_128_reads_back),
		TEST(test_random_trees_read_back),
		TEST(test_random_trees_cut_anywhere_are_refused),
		TEST(test_misuse_stops_the_process),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
