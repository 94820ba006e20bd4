/* close_report.c - what a closing did, and what somebody may want to look at. */
#include "engine/close_report.h"

#include "engine/invoice_int.h"

static void
report_total(struct report *report, const struct invoice *invoice, struct arena *arena)
{
	uint32_t at = 0;

	while (at < report->currencies_count &&
	       !span_equal(report->currency[at], invoice->currency))
		at++;
	if (at == CURRENCIES_MAX)
		return;
	if (at == report->currencies_count) {
		report->currency[at] = arena_copy(arena, invoice->currency);
		report->total[at]    = 0;
		report->currencies_count++;
	}
	if (__builtin_add_overflow(report->total[at], invoice->total, &report->total[at]))
		report->total[at] = INT64_MAX;
}

void
invoice_summary_write(struct json_out *out, const struct invoice *invoice)
{
	json_object(out);
	json_key_uint(out, SPAN("number"), invoice->number);
	json_key_string(out, SPAN("account"), invoice->account);
	json_key_string(out, SPAN("contract"), invoice->contract);
	json_key_string(out, SPAN("kind"),
	                invoice->kind == INVOICE_MONTH ? SPAN("month") : SPAN("advance"));
	json_key(out, SPAN("month"));
	if (invoice->month.size > 0)
		json_string(out, invoice->month);
	else
		json_null(out);
	json_key_string(out, SPAN("issued"), invoice->issued);
	json_key(out, SPAN("total"));
	json_decimal(out, invoice->total);
	json_key_string(out, SPAN("currency"), invoice->currency);
	json_object_end(out);
}

void
report_odd(struct report *report, struct span account, struct span contract, struct span what)
{
	json_object(&report->odd);
	json_key_string(&report->odd, SPAN("account"), account);
	json_key_string(&report->odd, SPAN("contract"), contract);
	json_key_string(&report->odd, SPAN("what"), what);
	json_object_end(&report->odd);
}

/* What somebody may want to look at before it is sent. */
void
report_invoice(struct report *report, const struct invoice *invoice, struct arena *arena)
{
	bool adjusted = false;

	report->issued++;
	report_total(report, invoice, arena);
	invoice_summary_write(&report->invoices, invoice);
	for (uint32_t i = 0; i < invoice->lines_count; i++)
		adjusted = adjusted || invoice->lines[i].kind == LINE_ADJUSTMENT;
	if (adjusted)
		report_odd(report, invoice->account, invoice->contract,
		           SPAN("earlier months were adjusted"));
	if (invoice->total < 0)
		report_odd(report, invoice->account, invoice->contract,
		           SPAN("the total is below zero"));
	if (invoice->kind == INVOICE_MONTH && invoice->usage_count == 0)
		report_odd(report, invoice->account, invoice->contract, SPAN("nothing was used"));
	if (invoice->legal_name.size == 0)
		report_odd(report, invoice->account, invoice->contract,
		           SPAN("there are no billing details with a legal name"));
}

void
report_open(struct report *report, struct arena *arena)
{
	*report = (struct report){ .contracts = 0 };
	json_open(&report->invoices, arena);
	json_array(&report->invoices);
	json_open(&report->odd, arena);
	json_array(&report->odd);
}

struct span
report_close(struct report *report, struct span month, struct arena *arena)
{
	struct json_out out;

	json_array_end(&report->invoices);
	json_array_end(&report->odd);
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("month"), month);
	json_key_uint(&out, SPAN("contracts"), report->contracts);
	json_key_uint(&out, SPAN("issued"), report->issued);
	json_key_uint(&out, SPAN("already"), report->already);
	json_key(&out, SPAN("totals"));
	json_object(&out);
	for (uint32_t i = 0; i < report->currencies_count; i++) {
		json_key(&out, report->currency[i]);
		json_decimal(&out, report->total[i]);
	}
	json_object_end(&out);
	json_key(&out, SPAN("invoices"));
	json_raw(&out, json_close(&report->invoices));
	json_key(&out, SPAN("odd"));
	json_raw(&out, json_close(&report->odd));
	json_object_end(&out);
	return json_close(&out);
}
