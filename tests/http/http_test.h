/* http_test.h - a server over the stub engine, and a client that sends any bytes. With
 * HTTP_TEST_OWN_ENGINE the test brings the engine. */
#ifndef TALLY_TESTS_HTTP_HTTP_TEST_H
#define TALLY_TESTS_HTTP_HTTP_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above first. */
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/api.h"
#include "edge/http/client.h"
#ifndef HTTP_TEST_OWN_ENGINE
#include "stub_engine.h"
#endif

enum { REPLY_SIZE = 4 << 20, REPLY_TIMEOUT_MS = 5000 };

struct site {
	struct engine     *engine;
	struct api_server *server;
	uint16_t           port;
};

struct reply {
	int    status; /* 0: the connection ended or fell silent before an answer */
	bool   closed; /* and then the connection ended */
	char  *text;   /* head and body, zero-terminated */
	char  *body;
	size_t body_size;
};

static inline struct api_server_options
site_options(struct engine *engine)
{
	struct api_server_options options = api_server_options_default(engine);
	options.address                   = SPAN("127.0.0.1:0");
	options.threads                   = 2;
	return options;
}

static inline void
site_open_with(struct site *site, const struct api_server_options *options)
{
	struct refusal refusal;
	site->engine = options->engine;
	if (api_server_start(options, &site->server, &refusal))
		fail_msg("%s", refusal.detail);
	site->port = api_server_port(site->server);
	assert_int_not_equal(site->port, 0);
}

#ifndef HTTP_TEST_OWN_ENGINE
static inline void
site_open(struct site *site)
{
	struct api_server_options options = site_options(stub_open(0));
	site_open_with(site, &options);
}

static inline void
site_close(struct site *site)
{
	assert_int_equal(api_server_stop(site->server), ERR_NONE);
	stub_close(site->engine);
}
#endif

static inline int
site_connect(const struct site *site)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		                  .sin_port   = htons(site->port),
		                  .sin_addr   = { htonl(INADDR_LOOPBACK) } };
	int                fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* Sends as much as the other side takes; false when it closed. */
static inline bool
bytes_send(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;
	while (size > 0) {
		ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		at += sent;
		size -= (size_t)sent;
	}
	return true;
}

static inline bool
text_send(int fd, const char *text)
{
	return bytes_send(fd, text, strlen(text));
}

/* Bytes that came; 0 at the end, -1 for silence or a reset. */
static inline ssize_t
bytes_wait(int fd, char *at, size_t size, int timeout_ms)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	if (poll(&wait, 1, timeout_ms) <= 0)
		return -1;
	return recv(fd, at, size, 0);
}

static inline void
reply_parse(struct reply *reply, size_t size)
{
	char *end = strstr(reply->text, "\r\n\r\n");
	if (!end)
		return;
	reply->body      = end + 4;
	reply->body_size = size - (size_t)(reply->body - reply->text);
	reply->status    = atoi(reply->text + 9);
}

static inline bool
reply_is_whole(const struct reply *reply, bool head_only)
{
	if (!reply->body)
		return false;
	const char *length = strcasestr(reply->text, "\r\nContent-Length: ");
	if (head_only || reply->status == 204 || reply->status == 304)
		return true;
	if (length)
		return reply->body_size >= strtoull(length + 18, NULL, 10);
	return strstr(reply->body, "\r\n0\r\n\r\n") != NULL;
}

/* One answer; reply_free it. */
static inline struct reply
reply_read(int fd, bool head_only, int timeout_ms)
{
	struct reply reply = { .text = malloc(REPLY_SIZE) };
	size_t       size  = 0;
	assert_non_null(reply.text);
	reply.text[0] = 0;
	while (!reply_is_whole(&reply, head_only) && size + 1 < REPLY_SIZE) {
		ssize_t got = bytes_wait(fd, reply.text + size, REPLY_SIZE - 1 - size, timeout_ms);
		if (got <= 0) {
			reply.closed = got == 0 || errno == ECONNRESET;
			break;
		}
		size += (size_t)got;
		reply.text[size] = 0;
		reply_parse(&reply, size);
	}
	return reply;
}

static inline void
reply_free(struct reply *reply)
{
	free(reply->text);
	reply->text = NULL;
}

/* Whether the other side ends the connection within so long. */
static inline bool
is_closed_within(int fd, int timeout_ms)
{
	char bytes[4096];
	for (;;) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		if (poll(&wait, 1, timeout_ms) <= 0)
			return false;
		if (recv(fd, bytes, sizeof(bytes), 0) <= 0)
			return true;
	}
}

/* A whole request on a fresh connection: head lines end in \r\n, without the last. */
static inline struct reply
ask(const struct site *site, const char *method, const char *target, const char *key,
    const char *fields, const void *body, size_t body_size)
{
	char head[8192];
	int  fd   = site_connect(site);
	int  size = snprintf(head, sizeof(head), "%s %s HTTP/1.1\r\nHost: localhost\r\n", method,
	                     target);
	if (key)
		size += snprintf(head + size, sizeof(head) - (size_t)size,
		                 "Authorization: Bearer %s\r\n", key);
	if (body)
		size += snprintf(head + size, sizeof(head) - (size_t)size,
		                 "Content-Length: %zu\r\n", body_size);
	size += snprintf(head + size, sizeof(head) - (size_t)size, "%s\r\n", fields);
	bytes_send(fd, head, (size_t)size);
	if (body)
		bytes_send(fd, body, body_size);
	struct reply reply = reply_read(fd, strcmp(method, "HEAD") == 0, REPLY_TIMEOUT_MS);
	close(fd);
	return reply;
}

static inline int
ask_status(const struct site *site, const char *method, const char *target, const char *key,
           const char *fields, const char *body)
{
	struct reply reply  = ask(site, method, target, key, fields, body, body ? strlen(body) : 0);
	int          status = reply.status;
	reply_free(&reply);
	return status;
}

/* The server must be as well as before. */
static inline void
assert_healthy(const struct site *site)
{
	assert_int_equal(ask_status(site, "GET", "/healthz", NULL, "", NULL), 200);
	assert_int_equal(ask_status(site, "POST", "/v1/events", "tly_i",
	                            "Content-Type: application/x-ndjson\r\n", "{}\n{}\n"),
	                 200);
}

#ifndef HTTP_TEST_OWN_ENGINE
/* What the tests of a group share: a server over the stub engine. */
static inline int
open_site(void **state)
{
	struct site *site = calloc(1, sizeof(*site));
	site_open(site);
	*state = site;
	return 0;
}

static inline int
close_site(void **state)
{
	assert_healthy(*state);
	site_close(*state);
	free(*state);
	return 0;
}
#endif

static inline struct http_client *
client_open(const struct site *site, const char *scheme, const char *key, const char *ca)
{
	static char                server[64];
	struct http_client        *client  = NULL;
	struct http_client_options options = { .server = server, .key = key, .ca = ca };
	snprintf(server, sizeof(server), "%s://localhost:%u/", scheme, site->port);
	assert_int_equal(http_client_open(&options, &client, NULL), ERR_NONE);
	return client;
}

#endif
