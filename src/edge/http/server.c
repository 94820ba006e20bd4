/* server.c - the server's life: listening, connections, closing, numbers. */
#include "edge/http/server.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/base/limit.h"
#include "edge/http/head.h"
#include "edge/http/server_int.h"
#include "edge/sys/memory.h"

enum {
	CONNECTION_MEMORY = 32 << 10, /* for the head and for pieces of a body; the library
	                                * clears all of it after each request */
	CONNECTION_SLACK  = 256,      /* dropped ones that MHD has not closed yet */
	BACKLOG           = 1024,
};

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

static enum err
pem_refuse(const char *path, int error, struct refusal *refusal)
{
	char detail[REFUSAL_DETAIL_SIZE];

	snprintf(detail, sizeof(detail), "%s: %s", path, strerror(error));
	return refuse(refusal, ERR_FILE_READ, SPAN("tls"), span_of(detail));
}

/* A whole PEM file, zero-terminated, for free(). */
static enum err
pem_read(const char *path, char **text, struct refusal *refusal)
{
	enum err err  = ERR_FILE_READ;
	FILE    *file = fopen(path, "rbe");
	if (!file)
		return pem_refuse(path, errno, refusal);
	char  *at   = calloc(1, PEM_SIZE_MAX + 1);
	size_t size = at ? fread(at, 1, PEM_SIZE_MAX, file) : 0;
	if (size > 0 && !ferror(file)) {
		*text = at;
		at    = NULL;
		err   = ERR_NONE;
	}
	free(at);
	(void)fclose(file);
	return err ? pem_refuse(path, EIO, refusal) : err;
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
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-MAC-ALL:+AEAD:-RSA:-DHE-RSA:%SERVER_"         \
	"PRECEDENCE"

static enum err
daemon_start(struct http_server *server, const struct http_options *options, int fd,
             struct refusal *refusal)
{
	char    *cert = NULL, *key = NULL;
	enum err err = ERR_NONE;
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
		flags, 0, on_accept, server, on_access, server, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_THREAD_POOL_SIZE, threads_count(options->threads),
		MHD_OPTION_CONNECTION_LIMIT, server->limits.connections + CONNECTION_SLACK,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_CONNECTION_TIMEOUT, server->limits.idle_ms / 1000 + 1,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_NOTIFY_CONNECTION, on_connection,
		server, MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, server, MHD_OPTION_UNESCAPE_CALLBACK,
		on_unescape, server, MHD_OPTION_ARRAY, server->is_tls ? tls : tls + 3,
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
	int                     status  = getsockname(fd, (struct sockaddr *)&address, &size);
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
	server->peers      = peers_open(&server->limits);
	err                = daemon_start(server, options, fd, refusal);
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
	/* Nobody else comes in. The descriptor must stay until the threads have ended: they take
	 * it out of their sets when they wake next, and stop the process when it is gone. */
	if (listening >= 0)
		(void)shutdown(listening, SHUT_RDWR);
	if (!requests_finish(server))
		return ERR_SYSTEM;
	MHD_stop_daemon(server->daemon);
	if (listening >= 0)
		(void)close(listening);
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
	uint64_t below = 0;
	for (int i = 0; i < HTTP_LATENCY_BUCKETS; i++) {
		below += value_of(&server->latency_bucket[i]);
		metrics->latency_bucket[i] = below;
	}
}
