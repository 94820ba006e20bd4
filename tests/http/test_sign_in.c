/* test_sign_in.c - browsers against a server over a whole engine: cookies, forged
 * requests, restarts, roles. */
#define _GNU_SOURCE
#include "sign_in_site.h"

/* ---- sessions ---- */

static void
test_A22_a_session_is_a_cookie_that_scripts_cannot_read(void **state)
{
	struct place *place = *state;
	struct reply  reply = sign_in(place, "Vic@acme.io", PASSWORD, "");
	assert_int_equal(reply.status, 201);
	assert_non_null(strstr(reply.text, "; Path=/; HttpOnly; SameSite=Lax; Max-Age=43200\r\n"));
	assert_non_null(strstr(reply.text, "Cache-Control: no-store"));
	assert_null(strstr(reply.text, "Secure")); /* there is no TLS here */
	assert_non_null(strstr(reply.body, "\"roles\":[{\"account\":\"acme\","));
	reply_free(&reply);
	struct browser vic = browser_open(place, "vic@acme.io");
	reply              = browse(&vic, "GET", "/v1/session", "", NULL);
	assert_int_equal(reply.status, 200);
	assert_non_null(strstr(reply.body, vic.csrf));
	assert_null(strstr(reply.body, vic.cookie + strlen("tally_session=")));
	reply_free(&reply);
}

#define PLANTED "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static void
test_A22_a_planted_cookie_is_not_taken_over(void **state)
{
	struct place  *place  = *state;
	struct browser vic    = { .place = place };
	const char    *fields = "Cookie: tally_session=" PLANTED "\r\n";
	struct reply   reply  = sign_in(place, "vic@acme.io", PASSWORD, fields);
	assert_int_equal(reply.status, 201);
	text_between(reply.text, "Set-Cookie: ", ';', vic.cookie, sizeof vic.cookie);
	assert_null(strstr(vic.cookie, "AAAAAAAA"));
	reply_free(&reply);
	assert_int_equal(browse_status(&vic, "GET", "/v1/session", "", NULL), 200);
}

static void
test_A22_sessions_outlive_a_restart_and_end_with_signing_out(void **state)
{
	struct place  *place = *state;
	struct browser vic = browser_open(place, "vic@acme.io"), copy = vic;
	place_stop(place);
	place_start(place);
	assert_int_equal(browse_status(&vic, "GET", "/v1/accounts/acme", "", NULL), 200);
	assert_int_equal(change_status(&vic, "DELETE", "/v1/session", NULL), 204);
	assert_int_equal(browse_status(&copy, "GET", "/v1/accounts/acme", "", NULL), 401);
	place_stop(place);
	place_start(place);
	assert_int_equal(browse_status(&copy, "GET", "/v1/accounts/acme", "", NULL), 401);
	assert_int_equal(browse_status(&copy, "GET", "/v1/session", "", NULL), 401);
}

static void
test_A22_a_session_and_a_key_do_not_mix(void **state)
{
	struct place  *place = *state;
	struct browser opal  = browser_open(place, "opal@acme.io");
	/* A key that is given is what counts, right or wrong. */
	assert_int_equal(browse_status(&opal, "GET", "/v1/users",
	                               "Authorization: Bearer tly_wrong\r\n", NULL),
	                 401);
	assert_int_equal(browse_status(&opal, "GET", "/v1/users", "", NULL), 200);
	assert_int_equal(ask_status(&place->site, "GET", "/v1/session", place->key, "", NULL), 403);
}

static void
test_A22_too_many_wrong_passwords_wait(void **state)
{
	struct place *place = *state;
	for (int i = 0; i < 5; i++) {
		struct reply reply = sign_in(place, "vic@acme.io", "wrong", "");
		assert_int_equal(reply.status, 401);
		reply_free(&reply);
	}
	struct reply reply = sign_in(place, "vic@acme.io", PASSWORD, "");
	assert_int_equal(reply.status, 429);
	assert_non_null(strstr(reply.text, "Retry-After: 1"));
	reply_free(&reply);
	(void)browser_open(place, "opal@acme.io");
}

/* Whether a person is there is not told: the same answer, byte for byte. */
static void
test_A23_a_stranger_is_refused_like_a_wrong_password(void **state)
{
	struct place *place    = *state;
	struct reply  person   = sign_in(place, "vic@acme.io", "wrong-horse-battery", "");
	struct reply  stranger = sign_in(place, "nobody@acme.io", "wrong-horse-battery", "");
	struct reply  nonsense = sign_in(place, "nobody", "wrong-horse-battery", "");
	assert_int_equal(person.status, 401);
	assert_int_equal(stranger.status, 401);
	assert_string_equal(person.body, stranger.body);
	assert_string_equal(person.body, nonsense.body);
	reply_free(&person);
	reply_free(&stranger);
	reply_free(&nonsense);
}

/* ---- links ---- */

static struct reply
link_use(struct place *place, const char *token, const char *fields)
{
	char body[256], head[512];
	snprintf(body, sizeof body, "{\"link\":\"%s\"}", token);
	snprintf(head, sizeof head, JSON_FIELDS "%s", fields);
	return ask(&place->site, "POST", "/v1/session", NULL, head, body, strlen(body));
}

/* From a page of another site it signs nobody in, and is good afterwards. */
static void
test_A22_a_link_opens_a_session_once(void **state)
{
	struct place  *place = *state;
	struct browser vic   = { .place = place };
	char           token[64], path[96], shown[96];
	struct reply   reply = ask(&place->site, "POST", "/v1/users/vic@acme.io/link", place->key,
	                           JSON_FIELDS, "{\"minutes\":5}", 13);
	assert_int_equal(reply.status, 201);
	text_between(reply.body, "\"link\":\"", '"', token, sizeof token);
	text_between(reply.body, "\"path\":\"", '"', path, sizeof path);
	snprintf(shown, sizeof shown, "/#sign-in=%s", token);
	assert_string_equal(path, shown);
	reply_free(&reply);
	reply = link_use(place, token, "Origin: http://evil.example\r\n");
	assert_int_equal(reply.status, 403);
	reply_free(&reply);
	reply = link_use(place, token, "Sec-Fetch-Site: same-origin\r\n");
	assert_int_equal(reply.status, 201);
	text_between(reply.text, "Set-Cookie: ", ';', vic.cookie, sizeof vic.cookie);
	text_between(reply.body, "\"csrf\":\"", '"', vic.csrf, sizeof vic.csrf);
	assert_null(strstr(reply.text, token));
	reply_free(&reply);
	reply = browse(&vic, "GET", "/v1/session", "", NULL);
	assert_non_null(strstr(reply.body, "\"email\":\"vic@acme.io\""));
	reply_free(&reply);
	assert_int_equal(change_status(&vic, "POST", "/v1/users/vic@acme.io/link", "{}"), 403);
}

/* A link that was used and one that never was: the same answer, byte for byte. */
static void
test_A23_a_used_link_is_refused_like_a_made_up_one(void **state)
{
	struct place *place = *state;
	char          token[64];
	struct reply  reply = ask(&place->site, "POST", "/v1/users/vic@acme.io/link", place->key,
	                          JSON_FIELDS, "{}", 2);
	text_between(reply.body, "\"link\":\"", '"', token, sizeof token);
	reply_free(&reply);
	reply = link_use(place, token, "");
	assert_int_equal(reply.status, 201);
	reply_free(&reply);
	struct reply used = link_use(place, token, ""), made_up = link_use(place, PLANTED, "");
	assert_int_equal(used.status, 401);
	assert_non_null(strstr(used.body, "/errors/sign-in-link"));
	assert_string_equal(used.body, made_up.body);
	reply_free(&used);
	reply_free(&made_up);
}

/* ---- forged requests ---- */

static void
test_A22_forged_changes_are_refused(void **state)
{
	static const struct {
		const char *method, *target, *body;
	} CHANGES[] = {
		{ "PUT", "/v1/accounts/acme", "{\"id\":\"acme\",\"currency\":\"USD\"}" },
		{ "POST", "/v1/accounts/acme/contracts", "{}" },
		{ "POST", "/v1/accounts/acme/keys", "{\"name\":\"k\",\"scopes\":[\"read\"]}" },
		{ "PUT", "/v1/accounts/acme/roles",
		  "{\"email\":\"eve@x.io\",\"role\":\"administrator\"}" },
		{ "DELETE", "/v1/accounts/acme/roles/vic@acme.io", NULL },
		{ "POST", "/v1/users", "{\"email\":\"eve@x.io\",\"operator\":true}" },
		{ "DELETE", "/v1/users/vic@acme.io", NULL },
		{ "POST", "/v1/users/vic@acme.io/link", "{}" },
		{ "POST", "/v1/keys", "{\"name\":\"k\",\"scopes\":[\"operator\"]}" },
		{ "POST", "/v1/backup", "{\"path\":\"/nowhere/x\"}" },
		{ "POST", "/v1/verify", NULL },
		{ "PUT", "/v1/session/password", "{}" },
		{ "DELETE", "/v1/session", NULL },
	};
	struct place  *place = *state;
	struct browser opal  = browser_open(place, "opal@acme.io");
	struct browser old   = browser_open(place, "opal@acme.io");
	struct browser vic   = browser_open(place, "vic@acme.io");
	char           forged[9][256];
	assert_int_equal(change_status(&old, "DELETE", "/v1/session", NULL), 204);
	snprintf(forged[0], sizeof forged[0], JSON_FIELDS);
	snprintf(forged[1], sizeof forged[1], JSON_FIELDS "X-CSRF-Token: %s\r\n", vic.csrf);
	snprintf(forged[2], sizeof forged[2], JSON_FIELDS "X-CSRF-Token: %s\r\n", old.csrf);
	snprintf(forged[3], sizeof forged[3], JSON_FIELDS "X-CSRF-Token: %.42s\r\n", opal.csrf);
	snprintf(forged[4], sizeof forged[4],
	         JSON_FIELDS "X-CSRF-Token: %s\r\nOrigin: http://evil.example\r\n", opal.csrf);
	snprintf(forged[5], sizeof forged[5],
	         JSON_FIELDS "X-CSRF-Token: %s\r\nSec-Fetch-Site: cross-site\r\n", opal.csrf);
	snprintf(forged[6], sizeof forged[6],
	         JSON_FIELDS "X-CSRF-Token: %s\r\nSec-Fetch-Site: same-site\r\n", opal.csrf);
	snprintf(forged[7], sizeof forged[7], JSON_FIELDS "X-CSRF-Token: %s\r\nOrigin: null\r\n",
	         opal.csrf);
	snprintf(forged[8], sizeof forged[8], "Content-Type: text/plain\r\n");
	for (size_t i = 0; i < sizeof CHANGES / sizeof CHANGES[0]; i++) {
		for (size_t j = 0; j < sizeof forged / sizeof forged[0]; j++) {
			int status = browse_status(&opal, CHANGES[i].method, CHANGES[i].target,
			                           forged[j], CHANGES[i].body);
			if (status != 403)
				fail_msg("%s %s forged in way %zu: %d", CHANGES[i].method,
				         CHANGES[i].target, j, status);
		}
	}
	/* All of it was refused before it did anything; a page of ours may. */
	char fields[256];
	snprintf(fields, sizeof fields,
	         JSON_FIELDS "X-CSRF-Token: %s\r\nOrigin: http://localhost\r\n", opal.csrf);
	assert_int_equal(
		browse_status(&opal, CHANGES[0].method, CHANGES[0].target, fields, CHANGES[0].body),
		200);
	assert_int_equal(browse_status(&vic, "GET", "/v1/session", "", NULL), 200);
}

static void
test_A22_signing_in_from_elsewhere_is_refused(void **state)
{
	static const char *const FROM[] = { "Origin: http://evil.example\r\n",
		                            "Sec-Fetch-Site: cross-site\r\n", "Origin: null\r\n",
		                            "Origin: http://localhost.evil.example\r\n" };
	struct place            *place  = *state;
	for (size_t i = 0; i < sizeof FROM / sizeof FROM[0]; i++) {
		struct reply reply = sign_in(place, "vic@acme.io", PASSWORD, FROM[i]);
		assert_int_equal(reply.status, 403);
		assert_null(strstr(reply.text, "Set-Cookie"));
		reply_free(&reply);
	}
	struct reply reply = sign_in(place, "vic@acme.io", PASSWORD,
	                             "Origin: http://localhost\r\nSec-Fetch-Site: same-origin\r\n");
	assert_int_equal(reply.status, 201);
	reply_free(&reply);
}

/* ---- people over HTTP ---- */

static void
test_A20_roles_are_given_and_taken_by_administrators(void **state)
{
	struct place  *place = *state;
	struct browser opal  = browser_open(place, "opal@acme.io");
	struct browser vic   = browser_open(place, "vic@acme.io");
	const char    *roles = "/v1/accounts/acme/roles";
	const char    *give  = "{\"email\":\"vic@acme.io\",\"role\":\"administrator\"}";
	assert_int_equal(change_status(&vic, "PUT", roles, give), 403);
	assert_int_equal(change_status(&opal, "PUT", roles, give), 200);
	assert_int_equal(browse_status(&vic, "GET", roles, "", NULL), 200); /* at once */
	assert_int_equal(
		change_status(&vic, "PUT", roles, "{\"email\":\"vic@acme.io\",\"role\":\"boss\"}"),
		400);
	assert_int_equal(change_status(&vic, "PUT", roles, "{\"email\":\"v\",\"extra\":1}"), 400);
	assert_int_equal(change_status(&vic, "DELETE",
	                               "/v1/accounts/acme/roles/vic%40acme.io?role=administrator",
	                               NULL),
	                 409);
	assert_int_equal(change_status(&vic, "POST", "/v1/accounts/acme/keys",
	                               "{\"name\":\"k\",\"scopes\":[\"ingest\",\"write\"]}"),
	                 201);
	assert_int_equal(change_status(&vic, "POST", "/v1/accounts/acme/keys",
	                               "{\"name\":\"k\",\"scopes\":[\"operator\"]}"),
	                 403);
	assert_int_equal(browse_status(&vic, "GET", "/v1/users", "", NULL), 403);
	assert_int_equal(change_status(&opal, "DELETE", "/v1/users/opal@acme.io", NULL), 409);
}

static void
test_A24_the_trail_says_who_and_from_where(void **state)
{
	struct place  *place = *state;
	struct browser opal  = browser_open(place, "opal@acme.io");
	assert_int_equal(change_status(&opal, "PUT", "/v1/accounts/acme",
	                               "{\"id\":\"acme\",\"name\":\"=Acme\",\"currency\":\"USD\"}"),
	                 200);
	struct reply reply = browse(&opal, "GET", "/v1/accounts/acme/audit?limit=1", "", NULL);
	assert_int_equal(reply.status, 200);
	assert_non_null(strstr(reply.body, "\"by\":{\"kind\":\"person\",\"id\":\"opal@acme.io\","
	                                   "\"address\":\"127.0.0.1\"}"));
	reply_free(&reply);
	reply = browse(&opal, "GET", "/v1/accounts/acme/audit?limit=1", "Accept: text/csv\r\n",
	               NULL);
	assert_non_null(strstr(reply.body, "number,at,what,id,by.kind,by.id,by.address,before,"
	                                   "after,hash\r\n"));
	assert_non_null(strstr(reply.text, "\r\nLink: <?limit=1&cursor="));
	assert_non_null(strstr(reply.text, ">; rel=\"next\"\r\n"));
	assert_non_null(strstr(reply.body, ",account.put,acme,person,opal@acme.io,127.0.0.1,"));
	reply_free(&reply);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, place_open, place_close)
	const struct CMUnitTest tests[] = {
		CASE(test_A22_a_session_is_a_cookie_that_scripts_cannot_read),
		CASE(test_A22_a_planted_cookie_is_not_taken_over),
		CASE(test_A22_sessions_outlive_a_restart_and_end_with_signing_out),
		CASE(test_A22_a_session_and_a_key_do_not_mix),
		CASE(test_A22_too_many_wrong_passwords_wait),
		CASE(test_A23_a_stranger_is_refused_like_a_wrong_password),
		CASE(test_A22_a_link_opens_a_session_once),
		CASE(test_A23_a_used_link_is_refused_like_a_made_up_one),
		CASE(test_A22_forged_changes_are_refused),
		CASE(test_A22_signing_in_from_elsewhere_is_refused),
		CASE(test_A20_roles_are_given_and_taken_by_administrators),
		CASE(test_A24_the_trail_says_who_and_from_where),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
