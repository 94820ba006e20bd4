/* test_lists.c - lists of people and developers over HTTP: what is sent, what comes back. */
#define _GNU_SOURCE
#include "http_test.h"

#include "core/base/limit.h"

static const char IMPORT[] = "/v1/accounts/acme/developers/import";
static const char CSV[]    = "Content-Type: text/csv\r\n";

static void
assert_posted(struct site *site, const char *target, const char *fields, const char *body,
              int status, const char *says)
{
	struct reply reply = ask(site, "POST", target, "tly_w", fields, body, strlen(body));
	if (reply.status != status || !strstr(reply.text, says))
		fail_msg("%s %s: %d %s", target, fields, reply.status, reply.text);
	reply_free(&reply);
}

static void
test_A12_lists_are_csv_or_json(void **state)
{
	static const struct {
		const char *fields;
		int         status;
		const char *says;
	} CASES[] = {
		{ "Content-Type: text/csv\r\n", 200, "\"csv\":1" },
		{ "Content-Type: text/csv; charset=utf-8; header=present\r\n", 200, "\"csv\":1" },
		{ "Content-Type: application/json\r\n", 200, "\"csv\":0" },
		{ "Content-Type: text/csv; charset=iso-8859-1\r\n", 415, "charset" },
		{ "Content-Type: text/plain\r\n", 415, "content-type" },
		{ "", 415, "content-type" },
	};
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
		assert_posted(*state, IMPORT, CASES[i].fields, "name,email\n", CASES[i].status,
		              CASES[i].says);
}

static void
test_A12_mapping_and_preview(void **state)
{
	assert_posted(*state,
	              "/v1/accounts/acme/people/import?preview=true&map=%7B%22name%22%3A%22Full+"
	              "Name%22%7D",
	              CSV, "x", 200, "\"preview\":1,\"map\":{\"name\":\"Full Name\"}}");
	assert_posted(*state, "/v1/accounts/acme/people/import?preview=false", CSV, "x", 200,
	              "\"preview\":0,\"map\":{}}");
	assert_posted(*state, "/v1/accounts/acme/people/import?preview=1", CSV, "x", 400,
	              "\"field\":\"preview\"");
}

static void
test_A12_a_refused_list_is_a_problem(void **state)
{
	assert_posted(*state, IMPORT, CSV, "!", 400, "Content-Type: application/problem+json\r\n");
	assert_posted(
		*state, IMPORT, CSV, "!", 400,
		"\"type\":\"/errors/list-refused\",\"title\":\"the list has errors; nothing of "
		"it was saved\",\"status\":400,");
	assert_posted(*state, IMPORT, CSV, "!", 400,
	              "\"instance\":\"/v1/accounts/acme/developers/import\",\"errors\":[{\"code\":"
	              "\"EMPTY_CSV\"}]}");
}

static void
test_A12_fifty_megabytes_and_no_more(void **state)
{
	size_t most = LIMIT_LIST_SIZE;
	char  *body = malloc(most + 1);
	assert_non_null(body);
	memset(body, 'a', most + 1);
	struct reply reply = ask(*state, "POST", IMPORT, "tly_w", CSV, body, most);
	assert_int_equal(reply.status, 200);
	assert_non_null(strstr(reply.body, "\"size\":52428800"));
	reply_free(&reply);
	reply = ask(*state, "POST", IMPORT, "tly_w", CSV, body, most + 1);
	assert_int_equal(reply.status, 413);
	reply_free(&reply);
	free(body);
	assert_healthy(*state);
}

static void
test_A10_people_as_csv_and_by_module(void **state)
{
	struct reply reply = ask(*state, "GET", "/v1/accounts/acme/people?module=CI", "tly_r",
	                         "Accept: text/csv\r\n", NULL, 0);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.body, "email\r\nm@x\r\n");
	reply_free(&reply);
	assert_int_equal(ask_status(*state, "DELETE", "/v1/accounts/acme/people/nobody%40x",
	                            "tly_w", "", NULL),
	                 404);
	assert_int_equal(ask_status(*state, "DELETE", "/v1/accounts/acme/people/a%40x?module=CI",
	                            "tly_w", "", NULL),
	                 200);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_A12_lists_are_csv_or_json),
		cmocka_unit_test(test_A12_mapping_and_preview),
		cmocka_unit_test(test_A12_a_refused_list_is_a_problem),
		cmocka_unit_test(test_A12_fifty_megabytes_and_no_more),
		cmocka_unit_test(test_A10_people_as_csv_and_by_module),
	};
	return cmocka_run_group_tests(tests, open_site, close_site);
}
