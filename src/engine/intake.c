/* intake.c - a body of bytes becomes a queued batch of checked events.
 *
 * Runs on the caller's thread, so decoding uses as many cores as there are callers. */
#include <stdlib.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "engine/engine_int.h"

#include "core/base/limit.h"
#include "edge/sys/memory.h"

struct intake *
intake_take(struct engine *engine)
{
	pthread_mutex_lock(&engine->queue_lock);
	struct intake *intake = engine->spare_intakes;
	if (intake)
		engine->spare_intakes = intake->next;
	uint32_t number = intake ? 0 : ++engine->intakes_made;
	pthread_mutex_unlock(&engine->queue_lock);
	if (intake)
		return intake;
	intake = calloc(1, sizeof *intake);
	CHECK(intake != NULL);
	arena_open(&intake->arena, system_memory());
	intake->decoder = decoder_open(&intake->arena, engine->catalog);
	decoder_number(intake->decoder, number);
	return intake;
}

void
intake_give(struct engine *engine, struct intake *intake)
{
	pthread_mutex_lock(&engine->queue_lock);
	intake->next          = engine->spare_intakes;
	engine->spare_intakes = intake;
	pthread_mutex_unlock(&engine->queue_lock);
}

enum { RESERVE_MIN = 64 << 10, RESERVE_MAX = 32 << 20, RESERVE_SPARED = 64 };

/* Events take a little more than twice the room of their texts. Room that is taken at once
 * is kept over the arena's reset as it is, and a power of two serves the next body too:
 * fresh memory costs more than what is done with it. */
static void
batch_reserve(struct ingest_batch *batch)
{
	size_t room = RESERVE_MIN;
	while (room < batch->ingest->body.size / 2 * 5 && room < RESERVE_MAX)
		room *= 2;
	size_t size = room - RESERVE_SPARED; /* with the arena's own: whole pages */
	if (size <= batch->arena.size_held)
		return;
	(void)arena_take(&batch->arena, size);
	arena_reset(&batch->arena);
}

static struct ingest_batch *
batch_take(struct engine *engine, struct ingest *ingest)
{
	pthread_mutex_lock(&engine->queue_lock);
	struct ingest_batch *batch = engine->spare_batches;
	if (batch)
		engine->spare_batches = batch->next;
	pthread_mutex_unlock(&engine->queue_lock);
	if (batch == NULL) {
		batch = calloc(1, sizeof *batch);
		CHECK(batch != NULL);
		arena_open(&batch->arena, system_memory());
	}
	*batch = (struct ingest_batch){ .arena    = batch->arena,
		                        .ingest   = ingest,
		                        .received = engine_now(engine) };
	batch_reserve(batch);
	return batch;
}

/* Arenas that grew far beyond the usual are returned to the system at once. */
enum { BATCH_KEPT_SIZE = 64 << 20 };

void
ingest_release(struct engine *engine, struct ingest *ingest)
{
	struct ingest_batch *batch = ingest->batch;
	if (batch == NULL)
		return;
	ingest->batch = NULL;
	if (batch->arena.size_held > BATCH_KEPT_SIZE) {
		arena_close(&batch->arena);
		free(batch);
		return;
	}
	arena_reset(&batch->arena);
	pthread_mutex_lock(&engine->queue_lock);
	batch->next           = engine->spare_batches;
	engine->spare_batches = batch;
	pthread_mutex_unlock(&engine->queue_lock);
}

void
batch_free_all(struct engine *engine)
{
	for (struct ingest_batch *batch = engine->spare_batches, *next; batch; batch = next) {
		next = batch->next;
		arena_close(&batch->arena);
		free(batch);
	}
	for (struct intake *intake = engine->spare_intakes, *next; intake; intake = next) {
		next = intake->next;
		arena_close(&intake->arena);
		free(intake);
	}
	engine->spare_batches = NULL;
	engine->spare_intakes = NULL;
}

/* Twice the room for an array of an arena, old content kept. */
static void *
wider(struct arena *arena, const void *old, size_t old_size, size_t new_size)
{
	void *piece = arena_take(arena, new_size);
	if (old_size)
		memcpy(piece, old, old_size);
	return piece;
}

static void
batch_verdict(struct ingest_batch *batch, uint32_t index, enum verdict verdict)
{
	if (!batch->ingest->receipts)
		return;
	if (index >= batch->verdicts_capacity) {
		uint32_t capacity = index < 512 ? 1024 : index * 2;
		batch->verdicts =
			wider(&batch->arena, batch->verdicts, batch->verdicts_capacity, capacity);
		batch->verdicts_capacity = capacity;
	}
	batch->verdicts[index] = (uint8_t)verdict;
}

static void
batch_widen(struct ingest_batch *batch)
{
	size_t count    = batch->events_count;
	size_t capacity = count ? count * 2 : 64;
	batch->events   = wider(&batch->arena, batch->events, count * sizeof *batch->events,
	                        capacity * sizeof *batch->events);
	batch->index    = wider(&batch->arena, batch->index, count * sizeof *batch->index,
	                        capacity * sizeof *batch->index);
	batch->identities =
		wider(&batch->arena, batch->identities, count * sizeof *batch->identities,
	              capacity * sizeof *batch->identities);
	batch->events_capacity = (uint32_t)capacity;
}

/* event lives in the batch's arena. Identified here, while its text is in the cache. */
static void
batch_add(const struct engine *engine, struct ingest_batch *batch, struct event *event,
          uint32_t index)
{
	if (batch->events_count == batch->events_capacity)
		batch_widen(batch);
	uint32_t i           = batch->events_count++;
	batch->events[i]     = event;
	batch->index[i]      = index;
	batch->identities[i] = event_identity(engine, event);
	batch->retractions_count += event_is_retraction(event);
	batch_verdict(batch, index, VERDICT_ACCEPTED);
}

void
batch_reject(struct ingest_batch *batch, const struct refusal *refusal)
{
	batch->ingest->counts.rejected++;
	if (batch->errors_count < LIMIT_RECEIPT_ERRORS) {
		if (batch->errors == NULL)
			batch->errors =
				ARENA_ARRAY(&batch->arena, struct refusal, LIMIT_RECEIPT_ERRORS);
		batch->errors[batch->errors_count++] = *refusal;
	}
	batch_verdict(batch, (uint32_t)refusal->index, VERDICT_REJECTED);
}

/* Accounts that this batch has met, so that the lock is not taken for every event. One
 * that finds its place taken looks at the next few. */
enum { MET_BITS = 8, MET_ACCOUNTS = 1 << MET_BITS, MET_PROBES = 4 };

struct met_account {
	struct span id;
	char        currency[4];
};

/* The place of account: its own, else a free one, else one that is given up. */
static struct met_account *
met_place(struct met_account met[MET_ACCOUNTS], struct span account, bool *known)
{
	uint64_t home = XXH3_64bits(account.at, account.size) >> (64 - MET_BITS);
	for (uint64_t probe = 0;; probe++) {
		struct met_account *place = &met[(home + probe) % MET_ACCOUNTS];
		*known                    = place->id.at != NULL && span_equal(place->id, account);
		if (*known || place->id.at == NULL || probe + 1 == MET_PROBES)
			return place;
	}
}

static enum err
meet_account(struct engine *engine, struct met_account met[MET_ACCOUNTS], const struct event *event,
             const struct met_account **account, struct refusal *refusal)
{
	bool                known;
	struct met_account *place = met_place(met, event->account, &known);
	if (!known) {
		if (!control_account_known(engine, event->account, place->currency))
			return refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
		place->id = event->account;
	}
	*account = place;
	return ERR_NONE;
}

/* What only the engine knows: is there such an account, and is the money its money. */
static enum err
admit(struct engine *engine, struct met_account met[MET_ACCOUNTS], const struct event *event,
      struct refusal *refusal)
{
	const struct met_account *account = NULL;
	enum err                  err     = meet_account(engine, met, event, &account, refusal);
	if (err != ERR_NONE || event->type == NULL || !event->type->checks_currency)
		return err;
	int32_t field = catalog_field_find(event->type, SPAN("currency"));
	if (field < 0 || event->field[field].size == 0 ||
	    span_equal(event->field[field], span_of(account->currency)))
		return ERR_NONE;
	return refuse(refusal, ERR_CURRENCY_OTHER, SPAN("data.currency"), SPAN(""));
}

/* The account that came with the key stands in the stored event like any other, so the
 * log can be read without knowing who sent it. */
static enum err
name_account(struct intake *intake, struct ingest_batch *batch, struct event *event)
{
	struct text text;
	text_open(&text, &batch->arena);
	text_add(&text, SPAN("{\"account\":\""));
	text_add(&text, event->account);
	text_add(&text, SPAN("\","));
	text_add(&text, (struct span){ event->raw.at + 1, event->raw.size - 1 });
	return decode_stored(intake->decoder, text_span(&text), batch->received, &batch->arena,
	                     event);
}

static bool
unreadable(enum err err)
{
	return err == ERR_JSON_SYNTAX || err == ERR_JSON_ENCODING || err == ERR_JSON_TRUNCATED ||
	       err == ERR_JSON_TOO_DEEP;
}

/* Walk the body. Returns ERR_NOTHING_READ with the first reason when no item of it was
 * JSON at all. */
static enum err
batch_decode(struct engine *engine, struct ingest_batch *batch, struct intake *intake,
             struct refusal *refusal)
{
	struct ingest      *ingest = batch->ingest;
	struct decode_rules rules  = {
		 .catalog        = engine->catalog,
		 .now            = batch->received,
		 .max_ahead      = engine->settings.max_ahead,
		 .horizon        = { (int64_t)engine->settings.horizon_days * 24 * NS_PER_HOUR },
		 .keep_unknown   = engine->settings.keep_unknown,
		 .event_size_max = LIMIT_EVENT_SIZE,
		 .events_max     = LIMIT_BATCH_EVENTS,
		 .account        = ingest->account,
	};
	struct decode_cursor cursor;
	decode_begin(&cursor, intake->decoder, &rules, ingest->body, ingest->format);

	struct met_account met[MET_ACCOUNTS] = { 0 };
	uint32_t           readable          = 0;
	struct refusal     first             = { .err = ERR_NONE };
	struct event      *event             = NULL;
	for (;;) {
		struct refusal why;
		uint32_t       index = (uint32_t)cursor.index;
		if (event == NULL)
			event = arena_take(&batch->arena, sizeof *event);
		enum decode_verdict verdict = decode_next(&cursor, &batch->arena, event, &why);
		if (verdict == DECODE_END)
			break;
		batch->items_count = index + 1;
		if (verdict == DECODE_EVENT && admit(engine, met, event, &why) == ERR_NONE) {
			readable++;
			if (event->account.at == ingest->account.at && event->account.size != 0) {
				enum err err = name_account(intake, batch, event);
				CHECK(err == ERR_NONE); /* it decoded a moment ago */
			}
			batch_add(engine, batch, event, index);
			event = NULL;
			continue;
		}
		why.index = index;
		readable += !unreadable(why.err);
		if (first.err == ERR_NONE)
			first = why;
		batch_reject(batch, &why);
	}
	if (readable > 0)
		return ERR_NONE;
	if (first.err == ERR_NONE)
		return refuse(refusal, ERR_NOTHING_READ, SPAN(""), SPAN("the body is empty"));
	if (refusal) {
		*refusal     = first;
		refusal->err = ERR_NOTHING_READ;
	}
	return ERR_NOTHING_READ;
}

static enum err
may_enter(struct engine *engine, size_t size, struct refusal *refusal)
{
	enum err err = ERR_NONE;
	pthread_mutex_lock(&engine->queue_lock);
	if (engine->stopping)
		err = ERR_STORE_CLOSING;
	else if (engine->fault != ERR_NONE)
		err = engine->fault;
	else if (engine->queue_size + size > LIMIT_QUEUE_SIZE && engine->queue_size > 0)
		err = ERR_TOO_MANY_REQUESTS;
	else
		engine->queue_size += size;
	pthread_mutex_unlock(&engine->queue_lock);
	return err == ERR_NONE ? err : refuse(refusal, err, SPAN(""), SPAN(""));
}

static void
leave(struct engine *engine, size_t size)
{
	pthread_mutex_lock(&engine->queue_lock);
	engine->queue_size -= size;
	pthread_mutex_unlock(&engine->queue_lock);
}

static void
count_rejected(struct engine *engine, const struct ingest_batch *batch)
{
	pthread_mutex_lock(&engine->metrics_lock);
	engine->metrics.counts.rejected += batch->ingest->counts.rejected;
	for (uint32_t i = 0; i < batch->errors_count; i++)
		engine->metrics.rejected_by[batch->errors[i].err]++;
	pthread_mutex_unlock(&engine->metrics_lock);
}

/* The packer is woken for the first of a queue and when there is enough to pack ahead;
 * in between it learns of more when the committer is free. */
static void
enqueue(struct engine *engine, struct ingest_batch *batch)
{
	pthread_mutex_lock(&engine->queue_lock);
	bool first = engine->queue_first == NULL;
	if (first)
		engine->queue_first = batch;
	else
		engine->queue_last->next = batch;
	engine->queue_last = batch;
	engine->queue_batches++;
	engine->queue_events += batch->events_count;
	if (first || engine->queue_events >= PACK_AHEAD_EVENTS)
		pthread_cond_signal(&engine->queue_changed);
	pthread_mutex_unlock(&engine->queue_lock);
}

enum err
engine_ingest(struct engine *engine, struct ingest *ingest, struct refusal *refusal)
{
	ingest->err    = ERR_NONE;
	ingest->counts = (struct ingest_counts){ 0 };
	ingest->batch  = NULL;
	size_t   size  = ingest->body.size;
	enum err err   = may_enter(engine, size, refusal);
	if (err != ERR_NONE)
		return err;

	struct ingest_batch *batch  = batch_take(engine, ingest);
	struct intake       *intake = intake_take(engine);
	batch->size                 = size;
	ingest->batch               = batch;
	err                         = batch_decode(engine, batch, intake, refusal);
	intake_give(engine, intake);
	count_rejected(engine, batch);
	if (err != ERR_NONE || batch->events_count == 0) {
		leave(engine, size);
		if (err != ERR_NONE)
			ingest_release(engine, ingest);
		else
			ingest->done(ingest);
		return err;
	}

	enqueue(engine, batch);
	return ERR_NONE;
}

/* ---- and wait ---- */

struct waiter {
	pthread_mutex_t lock;
	pthread_cond_t  changed;
	bool            done;
};

static void
waiter_done(struct ingest *ingest)
{
	struct waiter *waiter = ingest->context;
	pthread_mutex_lock(&waiter->lock);
	waiter->done = true;
	pthread_cond_signal(&waiter->changed);
	pthread_mutex_unlock(&waiter->lock);
}

enum err
engine_ingest_wait(struct engine *engine, struct ingest *ingest, struct refusal *refusal)
{
	struct waiter waiter = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false };
	ingest->done         = waiter_done;
	/* It is waited for below, so the batch does not outlive it. */
	/* cppcheck-suppress autoVariables */
	ingest->context = &waiter;
	enum err err    = engine_ingest(engine, ingest, refusal);
	if (err == ERR_NONE) {
		pthread_mutex_lock(&waiter.lock);
		while (!waiter.done)
			pthread_cond_wait(&waiter.changed, &waiter.lock);
		pthread_mutex_unlock(&waiter.lock);
		if (ingest->err != ERR_NONE)
			err = refuse(refusal, ingest->err, SPAN(""), SPAN(""));
	}
	pthread_cond_destroy(&waiter.changed);
	pthread_mutex_destroy(&waiter.lock);
	return err;
}

/* ---- the answer ---- */

static void
write_error(struct json_out *out, const struct refusal *error)
{
	json_object(out);
	json_key_uint(out, SPAN("index"), error->index);
	if (error->field[0] != '\0')
		json_key_string(out, SPAN("field"), span_of(error->field));
	if (error->byte != REFUSAL_NO_BYTE)
		json_key_uint(out, SPAN("byte"), error->byte);
	json_key_string(out, SPAN("code"), err_name(error->err));
	json_key_string(out, SPAN("reason"), span_of(error->detail));
	json_object_end(out);
}

static void
write_receipts(struct json_out *out, const struct ingest_batch *batch)
{
	static const struct span names[] = {
		[VERDICT_ACCEPTED]  = { "accepted", 8 },
		[VERDICT_DUPLICATE] = { "duplicate", 9 },
		[VERDICT_REJECTED]  = { "rejected", 8 },
	};
	json_key(out, SPAN("receipts"));
	json_array(out);
	for (uint32_t i = 0; i < batch->items_count; i++)
		json_string(out, names[batch->verdicts[i]]);
	json_array_end(out);
}

struct span
ingest_answer(const struct ingest *ingest, struct arena *arena)
{
	struct json_out out;
	json_open(&out, arena);
	json_object(&out);
	json_key_uint(&out, SPAN("accepted"), ingest->counts.accepted);
	json_key_uint(&out, SPAN("duplicate"), ingest->counts.duplicate);
	json_key_uint(&out, SPAN("conflicting"), ingest->counts.conflicting);
	json_key_uint(&out, SPAN("rejected"), ingest->counts.rejected);
	json_key(&out, SPAN("errors"));
	json_array(&out);
	for (uint32_t i = 0; ingest->batch && i < ingest->batch->errors_count; i++)
		write_error(&out, &ingest->batch->errors[i]);
	json_array_end(&out);
	if (ingest->receipts && ingest->batch)
		write_receipts(&out, ingest->batch);
	json_object_end(&out);
	return json_close(&out);
}
