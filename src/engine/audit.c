/* audit.c - the audit trail: one record for every change, each chained to the one before. */
#include "engine/audit_int.h"

#include <sodium.h>

/* ---- keys ---- */

static struct span
number_key(uint64_t number, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add_char(&text, 'A');
	text_add(&text, log_key(number, arena));
	return text_span(&text);
}

static struct span
entry_key(struct span account, uint64_t entry, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add_char(&text, 'B');
	text_add(&text, account);
	text_add_char(&text, '\0');
	text_add(&text, log_key(entry, arena));
	return text_span(&text);
}

static struct span
head_key(struct span account, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add_char(&text, 'H');
	text_add(&text, account);
	return text_span(&text);
}

/* ---- reading ---- */

static enum err
control_get(struct engine *engine, struct span key, struct arena *arena, struct span *value)
{
	return engine->store->ops->get(engine->store, SPACE_CONTROL, key, arena, value);
}

enum err
audit_head(struct engine *engine, struct span account, struct arena *arena, uint64_t *count,
           uint8_t hash[AUDIT_HASH_SIZE])
{
	struct span value;
	size_t      size = account.size > 0 ? LOG_KEY_SIZE : LOG_KEY_SIZE + AUDIT_HASH_SIZE;
	enum err    err  = control_get(engine, head_key(account, arena), arena, &value);
	if (err == ERR_NONE && value.size != size)
		err = ERR_STORE_DAMAGED;
	if (err != ERR_NONE && err != ERR_NOT_FOUND)
		return err;
	*count = err == ERR_NONE ? log_key_read(value.at) : 0;
	if (account.size > 0)
		return ERR_NONE;
	memset(hash, 0, AUDIT_HASH_SIZE);
	if (err == ERR_NONE)
		memcpy(hash, value.at + LOG_KEY_SIZE, AUDIT_HASH_SIZE);
	return ERR_NONE;
}

enum err
audit_get(struct engine *engine, uint64_t number, struct arena *arena, struct audit_record *record)
{
	struct span value;
	enum err    err = control_get(engine, number_key(number, arena), arena, &value);
	if (err == ERR_NONE && value.size < AUDIT_HASH_SIZE)
		err = ERR_STORE_DAMAGED;
	if (err != ERR_NONE)
		return err;
	memcpy(record->hash, value.at, AUDIT_HASH_SIZE);
	record->text = (struct span){ value.at + AUDIT_HASH_SIZE, value.size - AUDIT_HASH_SIZE };
	return ERR_NONE;
}

enum err
audit_entry_get(struct engine *engine, struct span account, uint64_t entry, struct arena *arena,
                uint64_t *number)
{
	struct span value;
	enum err    err = control_get(engine, entry_key(account, entry, arena), arena, &value);
	if (err == ERR_NONE && value.size != LOG_KEY_SIZE)
		err = ERR_STORE_DAMAGED;
	if (err == ERR_NONE)
		*number = log_key_read(value.at);
	return err;
}

static enum err
entry_count(void *context, struct span key, struct span value)
{
	uint64_t *count = context;
	(void)key;
	(void)value;
	++*count;
	return ERR_NONE;
}

enum err
audit_entries_count(struct engine *engine, uint64_t *count)
{
	*count = 0;
	return engine->store->ops->scan(engine->store, SPACE_CONTROL, SPAN("B"), SPAN("C"),
	                                entry_count, count);
}

enum err
audit_open(struct engine *engine)
{
	struct arena arena;
	arena_open(&arena, engine->control_arena.memory);
	enum err err =
		audit_head(engine, SPAN(""), &arena, &engine->audit_count, engine->audit_hash);
	engine->audit_stale = err != ERR_NONE;
	arena_close(&arena);
	return err;
}

/* ---- a record's bytes ---- */

/* One text on one line, whatever spaces its sender liked. */
static void
json_key_compact(struct json_out *out, struct span key, struct span json)
{
	struct text text;
	bool        quoted = false;
	json_key(out, key);
	if (json.size == 0) {
		json_null(out);
		return;
	}
	text_open(&text, out->text.arena);
	for (size_t i = 0; i < json.size; i++) {
		char c = json.at[i];
		if (!quoted && (c == ' ' || c == '\t' || c == '\r' || c == '\n'))
			continue;
		text_add_char(&text, c);
		if (c == '"')
			quoted = !quoted;
		else if (c == '\\' && i + 1 < json.size)
			text_add_char(&text, json.at[++i]);
	}
	json_raw(out, text_span(&text));
}

static void
json_key_text(struct json_out *out, struct span key, struct span text)
{
	json_key(out, key);
	if (text.size > 0)
		json_string(out, text);
	else
		json_null(out);
}

static struct span
kind_name(enum actor_kind kind)
{
	switch (kind) {
	case ACTOR_COMMAND_LINE:
		return SPAN("command line");
	case ACTOR_KEY:
		return SPAN("key");
	case ACTOR_PERSON:
		return SPAN("person");
	case ACTOR_SYSTEM:
		return SPAN("system");
	}
	check_failed("every kind of actor has a name", __FILE__, __LINE__);
}

static struct span
record_text(const struct engine *engine, const struct change *change,
            const struct change_note *note, uint64_t entry, struct arena *arena)
{
	struct json_out out;
	json_open(&out, arena);
	json_object(&out);
	json_key_uint(&out, SPAN("number"), engine->audit_count);
	json_key(&out, SPAN("at"));
	json_instant(&out, engine_now(engine));
	json_key_text(&out, SPAN("account"), note->account);
	if (note->account.size > 0)
		json_key_uint(&out, SPAN("entry"), entry);
	json_key_string(&out, SPAN("what"), note->what);
	json_key_text(&out, SPAN("id"), note->id);
	json_key(&out, SPAN("by"));
	json_object(&out);
	json_key_string(&out, SPAN("kind"), kind_name(change->actor_kind));
	json_key_text(&out, SPAN("id"), change->actor);
	json_key_text(&out, SPAN("address"), change->address);
	json_object_end(&out);
	json_key_compact(&out, SPAN("before"), note->before);
	json_key_compact(&out, SPAN("after"), note->after);
	json_object_end(&out);
	return json_close(&out);
}

void
audit_hash(const uint8_t before[AUDIT_HASH_SIZE], struct span text, uint8_t hash[AUDIT_HASH_SIZE])
{
	crypto_generichash_state state;
	uint8_t                  size[8];
	for (unsigned i = 0; i < sizeof size; i++)
		size[i] = (uint8_t)((uint64_t)text.size >> 8 * i);
	crypto_generichash_init(&state, NULL, 0, AUDIT_HASH_SIZE);
	crypto_generichash_update(&state, before, AUDIT_HASH_SIZE);
	crypto_generichash_update(&state, size, sizeof size);
	crypto_generichash_update(&state, (const uint8_t *)text.at, text.size);
	crypto_generichash_final(&state, hash, AUDIT_HASH_SIZE);
}

static struct span
hashed(const uint8_t hash[AUDIT_HASH_SIZE], struct span before, struct span after,
       struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add(&text, before);
	text_add(&text, (struct span){ (const char *)hash, AUDIT_HASH_SIZE });
	text_add(&text, after);
	return text_span(&text);
}

/* ---- appending ---- */

static void
entry_write(struct audit_entry *entry, struct span key, struct span value)
{
	CHECK(entry->writes_count < AUDIT_WRITES);
	entry->writes[entry->writes_count++] =
		(struct store_write){ .space = SPACE_CONTROL, .key = key, .value = value };
}

enum err
audit_prepare(const struct change_begun *begun, const struct change_note *note, struct arena *arena,
              struct audit_entry *entry)
{
	struct engine *engine        = begun->engine;
	uint64_t       account_entry = 0;
	enum err       err           = ERR_NONE;
	CHECK(note->what.size > 0);
	if (engine->audit_stale)
		err = audit_open(engine);
	if (err == ERR_NONE && note->account.size > 0)
		err = change_read_number(begun, head_key(note->account, arena), arena,
		                         &account_entry);
	if (err != ERR_NONE)
		return err;
	uint64_t    number = engine->audit_count;
	struct span text   = record_text(engine, begun->change, note, account_entry, arena);
	audit_hash(engine->audit_hash, text, entry->hash);
	entry->writes_count = 0;
	entry_write(entry, number_key(number, arena), hashed(entry->hash, SPAN(""), text, arena));
	entry_write(entry, head_key(SPAN(""), arena),
	            hashed(entry->hash, log_key(number + 1, arena), SPAN(""), arena));
	if (note->account.size > 0) {
		entry_write(entry, entry_key(note->account, account_entry, arena),
		            log_key(number, arena));
		entry_write(entry, head_key(note->account, arena),
		            log_key(account_entry + 1, arena));
	}
	return ERR_NONE;
}

/* After a fault the record may be on disk or not: the next change looks. */
void
audit_settle(struct engine *engine, const struct audit_entry *entry, enum err err)
{
	if (err != ERR_NONE) {
		engine->audit_stale = true;
		return;
	}
	engine->audit_count++;
	memcpy(engine->audit_hash, entry->hash, AUDIT_HASH_SIZE);
}
