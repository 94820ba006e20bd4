/* test_rights.c - every call with every kind of key and every role, against a table
 * written by hand.
 *
 * The table below is a second copy of who may do what, on purpose: it must agree with
 * catalog/route.def, core/people/role.c and api/access.c, row by row. */
#define _GNU_SOURCE
#include "http_test.h"

#include "api/route.h"
#include "edge/sys/memory.h"

/* Who calls, in the order of a row's letters: keys, then people by their cookies. The
 * stub engine knows the accounts acme and globex; the paths ask for acme, so what is of
 * globex is foreign. */
static const char *const KEYS[] = {
	NULL,           "wrong",        "tly_i-acme",   "tly_r-acme",   "tly_w-acme",
	"tly_i-globex", "tly_r-globex", "tly_w-globex", "tly_i",        "tly_r",
	"tly_w",        "tly_o",        "tly_o-acme",   "tly_o-globex", "tly_irw-none",
};
static const char *const PEOPLE[] = {
	"ended",
	"nobody",
	"administrator-acme",
	"billing_administrator-acme",
	"licence_editor-acme",
	"licence_viewer-acme",
	"administrator-globex",
	"billing_administrator-globex",
	"licence_editor-globex",
	"licence_viewer-globex",
	"operator",
};
enum {
	KEYS_COUNT   = sizeof(KEYS) / sizeof(KEYS[0]),
	PEOPLE_COUNT = sizeof(PEOPLE) / sizeof(PEOPLE[0]),
};

/* A letter a caller: . 401, s 403, n 404, + success. Spaces only set groups apart:
 * keys:   none wrong, acme i r w, globex i r w, all i r w o, o acme, o globex, irw of none
 * people: ended nobody, acme admin billing editor viewer, globex the same, operator */
struct row {
	const char *method;
	const char *target;
	const char *body; /* NULL: none */
	const char *keys;
	const char *people;
};

static const struct row RIGHTS[] = {
	{ "POST", "/v1/events", "{}\n", ".. +ss +ss +ss+ ++ +", ".s ssss ssss +" },
	{ "GET", "/v1/accounts/acme/events", NULL, ".. s+s sns s+s+ +n n", ".n +s++ nnnn +" },
	{ "GET", "/v1/accounts", NULL, ".. s+s s+s s+s+ ++ +", ".s ++++ ++++ +" },
	{ "GET", "/v1/accounts/acme", NULL, ".. s+s sns s+s+ +n n", ".n ++++ nnnn +" },
	{ "PUT", "/v1/accounts/acme", "{\"id\":\"acme\"}", ".. ss+ ssn ss++ +n n",
	  ".n +sss nnnn +" },
	{ "GET", "/v1/accounts/acme/contracts", NULL, ".. s+s sns s+s+ +n n", ".n +s++ nnnn +" },
	{ "POST", "/v1/accounts/acme/contracts", "{}", ".. ss+ ssn ss++ +n n", ".n +s+s nnnn +" },
	{ "GET", "/v1/accounts/acme/contracts/c", NULL, ".. s+s sns s+s+ +n n", ".n +s++ nnnn +" },
	{ "GET", "/v1/accounts/acme/contracts/c/versions", NULL, ".. s+s sns s+s+ +n n",
	  ".n +s++ nnnn +" },
	{ "GET", "/v1/accounts/acme/usage", NULL, ".. s+s sns s+s+ +n n", ".n +s++ nnnn +" },
	{ "GET", "/v1/accounts/acme/plan", NULL, ".. s+s sns s+s+ +n n", ".n +s++ nnnn +" },
	{ "POST", "/v1/accounts/acme/upgrade", "{}", ".. ss+ ssn ss++ +n n", ".n +s+s nnnn +" },
	{ "GET", "/v1/accounts/acme/price", NULL, ".. s+s sns s+s+ +n n", ".n +s++ nnnn +" },
	{ "GET", "/v1/accounts/acme/billing", NULL, ".. ss+ ssn ss++ +n n", ".n ++ss nnnn +" },
	{ "PUT", "/v1/accounts/acme/billing", "{}", ".. ss+ ssn ss++ +n n", ".n ++ss nnnn +" },
	{ "GET", "/v1/accounts/acme/credits", NULL, ".. s+s sns s+s+ +n n", ".n +s++ nnnn +" },
	{ "GET", "/v1/accounts/acme/costs", NULL, ".. s+s sns s+s+ +n n", ".n +s++ nnnn +" },
	{ "GET", "/v1/accounts/acme/flex", NULL, ".. s+s sns s+s+ +n n", ".n +s++ nnnn +" },
	{ "GET", "/v1/accounts/acme/flex/trend", NULL, ".. s+s sns s+s+ +n n", ".n +s++ nnnn +" },
	{ "GET", "/v1/accounts/acme/flex/forecast", NULL, ".. s+s sns s+s+ +n n",
	  ".n +s++ nnnn +" },
	{ "GET", "/v1/accounts/acme/flex/transition", NULL, ".. s+s sns s+s+ +n n",
	  ".n +s++ nnnn +" },
	{ "GET", "/v1/accounts/acme/invoices", NULL, ".. s+s sns s+s+ +n n", ".n ++ss nnnn +" },
	{ "GET", "/v1/accounts/acme/invoices/draft", NULL, ".. s+s sns s+s+ +n n",
	  ".n ++ss nnnn +" },
	{ "GET", "/v1/accounts/acme/invoices/1", NULL, ".. s+s sns s+s+ +n n", ".n ++ss nnnn +" },
	{ "POST", "/v1/close", "{\"month\":\"2026-03\"}", ".. sss sss sss+ ss s",
	  ".s ssss ssss +" },
	{ "POST", "/v1/accounts/acme/simulate", "{}", ".. s+s sns s+s+ +n n", ".n +s++ nnnn +" },
	{ "POST", "/v1/estimate", "{}", ".. +++ +++ ++++ ++ +", ".+ ++++ ++++ +" },
	{ "GET", "/v1/accounts/acme/usage/CD", NULL, ".. s+s sns s+s+ +n n", ".n +s++ nnnn +" },
	{ "GET", "/v1/accounts/acme/usage/CD/trend", NULL, ".. s+s sns s+s+ +n n",
	  ".n +s++ nnnn +" },
	{ "GET", "/v1/accounts/acme/usage/CD/explain", NULL, ".. s+s sns s+s+ +n n",
	  ".n +s++ nnnn +" },
	{ "GET", "/v1/accounts/acme/people", NULL, ".. s+s sns s+s+ +n n", ".n +s++ nnnn +" },
	{ "POST", "/v1/accounts/acme/people", "{}", ".. ss+ ssn ss++ +n n", ".n +s+s nnnn +" },
	{ "POST", "/v1/accounts/acme/people/import", "[]", ".. ss+ ssn ss++ +n n",
	  ".n +s+s nnnn +" },
	{ "DELETE", "/v1/accounts/acme/people/a@x", NULL, ".. ss+ ssn ss++ +n n",
	  ".n +s+s nnnn +" },
	{ "GET", "/v1/accounts/acme/developers", NULL, ".. s+s sns s+s+ +n n", ".n +s++ nnnn +" },
	{ "POST", "/v1/accounts/acme/developers/import", "[]", ".. ss+ ssn ss++ +n n",
	  ".n +s+s nnnn +" },
	{ "GET", "/v1/accounts/acme/licence-management", NULL, ".. s+s sns s+s+ +n n",
	  ".n +s++ nnnn +" },
	{ "PUT", "/v1/accounts/acme/licence-management", "{}", ".. ss+ ssn ss++ +n n",
	  ".n +s+s nnnn +" },
	{ "GET", "/v1/accounts/acme/keys", NULL, ".. ss+ ssn ss++ +n n", ".n +sss nnnn +" },
	{ "POST", "/v1/accounts/acme/keys", "{\"name\":\"k\",\"scopes\":[]}",
	  ".. ss+ ssn ss++ +n n", ".n +sss nnnn +" },
	{ "DELETE", "/v1/accounts/acme/keys/k1", NULL, ".. ss+ ssn ss++ +n n", ".n +sss nnnn +" },
	{ "GET", "/v1/keys", NULL, ".. sss sss sss+ ss s", ".s ssss ssss +" },
	{ "POST", "/v1/keys", "{\"scopes\":[]}", ".. sss sss sss+ ss s", ".s ssss ssss +" },
	{ "DELETE", "/v1/keys/k1", NULL, ".. sss sss sss+ ss s", ".s ssss ssss +" },
	{ "GET", "/v1/export?account=acme", NULL, ".. s+s sns s+s+ +n n", ".s +s++ nsnn +" },
	{ "GET", "/v1/accounts/acme/audit", NULL, ".. ss+ ssn ss++ +n n", ".n +sss nnnn +" },
	{ "GET", "/v1/audit", NULL, ".. sss sss sss+ ss s", ".s ssss ssss +" },
	{ "GET", "/v1/audit/export", NULL, ".. sss sss sss+ ss s", ".s ssss ssss +" },
	{ "POST", "/v1/audit/verify", "{}", ".. sss sss sss+ ss s", ".s ssss ssss +" },
	{ "GET", "/v1/accounts/acme/notifications", NULL, ".. ss+ ssn ss++ +n n",
	  ".n +sss nnnn +" },
	{ "POST", "/v1/accounts/acme/notifications/test", "{}", ".. ss+ ssn ss++ +n n",
	  ".n +sss nnnn +" },
	{ "GET", "/v1/accounts/acme/notification-rules", NULL, ".. ss+ ssn ss++ +n n",
	  ".n +sss nnnn +" },
	{ "PUT", "/v1/accounts/acme/notification-rules", "{}", ".. ss+ ssn ss++ +n n",
	  ".n +sss nnnn +" },
	{ "POST", "/v1/session", "{}", "++ +++ +++ ++++ ++ +", "++ ++++ ++++ +" },
	{ "GET", "/v1/session", NULL, ".. sss sss ssss ss s", ".+ ++++ ++++ +" },
	{ "DELETE", "/v1/session", NULL, ".. sss sss ssss ss s", ".+ ++++ ++++ +" },
	{ "PUT", "/v1/session/password", "{}", ".. sss sss ssss ss s", ".+ ++++ ++++ +" },
	{ "GET", "/v1/accounts/acme/roles", NULL, ".. ss+ ssn ss++ +n n", ".n +sss nnnn +" },
	{ "PUT", "/v1/accounts/acme/roles", "{\"email\":\"a@b\",\"role\":\"licence_viewer\"}",
	  ".. ss+ ssn ss++ +n n", ".n +sss nnnn +" },
	{ "DELETE", "/v1/accounts/acme/roles/a@b", NULL, ".. ss+ ssn ss++ +n n", ".n +sss nnnn +" },
	{ "GET", "/v1/users", NULL, ".. sss sss sss+ ss s", ".s ssss ssss +" },
	{ "POST", "/v1/users", "{}", ".. sss sss sss+ ss s", ".s ssss ssss +" },
	{ "PUT", "/v1/users/a@b", "{}", ".. sss sss sss+ ss s", ".s ssss ssss +" },
	{ "POST", "/v1/users/a@b/link", "{}", ".. sss sss sss+ ss s", ".s ssss ssss +" },
	{ "DELETE", "/v1/users/a@b", NULL, ".. sss sss sss+ ss s", ".s ssss ssss +" },
	{ "GET", "/v1/catalogue", NULL, ".. +++ +++ ++++ ++ +", ".+ ++++ ++++ +" },
	{ "GET", "/v1/prices", NULL, ".. +++ +++ ++++ ++ +", ".+ ++++ ++++ +" },
	{ "POST", "/v1/backup", "{\"path\":\"/x\"}", ".. sss sss sss+ ss s", ".s ssss ssss +" },
	{ "POST", "/v1/verify", NULL, ".. sss sss sss+ ss s", ".s ssss ssss +" },
	{ "GET", "/healthz", NULL, "++ +++ +++ ++++ ++ +", "++ ++++ ++++ +" },
	{ "GET", "/readyz", NULL, "++ +++ +++ ++++ ++ +", "++ ++++ ++++ +" },
	{ "GET", "/metrics", NULL, ".. sss sss s+s+ ss s", ".s ssss ssss +" },
	{ "GET", "/", NULL, "++ +++ +++ ++++ ++ +", "++ ++++ ++++ +" },
	{ "GET", "/accounts/acme/modules/CD?at=2026-10-31", NULL, "++ +++ +++ ++++ ++ +",
	  "++ ++++ ++++ +" },
	{ "GET", "/calculator?tier=enterprise&sto.scan=500", NULL, "++ +++ +++ ++++ ++ +",
	  "++ ++++ ++++ +" },
	{ "GET", "/audit?q=ann", NULL, "++ +++ +++ ++++ ++ +", "++ ++++ ++++ +" },
	{ "GET", "/users?q=ann", NULL, "++ +++ +++ ++++ ++ +", "++ ++++ ++++ +" },
	{ "GET", "/assets/icon.svg", NULL, "++ +++ +++ ++++ ++ +", "++ ++++ ++++ +" },
	{ "GET", "/openapi.json", NULL, ".. +++ +++ ++++ ++ +", ".+ ++++ ++++ +" },
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

/* The letter of caller i. */
static char
letter_of(const char *letters, size_t i)
{
	for (; *letters; letters++)
		if (*letters != ' ' && i-- == 0)
			return *letters;
	fail_msg("a row has too few letters");
	return 0;
}

static size_t
letters_count(const char *letters)
{
	size_t count = 0;
	for (; *letters; letters++)
		count += *letters != ' ';
	return count;
}

static const char *
fields_for(const struct row *right)
{
	if (!right->body)
		return "";
	return strcmp(right->target, "/v1/events") == 0 ? "Content-Type: application/x-ndjson\r\n"
	                                                : "Content-Type: application/json\r\n";
}

/* A signed-in browser, on a page of ours. */
static const char *
fields_of(const char *person, const char *others, char *fields, size_t size)
{
	snprintf(fields, size,
	         "Cookie: a=b; tally_session=%s\r\nX-CSRF-Token: " STUB_CSRF
	         "\r\nOrigin: http://localhost\r\n%s",
	         person, others);
	return fields;
}

static void
assert_right(const struct row *right, const char *who, char letter, int status)
{
	if (!is_as_expected(letter, status))
		fail_msg("%s %s with %s: %d, not %c", right->method, right->target,
		         who ? who : "no key", status, letter);
}

static void
test_A21_every_call_with_every_key(void **state)
{
	struct site *site = *state;
	for (size_t i = 0; i < RIGHTS_COUNT; i++) {
		const struct row *right = &RIGHTS[i];
		assert_int_equal(letters_count(right->keys), KEYS_COUNT);
		for (size_t j = 0; j < KEYS_COUNT; j++)
			assert_right(right, KEYS[j], letter_of(right->keys, j),
			             ask_status(site, right->method, right->target, KEYS[j],
			                        fields_for(right), right->body));
	}
}

static void
test_A20_every_call_with_every_role(void **state)
{
	struct site *site = *state;
	char         fields[512];
	for (size_t i = 0; i < RIGHTS_COUNT; i++) {
		const struct row *right = &RIGHTS[i];
		assert_int_equal(letters_count(right->people), PEOPLE_COUNT);
		for (size_t j = 0; j < PEOPLE_COUNT; j++)
			assert_right(right, PEOPLE[j], letter_of(right->people, j),
			             ask_status(site, right->method, right->target, NULL,
			                        fields_of(PEOPLE[j], fields_for(right), fields,
			                                  sizeof(fields)),
			                        right->body));
	}
}

/* The target with another account in the place of acme; false when it names none. */
static bool
target_elsewhere(const char *target, char *elsewhere, size_t size)
{
	const char *at = strstr(target, "acme");
	if (at)
		snprintf(elsewhere, size, "%.*snobody%s", (int)(at - target), target, at + 4);
	return at != NULL;
}

/* Up to the path, which differs. */
static void
assert_same_refusal(const struct row *right, const char *who, struct reply *a, struct reply *b)
{
	char *ends[] = { strstr(a->body, "\"instance\""), strstr(b->body, "\"instance\"") };
	for (size_t i = 0; i < 2; i++)
		if (ends[i])
			*ends[i] = 0;
	if (a->status != b->status || strcmp(a->body, b->body) != 0)
		fail_msg("%s %s with %s: %d %s, and elsewhere %d %s", right->method, right->target,
		         who, a->status, a->body, b->status, b->body);
}

/* Whoever may not see acme gets the same answer, byte for byte, for an account that does
 * not exist: every call, every role, and every key of one account. */
static void
test_A23_foreign_and_unknown_are_one_answer(void **state)
{
	struct site *site = *state;
	char         elsewhere[128], fields[512];
	uint32_t     compared = 0;
	for (size_t i = 0; i < RIGHTS_COUNT; i++) {
		const struct row *right = &RIGHTS[i];
		const char       *body  = right->body;
		if (!target_elsewhere(right->target, elsewhere, sizeof(elsewhere)))
			continue;
		for (size_t j = 0; j < KEYS_COUNT + PEOPLE_COUNT; j++) {
			bool        is_key = j < KEYS_COUNT;
			const char *key    = is_key ? KEYS[j] : NULL;
			const char *with =
				is_key ? fields_for(right)
				       : fields_of(PEOPLE[j - KEYS_COUNT], fields_for(right),
			                           fields, sizeof(fields));
			char letter = is_key ? letter_of(right->keys, j)
			                     : letter_of(right->people, j - KEYS_COUNT);
			/* A key of all accounts, an operator and members may know. */
			if (letter == '+' || (!is_key && strstr(PEOPLE[j - KEYS_COUNT], "acme")))
				continue;
			struct reply a = ask(site, right->method, right->target, key, with, body,
			                     body ? strlen(body) : 0);
			struct reply b = ask(site, right->method, elsewhere, key, with, body,
			                     body ? strlen(body) : 0);
			assert_same_refusal(right,
			                    is_key ? key ? key : "no key" : PEOPLE[j - KEYS_COUNT],
			                    &a, &b);
			reply_free(&a);
			reply_free(&b);
			compared++;
		}
	}
	assert_true(compared > 100);
}

static bool
is_in_table(const struct route *route, struct arena *arena)
{
	for (size_t i = 0; i < RIGHTS_COUNT; i++) {
		const struct route *found = NULL;
		struct route_path   pieces;
		uint32_t            allowed = 0;
		struct span         path    = { RIGHTS[i].target, strcspn(RIGHTS[i].target, "?") };
		if (!route_find(path, route->method, arena, &found, &pieces, &allowed) &&
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
	uint32_t     missing = 0;
	arena_open(&arena, system_memory());
	for (uint32_t i = 0; i < ROUTES_COUNT; i++)
		if (!is_in_table(&ROUTES[i], &arena)) {
			print_error("%s %s is not in the table of this test\n",
			            ROUTES[i].method_name, ROUTES[i].path.at);
			missing++;
		}
	arena_close(&arena);
	assert_int_equal(missing, 0);
	assert_int_equal(RIGHTS_COUNT, ROUTES_COUNT);
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
		cmocka_unit_test(test_A21_every_call_with_every_key),
		cmocka_unit_test(test_A20_every_call_with_every_role),
		cmocka_unit_test(test_A23_foreign_and_unknown_are_one_answer),
		cmocka_unit_test(test_the_table_has_every_route),
		cmocka_unit_test(test_A23_a_foreign_account_is_like_none),
		cmocka_unit_test(test_A21_no_key_hands_out_more_than_it_has),
		cmocka_unit_test(test_an_account_is_only_put_under_its_own_path),
		cmocka_unit_test(test_other_schemes_and_odd_tokens_are_refused),
	};
	return cmocka_run_group_tests(tests, open_site, close_site);
}
