/* flex_simulate.c - an account's usage under a list of contracts, side by side (F-41). */
#include "core/flex/simulate.h"
#include "engine/flex_int.h"

/* What a contract by licence would have owned and had over at the end of a month. */
static void
write_module_figures(struct json_out *out, const struct asked *asked,
                     const struct contract *contract, const struct contract_module *module,
                     int32_t hour)
{
	const struct catalog *catalog = asked->licence.catalog;

	for (const struct catalog_module *figure = catalog_module_find(catalog, module->module);
	     figure; figure                      = catalog_module_next(catalog, figure)) {
		struct licence_question question = asked->licence;
		struct licence_answer   answer;
		if (!licence_figure_fits(figure, module))
			continue;
		question.module              = figure;
		question.contract            = module;
		question.contract_start_hour = contract->start_hour;
		question.at_hour             = hour;
		licence_answer(&question, false, out->text.arena, &answer);
		json_object(out);
		json_key_string(out, SPAN("module"), figure->name);
		json_key_string(out, SPAN("unit"), answer.unit);
		write_number_or_null(out, SPAN("owned"), &answer, answer.owned);
		json_key(out, SPAN("used"));
		write_number(out, answer.amounts, answer.used);
		write_number_or_null(out, SPAN("over"), &answer, answer.over);
		json_object_end(out);
	}
}

/* The last hour of the month that the contract has and that is there by now. */
static int32_t
figures_hour(const struct contract *contract, int32_t month_hour, int32_t at_hour)
{
	int32_t last = month_next_first_hour(month_hour) - 1;

	if (last >= contract->end_hour)
		last = contract->end_hour - 1;
	return last < at_hour ? last : at_hour;
}

static void
write_figures(struct json_out *out, const struct asked *asked, const struct contract *contract,
              int32_t month_hour)
{
	int32_t hour = figures_hour(contract, month_hour, asked->licence.at_hour);

	json_key(out, SPAN("modules"));
	json_array(out);
	for (uint32_t i = 0; i < contract->modules_count && hour >= month_hour; i++)
		write_module_figures(out, asked, contract, &contract->modules[i], hour);
	json_array_end(out);
}

static void
write_simulated_month(struct json_out *out, const struct asked *asked,
                      const struct simulate_ask *ask, const struct contract *contract,
                      const struct simulated_month *month)
{
	json_object(out);
	flex_write_month(out, month->month_hour);
	if (contract->model == MODEL_FLEX) {
		flex_write_decimal(out, SPAN("units"), month->units);
		flex_write_decimal(out, SPAN("overage"), month->overage);
		flex_write_decimal(out, SPAN("bought"), month->bought);
	}
	json_key(out, SPAN("amount"));
	if (month->holds || month->amount != 0)
		json_decimal(out, month->amount);
	else
		json_null(out);
	if (ask->figures && contract->model != MODEL_FLEX && month->holds)
		write_figures(out, asked, contract, month->month_hour);
	json_object_end(out);
}

static void
write_simulation(struct json_out *out, const struct asked *asked, const struct simulate_ask *ask,
                 const struct contract *contract, const struct simulation *simulation)
{
	json_object(out);
	json_key_string(out, SPAN("contract"), contract->id);
	json_key_string(out, SPAN("model"), contract_model_name(contract->model));
	json_key_string(out, SPAN("plan"), contract->plan);
	if (contract->flex)
		json_key_string(out, SPAN("tier"), catalog_tier_name(contract->flex->tier));
	json_key(out, SPAN("months"));
	json_array(out);
	for (uint32_t i = 0; i < simulation->months_count; i++)
		write_simulated_month(out, asked, ask, contract, &simulation->months[i]);
	json_array_end(out);
	flex_write_decimal(out, SPAN("total"), simulation->total);
	json_object_end(out);
}

static enum err
write_simulations(struct json_out *out, const struct engine *engine, const struct asked *asked,
                  const struct simulate_ask *ask, struct refusal *refusal)
{
	enum err err = ERR_NONE;

	json_key(out, SPAN("contracts"));
	json_array(out);
	for (uint32_t i = 0; i < ask->contracts_count && err == ERR_NONE; i++) {
		struct simulation simulation;
		err = simulate(engine->catalog, asked->licence.book, &ask->contracts[i], ask,
		               asked->licence.at_hour, out->text.arena, &simulation, refusal);
		if (err == ERR_NONE)
			write_simulation(out, asked, ask, &ask->contracts[i].contract, &simulation);
	}
	if (err == ERR_NONE)
		json_array_end(out);
	return err;
}

enum err
engine_simulate(struct engine *engine, struct span account, struct span json, struct arena *arena,
                struct span *answer, struct refusal *refusal)
{
	uint64_t            begun    = clock_ns();
	struct question     question = { .account = account };
	struct simulate_ask ask;
	struct asked        asked;
	struct json_out     out;
	enum err            err = simulate_read(json, engine->catalog, arena, &ask, refusal);
	if (err == ERR_NONE)
		err = asked_begin(engine, &question, &asked, refusal);
	if (err != ERR_NONE)
		return err;
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("account"), account);
	json_key_hour(&out, SPAN("from"), ask.from_hour);
	json_key_hour(&out, SPAN("to"), ask.until_hour);
	json_key_string(&out, SPAN("currency"), asked.licence.account->currency);
	err = write_simulations(&out, engine, &asked, &ask, refusal);
	asked_end(engine, &asked);
	if (err == ERR_NONE) {
		json_object_end(&out);
		*answer = json_close(&out);
	}
	note_question(engine, begun);
	return err;
}
