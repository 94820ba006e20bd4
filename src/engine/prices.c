/* prices.c - what a unit, a metric and a licence cost, for whoever plans. */
#include "core/catalog/catalog.h"
#include "core/json/json_write.h"
#include "engine/engine_int.h"
#include "engine/flex_int.h"

/* ---- the newest rate card ---- */

static void
tiers_write(struct json_out *out, const struct catalog_card *card)
{
	json_key(out, SPAN("tiers"));
	json_array(out);
	for (uint32_t i = 0; i < FLEX_TIERS; i++) {
		json_object(out);
		json_key_string(out, SPAN("tier"), catalog_tier_name((enum flex_tier)i));
		flex_write_decimal(out, SPAN("free"), card->tiers[i].free_units);
		flex_write_decimal(out, SPAN("unit_price"), card->tiers[i].unit_price);
		flex_write_decimal(out, SPAN("overage_price"), card->tiers[i].overage_price);
		json_object_end(out);
	}
	json_array_end(out);
}

static void
slices_write(struct json_out *out, const struct catalog_rate *rate)
{
	json_key(out, SPAN("rates"));
	json_array(out);
	for (uint32_t i = 0; i < rate->slices_count; i++) {
		const struct catalog_slice *slice = &rate->slices[i];
		json_object(out);
		if (slice->up_to_millionths != QUANTITY_UNBOUNDED)
			flex_write_decimal(out, SPAN("up_to"), slice->up_to_millionths);
		flex_write_decimal(out, SPAN("units"), slice->units_millionths);
		json_key_int(out, SPAN("per"), slice->per);
		json_object_end(out);
	}
	json_array_end(out);
}

static void
metric_write(struct json_out *out, const struct catalog_rate *rate)
{
	json_object(out);
	json_key_string(out, SPAN("module"), rate->module);
	json_key_string(out, SPAN("metric"), rate->metric);
	json_key_string(out, SPAN("name"), rate->name);
	json_key_string(out, SPAN("unit"), rate->unit);
	json_key_string(out, SPAN("hint"), rate->hint);
	json_key(out, SPAN("tiers"));
	json_array(out);
	for (uint32_t i = 0; i < FLEX_TIERS; i++) {
		if (catalog_rate_is_for(rate, (enum flex_tier)i))
			json_string(out, catalog_tier_name((enum flex_tier)i));
	}
	json_array_end(out);
	json_key_bool(out, SPAN("unlimited"), rate->unlimited);
	flex_write_decimal(out, SPAN("allowance"), rate->allowance_millionths);
	slices_write(out, rate);
	json_object_end(out);
}

static void
card_write(struct json_out *out, const struct catalog_card *card)
{
	json_key(out, SPAN("flex"));
	if (!card) {
		json_null(out);
		return;
	}
	json_object(out);
	json_key_hour(out, SPAN("from"), card->from_hour);
	json_key_string(out, SPAN("currency"), card->currency);
	tiers_write(out, card);
	json_key(out, SPAN("metrics"));
	json_array(out);
	for (uint32_t i = 0; i < card->rates_count; i++)
		metric_write(out, &card->rates[i]);
	json_array_end(out);
	json_object_end(out);
}

/* ---- plans, and what modules stand among ---- */

static void
plans_write(struct json_out *out, const struct catalog *catalog)
{
	json_key(out, SPAN("plans"));
	json_array(out);
	for (uint32_t i = 0; i < catalog->plans_count; i++) {
		const struct catalog_plan *plan = &catalog->plans[i];
		json_object(out);
		json_key_string(out, SPAN("plan"), plan->name);
		json_key_string(out, SPAN("title"), plan->title);
		json_key_string(out, SPAN("currency"), plan->currency);
		json_key(out, SPAN("prices"));
		json_object(out);
		for (uint32_t j = 0; j < plan->prices_count; j++)
			flex_write_decimal(out, plan->prices[j].module, plan->prices[j].a_year);
		json_object_end(out);
		json_object_end(out);
	}
	json_array_end(out);
}

static void
category_write(struct json_out *out, const struct catalog_category *category)
{
	json_object(out);
	json_key_string(out, SPAN("title"), category->title);
	json_key(out, SPAN("modules"));
	json_array(out);
	for (uint32_t i = 0; i < category->modules_count; i++) {
		json_object(out);
		json_key_string(out, SPAN("module"), category->modules[i].module);
		json_key_string(out, SPAN("title"), category->modules[i].title);
		json_object_end(out);
	}
	json_array_end(out);
	json_object_end(out);
}

struct span
engine_prices(const struct engine *engine, struct arena *arena)
{
	const struct catalog *catalog = engine->catalog;
	uint32_t              cards   = catalog->cards_count;
	struct json_out       out;

	json_open(&out, arena);
	json_object(&out);
	json_key(&out, SPAN("categories"));
	json_array(&out);
	for (uint32_t i = 0; i < catalog->categories_count; i++)
		category_write(&out, &catalog->categories[i]);
	json_array_end(&out);
	card_write(&out, cards > 0 ? &catalog->cards[cards - 1] : NULL);
	plans_write(&out, catalog);
	json_object_end(&out);
	return json_close(&out);
}
