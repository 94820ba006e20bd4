/* test_err.c - rows of errors, refusals with their place, and a CHECK that fails. */
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

#include "core/base/err.h"

#define UNUSED(x) (void)(x)

static void
test_rows_say_what_the_table_says(void **state)
{
	UNUSED(state);
	assert_int_equal(ERR_NONE, 0);
	assert_int_equal(err_class_of(ERR_NONE), ERR_CLASS_NONE);
	assert_int_equal(err_http_status(ERR_NONE), 200);
	assert_int_equal(err_class_of(ERR_JSON_SYNTAX), ERR_CLASS_REFUSAL);
	assert_int_equal(err_http_status(ERR_JSON_SYNTAX), 400);
	assert_false(err_may_retry(ERR_JSON_SYNTAX));
	assert_int_equal(err_class_of(ERR_STORE_FULL), ERR_CLASS_FAULT);
	assert_int_equal(err_http_status(ERR_STORE_FULL), 503);
	assert_true(err_may_retry(ERR_STORE_FULL));
	assert_string_equal(err_sentence(ERR_STORE_FULL).at, "the disk is full");
}

static void
test_names_are_small_with_dashes(void **state)
{
	UNUSED(state);
	assert_true(span_equal(err_name(ERR_NONE), SPAN("none")));
	assert_true(span_equal(err_name(ERR_JSON_TOO_DEEP), SPAN("json-too-deep")));
	assert_true(span_equal(err_name(ERR_QUANTITY_TOO_LARGE), SPAN("quantity-too-large")));
}

static void
test_every_row_is_whole(void **state)
{
	UNUSED(state);
	for (int i = 1; i < ERR_COUNT; i++) {
		enum err err  = (enum err)i;
		int      http = err_http_status(err);
		assert_true(http >= 400 && http < 600);
		assert_int_equal(err_class_of(err) == ERR_CLASS_FAULT, http >= 500);
		assert_true(err_sentence(err).size > 10);
		struct span name = err_name(err);
		assert_true(name.size > 2);
		for (size_t at = 0; at < name.size; at++)
			assert_true((name.at[at] >= 'a' && name.at[at] <= 'z') ||
			            name.at[at] == '-' ||
			            (name.at[at] >= '0' && name.at[at] <= '9'));
		for (int other = 0; other < i; other++)
			assert_false(span_equal(name, err_name((enum err)other)));
	}
}

static void
test_a_refusal_knows_its_place(void **state)
{
	UNUSED(state);
	struct refusal refusal = { .index = 3, .byte = 4 };
	assert_int_equal(refuse(&refusal, ERR_FIELD_MISSING, SPAN("id"), SPAN("id is required")),
	                 ERR_FIELD_MISSING);
	assert_int_equal(refusal.err, ERR_FIELD_MISSING);
	assert_true(refusal.index == REFUSAL_NO_INDEX);
	assert_true(refusal.byte == REFUSAL_NO_BYTE);
	assert_string_equal(refusal.field, "id");
	assert_string_equal(refusal.detail, "id is required");

	assert_int_equal(refuse_at(&refusal, ERR_JSON_SYNTAX, 17, SPAN(""), SPAN("")),
	                 ERR_JSON_SYNTAX);
	assert_int_equal(refusal.byte, 17);
	assert_string_equal(refusal.field, "");
	assert_string_equal(refusal.detail, "the text is not valid JSON");
	assert_int_equal(refuse(NULL, ERR_SYSTEM, SPAN(""), SPAN("")), ERR_SYSTEM);
}

static void
test_long_fields_are_cut_at_whole_characters(void **state)
{
	UNUSED(state);
	char long_text[400];
	memset(long_text, 'x', sizeof(long_text));
	struct refusal refusal;
	struct span    whole = { long_text, sizeof(long_text) };
	refuse(&refusal, ERR_FIELD_VALUE, whole, whole);
	assert_int_equal(strlen(refusal.field), REFUSAL_FIELD_SIZE - 1);
	assert_int_equal(strlen(refusal.detail), REFUSAL_DETAIL_SIZE - 1);
	refuse(&refusal, ERR_FIELD_VALUE, (struct span){ long_text, 63 }, SPAN(""));
	assert_int_equal(strlen(refusal.field), 63);

	/* A character of each width over the cut, at each shift. */
	static const char *const wide[] = { "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80" };
	for (size_t i = 0; i < 3; i++) {
		size_t width = strlen(wide[i]);
		for (size_t shift = 0; shift < width; shift++) {
			for (size_t at = shift; at + width < 100; at += width)
				memcpy(long_text + at, wide[i], width);
			refuse(&refusal, ERR_FIELD_VALUE, (struct span){ long_text, 90 }, SPAN(""));
			size_t kept = strlen(refusal.field);
			assert_true(kept >= 60 && kept <= 63);
			assert_int_equal((kept - shift) % width, 0);
		}
		memset(long_text, 'x', sizeof(long_text));
	}
}

/* What a child says before it dies of a signal. */
static int
dying_words(void (*act)(void), char *said, size_t said_size)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct rlimit no_core = { 0, 0 };
		setrlimit(RLIMIT_CORE, &no_core);
		signal(SIGABRT, SIG_DFL);
		dup2(ends[1], STDERR_FILENO);
		act();
		_exit(0);
	}
	close(ends[1]);
	size_t  size = 0;
	ssize_t got;
	while ((got = read(ends[0], said + size, said_size - 1 - size)) > 0)
		size += (size_t)got;
	said[size] = 0;
	close(ends[0]);
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void
false_fact(void)
{
	CHECK(1 + 1 == 3);
}

static void
true_fact(void)
{
	CHECK(1 + 1 == 2);
}

static void
unknown_error(void)
{
	(void)err_http_status((enum err)ERR_COUNT);
}

static void
refusal_of_nothing(void)
{
	(void)refuse(NULL, ERR_NONE, SPAN(""), SPAN(""));
}

static void
test_a_false_fact_stops_the_process(void **state)
{
	UNUSED(state);
	char said[512];
	assert_int_equal(dying_words(false_fact, said, sizeof(said)), SIGABRT);
	assert_non_null(strstr(said, "tally: bug: 1 + 1 == 3 is false at "));
	assert_non_null(strstr(said, "test_err.c:"));
	assert_int_equal(dying_words(true_fact, said, sizeof(said)), 0);
	assert_string_equal(said, "");
	assert_int_equal(dying_words(unknown_error, said, sizeof(said)), SIGABRT);
	assert_int_equal(dying_words(refusal_of_nothing, said, sizeof(said)), SIGABRT);
}

static void
test_spans_compare_by_bytes(void **state)
{
	UNUSED(state);
	assert_true(span_equal(SPAN(""), (struct span){ NULL, 0 }));
	assert_true(span_equal(SPAN("ab"), SPAN("ab")));
	assert_false(span_equal(SPAN("ab"), SPAN("ac")));
	assert_false(span_equal(SPAN("ab"), SPAN("abc")));
	assert_true(span_compare(SPAN("ab"), SPAN("abc")) < 0);
	assert_true(span_compare(SPAN("b"), SPAN("abc")) > 0);
	assert_true(span_compare(SPAN("a"), SPAN("\xc3\xa9")) < 0);
	assert_int_equal(span_compare(SPAN("a\0b"), SPAN("a\0b")), 0);
	assert_true(span_compare(SPAN("a\0b"), SPAN("a\0c")) < 0);
	assert_true(span_compare((struct span){ NULL, 0 }, SPAN("a")) < 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_say_what_the_table_says),
		cmocka_unit_test(test_names_are_small_with_dashes),
		cmocka_unit_test(test_every_row_is_whole),
		cmocka_unit_test(test_a_refusal_knows_its_place),
		cmocka_unit_test(test_long_fields_are_cut_at_whole_characters),
		cmocka_unit_test(test_a_false_fact_stops_the_process),
		cmocka_unit_test(test_spans_compare_by_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
