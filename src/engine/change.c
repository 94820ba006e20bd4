/* change.c - one change of control data, at most once for each Idempotency-Key.
 *
 * The answer is stored in the same commit as the change it answers, so a retry after
 * any crash either finds both or neither. */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "engine/engine_int.h"

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
	*begun = (struct change_begun){ .engine = engine };
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

enum err
change_commit(const struct change_begun *begun, struct span key, struct span value,
              struct span answer, struct arena *arena, struct refusal *refusal)
{
	struct store_write writes[2] = { { .space = SPACE_CONTROL, .key = key, .value = value } };
	uint32_t           count     = 1;
	if (begun->record_key.size > 0) {
		struct text text;
		text_open(&text, arena);
		text_add(&text, (struct span){ (const char *)&begun->request_hash, 8 });
		text_add(&text, answer);
		writes[count++] = (struct store_write){ .space = SPACE_CONTROL,
			                                .key   = begun->record_key,
			                                .value = text_span(&text) };
	}
	enum err err = engine_commit(begun->engine, writes, count);
	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN(""), store_complaint(begun->engine->store));
	return ERR_NONE;
}

void
change_end(struct change_begun *begun)
{
	pthread_mutex_unlock(&begun->engine->change_lock);
}
