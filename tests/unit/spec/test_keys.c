/* test_keys.c - API keys over a whole engine. */
#define _GNU_SOURCE

#include "../engine/engine_fixture.h"

#include "core/json/json_read.h"

static int
engine_set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	fixture_open(fixture);
	fixture_engine(fixture, store_memory_open());
	fixture_account(fixture, "acme");
	*state = fixture;
	return 0;
}

static int
engine_tear_down(void **state)
{
	struct fixture *fixture = *state;
	engine_close(fixture->engine);
	fixture_close(fixture);
	free(fixture);
	return 0;
}

static const struct json *
key_create(struct fixture *fixture, const char *json)
{
	struct json *root;
	struct span  answer;
	assert_int_equal(engine_key_create(fixture->engine, &BY_TEST, span_of(json),
	                                   &fixture->arena, &answer, NULL),
	                 ERR_NONE);
	assert_int_equal(json_parse(answer, &fixture->arena, &root, NULL), ERR_NONE);
	return root;
}

static struct span
text_of(const struct json *object, const char *name)
{
	const struct json *member = json_member(object, span_of(name));
	assert_non_null(member);
	return member->text;
}

static void
test_A21_a_key_is_of_one_account_or_of_all(void **state)
{
	struct fixture    *fixture = *state;
	struct key_grant   grant;
	const struct json *all = key_create(fixture, "{\"name\":\"a\",\"scopes\":[\"operator\"]}");
	const struct json *one =
		key_create(fixture, "{\"name\":\"b\",\"scopes\":[\"ingest\",\"read\"],"
	                            "\"account\":\"acme\"}");
	assert_int_equal(engine_key_check(fixture->engine, text_of(all, "key"), &grant), ERR_NONE);
	assert_string_equal(grant.account, "");
	assert_int_equal(grant.scopes, SCOPE_OPERATOR);
	assert_int_equal(engine_key_check(fixture->engine, text_of(one, "key"), &grant), ERR_NONE);
	assert_string_equal(grant.account, "acme");
	assert_int_equal(grant.scopes, SCOPE_INGEST | SCOPE_READ);
	assert_span_equal(text_of(one, "id"), span_of(grant.id));
}

static void
test_A21_a_secret_is_shown_once_and_long(void **state)
{
	struct fixture    *fixture = *state;
	const struct json *made    = key_create(fixture, "{\"name\":\"a\",\"scopes\":[\"read\"]}");
	struct span        secret  = text_of(made, "key"), list;
	assert_int_equal(secret.size, 4 + 43); /* 256 bits, six to a character */
	assert_memory_equal(secret.at, "tly_", 4);
	assert_int_equal(engine_key_list(fixture->engine, SPAN(""), &fixture->arena, &list, NULL),
	                 ERR_NONE);
	assert_null(memmem(list.at, list.size, secret.at + 4, secret.size - 4));
	assert_non_null(memmem(list.at, list.size, "\"name\":\"a\"", 10));
}

static void
test_A21_expired_revoked_and_unknown_keys_are_refused(void **state)
{
	struct fixture    *fixture = *state;
	struct key_grant   grant;
	struct span        answer;
	const struct json *made  = key_create(fixture, "{\"name\":\"a\",\"scopes\":[\"read\"],"
	                                                "\"expires\":\"2026-11-22T01:00:00Z\"}");
	const struct json *other = key_create(fixture, "{\"name\":\"b\",\"scopes\":[\"read\"]}");
	assert_int_equal(engine_key_check(fixture->engine, text_of(made, "key"), &grant), ERR_NONE);
	fixture->now.ns += NS_PER_HOUR;
	assert_int_equal(engine_key_check(fixture->engine, text_of(made, "key"), &grant),
	                 ERR_KEY_INVALID);
	assert_int_equal(engine_key_check(fixture->engine, text_of(other, "key"), &grant),
	                 ERR_NONE);
	assert_int_equal(engine_key_revoke(fixture->engine, &BY_TEST, text_of(other, "id"),
	                                   &fixture->arena, &answer, NULL),
	                 ERR_NONE);
	assert_int_equal(engine_key_check(fixture->engine, text_of(other, "key"), &grant),
	                 ERR_KEY_INVALID);
	assert_int_equal(engine_key_check(fixture->engine, SPAN("tly_"), &grant), ERR_KEY_INVALID);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, engine_set_up, engine_tear_down)
	const struct CMUnitTest tests[] = {
		CASE(test_A21_a_key_is_of_one_account_or_of_all),
		CASE(test_A21_a_secret_is_shown_once_and_long),
		CASE(test_A21_expired_revoked_and_unknown_keys_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
