/* change.c - one change of control data, at most once for each Idempotency-Key, and never
 * without its record in the audit trail.
 *
 * The answer is stored in the same commit as the change it answers, so a retry after
 * any crash either finds both or neither. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "engine/audit_int.h"

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

enum err
change_commit(const struct change_begun *begun, const struct change_note *note,
              const struct store_write *writes, uint32_t writes_count, struct span answer,
              struct arena *arena, struct refusal *refusal)
{
	struct engine      *engine = begun->engine;
	struct store_write *all =
		ARENA_ARRAY(arena, struct store_write, writes_count + 1 + AUDIT_WRITES);
	struct audit_entry audit;
	uint32_t           count = writes_count;
	enum err           err   = audit_prepare(engine, begun->change, note, arena, &audit);
	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN("audit"), store_complaint(engine->store));
	for (uint32_t i = 0; i < writes_count; i++)
		all[i] = writes[i];
	if (begun->record_key.size > 0)
		all[count++] = answer_write(begun, answer, arena);
	for (uint32_t i = 0; i < audit.writes_count; i++)
		all[count++] = audit.writes[i];
	err = engine_commit(engine, all, count);
	audit_settle(engine, &audit, err);
	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN(""), store_complaint(engine->store));
	return ERR_NONE;
}

void
change_end(struct change_begun *begun)
{
	pthread_mutex_unlock(&begun->engine->change_lock);
}
