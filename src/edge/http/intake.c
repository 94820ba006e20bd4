/* intake.c - a request arrives: its head is checked, its body gathered, its service
 * asked, its traces cleared. */
#include "edge/http/head.h"
#include "edge/http/server_int.h"
#include "edge/http/stream.h"
#include "edge/sys/memory.h"

enum {
	DRAIN_SIZE       = 256 << 10, /* a refused body up to this is read and thrown away */
	KEEP_BODY_SIZE   = 1 << 20,   /* a body buffer up to this waits for the next request */
	KEEP_BODIES_SIZE = 64 << 20,  /* while all buffers together are below */
	KEEP_ARENA_SIZE  = 256 << 10,
};

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
	[HTTP_ACCEPT_ENCODING]  = { "Accept-Encoding", 15 },
	[HTTP_AUTHORIZATION]    = { "Authorization", 13 },
	[HTTP_CONTENT_ENCODING] = { "Content-Encoding", 16 },
	[HTTP_CONTENT_TYPE]     = { "Content-Type", 12 },
	[HTTP_COOKIE]           = { "Cookie", 6 },
	[HTTP_CSRF_TOKEN]       = { "X-CSRF-Token", 12 },
	[HTTP_HOST]             = { "Host", 4 },
	[HTTP_IDEMPOTENCY_KEY]  = { "Idempotency-Key", 15 },
	[HTTP_IF_NONE_MATCH]    = { "If-None-Match", 13 },
	[HTTP_ORIGIN]           = { "Origin", 6 },
	[HTTP_SEC_FETCH_SITE]   = { "Sec-Fetch-Site", 14 },
	[HTTP_FORWARDED_FOR]    = { "X-Forwarded-For", 15 },
	[HTTP_FORWARDED_PROTO]  = { "X-Forwarded-Proto", 17 },
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

/* What a proxy adds behind what a client made up. */
static bool
field_is_proxys(enum http_field field)
{
	return field == HTTP_FORWARDED_FOR || field == HTTP_FORWARDED_PROTO;
}

/* Only what is wished for may come in several lines, of which the first counts, and what a
 * proxy adds, of which the last does. */
static bool
field_may_repeat(enum http_field field)
{
	return field == HTTP_ACCEPT || field == HTTP_ACCEPT_ENCODING ||
	       field == HTTP_IF_NONE_MATCH || field_is_proxys(field);
}

static void
field_known_take(struct exchange *exchange, struct span name, struct span value)
{
	for (int i = 0; i < HTTP_FIELD_COUNT; i++) {
		if (!head_equal(name, FIELD_NAMES[i]))
			continue;
		bool is_there = exchange->request.field[i].at != NULL;
		if (is_there && !field_may_repeat((enum http_field)i))
			exchange->malformed = true;
		else if (!is_there || field_is_proxys((enum http_field)i))
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
	const char *end    = exchange->line_end;
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
		field_known_take(exchange, name, value);
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
	counter_add(&exchange->server->buffers_size, capacity - exchange->body_capacity);
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
	counter_add(&server->body_bytes, piece.size);
	if (exchange->answered)
		return body_discard(exchange, piece.size);
	if (exchange->body_size + piece.size > exchange->request.body_max) {
		refused(exchange, ERR_BODY_TOO_LARGE, SPAN(""));
		return answer_amid_body(exchange);
	}
	exchange->accounted_size += piece.size;
	uint64_t held =
		atomic_fetch_add_explicit(&server->bodies_size, piece.size, memory_order_relaxed);
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

struct exchange *
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
	target                 = without_origin(arena_copy(&exchange->arena, target));
	const char *mark       = target.size ? memchr(target.at, '?', target.size) : NULL;
	size_t      size       = mark ? (size_t)(mark - target.at) : target.size;
	exchange->request.path = (struct span){ target.at, size };
	if (mark)
		exchange->request.query = (struct span){ mark + 1, target.size - size - 1 };
}

/* The library takes the query apart as well, a piece of its memory for each '&', and when that
 * does not do it ends the process. The query is ours alone to read, from a copy: what the
 * library still sees of it is one argument. */
static void
query_hide(const char *uri)
{
	char *at = strchr((char *)(uintptr_t)uri, '?');
	for (; at && *at; at++)
		if (*at == '&')
			*at = '_';
}

/* The request line is there: a request begins. */
void *
on_target(void *context, const char *uri, struct MHD_Connection *connection)
{
	struct http_server *server   = context;
	struct exchange    *exchange = exchange_on(connection);
	CHECK(!exchange->is_open);
	exchange->is_open  = true;
	exchange->began_ns = peers_now_ns();
	peer_enter(&exchange->peer, PEER_HEAD, exchange->began_ns, 0);
	exchange->request     = (struct http_request){ .arena    = &exchange->arena,
		                                       .query    = SPAN(""),
		                                       .body_max = server->limits.body_size };
	exchange->target_size = strlen(uri);
	target_take(exchange, span_of(uri));
	query_hide(uri);
	counter_add(&server->in_flight, 1);
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

enum MHD_Result
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
		*upload_size          = 0;
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
	counter_add(&server->requests[exchange->queued ? exchange->answer.status / 100 : 0], 1);
	counter_add(&server->latency_bucket[latency_bucket_of(spent_ns)], 1);
	counter_add(&server->latency_ns, spent_ns);
}

void
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

void
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
