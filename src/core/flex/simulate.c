/* simulate.c - prices recorded usage under a contract, month by month (F-41). */
#include "core/flex/simulate.h"

#include "core/flex/flex_int.h"
#include "core/flex/invoice.h"

enum { MONTHS_A_YEAR = 12 };

#define CENT (MILLIONTHS / 100)

/* ---- Flex ---- */

static enum err
topups_at(const struct contract_flex *flex, int32_t hour, int64_t *units)
{
	*units = 0;
	for (uint32_t i = 0; i < flex->topups_count; i++) {
		if (flex->topups[i].at_hour == hour)
			*units = flex_add(*units, flex->topups[i].units);
	}
	return *units == INT64_MAX ? ERR_QUANTITY_TOO_LARGE : ERR_NONE;
}

/* Is this top-up the first of its hour? Those of one hour are bought together. */
static bool
topup_leads(const struct contract_flex *flex, uint32_t index)
{
	for (uint32_t i = 0; i < index; i++) {
		if (flex->topups[i].at_hour == flex->topups[index].at_hour)
			return false;
	}
	return true;
}

static enum err
purchase_add(const struct contract_flex *flex, int64_t units, int64_t *bought)
{
	int64_t  amount = 0, support = 0;
	enum err err = invoice_amount(units, flex->unit_price, &amount);

	if (!err)
		err = invoice_percent(amount, flex->support_percent, &support);
	if (!err)
		*bought = flex_add(*bought, flex_add(amount, support));
	return err;
}

/* What is bought in [from, until), as it is invoiced in advance (F-33). */
static enum err
month_bought(const struct contract *contract, int32_t from, int32_t until, int64_t *bought)
{
	const struct contract_flex *flex = contract->flex;
	enum err                    err  = ERR_NONE;

	*bought = 0;
	if (contract->start_hour >= from && contract->start_hour < until && flex->units > 0)
		err = purchase_add(flex, flex->units, bought);
	for (uint32_t i = 0; i < flex->topups_count && !err; i++) {
		int32_t at = flex->topups[i].at_hour;
		int64_t units;
		if (at < from || at >= until || !topup_leads(flex, i))
			continue;
		err = topups_at(flex, at, &units);
		if (!err)
			err = purchase_add(flex, units, bought);
	}
	return err;
}

static enum err
flex_simulate(const struct flex_question *question, struct simulated_month *months, uint32_t count,
              struct arena *arena)
{
	const struct contract *contract = &question->versions[0].contract;
	struct flex_walk       walk;
	struct flex_statement  statement;
	enum err               err = ERR_NONE;

	for (uint32_t i = 0; i < count && !err; i++)
		err = month_bought(contract, months[i].month_hour,
		                   month_next_first_hour(months[i].month_hour), &months[i].bought);
	flex_walk_open(&walk, question, contract->id, months[0].month_hour);
	while (!err && flex_walk_next(&walk, arena, &statement)) {
		for (uint32_t i = 0; i < count; i++) {
			if (months[i].month_hour != statement.month.period.month_hour)
				continue;
			months[i].holds   = true;
			months[i].units   = statement.month.units;
			months[i].overage = statement.pool.overage;
			months[i].amount  = statement.overage_amount;
		}
	}
	for (uint32_t i = 0; i < count; i++)
		months[i].amount = flex_add(months[i].amount, months[i].bought);
	return err;
}

/* ---- by licence ---- */

/* How many licences of the module are paid for. */
static int64_t
licences_of(const struct contract_module *module)
{
	int64_t count = 0;

	switch (module->model) {
	case MODEL_DEVELOPER_360:
		count = module->developers;
		break;
	case MODEL_SERVICES:
		count = module->services;
		break;
	case MODEL_SERVICE_INSTANCES:
		count = module->instances;
		break;
	case MODEL_LEGACY_USER:
	case MODEL_FLEX:
		break;
	}
	return count > 0 ? count : 0;
}

static const struct catalog_price *
price_of(const struct catalog *catalog, const struct simulate_contract *contract,
         const struct contract_module *module)
{
	const struct catalog_plan *plan = catalog_plan_find(catalog, contract->contract.plan);

	for (uint32_t i = 0; i < contract->prices_count; i++) {
		if (span_equal(contract->prices[i].module, module->module))
			return &contract->prices[i];
	}
	/* A plan has the prices of developers alone. */
	return plan && module->model == MODEL_DEVELOPER_360
	               ? catalog_price_find(plan, module->module)
	               : NULL;
}

/* A twelfth of a year's price, for the part of the month in which the contract holds. */
static int64_t
module_amount(int64_t licences, int64_t a_year, const struct flex_period *period)
{
	i128 above = (i128)licences * a_year * period->fraction.hours;
	i128 below = (i128)MONTHS_A_YEAR * period->fraction.of * CENT;

	return divide_half_even(above, below) * CENT;
}

static enum err
module_simulate(const struct catalog *catalog, const struct simulate_contract *contract,
                const struct contract_module *module, struct simulated_month *months,
                uint32_t count, struct refusal *refusal)
{
	int64_t                     licences = licences_of(module);
	const struct catalog_price *price    = price_of(catalog, contract, module);

	if (licences == 0 && module->model != MODEL_LEGACY_USER)
		return ERR_NONE;
	if (!price)
		return refuse(refusal, ERR_PRICE_UNKNOWN, module->module,
		              SPAN("neither the simulation nor the catalogue has a price for it"));
	for (uint32_t i = 0; i < count; i++) {
		int32_t next = month_next_first_hour(months[i].month_hour);
		int32_t last =
			next < contract->contract.end_hour ? next : contract->contract.end_hour;
		if (!months[i].holds)
			continue;
		struct flex_period period = flex_period_at(contract->contract.start_hour,
		                                           contract->contract.end_hour, last - 1);
		months[i].amount =
			flex_add(months[i].amount, module_amount(licences, price->a_year, &period));
	}
	return ERR_NONE;
}

static enum err
licences_simulate(const struct catalog *catalog, const struct simulate_contract *contract,
                  struct simulated_month *months, uint32_t count, struct refusal *refusal)
{
	enum err err = ERR_NONE;

	for (uint32_t i = 0; i < count; i++)
		months[i].holds = contract->contract.start_hour <
		                          month_next_first_hour(months[i].month_hour) &&
		                  contract->contract.end_hour > months[i].month_hour;
	for (uint32_t i = 0; i < contract->contract.modules_count && !err; i++)
		err = module_simulate(catalog, contract, &contract->contract.modules[i], months,
		                      count, refusal);
	return err;
}

/* ---- both ---- */

enum err
simulate(const struct catalog *catalog, const struct book *book,
         const struct simulate_contract *contract, const struct simulate_ask *ask, int32_t at_hour,
         struct arena *arena, struct simulation *simulation, struct refusal *refusal)
{
	const struct contract_version version  = { .contract = contract->contract };
	struct flex_question          question = { .catalog        = catalog,
		                                   .versions       = &version,
		                                   .versions_count = 1,
		                                   .known          = { INT64_MAX },
		                                   .book           = book,
		                                   .at_hour        = at_hour };
	struct simulated_month       *months =
		arena_take_zeroed(arena, SIMULATE_MONTHS_MAX * sizeof(*months));
	struct simulation made = { .months = months };

	for (int32_t at = ask->from_hour; at < ask->until_hour; at = month_next_first_hour(at)) {
		CHECK(made.months_count < SIMULATE_MONTHS_MAX);
		months[made.months_count++].month_hour = at;
	}
	if (question.at_hour >= ask->until_hour)
		question.at_hour = ask->until_hour - 1;
	enum err err =
		contract->contract.model == MODEL_FLEX
			? flex_simulate(&question, months, made.months_count, arena)
			: licences_simulate(catalog, contract, months, made.months_count, refusal);
	if (err == ERR_QUANTITY_TOO_LARGE)
		return refuse(refusal, err, contract->contract.id, (struct span){ 0 });
	if (err)
		return err;
	for (uint32_t i = 0; i < made.months_count; i++)
		made.total = flex_add(made.total, months[i].amount);
	*simulation = made;
	return ERR_NONE;
}
