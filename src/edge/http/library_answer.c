/* library_answer.c - answers that the HTTP library gives of its own accord. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "edge/http/library_answer.h"

#include <dlfcn.h>
#include <sys/socket.h>

#include "edge/http/server_int.h"
#include "edge/sys/memory.h"

typedef enum MHD_Result queue_response(struct MHD_Connection *connection, unsigned int status,
                                       struct MHD_Response *response);

enum MHD_Result
library_queue(struct MHD_Connection *connection, unsigned int status, struct MHD_Response *response)
{
	queue_response *queue = NULL;
	void           *found = dlsym(RTLD_NEXT, "MHD_queue_response");
	CHECK(found != NULL);
	memcpy(&queue, &found, sizeof(found)); /* ISO C knows no cast from object to function */
	return queue(connection, status, response);
}

static enum err
err_of(unsigned int status)
{
	switch (status) {
	case MHD_HTTP_CONTENT_TOO_LARGE:
		return ERR_BODY_TOO_LARGE;
	case MHD_HTTP_URI_TOO_LONG:
	case MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE:
		return ERR_HEAD_TOO_LARGE;
	case MHD_HTTP_INTERNAL_SERVER_ERROR:
		return ERR_SYSTEM;
	default:
		return ERR_REQUEST_MALFORMED;
	}
}

enum { PENDING_SIZE_MAX = 256 << 10 };

/* Bytes that are never read make the kernel reset the connection when it is closed, and
 * the client may then never see the answer: take those that have come already. */
static void
pending_discard(struct MHD_Connection *connection)
{
	char    bytes[4096];
	size_t  size = 0;
	ssize_t got  = 0;
	do {
		got = recv(socket_of(connection), bytes, sizeof(bytes), MSG_DONTWAIT);
		size += got > 0 ? (size_t)got : 0;
	} while (got > 0 && size < PENDING_SIZE_MAX);
}

/* Through TLS only the library can send. */
static enum MHD_Result
answer_by_library(struct exchange *exchange)
{
	const struct http_answer *answer   = &exchange->answer;
	struct MHD_Response      *response = MHD_create_response_from_buffer(
		     answer->body.size, (void *)(uintptr_t)answer->body.at, MHD_RESPMEM_MUST_COPY);
	if (!response)
		return MHD_NO;
	answer_headers(response, exchange);
	enum MHD_Result queued =
		library_queue(exchange->connection, (unsigned)answer->status, response);
	MHD_destroy_response(response);
	return queued;
}

/* What the library finds in header fields (a length that is none, no host) it would
 * answer with two heads, one behind the other: it goes on with the request after it
 * has begun its answer. */
static bool
has_two_heads(const struct exchange *exchange, unsigned status)
{
	return exchange->is_open && !exchange->begun &&
	       (status == MHD_HTTP_BAD_REQUEST || status == MHD_HTTP_CONTENT_TOO_LARGE);
}

/* The service refuses a request that stands in for the one which the library gave up,
 * for that one may be half told, or answered already. */
static void
refuse_stand_in(const struct exchange *exchange, enum err err, struct exchange *stand_in)
{
	const struct http_service *service = exchange->server->service;
	*stand_in                          = (struct exchange){ .server     = exchange->server,
		                                                .connection = exchange->connection,
		                                                .is_open    = true };
	arena_open(&stand_in->arena, system_memory());
	stand_in->request = (struct http_request){
		.arena  = &stand_in->arena,
		.method = SPAN(""),
		.path   = exchange->is_open ? exchange->request.path : SPAN(""),
		.query  = SPAN(""),
	};
	service->refused(service->context, &stand_in->request, err, SPAN(""));
	CHECK(stand_in->answered);
	stand_in->answer.close = true;
}

/* Called by the library alone, with HTML of its own that it frees itself. MHD_NO makes it
 * close the connection. */
enum MHD_Result
MHD_queue_response(struct MHD_Connection *connection, unsigned int status,
                   struct MHD_Response *response)
{
	struct exchange *exchange = exchange_on(connection);
	enum MHD_Result  queued   = MHD_NO;
	bool             is_told  = false;
	struct exchange  stand_in;
	(void)response;
	refuse_stand_in(exchange, err_of(status), &stand_in);
	if (!exchange->server->is_tls) {
		is_told = answer_write(&stand_in);
		pending_discard(connection);
	} else if (!has_two_heads(exchange, status)) {
		queued  = answer_by_library(&stand_in);
		is_told = queued == MHD_YES;
	}
	if (exchange->is_open && is_told && !exchange->queued) {
		exchange->answer.status = stand_in.answer.status;
		exchange->queued        = true;
	}
	arena_close(&stand_in.arena);
	return queued;
}
