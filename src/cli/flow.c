/* flow.c - slices of a file on their way into an engine or to a server, several at once. */
#include "cli/flow.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/limit.h"
#include "edge/sys/memory.h"

struct flow {
	struct client    *client;
	struct span       account;
	struct flow_slice slices[FLOW_SLICES]; /* used in turn */
	uint32_t          next;                /* to fill */
	uint32_t          sent;                /* handed over so far, ... */
	uint32_t          begun;               /* ... and begun by a worker */
	bool              ending;
	pthread_mutex_t   lock;
	pthread_cond_t    changed;
	pthread_t         workers[FLOW_WORKERS];
	uint32_t          workers_count;
};

/* ---- pieces ---- */

/* The end of the first count lines of text, and how many line ends that are. */
static size_t
lines_end(struct span text, uint64_t count, uint64_t *lines)
{
	const char *at = text.at, *end = text.at + text.size;

	for (*lines = 0; *lines < count && at < end; ++*lines) {
		const char *found = memchr(at, '\n', (size_t)(end - at));
		if (!found)
			return text.size;
		at = found + 1;
	}
	return (size_t)(at - text.at);
}

static void
pieces_cut(struct flow_slice *slice)
{
	struct span body     = slice->source.body;
	uint32_t    capacity = 4;
	size_t      offset   = 0;

	slice->pieces_count = 0;
	slice->pieces       = ARENA_ARRAY(&slice->arena, struct flow_piece, capacity);
	while (offset < body.size) {
		struct span rest  = { body.at + offset, body.size - offset };
		uint64_t    lines = 0;
		size_t      size  = lines_end(rest,
                                        slice->source.format == FORMAT_NDJSON
		                                      ? (uint64_t)LIMIT_BATCH_EVENTS
		                                      : UINT64_MAX,
		                              &lines);
		if (slice->pieces_count == capacity) {
			struct flow_piece *wider =
				ARENA_ARRAY(&slice->arena, struct flow_piece, capacity * 2);
			memcpy(wider, slice->pieces, capacity * sizeof(*wider));
			slice->pieces = wider;
			capacity *= 2;
		}
		slice->pieces[slice->pieces_count++] = (struct flow_piece){
			.ingest = { .body    = { rest.at, size },
			            .format  = slice->source.format,
			            .account = slice->flow->account },
			.offset = offset,
			.lines  = lines,
			.slice  = slice,
		};
		offset += size;
	}
}

/* ---- sending ---- */

static void
pending_drop(struct flow_slice *slice)
{
	struct flow *flow = slice->flow;

	pthread_mutex_lock(&flow->lock);
	CHECK(slice->pending > 0);
	if (--slice->pending == 0)
		pthread_cond_broadcast(&flow->changed);
	pthread_mutex_unlock(&flow->lock);
}

static void
piece_done(struct ingest *ingest)
{
	struct flow_piece *piece = ingest->context;
	pending_drop(piece->slice);
}

/* The queue has room for all slices of usual size; a few giant lines must wait. */
static void
piece_ingest(struct flow *flow, struct flow_piece *piece)
{
	const struct timespec pause  = { .tv_nsec = 5000000 };
	struct engine        *engine = flow->client->local.engine;

	piece->ingest.done    = piece_done;
	piece->ingest.context = piece;
	while ((piece->err = engine_ingest(engine, &piece->ingest, &piece->refusal)) ==
	       ERR_TOO_MANY_REQUESTS)
		nanosleep(&pause, NULL);
	if (piece->err != ERR_NONE)
		pending_drop(piece->slice);
}

static void
piece_post(struct flow *flow, struct flow_piece *piece)
{
	static const char *const types[] = {
		[FORMAT_EVENT]  = "application/cloudevents+json",
		[FORMAT_BATCH]  = "application/cloudevents-batch+json",
		[FORMAT_NDJSON] = "application/x-ndjson",
	};
	piece->err =
		client_post_events(flow->client, types[piece->ingest.format], piece->ingest.body,
	                           &piece->slice->arena, &piece->answer, &piece->refusal);
	pending_drop(piece->slice);
}

static void
slice_send(struct flow *flow, struct flow_slice *slice)
{
	pieces_cut(slice);
	pthread_mutex_lock(&flow->lock);
	slice->pending += slice->pieces_count;
	pthread_mutex_unlock(&flow->lock);
	for (uint32_t i = 0; i < slice->pieces_count; i++) {
		if (flow->client->http)
			piece_post(flow, &slice->pieces[i]);
		else
			piece_ingest(flow, &slice->pieces[i]);
	}
	pending_drop(slice);
}

static void *
worker_run(void *context)
{
	struct flow *flow = context;

	for (;;) {
		pthread_mutex_lock(&flow->lock);
		while (flow->begun == flow->sent && !flow->ending)
			pthread_cond_wait(&flow->changed, &flow->lock);
		bool     idle   = flow->begun == flow->sent;
		uint32_t number = idle ? 0 : flow->begun++;
		pthread_mutex_unlock(&flow->lock);
		if (idle)
			return NULL;
		slice_send(flow, &flow->slices[number % FLOW_SLICES]);
	}
}

/* ---- the reader's side ---- */

struct flow *
flow_open(struct client *client, struct span account)
{
	struct flow *flow = calloc(1, sizeof(*flow));

	CHECK(flow != NULL);
	flow->client  = client;
	flow->account = account;
	pthread_mutex_init(&flow->lock, NULL);
	pthread_cond_init(&flow->changed, NULL);
	for (uint32_t i = 0; i < FLOW_SLICES; i++) {
		flow->slices[i].flow = flow;
		arena_open(&flow->slices[i].arena, system_memory());
	}
	/* One connection serves one thread. */
	flow->workers_count = client->http ? 1 : FLOW_WORKERS;
	for (uint32_t i = 0; i < flow->workers_count; i++) {
		int failed = pthread_create(&flow->workers[i], NULL, worker_run, flow);
		CHECK(failed == 0);
	}
	return flow;
}

void
flow_close(struct flow *flow)
{
	pthread_mutex_lock(&flow->lock);
	flow->ending = true;
	pthread_cond_broadcast(&flow->changed);
	pthread_mutex_unlock(&flow->lock);
	for (uint32_t i = 0; i < flow->workers_count; i++)
		pthread_join(flow->workers[i], NULL);
	for (uint32_t i = 0; i < FLOW_SLICES; i++) {
		CHECK(!flow->slices[i].busy);
		source_slice_free(&flow->slices[i].source);
		arena_close(&flow->slices[i].arena);
	}
	pthread_cond_destroy(&flow->changed);
	pthread_mutex_destroy(&flow->lock);
	free(flow);
}

struct flow_slice *
flow_at(struct flow *flow, uint32_t i)
{
	return &flow->slices[(flow->next + i) % FLOW_SLICES];
}

void
flow_send(struct flow *flow, struct flow_slice *slice)
{
	CHECK(!slice->busy && slice == flow_at(flow, 0));
	flow->next++;
	slice->busy    = true;
	slice->pending = 1;
	pthread_mutex_lock(&flow->lock);
	flow->sent++;
	pthread_cond_broadcast(&flow->changed);
	pthread_mutex_unlock(&flow->lock);
}

void
flow_wait(struct flow *flow, struct flow_slice *slice)
{
	CHECK(slice->busy);
	pthread_mutex_lock(&flow->lock);
	while (slice->pending > 0)
		pthread_cond_wait(&flow->changed, &flow->lock);
	pthread_mutex_unlock(&flow->lock);
	for (uint32_t i = 0; i < slice->pieces_count && !flow->client->http; i++) {
		struct flow_piece *piece = &slice->pieces[i];
		if (piece->err == ERR_NONE && piece->ingest.counts.rejected > 0)
			piece->answer = ingest_answer(&piece->ingest, &slice->arena);
	}
}

void
flow_release(struct flow *flow, struct flow_slice *slice)
{
	for (uint32_t i = 0; i < slice->pieces_count && !flow->client->http; i++)
		ingest_release(flow->client->local.engine, &slice->pieces[i].ingest);
	slice->pieces_count = 0;
	slice->busy         = false;
	arena_reset(&slice->arena);
}
