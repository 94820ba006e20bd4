/* invoice_csv.c - an invoice as CSV (RFC 4180): for who adds it up in a spreadsheet. */
#include "core/base/decimal.h"
#include "core/base/text.h"
#include "core/flex/invoice_int.h"

struct row {
	struct text *text;
	bool         begun;
};

static bool
is_formula(struct span text)
{
	return text.size > 0 && text.at[0] != 0 && memchr("=+-@\t\r", text.at[0], 6) != NULL;
}

static void
cell_text(struct row *row, struct span cell)
{
	bool quoted = false;

	if (row->begun)
		text_add_char(row->text, ',');
	row->begun = true;
	for (size_t i = 0; i < cell.size; i++)
		quoted = quoted || memchr("\",\r\n", cell.at[i], 4);
	if (quoted)
		text_add_char(row->text, '"');
	if (is_formula(cell))
		text_add_char(row->text, '\'');
	for (size_t i = 0; i < cell.size; i++) {
		if (cell.at[i] == '"')
			text_add_char(row->text, '"');
		text_add_char(row->text, cell.at[i]);
	}
	if (quoted)
		text_add_char(row->text, '"');
}

/* Numbers stay numbers, also below zero. */
static void
cell_decimal(struct row *row, int64_t millionths)
{
	char written[DECIMAL_SIZE];

	if (row->begun)
		text_add_char(row->text, ',');
	row->begun = true;
	text_add(row->text, (struct span){ written, decimal_format(millionths, written) });
}

static void
cell_number(struct row *row, uint64_t number)
{
	if (row->begun)
		text_add_char(row->text, ',');
	row->begun = true;
	if (number > 0)
		text_add_uint(row->text, number);
}

static struct row
row_begin(const struct invoice *invoice, struct text *text, struct span kind)
{
	struct row row = { .text = text };

	cell_number(&row, invoice->number);
	cell_text(&row, invoice->issued);
	cell_text(&row, invoice->account);
	cell_text(&row, invoice->contract);
	cell_text(&row, kind);
	return row;
}

static void
row_end(const struct invoice *invoice, struct row *row)
{
	cell_text(row, invoice->currency);
	text_add(row->text, SPAN("\r\n"));
}

static void
usage_row(const struct invoice *invoice, const struct invoice_usage *usage, struct text *text)
{
	struct row row = row_begin(invoice, text, SPAN("usage"));

	cell_text(&row, invoice->month);
	cell_text(&row, usage->module);
	cell_text(&row, usage->metric);
	cell_text(&row, usage->name);
	cell_decimal(&row, usage->quantity);
	cell_text(&row, usage->unit);
	cell_decimal(&row, usage->allowance);
	cell_text(&row, usage->rate);
	cell_decimal(&row, usage->units);
	cell_text(&row, SPAN(""));
	cell_text(&row, SPAN(""));
	row_end(invoice, &row);
}

static void
line_row(const struct invoice *invoice, const struct invoice_line *line, struct text *text)
{
	struct row row     = row_begin(invoice, text, LINE_KINDS[line->kind]);
	bool       adjusts = line->kind == LINE_ADJUSTMENT;
	bool       counts  = line->kind != LINE_SUPPORT;

	cell_text(&row, line->month);
	cell_text(&row, SPAN(""));
	cell_text(&row, line->metric);
	cell_text(&row, invoice_line_words(line, text->arena));
	if (adjusts)
		cell_decimal(&row, line->quantity);
	else
		cell_text(&row, SPAN(""));
	cell_text(&row, SPAN(""));
	cell_text(&row, SPAN(""));
	cell_text(&row, SPAN(""));
	if (counts)
		cell_decimal(&row, line->units);
	else
		cell_text(&row, SPAN(""));
	if (adjusts)
		cell_text(&row, SPAN(""));
	else
		cell_decimal(&row, line->price);
	cell_decimal(&row, line->amount);
	row_end(invoice, &row);
}

struct span
invoice_csv(const struct invoice *invoice, struct arena *arena)
{
	struct text text;

	/* The words of a line are made in the arena while the text grows in it. */
	text_open(&text, arena);
	text_add(&text,
	         SPAN("number,issued,account,contract,kind,month,module,metric,name,quantity,"
	              "unit,allowance,rate,units,price,amount,currency\r\n"));
	for (uint32_t i = 0; i < invoice->usage_count; i++)
		usage_row(invoice, &invoice->usage[i], &text);
	for (uint32_t i = 0; i < invoice->lines_count; i++)
		line_row(invoice, &invoice->lines[i], &text);
	struct row row = row_begin(invoice, &text, SPAN("total"));
	cell_text(&row, invoice->month);
	for (int i = 0; i < 9; i++)
		cell_text(&row, SPAN(""));
	cell_decimal(&row, invoice->total);
	row_end(invoice, &row);
	return text_span(&text);
}
