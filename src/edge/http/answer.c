/* answer.c - answers: made by a service now or later, sent by the library. */
#define _GNU_SOURCE /* POLLRDHUP */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#include "edge/http/library_answer.h"
#include "edge/http/server_int.h"
#include "edge/http/stream.h"

enum {
	STREAM_BLOCK_SIZE = 32 << 10,
};

static struct exchange *
exchange_of(struct http_request *request)
{
	return (struct exchange *)request;
}

struct span
http_peer(struct http_request *request)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		exchange_of(request)->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	char        host[INET6_ADDRSTRLEN] = "";
	const void *at                     = NULL;
	if (!info || !info->client_addr)
		return SPAN("");
	if (info->client_addr->sa_family == AF_INET)
		at = &((const struct sockaddr_in *)(const void *)info->client_addr)->sin_addr;
	else if (info->client_addr->sa_family == AF_INET6)
		at = &((const struct sockaddr_in6 *)(const void *)info->client_addr)->sin6_addr;
	if (!at || !inet_ntop(info->client_addr->sa_family, at, host, sizeof(host)))
		return SPAN("");
	return arena_copy(request->arena, span_of(host));
}

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

/* The library leaves a suspended connection alone, its socket included: what happens
 * there is known to nobody who does not look. */
bool
http_is_gone(struct http_request *request)
{
	struct exchange *exchange = exchange_of(request);
	CHECK(exchange->deferred);
	CHECK(!exchange->resumed);
	struct pollfd look = { .fd = socket_of(exchange->connection), .events = (short)POLLRDHUP };
	return poll(&look, 1, 0) > 0 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

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
	return MHD_create_response_from_buffer(
		answer->body.size, (void *)(uintptr_t)answer->body.at, MHD_RESPMEM_PERSISTENT);
}

static void
header_add(struct MHD_Response *response, const char *name, const char *value)
{
	if (value) {
		enum MHD_Result added = MHD_add_response_header(response, name, value);
		CHECK(added == MHD_YES);
	}
}

static void
file_headers(struct MHD_Response *response, const struct http_file *file)
{
	header_add(response, "Cache-Control", file->caching);
	header_add(response, "ETag", file->etag);
	header_add(response, "Content-Encoding", file->encoding);
	header_add(response, "Vary", "Accept-Encoding");
	header_add(response, "Content-Security-Policy", file->policy);
	if (file->policy) {
		header_add(response, "Referrer-Policy", "no-referrer");
		header_add(response, "X-Frame-Options", "DENY");
		header_add(response, "Cross-Origin-Opener-Policy", "same-origin");
		header_add(response, "Permissions-Policy",
		           "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
	}
	header_add(response, "Cross-Origin-Resource-Policy", "same-origin");
}

static bool
answer_closes(const struct exchange *exchange)
{
	return exchange->answer.close || http_server_is_closing(exchange->server);
}

void
answer_headers(struct MHD_Response *response, const struct exchange *exchange)
{
	const struct http_answer *answer = &exchange->answer;
	header_add(response, "Content-Type", answer->content_type);
	header_add(response, "Allow", answer->allow);
	header_add(response, "WWW-Authenticate", answer->authenticate);
	header_add(response, "Content-Disposition", answer->disposition);
	header_add(response, "Link", answer->link);
	header_add(response, "Set-Cookie", answer->cookie);
	header_add(response, "ETag", answer->etag);
	if (answer_closes(exchange))
		header_add(response, "Connection", "close");
	if (answer->retry_after_s) {
		char text[16];
		snprintf(text, sizeof(text), "%u", answer->retry_after_s);
		header_add(response, "Retry-After", text);
	}
	if (span_equal(exchange->request.method, SPAN("POST")) && answer->status == 200)
		return;
	if (answer->file)
		file_headers(response, answer->file);
	else
		header_add(response, "Cache-Control", "no-store");
	header_add(response, "X-Content-Type-Options", "nosniff");
}

enum MHD_Result
answer_queue(struct exchange *exchange)
{
	CHECK(exchange->answered);
	/* Once the daemon is being stopped, the library says yes to an answer, forgets it
	 * and asks for another (MHD_queue_response of 0.9.75 looks at its shutdown flag
	 * first). That is a request whose first bytes were read when none was in flight
	 * any more: nobody was promised an answer, so close. */
	if (exchange->queued)
		return MHD_NO;
	struct MHD_Response *response = response_make(exchange);
	if (!response)
		return MHD_NO;
	answer_headers(response, exchange);
	/* The pace of a stream is the writer's as well: only its standing still counts,
	 * which the server library watches. */
	peer_enter(&exchange->peer, exchange->answer.stream ? PEER_WORKING : PEER_SENDING,
	           peers_now_ns(), exchange->answer.body.size);
	exchange->queued = true;
	enum MHD_Result queued =
		library_queue(exchange->connection, (unsigned)exchange->answer.status, response);
	MHD_destroy_response(response);
	return queued;
}

int
socket_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	CHECK(info != NULL);
	return info->connect_fd;
}

bool
answer_write(struct exchange *exchange)
{
	static const char         HEAD[] = "HTTP/1.1 %d %s\r\nContent-Type: %s\r\n"
					   "Content-Length: %zu\r\nConnection: close\r\n\r\n";
	const struct http_answer *answer = &exchange->answer;
	const char               *reason = MHD_get_reason_phrase_for((unsigned)answer->status);
	int                       fd     = socket_of(exchange->connection);
	char                      head[256];
	int size = snprintf(head, sizeof(head), HEAD, answer->status, reason, answer->content_type,
	                    answer->body.size);
	CHECK(size > 0 && (size_t)size < sizeof(head));
	CHECK(!exchange->server->is_tls);
	if (send(fd, head, (size_t)size, MSG_NOSIGNAL | MSG_DONTWAIT | MSG_MORE) < 0 ||
	    send(fd, answer->body.at, answer->body.size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return false;
	(void)shutdown(fd, SHUT_WR);
	return true;
}

/* While a body is arriving, the library takes no answer: write it to the socket
 * ourselves, end our side, and read on until the client has seen it, for closing now
 * would make the kernel throw the answer away. */
enum MHD_Result
answer_amid_body(struct exchange *exchange)
{
	CHECK(exchange->answered);
	if (exchange->server->is_tls || !answer_write(exchange))
		return MHD_NO;
	exchange->leaving = true;
	exchange->queued  = true;
	peer_enter(&exchange->peer, PEER_LEAVING, peers_now_ns(), 0);
	return MHD_YES;
}
