/* test_sign_in_link.c - links that sign in once: used, too old, replaced, after a kill. */
#include "engine_fixture.h"

#include <ftw.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/json/json_read.h"

#define ANN "ann@acme.io"

struct site {
	struct fixture fixture;
	char           path[64];
};

struct link {
	char token[64];
};

static const struct change FROM_HOME = { .address = { "192.0.2.1", 9 } };
static const struct change FROM_AWAY = { .address = { "192.0.2.2", 9 } };

static enum err
person_put(struct site *site, const char *json)
{
	struct span answer;
	return engine_person_add(site->fixture.engine, &BY_TEST, span_of(json),
	                         &site->fixture.arena, &answer, NULL);
}

static enum err
person_change(struct site *site, const char *json)
{
	struct span answer;
	return engine_person_change(site->fixture.engine, &BY_TEST, SPAN(ANN), span_of(json),
	                            &site->fixture.arena, &answer, NULL);
}

static int
site_open(void **state)
{
	struct site *site = calloc(1, sizeof(*site));
	assert_non_null(site);
	snprintf(site->path, sizeof site->path, "/tmp/tally-link-XXXXXX");
	assert_non_null(mkdtemp(site->path));
	fixture_open(&site->fixture);
	fixture_engine(&site->fixture, open_directory(site->path));
	assert_int_equal(person_put(site, "{\"email\":\"" ANN "\"}"), ERR_NONE);
	assert_int_equal(person_put(site, "{\"email\":\"opal@acme.io\",\"operator\":true}"),
	                 ERR_NONE);
	*state = site;
	return 0;
}

static int
entry_remove(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

static int
site_close(void **state)
{
	struct site *site = *state;
	engine_close(site->fixture.engine);
	fixture_close(&site->fixture);
	nftw(site->path, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
	free(site);
	return 0;
}

static void
site_restart(struct site *site)
{
	engine_close(site->fixture.engine);
	fixture_engine(&site->fixture, open_directory(site->path));
}

static enum err
link_make(struct site *site, const char *email, const char *json, struct span *answer)
{
	return engine_person_link(site->fixture.engine, &BY_TEST, span_of(email), span_of(json),
	                          &site->fixture.arena, answer, NULL);
}

static struct link
link_of(struct site *site, const char *json)
{
	struct span  answer;
	struct json *root;
	struct link  link = { .token = "" };
	assert_int_equal(link_make(site, ANN, json, &answer), ERR_NONE);
	assert_int_equal(json_parse(answer, &site->fixture.arena, &root, NULL), ERR_NONE);
	struct span token = json_member(root, SPAN("link"))->text;
	assert_int_equal(token.size, SESSION_TOKEN_SIZE);
	memcpy(link.token, token.at, token.size);
	return link;
}

/* The e-mail that is signed in then stands in *grant. */
static enum err
link_use_from(struct site *site, const struct change *from, const struct link *link,
              struct session_grant *grant, uint32_t *wait_s)
{
	char json[128], token[SESSION_TOKEN_SIZE + 1];
	snprintf(json, sizeof json, "{\"link\":\"%s\"}", link->token);
	enum err err = engine_session_begin(site->fixture.engine, from, span_of(json),
	                                    &site->fixture.arena, token, wait_s, NULL);
	if (err == ERR_NONE)
		assert_int_equal(engine_session_check(site->fixture.engine, span_of(token), grant),
		                 ERR_NONE);
	return err;
}

static enum err
link_use(struct site *site, const struct link *link)
{
	struct session_grant grant;
	uint32_t             wait_s;
	return link_use_from(site, &FROM_HOME, link, &grant, &wait_s);
}

static void
test_A22_a_link_signs_its_person_in_once(void **state)
{
	struct site         *site = *state;
	struct session_grant grant;
	uint32_t             wait_s;
	struct link          link = link_of(site, "");
	assert_int_equal(link_use_from(site, &FROM_HOME, &link, &grant, &wait_s), ERR_NONE);
	assert_string_equal(grant.email, ANN);
	assert_false(grant.is_operator);
	assert_int_equal(link_use(site, &link), ERR_SIGN_IN_LINK);
	site_restart(site);
	assert_int_equal(link_use(site, &link), ERR_SIGN_IN_LINK);
}

static void
test_A22_a_link_outlives_a_restart(void **state)
{
	struct site *site = *state;
	struct link  link = link_of(site, "{}");
	site_restart(site);
	assert_int_equal(link_use(site, &link), ERR_NONE);
}

/* The process that used the link is killed in the moment in which it has the session. */
static void
test_A22_a_used_link_is_used_up_after_a_kill(void **state)
{
	struct site *site   = *state;
	struct link  link   = link_of(site, "{}");
	int          status = 0;
	engine_close(site->fixture.engine);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		fixture_engine(&site->fixture, open_directory(site->path));
		if (link_use(site, &link) == ERR_NONE)
			kill(getpid(), SIGKILL);
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	fixture_engine(&site->fixture, open_directory(site->path));
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_int_equal(link_use(site, &link), ERR_SIGN_IN_LINK);
}

static void
test_A22_a_link_gets_too_old(void **state)
{
	const int64_t minute_ns = 60 * NS_PER_SECOND;
	struct site  *site      = *state;
	struct link   link      = link_of(site, "{}");
	site->fixture.now.ns += 15 * minute_ns;
	assert_int_equal(link_use(site, &link), ERR_SIGN_IN_LINK);
	link = link_of(site, "{}");
	site->fixture.now.ns += 15 * minute_ns - 1;
	assert_int_equal(link_use(site, &link), ERR_NONE);
	link = link_of(site, "{\"minutes\":1440}");
	site->fixture.now.ns += 1440 * minute_ns - 1;
	assert_int_equal(link_use(site, &link), ERR_NONE);
}

static void
test_A22_a_newer_link_replaces_the_one_before(void **state)
{
	struct site *site  = *state;
	struct link  first = link_of(site, "{}"), second = link_of(site, "{}");
	assert_string_not_equal(first.token, second.token);
	assert_int_equal(link_use(site, &first), ERR_SIGN_IN_LINK);
	assert_int_equal(link_use(site, &second), ERR_NONE);
}

/* Each of these ends the link, and so it stays when the person is back. */
static void
test_A22_password_disabling_and_removal_end_a_link(void **state)
{
	struct site *site = *state;
	struct span  answer;
	struct link  link = link_of(site, "{}");
	assert_int_equal(person_change(site, "{\"name\":\"Ann\"}"), ERR_NONE);
	assert_int_equal(link_use(site, &link), ERR_NONE); /* a name changes nothing */
	link = link_of(site, "{}");
	assert_int_equal(person_change(site, "{\"password\":null}"), ERR_NONE);
	assert_int_equal(link_use(site, &link), ERR_SIGN_IN_LINK);
	link = link_of(site, "{}");
	assert_int_equal(person_change(site, "{\"disabled\":true}"), ERR_NONE);
	assert_int_equal(link_use(site, &link), ERR_SIGN_IN_LINK);
	assert_int_equal(link_make(site, ANN, "{}", &answer), ERR_PERSON_DISABLED);
	assert_int_equal(person_change(site, "{\"disabled\":false}"), ERR_NONE);
	assert_int_equal(link_use(site, &link), ERR_SIGN_IN_LINK);
	link = link_of(site, "{}");
	assert_int_equal(engine_person_remove(site->fixture.engine, &BY_TEST, SPAN(ANN),
	                                      &site->fixture.arena, &answer, NULL),
	                 ERR_NONE);
	assert_int_equal(person_put(site, "{\"email\":\"" ANN "\"}"), ERR_NONE);
	assert_int_equal(link_use(site, &link), ERR_SIGN_IN_LINK);
}

static void
test_A22_one_s_own_new_password_ends_a_link(void **state)
{
	struct site *site = *state;
	uint32_t     wait_s;
	assert_int_equal(person_change(site, "{\"password\":\"correct horse battery\"}"), ERR_NONE);
	struct link link = link_of(site, "{}");
	enum err    err  = engine_session_password(
		    site->fixture.engine, &FROM_HOME, SPAN(ANN),
		    SPAN("{\"current\":\"correct horse battery\",\"password\":\"another horse, "
	                     "please\"}"),
		    &site->fixture.arena, &wait_s, NULL);
	assert_int_equal(err, ERR_NONE);
	assert_int_equal(link_use(site, &link), ERR_SIGN_IN_LINK);
}

/* Whoever guesses is slowed down; nobody elsewhere is with him. */
static void
test_A22_many_wrong_links_slow_an_address_down(void **state)
{
	enum { FREE = 50 };
	struct site         *site = *state;
	struct session_grant grant;
	uint32_t             wait_s;
	struct link          right = link_of(site, "{}"), wrong = right;
	for (int i = 0; i < FREE; i++) {
		wrong.token[0] = (char)('A' + i % 26);
		wrong.token[1] = (char)('a' + i / 26);
		assert_int_equal(link_use(site, &wrong), ERR_SIGN_IN_LINK);
	}
	assert_int_equal(link_use_from(site, &FROM_HOME, &right, &grant, &wait_s),
	                 ERR_SIGN_IN_SLOW);
	assert_int_equal(wait_s, 1);
	assert_int_equal(link_use_from(site, &FROM_AWAY, &right, &grant, &wait_s), ERR_NONE);
}

static void
test_A22_odd_links_are_refused(void **state)
{
	static const char *const ODD[]    = { "{\"minutes\":0}",
		                              "{\"minutes\":1441}",
		                              "{\"minutes\":\"15\"}",
		                              "{\"minutes\":1.5}",
		                              "{\"minutes\":-1}",
		                              "{\"hours\":1}",
		                              "[]",
		                              "{" };
	static const char *const TOKENS[] = { "", "x", "A", "\\u0000" };
	struct site             *site     = *state;
	struct span              answer;
	for (size_t i = 0; i < sizeof ODD / sizeof ODD[0]; i++)
		assert_int_not_equal(link_make(site, ANN, ODD[i], &answer), ERR_NONE);
	assert_int_equal(link_make(site, "bob@acme.io", "{}", &answer), ERR_PERSON_UNKNOWN);
	for (size_t i = 0; i < sizeof TOKENS / sizeof TOKENS[0]; i++) {
		struct link link;
		snprintf(link.token, sizeof link.token, "%s", TOKENS[i]);
		assert_int_not_equal(link_use(site, &link), ERR_NONE);
	}
	/* A person without a link is nobody's who knows the hash of none. */
	struct link zeros = { .token = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
	assert_int_equal(link_use(site, &zeros), ERR_SIGN_IN_LINK);
}

static void
test_A24_the_trail_has_the_link_without_its_token(void **state)
{
	struct site    *site     = *state;
	struct question question = { .limit = 3 };
	struct span     answer;
	struct link     link = link_of(site, "{}");
	assert_int_equal(link_use(site, &link), ERR_NONE);
	assert_int_equal(engine_audit_list(site->fixture.engine, &question, &site->fixture.arena,
	                                   &answer, NULL),
	                 ERR_NONE);
	assert_non_null(memmem(answer.at, answer.size, "\"person.link\"", 13));
	assert_non_null(memmem(answer.at, answer.size,
	                       "\"before\":{\"email\":\"" ANN "\",\"expires\"",
	                       strlen("\"before\":{\"email\":\"" ANN "\",\"expires\"")));
	assert_null(memmem(answer.at, answer.size, link.token, SESSION_TOKEN_SIZE));
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, site_open, site_close)
	const struct CMUnitTest tests[] = {
		CASE(test_A22_a_link_signs_its_person_in_once),
		CASE(test_A22_a_link_outlives_a_restart),
		CASE(test_A22_a_used_link_is_used_up_after_a_kill),
		CASE(test_A22_a_link_gets_too_old),
		CASE(test_A22_a_newer_link_replaces_the_one_before),
		CASE(test_A22_password_disabling_and_removal_end_a_link),
		CASE(test_A22_one_s_own_new_password_ends_a_link),
		CASE(test_A22_many_wrong_links_slow_an_address_down),
		CASE(test_A22_odd_links_are_refused),
		CASE(test_A24_the_trail_has_the_link_without_its_token),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
