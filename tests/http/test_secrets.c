/* test_secrets.c - twenty-two secrets are planted, and then they are nowhere: not in answers,
 * errors, metrics, logs, the audit trail, the store or a copy of it. */
#define _GNU_SOURCE
#include "sign_in_site.h"

enum { SECRETS = 22, SECRET_SIZE = 64 };

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

/* Six keys, six passwords that were drawn, five that were chosen, two sign-in links of which
 * one is used, opal's password, a session's token and the operator's key. */
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
	secret_ask(place, secrets, "POST", "/v1/users/vic@acme.io/link", "{}", "link");
	secret_ask(place, secrets, "POST", "/v1/users/opal@acme.io/link", "{}", "link");
	snprintf(body, sizeof body, "{\"link\":\"%s\"}", secrets->text[secrets->count - 1]);
	secret_ask(place, secrets, "POST", "/v1/session", body, NULL);
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
		replies[0] = sign_in(place, "nobody@acme.io", secret, "");
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
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_A24_secrets_are_nowhere, place_open,
		                                place_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
