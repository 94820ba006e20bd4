/* cmd_invoice.c - tally invoice, tally invoice list, tally close. */
#include <errno.h>
#include <stdio.h>

#include "cli/client.h"
#include "cli/show.h"
#include "core/json/json_write.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct show_column INVOICES[] = {
	{ "NUMBER", "number", SHOW_NUMBER }, { "ISSUED", "issued", SHOW_TEXT },
	{ "ACCOUNT", "account", SHOW_TEXT }, { "CONTRACT", "contract", SHOW_TEXT },
	{ "KIND", "kind", SHOW_TEXT },       { "MONTH", "month", SHOW_TEXT },
	{ "TOTAL", "total", SHOW_NUMBER },   { "CURRENCY", "currency", SHOW_TEXT },
};

static const struct show_column USAGE[] = {
	{ "MODULE", "module", SHOW_TEXT },         { "METRIC", "metric", SHOW_TEXT },
	{ "QUANTITY", "quantity", SHOW_NUMBER },   { "OF", "unit", SHOW_TEXT },
	{ "ALLOWANCE", "allowance", SHOW_NUMBER }, { "RATE", "rate", SHOW_TEXT },
	{ "UNITS", "units", SHOW_NUMBER },
};

static const struct show_column LINES[] = {
	{ "TO BE PAID", "text", SHOW_TEXT },
	{ "UNITS", "units", SHOW_NUMBER },
	{ "PRICE", "price", SHOW_NUMBER },
	{ "AMOUNT", "amount", SHOW_NUMBER },
};

static const struct show_column ODD[] = {
	{ "ACCOUNT", "account", SHOW_TEXT },
	{ "CONTRACT", "contract", SHOW_TEXT },
	{ "WHAT TO LOOK AT", "what", SHOW_TEXT },
};

/* ---- one invoice ---- */

static void
show_texts(struct cli *cli, const struct json *answer, const char *before, const char *path)
{
	printf("%s", before);
	show_clean(cli, show_text(answer, path));
}

static void
show_invoice(struct cli *cli, const struct json *answer)
{
	const struct json *number = json_member(answer, SPAN("number"));
	struct span        month  = show_text(answer, "month");

	if (number && number->kind == JSON_NUMBER) {
		printf("invoice %.*s", (int)number->text.size, number->text.at);
		show_texts(cli, answer, " of ", "issued");
	} else {
		show_texts(cli, answer, "draft, the month is ", "state");
	}
	show_texts(cli, answer, "; ", "account");
	show_texts(cli, answer, ", contract ", "contract");
	show_texts(cli, answer, ", tier ", "tier");
	if (month.size > 0)
		show_texts(cli, answer, ", ", "month");
	printf("\n\n");
	if (month.size > 0) {
		if (show_table(cli, json_member(answer, SPAN("usage")), USAGE, COUNT(USAGE), 0) ==
		    0)
			printf("nothing was used\n");
		show_texts(cli, answer, "\nunits ", "units");
		show_texts(cli, answer, "; pool ", "pool.opening");
		show_texts(cli, answer, " + ", "pool.topups");
		show_texts(cli, answer, " - ", "pool.drawn");
		show_texts(cli, answer, " = ", "pool.closing");
		printf("\n\n");
	}
	(void)show_table(cli, json_member(answer, SPAN("lines")), LINES, COUNT(LINES), 0);
	show_texts(cli, answer, "total ", "total");
	show_texts(cli, answer, " ", "currency");
	printf("\n");
}

/* A month has a dash, a number has not. */
static struct question
invoice_question(const struct cli *cli)
{
	struct span     word     = cli_word(cli, 1);
	struct question question = { .account = cli_word(cli, 0) };

	if (memchr(word.at, '-', word.size)) {
		question.month = word;
		question.id    = cli_value(cli, OPTION_ID);
	} else {
		question.id = word;
	}
	return question;
}

static int
pdf_save(const char *path, struct span pdf)
{
	FILE *out = fopen(path, "we");

	if (!out)
		return cli_unreadable(path, errno);
	bool whole = fwrite(pdf.at, 1, pdf.size, out) == pdf.size;
	if (fclose(out) == 0 && whole)
		return EXIT_DONE;
	(void)cli_unreadable(path, errno);
	return EXIT_FAULT;
}

static int
invoice_show(struct cli *cli, enum invoice_format format, struct span answer)
{
	if (format == INVOICE_AS_JSON)
		return cli_answer(cli, answer, show_invoice);
	if (format == INVOICE_AS_PDF)
		return pdf_save(args_value(&cli->args, OPTION_PDF), answer);
	fwrite(answer.at, 1, answer.size, stdout);
	return EXIT_DONE;
}

int
cmd_invoice(struct cli *cli)
{
	struct client       client;
	struct span         answer;
	struct refusal      refusal  = { .err = ERR_NONE };
	struct question     question = invoice_question(cli);
	enum invoice_format format   = args_has(&cli->args, OPTION_PDF)   ? INVOICE_AS_PDF
	                               : args_has(&cli->args, OPTION_CSV) ? INVOICE_AS_CSV
	                                                                  : INVOICE_AS_JSON;
	int                 status   = client_open(cli, CLIENT_MUST_EXIST, &client);

	if (status != EXIT_DONE)
		return status;
	enum err err = client_invoice(&client, &question, format, &answer, &refusal);
	status       = err == ERR_NONE ? invoice_show(cli, format, answer)
	                               : cli_refused(err, &refusal, NULL);
	return client_close(&client, status);
}

/* ---- all of an account ---- */

static void
show_invoices(struct cli *cli, const struct json *answer)
{
	if (show_table(cli, json_member(answer, SPAN("invoices")), INVOICES, COUNT(INVOICES), 0) ==
	    0)
		printf("no invoices\n");
	show_next(cli, answer);
}

int
cmd_invoice_list(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	return client_show(cli, ASK_INVOICES, &question, show_invoices);
}

/* ---- closing ---- */

static void
show_close(struct cli *cli, const struct json *answer)
{
	const struct json *totals = json_member(answer, SPAN("totals"));

	show_texts(cli, answer, "", "month");
	show_number(answer, ": contracts ", "contracts");
	show_number(answer, ", invoices issued ", "issued");
	show_number(answer, ", invoiced before ", "already");
	for (const struct json *total = totals ? totals->first : NULL; total; total = total->next)
		printf(", %.*s %.*s", (int)total->text.size, total->text.at, (int)total->key.size,
		       total->key.at);
	printf("\n");
	const struct json *invoices = json_member(answer, SPAN("invoices"));
	if (invoices && invoices->count > 0) {
		printf("\n");
		show_table(cli, invoices, INVOICES, COUNT(INVOICES), 0);
	}
	const struct json *odd = json_member(answer, SPAN("odd"));
	if (odd && odd->count > 0) {
		printf("\n");
		show_table(cli, odd, ODD, COUNT(ODD), 0);
	}
}

int
cmd_close(struct cli *cli)
{
	struct json_out out;

	json_open(&out, &cli->arena);
	json_object(&out);
	json_key_string(&out, SPAN("month"), cli_word(cli, 0));
	json_object_end(&out);
	return client_change(cli, TELL_CLOSE, CLIENT_MUST_EXIST, json_close(&out), show_close);
}
