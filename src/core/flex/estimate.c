/* estimate.c - charges given quantities for a whole month (F-40). */
#include "core/flex/estimate.h"

#include "core/flex/flex_int.h"
#include "core/flex/invoice.h"

static enum err
quantities_check(const struct catalog_card *card, enum flex_tier tier,
                 const struct flex_quantity *quantities, uint32_t count, struct refusal *refusal)
{
	for (uint32_t i = 0; i < count; i++) {
		struct span metric = quantities[i].metric;
		CHECK(quantities[i].quantity >= 0);
		if (!catalog_rate_find(card, tier, metric))
			return refuse(refusal, ERR_FIELD_VALUE, metric,
			              SPAN("is no metric that this tier is charged for"));
		for (uint32_t j = 0; j < i; j++) {
			if (span_equal(quantities[j].metric, metric))
				return refuse(refusal, ERR_FIELD_VALUE, metric,
				              SPAN("the metric stands here twice"));
		}
	}
	return ERR_NONE;
}

static int64_t
quantity_of(const struct flex_quantity *quantities, uint32_t count, struct span metric)
{
	for (uint32_t i = 0; i < count; i++) {
		if (span_equal(quantities[i].metric, metric))
			return quantities[i].quantity;
	}
	return 0;
}

enum err
flex_estimate(const struct flex_estimate_ask *ask, struct arena *arena,
              struct flex_estimate *estimate, struct refusal *refusal)
{
	const struct catalog_card *card  = ask->card;
	const struct flex_fraction whole = { 1, 1 };
	struct flex_estimate       made  = { .units = 0 };

	CHECK(card && arena && estimate);
	enum err err =
		quantities_check(card, ask->tier, ask->quantities, ask->quantities_count, refusal);
	if (err)
		return err;
	struct flex_line *lines = ARENA_ARRAY(arena, struct flex_line, card->rates_count);
	for (uint32_t i = 0; i < card->rates_count; i++) {
		const struct catalog_rate *rate = &card->rates[i];
		if (!catalog_rate_is_for(rate, ask->tier))
			continue;
		int64_t quantity =
			quantity_of(ask->quantities, ask->quantities_count, rate->metric);
		if (quantity == 0)
			continue;
		struct flex_line line     = rate_charge(rate, quantity, whole);
		lines[made.lines_count++] = line;
		made.units                = flex_add(made.units, line.units);
		/* Units that stay at the largest number are no answer. */
		if (made.units == INT64_MAX)
			return refuse(refusal, ERR_QUANTITY_TOO_LARGE, rate->metric, SPAN(""));
	}
	made.lines = lines;
	if (made.units > card->tiers[ask->tier].free_units)
		made.beyond = made.units - card->tiers[ask->tier].free_units;
	err = invoice_amount(made.beyond, ask->unit_price, &made.amount);
	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN("amount"), SPAN(""));
	*estimate = made;
	return ERR_NONE;
}
