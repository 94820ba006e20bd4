/* server.h - an HTTP/1.1 server that keeps its temper with slow and hostile clients.
 *
 * Touches the network, through libmicrohttpd; TLS 1.2 and later through GnuTLS. It
 * knows nothing of routes: a struct http_service decides.
 *
 * A request is one object from its first line to the last byte of its answer. It
 * belongs to the server; its spans live until service->end was called. All calls of
 * one request come one after the other, on a thread of the server. */
#ifndef TALLY_EDGE_HTTP_SERVER_H
#define TALLY_EDGE_HTTP_SERVER_H

#include "core/base/arena.h"
#include "core/base/err.h"

struct http_server;
struct http_stream;

/* Names of the header fields that services read. */
enum http_field {
	HTTP_ACCEPT,
	HTTP_ACCEPT_ENCODING,
	HTTP_AUTHORIZATION,
	HTTP_CONTENT_ENCODING,
	HTTP_CONTENT_TYPE,
	HTTP_COOKIE,
	HTTP_CSRF_TOKEN,
	HTTP_HOST,
	HTTP_IDEMPOTENCY_KEY,
	HTTP_IF_NONE_MATCH,
	HTTP_ORIGIN,
	HTTP_SEC_FETCH_SITE,
	HTTP_FORWARDED_FOR,   /* the last line, where there are several */
	HTTP_FORWARDED_PROTO, /* the same */
	HTTP_FIELD_COUNT
};

struct http_request {
	struct arena *arena; /* for everything that this request needs */
	struct span   method;
	struct span   path;                    /* as sent, escapes and all, without the query */
	struct span   query;                   /* as sent, without the question mark */
	struct span   field[HTTP_FIELD_COUNT]; /* at is NULL when absent */
	struct span   body;                    /* as sent, whole, from service->body on */
	uint64_t      body_max;                /* service->head may lower it */
	void         *context;                 /* the service's own */
};

/* What a browser is told of a file that it may keep; each NULL or a header's value. */
struct http_file {
	const char *caching;  /* Cache-Control */
	const char *etag;     /* ETag */
	const char *encoding; /* Content-Encoding */
	const char *policy; /* Content-Security-Policy, and with it that nobody hears of the page */
};

struct http_answer {
	int                     status;
	const char             *content_type; /* NULL: none */
	struct span             body;         /* lives as long as the request */
	struct http_stream     *stream;       /* instead of body; the server closes it */
	const char             *allow;        /* NULL or the header's value, as the next two */
	const char             *authenticate;
	const char             *disposition;
	const char             *link;
	const char             *cookie;        /* Set-Cookie */
	const char             *etag;          /* of what is not to be kept by others: ETag */
	uint32_t                retry_after_s; /* 0: none */
	bool                    close;         /* the connection after it */
	const struct http_file *file;          /* NULL: what is not to be kept */
};

/* What a service does with a request. Each of head, body and later either answers
 * or, but for head, puts it off with http_defer. */
struct http_service {
	/* The head is there. May answer at once. */
	void (*head)(void *context, struct http_request *request);
	/* The whole request is there. Not called when head answered. */
	void (*body)(void *context, struct http_request *request);
	/* After http_resume: must answer. */
	void (*later)(void *context, struct http_request *request);
	/* The head or body breaks a rule of the server's own: must answer err. */
	void (*refused)(void *context, struct http_request *request, enum err err,
	                struct span detail);
	/* The answer was sent, or the client is gone: let go of what the request held. */
	void (*end)(void *context, struct http_request *request);
	void *context;
};

/* The address that the connection comes from, without its port, in the request's arena. */
struct span http_peer(struct http_request *request);

void http_answer(struct http_request *request, const struct http_answer *answer);
/* The answer comes later: http_resume must follow exactly once, from any thread,
 * perhaps before this request's call has returned. Defer before handing the request
 * to whoever will resume it. */
void http_defer(struct http_request *request);
void http_resume(struct http_request *request);
/* Whether the client of a request that was put off, and not resumed yet, ended the
 * connection; from any thread. */
bool http_is_gone(struct http_request *request);

struct http_limits {
	uint64_t body_size;
	uint64_t bodies_size; /* of all requests together */
	uint32_t head_size;
	uint32_t head_fields;
	uint32_t head_ms;
	uint32_t grace_ms;  /* before body_rate counts */
	uint32_t body_rate; /* bytes a second */
	uint32_t idle_ms;
	uint32_t stop_ms;
	uint32_t connections;
	uint32_t connections_per_address;
};
/* From catalog/limit.def. */
struct http_limits http_limits_default(void);

struct http_options {
	struct span                address;  /* "127.0.0.1:8080", ":0" */
	const char                *tls_cert; /* paths of PEM files; both or neither */
	const char                *tls_key;
	uint32_t                   threads; /* 0: as many as there are processors, 2 to 4 */
	struct http_limits         limits;
	const struct http_service *service; /* outlives the server */
};

/* ERR_SETTING for an address or certificate that cannot be used, ERR_SYSTEM. */
MUST_CHECK enum err http_server_open(const struct http_options *options,
                                     struct http_server **server, struct refusal *refusal);
uint16_t            http_server_port(const struct http_server *server);
/* Stop listening, finish what was accepted within limits.stop_ms, close. ERR_SYSTEM
 * when requests were still being worked on then: server and service must be left as
 * they are, and the process should end. */
MUST_CHECK enum err http_server_close(struct http_server *server);
bool                http_server_is_closing(const struct http_server *server);

enum { HTTP_LATENCY_BUCKETS = 16 };
struct http_metrics {
	uint64_t requests[6]; /* answered, by first digit of the status; 0: lost */
	uint64_t latency_bucket[HTTP_LATENCY_BUCKETS]; /* <= 0.1 ms * 2^i, last: all */
	uint64_t latency_ns;                           /* sum */
	uint64_t body_bytes;                           /* received */
	uint64_t connections;                          /* open now */
};
void http_server_metrics(struct http_server *server, struct http_metrics *metrics);

#endif
