/* handle_audit.c - the audit trail: lists, its proof, all of it as a stream. */
#include "api/call.h"
#include "api/csv.h"
#include "api/handle.h"
#include "core/json/json_read.h"
#include "core/json/json_write.h"
#include "edge/http/stream.h"
#include "edge/sys/memory.h"

/* A cell holds the whole of before or after: their members differ from record to record
 * and would become columns without end. */
static void
record_flatten(struct json_out *out, const struct json *record)
{
	json_object(out);
	for (const struct json *member = record->first; member; member = member->next) {
		bool is_text =
			member->kind == JSON_OBJECT && (span_equal(member->key, SPAN("before")) ||
		                                        span_equal(member->key, SPAN("after")));
		json_key(out, member->key);
		if (is_text)
			json_string(out, member->raw);
		else
			json_raw(out, member->raw);
	}
	json_object_end(out);
}

static enum err
answer_flatten(struct call *call)
{
	struct json *root = NULL;
	enum err     err  = json_parse(call->answer, call->arena, &root, &call->refusal);
	if (err)
		return err;
	struct json_out out;
	json_open(&out, call->arena);
	json_object(&out);
	json_key(&out, SPAN("audit"));
	json_array(&out);
	const struct json *list = json_member(root, SPAN("audit"));
	for (const struct json *record = list ? list->first : NULL; record; record = record->next)
		record_flatten(&out, record);
	json_array_end(&out);
	csv_next_keep(&out, root);
	json_object_end(&out);
	call->answer = json_close(&out);
	return ERR_NONE;
}

enum err
handle_audit_list(struct call *call)
{
	enum err err = engine_audit_list(call->engine, &call->question, call->arena, &call->answer,
	                                 &call->refusal);
	return !err && call->wants_csv ? answer_flatten(call) : err;
}

/* ---- proof ---- */

static enum err
work_finish(struct call *call)
{
	(void)call;
	return ERR_NONE;
}

static void
verify_work(struct call *call)
{
	call->worked = engine_audit_verify(call->engine, call->question.id, call->arena,
	                                   &call->answer, &call->refusal);
}

enum err
handle_audit_verify(struct call *call)
{
	struct json *root = NULL;
	call->question.id = SPAN("");
	if (call->body.size > 0) {
		enum err err = json_parse(call->body, call->arena, &root, &call->refusal);
		if (err)
			return err;
	}
	const struct json *head = json_member(root, SPAN("head"));
	if (head && head->kind != JSON_STRING)
		return call_refuse(call, ERR_FIELD_TYPE, SPAN("head"), SPAN("head is a text"));
	if (head)
		call->question.id = head->text;
	return call_work(call, verify_work, work_finish);
}

/* ---- all of it ---- */

/* Has memory of its own, for the client may leave while the engine is reading. */
struct export
{
	struct engine      *engine;
	struct http_stream *stream;
};

static enum err
export_write(void *context, struct span bytes)
{
	const struct export *export = context;
	return stream_write(export->stream, bytes);
}

static void
export_run(void *context)
{
	struct export *export = context;
	struct memory memory  = system_memory();
	enum err      err     = engine_audit_export(export->engine, export_write, export, NULL);
	stream_end(export->stream, err == ERR_NONE);
	memory.give(memory.owner, export, sizeof(*export));
}

enum err
handle_audit_export(struct call *call)
{
	struct memory memory       = system_memory();
	struct export *export      = memory.take(memory.owner, sizeof(*export));
	struct http_stream *stream = stream_open();
	*export                    = (struct export){ call->engine, stream };
	enum err err               = api_thread(call->api, export_run, export);
	if (err) {
		stream_end(stream, false);
		stream_drop(stream);
		memory.give(memory.owner, export, sizeof(*export));
		return call_refuse(call, err, SPAN(""), SPAN(""));
	}
	call->stream       = stream;
	call->content_type = "application/x-ndjson";
	return ERR_NONE;
}
