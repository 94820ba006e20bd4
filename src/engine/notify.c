/* notify.c - notifications: each made once, in one commit with its record in the audit
 * trail and with what is to be delivered. */
#include "engine/notify.h"

#include <stdio.h>

#include "core/base/limit.h"
#include "core/notify/message.h"
#include "core/notify/mime.h"
#include "core/people/role.h"
#include "engine/notify_int.h"

const struct change CHANGE_BY_NOTIFIER = { .actor_kind = ACTOR_SYSTEM,
	                                   .actor      = { "notifications", 13 } };

enum { NUMBER_TEXT = 24 };

/* ---- keys ---- */

static struct span
account_key(char kind, struct span account, struct span rest, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add_char(&text, kind);
	text_add(&text, account);
	text_add_char(&text, '\0');
	text_add(&text, rest);
	return text_span(&text);
}

struct span
notification_key(char kind, struct span account, uint64_t number, struct arena *arena)
{
	return account_key(kind, account, log_key(number, arena), arena);
}

static enum err
control_get(struct engine *engine, struct span key, struct arena *arena, struct span *value)
{
	return engine->store->ops->get(engine->store, SPACE_CONTROL, key, arena, value);
}

/* A number of 8 bytes; absent when there is no such record: what a look for it returned. */
static enum err
number_read(enum err err, struct span value, uint64_t absent, uint64_t *number)
{
	if (err == ERR_NOT_FOUND) {
		*number = absent;
		return ERR_NONE;
	}
	if (err == ERR_NONE && value.size != LOG_KEY_SIZE)
		err = ERR_STORE_DAMAGED;
	if (err == ERR_NONE)
		*number = log_key_read(value.at);
	return err;
}

static enum err
count_get(struct engine *engine, struct span account, struct arena *arena, uint64_t *count)
{
	struct span value = { 0 };
	enum err    err =
		control_get(engine, account_key('M', account, SPAN(""), arena), arena, &value);

	return number_read(err, value, 0, count);
}

/* What changes see: those that wait for the same flush are there already. */
static enum err
number_before(const struct change_begun *begun, struct span account, struct span rest,
              uint64_t absent, struct arena *arena, uint64_t *number)
{
	struct span value = { 0 };
	enum err    err = change_read(begun, account_key('M', account, rest, arena), arena, &value);

	return number_read(err, value, absent, number);
}

/* ---- who is told ---- */

struct receiver {
	struct span channel;
	struct span to;
};

struct receivers {
	struct receiver at[RECEIVERS_MAX];
	uint32_t        count;
};

static void
receiver_add(struct receivers *receivers, struct span channel, struct span to)
{
	for (uint32_t i = 0; i < receivers->count; i++) {
		if (span_equal(receivers->at[i].to, to))
			return;
	}
	if (receivers->count < RECEIVERS_MAX)
		receivers->at[receivers->count++] = (struct receiver){ channel, to };
}

/* Those who can sign in and administer the account. */
static void
administrators_add(struct engine *engine, struct span account, struct arena *arena,
                   struct receivers *receivers)
{
	struct span  answer;
	struct json *root;

	if (engine_role_list(engine, account, arena, &answer, NULL) != ERR_NONE ||
	    json_parse(answer, arena, &root, NULL) != ERR_NONE)
		return;
	const struct json *list = json_member(root, SPAN("roles"));
	for (const struct json *item = list ? list->first : NULL; item; item = item->next) {
		const struct json *email = json_member(item, SPAN("email"));
		if (email && address_allowed(email->text) &&
		    (engine_person_rights(engine, email->text, account) & RIGHT_ADMINISTER))
			receiver_add(receivers, SPAN("mail"), email->text);
	}
}

static void
receivers_find(struct engine *engine, struct span account, const struct rules *rules,
               enum notice_kind kind, struct arena *arena, struct receivers *receivers)
{
	receivers->count = 0;
	for (uint32_t i = 0; i < rules->emails_count; i++)
		receiver_add(receivers, SPAN("mail"), rules->emails[i]);
	for (uint32_t i = 0; i < rules->webhooks_count; i++) {
		if (rules->webhooks[i].wanted[kind] && !rules->webhooks[i].is_off)
			receiver_add(receivers, SPAN("webhook"), rules->webhooks[i].url);
	}
	if (rules->administrators)
		administrators_add(engine, account, arena, receivers);
}

/* ---- a notification as it is stored ---- */

static void
quantity_write(struct json_out *out, struct span name, const struct notice *notice, int64_t value)
{
	json_key(out, name);
	if (notice->in_millionths)
		json_decimal(out, value);
	else
		json_int(out, value);
}

static void
notice_write(struct json_out *out, struct span account, const struct notice *notice,
             struct instant now)
{
	struct arena *arena = out->text.arena;

	json_key_string(out, SPAN("kind"), notice_name(notice->kind));
	if (notice->subject.size > 0)
		json_key_string(out, SPAN("subject"), notice->subject);
	if (notice->period.size > 0)
		json_key_string(out, SPAN("period"), notice->period);
	if (notice->mark > 0)
		json_key_int(out, SPAN("mark"), notice->mark);
	if (notice->kind == NOTICE_MODULE_OVER || notice->kind == NOTICE_CREDITS_LOW ||
	    notice->kind == NOTICE_FLEX_THRESHOLD) {
		bool credits = notice->kind == NOTICE_CREDITS_LOW;
		quantity_write(out, credits ? SPAN("left") : SPAN("used"), notice, notice->used);
		quantity_write(out, credits ? SPAN("total") : SPAN("owned"), notice, notice->owned);
	}
	if (notice->unit.size > 0)
		json_key_string(out, SPAN("unit"), notice->unit);
	json_key_string(out, SPAN("title"), message_title(account, notice, now, arena));
	json_key_string(out, SPAN("text"), message_text(account, notice, now, arena));
}

static struct span
record_write(const char *id, struct span account, const struct notice *notice, struct instant now,
             const struct receivers *receivers, struct arena *arena)
{
	struct json_out out;

	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("id"), span_of(id));
	json_key(&out, SPAN("at"));
	json_instant(&out, now);
	notice_write(&out, account, notice, now);
	json_key(&out, SPAN("to"));
	json_array(&out);
	for (uint32_t i = 0; i < receivers->count; i++) {
		json_object(&out);
		json_key_string(&out, SPAN("channel"), receivers->at[i].channel);
		json_key_string(&out, SPAN("to"), receivers->at[i].to);
		json_object_end(&out);
	}
	json_array_end(&out);
	json_object_end(&out);
	return json_close(&out);
}

/* ---- making ---- */

/* Everything that one commit makes durable. */
struct making {
	struct span         account;
	uint64_t            number;
	struct receivers   *receivers;
	struct errand      *errands;
	struct store_write *writes;
	uint32_t            writes_count;
};

static void
making_fill(struct making *making, const char *id, struct span record, struct instant now,
            struct arena *arena)
{
	const struct receivers *receivers = making->receivers;
	struct store_write *writes = ARENA_ARRAY(arena, struct store_write, receivers->count + 3);
	uint32_t            count  = 0;
	struct span         number = log_key(making->number, arena);

	making->errands = ARENA_ARRAY(arena, struct errand, receivers->count + 1);
	writes[count++] = control_write(account_key('N', making->account, number, arena), record);
	writes[count++] =
		control_write(account_key('M', making->account, span_of(id), arena), number);
	writes[count++] = control_write(account_key('M', making->account, SPAN(""), arena),
	                                log_key(making->number + 1, arena));
	for (uint32_t i = 0; i < receivers->count; i++) {
		const struct receiver *receiver = &receivers->at[i];
		making->errands[i]              = (struct errand){
				     .account = making->account,
				     .number  = making->number,
				     .target  = (uint8_t)i,
				     .created = now,
				     .next    = now,
		};
		errand_address(&making->errands[i], receiver->channel, receiver->to);
		writes[count++] = control_write(errand_key('P', &making->errands[i], arena),
		                                errand_state(&making->errands[i], SPAN("waiting"),
		                                             NULL, SPAN(""), receiver->channel,
		                                             receiver->to, arena));
	}
	making->writes       = writes;
	making->writes_count = count;
}

/* Caller holds change_lock, through begun; the id is new. */
static enum err
notification_store(const struct change_begun *begun, struct span account, const char *id,
                   const struct notice *notice, const struct rules *rules, struct arena *arena,
                   struct span *answer, struct refusal *refusal)
{
	struct engine *engine = begun->engine;
	struct making  making = { .account   = account,
		                  .receivers = arena_take(arena, sizeof(struct receivers)) };
	struct instant now    = engine_now(engine);
	enum err       err    = number_before(begun, account, SPAN(""), 0, arena, &making.number);

	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN(""), store_complaint(engine->store));
	receivers_find(engine, account, rules, notice->kind, arena, making.receivers);
	struct span record = record_write(id, account, notice, now, making.receivers, arena);
	making_fill(&making, id, record, now, arena);
	struct change_note note = { .what    = SPAN("notification.make"),
		                    .account = account,
		                    .id      = span_of(id),
		                    .after   = record };
	err = change_commit(begun, &note, making.writes, making.writes_count, record, arena,
	                    refusal);
	if (err != ERR_NONE)
		return err;
	change_errands(begun, making.errands, making.receivers->count);
	if (answer)
		*answer = record;
	return ERR_NONE;
}

enum err
notification_make_begun(const struct change_begun *begun, struct span account,
                        const struct notice *notice, struct arena *arena, bool *made,
                        struct span *answer, struct refusal *refusal)
{
	struct engine *engine = begun->engine;
	struct rules   rules;
	uint64_t       number;
	char           id[CAUSE_ID_SIZE + 1];

	cause_id(account, notice, id);
	if (control_account(engine, account) == NULL)
		return refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
	enum err err = number_before(begun, account, span_of(id), UINT64_MAX, arena, &number);
	if (err == ERR_NONE && number == UINT64_MAX)
		err = rules_read(engine, account, arena, &rules);
	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN(""), store_complaint(engine->store));
	if (number != UINT64_MAX)
		return ERR_NONE;
	err   = notification_store(begun, account, id, notice, &rules, arena, answer, refusal);
	*made = err == ERR_NONE;
	return err;
}

enum err
notification_make(struct engine *engine, const struct change *change, struct span account,
                  const struct notice *notice, struct arena *arena, bool *made, struct span *answer,
                  struct refusal *refusal)
{
	struct change_begun begun;
	struct span         first = { 0 };

	*made        = false;
	enum err err = change_begin(engine, change, SPAN("notification"), account, arena, &begun,
	                            &first, refusal);
	if (err != ERR_NONE)
		return err;
	if (!begun.replayed)
		err = notification_make_begun(&begun, account, notice, arena, made, answer,
		                              refusal);
	else if (answer)
		*answer = first;
	change_end(&begun);
	return err;
}

/* Each test is a cause of its own: its subject is the moment. */
enum err
engine_notification_test(struct engine *engine, const struct change *change, struct span account,
                         struct arena *arena, struct span *answer, struct refusal *refusal)
{
	char          moment[INSTANT_SIZE];
	bool          made;
	size_t        size   = instant_format(engine_now(engine), moment);
	struct notice notice = { .kind = NOTICE_TEST, .subject = { moment, size } };

	*answer = SPAN("{}"); /* two tests within a nanosecond */
	return notification_make(engine, change, account, &notice, arena, &made, answer, refusal);
}

enum { DETAIL_MAX = 2000 };

enum err
engine_notify_import(struct engine *engine, struct span account, struct span import,
                     struct span detail, struct refusal *refusal)
{
	struct arena  arena;
	struct rules  rules;
	bool          made;
	struct notice notice = { .kind    = NOTICE_IMPORT_FINISHED,
		                 .subject = import,
		                 .detail  = detail };

	CHECK(import.size <= LIMIT_ID_SIZE && detail.size <= DETAIL_MAX);
	arena_open(&arena, engine->control_arena.memory);
	enum err err = rules_read(engine, account, &arena, &rules);
	if (err != ERR_NONE)
		err = refuse(refusal, err, SPAN(""), store_complaint(engine->store));
	else if (rules.thresholds.wanted[NOTICE_IMPORT_FINISHED])
		err = notification_make(engine, &CHANGE_BY_NOTIFIER, account, &notice, &arena,
		                        &made, NULL, refusal);
	arena_close(&arena);
	return err;
}

/* ---- the history ---- */

/* How a delivery went: it waits, or it does not any more. */
static enum err
delivery_write(struct engine *engine, struct span account, uint64_t number, uint8_t target,
               struct json_out *out)
{
	struct arena *arena  = out->text.arena;
	struct errand errand = { .account = account, .number = number, .target = target };
	struct span   state;
	struct json  *root;
	enum err      err = control_get(engine, errand_key('F', &errand, arena), arena, &state);

	if (err == ERR_NOT_FOUND)
		err = control_get(engine, errand_key('P', &errand, arena), arena, &state);
	/* It was settled between the two looks. */
	if (err == ERR_NOT_FOUND)
		err = control_get(engine, errand_key('F', &errand, arena), arena, &state);
	if (err == ERR_NONE && json_parse(state, arena, &root, NULL) != ERR_NONE)
		err = ERR_STORE_DAMAGED;
	if (err == ERR_NONE)
		json_raw(out, state);
	return err == ERR_NOT_FOUND ? ERR_STORE_DAMAGED : err;
}

static enum err
notification_write(struct engine *engine, struct span account, uint64_t number,
                   struct json_out *out)
{
	struct arena *arena = out->text.arena;
	struct span   record;
	struct json  *root;
	enum err      err =
		control_get(engine, notification_key('N', account, number, arena), arena, &record);

	if (err == ERR_NOT_FOUND ||
	    (err == ERR_NONE && json_parse(record, arena, &root, NULL) != ERR_NONE))
		err = ERR_STORE_DAMAGED;
	if (err != ERR_NONE)
		return err;
	json_object(out);
	for (const struct json *member = root->first; member; member = member->next) {
		bool is_to = span_equal(member->key, SPAN("to"));
		json_key(out, is_to ? SPAN("deliveries") : member->key);
		if (!is_to) {
			json_raw(out, member->raw);
			continue;
		}
		json_array(out);
		for (uint32_t i = 0; i < member->count && err == ERR_NONE; i++)
			err = delivery_write(engine, account, number, (uint8_t)i, out);
		json_array_end(out);
	}
	json_object_end(out);
	return err;
}

static enum err
page_write(struct engine *engine, const struct question *question, uint64_t below,
           struct json_out *out)
{
	uint32_t limit = question->limit ? question->limit : LIMIT_PAGE_ROWS;
	uint64_t at    = below;
	enum err err   = ERR_NONE;

	json_object(out);
	json_key_string(out, SPAN("account"), question->account);
	json_key(out, SPAN("notifications"));
	json_array(out);
	for (uint32_t shown = 0; at > 0 && shown < limit && err == ERR_NONE; shown++)
		err = notification_write(engine, question->account, --at, out);
	json_array_end(out);
	if (at > 0) {
		char next[NUMBER_TEXT];
		snprintf(next, sizeof(next), "%llu", (unsigned long long)at);
		json_key_string(out, SPAN("next"), span_of(next));
	}
	json_object_end(out);
	return err;
}

enum err
engine_notification_list(struct engine *engine, const struct question *question,
                         struct arena *arena, struct span *answer, struct refusal *refusal)
{
	struct json_out out;
	uint64_t        count, below;
	char            currency[4];

	if (!control_account_known(engine, question->account, currency))
		return refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
	enum err err = count_get(engine, question->account, arena, &count);
	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN(""), store_complaint(engine->store));
	err = cursor_below(question->cursor, count, &below, refusal);
	if (err != ERR_NONE)
		return err;
	json_open(&out, arena);
	err = page_write(engine, question, below, &out);
	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN(""), store_complaint(engine->store));
	*answer = json_close(&out);
	return ERR_NONE;
}
