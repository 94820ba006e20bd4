/* test_invoice.c - amounts to the half cent, canonical bytes, differences of invoiced months. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/decimal.h"
#include "core/flex/billed.h"
#include "core/flex/invoice.h"
#include "../arena_fixture.h"

/* Of a static table: a compound literal is no constant there. */
#define S(literal)                                                                                 \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}
#define U(number) ((int64_t)(number)*MILLIONTHS)
#define CENTS(number) ((int64_t)(number) * (MILLIONTHS / 100))

static int64_t
amount(int64_t units, int64_t price)
{
	int64_t made = -1;
	assert_int_equal(invoice_amount(units, price, &made), ERR_NONE);
	return made;
}

/* ---- amounts ---- */

static void
test_F31_amounts_are_rounded_half_even_to_the_cent(void **state)
{
	int64_t untouched = 7;
	(void)state;
	assert_int_equal(amount(U(5000), 1250000), U(6250));
	assert_int_equal(amount(U(5000), 750000), U(3750));
	assert_int_equal(amount(MILLIONTHS / 100, 500000), 0);                /* 0.005 */
	assert_int_equal(amount(3 * (MILLIONTHS / 100), 500000), CENTS(2));   /* 0.015 */
	assert_int_equal(amount(5 * (MILLIONTHS / 100), 500000), CENTS(2));   /* 0.025 */
	assert_int_equal(amount(10001, 500000), CENTS(1));                    /* 0.0050005 */
	assert_int_equal(amount(-3 * (MILLIONTHS / 100), 500000), CENTS(-2)); /* -0.015 */
	assert_int_equal(invoice_amount(QUANTITY_END - 1, U(2), &untouched),
	                 ERR_QUANTITY_TOO_LARGE);
	assert_int_equal(untouched, 7);
}

static void
test_F31_support_is_a_percent_rounded_once(void **state)
{
	int64_t share = 0;
	(void)state;
	assert_int_equal(invoice_percent(U(750000), U(10), &share), ERR_NONE);
	assert_int_equal(share, U(75000));
	assert_int_equal(invoice_percent(CENTS(50), U(1), &share), ERR_NONE); /* 0.005 */
	assert_int_equal(share, 0);
	assert_int_equal(invoice_percent(CENTS(-150), U(1), &share), ERR_NONE); /* -0.015 */
	assert_int_equal(share, CENTS(-2));
}

/* ---- bytes ---- */

static const struct invoice_usage USAGE[] = {
	{ S("CD"), S("cd.service"), S("Service"), S("service"), S("180"), U(37), 0, 4511612903 },
	{ S("STO"), S("sto.scan"), S("STO scan, \"deep\""), S("scan"), S("1"), U(500), 0, U(500) },
};

static const struct invoice_line LINES[] = {
	{ .kind   = LINE_OVERAGE,
	  .month  = S("2026-03"),
	  .units  = U(11),
	  .price  = 1250000,
	  .amount = CENTS(1375) },
	{ .kind     = LINE_ADJUSTMENT,
	  .cause    = CAUSE_RETRACTED,
	  .month    = S("2026-02"),
	  .metric   = S("sto.scan"),
	  .name     = S("STO scan"),
	  .quantity = U(-3),
	  .units    = U(-3),
	  .amount   = CENTS(-375) },
};

static struct invoice
sample(uint64_t number)
{
	struct invoice invoice = {
		.kind         = INVOICE_MONTH,
		.state        = number ? INVOICE_ISSUED : INVOICE_OPEN,
		.number       = number,
		.issued       = number ? SPAN("2026-04-04") : SPAN(""),
		.seller       = SPAN("Seller GmbH\nRing 1"),
		.account      = SPAN("acme"),
		.account_name = SPAN("=Acme\tCorp"),
		.currency     = SPAN("USD"),
		.legal_name   = SPAN("Акме ООД"),
		.contract     = SPAN("acme-flex"),
		.tier         = SPAN("enterprise"),
		.month        = SPAN("2026-03"),
		.from_hour    = 492576,
		.until_hour   = 493080,
		.fraction     = SPAN("504/744"),
		.usage        = USAGE,
		.usage_count  = 2,
		.pool         = { U(5000), 0, 0, 0, U(5000), 11612903, 0 },
		.lines        = LINES,
		.lines_count  = 2,
	};
	assert_int_equal(invoice_sum(&invoice), ERR_NONE);
	return invoice;
}

static void
assert_span(struct span got, struct span wanted)
{
	if (!span_equal(got, wanted))
		fail_msg("got    %.*s\nwanted %.*s", (int)got.size, got.at, (int)wanted.size,
		         wanted.at);
}

static void
test_F34_read_back_and_written_again_the_bytes_are_the_same(void **state)
{
	struct invoice read;
	(void)state;
	for (uint64_t number = 0; number < 2; number++) {
		struct invoice made  = sample(number);
		struct span    bytes = invoice_json(&made, &arena);
		assert_int_equal(invoice_read(bytes, &arena, &read), ERR_NONE);
		assert_span(invoice_json(&read, &arena), bytes);
		assert_int_equal(read.total, CENTS(1000));
		assert_int_equal(read.units, 5011612903);
		assert_span(invoice_csv(&read, &arena), invoice_csv(&made, &arena));
	}
}

static void
test_F34_csv_has_a_row_a_line_and_no_formula(void **state)
{
	struct invoice made = sample(7);
	(void)state;
	assert_span(
		invoice_csv(&made, &arena),
		SPAN("number,issued,account,contract,kind,month,module,metric,name,quantity,unit,"
	             "allowance,rate,units,price,amount,currency\r\n"
	             "7,2026-04-04,acme,acme-flex,usage,2026-03,CD,cd.service,Service,37,service,0,"
	             "180,4511.612903,,,USD\r\n"
	             "7,2026-04-04,acme,acme-flex,usage,2026-03,STO,sto.scan,\"STO scan, "
	             "\"\"deep\"\"\",500,scan,0,1,500,,,USD\r\n"
	             "7,2026-04-04,acme,acme-flex,overage,2026-03,,,Overage of 2026-03,,,,,11,1.25,"
	             "13.75,USD\r\n"
	             "7,2026-04-04,acme,acme-flex,adjustment,2026-02,,sto.scan,\"Adjustment of "
	             "2026-02, STO scan: retracted or corrected events\",-3,,,,-3,,-3.75,USD\r\n"
	             "7,2026-04-04,acme,acme-flex,total,2026-03,,,,,,,,,,10,USD\r\n"));
}

static void
test_F31_bytes_that_are_no_invoice_are_damaged(void **state)
{
	struct invoice read;
	struct invoice made  = sample(3);
	struct span    bytes = invoice_json(&made, &arena);
	(void)state;
	for (size_t cut = 0; cut < bytes.size; cut += 7) {
		struct span part = { bytes.at, cut };
		assert_int_equal(invoice_read(part, &arena, &read), ERR_STORE_DAMAGED);
	}
	assert_int_equal(invoice_read(SPAN("{\"number\":1}"), &arena, &read), ERR_STORE_DAMAGED);
}

/* ---- differences ---- */

/* A small generator: same seed, same accounts. */
static uint64_t
draw(uint64_t *seed, uint64_t below)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (*seed >> 33) % below;
}

enum { METRICS = 6 };

static const struct span METRIC[METRICS] = { S("a"), S("b"), S("c"), S("d"), S("e"), S("f") };

/* What a month is, drawn: some metrics used, a pool that some of it does not fit in. */
static struct invoice
month_draw(uint64_t *seed, uint64_t number)
{
	struct invoice_usage *usage   = ARENA_ARRAY(&arena, struct invoice_usage, METRICS);
	struct invoice        invoice = sample(number);
	invoice.usage_count           = 0;
	for (uint32_t i = 0; i < METRICS; i++) {
		if (draw(seed, 3) == 0)
			continue;
		int64_t quantity             = (int64_t)draw(seed, 50) * 500000;
		usage[invoice.usage_count++] = (struct invoice_usage){
			.module   = SPAN("M"),
			.metric   = METRIC[i],
			.name     = METRIC[i],
			.unit     = SPAN("u"),
			.rate     = SPAN("7 per 3"),
			.quantity = quantity,
			.units    = quantity * 7 / 3 + (int64_t)draw(seed, 2),
		};
	}
	invoice.usage       = usage;
	invoice.lines       = NULL;
	invoice.lines_count = 0;
	invoice.month       = SPAN("2026-02");
	invoice.pool        = (struct invoice_pool){ .opening = (int64_t)draw(seed, 200) * 1000001,
		                                     .free    = (int64_t)draw(seed, 2) * U(20) };
	assert_int_equal(invoice_sum(&invoice), ERR_NONE);
	return invoice;
}

static int64_t
overage_amount(const struct invoice *month, int64_t price)
{
	int64_t over = month->units - month->pool.opening - month->pool.topups - month->pool.free;
	return amount(over > 0 ? over : 0, price);
}

static void
lines_set(struct invoice *invoice, const struct invoice_lines *lines)
{
	invoice->lines       = lines->items;
	invoice->lines_count = lines->count;
	assert_int_equal(invoice_sum(invoice), ERR_NONE);
}

/* The invoice of the next month, in which nothing was used: adjustments alone. */
static struct invoice
next_month(const struct billed *billed, const struct invoice *now, int64_t price)
{
	struct invoice_lines lines = { .arena = &arena };
	struct invoice       next  = sample(9);
	next.usage_count           = 0;
	next.month                 = SPAN("2026-03");
	assert_int_equal(
		billed_difference(billed_month_find(billed, now->month), now, price, &lines),
		ERR_NONE);
	lines_set(&next, &lines);
	return next;
}

static void
test_F32_the_sum_over_invoices_is_the_recomputed_month(void **state)
{
	uint64_t seed = 4711;
	(void)state;
	for (int round = 0; round < 2000; round++) {
		struct billed        billed;
		struct invoice_lines lines = { .arena = &arena };
		int64_t              price = (int64_t)draw(&seed, 3) * 625001;
		struct invoice       first = month_draw(&seed, 1);
		struct invoice       now   = month_draw(&seed, 0);
		int64_t              was   = overage_amount(&first, price);
		invoice_lines_add(&lines, &(struct invoice_line){ .kind   = LINE_OVERAGE,
		                                                  .month  = first.month,
		                                                  .price  = price,
		                                                  .amount = was });
		lines_set(&first, &lines);
		billed_open(&billed, &arena);
		billed_add(&billed, &first);
		struct invoice second = next_month(&billed, &now, price);
		assert_int_equal(first.total + second.total, overage_amount(&now, price));
		billed_add(&billed, &second);
		/* And then nothing is missing any more. */
		assert_int_equal(next_month(&billed, &now, price).lines_count, 0);
		/* Taken back, the two later invoices are together nothing. */
		struct invoice third = next_month(&billed, &first, price);
		assert_int_equal(second.total + third.total, 0);
		arena_reset(&arena);
	}
}

static void
test_F32_a_line_names_month_metric_and_cause(void **state)
{
	static const struct invoice_usage before[] = {
		{ S("CD"), S("cd.service"), S("Service"), S("service"), S("180"), U(2), 0, U(360) },
		{ S("STO"), S("sto.scan"), S("STO scan"), S("scan"), S("1"), U(10), 0, U(10) },
	};
	static const struct invoice_usage after[] = {
		{ S("CD"), S("cd.service"), S("Service"), S("service"), S("180"), U(3), 0, U(540) },
		{ S("CI"), S("ci.hosted_minute"), S("Hosted build minute"), S("minute"), S("0.05"),
		  U(100), 0, U(5) },
	};
	struct billed  billed;
	struct invoice first = sample(1), now = sample(0);
	(void)state;
	first.usage       = before;
	first.lines_count = 0;
	first.pool        = (struct invoice_pool){ .opening = U(400) };
	assert_int_equal(invoice_sum(&first), ERR_NONE);
	now.usage       = after;
	now.lines_count = 0;
	now.pool        = first.pool;
	assert_int_equal(invoice_sum(&now), ERR_NONE);
	billed_open(&billed, &arena);
	billed_add(&billed, &first);
	struct invoice next = next_month(&billed, &now, 1250000);
	assert_int_equal(next.lines_count, 3);
	assert_span(invoice_line_words(&next.lines[0], &arena),
	            SPAN("Adjustment of 2026-03, Service: late events"));
	assert_int_equal(next.lines[0].units, U(180));
	assert_int_equal(next.lines[0].amount, CENTS(18750)); /* 150 of them are over */
	assert_span(next.lines[1].metric, SPAN("ci.hosted_minute"));
	assert_int_equal(next.lines[1].amount, CENTS(625));
	assert_span(invoice_line_words(&next.lines[2], &arena),
	            SPAN("Adjustment of 2026-03, STO scan: retracted or corrected events"));
	assert_int_equal(next.lines[2].quantity, U(-10));
	assert_int_equal(next.lines[2].amount, CENTS(-1250));
}

static int64_t
purchase_units(const struct billed *billed, const struct purchase *purchase)
{
	return billed_units(billed, purchase->kind, purchase->at_hour);
}

static void
test_F33_a_purchase_is_billed_once_and_then_what_changes(void **state)
{
	struct billed        billed;
	struct invoice_lines lines  = { .arena = &arena };
	struct invoice       first  = sample(1);
	struct purchase      bought = { .kind            = LINE_COMMITMENT,
		                        .at_hour         = 492576,
		                        .units           = U(600000),
		                        .price           = 1250000,
		                        .support_percent = U(10) };
	(void)state;
	first.kind        = INVOICE_ADVANCE;
	first.usage_count = 0;
	billed_open(&billed, &arena);
	assert_int_equal(purchase_difference(&bought, purchase_units(&billed, &bought), &lines),
	                 ERR_NONE);
	assert_int_equal(lines.count, 2);
	assert_int_equal(lines.items[0].amount, U(750000));
	assert_int_equal(lines.items[1].amount, U(75000));
	lines_set(&first, &lines);
	billed_add(&billed, &first);
	lines.count    = 0;
	bought.at_hour = 492600; /* The contract's start moved: there is one commitment. */
	assert_int_equal(purchase_difference(&bought, purchase_units(&billed, &bought), &lines),
	                 ERR_NONE);
	assert_int_equal(lines.count, 0);
	bought.units -= U(100);
	assert_int_equal(purchase_difference(&bought, purchase_units(&billed, &bought), &lines),
	                 ERR_NONE);
	assert_int_equal(lines.count, 2);
	assert_int_equal(lines.items[0].amount, CENTS(-12500));
	assert_int_equal(lines.items[1].amount, CENTS(-1250));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_F31_amounts_are_rounded_half_even_to_the_cent),
		cmocka_unit_test(test_F31_support_is_a_percent_rounded_once),
		cmocka_unit_test(test_F34_read_back_and_written_again_the_bytes_are_the_same),
		cmocka_unit_test(test_F34_csv_has_a_row_a_line_and_no_formula),
		cmocka_unit_test(test_F31_bytes_that_are_no_invoice_are_damaged),
		cmocka_unit_test(test_F32_the_sum_over_invoices_is_the_recomputed_month),
		cmocka_unit_test(test_F32_a_line_names_month_metric_and_cause),
		cmocka_unit_test(test_F33_a_purchase_is_billed_once_and_then_what_changes),
	};
	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
