/* call.c - what a request's head means: route, key, query, fields. */
#include "api/call.h"

#include "api/cookie.h"
#include "core/base/limit.h"

enum { JSON_BODY_SIZE = 1 << 20 };

enum err
call_refuse(struct call *call, enum err err, struct span field, struct span detail)
{
	return refuse(&call->refusal, err, field, detail);
}

/* METHOD_COUNT for one that no route has. */
static enum method
method_of(struct span name)
{
	static const struct {
		struct span name;
		enum method method;
	} METHODS[] = {
		{ { "GET", 3 }, METHOD_GET },       { { "HEAD", 4 }, METHOD_GET },
		{ { "POST", 4 }, METHOD_POST },     { { "PUT", 3 }, METHOD_PUT },
		{ { "DELETE", 6 }, METHOD_DELETE },
	};
	for (size_t i = 0; i < sizeof(METHODS) / sizeof(METHODS[0]); i++)
		if (span_equal(name, METHODS[i].name))
			return METHODS[i].method;
	return METHOD_COUNT;
}

static struct span *
param_place(struct call *call, enum param_index param)
{
	struct question *question = &call->question;
	switch (param) {
	case PARAM_INDEX_AT:
		return &question->at;
	case PARAM_INDEX_KNOWN_AT:
		return &question->known_at;
	case PARAM_INDEX_UNIT:
		return &question->unit;
	case PARAM_INDEX_KIND:
		return &question->kind;
	case PARAM_INDEX_ORG:
		return &question->org;
	case PARAM_INDEX_PROJECT:
		return &question->project;
	case PARAM_INDEX_ID:
		return &question->id;
	case PARAM_INDEX_CLASS:
		return &question->class;
	case PARAM_INDEX_ENVIRONMENT:
		return &question->item;
	case PARAM_INDEX_SEARCH:
		return &question->search;
	case PARAM_INDEX_TYPE:
		return &question->type;
	case PARAM_INDEX_SUBJECT:
		return &question->subject;
	case PARAM_INDEX_FROM:
		return &question->from;
	case PARAM_INDEX_TO:
		return &question->to;
	case PARAM_INDEX_SORT:
		return &question->sort;
	case PARAM_INDEX_CURSOR:
		return &question->cursor;
	case PARAM_INDEX_ACCOUNT:
		return &call->export_account;
	case PARAM_INDEX_ROLE:
		return &call->role;
	case PARAM_INDEX_CHILDREN:
		return &question->children;
	case PARAM_INDEX_DEVELOPERS:
		return &question->developers;
	case PARAM_INDEX_MONTH:
		return &question->month;
	case PARAM_INDEX_TIER:
		return &question->tier;
	case PARAM_INDEX_BY:
		return &question->by;
	case PARAM_INDEX_MODULE:
		return &question->module;
	case PARAM_INDEX_MAP:
		return &call->map;
	case PARAM_INDEX_STEP:
	case PARAM_INDEX_LIMIT:
	case PARAM_INDEX_RECEIPTS:
	case PARAM_INDEX_PREVIEW:
	case PARAM_INDEX_VERSIONS:
	case PARAM_INDEX_FOLLOWS:
	case PARAM_COUNT:
		break;
	}
	return NULL;
}

/* A whole number of at most nine digits; nothing reads as 0. */
static bool
number_read(struct span value, uint32_t *number)
{
	uint32_t read = 0;
	for (size_t i = 0; i < value.size; i++) {
		if (value.at[i] < '0' || value.at[i] > '9' || i > 8)
			return false;
		read = read * 10 + (uint32_t)(value.at[i] - '0');
	}
	*number = read;
	return true;
}

static enum err
limit_take(struct call *call, struct span value)
{
	uint32_t limit;
	if (!number_read(value, &limit) || limit == 0 || limit > LIMIT_PAGE_ROWS_MAX)
		return call_refuse(call, ERR_QUESTION, SPAN("limit"),
		                   SPAN("limit is a whole number from 1 to 100000"));
	call->question.limit = limit;
	return ERR_NONE;
}

static enum err
follows_take(struct call *call, struct span value)
{
	if (!number_read(value, &call->follows))
		return call_refuse(call, ERR_QUESTION, SPAN("follows"),
		                   SPAN("follows is the number of a version, or 0"));
	call->change.follows = &call->follows;
	return ERR_NONE;
}

static enum err
param_take(struct call *call, enum param_index param, struct span value)
{
	struct span *place = param_place(call, param);
	if (place) {
		*place = value;
		return ERR_NONE;
	}
	if (param == PARAM_INDEX_LIMIT)
		return limit_take(call, value);
	if (param == PARAM_INDEX_RECEIPTS) {
		call->receipts = span_equal(value, SPAN("all"));
		if (!call->receipts)
			return call_refuse(call, ERR_QUESTION, SPAN("receipts"),
			                   SPAN("receipts can only be all"));
		return ERR_NONE;
	}
	if (param == PARAM_INDEX_PREVIEW) {
		call->preview = span_equal(value, SPAN("true"));
		if (!call->preview && !span_equal(value, SPAN("false")))
			return call_refuse(call, ERR_QUESTION, SPAN("preview"),
			                   SPAN("preview is true or false"));
		return ERR_NONE;
	}
	if (param == PARAM_INDEX_VERSIONS) {
		call->versions = span_equal(value, SPAN("all"));
		if (!call->versions)
			return call_refuse(call, ERR_QUESTION, SPAN("versions"),
			                   SPAN("versions can only be all"));
		return ERR_NONE;
	}
	if (param == PARAM_INDEX_FOLLOWS)
		return follows_take(call, value);
	CHECK(param == PARAM_INDEX_STEP);
	if (!span_equal(value, SPAN("day")) && !span_equal(value, SPAN("month")))
		return call_refuse(call, ERR_QUESTION, SPAN("step"), SPAN("step is day or month"));
	call->question.step = span_equal(value, SPAN("month")) ? STEP_MONTH : STEP_DAY;
	return ERR_NONE;
}

static enum err
query_read(struct call *call)
{
	struct span rest = call->request->query, name, value;
	uint32_t    seen = 0;
	while (head_query_next(&rest, &name, &value)) {
		if (head_unescape(name, true, call->arena, &name) ||
		    head_unescape(value, true, call->arena, &value))
			return call_refuse(call, ERR_QUESTION, SPAN("query"),
			                   SPAN("the query has a broken escape or is not UTF-8"));
		enum param_index param = param_find(name);
		if (param == PARAM_COUNT || !(call->route->params & 1U << param))
			return call_refuse(call, ERR_QUESTION, name,
			                   SPAN("the query parameter is not known here"));
		if (seen & 1U << param)
			return call_refuse(call, ERR_QUESTION, name,
			                   SPAN("the query parameter stands twice"));
		seen |= 1U << param;
		enum err err = value.size ? param_take(call, param, value) : ERR_NONE;
		if (err)
			return err;
	}
	return ERR_NONE;
}

/* A key, where one is given; else the browser's session. */
static enum err
caller_read(struct call *call)
{
	const struct span *field  = call->request->field;
	struct caller     *caller = &call->caller;
	struct span        secret = SPAN("");
	caller->token             = cookie_find(field[HTTP_COOKIE], call_is_tls(call));
	enum err err              = ERR_NONE;
	if (field[HTTP_AUTHORIZATION].at || !caller->token.at) {
		caller->kind = CALLER_KEY;
		err          = head_bearer(field[HTTP_AUTHORIZATION], &secret);
		if (!err)
			err = engine_key_check(call->engine, secret, &caller->key);
	} else {
		caller->kind = CALLER_PERSON;
		err          = engine_session_check(call->engine, caller->token, &caller->session);
	}
	if (err)
		caller->kind = CALLER_NOBODY;
	return err ? call_refuse(call, err, SPAN(""), SPAN("")) : ERR_NONE;
}

/* A browser sends the cookie along with whatever some page makes it send. So a change
 * needs a token that only our own pages can know, and signing in must at least not come
 * from elsewhere. A key is never sent by itself. */
static enum err
site_check(struct call *call)
{
	const struct span   *field   = call->request->field;
	const struct caller *caller  = &call->caller;
	struct span          csrf    = field[HTTP_CSRF_TOKEN];
	bool                 is_ours = true;
	if (call->route->method == METHOD_GET || caller->kind == CALLER_KEY)
		return ERR_NONE;
	if (caller->kind == CALLER_PERSON)
		is_ours = csrf.size == SESSION_TOKEN_SIZE &&
		          engine_token_equal(csrf, span_of(caller->session.csrf));
	if (!is_ours ||
	    !cookie_is_same_site(field[HTTP_SEC_FETCH_SITE], field[HTTP_ORIGIN], field[HTTP_HOST]))
		return call_refuse(call, ERR_CROSS_SITE, SPAN("X-CSRF-Token"), SPAN(""));
	return ERR_NONE;
}

static struct span
media_wanted(enum body_kind body)
{
	switch (body) {
	case BODY_JSON:
		return SPAN("this call takes application/json");
	case BODY_EVENTS:
		return SPAN("this call takes application/cloudevents+json, "
		            "application/cloudevents-batch+json and application/x-ndjson");
	case BODY_LIST:
		return SPAN("this call takes text/csv and application/json");
	case BODY_NONE:
		break;
	}
	return SPAN("");
}

static enum err
media_check(struct call *call)
{
	if (head_media(call->request->field[HTTP_CONTENT_TYPE], &call->media))
		return call_refuse(call, ERR_CONTENT_TYPE, SPAN("Content-Type"),
		                   SPAN("the content type is malformed or its charset is not "
		                        "UTF-8"));
	bool fits = true;
	switch (call->route->body) {
	case BODY_NONE:
		break;
	case BODY_JSON:
		fits = call->media == MEDIA_JSON || call->media == MEDIA_NONE;
		break;
	case BODY_EVENTS:
		fits = call->media == MEDIA_EVENT || call->media == MEDIA_BATCH ||
		       call->media == MEDIA_NDJSON;
		break;
	case BODY_LIST:
		fits = call->media == MEDIA_CSV || call->media == MEDIA_JSON;
		break;
	}
	return fits ? ERR_NONE
	            : call_refuse(call, ERR_CONTENT_TYPE, SPAN("Content-Type"),
	                          media_wanted(call->route->body));
}

static enum err
fields_read(struct call *call)
{
	const struct span *field = call->request->field;
	call->wants_csv          = head_accepts_csv(field[HTTP_ACCEPT]);
	call->wants_pdf          = head_accepts_pdf(field[HTTP_ACCEPT]);
	if (head_idempotency_key(field[HTTP_IDEMPOTENCY_KEY], &call->change.idempotency_key))
		return call_refuse(call, ERR_FIELD_VALUE, SPAN("Idempotency-Key"),
		                   SPAN("an idempotency key is 1 to 255 visible characters"));
	enum err err = media_check(call);
	if (err)
		return err;
	if (head_packing(field[HTTP_CONTENT_ENCODING], &call->packing))
		return call_refuse(call, ERR_ENCODING_UNKNOWN, SPAN("Content-Encoding"), SPAN(""));
	return ERR_NONE;
}

/* Whether anybody may call it, so that it is not even asked who does. */
static bool
is_open(const struct route *route)
{
	return route->access == ACCESS_OPEN || route->access == ACCESS_PAGE;
}

enum err
call_begin(struct call *call, uint32_t *allowed)
{
	struct http_request *request = call->request;
	enum err no_route = route_find(request->path, method_of(request->method), call->arena,
	                               &call->route, &call->path, allowed);
	if (no_route || !is_open(call->route)) {
		enum err err = caller_read(call);
		if (err)
			return err;
	}
	if (no_route)
		return call_refuse(call, no_route, SPAN(""), SPAN(""));
	enum err err = access_decide(call->engine, call->route, &call->caller, call->path.account);
	if (err)
		return call_refuse(call, err, SPAN(""), SPAN(""));
	err = site_check(call);
	/* The query of a page is the page's own. */
	if (!err && call->route->access != ACCESS_PAGE)
		err = query_read(call);
	return err ? err : fields_read(call);
}

void
call_fill(struct call *call)
{
	struct span none       = SPAN("");
	call->status           = call->route->status;
	call->question.account = call->path.account.at ? call->path.account : none;
	if (call->path.module.at)
		call->question.module = call->path.module;
	else if (!call->question.module.at)
		call->question.module = none;
	if (call->path.id.at)
		call->question.id = call->path.id;
	call->change.actor_kind = call->caller.kind == CALLER_PERSON ? ACTOR_PERSON : ACTOR_KEY;
	call->change.actor      = caller_name(&call->caller);
	if (call->route->method != METHOD_GET && call->route->body != BODY_EVENTS)
		call->change.address = call_address(call);
	switch (call->route->body) {
	case BODY_NONE:
		call->request->body_max = 0;
		break;
	case BODY_JSON:
		call->request->body_max = JSON_BODY_SIZE;
		break;
	case BODY_LIST:
		call->request->body_max = LIMIT_LIST_SIZE;
		break;
	case BODY_EVENTS:
		break; /* as much as the server takes */
	}
}

bool
call_is_awaited(void *context, uint64_t done, uint64_t total)
{
	struct call *call = context;
	(void)done;
	(void)total;
	return !http_is_gone(call->request);
}
