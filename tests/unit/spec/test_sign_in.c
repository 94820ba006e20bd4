/* test_sign_in.c - people, roles and sessions over a whole engine. */
#define _GNU_SOURCE

#include "../engine/engine_fixture.h"

#include <time.h>

#include "core/json/json_read.h"
#include "core/people/role.h"

#define RIGHT_PASSWORD "correct horse battery"

static const struct change FROM_HOME = { .actor_kind = ACTOR_PERSON,
	                                 .actor      = { "x", 1 },
	                                 .address    = { "192.0.2.1", 9 } };
static const struct change FROM_AWAY = { .actor_kind = ACTOR_PERSON,
	                                 .actor      = { "x", 1 },
	                                 .address    = { "192.0.2.2", 9 } };

static enum err
person_add(struct fixture *fixture, const char *email, bool is_operator)
{
	char        json[256];
	struct span answer;
	snprintf(json, sizeof json,
	         "{\"email\":\"%s\",\"operator\":%s,\"password\":\"" RIGHT_PASSWORD "\"}", email,
	         is_operator ? "true" : "false");
	return engine_person_add(fixture->engine, &BY_TEST, span_of(json), &fixture->arena, &answer,
	                         NULL);
}

/* ann@acme.io may sign in; opal@acme.io operates. */
static int
site_open(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	assert_non_null(fixture);
	fixture_open(fixture);
	fixture_engine(fixture, store_memory_open());
	fixture_account(fixture, "acme");
	fixture_account(fixture, "globex");
	assert_int_equal(person_add(fixture, "Ann@Acme.io", false), ERR_NONE);
	assert_int_equal(person_add(fixture, "opal@acme.io", true), ERR_NONE);
	*state = fixture;
	return 0;
}

static int
site_close(void **state)
{
	struct fixture *fixture = *state;
	engine_close(fixture->engine);
	fixture_close(fixture);
	free(fixture);
	return 0;
}

struct signed_in {
	enum err             err;
	char                 token[SESSION_TOKEN_SIZE + 1];
	uint32_t             wait_s;
	struct session_grant grant;
};

static struct signed_in
sign_in(struct fixture *fixture, const struct change *from, const char *email, const char *password)
{
	struct signed_in in = { .err = ERR_NONE };
	char             json[256];
	snprintf(json, sizeof json, "{\"email\":\"%s\",\"password\":\"%s\"}", email, password);
	in.err = engine_session_begin(fixture->engine, from, span_of(json), &fixture->arena,
	                              in.token, &in.wait_s, NULL);
	return in;
}

static enum err
check(struct fixture *fixture, struct signed_in *in)
{
	return engine_session_check(fixture->engine, span_of(in->token), &in->grant);
}

static enum err
person_change(struct fixture *fixture, const char *email, const char *json)
{
	struct span answer;
	return engine_person_change(fixture->engine, &BY_TEST, span_of(email), span_of(json),
	                            &fixture->arena, &answer, NULL);
}

static enum err
role_grant(struct fixture *fixture, const char *account, const char *email, const char *role)
{
	struct span answer;
	return engine_role_grant(fixture->engine, &BY_TEST, span_of(account), span_of(email),
	                         span_of(role), &fixture->arena, &answer, NULL);
}

static enum err
role_revoke(struct fixture *fixture, const char *account, const char *email, const char *role)
{
	struct span answer;
	return engine_role_revoke(fixture->engine, &BY_TEST, span_of(account), span_of(email),
	                          span_of(role), &fixture->arena, &answer, NULL);
}

/* ---- sessions ---- */

static void
test_A22_the_password_opens_a_session(void **state)
{
	struct fixture  *fixture = *state;
	struct signed_in in      = sign_in(fixture, &FROM_HOME, "ANN@acme.io", RIGHT_PASSWORD);
	struct signed_in again   = sign_in(fixture, &FROM_HOME, "ann@acme.io", RIGHT_PASSWORD);
	assert_int_equal(in.err, ERR_NONE);
	assert_int_equal(check(fixture, &in), ERR_NONE);
	assert_string_equal(in.grant.email, "ann@acme.io");
	assert_false(in.grant.is_operator);
	assert_int_equal(strlen(in.token), SESSION_TOKEN_SIZE);
	/* A new token each time, and one of its own against forged requests. */
	assert_int_equal(check(fixture, &again), ERR_NONE);
	assert_string_not_equal(in.token, again.token);
	assert_string_not_equal(in.grant.csrf, again.grant.csrf);
	assert_string_not_equal(in.token, in.grant.csrf);
	in.token[0] = in.token[0] == 'A' ? 'B' : 'A';
	assert_int_equal(check(fixture, &in), ERR_SESSION);
}

static void
test_A22_a_session_ends_after_twelve_hours(void **state)
{
	struct fixture  *fixture = *state;
	struct signed_in in      = sign_in(fixture, &FROM_HOME, "ann@acme.io", RIGHT_PASSWORD);
	fixture->now.ns += 12 * NS_PER_HOUR - 1;
	assert_int_equal(check(fixture, &in), ERR_NONE);
	fixture->now.ns += 1;
	assert_int_equal(check(fixture, &in), ERR_SESSION);
}

static void
test_A22_signing_out_ends_the_session(void **state)
{
	struct fixture  *fixture = *state;
	struct signed_in in      = sign_in(fixture, &FROM_HOME, "ann@acme.io", RIGHT_PASSWORD);
	struct signed_in other   = sign_in(fixture, &FROM_HOME, "ann@acme.io", RIGHT_PASSWORD);
	assert_int_equal(engine_session_end(fixture->engine, &FROM_HOME, span_of(in.token),
	                                    &fixture->arena, NULL),
	                 ERR_NONE);
	assert_int_equal(check(fixture, &in), ERR_SESSION);
	assert_int_equal(check(fixture, &other), ERR_NONE);
}

static void
test_A22_a_new_password_ends_every_session(void **state)
{
	struct fixture  *fixture = *state;
	struct signed_in in      = sign_in(fixture, &FROM_HOME, "ann@acme.io", RIGHT_PASSWORD);
	struct signed_in opal    = sign_in(fixture, &FROM_HOME, "opal@acme.io", RIGHT_PASSWORD);
	uint32_t         wait_s;
	struct span      wrong =
		SPAN("{\"current\":\"correct horse batterie\",\"password\":\"another horse\"}");
	struct span right =
		SPAN("{\"current\":\"" RIGHT_PASSWORD "\",\"password\":\"another horse\"}");
	struct span brief = SPAN("{\"current\":\"" RIGHT_PASSWORD "\",\"password\":\"horse\"}");
	assert_int_equal(engine_session_password(fixture->engine, &FROM_HOME, SPAN("ann@acme.io"),
	                                         wrong, &fixture->arena, &wait_s, NULL),
	                 ERR_SIGN_IN);
	assert_int_equal(engine_session_password(fixture->engine, &FROM_HOME, SPAN("ann@acme.io"),
	                                         brief, &fixture->arena, &wait_s, NULL),
	                 ERR_PASSWORD);
	assert_int_equal(check(fixture, &in), ERR_NONE);
	assert_int_equal(engine_session_password(fixture->engine, &FROM_HOME, SPAN("ann@acme.io"),
	                                         right, &fixture->arena, &wait_s, NULL),
	                 ERR_NONE);
	assert_int_equal(check(fixture, &in), ERR_SESSION);
	assert_int_equal(check(fixture, &opal), ERR_NONE);
	in = sign_in(fixture, &FROM_HOME, "ann@acme.io", "another horse");
	assert_int_equal(check(fixture, &in), ERR_NONE);
	/* And one that an operator gives. */
	assert_int_equal(person_change(fixture, "ann@acme.io", "{\"password\":null}"), ERR_NONE);
	assert_int_equal(check(fixture, &in), ERR_SESSION);
}

static void
test_A22_disabling_and_removal_end_every_session(void **state)
{
	struct fixture  *fixture = *state;
	struct span      answer;
	struct signed_in in = sign_in(fixture, &FROM_HOME, "ann@acme.io", RIGHT_PASSWORD);
	assert_int_equal(person_change(fixture, "ann@acme.io", "{\"disabled\":true}"), ERR_NONE);
	assert_int_equal(check(fixture, &in), ERR_SESSION);
	in = sign_in(fixture, &FROM_HOME, "ann@acme.io", RIGHT_PASSWORD);
	assert_int_equal(in.err, ERR_SIGN_IN);
	assert_int_equal(person_change(fixture, "ann@acme.io", "{\"disabled\":false}"), ERR_NONE);
	in = sign_in(fixture, &FROM_HOME, "ann@acme.io", RIGHT_PASSWORD);
	assert_int_equal(in.err, ERR_NONE);
	assert_int_equal(engine_person_remove(fixture->engine, &BY_TEST, SPAN("ann@acme.io"),
	                                      &fixture->arena, &answer, NULL),
	                 ERR_NONE);
	assert_int_equal(check(fixture, &in), ERR_SESSION);
	assert_int_equal(sign_in(fixture, &FROM_HOME, "ann@acme.io", RIGHT_PASSWORD).err,
	                 ERR_SIGN_IN);
}

static void
test_A22_the_oldest_of_many_sessions_gives_way(void **state)
{
	enum { MANY = 17 };
	struct fixture  *fixture = *state;
	struct signed_in in[MANY];
	for (int i = 0; i < MANY; i++) {
		fixture->now.ns += NS_PER_SECOND;
		in[i] = sign_in(fixture, &FROM_HOME, "ann@acme.io", RIGHT_PASSWORD);
	}
	assert_int_equal(check(fixture, &in[0]), ERR_SESSION);
	for (int i = 1; i < MANY; i++)
		assert_int_equal(check(fixture, &in[i]), ERR_NONE);
}

/* ---- wrong passwords ---- */

static void
test_A22_wrong_passwords_slow_down(void **state)
{
	struct fixture *fixture = *state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(sign_in(fixture, &FROM_HOME, "ann@acme.io", "wrong").err,
		                 ERR_SIGN_IN);
	struct signed_in in = sign_in(fixture, &FROM_HOME, "ann@acme.io", RIGHT_PASSWORD);
	assert_int_equal(in.err, ERR_SIGN_IN_SLOW);
	assert_int_equal(in.wait_s, 1);
	/* The person from elsewhere, and others from here, do not wait. */
	assert_int_equal(sign_in(fixture, &FROM_AWAY, "ann@acme.io", RIGHT_PASSWORD).err, ERR_NONE);
	assert_int_equal(sign_in(fixture, &FROM_HOME, "opal@acme.io", RIGHT_PASSWORD).err,
	                 ERR_NONE);
	/* Each further failure doubles the wait. */
	for (uint32_t wait_s = 1; wait_s <= 64; wait_s *= 2) {
		fixture->now.ns += wait_s * NS_PER_SECOND;
		in = sign_in(fixture, &FROM_HOME, "ann@acme.io", "wrong");
		assert_int_equal(in.err, ERR_SIGN_IN);
		in = sign_in(fixture, &FROM_HOME, "ann@acme.io", "wrong");
		assert_int_equal(in.err, ERR_SIGN_IN_SLOW);
		assert_int_equal(in.wait_s, 2 * wait_s);
	}
	fixture->now.ns += 128 * NS_PER_SECOND;
	assert_int_equal(sign_in(fixture, &FROM_HOME, "ann@acme.io", RIGHT_PASSWORD).err, ERR_NONE);
	assert_int_equal(sign_in(fixture, &FROM_HOME, "ann@acme.io", "wrong").err, ERR_SIGN_IN);
	assert_int_equal(sign_in(fixture, &FROM_HOME, "ann@acme.io", RIGHT_PASSWORD).err, ERR_NONE);
}

/* Processor time: others that run beside do not count. */
static void
sign_in_timed(struct fixture *fixture, const char *email, int64_t *quickest_ns)
{
	struct timespec from, until;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
	assert_int_equal(sign_in(fixture, &FROM_HOME, email, "wrong").err, ERR_SIGN_IN);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &until);
	int64_t took = (until.tv_sec - from.tv_sec) * NS_PER_SECOND + until.tv_nsec - from.tv_nsec;
	*quickest_ns = took < *quickest_ns ? took : *quickest_ns;
}

/* Strangers are slowed like anybody else, answered like anybody else, and work as long: one
 * who was turned away without the work would be a thousand times as quick. */
static void
test_A23_a_stranger_is_like_a_wrong_password(void **state)
{
	enum { TURNS = 4, TIMES_MOST = 4 };
	struct fixture *fixture = *state;
	int64_t         known = INT64_MAX, stranger = INT64_MAX, nonsense = INT64_MAX;

	for (int i = 0; i < TURNS; i++) {
		sign_in_timed(fixture, "ann@acme.io", &known);
		sign_in_timed(fixture, "bob@acme.io", &stranger);
		sign_in_timed(fixture, "bob", &nonsense);
	}
	if (known > TIMES_MOST * stranger || stranger > TIMES_MOST * known ||
	    nonsense < known / TIMES_MOST)
		fail_msg("a person %lld ns, a stranger %lld, no e-mail %lld", (long long)known,
		         (long long)stranger, (long long)nonsense);
	for (int i = 0; i < 1; i++)
		assert_int_equal(sign_in(fixture, &FROM_HOME, "bob@acme.io", "wrong").err,
		                 ERR_SIGN_IN);
	assert_int_equal(sign_in(fixture, &FROM_HOME, "bob@acme.io", "wrong").err,
	                 ERR_SIGN_IN_SLOW);
}

/* ---- roles ---- */

static void
test_A20_roles_bring_rights_in_one_account(void **state)
{
	struct fixture *fixture = *state;
	struct engine  *engine  = fixture->engine;
	struct span     ann     = SPAN("ann@acme.io");
	assert_int_equal(engine_person_rights(engine, ann, SPAN("acme")), 0);
	assert_int_equal(role_grant(fixture, "acme", "Ann@acme.io", "licence_viewer"), ERR_NONE);
	assert_int_equal(engine_person_rights(engine, ann, SPAN("acme")),
	                 RIGHT_MEMBER | RIGHT_VIEW);
	assert_int_equal(role_grant(fixture, "acme", "ann@acme.io", "billing_administrator"),
	                 ERR_NONE);
	assert_int_equal(engine_person_rights(engine, ann, SPAN("acme")),
	                 RIGHT_MEMBER | RIGHT_VIEW | RIGHT_INVOICES | RIGHT_BILLING);
	assert_int_equal(engine_person_rights(engine, ann, SPAN("globex")), 0);
	assert_int_equal(engine_person_rights(engine, SPAN("opal@acme.io"), SPAN("globex")),
	                 RIGHTS_ALL);
	assert_int_equal(role_revoke(fixture, "acme", "ann@acme.io", ""), ERR_NONE);
	assert_int_equal(engine_person_rights(engine, ann, SPAN("acme")), 0);
	assert_int_equal(role_revoke(fixture, "acme", "ann@acme.io", ""), ERR_NOT_FOUND);
	assert_int_equal(role_grant(fixture, "acme", "ann@acme.io", "emperor"), ERR_FIELD_VALUE);
	assert_int_equal(role_grant(fixture, "nobody", "ann@acme.io", "licence_viewer"),
	                 ERR_ACCOUNT_UNKNOWN);
}

/* A role of somebody who cannot sign in yet counts once he can. */
static void
test_A20_a_role_may_wait_for_its_person(void **state)
{
	struct fixture *fixture = *state;
	struct span     cy      = SPAN("cy@acme.io");
	assert_int_equal(role_grant(fixture, "acme", "cy@acme.io", "licence_editor"), ERR_NONE);
	assert_int_equal(engine_person_rights(fixture->engine, cy, SPAN("acme")), 0);
	assert_int_equal(person_add(fixture, "cy@acme.io", false), ERR_NONE);
	assert_int_equal(engine_person_rights(fixture->engine, cy, SPAN("acme")),
	                 RIGHT_MEMBER | RIGHT_VIEW | RIGHT_EDIT);
}

static void
test_A20_the_last_administrator_stays(void **state)
{
	struct fixture *fixture = *state;
	struct span     answer;
	assert_int_equal(role_grant(fixture, "acme", "ann@acme.io", "administrator"), ERR_NONE);
	/* Somebody who cannot sign in does not count. */
	assert_int_equal(role_grant(fixture, "acme", "ghost@acme.io", "administrator"), ERR_NONE);
	assert_int_equal(role_revoke(fixture, "acme", "ann@acme.io", "administrator"),
	                 ERR_LAST_ADMINISTRATOR);
	assert_int_equal(role_revoke(fixture, "acme", "ann@acme.io", ""), ERR_LAST_ADMINISTRATOR);
	assert_int_equal(person_change(fixture, "ann@acme.io", "{\"disabled\":true}"),
	                 ERR_LAST_ADMINISTRATOR);
	assert_int_equal(engine_person_remove(fixture->engine, &BY_TEST, SPAN("ann@acme.io"),
	                                      &fixture->arena, &answer, NULL),
	                 ERR_LAST_ADMINISTRATOR);
	assert_int_equal(role_grant(fixture, "acme", "opal@acme.io", "administrator"), ERR_NONE);
	assert_int_equal(role_revoke(fixture, "acme", "ann@acme.io", "administrator"), ERR_NONE);
	assert_int_equal(role_revoke(fixture, "acme", "ghost@acme.io", "administrator"), ERR_NONE);
}

static void
test_A20_the_last_operator_stays(void **state)
{
	struct fixture *fixture = *state;
	struct span     answer;
	assert_int_equal(person_change(fixture, "opal@acme.io", "{\"operator\":false}"),
	                 ERR_LAST_OPERATOR);
	assert_int_equal(person_change(fixture, "opal@acme.io", "{\"disabled\":true}"),
	                 ERR_LAST_OPERATOR);
	assert_int_equal(engine_person_remove(fixture->engine, &BY_TEST, SPAN("opal@acme.io"),
	                                      &fixture->arena, &answer, NULL),
	                 ERR_LAST_OPERATOR);
	assert_int_equal(person_change(fixture, "ann@acme.io", "{\"operator\":true}"), ERR_NONE);
	assert_int_equal(person_change(fixture, "opal@acme.io", "{\"operator\":false}"), ERR_NONE);
	assert_true(engine_has_operator(fixture->engine));
}

static void
test_A20_each_sees_the_accounts_of_his_roles(void **state)
{
	struct fixture *fixture = *state;
	struct span     answer;
	assert_int_equal(role_grant(fixture, "globex", "ann@acme.io", "licence_viewer"), ERR_NONE);
	assert_int_equal(engine_person_accounts(fixture->engine, SPAN("ann@acme.io"), 1, SPAN(""),
	                                        &fixture->arena, &answer, NULL),
	                 ERR_NONE);
	assert_non_null(memmem(answer.at, answer.size, "globex", 6));
	assert_null(memmem(answer.at, answer.size, "acme", 4));
	/* The page does not tell that there is more of what is not his. */
	assert_int_equal(role_revoke(fixture, "globex", "ann@acme.io", ""), ERR_NONE);
	assert_int_equal(role_grant(fixture, "acme", "ann@acme.io", "licence_viewer"), ERR_NONE);
	assert_int_equal(engine_person_accounts(fixture->engine, SPAN("ann@acme.io"), 1, SPAN(""),
	                                        &fixture->arena, &answer, NULL),
	                 ERR_NONE);
	assert_null(memmem(answer.at, answer.size, "next", 4));
}

/* ---- people ---- */

static void
test_A22_odd_people_are_refused(void **state)
{
	static const struct {
		const char *json;
		enum err    err;
	} CASES[] = {
		{ "{\"email\":\"ann@acme.io\"}", ERR_PERSON_EXISTS },
		{ "{\"email\":\"ANN@ACME.IO\"}", ERR_PERSON_EXISTS },
		{ "{}", ERR_FIELD_MISSING },
		{ "[]", ERR_FIELD_TYPE },
		{ "{\"email\":\"a@b@c\"}", ERR_FIELD_VALUE },
		{ "{\"email\":\"@b\"}", ERR_FIELD_VALUE },
		{ "{\"email\":\"a@\"}", ERR_FIELD_VALUE },
		{ "{\"email\":\"a b@c\"}", ERR_FIELD_VALUE },
		{ "{\"email\":\"a@b\\u000ac\"}", ERR_FIELD_VALUE },
		{ "{\"email\":\"a@b\",\"roles\":[]}", ERR_FIELD_UNKNOWN },
		{ "{\"email\":\"a@b\",\"operator\":1}", ERR_FIELD_TYPE },
		{ "{\"email\":\"a@b\",\"password\":\"elevenbytes\"}", ERR_PASSWORD },
		{ "{\"email\":\"a@b\",\"password\":12}", ERR_FIELD_TYPE },
	};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct span answer;
		enum err err = engine_person_add(fixture->engine, &BY_TEST, span_of(CASES[i].json),
		                                 &fixture->arena, &answer, NULL);
		if (err != CASES[i].err)
			fail_msg("%s: %d, not %d", CASES[i].json, err, CASES[i].err);
	}
	assert_int_equal(person_change(fixture, "nobody@acme.io", "{}"), ERR_PERSON_UNKNOWN);
	assert_int_equal(person_change(fixture, "ann@acme.io", "{\"email\":\"b@c\"}"),
	                 ERR_FIELD_VALUE);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, site_open, site_close)
	const struct CMUnitTest tests[] = {
		CASE(test_A22_the_password_opens_a_session),
		CASE(test_A22_a_session_ends_after_twelve_hours),
		CASE(test_A22_signing_out_ends_the_session),
		CASE(test_A22_a_new_password_ends_every_session),
		CASE(test_A22_disabling_and_removal_end_every_session),
		CASE(test_A22_the_oldest_of_many_sessions_gives_way),
		CASE(test_A22_wrong_passwords_slow_down),
		CASE(test_A23_a_stranger_is_like_a_wrong_password),
		CASE(test_A20_roles_bring_rights_in_one_account),
		CASE(test_A20_a_role_may_wait_for_its_person),
		CASE(test_A20_the_last_administrator_stays),
		CASE(test_A20_the_last_operator_stays),
		CASE(test_A20_each_sees_the_accounts_of_his_roles),
		CASE(test_A22_odd_people_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
