/* catalog_plans.c - refuses plans, prices and credits that could not be computed with, and
 * categories that name a module twice. */
#include "core/catalog/catalog_int.h"

static enum err
upgrades_check(const struct place *place, const struct catalog_plan *plan)
{
	for (uint32_t i = 0; i < plan->upgrades_count; i++) {
		if (!catalog_plan_find(place->catalog, plan->upgrades[i]) ||
		    span_equal(plan->upgrades[i], plan->name))
			return catalog_place_refuse(place, "upgrades",
			                            "an upgrade must be another of the plans");
	}
	return ERR_NONE;
}

static enum err
prices_check(const struct place *place, const struct catalog_plan *plan)
{
	if (plan->prices_count > 0 && plan->currency.size != 3)
		return catalog_place_refuse(place, "currency",
		                            "prices need a currency of three letters");
	for (uint32_t i = 0; i < plan->prices_count; i++) {
		const struct catalog_price *price = &plan->prices[i];
		if (catalog_known_module(place->catalog, price->module) < 0)
			return catalog_place_refuse(place, "prices", "there is no such module");
		if (catalog_price_find(plan, price->module) != price)
			return catalog_place_refuse(place, "prices",
			                            "a module has two prices in one plan");
		if (price->a_year < 0 || price->a_year > CATALOG_PRICE_MAX)
			return catalog_place_refuse(place, "prices", "a price is 0 to 1000000000");
	}
	return ERR_NONE;
}

static enum err
plan_check(const struct place *place, const struct catalog_plan *plan)
{
	enum err err = catalog_name_check(place, "name", plan->name);

	if (!err && catalog_plan_find(place->catalog, plan->name) != plan)
		return catalog_place_refuse(place, "name", "the plan stands here twice");
	if (!err)
		err = upgrades_check(place, plan);
	if (!err && plan->credits_a_month > 0)
		err = catalog_number_check(place, "credits_a_month", plan->credits_a_month, 0);
	return err ? err : prices_check(place, plan);
}

/* The sum is of the machines' minutes: os is its key, size its item. */
static enum err
credits_check(const struct catalog *catalog, struct refusal *refusal)
{
	const struct catalog_credits *credits = &catalog->credits;

	if (credits->module.size == 0)
		return ERR_NONE;
	if (credits->meter < 0 || (uint32_t)credits->meter >= catalog->meters_count ||
	    catalog->meters[credits->meter].kind != SERIES_SUM)
		return refuse(refusal, ERR_CATALOG, SPAN("credits.meter"),
		              SPAN("credits need a meter that keeps a sum"));
	if (catalog->meters[credits->meter].key_field < 0 ||
	    catalog->meters[credits->meter].item_field < 0)
		return refuse(refusal, ERR_CATALOG, SPAN("credits.meter"),
		              SPAN("the meter of credits needs the os as key, the size as item"));
	if (catalog_known_module(catalog, credits->module) < 0)
		return refuse(refusal, ERR_CATALOG, SPAN("credits.module"),
		              SPAN("there is no such module"));
	return ERR_NONE;
}

static bool
is_named_before(const struct catalog *catalog, uint32_t category, uint32_t index)
{
	struct span module = catalog->categories[category].modules[index].module;

	for (uint32_t i = 0; i <= category; i++) {
		const struct catalog_category *row   = &catalog->categories[i];
		uint32_t                       count = i < category ? row->modules_count : index;
		for (uint32_t j = 0; j < count; j++) {
			if (span_equal(row->modules[j].module, module))
				return true;
		}
	}
	return false;
}

enum err
catalog_categories_check(const struct catalog *catalog, struct refusal *refusal)
{
	struct place place = { .catalog = catalog, .refusal = refusal, .section = "categories" };

	for (; place.index < catalog->categories_count; place.index++) {
		for (uint32_t i = 0; i < catalog->categories[place.index].modules_count; i++) {
			if (is_named_before(catalog, place.index, i))
				return catalog_place_refuse(&place, "modules",
				                            "a module stands in two categories");
		}
	}
	return ERR_NONE;
}

enum err
catalog_plans_check(const struct catalog *catalog, struct refusal *refusal)
{
	struct place place = { .catalog = catalog, .refusal = refusal, .section = "plans" };

	if (catalog->plans_count > CATALOG_PLANS_MAX)
		return catalog_place_refuse(&place, "", "there are more than 16 plans");
	for (; place.index < catalog->plans_count; place.index++) {
		enum err err = plan_check(&place, &catalog->plans[place.index]);
		if (err)
			return err;
	}
	return credits_check(catalog, refusal);
}
