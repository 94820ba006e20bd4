/* test_head.c - paths, queries and header fields, row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>

#include "edge/http/head.h"
#include "edge/sys/memory.h"

static void
test_escapes_are_undone(void **state)
{
	static const struct {
		const char *text;
		bool        plus;
		const char *decoded; /* NULL: refused */
	} CASES[] = {
		{ "plain", false, "plain" },
		{ "a%20b", false, "a b" },
		{ "a+b", false, "a+b" },
		{ "a+b", true, "a b" },
		{ "%2B", true, "+" },
		{ "%C3%A9", false, "\xc3\xa9" },
		{ "\xc3\xa9", false, "\xc3\xa9" },
		{ "%", false, NULL },
		{ "%4", false, NULL },
		{ "%4g", false, NULL },
		{ "%00", false, NULL },
		{ "%0a", false, NULL },
		{ "%7f", false, NULL },
		{ "%ff", false, NULL },
		{ "%C3", false, NULL },
		{ "%C0%80", false, NULL },
		{ "%ED%A0%80", false, NULL },
		{ "%F4%90%80%80", false, NULL },
		{ "%F0%9F%98%80", false, "\xf0\x9f\x98\x80" },
		{ "", false, "" },
	};
	(void)state;
	struct arena arena;
	arena_open(&arena, system_memory());
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct span decoded = SPAN("untouched");
		enum err    err =
			head_unescape(span_of(CASES[i].text), CASES[i].plus, &arena, &decoded);
		if (!CASES[i].decoded) {
			assert_int_equal(err, ERR_QUESTION);
			assert_true(span_equal(decoded, SPAN("untouched")));
		} else if (err || !span_equal(decoded, span_of(CASES[i].decoded))) {
			fail_msg("%s", CASES[i].text);
		}
	}
	arena_close(&arena);
}

static void
test_queries_are_cut(void **state)
{
	(void)state;
	struct span rest = SPAN("&a=1&&b&c=d=e&="), name, value;
	assert_true(head_query_next(&rest, &name, &value));
	assert_true(span_equal(name, SPAN("a")) && span_equal(value, SPAN("1")));
	assert_true(head_query_next(&rest, &name, &value));
	assert_true(span_equal(name, SPAN("b")) && value.size == 0);
	assert_true(head_query_next(&rest, &name, &value));
	assert_true(span_equal(name, SPAN("c")) && span_equal(value, SPAN("d=e")));
	assert_true(head_query_next(&rest, &name, &value));
	assert_true(name.size == 0 && value.size == 0);
	assert_false(head_query_next(&rest, &name, &value));
}

static void
test_accept(void **state)
{
	static const struct {
		const char *accept;
		bool        csv;
	} CASES[] = {
		{ "", false },
		{ "text/csv", true },
		{ "TEXT/CSV", true },
		{ "*/*", false },
		{ "text/*", true },
		{ "text/csv, */*", false },
		{ "text/csv, */*;q=0.1", true },
		{ "application/json, text/csv;q=0.9", false },
		{ "application/json;q=0.8, text/csv;q=0.9", true },
		{ "application/json;q=0.89, text/csv;q=0.9", true },
		{ "text/csv;q=0", false },
		{ "text/csv;q=0.000, */*;q=1.0", false },
		{ "text/csv ; header=present ; q=1", true },
		{ ",;,q=,text/csv", true },
		{ "text/csvx", false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
		if (head_accepts_csv(span_of(CASES[i].accept)) != CASES[i].csv)
			fail_msg("%s", CASES[i].accept);
}

static void
test_F34_pdf_is_given_to_who_likes_it_best(void **state)
{
	static const struct {
		const char *accept;
		bool        pdf;
	} CASES[] = {
		{ "", false },
		{ "application/pdf", true },
		{ "*/*", false },
		{ "application/*", false },
		{ "application/pdf, */*;q=0.1", true },
		{ "application/pdf, application/json", false },
		{ "application/pdf;q=0.8, text/csv;q=0.9", false },
		{ "application/pdf;q=0", false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
		if (head_accepts_pdf(span_of(CASES[i].accept)) != CASES[i].pdf)
			fail_msg("%s", CASES[i].accept);
}

static void
test_bearer(void **state)
{
	(void)state;
	struct span token = SPAN("untouched");
	assert_int_equal(head_bearer(SPAN(""), &token), ERR_KEY_MISSING);
	assert_int_equal(head_bearer(SPAN("Bearer"), &token), ERR_KEY_INVALID);
	assert_int_equal(head_bearer(SPAN("Basic dGx5"), &token), ERR_KEY_INVALID);
	assert_int_equal(head_bearer(SPAN("Bearer a b"), &token), ERR_KEY_INVALID);
	assert_int_equal(head_bearer(SPAN("Bearer a,b"), &token), ERR_KEY_INVALID);
	assert_true(span_equal(token, SPAN("untouched")));
	assert_int_equal(head_bearer(SPAN("bEARER  tly_Aa0-_ "), &token), ERR_NONE);
	assert_true(span_equal(token, SPAN("tly_Aa0-_")));
}

static void
test_addresses(void **state)
{
	static const struct {
		const char *text;
		const char *host; /* NULL: refused */
		uint16_t    port;
	} CASES[] = {
		{ "127.0.0.1:8080", "127.0.0.1", 8080 },
		{ ":0", "127.0.0.1", 0 },
		{ "[::1]:80", "::1", 80 },
		{ "localhost:65535", "localhost", 65535 },
		{ "localhost:65536", NULL, 0 },
		{ "localhost", NULL, 0 },
		{ "::1:80", NULL, 0 },
		{ "a:", NULL, 0 },
		{ "a:8x", NULL, 0 },
		{ "", NULL, 0 },
		{ "a:000080", NULL, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		char     host[HEAD_HOST_SIZE] = "untouched";
		uint16_t port                 = 7;
		enum err err                  = head_address(span_of(CASES[i].text), host, &port);
		assert_int_equal(err, CASES[i].host ? ERR_NONE : ERR_SETTING);
		assert_string_equal(host, CASES[i].host ? CASES[i].host : "untouched");
		assert_int_equal(port, CASES[i].host ? CASES[i].port : 7);
	}
}

static void
test_fields(void **state)
{
	(void)state;
	assert_true(head_field_is_clean(SPAN("X-A"), SPAN("a\tb \xc3\xa9")));
	assert_true(head_field_is_clean(SPAN("X-A"), SPAN("")));
	assert_false(head_field_is_clean(SPAN(""), SPAN("a")));
	assert_false(head_field_is_clean(SPAN("X A"), SPAN("a")));
	assert_false(head_field_is_clean(SPAN("X\0A"), SPAN("a")));
	assert_false(head_field_is_clean(SPAN("X"), SPAN("a\nb")));
	assert_false(head_field_is_clean(SPAN("X"), SPAN("a\0b")));
	assert_false(head_field_is_clean(SPAN("X"), SPAN("a\x7f")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escapes_are_undone),
		cmocka_unit_test(test_queries_are_cut),
		cmocka_unit_test(test_accept),
		cmocka_unit_test(test_F34_pdf_is_given_to_who_likes_it_best),
		cmocka_unit_test(test_bearer),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_fields),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
