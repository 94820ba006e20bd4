/* handle_people.c - people who may sign in, and their roles. */
#include "api/call.h"
#include "api/handle.h"
#include "core/base/limit.h"
#include "core/json/json_read.h"

static enum err
work_finish(struct call *call)
{
	(void)call;
	return ERR_NONE;
}

enum err
handle_users_list(struct call *call)
{
	uint32_t limit = call->question.limit ? call->question.limit : LIMIT_PAGE_ROWS;
	return engine_person_list(call->engine, limit, call->question.cursor, call->arena,
	                          &call->answer, &call->refusal);
}

/* On a thread of its own: a password is hashed. */
static void
add_work(struct call *call)
{
	call->worked = engine_person_add(call->engine, &call->change, call->body, call->arena,
	                                 &call->answer, &call->refusal);
}

enum err
handle_user_post(struct call *call)
{
	return call_work(call, add_work, work_finish);
}

static void
change_work(struct call *call)
{
	call->worked = engine_person_change(call->engine, &call->change, call->path.id, call->body,
	                                    call->arena, &call->answer, &call->refusal);
}

enum err
handle_user_put(struct call *call)
{
	return call_work(call, change_work, work_finish);
}

enum err
handle_user_link(struct call *call)
{
	return engine_person_link(call->engine, &call->change, call->path.id, call->body,
	                          call->arena, &call->answer, &call->refusal);
}

enum err
handle_user_delete(struct call *call)
{
	return engine_person_remove(call->engine, &call->change, call->path.id, call->arena,
	                            &call->answer, &call->refusal);
}

/* ---- roles ---- */

enum err
handle_roles_list(struct call *call)
{
	return engine_role_list(call->engine, call->path.account, call->arena, &call->answer,
	                        &call->refusal);
}

static struct span
text_of(const struct json *object, struct span name)
{
	const struct json *value = json_member(object, name);
	return value && value->kind == JSON_STRING ? value->text : SPAN("");
}

static enum err
member_check(struct call *call, const struct json *root)
{
	if (root->kind != JSON_OBJECT)
		return call_refuse(call, ERR_FIELD_TYPE, SPAN(""), SPAN("a role is an object"));
	for (const struct json *member = root->first; member; member = member->next)
		if (!span_equal(member->key, SPAN("email")) &&
		    !span_equal(member->key, SPAN("role")))
			return call_refuse(call, ERR_FIELD_UNKNOWN, member->key,
			                   SPAN("a role is given as email and role"));
	return ERR_NONE;
}

enum err
handle_role_put(struct call *call)
{
	struct json *root = NULL;
	enum err     err  = json_parse(call->body, call->arena, &root, &call->refusal);
	if (!err)
		err = member_check(call, root);
	if (err)
		return err;
	return engine_role_grant(call->engine, &call->change, call->path.account,
	                         text_of(root, SPAN("email")), text_of(root, SPAN("role")),
	                         call->arena, &call->answer, &call->refusal);
}

enum err
handle_role_delete(struct call *call)
{
	return engine_role_revoke(call->engine, &call->change, call->path.account, call->path.id,
	                          call->role, call->arena, &call->answer, &call->refusal);
}
