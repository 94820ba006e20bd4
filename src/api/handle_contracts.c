/* handle_contracts.c - contracts and their versions. */
#include "api/call.h"
#include "api/handle.h"

static enum err
contracts_answer(struct call *call, struct span id, bool versions)
{
	return engine_contract_list(call->engine, call->path.account, id, versions, call->arena,
	                            &call->answer, &call->refusal);
}

enum err
handle_contracts_list(struct call *call)
{
	return contracts_answer(call, SPAN(""), call->versions);
}

enum err
handle_contract_get(struct call *call)
{
	return contracts_answer(call, call->path.id, false);
}

enum err
handle_contract_versions(struct call *call)
{
	return contracts_answer(call, call->path.id, true);
}

enum err
handle_contract_post(struct call *call)
{
	if (call->preview) {
		call->status = 200; /* nothing is made */
		return engine_contract_preview(call->engine, &call->change, call->path.account,
		                               call->body, call->arena, &call->answer,
		                               &call->refusal);
	}
	return engine_contract_put(call->engine, &call->change, call->path.account, call->body,
	                           call->arena, &call->answer, &call->refusal);
}
