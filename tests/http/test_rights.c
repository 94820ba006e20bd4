/* test_rights.c - every call with every kind of key, against a table written by hand.
 *
 * The table below is a second copy of who may do what, on purpose: it must agree with
 * catalog/route.def, row by row. */
#define _GNU_SOURCE
#include "http_test.h"

#include "api/route.h"
#include "edge/sys/memory.h"

/* The keys in the order of a row's letters. The stub engine knows the accounts acme
 * and globex; the paths ask for acme. */
static const char *const KEYS[] = {
	NULL,           "wrong",        "tly_i-acme",   "tly_r-acme",   "tly_w-acme",
	"tly_i-globex", "tly_r-globex", "tly_w-globex", "tly_i",        "tly_r",
	"tly_w",        "tly_o",        "tly_o-acme",   "tly_o-globex", "tly_irw-none",
};
enum { KEYS_COUNT = sizeof(KEYS) / sizeof(KEYS[0]) };

/* A letter a key: . 401, s 403, n 404, + success. */
struct right {
	const char *method;
	const char *target;
	const char *body; /* NULL: none */
	const char *rights;
};

/* none wrong, acme i r w, globex i r w, all i r w o, o acme, o globex, irw of none */
static const struct right RIGHTS[] = {
	{ "POST", "/v1/events", "{}\n",
	  ".."
	  "+ss"
	  "+ss"
	  "+ss+"
	  "++"
	  "+" },
	{ "GET", "/v1/accounts/acme/events", NULL,
	  ".."
	  "s+s"
	  "sns"
	  "s+s+"
	  "+n"
	  "n" },
	{ "GET", "/v1/accounts", NULL,
	  ".."
	  "s+s"
	  "s+s"
	  "s+s+"
	  "++"
	  "+" },
	{ "GET", "/v1/accounts/acme", NULL,
	  ".."
	  "s+s"
	  "sns"
	  "s+s+"
	  "+n"
	  "n" },
	{ "PUT", "/v1/accounts/acme", "{\"id\":\"acme\"}",
	  ".."
	  "ss+"
	  "ssn"
	  "ss++"
	  "+n"
	  "n" },
	{ "GET", "/v1/accounts/acme/contracts", NULL,
	  ".."
	  "s+s"
	  "sns"
	  "s+s+"
	  "+n"
	  "n" },
	{ "POST", "/v1/accounts/acme/contracts", "{}",
	  ".."
	  "ss+"
	  "ssn"
	  "ss++"
	  "+n"
	  "n" },
	{ "GET", "/v1/accounts/acme/contracts/c", NULL,
	  ".."
	  "s+s"
	  "sns"
	  "s+s+"
	  "+n"
	  "n" },
	{ "GET", "/v1/accounts/acme/contracts/c/versions", NULL,
	  ".."
	  "s+s"
	  "sns"
	  "s+s+"
	  "+n"
	  "n" },
	{ "GET", "/v1/accounts/acme/usage", NULL,
	  ".."
	  "s+s"
	  "sns"
	  "s+s+"
	  "+n"
	  "n" },
	{ "GET", "/v1/accounts/acme/usage/CD", NULL,
	  ".."
	  "s+s"
	  "sns"
	  "s+s+"
	  "+n"
	  "n" },
	{ "GET", "/v1/accounts/acme/usage/CD/trend", NULL,
	  ".."
	  "s+s"
	  "sns"
	  "s+s+"
	  "+n"
	  "n" },
	{ "GET", "/v1/accounts/acme/usage/CD/explain", NULL,
	  ".."
	  "s+s"
	  "sns"
	  "s+s+"
	  "+n"
	  "n" },
	{ "GET", "/v1/accounts/acme/keys", NULL,
	  ".."
	  "ss+"
	  "ssn"
	  "ss++"
	  "+n"
	  "n" },
	{ "POST", "/v1/accounts/acme/keys", "{\"name\":\"k\",\"scopes\":[]}",
	  ".."
	  "ss+"
	  "ssn"
	  "ss++"
	  "+n"
	  "n" },
	{ "DELETE", "/v1/accounts/acme/keys/k1", NULL,
	  ".."
	  "ss+"
	  "ssn"
	  "ss++"
	  "+n"
	  "n" },
	{ "GET", "/v1/keys", NULL,
	  ".."
	  "sss"
	  "sss"
	  "sss+"
	  "ss"
	  "s" },
	{ "POST", "/v1/keys", "{\"scopes\":[]}",
	  ".."
	  "sss"
	  "sss"
	  "sss+"
	  "ss"
	  "s" },
	{ "DELETE", "/v1/keys/k1", NULL,
	  ".."
	  "sss"
	  "sss"
	  "sss+"
	  "ss"
	  "s" },
	{ "GET", "/v1/export", NULL,
	  ".."
	  "s+s"
	  "s+s"
	  "s+s+"
	  "++"
	  "n" },
	{ "GET", "/v1/accounts/acme/audit", NULL,
	  ".."
	  "ss+"
	  "ssn"
	  "ss++"
	  "+n"
	  "n" },
	{ "GET", "/v1/audit", NULL,
	  ".."
	  "sss"
	  "sss"
	  "sss+"
	  "ss"
	  "s" },
	{ "GET", "/v1/audit/export", NULL,
	  ".."
	  "sss"
	  "sss"
	  "sss+"
	  "ss"
	  "s" },
	{ "POST", "/v1/audit/verify", "{}",
	  ".."
	  "sss"
	  "sss"
	  "sss+"
	  "ss"
	  "s" },
	{ "POST", "/v1/backup", "{\"path\":\"/x\"}",
	  ".."
	  "sss"
	  "sss"
	  "sss+"
	  "ss"
	  "s" },
	{ "POST", "/v1/verify", NULL,
	  ".."
	  "sss"
	  "sss"
	  "sss+"
	  "ss"
	  "s" },
	{ "GET", "/healthz", NULL,
	  "++"
	  "+++"
	  "+++"
	  "++++"
	  "++"
	  "+" },
	{ "GET", "/readyz", NULL,
	  "++"
	  "+++"
	  "+++"
	  "++++"
	  "++"
	  "+" },
	{ "GET", "/metrics", NULL,
	  ".."
	  "sss"
	  "sss"
	  "s+s+"
	  "ss"
	  "s" },
	{ "GET", "/openapi.json", NULL,
	  ".."
	  "+++"
	  "+++"
	  "++++"
	  "++"
	  "+" },
};
enum { RIGHTS_COUNT = sizeof(RIGHTS) / sizeof(RIGHTS[0]) };

static bool
is_as_expected(char letter, int status)
{
	switch (letter) {
	case '.':
		return status == 401;
	case 's':
		return status == 403;
	case 'n':
		return status == 404;
	default:
		return letter == '+' && status >= 200 && status < 300;
	}
}

static const char *
fields_for(const struct right *right)
{
	if (!right->body)
		return "";
	return strcmp(right->target, "/v1/events") == 0 ? "Content-Type: application/x-ndjson\r\n"
	                                                : "Content-Type: application/json\r\n";
}

static void
test_every_call_with_every_key(void **state)
{
	struct site *site = *state;
	for (size_t i = 0; i < RIGHTS_COUNT; i++) {
		const struct right *right = &RIGHTS[i];
		assert_int_equal(strlen(right->rights), KEYS_COUNT);
		for (size_t j = 0; j < KEYS_COUNT; j++) {
			int status = ask_status(site, right->method, right->target, KEYS[j],
			                        fields_for(right), right->body);
			if (!is_as_expected(right->rights[j], status))
				fail_msg("%s %s with %s: %d, not %c", right->method, right->target,
				         KEYS[j] ? KEYS[j] : "no key", status, right->rights[j]);
		}
	}
}

static bool
is_in_table(const struct route *route, struct arena *arena)
{
	for (size_t i = 0; i < RIGHTS_COUNT; i++) {
		const struct route *found = NULL;
		struct route_path   pieces;
		uint32_t            allowed = 0;
		if (!route_find(span_of(RIGHTS[i].target), route->method, arena, &found, &pieces,
		                &allowed) &&
		    found == route && strcmp(route->method_name, RIGHTS[i].method) == 0)
			return true;
	}
	return false;
}

static void
test_the_table_has_every_route(void **state)
{
	(void)state;
	struct arena arena;
	arena_open(&arena, system_memory());
	assert_int_equal(RIGHTS_COUNT, ROUTES_COUNT);
	for (uint32_t i = 0; i < ROUTES_COUNT; i++)
		if (!is_in_table(&ROUTES[i], &arena))
			fail_msg("%s %s is not in the table", ROUTES[i].method_name,
			         ROUTES[i].path.at);
	arena_close(&arena);
}

/* Cuts the date, which differs from second to second, and the path. */
static void
assert_same_answer(struct site *site, const char *key_a, const char *target_a, const char *key_b,
                   const char *target_b)
{
	struct reply a = ask(site, "GET", target_a, key_a, "", NULL, 0);
	struct reply b = ask(site, "GET", target_b, key_b, "", NULL, 0);
	assert_int_equal(a.status, 404);
	assert_int_equal(b.status, 404);
	char *instance_a = strstr(a.body, "\"instance\"");
	char *instance_b = strstr(b.body, "\"instance\"");
	assert_non_null(instance_a);
	assert_non_null(instance_b);
	*instance_a = *instance_b = 0;
	assert_string_equal(a.body, b.body);
	reply_free(&a);
	reply_free(&b);
}

static void
test_A23_a_foreign_account_is_like_none(void **state)
{
	struct site *site = *state;
	assert_same_answer(site, "tly_r-acme", "/v1/accounts/globex", "tly_r-acme",
	                   "/v1/accounts/nobody");
	assert_same_answer(site, "tly_r-acme", "/v1/accounts/globex", "tly_r",
	                   "/v1/accounts/nobody");
	assert_same_answer(site, "tly_r-acme", "/v1/accounts/globex/usage/CD", "tly_r",
	                   "/v1/accounts/nobody/usage/CD");
	assert_same_answer(site, "tly_r-acme", "/v1/export?account=globex", "tly_r",
	                   "/v1/export?account=nobody");
	struct reply list = ask(site, "GET", "/v1/accounts", "tly_r-acme", "", NULL, 0);
	assert_null(strstr(list.body, "globex"));
	reply_free(&list);
}

static int
key_post(struct site *site, const char *key, const char *target, const char *body)
{
	return ask_status(site, "POST", target, key, "Content-Type: application/json\r\n", body);
}

static void
test_A21_no_key_hands_out_more_than_it_has(void **state)
{
	struct site *site = *state;
	assert_int_equal(
		key_post(site, "tly_w-acme", "/v1/accounts/acme/keys", "{\"scopes\":[\"write\"]}"),
		201);
	assert_int_equal(
		key_post(site, "tly_w-acme", "/v1/accounts/acme/keys", "{\"scopes\":[\"read\"]}"),
		403);
	assert_int_equal(
		key_post(site, "tly_w", "/v1/accounts/acme/keys", "{\"scopes\":[\"operator\"]}"),
		403);
	assert_int_equal(
		key_post(site, "tly_o", "/v1/accounts/acme/keys", "{\"scopes\":[\"operator\"]}"),
		403);
	assert_int_equal(key_post(site, "tly_w-acme", "/v1/accounts/acme/keys",
	                          "{\"scopes\":[\"write\"],\"account\":\"globex\"}"),
	                 400);
	assert_int_equal(
		key_post(site, "tly_o", "/v1/keys", "{\"scopes\":[\"operator\",\"ingest\"]}"), 201);
	/* The account of the path is written into the key. */
	struct reply made =
		ask(site, "POST", "/v1/accounts/acme/keys", "tly_w-acme",
	            "Content-Type: application/json\r\n", "{\"scopes\":[\"write\"]}", 20);
	assert_non_null(strstr(made.body, "\"account\":\"acme\""));
	reply_free(&made);
}

static void
test_an_account_is_only_put_under_its_own_path(void **state)
{
	struct site *site = *state;
	const char  *json = "Content-Type: application/json\r\n";
	assert_int_equal(ask_status(site, "PUT", "/v1/accounts/acme", "tly_w-acme", json,
	                            "{\"id\":\"globex\"}"),
	                 400);
	assert_int_equal(ask_status(site, "PUT", "/v1/accounts/acme", "tly_w-acme", json, "{}"),
	                 400);
	assert_int_equal(ask_status(site, "PUT", "/v1/accounts/%61cme", "tly_w-acme", json,
	                            "{\"id\":\"acme\"}"),
	                 200);
}

static void
test_other_schemes_and_odd_tokens_are_refused(void **state)
{
	static const char *const FIELDS[] = {
		"Authorization: Basic dGx5X286\r\n",     "Authorization: Bearer\r\n",
		"Authorization: Bearer  \r\n",           "Authorization: tly_o\r\n",
		"Authorization: Bearer tly_o tly_o\r\n", "Authorization: Bearer tly_o;\r\n",
		"Authorization: Bearer \xc3\xa9\r\n",
	};
	struct site *site = *state;
	for (size_t i = 0; i < sizeof(FIELDS) / sizeof(FIELDS[0]); i++) {
		struct reply reply = ask(site, "GET", "/v1/accounts", NULL, FIELDS[i], NULL, 0);
		assert_int_equal(reply.status, 401);
		assert_non_null(strstr(reply.text, "WWW-Authenticate: Bearer"));
		reply_free(&reply);
	}
	assert_int_equal(ask_status(site, "GET", "/v1/accounts", NULL,
	                            "Authorization: bearer  tly_o\r\n", NULL),
	                 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_call_with_every_key),
		cmocka_unit_test(test_the_table_has_every_route),
		cmocka_unit_test(test_A23_a_foreign_account_is_like_none),
		cmocka_unit_test(test_A21_no_key_hands_out_more_than_it_has),
		cmocka_unit_test(test_an_account_is_only_put_under_its_own_path),
		cmocka_unit_test(test_other_schemes_and_odd_tokens_are_refused),
	};
	return cmocka_run_group_tests(tests, open_site, close_site);
}
