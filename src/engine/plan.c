/* plan.c - plans of an account's modules, what can be done next, prices. */
#include "core/licence/plan.h"

#include "engine/ask_int.h"

static struct plan_question
plan_asked(const struct engine *engine, const struct asked *asked)
{
	return (struct plan_question){
		.catalog        = engine->catalog,
		.versions       = asked->versions,
		.versions_count = asked->versions_count,
		.known          = asked->known,
		.at_hour        = asked->licence.at_hour,
	};
}

static void
write_actions(struct json_out *out, const struct plan_answer *answer)
{
	json_key(out, SPAN("actions"));
	json_array(out);
	for (uint32_t i = 0; i < PLAN_ACTIONS; i++) {
		if (answer->actions & 1U << i)
			json_string(out, plan_action_name((enum plan_action)(1U << i)));
	}
	json_array_end(out);
	json_key(out, SPAN("upgrades"));
	json_array(out);
	for (uint32_t i = 0; answer->actions & PLAN_UPGRADE && i < answer->plan->upgrades_count;
	     i++)
		json_string(out, answer->plan->upgrades[i]);
	json_array_end(out);
}

static void
write_plan(struct json_out *out, const struct asked *asked, const struct plan_question *question,
           struct span module)
{
	struct plan_answer answer;

	plan_answer(question, module, &answer);
	json_object(out);
	json_key_string(out, SPAN("module"), module);
	json_key_string(out, SPAN("state"), plan_state_name(answer.state));
	if (answer.version) {
		const struct contract *contract = &answer.version->contract;
		json_key_string(out, SPAN("plan"), contract->plan);
		json_key_string(out, SPAN("kind"), contract->kind);
		json_key_string(out, SPAN("model"), contract_model_name(answer.module->model));
		write_version(out, asked, answer.version);
		json_key_hour(out, SPAN("start"), contract->start_hour);
		json_key_hour(out, SPAN("end"), contract->end_hour);
		json_key_int(out, SPAN("days_left"), answer.days_left);
		json_key_bool(out, SPAN("cancelled"), contract->cancelled);
	}
	write_actions(out, &answer);
	json_object_end(out);
}

enum err
engine_plan(struct engine *engine, const struct question *question, struct arena *arena,
            struct span *answer, struct refusal *refusal)
{
	struct asked    asked;
	struct json_out out;
	enum err        err = asked_begin(engine, question, &asked, refusal);
	if (err != ERR_NONE)
		return err;
	const struct catalog *catalog = engine->catalog;
	struct plan_question  ask     = plan_asked(engine, &asked);
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("account"), question->account);
	json_key_hour(&out, SPAN("at"), ask.at_hour);
	write_flex(&out, &asked);
	json_key(&out, SPAN("modules"));
	json_array(&out);
	for (uint32_t i = 0; i < catalog->known_modules_count; i++) {
		if (catalog_module_find(catalog, catalog->known_modules[i]))
			write_plan(&out, &asked, &ask, catalog->known_modules[i]);
	}
	json_array_end(&out);
	json_object_end(&out);
	asked_end(engine, &asked);
	*answer = json_close(&out);
	return ERR_NONE;
}

static void
write_price(struct json_out *out, const struct asked *asked, const struct plan_question *ask,
            const struct question *question, int64_t developers, const struct plan_price *price)
{
	json_object(out);
	json_key_string(out, SPAN("account"), question->account);
	json_key_hour(out, SPAN("at"), ask->at_hour);
	json_key_string(out, SPAN("module"), question->module);
	json_key_int(out, SPAN("developers"), developers);
	json_key_string(out, SPAN("plan"), price->plan->name);
	write_version(out, asked, price->version);
	json_key_hour(out, SPAN("end"), price->version->contract.end_hour);
	json_key_int(out, SPAN("days_left"), price->days_left);
	json_key_int(out, SPAN("days_of_term"), price->days_of_term);
	json_key(out, SPAN("a_year"));
	json_decimal(out, price->a_year);
	json_key(out, SPAN("amount"));
	json_decimal(out, price->amount);
	json_key_string(out, SPAN("currency"), price->plan->currency);
	json_object_end(out);
}

static bool
developers_read(struct span text, int64_t *developers)
{
	*developers = 0;
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] < '0' || text.at[i] > '9' || i > 8)
			return false;
		*developers = *developers * 10 + (text.at[i] - '0');
	}
	return *developers > 0;
}

enum err
engine_price(struct engine *engine, const struct question *question, struct arena *arena,
             struct span *answer, struct refusal *refusal)
{
	struct asked      asked;
	struct plan_price price;
	struct json_out   out;

	int64_t developers;

	if (question->module.size == 0)
		return refuse(refusal, ERR_QUESTION, SPAN("module"),
		              SPAN("a price is asked for a module"));
	if (!developers_read(question->developers, &developers))
		return refuse(refusal, ERR_QUESTION, SPAN("developers"),
		              SPAN("developers is a whole number from 1 to 999999999"));
	enum err err = asked_begin(engine, question, &asked, refusal);
	if (err != ERR_NONE)
		return err;
	struct plan_question ask = plan_asked(engine, &asked);
	err = plan_price(&ask, question->module, developers, asked.licence.account->currency,
	                 &price, refusal);
	if (err == ERR_NONE) {
		json_open(&out, arena);
		write_price(&out, &asked, &ask, question, developers, &price);
	}
	asked_end(engine, &asked);
	if (err == ERR_NONE)
		*answer = json_close(&out);
	return err;
}
