/* contracts.c - putting and showing contracts and their versions. */
#include "core/licence/card.h"
#include "engine/control_int.h"

enum { CONTRACT_LIST_MAX = 100 };

/* The newest version of a contract: its index, or versions_count when there is none. */
static uint32_t
newest_version(const struct account_entry *entry, struct span contract)
{
	for (uint32_t i = entry->versions_count; i-- > 0;) {
		if (span_equal(entry->versions[i].contract.id, contract))
			return i;
	}
	return entry->versions_count;
}

static struct span
newest_answer(const struct account_entry *entry, struct span contract)
{
	uint32_t newest = newest_version(entry, contract);
	return newest < entry->versions_count ? entry->answers[newest] : SPAN("");
}

/* The newest version's answer when it says exactly this; empty. */
static struct span
same_answer(const struct account_entry *entry, const struct contract *contract, struct span json,
            struct arena *arena)
{
	struct json *root;
	struct span  answer = newest_answer(entry, contract->id);
	if (answer.size == 0 || json_parse(answer, arena, &root, NULL) != ERR_NONE)
		return SPAN("");
	const struct json *put = json_member(root, SPAN("contract"));
	return put && span_equal(put->raw, json) ? answer : SPAN("");
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

/* One contract of those that are put. */
struct put_item {
	struct span     json;
	struct contract contract;
	struct span     before; /* the newest version's answer; empty: none */
	struct span     answer;
	struct span     key; /* of its record; empty: it says what stands there already */
	struct span     value;
};

/* All that one call puts: together or not at all. */
struct put_list {
	struct span      account;
	struct span      what;    /* for the audit trail */
	bool             is_list; /* a list was given, not one contract */
	struct put_item *items;
	uint32_t         count;
	uint32_t         fresh; /* of them, those that change something */
};

static enum err
put_read_item(struct engine *engine, const struct json *json, struct put_list *list,
              struct arena *arena, struct refusal *refusal)
{
	struct put_item *item = &list->items[list->count];
	*item                 = (struct put_item){ .json = json->raw };
	enum err err = contract_parse(item->json, engine->catalog, arena, &item->contract, refusal);
	if (err != ERR_NONE && refusal && list->is_list) {
		refusal->index = list->count;
		if (refusal->byte != REFUSAL_NO_BYTE)
			refusal->byte += json->byte;
	}
	list->count++;
	return err;
}

static enum err
put_read(struct engine *engine, struct span json, struct put_list *list, struct arena *arena,
         struct refusal *refusal)
{
	struct json *root;
	enum err     err = json_parse(json, arena, &root, refusal);
	if (err != ERR_NONE)
		return err;
	list->is_list = root->kind == JSON_ARRAY;
	if (list->is_list && (root->count == 0 || root->count > CONTRACT_LIST_MAX))
		return refuse(refusal, ERR_FIELD_VALUE, SPAN(""),
		              SPAN("a list holds 1 to 100 contracts"));
	list->items = ARENA_ARRAY(arena, struct put_item, list->is_list ? root->count : 1);
	if (!list->is_list)
		return put_read_item(engine, root, list, arena, refusal);
	for (const struct json *one = root->first; one && err == ERR_NONE; one = one->next)
		err = put_read_item(engine, one, list, arena, refusal);
	return err;
}

/* Which of them change something; those stand behind the versions there are. */
static struct contract_version *
put_versions(const struct account_entry *entry, struct put_list *list, struct instant now,
             struct arena *arena)
{
	struct contract_version *versions =
		ARENA_ARRAY(arena, struct contract_version, entry->versions_count + list->count);
	if (entry->versions_count > 0)
		memcpy(versions, entry->versions, entry->versions_count * sizeof *versions);
	for (uint32_t i = 0; i < list->count; i++) {
		struct put_item *item  = &list->items[i];
		uint32_t         count = entry->versions_count + list->fresh;
		item->before           = newest_answer(entry, item->contract.id);
		item->answer           = same_answer(entry, &item->contract, item->json, arena);
		if (item->answer.size > 0)
			continue;
		contract_settle_from(&item->contract, versions, count, now);
		versions[count] = (struct contract_version){ item->contract, now };
		list->fresh++;
	}
	return versions;
}

static struct span
put_answer(const struct put_list *list, bool before, struct arena *arena)
{
	struct json_out out;
	if (!list->is_list)
		return before ? list->items[0].before : list->items[0].answer;
	json_open(&out, arena);
	json_object(&out);
	json_key(&out, SPAN("contracts"));
	json_array(&out);
	for (uint32_t i = 0; i < list->count; i++) {
		struct span one = before ? list->items[i].before : list->items[i].answer;
		if (one.size > 0)
			json_raw(&out, one);
	}
	json_array_end(&out);
	json_object_end(&out);
	return json_close(&out);
}

/* The records of the fresh ones, and what each is answered with. */
static const struct store_write *
put_records(struct engine *engine, const struct change *change, struct put_list *list,
            const struct contract_version *versions, uint32_t count, struct arena *arena)
{
	struct store_write *writes = ARENA_ARRAY(arena, struct store_write, list->fresh);
	uint32_t            at     = 0;
	for (uint32_t i = 0; i < list->count; i++) {
		struct put_item *item = &list->items[i];
		if (item->answer.size > 0)
			continue;
		const struct contract_version *version = &versions[count + at];
		struct record record = { version->recorded, change->actor, item->json };
		item->answer =
			contract_answer(&item->contract, &record,
		                        contract_version_number(versions, count + at), arena);
		item->value  = record_write(record.recorded, record.by, item->json, arena);
		item->key    = control_key('c', list->account, item->contract.id,
		                           engine->control_sequence + at, arena);
		writes[at++] = control_write(item->key, item->value);
	}
	CHECK(at == list->fresh);
	return writes;
}

static void
put_remember(struct engine *engine, const struct put_list *list)
{
	pthread_rwlock_wrlock(&engine->control_lock);
	engine->control_sequence += list->fresh;
	for (uint32_t i = 0; i < list->count; i++) {
		const struct put_item *item = &list->items[i];
		if (item->key.size == 0)
			continue;
		enum err err = load_contract(engine, item->key, item->value);
		CHECK(err == ERR_NONE);
	}
	pthread_rwlock_unlock(&engine->control_lock);
}

/* Whoever changes a contract has seen a version of it: what somebody else put meanwhile is not
 * replaced unseen. */
static enum err
follows_check(const struct account_entry *entry, const struct change *change,
              const struct put_list *list, struct refusal *refusal)
{
	if (!change->follows)
		return ERR_NONE;
	if (list->is_list)
		return refuse(refusal, ERR_FIELD_VALUE, SPAN("follows"),
		              SPAN("follows is of one contract, not of a list"));
	uint32_t newest = newest_version(entry, list->items[0].contract.id);
	uint32_t number = newest < entry->versions_count
	                          ? contract_version_number(entry->versions, newest)
	                          : 0;
	if (number == *change->follows)
		return ERR_NONE;
	if (*change->follows == 0)
		return refuse(refusal, ERR_CONTRACT_CHANGED, SPAN("id"),
		              SPAN("there is a contract of this name already"));
	return refuse(refusal, ERR_CONTRACT_CHANGED, SPAN("follows"),
	              SPAN("somebody put a newer version meanwhile: look at it, and begin anew"));
}

/* What the list makes of the account, refused where it may not: the versions there are and the
 * fresh ones behind them, and the records of those. */
struct put_made {
	const struct contract_version *versions;
	const struct store_write      *writes;
};

static enum err
put_make(struct engine *engine, const struct change *change, struct put_list *list,
         struct arena *arena, struct put_made *made, struct refusal *refusal)
{
	const struct account_entry *entry = control_account(engine, list->account);
	if (entry == NULL)
		return refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
	uint32_t                 count    = entry->versions_count;
	struct contract_version *versions = put_versions(entry, list, engine_now(engine), arena);
	*made                             = (struct put_made){ .versions = versions };
	if (list->fresh == 0)
		return ERR_NONE;
	enum err err = follows_check(entry, change, list, refusal);
	if (err == ERR_NONE)
		err = contract_admit_list(versions, count + list->fresh, list->fresh, refusal);
	if (err != ERR_NONE && refusal && !list->is_list)
		refusal->index = REFUSAL_NO_INDEX;
	if (err == ERR_NONE)
		made->writes = put_records(engine, change, list, versions, count, arena);
	return err;
}

static enum err
put_store(struct engine *engine, const struct change_begun *begun, struct put_list *list,
          struct arena *arena, struct span *answer, struct refusal *refusal)
{
	struct put_made records;
	enum err        err = put_make(engine, begun->change, list, arena, &records, refusal);
	if (err == ERR_NONE && list->fresh == 0)
		*answer = put_answer(list, false, arena);
	if (err != ERR_NONE || list->fresh == 0)
		return err;
	struct span        made = put_answer(list, false, arena);
	struct change_note note = { .what    = list->what,
		                    .account = list->account,
		                    .id     = list->is_list ? SPAN("") : list->items[0].contract.id,
		                    .before = put_answer(list, true, arena),
		                    .after  = made };
	err = change_commit(begun, &note, records.writes, list->fresh, made, arena, refusal);
	if (err != ERR_NONE)
		return err;
	put_remember(engine, list);
	*answer = made;
	return ERR_NONE;
}

enum err
engine_contract_put(struct engine *engine, const struct change *change, struct span account,
                    struct span json, struct arena *arena, struct span *answer,
                    struct refusal *refusal)
{
	struct put_list     list = { .account = account, .what = SPAN("contract.put") };
	struct change_begun begun;
	json         = trim(json);
	enum err err = card_check(json, arena, refusal);
	if (err == ERR_NONE)
		err = put_read(engine, json, &list, arena, refusal);
	if (err != ERR_NONE)
		return err;
	err = change_begin(engine, change, account, json, arena, &begun, answer, refusal);
	if (err != ERR_NONE)
		return err;
	if (!begun.replayed)
		err = put_store(engine, &begun, &list, arena, answer, refusal);
	change_end(&begun);
	return err;
}

enum err
contract_put_begun(const struct change_begun *begun, struct span account, struct span json,
                   struct span what, struct arena *arena, struct span *answer,
                   struct refusal *refusal)
{
	struct put_list list = { .account = account, .what = what };
	enum err        err  = put_read(begun->engine, json, &list, arena, refusal);

	return err ? err : put_store(begun->engine, begun, &list, arena, answer, refusal);
}

enum err
contract_try(struct engine *engine, const struct change *change, struct span account,
             struct span json, struct arena *arena, struct contract_trial *trial,
             struct refusal *refusal)
{
	struct put_list list = { .account = account };
	struct put_made made;
	enum err        err = card_check(json, arena, refusal);
	if (err == ERR_NONE)
		err = put_read(engine, trim(json), &list, arena, refusal);
	if (err == ERR_NONE)
		err = put_make(engine, change, &list, arena, &made, refusal);
	if (err != ERR_NONE)
		return err;
	const struct account_entry *entry = control_account(engine, account);
	trial->versions                   = made.versions;
	trial->count                      = entry->versions_count;
	trial->fresh                      = list.fresh;
	trial->answers                    = ARENA_ARRAY(arena, struct span, list.count);
	trial->answers_count              = list.count;
	for (uint32_t i = 0; i < list.count; i++)
		trial->answers[i] = list.items[i].answer;
	return ERR_NONE;
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
		if (!versions && newest_version(entry, entry->versions[i].contract.id) != i)
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
