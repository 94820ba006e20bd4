/* catalog_card.c - rate cards: found by day and metric, and refused when they do not work. */
#include "core/base/decimal.h"
#include "core/catalog/catalog_int.h"

enum { ALERT_PERCENT_MAX = 1000 };

static const struct span tier_names[FLEX_TIERS] = {
	[FLEX_FREE]       = { "free", 4 },
	[FLEX_ESSENTIALS] = { "essentials", 10 },
	[FLEX_ENTERPRISE] = { "enterprise", 10 },
};

struct span
catalog_tier_name(enum flex_tier tier)
{
	CHECK((unsigned)tier < FLEX_TIERS);
	return tier_names[tier];
}

enum flex_tier
catalog_tier_find(struct span name)
{
	uint32_t tier = 0;

	while (tier < FLEX_TIERS && !span_equal(tier_names[tier], name))
		tier++;
	return (enum flex_tier)tier;
}

const struct catalog_card *
catalog_card_at(const struct catalog *catalog, int32_t hour)
{
	const struct catalog_card *found = catalog->cards;

	if (catalog->cards_count == 0)
		return NULL;
	for (uint32_t i = 1; i < catalog->cards_count; i++) {
		if (catalog->cards[i].from_hour <= hour)
			found = &catalog->cards[i];
	}
	return found;
}

bool
catalog_rate_is_for(const struct catalog_rate *rate, enum flex_tier tier)
{
	CHECK((unsigned)tier < FLEX_TIERS);
	return rate->tiers >> (tier == FLEX_FREE ? FLEX_ESSENTIALS : tier) & 1;
}

const struct catalog_rate *
catalog_rate_find(const struct catalog_card *card, enum flex_tier tier, struct span metric)
{
	for (uint32_t i = 0; i < card->rates_count; i++) {
		if (catalog_rate_is_for(&card->rates[i], tier) &&
		    span_equal(card->rates[i].metric, metric))
			return &card->rates[i];
	}
	return NULL;
}

/* ---- what is refused ---- */

static enum err
rate_names_check(const struct place *place, const struct catalog_rate *rate)
{
	enum err err = catalog_name_check(place, "module", rate->module);

	if (!err)
		err = catalog_name_check(place, "metric", rate->metric);
	if (!err)
		err = catalog_name_check(place, "name", rate->name);
	if (!err)
		err = catalog_name_check(place, "unit", rate->unit);
	if (!err && (rate->tiers & ~((1u << FLEX_ESSENTIALS) | (1u << FLEX_ENTERPRISE))) != 0)
		return catalog_place_refuse(place, "tier",
		                            "a row is of essentials, enterprise or both");
	if (!err && rate->tiers == 0)
		return catalog_place_refuse(place, "tier", "a row needs a tier");
	return err;
}

static enum err
rate_twice_check(const struct place *place, const struct catalog_card *card, uint32_t index)
{
	const struct catalog_rate *rate = &card->rates[index];

	for (uint32_t i = 0; i < index; i++) {
		if (span_equal(card->rates[i].metric, rate->metric) &&
		    (card->rates[i].tiers & rate->tiers) != 0)
			return catalog_place_refuse(place, "metric",
			                            "the metric has two rows for one tier");
	}
	return ERR_NONE;
}

/* Whether a fold can be made of what a meter keeps. */
static bool
fold_fits(enum rate_fold fold, enum series_kind kind)
{
	switch (fold) {
	case RATE_COUNT:
		return kind == SERIES_COUNT;
	case RATE_SUM:
		return kind == SERIES_SUM;
	case RATE_UNIQUE:
	case RATE_UNIQUE_30D:
	case RATE_PEAK_DAILY_UNIQUE:
		return kind == SERIES_LATEST || kind == SERIES_COUNT;
	case RATE_MEAN:
	case RATE_MAX:
		return kind == SERIES_GAUGE;
	case RATE_MEMBERS:
		return kind == SERIES_LATEST;
	}
	return false;
}

static enum err
rate_members_check(const struct place *place, const struct catalog_rate *rate)
{
	bool members = rate->fold == RATE_MEMBERS;
	bool given   = rate->revoked_meter >= 0 &&
	             (uint32_t)rate->revoked_meter < place->catalog->meters_count;

	if (members &&
	    (!given || !fold_fits(rate->fold, place->catalog->meters[rate->revoked_meter].kind)))
		return catalog_place_refuse(place, "revoked_by",
		                            "members need a meter of what takes access away");
	if (!members && rate->revoked_meter != -1)
		return catalog_place_refuse(place, "revoked_by", "only members are revoked");
	return ERR_NONE;
}

static enum err
rate_meters_check(const struct place *place, const struct catalog_rate *rate)
{
	if (rate->meters_count == 0 || rate->meters_count > CATALOG_RATE_METERS_MAX)
		return catalog_place_refuse(place, "meters", "a row needs 1 to 8 meters");
	for (uint32_t i = 0; i < rate->meters_count; i++) {
		uint32_t meter = (uint32_t)rate->meters[i];
		if (meter >= place->catalog->meters_count)
			return catalog_place_refuse(place, "meters", "there is no such meter");
		if (!fold_fits(rate->fold, place->catalog->meters[meter].kind))
			return catalog_place_refuse(place, "fold",
			                            "the meter does not keep what this fold needs");
		if (rate->item.size > 0 && place->catalog->meters[meter].item_field < 0)
			return catalog_place_refuse(place, "item", "the meter's keys have no item");
		for (uint32_t j = 0; j < i; j++) {
			if (rate->meters[j] == rate->meters[i])
				return catalog_place_refuse(place, "meters",
				                            "the meter stands here twice");
		}
	}
	return rate_members_check(place, rate);
}

/* The least number that all divide; 0 when it is larger than a divisor may be. */
static int64_t
common_per(int64_t a, int64_t b)
{
	int64_t x = a, y = b;

	while (y != 0) {
		int64_t rest = x % y;
		x            = y;
		y            = rest;
	}
	int64_t common = a / x * b; /* both at most CATALOG_NUMBER_MAX */
	return common > CATALOG_NUMBER_MAX ? 0 : common;
}

static enum err
rate_slices_check(const struct place *place, const struct catalog_rate *rate)
{
	const char *column = rate->slices_count > 1 ? "tiers" : "units";
	int64_t     below  = 0;
	int64_t     per    = 1;

	if (rate->unlimited && rate->slices_count > 0)
		return catalog_place_refuse(place, "unlimited", "what is unlimited has no rate");
	if (rate->unlimited)
		return ERR_NONE;
	if (rate->slices_count == 0 || rate->slices_count > CATALOG_SLICES_MAX)
		return catalog_place_refuse(place, "units", "a rate is needed, or 2 to 8 tiers");
	for (uint32_t i = 0; i < rate->slices_count; i++) {
		const struct catalog_slice *slice = &rate->slices[i];
		if (slice->up_to_millionths <= below)
			return catalog_place_refuse(place, column, "the tiers overlap");
		below = slice->up_to_millionths;
		if (slice->units_millionths < 0 || slice->units_millionths > CATALOG_RATE_MAX)
			return catalog_place_refuse(place, column, "a rate is 0 to 1000000 units");
		enum err err = catalog_number_check(place, "per", slice->per, 1);
		if (err)
			return err;
		per = common_per(per, slice->per);
		if (per == 0)
			return catalog_place_refuse(
				place, column, "the divisors have no common one below 1000000000");
	}
	if (below != QUANTITY_UNBOUNDED)
		return catalog_place_refuse(place, column,
		                            "the tiers leave a gap: the last must have no up_to");
	return ERR_NONE;
}

static enum err
rates_check(struct place *place, const struct catalog_card *card)
{
	if (card->rates_count == 0 || card->rates_count > CATALOG_RATES_MAX)
		return catalog_place_refuse(place, "rates", "a card has 1 to 128 rates");
	place->inner = "rates";
	for (place->inner_index = 0; place->inner_index < card->rates_count; place->inner_index++) {
		const struct catalog_rate *rate = &card->rates[place->inner_index];
		enum err                   err  = rate_names_check(place, rate);
		if (!err)
			err = rate_twice_check(place, card, place->inner_index);
		if (!err)
			err = rate_meters_check(place, rate);
		if (!err)
			err = rate_slices_check(place, rate);
		if (!err &&
		    (rate->allowance_millionths < 0 || rate->allowance_millionths >= QUANTITY_END))
			return catalog_place_refuse(place, "allowance",
			                            "an allowance is 0 or more");
		if (err)
			return err;
	}
	place->inner = NULL;
	return ERR_NONE;
}

static enum err
prices_check(const struct place *place, const struct catalog_card *card)
{
	if (card->currency.size != 3)
		return catalog_place_refuse(place, "currency",
		                            "prices need a currency of three letters");
	for (uint32_t i = 0; i < FLEX_TIERS; i++) {
		const struct catalog_tier *tier = &card->tiers[i];
		if (tier->free_units < 0 || tier->free_units >= QUANTITY_END)
			return catalog_place_refuse(place, "tiers", "free units are 0 or more");
		if (tier->unit_price < 0 || tier->unit_price > CATALOG_PRICE_MAX ||
		    tier->overage_price < 0 || tier->overage_price > CATALOG_PRICE_MAX)
			return catalog_place_refuse(place, "tiers", "a price is 0 to 1000000000");
	}
	return ERR_NONE;
}

static enum err
alerts_check(const struct place *place, const struct catalog_card *card)
{
	int32_t below = 0;

	if (card->alerts_count > CATALOG_ALERTS_MAX)
		return catalog_place_refuse(place, "alerts", "there are more than 8 thresholds");
	for (uint32_t i = 0; i < card->alerts_count; i++) {
		if (card->alerts[i] <= below || card->alerts[i] > ALERT_PERCENT_MAX)
			return catalog_place_refuse(place, "alerts",
			                            "thresholds are percents that rise, to 1000");
		below = card->alerts[i];
	}
	return ERR_NONE;
}

enum err
catalog_cards_check(const struct catalog *catalog, struct refusal *refusal)
{
	struct place place = { .catalog = catalog, .refusal = refusal, .section = "rate_cards" };

	if (catalog->cards_count > CATALOG_CARDS_MAX)
		return catalog_place_refuse(&place, "", "there are more than 16 rate cards");
	for (; place.index < catalog->cards_count; place.index++) {
		const struct catalog_card *card = &catalog->cards[place.index];
		if (place.index > 0 && card->from_hour <= card[-1].from_hour)
			return catalog_place_refuse(&place, "from",
			                            "rate cards stand in the order of their days");
		enum err err = prices_check(&place, card);
		if (!err)
			err = alerts_check(&place, card);
		if (!err)
			err = rates_check(&place, card);
		if (err)
			return err;
	}
	return ERR_NONE;
}
