/* test_invoice.c - months are closed, invoices issued, late events put right. */
#include "invoice_fixture.h"

#include <pthread.h>

#define ENTERPRISE "\"tier\":\"enterprise\",\"units\":\"1000\",\"unit_price\":\"1\""

#define U(number) ((int64_t)(number)*1000000)

/* ---- a month's way ---- */

static void
test_F30_a_month_is_open_then_closing_then_invoiced(void **state)
{
	struct office  office;
	struct span    report;
	struct refusal refusal = { .err = ERR_NONE };
	(void)state;
	office_open(&office, "2026-03-20T10:00:00Z");
	contract_put(&office, "2026-03-01", "2027-03-01", ENTERPRISE);
	use(&office, "e1", "2026-03-05", 1500);
	assert_true(holds(draft(&office, "2026-03"), "\"state\":\"open\""));
	assert_int_equal(try_close(&office, "2026-03", &report, &refusal), ERR_MONTH_OPEN);
	assert_true(holds(span_of(refusal.detail), "2026-03 is open until 2026-04-01"));
	clock_set(&office, "2026-04-03T23:59:59Z");
	assert_true(holds(draft(&office, "2026-03"), "\"state\":\"closing\""));
	assert_int_equal(try_close(&office, "2026-03", &report, &refusal), ERR_MONTH_OPEN);
	assert_true(holds(span_of(refusal.detail), "days of grace until 2026-04-04"));
	assert_true(holds(list(&office), "\"invoices\":[]"));
	clock_set(&office, "2026-04-04T00:00:00Z");
	close_month(&office, "2026-03");
	assert_true(holds(draft(&office, "2026-03"), "\"state\":\"invoiced\""));
	office_close(&office);
}

static void
test_F30_the_last_draft_is_the_invoice(void **state)
{
	struct office office;
	(void)state;
	office_open(&office, "2026-04-04T00:00:00Z");
	contract_put(&office, "2026-03-11", "2027-03-01", ENTERPRISE);
	use(&office, "e1", "2026-03-15", 1500);
	scan(&office, "e2", "2026-03-16");
	struct invoice before = read_invoice(&office, draft(&office, "2026-03"));
	close_month(&office, "2026-03");
	struct invoice after = read_invoice(&office, issued(&office, "2"));
	assert_int_equal(before.number, 0);
	assert_int_equal(after.number, 2);
	after.number = 0;
	after.state  = before.state;
	after.issued = SPAN("");
	assert_span_equal(invoice_json(&after, &office.fixture.arena),
	                  invoice_json(&before, &office.fixture.arena));
	assert_int_equal(before.total, U(501) * 5 / 4 / 10000 * 10000);
	office_close(&office);
}

static void
test_F30_closing_what_cannot_be_closed_changes_nothing(void **state)
{
	static const struct {
		const char *month;
		enum err    err;
	} rows[] = {
		{ "2026-04", ERR_MONTH_OPEN },
		{ "2027-01", ERR_MONTH_OPEN },
		{ "2026-02", ERR_CONTRACT_UNKNOWN },
		{ "1999-12", ERR_CONTRACT_UNKNOWN },
		{ "2026-13", ERR_TIME_SYNTAX },
		{ "2026-3", ERR_TIME_SYNTAX },
		{ "", ERR_TIME_SYNTAX },
		{ "2026-03-01", ERR_TIME_SYNTAX },
	};
	struct office office;
	(void)state;
	office_open(&office, "2026-04-10T00:00:00Z");
	contract_put(&office, "2026-03-01", "2027-03-01", ENTERPRISE);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct refusal refusal = { .err = ERR_NONE };
		struct span    report;
		assert_int_equal(try_close(&office, rows[i].month, &report, &refusal), rows[i].err);
		assert_string_equal(refusal.field, "month");
		assert_true(holds(list(&office), "\"invoices\":[]"));
	}
	office_close(&office);
}

static void
test_F30_closing_again_issues_nothing_twice(void **state)
{
	struct office office;
	(void)state;
	office_open(&office, "2026-06-10T00:00:00Z");
	contract_put(&office, "2026-03-01", "2027-03-01", ENTERPRISE);
	use(&office, "e1", "2026-03-05", 1500);
	struct span report = close_month(&office, "2026-05");
	/* The commitment, and the three months that were not invoiced, oldest first. */
	assert_true(holds(report, "\"issued\":4,\"already\":0"));
	struct span first = list(&office);
	assert_int_equal(times(first, "\"number\":"), 4);
	restart(&office);
	assert_true(holds(close_month(&office, "2026-05"), "\"issued\":0,\"already\":1"));
	assert_true(holds(close_month(&office, "2026-03"), "\"issued\":0,\"already\":1"));
	assert_span_equal(list(&office), first);
	office_close(&office);
}

static void
test_F30_the_clock_closes_when_the_grace_is_over(void **state)
{
	struct office office;
	(void)state;
	office_open(&office, "2026-03-20T10:00:00Z");
	office.settings.issue_by_clock = true;
	restart(&office);
	contract_put(&office, "2026-03-01", "2027-03-01", ENTERPRISE);
	use(&office, "e1", "2026-03-05", 1500);
	tick(&office);
	assert_int_equal(times(list(&office), "\"number\":"), 1); /* the commitment */
	clock_set(&office, "2026-04-03T23:00:00Z");
	tick(&office);
	assert_int_equal(times(list(&office), "\"number\":"), 1);
	clock_set(&office, "2026-04-04T00:00:00Z");
	tick(&office);
	assert_int_equal(times(list(&office), "\"number\":"), 2);
	for (int hour = 1; hour < 5; hour++) {
		office.fixture.now.ns += NS_PER_HOUR;
		if (hour == 3)
			restart(&office);
		tick(&office);
	}
	assert_int_equal(times(list(&office), "\"number\":"), 2);
	assert_int_equal(times(notifications(&office), "\"invoice.issued\""), 2);
	office_close(&office);
}

/* ---- what is issued ---- */

static void
test_F31_numbers_have_no_gaps_and_invoices_never_change(void **state)
{
	struct office office;
	char          number[32];
	struct span   first[8];
	struct span   answer;
	(void)state;
	office_open(&office, "2026-06-10T00:00:00Z");
	fixture_account(&office.fixture, "globex");
	contract_put(&office, "2026-03-01", "2027-03-01", ENTERPRISE);
	contract_put_of(&office, "globex", "g", "2026-04-01", "2026-05-01",
	                "\"tier\":\"essentials\",\"units\":\"10\"");
	close_month(&office, "2026-05");
	for (int i = 1; i <= 6; i++) {
		snprintf(number, sizeof(number), "%d", i);
		first[i] = issued_of(&office, i <= 4 ? "acme" : "globex", number, INVOICE_AS_JSON);
	}
	assert_int_equal(engine_invoice_get(office.fixture.engine, SPAN("acme"), SPAN("5"),
	                                    INVOICE_AS_JSON, &office.fixture.arena, &answer, NULL),
	                 ERR_INVOICE_UNKNOWN);
	assert_int_equal(engine_invoice_get(office.fixture.engine, SPAN("globex"), SPAN("7"),
	                                    INVOICE_AS_JSON, &office.fixture.arena, &answer, NULL),
	                 ERR_INVOICE_UNKNOWN);
	/* New details, new use, a new version of the contract. */
	assert_int_equal(engine_billing_put(office.fixture.engine, &BY_TEST, SPAN("acme"),
	                                    SPAN("{\"legal_name\":\"Acme Ltd\"}"),
	                                    &office.fixture.arena, &answer, NULL),
	                 ERR_NONE);
	use(&office, "late", "2026-03-05", 5000);
	contract_put(&office, "2026-03-01", "2027-03-01",
	             "\"tier\":\"enterprise\",\"units\":\"2000\",\"unit_price\":\"3\"");
	clock_set(&office, "2026-07-10T00:00:00Z");
	close_month(&office, "2026-06");
	for (int i = 1; i <= 6; i++) {
		snprintf(number, sizeof(number), "%d", i);
		assert_span_equal(
			issued_of(&office, i <= 4 ? "acme" : "globex", number, INVOICE_AS_JSON),
			first[i]);
	}
	assert_true(holds(issued(&office, "7"), "\"legal_name\":\"Acme Ltd\""));
	office_close(&office);
}

static void
test_F31_support_is_a_line_of_what_is_bought(void **state)
{
	struct office office;
	(void)state;
	office_open(&office, "2026-04-10T00:00:00Z");
	contract_put(&office, "2026-03-01", "2027-03-01",
	             "\"tier\":\"enterprise\",\"units\":\"1000\",\"support_percent\":\"12.5\"");
	close_month(&office, "2026-03");
	struct invoice advance = read_invoice(&office, issued(&office, "1"));
	assert_int_equal(advance.lines_count, 2);
	assert_int_equal(advance.lines[0].amount, U(1250)); /* the tier's price */
	assert_int_equal(advance.lines[1].amount, U(625) / 4);
	assert_int_equal(advance.total, U(5625) / 4);
	office_close(&office);
}

static void
test_F31_a_verification_finds_what_is_wrong(void **state)
{
	static const struct {
		const char *name;
		struct span key;
		bool        remove;
		struct span value;
		const char *says;
	} HARM[] = {
		{ "gone", { "I\0\0\0\0\0\0\0\2", 9 }, true, { "", 0 }, "invoice 2 is missing" },
		{ "last gone",
		  { "I\0\0\0\0\0\0\0\3", 9 },
		  true,
		  { "", 0 },
		  "invoice 3 is missing" },
		{ "no list",
		  { "Jacme\0flex\0\0\0\0\0\0\0\0\1", 19 },
		  true,
		  { "", 0 },
		  "invoice 1 is not in the list" },
		{ "broken",
		  { "I\0\0\0\0\0\0\0\1", 9 },
		  false,
		  { "{}", 2 },
		  "invoice 1 cannot be read" },
	};
	for (size_t i = 0; i < sizeof(HARM) / sizeof(HARM[0]); i++) {
		struct office  office;
		struct refusal refusal = { .err = ERR_NONE };
		struct span    answer;
		(void)state;
		office_open(&office, "2026-05-10T00:00:00Z");
		contract_put(&office, "2026-03-01", "2027-03-01", ENTERPRISE);
		close_month(&office, "2026-04");
		fixture_verify(&office.fixture);
		struct store_write write = { .space  = SPACE_CONTROL,
			                     .remove = HARM[i].remove,
			                     .key    = HARM[i].key,
			                     .value  = HARM[i].value };
		assert_int_equal(office.store->ops->commit(office.store, &write, 1), ERR_NONE);
		assert_int_equal(engine_verify(office.fixture.engine, NULL, NULL,
		                               &office.fixture.arena, &answer, &refusal),
		                 ERR_VERIFY_DIFFERS);
		if (!holds(span_of(refusal.detail), HARM[i].says))
			fail_msg("%s: %s", HARM[i].name, refusal.detail);
		office_close(&office);
	}
}

/* ---- many at once ---- */

enum { CLOSERS = 16 };

static void *
close_it(void *context)
{
	struct office *office = context;
	struct arena   arena;
	struct refusal refusal = { .err = ERR_NONE };
	struct span    report;
	arena_open(&arena, system_memory());
	for (int i = 0; i < 4; i++) {
		enum err err = engine_close_month(office->fixture.engine, &BY_TEST, SPAN("2026-05"),
		                                  NULL, NULL, &arena, &report, &refusal);
		CHECK(err == ERR_NONE);
	}
	arena_close(&arena);
	return NULL;
}

static void
test_F31_many_who_close_at_once_issue_each_invoice_once(void **state)
{
	struct office office;
	pthread_t     closers[CLOSERS];
	char          id[32];
	(void)state;
	office_open(&office, "2026-06-10T00:00:00Z");
	for (int i = 0; i < 40; i++) {
		snprintf(id, sizeof(id), "a%d", i);
		fixture_account(&office.fixture, id);
		contract_put_of(&office, id, "flex", "2026-03-01", "2027-03-01", ENTERPRISE);
	}
	for (int i = 0; i < CLOSERS; i++)
		assert_int_equal(pthread_create(&closers[i], NULL, close_it, &office), 0);
	for (int i = 0; i < CLOSERS; i++)
		pthread_join(closers[i], NULL);
	uint32_t issued_count = 0;
	for (int i = 0; i < 40; i++) {
		struct question question = { .limit = 100 };
		struct span     answer;
		snprintf(id, sizeof(id), "a%d", i);
		question.account = span_of(id);
		assert_int_equal(engine_invoice_list(office.fixture.engine, &question,
		                                     &office.fixture.arena, &answer, NULL),
		                 ERR_NONE);
		assert_int_equal(times(answer, "\"number\":"), 4);
		assert_int_equal(times(answer, "\"month\":\"2026-04\""), 1);
		for (int number = 1; number <= 160; number++) {
			char part[32];
			snprintf(part, sizeof(part), "\"number\":%d,", number);
			issued_count += times(answer, part);
		}
	}
	assert_int_equal(issued_count, 160);
	fixture_verify(&office.fixture);
	office_close(&office);
}

/* ---- putting right ---- */

static void
test_F32_a_late_event_and_its_retraction_leave_nothing(void **state)
{
	struct office office;
	(void)state;
	office_open(&office, "2026-04-10T00:00:00Z");
	contract_put(&office, "2026-03-01", "2027-03-01", ENTERPRISE);
	use(&office, "e1", "2026-03-05", 900);
	close_month(&office, "2026-03");
	use(&office, "e2", "2026-03-06", 300);
	scan(&office, "e3", "2026-03-07");
	clock_set(&office, "2026-05-10T00:00:00Z");
	assert_true(holds(close_month(&office, "2026-04"), "earlier months were adjusted"));
	struct invoice april = read_invoice(&office, issued(&office, "3"));
	assert_int_equal(april.lines_count, 2);
	assert_span_equal(april.lines[0].month, SPAN("2026-03"));
	assert_span_equal(april.lines[0].metric, SPAN("ai.token"));
	assert_int_equal(april.lines[0].cause, CAUSE_LATE);
	assert_int_equal(april.lines[0].units, U(300));
	assert_int_equal(april.lines[0].amount, U(250)); /* 200 of them are over */
	assert_span_equal(april.lines[1].metric, SPAN("sto.scan"));
	assert_int_equal(april.total, U(25125) / 100);
	retract(&office, "e2");
	retract(&office, "e3");
	clock_set(&office, "2026-06-10T00:00:00Z");
	close_month(&office, "2026-05");
	struct invoice may = read_invoice(&office, issued(&office, "4"));
	assert_int_equal(may.lines[0].cause, CAUSE_RETRACTED);
	assert_int_equal(may.total + april.total, 0);
	clock_set(&office, "2026-07-10T00:00:00Z");
	close_month(&office, "2026-06");
	assert_int_equal(read_invoice(&office, issued(&office, "5")).lines_count, 0);
	office_close(&office);
}

/* What comes late for the last month of a contract has an invoice of its own. */
static void
test_F32_a_contract_that_ended_is_put_right_too(void **state)
{
	struct office office;
	(void)state;
	office_open(&office, "2026-05-10T00:00:00Z");
	contract_put(&office, "2026-03-01", "2026-04-01", ENTERPRISE);
	contract_put_of(&office, "acme", "next", "2026-04-01", "2027-04-01", ENTERPRISE);
	use(&office, "e1", "2026-03-05", 1000);
	close_month(&office, "2026-04");
	assert_int_equal(times(list(&office), "\"number\":"), 4);
	use(&office, "e2", "2026-03-06", 100);
	assert_true(holds(close_month(&office, "2026-04"), "\"issued\":1,"));
	struct invoice late = read_invoice(&office, issued(&office, "5"));
	assert_int_equal(late.total, U(125));
	assert_span_equal(late.contract, SPAN("flex"));
	assert_true(holds(close_month(&office, "2026-04"), "\"issued\":0,"));
	office_close(&office);
}

/* What was invoiced beyond the new end is given back, overage and all. */
static void
test_F32_a_contract_that_is_cut_short_gives_back(void **state)
{
	struct office office;
	(void)state;
	office_open(&office, "2026-06-10T00:00:00Z");
	contract_put(&office, "2026-03-01", "2027-03-01", ENTERPRISE);
	use(&office, "e1", "2026-03-05", 1000);
	use(&office, "e2", "2026-05-05", 200);
	close_month(&office, "2026-05");
	assert_int_equal(read_invoice(&office, issued(&office, "4")).total, U(250));
	contract_put(&office, "2026-03-01", "2026-05-01", ENTERPRISE);
	clock_set(&office, "2026-07-10T00:00:00Z");
	contract_put_of(&office, "acme", "next", "2026-05-01", "2027-03-01", ENTERPRISE);
	close_month(&office, "2026-06");
	struct invoice back = read_invoice(&office, issued(&office, "5"));
	assert_span_equal(back.contract, SPAN("flex"));
	assert_int_equal(back.lines_count, 2); /* the pool's price, and the tokens */
	assert_span_equal(back.lines[1].month, SPAN("2026-05"));
	assert_int_equal(back.lines[1].units, U(-200));
	assert_int_equal(back.total, U(-250));
	assert_int_equal(times(close_month(&office, "2026-06"), "\"number\""), 0);
	office_close(&office);
}

/* ---- formats ---- */

static void
test_F34_an_invoice_is_json_csv_and_pdf(void **state)
{
	struct office office;
	(void)state;
	office_open(&office, "2026-04-10T00:00:00Z");
	contract_put(&office, "2026-03-01", "2027-03-01", ENTERPRISE);
	use(&office, "e1", "2026-03-05", 1500);
	close_month(&office, "2026-03");
	assert_true(holds(issued_of(&office, "acme", "2", INVOICE_AS_CSV),
	                  "2,2026-04-10,acme,flex,overage,2026-03,,,Overage of "
	                  "2026-03,,,,,500,1.25,625,USD\r\n"));
	struct span pdf = issued_of(&office, "acme", "2", INVOICE_AS_PDF);
	assert_memory_equal(pdf.at, "%PDF-", 5);
	assert_span_equal(issued_of(&office, "acme", "2", INVOICE_AS_PDF), pdf);
	office_close(&office);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_F30_a_month_is_open_then_closing_then_invoiced),
		cmocka_unit_test(test_F30_the_last_draft_is_the_invoice),
		cmocka_unit_test(test_F30_closing_what_cannot_be_closed_changes_nothing),
		cmocka_unit_test(test_F30_closing_again_issues_nothing_twice),
		cmocka_unit_test(test_F30_the_clock_closes_when_the_grace_is_over),
		cmocka_unit_test(test_F31_numbers_have_no_gaps_and_invoices_never_change),
		cmocka_unit_test(test_F31_a_verification_finds_what_is_wrong),
		cmocka_unit_test(test_F31_many_who_close_at_once_issue_each_invoice_once),
		cmocka_unit_test(test_F31_support_is_a_line_of_what_is_bought),
		cmocka_unit_test(test_F32_a_late_event_and_its_retraction_leave_nothing),
		cmocka_unit_test(test_F32_a_contract_that_ended_is_put_right_too),
		cmocka_unit_test(test_F32_a_contract_that_is_cut_short_gives_back),
		cmocka_unit_test(test_F34_an_invoice_is_json_csv_and_pdf),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
