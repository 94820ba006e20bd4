/* handle_flex.c - Flex months, their trend, estimates. */
#include "api/call.h"
#include "api/handle.h"

enum err
handle_flex_get(struct call *call)
{
	return engine_flex(call->engine, &call->question, call->arena, &call->answer,
	                   &call->refusal);
}

enum err
handle_flex_trend_get(struct call *call)
{
	return engine_flex_trend(call->engine, &call->question, call->arena, &call->answer,
	                         &call->refusal);
}

enum err
handle_flex_forecast_get(struct call *call)
{
	return engine_flex_forecast(call->engine, &call->question, call->arena, &call->answer,
	                            &call->refusal);
}

enum err
handle_flex_transition_get(struct call *call)
{
	return engine_flex_transition(call->engine, &call->question, call->arena, &call->answer,
	                              &call->refusal);
}

enum err
handle_estimate_post(struct call *call)
{
	return engine_estimate(call->engine, call->body, call->arena, &call->answer,
	                       &call->refusal);
}

enum err
handle_simulate_post(struct call *call)
{
	return engine_simulate(call->engine, call->question.account, call->body, call->arena,
	                       &call->answer, &call->refusal);
}
