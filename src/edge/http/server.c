/* server.c - requests and answers over libmicrohttpd. */
#include "edge/http/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/base/limit.h"
#include "edge/http/head.h"
#include "edge/http/peers.h"
#include "edge/http/stream.h"
#include "edge/sys/memory.h"

enum {
	CONNECTION_MEMORY = 32 << 10,  /* for the head and for pieces of a body; the library
	                                * clears all of it after each request */
	CONNECTION_SLACK  = 256,       /* dropped ones that MHD has not closed yet */
	BACKLOG           = 1024,
	DRAIN_SIZE        = 256 << 10, /* a refused body up to this is read and thrown away */
	KEEP_BODY_SIZE    = 1 << 20,   /* a body buffer up to this waits for the next request */
	KEEP_BODIES_SIZE  = 64 << 20,  /* while all buffers together are below */
	KEEP_ARENA_SIZE   = 256 << 10,
	STREAM_BLOCK_SIZE = 32 << 10,
};

struct http_server {
	struct http_limits         limits;
	const struct http_service *service;
	struct peers              *peers;
	struct MHD_Daemon         *daemon;
	uint16_t                   port;
	bool                       is_tls;
	bool                       sees_bytes; /* see head_is_torn */
	atomic_bool                closing;
	_Atomic(uint64_t)          in_flight;   /* requests between head and end */
	_Atomic(uint64_t)          bodies_size; /* held for requests in flight */
	_Atomic(uint64_t)          buffers_size; /* of all body buffers */
	_Atomic(uint64_t)          requests[6];
	_Atomic(uint64_t)          latency_bucket[HTTP_LATENCY_BUCKETS];
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
	bool is_open, begun, complete, answered, deferred, resumed, queued;
	bool has_body, expects, malformed, leaving;

	struct http_server    *server;
	struct MHD_Connection *connection;
	struct peer            peer;
	struct arena           arena;
	char                  *body;
	size_t                 body_capacity;
};

static void
count(_Atomic(uint64_t) *counter, uint64_t by)
{
	atomic_fetch_add_explicit(counter, by, memory_order_relaxed);
}

static struct exchange *
exchange_of(struct http_request *request)
{
	return (struct exchange *)request;
}

/* ---- what services call ---- */

void
http_answer(struct http_request *request, const struct http_answer *answer)
{
	struct exchange *exchange = exchange_of(request);
	CHECK(exchange->is_open);
	CHECK(!exchange->answered);
	CHECK(answer->status >= 200 && answer->status < 600);
	exchange->answer   = *answer;
	exchange->answered = true;
}

void
http_defer(struct http_request *request)
{
	struct exchange *exchange = exchange_of(request);
	CHECK(!exchange->answered);
	CHECK(!exchange->deferred);
	exchange->deferred = true;
	MHD_suspend_connection(exchange->connection);
}

void
http_resume(struct http_request *request)
{
	struct exchange *exchange = exchange_of(request);
	CHECK(exchange->deferred);
	CHECK(!exchange->resumed);
	exchange->resumed = true;
	MHD_resume_connection(exchange->connection);
}

struct http_limits
http_limits_default(void)
{
	return (struct http_limits){
		.body_size               = LIMIT_BODY_SIZE,
		.bodies_size             = (uint64_t)LIMIT_QUEUE_SIZE * 2,
		.head_size               = 16 << 10,
		.head_fields             = 100,
		.head_ms                 = LIMIT_HEADER_SECONDS * 1000,
		.grace_ms                = LIMIT_HEADER_SECONDS * 1000,
		.body_rate               = LIMIT_BODY_RATE,
		.idle_ms                 = LIMIT_IDLE_SECONDS * 1000,
		.stop_ms                 = LIMIT_STOP_SECONDS * 1000,
		.connections             = LIMIT_CONNECTIONS,
		.connections_per_address = LIMIT_CONNECTIONS_PER_IP,
	};
}

/* ---- sending ---- */

static void
stream_wait(void *context)
{
	struct exchange *exchange = context;
	MHD_suspend_connection(exchange->connection);
}

static void
stream_wake(void *context)
{
	struct exchange *exchange = context;
	MHD_resume_connection(exchange->connection);
}

static ssize_t
stream_pull(void *context, uint64_t at, char *out, size_t size)
{
	struct exchange *exchange = context;
	size_t           read     = 0;
	(void)at;
	switch (stream_read(exchange->answer.stream, out, size, &read, stream_wait, stream_wake,
	                    exchange)) {
	case STREAM_BYTES:
	case STREAM_EMPTY:
		return (ssize_t)read;
	case STREAM_ENDED:
		return MHD_CONTENT_READER_END_OF_STREAM;
	case STREAM_BROKEN:
		break;
	}
	return MHD_CONTENT_READER_END_WITH_ERROR;
}

static struct MHD_Response *
response_make(struct exchange *exchange)
{
	const struct http_answer *answer = &exchange->answer;
	if (answer->stream)
		return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK_SIZE,
		                                         stream_pull, exchange, NULL);
	/* The body lives until the request ends, which is after the last byte was sent. */
	return MHD_create_response_from_buffer(answer->body.size,
	                                       (void *)(uintptr_t)answer->body.at,
	                                       MHD_RESPMEM_PERSISTENT);
}

static void
header_add(struct MHD_Response *response, const char *name, const char *value)
{
	if (value) {
		enum MHD_Result added = MHD_add_response_header(response, name, value);
		CHECK(added == MHD_YES);
	}
}

static bool
answer_closes(const struct exchange *exchange)
{
	return exchange->answer.close || http_server_is_closing(exchange->server);
}

static void
headers_add(struct MHD_Response *response, const struct exchange *exchange)
{
	const struct http_answer *answer = &exchange->answer;
	header_add(response, "Content-Type", answer->content_type);
	header_add(response, "Allow", answer->allow);
	header_add(response, "WWW-Authenticate", answer->authenticate);
	header_add(response, "Content-Disposition", answer->disposition);
	if (answer_closes(exchange))
		header_add(response, "Connection", "close");
	if (answer->retry_after_s) {
		char text[16];
		snprintf(text, sizeof(text), "%u", answer->retry_after_s);
		header_add(response, "Retry-After", text);
	}
	if (span_equal(exchange->request.method, SPAN("POST")) && answer->status == 200)
		return;
	header_add(response, "Cache-Control", "no-store");
	header_add(response, "X-Content-Type-Options", "nosniff");
}

static enum MHD_Result
answer_queue(struct exchange *exchange)
{
	CHECK(exchange->answered);
	CHECK(!exchange->queued);
	struct MHD_Response *response = response_make(exchange);
	if (!response)
		return MHD_NO;
	headers_add(response, exchange);
	/* The pace of a stream is the writer's as well: only its standing still counts,
	 * which the server library watches. */
	peer_enter(&exchange->peer, exchange->answer.stream ? PEER_WORKING : PEER_SENDING,
	           peers_now_ns(), exchange->answer.body.size);
	exchange->queued = true;
	enum MHD_Result queued = MHD_queue_response(exchange->connection,
	                                            (unsigned)exchange->answer.status, response);
	MHD_destroy_response(response);
	return queued;
}

static int
socket_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
	        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	CHECK(info != NULL);
	return info->connect_fd;
}

/* While a body is arriving, the library takes no answer: write it to the socket
 * ourselves, end our side, and read on until the client has seen it, for closing now
 * would make the kernel throw the answer away. */
static enum MHD_Result
answer_amid_body(struct exchange *exchange)
{
	CHECK(exchange->answered);
	const struct http_answer *answer = &exchange->answer;
	if (exchange->server->is_tls)
		return MHD_NO;
	char head[256];
	int  size = snprintf(head, sizeof(head),
	                     "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
	                     "Connection: close\r\n\r\n",
	                     answer->status, MHD_get_reason_phrase_for((unsigned)answer->status),
	                     answer->content_type, answer->body.size);
	CHECK(size > 0 && (size_t)size < sizeof(head));
	int fd = socket_of(exchange->connection);
	if (send(fd, head, (size_t)size, MSG_NOSIGNAL | MSG_DONTWAIT | MSG_MORE) < 0 ||
	    send(fd, answer->body.at, answer->body.size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return MHD_NO;
	(void)shutdown(fd, SHUT_WR);
	exchange->leaving = true;
	exchange->queued  = true;
	peer_enter(&exchange->peer, PEER_LEAVING, peers_now_ns(), 0);
	return MHD_YES;
}

/* ---- the head ---- */

static void
refused(struct exchange *exchange, enum err err, struct span detail)
{
	const struct http_service *service = exchange->server->service;
	service->refused(service->context, &exchange->request, err, detail);
	CHECK(exchange->answered);
	exchange->answer.close = true;
}

static const struct span FIELD_NAMES[HTTP_FIELD_COUNT] = {
	[HTTP_ACCEPT]           = { "Accept", 6 },
	[HTTP_AUTHORIZATION]    = { "Authorization", 13 },
	[HTTP_CONTENT_ENCODING] = { "Content-Encoding", 16 },
	[HTTP_CONTENT_TYPE]     = { "Content-Type", 12 },
	[HTTP_IDEMPOTENCY_KEY]  = { "Idempotency-Key", 15 },
};

static void
length_take(struct exchange *exchange, struct span value)
{
	exchange->length_fields++;
	uint64_t size = 0;
	for (size_t i = 0; i < value.size; i++) {
		if (value.at[i] < '0' || value.at[i] > '9' || i >= 18)
			exchange->malformed = true;
		size = size * 10 + (uint64_t)(value.at[i] - '0');
	}
	if (value.size == 0)
		exchange->malformed = true;
	exchange->declared_size = size;
}

static void
field_known_take(struct exchange *exchange, struct span name, struct span value)
{
	for (int i = 0; i < HTTP_FIELD_COUNT; i++) {
		if (!head_equal(name, FIELD_NAMES[i]))
			continue;
		/* Only Accept may come in several lines; the first one counts then. */
		if (exchange->request.field[i].at && i != HTTP_ACCEPT)
			exchange->malformed = true;
		else
			exchange->request.field[i] = value;
	}
}

/* Where the server library leaves the head in its buffer and only writes zeroes over
 * the ends of its parts, the gaps between them tell what stood there: one CRLF and
 * nothing else. So bare line feeds, folded and nameless lines, which the library
 * lets through or stops at, are seen and refused. */
static bool
field_is_torn(struct exchange *exchange, struct span name, struct span value)
{
	const char *end   = exchange->line_end;
	exchange->line_end = value.at + value.size;
	if (name.at != end + 2 || value.at < name.at + name.size + 1)
		return true;
	for (const char *at = name.at + name.size + 1; at < value.at; at++)
		if (*at != ' ' && *at != '\t')
			return true;
	return false;
}

static enum MHD_Result
field_take(void *context, enum MHD_ValueKind kind, const char *name_at, size_t name_size,
           const char *value_at, size_t value_size)
{
	struct exchange *exchange = context;
	struct span      name     = { name_at, name_size };
	struct span      value    = { value_at ? value_at : "", value_at ? value_size : 0 };
	(void)kind;
	exchange->fields_count++;
	if (!head_field_is_clean(name, value) ||
	    (exchange->server->sees_bytes && field_is_torn(exchange, name, value)))
		exchange->malformed = true;
	if (head_equal(name, SPAN("Content-Length"))) {
		length_take(exchange, value);
	} else if (head_equal(name, SPAN("Transfer-Encoding"))) {
		exchange->coding_fields++;
		if (!head_equal(value, SPAN("chunked")))
			exchange->malformed = true;
	} else if (head_equal(name, SPAN("Host"))) {
		exchange->host_fields++;
	} else if (head_equal(name, SPAN("Expect"))) {
		exchange->expects = true;
	} else {
		field_known_take(exchange, name, value);
	}
	return MHD_YES;
}

/* Whatever two readers could understand in two ways is refused. */
static bool
head_is_malformed(const struct exchange *exchange, const char *version)
{
	bool is_old = strcmp(version, MHD_HTTP_VERSION_1_0) == 0;
	if (!is_old && strcmp(version, MHD_HTTP_VERSION_1_1) != 0)
		return true;
	return exchange->malformed || exchange->length_fields + exchange->coding_fields > 1 ||
	       exchange->host_fields > 1 || (!is_old && exchange->host_fields == 0) ||
	       (is_old && exchange->coding_fields > 0);
}

static uint64_t
head_size_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
	        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
	return info ? info->header_size : 0;
}

static void
head_decide(struct exchange *exchange, const char *version)
{
	struct http_server *server = exchange->server;
	if (exchange->fields_count > server->limits.head_fields ||
	    head_size_of(exchange->connection) > server->limits.head_size) {
		refused(exchange, ERR_HEAD_TOO_LARGE, SPAN(""));
	} else if (head_is_malformed(exchange, version)) {
		refused(exchange, ERR_REQUEST_MALFORMED, SPAN(""));
	} else if (http_server_is_closing(server)) {
		refused(exchange, ERR_STORE_CLOSING, SPAN(""));
	} else {
		server->service->head(server->service->context, &exchange->request);
		if (!exchange->answered && exchange->declared_size > exchange->request.body_max)
			refused(exchange, ERR_BODY_TOO_LARGE, SPAN(""));
	}
}

/* A refused request whose body is small is read to its end, so that the connection
 * can go on; after a large or unmeasured one it is closed. */
static bool
body_is_drained(const struct exchange *exchange)
{
	return exchange->has_body && !exchange->answer.close && !exchange->expects &&
	       exchange->length_fields == 1 && exchange->declared_size <= DRAIN_SIZE;
}

/* The same for the request line and for the end of the head, after its fields. */
static bool
head_is_torn(const struct exchange *exchange, const char *method, const char *version)
{
	size_t line_size = strlen(method) + 1 + exchange->target_size + 1;
	size_t head_size = (size_t)(exchange->line_end + 4 - method);
	return version != method + line_size || head_size_of(exchange->connection) != head_size;
}

static enum MHD_Result
head_begin(struct exchange *exchange, const char *method, const char *version)
{
	exchange->begun          = true;
	exchange->request.method = span_of(method);
	exchange->line_end       = version + strlen(version);
	(void)MHD_get_connection_values_n(exchange->connection, MHD_HEADER_KIND, field_take,
	                                  exchange);
	if (exchange->server->sees_bytes && head_is_torn(exchange, method, version))
		exchange->malformed = true;
	exchange->has_body = exchange->declared_size > 0 || exchange->coding_fields > 0;
	if (exchange->has_body)
		peer_enter(&exchange->peer, PEER_BODY, peers_now_ns(), 0);
	head_decide(exchange, version);
	if (exchange->answered && exchange->has_body && !body_is_drained(exchange)) {
		exchange->answer.close = true;
		return answer_queue(exchange);
	}
	return MHD_YES;
}

/* ---- the body ---- */

static void
body_reserve(struct exchange *exchange, size_t size)
{
	if (size <= exchange->body_capacity)
		return;
	size_t capacity = exchange->body_capacity ? exchange->body_capacity * 2 : 4096;
	if (capacity < exchange->declared_size)
		capacity = exchange->declared_size;
	while (capacity < size)
		capacity *= 2;
	struct memory memory = system_memory();
	char         *larger = memory.take(memory.owner, capacity);
	if (exchange->body_size)
		memcpy(larger, exchange->body, exchange->body_size);
	if (exchange->body)
		memory.give(memory.owner, exchange->body, exchange->body_capacity);
	count(&exchange->server->buffers_size, capacity - exchange->body_capacity);
	exchange->body          = larger;
	exchange->body_capacity = capacity;
}

static enum MHD_Result
body_discard(struct exchange *exchange, size_t size)
{
	exchange->discarded_size += size;
	bool goes_on = exchange->leaving || exchange->discarded_size <= DRAIN_SIZE;
	return goes_on ? MHD_YES : MHD_NO;
}

static enum MHD_Result
body_take(struct exchange *exchange, struct span piece)
{
	struct http_server *server = exchange->server;
	count(&server->body_bytes, piece.size);
	if (exchange->answered)
		return body_discard(exchange, piece.size);
	if (exchange->body_size + piece.size > exchange->request.body_max) {
		refused(exchange, ERR_BODY_TOO_LARGE, SPAN(""));
		return answer_amid_body(exchange);
	}
	exchange->accounted_size += piece.size;
	uint64_t held = atomic_fetch_add_explicit(&server->bodies_size, piece.size,
	                                          memory_order_relaxed);
	if (held + piece.size > server->limits.bodies_size) {
		refused(exchange, ERR_SERVER_BUSY, SPAN(""));
		return answer_amid_body(exchange);
	}
	body_reserve(exchange, exchange->body_size + piece.size);
	memcpy(exchange->body + exchange->body_size, piece.at, piece.size);
	exchange->body_size += piece.size;
	atomic_store_explicit(&exchange->peer.size, exchange->body_size, memory_order_relaxed);
	return MHD_YES;
}

/* ---- from the first line to the end ---- */

static struct exchange *
exchange_on(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
	        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	CHECK(info != NULL);
	CHECK(info->socket_context != NULL);
	return info->socket_context;
}

/* "http://host/path" is as good as "/path" (RFC 9112, 3.2.2). */
static struct span
without_origin(struct span target)
{
	static const struct span SCHEMES[] = { { "http://", 7 }, { "https://", 8 } };
	for (size_t i = 0; i < 2; i++) {
		struct span scheme = SCHEMES[i];
		if (target.size < scheme.size ||
		    !head_equal((struct span){ target.at, scheme.size }, scheme))
			continue;
		size_t at = scheme.size;
		while (at < target.size && target.at[at] != '/' && target.at[at] != '?')
			at++;
		return (struct span){ target.at + at, target.size - at };
	}
	return target;
}

static void
target_take(struct exchange *exchange, struct span target)
{
	target = without_origin(arena_copy(&exchange->arena, target));
	const char *mark = target.size ? memchr(target.at, '?', target.size) : NULL;
	size_t      size = mark ? (size_t)(mark - target.at) : target.size;
	exchange->request.path = (struct span){ target.at, size };
	if (mark)
		exchange->request.query = (struct span){ mark + 1, target.size - size - 1 };
}

/* The request line is there: a request begins. */
static void *
on_target(void *context, const char *uri, struct MHD_Connection *connection)
{
	struct http_server *server   = context;
	struct exchange    *exchange = exchange_on(connection);
	CHECK(!exchange->is_open);
	exchange->is_open  = true;
	exchange->began_ns = peers_now_ns();
	peer_enter(&exchange->peer, PEER_HEAD, exchange->began_ns, 0);
	exchange->request = (struct http_request){ .arena    = &exchange->arena,
		                                   .query    = SPAN(""),
		                                   .body_max = server->limits.body_size };
	exchange->target_size = strlen(uri);
	target_take(exchange, span_of(uri));
	count(&server->in_flight, 1);
	return exchange;
}

static enum MHD_Result
request_go_on(struct exchange *exchange)
{
	const struct http_service *service = exchange->server->service;
	if (!exchange->answered && !exchange->complete) {
		exchange->complete     = true;
		exchange->request.body = (struct span){ exchange->body, exchange->body_size };
		peer_enter(&exchange->peer, PEER_WORKING, peers_now_ns(), 0);
		service->body(service->context, &exchange->request);
	} else if (!exchange->answered) {
		CHECK(exchange->resumed);
		service->later(service->context, &exchange->request);
		CHECK(exchange->answered);
	}
	if (exchange->answered)
		return answer_queue(exchange);
	CHECK(exchange->deferred);
	return MHD_YES;
}

static enum MHD_Result
on_access(void *context, struct MHD_Connection *connection, const char *url, const char *method,
          const char *version, const char *upload, size_t *upload_size, void **request_context)
{
	struct exchange *exchange = *request_context;
	(void)context;
	(void)connection;
	(void)url;
	CHECK(exchange != NULL);
	if (!exchange->begun)
		return head_begin(exchange, method, version);
	if (*upload_size > 0) {
		enum MHD_Result taken = body_take(exchange, (struct span){ upload, *upload_size });
		*upload_size = 0;
		return taken;
	}
	if (exchange->leaving)
		return MHD_NO;
	return request_go_on(exchange);
}

/* The first of the latency buckets, 0.1 ms * 2^i, that spent_ns fits in. */
static unsigned
latency_bucket_of(uint64_t spent_ns)
{
	unsigned bucket = 0;
	while (bucket + 1 < HTTP_LATENCY_BUCKETS && spent_ns > UINT64_C(100000) << bucket)
		bucket++;
	return bucket;
}

static void
request_measure(struct exchange *exchange)
{
	struct http_server *server   = exchange->server;
	uint64_t            spent_ns = peers_now_ns() - exchange->began_ns;
	count(&server->requests[exchange->queued ? exchange->answer.status / 100 : 0], 1);
	count(&server->latency_bucket[latency_bucket_of(spent_ns)], 1);
	count(&server->latency_ns, spent_ns);
}

static void
body_free(struct exchange *exchange)
{
	struct memory memory = system_memory();
	if (exchange->body)
		memory.give(memory.owner, exchange->body, exchange->body_capacity);
	atomic_fetch_sub_explicit(&exchange->server->buffers_size, exchange->body_capacity,
	                          memory_order_relaxed);
	exchange->body          = NULL;
	exchange->body_capacity = 0;
}

/* Keep a small buffer for the connection's next request, while all kept ones
 * together are few. */
static void
body_release(struct exchange *exchange)
{
	struct http_server *server = exchange->server;
	atomic_fetch_sub_explicit(&server->bodies_size, exchange->accounted_size,
	                          memory_order_relaxed);
	exchange->accounted_size = 0;
	exchange->body_size      = 0;
	uint64_t held = atomic_load_explicit(&server->buffers_size, memory_order_relaxed);
	if (exchange->body_capacity <= KEEP_BODY_SIZE && held < KEEP_BODIES_SIZE)
		return;
	body_free(exchange);
}

static void
arena_release(struct exchange *exchange)
{
	if (exchange->arena.size_held > KEEP_ARENA_SIZE) {
		arena_close(&exchange->arena);
		arena_open(&exchange->arena, system_memory());
	} else {
		arena_reset(&exchange->arena);
	}
}

static void
on_completed(void *context, struct MHD_Connection *connection, void **request_context,
             enum MHD_RequestTerminationCode why)
{
	struct http_server *server   = context;
	struct exchange    *exchange = *request_context;
	(void)connection;
	(void)why;
	if (!exchange)
		return;
	CHECK(exchange->is_open);
	CHECK(!exchange->deferred || exchange->resumed);
	if (exchange->begun)
		server->service->end(server->service->context, &exchange->request);
	if (exchange->answer.stream)
		stream_drop(exchange->answer.stream);
	request_measure(exchange);
	body_release(exchange);
	arena_release(exchange);
	bool leaving = exchange->leaving;
	memset(exchange, 0, offsetof(struct exchange, server));
	if (!leaving)
		peer_enter(&exchange->peer, PEER_IDLE, peers_now_ns(), 0);
	*request_context = NULL;
	atomic_fetch_sub_explicit(&server->in_flight, 1, memory_order_release);
}

/* ---- connections ---- */

static const struct sockaddr *
address_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
	        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	return info ? info->client_addr : NULL;
}

static void
on_connection(void *context, struct MHD_Connection *connection, void **socket_context,
              enum MHD_ConnectionNotificationCode code)
{
	struct http_server *server = context;
	struct memory       memory = system_memory();
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		struct exchange *opened = memory.take(memory.owner, sizeof(*opened));
		*opened = (struct exchange){ .server = server, .connection = connection };
		arena_open(&opened->arena, memory);
		peers_add(server->peers, &opened->peer, socket_of(connection),
		          address_of(connection));
		*socket_context = opened;
		return;
	}
	struct exchange *closed = *socket_context;
	CHECK(closed != NULL);
	CHECK(!closed->is_open);
	peers_remove(server->peers, &closed->peer);
	body_free(closed);
	arena_close(&closed->arena);
	memory.give(memory.owner, closed, sizeof(*closed));
	*socket_context = NULL;
}

static enum MHD_Result
on_accept(void *context, const struct sockaddr *address, socklen_t size)
{
	struct http_server *server = context;
	return peers_admit(server->peers, address, size) ? MHD_YES : MHD_NO;
}

/* The path stays as it was sent: routes undo escapes piece by piece. */
static size_t
on_unescape(void *context, struct MHD_Connection *connection, char *text)
{
	(void)context;
	(void)connection;
	return strlen(text);
}

static void
on_panic(void *context, const char *file, unsigned int line, const char *reason)
{
	(void)context;
	check_failed(reason ? reason : "the HTTP library gave up", file ? file : "?", (int)line);
}

/* ---- opening ---- */

static enum err
listen_on(const struct addrinfo *found, int *listening)
{
	int fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return ERR_SYSTEM;
	int yes = 1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, found->ai_addr, found->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
		(void)close(fd);
		return ERR_SYSTEM;
	}
	*listening = fd;
	return ERR_NONE;
}

static enum err
refuse_errno(struct refusal *refusal, enum err err, const char *what)
{
	char detail[REFUSAL_DETAIL_SIZE];
	snprintf(detail, sizeof(detail), "%s: %s", what, strerror(errno));
	return refuse(refusal, err, SPAN("listen"), span_of(detail));
}

static enum err
address_listen(struct span address, int *fd, struct refusal *refusal)
{
	char     host[HEAD_HOST_SIZE], service[8];
	uint16_t port = 0;
	if (head_address(address, host, &port))
		return refuse(refusal, ERR_SETTING, SPAN("listen"),
		              SPAN("an address to listen on is HOST:PORT or :PORT"));
	snprintf(service, sizeof(service), "%u", port);
	struct addrinfo  wanted = { .ai_flags    = AI_PASSIVE | AI_NUMERICSERV,
		                    .ai_socktype = SOCK_STREAM };
	struct addrinfo *found  = NULL;
	if (getaddrinfo(host, service, &wanted, &found) != 0)
		return refuse(refusal, ERR_SETTING, SPAN("listen"),
		              SPAN("the address to listen on cannot be found"));
	enum err err = listen_on(found, fd);
	if (err)
		err = refuse_errno(refusal, err, "cannot listen");
	freeaddrinfo(found);
	return err;
}

enum { PEM_SIZE_MAX = 1 << 20 };

/* A whole PEM file, zero-terminated, for free(). */
static enum err
pem_read(const char *path, char **text, struct refusal *refusal)
{
	enum err err  = ERR_FILE_READ;
	FILE    *file = fopen(path, "rbe");
	if (!file)
		return refuse_errno(refusal, err, "a TLS file cannot be read");
	char  *at   = calloc(1, PEM_SIZE_MAX + 1);
	size_t size = at ? fread(at, 1, PEM_SIZE_MAX, file) : 0;
	if (size > 0 && !ferror(file)) {
		*text = at;
		at    = NULL;
		err   = ERR_NONE;
	}
	free(at);
	(void)fclose(file);
	return err ? refuse(refusal, err, SPAN("tls"), SPAN("a TLS file cannot be read")) : err;
}

/* Two to four threads: more only take turns on the commit. */
static uint32_t
threads_count(uint32_t wanted)
{
	long     processors = sysconf(_SC_NPROCESSORS_ONLN);
	uint32_t count_best = processors > 4 ? 4 : processors < 2 ? 2 : (uint32_t)processors;
	return wanted ? wanted : count_best;
}

/* Authenticated encryption and forward secrecy only. */
#define TLS_PRIORITIES                                                                             \
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-MAC-ALL:+AEAD:-RSA:-DHE-RSA:%SERVER_PRECEDENCE"

static enum err
daemon_start(struct http_server *server, const struct http_options *options, int fd,
             struct refusal *refusal)
{
	char    *cert = NULL, *key = NULL;
	enum err err  = ERR_NONE;
	if (server->is_tls) {
		err = pem_read(options->tls_cert, &cert, refusal);
		if (!err)
			err = pem_read(options->tls_key, &key, refusal);
		if (err)
			goto out;
	}
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)TLS_PRIORITIES },
		{ MHD_OPTION_END, 0, NULL },
	};
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC;
	if (server->is_tls)
		flags |= MHD_USE_TLS;
	MHD_set_panic_func(on_panic, NULL);
	server->daemon = MHD_start_daemon(
	        flags, 0, on_accept, server, on_access, server,
	        MHD_OPTION_LISTEN_SOCKET, fd,
	        MHD_OPTION_THREAD_POOL_SIZE, threads_count(options->threads),
	        MHD_OPTION_CONNECTION_LIMIT, server->limits.connections + CONNECTION_SLACK,
	        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	        MHD_OPTION_CONNECTION_TIMEOUT, server->limits.idle_ms / 1000 + 1,
	        MHD_OPTION_STRICT_FOR_CLIENT, 1,
	        MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
	        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
	        MHD_OPTION_URI_LOG_CALLBACK, on_target, server,
	        MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, server,
	        MHD_OPTION_ARRAY, server->is_tls ? tls : tls + 3,
	        MHD_OPTION_END);
	if (!server->daemon)
		err = refuse(refusal, server->is_tls ? ERR_SETTING : ERR_SYSTEM, SPAN("tls"),
		             SPAN("the server cannot start with this certificate and key"));
out:
	free(cert);
	free(key);
	return err;
}

static uint16_t
port_of(int fd)
{
	struct sockaddr_storage address = { 0 };
	socklen_t               size    = sizeof(address);
	int status = getsockname(fd, (struct sockaddr *)&address, &size);
	CHECK(status == 0);
	if (address.ss_family == AF_INET6)
		return ntohs(((const struct sockaddr_in6 *)&address)->sin6_port);
	return ntohs(((const struct sockaddr_in *)&address)->sin_port);
}

static void
server_free(struct http_server *server)
{
	struct memory memory = system_memory();
	peers_close(server->peers);
	memory.give(memory.owner, server, sizeof(*server));
}

enum err
http_server_open(const struct http_options *options, struct http_server **opened,
                 struct refusal *refusal)
{
	CHECK(options->service != NULL);
	if (!options->tls_cert != !options->tls_key)
		return refuse(refusal, ERR_SETTING, SPAN("tls"),
		              SPAN("TLS needs a certificate and a key"));
	int      fd  = -1;
	enum err err = address_listen(options->address, &fd, refusal);
	if (err)
		return err;

	struct memory       memory = system_memory();
	struct http_server *server = memory.take(memory.owner, sizeof(*server));
	memset(server, 0, sizeof(*server));
	server->limits  = options->limits;
	server->service = options->service;
	server->port    = port_of(fd);
	server->is_tls  = options->tls_cert != NULL;
	/* Other versions may lay the head out otherwise. */
	server->sees_bytes = strcmp(MHD_get_version(), "0.9.75") == 0;
	server->peers   = peers_open(&server->limits);
	err             = daemon_start(server, options, fd, refusal);
	if (err) {
		(void)close(fd);
		server_free(server);
		return err;
	}
	*opened = server;
	return ERR_NONE;
}

uint16_t
http_server_port(const struct http_server *server)
{
	return server->port;
}

/* ---- closing ---- */

bool
http_server_is_closing(const struct http_server *server)
{
	return atomic_load_explicit(&server->closing, memory_order_relaxed);
}

enum { CLOSE_PAUSE_MS = 2 };

/* Waits until no request is being worked on; false when that takes too long. */
static bool
requests_finish(struct http_server *server)
{
	uint64_t until_ns = peers_now_ns() + server->limits.stop_ms * UINT64_C(1000000);
	while (atomic_load_explicit(&server->in_flight, memory_order_acquire) > 0) {
		if (peers_now_ns() > until_ns)
			return !peers_any_working(server->peers);
		(void)nanosleep(&(struct timespec){ .tv_nsec = CLOSE_PAUSE_MS * 1000000L }, NULL);
	}
	return true;
}

enum err
http_server_close(struct http_server *server)
{
	atomic_store(&server->closing, true);
	int listening = MHD_quiesce_daemon(server->daemon);
	if (listening >= 0)
		(void)close(listening);
	if (!requests_finish(server))
		return ERR_SYSTEM;
	MHD_stop_daemon(server->daemon);
	server_free(server);
	return ERR_NONE;
}

/* ---- numbers ---- */

static uint64_t
value_of(const _Atomic(uint64_t) *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

void
http_server_metrics(struct http_server *server, struct http_metrics *metrics)
{
	*metrics = (struct http_metrics){
		.latency_ns  = value_of(&server->latency_ns),
		.body_bytes  = value_of(&server->body_bytes),
		.connections = peers_count(server->peers),
	};
	for (int i = 0; i < 6; i++)
		metrics->requests[i] = value_of(&server->requests[i]);
	for (int i = 0; i < HTTP_LATENCY_BUCKETS; i++)
		metrics->latency_bucket[i] = value_of(&server->latency_bucket[i]);
}
