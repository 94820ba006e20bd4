/* invoice.c - invoices that are asked for: lists, issued ones, drafts (F-30, F-34). */
#include "engine/invoice.h"

#include <stdio.h>

#include "core/base/limit.h"
#include "engine/ask_int.h"
#include "engine/invoice_int.h"

static enum err
store_refuse(struct engine *engine, enum err err, struct refusal *refusal)
{
	return refuse(refusal, err, SPAN("invoices"), store_complaint(engine->store));
}

/* json is what the invoice says as it was issued or computed. */
static enum err
invoice_render(const struct invoice *invoice, struct span json, enum invoice_format format,
               struct arena *arena, struct span *answer, struct refusal *refusal)
{
	switch (format) {
	case INVOICE_AS_JSON:
		*answer = json;
		return ERR_NONE;
	case INVOICE_AS_CSV:
		*answer = invoice_csv(invoice, arena);
		return ERR_NONE;
	case INVOICE_AS_PDF:
		return invoice_pdf(invoice, arena, answer, refusal);
	}
	check_failed("an invoice has three formats", __FILE__, __LINE__);
}

static enum err
account_check(struct engine *engine, struct span account, struct refusal *refusal)
{
	char currency[4];

	if (!control_account_known(engine, account, currency))
		return refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
	return ERR_NONE;
}

/* ---- issued ---- */

static enum err
page_write(struct engine *engine, const struct invoice_numbers *numbers, uint64_t below,
           uint32_t limit, struct json_out *out)
{
	uint64_t at  = below;
	enum err err = ERR_NONE;

	json_key(out, SPAN("invoices"));
	json_array(out);
	for (uint32_t shown = 0; at > 0 && shown < limit && err == ERR_NONE; shown++) {
		struct span    json;
		struct invoice invoice;
		err = invoice_load(engine, numbers->at[--at], out->text.arena, &json, &invoice);
		if (err == ERR_NONE)
			invoice_summary_write(out, &invoice);
	}
	json_array_end(out);
	if (at > 0) {
		char next[24];
		snprintf(next, sizeof(next), "%llu", (unsigned long long)at);
		json_key_string(out, SPAN("next"), span_of(next));
	}
	return err == ERR_NOT_FOUND ? ERR_STORE_DAMAGED : err;
}

enum err
engine_invoice_list(struct engine *engine, const struct question *question, struct arena *arena,
                    struct span *answer, struct refusal *refusal)
{
	struct invoice_numbers numbers;
	struct json_out        out;
	uint64_t               below;
	uint32_t               limit = question->limit ? question->limit : LIMIT_PAGE_ROWS;
	enum err               err   = account_check(engine, question->account, refusal);

	if (err != ERR_NONE)
		return err;
	err = invoice_numbers(engine, question->account, SPAN(""), arena, &numbers);
	if (err != ERR_NONE)
		return store_refuse(engine, err, refusal);
	err = cursor_below(question->cursor, numbers.count, &below, refusal);
	if (err != ERR_NONE)
		return err;
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("account"), question->account);
	err = page_write(engine, &numbers, below, limit, &out);
	if (err != ERR_NONE)
		return store_refuse(engine, err, refusal);
	json_object_end(&out);
	*answer = json_close(&out);
	return ERR_NONE;
}

static enum err
number_parse(struct span text, uint64_t *number)
{
	*number = 0;
	if (text.size == 0 || text.size > 18 || text.at[0] == '0')
		return ERR_INVOICE_UNKNOWN;
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return ERR_INVOICE_UNKNOWN;
		*number = *number * 10 + (uint64_t)(text.at[i] - '0');
	}
	return ERR_NONE;
}

/* Another account's invoice is none that there is. */
enum err
engine_invoice_get(struct engine *engine, struct span account, struct span number,
                   enum invoice_format format, struct arena *arena, struct span *answer,
                   struct refusal *refusal)
{
	struct invoice invoice;
	struct span    json;
	uint64_t       wanted;
	enum err       err = account_check(engine, account, refusal);

	if (err != ERR_NONE)
		return err;
	err = number_parse(number, &wanted);
	if (err == ERR_NONE)
		err = invoice_load(engine, wanted, arena, &json, &invoice);
	if (err == ERR_NOT_FOUND || (err == ERR_NONE && !span_equal(invoice.account, account)))
		err = ERR_INVOICE_UNKNOWN;
	if (err == ERR_INVOICE_UNKNOWN)
		return refuse(refusal, err, SPAN("number"), SPAN(""));
	if (err != ERR_NONE)
		return store_refuse(engine, err, refusal);
	return invoice_render(&invoice, json, format, arena, answer, refusal);
}

/* ---- drafts ---- */

/* The contract that is asked about, or the one that holds last in the month. */
static enum err
draft_contract(struct engine *engine, const struct question *question, int32_t month_hour,
               struct arena *arena, struct span *contract, struct refusal *refusal)
{
	const struct contract_version *version = NULL;
	int32_t                        last;

	pthread_rwlock_rdlock(&engine->control_lock);
	const struct account_entry *entry = control_account(engine, question->account);
	if (entry)
		version = contract_flex_in(entry->versions, entry->versions_count, question->id,
		                           month_hour, month_next_first_hour(month_hour),
		                           (struct instant){ INT64_MAX }, &last);
	if (version)
		*contract = arena_copy(arena, version->contract.id);
	pthread_rwlock_unlock(&engine->control_lock);
	if (!version)
		return refuse(refusal, ERR_CONTRACT_UNKNOWN, SPAN("month"),
		              SPAN("no Flex contract holds in this month"));
	return ERR_NONE;
}

/* The invoice of the month, when there is one: ERR_NOT_FOUND. */
static enum err
month_invoice(struct engine *engine, struct span account, struct span contract, struct span month,
              struct arena *arena, struct span *json, struct invoice *invoice)
{
	struct invoice_numbers numbers;
	enum err               err = invoice_numbers(engine, account, contract, arena, &numbers);

	for (uint32_t i = 0; i < numbers.count && err == ERR_NONE; i++) {
		err = invoice_load(engine, numbers.at[i], arena, json, invoice);
		if (err == ERR_NONE && invoice->kind == INVOICE_MONTH &&
		    span_equal(invoice->month, month))
			return ERR_NONE;
	}
	return err == ERR_NONE ? ERR_NOT_FOUND : err;
}

static enum err
draft_make(struct engine *engine, struct span account, struct span contract, int32_t month_hour,
           struct arena *arena, struct invoice *draft, struct refusal *refusal)
{
	struct billing billing;
	int32_t        now  = hour_of(engine_now(engine));
	int32_t        last = month_next_first_hour(month_hour) - 1;
	enum err err = billing_gather(engine, account, contract, now < last ? now : last, arena,
	                              &billing, refusal);

	if (err == ERR_NONE)
		err = billing_draft(&billing, month_text(month_hour, arena), draft, refusal);
	/* What the clock will issue is not issued yet. */
	if (err == ERR_NONE)
		draft->state = now <= last ? INVOICE_OPEN : INVOICE_CLOSING;
	return err;
}

static enum err
draft_month(struct engine *engine, struct span month, int32_t *month_hour, struct refusal *refusal)
{
	int32_t now = hour_of(engine_now(engine));

	*month_hour = month_first_hour(now);
	if (month.size > 0 && month_parse(month, month_hour) != ERR_NONE)
		return refuse(refusal, ERR_TIME_SYNTAX, SPAN("month"),
		              SPAN("month is not a month such as 2026-03"));
	if (*month_hour > now)
		return refuse(refusal, ERR_MONTH_OPEN, SPAN("month"),
		              SPAN("the month has not begun"));
	return ERR_NONE;
}

enum err
engine_invoice_draft(struct engine *engine, const struct question *question,
                     enum invoice_format format, struct arena *arena, struct span *answer,
                     struct refusal *refusal)
{
	struct invoice invoice;
	struct span    json, contract;
	int32_t        month_hour;
	enum err       err = account_check(engine, question->account, refusal);

	if (err == ERR_NONE)
		err = draft_month(engine, question->month, &month_hour, refusal);
	if (err == ERR_NONE)
		err = draft_contract(engine, question, month_hour, arena, &contract, refusal);
	if (err != ERR_NONE)
		return err;
	err = month_invoice(engine, question->account, contract, month_text(month_hour, arena),
	                    arena, &json, &invoice);
	if (err != ERR_NONE && err != ERR_NOT_FOUND)
		return store_refuse(engine, err, refusal);
	if (err == ERR_NOT_FOUND) {
		err = draft_make(engine, question->account, contract, month_hour, arena, &invoice,
		                 refusal);
		if (err != ERR_NONE)
			return err;
		json = invoice_json(&invoice, arena);
	}
	return invoice_render(&invoice, json, format, arena, answer, refusal);
}
