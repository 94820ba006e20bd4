/* test_invoice_law.c - a year of invoices from a seed: the same log gives the same bytes, and
 * all invoices of a month add up to what it is. */
#include "invoice_fixture.h"

/* A year of use, late use, retractions, closings: everything that was issued and told. */
static struct span
year_of(struct office *office, uint64_t seed, bool restarts)
{
	struct text text;
	char        id[32], day[32], month[32];
	uint32_t    serial = 0;
	office_open(office, "2026-01-01T00:00:00Z");
	contract_put(
		office, "2026-01-01", "2027-01-01",
		"\"tier\":\"enterprise\",\"units\":\"3000\",\"unit_price\":\"1.1\","
		"\"overage_rate\":\"1.333333\",\"support_percent\":\"7.5\",\"topups\":[{\"at\":"
		"\"2026-05-05T00:00:00Z\",\"units\":\"700.5\"}]");
	for (int m = 1; m <= 12; m++) {
		snprintf(day, sizeof(day), "2026-%02d-28T12:00:00Z", m);
		clock_set(office, day);
		for (int i = 0; i < 6; i++) {
			seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			int of = 1 + (int)((seed >> 33) % (uint64_t)m);
			snprintf(id, sizeof(id), "e%u", serial++);
			snprintf(day, sizeof(day), "2026-%02d-%02d", of,
			         1 + (int)(seed >> 50) % 28);
			if (seed >> 60 < 3 && serial > 1) {
				snprintf(id, sizeof(id), "e%u",
				         (uint32_t)((seed >> 20) % (serial - 1)));
				retract(office, id);
			} else if (seed >> 62) {
				use(office, id, day, 1 + (int)(seed >> 40) % 300);
			} else {
				scan(office, id, day);
			}
		}
		snprintf(day, sizeof(day), "2026-%02d-10T00:00:00Z", m % 12 + 1);
		if (m == 12)
			memcpy(day, "2027", 4);
		clock_set(office, day);
		if (restarts)
			restart(office);
		tick(office);
		snprintf(month, sizeof(month), "2026-%02d", m);
		close_month(office, month);
	}
	text_open(&text, &office->fixture.arena);
	for (int i = 1; i <= 14; i++) {
		snprintf(id, sizeof(id), "%d", i);
		text_add(&text, issued(office, id));
		text_add_char(&text, '\n');
	}
	text_add(&text, notifications(office));
	return text_span(&text);
}

static void
test_F31_the_same_log_gives_the_same_invoices_and_alerts(void **state)
{
	struct office one, two;
	(void)state;
	for (uint64_t seed = 1; seed <= 5; seed++) {
		struct span a = year_of(&one, seed, false);
		struct span b = year_of(&two, seed, true);
		assert_span_equal(a, b);
		office_close(&one);
		office_close(&two);
	}
}

/* What was billed of a month, over all invoices. */
static int64_t
billed_of(struct office *office, const char *month)
{
	int64_t amount = 0;
	for (int i = 1; i <= 14; i++) {
		char number[32];
		snprintf(number, sizeof(number), "%d", i);
		struct invoice invoice = read_invoice(office, issued(office, number));
		int64_t        sum     = 0;
		for (uint32_t j = 0; j < invoice.lines_count; j++) {
			sum += invoice.lines[j].amount;
			if (span_equal(invoice.lines[j].month, span_of(month)))
				amount += invoice.lines[j].amount;
		}
		assert_int_equal(sum, invoice.total);
	}
	return amount;
}

/* The overage of a month as a store says that never issued anything. */
static int64_t
recomputed(struct office *office, const char *month)
{
	struct invoice invoice = read_invoice(office, draft(office, month));
	int64_t        amount  = 0;
	for (uint32_t i = 0; i < invoice.lines_count; i++) {
		assert_int_equal(invoice.lines[i].kind, LINE_OVERAGE);
		amount += invoice.lines[i].amount;
	}
	return amount;
}

static enum err
copy_events(void *context, struct span bytes)
{
	text_add(context, bytes);
	return ERR_NONE;
}

static void
test_F32_all_invoices_of_a_month_add_up_to_what_it_is(void **state)
{
	struct office billed, fresh;
	char          month[32];
	(void)state;
	for (uint64_t seed = 100; seed < 112; seed++) {
		struct question question = { .account = SPAN("acme") };
		struct text     log;
		year_of(&billed, seed, false);
		office_open(&fresh, "2027-01-10T00:00:00Z");
		contract_put(&fresh, "2026-01-01", "2027-01-01",
		             "\"tier\":\"enterprise\",\"units\":\"3000\",\"overage_rate\":"
		             "\"1.333333\",\"topups\":[{\"at\":\"2026-05-05T00:00:00Z\",\"units\":"
		             "\"700.5\"}]");
		text_open(&log, &billed.fixture.arena);
		enum err err =
			engine_export(billed.fixture.engine, &question, copy_events, &log, NULL);
		assert_int_equal(err, ERR_NONE);
		assert_true(fixture_ingest(&fresh.fixture, text_span(&log)).accepted > 0);
		for (int m = 1; m <= 12; m++) {
			snprintf(month, sizeof(month), "2026-%02d", m);
			assert_int_equal(billed_of(&billed, month), recomputed(&fresh, month));
		}
		office_close(&fresh);
		office_close(&billed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_F31_the_same_log_gives_the_same_invoices_and_alerts),
		cmocka_unit_test(test_F32_all_invoices_of_a_month_add_up_to_what_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
