/* call.h - one call of the HTTP interface on its way through the rooms.
 *
 * It lives in its request's arena, from the head to the end of the answer. */
#ifndef TALLY_API_CALL_H
#define TALLY_API_CALL_H

#include "api/access.h"
#include "api/route.h"
#include "edge/http/head.h"
#include "edge/http/server.h"
#include "engine/engine.h"
#include "engine/people.h"

struct api_server;

/* What engine_people_import and engine_developers_import are. */
typedef enum err list_importer(struct engine *engine, const struct change *change,
                               struct span account, const struct list_request *request,
                               struct arena *arena, struct span *answer, struct refusal *refusal);

struct call {
	struct api_server   *api;
	struct engine       *engine;
	struct http_request *request;
	struct arena        *arena;
	const struct route  *route;
	struct caller        caller;
	struct route_path    path;
	struct question      question; /* the query, and account and module of the path */
	struct span          export_account;
	struct span          role;     /* of the query */
	struct span          map;      /* of the columns of a list */
	list_importer       *importer; /* list.h */
	struct change        change;
	enum media           media;
	enum packing         packing;
	bool                 receipts;
	bool                 versions;
	bool                 preview;
	uint32_t             follows; /* of the query; change points to it */
	bool                 wants_csv;
	bool                 wants_pdf;
	struct span          body; /* unpacked */

	/* The handler's answer. */
	int                     status;
	uint32_t                retry_after_s; /* 0: as the error has it */
	struct span             answer;
	const char             *content_type; /* NULL: application/json */
	const char             *disposition;
	const char             *cookie;
	const char             *etag; /* NULL: none */
	struct http_stream     *stream;
	const struct http_file *file; /* NULL: an answer, which is not to be kept */
	struct refusal          refusal;

	/* For answers that come later: what makes them once the work is done. */
	route_handler *finish;
	struct ingest  ingest;
	enum err       worked;
	bool           deferred;
	bool           ingesting; /* ingest.batch must be given back */
	struct call   *next;      /* of those that wait for a decoder */
};

/* Refuse with a detail; for handlers: return call_refuse(call, ERR_..., field, detail). */
MUST_CHECK enum err call_refuse(struct call *call, enum err err, struct span field,
                                struct span detail);

/* Everything that can be decided before the body is there, in the order of
 * precedence: caller, path, method, right, query, fields. ERR_METHOD: *allowed is the sum
 * of 1 << method of those that there are. */
MUST_CHECK enum err call_begin(struct call *call, uint32_t *allowed);
/* After it: what the handler starts from. */
void call_fill(struct call *call);

/* The answer comes later, made by finish: http_resume must follow exactly once. */
void call_defer(struct call *call, route_handler *finish);

/* Run work on a thread of its own; then finish makes the answer. The call is put off.
 * ERR_TOO_MANY_REQUESTS when too much of the kind runs already. */
MUST_CHECK enum err call_work(struct call   *call, void (*work)(struct call *call),
                              route_handler *finish);

/* A thread that outlives the call, such as the writer of a stream. */
MUST_CHECK enum err api_thread(struct api_server *api, void (*run)(void *context), void *context);

/* Whether the client came over TLS, and from where: the peer's word, or that of a proxy
 * which is trusted. */
/* For the engine's long work, with the call as its context: false when the client went
 * away, which stops it. */
bool        call_is_awaited(void *context, uint64_t done, uint64_t total);
bool        call_is_tls(const struct call *call);
struct span call_address(const struct call *call);
void        api_http_metrics(struct api_server *api, struct http_metrics *metrics);

#endif
