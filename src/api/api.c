/* api.c - from a request to a call and from its outcome to an answer. */
#include "api/api.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

#include "api/call.h"
#include "api/condition.h"
#include "api/csv.h"
#include "api/decoders.h"
#include "api/problem.h"
#include "core/base/text.h"
#include "edge/doc/inflate.h"
#include "edge/http/proxy.h"
#include "edge/sys/memory.h"

enum { THREADS_MAX = 8, DECODERS = 2, RETRY_AFTER_S = 1 };

struct api_server {
	struct engine      *engine;
	struct http_server *http;
	struct decoders    *decoders;
	struct http_service service;
	bool                log_requests;
	bool                is_tls;
	struct proxy_list   proxies;
	uint32_t            stop_ms;
	_Atomic(uint32_t)   threads_count;
};

/* ---- answers ---- */

/* "GET, HEAD, OPTIONS, POST" for a sum of 1 << method. */
static const char *
allow_write(uint32_t methods, struct arena *arena)
{
	static const char *const NAMES[METHOD_COUNT] = { [METHOD_GET]    = "GET, HEAD, ",
		                                         [METHOD_POST]   = "POST, ",
		                                         [METHOD_PUT]    = "PUT, ",
		                                         [METHOD_DELETE] = "DELETE, " };
	struct text              text;
	text_open(&text, arena);
	for (unsigned i = 0; i < METHOD_COUNT; i++)
		if (methods & 1U << i)
			text_add(&text, span_of(NAMES[i]));
	text_add(&text, SPAN("OPTIONS"));
	text_add_char(&text, 0);
	return text_span(&text).at;
}

static void
problem_answer(struct http_request *request, const struct refusal *refusal, const char *allow)
{
	const struct call *call   = request->context;
	int                status = err_http_status(refusal->err);
	uint32_t           wait_s = call ? call->retry_after_s : 0;
	if (wait_s == 0)
		wait_s = err_may_retry(refusal->err) ? RETRY_AFTER_S : 0;
	http_answer(request,
	            &(struct http_answer){
			    .status        = status,
			    .content_type  = "application/problem+json",
			    .body          = problem_write(refusal, request->path, request->arena),
			    .allow         = allow,
			    .authenticate  = status == 401 ? "Bearer realm=\"tally\"" : NULL,
			    .retry_after_s = wait_s,
			    .close         = refusal->err == ERR_STORE_CLOSING,
		    });
}

static void
answer_refused(struct http_request *request, enum err err, struct span detail)
{
	struct refusal refusal;
	(void)refuse(&refusal, err, SPAN(""), detail);
	problem_answer(request, &refusal, NULL);
}

/* A foreign account and one that does not exist are told in the same words. */
static void
account_forget(struct refusal *refusal)
{
	if (refusal->err == ERR_ACCOUNT_UNKNOWN)
		(void)refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN(""), SPAN(""));
}

static void
escaped_add(struct text *text, struct span bytes, const char *plain)
{
	static const char DIGITS[] = "0123456789ABCDEF";
	for (size_t i = 0; i < bytes.size; i++) {
		unsigned char c = (unsigned char)bytes.at[i];
		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		    (c && strchr(plain, c))) {
			text_add_char(text, (char)c);
			continue;
		}
		text_add_char(text, '%');
		text_add_char(text, DIGITS[c >> 4]);
		text_add_char(text, DIGITS[c & 15]);
	}
}

/* <?limit=2&cursor=7>; rel="next": the same question with another cursor (RFC 8288). */
static const char *
next_link(const struct call *call, struct span next)
{
	struct text text;
	struct span rest = call->request->query, name, value;
	text_open(&text, call->arena);
	text_add(&text, SPAN("<?"));
	while (head_query_next(&rest, &name, &value)) {
		if (span_equal(name, SPAN("cursor")))
			continue;
		escaped_add(&text, name, "-._~%+");
		text_add_char(&text, '=');
		escaped_add(&text, value, "-._~%+:@/,");
		text_add_char(&text, '&');
	}
	text_add(&text, SPAN("cursor="));
	escaped_add(&text, next, "-._~");
	text_add(&text, SPAN(">; rel=\"next\""));
	text_add_char(&text, '\0');
	return text_span(&text).at;
}

static void
call_answer(struct call *call)
{
	struct http_answer answer = {
		.status       = call->status,
		.content_type = call->content_type ? call->content_type : "application/json",
		.body         = call->answer,
		.stream       = call->stream,
		.disposition  = call->disposition,
		.cookie       = call->cookie,
		.etag         = call->etag,
		.file         = call->file,
	};
	struct span next;
	if (call->wants_csv && call->route->list.size > 0 &&
	    !csv_write(call->answer, call->route->list, call->arena, &answer.body, &next)) {
		answer.content_type = "text/csv; charset=utf-8; header=present";
		if (next.size > 0)
			answer.link = next_link(call, next);
	}
	if (answer.body.size == 0 && !answer.stream) {
		answer.status       = call->file || call->status == 304 ? call->status : 204;
		answer.content_type = NULL;
	}
	http_answer(call->request, &answer);
}

/* After a handler or a finish: answer, refuse, or nothing when it was put off. */
static void
call_settle(struct call *call, enum err err, bool put_off)
{
	if (err) {
		if (call->refusal.err != err)
			(void)refuse(&call->refusal, err, SPAN(""), SPAN(""));
		account_forget(&call->refusal);
		problem_answer(call->request, &call->refusal, NULL);
	} else if (!put_off) {
		call_answer(call);
	}
}

/* ---- the service ---- */

static void
on_head(void *context, struct http_request *request)
{
	struct api_server *api  = context;
	struct call       *call = arena_take_zeroed(request->arena, sizeof(*call));
	call->api               = api;
	call->engine            = api->engine;
	call->request           = request;
	call->arena             = request->arena;
	request->context        = call;

	uint32_t allowed = 0;
	enum err err     = call_begin(call, &allowed);
	if (err == ERR_METHOD) {
		const char *allow = allow_write(allowed, call->arena);
		if (span_equal(request->method, SPAN("OPTIONS")))
			http_answer(request,
			            &(struct http_answer){ .status = 204, .allow = allow });
		else
			problem_answer(request, &call->refusal, allow);
	} else if (err) {
		account_forget(&call->refusal);
		problem_answer(request, &call->refusal, NULL);
	} else {
		call_fill(call);
	}
}

static enum err
body_unpack(struct call *call)
{
	call->body = call->request->body;
	if (call->packing == PACKING_NONE)
		return ERR_NONE;
	enum inflate_format format = call->packing == PACKING_GZIP ? INFLATE_GZIP : INFLATE_ZSTD;
	enum err err = inflate_all(format, call->request->body, inflate_limits_body(), call->arena,
	                           &call->body, &call->refusal);
	/* Unpacked whole before any of it is read, so a broken one is all or nothing. */
	if (err == ERR_COMPRESSION)
		err = refuse_at(&call->refusal, err, call->refusal.byte, SPAN("body"),
		                SPAN("the compressed body is broken or cut off: nothing was "
		                     "counted, send it again"));
	return err;
}

/* Whether a thread that serves many connections had better not do it. */
static bool
is_long_work(const struct call *call)
{
	return (call->route->body == BODY_EVENTS || call->route->body == BODY_LIST) &&
	       (call->packing != PACKING_NONE || call->request->body.size >= DECODERS_BODY_SIZE);
}

/* Without an error and put off, the call may be gone when this returns. */
static enum err
body_handle(struct call *call)
{
	enum err err = body_unpack(call);
	if (!err && condition_met(call)) {
		call->status = 304;
		return ERR_NONE;
	}
	return err ? err : call->route->handler(call);
}

/* On a decoder. */
static void
body_decode(struct call *call)
{
	enum err err = body_handle(call);
	if (err) {
		call->worked = err;
		http_resume(call->request);
	}
}

static void
on_body(void *context, struct http_request *request)
{
	struct api_server *api  = context;
	struct call       *call = request->context;
	if (is_long_work(call)) {
		call_defer(call, NULL);
		decoders_add(api->decoders, call);
		return;
	}
	enum err err = body_handle(call);
	if (err && call->deferred) {
		/* Refused after it was put off: the answer must come the later way. */
		call->worked = err;
		http_resume(request);
		return;
	}
	call_settle(call, err, call->deferred);
}

static void
on_later(void *context, struct http_request *request)
{
	struct call *call = request->context;
	(void)context;
	CHECK(call->deferred);
	CHECK(call->worked || call->finish != NULL);
	enum err err = call->worked ? call->worked : call->finish(call);
	call_settle(call, err, false);
}

static void
on_refused(void *context, struct http_request *request, enum err err, struct span detail)
{
	(void)context;
	answer_refused(request, err, detail);
}

/* A request's line for the log: nothing of it can begin another line. */
static void
request_log(const struct http_request *request)
{
	char   path[128];
	size_t size = 0;
	for (size_t i = 0; i < request->path.size && size + 1 < sizeof(path); i++) {
		char c       = request->path.at[i];
		path[size++] = c > 0x20 && c < 0x7f && c != '\\' ? c : '?';
	}
	path[size]              = 0;
	const struct call *call = request->context;
	struct span        by   = call ? caller_name(&call->caller) : SPAN("");
	fprintf(stderr, "tally: %.8s %s %s=%.*s\n", request->method.at, path,
	        call && call->caller.kind == CALLER_PERSON ? "person" : "key",
	        by.size > 0 ? (int)by.size : 1, by.size > 0 ? by.at : "-");
}

static void
on_end(void *context, struct http_request *request)
{
	struct api_server *api  = context;
	struct call       *call = request->context;
	if (call && call->ingesting)
		ingest_release(api->engine, &call->ingest);
	if (api->log_requests)
		request_log(request);
}

/* ---- threads of its own for long work ---- */

struct thread_start {
	struct api_server *api;
	void (*run)(void *context);
	void *context;
};

static void *
thread_main(void *start_of)
{
	struct thread_start start  = *(struct thread_start *)start_of;
	struct memory       memory = system_memory();
	memory.give(memory.owner, start_of, sizeof(start));
	start.run(start.context);
	atomic_fetch_sub(&start.api->threads_count, 1);
	return NULL;
}

enum err
api_thread(struct api_server *api, void (*run)(void *context), void *context)
{
	if (atomic_fetch_add(&api->threads_count, 1) >= THREADS_MAX) {
		atomic_fetch_sub(&api->threads_count, 1);
		return ERR_TOO_MANY_REQUESTS;
	}
	struct memory        memory = system_memory();
	struct thread_start *start  = memory.take(memory.owner, sizeof(*start));
	*start                      = (struct thread_start){ api, run, context };
	pthread_t thread;
	if (pthread_create(&thread, NULL, thread_main, start) != 0) {
		memory.give(memory.owner, start, sizeof(*start));
		atomic_fetch_sub(&api->threads_count, 1);
		return ERR_SYSTEM;
	}
	pthread_detach(thread);
	return ERR_NONE;
}

void
call_defer(struct call *call, route_handler *finish)
{
	call->finish = finish;
	if (!call->deferred) {
		call->deferred = true;
		http_defer(call->request);
	}
}

struct work {
	struct call *call;
	void (*work)(struct call *call);
};

static void
work_run(void *context)
{
	struct work *work = context;
	struct call *call = work->call;
	work->work(call);
	http_resume(call->request);
}

enum err
call_work(struct call *call, void (*run)(struct call *call), route_handler *finish)
{
	struct work *work = arena_take(call->arena, sizeof(*work));
	*work             = (struct work){ call, run };
	call_defer(call, finish);
	return api_thread(call->api, work_run, work);
}

/* ---- open and close ---- */

bool
call_is_tls(const struct call *call)
{
	const struct api_server *api = call->api;
	return api->is_tls ||
	       (api->proxies.count > 0 && proxy_trusts(&api->proxies, http_peer(call->request)) &&
	        proxy_is_https(call->request->field[HTTP_FORWARDED_PROTO]));
}

struct span
call_address(const struct call *call)
{
	return proxy_client(&call->api->proxies, http_peer(call->request),
	                    call->request->field[HTTP_FORWARDED_FOR], call->arena);
}

void
api_http_metrics(struct api_server *api, struct http_metrics *metrics)
{
	http_server_metrics(api->http, metrics);
}

struct api_server_options
api_server_options_default(struct engine *engine)
{
	return (struct api_server_options){ .engine  = engine,
		                            .address = SPAN("127.0.0.1:8080"),
		                            .limits  = http_limits_default() };
}

enum err
api_server_start(const struct api_server_options *options, struct api_server **started,
                 struct refusal *refusal)
{
	routes_check();
	struct memory      memory = system_memory();
	struct api_server *api    = memory.take(memory.owner, sizeof(*api));
	memset(api, 0, sizeof(*api));
	api->engine       = options->engine;
	api->log_requests = options->log_requests;
	api->is_tls       = options->tls_cert != NULL;
	api->stop_ms      = options->limits.stop_ms;
	api->service = (struct http_service){ on_head, on_body, on_later, on_refused, on_end, api };
	struct http_options http = {
		.address  = options->address,
		.tls_cert = options->tls_cert,
		.tls_key  = options->tls_key,
		.threads  = options->threads,
		.limits   = options->limits,
		.service  = &api->service,
	};
	enum err err = proxy_list_parse(options->trusted_proxies, &api->proxies, refusal);
	if (err) {
		memory.give(memory.owner, api, sizeof(*api));
		return err;
	}
	api->decoders = decoders_open(DECODERS, body_decode);
	err           = http_server_open(&http, &api->http, refusal);
	if (err) {
		decoders_close(api->decoders);
		memory.give(memory.owner, api, sizeof(*api));
		return err;
	}
	*started = api;
	return ERR_NONE;
}

uint16_t
api_server_port(const struct api_server *api)
{
	return http_server_port(api->http);
}

enum { STOP_PAUSE_MS = 2 };

static bool
threads_finish(struct api_server *api)
{
	for (uint32_t waited_ms = 0; atomic_load(&api->threads_count) > 0;
	     waited_ms += STOP_PAUSE_MS) {
		if (waited_ms > api->stop_ms)
			return false;
		(void)nanosleep(&(struct timespec){ .tv_nsec = STOP_PAUSE_MS * 1000000L }, NULL);
	}
	return true;
}

enum err
api_server_stop(struct api_server *api)
{
	enum err err = http_server_close(api->http);
	if (err)
		return err;
	if (!threads_finish(api))
		return ERR_SYSTEM;
	decoders_close(api->decoders);
	struct memory memory = system_memory();
	memory.give(memory.owner, api, sizeof(*api));
	return ERR_NONE;
}
