/* simulate_read.c - reads what a simulation is asked for (F-41). */
#include "core/flex/simulate.h"
#include "core/json/json_read.h"

static enum err
member_refuse(struct refusal *refusal, enum err err, const struct json *member, const char *reason)
{
	return refuse_at(refusal, err, member->byte, member->key, span_of(reason));
}

/* "2026-04" as its first hour. */
static enum err
month_read(const struct json *root, struct span key, int32_t *first, struct refusal *refusal)
{
	enum { MONTH_SIZE = 7, DAY_SIZE = 10 };
	const struct json *member = json_member(root, key);
	char               day[DAY_SIZE];
	struct span        text = { day, DAY_SIZE };

	if (!member)
		return refuse_at(refusal, ERR_FIELD_MISSING, root->byte, key,
		                 SPAN("a simulation needs its first and its last month"));
	if (member->kind == JSON_STRING && member->text.size == MONTH_SIZE) {
		memcpy(day, member->text.at, MONTH_SIZE);
		memcpy(day + MONTH_SIZE, "-01", DAY_SIZE - MONTH_SIZE);
		if (date_parse(text, first) == ERR_NONE && hour_is_answerable(*first))
			return ERR_NONE;
	}
	return member_refuse(refusal, ERR_TIME_SYNTAX, member, "a month looks like 2026-04");
}

static enum err
range_read(const struct json *root, struct simulate_ask *ask, struct refusal *refusal)
{
	int32_t  last   = 0;
	uint32_t months = 0;
	enum err err    = month_read(root, SPAN("from"), &ask->from_hour, refusal);

	if (!err)
		err = month_read(root, SPAN("to"), &last, refusal);
	if (err)
		return err;
	if (last < ask->from_hour)
		return refuse(refusal, ERR_QUESTION, SPAN("to"), SPAN("to lies before from"));
	ask->until_hour = month_next_first_hour(last);
	for (int32_t at = ask->from_hour; at < ask->until_hour && months <= SIMULATE_MONTHS_MAX;
	     at         = month_next_first_hour(at))
                months++;
	if (months > SIMULATE_MONTHS_MAX)
		return refuse(refusal, ERR_QUESTION, SPAN("to"),
		              SPAN("a simulation has at most 60 months"));
	return ERR_NONE;
}

static enum err
prices_read(const struct json *object, const struct catalog *catalog, struct arena *arena,
            struct simulate_contract *contract, struct refusal *refusal)
{
	if (object->kind != JSON_OBJECT)
		return member_refuse(refusal, ERR_FIELD_TYPE, object, "must be a JSON object");
	struct catalog_price *prices = ARENA_ARRAY(arena, struct catalog_price, object->count);
	uint32_t              count  = 0;
	for (const struct json *price = object->first; price; price = price->next) {
		if (catalog_known_module(catalog, price->key) < 0)
			return member_refuse(refusal, ERR_FIELD_VALUE, price, "is no module");
		if (price->kind != JSON_STRING && price->kind != JSON_NUMBER)
			return member_refuse(refusal, ERR_FIELD_TYPE, price,
			                     "a price is a number or a decimal string");
		prices[count].module = price->key;
		enum err err         = decimal_parse(price->text, &prices[count].a_year);
		if (!err && prices[count].a_year > INT64_C(1000000000) * MILLIONTHS)
			err = ERR_QUANTITY_TOO_LARGE;
		if (err)
			return refuse_at(refusal, err, price->byte, price->key, (struct span){ 0 });
		count++;
	}
	contract->prices       = prices;
	contract->prices_count = count;
	return ERR_NONE;
}

/* A contract's file, or an object of it and prices. */
static enum err
contract_read(const struct json *item, const struct catalog *catalog, struct arena *arena,
              struct simulate_contract *contract, struct refusal *refusal)
{
	const struct json *file   = json_member(item, SPAN("contract"));
	const struct json *prices = json_member(item, SPAN("prices"));
	enum err           err    = ERR_NONE;

	*contract = (struct simulate_contract){ .prices_count = 0 };
	if (file && item->count > 1 + (prices ? 1u : 0u))
		return refuse_at(refusal, ERR_FIELD_UNKNOWN, item->byte, SPAN("contracts"),
		                 SPAN("beside contract there can be prices alone"));
	const struct json *text = file ? file : item;
	err = contract_parse(text->raw, catalog, arena, &contract->contract, refusal);
	if (err && refusal && refusal->byte != REFUSAL_NO_BYTE)
		refusal->byte += text->byte;
	if (!err && file && prices)
		err = prices_read(prices, catalog, arena, contract, refusal);
	return err;
}

static enum err
contracts_read(const struct json *root, const struct catalog *catalog, struct arena *arena,
               struct simulate_ask *ask, struct refusal *refusal)
{
	const struct json *list = json_member(root, SPAN("contracts"));

	if (!list || list->kind != JSON_ARRAY || list->count == 0 ||
	    list->count > SIMULATE_CONTRACTS_MAX)
		return refuse_at(refusal, ERR_FIELD_VALUE, list ? list->byte : root->byte,
		                 SPAN("contracts"), SPAN("contracts is a list of 1 to 16"));
	struct simulate_contract *contracts =
		ARENA_ARRAY(arena, struct simulate_contract, list->count);
	uint32_t count = 0;
	for (const struct json *item = list->first; item; item = item->next, count++) {
		enum err err = contract_read(item, catalog, arena, &contracts[count], refusal);
		if (err && refusal)
			refusal->index = count;
		if (err)
			return err;
	}
	ask->contracts       = contracts;
	ask->contracts_count = count;
	return ERR_NONE;
}

static enum err
figures_read(const struct json *root, struct simulate_ask *ask, struct refusal *refusal)
{
	const struct json *member = json_member(root, SPAN("figures"));
	int32_t            end    = ask->from_hour;

	if (!member || member->kind == JSON_FALSE)
		return ERR_NONE;
	if (member->kind != JSON_TRUE)
		return member_refuse(refusal, ERR_FIELD_TYPE, member, "must be true or false");
	for (uint32_t i = 0; i < SIMULATE_FIGURES_MONTHS_MAX; i++)
		end = month_next_first_hour(end);
	if (ask->until_hour > end)
		return refuse(refusal, ERR_QUESTION, SPAN("to"),
		              SPAN("with figures a simulation has at most 24 months"));
	ask->figures = true;
	return ERR_NONE;
}

static bool
is_known_member(struct span key)
{
	return span_equal(key, SPAN("from")) || span_equal(key, SPAN("to")) ||
	       span_equal(key, SPAN("contracts")) || span_equal(key, SPAN("figures"));
}

enum err
simulate_read(struct span json, const struct catalog *catalog, struct arena *arena,
              struct simulate_ask *ask, struct refusal *refusal)
{
	struct simulate_ask read = { .contracts_count = 0 };
	struct json        *root;
	enum err            err = json_parse(json, arena, &root, refusal);

	if (err)
		return err;
	if (root->kind != JSON_OBJECT)
		return refuse_at(refusal, ERR_FIELD_TYPE, root->byte, (struct span){ 0 },
		                 SPAN("a simulation is a JSON object"));
	for (const struct json *member = root->first; member; member = member->next) {
		if (!is_known_member(member->key))
			return member_refuse(refusal, ERR_FIELD_UNKNOWN, member,
			                     "expected from, to, contracts or figures");
	}
	err = range_read(root, &read, refusal);
	if (!err)
		err = figures_read(root, &read, refusal);
	if (!err)
		err = contracts_read(root, catalog, arena, &read, refusal);
	if (!err)
		*ask = read;
	return err;
}
