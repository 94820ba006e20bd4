/* handle_care.c - what operators need: export, backup, verify. */
#include "api/call.h"
#include "api/handle.h"
#include "core/json/json_read.h"
#include "core/json/json_write.h"
#include "edge/http/stream.h"
#include "edge/sys/memory.h"

/* ---- export: a stream that may outlive its request ---- */

/* Has an arena of its own, for the client may leave while the engine is reading. */
struct export
{
	struct arena        arena;
	struct engine      *engine;
	struct question     question;
	struct http_stream *stream;
};

static enum err
export_write(void *context, struct span bytes)
{
	struct export *export = context;
	return stream_write(export->stream, bytes);
}

static void
export_run(void *context)
{
	struct export *export = context;
	enum err err = engine_export(export->engine, &export->question, export_write, export, NULL);
	stream_end(export->stream, err == ERR_NONE);
	struct arena arena = export->arena;
	arena_close(&arena);
}

static struct export *
export_make(const struct call *call, struct span account)
{
	struct arena arena;
	arena_open(&arena, system_memory());
	struct export *export        = arena_take(&arena, sizeof(*export));
	const struct question *asked = &call->question;
	*export = (struct export){ .engine = call->engine, .stream = stream_open() };
	export->question.account = arena_copy(&arena, account);
	export->question.type    = arena_copy(&arena, asked->type);
	export->question.subject = arena_copy(&arena, asked->subject);
	export->question.from    = arena_copy(&arena, asked->from);
	export->question.to      = arena_copy(&arena, asked->to);
	export->arena            = arena;
	return export;
}

/* A wrong question must be refused before the first byte: ask for one event. */
static enum err
export_check(struct call *call, struct span account)
{
	if (account.size == 0)
		return ERR_NONE;
	struct question question = call->question;
	struct span     ignored;
	question.account = account;
	question.limit   = 1;
	return engine_events(call->engine, &question, call->arena, &ignored, &call->refusal);
}

enum err
handle_export_get(struct call *call)
{
	struct span account = call->export_account;
	if (account.size == 0)
		account = span_of(call->caller.key.account);
	if (!access_has(call->engine, &call->caller, account, RIGHT_VIEW))
		return call_refuse(call, ERR_ACCOUNT_UNKNOWN, SPAN(""), SPAN(""));
	enum err err = export_check(call, account);
	if (err)
		return err;
	struct export *export      = export_make(call, account);
	struct http_stream *stream = export->stream;
	struct arena        arena  = export->arena;
	err                        = api_thread(call->api, export_run, export);
	if (err) {
		stream_end(stream, false);
		stream_drop(stream);
		arena_close(&arena);
		return call_refuse(call, err, SPAN(""), SPAN(""));
	}
	call->stream       = stream;
	call->content_type = "application/x-ndjson";
	return ERR_NONE;
}

/* ---- backup and verify: long work, one answer ---- */

static enum err
work_finish(struct call *call)
{
	(void)call;
	return ERR_NONE;
}

static void
backup_work(struct call *call)
{
	const char *path = arena_copy_terminated(call->arena, call->question.id);
	call->worked     = engine_backup(call->engine, path, call_is_awaited, call, &call->refusal);
	struct json_out out;
	json_open(&out, call->arena);
	json_object(&out);
	json_key_string(&out, SPAN("path"), call->question.id);
	json_object_end(&out);
	call->answer = json_close(&out);
}

enum err
handle_backup_post(struct call *call)
{
	struct json *root = NULL;
	enum err     err  = json_parse(call->body, call->arena, &root, &call->refusal);
	if (err)
		return err;
	const struct json *path = json_member(root, SPAN("path"));
	if (!path || path->kind != JSON_STRING || path->text.size == 0 || path->text.at[0] != '/')
		return call_refuse(call, ERR_FIELD_VALUE, SPAN("path"),
		                   SPAN("path is an absolute path on the server"));
	call->question.id = path->text;
	return call_work(call, backup_work, work_finish);
}

static void
verify_work(struct call *call)
{
	call->worked = engine_verify(call->engine, call_is_awaited, call, call->arena,
	                             &call->answer, &call->refusal);
}

enum err
handle_verify_post(struct call *call)
{
	return call_work(call, verify_work, work_finish);
}
