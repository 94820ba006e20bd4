/* handle_developers.c - the list of developers. */
#include "api/call.h"
#include "api/handle.h"
#include "api/list.h"

static enum err
work_finish(struct call *call)
{
	(void)call;
	return ERR_NONE;
}

static void
developers_work(struct call *call)
{
	call->worked = engine_developers_list(call->engine, &call->question, call->arena,
	                                      &call->answer, &call->refusal);
}

enum err
handle_developers_list(struct call *call)
{
	return call_work(call, developers_work, work_finish);
}

enum err
handle_developers_import(struct call *call)
{
	return list_import(call, engine_developers_import);
}
