/* test_email.c - what an e-mail may be: in lists, in histories, for signing in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>

#include "core/people/email.h"
#include "edge/sys/memory.h"

static void
test_what_an_email_may_be(void **state)
{
	static const struct {
		const char *text;
		bool        is_text, is_one, is_address;
	} CASES[] = {
		{ "ann@x.org", true, true, true },
		{ "a@b", true, true, true },
		{ "o'brien+git@x.org", true, true, true },
		{ "a@b@c", true, true, false },
		{ "zo\xc3\xab@x.org", true, true, false },
		{ "@b", true, false, false },
		{ "a@", true, false, false },
		{ "@", true, false, false },
		{ "root", true, false, false },
		{ "a b@c", true, false, false },
		{ "a\tb@c", false, false, false },
		{ "a@b\n", false, false, false },
		{ "a@b\x7f", false, false, false },
		{ "", false, false, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		struct span text = span_of(CASES[i].text);
		if (email_is_text(text) != CASES[i].is_text ||
		    email_is_one(text) != CASES[i].is_one ||
		    email_is_address(text) != CASES[i].is_address)
			fail_msg("'%s'", CASES[i].text);
	}
}

static void
test_how_long_an_email_may_be(void **state)
{
	char bytes[300];
	(void)state;
	memset(bytes, 'a', sizeof(bytes));
	bytes[1] = '@';
	assert_true(email_is_address((struct span){ bytes, 254 }));
	assert_false(email_is_address((struct span){ bytes, 255 }));
	assert_true(email_is_one((struct span){ bytes, 256 }));
	assert_false(email_is_one((struct span){ bytes, 257 }));
	assert_false(email_is_text((struct span){ bytes, 257 }));
}

static void
test_L20_case_and_space_around_do_not_matter(void **state)
{
	struct arena arena;
	(void)state;
	arena_open(&arena, system_memory());
	assert_true(span_equal(email_fold(SPAN(" Ann@X.org\t"), &arena), SPAN("ann@x.org")));
	struct span same = SPAN("ann@x.org");
	assert_ptr_equal(email_fold(same, &arena).at, same.at);
	arena_close(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_an_email_may_be),
		cmocka_unit_test(test_how_long_an_email_may_be),
		cmocka_unit_test(test_L20_case_and_space_around_do_not_matter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
