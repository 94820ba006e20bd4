/* handle_usage.c - figures, trends, explanations. */
#include "api/call.h"
#include "api/handle.h"

enum err
handle_usage_get(struct call *call)
{
	return engine_usage(call->engine, &call->question, call->arena, &call->answer,
	                    &call->refusal);
}

enum err
handle_credits_get(struct call *call)
{
	return engine_credits(call->engine, &call->question, call->arena, &call->answer,
	                      &call->refusal);
}

enum err
handle_costs_get(struct call *call)
{
	return engine_costs(call->engine, &call->question, call->arena, &call->answer,
	                    &call->refusal);
}

enum err
handle_trend_get(struct call *call)
{
	return engine_trend(call->engine, &call->question, call->arena, &call->answer,
	                    &call->refusal);
}

enum err
handle_explain_get(struct call *call)
{
	return engine_explain(call->engine, &call->question, call->arena, &call->answer,
	                      &call->refusal);
}
