/* contracts.c - putting and showing contracts and their versions. */
#include "engine/control_int.h"

/* The newest version when it says exactly this. */
static const struct span *
contract_same(const struct account_entry *entry, const struct contract *contract, struct span json,
              struct arena *arena)
{
	for (uint32_t i = entry->versions_count; i-- > 0;) {
		if (!span_equal(entry->versions[i].contract.id, contract->id))
			continue;
		struct json *root;
		if (json_parse(entry->answers[i], arena, &root, NULL) != ERR_NONE)
			return NULL;
		const struct json *put = json_member(root, SPAN("contract"));
		return put && span_equal(put->raw, json) ? &entry->answers[i] : NULL;
	}
	return NULL;
}

static struct span
trim(struct span json)
{
	while (json.size > 0 && strchr(" \t\r\n", json.at[0]))
		json = (struct span){ json.at + 1, json.size - 1 };
	while (json.size > 0 && strchr(" \t\r\n", json.at[json.size - 1]))
		json.size--;
	return json;
}

static struct span
newest_answer(const struct account_entry *entry, struct span contract)
{
	for (uint32_t i = entry->versions_count; i-- > 0;) {
		if (span_equal(entry->versions[i].contract.id, contract))
			return entry->answers[i];
	}
	return SPAN("");
}

static enum err
contract_store(struct engine *engine, const struct change_begun *begun, struct span account,
               struct span json, struct contract *contract, struct arena *arena,
               struct span *answer, struct refusal *refusal)
{
	struct account_entry *entry  = control_account(engine, account);
	struct record         record = { engine_now(engine), begun->change->actor, json };
	contract_settle_from(contract, entry, record.recorded);
	enum err err = contract_admit(entry->versions, entry->versions_count, contract, refusal);
	if (err != ERR_NONE)
		return err;
	struct span made =
		contract_answer(contract, &record, versions_of(entry, contract->id) + 1, arena);
	struct span value = record_write(record.recorded, record.by, json, arena);
	struct span key = control_key('c', account, contract->id, engine->control_sequence, arena);
	struct change_note note  = { .what    = SPAN("contract.put"),
		                     .account = account,
		                     .id      = contract->id,
		                     .before  = newest_answer(entry, contract->id),
		                     .after   = made };
	struct store_write write = control_write(key, value);
	err                      = change_commit(begun, &note, &write, 1, made, arena, refusal);
	if (err != ERR_NONE)
		return err;
	pthread_rwlock_wrlock(&engine->control_lock);
	engine->control_sequence++;
	err = load_contract(engine, key, value);
	CHECK(err == ERR_NONE);
	pthread_rwlock_unlock(&engine->control_lock);
	*answer = made;
	return ERR_NONE;
}

enum err
engine_contract_put(struct engine *engine, const struct change *change, struct span account,
                    struct span json, struct arena *arena, struct span *answer,
                    struct refusal *refusal)
{
	struct contract     contract;
	struct change_begun begun;
	json         = trim(json);
	enum err err = contract_parse(json, engine->catalog, arena, &contract, refusal);
	if (err != ERR_NONE)
		return err;
	err = change_begin(engine, change, account, json, arena, &begun, answer, refusal);
	if (err != ERR_NONE)
		return err;
	const struct account_entry *entry = control_account(engine, account);
	if (entry == NULL)
		err = refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
	if (err == ERR_NONE && !begun.replayed) {
		const struct span *same = contract_same(entry, &contract, json, arena);
		if (same)
			*answer = *same;
		else
			err = contract_store(engine, &begun, account, json, &contract, arena,
			                     answer, refusal);
	}
	change_end(&begun);
	return err;
}

/* Is versions[at] the newest of its id? */
static bool
is_newest(const struct account_entry *entry, uint32_t at)
{
	for (uint32_t i = at + 1; i < entry->versions_count; i++) {
		if (span_equal(entry->versions[i].contract.id, entry->versions[at].contract.id))
			return false;
	}
	return true;
}

static uint32_t
write_versions(struct json_out *out, const struct account_entry *entry, struct span id,
               bool versions)
{
	uint32_t shown = 0;
	json_key(out, versions ? SPAN("versions") : SPAN("contracts"));
	json_array(out);
	for (uint32_t i = 0; i < entry->versions_count; i++) {
		if (id.size > 0 && !span_equal(id, entry->versions[i].contract.id))
			continue;
		if (!versions && !is_newest(entry, i))
			continue;
		json_raw(out, entry->answers[i]);
		shown++;
	}
	json_array_end(out);
	return shown;
}

enum err
engine_contract_list(struct engine *engine, struct span account, struct span id, bool versions,
                     struct arena *arena, struct span *answer, struct refusal *refusal)
{
	struct json_out out;
	uint32_t        shown = 0;
	json_open(&out, arena);
	json_object(&out);
	pthread_rwlock_rdlock(&engine->control_lock);
	const struct account_entry *entry = control_account(engine, account);
	if (entry) {
		json_key_string(&out, SPAN("account"), account);
		shown = write_versions(&out, entry, id, versions);
	}
	pthread_rwlock_unlock(&engine->control_lock);
	json_object_end(&out);
	if (entry == NULL)
		return refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
	if (id.size > 0 && shown == 0)
		return refuse(refusal, ERR_CONTRACT_UNKNOWN, SPAN("id"), SPAN(""));
	*answer = json_close(&out);
	return ERR_NONE;
}
