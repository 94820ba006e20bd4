/* account.c - putting and showing accounts. */
#include "core/licence/card.h"
#include "engine/control_int.h"
#include "engine/person_int.h"

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
account_store(struct engine *engine, const struct change_begun *begun, struct span json,
              const struct account *account, const struct account_entry *entry, struct arena *arena,
              struct span *answer, struct refusal *refusal)
{
	struct instant         now     = engine_now(engine);
	struct account_version version = { *account, now };
	struct span            made    = account_answer(&version, arena);
	struct span            value   = record_write(now, begun->change->actor, json, arena);
	struct span key = control_key('a', account->id, SPAN(""), engine->control_sequence, arena);
	struct change_note note = { .what    = SPAN("account.put"),
		                    .account = account->id,
		                    .id      = account->id,
		                    .after   = made };
	if (entry)
		note.before = account_answer(&entry->history[entry->history_count - 1], arena);
	struct store_write write = control_write(key, value);
	enum err           err   = change_commit(begun, &note, &write, 1, made, arena, refusal);
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

/* From the parent upwards: does the way lead to the account? Every account's way ends, so
 * it is no longer than there are accounts. */
static bool
account_above(const struct engine *engine, struct span parent, struct span account)
{
	for (uint32_t i = 0; i <= engine->accounts_count && parent.size > 0; i++) {
		if (span_equal(parent, account))
			return true;
		const struct account_entry *entry = control_account(engine, parent);
		if (entry == NULL)
			return false;
		parent = entry->history[entry->history_count - 1].account.parent;
	}
	return parent.size > 0;
}

static enum err
account_check(struct engine *engine, const struct account *account,
              const struct account_entry *entry, struct refusal *refusal)
{
	if (account->parent.size > 0 && control_account(engine, account->parent) == NULL)
		return refuse(refusal, ERR_FIELD_VALUE, SPAN("parent"),
		              SPAN("the parent account does not exist"));
	if (account_above(engine, account->parent, account->id))
		return refuse(
			refusal, ERR_FIELD_VALUE, SPAN("parent"),
			SPAN("an account cannot be above itself: its parent stands below it"));
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
	enum err            err = card_check(json, arena, refusal);
	if (err == ERR_NONE)
		err = account_parse(json, arena, &account, refusal);
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
			err = account_store(engine, &begun, json, &account, entry, arena, answer,
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

/* Whose accounts are listed: of one id, of one person, or all. */
struct listed {
	struct span only;
	struct span email;
};

static bool
is_listed(const struct engine *engine, const struct account_entry *entry,
          const struct listed *listed)
{
	if (listed->only.size > 0 && !span_equal(listed->only, entry->id))
		return false;
	return listed->email.size == 0 || role_of(engine, entry->id, listed->email) != 0;
}

static struct span
accounts_write(struct engine *engine, const struct listed *listed, uint32_t limit,
               struct span cursor, struct arena *arena)
{
	struct json_out out;
	struct span     last  = { 0 };
	uint32_t        shown = 0, at;
	bool            found;
	json_open(&out, arena);
	json_object(&out);
	json_key(&out, SPAN("accounts"));
	json_array(&out);
	pthread_rwlock_rdlock(&engine->control_lock);
	at = account_index(engine, cursor, &found);
	at += found; /* the cursor is the last id of the page before */
	for (; at < engine->accounts_count && (limit == 0 || shown < limit); at++) {
		const struct account_entry *entry = engine->accounts[at];
		if (!is_listed(engine, entry, listed))
			continue;
		json_raw(&out, account_answer(&entry->history[entry->history_count - 1], arena));
		last = entry->id;
		shown++;
	}
	/* Whether there is more of what is listed: the rest is nobody's business. */
	while (at < engine->accounts_count && !is_listed(engine, engine->accounts[at], listed))
		at++;
	bool more = at < engine->accounts_count;
	pthread_rwlock_unlock(&engine->control_lock);
	json_array_end(&out);
	if (more && shown > 0)
		json_key_string(&out, SPAN("next"), last);
	json_object_end(&out);
	return json_close(&out);
}

enum err
engine_account_list(struct engine *engine, struct span only, uint32_t limit, struct span cursor,
                    struct arena *arena, struct span *answer, struct refusal *refusal)
{
	struct listed listed = { .only = only };
	(void)refusal;
	*answer = accounts_write(engine, &listed, limit, cursor, arena);
	return ERR_NONE;
}

enum err
engine_person_accounts(struct engine *engine, struct span email, uint32_t limit, struct span cursor,
                       struct arena *arena, struct span *answer, struct refusal *refusal)
{
	struct listed listed = { .email = email };
	(void)refusal;
	CHECK(email.size > 0);
	*answer = accounts_write(engine, &listed, limit, cursor, arena);
	return ERR_NONE;
}
