/* handle_invoices.c - invoices, and closing a month. */
#include "api/call.h"
#include "api/handle.h"
#include "core/json/json_read.h"
#include "engine/invoice.h"

enum err
handle_invoices_list(struct call *call)
{
	return engine_invoice_list(call->engine, &call->question, call->arena, &call->answer,
	                           &call->refusal);
}

/* As the caller likes it best. */
static enum invoice_format
format_of(struct call *call)
{
	if (call->wants_pdf) {
		call->content_type = "application/pdf";
		call->disposition  = "inline; filename=\"invoice.pdf\"";
		return INVOICE_AS_PDF;
	}
	if (!call->wants_csv)
		return INVOICE_AS_JSON;
	call->content_type = "text/csv; charset=utf-8; header=present";
	return INVOICE_AS_CSV;
}

enum err
handle_invoice_get(struct call *call)
{
	return engine_invoice_get(call->engine, call->path.account, call->path.id, format_of(call),
	                          call->arena, &call->answer, &call->refusal);
}

enum err
handle_invoice_draft_get(struct call *call)
{
	return engine_invoice_draft(call->engine, &call->question, format_of(call), call->arena,
	                            &call->answer, &call->refusal);
}

/* ---- closing: long work, one answer ---- */

static void
close_work(struct call *call)
{
	call->worked = engine_close_month(call->engine, &call->change, call->question.month,
	                                  call_is_awaited, call, call->arena, &call->answer,
	                                  &call->refusal);
}

static enum err
close_finish(struct call *call)
{
	(void)call;
	return ERR_NONE;
}

enum err
handle_close_post(struct call *call)
{
	struct json *root = NULL;
	enum err     err  = json_parse(call->body, call->arena, &root, &call->refusal);
	if (err)
		return err;
	const struct json *month = json_member(root, SPAN("month"));
	if (!month || month->kind != JSON_STRING)
		return call_refuse(call, ERR_FIELD_MISSING, SPAN("month"),
		                   SPAN("month is required, such as 2026-03"));
	call->question.month = month->text;
	return call_work(call, close_work, close_finish);
}
