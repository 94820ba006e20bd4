/* contract_flex.c - reads the object flex of a contract: tier, units, prices, top-ups (F-11),
 * and finds the Flex contract of a month. */
#include "core/licence/licence_int.h"

#define COUNT_OF(array) (uint32_t)(sizeof(array) / sizeof((array)[0]))

/* Products of a price and any quantity stay in 128 bits. */
#define PRICE_MAX (INT64_C(1000000000) * 1000000)

static enum err
price_parse(const struct form *form, struct span name, int64_t *price)
{
	enum err err = form_quantity(form, name, price);

	if (!err && *price > PRICE_MAX)
		return form_refuse(form, ERR_QUANTITY_TOO_LARGE, name,
		                   json_member(form->object, name)->byte,
		                   SPAN("is larger than 1000000000"));
	return err;
}

static enum err
topup_parse(const struct form *form, const struct contract *contract, struct contract_topup *topup)
{
	static const struct span names[] = { { "at", 2 }, { "units", 5 } };
	enum err                 err     = form_object_check(form);

	if (!err)
		err = form_known(form, names, COUNT_OF(names));
	if (!err)
		err = form_required(form, names, COUNT_OF(names));
	if (!err)
		err = form_hour(form, SPAN("at"), &topup->at_hour);
	if (!err && topup->at_hour < contract->start_hour)
		return form_refuse(form, ERR_CONTRACT_PERIOD, SPAN("at"),
		                   json_member(form->object, SPAN("at"))->byte,
		                   SPAN("must not lie before the start of the contract"));
	if (!err && topup->at_hour >= contract->end_hour)
		return form_refuse(form, ERR_CONTRACT_PERIOD, SPAN("at"),
		                   json_member(form->object, SPAN("at"))->byte,
		                   SPAN("must lie before the end of the contract"));
	return err ? err : form_quantity(form, SPAN("units"), &topup->units);
}

static enum err
topups_parse(const struct form *flex, const struct contract *contract, struct arena *arena,
             struct contract_flex *read)
{
	const struct json *list = json_member(flex->object, SPAN("topups"));
	uint32_t           at   = 0;

	if (!list)
		return ERR_NONE;
	if (list->kind != JSON_ARRAY)
		return form_refuse(flex, ERR_FIELD_TYPE, SPAN("topups"), list->byte,
		                   SPAN("must be a list"));
	if (list->count > CONTRACT_TOPUPS_MAX)
		return form_refuse(flex, ERR_FIELD_VALUE, SPAN("topups"), list->byte,
		                   SPAN("has more than 1000 top-ups"));
	struct contract_topup *topups = ARENA_ARRAY(arena, struct contract_topup, list->count);
	for (const struct json *item = list->first; item; item = item->next, at++) {
		struct sentence path = { .size = 0 };
		sentence_add(&path, SPAN("flex.topups["));
		sentence_add_int(&path, at);
		sentence_add(&path, SPAN("]"));
		const struct form form = { item, sentence_span(&path), flex->refusal };
		topups[at]             = (struct contract_topup){ .units = 0 };
		enum err err           = topup_parse(&form, contract, &topups[at]);
		if (err)
			return err;
	}
	read->topups       = topups;
	read->topups_count = at;
	return ERR_NONE;
}

/* The card that the contract names by its day, else the newest at its start. */
static enum err
card_parse(const struct form *form, const struct catalog *catalog, const struct contract *contract,
           struct contract_flex *read)
{
	struct span day  = { 0 };
	int32_t     hour = contract->start_hour;
	enum err    err  = form_text(form, SPAN("rates"), SIZE_MAX, &day);

	if (err)
		return err;
	read->card = catalog_card_at(catalog, hour);
	if (!read->card)
		return form_refuse(form, ERR_FIELD_VALUE, (struct span){ 0 }, form->object->byte,
		                   SPAN("needs a rate card, and the catalogue has none"));
	if (day.size == 0)
		return ERR_NONE;
	if (date_parse(day, &hour) == ERR_NONE) {
		read->card = catalog_card_at(catalog, hour);
		if (read->card->from_hour == hour)
			return ERR_NONE;
	}
	return form_refuse(form, ERR_FIELD_VALUE, SPAN("rates"),
	                   json_member(form->object, SPAN("rates"))->byte,
	                   SPAN("is not the day of a rate card of the catalogue"));
}

static enum err
tier_parse(const struct form *form, struct contract_flex *read)
{
	struct span names[FLEX_TIERS];
	uint32_t    tier = 0;

	for (uint32_t i = 0; i < FLEX_TIERS; i++)
		names[i] = catalog_tier_name((enum flex_tier)i);
	enum err err = form_choice(form, SPAN("tier"), names, FLEX_TIERS, &tier);
	read->tier   = (enum flex_tier)tier;
	return err;
}

static enum err
prices_parse(const struct form *form, struct contract_flex *read)
{
	const struct json *overage = json_member(form->object, SPAN("overage_rate"));

	read->unit_price    = read->card->tiers[read->tier].unit_price;
	read->overage_price = read->card->tiers[read->tier].overage_price;
	enum err err        = price_parse(form, SPAN("unit_price"), &read->unit_price);
	if (!err)
		err = price_parse(form, SPAN("overage_rate"), &read->overage_price);
	if (!err && overage && read->tier == FLEX_FREE && read->overage_price > 0)
		return form_refuse(form, ERR_FIELD_VALUE, SPAN("overage_rate"), overage->byte,
		                   SPAN("belongs to a tier that is paid for"));
	return err;
}

/* Of what is bought, so that a tenth is "10". */
static enum err
support_parse(const struct form *form, struct contract_flex *read)
{
	const struct span name = SPAN("support_percent");
	enum err          err  = form_quantity(form, name, &read->support_percent);

	if (!err && read->support_percent > 100 * INT64_C(1000000))
		return form_refuse(form, ERR_FIELD_VALUE, name,
		                   json_member(form->object, name)->byte,
		                   SPAN("must not be above 100"));
	return err;
}

static enum err
flex_read(const struct form *form, const struct catalog *catalog, struct arena *arena,
          struct contract *contract)
{
	static const struct span names[] = {
		{ "tier", 4 },   { "units", 5 }, { "unit_price", 10 },      { "overage_rate", 12 },
		{ "topups", 6 }, { "rates", 5 }, { "support_percent", 15 },
	};
	enum { REQUIRED = 1 };
	struct contract_flex *read = arena_take_zeroed(arena, sizeof(*read));
	enum err              err  = form_object_check(form);

	if (!err)
		err = form_known(form, names, COUNT_OF(names));
	if (!err)
		err = form_required(form, names, REQUIRED);
	if (!err)
		err = tier_parse(form, read);
	if (!err)
		err = card_parse(form, catalog, contract, read);
	if (!err)
		err = form_quantity(form, SPAN("units"), &read->units);
	if (!err)
		err = prices_parse(form, read);
	if (!err)
		err = support_parse(form, read);
	if (!err)
		err = topups_parse(form, contract, arena, read);
	if (!err)
		contract->flex = read;
	return err;
}

enum err
contract_flex_parse(const struct form *file, const struct catalog *catalog, struct arena *arena,
                    struct contract *contract)
{
	const struct json *object = json_member(file->object, SPAN("flex"));
	const struct form  form   = { object, SPAN("flex"), file->refusal };

	if (object && contract->model != MODEL_FLEX)
		return form_refuse(file, ERR_FIELD_VALUE, SPAN("flex"), object->byte,
		                   SPAN("belongs to the model FLEX"));
	if (!object && contract->model == MODEL_FLEX)
		return form_refuse(file, ERR_FIELD_MISSING, SPAN("flex"), file->object->byte,
		                   SPAN("is required for the model FLEX"));
	return object ? flex_read(&form, catalog, arena, contract) : ERR_NONE;
}

int64_t
contract_flex_bought(const struct contract_flex *flex, int32_t hour)
{
	int64_t bought = flex->units;

	for (uint32_t i = 0; i < flex->topups_count; i++) {
		if (flex->topups[i].at_hour <= hour)
			bought = add_capped(bought, flex->topups[i].units);
	}
	return bought;
}

/* ---- the contract of some hours ---- */

/* The last hour of [from, until) in which versions[index] holds, of those recorded until
 * known; from - 1 when there is none. */
static int32_t
version_last_hour(const struct contract_version *versions, uint32_t count, uint32_t index,
                  struct instant known, int32_t from, int32_t until)
{
	const struct contract *contract = &versions[index].contract;
	int32_t                begin    = later(contract->from_hour, contract->start_hour);
	int32_t                end      = earlier(contract->end_hour, until);

	for (uint32_t i = 0; i < count; i++) {
		const struct contract *other = &versions[i].contract;
		if (i == index || versions[i].recorded.ns > known.ns ||
		    !span_equal(other->id, contract->id))
			continue;
		if (other->from_hour > contract->from_hour)
			end = earlier(end, other->from_hour);
		if (other->from_hour == contract->from_hour && i > index)
			end = begin;
	}
	return end > later(begin, from) ? end - 1 : from - 1;
}

const struct contract_version *
contract_flex_in(const struct contract_version *versions, uint32_t count, struct span id,
                 int32_t from, int32_t until, struct instant known, int32_t *last)
{
	const struct contract_version *found  = NULL;
	int32_t                        newest = from - 1;

	CHECK(versions || count == 0);
	CHECK(from < until);
	for (uint32_t i = 0; i < count; i++) {
		const struct contract *contract = &versions[i].contract;
		if (contract->model != MODEL_FLEX || versions[i].recorded.ns > known.ns ||
		    (id.size > 0 && !span_equal(contract->id, id)))
			continue;
		int32_t hour = version_last_hour(versions, count, i, known, from, until);
		if (hour <= newest)
			continue;
		newest = hour;
		found  = &versions[i];
	}
	if (found)
		*last = newest;
	return found;
}
