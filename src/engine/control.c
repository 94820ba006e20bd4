/* control.c - accounts and contracts: every version that was ever put.
 *
 * In SPACE_CONTROL: "a" account 0 0 N an account, "c" account 0 contract 0 N a version
 * of a contract; N counts all control records, so the order of puts is kept. The value
 * is JSON: {"recorded":..,"by":..,"put":{as given}}. All of it is in memory too. */
#include <stdlib.h>

#include "engine/engine_int.h"

/* ---- in memory ---- */

/* Index of account, or where it belongs. */
static uint32_t
account_index(const struct engine *engine, struct span account, bool *found)
{
	uint32_t low = 0, high = engine->accounts_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int      order  = span_compare(engine->accounts[middle]->id, account);
		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*found = false;
	return low;
}

struct account_entry *
control_account(const struct engine *engine, struct span account)
{
	bool     found;
	uint32_t at = account_index(engine, account, &found);
	return found ? engine->accounts[at] : NULL;
}

const struct account *
control_account_at(const struct account_entry *entry, struct instant known)
{
	const struct account *account = NULL;
	for (uint32_t i = 0; i < entry->history_count; i++) {
		if (entry->history[i].recorded.ns <= known.ns)
			account = &entry->history[i].account;
	}
	return account;
}

bool
control_account_known(struct engine *engine, struct span account, char currency[4])
{
	pthread_rwlock_rdlock(&engine->control_lock);
	const struct account_entry *entry = control_account(engine, account);
	if (entry) {
		const struct account *newest = &entry->history[entry->history_count - 1].account;
		CHECK(newest->currency.size == 3);
		memcpy(currency, newest->currency.at, 3);
		currency[3] = '\0';
	}
	pthread_rwlock_unlock(&engine->control_lock);
	return entry != NULL;
}

static void *
grown(void *old, uint32_t count, uint32_t *capacity, size_t item_size)
{
	if (count < *capacity)
		return old;
	*capacity   = *capacity * 2 + 4;
	void *wider = realloc(old, *capacity * item_size);
	CHECK(wider != NULL);
	return wider;
}

static struct account_entry *
account_entry_make(struct engine *engine, struct span id)
{
	bool     found;
	uint32_t at = account_index(engine, id, &found);
	if (found)
		return engine->accounts[at];
	engine->accounts = grown(engine->accounts, engine->accounts_count,
	                         &engine->accounts_capacity, sizeof *engine->accounts);
	memmove(&engine->accounts[at + 1], &engine->accounts[at],
	        (engine->accounts_count - at) * sizeof *engine->accounts);
	struct account_entry *entry = calloc(1, sizeof *entry);
	CHECK(entry != NULL);
	entry->id            = arena_copy(&engine->control_arena, id);
	engine->accounts[at] = entry;
	engine->accounts_count++;
	return entry;
}

static void
account_remember(struct engine *engine, const struct account *account, struct instant recorded)
{
	struct account_entry *entry = account_entry_make(engine, account->id);
	entry->history = grown(entry->history, entry->history_count, &entry->history_capacity,
	                       sizeof *entry->history);
	entry->history[entry->history_count++] = (struct account_version){ *account, recorded };
}

static void
contract_remember(struct account_entry *entry, const struct contract *contract,
                  struct instant recorded, struct span answer)
{
	uint32_t capacity = entry->versions_capacity;
	entry->versions   = grown(entry->versions, entry->versions_count,
	                          &entry->versions_capacity, sizeof *entry->versions);
	entry->answers    = grown(entry->answers, entry->versions_count, &capacity,
	                          sizeof *entry->answers);
	entry->versions[entry->versions_count]  = (struct contract_version){ *contract, recorded };
	entry->answers[entry->versions_count++] = answer;
}

/* ---- records ---- */

static struct span
record_write(struct instant recorded, struct span by, struct span put, struct arena *arena)
{
	struct json_out out;
	json_open(&out, arena);
	json_object(&out);
	json_key(&out, SPAN("recorded"));
	json_instant(&out, recorded);
	json_key_string(&out, SPAN("by"), by);
	json_key(&out, SPAN("put"));
	json_raw(&out, put);
	json_object_end(&out);
	return json_close(&out);
}

struct record {
	struct instant recorded;
	struct span    by;
	struct span    put;
};

static enum err
record_read(struct span value, struct arena *arena, struct record *record)
{
	struct json *root;
	if (json_parse(value, arena, &root, NULL) != ERR_NONE)
		return ERR_STORE_DAMAGED;
	const struct json *recorded = json_member(root, SPAN("recorded"));
	const struct json *by       = json_member(root, SPAN("by"));
	const struct json *put      = json_member(root, SPAN("put"));
	if (!recorded || !by || !put ||
	    instant_parse(recorded->text, &record->recorded, NULL) != ERR_NONE)
		return ERR_STORE_DAMAGED;
	record->by  = by->text;
	record->put = put->raw;
	return ERR_NONE;
}

/* A version as it is answered: what was put, and since when, by whom, which one. */
static struct span
contract_answer(const struct contract *contract, const struct record *record, uint32_t version,
                struct arena *arena)
{
	struct json_out out;
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("id"), contract->id);
	json_key_uint(&out, SPAN("version"), version);
	json_key_hour(&out, SPAN("from"), contract->from_hour);
	json_key(&out, SPAN("recorded"));
	json_instant(&out, record->recorded);
	json_key_string(&out, SPAN("by"), record->by);
	json_key(&out, SPAN("contract"));
	json_raw(&out, record->put);
	json_object_end(&out);
	return json_close(&out);
}

static uint32_t
versions_of(const struct account_entry *entry, struct span contract)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < entry->versions_count; i++)
		count += span_equal(entry->versions[i].contract.id, contract);
	return count;
}

/* "from" in the file, else the start for the first version, else the hour of the put. */
static void
contract_settle_from(struct contract *contract, const struct account_entry *entry,
                     struct instant recorded)
{
	if (contract->from_given)
		return;
	contract->from_hour = versions_of(entry, contract->id) == 0 ? contract->start_hour
	                                                            : hour_of(recorded);
}

static enum err
load_account(struct engine *engine, struct span value)
{
	struct arena  *arena = &engine->control_arena;
	struct record  record;
	struct account account;
	enum err       err = record_read(arena_copy(arena, value), arena, &record);
	if (err == ERR_NONE && account_parse(record.put, arena, &account, NULL) != ERR_NONE)
		err = ERR_STORE_DAMAGED;
	if (err == ERR_NONE)
		account_remember(engine, &account, record.recorded);
	return err;
}

static enum err
load_contract(struct engine *engine, struct span key, struct span value)
{
	struct arena   *arena = &engine->control_arena;
	struct record   record;
	struct contract contract;
	struct span     id = { key.at + 1, strnlen(key.at + 1, key.size - 1) };
	struct account_entry *entry = control_account(engine, id);
	enum err err = record_read(arena_copy(arena, value), arena, &record);
	if (err != ERR_NONE || entry == NULL)
		return ERR_STORE_DAMAGED;
	if (contract_parse(record.put, engine->catalog, arena, &contract, NULL) != ERR_NONE)
		return ERR_STORE_DAMAGED;
	contract_settle_from(&contract, entry, record.recorded);
	uint32_t version = versions_of(entry, contract.id) + 1;
	contract_remember(entry, &contract, record.recorded,
	                  contract_answer(&contract, &record, version, arena));
	return ERR_NONE;
}

static enum err
load_record(void *context, struct span key, struct span value)
{
	struct engine *engine = context;
	engine->control_sequence++;
	switch (key.at[0]) {
	case 'a': return load_account(engine, value);
	case 'c': return load_contract(engine, key, value);
	case 'k': return key_read(engine, value);
	default: return ERR_NONE;
	}
}

/* Accounts come before contracts by key; of one contract the older version first, and
 * versions of different contracts never depend on each other's order. */
enum err
control_open(struct engine *engine, struct refusal *refusal)
{
	enum err err = engine->store->ops->scan(engine->store, SPACE_CONTROL, SPAN(""), SPAN(""),
	                                        load_record, engine);
	return err == ERR_NONE
	           ? err
	           : refuse(refusal, err, SPAN("control"), store_complaint(engine->store));
}

/* ---- accounts ---- */

static struct span
account_answer(const struct account_version *version, struct arena *arena)
{
	const struct account *account = &version->account;
	struct json_out       out;
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("id"), account->id);
	json_key_string(&out, SPAN("name"), account->name);
	json_key_string(&out, SPAN("currency"), account->currency);
	if (account->parent.size > 0)
		json_key_string(&out, SPAN("parent"), account->parent);
	json_key(&out, SPAN("settings"));
	json_raw(&out, account->settings);
	json_key(&out, SPAN("recorded"));
	json_instant(&out, version->recorded);
	json_object_end(&out);
	return json_close(&out);
}

static enum err
account_store(struct engine *engine, const struct change *change,
              const struct change_begun *begun, struct span json,
              const struct account *account, struct arena *arena, struct span *answer,
              struct refusal *refusal)
{
	struct instant         now     = engine_now(engine);
	struct account_version version = { *account, now };
	struct span made  = account_answer(&version, arena);
	struct span value = record_write(now, change->actor, json, arena);
	struct span key   = control_key('a', account->id, SPAN(""), engine->control_sequence, arena);
	enum err    err   = change_commit(begun, key, value, made, arena, refusal);
	if (err != ERR_NONE)
		return err;
	pthread_rwlock_wrlock(&engine->control_lock);
	engine->control_sequence++;
	err = load_account(engine, value);
	CHECK(err == ERR_NONE);
	pthread_rwlock_unlock(&engine->control_lock);
	*answer = made;
	return ERR_NONE;
}

/* Is it, settings and all, what stands there already? */
static bool
account_same(const struct account *a, const struct account *b)
{
	return span_equal(a->name, b->name) && span_equal(a->currency, b->currency) &&
	       span_equal(a->parent, b->parent) && span_equal(a->settings, b->settings);
}

static enum err
account_check(struct engine *engine, const struct account *account,
              const struct account_entry *entry, struct refusal *refusal)
{
	if (account->parent.size > 0 && control_account(engine, account->parent) == NULL)
		return refuse(refusal, ERR_FIELD_VALUE, SPAN("parent"),
		              SPAN("the parent account does not exist"));
	if (account->parent.size > 0 && span_equal(account->parent, account->id))
		return refuse(refusal, ERR_FIELD_VALUE, SPAN("parent"),
		              SPAN("an account cannot be its own parent"));
	if (entry && !span_equal(entry->history[entry->history_count - 1].account.currency,
	                         account->currency))
		return refuse(refusal, ERR_FIELD_VALUE, SPAN("currency"),
		              SPAN("the currency of an account cannot change"));
	return ERR_NONE;
}

enum err
engine_account_put(struct engine *engine, const struct change *change, struct span json,
                   struct arena *arena, struct span *answer, struct refusal *refusal)
{
	struct account      account;
	struct change_begun begun;
	enum err            err = account_parse(json, arena, &account, refusal);
	if (err != ERR_NONE)
		return err;
	err = change_begin(engine, change, SPAN("account put"), json, arena, &begun, answer,
	                   refusal);
	if (err != ERR_NONE)
		return err;
	struct account_entry *entry = control_account(engine, account.id);
	if (!begun.replayed) {
		err = account_check(engine, &account, entry, refusal);
		if (err == ERR_NONE && entry &&
		    account_same(&entry->history[entry->history_count - 1].account, &account))
			*answer = account_answer(&entry->history[entry->history_count - 1], arena);
		else if (err == ERR_NONE)
			err = account_store(engine, change, &begun, json, &account, arena, answer,
			                    refusal);
	}
	change_end(&begun);
	return err;
}

enum err
engine_account_get(struct engine *engine, struct span account, struct arena *arena,
                   struct span *answer, struct refusal *refusal)
{
	pthread_rwlock_rdlock(&engine->control_lock);
	const struct account_entry *entry = control_account(engine, account);
	if (entry)
		*answer = account_answer(&entry->history[entry->history_count - 1], arena);
	pthread_rwlock_unlock(&engine->control_lock);
	return entry ? ERR_NONE : refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
}

enum err
engine_account_list(struct engine *engine, struct span only, uint32_t limit, struct span cursor,
                    struct arena *arena, struct span *answer, struct refusal *refusal)
{
	struct json_out out;
	struct span     last  = { 0 };
	uint32_t        shown = 0, at;
	bool            found;
	(void)refusal;
	json_open(&out, arena);
	json_object(&out);
	json_key(&out, SPAN("accounts"));
	json_array(&out);
	pthread_rwlock_rdlock(&engine->control_lock);
	at = account_index(engine, cursor, &found);
	at += found; /* the cursor is the last id of the page before */
	for (; at < engine->accounts_count && (limit == 0 || shown < limit); at++) {
		const struct account_entry *entry = engine->accounts[at];
		if (only.size > 0 && !span_equal(only, entry->id))
			continue;
		json_raw(&out, account_answer(&entry->history[entry->history_count - 1], arena));
		last = entry->id;
		shown++;
	}
	bool more = at < engine->accounts_count;
	pthread_rwlock_unlock(&engine->control_lock);
	json_array_end(&out);
	if (more && shown > 0)
		json_key_string(&out, SPAN("next"), last);
	json_object_end(&out);
	*answer = json_close(&out);
	return ERR_NONE;
}

/* ---- contracts ---- */

/* The newest version when it says exactly this. */
static const struct span *
contract_same(const struct account_entry *entry, const struct contract *contract,
              struct span json, struct arena *arena)
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

static enum err
contract_store(struct engine *engine, const struct change *change,
               const struct change_begun *begun, struct span account, struct span json,
               struct contract *contract, struct arena *arena, struct span *answer,
               struct refusal *refusal)
{
	struct account_entry *entry  = control_account(engine, account);
	struct record         record = { engine_now(engine), change->actor, json };
	contract_settle_from(contract, entry, record.recorded);
	enum err err = contract_admit(entry->versions, entry->versions_count, contract, refusal);
	if (err != ERR_NONE)
		return err;
	struct span made =
	    contract_answer(contract, &record, versions_of(entry, contract->id) + 1, arena);
	struct span value = record_write(record.recorded, change->actor, json, arena);
	struct span key   = control_key('c', account, contract->id, engine->control_sequence, arena);
	err = change_commit(begun, key, value, made, arena, refusal);
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
			err = contract_store(engine, change, &begun, account, json, &contract,
			                     arena, answer, refusal);
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
