/* estimate_read.c - reads what an estimate is asked for (F-40). */
#include "core/base/calendar.h"
#include "core/flex/estimate.h"
#include "core/json/json_read.h"

/* As a contract may have it. */
#define ESTIMATE_PRICE_MAX (INT64_C(1000000000) * MILLIONTHS)

static enum err
member_refuse(struct refusal *refusal, enum err err, const struct json *member, const char *reason)
{
	return refuse_at(refusal, err, member->byte, member->key, span_of(reason));
}

static enum err
ask_members_check(const struct json *root, struct refusal *refusal)
{
	if (root->kind != JSON_OBJECT)
		return refuse_at(refusal, ERR_FIELD_TYPE, root->byte, (struct span){ 0 },
		                 SPAN("an estimate is a JSON object"));
	for (const struct json *member = root->first; member; member = member->next) {
		if (span_equal(member->key, SPAN("unit_price")))
			continue;
		bool text = span_equal(member->key, SPAN("tier")) ||
		            span_equal(member->key, SPAN("rates"));
		if (!text && !span_equal(member->key, SPAN("quantities")))
			return member_refuse(refusal, ERR_FIELD_UNKNOWN, member,
			                     "expected tier, quantities, rates or unit_price");
		if (member->kind != (text ? JSON_STRING : JSON_OBJECT))
			return member_refuse(refusal, ERR_FIELD_TYPE, member,
			                     text ? "must be a string" : "must be a JSON object");
	}
	return ERR_NONE;
}

static enum err
ask_tier(const struct json *root, struct flex_estimate_ask *ask, struct refusal *refusal)
{
	const struct json *tier = json_member(root, SPAN("tier"));

	if (!tier)
		return refuse_at(refusal, ERR_FIELD_MISSING, root->byte, SPAN("tier"),
		                 SPAN("tier is required"));
	ask->tier = catalog_tier_find(tier->text);
	if (ask->tier == FLEX_TIERS)
		return member_refuse(refusal, ERR_FIELD_VALUE, tier,
		                     "tier must be free, essentials or enterprise");
	return ERR_NONE;
}

static enum err
ask_card(const struct json *root, const struct catalog *catalog, struct flex_estimate_ask *ask,
         struct refusal *refusal)
{
	const struct json *rates = json_member(root, SPAN("rates"));
	int32_t            hour;

	if (catalog->cards_count == 0)
		return refuse(refusal, ERR_FIELD_VALUE, SPAN("rates"),
		              SPAN("the catalogue has no rate card"));
	ask->card = &catalog->cards[catalog->cards_count - 1];
	if (!rates)
		return ERR_NONE;
	if (date_parse(rates->text, &hour) == ERR_NONE) {
		ask->card = catalog_card_at(catalog, hour);
		if (ask->card->from_hour == hour)
			return ERR_NONE;
	}
	return member_refuse(refusal, ERR_FIELD_VALUE, rates,
	                     "rates is not the day of a rate card of the catalogue");
}

static enum err
quantity_read(const struct json *member, struct flex_quantity *quantity, struct refusal *refusal)
{
	if (member->kind != JSON_STRING && member->kind != JSON_NUMBER)
		return member_refuse(refusal, ERR_FIELD_TYPE, member,
		                     "a quantity is a number or a decimal string");
	quantity->metric = member->key;
	enum err err     = decimal_parse(member->text, &quantity->quantity);
	return err ? refuse_at(refusal, err, member->byte, member->key, (struct span){ 0 })
	           : ERR_NONE;
}

/* The tier's, unless it is said. */
static enum err
ask_unit_price(const struct json *root, struct flex_estimate_ask *ask, struct refusal *refusal)
{
	const struct json *member = json_member(root, SPAN("unit_price"));

	ask->unit_price = ask->card->tiers[ask->tier].unit_price;
	if (!member)
		return ERR_NONE;
	if (member->kind != JSON_STRING && member->kind != JSON_NUMBER)
		return member_refuse(refusal, ERR_FIELD_TYPE, member,
		                     "a price is a number or a decimal string");
	enum err err = decimal_parse(member->text, &ask->unit_price);
	if (!err && ask->unit_price > ESTIMATE_PRICE_MAX)
		err = ERR_QUANTITY_TOO_LARGE;
	return err ? refuse_at(refusal, err, member->byte, member->key, (struct span){ 0 })
	           : ERR_NONE;
}

static enum err
ask_quantities(const struct json *root, struct arena *arena, struct flex_estimate_ask *ask,
               struct refusal *refusal)
{
	const struct json    *object = json_member(root, SPAN("quantities"));
	struct flex_quantity *read;
	uint32_t              count = 0;

	if (!object)
		return refuse_at(refusal, ERR_FIELD_MISSING, root->byte, SPAN("quantities"),
		                 SPAN("quantities is required"));
	if (object->count > CATALOG_RATES_MAX)
		return member_refuse(refusal, ERR_FIELD_VALUE, object,
		                     "there are more quantities than metrics");
	read = ARENA_ARRAY(arena, struct flex_quantity, object->count);
	for (const struct json *member = object->first; member; member = member->next) {
		enum err err = quantity_read(member, &read[count++], refusal);
		if (err)
			return err;
	}
	ask->quantities       = read;
	ask->quantities_count = count;
	return ERR_NONE;
}

enum err
flex_estimate_read(struct span json, const struct catalog *catalog, struct arena *arena,
                   struct flex_estimate_ask *ask, struct refusal *refusal)
{
	struct flex_estimate_ask read = { .card = NULL };
	struct json             *root;

	CHECK(catalog && arena && ask);
	enum err err = json_parse(json, arena, &root, refusal);
	if (!err)
		err = ask_members_check(root, refusal);
	if (!err)
		err = ask_tier(root, &read, refusal);
	if (!err)
		err = ask_card(root, catalog, &read, refusal);
	if (!err)
		err = ask_unit_price(root, &read, refusal);
	if (!err)
		err = ask_quantities(root, arena, &read, refusal);
	if (!err)
		*ask = read;
	return err;
}
