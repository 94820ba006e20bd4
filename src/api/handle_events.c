/* handle_events.c - events in, and the list of those that were stored. */
#include "api/call.h"
#include "api/handle.h"

static enum event_format
format_of(enum media media)
{
	if (media == MEDIA_EVENT)
		return FORMAT_EVENT;
	CHECK(media == MEDIA_BATCH || media == MEDIA_NDJSON);
	return media == MEDIA_BATCH ? FORMAT_BATCH : FORMAT_NDJSON;
}

/* On the committing thread: only wake the connection's own. */
static void
ingest_done(struct ingest *ingest)
{
	struct call *call = ingest->context;
	http_resume(call->request);
}

static enum err
events_finish(struct call *call)
{
	if (call->ingest.err)
		return call->ingest.err;
	call->answer = ingest_answer(&call->ingest, call->arena);
	return ERR_NONE;
}

/* Put off first: the batch may be done, and the call answered and gone, before
 * engine_ingest returns. */
enum err
handle_events_post(struct call *call)
{
	call_defer(call, events_finish);
	call->ingest = (struct ingest){
		.body     = call->body,
		.format   = format_of(call->media),
		.account  = span_of(call->caller.key.account),
		.receipts = call->receipts,
		.done     = ingest_done,
		.context  = call,
	};
	call->ingesting = true;
	return engine_ingest(call->engine, &call->ingest, &call->refusal);
}

enum err
handle_events_list(struct call *call)
{
	return engine_events(call->engine, &call->question, call->arena, &call->answer,
	                     &call->refusal);
}
