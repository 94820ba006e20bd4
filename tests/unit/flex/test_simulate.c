/* test_simulate.c - recorded usage under other contracts: amounts by hand, and the contract
 * in force against what its months say. */
#include "core/flex/simulate.h"
#include "flex_fixture.h"

#define D360(start, end, plan, modules)                                                            \
	"{\"id\":\"d\",\"model\":\"DEVELOPER_360\",\"plan\":\"" plan                               \
	"\",\"kind\":\"PAID\",\"start\":\"" start "\",\"end\":\"" end "\",\"modules\":{" modules   \
	"}}"
#define SPRING "\"from\":\"2026-03\",\"to\":\"2026-06\""

static const struct book *
acme(void)
{
	return book_of(books, SPAN("acme"), false);
}

/* Simulates the only contract of the question, up to the end of 2026-06. */
static enum err
simulated(const char *json, struct simulation *simulation, struct refusal *refusal)
{
	struct simulate_ask ask;
	enum err            err = simulate_read(span_of(json), catalog, &arena, &ask, refusal);

	if (err == ERR_NONE)
		err = simulate(catalog, acme(), &ask.contracts[0], &ask,
		               hour_at("2026-06-30T23:00:00Z"), &arena, simulation, refusal);
	return err;
}

static struct simulation
simulation_of(const char *json)
{
	struct simulation simulation;
	struct refusal    refusal = { .err = ERR_NONE };

	if (simulated(json, &simulation, &refusal))
		fail_msg("%s: %s", refusal.field, refusal.detail);
	return simulation;
}

static void
test_F41_the_contract_in_force_gives_its_real_figures(void **state)
{
	(void)state;
	static const char contract[] =
		FLEX("2026-04-11T06:00:00Z", "2026-06-20T00:00:00Z",
	             "\"tier\":\"essentials\",\"units\":\"33.33\",\"unit_price\":\"1.01\","
	             "\"support_percent\":\"10\",\"overage_rate\":\"0.8\",\"topups\":["
	             "{\"at\":\"2026-05-10T00:00:00Z\",\"units\":\"0.01\"},"
	             "{\"at\":\"2026-05-10T00:59:00Z\",\"units\":\"0.01\"},"
	             "{\"at\":\"2026-05-10T01:00:00Z\",\"units\":\"1\"}]");
	char json[2048];

	happened("ai.tokens", "t", "2026-04-12T00:00:00Z", "\"count\":234567891");
	happened("ai.tokens", "t", "2026-05-12T00:00:00Z", "\"count\":434567891");
	snprintf(json, sizeof(json), "{" SPRING ",\"contracts\":[%s]}", contract);
	struct simulation simulation = simulation_of(json);

	assert_int_equal(simulation.months_count, 4);
	assert_false(simulation.months[0].holds);
	/* 33.33 at 1.01 are 33.66 and support of 3.37. */
	assert_decimal(simulation.months[1].bought, "37.03");
	/* 0.02 at once, which is 0.02; then 1.01 and 0.10. */
	assert_decimal(simulation.months[2].bought, "1.13");
	contracted(contract);
	static const char *const ends[] = { "2026-04-30T23:00:00Z", "2026-05-31T23:00:00Z",
		                            "2026-06-30T23:00:00Z" };
	int64_t                  total  = 0;
	for (uint32_t i = 0; i < 3; i++) {
		struct flex_statement  real = statement_at(ends[i]);
		struct simulated_month made = simulation.months[i + 1];
		assert_true(made.holds);
		assert_int_equal(made.units, real.month.units);
		assert_int_equal(made.overage, real.pool.overage);
		assert_int_equal(made.amount, made.bought + real.overage_amount);
		assert_true(real.overage_amount > 0 || i == 2);
		total += made.amount;
	}
	assert_int_equal(simulation.total, total);
}

static void
test_F41_licences_cost_a_twelfth_of_a_year(void **state)
{
	(void)state;
	struct simulation simulation =
		simulation_of("{" SPRING ",\"contracts\":[{\"contract\":" D360(
			"2026-04-16T00:00:00Z", "2026-06-10T00:00:00Z", "TEAM",
			"\"CD\":{\"developers\":10},\"CI\":{\"developers\":10},"
			"\"FF\":{\"addon\":5000}") ",\"prices\":{\"CD\":\"480\"}}]}");

	assert_false(simulation.months[0].holds);
	/* 400 and, by the plan, 300: of half of April, all of May, 9 of 30 days. */
	assert_decimal(simulation.months[1].amount, "350");
	assert_decimal(simulation.months[2].amount, "700");
	assert_decimal(simulation.months[3].amount, "210");
	assert_decimal(simulation.total, "1260");
	/* A cent is rounded for each module: 100 / 12 is 8.33. */
	simulation = simulation_of(
		"{\"from\":\"2026-05\",\"to\":\"2026-05\",\"contracts\":[{\"contract\":"
		"{\"id\":\"s\",\"model\":\"SERVICES\",\"plan\":\"TEAM\",\"kind\":\"PAID\","
		"\"start\":\"2026-01-01T00:00:00Z\",\"end\":\"2027-01-01T00:00:00Z\","
		"\"modules\":{\"CD\":{\"services\":1}}},\"prices\":{\"CD\":100}}]}");
	assert_decimal(simulation.total, "8.33");
}

static void
test_F41_refusals(void **state)
{
	(void)state;
	static const struct {
		const char *json;
		enum err    err;
		const char *detail;
	} table[] = {
		{ "[]", ERR_FIELD_TYPE, "JSON object" },
		{ "{\"to\":\"2026-06\"}", ERR_FIELD_MISSING, "first and its last month" },
		{ "{\"from\":\"2026-6\",\"to\":\"2026-06\"}", ERR_TIME_SYNTAX, "like 2026-04" },
		{ "{\"from\":\"2026-07\",\"to\":\"2026-06\"}", ERR_QUESTION, "before from" },
		{ "{\"from\":\"2020-01\",\"to\":\"2026-06\"}", ERR_QUESTION, "60 months" },
		{ "{" SPRING "}", ERR_FIELD_VALUE, "list of 1 to 16" },
		{ "{" SPRING ",\"contracts\":[]}", ERR_FIELD_VALUE, "list of 1 to 16" },
		{ "{" SPRING ",\"contracts\":[{}],\"x\":1}", ERR_FIELD_UNKNOWN, "expected from" },
		{ "{" SPRING ",\"contracts\":[{\"contract\":{},\"price\":{}}]}", ERR_FIELD_UNKNOWN,
		  "prices alone" },
		{ "{" SPRING ",\"contracts\":[{\"id\":\"x\"}]}", ERR_FIELD_MISSING, "required" },
		{ "{" SPRING ",\"contracts\":[{\"contract\":" D360(
			  "2026-04-16T00:00:00Z", "2026-06-10T00:00:00Z", "FREE",
			  "\"CD\":{\"developers\":1}") ",\"prices\":{}}]}",
		  ERR_PRICE_UNKNOWN, "has a price" },
		{ "{" SPRING ",\"contracts\":[{\"contract\":" D360(
			  "2026-04-16T00:00:00Z", "2026-06-10T00:00:00Z", "TEAM",
			  "\"CD\":{\"developers\":1}") ",\"prices\":{\"XX\":1}}]}",
		  ERR_FIELD_VALUE, "is no module" },
		{ "{" SPRING ",\"contracts\":[{\"contract\":" D360(
			  "2026-04-16T00:00:00Z", "2026-06-10T00:00:00Z", "TEAM",
			  "\"CD\":{\"developers\":1}") ",\"prices\":{\"CD\":-1}}]}",
		  ERR_QUANTITY_NEGATIVE, "" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct simulation simulation = { .total = -1 };
		struct refusal    refusal    = { .err = ERR_NONE };
		enum err          err        = simulated(table[i].json, &simulation, &refusal);
		if (err != table[i].err)
			print_error("%s: %s\n", table[i].json, refusal.detail);
		assert_int_equal(err, table[i].err);
		assert_non_null(strstr(refusal.detail, table[i].detail));
		assert_int_equal(simulation.total, -1);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, test_begin, test_end)
	const struct CMUnitTest tests[] = {
		TEST(test_F41_the_contract_in_force_gives_its_real_figures),
		TEST(test_F41_licences_cost_a_twelfth_of_a_year),
		TEST(test_F41_refusals),
	};
	return cmocka_run_group_tests(tests, group_begin, group_end);
}
