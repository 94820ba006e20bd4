/* handle_plan.c - plans, upgrades and prices. */
#include "api/call.h"
#include "api/handle.h"

enum err
handle_plan_get(struct call *call)
{
	return engine_plan(call->engine, &call->question, call->arena, &call->answer,
	                   &call->refusal);
}

enum err
handle_upgrade_post(struct call *call)
{
	return engine_contract_upgrade(call->engine, &call->change, call->path.account, call->body,
	                               call->arena, &call->answer, &call->refusal);
}

enum err
handle_price_get(struct call *call)
{
	return engine_price(call->engine, &call->question, call->arena, &call->answer,
	                    &call->refusal);
}
