/* test_estimate.c - what quantities would cost: read, charged, refused. */
#include "core/flex/estimate.h"

#include "flex_fixture.h"

static struct flex_estimate
estimated(const char *json)
{
	struct flex_estimate_ask ask;
	struct flex_estimate     estimate = { .units = 0 };
	struct refusal           refusal  = { .err = ERR_NONE };

	if (flex_estimate_read(span_of(json), catalog, &arena, &ask, &refusal) ||
	    flex_estimate(&ask, &arena, &estimate, &refusal))
		fail_msg("%s: %s", refusal.field, refusal.detail);
	return estimate;
}

static void
test_F40_published_example(void **state)
{
	(void)state;
	struct flex_estimate estimate = estimated("{\"tier\":\"enterprise\",\"quantities\":{\"sto."
	                                          "scan\":500,\"cd.service\":\"10\"}}");

	assert_int_equal(estimate.lines_count, 2);
	/* In the order of the card, whatever that of the question. */
	assert_true(span_equal(estimate.lines[0].rate->metric, SPAN("cd.service")));
	assert_decimal(estimate.lines[0].units, "1800");
	assert_decimal(estimate.lines[1].units, "500");
	assert_decimal(estimate.units, "2300");
	assert_decimal(estimate.amount, "2875");
}

static void
test_F40_a_price_of_ones_own(void **state)
{
	(void)state;
	struct flex_estimate estimate =
		estimated("{\"tier\":\"essentials\",\"quantities\":{\"sto.scan\":1500},"
	                  "\"unit_price\":\"0.0123\"}");

	assert_decimal(estimate.beyond, "500");
	assert_decimal(estimate.amount, "6.15");
}

static void
test_F40_what_is_free_is_not_paid(void **state)
{
	(void)state;
	struct flex_estimate estimate =
		estimated("{\"tier\":\"essentials\",\"quantities\":{\"sto.scan\":1003,"
	                  "\"code.storage\":\"250.5\",\"sast.scan\":0},\"rates\":\"2026-01-01\"}");

	assert_int_equal(estimate.lines_count, 2);
	assert_decimal(estimate.lines[0].billable, "0.5");
	assert_decimal(estimate.units, "1004");
	assert_decimal(estimate.beyond, "4");
	assert_decimal(estimate.amount, "3");

	estimate = estimated("{\"tier\":\"free\",\"quantities\":{\"sto.scan\":1003}}");
	assert_decimal(estimate.beyond, "3");
	assert_decimal(estimate.amount, "0");
	estimate = estimated("{\"tier\":\"free\",\"quantities\":{}}");
	assert_int_equal(estimate.lines_count, 0);
	assert_decimal(estimate.units, "0");
}

static void
test_F40_what_is_too_large_is_refused(void **state)
{
	static const char *const texts[] = {
		"{\"tier\":\"enterprise\",\"quantities\":{\"dr.service\":\"9100000000000\"}}",
		"{\"tier\":\"enterprise\",\"quantities\":{\"sto.scan\":\"5100000000000\","
		"\"sca.scan\":\"5100000000000\"}}",
		"{\"tier\":\"enterprise\",\"quantities\":{\"sto.scan\":\"9100000000000\"}}",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct flex_estimate_ask ask;
		struct flex_estimate     estimate = { .units = 7 };
		struct refusal           refusal  = { .err = ERR_NONE };
		assert_int_equal(
			flex_estimate_read(span_of(texts[i]), catalog, &arena, &ask, &refusal),
			ERR_NONE);
		assert_int_equal(flex_estimate(&ask, &arena, &estimate, &refusal),
		                 ERR_QUANTITY_TOO_LARGE);
		assert_int_equal(estimate.units, 7);
	}
}

/* The same quantities cost in an estimate what they cost in a bill. */
static void
test_F40_is_the_code_that_bills(void **state)
{
	(void)state;
	contracted(FLEX("2026-06-01T00:00:00Z", "2027-06-01T00:00:00Z", "\"tier\":\"enterprise\""));
	happened("ccm.spend", "aws", "2026-06-05T00:00:00Z",
	         "\"amount\":\"1234.567891\",\"sku\":\"autostopping\"");
	struct flex_statement june     = statement_at("2026-06-30T23:00:00Z");
	struct flex_estimate  estimate = estimated(
		 "{\"tier\":\"enterprise\",\"quantities\":{\"ccm.autostopping\":\"1234.567891\"}}");

	assert_int_equal(june.month.units, estimate.units);
	assert_int_equal(june.overage_amount, estimate.amount);
}

static void
test_F40_refusals(void **state)
{
	(void)state;
	static const struct {
		const char *json;
		enum err    err;
		const char *field, *detail;
	} table[] = {
		{ "[]", ERR_FIELD_TYPE, "", "JSON object" },
		{ "{\"quantities\":{}}", ERR_FIELD_MISSING, "tier", "required" },
		{ "{\"tier\":\"free\"}", ERR_FIELD_MISSING, "quantities", "required" },
		{ "{\"tier\":\"gold\",\"quantities\":{}}", ERR_FIELD_VALUE, "tier",
		  "free, essentials or enterprise" },
		{ "{\"tier\":1,\"quantities\":{}}", ERR_FIELD_TYPE, "tier", "string" },
		{ "{\"tier\":\"free\",\"quantities\":[]}", ERR_FIELD_TYPE, "quantities", "object" },
		{ "{\"tier\":\"free\",\"quantities\":{},\"x\":1}", ERR_FIELD_UNKNOWN, "x",
		  "expected" },
		{ "{\"tier\":\"free\",\"quantities\":{},\"rates\":\"2026-01-02\"}", ERR_FIELD_VALUE,
		  "rates", "rate card" },
		{ "{\"tier\":\"free\",\"quantities\":{},\"unit_price\":\"1x\"}",
		  ERR_QUANTITY_SYNTAX, "unit_price", "" },
		{ "{\"tier\":\"free\",\"quantities\":{},\"unit_price\":\"-1\"}",
		  ERR_QUANTITY_NEGATIVE, "unit_price", "" },
		{ "{\"tier\":\"free\",\"quantities\":{},\"unit_price\":1000000001}",
		  ERR_QUANTITY_TOO_LARGE, "unit_price", "" },
		{ "{\"tier\":\"free\",\"quantities\":{},\"unit_price\":[]}", ERR_FIELD_TYPE,
		  "unit_price", "decimal string" },
		{ "{\"tier\":\"free\",\"quantities\":{\"a\":1}}", ERR_FIELD_VALUE, "a",
		  "no metric" },
		{ "{\"tier\":\"essentials\",\"quantities\":{\"cd.service\":1}}", ERR_FIELD_VALUE,
		  "cd.service", "this tier" },
		{ "{\"tier\":\"free\",\"quantities\":{\"sto.scan\":-1}}", ERR_QUANTITY_NEGATIVE,
		  "sto.scan", "" },
		{ "{\"tier\":\"free\",\"quantities\":{\"sto.scan\":\"0.0000001\"}}",
		  ERR_QUANTITY_DECIMALS, "sto.scan", "" },
		{ "{\"tier\":\"free\",\"quantities\":{\"sto.scan\":true}}", ERR_FIELD_TYPE,
		  "sto.scan", "decimal string" },
		{ "{\"tier\":\"free\",\"quantities\":{\"sto.scan\":1,\"sto.scan\":1}}",
		  ERR_JSON_DUPLICATE_KEY, "", "" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct flex_estimate_ask ask     = { .card = NULL };
		struct flex_estimate     made    = { .units = -1 };
		struct refusal           refusal = { .err = ERR_NONE };
		enum err                 err =
			flex_estimate_read(span_of(table[i].json), catalog, &arena, &ask, &refusal);
		if (err == ERR_NONE)
			err = flex_estimate(&ask, &arena, &made, &refusal);
		if (err != table[i].err)
			print_error("%s: %s\n", table[i].json, refusal.detail);
		assert_int_equal(err, table[i].err);
		if (table[i].field[0])
			assert_string_equal(refusal.field, table[i].field);
		assert_non_null(strstr(refusal.detail, table[i].detail));
		assert_int_equal(made.units, -1);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, test_begin, test_end)
	const struct CMUnitTest tests[] = {
		TEST(test_F40_published_example),
		TEST(test_F40_a_price_of_ones_own),
		TEST(test_F40_what_is_free_is_not_paid),
		TEST(test_F40_what_is_too_large_is_refused),
		TEST(test_F40_is_the_code_that_bills),
		TEST(test_F40_refusals),
	};
	return cmocka_run_group_tests(tests, group_begin, group_end);
}
