/* key.c - API keys: who may ask and send.
 *
 * A key is "tly_" and 256 random bits; the store holds its BLAKE2b hash alone, in
 * SPACE_CONTROL under "k" id 0 0 0..0. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/limit.h"
#include "engine/engine_int.h"

enum { SECRET_BYTES = 32, HASH_BYTES = 32, ID_BYTES = 8, SECRET_TEXT = 4 + 43 };

static const struct {
	struct span    name;
	enum key_scope scope;
} scopes[] = {
	{ { "ingest", 6 }, SCOPE_INGEST },
	{ { "read", 4 }, SCOPE_READ },
	{ { "write", 5 }, SCOPE_WRITE },
	{ { "operator", 8 }, SCOPE_OPERATOR },
};
enum { SCOPES = sizeof scopes / sizeof scopes[0] };

static void
hash_secret(struct span secret, uint8_t hash[HASH_BYTES])
{
	crypto_generichash(hash, HASH_BYTES, (const uint8_t *)secret.at, secret.size, NULL, 0);
}

static struct key_entry *
key_find(const struct engine *engine, struct span id)
{
	for (uint32_t i = 0; i < engine->keys_count; i++) {
		if (span_equal(span_of(engine->keys[i]->id), id))
			return engine->keys[i];
	}
	return NULL;
}

/* ---- as JSON: the record, and (without its hash) what lists show ---- */

static struct span
key_json(const struct key_entry *entry, const char *hash_hex, const char *secret,
         struct arena *arena)
{
	struct json_out out;
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("id"), span_of(entry->id));
	json_key_string(&out, SPAN("name"), entry->name);
	json_key(&out, SPAN("scopes"));
	json_array(&out);
	for (int i = 0; i < SCOPES; i++) {
		if (entry->scopes & scopes[i].scope)
			json_string(&out, scopes[i].name);
	}
	json_array_end(&out);
	json_key(&out, SPAN("account"));
	if (entry->account.size > 0)
		json_string(&out, entry->account);
	else
		json_null(&out);
	json_key(&out, SPAN("created"));
	json_instant(&out, entry->created);
	json_key(&out, SPAN("expires"));
	if (entry->expires.ns != 0)
		json_instant(&out, entry->expires);
	else
		json_null(&out);
	json_key(&out, SPAN("used"));
	int64_t used_ns = atomic_load(&entry->used_ns);
	if (used_ns != 0)
		json_instant(&out, (struct instant){ used_ns });
	else
		json_null(&out);
	json_key_bool(&out, SPAN("revoked"), entry->revoked);
	if (hash_hex)
		json_key_string(&out, SPAN("hash"), span_of(hash_hex));
	if (secret)
		json_key_string(&out, SPAN("key"), span_of(secret));
	json_object_end(&out);
	return json_close(&out);
}

static struct span
key_record(const struct key_entry *entry, struct arena *arena)
{
	char hex[2 * HASH_BYTES + 1];
	sodium_bin2hex(hex, sizeof hex, entry->hash, HASH_BYTES);
	return key_json(entry, hex, NULL, arena);
}

static struct span
record_key(const struct key_entry *entry, struct arena *arena)
{
	return control_key('k', span_of(entry->id), SPAN(""), 0, arena);
}

/* ---- reading ---- */

static enum err
scopes_read(const struct json *list, uint32_t *out, struct refusal *refusal)
{
	uint32_t bits = 0;
	if (list == NULL || list->kind != JSON_ARRAY || list->count == 0)
		return refuse(refusal, ERR_FIELD_MISSING, SPAN("scopes"),
		              SPAN("scopes is a list of ingest, read, write, operator"));
	for (const struct json *item = list->first; item; item = item->next) {
		uint32_t bit = 0;
		for (int i = 0; i < SCOPES; i++) {
			if (item->kind == JSON_STRING && span_equal(item->text, scopes[i].name))
				bit = scopes[i].scope;
		}
		if (bit == 0)
			return refuse(refusal, ERR_FIELD_VALUE, SPAN("scopes"),
			              SPAN("a scope is one of ingest, read, write, operator"));
		bits |= bit;
	}
	*out = bits;
	return ERR_NONE;
}

static struct span
text_of(const struct json *object, struct span name)
{
	const struct json *value = json_member(object, name);
	return value && value->kind == JSON_STRING ? value->text : (struct span){ 0 };
}

static enum err
moment_of(const struct json *object, struct span name, struct instant *at)
{
	struct span text = text_of(object, name);
	at->ns           = 0;
	return text.size == 0 ? ERR_NONE : instant_parse(text, at, NULL);
}

static void
key_remember(struct engine *engine, struct key_entry *entry)
{
	if (engine->keys_count == engine->keys_capacity) {
		engine->keys_capacity = engine->keys_capacity * 2 + 8;
		engine->keys = realloc(engine->keys, engine->keys_capacity * sizeof *engine->keys);
		CHECK(engine->keys != NULL);
	}
	engine->keys[engine->keys_count++] = entry;
}

enum err
key_read(struct engine *engine, struct span value)
{
	struct arena  *arena = &engine->control_arena;
	struct json   *root;
	size_t         size;
	struct instant used;
	if (json_parse(arena_copy(arena, value), arena, &root, NULL) != ERR_NONE)
		return ERR_STORE_DAMAGED;
	struct span       id = text_of(root, SPAN("id")), hash = text_of(root, SPAN("hash"));
	struct key_entry *entry = calloc(1, sizeof *entry);
	CHECK(entry != NULL);
	entry->name                = text_of(root, SPAN("name"));
	entry->account             = text_of(root, SPAN("account"));
	const struct json *revoked = json_member(root, SPAN("revoked"));
	entry->revoked             = revoked && revoked->kind == JSON_TRUE;
	if (id.size == 0 || id.size >= sizeof entry->id ||
	    sodium_hex2bin(entry->hash, HASH_BYTES, hash.at, hash.size, NULL, &size, NULL) != 0 ||
	    size != HASH_BYTES ||
	    scopes_read(json_member(root, SPAN("scopes")), &entry->scopes, NULL) != ERR_NONE ||
	    moment_of(root, SPAN("created"), &entry->created) != ERR_NONE ||
	    moment_of(root, SPAN("expires"), &entry->expires) != ERR_NONE ||
	    moment_of(root, SPAN("used"), &used) != ERR_NONE) {
		free(entry);
		return ERR_STORE_DAMAGED;
	}
	memcpy(entry->id, id.at, id.size);
	atomic_store(&entry->used_ns, used.ns);
	key_remember(engine, entry);
	return ERR_NONE;
}

/* ---- making ---- */

static enum err
request_read(struct engine *engine, struct span json, struct arena *arena, struct key_entry *entry,
             struct refusal *refusal)
{
	struct json *root;
	enum err     err = json_parse(json, arena, &root, refusal);
	if (err != ERR_NONE)
		return err;
	static const struct span known[] = {
		{ "name", 4 }, { "scopes", 6 }, { "account", 7 }, { "expires", 7 }
	};
	for (const struct json *member = root->first; member; member = member->next) {
		bool ok = false;
		for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
			ok |= span_equal(member->key, known[i]);
		if (root->kind != JSON_OBJECT || !ok)
			return refuse_at(refusal, ERR_FIELD_UNKNOWN, member->byte, member->key,
			                 SPAN("a key has name, scopes, account and expires"));
	}
	entry->name    = text_of(root, SPAN("name"));
	entry->account = text_of(root, SPAN("account"));
	if (entry->name.size == 0 || entry->name.size > LIMIT_ID_SIZE)
		return refuse(refusal, ERR_FIELD_MISSING, SPAN("name"),
		              SPAN("a key needs a name of 1 to 256 bytes"));
	err = scopes_read(json_member(root, SPAN("scopes")), &entry->scopes, refusal);
	if (err != ERR_NONE)
		return err;
	if (moment_of(root, SPAN("expires"), &entry->expires) != ERR_NONE)
		return refuse(refusal, ERR_TIME_SYNTAX, SPAN("expires"), SPAN(""));
	char currency[4];
	if (entry->account.size > 0 && !control_account_known(engine, entry->account, currency))
		return refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
	if (entry->account.size > 0 && (entry->scopes & SCOPE_OPERATOR))
		return refuse(refusal, ERR_FIELD_VALUE, SPAN("scopes"),
		              SPAN("an operator key is for all accounts"));
	return ERR_NONE;
}

static void
key_draw(struct key_entry *entry, char secret[SECRET_TEXT + 1])
{
	uint8_t random[SECRET_BYTES], id[ID_BYTES];
	randombytes_buf(random, sizeof random);
	randombytes_buf(id, sizeof id);
	memcpy(secret, "tly_", 4);
	sodium_bin2base64(secret + 4, SECRET_TEXT - 4 + 1, random, sizeof random,
	                  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_bin2hex(entry->id, sizeof entry->id, id, sizeof id);
	hash_secret((struct span){ secret, SECRET_TEXT }, entry->hash);
	sodium_memzero(random, sizeof random);
}

/* An Idempotency-Key cannot show the secret twice: the repeated answer lacks it. */
enum err
engine_key_create(struct engine *engine, const struct change *change, struct span json,
                  struct arena *arena, struct span *answer, struct refusal *refusal)
{
	struct key_entry    entry = { 0 };
	struct change_begun begun;
	enum err            err = request_read(engine, json, arena, &entry, refusal);
	if (err != ERR_NONE)
		return err;
	if (engine->keys_count >= LIMIT_KEYS)
		return refuse(refusal, ERR_TOO_MANY_REQUESTS, SPAN(""),
		              SPAN("there are as many API keys as there may be"));
	err = change_begin(engine, change, SPAN("key create"), json, arena, &begun, answer,
	                   refusal);
	if (err != ERR_NONE)
		return err;
	if (!begun.replayed) {
		char secret[SECRET_TEXT + 1];
		key_draw(&entry, secret);
		entry.created             = engine_now(engine);
		struct span        record = key_record(&entry, arena);
		struct span        shown  = key_json(&entry, NULL, NULL, arena);
		struct store_write write  = control_write(record_key(&entry, arena), record);
		struct change_note note   = { .what    = SPAN("key.create"),
			                      .account = entry.account,
			                      .id      = span_of(entry.id),
			                      .after   = shown };
		err = change_commit(&begun, &note, &write, 1, shown, arena, refusal);
		if (err == ERR_NONE) {
			pthread_rwlock_wrlock(&engine->control_lock);
			enum err read = key_read(engine, record);
			CHECK(read == ERR_NONE);
			pthread_rwlock_unlock(&engine->control_lock);
			*answer = key_json(&entry, NULL, secret, arena);
		}
		sodium_memzero(secret, sizeof secret);
	}
	change_end(&begun);
	return err;
}

enum err
engine_key_list(struct engine *engine, struct span account, struct arena *arena,
                struct span *answer, struct refusal *refusal)
{
	struct json_out out;
	(void)refusal;
	json_open(&out, arena);
	json_object(&out);
	json_key(&out, SPAN("keys"));
	json_array(&out);
	pthread_rwlock_rdlock(&engine->control_lock);
	for (uint32_t i = 0; i < engine->keys_count; i++) {
		if (account.size == 0 || span_equal(account, engine->keys[i]->account))
			json_raw(&out, key_json(engine->keys[i], NULL, NULL, arena));
	}
	pthread_rwlock_unlock(&engine->control_lock);
	json_array_end(&out);
	json_object_end(&out);
	*answer = json_close(&out);
	return ERR_NONE;
}

enum err
engine_key_revoke(struct engine *engine, const struct change *change, struct span id,
                  struct arena *arena, struct span *answer, struct refusal *refusal)
{
	struct change_begun begun;
	enum err err = change_begin(engine, change, SPAN("key revoke"), id, arena, &begun, answer,
	                            refusal);
	if (err != ERR_NONE)
		return err;
	struct key_entry *entry = key_find(engine, id);
	if (entry == NULL)
		err = refuse(refusal, ERR_NOT_FOUND, SPAN("id"), SPAN("there is no such key"));
	if (err == ERR_NONE && !begun.replayed) {
		struct key_entry revoked = *entry;
		revoked.revoked          = true;
		*answer                  = key_json(&revoked, NULL, NULL, arena);
		struct store_write write =
			control_write(record_key(entry, arena), key_record(&revoked, arena));
		struct change_note note = { .what    = SPAN("key.revoke"),
			                    .account = entry->account,
			                    .id      = id,
			                    .before  = key_json(entry, NULL, NULL, arena),
			                    .after   = *answer };
		err = change_commit(&begun, &note, &write, 1, *answer, arena, refusal);
		if (err == ERR_NONE) {
			pthread_rwlock_wrlock(&engine->control_lock);
			entry->revoked = true;
			pthread_rwlock_unlock(&engine->control_lock);
		}
	}
	change_end(&begun);
	return err;
}

/* ---- checking ---- */

/* Every key is compared, each in constant time: neither which key nor how much of it
 * was right can be told from the time. */
enum err
engine_key_check(struct engine *engine, struct span secret, struct key_grant *grant)
{
	uint8_t hash[HASH_BYTES];
	if (secret.size != SECRET_TEXT || memcmp(secret.at, "tly_", 4) != 0)
		return ERR_KEY_INVALID;
	hash_secret(secret, hash);
	struct instant now = engine_now(engine);
	enum err       err = ERR_KEY_INVALID;
	pthread_rwlock_rdlock(&engine->control_lock);
	for (uint32_t i = 0; i < engine->keys_count; i++) {
		struct key_entry *entry = engine->keys[i];
		if (sodium_memcmp(entry->hash, hash, HASH_BYTES) != 0 || entry->revoked ||
		    (entry->expires.ns != 0 && entry->expires.ns <= now.ns))
			continue;
		*grant = (struct key_grant){ .scopes = entry->scopes };
		memcpy(grant->id, entry->id, sizeof grant->id);
		if (entry->account.size > 0) /* else for all accounts */
			memcpy(grant->account, entry->account.at, entry->account.size);
		atomic_store_explicit(&entry->used_ns, now.ns, memory_order_relaxed);
		err = ERR_NONE;
	}
	pthread_rwlock_unlock(&engine->control_lock);
	return err;
}

/* The moments of last use are kept in memory and written when the engine closes. */
enum err
key_save_uses(struct engine *engine)
{
	struct arena arena;
	arena_open(&arena, engine->control_arena.memory);
	struct store_write *writes =
		ARENA_ARRAY(&arena, struct store_write, engine->keys_count + 1);
	uint32_t count = 0;
	for (uint32_t i = 0; i < engine->keys_count; i++) {
		const struct key_entry *entry = engine->keys[i];
		if (atomic_load(&entry->used_ns) != 0)
			writes[count++] =
				(struct store_write){ .space = SPACE_CONTROL,
				                      .key   = record_key(entry, &arena),
				                      .value = key_record(entry, &arena) };
	}
	enum err err = count > 0 ? engine_commit(engine, writes, count) : ERR_NONE;
	arena_close(&arena);
	return err;
}
