/* test_duplicate.c - likely duplicates are pointed out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/people/duplicate.h"
#include "edge/sys/memory.h"

static void
assert_duplicates(const struct named_email *people, uint32_t count, struct span expected)
{
	struct arena    arena;
	struct json_out out;
	arena_open(&arena, system_memory());
	json_open(&out, &arena);
	json_object(&out);
	duplicates_write(&out, people, count, 7, &arena);
	json_object_end(&out);
	struct span json = json_close(&out);
	if (!span_equal(json, expected))
		fail_msg("%.*s", (int)json.size, json.at);
	arena_close(&arena);
}

static void
test_A12_likely_duplicates_are_pointed_out(void **state)
{
	const struct named_email people[] = {
		{ SPAN("ann.lee@x.org"), SPAN("Ann Lee") },
		{ SPAN("annlee+ci@x.org"), SPAN("A. Lee") },
		{ SPAN("ann@home.net"), SPAN("ann  LEE") },
		{ SPAN("bob@x.org"), SPAN("Bob") },
		{ SPAN("bob@y.org"), SPAN("") },
		{ SPAN("+a@x.org"), SPAN("") },
		{ SPAN("+b@x.org"), SPAN("") },
	};
	(void)state;
	assert_duplicates(people, 7,
	                  SPAN("{\"duplicates\":{\"likely\":[{\"why\":\"name\",\"emails\":["
	                       "\"ann@home.net\",\"ann.lee@x.org\"]},{\"why\":\"email\","
	                       "\"emails\":[\"annlee+ci@x.org\",\"ann.lee@x.org\"]}],"
	                       "\"count\":2}}"));
	assert_duplicates(people + 3, 2, SPAN("{\"duplicates\":{\"likely\":[],\"count\":0}}"));
	assert_duplicates(NULL, 0, SPAN("{\"duplicates\":{\"likely\":[],\"count\":0}}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_A12_likely_duplicates_are_pointed_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
