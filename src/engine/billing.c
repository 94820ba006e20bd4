/* billing.c - billing details of an account: who pays, where the invoice goes.
 *
 * In SPACE_CONTROL: "b" account 0 0 N, one record a version; the newest holds. There is no
 * place for a card: what looks like its number is refused before anything is read. */
#include "core/licence/billing.h"
#include "core/licence/card.h"
#include "engine/control_int.h"

static struct span
billing_answer(struct span account, const struct record *record, struct arena *arena)
{
	struct json_out out;

	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("account"), account);
	json_key(&out, SPAN("recorded"));
	json_instant(&out, record->recorded);
	json_key_string(&out, SPAN("by"), record->by);
	json_key(&out, SPAN("billing"));
	json_raw(&out, record->put);
	json_object_end(&out);
	return json_close(&out);
}

enum err
load_billing(struct engine *engine, struct span key, struct span value)
{
	struct arena         *arena = &engine->control_arena;
	struct span           id    = { key.at + 1, strnlen(key.at + 1, key.size - 1) };
	struct account_entry *entry = control_account(engine, id);
	struct record         record;

	if (entry == NULL || record_read(arena_copy(arena, value), arena, &record) != ERR_NONE)
		return ERR_STORE_DAMAGED;
	entry->billing = billing_answer(entry->id, &record, arena);
	return ERR_NONE;
}

static enum err
billing_store(struct engine *engine, const struct change_begun *begun,
              const struct account_entry *entry, struct span json, struct arena *arena,
              struct span *answer, struct refusal *refusal)
{
	struct record record = { engine_now(engine), begun->change->actor, json };
	struct span   made   = billing_answer(entry->id, &record, arena);
	struct span   value  = record_write(record.recorded, record.by, json, arena);
	struct span   key = control_key('b', entry->id, SPAN(""), engine->control_sequence, arena);
	struct change_note note  = { .what    = SPAN("billing.put"),
		                     .account = entry->id,
		                     .id      = entry->id,
		                     .before  = entry->billing,
		                     .after   = made };
	struct store_write write = control_write(key, value);
	enum err           err   = change_commit(begun, &note, &write, 1, made, arena, refusal);

	if (err != ERR_NONE)
		return err;
	pthread_rwlock_wrlock(&engine->control_lock);
	engine->control_sequence++;
	err = load_billing(engine, key, value);
	CHECK(err == ERR_NONE);
	pthread_rwlock_unlock(&engine->control_lock);
	*answer = made;
	return ERR_NONE;
}

/* Whoever puts what stands there already changes nothing. */
static bool
billing_same(const struct account_entry *entry, struct span json, struct arena *arena)
{
	struct json *root;

	if (entry->billing.size == 0 || json_parse(entry->billing, arena, &root, NULL) != ERR_NONE)
		return false;
	const struct json *put = json_member(root, SPAN("billing"));
	return put && span_equal(put->raw, json);
}

enum err
engine_billing_put(struct engine *engine, const struct change *change, struct span account,
                   struct span json, struct arena *arena, struct span *answer,
                   struct refusal *refusal)
{
	struct change_begun begun;
	enum err            err = card_check(json, arena, refusal);

	if (err == ERR_NONE)
		err = billing_check(json, arena, &json, refusal);
	if (err == ERR_NONE)
		err = change_begin(engine, change, account, json, arena, &begun, answer, refusal);
	if (err != ERR_NONE)
		return err;
	const struct account_entry *entry = control_account(engine, account);
	if (entry == NULL)
		err = refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
	else if (!begun.replayed && billing_same(entry, json, arena))
		*answer = arena_copy(arena, entry->billing);
	else if (!begun.replayed)
		err = billing_store(engine, &begun, entry, json, arena, answer, refusal);
	change_end(&begun);
	return err;
}

enum err
engine_billing_get(struct engine *engine, struct span account, struct arena *arena,
                   struct span *answer, struct refusal *refusal)
{
	struct json_out out;

	pthread_rwlock_rdlock(&engine->control_lock);
	const struct account_entry *entry = control_account(engine, account);
	struct span                 found = entry ? arena_copy(arena, entry->billing) : SPAN("");
	pthread_rwlock_unlock(&engine->control_lock);
	if (entry == NULL)
		return refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
	if (found.size == 0) {
		json_open(&out, arena);
		json_object(&out);
		json_key_string(&out, SPAN("account"), account);
		json_key(&out, SPAN("billing"));
		json_null(&out);
		json_object_end(&out);
		found = json_close(&out);
	}
	*answer = found;
	return ERR_NONE;
}
