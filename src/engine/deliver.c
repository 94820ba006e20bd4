/* deliver.c - one delivery: from what is stored to the courier, and how it went back into
 * the store. */
#include "edge/sys/memory.h"
#include "engine/notify_int.h"

enum { NO_CARRIER_WAIT_S = 300 };

/* What the store holds of it. */
struct load {
	struct arena   arena;
	struct rules   rules;
	struct span    channel;
	struct span    to;
	struct parcel  parcel;
	struct errand *errand;
};

static enum err
record_get(struct engine *engine, struct load *load, const struct json **record)
{
	struct span  value;
	struct json *root;
	struct span  key =
		notification_key('N', load->errand->account, load->errand->number, &load->arena);
	enum err err =
		engine->store->ops->get(engine->store, SPACE_CONTROL, key, &load->arena, &value);

	if (err == ERR_NONE && json_parse(value, &load->arena, &root, NULL) != ERR_NONE)
		err = ERR_STORE_DAMAGED;
	if (err == ERR_NONE)
		*record = root;
	return err;
}

static struct span
text_of(const struct json *object, struct span name)
{
	const struct json *value = json_member(object, name);
	return value && value->kind == JSON_STRING ? value->text : SPAN("");
}

/* {"type":..,"timestamp":..,"data":{"account":..,"id":..,...}} */
static struct span
body_write(struct span account, const struct json *record, struct arena *arena)
{
	struct json_out out;

	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("type"), text_of(record, SPAN("kind")));
	json_key_string(&out, SPAN("timestamp"), text_of(record, SPAN("at")));
	json_key(&out, SPAN("data"));
	json_object(&out);
	json_key_string(&out, SPAN("account"), account);
	for (const struct json *member = record->first; member; member = member->next) {
		if (span_equal(member->key, SPAN("to")) || span_equal(member->key, SPAN("at")) ||
		    span_equal(member->key, SPAN("kind")))
			continue;
		json_key(&out, member->key);
		json_raw(&out, member->raw);
	}
	json_object_end(&out);
	json_object_end(&out);
	return json_close(&out);
}

static void
secrets_fill(struct parcel *parcel, const struct rules_webhook *webhook)
{
	parcel->secrets[parcel->secrets_count++] = webhook->secret;
	if (webhook->old.size > 0 && parcel->now.ns < webhook->old_until.ns)
		parcel->secrets[parcel->secrets_count++] = webhook->old;
}

/* Pack it. *why says that there is nobody to bring it to any more. */
static enum err
parcel_pack(struct engine *engine, struct load *load, struct span *why)
{
	const struct json *record;
	enum err           err = record_get(engine, load, &record);

	if (err == ERR_NONE)
		err = rules_read(engine, load->errand->account, &load->arena, &load->rules);
	if (err != ERR_NONE)
		return err;
	const struct json *to = json_member(record, SPAN("to"));
	to                    = to ? to->first : NULL;
	for (uint32_t i = 0; to && i < load->errand->target; i++)
		to = to->next;
	load->channel = text_of(to, SPAN("channel"));
	load->to      = text_of(to, SPAN("to"));
	load->parcel  = (struct parcel){
		 .is_mail = span_equal(load->channel, SPAN("mail")),
		 .id      = text_of(record, SPAN("id")),
		 .to      = load->to,
		 .created = load->errand->created,
		 .now     = engine_now(engine),
		 .title   = text_of(record, SPAN("title")),
		 .text    = text_of(record, SPAN("text")),
		 .body    = body_write(load->errand->account, record, &load->arena),
	};
	if (load->parcel.is_mail)
		return load->to.size > 0 ? ERR_NONE : ERR_STORE_DAMAGED;
	const struct rules_webhook *webhook = rules_webhook_find(&load->rules, load->to);
	if (!webhook)
		*why = SPAN("the webhook was taken out of the rules");
	else if (webhook->is_off)
		*why = SPAN("the webhook was turned off");
	else
		secrets_fill(&load->parcel, webhook);
	return ERR_NONE;
}

/* ---- how it went ---- */

/* Whether it is over, and else when it goes on. */
static bool
errand_settle(struct errand *errand, const struct parcel_answer *answer, struct instant now)
{
	struct instant give_up = { errand->created.ns + schedule_patience().ns };

	switch (answer->delivery) {
	case DELIVERY_NO_CARRIER:
		errand->next.ns = now.ns + NO_CARRIER_WAIT_S * NS_PER_SECOND;
		return now.ns >= give_up.ns;
	case DELIVERY_AGAIN:
		errand->attempts++;
		return !schedule_attempt(errand->created, errand->attempts, now, answer->wait,
		                         &errand->next);
	case DELIVERY_DONE:
	case DELIVERY_NEVER:
	case DELIVERY_GONE:
		errand->attempts++;
		return true;
	case DELIVERY_STOPPED:
		return false;
	}
	check_failed("every delivery went somehow", __FILE__, __LINE__);
}

static enum err
state_store(struct engine *engine, struct load *load, bool over, const struct parcel_answer *answer,
            struct instant now)
{
	struct span        state = !over                               ? SPAN("waiting")
	                           : answer->delivery == DELIVERY_DONE ? SPAN("delivered")
	                                                               : SPAN("failed");
	struct span        value = errand_state(load->errand, state, &now, span_of(answer->text),
	                                        load->channel, load->to, &load->arena);
	struct store_write writes[2];

	writes[0] = control_write(errand_key(over ? 'F' : 'P', load->errand, &load->arena), value);
	writes[1] = (struct store_write){ .space  = SPACE_CONTROL,
		                          .remove = true,
		                          .key    = errand_key('P', load->errand, &load->arena) };
	return engine_commit(engine, writes, over ? 2 : 1);
}

/* A fault of the store: what is not written down is done again, with the same id. */
void
errand_run(struct engine *engine, const struct courier *courier, struct errand *errand)
{
	struct load          load   = { .errand = errand };
	struct parcel_answer answer = { .delivery = DELIVERY_NEVER };
	struct span          why    = SPAN("");

	arena_open(&load.arena, system_memory());
	enum err err = parcel_pack(engine, &load, &why);
	if (err == ERR_NONE && why.size > 0)
		memcpy(answer.text, why.at, why.size); /* the rest is zero */
	else if (err == ERR_NONE)
		courier->carry(courier->context, &load.parcel, &answer);
	struct instant now  = engine_now(engine);
	bool           over = false;
	if (err == ERR_NONE) {
		over = errand_settle(errand, &answer, now);
		if (answer.delivery == DELIVERY_GONE)
			err = rules_turn_off(engine, errand->account, load.to);
		if (err == ERR_NONE && answer.delivery != DELIVERY_STOPPED)
			err = state_store(engine, &load, over, &answer, now);
	}
	if (err != ERR_NONE) {
		over            = false;
		errand->next.ns = now.ns + NO_CARRIER_WAIT_S * NS_PER_SECOND;
	}
	outbox_put_back(engine, errand, over, over && answer.delivery == DELIVERY_DONE);
	arena_close(&load.arena);
}

uint32_t
engine_deliver(struct engine *engine, const struct courier *courier)
{
	struct errand   errand;
	struct duration wait;
	uint64_t        seen;
	uint32_t        tried = 0;

	while (outbox_take(engine, 1, &errand, &wait, &seen)) {
		errand_run(engine, courier, &errand);
		tried++;
	}
	return tried;
}
