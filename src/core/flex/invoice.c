/* invoice.c - amounts of an invoice, and its rendering as JSON. */
#include "core/flex/invoice.h"

#include "core/base/decimal.h"
#include "core/flex/invoice_int.h"
#include "core/json/json_write.h"

/* ---- amounts ---- */

#define CENT (MILLIONTHS / 100)

/* numerator / divisor cents, half-even, as millionths. */
static enum err
cents_round(i128 numerator, i128 divisor, int64_t *amount)
{
	int64_t cents = divide_half_even(numerator, divisor);

	if (cents >= QUANTITY_END / CENT || cents <= -(QUANTITY_END / CENT))
		return ERR_QUANTITY_TOO_LARGE;
	*amount = cents * CENT;
	return ERR_NONE;
}

enum err
invoice_amount(int64_t units, int64_t price, int64_t *amount)
{
	CHECK(price >= 0);
	return cents_round((i128)units * price, (i128)MILLIONTHS * CENT, amount);
}

enum err
invoice_percent(int64_t amount, int64_t percent, int64_t *share)
{
	CHECK(percent >= 0);
	return cents_round((i128)amount * percent, (i128)MILLIONTHS * CENT * 100, share);
}

enum err
invoice_sum(struct invoice *invoice)
{
	i128 units = 0;
	i128 total = 0;

	for (uint32_t i = 0; i < invoice->usage_count; i++)
		units += invoice->usage[i].units;
	for (uint32_t i = 0; i < invoice->lines_count; i++)
		total += invoice->lines[i].amount;
	if (units >= QUANTITY_END || total >= QUANTITY_END || total <= -QUANTITY_END)
		return ERR_QUANTITY_TOO_LARGE;
	invoice->units = (int64_t)units;
	invoice->total = (int64_t)total;
	return ERR_NONE;
}

/* ---- words ---- */

const struct span INVOICE_STATES[INVOICE_STATES_COUNT] = {
	[INVOICE_OPEN]    = { "open", 4 },
	[INVOICE_CLOSING] = { "closing", 7 },
	[INVOICE_ISSUED]  = { "invoiced", 8 },
};

const struct span LINE_KINDS[LINE_KINDS_COUNT] = {
	[LINE_COMMITMENT] = { "commitment", 10 }, [LINE_TOPUP] = { "topup", 5 },
	[LINE_SUPPORT] = { "support", 7 },        [LINE_OVERAGE] = { "overage", 7 },
	[LINE_ADJUSTMENT] = { "adjustment", 10 },
};

const struct span INVOICE_CAUSES[INVOICE_CAUSES_COUNT] = {
	[CAUSE_NONE]      = { "", 0 },
	[CAUSE_LATE]      = { "late events", 11 },
	[CAUSE_RETRACTED] = { "retracted or corrected events", 29 },
	[CAUSE_CONTRACT]  = { "changed contract", 16 },
	[CAUSE_POOL]      = { "changed pool", 12 },
};

struct span
invoice_state_name(enum invoice_state state)
{
	CHECK(state <= INVOICE_ISSUED);
	return INVOICE_STATES[state];
}

struct span
invoice_cause_words(enum invoice_cause cause)
{
	CHECK(cause <= CAUSE_POOL);
	return INVOICE_CAUSES[cause];
}

static void
day_add(struct text *text, int32_t hour)
{
	char   written[INSTANT_SIZE];
	size_t size = hour_format(hour, written);

	CHECK(size > 10);
	text_add(text, (struct span){ written, 10 });
}

static void
adjustment_add(struct text *text, const struct invoice_line *line)
{
	text_add(text, SPAN("Adjustment of "));
	text_add(text, line->month);
	if (line->name.size > 0) {
		text_add(text, SPAN(", "));
		text_add(text, line->name);
	}
	text_add(text, SPAN(": "));
	text_add(text, invoice_cause_words(line->cause));
}

struct span
invoice_line_words(const struct invoice_line *line, struct arena *arena)
{
	struct text text;

	text_open(&text, arena);
	switch (line->kind) {
	case LINE_COMMITMENT:
		text_add(&text, SPAN("Commitment from "));
		day_add(&text, line->at_hour);
		break;
	case LINE_TOPUP:
		text_add(&text, SPAN("Top-up of "));
		day_add(&text, line->at_hour);
		break;
	case LINE_SUPPORT:
		text_add(&text, SPAN("Support"));
		break;
	case LINE_OVERAGE:
		text_add(&text, SPAN("Overage of "));
		text_add(&text, line->month);
		break;
	case LINE_ADJUSTMENT:
		adjustment_add(&text, line);
		break;
	}
	return text_span(&text);
}

/* ---- JSON ---- */

static void
key_decimal(struct json_out *out, struct span key, int64_t millionths)
{
	json_key(out, key);
	json_decimal(out, millionths);
}

static void
key_given(struct json_out *out, struct span key, struct span text)
{
	if (text.size > 0)
		json_key_string(out, key, text);
}

static void
key_or_null(struct json_out *out, struct span key, struct span text)
{
	json_key(out, key);
	if (text.size > 0)
		json_string(out, text);
	else
		json_null(out);
}

static void
write_head(struct json_out *out, const struct invoice *invoice)
{
	json_key(out, SPAN("number"));
	if (invoice->number > 0)
		json_uint(out, invoice->number);
	else
		json_null(out);
	json_key_string(out, SPAN("kind"),
	                invoice->kind == INVOICE_MONTH ? SPAN("month") : SPAN("advance"));
	json_key_string(out, SPAN("state"), invoice_state_name(invoice->state));
	key_or_null(out, SPAN("issued"), invoice->issued);
	key_given(out, SPAN("seller"), invoice->seller);
	json_key_string(out, SPAN("account"), invoice->account);
	json_key_string(out, SPAN("account_name"), invoice->account_name);
	json_key(out, SPAN("billing"));
	json_object(out);
	key_given(out, SPAN("legal_name"), invoice->legal_name);
	key_given(out, SPAN("address"), invoice->address);
	key_given(out, SPAN("tax_id"), invoice->tax_id);
	key_given(out, SPAN("purchase_order"), invoice->purchase_order);
	key_given(out, SPAN("payment_reference"), invoice->payment_reference);
	json_object_end(out);
	json_key_string(out, SPAN("contract"), invoice->contract);
	json_key_string(out, SPAN("tier"), invoice->tier);
	key_given(out, SPAN("month"), invoice->month);
	json_key_hour(out, SPAN("from"), invoice->from_hour);
	json_key_hour(out, SPAN("to"), invoice->until_hour);
	key_given(out, SPAN("fraction"), invoice->fraction);
}

static void
write_usage(struct json_out *out, const struct invoice_usage *usage)
{
	json_object(out);
	json_key_string(out, SPAN("module"), usage->module);
	json_key_string(out, SPAN("metric"), usage->metric);
	json_key_string(out, SPAN("name"), usage->name);
	key_decimal(out, SPAN("quantity"), usage->quantity);
	json_key_string(out, SPAN("unit"), usage->unit);
	key_decimal(out, SPAN("allowance"), usage->allowance);
	json_key_string(out, SPAN("rate"), usage->rate);
	key_decimal(out, SPAN("units"), usage->units);
	json_object_end(out);
}

static void
write_month(struct json_out *out, const struct invoice *invoice)
{
	const struct invoice_pool *pool = &invoice->pool;

	json_key(out, SPAN("usage"));
	json_array(out);
	for (uint32_t i = 0; i < invoice->usage_count; i++)
		write_usage(out, &invoice->usage[i]);
	json_array_end(out);
	key_decimal(out, SPAN("units"), invoice->units);
	json_key(out, SPAN("pool"));
	json_object(out);
	key_decimal(out, SPAN("opening"), pool->opening);
	key_decimal(out, SPAN("topups"), pool->topups);
	key_decimal(out, SPAN("free"), pool->free);
	key_decimal(out, SPAN("free_used"), pool->free_used);
	key_decimal(out, SPAN("drawn"), pool->drawn);
	key_decimal(out, SPAN("overage"), pool->overage);
	key_decimal(out, SPAN("closing"), pool->closing);
	json_object_end(out);
}

static void
write_line(struct json_out *out, const struct invoice_line *line)
{
	json_object(out);
	json_key_string(out, SPAN("kind"), LINE_KINDS[line->kind]);
	json_key_string(out, SPAN("text"), invoice_line_words(line, out->text.arena));
	switch (line->kind) {
	case LINE_COMMITMENT:
	case LINE_TOPUP:
		json_key_hour(out, SPAN("at"), line->at_hour);
		key_decimal(out, SPAN("units"), line->units);
		key_decimal(out, SPAN("price"), line->price);
		break;
	case LINE_SUPPORT:
		key_decimal(out, SPAN("percent"), line->price);
		break;
	case LINE_OVERAGE:
		json_key_string(out, SPAN("month"), line->month);
		key_decimal(out, SPAN("units"), line->units);
		key_decimal(out, SPAN("price"), line->price);
		break;
	case LINE_ADJUSTMENT:
		json_key_string(out, SPAN("month"), line->month);
		key_given(out, SPAN("metric"), line->metric);
		key_given(out, SPAN("name"), line->name);
		json_key_string(out, SPAN("cause"), invoice_cause_words(line->cause));
		key_decimal(out, SPAN("quantity"), line->quantity);
		key_decimal(out, SPAN("units"), line->units);
		break;
	}
	key_decimal(out, SPAN("amount"), line->amount);
	json_object_end(out);
}

/* Said again where bytes are made: whoever reads them adds them up himself. */
static void
sum_check(const struct invoice *invoice)
{
	i128 units = 0;
	i128 total = 0;

	for (uint32_t i = 0; i < invoice->usage_count; i++)
		units += invoice->usage[i].units;
	for (uint32_t i = 0; i < invoice->lines_count; i++) {
		CHECK(invoice->lines[i].amount % CENT == 0);
		total += invoice->lines[i].amount;
	}
	CHECK(units == invoice->units);
	CHECK(total == invoice->total);
	CHECK((invoice->number > 0) == (invoice->issued.size > 0));
	CHECK((invoice->number > 0) == (invoice->state == INVOICE_ISSUED));
}

struct span
invoice_json(const struct invoice *invoice, struct arena *arena)
{
	struct json_out out;

	sum_check(invoice);
	json_open(&out, arena);
	json_object(&out);
	write_head(&out, invoice);
	if (invoice->kind == INVOICE_MONTH)
		write_month(&out, invoice);
	json_key(&out, SPAN("lines"));
	json_array(&out);
	for (uint32_t i = 0; i < invoice->lines_count; i++)
		write_line(&out, &invoice->lines[i]);
	json_array_end(&out);
	key_decimal(&out, SPAN("total"), invoice->total);
	json_key_string(&out, SPAN("currency"), invoice->currency);
	json_object_end(&out);
	return json_close(&out);
}
