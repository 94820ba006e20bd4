/* list.c - lists that are imported: from a request to an engine, and errors back. */
#include "api/list.h"

#include "api/problem.h"
#include "core/json/json_read.h"

static void
import_work(struct call *call)
{
	struct list_request request = {
		.body    = call->body,
		.format  = call->media == MEDIA_CSV ? LIST_FORMAT_CSV : LIST_FORMAT_JSON,
		.mapping = call->map,
		.preview = call->preview,
	};
	call->worked = call->importer(call->engine, &call->change, call->path.account, &request,
	                              call->arena, &call->answer, &call->refusal);
}

static enum err
import_finish(struct call *call)
{
	struct json *root = NULL;
	enum err     err  = json_parse(call->answer, call->arena, &root, NULL);
	CHECK(err == ERR_NONE);
	const struct json *errors = json_member(root, SPAN("errors"));
	if (errors) {
		call->status       = err_http_status(ERR_LIST_REFUSED);
		call->content_type = "application/problem+json";
		call->answer = problem_write_list(errors->raw, call->request->path, call->arena);
	}
	return ERR_NONE;
}

enum err
list_import(struct call *call, list_importer *importer)
{
	call->importer = importer;
	return call_work(call, import_work, import_finish);
}
