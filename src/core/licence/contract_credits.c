/* contract_credits.c - reads the blocks of build credits of a contract's file (L-51). */
#include "core/base/limit.h"
#include "core/licence/licence_int.h"

/* The hours of a block: within which builds may draw from it. Bought for one year unless
 * the file says otherwise. */
static enum err
block_hours_parse(const struct form *form, const struct contract *contract,
                  struct contract_credits *block)
{
	enum { YEAR_HOURS_MAX = 366 * HOURS_PER_DAY };
	enum err err = form_hour(form, SPAN("start"), &block->start_hour);

	if (err)
		return err;
	if (block->start_hour < contract->start_hour)
		return form_refuse(form, ERR_CONTRACT_PERIOD, SPAN("start"),
		                   json_member(form->object, SPAN("start"))->byte,
		                   SPAN("must not lie before the start of the contract"));
	block->expiry_hour =
		anniversary_first_hour(block->start_hour, block->start_hour + YEAR_HOURS_MAX);
	err = form_hour(form, SPAN("expiry"), &block->expiry_hour);
	if (!err && block->expiry_hour <= block->start_hour)
		return form_refuse(form, ERR_CONTRACT_PERIOD, SPAN("expiry"),
		                   json_member(form->object, SPAN("expiry"))->byte,
		                   SPAN("must be at least one hour after start"));
	return err;
}

static enum err
block_parse(const struct form *form, const struct contract *contract,
            struct contract_credits *block)
{
	static const struct span names[] = {
		{ "id", 2 }, { "start", 5 }, { "quota", 5 }, { "expiry", 6 }, { "kind", 4 },
	};
	static const struct span kinds[] = { { "PURCHASED", 9 }, { "PROMOTIONAL", 11 } };
	enum { REQUIRED = 3, NAMES = 5, KINDS = 2 };
	uint32_t kind = 0;
	enum err err  = form_object_check(form);

	if (!err)
		err = form_known(form, names, NAMES);
	if (!err)
		err = form_required(form, names, REQUIRED);
	if (!err)
		err = form_text(form, SPAN("id"), SIZE_MAX, &block->id);
	if (!err && !form_id_valid(block->id))
		err = form_refuse(form, ERR_FIELD_VALUE, SPAN("id"),
		                  json_member(form->object, SPAN("id"))->byte,
		                  SPAN("must be 1 to 64 of A-Z a-z 0-9 _ . -"));
	if (!err)
		err = form_count(form, SPAN("quota"), &block->quota);
	if (!err)
		err = form_choice(form, SPAN("kind"), kinds, KINDS, &kind);
	block->kind = kinds[kind];
	return err ? err : block_hours_parse(form, contract, block);
}

static enum err
block_twice(const struct form *form, const struct contract_credits *blocks, uint32_t at)
{
	for (uint32_t i = 0; i < at; i++) {
		if (span_equal(blocks[i].id, blocks[at].id))
			return form_refuse(form, ERR_FIELD_VALUE, SPAN("id"), form->object->byte,
			                   SPAN("stands twice in the contract"));
	}
	return ERR_NONE;
}

enum err
contract_credits_parse(const struct form *file, struct arena *arena, struct contract *contract)
{
	const struct json *list = json_member(file->object, SPAN("credits"));
	uint32_t           at   = 0;

	if (!list)
		return ERR_NONE;
	if (list->kind != JSON_ARRAY)
		return form_refuse(file, ERR_FIELD_TYPE, SPAN("credits"), list->byte,
		                   SPAN("must be a list of blocks"));
	if (list->count > CONTRACT_CREDITS_MAX)
		return form_refuse(file, ERR_FIELD_VALUE, SPAN("credits"), list->byte,
		                   SPAN("has more than 1000 blocks"));
	struct contract_credits *blocks = ARENA_ARRAY(arena, struct contract_credits, list->count);
	for (const struct json *item = list->first; item; item = item->next, at++) {
		struct sentence path = { .size = 0 };
		sentence_add(&path, SPAN("credits["));
		sentence_add_int(&path, at);
		sentence_add(&path, SPAN("]"));
		const struct form form = { item, sentence_span(&path), file->refusal };
		blocks[at]             = (struct contract_credits){ .quota = 0 };
		enum err err           = block_parse(&form, contract, &blocks[at]);
		if (!err)
			err = block_twice(&form, blocks, at);
		if (err)
			return err;
	}
	contract->credits       = blocks;
	contract->credits_count = at;
	return ERR_NONE;
}
