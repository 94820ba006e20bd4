/* test_costs.c - cloud spend and build credits as rows of days (L-53). */
#define _GNU_SOURCE

#include "site.h"

#include "core/base/decimal.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, site_open, site_close)
#define LINUX "\"hosted\":true,\"os\":\"linux\",\"org\":\"o\",\"project\":\"p\","

static enum err
ask(struct site *site, struct question question, struct span *answer, struct refusal *refusal)
{
	question.account = SPAN("acme");
	return engine_costs(site->fixture.engine, &question, &site->fixture.arena, answer, refusal);
}

static const struct json *
costs(struct site *site, struct question question)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	if (ask(site, question, &answer, &refusal) != ERR_NONE)
		fail_msg("%s: %s", refusal.field, refusal.detail);
	return site_parse(site, answer);
}

static const struct json *
costs_of(struct site *site, const char *from, const char *to)
{
	return costs(site, (struct question){ .from = span_of(from), .to = span_of(to) });
}

static const struct json *
row_of(const struct json *answer, uint32_t index)
{
	const struct json *row = json_member(answer, SPAN("costs"))->first;
	while (row && index-- > 0)
		row = row->next;
	assert_non_null(row);
	return row;
}

/* The sum of a column over the rows, in millionths. */
static int64_t
column_sum(const struct json *answer, const char *name, const char *currency)
{
	int64_t sum = 0;
	for (const struct json *row = json_member(answer, SPAN("costs"))->first; row;
	     row                    = row->next) {
		int64_t value;
		if (!span_equal(json_member(row, SPAN("PricingCurrency"))->text, span_of(currency)))
			continue;
		assert_int_equal(decimal_parse(json_member(row, span_of(name))->text, &value),
		                 ERR_NONE);
		sum += value;
	}
	return sum;
}

static int64_t
decimal_of(const struct json *object, const char *key)
{
	int64_t value;
	assert_int_equal(decimal_parse(json_member(object, span_of(key))->text, &value), ERR_NONE);
	return value;
}

static void
test_L53_a_row_a_day_and_provider_account(void **state)
{
	struct site *site = *state;
	say(site, "ccm.spend", "aws", "2026-05-03T23:59:59Z", "\"amount\":\"0.1\"");
	say(site, "ccm.spend", "aws", "2026-05-03T00:00:00Z", "\"amount\":\"0.2\"");
	say(site, "ccm.spend", "aws", "2026-05-04T00:00:00Z", "\"amount\":7");
	say(site, "ccm.spend", "aws", "2026-05-03T01:00:00Z",
	    "\"amount\":1,\"sku\":\"commitment\"");
	say(site, "ccm.spend", "=gcp", "2026-05-03T01:00:00Z", "\"amount\":2");
	send(site);
	const struct json *answer = costs_of(site, "2026-05-03", "2026-05-04");
	assert_text(answer, "from", "2026-05-03T00:00:00Z");
	assert_text(answer, "to", "2026-05-05T00:00:00Z");
	assert_text(answer, "focus", "1.2");
	assert_text(json_member(answer, SPAN("totals")), "spend", "10.3");
	assert_int_equal(json_member(answer, SPAN("costs"))->count, 4);
	assert_text(row_of(answer, 0), "SubAccountId", "=gcp");
	assert_text(row_of(answer, 1), "SkuId", "commitment");
	const struct json *row        = row_of(answer, 2);
	static const char *cells[][2] = {
		{ "BilledCost", "0.3" },
		{ "EffectiveCost", "0.3" },
		{ "ListCost", "0.3" },
		{ "ContractedCost", "0.3" },
		{ "PricingQuantity", "0.3" },
		{ "ListUnitPrice", "1" },
		{ "BillingAccountId", "acme" },
		{ "BillingCurrency", "USD" },
		{ "PricingCurrency", "USD" },
		{ "BillingPeriodStart", "2026-05-01T00:00:00Z" },
		{ "BillingPeriodEnd", "2026-06-01T00:00:00Z" },
		{ "ChargePeriodStart", "2026-05-03T00:00:00Z" },
		{ "ChargePeriodEnd", "2026-05-04T00:00:00Z" },
		{ "ChargeCategory", "Usage" },
		{ "ServiceName", "Cloud Cost Management" },
		{ "ServiceCategory", "Management and Governance" },
		{ "SkuId", "insights" },
		{ "SubAccountId", "aws" },
		{ "x_Module", "CCM" },
	};
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		assert_text(row, cells[i][0], cells[i][1]);
	assert_int_equal(json_member(row, SPAN("ChargeClass"))->kind, JSON_NULL);
	assert_text(row_of(answer, 3), "ChargePeriodStart", "2026-05-04T00:00:00Z");
}

static void
test_L53_builds_are_priced_in_credits(void **state)
{
	struct site *site = *state;
	say(site, "ci.build", "r", "2026-05-03T10:00:00Z", LINUX "\"minutes\":3");
	say(site, "ci.build", "r", "2026-05-03T11:00:00Z",
	    LINUX "\"minutes\":\"1.5\",\"size\":\"medium\"");
	say(site, "ci.build", "r", "2026-05-03T11:00:00Z",
	    LINUX "\"minutes\":1,\"size\":\"large\"");
	say(site, "ci.build", "r", "2026-05-03T11:00:00Z", "\"minutes\":99");
	send(site);
	const struct json *answer = costs_of(site, "2026-05-03", "2026-05-03");
	assert_int_equal(number(json_member(answer, SPAN("totals")), "minutes"), 6);
	assert_int_equal(number(json_member(answer, SPAN("totals")), "credits"), 20);
	assert_int_equal(json_member(answer, SPAN("costs"))->count, 2);
	assert_text(row_of(answer, 0), "SkuId", "linux large");
	const struct json *row        = row_of(answer, 1);
	static const char *cells[][2] = {
		{ "SkuId", "linux medium" },
		{ "PricingCurrency", "Credits" },
		{ "PricingCurrencyEffectiveCost", "10" },
		{ "PricingCurrencyListUnitPrice", "2" },
		{ "PricingQuantity", "5" },
		{ "PricingUnit", "Minutes" },
		{ "ConsumedQuantity", "5" },
		{ "ConsumedUnit", "Minutes" },
		{ "BilledCost", "0" },
		{ "BillingCurrency", "USD" },
		{ "SubAccountId", "o/p" },
		{ "x_Organization", "o" },
		{ "x_Project", "p" },
		{ "x_Module", "CI" },
		{ "ServiceCategory", "Developer Tools" },
	};
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		assert_text(row, cells[i][0], cells[i][1]);
}

/* Amounts and builds all over May, at hours and of keys that follow no pattern. */
static void
say_much(struct site *site)
{
	static const char *const sizes[] = { "", ",\"size\":\"medium\"", ",\"size\":\"large\"" };
	uint32_t                 random  = 4711;
	for (int i = 0; i < 400; i++) {
		char time[40], data[160], subject[8];
		random = random * 1664525 + 1013904223;
		snprintf(time, sizeof(time), "2026-05-%02uT%02u:%02u:00Z", 1 + (random >> 8) % 31,
		         (random >> 13) % 24, (random >> 18) % 60);
		snprintf(subject, sizeof(subject), "a%u", (random >> 24) % 5);
		snprintf(data, sizeof(data), "\"amount\":\"%u.%06u\",\"sku\":\"%s\"",
		         (random >> 9) % 1000, (random >> 4) % 1000000,
		         random & 64 ? "cluster" : "insights");
		say(site, "ccm.spend", subject, time, data);
		snprintf(data, sizeof(data),
		         "\"hosted\":true,\"os\":\"linux\",\"project\":\"p%u\",\"minutes\":\"%u.%"
		         "u\"%s",
		         (random >> 20) % 3, (random >> 9) % 50, (random >> 4) % 10,
		         sizes[(random >> 11) % 3]);
		say(site, "ci.build", "r", time, data);
	}
	send(site);
}

static void
test_L53_rows_add_up_to_the_figures(void **state)
{
	struct site *site = *state;
	site_contract(site, "\"CCM\":{\"spend\":\"10\",\"period\":\"month\"}");
	say_much(site);
	for (int day = 1; day <= 31; day++) {
		char at[40], to[40];
		snprintf(at, sizeof(at), "2026-05-%02dT23:00:00Z", day);
		snprintf(to, sizeof(to), "2026-05-%02d", day);
		const struct json *answer = costs_of(site, "2026-05-01", to);
		const struct json *totals = json_member(answer, SPAN("totals"));
		const struct json *figure = figure_at(site, "CCM", "", at);
		assert_int_equal(column_sum(answer, "BilledCost", "USD"),
		                 decimal_of(figure, "used"));
		assert_int_equal(decimal_of(totals, "spend"), decimal_of(figure, "used"));

		struct question question = { .account = SPAN("acme"), .at = span_of(at) };
		struct span     text;
		assert_int_equal(engine_credits(site->fixture.engine, &question,
		                                &site->fixture.arena, &text, NULL),
		                 ERR_NONE);
		const struct json *credits = site_parse(site, text);
		int64_t            used    = number(credits, "used");
		assert_int_equal(number(totals, "credits"), used);
		assert_int_equal(column_sum(answer, "PricingCurrencyEffectiveCost", "Credits"),
		                 used * MILLIONTHS);
		assert_int_equal(column_sum(answer, "BilledCost", "Credits"), 0);
	}
}

/* A range may begin and end in the middle of days: the same cells, cut. */
static void
test_L53_hours_cut_days(void **state)
{
	struct site *site = *state;
	say_much(site);
	int64_t whole = column_sum(costs_of(site, "2026-05-01", "2026-05-31"), "BilledCost", "USD");
	int64_t before = column_sum(costs_of(site, "2026-05-01T00:00:00Z", "2026-05-09T12:59:59Z"),
	                            "BilledCost", "USD");
	const struct json *answer = costs_of(site, "2026-05-09T13:00:00Z", "2026-05-31");
	assert_true(before > 0 && before < whole);
	assert_int_equal(before + column_sum(answer, "BilledCost", "USD"), whole);
	assert_text(row_of(answer, 0), "ChargePeriodStart", "2026-05-09T13:00:00Z");
	assert_text(row_of(answer, 0), "ChargePeriodEnd", "2026-05-10T00:00:00Z");
}

static void
test_L53_pages_and_totals(void **state)
{
	struct site    *site = *state;
	struct question page = { .from = SPAN("2026-05-01"), .to = SPAN("2026-05-31"), .limit = 7 };
	uint32_t        rows = 0, pages = 0;
	const struct json *answer = NULL;
	say_much(site);
	const struct json *all  = costs_of(site, "2026-05-01", "2026-05-31");
	const struct json *want = json_member(all, SPAN("costs"))->first;
	for (bool more = true; more; pages++) {
		answer = costs(site, page);
		assert_true(span_equal(json_member(answer, SPAN("totals"))->raw,
		                       json_member(all, SPAN("totals"))->raw));
		for (const struct json *row = json_member(answer, SPAN("costs"))->first; row;
		     row = row->next, want = want->next, rows++)
			assert_true(span_equal(row->raw, want->raw));
		const struct json *next = json_member(answer, SPAN("next"));
		more                    = next != NULL;
		page.cursor             = more ? next->text : SPAN("");
	}
	assert_int_equal(rows, json_member(all, SPAN("costs"))->count);
	assert_int_equal(pages, (rows + 6) / 7);
}

static void
test_L53_what_is_refused(void **state)
{
	static const struct {
		const char *from, *to, *field;
		enum err    err;
	} cases[] = {
		{ "2026-05-02", "2026-05-01", "to", ERR_QUESTION },
		{ "2025-05-01", "2026-05-02", "to", ERR_QUESTION },
		{ "may", "2026-05-01", "from", ERR_TIME_SYNTAX },
		{ "2026-05-01", "may", "to", ERR_TIME_SYNTAX },
	};
	struct site *site = *state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct refusal  refusal  = { .err = ERR_NONE };
		struct span     answer   = SPAN("untouched");
		struct question question = { .from = span_of(cases[i].from),
			                     .to   = span_of(cases[i].to) };
		assert_int_equal(ask(site, question, &answer, &refusal), cases[i].err);
		assert_string_equal(refusal.field, cases[i].field);
		assert_span_equal(answer, SPAN("untouched"));
	}
	assert_int_equal(
		json_member(costs_of(site, "2025-05-02", "2026-05-02"), SPAN("costs"))->count, 0);
	/* Without a range: this month until now, which the fixture's clock tells. */
	assert_text(costs(site, (struct question){ .from = SPAN("") }), "from",
	            "2026-11-01T00:00:00Z");
}

static void
test_L65_costs_as_they_were_known(void **state)
{
	struct site *site = *state;
	say(site, "ccm.spend", "aws", "2026-05-03T01:00:00Z", "\"amount\":5");
	send(site);
	site->fixture.now.ns += NS_PER_HOUR;
	struct span late = SPAN("{\"id\":\"x\",\"source\":\"s\",\"type\":\"ccm.spend\",\"account\":"
	                        "\"acme\",\"subject\":\"aws\",\"time\":\"2026-05-03T02:00:00Z\","
	                        "\"data\":{\"amount\":6}}\n");
	assert_int_equal(fixture_ingest(&site->fixture, late).accepted, 1);
	struct question question = { .from = SPAN("2026-05-01"), .to = SPAN("2026-05-31") };
	assert_text(json_member(costs(site, question), SPAN("totals")), "spend", "11");
	question.known_at = SPAN("2026-11-22T00:30:00Z");
	assert_text(json_member(costs(site, question), SPAN("totals")), "spend", "5");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_L53_a_row_a_day_and_provider_account),
		TEST(test_L53_builds_are_priced_in_credits),
		TEST(test_L53_rows_add_up_to_the_figures),
		TEST(test_L53_hours_cut_days),
		TEST(test_L53_pages_and_totals),
		TEST(test_L53_what_is_refused),
		TEST(test_L65_costs_as_they_were_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
