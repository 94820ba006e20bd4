/* test_identity.c - the 128 bits of an event. */
#include "core/identity/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void
secret_fill(uint8_t secret[IDENTITY_SECRET_SIZE], uint8_t seed)
{
	for (unsigned i = 0; i < IDENTITY_SECRET_SIZE; i++)
		secret[i] = (uint8_t)((i + 1) * 167 + seed * 31 + (i * i >> 3));
}

static void
test_E1_account_source_and_id_make_the_identity(void **state)
{
	(void)state;
	uint8_t secret[IDENTITY_SECRET_SIZE];
	secret_fill(secret, 1);
	struct identity one = identity_of(secret, SPAN("acct-1"), SPAN("/a"), SPAN("7"));

	assert_true(
		identity_equal(one, identity_of(secret, SPAN("acct-1"), SPAN("/a"), SPAN("7"))));
	assert_false(
		identity_equal(one, identity_of(secret, SPAN("acct-2"), SPAN("/a"), SPAN("7"))));
	assert_false(
		identity_equal(one, identity_of(secret, SPAN("acct-1"), SPAN("/b"), SPAN("7"))));
	assert_false(
		identity_equal(one, identity_of(secret, SPAN("acct-1"), SPAN("/a"), SPAN("8"))));
}

static void
test_parts_do_not_run_into_each_other(void **state)
{
	(void)state;
	uint8_t secret[IDENTITY_SECRET_SIZE];
	secret_fill(secret, 1);
	assert_false(identity_equal(identity_of(secret, SPAN("a"), SPAN("bc"), SPAN("d")),
	                            identity_of(secret, SPAN("a"), SPAN("b"), SPAN("cd"))));
	assert_false(identity_equal(identity_of(secret, SPAN("ab"), SPAN("c"), SPAN("d")),
	                            identity_of(secret, SPAN("a"), SPAN("bc"), SPAN("d"))));
}

static void
test_another_secret_gives_another_identity(void **state)
{
	(void)state;
	uint8_t one[IDENTITY_SECRET_SIZE];
	uint8_t two[IDENTITY_SECRET_SIZE];
	char    longest[256];
	memset(longest, 'x', sizeof(longest));
	struct span text = { longest, sizeof(longest) };
	secret_fill(one, 1);
	secret_fill(two, 2);
	for (size_t size = 0; size <= sizeof(longest); size++) {
		text.size = size;
		assert_false(identity_equal(identity_of(one, SPAN("a"), text, text),
		                            identity_of(two, SPAN("a"), text, text)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_E1_account_source_and_id_make_the_identity),
		cmocka_unit_test(test_parts_do_not_run_into_each_other),
		cmocka_unit_test(test_another_secret_gives_another_identity),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
