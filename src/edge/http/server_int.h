/* server_int.h - what the files of the server share: the server, and a request on its
 * connection. For this room alone. */
#ifndef TALLY_EDGE_HTTP_SERVER_INT_H
#define TALLY_EDGE_HTTP_SERVER_INT_H

#include <microhttpd.h>
#include <stdatomic.h>

#include "edge/http/peers.h"
#include "edge/http/server.h"

struct http_server {
	struct http_limits         limits;
	const struct http_service *service;
	struct peers              *peers;
	struct MHD_Daemon         *daemon;
	uint16_t                   port;
	bool                       is_tls;
	bool                       sees_bytes; /* see head_is_torn */
	atomic_bool                closing;
	_Atomic(uint64_t)          in_flight;    /* requests between head and end */
	_Atomic(uint64_t)          bodies_size;  /* held for requests in flight */
	_Atomic(uint64_t)          buffers_size; /* of all body buffers */
	_Atomic(uint64_t)          requests[6];
	_Atomic(uint64_t)          latency_bucket[HTTP_LATENCY_BUCKETS]; /* each by itself */
	_Atomic(uint64_t)          latency_ns;
	_Atomic(uint64_t)          body_bytes;
};

/* One connection and the one request that it serves at a time. What stands before
 * server is the request's and is cleared when it ends. */
struct exchange {
	struct http_request request; /* first: the service sees no more than this */
	struct http_answer  answer;
	uint64_t            began_ns;
	size_t              body_size;
	uint64_t            accounted_size; /* part of server->bodies_size */
	uint64_t            declared_size;
	uint64_t            discarded_size;
	uint32_t            fields_count;
	uint32_t            length_fields, coding_fields, host_fields; /* how many came */
	size_t              target_size;
	const char         *line_end; /* of the head, while its fields are taken */
	bool                is_open, begun, complete, answered, deferred, resumed, queued;
	bool                has_body, expects, malformed, leaving;

	struct http_server    *server;
	struct MHD_Connection *connection;
	struct peer            peer;
	struct arena           arena;
	char                  *body;
	size_t                 body_capacity;
};

static inline void
counter_add(_Atomic(uint64_t) *counter, uint64_t by)
{
	atomic_fetch_add_explicit(counter, by, memory_order_relaxed);
}

/* ---- answer.c ---- */

int socket_of(struct MHD_Connection *connection);
/* Hand the answer to the library; the request must have been answered. */
enum MHD_Result answer_queue(struct exchange *exchange);
/* The same while a body is still arriving: the connection ends after it. */
enum MHD_Result answer_amid_body(struct exchange *exchange);

/* Past the library, to a plain socket, and the last on it; false when it takes none. */
bool answer_write(struct exchange *exchange);
/* What the answer says beside its body. */
void answer_headers(struct MHD_Response *response, const struct exchange *exchange);

/* ---- intake.c: the library's callbacks for one request, in their order ---- */

struct exchange *exchange_on(struct MHD_Connection *connection);
void            *on_target(void *context, const char *uri, struct MHD_Connection *connection);
enum MHD_Result  on_access(void *context, struct MHD_Connection *connection, const char *url,
                           const char *method, const char *version, const char *upload,
                           size_t *upload_size, void **request_context);
void on_completed(void *context, struct MHD_Connection *connection, void **request_context,
                  enum MHD_RequestTerminationCode why);
/* Give the connection's body buffer back. */
void body_free(struct exchange *exchange);

#endif
