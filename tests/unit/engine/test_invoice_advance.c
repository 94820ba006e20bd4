/* test_invoice_advance.c - what is bought is invoiced on its day, once, at that day's price. */
#include "invoice_fixture.h"

#define ENTERPRISE "\"tier\":\"enterprise\",\"units\":\"1000\",\"unit_price\":\"1\""

#define U(number) ((int64_t)(number)*1000000)

static void
test_F33_commitment_and_topups_are_invoiced_in_advance(void **state)
{
	struct office office;
	(void)state;
	office_open(&office, "2026-03-02T00:00:00Z");
	office.settings.issue_by_clock = true;
	restart(&office);
	contract_put(&office, "2026-03-01", "2027-03-01",
	             "\"tier\":\"essentials\",\"units\":\"1000\",\"topups\":[{\"at\":"
	             "\"2026-06-01T00:00:00Z\",\"units\":\"500\"},{\"at\":\"2026-06-01T00:30:00Z\","
	             "\"units\":\"100\"}]");
	tick(&office);
	struct invoice commitment = read_invoice(&office, issued(&office, "1"));
	assert_int_equal(commitment.kind, INVOICE_ADVANCE);
	assert_int_equal(commitment.total, U(750));
	clock_set(&office, "2026-06-01T00:10:00Z");
	tick(&office);
	/* March to April were closed on the way; the top-up came before them in the pass. */
	struct span all = list(&office);
	assert_int_equal(times(all, "\"kind\":\"advance\""), 2);
	struct invoice topup = read_invoice(&office, issued(&office, "2"));
	assert_int_equal(topup.total, U(450));
	assert_int_equal(topup.lines[0].units, U(600));
	office_close(&office);
}

static void
test_F33_units_that_are_taken_back_are_credited(void **state)
{
	struct office office;
	(void)state;
	office_open(&office, "2026-04-10T00:00:00Z");
	contract_put(&office, "2026-03-01", "2027-03-01", ENTERPRISE);
	close_month(&office, "2026-03");
	contract_put(&office, "2026-03-01", "2027-03-01",
	             "\"tier\":\"enterprise\",\"units\":\"600\",\"unit_price\":\"1\"");
	assert_true(holds(close_month(&office, "2026-03"), "the total is below zero"));
	assert_int_equal(read_invoice(&office, issued(&office, "3")).total, U(-400));
	office_close(&office);
}

/* A version from a day on, of a contract that began in March. */
static void
version_put(struct office *office, const char *start, const char *from, const char *flex)
{
	char           json[1024];
	struct span    answer;
	struct refusal refusal = { .err = ERR_NONE };
	snprintf(json, sizeof(json),
	         "{\"id\":\"flex\",\"model\":\"FLEX\",\"plan\":\"ENTERPRISE\",\"kind\":"
	         "\"PAID\",\"start\":\"%sT00:00:00Z\",\"end\":\"2027-03-01T00:00:00Z\","
	         "\"from\":\"%sT00:00:00Z\",\"flex\":{%s}}",
	         start, from, flex);
	if (engine_contract_put(office->fixture.engine, &BY_TEST, SPAN("acme"), span_of(json),
	                        &office->fixture.arena, &answer, &refusal) != ERR_NONE)
		fail_msg("%s: %s", refusal.field, refusal.detail);
}

/* Prices are those of the day on which it was bought, however late it is closed. */
static void
test_F33_a_late_closing_bills_as_one_in_time(void **state)
{
	static const char DEARER[] = "\"tier\":\"enterprise\",\"units\":\"1500\",\"unit_price\":"
				     "\"2\",\"topups\":[{\"at\":\"2026-04-05T00:00:00Z\","
				     "\"units\":\"10\"}]";
	(void)state;
	for (int late = 0; late < 2; late++) {
		struct office office;
		office_open(&office, "2026-04-04T00:00:00Z");
		contract_put(&office, "2026-03-01", "2027-03-01", ENTERPRISE);
		if (!late)
			close_month(&office, "2026-03");
		clock_set(&office, "2026-06-04T00:00:00Z");
		version_put(&office, "2026-03-01", "2026-04-04", DEARER);
		close_month(&office, "2026-05");
		int64_t total = 0;
		for (int number = 1; number <= 6; number++) {
			char text[16];
			snprintf(text, sizeof(text), "%d", number);
			total += read_invoice(&office, issued(&office, text)).total;
		}
		assert_int_equal(total, U(1000 + 500 * 2 + 10 * 2));
		assert_int_equal(times(list(&office), "\"number\":"), 6);
		assert_true(holds(close_month(&office, "2026-05"), "\"issued\":0"));
		office_close(&office);
	}
}

static void
test_F33_a_start_that_moves_is_no_second_commitment(void **state)
{
	struct office office;
	(void)state;
	office_open(&office, "2026-04-10T00:00:00Z");
	contract_put(&office, "2026-03-01", "2027-03-01", ENTERPRISE);
	close_month(&office, "2026-03");
	version_put(&office, "2026-03-20", "2026-03-01", ENTERPRISE);
	assert_true(holds(close_month(&office, "2026-03"), "\"issued\":0"));
	assert_int_equal(times(list(&office), "\"kind\":\"advance\""), 1);
	office_close(&office);
}

static void
test_F33_trials_and_the_free_tier_have_no_invoices(void **state)
{
	struct office  office;
	struct refusal refusal = { .err = ERR_NONE };
	struct span    report;
	(void)state;
	office_open(&office, "2026-04-10T00:00:00Z");
	contract_put(&office, "2026-03-01", "2027-03-01", "\"tier\":\"free\"");
	use(&office, "e1", "2026-03-05", 1500);
	assert_int_equal(try_close(&office, "2026-03", &report, &refusal), ERR_CONTRACT_UNKNOWN);
	assert_true(holds(draft(&office, "2026-03"), "\"total\":\"0\""));
	office_close(&office);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_F33_commitment_and_topups_are_invoiced_in_advance),
		cmocka_unit_test(test_F33_units_that_are_taken_back_are_credited),
		cmocka_unit_test(test_F33_a_late_closing_bills_as_one_in_time),
		cmocka_unit_test(test_F33_a_start_that_moves_is_no_second_commitment),
		cmocka_unit_test(test_F33_trials_and_the_free_tier_have_no_invoices),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
