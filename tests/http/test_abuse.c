/* test_abuse.c - clients that are slow, broken or hostile, and a server that stays well.
 *
 * Each case ends with assert_healthy: a good client is served as before. */
#define _GNU_SOURCE
#include "http_test.h"

/* Deadlines a hundredth as long as usual, and few connections. */
static int
open_short(void **state)
{
	struct site              *site         = calloc(1, sizeof(*site));
	struct api_server_options options      = site_options(stub_open(0));
	options.limits.head_ms                 = 400;
	options.limits.grace_ms                = 400;
	options.limits.idle_ms                 = 800;
	options.limits.connections             = 64;
	options.limits.connections_per_address = 48;
	options.limits.body_size               = 1 << 20;
	site_open_with(site, &options);
	*state = site;
	return 0;
}

/* ---- heads that two readers could understand in two ways ---- */

struct head_case {
	const char *name;
	const char *bytes;
};

#define EVENTS_HEAD                                                                                \
	"POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer tly_i\r\n"                   \
	"Content-Type: application/x-ndjson\r\n"

static const struct head_case MALFORMED[] = {
	{ "length and chunked",
	  EVENTS_HEAD "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
	              "0\r\n\r\n" },
	{ "two lengths", EVENTS_HEAD "Content-Length: 3\r\nContent-Length: 3\r\n\r\n{}\n" },
	{ "two other lengths", EVENTS_HEAD "Content-Length: 3\r\nContent-Length: 4\r\n\r\n{}\n" },
	{ "length with plus", EVENTS_HEAD "Content-Length: +3\r\n\r\n{}\n" },
	{ "length in hex", EVENTS_HEAD "Content-Length: 0x3\r\n\r\n{}\n" },
	{ "length with underscore", EVENTS_HEAD "Content-Length: 3_0\r\n\r\n{}\n" },
	{ "length as a list", EVENTS_HEAD "Content-Length: 3, 3\r\n\r\n{}\n" },
	{ "length below zero", EVENTS_HEAD "Content-Length: -3\r\n\r\n{}\n" },
	{ "empty length", EVENTS_HEAD "Content-Length: \r\n\r\n{}\n" },
	{ "coding gzip", EVENTS_HEAD "Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n" },
	{ "coding gzip, chunked", EVENTS_HEAD "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" },
	{ "coding twice", EVENTS_HEAD "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"
	                              "\r\n\r\n0\r\n\r\n" },
	{ "coding identity", EVENTS_HEAD "Transfer-Encoding: identity\r\n\r\n" },
	{ "space before colon", EVENTS_HEAD "Content-Length : 3\r\n\r\n{}\n" },
	{ "no host", "GET /healthz HTTP/1.1\r\n\r\n" },
	{ "two hosts", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" },
	{ "two keys", "GET /v1/accounts HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer tly_r\r\n"
	              "Authorization: Bearer tly_o\r\n\r\n" },
	{ "control character", "GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\001b\r\n\r\n" },
	{ "no name", "GET /healthz HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n" },
	{ "folded line", EVENTS_HEAD "X: a\r\n b\r\nContent-Length: 3\r\n\r\n{}\n" },
	{ "bare line feeds", "GET /healthz HTTP/1.1\nHost: a\n\n" },
	{ "one bare line feed", "GET /healthz HTTP/1.1\r\nHost: a\nX: b\r\n\r\n" },
	{ "one bare return", "GET /healthz HTTP/1.1\r\nHost: a\rX: b\r\n\r\n" },
	{ "chunked in HTTP/1.0", "POST /v1/events HTTP/1.0\r\nAuthorization: Bearer tly_i\r\n"
	                         "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
	{ "HTTP/2.0", "GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n" },
	{ "HTTP/1.2", "GET /healthz HTTP/1.2\r\nHost: a\r\n\r\n" },
	{ "no version", "GET /healthz\r\n\r\n" },
	{ "garbage", "\x80\xff\x01\x02\x03 nonsense \r\n\r\n" },
	{ "TLS on the plain port", "\x16\x03\x01\x02\x01\x01\xfc\x03\x03\r\n\r\n" },
	{ "HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
};

/* Whoever refuses, we or the library below us, says it in one form. */
static void
assert_problem(const char *name, const struct reply *reply)
{
	if (!reply->body || reply->body[0] != '{' || strstr(reply->text, "<html") ||
	    !strstr(reply->text, "\r\nContent-Type: application/problem+json\r\n") ||
	    !strstr(reply->body, "\"type\":\"/errors/") || !strstr(reply->body, "\"status\":"))
		fail_msg("%s: %s", name, reply->text);
	assert_int_equal(atoi(strstr(reply->body, "\"status\":") + 9), reply->status);
}

/* Refused, or closed without a word, and never answered with success. */
static void
test_ambiguous_heads_are_refused_and_closed(void **state)
{
	struct site *site = *state;
	for (size_t i = 0; i < sizeof(MALFORMED) / sizeof(MALFORMED[0]); i++) {
		int fd = site_connect(site);
		text_send(fd, MALFORMED[i].bytes);
		struct reply reply   = reply_read(fd, false, 1000);
		bool         refused = reply.status >= 400 || (reply.status == 0 && reply.closed);
		if (!refused || !(reply.closed || is_closed_within(fd, 1000)))
			fail_msg("%s: %d %s", MALFORMED[i].name, reply.status, reply.text);
		if (reply.status != 0)
			assert_problem(MALFORMED[i].name, &reply);
		reply_free(&reply);
		close(fd);
	}
	assert_healthy(site);
}

static void
head_of_size(struct site *site, size_t target_size, int fields, int *status, bool *closed)
{
	size_t room = target_size + (size_t)fields * 32 + 256;
	char  *text = malloc(room);
	char  *at   = text;
	assert_non_null(text);
	at += sprintf(at, "GET /");
	memset(at, 'a', target_size);
	at += target_size;
	at += sprintf(at, " HTTP/1.1\r\nHost: x\r\n");
	for (int i = 0; i < fields; i++)
		at += sprintf(at, "X-Field-%d: value\r\n", i);
	at += sprintf(at, "\r\n");
	int fd = site_connect(site);
	bytes_send(fd, text, (size_t)(at - text));
	struct reply reply = reply_read(fd, false, 2000);
	*status            = reply.status;
	*closed            = reply.closed || is_closed_within(fd, 1000);
	if (reply.status != 0)
		assert_problem("a large head", &reply);
	reply_free(&reply);
	free(text);
	close(fd);
}

static void
test_large_heads_are_refused(void **state)
{
	static const struct {
		size_t target_size;
		int    fields;
	} CASES[] = { { 64 << 10, 0 }, { 20 << 10, 0 }, { 10, 1000 }, { 10, 101 }, { 1 << 20, 0 } };
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		int  status = 0;
		bool closed = false;
		head_of_size(*state, CASES[i].target_size, CASES[i].fields, &status, &closed);
		/* Of a megabyte the rest may arrive after the end and reset the connection. */
		assert_true(status == 431 || (status == 0 && CASES[i].target_size >= 64 << 10));
		assert_true(closed);
	}
	int  status = 0;
	bool closed = false;
	head_of_size(*state, 10, 90, &status, &closed);
	assert_int_equal(status, 401);
}

/* ---- bodies ---- */

/* A body larger than declared allowed is refused before it is sent. */
static void
test_E8_a_declared_body_above_the_limit_is_refused_at_once(void **state)
{
	struct site *site = *state;
	int          fd   = site_connect(site);
	text_send(fd, EVENTS_HEAD "Content-Length: 67108865\r\n\r\n");
	struct reply reply = reply_read(fd, false, 2000);
	assert_int_equal(reply.status, 413);
	assert_non_null(strstr(reply.body, "/errors/body-too-large"));
	assert_non_null(strstr(reply.text, "application/problem+json"));
	assert_true(is_closed_within(fd, 2000));
	reply_free(&reply);
	close(fd);
}

/* A body without end is cut off as soon as it crosses the limit. */
static void
test_E8_an_endless_chunked_body_is_cut_off(void **state)
{
	struct site *site = *state;
	static char  chunk[65536 + 8];
	memcpy(chunk, "10000\r\n", 7);
	memset(chunk + 7, ' ', 65536);
	int fd = site_connect(site);
	text_send(fd, EVENTS_HEAD "Transfer-Encoding: chunked\r\n\r\n");
	/* The sockets' own buffers may swallow a few megabytes. */
	int sent = 0;
	while (sent < 1024 && bytes_send(fd, chunk, 7 + 65536) && bytes_send(fd, "\r\n", 2)) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		sent++;
		if (poll(&wait, 1, 0) > 0)
			break;
	}
	assert_true(sent < 1024);
	struct reply reply = reply_read(fd, false, 2000);
	assert_int_equal(reply.status, 413);
	assert_non_null(strstr(reply.body, "/errors/body-too-large"));
	assert_true(is_closed_within(fd, 3000));
	reply_free(&reply);
	close(fd);
}

/* A refused small body leaves the connection usable. */
static void
test_a_refused_small_body_keeps_the_connection(void **state)
{
	struct site *site = *state;
	int          fd   = site_connect(site);
	for (int i = 0; i < 3; i++) {
		text_send(fd,
		          "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n{}\n");
		struct reply reply = reply_read(fd, false, 2000);
		assert_int_equal(reply.status, 401);
		reply_free(&reply);
	}
	close(fd);
}

static void
test_broken_chunks_are_refused(void **state)
{
	static const char *const BODIES[] = { "zz\r\n",
		                              "-1\r\n",
		                              "0x2\r\n{}\r\n0\r\n\r\n",
		                              "fffffffffffffffff\r\n",
		                              "2\r\n{}}\r\n0\r\n\r\n",
		                              "\r\n" };
	static const int         STATUS[] = { 400, 400, 400, 413, 400, 400 };
	struct site             *site     = *state;
	for (size_t i = 0; i < sizeof(BODIES) / sizeof(BODIES[0]); i++) {
		int fd = site_connect(site);
		text_send(fd, EVENTS_HEAD "Transfer-Encoding: chunked\r\n\r\n");
		text_send(fd, BODIES[i]);
		struct reply reply = reply_read(fd, false, 1000);
		assert_int_equal(reply.status, STATUS[i]);
		assert_problem(BODIES[i], &reply);
		assert_true(reply.closed || is_closed_within(fd, 1000));
		reply_free(&reply);
		close(fd);
	}
}

/* ---- slow clients ---- */

static void
assert_closes_between(int fd, uint64_t began_ns, uint32_t from_ms, uint32_t to_ms)
{
	struct timespec now;
	assert_true(is_closed_within(fd, (int)to_ms));
	clock_gettime(CLOCK_MONOTONIC, &now);
	uint64_t spent_ms =
		((uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec - began_ns) / 1000000;
	assert_in_range(spent_ms, from_ms, to_ms);
}

static uint64_t
clock_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void
pause_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL);
}

static void
test_a_silent_connection_is_closed(void **state)
{
	uint64_t began_ns = clock_ns();
	int      fd       = site_connect(*state);
	assert_closes_between(fd, began_ns, 300, 3000);
	close(fd);
}

/* Feeds one byte now and then; whether the server closed within the limit. */
static bool
is_cut_while_dripping(int fd, uint32_t most_ms)
{
	for (uint32_t spent_ms = 0; spent_ms < most_ms; spent_ms += 50) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		char          byte;
		if (!bytes_send(fd, "a", 1))
			return true;
		if (poll(&wait, 1, 50) > 0 && recv(fd, &byte, 1, 0) <= 0)
			return true;
	}
	return false;
}

/* Dripping keeps no connection: the deadline is for the whole head. */
static void
test_a_slow_head_is_cut_off(void **state)
{
	int fd = site_connect(*state);
	text_send(fd, "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ");
	assert_true(is_cut_while_dripping(fd, 4000));
	close(fd);
	fd = site_connect(*state);
	text_send(fd, "GET /");
	assert_true(is_cut_while_dripping(fd, 4000));
	close(fd);
}

static void
test_a_slow_second_head_is_cut_off(void **state)
{
	int fd = site_connect(*state);
	text_send(fd, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
	struct reply reply = reply_read(fd, false, 2000);
	assert_int_equal(reply.status, 200);
	reply_free(&reply);
	pause_ms(200);
	text_send(fd, "GET /");
	assert_true(is_cut_while_dripping(fd, 4000));
	close(fd);
}

static void
test_a_slow_body_is_cut_off(void **state)
{
	int fd = site_connect(*state);
	text_send(fd, EVENTS_HEAD "Content-Length: 100000\r\n\r\n");
	assert_true(is_cut_while_dripping(fd, 4000));
	close(fd);
}

/* Slow but above the least rate is let through. */
static void
test_a_body_at_the_least_rate_is_taken(void **state)
{
	static char piece[512];
	int         fd = site_connect(*state);
	memset(piece, '\n', sizeof(piece));
	text_send(fd, EVENTS_HEAD "Content-Length: 4096\r\n\r\n");
	for (int i = 0; i < 8; i++) {
		pause_ms(100);
		assert_true(bytes_send(fd, piece, sizeof(piece)));
	}
	struct reply reply = reply_read(fd, false, 2000);
	assert_int_equal(reply.status, 200);
	reply_free(&reply);
	close(fd);
}

static void
test_an_idle_connection_is_closed(void **state)
{
	int fd = site_connect(*state);
	text_send(fd, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
	struct reply reply = reply_read(fd, false, 2000);
	reply_free(&reply);
	assert_closes_between(fd, clock_ns(), 600, 4000);
	close(fd);
}

/* A client that asks and never reads gives up its place. */
static void
test_a_client_that_does_not_read_is_cut_off(void **state)
{
	struct site *site = *state;
	int          fd   = site_connect(site);
	int          size = 4096;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	text_send(fd,
	          "GET /openapi.json HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer tly_r\r\n\r\n");
	for (int i = 0; i < 200; i++)
		if (!text_send(fd, "GET /openapi.json HTTP/1.1\r\nHost: x\r\n"
		                   "Authorization: Bearer tly_r\r\n\r\n"))
			break;
	pause_ms(1500);
	assert_healthy(site);
	close(fd);
}

/* ---- many, and rude ones ---- */

/* More idle connections than there is room for: a good client still gets in. */
static void
idle_crowd(struct site *site, int count)
{
	int *fds = calloc((size_t)count, sizeof(int));
	assert_non_null(fds);
	for (int i = 0; i < count; i++)
		fds[i] = site_connect(site);
	assert_healthy(site);
	for (int i = 0; i < count; i++)
		close(fds[i]);
	free(fds);
}

static void
test_a_crowd_of_idle_connections_locks_nobody_out(void **state)
{
	idle_crowd(*state, 1100);
	assert_healthy(*state);
}

static void
test_a_small_crowd_locks_nobody_out(void **state)
{
	idle_crowd(*state, 200);
	assert_healthy(*state);
}

static void
test_resets_in_the_middle_do_no_harm(void **state)
{
	struct site  *site = *state;
	struct linger hard = { .l_onoff = 1, .l_linger = 0 };
	for (int i = 0; i < 100; i++) {
		int fd = site_connect(site);
		text_send(fd, EVENTS_HEAD "Content-Length: 6\r\n\r\n");
		text_send(fd, i % 2 ? "{}\n" : "{}\n{}\n");
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		close(fd);
	}
	assert_healthy(site);
}

static void
test_a_half_closed_connection_is_answered(void **state)
{
	struct site *site = *state;
	int          fd   = site_connect(site);
	text_send(fd, EVENTS_HEAD "Content-Length: 3\r\n\r\n{}\n");
	shutdown(fd, SHUT_WR);
	struct reply reply = reply_read(fd, false, 2000);
	assert_true(reply.status == 200 || (reply.status == 0 && reply.closed));
	reply_free(&reply);
	close(fd);
}

static void
test_pipelined_requests_are_answered_in_order(void **state)
{
	enum { DEPTH = 500 };
	struct site *site = *state;
	int          fd   = site_connect(site);
	for (int i = 0; i < DEPTH; i++)
		text_send(fd, i % 2 ? "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
		                    : "GET /v1/none HTTP/1.1\r\nHost: x\r\n\r\n");
	text_send(fd, "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
	char  *all  = malloc(REPLY_SIZE);
	size_t size = 0;
	for (ssize_t got; size < REPLY_SIZE - 1; size += (size_t)got)
		if ((got = bytes_wait(fd, all + size, REPLY_SIZE - 1 - size, 3000)) <= 0)
			break;
	all[size]   = 0;
	int answers = 0;
	for (char *at = all; (at = strstr(at, "HTTP/1.1 ")); at += 9, answers++)
		assert_int_equal(atoi(at + 9), answers % 2 || answers == DEPTH ? 200 : 401);
	assert_int_equal(answers, DEPTH + 1);
	free(all);
	close(fd);
}

static void
test_http_1_0_is_served_and_closed(void **state)
{
	struct site *site = *state;
	int          fd   = site_connect(site);
	text_send(fd, "GET /healthz HTTP/1.0\r\n\r\n");
	struct reply reply = reply_read(fd, false, 2000);
	assert_int_equal(reply.status, 200);
	assert_true(is_closed_within(fd, 2000));
	reply_free(&reply);
	close(fd);
}

/* Two thousand parameters once ended the process, before anybody was asked who he is. */
static void
test_many_parameters_stop_nothing(void **state)
{
	char   target[9000] = "/calculator?";
	size_t size         = strlen(target);
	for (; size < 8000; size += 4)
		memcpy(target + size, "a=1&", 5);
	for (int i = 0; i < 3; i++)
		assert_true(ask_status(*state, "GET", target, "", "", NULL) > 0);
	assert_int_equal(ask_status(*state, "GET", "/healthz", "", "", NULL), 200);
}

int
main(void)
{
#define DEFAULT(test) cmocka_unit_test_setup_teardown(test, open_site, close_site)
#define SHORT(test) cmocka_unit_test_setup_teardown(test, open_short, close_site)
	const struct CMUnitTest tests[] = {
		DEFAULT(test_many_parameters_stop_nothing),
		DEFAULT(test_ambiguous_heads_are_refused_and_closed),
		DEFAULT(test_large_heads_are_refused),
		DEFAULT(test_E8_a_declared_body_above_the_limit_is_refused_at_once),
		SHORT(test_E8_an_endless_chunked_body_is_cut_off),
		DEFAULT(test_a_refused_small_body_keeps_the_connection),
		DEFAULT(test_broken_chunks_are_refused),
		SHORT(test_a_silent_connection_is_closed),
		SHORT(test_a_slow_head_is_cut_off),
		SHORT(test_a_slow_second_head_is_cut_off),
		SHORT(test_a_slow_body_is_cut_off),
		SHORT(test_a_body_at_the_least_rate_is_taken),
		SHORT(test_an_idle_connection_is_closed),
		SHORT(test_a_client_that_does_not_read_is_cut_off),
		DEFAULT(test_a_crowd_of_idle_connections_locks_nobody_out),
		SHORT(test_a_small_crowd_locks_nobody_out),
		DEFAULT(test_resets_in_the_middle_do_no_harm),
		DEFAULT(test_a_half_closed_connection_is_answered),
		DEFAULT(test_pipelined_requests_are_answered_in_order),
		DEFAULT(test_http_1_0_is_served_and_closed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
