/* handle_licensees.c - people of an account, and which modules are assigned to whom.
 *
 * All of it may wait for the disk or walk the log, so it is done on threads of its own. */
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
people_work(struct call *call)
{
	call->worked = engine_people_list(call->engine, &call->question, call->arena, &call->answer,
	                                  &call->refusal);
}

enum err
handle_people_list(struct call *call)
{
	return call_work(call, people_work, work_finish);
}

static void
grant_work(struct call *call)
{
	call->worked = engine_people_grant(call->engine, &call->change, call->path.account,
	                                   call->body, call->arena, &call->answer, &call->refusal);
}

enum err
handle_people_post(struct call *call)
{
	return call_work(call, grant_work, work_finish);
}

static void
revoke_work(struct call *call)
{
	call->worked = engine_people_revoke(call->engine, &call->change, call->path.account,
	                                    call->path.id, call->question.module, call->arena,
	                                    &call->answer, &call->refusal);
}

enum err
handle_person_delete(struct call *call)
{
	return call_work(call, revoke_work, work_finish);
}

enum err
handle_people_import(struct call *call)
{
	return list_import(call, engine_people_import);
}

/* ---- licence management ---- */

static void
assignments_work(struct call *call)
{
	call->worked = engine_assignments_list(call->engine, call->path.account, call->arena,
	                                       &call->answer, &call->refusal);
}

enum err
handle_assignments_list(struct call *call)
{
	return call_work(call, assignments_work, work_finish);
}

static void
assign_work(struct call *call)
{
	if (call->preview) {
		call->worked =
			engine_assignments_preview(call->engine, call->path.account, call->body,
		                                   call->arena, &call->answer, &call->refusal);
		return;
	}
	call->worked =
		engine_assignments_put(call->engine, &call->change, call->path.account, call->body,
	                               call->arena, &call->answer, &call->refusal);
}

enum err
handle_assignments_put(struct call *call)
{
	return call_work(call, assign_work, work_finish);
}
