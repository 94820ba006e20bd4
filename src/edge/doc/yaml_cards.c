/* yaml_cards.c - rate cards: from file to rows.
 *
 * Meters stand in the catalogue already: names become indices of those. */
#include "core/base/calendar.h"
#include "core/base/decimal.h"
#include "edge/doc/yaml_int.h"

/* A decimal number; an absent one is 0. */
static enum err
resolve_decimal(const struct resolver *resolver, const char *column, const char *text,
                int64_t *millionths)
{
	*millionths = 0;
	if (text && decimal_parse(span_of(text), millionths) != ERR_NONE)
		return resolver_refuse(resolver, column, "not a decimal number:", text);
	return ERR_NONE;
}

/* from is where the slice before ends, or is left out. */
static enum err
resolve_slice(const struct resolver *resolver, const struct file_slice *from, int64_t below,
              struct catalog_slice *slice)
{
	int64_t  begin = below;
	enum err err   = resolve_decimal(resolver, "tiers", from->units, &slice->units_millionths);

	slice->up_to_millionths = QUANTITY_UNBOUNDED;
	if (!err && from->from)
		err = resolve_decimal(resolver, "tiers", from->from, &begin);
	if (!err && begin != below)
		return resolver_refuse(resolver, "tiers",
		                       begin < below ? "the tiers overlap at"
		                                     : "the tiers leave a gap below",
		                       from->from);
	if (!err && from->up_to)
		err = resolve_decimal(resolver, "tiers", from->up_to, &slice->up_to_millionths);
	return err ? err
	           : resolver_number(resolver, "tiers", from->per ? from->per : "1", &slice->per);
}

static enum err
resolve_slices(const struct resolver *resolver, const struct file_rate *from,
               struct catalog_rate *rate)
{
	const struct file_slice  single = { .units = from->units, .per = from->per };
	const struct file_slice *slices = from->tiers_count > 0 ? from->tiers : &single;
	uint32_t                 count  = from->tiers_count;
	int64_t                  below  = 0;

	if (from->units && from->tiers_count > 0)
		return resolver_refuse(resolver, "units",
		                       "a row has units or tiers, not both:", from->units);
	if (from->units)
		count = 1;
	struct catalog_slice *rows = ARENA_ARRAY(resolver->arena, struct catalog_slice, count);
	for (uint32_t i = 0; i < count; i++) {
		enum err err = resolve_slice(resolver, &slices[i], below, &rows[i]);
		if (err)
			return err;
		below = rows[i].up_to_millionths;
	}
	rate->slices       = rows;
	rate->slices_count = count;
	return ERR_NONE;
}

static enum err
resolve_rate_meters(const struct resolver *resolver, const struct file_rate *from,
                    struct catalog_rate *rate)
{
	rate->meters_count = from->meters_count;
	for (uint32_t i = 0; i < from->meters_count; i++) {
		rate->meters[i] = resolver_meter(resolver, from->meters[i]);
		if (rate->meters[i] < 0)
			return resolver_refuse(resolver, "meters", "there is no meter",
			                       from->meters[i]);
	}
	rate->revoked_meter = -1;
	if (!from->revoked_by)
		return ERR_NONE;
	rate->revoked_meter = resolver_meter(resolver, from->revoked_by);
	if (rate->revoked_meter < 0)
		return resolver_refuse(resolver, "revoked_by", "there is no meter",
		                       from->revoked_by);
	return ERR_NONE;
}

static enum err
resolve_rate(const struct resolver *resolver, const struct file_rate *from,
             struct catalog_rate *rate)
{
	static const uint32_t tiers[] = {
		[FILE_TIER_ESSENTIALS] = 1u << FLEX_ESSENTIALS,
		[FILE_TIER_ENTERPRISE] = 1u << FLEX_ENTERPRISE,
		[FILE_TIER_BOTH]       = 1u << FLEX_ESSENTIALS | 1u << FLEX_ENTERPRISE,
	};

	*rate = (struct catalog_rate){
		.module    = resolver_text(resolver, from->module),
		.metric    = resolver_text(resolver, from->metric),
		.name      = resolver_text(resolver, from->name),
		.unit      = resolver_text(resolver, from->unit),
		.hint      = resolver_text(resolver, from->hint),
		.item      = resolver_text(resolver, from->item),
		.tiers     = tiers[from->tier],
		.fold      = from->fold,
		.unlimited = from->unlimited == FILE_YES,
	};
	enum err err = resolve_rate_meters(resolver, from, rate);
	if (!err)
		err = resolve_decimal(resolver, "allowance", from->allowance,
		                      &rate->allowance_millionths);
	return err ? err : resolve_slices(resolver, from, rate);
}

static enum err
resolve_tiers(const struct resolver *resolver, const struct file_card *from,
              struct catalog_card *card)
{
	bool seen[FLEX_TIERS] = { false };

	for (uint32_t i = 0; i < from->tiers_count; i++) {
		const struct file_card_tier *row  = &from->tiers[i];
		struct catalog_tier         *tier = &card->tiers[row->name];
		if (seen[row->name])
			return resolver_refuse(resolver, "tiers", "the tier stands here twice:",
			                       catalog_tier_name(row->name).at);
		seen[row->name] = true;
		enum err err =
			resolve_decimal(resolver, "tiers", row->free_units, &tier->free_units);
		if (!err)
			err = resolve_decimal(resolver, "tiers", row->unit_price,
			                      &tier->unit_price);
		if (!err)
			err = resolve_decimal(resolver, "tiers", row->overage_price,
			                      &tier->overage_price);
		if (err)
			return err;
	}
	return ERR_NONE;
}

static enum err
resolve_alerts(const struct resolver *resolver, const struct file_card *from,
               struct catalog_card *card)
{
	card->alerts_count = from->alerts_count;
	for (uint32_t i = 0; i < from->alerts_count; i++) {
		int64_t  percent = 0;
		enum err err     = resolver_number(resolver, "alerts", from->alerts[i], &percent);
		if (err)
			return err;
		/* What no percent can be becomes 0, which catalog_check() refuses. */
		card->alerts[i] = percent > INT32_MAX ? 0 : (int32_t)percent;
	}
	return ERR_NONE;
}

static enum err
resolve_card(struct resolver *resolver, uint32_t index, struct catalog_card *card)
{
	const struct file_card *from = &resolver->file->cards[index];
	struct catalog_rate    *rates =
		ARENA_ARRAY(resolver->arena, struct catalog_rate, from->rates_count);

	*card = (struct catalog_card){
		.currency    = resolver_text(resolver, from->currency),
		.rates       = rates,
		.rates_count = from->rates_count,
	};
	resolver_at(resolver, "rate_cards[%u]", index);
	if (date_parse(span_of(from->from), &card->from_hour) != ERR_NONE)
		return resolver_refuse(resolver, "from", "not a day like 2026-01-31:", from->from);
	enum err err = resolve_alerts(resolver, from, card);
	if (!err)
		err = resolve_tiers(resolver, from, card);
	for (uint32_t i = 0; i < from->rates_count && !err; i++) {
		resolver_at(resolver, "rate_cards[%u].rates[%u]", index, i);
		err = resolve_rate(resolver, &from->rates[i], &rates[i]);
	}
	return err;
}

enum err
resolve_cards(struct resolver *resolver)
{
	const struct file_catalog *file = resolver->file;
	struct catalog_card       *cards =
		ARENA_ARRAY(resolver->arena, struct catalog_card, file->cards_count);

	for (uint32_t i = 0; i < file->cards_count; i++) {
		enum err err = resolve_card(resolver, i, &cards[i]);
		if (err)
			return err;
	}
	resolver->catalog->cards       = cards;
	resolver->catalog->cards_count = file->cards_count;
	return ERR_NONE;
}
