/* client.h - calls of another server over HTTP, for the program's --server mode.
 *
 * Touches the network, through libcurl. One client serves one thread and keeps its
 * connection between calls. TLS certificates are always verified. */
#ifndef TALLY_EDGE_HTTP_CLIENT_H
#define TALLY_EDGE_HTTP_CLIENT_H

#include "core/base/arena.h"
#include "core/base/err.h"

struct http_client;

struct http_client_options {
	const char *server;     /* "http://127.0.0.1:8080", no slash at its end needed */
	const char *key;        /* "tly_..."; NULL: none. Never sent anywhere else. */
	const char *ca;         /* PEM file of authorities to trust; NULL: the system's */
	uint32_t    connect_ms; /* 0: 10 seconds */
	uint32_t    stall_s;    /* 0: 60; give up when nothing moved for so long */
};

struct http_reply {
	int         status;
	struct span content_type;
	struct span body;
};

/* ERR_SETTING when server is no http or https address. */
MUST_CHECK enum err http_client_open(const struct http_client_options *options,
                                     struct http_client **client, struct refusal *refusal);
void                http_client_close(struct http_client *client);

struct http_call {
	const char *method;           /* "GET", "POST", "PUT", "DELETE" */
	const char *path;             /* "/v1/accounts/acme?limit=3", escaped already */
	const char *content_type;     /* NULL: application/json when there is a body */
	const char *content_encoding; /* NULL: none */
	const char *accept;           /* NULL: application/json */
	const char *idempotency_key;  /* NULL: none */
	struct span body;
};

/* ERR_NETWORK when there was no whole answer; any answer at all is ERR_NONE, with
 * its status in *reply, whose spans live in arena. */
MUST_CHECK enum err http_client_call(struct http_client *client, const struct http_call *call,
                                     struct arena *arena, struct http_reply *reply,
                                     struct refusal *refusal);

/* The same, but the body of a 200 goes to write() piece by piece as it arrives; any
 * other answer's body is in *reply. What write() returns ends the call. */
typedef enum err    http_client_write(void *context, struct span bytes);
MUST_CHECK enum err http_client_stream(struct http_client *client, const struct http_call *call,
                                       http_client_write *write, void *context, struct arena *arena,
                                       struct http_reply *reply, struct refusal *refusal);

/* text with everything but letters, digits and -._~ escaped, zero-terminated, for a
 * piece of a path or query. */
const char *http_client_escape(struct span text, struct arena *arena);

#endif
