/* invoice_pdf.c - an invoice as a letter that a finance department can file. */
#include <stdio.h>

#include "core/base/decimal.h"
#include "core/base/text.h"
#include "edge/doc/pdf.h"
#include "engine/invoice_int.h"

#define S(literal)                                                                                 \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}

/* ---- numbers for people ---- */

/* "1,234,567.25": at least so many decimals. */
static struct span
number_words(int64_t millionths, uint32_t decimals, struct arena *arena)
{
	char        plain[DECIMAL_SIZE];
	struct text text;
	size_t      size  = decimal_format(millionths, plain);
	const char *point = memchr(plain, '.', size);
	size_t      whole = point ? (size_t)(point - plain) : size;
	size_t      shown = size - whole;

	text_open(&text, arena);
	for (size_t i = 0; i < whole; i++) {
		text_add_char(&text, plain[i]);
		if ((whole - i) % 3 == 1 && i + 1 < whole && plain[i] != '-')
			text_add_char(&text, ',');
	}
	text_add(&text, (struct span){ plain + whole, shown });
	if (shown == 0 && decimals > 0) {
		text_add_char(&text, '.');
		shown = 1;
	}
	for (; shown > 0 && shown < decimals + 1; shown++)
		text_add_char(&text, '0');
	return text_span(&text);
}

static struct span
money_words(int64_t amount, struct arena *arena)
{
	return number_words(amount, 2, arena);
}

static struct span
joined(struct span a, struct span between, struct span b, struct arena *arena)
{
	struct text text;

	text_open(&text, arena);
	text_add(&text, a);
	text_add(&text, between);
	text_add(&text, b);
	return text_span(&text);
}

static struct span
day_words(int32_t hour, struct arena *arena)
{
	char   written[INSTANT_SIZE];
	size_t size = hour_format(hour, written);

	CHECK(size > 10);
	return arena_copy(arena, (struct span){ written, 10 });
}

static struct span
period_words(const struct invoice *invoice, struct arena *arena)
{
	return joined(day_words(invoice->from_hour, arena), SPAN(" to "),
	              day_words(invoice->until_hour - 1, arena), arena);
}

/* ---- the head ---- */

static struct span
title_words(const struct invoice *invoice, struct arena *arena)
{
	struct text text;

	text_open(&text, arena);
	text_add(&text, invoice->number == 0 ? SPAN("Draft invoice")
	                : invoice->total < 0 ? SPAN("Credit note ")
	                                     : SPAN("Invoice "));
	if (invoice->number > 0)
		text_add_uint(&text, invoice->number);
	return text_span(&text);
}

static struct span
receiver_words(const struct invoice *invoice, struct arena *arena)
{
	struct text       text;
	const struct span lines[] = {
		invoice->legal_name.size > 0 ? invoice->legal_name : invoice->account_name,
		invoice->address,
		invoice->tax_id.size > 0 ? joined(SPAN("Tax id "), invoice->tax_id, SPAN(""), arena)
					 : SPAN(""),
	};

	text_open(&text, arena);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		if (lines[i].size > 0 && text.size > 0)
			text_add_char(&text, '\n');
		text_add(&text, lines[i]);
	}
	return text_span(&text);
}

static struct span
number_fact(const struct invoice *invoice, struct arena *arena)
{
	struct text text;

	if (invoice->number == 0)
		return SPAN("none, this is a draft");
	text_open(&text, arena);
	text_add_uint(&text, invoice->number);
	return text_span(&text);
}

enum { FACTS = 9 };

static uint32_t
facts_fill(const struct invoice *invoice, struct arena *arena, struct pdf_fact facts[FACTS])
{
	const struct pdf_fact all[FACTS] = {
		{ S("Number"), number_fact(invoice, arena) },
		{ S("Issue date"), invoice->issued },
		{ S("Account"), invoice->account },
		{ S("Contract"), joined(invoice->contract, SPAN(", "), invoice->tier, arena) },
		{ S("Month"), invoice->month },
		{ S("Period"), period_words(invoice, arena) },
		{ S("Purchase order"), invoice->purchase_order },
		{ S("Payment reference"), invoice->payment_reference },
		{ S("Currency"), invoice->currency },
	};

	memcpy(facts, all, sizeof(all));
	return FACTS;
}

/* ---- the tables ---- */

static const struct pdf_column LINE_COLUMNS[] = {
	{ S("Description"), PDF_LEFT, 0 },
	{ S("Units"), PDF_DECIMAL, 92 },
	{ S("Price"), PDF_DECIMAL, 64 },
	{ S("Amount"), PDF_DECIMAL, 92 },
};

static struct span
price_words(const struct invoice_line *line, struct arena *arena)
{
	if (line->kind == LINE_ADJUSTMENT)
		return SPAN("");
	if (line->kind == LINE_SUPPORT)
		return joined(number_words(line->price, 0, arena), SPAN(" %"), SPAN(""), arena);
	return number_words(line->price, 2, arena);
}

static struct pdf_table
lines_table(const struct invoice *invoice, struct arena *arena)
{
	struct pdf_row *rows = ARENA_ARRAY(arena, struct pdf_row, invoice->lines_count);

	for (uint32_t i = 0; i < invoice->lines_count; i++) {
		const struct invoice_line *line  = &invoice->lines[i];
		bool                       units = line->kind != LINE_SUPPORT;
		rows[i] =
			(struct pdf_row){ { invoice_line_words(line, arena),
			                    units ? number_words(line->units, 0, arena) : SPAN(""),
			                    price_words(line, arena),
			                    money_words(line->amount, arena) } };
	}
	return (struct pdf_table){ SPAN("To be paid"), LINE_COLUMNS, 4, rows,
		                   invoice->lines_count };
}

static const struct pdf_column USAGE_COLUMNS[] = {
	{ S("Metric"), PDF_LEFT, 0 }, { S("Quantity"), PDF_DECIMAL, 78 },
	{ S("Of"), PDF_LEFT, 54 },    { S("Included"), PDF_DECIMAL, 50 },
	{ S("Rate"), PDF_LEFT, 70 },  { S("Units"), PDF_DECIMAL, 76 },
};

static struct pdf_table
usage_table(const struct invoice *invoice, struct arena *arena)
{
	struct pdf_row *rows = ARENA_ARRAY(arena, struct pdf_row, invoice->usage_count + 1);

	for (uint32_t i = 0; i < invoice->usage_count; i++) {
		const struct invoice_usage *usage = &invoice->usage[i];
		rows[i] = (struct pdf_row){ { joined(usage->module, SPAN(" "), usage->name, arena),
			                      number_words(usage->quantity, 0, arena), usage->unit,
			                      number_words(usage->allowance, 0, arena), usage->rate,
			                      number_words(usage->units, 0, arena) } };
	}
	rows[invoice->usage_count] =
		(struct pdf_row){ { SPAN("Units of the month"), SPAN(""), SPAN(""), SPAN(""),
		                    SPAN(""), number_words(invoice->units, 0, arena) } };
	return (struct pdf_table){ SPAN("Usage"), USAGE_COLUMNS, 6, rows,
		                   invoice->kind == INVOICE_MONTH ? invoice->usage_count + 1 : 0 };
}

static const struct pdf_column POOL_COLUMNS[] = {
	{ S("Opening"), PDF_DECIMAL, 0 },   { S("Top-ups"), PDF_DECIMAL, 0 },
	{ S("Free used"), PDF_DECIMAL, 0 }, { S("Drawn"), PDF_DECIMAL, 0 },
	{ S("Overage"), PDF_DECIMAL, 0 },   { S("Closing"), PDF_DECIMAL, 0 },
};

static struct pdf_table
pool_table(const struct invoice *invoice, struct arena *arena)
{
	const struct invoice_pool *pool     = &invoice->pool;
	struct pdf_row            *row      = arena_take(arena, sizeof(*row));
	const int64_t              values[] = { pool->opening, pool->topups,  pool->free_used,
		                                pool->drawn,   pool->overage, pool->closing };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		row->cells[i] = number_words(values[i], 0, arena);
	return (struct pdf_table){ SPAN("Pool of units"), POOL_COLUMNS, 6, row,
		                   invoice->kind == INVOICE_MONTH };
}

/* ---- the letter ---- */

static struct instant
issued_at(const struct invoice *invoice)
{
	int32_t hour;

	if (invoice->issued.size == 0 || date_parse(invoice->issued, &hour) != ERR_NONE)
		return (struct instant){ 0 };
	return hour_start(hour);
}

enum err
invoice_pdf(const struct invoice *invoice, struct arena *arena, struct span *pdf,
            struct refusal *refusal)
{
	struct pdf_fact           facts[FACTS];
	struct span               title    = title_words(invoice, arena);
	const struct pdf_table    tables[] = { lines_table(invoice, arena),
		                               usage_table(invoice, arena),
		                               pool_table(invoice, arena) };
	struct span               total    = money_words(invoice->total, arena);
	const struct pdf_fact     sum      = { SPAN("Total"),
		                               joined(total, SPAN(" "), invoice->currency, arena) };
	const struct pdf_document document = {
		.title        = title,
		.watermark    = invoice->number == 0 ? SPAN("DRAFT") : SPAN(""),
		.sender       = invoice->seller,
		.receiver     = receiver_words(invoice, arena),
		.created      = issued_at(invoice),
		.facts        = facts,
		.facts_count  = facts_fill(invoice, arena, facts),
		.tables       = tables,
		.tables_count = sizeof(tables) / sizeof(tables[0]),
		.sums_behind  = 1,
		.sums         = &sum,
		.sums_count   = 1,
		.foot         = joined(title, SPAN(", "), invoice->account_name, arena),
	};

	return pdf_write(&document, arena, pdf, refusal);
}
