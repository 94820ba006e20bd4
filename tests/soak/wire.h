/* wire.h - a plain HTTP client: one request at a time on a connection that stays open. */
#ifndef TALLY_TESTS_SOAK_WIRE_H
#define TALLY_TESTS_SOAK_WIRE_H

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/span.h"

enum { WIRE_REPLY = 256 << 10 };

struct wire {
	uint16_t    port;
	const char *key;
	int         fd;
	char        reply[WIRE_REPLY]; /* of it what has room; ends with a zero */
	size_t      size;
	size_t      body; /* where it begins */
};

static inline struct wire *
wire_open(uint16_t port, const char *key)
{
	struct wire *wire = calloc(1, sizeof *wire);
	*wire             = (struct wire){ .port = port, .key = key, .fd = -1 };
	return wire;
}

static inline void
wire_hang_up(struct wire *wire)
{
	if (wire->fd >= 0)
		close(wire->fd);
	wire->fd = -1;
}

static inline void
wire_close(struct wire *wire)
{
	wire_hang_up(wire);
	free(wire);
}

static inline bool
wire_connect(struct wire *wire)
{
	struct sockaddr_in to = { .sin_family      = AF_INET,
		                  .sin_port        = htons(wire->port),
		                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int                on = 1;
	if (wire->fd >= 0)
		return true;
	wire->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(wire->fd, (struct sockaddr *)&to, sizeof to) != 0) {
		wire_hang_up(wire);
		return false;
	}
	setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return true;
}

static inline bool
wire_send(struct wire *wire, const char *bytes, size_t size)
{
	for (size_t done = 0; done < size;) {
		ssize_t sent = send(wire->fd, bytes + done, size - done, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		done += (size_t)sent;
	}
	return true;
}

static inline bool
wire_ask(struct wire *wire, const char *method, const char *path, struct span body)
{
	char head[600];
	int  size =
		snprintf(head, sizeof head,
	                 "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
	                 "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n",
	                 method, path, wire->key,
	                 strcmp(method, "POST") == 0 ? "application/x-ndjson" : "application/json",
	                 body.size);
	return wire_connect(wire) && wire_send(wire, head, (size_t)size) &&
	       wire_send(wire, body.at, body.size);
}

/* More of the reply; what has no room is forgotten from the body's begin on. */
static inline bool
wire_pull(struct wire *wire)
{
	if (wire->size == WIRE_REPLY - 1)
		wire->size = wire->body;
	ssize_t got = recv(wire->fd, wire->reply + wire->size, WIRE_REPLY - 1 - wire->size, 0);
	if (got <= 0)
		return false;
	wire->size += (size_t)got;
	wire->reply[wire->size] = '\0';
	return true;
}

/* The status of the reply, 0 when there is none. */
static inline int
wire_answer(struct wire *wire)
{
	const char *end;
	wire->size = wire->body = 0;
	do {
		if (!wire_pull(wire))
			return 0;
	} while ((end = strstr(wire->reply, "\r\n\r\n")) == NULL);
	wire->body         = (size_t)(end + 4 - wire->reply);
	const char *length = strcasestr(wire->reply, "\r\ncontent-length:");
	if (length == NULL || length > end)
		return 0;
	size_t whole = wire->body + strtoull(length + 17, NULL, 10);
	while (wire->size < whole)
		if (whole >= WIRE_REPLY || !wire_pull(wire))
			return 0;
	return atoi(wire->reply + 9);
}

static inline int
wire_call(struct wire *wire, const char *method, const char *path, struct span body)
{
	int status = wire_ask(wire, method, path, body) ? wire_answer(wire) : 0;
	if (status == 0)
		wire_hang_up(wire);
	return status;
}

/* The number behind a name in the last reply. */
static inline uint64_t
wire_number(const struct wire *wire, const char *name)
{
	const char *at = strstr(wire->reply + wire->body, name);
	return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

#endif
