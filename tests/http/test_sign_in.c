/* test_sign_in.c - browsers against a server over a whole engine: cookies, forged
 * requests, restarts; and secrets, which are nowhere. */
#define _GNU_SOURCE
#define HTTP_TEST_OWN_ENGINE
#include "http_test.h"

#include <ftw.h>
#include <sys/stat.h>

#include "core/json/json_read.h"
#include "edge/sys/memory.h"
#include "engine/local.h"

#define PASSWORD "planted-opal-0123456789"
#define JSON_FIELDS "Content-Type: application/json\r\n"

/* A store on disk, for it must outlive the server. */
struct place {
	char         path[64];
	struct local local;
	struct site  site;
	struct arena arena;
	char         key[64]; /* the operator's */
};

static void
place_start(struct place *place)
{
	struct refusal       refusal = { .err = ERR_NONE };
	struct local_options options = { .directory = place->path,
		                         .settings  = engine_settings_default() };
	if (local_open(&options, &place->local, &refusal) != ERR_NONE)
		fail_msg("%s", refusal.detail);
	struct api_server_options server = site_options(place->local.engine);
	server.log_requests              = true;
	site_open_with(&place->site, &server);
}

static void
place_stop(struct place *place)
{
	assert_int_equal(api_server_stop(place->site.server), ERR_NONE);
	local_close(&place->local);
}

static struct span
made(struct place *place, enum err err, struct span answer, const char *member)
{
	struct json *root;
	assert_int_equal(err, ERR_NONE);
	assert_int_equal(json_parse(answer, &place->arena, &root, NULL), ERR_NONE);
	return json_member(root, span_of(member))->text;
}

/* The account acme, an operator's key, opal who operates, vic who may look at acme. */
static void
place_fill(struct place *place)
{
	static const struct change BY       = { .actor = { "test", 4 } };
	static const char *const   PEOPLE[] = {
		  "{\"email\":\"opal@acme.io\",\"operator\":true,\"password\":\"" PASSWORD "\"}",
		  "{\"email\":\"vic@acme.io\",\"password\":\"" PASSWORD "\"}",
	};
	struct engine *engine = place->local.engine;
	struct span    answer;
	enum err       err =
		engine_account_put(engine, &BY, SPAN("{\"id\":\"acme\",\"currency\":\"USD\"}"),
	                           &place->arena, &answer, NULL);
	made(place, err, answer, "id");
	for (size_t i = 0; i < 2; i++) {
		err = engine_person_add(engine, &BY, span_of(PEOPLE[i]), &place->arena, &answer,
		                        NULL);
		made(place, err, answer, "email");
	}
	err = engine_role_grant(engine, &BY, SPAN("acme"), SPAN("vic@acme.io"),
	                        SPAN("licence_viewer"), &place->arena, &answer, NULL);
	made(place, err, answer, "email");
	err = engine_key_create(engine, &BY, SPAN("{\"name\":\"o\",\"scopes\":[\"operator\"]}"),
	                        &place->arena, &answer, NULL);
	struct span key = made(place, err, answer, "key");
	snprintf(place->key, sizeof place->key, "%.*s", (int)key.size, key.at);
}

static int
place_open(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	assert_non_null(place);
	snprintf(place->path, sizeof place->path, "/tmp/tally-sign-in-XXXXXX");
	assert_non_null(mkdtemp(place->path));
	arena_open(&place->arena, system_memory());
	place_start(place);
	place_fill(place);
	*state = place;
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
place_close(void **state)
{
	struct place *place = *state;
	place_stop(place);
	arena_close(&place->arena);
	nftw(place->path, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
	free(place);
	return 0;
}

/* ---- a browser ---- */

struct browser {
	struct place *place;
	char          cookie[128]; /* "tally_session=..." */
	char          csrf[64];
};

static void
text_between(const char *text, const char *before, char until, char *out, size_t size)
{
	const char *at = strstr(text, before);
	assert_non_null(at);
	at += strlen(before);
	const char *end = strchr(at, until);
	assert_non_null(end);
	assert_true((size_t)(end - at) < size);
	memcpy(out, at, (size_t)(end - at));
	out[end - at] = 0;
}

static struct reply
sign_in(struct place *place, const char *email, const char *password, const char *fields)
{
	char body[256], head[512];
	snprintf(body, sizeof body, "{\"email\":\"%s\",\"password\":\"%s\"}", email, password);
	snprintf(head, sizeof head, JSON_FIELDS "%s", fields);
	return ask(&place->site, "POST", "/v1/session", NULL, head, body, strlen(body));
}

static struct browser
browser_open(struct place *place, const char *email)
{
	struct browser browser = { .place = place };
	struct reply   reply   = sign_in(place, email, PASSWORD, "");
	assert_int_equal(reply.status, 201);
	text_between(reply.text, "Set-Cookie: ", ';', browser.cookie, sizeof browser.cookie);
	text_between(reply.body, "\"csrf\":\"", '"', browser.csrf, sizeof browser.csrf);
	reply_free(&reply);
	return browser;
}

/* fields: further ones, "" for none. */
static struct reply
browse(const struct browser *browser, const char *method, const char *target, const char *fields,
       const char *body)
{
	char head[1024];
	snprintf(head, sizeof head, "Cookie: other=1; %s\r\n%s", browser->cookie, fields);
	return ask(&browser->place->site, method, target, NULL, head, body,
	           body ? strlen(body) : 0);
}

static int
browse_status(const struct browser *browser, const char *method, const char *target,
              const char *fields, const char *body)
{
	struct reply reply  = browse(browser, method, target, fields, body);
	int          status = reply.status;
	reply_free(&reply);
	return status;
}

/* A change from a page of ours. */
static int
change_status(const struct browser *browser, const char *method, const char *target,
              const char *body)
{
	char fields[256];
	snprintf(fields, sizeof fields,
	         JSON_FIELDS "X-CSRF-Token: %s\r\nSec-Fetch-Site: same-origin\r\n", browser->csrf);
	return browse_status(browser, method, target, fields, body);
}

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

static void
test_A22_a_planted_cookie_is_not_taken_over(void **state)
{
	struct place  *place = *state;
	struct browser vic   = { .place = place };
	struct reply   reply = sign_in(place, "vic@acme.io", PASSWORD,
	                               "Cookie: tally_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	                                 "AAAAA\r\n");
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
	assert_non_null(strstr(reply.body, ",account.put,acme,person,opal@acme.io,127.0.0.1,"));
	reply_free(&reply);
}

/* ---- secrets ---- */

enum { SECRETS = 20, SECRET_SIZE = 64 };

struct secrets {
	char     text[SECRETS][SECRET_SIZE];
	uint32_t count;
};

static void
secret_add(struct secrets *secrets, struct span secret)
{
	assert_true(secrets->count < SECRETS && secret.size < SECRET_SIZE);
	memcpy(secrets->text[secrets->count], secret.at, secret.size);
	secrets->text[secrets->count++][secret.size] = 0;
}

static void
assert_free_of(const struct secrets *secrets, const char *where, const char *bytes, size_t size)
{
	assert_int_equal(secrets->count, SECRETS);
	for (uint32_t i = 0; i < SECRETS; i++)
		if (memmem(bytes, size, secrets->text[i], strlen(secrets->text[i])))
			fail_msg("secret %u stands in %s", i, where);
}

static void
secret_ask(struct place *place, struct secrets *secrets, const char *method, const char *target,
           const char *body, const char *member)
{
	char         head[256];
	struct json *root;
	snprintf(head, sizeof head, JSON_FIELDS "Idempotency-Key: k%u\r\n", secrets->count);
	struct reply reply =
		ask(&place->site, method, target, place->key, head, body, body ? strlen(body) : 0);
	if (reply.status < 200 || reply.status > 201)
		fail_msg("%s %s: %s", method, target, reply.body);
	assert_int_equal(json_parse((struct span){ reply.body, reply.body_size }, &place->arena,
	                            &root, NULL),
	                 ERR_NONE);
	if (member)
		secret_add(secrets, json_member(root, span_of(member))->text);
	reply_free(&reply);
}

/* Six keys, six passwords that were drawn, five that were chosen, opal's, a session's
 * token and the operator's key. */
static void
secrets_plant(struct place *place, struct secrets *secrets)
{
	char body[256], text[SECRET_SIZE];
	for (int i = 0; i < 6; i++) {
		secret_ask(place, secrets, "POST", i % 2 ? "/v1/keys" : "/v1/accounts/acme/keys",
		           "{\"name\":\"k\",\"scopes\":[\"read\",\"write\"]}", "key");
		snprintf(body, sizeof body, "{\"email\":\"p%d@acme.io\"}", i);
		secret_ask(place, secrets, "POST", "/v1/users", body, "password");
	}
	for (int i = 0; i < 5; i++) {
		char target[64];
		snprintf(text, sizeof text, "planted-secret-%d-9f8e7d6c5b", i);
		snprintf(body, sizeof body, "{\"password\":\"%s\"}", text);
		snprintf(target, sizeof target, "/v1/users/p%d@acme.io", i);
		secret_ask(place, secrets, "PUT", target, body, NULL);
		secret_add(secrets, span_of(text));
	}
	struct browser opal = browser_open(place, "opal@acme.io");
	secret_add(secrets, span_of(PASSWORD));
	secret_add(secrets, span_of(opal.cookie + strlen("tally_session=")));
	secret_add(secrets, span_of(place->key));
}

/* Errors repeat nothing of what they refuse, even where it is a secret in a wrong place. */
static void
errors_check(struct place *place, const struct secrets *secrets)
{
	for (uint32_t i = 0; i < SECRETS; i++) {
		const char *secret = secrets->text[i];
		char        body[256], fields[256];
		snprintf(body, sizeof body, "{\"email\":\"vic@acme.io\",\"password\":\"%s\"}",
		         secret);
		struct reply replies[4];
		replies[0] = sign_in(place, "vic@acme.io", secret, "");
		replies[1] = ask(&place->site, "POST", "/v1/users", place->key, JSON_FIELDS, body,
		                 strlen(body));
		snprintf(fields, sizeof fields, "Cookie: tally_session=%.40s\r\n", secret);
		replies[2] = ask(&place->site, "GET", "/v1/users", NULL, fields, NULL, 0);
		snprintf(body, sizeof body, "%.60sx", secret);
		replies[3] = ask(&place->site, "GET", "/v1/users", body, "", NULL, 0);
		for (int j = 0; j < 4; j++) {
			assert_true(replies[j].status >= 400);
			assert_free_of(secrets, "an error", replies[j].text,
			               strlen(replies[j].text));
			reply_free(&replies[j]);
		}
	}
}

static void
answers_check(struct place *place, const struct secrets *secrets)
{
	static const char *const TARGETS[] = {
		"/metrics",
		"/v1/keys",
		"/v1/users",
		"/v1/audit",
		"/v1/audit/export",
		"/v1/accounts/acme/keys",
		"/v1/accounts/acme/audit",
		"/v1/accounts/acme/roles",
		"/openapi.json",
	};
	for (size_t i = 0; i < sizeof TARGETS / sizeof TARGETS[0]; i++) {
		struct reply reply = ask(&place->site, "GET", TARGETS[i], place->key, "", NULL, 0);
		assert_int_equal(reply.status, 200);
		assert_free_of(secrets, TARGETS[i], reply.text, strlen(reply.text));
		reply_free(&reply);
	}
}

static void
file_check(const struct secrets *secrets, const char *directory, const char *name, size_t least)
{
	char  path[160];
	char *bytes = NULL;
	snprintf(path, sizeof path, "%s/%s", directory, name);
	FILE  *file = fopen(path, "re");
	size_t size = 0;
	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	size  = (size_t)ftell(file);
	bytes = malloc(size + 1);
	assert_non_null(bytes);
	rewind(file);
	assert_int_equal(fread(bytes, 1, size, file), size);
	fclose(file);
	assert_true(size >= least);
	assert_free_of(secrets, name, bytes, size);
	free(bytes);
}

/* Standard error goes into a file from here on; returns what it was. */
static int
log_divert(const struct place *place)
{
	char path[128];
	int  before = dup(STDERR_FILENO);
	snprintf(path, sizeof path, "%s/log", place->path);
	assert_non_null(freopen(path, "we", stderr));
	return before;
}

static void
log_restore(int before)
{
	fflush(stderr);
	dup2(before, STDERR_FILENO);
	close(before);
}

static void
test_A24_secrets_are_nowhere(void **state)
{
	struct place  *place   = *state;
	struct secrets secrets = { .count = 0 };
	char           body[128];
	int            log = log_divert(place);
	secrets_plant(place, &secrets);
	errors_check(place, &secrets);
	answers_check(place, &secrets);
	snprintf(body, sizeof body, "{\"path\":\"%s/copy\"}", place->path);
	assert_int_equal(
		ask_status(&place->site, "POST", "/v1/backup", place->key, JSON_FIELDS, body), 200);
	log_restore(log);
	file_check(&secrets, place->path, "log", 1000); /* a line for each request */
	file_check(&secrets, place->path, "copy", 10000);
	file_check(&secrets, place->path, "tally.db", 10000);
	file_check(&secrets, place->path, "tally.db-wal", 1000);
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
		CASE(test_A22_forged_changes_are_refused),
		CASE(test_A22_signing_in_from_elsewhere_is_refused),
		CASE(test_A20_roles_are_given_and_taken_by_administrators),
		CASE(test_A24_the_trail_says_who_and_from_where),
		CASE(test_A24_secrets_are_nowhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
