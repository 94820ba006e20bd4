/* handle_billing.c - billing details of an account. */
#include "api/call.h"
#include "api/handle.h"

enum err
handle_billing_get(struct call *call)
{
	return engine_billing_get(call->engine, call->path.account, call->arena, &call->answer,
	                          &call->refusal);
}

enum err
handle_billing_put(struct call *call)
{
	return engine_billing_put(call->engine, &call->change, call->path.account, call->body,
	                          call->arena, &call->answer, &call->refusal);
}
