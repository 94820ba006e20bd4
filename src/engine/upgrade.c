/* upgrade.c - contracts become of another plan, together.
 *
 * An upgrade is a list of contracts that is put: each as it is written, but for the plan,
 * and from this hour on. What puts them refuses what a list may not be. */
#include "core/licence/card.h"
#include "core/licence/plan.h"
#include "engine/control_int.h"

enum { WHY_SIZE = 512 };

struct wish {
	struct span plan;
	struct span module;
	struct span why;
};

static enum err
wish_member(const struct json *member, struct wish *wish, struct refusal *refusal)
{
	struct span *place = span_equal(member->key, SPAN("plan"))     ? &wish->plan
	                     : span_equal(member->key, SPAN("module")) ? &wish->module
	                     : span_equal(member->key, SPAN("why"))    ? &wish->why
	                                                               : NULL;

	if (!place)
		return refuse_at(refusal, ERR_FIELD_UNKNOWN, member->byte, member->key,
		                 SPAN("an upgrade has plan, module and why"));
	if (member->kind != JSON_STRING || member->text.size == 0 || member->text.size > WHY_SIZE)
		return refuse_at(refusal, ERR_FIELD_TYPE, member->byte, member->key,
		                 SPAN("a text of 1 to 512 bytes"));
	*place = member->text;
	return ERR_NONE;
}

static enum err
wish_read(struct span json, struct arena *arena, struct wish *wish, struct refusal *refusal)
{
	struct json *root;
	enum err     err = card_check(json, arena, refusal);

	if (err == ERR_NONE)
		err = json_parse(json, arena, &root, refusal);
	if (err != ERR_NONE)
		return err;
	if (root->kind != JSON_OBJECT)
		return refuse(refusal, ERR_FIELD_TYPE, SPAN(""), SPAN("an upgrade is an object"));
	*wish = (struct wish){ .why = SPAN("upgrade") };
	for (const struct json *member = root->first; member && err == ERR_NONE;
	     member                    = member->next)
                err = wish_member(member, wish, refusal);
	if (err == ERR_NONE && wish->plan.size == 0)
		err = refuse(refusal, ERR_FIELD_MISSING, SPAN("plan"), SPAN("plan is required"));
	return err;
}

/* ---- the contracts as they will be ---- */

static bool
is_replaced(struct span key, bool was_trial)
{
	return span_equal(key, SPAN("plan")) || span_equal(key, SPAN("from")) ||
	       span_equal(key, SPAN("why")) || (was_trial && span_equal(key, SPAN("kind"))) ||
	       (was_trial && span_equal(key, SPAN("end")));
}

static void
write_upgraded(struct json_out *out, const struct json *contract, bool was_trial,
               const struct wish *wish, int32_t end_hour)
{
	json_object(out);
	for (const struct json *member = contract->first; member; member = member->next) {
		if (is_replaced(member->key, was_trial))
			continue;
		json_key(out, member->key);
		json_raw(out, member->raw);
	}
	json_key_string(out, SPAN("plan"), wish->plan);
	if (was_trial) {
		json_key_string(out, SPAN("kind"), SPAN("PAID"));
		json_key_hour(out, SPAN("end"), end_hour);
	}
	json_key_string(out, SPAN("why"), wish->why);
	json_object_end(out);
}

/* The list to put. */
static struct span
upgraded_list(const struct account_entry *entry, const struct plan_upgrade *upgrade,
              const struct wish *wish, struct arena *arena)
{
	struct json_out out;

	json_open(&out, arena);
	json_array(&out);
	for (uint32_t i = 0; i < upgrade->count; i++) {
		const struct contract_version *version = upgrade->versions[i];
		struct json                   *root;
		enum err                       err =
			json_parse(entry->answers[version - entry->versions], arena, &root, NULL);
		CHECK(err == ERR_NONE);
		write_upgraded(&out, json_member(root, SPAN("contract")),
		               span_equal(version->contract.kind, SPAN("TRIAL")), wish,
		               upgrade->end_hour);
	}
	json_array_end(&out);
	return json_close(&out);
}

static enum err
upgrade_store(struct engine *engine, const struct change_begun *begun, struct span account,
              const struct wish *wish, struct arena *arena, struct span *answer,
              struct refusal *refusal)
{
	const struct account_entry *entry = control_account(engine, account);
	struct plan_upgrade         upgrade;

	if (entry == NULL)
		return refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
	struct plan_question question = {
		.catalog        = engine->catalog,
		.versions       = entry->versions,
		.versions_count = entry->versions_count,
		.known          = { INT64_MAX },
		.at_hour        = hour_of(engine_now(engine)),
	};
	upgrade.versions =
		ARENA_ARRAY(arena, const struct contract_version *, entry->versions_count);
	enum err err = plan_upgrade(&question, wish->plan, wish->module, &upgrade, refusal);
	if (err != ERR_NONE)
		return err;
	if (upgrade.count == 0) {
		*answer = SPAN("{\"contracts\":[]}");
		return ERR_NONE;
	}
	return contract_put_begun(begun, account, upgraded_list(entry, &upgrade, wish, arena),
	                          SPAN("contract.upgrade"), arena, answer, refusal);
}

enum err
engine_contract_upgrade(struct engine *engine, const struct change *change, struct span account,
                        struct span json, struct arena *arena, struct span *answer,
                        struct refusal *refusal)
{
	struct change_begun begun;
	struct wish         wish;
	enum err            err = wish_read(json, arena, &wish, refusal);

	if (err == ERR_NONE)
		err = change_begin(engine, change, account, json, arena, &begun, answer, refusal);
	if (err != ERR_NONE)
		return err;
	if (!begun.replayed)
		err = upgrade_store(engine, &begun, account, &wish, arena, answer, refusal);
	change_end(&begun);
	return err;
}
