/* test_page.c - the page over HTTP: what a browser may keep, and what it must not do. */
#define _GNU_SOURCE
#include "http_test.h"

static struct reply
page_ask(struct site *site, const char *method, const char *target, const char *fields)
{
	return ask(site, method, target, NULL, fields, NULL, 0);
}

/* The value of a header field of the answer, up to its end of line; NULL when absent. */
static const char *
field_of(const struct reply *reply, const char *name, char *value, size_t size)
{
	char wanted[64];
	snprintf(wanted, sizeof(wanted), "\r\n%s: ", name);
	const char *at = strstr(reply->text, wanted);
	if (!at || at > reply->body)
		return NULL;
	at += strlen(wanted);
	snprintf(value, size, "%.*s", (int)strcspn(at, "\r"), at);
	return value;
}

static void
assert_field(const struct reply *reply, const char *name, const char *expected)
{
	char value[1024];
	if (!field_of(reply, name, value, sizeof(value)))
		fail_msg("%s is missing", name);
	assert_string_equal(value, expected);
}

static void
test_every_place_is_the_one_document(void **state)
{
	static const char *const PLACES[] = { "/", "/accounts", "/users?q=%ff",
		                              "/accounts/acme?at=2026-10-31&q=%ff",
		                              "/accounts/acme/modules/CD?unknown=1&unknown=2" };
	struct reply             first    = page_ask(*state, "GET", "/", "");
	assert_int_equal(first.status, 200);
	assert_non_null(strstr(first.body, "<div id=\"page\">"));
	for (size_t i = 0; i < sizeof(PLACES) / sizeof(PLACES[0]); i++) {
		struct reply reply = page_ask(*state, "GET", PLACES[i], "");
		assert_int_equal(reply.status, 200);
		assert_string_equal(reply.body, first.body);
		assert_field(&reply, "Content-Type", "text/html; charset=utf-8");
		assert_field(&reply, "Cache-Control", "no-cache");
		reply_free(&reply);
	}
	reply_free(&first);
}

/* No script but our own files, nothing from elsewhere, no frame, no text as markup. */
static void
test_the_policy_is_strict(void **state)
{
	char         policy[1024];
	struct reply reply = page_ask(*state, "GET", "/", "");
	assert_non_null(field_of(&reply, "Content-Security-Policy", policy, sizeof(policy)));
	assert_non_null(strstr(policy, "default-src 'none'"));
	assert_non_null(strstr(policy, "script-src 'self'"));
	assert_non_null(strstr(policy, "frame-ancestors 'none'"));
	assert_non_null(strstr(policy, "require-trusted-types-for 'script'"));
	assert_null(strstr(policy, "unsafe"));
	assert_null(strstr(policy, "http"));
	assert_null(strstr(policy, "*"));
	assert_field(&reply, "X-Content-Type-Options", "nosniff");
	assert_field(&reply, "Referrer-Policy", "no-referrer");
	assert_field(&reply, "X-Frame-Options", "DENY");
	assert_null(strstr(reply.body, "<style"));
	assert_null(strstr(reply.body, "style="));
	assert_null(strstr(reply.body, "<script>"));
	assert_null(strstr(reply.body, "http://"));
	assert_null(strstr(reply.body, "https://"));
	reply_free(&reply);
}

/* The target of the document's script, not of the small one that asks ahead. */
static void
script_find(struct site *site, char *target, size_t size)
{
	struct reply reply = page_ask(site, "GET", "/", "");
	const char  *at    = strstr(reply.body, "src=\"/assets/app-");
	assert_non_null(at);
	at += strlen("src=\"");
	snprintf(target, size, "%.*s", (int)strcspn(at, "\""), at);
	reply_free(&reply);
}

static void
test_files_are_kept_for_ever_under_their_hash(void **state)
{
	char target[128], etag[64], fields[128];
	script_find(*state, target, sizeof(target));
	struct reply plain = page_ask(*state, "GET", target, "");
	assert_int_equal(plain.status, 200);
	assert_field(&plain, "Content-Type", "text/javascript; charset=utf-8");
	assert_field(&plain, "Cache-Control", "public, max-age=31536000, immutable");
	assert_field(&plain, "Vary", "Accept-Encoding");
	assert_non_null(field_of(&plain, "ETag", etag, sizeof(etag)));
	assert_null(field_of(&plain, "Content-Encoding", fields, sizeof(fields)));

	struct reply packed = page_ask(*state, "GET", target, "Accept-Encoding: br, gzip\r\n");
	assert_field(&packed, "Content-Encoding", "gzip");
	assert_true(packed.body_size * 2 < plain.body_size);
	assert_memory_equal(packed.body, "\x1f\x8b", 2);

	snprintf(fields, sizeof(fields), "If-None-Match: W/\"old\", %s\r\n", etag);
	struct reply same = page_ask(*state, "GET", target, fields);
	assert_int_equal(same.status, 304);
	assert_int_equal(same.body_size, 0);
	assert_field(&same, "ETag", etag);
	reply_free(&plain);
	reply_free(&packed);
	reply_free(&same);
}

static void
test_what_is_no_file_is_not_found(void **state)
{
	static const char *const TARGETS[] = { "/assets/", "/assets/..%2findex.html",
		                               "/assets/x.js", "/assets/app.js%00",
		                               "/assets/index.html/x" };
	for (size_t i = 0; i < sizeof(TARGETS) / sizeof(TARGETS[0]); i++) {
		struct reply reply = page_ask(*state, "GET", TARGETS[i], "");
		if (reply.status != 404 && reply.status != 401)
			fail_msg("%s: %d", TARGETS[i], reply.status);
		reply_free(&reply);
	}
	struct reply reply = page_ask(*state, "POST", "/", "");
	assert_int_equal(reply.status, 401);
	reply_free(&reply);
	reply = page_ask(*state, "HEAD", "/", "");
	assert_int_equal(reply.status, 200);
	reply_free(&reply);
}

static int
setup(void **state)
{
	static struct site site;
	site_open(&site);
	*state = &site;
	return 0;
}

static int
teardown(void **state)
{
	site_close(*state);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_place_is_the_one_document),
		cmocka_unit_test(test_the_policy_is_strict),
		cmocka_unit_test(test_files_are_kept_for_ever_under_their_hash),
		cmocka_unit_test(test_what_is_no_file_is_not_found),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
