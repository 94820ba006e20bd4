/* change.c - one change of control data, at most once for each Idempotency-Key, and never
 * without its record in the audit trail.
 *
 * The answer is stored in the same commit as the change it answers, so a retry after
 * any crash either finds both or neither. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "engine/audit_int.h"
#include "engine/notify_int.h"

/* Kind, two names that hold no zero byte, and a number: 'c' acme 0 acme-2026 0 00..07. */
struct span
control_key(char kind, struct span a, struct span b, uint64_t sequence, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add_char(&text, kind);
	text_add(&text, a);
	text_add_char(&text, '\0');
	text_add(&text, b);
	text_add_char(&text, '\0');
	text_add(&text, log_key(sequence, arena));
	return text_span(&text);
}

struct store_write
control_write(struct span key, struct span value)
{
	return (struct store_write){ .space = SPACE_CONTROL, .key = key, .value = value };
}

static struct span
idempotency_key(const struct change *change, struct span route, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add(&text, change->actor);
	text_add_char(&text, '\0');
	text_add(&text, route);
	text_add_char(&text, '\0');
	text_add(&text, change->idempotency_key);
	XXH128_hash_t hash = XXH3_128bits(text.at, text.size);
	struct text   key;
	text_open(&key, arena);
	text_add_char(&key, 'i');
	text_add(&key, log_key(hash.high64, arena));
	text_add(&key, log_key(hash.low64, arena));
	return text_span(&key);
}

/* The stored record: 8 bytes hash of the request, then the answer. */
static enum err
find_first_answer(struct change_begun *begun, struct arena *arena, struct span *answer,
                  struct refusal *refusal)
{
	struct store *store = begun->engine->store;
	struct span   value;
	enum err      err = store->ops->get(store, SPACE_CONTROL, begun->record_key, arena, &value);
	if (err == ERR_NOT_FOUND)
		return ERR_NONE;
	if (err == ERR_NONE && value.size < 8)
		err = ERR_STORE_DAMAGED;
	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN(""), store_complaint(store));
	if (memcmp(value.at, &begun->request_hash, 8) != 0)
		return refuse(refusal, ERR_IDEMPOTENCY_REUSED, SPAN("Idempotency-Key"), SPAN(""));
	*answer         = (struct span){ value.at + 8, value.size - 8 };
	begun->replayed = true;
	return ERR_NONE;
}

enum err
change_begin(struct engine *engine, const struct change *change, struct span route,
             struct span request, struct arena *arena, struct change_begun *begun,
             struct span *answer, struct refusal *refusal)
{
	*begun = (struct change_begun){ .engine = engine, .change = change };
	pthread_mutex_lock(&engine->change_lock);
	if (change->idempotency_key.size == 0)
		return ERR_NONE;
	begun->record_key   = idempotency_key(change, route, arena);
	begun->request_hash = XXH3_64bits(request.at, request.size);
	enum err err        = find_first_answer(begun, arena, answer, refusal);
	if (err != ERR_NONE)
		change_end(begun);
	return err;
}

static struct store_write
answer_write(const struct change_begun *begun, struct span answer, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add(&text, (struct span){ (const char *)&begun->request_hash, 8 });
	text_add(&text, answer);
	return control_write(begun->record_key, text_span(&text));
}

/* ---- what waits for a flush ---- */

struct pending {
	struct arena       *arena;
	struct store_write *writes; /* no key twice */
	uint32_t            count;
	uint32_t            capacity;
	struct errand      *errands;
	uint32_t            errands_count;
	uint32_t            errands_capacity;
};

void
change_gather(struct change_begun *begun, struct arena *arena)
{
	CHECK(begun->pending == NULL && begun->record_key.size == 0);
	begun->pending        = arena_take_zeroed(arena, sizeof(*begun->pending));
	begun->pending->arena = arena;
}

/* From the newest: what is asked for was mostly put just before. */
static struct store_write *
pending_find(const struct pending *pending, struct span key)
{
	for (uint32_t i = pending->count; i-- > 0;) {
		if (span_equal(pending->writes[i].key, key))
			return &pending->writes[i];
	}
	return NULL;
}

static void
pending_put(struct pending *pending, const struct store_write *writes, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct store_write *was = pending_find(pending, writes[i].key);
		CHECK(writes[i].space == SPACE_CONTROL && !writes[i].remove);
		if (was) {
			*was = writes[i];
			continue;
		}
		pending->writes = arena_grow(pending->arena, pending->writes, pending->count,
		                             &pending->capacity, sizeof(*pending->writes));
		pending->writes[pending->count++] = writes[i];
	}
}

enum err
change_read(const struct change_begun *begun, struct span key, struct arena *arena,
            struct span *value)
{
	struct store             *store = begun->engine->store;
	const struct store_write *waits = begun->pending ? pending_find(begun->pending, key) : NULL;
	if (!waits)
		return store->ops->get(store, SPACE_CONTROL, key, arena, value);
	*value = waits->value;
	return ERR_NONE;
}

enum err
change_read_number(const struct change_begun *begun, struct span key, struct arena *arena,
                   uint64_t *number)
{
	struct span value;
	enum err    err = change_read(begun, key, arena, &value);

	*number = 0;
	if (err == ERR_NOT_FOUND)
		return ERR_NONE;
	if (err == ERR_NONE && value.size != LOG_KEY_SIZE)
		err = ERR_STORE_DAMAGED;
	if (err == ERR_NONE)
		*number = log_key_read(value.at);
	return err;
}

void
change_errands(const struct change_begun *begun, const struct errand *errands, uint32_t count)
{
	struct pending *pending = begun->pending;
	for (uint32_t i = 0; i < count; i++) {
		if (!pending) {
			outbox_add(begun->engine, &errands[i]);
			continue;
		}
		pending->errands =
			arena_grow(pending->arena, pending->errands, pending->errands_count,
		                   &pending->errands_capacity, sizeof(*pending->errands));
		pending->errands[pending->errands_count++] = errands[i];
	}
}

/* ---- one commit ---- */

/* Everything of one change. */
struct prepared {
	struct store_write *writes;
	uint32_t            count;
	struct audit_entry  audit;
};

static enum err
change_prepare(const struct change_begun *begun, const struct change_note *note,
               const struct store_write *writes, uint32_t writes_count, struct span answer,
               struct arena *arena, struct prepared *prepared)
{
	enum err err = audit_prepare(begun, note, arena, &prepared->audit);
	if (err != ERR_NONE)
		return err;
	uint32_t            count = writes_count;
	struct store_write *all =
		ARENA_ARRAY(arena, struct store_write, writes_count + 1 + AUDIT_WRITES);
	for (uint32_t i = 0; i < writes_count; i++)
		all[i] = writes[i];
	if (begun->record_key.size > 0)
		all[count++] = answer_write(begun, answer, arena);
	for (uint32_t i = 0; i < prepared->audit.writes_count; i++)
		all[count++] = prepared->audit.writes[i];
	prepared->writes = all;
	prepared->count  = count;
	return ERR_NONE;
}

enum err
change_commit(const struct change_begun *begun, const struct change_note *note,
              const struct store_write *writes, uint32_t writes_count, struct span answer,
              struct arena *arena, struct refusal *refusal)
{
	struct engine  *engine = begun->engine;
	struct prepared prepared;
	enum err err = change_prepare(begun, note, writes, writes_count, answer, arena, &prepared);
	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN("audit"), store_complaint(engine->store));
	if (begun->pending)
		pending_put(begun->pending, prepared.writes, prepared.count);
	else
		err = engine_commit(engine, prepared.writes, prepared.count);
	audit_settle(engine, &prepared.audit, err);
	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN(""), store_complaint(engine->store));
	return ERR_NONE;
}

/* The records of the audit trail were numbered already: when they do not come to be, the next
 * change looks up what is there. */
enum err
change_flush(struct change_begun *begun, struct refusal *refusal)
{
	struct engine  *engine  = begun->engine;
	struct pending *pending = begun->pending;
	enum err        err     = ERR_NONE;
	CHECK(pending != NULL);
	begun->pending = NULL;
	if (pending->count > 0)
		err = engine_commit(engine, pending->writes, pending->count);
	if (err != ERR_NONE) {
		engine->audit_stale = true;
		return refuse(refusal, err, SPAN(""), store_complaint(engine->store));
	}
	for (uint32_t i = 0; i < pending->errands_count; i++)
		outbox_add(engine, &pending->errands[i]);
	return ERR_NONE;
}

void
change_drop(struct change_begun *begun)
{
	begun->engine->audit_stale = true;
	begun->pending             = NULL;
}

void
change_end(struct change_begun *begun)
{
	revision_changed(begun->engine);
	pthread_mutex_unlock(&begun->engine->change_lock);
}
