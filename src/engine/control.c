/* control.c - accounts and contracts: every version that was ever put.
 *
 * In SPACE_CONTROL: "a" account 0 0 N an account, "b" account 0 0 N billing details, "c"
 * account 0 contract 0 N a version of a contract; N counts all control records, so the
 * order of puts is kept. The value is JSON: {"recorded":..,"by":..,"put":{as given}}. All
 * of it is in memory too. */
#include <stdlib.h>

#include "engine/control_int.h"
#include "engine/people_load.h"
#include "engine/person_int.h"

/* ---- in memory ---- */

uint32_t
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

/* ---- records ---- */

struct span
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

enum err
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

struct span
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

void
contract_settle_from(struct contract *contract, const struct contract_version *versions,
                     uint32_t count, struct instant recorded)
{
	if (contract->from_given)
		return;
	contract->from_hour = contract->start_hour;
	for (uint32_t i = 0; i < count; i++) {
		if (!span_equal(versions[i].contract.id, contract->id))
			continue;
		/* A change before the first version holds is one of it: else the first
		 * would take over from it at its start. */
		contract->from_hour = hour_of(recorded);
		if (contract->from_hour < versions[i].contract.from_hour)
			contract->from_hour = versions[i].contract.from_hour;
		return;
	}
}

enum err
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

static void
contract_remember(struct account_entry *entry, const struct contract *contract,
                  const struct record *record, struct arena *arena)
{
	uint32_t at       = entry->versions_count;
	uint32_t capacity = entry->versions_capacity;
	entry->versions =
		grown(entry->versions, at, &entry->versions_capacity, sizeof *entry->versions);
	entry->answers      = grown(entry->answers, at, &capacity, sizeof *entry->answers);
	entry->versions[at] = (struct contract_version){ *contract, record->recorded };
	entry->answers[at]  = contract_answer(contract, record,
	                                      contract_version_number(entry->versions, at), arena);
	entry->versions_count++;
}

enum err
load_contract(struct engine *engine, struct span key, struct span value)
{
	struct arena         *arena = &engine->control_arena;
	struct record         record;
	struct contract       contract;
	struct span           id    = { key.at + 1, strnlen(key.at + 1, key.size - 1) };
	struct account_entry *entry = control_account(engine, id);
	enum err              err   = record_read(arena_copy(arena, value), arena, &record);
	if (err != ERR_NONE || entry == NULL)
		return ERR_STORE_DAMAGED;
	if (contract_parse(record.put, engine->catalog, arena, &contract, NULL) != ERR_NONE)
		return ERR_STORE_DAMAGED;
	contract_settle_from(&contract, entry->versions, entry->versions_count, record.recorded);
	contract_remember(entry, &contract, &record, arena);
	return ERR_NONE;
}

/* The next number is above every one that stands in a key. */
static void
sequence_pass(struct engine *engine, struct span key)
{
	if (key.at[0] == 'i' || key.size < LOG_KEY_SIZE)
		return;
	uint64_t number = log_key_read(key.at + key.size - LOG_KEY_SIZE);
	if (engine->control_sequence <= number)
		engine->control_sequence = number + 1;
}

static enum err
load_record(void *context, struct span key, struct span value)
{
	struct engine *engine = context;
	sequence_pass(engine, key);
	switch (key.at[0]) {
	case 'a':
		return load_account(engine, value);
	case 'b':
		return load_billing(engine, key, value);
	case 'c':
		return load_contract(engine, key, value);
	case 'k':
		return key_read(engine, value);
	case 'p':
		return people_load(engine, key, value);
	case 'r':
		return role_read(engine, value);
	case 'u':
		return person_read(engine, value);
	default:
		return ERR_NONE;
	}
}

/* Accounts come before contracts by key; of one contract the older version first, and
 * versions of different contracts never depend on each other's order. */
enum err
control_open(struct engine *engine, struct refusal *refusal)
{
	enum err err = engine->store->ops->scan(engine->store, SPACE_CONTROL, SPAN("a"), SPAN(""),
	                                        load_record, engine);
	if (err == ERR_NONE)
		err = session_open(engine);
	if (err == ERR_NONE)
		err = audit_open(engine);
	return err == ERR_NONE
	               ? err
	               : refuse(refusal, err, SPAN("control"), store_complaint(engine->store));
}
