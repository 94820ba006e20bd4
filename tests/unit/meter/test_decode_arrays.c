/* test_decode_arrays.c - arrays with elements that are no JSON (E-2). */
#include "decode_fixture.h"

#define CUT "; nothing behind this byte was read"
#define ON "; reading went on "

/* A broken element between good ones. */
static const struct {
	const char *text;
	const char *fault;  /* the byte of the refusal stands here; NULL: at its start */
	const char *detail; /* a part of the sentence */
	bool        ends;   /* nothing behind it is read */
} BROKEN[] = {
	{ "{\"id\":NaN}", "NaN", ON "5 bytes behind", false },
	{ "{\"id\" 1}", "1}", "a colon should stand here" ON "3 bytes behind", false },
	{ "{\"id\":}", "}", "no JSON value starts here" ON "2 bytes behind", false },
	{ "{\"id\":1,}", "}", "a key in quotes", false },
	{ "{\"id\":1 \"source\":[{},\"]}\"]}", "\"source", "a comma or }", false },
	{ "{\"data\":{\"x\":[1,,2]},\"id\":\"}\\\"]\"}", ",2", "no JSON value", false },
	{ "{id:1}", "id", "a key in quotes", false },
	{ "{'id':'1'}", "'id", "a key in quotes", false },
	{ "nul", NULL, "words of JSON", false },
	{ "", NULL, "no JSON value", false },
	{ "-", NULL, "", false },
	{ "{\"id\":\"a\nb\"}", "\nb", "", false },
	/* Brackets in doubt: what follows may not be what it seems. */
	{ "{\"data\":{\"x\":1}", NULL, CUT, true },
	{ "{\"list\":[1}", "}", "a comma or ] should stand here" CUT, true },
	{ "{\"id\" {}}", "{}", "a colon should stand here" CUT, true },
	{ "{\"id\":\"x}", NULL, CUT, true },
	{ "{\"id\":1]}", "]", "a comma or } should stand here" CUT, true },
	{ "nul}", NULL, CUT, true },
	/* Quotes in doubt: a nested object would be counted as an event. */
	{ "{\"id:\"p\",\"data\":{\"l\":[{\"x\":\"q\\\"\"}," GOOD "]}}", "p\"", CUT, true },
	{ "{\"id\":\"p,\n\"data\":{\"l\":[{\"x\":\"q\\\"\"}," GOOD "]}}", "\n", CUT, true },
	{ "{\"id\":\"p\"\",\"data\":{\"l\":[{\"x\":\"q\\\"\"}," GOOD "]}}", "\",\"d", CUT, true },
	{ "{\"id\":p\",\"data\":{\"l\":[{\"x\":\"q\\\"\"}," GOOD "]}}", "p\"", CUT, true },
	{ GOOD "}", NULL, "a comma or ] should stand here" CUT, true },
	{ GOOD " \"x\"", NULL, "a comma or ] should stand here" CUT, true },
};

/* E-2 for text that is no JSON: behind it reading goes on when its end can be told; else
 * it is said that nothing more was read, and what came before counts. */
static void
test_E2_broken_element_keeps_its_neighbours_or_says_where_it_ends(void **state)
{
	(void)state;
	const size_t first = sizeof("[" GOOD ",") - 1;

	for (size_t i = 0; i < sizeof(BROKEN) / sizeof(BROKEN[0]); i++) {
		const char *text = BROKEN[i].text;
		struct span body = joined(SPAN("[" GOOD ","), span_of(text), SPAN(" ," GOOD "]"));
		assert_int_equal(decode_first(body, FORMAT_BATCH), DECODE_EVENT);
		enum decode_verdict verdict = decode_more();
		if (verdict == DECODE_EVENT) /* broken behind it */
			verdict = decode_more();
		assert_int_equal(verdict, DECODE_REFUSED);
		if (strstr(refusal.detail, BROKEN[i].detail) == NULL ||
		    (BROKEN[i].fault &&
		     refusal.byte != first + (size_t)(strstr(text, BROKEN[i].fault) - text)))
			fail_msg("%s: byte %d, %s", text, (int)refusal.byte, refusal.detail);
		assert_int_equal(strstr(refusal.detail, CUT) != NULL, BROKEN[i].ends);
		if (!BROKEN[i].ends) {
			assert_int_equal(refusal.index, 1);
			assert_int_equal(decode_more(), DECODE_EVENT);
			assert_int_equal(cursor.index, 3);
			assert_int_equal(event.number[4], 5 * MILLIONTHS);
		}
		assert_int_equal(decode_more(), DECODE_END);
	}
}

static void
test_E2_element_without_its_comma_is_the_broken_one(void **state)
{
	(void)state;
	struct span body = SPAN("[" GOOD " " GOOD "," GOOD "]");

	assert_int_equal(decode_first(body, FORMAT_BATCH), DECODE_EVENT);
	assert_int_equal(decode_more(), DECODE_REFUSED);
	assert_int_equal(refusal.index, 1);
	assert_int_equal(refusal.byte, sizeof("[" GOOD " ") - 1);
	assert_non_null(strstr(refusal.detail, "a comma or ] should stand here" ON));
	assert_int_equal(decode_more(), DECODE_EVENT);
	assert_int_equal(decode_more(), DECODE_END);
}

/* However often it goes on, no more is refused than a batch may have. */
static void
test_E8_broken_elements_count_as_well(void **state)
{
	(void)state;
	rules.events_max = 3;
	assert_int_equal(decode_first(SPAN("[,,,,,,,,]"), FORMAT_BATCH), DECODE_REFUSED);
	assert_int_equal(decode_more(), DECODE_REFUSED);
	assert_int_equal(decode_more(), DECODE_REFUSED);
	assert_int_equal(refusal.err, ERR_JSON_SYNTAX);
	assert_int_equal(decode_more(), DECODE_REFUSED);
	assert_int_equal(refusal.err, ERR_BATCH_TOO_LARGE);
	assert_int_equal(decode_more(), DECODE_END);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, decode_setup, decode_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_E2_broken_element_keeps_its_neighbours_or_says_where_it_ends),
		TEST(test_E2_element_without_its_comma_is_the_broken_one),
		TEST(test_E8_broken_elements_count_as_well),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
