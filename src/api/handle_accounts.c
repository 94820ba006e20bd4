/* handle_accounts.c - accounts. */
#include "api/call.h"
#include "api/handle.h"
#include "core/base/limit.h"
#include "core/json/json_read.h"

enum err
handle_accounts_list(struct call *call)
{
	uint32_t             limit  = call->question.limit ? call->question.limit : LIMIT_PAGE_ROWS;
	const struct caller *caller = &call->caller;
	if (caller->kind == CALLER_PERSON && !caller->session.is_operator)
		return engine_person_accounts(call->engine, caller_name(caller), limit,
		                              call->question.cursor, call->arena, &call->answer,
		                              &call->refusal);
	return engine_account_list(call->engine, span_of(caller->key.account), limit,
	                           call->question.cursor, call->arena, &call->answer,
	                           &call->refusal);
}

enum err
handle_account_get(struct call *call)
{
	return engine_account_get(call->engine, call->path.account, call->arena, &call->answer,
	                          &call->refusal);
}

enum err
handle_account_put(struct call *call)
{
	struct json *account = NULL;
	enum err     err     = json_parse(call->body, call->arena, &account, &call->refusal);
	if (err)
		return err;
	/* The path says which account the key was checked for: no other is written. */
	const struct json *id = json_member(account, SPAN("id"));
	if (!id || id->kind != JSON_STRING || !span_equal(id->text, call->path.account))
		return call_refuse(call, ERR_FIELD_VALUE, SPAN("id"),
		                   SPAN("the account's id must be the one in the path"));
	return engine_account_put(call->engine, &call->change, call->body, call->arena,
	                          &call->answer, &call->refusal);
}
