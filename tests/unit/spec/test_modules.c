/* test_modules.c - modules with entitlements, and cloud spend (L-30 to L-35, L-40), and what
 * is reported of them (L-60 to L-65). */
#include "site.h"

static const struct json *
module_of(struct site *site, const char *module, const char *at)
{
	return figure_at(site, module, "", at);
}

static int64_t
used_of(struct site *site, const char *module, const char *at)
{
	return number(module_of(site, module, at), "used");
}

/* ---- feature flags ---- */

static void
test_L30_developers_who_changed_a_flag_in_thirty_days(void **state)
{
	struct site *site = *state;
	site_contract(site, "\"FF\":{\"developers\":2,\"addon\":5}");
	say(site, "ff.change", "Ann@X", "2026-05-01T10:00:00Z", "\"action\":\"create\"");
	say(site, "ff.change", "ann@x", "2026-05-02T10:00:00Z",
	    "\"project\":\"p\",\"action\":\"edit\"");
	say(site, "ff.change", "bob@x", "2026-05-03T10:00:00Z", "\"action\":\"delete\"");
	send(site);
	const struct json *figure = figure_at(site, "FF", "developer", "2026-05-31T09:00:00Z");
	assert_int_equal(number(figure, "used"), 2);
	assert_int_equal(number(figure, "owned"), 2);
	figure = figure_at(site, "FF", "developer", "2026-06-01T10:00:00Z");
	assert_int_equal(number(figure, "used"), 1);
}

static void
test_L30_targets_of_client_side_evaluations_of_the_month(void **state)
{
	struct site *site = *state;
	site_contract(site, "\"FF\":{\"developers\":2,\"addon\":5}");
	say(site, "ff.evaluation", "t1", "2026-04-30T23:59:59Z", "");
	say(site, "ff.evaluation", "t2", "2026-05-01T00:00:00Z", "\"side\":\"client\"");
	say(site, "ff.evaluation", "t2", "2026-05-09T00:00:00Z", "\"project\":\"p\"");
	say(site, "ff.evaluation", "T2", "2026-05-09T00:00:00Z", "");
	say(site, "ff.evaluation", "t3", "2026-05-09T00:00:00Z", "\"side\":\"server\"");
	send(site);
	const struct json *figure = figure_at(site, "FF", "mau", "2026-05-20T09:00:00Z");
	assert_int_equal(number(figure, "used"), 2);
	assert_int_equal(number(figure, "owned"), 20005);
	assert_text(json_member(figure, SPAN("window")), "from", "2026-05-01T00:00:00Z");
	assert_text(json_member(figure, SPAN("window")), "to", "2026-05-20T10:00:00Z");
	assert_int_equal(number(figure_at(site, "FF", "mau", "2026-04-30T23:00:00Z"), "used"), 1);
	assert_int_equal(number(figure_at(site, "FF", "mau", "2026-06-01T00:00:00Z"), "used"), 0);
}

static void
test_L30_both_figures_stand_in_one_answer(void **state)
{
	struct site *site = *state;
	say(site, "ff.change", "ann@x", "2026-05-01T10:00:00Z", "");
	send(site);
	struct question    question = { .at = SPAN("2026-05-02T00:00:00Z") };
	const struct json *summary  = site_usage(site, question);
	assert_int_equal(summary->count, 2);
	assert_text(summary->first, "unit", "developer");
	assert_text(summary->first->next, "unit", "mau");
	question.module = SPAN("FF");
	assert_int_equal(site_usage(site, question)->count, 2);
	question.unit          = SPAN("users");
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	question.account = SPAN("acme");
	assert_int_equal(engine_usage(site->fixture.engine, &question, &site->fixture.arena,
	                              &answer, &refusal),
	                 ERR_QUESTION);
	assert_string_equal(refusal.field, "unit");
}

/* ---- services, targets, functions ---- */

static void
test_L31_six_functions_are_a_service(void **state)
{
	struct site *site = *state;
	site_contract(site, "\"SRM\":{\"developers\":10,\"addon\":1}");
	say(site, "srm.activity", "web", "2026-05-01T10:00:00Z", "");
	say(site, "srm.activity", "web", "2026-05-01T10:00:00Z", "\"project\":\"p\"");
	say(site, "srm.activity", "web", "2026-05-04T10:00:00Z", "\"kind\":\"service\"");
	for (int i = 0; i < 7; i++) {
		char name[16];
		snprintf(name, sizeof(name), "f%d", i);
		say(site, "srm.activity", name, "2026-05-01T10:00:00Z", "\"kind\":\"function\"");
		say(site, "srm.activity", name, "2026-05-01T11:00:00Z", "\"kind\":\"function\"");
	}
	send(site);
	const struct json *figure = module_of(site, "SRM", "2026-05-02T00:00:00Z");
	assert_int_equal(number(figure, "owned"), 4);
	assert_int_equal(number(figure, "used"), 4);
	assert_int_equal(number(part_of(figure, "services"), "licences"), 2);
	assert_int_equal(number(part_of(figure, "functions"), "quantity"), 7);
	assert_int_equal(number(part_of(figure, "functions"), "licences"), 2);
	assert_int_equal(used_of(site, "SRM", "2026-05-31T11:00:00Z"), 1);
}

static void
experiment(struct site *site, const char *target, const char *kind, const char *more)
{
	char data[128];
	snprintf(data, sizeof(data), "\"target_kind\":\"%s\"%s", kind, more);
	say(site, "ce.experiment", target, "2026-05-01T10:00:00Z", data);
}

static void
test_L32_targets_functions_and_runs(void **state)
{
	struct site *site = *state;
	site_contract(site, "\"CE\":{\"developers\":10}");
	experiment(site, "t", "kubernetes", ",\"environment\":\"a\"");
	experiment(site, "t", "host", ",\"environment\":\"a\"");
	experiment(site, "t", "cloud_resource", ",\"environment\":\"b\"");
	experiment(site, "t", "kubernetes", ",\"environment\":\"a\",\"project\":\"p\"");
	experiment(site, "t", "kubernetes", "");
	experiment(site, "f", "function", ",\"environment\":\"a\"");
	experiment(site, "o", "other", ",\"runs\":\"99.5\"");
	experiment(site, "o", "other", ",\"runs\":0.5");
	experiment(site, "o", "other", ""); /* one */
	send(site);
	const struct json *figure = module_of(site, "CE", "2026-05-02T00:00:00Z");
	assert_int_equal(number(figure, "owned"), 3);
	assert_int_equal(number(part_of(figure, "targets"), "licences"), 4);
	assert_int_equal(number(part_of(figure, "functions"), "licences"), 1);
	assert_int_equal(number(part_of(figure, "runs"), "quantity"), 101);
	assert_int_equal(number(part_of(figure, "runs"), "licences"), 2);
	assert_int_equal(number(figure, "used"), 7);
	assert_text(json_member(figure, SPAN("rows"))->first->next, "environment", "a");
}

/* ---- executions ---- */

static void
test_L33_applies_that_changed_something_since_the_anniversary(void **state)
{
	static const struct {
		const char *data;
	} rows[] = {
		{ "\"command\":\"apply\",\"status\":\"success\",\"changes\":1" },
		{ "\"command\":\"apply\",\"status\":\"success\",\"changes\":\"0.000001\"" },
		{ "\"command\":\"apply\",\"status\":\"success\",\"changes\":0" },
		{ "\"command\":\"apply\",\"status\":\"success\"" },
		{ "\"command\":\"apply\",\"status\":\"failed\",\"changes\":1" },
		{ "\"command\":\"plan\",\"status\":\"success\",\"changes\":1" },
		{ "\"status\":\"success\",\"changes\":1" },
	};
	struct site *site = *state;
	site_contract(site, "\"IACM\":{\"developers\":2,\"addon\":7}");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		say(site, "iacm.stage", "w", "2026-02-01T00:00:00Z", rows[i].data);
	say(site, "iacm.stage", "w", "2026-01-31T23:00:00Z", rows[0].data);
	send(site);
	const struct json *figure = module_of(site, "IACM", "2026-05-02T00:00:00Z");
	assert_int_equal(number(figure, "owned"), 247);
	assert_int_equal(number(figure, "used"), 2);
	assert_text(json_member(figure, SPAN("window")), "from", "2026-02-01T00:00:00Z");
	assert_int_equal(used_of(site, "IACM", "2027-01-31T23:00:00Z"), 2);
	figure = module_of(site, "IACM", "2027-02-01T00:00:00Z");
	assert_int_equal(number(figure, "used"), 0);
	assert_int_equal(number(figure, "owned"), 247);
	assert_text(json_member(figure, SPAN("window")), "from", "2027-02-01T00:00:00Z");
}

static void
test_L34_every_scan_is_one(void **state)
{
	struct site *site = *state;
	site_contract(site, "\"STO\":{\"developers\":3,\"addon\":20}");
	say(site, "sto.scan", "repo", "2026-05-01T10:00:00Z", "\"status\":\"failed\"");
	say(site, "sto.scan", "repo", "2026-05-01T10:00:00Z", "");
	say(site, "sto.scan", "repo", "2026-05-05T10:00:00Z", "\"project\":\"p\"");
	say(site, "sast.scan", "repo", "2026-05-05T10:00:00Z", "");
	send(site);
	const struct json *figure = module_of(site, "STO", "2026-05-06T00:00:00Z");
	assert_int_equal(number(figure, "owned"), 320);
	assert_int_equal(number(figure, "used"), 3);
	assert_int_equal(used_of(site, "STO", "2026-05-31T10:00:00Z"), 1);
}

static void
test_L35_every_step_is_one(void **state)
{
	struct site *site = *state;
	site_contract(site, "\"SSCA\":{\"developers\":1}");
	say(site, "scs.step", "img", "2026-05-01T10:00:00Z", "\"step\":\"signing\"");
	say(site, "scs.step", "img", "2026-05-01T10:00:00Z", "\"step\":\"compliance\"");
	say(site, "scs.step", "img", "2026-05-01T10:00:00Z", "");
	send(site);
	const struct json *figure = module_of(site, "SSCA", "2026-05-06T00:00:00Z");
	assert_int_equal(number(figure, "owned"), 100);
	assert_int_equal(number(figure, "used"), 3);
}

/* ---- cloud spend ---- */

static void
spend(struct site *site)
{
	say(site, "ccm.spend", "aws", "2026-04-30T23:00:00Z", "\"amount\":100");
	say(site, "ccm.spend", "aws", "2026-05-01T00:00:00Z", "\"amount\":\"0.1\"");
	say(site, "ccm.spend", "aws", "2026-05-01T00:30:00Z",
	    "\"amount\":\"0.2\",\"currency\":\"USD\",\"sku\":\"commitment\"");
	say(site, "ccm.spend", "gcp", "2026-05-09T00:00:00Z",
	    "\"amount\":\"1500.000001\",\"sku\":\"autostopping\"");
	send(site);
}

static void
test_L40_the_spend_of_the_month_is_money(void **state)
{
	struct site *site = *state;
	site_contract(site, "\"CCM\":{\"spend\":\"1200.50\",\"period\":\"month\"}");
	spend(site);
	const struct json *figure = module_of(site, "CCM", "2026-05-20T00:00:00Z");
	assert_int_equal(json_member(figure, SPAN("used"))->kind, JSON_STRING);
	assert_text(figure, "used", "1500.300001");
	assert_text(figure, "owned", "1200.5");
	assert_text(figure, "over", "299.800001");
	assert_text(figure, "percent", "124.97");
	assert_text(figure, "currency", "USD");
	assert_text(json_member(figure, SPAN("window")), "from", "2026-05-01T00:00:00Z");
	assert_text(part_of(figure, "spend"), "licences", "1500.300001");
	const struct json *by = json_member(figure, SPAN("by"));
	assert_int_equal(by->count, 3);
	assert_text(by->first, "id", "gcp");
	assert_text(by->first, "quantity", "1500.000001");
	assert_text(by->first->next, "sku", "commitment");
	assert_text(by->first->next->next, "sku", "insights");
	assert_text(module_of(site, "CCM", "2026-06-01T00:00:00Z"), "used", "0");
}

static void
test_L40_the_spend_of_the_contract_year(void **state)
{
	struct site *site = *state;
	site_contract(site, "\"CCM\":{\"spend\":\"1600.4\",\"period\":\"year\"}");
	spend(site);
	const struct json *figure = module_of(site, "CCM", "2026-12-01T00:00:00Z");
	assert_text(figure, "used", "1600.300001");
	assert_text(figure, "over", "0");
	assert_text(figure, "percent", "99.99");
	assert_text(json_member(figure, SPAN("window")), "from", "2026-02-01T00:00:00Z");
}

static void
test_L40_a_retracted_amount_is_not_spent(void **state)
{
	struct site *site = *state;
	say(site, "event.retracted", "s e2", "2026-05-10T00:00:00Z", "");
	spend(site); /* e2 is 0.1 of e2 and 0.2, which share an hour */
	assert_text(module_of(site, "CCM", "2026-05-20T00:00:00Z"), "used", "1500.200001");
	fixture_verify(&site->fixture);
}

/* ---- what is reported ---- */

static void
test_L60_without_contract_and_usage_a_module_is_left_out(void **state)
{
	struct site    *site     = *state;
	struct question question = { .at = SPAN("2026-05-20T00:00:00Z") };
	site_contract(site, "\"CE\":{\"developers\":3},\"CODE\":{\"developers\":3}");
	say(site, "sto.scan", "repo", "2026-05-05T10:00:00Z", "");
	send(site);
	const struct json *modules = site_usage(site, question);
	assert_int_equal(modules->count, 3);
	assert_text(modules->first, "module", "CODE");
	assert_text(modules->first->next, "module", "CE");
	assert_text(modules->first->next->next, "module", "STO");
	assert_text(modules->first->next->next, "percent", "100");
	assert_int_equal(json_member(modules->first->next->next, SPAN("model"))->kind, JSON_NULL);
}

static void
test_L61_counts_are_broken_down_by_project(void **state)
{
	struct site *site = *state;
	for (int i = 0; i < 6; i++)
		say(site, "sto.scan", i < 3 ? "a" : "b", "2026-05-05T10:00:00Z",
		    i == 0   ? "\"org\":\"o\",\"project\":\"z\""
		    : i == 1 ? "\"project\":\"b\""
		    : i == 2 ? "\"project\":\"a\""
		             : "");
	send(site);
	const struct json       *figure     = module_of(site, "STO", "2026-05-20T00:00:00Z");
	const struct json       *by         = json_member(figure, SPAN("by"));
	static const char *const projects[] = { "default", "a", "b", "z" };
	assert_null(json_member(figure, SPAN("rows")));
	assert_int_equal(by->count, 4);
	assert_int_equal(number(by->first, "quantity"), 3);
	const struct json *at = by->first;
	for (size_t i = 0; i < 4; i++, at = at->next)
		assert_text(at, "project", projects[i]);
	assert_null(json_member(by->first, SPAN("id")));
}

static void
test_L62_a_trend_of_money_and_of_one_of_two_figures(void **state)
{
	struct site *site = *state;
	site_contract(site, "\"CCM\":{\"spend\":\"1200\"},\"FF\":{\"developers\":1}");
	say(site, "ff.evaluation", "t", "2026-05-09T00:00:00Z", "");
	spend(site);
	struct question question = { .account = SPAN("acme"),
		                     .module  = SPAN("CCM"),
		                     .from    = SPAN("2026-04-30"),
		                     .to      = SPAN("2026-05-09") };
	struct span     answer;
	assert_int_equal(
		engine_trend(site->fixture.engine, &question, &site->fixture.arena, &answer, NULL),
		ERR_NONE);
	const struct json *trend = site_parse(site, answer);
	assert_text(json_member(trend, SPAN("points"))->first, "used", "100");
	assert_text(trend, "peak", "1500.300001");
	assert_text(trend, "over", "300.300001");
	question.module = SPAN("FF");
	question.unit   = SPAN("mau");
	assert_int_equal(
		engine_trend(site->fixture.engine, &question, &site->fixture.arena, &answer, NULL),
		ERR_NONE);
	trend = site_parse(site, answer);
	assert_text(trend, "unit", "mau");
	assert_int_equal(number(trend, "peak"), 1);
}

static void
test_L63_a_count_is_explained_down_to_its_events(void **state)
{
	struct site *site = *state;
	say(site, "sto.scan", "a", "2026-05-05T10:10:00Z", "\"project\":\"p\"");
	say(site, "sto.scan", "b", "2026-05-05T10:20:00Z", "\"project\":\"p\"");
	say(site, "sto.scan", "c", "2026-05-07T10:20:00Z", "\"project\":\"p\"");
	say(site, "sto.scan", "d", "2026-05-07T10:20:00Z", "");
	send(site);
	const struct json *answer =
		site_explain(site, (struct question){ .module  = SPAN("STO"),
	                                              .kind    = SPAN("scans"),
	                                              .org     = SPAN("default"),
	                                              .project = SPAN("p"),
	                                              .at      = SPAN("2026-05-20") });
	const struct json *explained = json_member(answer, SPAN("explained"));
	assert_int_equal(explained->count, 1);
	const struct json *hours = json_member(explained->first, SPAN("hours"));
	assert_int_equal(hours->count, 2);
	assert_int_equal(number(hours->first, "value"), 2);
	assert_text(hours->first, "at", "2026-05-05T10:00:00Z");
	const struct json *activity = json_member(explained->first, SPAN("activity"));
	assert_int_equal(activity->count, 3);
	assert_text(activity->first, "id", "e0");
	assert_text(activity->first->next->next, "id", "e2");
}

/* ---- as known ---- */

static void
test_L65_every_figure_as_it_was_known(void **state)
{
	struct site    *site     = *state;
	struct question question = { .at       = SPAN("2026-05-20T00:00:00Z"),
		                     .known_at = SPAN("2026-11-22T00:00:00Z") };
	say(site, "access.granted", "ann@x", "2026-05-05T10:00:00Z", "\"module\":\"CODE\"");
	say(site, "iacm.stage", "w", "2026-05-05T10:00:00Z",
	    "\"command\":\"apply\",\"status\":\"success\",\"changes\":1");
	spend(site);
	const struct json *before = site_usage(site, question);
	site->fixture.now.ns += NS_PER_HOUR;
	site->lines.size = 0;
	uint32_t sent    = site->sent;
	say(site, "access.revoked", "ann@x", "2026-05-06T10:00:00Z", "\"module\":\"CODE\"");
	say(site, "ccm.spend", "aws", "2026-05-06T00:00:00Z", "\"amount\":1");
	say(site, "sto.scan", "a", "2026-05-05T10:10:00Z", "");
	site->sent -= sent;
	send(site);
	const struct json *after = site_usage(site, question);
	assert_int_equal(before->count, 3);
	assert_span_equal(before->raw, after->raw);
	question.known_at = (struct span){ 0 };
	after             = site_usage(site, question);
	assert_text(after->first, "module", "IACM");
	assert_int_equal(after->count, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, site_open, site_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_L30_developers_who_changed_a_flag_in_thirty_days),
		TEST(test_L30_targets_of_client_side_evaluations_of_the_month),
		TEST(test_L30_both_figures_stand_in_one_answer),
		TEST(test_L31_six_functions_are_a_service),
		TEST(test_L32_targets_functions_and_runs),
		TEST(test_L33_applies_that_changed_something_since_the_anniversary),
		TEST(test_L34_every_scan_is_one),
		TEST(test_L35_every_step_is_one),
		TEST(test_L40_the_spend_of_the_month_is_money),
		TEST(test_L40_the_spend_of_the_contract_year),
		TEST(test_L40_a_retracted_amount_is_not_spent),
		TEST(test_L60_without_contract_and_usage_a_module_is_left_out),
		TEST(test_L61_counts_are_broken_down_by_project),
		TEST(test_L62_a_trend_of_money_and_of_one_of_two_figures),
		TEST(test_L63_a_count_is_explained_down_to_its_events),
		TEST(test_L65_every_figure_as_it_was_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
