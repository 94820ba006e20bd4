/* stub_invoice.h - the stub engine's invoices. */
#ifndef TALLY_TESTS_HTTP_STUB_INVOICE_H
#define TALLY_TESTS_HTTP_STUB_INVOICE_H

#include "engine/invoice.h"
#include "stub_licensees.h"

enum err
engine_invoice_list(struct engine *engine, const struct question *question, struct arena *arena,
                    struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(question->account, SPAN("{\"invoices\":[]}"), arena, answer, refusal);
}

/* One word a format. */
static inline struct span
stub_invoice(enum invoice_format format)
{
	return format == INVOICE_AS_PDF   ? SPAN("%PDF-")
	       : format == INVOICE_AS_CSV ? SPAN("number\r\n")
	                                  : SPAN("{\"number\":1}");
}

enum err
engine_invoice_get(struct engine *engine, struct span account, struct span number,
                   enum invoice_format format, struct arena *arena, struct span *answer,
                   struct refusal *refusal)
{
	(void)engine;
	(void)number;
	return stub_answer(account, stub_invoice(format), arena, answer, refusal);
}

enum err
engine_invoice_draft(struct engine *engine, const struct question *question,
                     enum invoice_format format, struct arena *arena, struct span *answer,
                     struct refusal *refusal)
{
	(void)engine;
	return stub_answer(question->account, stub_invoice(format), arena, answer, refusal);
}

enum err
engine_close_month(struct engine *engine, const struct change *change, struct span month,
                   store_progress *progress, void *context, struct arena *arena,
                   struct span *answer, struct refusal *refusal)
{
	(void)engine;
	(void)change;
	(void)month;
	(void)progress;
	(void)context;
	(void)arena;
	(void)refusal;
	*answer = SPAN("{\"issued\":0}");
	return ERR_NONE;
}

#endif
