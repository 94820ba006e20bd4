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

enum err
handle_events_post(struct call *call)
{
	call->ingest = (struct ingest){
		.body     = call->body,
		.format   = format_of(call->media),
		.account  = span_of(call->grant.account),
		.receipts = call->receipts,
		.done     = ingest_done,
		.context  = call,
	};
	/* Put off first: the batch may be done before engine_ingest returns. */
	call->finish = events_finish;
	http_defer(call->request);
	enum err err    = engine_ingest(call->engine, &call->ingest, &call->refusal);
	call->ingesting = !err;
	return err;
}

enum err
handle_events_list(struct call *call)
{
	return engine_events(call->engine, &call->question, call->arena, &call->answer,
	                     &call->refusal);
}
