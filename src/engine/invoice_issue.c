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

/* Told of once, however often it is tried: its cause is the number. */
static enum err
invoice_tell(struct engine *engine, const struct invoice *invoice, struct arena *arena,
             struct refusal *refusal)
{
	struct text   number;
	struct rules *rules = arena_take(arena, sizeof(*rules));
	bool          made;
	enum err      err = rules_read(engine, invoice->account, arena, rules);

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
	return notification_make(engine, &CHANGE_BY_NOTIFIER, invoice->account, &notice, arena,
	                         &made, NULL, refusal);
}

enum { TOLD_DAYS = 7 };

/* Those of the last days again: the process may have ended between an invoice and its
 * notification. */
static enum err
tell_recent(struct engine *engine, struct span account, struct span contract, struct arena *arena,
            struct refusal *refusal)
{
	struct invoice_numbers numbers;
	enum err               err = invoice_numbers(engine, account, contract, arena, &numbers);

	for (uint32_t i = numbers.count; i-- > 0 && err == ERR_NONE;) {
		struct span    json;
		struct invoice invoice;
		int32_t        issued;
		err = invoice_load(engine, numbers.at[i], arena, &json, &invoice);
		if (err == ERR_NONE)
			err = date_parse(invoice.issued, &issued);
		if (err != ERR_NONE ||
		    hour_of(engine_now(engine)) - issued > TOLD_DAYS * HOURS_PER_DAY)
			break;
		err = invoice_tell(engine, &invoice, arena, refusal);
	}
	return err;
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

/* Gathered and issued under one hold of change_lock: nobody issues the same twice. */
static enum err
issue_begun(const struct change_begun *begun, struct span account, struct span contract,
            int32_t until_hour, struct arena *arena, struct issuing *issuing,
            struct refusal *refusal)
{
	struct engine  *engine   = begun->engine;
	int32_t         now_hour = hour_of(engine_now(engine));
	struct invoices due      = { .arena = arena };
	struct billing  billing;
	int32_t at_hour = until_hour == NO_MONTH ? NO_MONTH : month_next_first_hour(until_hour) - 1;
	enum err err = billing_gather(engine, account, contract, at_hour, arena, &billing, refusal);

	if (err == ERR_NONE)
		err = billing_due(&billing, now_hour, until_hour, &due, refusal);
	issuing->already =
		err == ERR_NONE && until_hour != NO_MONTH &&
		billed_month_find(&billing.billed, month_text(until_hour, arena)) != NULL;
	for (uint32_t i = 0; i < due.count && err == ERR_NONE; i++) {
		err = invoice_issue(begun, &due.items[i], arena, refusal);
		if (err == ERR_NONE)
			issued_add(&issuing->issued, &due.items[i]);
	}
	return err;
}

enum err
contract_issue(struct engine *engine, const struct change *change, struct span account,
               struct span contract, int32_t until_hour, struct arena *arena,
               struct issuing *issuing, struct refusal *refusal)
{
	struct change       once = *change;
	struct change_begun begun;
	struct span         unused;

	/* A key stands for the whole closing, which needs none: it is safe to repeat. */
	once.idempotency_key = SPAN("");
	*issuing             = (struct issuing){ .issued = { .arena = arena } };
	enum err err         = change_begin(engine, &once, SPAN("invoice"), contract, arena, &begun,
	                                    &unused, refusal);
	if (err != ERR_NONE)
		return err;
	err = issue_begun(&begun, account, contract, until_hour, arena, issuing, refusal);
	change_end(&begun);
	if (err == ERR_NONE)
		err = tell_recent(engine, account, contract, arena, refusal);
	return err;
}
