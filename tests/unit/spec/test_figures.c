/* test_figures.c - sentences of docs/spec/licences.md over a whole engine: activity, windows,
 * applications, sums, trends, coverage. */
#include "site.h"

static void
deploy(struct site *site, const char *service, const char *time)
{
	say(site, "cd.deployment", service, time, "\"deployment_type\":\"Kubernetes\"");
}

/* The CD module of the answer at a moment. */
static const struct json *
module_at(struct site *site, const char *at)
{
	struct json *root;
	struct span  answer = fixture_usage(&site->fixture, "acme", at, "");
	assert_int_equal(json_parse(answer, &site->fixture.arena, &root, NULL), ERR_NONE);
	return json_member(root, SPAN("modules"))->first;
}

static int64_t
used_at(struct site *site, const char *at)
{
	return number(module_at(site, at), "used");
}

static int64_t
part_licences(const struct json *module, const char *name)
{
	for (const struct json *part = json_member(module, SPAN("parts"))->first; part;
	     part                    = part->next)
                if (span_equal(json_member(part, SPAN("part"))->text, span_of(name)))
                        return number(part, "licences");
	fail_msg("there is no part %s", name);
	return 0;
}

static void
assert_row(const struct json *row, const char *id, int64_t licences)
{
	assert_non_null(row);
	assert_span_equal(json_member(row, SPAN("id"))->text, span_of(id));
	assert_int_equal(number(row, "licences"), licences);
}

/* ---- activity and windows ---- */

static void
test_L5_reports_alone_do_not_make_a_service_active(void **state)
{
	struct site *site = *state;
	say(site, "cd.instances", "idle", "2026-05-10T08:00:00Z", "\"instances\":50");
	say(site, "gitops.instances", "idle-app", "2026-05-10T08:00:00Z", "\"instances\":50");
	say(site, "cd.deployment", "failed", "2026-05-10T08:00:00Z",
	    "\"deployment_type\":\"SSH\",\"status\":\"failed\"");
	send(site);
	const struct json *module = module_at(site, "2026-05-10T08:00:00Z");
	assert_int_equal(number(module, "used"), 1);
	assert_row(json_member(module, SPAN("rows"))->first, "failed", 1);
	assert_null(json_member(module, SPAN("rows"))->first->next);
}

static void
test_L10_the_window_is_thirty_days_that_end_with_the_hour(void **state)
{
	struct site *site = *state;
	deploy(site, "once", "2026-05-01T10:59:59Z");
	send(site);
	assert_int_equal(used_at(site, "2026-05-01T09:59:59Z"), 0);
	assert_int_equal(used_at(site, "2026-05-01T10:00:00Z"), 1);
	assert_int_equal(used_at(site, "2026-05-31T09:59:59Z"), 1);
	assert_int_equal(used_at(site, "2026-05-31T10:00:00Z"), 0);
	const struct json *window =
		json_member(module_at(site, "2026-05-31T10:30:00Z"), SPAN("window"));
	assert_span_equal(json_member(window, SPAN("from"))->text, SPAN("2026-05-01T11:00:00Z"));
	assert_span_equal(json_member(window, SPAN("to"))->text, SPAN("2026-05-31T11:00:00Z"));
}

/* ---- applications ---- */

static void
test_L15_an_application_is_one_on_many_clusters(void **state)
{
	struct site *site = *state;
	say(site, "gitops.sync", "web", "2026-05-10T08:00:00Z", "\"cluster\":\"a\"");
	say(site, "gitops.sync", "web", "2026-05-10T08:00:00Z", "\"cluster\":\"b\"");
	say(site, "gitops.instances", "web", "2026-05-10T08:00:00Z",
	    "\"cluster\":\"a\",\"instances\":12");
	say(site, "gitops.instances", "web", "2026-05-10T08:10:00Z",
	    "\"cluster\":\"b\",\"instances\":9");
	say(site, "gitops.sync", "quiet", "2026-05-10T08:00:00Z", "\"service\":\"unheeded\"");
	send(site);
	const struct json *module = module_at(site, "2026-05-10T08:00:00Z");
	const struct json *rows   = json_member(module, SPAN("rows"));
	assert_int_equal(part_licences(module, "gitops"), 3);
	assert_int_equal(rows->count, 2);
	assert_row(rows->first, "web", 2);
	assert_row(rows->first->next, "quiet", 1);
}

/* ---- sums ---- */

static void
say_one_of_each(struct site *site)
{
	deploy(site, "small", "2026-05-10T08:00:00Z");
	deploy(site, "large", "2026-05-10T08:00:00Z");
	say(site, "cd.instances", "large", "2026-05-10T08:00:00Z", "\"instances\":\"40.5\"");
	say(site, "gitops.sync", "app", "2026-05-10T08:00:00Z", "");
	say(site, "cd.deployment", "lambda", "2026-05-10T08:00:00Z",
	    "\"deployment_type\":\"AwsLambda\",\"functions\":[\"a\",\"b\",\"c\",\"d\",\"e\","
	    "\"f\"]");
	say(site, "cd.stage", "pipe", "2026-05-10T08:00:00Z", "\"status\":\"failed\"");
}

static void
test_L18_used_is_the_sum_of_the_four_parts(void **state)
{
	struct site *site = *state;
	say_one_of_each(site);
	send(site);
	const struct json *module = module_at(site, "2026-05-10T08:00:00Z");
	assert_int_equal(part_licences(module, "services"), 4);
	assert_int_equal(part_licences(module, "gitops"), 1);
	assert_int_equal(part_licences(module, "serverless"), 2);
	assert_int_equal(part_licences(module, "stages"), 1);
	assert_int_equal(number(module, "used"), 4 + 1 + 2 + 1);
}

static void
test_L61_rows_are_sorted_and_add_up(void **state)
{
	struct site *site = *state;
	say_one_of_each(site);
	send(site);
	const struct json *module = module_at(site, "2026-05-10T08:00:00Z");
	const struct json *rows   = json_member(module, SPAN("rows"));
	int64_t            sum    = 0;
	assert_row(rows->first, "large", 3);
	assert_span_equal(json_member(rows->first, SPAN("instances"))->raw, SPAN("\"40.5\""));
	assert_row(rows->first->next, "app", 1);
	assert_row(rows->first->next->next, "small", 1);
	for (const struct json *row = rows->first; row; row = row->next)
		if (json_member(row, SPAN("licences")))
			sum += number(row, "licences");
	sum += part_licences(module, "serverless") + part_licences(module, "stages");
	assert_int_equal(sum, number(module, "used"));
}

static uint32_t
rows_found(struct site *site, struct question question)
{
	question.module = SPAN("CD");
	question.at     = SPAN("2026-05-10T08:00:00Z");
	return json_member(site_usage(site, question)->first, SPAN("rows"))->count;
}

/* Rows alone are searched and filtered: parts and figure stay those of the account. */
static void
test_L61_rows_are_searched_and_filtered(void **state)
{
	struct site *site = *state;
	say_one_of_each(site);
	send(site);
	uint32_t all = rows_found(site, (struct question){ .limit = 0 });
	assert_in_range(all, 4, 100);
	assert_int_equal(rows_found(site, (struct question){ .search = SPAN("LARGE") }), 1);
	assert_int_equal(rows_found(site, (struct question){ .search = SPAN("gitops") }), 1);
	assert_int_equal(rows_found(site, (struct question){ .search = SPAN("no such") }), 0);
	assert_int_equal(rows_found(site, (struct question){ .class = SPAN("container") }), 2);
	assert_int_equal(rows_found(site, (struct question){ .class = SPAN("contain") }), 0);
	assert_int_equal(rows_found(site, (struct question){ .class  = SPAN("container"),
	                                                     .search = SPAN("small") }),
	                 1);
	assert_int_equal(rows_found(site, (struct question){ .item = SPAN("prod") }), 0);
}

/* ---- trends ---- */

static const struct json *
trend_of(struct site *site, const char *from, const char *to)
{
	struct question question = { .account = SPAN("acme"),
		                     .module  = SPAN("CD"),
		                     .from    = span_of(from),
		                     .to      = span_of(to) };
	struct json    *root;
	struct span     answer;
	assert_int_equal(
		engine_trend(site->fixture.engine, &question, &site->fixture.arena, &answer, NULL),
		ERR_NONE);
	assert_int_equal(json_parse(answer, &site->fixture.arena, &root, NULL), ERR_NONE);
	return root;
}

static void
contract_put(struct site *site, const char *json)
{
	struct span answer;
	assert_int_equal(engine_contract_put(site->fixture.engine, &BY_TEST, SPAN("acme"),
	                                     span_of(json), &site->fixture.arena, &answer, NULL),
	                 ERR_NONE);
}

static void
test_L62_a_trend_has_the_last_hour_of_each_day_and_the_peak_of_its_last_month(void **state)
{
	struct site *site = *state;
	contract_put(site,
	             "{\"id\":\"c\",\"model\":\"SERVICES\",\"plan\":\"TEAM\",\"kind\":\"PAID\","
	             "\"start\":\"2026-01-01T00:00:00Z\",\"end\":\"2027-01-01T00:00:00Z\","
	             "\"modules\":{\"CD\":{\"services\":1}}}");
	/* Three until 30 May 23:00, two from 31 May on, one from 2 June 08:00 on. */
	deploy(site, "a", "2026-05-01T23:30:00Z");
	deploy(site, "b", "2026-05-03T08:00:00Z");
	deploy(site, "c", "2026-05-20T08:00:00Z");
	send(site);
	const struct json *trend = trend_of(site, "2026-05-30", "2026-06-02");
	static const struct {
		const char *at;
		int64_t     used;
	} want[]                 = { { "2026-05-30T23:00:00Z", 3 },
		                     { "2026-05-31T23:00:00Z", 2 },
		                     { "2026-06-01T23:00:00Z", 2 },
		                     { "2026-06-02T23:00:00Z", 1 } };
	const struct json *point = json_member(trend, SPAN("points"))->first;
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++, point = point->next) {
		assert_non_null(point);
		assert_span_equal(json_member(point, SPAN("at"))->text, span_of(want[i].at));
		assert_int_equal(number(point, "used"), want[i].used);
		assert_int_equal(number(point, "owned"), 1);
	}
	assert_null(point);
	assert_int_equal(number(trend, "peak"), 2);
	assert_int_equal(number(trend, "over"), 1);
	assert_int_equal(number(trend_of(site, "2026-05-29", "2026-05-31"), "peak"), 3);
}

/* ---- coverage ---- */

static void
test_L64_hours_without_a_report_are_no_data_and_never_zero(void **state)
{
	struct site *site = *state;
	deploy(site, "gaps", "2026-05-10T08:00:00Z");
	say(site, "cd.instances", "gaps", "2026-05-10T08:00:00Z", "\"instances\":30");
	say(site, "cd.instances", "gaps", "2026-05-10T11:00:00Z", "\"instances\":0");
	send(site);
	struct question question = { .account = SPAN("acme"),
		                     .module  = SPAN("CD"),
		                     .id      = SPAN("gaps"),
		                     .at      = SPAN("2026-05-10T12:00:00Z") };
	struct json    *root;
	struct span     answer;
	assert_int_equal(engine_explain(site->fixture.engine, &question, &site->fixture.arena,
	                                &answer, NULL),
	                 ERR_NONE);
	assert_int_equal(json_parse(answer, &site->fixture.arena, &root, NULL), ERR_NONE);
	const struct json *why =
		json_member(json_member(root, SPAN("explained"))->first, SPAN("why"));
	const struct json *coverage = json_member(why, SPAN("coverage"));
	assert_int_equal(number(coverage, "present"), 2);
	assert_int_equal(number(coverage, "missing"), 718);
	const struct json *gap = json_member(coverage, SPAN("no_data"))->first->next;
	assert_span_equal(json_member(gap, SPAN("from"))->text, SPAN("2026-05-10T09:00:00Z"));
	assert_span_equal(json_member(gap, SPAN("to"))->text, SPAN("2026-05-10T11:00:00Z"));
	/* Of two hours the 95th percentile is the higher one: as zeros the 718 would win. */
	assert_int_equal(number(why, "value"), 30);
	assert_int_equal(json_member(why, SPAN("hours"))->count, 2);
}

static void
test_L40_a_whole_amount_is_a_string_everywhere(void **state)
{
	struct site *site = *state;
	say(site, "ccm.spend", "aws", "2026-05-01T00:00:00Z", "\"amount\":100");
	send(site);
	const struct json *figure = figure_at(site, "CCM", "", "2026-05-20T00:00:00Z");
	const struct json *by     = json_member(figure, SPAN("by"))->first;
	assert_text(figure, "used", "100");
	assert_text(part_of(figure, "spend"), "quantity", "100");
	assert_int_equal(json_member(by, SPAN("quantity"))->kind, JSON_STRING);
	assert_text(by, "quantity", "100");
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, site_open, site_close)
	const struct CMUnitTest tests[] = {
		CASE(test_L5_reports_alone_do_not_make_a_service_active),
		CASE(test_L10_the_window_is_thirty_days_that_end_with_the_hour),
		CASE(test_L15_an_application_is_one_on_many_clusters),
		CASE(test_L18_used_is_the_sum_of_the_four_parts),
		CASE(test_L61_rows_are_sorted_and_add_up),
		CASE(test_L61_rows_are_searched_and_filtered),
		CASE(test_L62_a_trend_has_the_last_hour_of_each_day_and_the_peak_of_its_last_month),
		CASE(test_L64_hours_without_a_report_are_no_data_and_never_zero),
		CASE(test_L40_a_whole_amount_is_a_string_everywhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
