/* invoice_issue.c - everything of one contract that is due: issued, and told of once. */
#include "core/base/decimal.h"
#include "engine/invoice_int.h"

/* ---- telling ---- */

static struct span
told_detail(const struct invoice *invoice, struct arena *arena)
{
	struct text text;
	char        total[DECIMAL_SIZE];

	text_open(&text, arena);
	text_add(&text, invoice->contract);
	text_add(&text, SPAN(", "));
	text_add(&text, invoice->kind == INVOICE_MONTH ? invoice->month : SPAN("in advance"));
	text_add(&text, SPAN(", "));
	text_add(&text, (struct span){ total, decimal_format(invoice->total, total) });
	text_add_char(&text, ' ');
	text_add(&text, invoice->currency);
	return text_span(&text);
}

/* In the commit of the invoice, so that neither is without the other. */
static enum err
invoice_tell(const struct change_begun *begun, const struct invoice *invoice, struct arena *arena,
             struct refusal *refusal)
{
	struct engine *engine = begun->engine;
	struct rules  *rules  = arena_take(arena, sizeof(*rules));
	struct text    number;
	bool           made;
	enum err       err = rules_read(engine, invoice->account, arena, rules);

	if (err != ERR_NONE)
		return refuse(refusal, err, SPAN("rules"), store_complaint(engine->store));
	if (!rules->thresholds.wanted[NOTICE_INVOICE_ISSUED])
		return ERR_NONE;
	text_open(&number, arena);
	text_add_uint(&number, invoice->number);
	struct notice notice = { .kind    = NOTICE_INVOICE_ISSUED,
		                 .subject = text_span(&number),
		                 .period  = invoice->month,
		                 .detail  = told_detail(invoice, arena) };
	return notification_make_begun(begun, invoice->account, &notice, arena, &made, NULL,
	                               refusal);
}

/* ---- one contract ---- */

static void
issued_add(struct invoices *invoices, const struct invoice *invoice)
{
	if (invoices->count == invoices->capacity) {
		uint32_t        capacity = invoices->capacity * 2 + 4;
		struct invoice *wider    = ARENA_ARRAY(invoices->arena, struct invoice, capacity);
		for (uint32_t i = 0; i < invoices->count; i++)
			wider[i] = invoices->items[i];
		invoices->items    = wider;
		invoices->capacity = capacity;
	}
	invoices->items[invoices->count++] = *invoice;
}

static enum err
contract_gather(const struct change_begun *begun, const struct flex_contract *contract,
                struct arena *arena, struct invoices *due, bool *already, struct refusal *refusal)
{
	struct engine *engine     = begun->engine;
	int32_t        until_hour = contract->until_hour;
	int32_t        at_hour    = until_hour;
	struct billing billing;

	if (until_hour != NO_MONTH)
		at_hour = month_next_first_hour(until_hour) - 1;
	enum err err = billing_gather(engine, contract->account, contract->id, at_hour, arena,
	                              &billing, refusal);
	if (err == ERR_NONE)
		err = billing_due(&billing, hour_of(engine_now(engine)), until_hour, due, refusal);
	if (err == ERR_NONE && until_hour != NO_MONTH)
		*already =
			billed_month_find(&billing.billed, month_text(until_hour, arena)) != NULL;
	return err;
}

/* A refusal is remembered: it keeps no other contract from its invoices. */
static enum err
contract_issue(const struct change_begun *begun, const struct flex_contract *contract,
               struct arena *arena, struct issuing *issuing, struct refusal *refusal)
{
	struct invoices due = { .arena = arena };

	*issuing = (struct issuing){ .issued = { .arena = arena }, .why = { .err = ERR_NONE } };
	enum err err =
		contract_gather(begun, contract, arena, &due, &issuing->already, &issuing->why);
	if (err != ERR_NONE && err_class_of(err) == ERR_CLASS_REFUSAL)
		return ERR_NONE;
	for (uint32_t i = 0; i < due.count && err == ERR_NONE; i++) {
		err = invoice_issue(begun, &due.items[i], arena, &issuing->why);
		if (err == ERR_NONE)
			err = invoice_tell(begun, &due.items[i], arena, &issuing->why);
		if (err == ERR_NONE)
			issued_add(&issuing->issued, &due.items[i]);
	}
	if (err != ERR_NONE && refusal)
		*refusal = issuing->why;
	return err;
}

/* Gathered and issued under one hold of change_lock: nobody issues the same twice. */
enum err
contracts_issue(struct engine *engine, const struct change *change,
                const struct flex_contract *contracts, uint32_t count, struct arena *arena,
                struct issuing *issuing, struct refusal *refusal)
{
	struct change       once = *change;
	struct change_begun begun;
	struct span         unused;

	/* A key stands for the whole closing, which needs none: it is safe to repeat. */
	once.idempotency_key = SPAN("");
	enum err err         = change_begin(engine, &once, SPAN("invoice"), SPAN(""), arena, &begun,
	                                    &unused, refusal);
	if (err != ERR_NONE)
		return err;
	change_gather(&begun, arena);
	for (uint32_t i = 0; i < count && err == ERR_NONE; i++)
		err = contract_issue(&begun, &contracts[i], arena, &issuing[i], refusal);
	if (err == ERR_NONE)
		err = change_flush(&begun, refusal);
	else
		change_drop(&begun);
	change_end(&begun);
	return err;
}
