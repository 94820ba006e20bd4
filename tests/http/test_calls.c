/* test_calls.c - what a good client sees: types, packings, lists, streams, load. */
#define _GNU_SOURCE
#include "http_test.h"

#include "edge/sys/memory.h"

static const char NDJSON[] = "Content-Type: application/x-ndjson\r\n";

/* ---- content types ---- */

static void
test_content_types_of_events(void **state)
{
	static const struct {
		const char *fields;
		int         status;
	} CASES[] = {
		{ "Content-Type: application/x-ndjson\r\n", 200 },
		{ "Content-Type: application/cloudevents+json\r\n", 200 },
		{ "Content-Type: application/cloudevents-batch+json\r\n", 200 },
		{ "content-type: Application/CloudEvents+JSON;charset=UTF-8\r\n", 200 },
		{ "Content-Type: application/x-ndjson; charset=\"utf-8\"; a=b\r\n", 200 },
		{ "Content-Type: application/x-ndjson; charset=latin1\r\n", 415 },
		{ "Content-Type: application/x-ndjson; charset\r\n", 415 },
		{ "Content-Type: application/json\r\n", 415 },
		{ "Content-Type: text/plain\r\n", 415 },
		{ "Content-Type: application/x-ndjsonx\r\n", 415 },
		{ "", 415 },
	};
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		int status =
			ask_status(*state, "POST", "/v1/events", "tly_i", CASES[i].fields, "{}\n");
		if (status != CASES[i].status)
			fail_msg("%s: %d", CASES[i].fields, status);
	}
}

static void
test_nothing_read_is_400_with_a_problem(void **state)
{
	struct reply reply = ask(*state, "POST", "/v1/events", "tly_i", NDJSON, "!x", 2);
	assert_int_equal(reply.status, 400);
	assert_non_null(strstr(reply.text, "Content-Type: application/problem+json\r\n"));
	assert_non_null(strstr(reply.body, "\"type\":\"/errors/nothing-read\""));
	assert_non_null(strstr(reply.body, "\"instance\":\"/v1/events\""));
	assert_non_null(strstr(reply.body, "\"errors\":[{\"field\":\"body\""));
	reply_free(&reply);
}

static void
test_chunked_bodies_are_taken(void **state)
{
	int fd = site_connect(*state);
	text_send(fd, "POST /v1/events?receipts=all HTTP/1.1\r\nHost: x\r\n"
	              "Authorization: Bearer tly_i\r\nContent-Type: application/x-ndjson\r\n"
	              "Transfer-Encoding: chunked\r\n\r\n3\r\n{}\n\r\n5\r\n{} \n\n\r\n0\r\n\r\n");
	struct reply reply = reply_read(fd, false, 2000);
	assert_int_equal(reply.status, 200);
	assert_non_null(strstr(reply.body, "\"accepted\":3"));
	assert_non_null(strstr(reply.body, "receipts"));
	reply_free(&reply);
	close(fd);
}

/* ---- queries, methods ---- */

static void
assert_asked(struct site *site, const char *target, int status, const char *says)
{
	struct reply reply = ask(site, "GET", target, "tly_r", "", NULL, 0);
	if (reply.status != status || !strstr(reply.body, says))
		fail_msg("%s: %d %s", target, reply.status, reply.text);
	reply_free(&reply);
}

static void
test_query_parameters(void **state)
{
	struct site *site = *state;
	assert_asked(site, "/v1/accounts/acme/usage?at=2026-10-31", 200, "modules");
	assert_asked(site, "/v1/accounts/acme/usage?ad=2026-10-31", 400, "\"field\":\"ad\"");
	assert_asked(site, "/v1/accounts/acme/usage?limit=3", 400, "\"field\":\"limit\"");
	assert_asked(site, "/v1/accounts/acme/usage/CD?limit=3&sort=-id&", 200, "modules");
	assert_asked(site, "/v1/accounts/acme/usage/CD?limit=0", 400, "\"field\":\"limit\"");
	assert_asked(site, "/v1/accounts/acme/usage/CD?limit=100001", 400, "limit");
	assert_asked(site, "/v1/accounts/acme/usage/CD?limit=99999999999999999999", 400, "limit");
	assert_asked(site, "/v1/accounts/acme/usage/CD?limit=3&limit=3", 400, "twice");
	assert_asked(site, "/v1/accounts/acme/usage/CD?org=%zz", 400, "escape");
	assert_asked(site, "/v1/accounts/acme/usage/CD?org=%00", 400, "escape");
	assert_asked(site, "/v1/accounts/acme/usage/CD?org=%ff", 400, "escape");
	assert_asked(site, "/v1/accounts/acme/usage/CD/trend?step=month", 200, "month");
	assert_asked(site, "/v1/accounts/acme/usage/CD/trend?step=week", 400, "\"field\":\"step\"");
	assert_asked(site, "/v1/accounts/ac%2Fme", 404, "account-unknown");
	assert_asked(site, "/v1/accounts/acme/", 404, "not-found");
	assert_asked(site, "//v1/accounts", 404, "not-found");
	assert_asked(site, "http://elsewhere/v1/accounts", 200, "acme");
	assert_asked(site, "/v1/<script>", 404, "/v1/%3Cscript%3E");
}

static void
test_methods(void **state)
{
	struct site *site  = *state;
	struct reply reply = ask(site, "OPTIONS", "/v1/accounts/acme", "tly_r", "", NULL, 0);
	assert_int_equal(reply.status, 204);
	assert_non_null(strstr(reply.text, "Allow: GET, HEAD, PUT, OPTIONS\r\n"));
	reply_free(&reply);
	reply = ask(site, "PATCH", "/v1/accounts/acme", "tly_r", "", NULL, 0);
	assert_int_equal(reply.status, 405);
	assert_non_null(strstr(reply.text, "Allow: GET, HEAD, PUT, OPTIONS\r\n"));
	reply_free(&reply);
	reply = ask(site, "HEAD", "/v1/accounts", "tly_r", "", NULL, 0);
	assert_int_equal(reply.status, 200);
	assert_int_equal(reply.body_size, 0);
	reply_free(&reply);
	assert_int_equal(ask_status(site, "GET", "/v1/events", "tly_i", "", NULL), 405);
	assert_int_equal(ask_status(site, "TRACE", "/healthz", "tly_i", "", NULL), 405);
	assert_int_equal(ask_status(site, "BREW", "/nowhere", "tly_i", "", NULL), 404);
	assert_int_equal(ask_status(site, "BREW", "/nowhere", NULL, "", NULL), 401);
}

static void
test_idempotency_key_is_checked(void **state)
{
	const char *target = "/v1/accounts/acme/contracts";
	char        fields[512];
	assert_int_equal(
		ask_status(*state, "POST", target, "tly_w", "Idempotency-Key: 0192f-abc\r\n", "{}"),
		201);
	assert_int_equal(ask_status(*state, "POST", target, "tly_w", "Idempotency-Key: \r\n", "{}"),
	                 400);
	assert_int_equal(
		ask_status(*state, "POST", target, "tly_w", "Idempotency-Key: a b\r\n", "{}"), 400);
	snprintf(fields, sizeof(fields), "Idempotency-Key: %0300d\r\n", 1);
	assert_int_equal(ask_status(*state, "POST", target, "tly_w", fields, "{}"), 400);
}

static void
test_a_preview_makes_nothing(void **state)
{
	struct reply reply = ask(*state, "POST", "/v1/accounts/acme/contracts?preview=true",
	                         "tly_w", "Content-Type: application/json\r\n", "{}", 2);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.body, "{\"figures\":[]}");
	reply_free(&reply);
	assert_int_equal(ask_status(*state, "POST", "/v1/accounts/acme/contracts?preview=false",
	                            "tly_w", "", "{}"),
	                 201);
	assert_int_equal(ask_status(*state, "POST", "/v1/accounts/acme/contracts?preview=1",
	                            "tly_w", "", "{}"),
	                 400);
	assert_int_equal(ask_status(*state, "POST", "/v1/accounts/acme/contracts?follows=12",
	                            "tly_w", "", "{}"),
	                 201);
	assert_int_equal(ask_status(*state, "POST", "/v1/accounts/acme/contracts?follows=-1",
	                            "tly_w", "", "{}"),
	                 400);
}

/* ---- lists, streams, long work ---- */

static void
test_lists_as_csv(void **state)
{
	struct reply reply =
		ask(*state, "GET", "/v1/accounts", "tly_r", "Accept: text/csv\r\n", NULL, 0);
	assert_int_equal(reply.status, 200);
	assert_non_null(strstr(reply.text, "Content-Type: text/csv"));
	assert_string_equal(reply.body, "id,name\r\nacme,'=1+1\r\nglobex,\"a,\"\"b\"\"\"\r\n");
	reply_free(&reply);
	reply = ask(*state, "GET", "/v1/accounts/acme/notifications", "tly_w",
	            "Accept: text/csv\r\n", NULL, 0); /* a line is one delivery */
	assert_string_equal(reply.body, "id,title,delivery.to,delivery.state\r\n"
	                                "ntf_1,'=over,a@b,delivered\r\n"
	                                "ntf_1,'=over,c@d,failed\r\nntf_0,t,,\r\n");
	reply_free(&reply);
	reply = ask(*state, "GET", "/v1/accounts", "tly_r",
	            "Accept: text/csv;q=0.5, application/json\r\n", NULL, 0);
	assert_non_null(strstr(reply.text, "Content-Type: application/json"));
	reply_free(&reply);
}

struct counted {
	uint64_t bytes;
	uint64_t stop_at;
};

static enum err
count_bytes(void *context, struct span bytes)
{
	struct counted *counted = context;
	counted->bytes += bytes.size;
	return counted->stop_at && counted->bytes > counted->stop_at ? ERR_FILE_WRITE : ERR_NONE;
}

static void
test_export_is_streamed_whole_and_may_be_left(void **state)
{
	struct http_client *client = client_open(*state, "http", "tly_r", NULL);
	struct http_call    call   = { .method = "GET", .path = "/v1/export" };
	struct counted      whole = { 0, 0 }, part = { 0, 1000 };
	struct http_reply   reply;
	struct arena        arena;
	arena_open(&arena, system_memory());
	assert_int_equal(
		http_client_stream(client, &call, count_bytes, &whole, &arena, &reply, NULL),
		ERR_NONE);
	assert_int_equal(reply.status, 200);
	assert_int_equal(whole.bytes, STUB_EXPORT_LINES * 36);
	for (int i = 0; i < 20; i++)
		assert_int_equal(
			http_client_stream(client, &call, count_bytes, &part, &arena, &reply, NULL),
			ERR_FILE_WRITE);
	http_client_close(client);
	arena_close(&arena);
}

static void
test_long_work_answers_later(void **state)
{
	struct site *site = *state;
	atomic_store(&site->engine->verify_ms, 300);
	struct reply reply = ask(site, "POST", "/v1/verify", "tly_o", "", NULL, 0);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.body, "{\"verified\":true}");
	reply_free(&reply);
	atomic_store(&site->engine->verify_ms, 0);
	const char *json = "Content-Type: application/json\r\n";
	assert_int_equal(
		ask_status(site, "POST", "/v1/backup", "tly_o", json, "{\"path\":\"/refused\"}"),
		500);
	assert_int_equal(
		ask_status(site, "POST", "/v1/backup", "tly_o", json, "{\"path\":\"relative\"}"),
		400);
	assert_int_equal(ask_status(site, "POST", "/v1/backup", "tly_o", json, "{"), 400);
}

/* Large bodies go another way, and come to the same answers. */
static void
test_large_bodies_are_answered_alike(void **state)
{
	enum { LINES = 20000 };
	struct site *site = *state;
	char        *body = malloc((size_t)LINES * 3);
	char         accepted[32];
	assert_non_null(body);
	for (size_t i = 0; i < LINES; i++)
		memcpy(body + i * 3, "{}\n", 3);
	snprintf(accepted, sizeof(accepted), "\"accepted\":%d,", LINES);
	struct reply reply =
		ask(site, "POST", "/v1/events", "tly_i", NDJSON, body, (size_t)LINES * 3);
	assert_int_equal(reply.status, 200);
	assert_non_null(strstr(reply.body, accepted));
	reply_free(&reply);
	atomic_store(&site->engine->failing, ERR_STORE_FULL);
	reply = ask(site, "POST", "/v1/events", "tly_i", NDJSON, body, (size_t)LINES * 3);
	assert_int_equal(reply.status, 503);
	reply_free(&reply);
	atomic_store(&site->engine->failing, ERR_NONE);
	body[0] = '!';
	reply   = ask(site, "POST", "/v1/events", "tly_i", NDJSON, body, (size_t)LINES * 3);
	assert_int_equal(reply.status, 400);
	reply_free(&reply);
	free(body);
	assert_healthy(site);
}

/* What a client asked for and does not wait for is stopped. */
static void
test_long_work_stops_when_its_client_leaves(void **state)
{
	struct site *site = *state;
	atomic_store(&site->engine->verify_ms, 20000);
	int fd = site_connect(site);
	text_send(fd, "POST /v1/verify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer tly_o\r\n"
	              "Content-Length: 0\r\n\r\n");
	nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
	assert_int_equal(atomic_load(&site->engine->stopped), 0);
	close(fd);
	for (int i = 0; i < 100 && atomic_load(&site->engine->stopped) == 0; i++)
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	assert_int_equal(atomic_load(&site->engine->stopped), 1);
	atomic_store(&site->engine->verify_ms, 0);
	assert_healthy(site);
}

/* E-3: no success without the disk; the client is told to come again. */
static void
test_E3_a_failed_commit_is_503(void **state)
{
	struct site *site = *state;
	atomic_store(&site->engine->failing, ERR_STORE_FULL);
	struct reply reply = ask(site, "POST", "/v1/events", "tly_i", NDJSON, "{}\n", 3);
	assert_int_equal(reply.status, 503);
	assert_non_null(strstr(reply.text, "Retry-After: "));
	assert_non_null(strstr(reply.body, "/errors/store-full"));
	reply_free(&reply);
	atomic_store(&site->engine->failing, ERR_NONE);
	assert_int_equal(ask_status(site, "GET", "/v1/accounts", "tly_r", "", NULL), 200);
	assert_healthy(site);
}

static void
test_metrics_and_openapi(void **state)
{
	struct reply reply = ask(*state, "GET", "/metrics", "tly_r", "", NULL, 0);
	assert_int_equal(reply.status, 200);
	assert_non_null(strstr(reply.body, "\n# TYPE tally_commit_seconds histogram\n"));
	assert_non_null(strstr(reply.body, "\ntally_http_requests_total{status=\"2xx\"} "));
	assert_non_null(strstr(reply.body, "\nprocess_resident_memory_bytes "));
	reply_free(&reply);
	reply = ask(*state, "GET", "/openapi.json", "tly_r", "", NULL, 0);
	assert_int_equal(reply.status, 200);
	struct json *root = NULL;
	struct arena arena;
	arena_open(&arena, system_memory());
	assert_int_equal(
		json_parse((struct span){ reply.body, reply.body_size }, &arena, &root, NULL),
		ERR_NONE);
	assert_non_null(json_member(json_member(root, SPAN("paths")), SPAN("/v1/events")));
	arena_close(&arena);
	reply_free(&reply);
}

/* ---- many at once, and the end ---- */

enum { CROWD = 64, CROWD_CALLS = 60 };

struct member {
	const struct site *site;
	int                number;
	int                good;
};

static void *
member_run(void *context)
{
	struct member             *member = context;
	struct arena               arena;
	char                       server[64];
	struct http_client        *client  = NULL;
	struct http_client_options options = { .server = server, .key = "tly_irwo" };
	snprintf(server, sizeof(server), "http://127.0.0.1:%u", member->site->port);
	if (http_client_open(&options, &client, NULL))
		return NULL;
	arena_open(&arena, system_memory());
	static const struct http_call CALLS[] = {
		{ .method       = "POST",
		  .path         = "/v1/events",
		  .content_type = "application/x-ndjson",
		  .body         = { "{}\n{}\n", 6 } },
		{ .method = "GET", .path = "/v1/accounts/acme/usage/CD" },
		{ .method       = "POST",
		  .path         = "/v1/events",
		  .content_type = "application/x-ndjson",
		  .body         = { "{}\n", 3 } },
		{ .method = "PUT",
		  .path   = "/v1/accounts/acme",
		  .body   = { "{\"id\":\"acme\"}", 13 } },
		{ .method = "GET", .path = "/metrics" },
		{ .method = "GET", .path = "/v1/export" },
	};
	enum { CALLS_COUNT = sizeof(CALLS) / sizeof(CALLS[0]) };
	for (int i = 0; i < CROWD_CALLS; i++) {
		struct http_reply reply = { 0 };
		/* The export is rare: only so many may run at once. */
		int which = (i + member->number) % (i % 20 == 0 ? CALLS_COUNT : CALLS_COUNT - 1);
		if (!http_client_call(client, &CALLS[which], &arena, &reply, NULL) &&
		    (reply.status == 200 || (which == 5 && reply.status == 429)))
			member->good++;
		arena_reset(&arena);
	}
	arena_close(&arena);
	http_client_close(client);
	return NULL;
}

static void
test_64_threads_at_once(void **state)
{
	struct site  *site = *state;
	struct member members[CROWD];
	pthread_t     threads[CROWD];
	uint64_t      before = atomic_load(&site->engine->accepted);
	for (int i = 0; i < CROWD; i++) {
		members[i] = (struct member){ site, i, 0 };
		assert_int_equal(pthread_create(&threads[i], NULL, member_run, &members[i]), 0);
	}
	for (int i = 0; i < CROWD; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(members[i].good, CROWD_CALLS);
	}
	assert_true(atomic_load(&site->engine->accepted) > before);
	assert_healthy(site);
}

static void *
slow_call(void *context)
{
	struct member *member = context;
	member->good          = ask_status(member->site, "POST", "/v1/verify", "tly_o", "", NULL);
	return NULL;
}

/* What was accepted is finished; idle connections do not hold the end up. */
static void
test_stop_finishes_what_was_accepted(void **state)
{
	(void)state;
	struct site site;
	site_open(&site);
	atomic_store(&site.engine->verify_ms, 500);
	struct member member = { &site, 0, 0 };
	pthread_t     thread;
	int           idle = site_connect(&site);
	assert_int_equal(pthread_create(&thread, NULL, slow_call, &member), 0);
	nanosleep(&(struct timespec){ .tv_nsec = 200000000 }, NULL);
	site_close(&site);
	pthread_join(thread, NULL);
	assert_int_equal(member.good, 200);
	close(idle);
}

/* Every batch that was handed to the engine is given back to it. */
static void
test_every_batch_is_released(void **state)
{
	(void)state;
	struct site site;
	site_open(&site);
	for (int i = 0; i < 50; i++) {
		int fd = site_connect(&site);
		text_send(fd,
		          "POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer tly_i\r\n"
		          "Content-Type: application/x-ndjson\r\nContent-Length: 3\r\n\r\n{}\n");
		close(fd);
	}
	assert_int_equal(api_server_stop(site.server), ERR_NONE);
	assert_int_equal(atomic_load(&site.engine->released), atomic_load(&site.engine->accepted));
	stub_close(site.engine);
}

static void
test_wrong_settings_are_refused(void **state)
{
	struct site              *site    = *state;
	struct api_server_options options = site_options(site->engine);
	struct api_server        *server  = NULL;
	struct refusal            refusal;
	options.address = SPAN("nonsense");
	assert_int_equal(api_server_start(&options, &server, &refusal), ERR_SETTING);
	options.address  = SPAN("127.0.0.1:0");
	options.tls_cert = "/nonexistent";
	assert_int_equal(api_server_start(&options, &server, &refusal), ERR_SETTING);
	options.tls_key = "/nonexistent";
	assert_int_equal(api_server_start(&options, &server, &refusal), ERR_FILE_READ);
	char taken[32];
	snprintf(taken, sizeof(taken), "127.0.0.1:%u", site->port);
	options         = site_options(site->engine);
	options.address = span_of(taken);
	assert_int_equal(api_server_start(&options, &server, &refusal), ERR_SYSTEM);
	assert_null(server);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_content_types_of_events),
		cmocka_unit_test(test_nothing_read_is_400_with_a_problem),
		cmocka_unit_test(test_chunked_bodies_are_taken),
		cmocka_unit_test(test_query_parameters),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_idempotency_key_is_checked),
		cmocka_unit_test(test_a_preview_makes_nothing),
		cmocka_unit_test(test_lists_as_csv),
		cmocka_unit_test(test_export_is_streamed_whole_and_may_be_left),
		cmocka_unit_test(test_long_work_answers_later),
		cmocka_unit_test(test_large_bodies_are_answered_alike),
		cmocka_unit_test(test_long_work_stops_when_its_client_leaves),
		cmocka_unit_test(test_E3_a_failed_commit_is_503),
		cmocka_unit_test(test_metrics_and_openapi),
		cmocka_unit_test(test_64_threads_at_once),
		cmocka_unit_test(test_stop_finishes_what_was_accepted),
		cmocka_unit_test(test_every_batch_is_released),
		cmocka_unit_test(test_wrong_settings_are_refused),
	};
	return cmocka_run_group_tests(tests, open_site, close_site);
}
