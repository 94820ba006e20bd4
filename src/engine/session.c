/* session.c - what a signed-in browser holds; it begins in sign_in.c.
 *
 * A token is 256 random bits; the store holds its BLAKE2b hash alone, in SPACE_CONTROL
 * under "S" and the hash. The token against forged requests is a keyed hash of the
 * token: only who may read the page's answers can know it. */
#include <sodium.h>

#include "core/base/limit.h"
#include "engine/person_int.h"

enum { TOKEN_BYTES = 32 };

void
token_hash(struct span token, uint8_t hash[SESSION_HASH_SIZE])
{
	crypto_generichash(hash, SESSION_HASH_SIZE, (const uint8_t *)token.at, token.size, NULL, 0);
}

static void
token_text(const uint8_t bytes[TOKEN_BYTES], char text[SESSION_TOKEN_SIZE + 1])
{
	sodium_bin2base64(text, SESSION_TOKEN_SIZE + 1, bytes, TOKEN_BYTES,
	                  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void
token_draw(char token[SESSION_TOKEN_SIZE + 1])
{
	uint8_t random[TOKEN_BYTES];
	randombytes_buf(random, sizeof random);
	token_text(random, token);
	sodium_memzero(random, sizeof random);
}

struct span
session_key(const uint8_t hash[SESSION_HASH_SIZE], struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add_char(&text, 'S');
	text_add(&text, (struct span){ (const char *)hash, SESSION_HASH_SIZE });
	return text_span(&text);
}

/* ---- in memory ---- */

static uint32_t
session_index(const struct sign_ins *sign_ins, const uint8_t hash[SESSION_HASH_SIZE], bool *found)
{
	uint32_t low = 0, high = sign_ins->sessions_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int      order  = memcmp(sign_ins->sessions[middle].hash, hash, SESSION_HASH_SIZE);
		*found          = order == 0;
		if (*found)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*found = false;
	return low;
}

void
session_remember(struct sign_ins *sign_ins, const struct session_entry *session)
{
	bool     found;
	uint32_t at = session_index(sign_ins, session->hash, &found);
	sign_ins->sessions =
		sign_ins_grown(sign_ins->sessions, sign_ins->sessions_count,
	                       &sign_ins->sessions_capacity, sizeof *sign_ins->sessions);
	CHECK(!found);
	memmove(&sign_ins->sessions[at + 1], &sign_ins->sessions[at],
	        (sign_ins->sessions_count - at) * sizeof *sign_ins->sessions);
	sign_ins->sessions[at] = *session;
	sign_ins->sessions_count++;
}

void
session_drop(struct sign_ins *sign_ins, const uint8_t hash[SESSION_HASH_SIZE])
{
	bool     found;
	uint32_t at = session_index(sign_ins, hash, &found);
	if (!found)
		return;
	sign_ins->sessions_count--;
	memmove(&sign_ins->sessions[at], &sign_ins->sessions[at + 1],
	        (sign_ins->sessions_count - at) * sizeof *sign_ins->sessions);
}

struct store_write
session_removal(const struct session_entry *session, struct arena *arena)
{
	return (struct store_write){ .space  = SPACE_CONTROL,
		                     .remove = true,
		                     .key    = session_key(session->hash, arena) };
}

uint32_t
session_writes(const struct engine *engine, const struct person_entry *person, struct arena *arena,
               struct store_write *writes)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < engine->sign_ins->sessions_count; i++) {
		const struct session_entry *session = &engine->sign_ins->sessions[i];
		if (session->person != person)
			continue;
		CHECK(count < LIMIT_SESSIONS);
		writes[count++] = session_removal(session, arena);
	}
	return count;
}

void
session_forget(struct engine *engine, const struct person_entry *person)
{
	struct sign_ins *sign_ins = engine->sign_ins;
	uint32_t         kept     = 0;
	for (uint32_t i = 0; i < sign_ins->sessions_count; i++) {
		if (sign_ins->sessions[i].person != person)
			sign_ins->sessions[kept++] = sign_ins->sessions[i];
	}
	sign_ins->sessions_count = kept;
}

/* ---- at the start ---- */

struct span
session_json(const struct session_entry *session, struct arena *arena)
{
	struct json_out out;
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("email"), session->person->email);
	json_key(&out, SPAN("created"));
	json_instant(&out, session->created);
	json_key(&out, SPAN("expires"));
	json_instant(&out, session->expires);
	json_object_end(&out);
	return json_close(&out);
}

/* One whose person is gone is left to lie: it opens nothing. */
static enum err
session_read(void *context, struct span key, struct span value)
{
	struct engine       *engine = context;
	struct arena         arena;
	struct json         *root;
	struct session_entry session = { .person = NULL };
	enum err             err     = ERR_STORE_DAMAGED;
	arena_open(&arena, engine->control_arena.memory);
	if (key.size == 1 + SESSION_HASH_SIZE &&
	    json_parse(value, &arena, &root, NULL) == ERR_NONE &&
	    instant_parse(person_text(root, SPAN("created")), &session.created, NULL) == ERR_NONE &&
	    instant_parse(person_text(root, SPAN("expires")), &session.expires, NULL) == ERR_NONE) {
		err            = ERR_NONE;
		session.person = person_find(engine, person_text(root, SPAN("email")));
		memcpy(session.hash, key.at + 1, SESSION_HASH_SIZE);
		if (session.person)
			session_remember(engine->sign_ins, &session);
	}
	arena_close(&arena);
	return err;
}

enum err
session_open(struct engine *engine)
{
	return engine->store->ops->scan(engine->store, SPACE_CONTROL, SPAN("S"), SPAN("T"),
	                                session_read, engine);
}

/* ---- being signed in ---- */

static void
csrf_of(struct span token, char csrf[SESSION_TOKEN_SIZE + 1])
{
	uint8_t hash[TOKEN_BYTES];
	crypto_generichash(hash, sizeof hash, (const uint8_t *)"csrf", 4, (const uint8_t *)token.at,
	                   token.size);
	token_text(hash, csrf);
}

enum err
engine_session_check(struct engine *engine, struct span token, struct session_grant *grant)
{
	uint8_t hash[SESSION_HASH_SIZE];
	bool    found;
	if (token.size != SESSION_TOKEN_SIZE)
		return ERR_SESSION;
	token_hash(token, hash);
	struct instant now = engine_now(engine);
	pthread_rwlock_rdlock(&engine->control_lock);
	uint32_t                    at      = session_index(engine->sign_ins, hash, &found);
	const struct session_entry *session = found ? &engine->sign_ins->sessions[at] : NULL;
	found = found && session->expires.ns > now.ns && !session->person->is_disabled;
	if (found) {
		*grant = (struct session_grant){ .is_operator = session->person->is_operator,
			                         .expires     = session->expires };
		memcpy(grant->email, session->person->email.at, session->person->email.size);
	}
	pthread_rwlock_unlock(&engine->control_lock);
	if (!found)
		return ERR_SESSION;
	csrf_of(token, grant->csrf);
	return ERR_NONE;
}

bool
engine_token_equal(struct span a, struct span b)
{
	return a.size == b.size && sodium_memcmp(a.at, b.at, a.size) == 0;
}

enum err
engine_session_end(struct engine *engine, const struct change *change, struct span token,
                   struct arena *arena, struct refusal *refusal)
{
	struct change_begun begun;
	struct span         ignored;
	uint8_t             hash[SESSION_HASH_SIZE];
	bool                found;
	token_hash(token, hash);
	struct change without   = *change;
	without.idempotency_key = SPAN("");
	enum err err = change_begin(engine, &without, SPAN(""), SPAN(""), arena, &begun, &ignored,
	                            refusal);
	if (err != ERR_NONE)
		return err;
	uint32_t at = session_index(engine->sign_ins, hash, &found);
	if (found) {
		const struct session_entry *session = &engine->sign_ins->sessions[at];
		struct store_write          write   = session_removal(session, arena);
		struct change_note          note    = { .what   = SPAN("session.end"),
			                                .id     = session->person->email,
			                                .before = session_json(session, arena) };
		err = change_commit(&begun, &note, &write, 1, SPAN(""), arena, refusal);
	}
	if (found && err == ERR_NONE) {
		pthread_rwlock_wrlock(&engine->control_lock);
		session_drop(engine->sign_ins, hash);
		pthread_rwlock_unlock(&engine->control_lock);
	}
	change_end(&begun);
	return err;
}

enum err
engine_session_show(struct engine *engine, const struct session_grant *grant, struct arena *arena,
                    struct span *answer, struct refusal *refusal)
{
	struct json_out out;
	struct span     email = span_of(grant->email);
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("email"), email);
	pthread_rwlock_rdlock(&engine->control_lock);
	const struct person_entry *person = person_find(engine, email);
	if (person) {
		json_key_string(&out, SPAN("name"), person->name);
		json_key_bool(&out, SPAN("operator"), person->is_operator);
		role_accounts_write(&out, engine, email);
	}
	pthread_rwlock_unlock(&engine->control_lock);
	json_key(&out, SPAN("expires"));
	json_instant(&out, grant->expires);
	json_key_string(&out, SPAN("csrf"), span_of(grant->csrf));
	json_object_end(&out);
	if (!person)
		return refuse(refusal, ERR_SESSION, SPAN(""), SPAN(""));
	*answer = json_close(&out);
	return ERR_NONE;
}
