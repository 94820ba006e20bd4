/* handle_session.c - signing in and out, and one's own password. */
#include "api/call.h"
#include "api/cookie.h"
#include "api/handle.h"
#include "core/base/limit.h"

enum { SECONDS_PER_HOUR = 3600 };

static enum err
session_show(struct call *call)
{
	return engine_session_show(call->engine, &call->caller.session, call->arena, &call->answer,
	                           &call->refusal);
}

enum err
handle_session_get(struct call *call)
{
	return session_show(call);
}

/* A new token with each sign-in: one that somebody planted before is worth nothing. */
static void
begin_work(struct call *call)
{
	char token[SESSION_TOKEN_SIZE + 1];
	call->worked = engine_session_begin(call->engine, &call->change, call->body, call->arena,
	                                    token, &call->retry_after_s, &call->refusal);
	if (!call->worked)
		call->worked =
			engine_session_check(call->engine, span_of(token), &call->caller.session);
	if (!call->worked)
		call->cookie = cookie_write(span_of(token), LIMIT_SESSION_HOURS * SECONDS_PER_HOUR,
		                            call_is_tls(call), call->arena);
}

enum err
handle_session_post(struct call *call)
{
	return call_work(call, begin_work, session_show);
}

enum err
handle_session_delete(struct call *call)
{
	call->cookie = cookie_write(SPAN(""), 0, call_is_tls(call), call->arena);
	return engine_session_end(call->engine, &call->change, call->caller.token, call->arena,
	                          &call->refusal);
}

static void
password_work(struct call *call)
{
	call->worked = engine_session_password(call->engine, &call->change,
	                                       span_of(call->caller.session.email), call->body,
	                                       call->arena, &call->retry_after_s, &call->refusal);
}

/* Every session has ended, this one too. */
static enum err
password_finish(struct call *call)
{
	call->cookie = cookie_write(SPAN(""), 0, call_is_tls(call), call->arena);
	return ERR_NONE;
}

enum err
handle_session_password(struct call *call)
{
	return call_work(call, password_work, password_finish);
}
