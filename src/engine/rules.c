/* rules.c - who is told of what: the rules of an account, stored, shown and changed. */
#include "engine/notify_int.h"

/* ---- writing ---- */

/* SHOWN: for everybody. DRAWN: the same, with secrets that were just made. STORED: all. */
enum rules_form { RULES_SHOWN, RULES_DRAWN, RULES_STORED };

static void
kinds_write(struct json_out *out, const bool wanted[NOTICE_COUNT])
{
	json_key(out, SPAN("kinds"));
	json_array(out);
	for (int kind = 0; kind < NOTICE_COUNT; kind++) {
		if (wanted[kind])
			json_string(out, notice_name((enum notice_kind)kind));
	}
	json_array_end(out);
}

static void
webhook_write(struct json_out *out, const struct engine *engine, enum rules_form form,
              const struct rules_webhook *webhook, bool drawn)
{
	struct arena *arena = out->text.arena;

	json_object(out);
	json_key_string(out, SPAN("url"), webhook->url);
	if (webhook->kinds_given)
		kinds_write(out, webhook->wanted);
	if (webhook->is_off)
		json_key_bool(out, SPAN("off"), true);
	if (form == RULES_DRAWN && drawn)
		json_key_string(out, SPAN("secret"), secret_text(webhook->secret, arena));
	if (form == RULES_STORED) {
		json_key_string(out, SPAN("sealed"), secret_seal(engine, webhook->secret, arena));
		if (webhook->old.size > 0)
			json_key_string(out, SPAN("old"), secret_seal(engine, webhook->old, arena));
	}
	if (webhook->old.size > 0) {
		json_key(out, SPAN("old_until"));
		json_instant(out, webhook->old_until);
	}
	json_object_end(out);
}

static void
thresholds_write(struct json_out *out, const struct thresholds *thresholds)
{
	json_key(out, SPAN("thresholds"));
	json_object(out);
	for (int kind = 0; kind < NOTICE_COUNT; kind++) {
		if (notice_marks((enum notice_kind)kind).count == 0)
			continue;
		json_key(out, notice_name((enum notice_kind)kind));
		json_array(out);
		for (uint32_t i = 0; i < thresholds->marks[kind].count; i++)
			json_int(out, thresholds->marks[kind].mark[i]);
		json_array_end(out);
	}
	json_object_end(out);
}

static struct span
rules_write(const struct engine *engine, struct span account, const struct rules *rules,
            enum rules_form form, const bool *drawn, struct arena *arena)
{
	struct json_out out;

	json_open(&out, arena);
	json_object(&out);
	if (form != RULES_STORED)
		json_key_string(&out, SPAN("account"), account);
	json_key_bool(&out, SPAN("administrators"), rules->administrators);
	json_key(&out, SPAN("emails"));
	json_array(&out);
	for (uint32_t i = 0; i < rules->emails_count; i++)
		json_string(&out, rules->emails[i]);
	json_array_end(&out);
	json_key(&out, SPAN("webhooks"));
	json_array(&out);
	for (uint32_t i = 0; i < rules->webhooks_count; i++)
		webhook_write(&out, engine, form, &rules->webhooks[i], drawn && drawn[i]);
	json_array_end(&out);
	kinds_write(&out, rules->thresholds.wanted);
	thresholds_write(&out, &rules->thresholds);
	json_object_end(&out);
	return json_close(&out);
}

/* ---- in the store ---- */

static struct span
rules_key(struct span account, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add_char(&text, 'W');
	text_add(&text, account);
	text_add_char(&text, '\0');
	return text_span(&text);
}

enum err
rules_read(struct engine *engine, struct span account, struct arena *arena, struct rules *rules)
{
	struct span value = SPAN("{}");
	enum err    err   = engine->store->ops->get(engine->store, SPACE_CONTROL,
	                                            rules_key(account, arena), arena, &value);

	if (err != ERR_NONE && err != ERR_NOT_FOUND)
		return err;
	if (rules_parse(engine, value, true, arena, rules, NULL) != ERR_NONE)
		return ERR_STORE_DAMAGED;
	return ERR_NONE;
}

enum err
engine_rules_get(struct engine *engine, struct span account, struct arena *arena,
                 struct span *answer, struct refusal *refusal)
{
	struct rules rules;
	char         currency[4];

	if (!control_account_known(engine, account, currency))
		return refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
	enum err err = rules_read(engine, account, arena, &rules);
	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN("rules"), store_complaint(engine->store));
	*answer = rules_write(engine, account, &rules, RULES_SHOWN, NULL, arena);
	return ERR_NONE;
}

/* Each webhook gets the secret it has, or one that is drawn; the one before goes on. */
static void
secrets_settle(const struct rules *before, struct rules *rules, struct instant now,
               bool drawn[RULES_WEBHOOKS_MAX], struct arena *arena)
{
	for (uint32_t i = 0; i < rules->webhooks_count; i++) {
		struct rules_webhook       *webhook = &rules->webhooks[i];
		const struct rules_webhook *known   = rules_webhook_find(before, webhook->url);
		drawn[i]                            = webhook->secret.size == 0 && !known;
		if (drawn[i])
			webhook->secret = secret_draw(arena);
		if (!known)
			continue;
		if (webhook->secret.size == 0)
			webhook->secret = known->secret;
		bool same          = span_equal(webhook->secret, known->secret);
		webhook->old       = same ? known->old : known->secret;
		webhook->old_until = known->old_until;
		if (!same)
			webhook->old_until.ns = now.ns + 24 * NS_PER_HOUR;
		if (webhook->old_until.ns <= now.ns)
			webhook->old = SPAN("");
	}
}

/* Caller holds change_lock, through begun. */
static enum err
rules_store(const struct change_begun *begun, struct span account, const struct rules *before,
            const struct rules *rules, struct arena *arena, struct refusal *refusal)
{
	struct engine     *engine = begun->engine;
	struct span        shown  = rules_write(engine, account, rules, RULES_SHOWN, NULL, arena);
	struct change_note note   = {
		  .what    = SPAN("notification-rules.put"),
		  .account = account,
		  .id      = account,
		  .before  = rules_write(engine, account, before, RULES_SHOWN, NULL, arena),
		  .after   = shown,
	};
	struct store_write write =
		control_write(rules_key(account, arena),
	                      rules_write(engine, account, rules, RULES_STORED, NULL, arena));
	return change_commit(begun, &note, &write, 1, shown, arena, refusal);
}

static bool
rules_same(const struct engine *engine, const struct rules *a, const struct rules *b,
           struct arena *arena)
{
	struct span first  = rules_write(engine, SPAN(""), a, RULES_SHOWN, NULL, arena);
	struct span second = rules_write(engine, SPAN(""), b, RULES_SHOWN, NULL, arena);

	for (uint32_t i = 0; i < a->webhooks_count && i < b->webhooks_count; i++) {
		if (!span_equal(a->webhooks[i].secret, b->webhooks[i].secret))
			return false;
	}
	return span_equal(first, second);
}

/* An Idempotency-Key cannot show a secret twice: the repeated answer lacks it. */
enum err
engine_rules_put(struct engine *engine, const struct change *change, struct span account,
                 struct span json, struct arena *arena, struct span *answer,
                 struct refusal *refusal)
{
	struct rules        rules, before;
	struct change_begun begun;
	bool                drawn[RULES_WEBHOOKS_MAX] = { false };
	enum err            err = rules_parse(engine, json, false, arena, &rules, refusal);

	if (err == ERR_NONE)
		err = change_begin(engine, change, rules_key(account, arena), json, arena, &begun,
		                   answer, refusal);
	if (err != ERR_NONE)
		return err;
	if (control_account(engine, account) == NULL)
		err = refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
	if (err == ERR_NONE && !begun.replayed) {
		err = rules_read(engine, account, arena, &before);
		if (err != ERR_NONE)
			(void)refuse(refusal, err, SPAN("rules"), store_complaint(engine->store));
		else
			secrets_settle(&before, &rules, engine_now(engine), drawn, arena);
		if (err == ERR_NONE && !rules_same(engine, &before, &rules, arena))
			err = rules_store(&begun, account, &before, &rules, arena, refusal);
		if (err == ERR_NONE)
			*answer = rules_write(engine, account, &rules, RULES_DRAWN, drawn, arena);
	}
	change_end(&begun);
	return err;
}

enum err
rules_turn_off(struct engine *engine, struct span account, struct span url)
{
	struct arena        arena;
	struct rules        rules, before;
	struct span         answer;
	struct change_begun begun;

	arena_open(&arena, engine->control_arena.memory);
	enum err err = change_begin(engine, &CHANGE_BY_NOTIFIER, account, url, &arena, &begun,
	                            &answer, NULL);
	if (err == ERR_NONE) {
		err   = rules_read(engine, account, &arena, &before);
		rules = before;
		for (uint32_t i = 0; err == ERR_NONE && i < rules.webhooks_count; i++) {
			if (!span_equal(rules.webhooks[i].url, url) || rules.webhooks[i].is_off)
				continue;
			rules.webhooks[i].is_off = true;
			err = rules_store(&begun, account, &before, &rules, &arena, NULL);
		}
		change_end(&begun);
	}
	arena_close(&arena);
	return err;
}
