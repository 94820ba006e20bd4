/* invoice_store.c - invoices as they are stored: a number and an invoice in one commit. */
#include <stdio.h>

#include "engine/invoice_int.h"

/* ---- keys ---- */

static struct span
number_key(uint64_t number, struct arena *arena)
{
	struct text text;

	text_open(&text, arena);
	text_add_char(&text, 'I');
	text_add(&text, log_key(number, arena));
	return text_span(&text);
}

/* Of all invoices of the account, or of one of its contracts. */
static struct span
owner_key(struct span account, struct span contract, struct arena *arena)
{
	struct text text;

	text_open(&text, arena);
	text_add_char(&text, 'J');
	text_add(&text, account);
	text_add_char(&text, '\0');
	if (contract.size > 0) {
		text_add(&text, contract);
		text_add_char(&text, '\0');
	}
	return text_span(&text);
}

struct span
invoice_index_key(const struct invoice *invoice, struct arena *arena)
{
	struct text text;

	text_open(&text, arena);
	text_add(&text, owner_key(invoice->account, invoice->contract, arena));
	text_add(&text, log_key(invoice->number, arena));
	return text_span(&text);
}

/* ---- reading ---- */

/* The first key behind all that begin with this one, whose last byte is 0. */
static struct span
key_behind(struct span key, struct arena *arena)
{
	struct span behind = arena_copy(arena, key);

	((char *)(uintptr_t)behind.at)[behind.size - 1] = 1;
	return behind;
}

struct gathering {
	struct arena           *arena;
	struct invoice_numbers *numbers;
	int32_t                 newest_month; /* INT32_MIN: none */
};

static void
number_add(struct gathering *gathering, uint64_t number)
{
	struct invoice_numbers *numbers = gathering->numbers;

	if (numbers->count == numbers->capacity) {
		numbers->capacity = numbers->capacity * 2 + 8;
		uint64_t *wider   = ARENA_ARRAY(gathering->arena, uint64_t, numbers->capacity);
		if (numbers->count > 0)
			memcpy(wider, numbers->at, numbers->count * sizeof(*wider));
		numbers->at = wider;
	}
	/* By contract they come in order; among contracts each finds its place. */
	uint32_t at = numbers->count++;
	for (; at > 0 && numbers->at[at - 1] > number; at--)
		numbers->at[at] = numbers->at[at - 1];
	numbers->at[at] = number;
}

static enum err
gather(void *context, struct span key, struct span value)
{
	struct gathering *gathering = context;
	int32_t           month;

	if (key.size < LOG_KEY_SIZE)
		return ERR_STORE_DAMAGED;
	number_add(gathering, log_key_read(key.at + key.size - LOG_KEY_SIZE));
	if (month_parse(value, &month) == ERR_NONE && month > gathering->newest_month)
		gathering->newest_month = month;
	return ERR_NONE;
}

static enum err
gather_all(struct engine *engine, struct span account, struct span contract, struct arena *arena,
           struct gathering *gathering)
{
	struct span key = owner_key(account, contract, arena);

	gathering->arena        = arena;
	gathering->newest_month = INT32_MIN;
	return engine->store->ops->scan(engine->store, SPACE_CONTROL, key, key_behind(key, arena),
	                                gather, gathering);
}

enum err
invoice_numbers(struct engine *engine, struct span account, struct span contract,
                struct arena *arena, struct invoice_numbers *numbers)
{
	struct gathering gathering = { .numbers = numbers };

	*numbers = (struct invoice_numbers){ .count = 0 };
	return gather_all(engine, account, contract, arena, &gathering);
}

enum err
invoice_newest_month(struct engine *engine, struct span account, struct span contract,
                     struct arena *arena, int32_t *month_hour)
{
	struct invoice_numbers numbers   = { .count = 0 };
	struct gathering       gathering = { .numbers = &numbers };
	enum err               err       = gather_all(engine, account, contract, arena, &gathering);

	if (err == ERR_NONE)
		*month_hour = gathering.newest_month;
	return err;
}

enum err
invoice_load(struct engine *engine, uint64_t number, struct arena *arena, struct span *json,
             struct invoice *invoice)
{
	struct span value;
	enum err    err = engine->store->ops->get(engine->store, SPACE_CONTROL,
	                                          number_key(number, arena), arena, &value);

	if (err == ERR_NONE)
		err = invoice_read(value, arena, invoice);
	if (err == ERR_NONE && invoice->number != number)
		err = ERR_STORE_DAMAGED;
	if (err == ERR_NONE)
		*json = value;
	return err;
}

/* ---- issuing ---- */

enum err
invoice_last_number(const struct change_begun *begun, struct arena *arena, uint64_t *number)
{
	return change_read_number(begun, SPAN("G"), arena, number);
}

/* "2026-04-04" */
static struct span
day_text(struct instant at, struct arena *arena)
{
	char   written[INSTANT_SIZE];
	size_t size = instant_format(at, written);

	CHECK(size > 10);
	return arena_copy(arena, (struct span){ written, 10 });
}

enum err
invoice_issue(const struct change_begun *begun, struct invoice *invoice, struct arena *arena,
              struct refusal *refusal)
{
	struct engine *engine = begun->engine;
	uint64_t       last;
	char           number[24];
	enum err       err = invoice_last_number(begun, arena, &last);

	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN("number"), store_complaint(engine->store));
	invoice->number   = last + 1;
	invoice->state    = INVOICE_ISSUED;
	invoice->issued   = day_text(engine_now(engine), arena);
	struct span json  = invoice_json(invoice, arena);
	struct span month = invoice->kind == INVOICE_MONTH ? invoice->month : SPAN("advance");
	int size = snprintf(number, sizeof(number), "%llu", (unsigned long long)invoice->number);
	CHECK(size > 0 && (size_t)size < sizeof(number));
	const struct store_write writes[] = {
		control_write(number_key(invoice->number, arena), json),
		control_write(invoice_index_key(invoice, arena), month),
		control_write(SPAN("G"), log_key(invoice->number, arena)),
	};
	const struct change_note note = { .what    = SPAN("invoice.issue"),
		                          .account = invoice->account,
		                          .id      = { number, (size_t)size },
		                          .after   = json };
	return change_commit(begun, &note, writes, 3, json, arena, refusal);
}
