/* test_behind.c - which events are behind a figure without a percentile (L-63). */
#include "core/base/limit.h"
#include "site.h"

static void
scan(struct site *site, int minute, const char *project)
{
	char time[40], data[64];
	int  hour = minute / 60;
	snprintf(time, sizeof(time), "2026-05-%02dT%02d:%02d:00Z", 1 + hour / 24, hour % 24,
	         minute % 60);
	snprintf(data, sizeof(data), "\"project\":\"%s\"", project);
	say(site, "sto.scan", "repo", time, data);
}

static const struct json *
explained(struct site *site, const char *module, const char *kind, const char *project,
          const char *id)
{
	const struct json *answer =
		site_explain(site, (struct question){ .module  = span_of(module),
	                                              .kind    = span_of(kind),
	                                              .org     = SPAN("default"),
	                                              .project = span_of(project),
	                                              .id      = span_of(id),
	                                              .at      = SPAN("2026-05-20") });
	const struct json *list = json_member(answer, SPAN("explained"));
	assert_int_equal(list->count, 1);
	return list->first;
}

static void
test_L63_of_too_many_events_the_newest_whole_hours(void **state)
{
	enum { AN_HOUR = 4000, HOURS = 4 };
	struct site *site = *state;
	/* Two hours of four hold fewer than the limit, three hold more. */
	_Static_assert(2 * AN_HOUR <= LIMIT_EXPLAIN_EVENTS && 3 * AN_HOUR > LIMIT_EXPLAIN_EVENTS,
	               "the hours fit the limit");
	for (int hour = 0; hour < HOURS; hour++) {
		for (int i = 0; i < AN_HOUR; i++)
			scan(site, hour * 60 + i % 60, "p");
	}
	scan(site, 0, "q");
	send(site);
	const struct json *why      = explained(site, "STO", "scans", "p", "");
	const struct json *activity = json_member(why, SPAN("activity"));
	assert_int_equal(json_member(why, SPAN("hours"))->count, HOURS);
	assert_int_equal(activity->count, 2 * AN_HOUR);
	assert_text(why, "activity_from", "2026-05-01T02:00:00Z");
	assert_text(activity->first, "time", "2026-05-01T02:00:00Z");
	why = explained(site, "STO", "scans", "q", "");
	assert_int_equal(json_member(why, SPAN("activity"))->count, 1);
	assert_null(json_member(why, SPAN("activity_from")));
}

static void
test_L63_the_newest_hour_is_listed_whatever_it_holds(void **state)
{
	struct site *site = *state;
	for (int i = 0; i <= LIMIT_EXPLAIN_EVENTS; i++)
		scan(site, 120 + i % 60, "p");
	scan(site, 0, "p");
	send(site);
	const struct json *why = explained(site, "STO", "scans", "p", "");
	assert_int_equal(json_member(why, SPAN("activity"))->count, LIMIT_EXPLAIN_EVENTS + 1);
	assert_text(why, "activity_from", "2026-05-01T02:00:00Z");
}

static void
test_L63_sums_show_what_each_event_adds(void **state)
{
	struct site *site = *state;
	say(site, "ccm.spend", "aws", "2026-05-05T10:10:00Z", "\"amount\":\"1.5\"");
	say(site, "ccm.spend", "aws", "2026-05-05T10:10:00Z", "\"amount\":\"2\"");
	say(site, "ccm.spend", "aws", "2026-05-05T11:10:00Z", "\"amount\":\"0\"");
	say(site, "ccm.spend", "gcp", "2026-05-05T10:10:00Z", "\"amount\":\"7\"");
	say(site, "event.retracted", "s e1", "2026-05-06T00:00:00Z", "");
	send(site);
	const struct json *answer =
		site_explain(site, (struct question){ .module = SPAN("CCM"),
	                                              .kind   = SPAN("spend"),
	                                              .id     = SPAN("aws"),
	                                              .at     = SPAN("2026-05-20") });
	const struct json *why      = json_member(answer, SPAN("explained"))->first;
	const struct json *hours    = json_member(why, SPAN("hours"));
	const struct json *activity = json_member(why, SPAN("activity"));
	assert_int_equal(hours->count, 2);
	assert_text(hours->first, "value", "1.5");
	assert_text(hours->first->next, "value", "0");
	assert_int_equal(activity->count, 2);
	assert_text(activity->first, "id", "e0");
	assert_text(activity->first, "value", "1.5");
	assert_text(activity->first->next, "id", "e2");
}

/* A committer is no subject: the events are those of repositories. */
static void
test_L63_a_committer_is_explained_by_builds(void **state)
{
	struct site *site = *state;
	site_contract(site, "\"CI\":{\"developers\":4,\"ci_developers\":\"committers\"}");
	say(site, "ci.build", "web", "2026-05-05T10:10:00Z", "\"committer\":\"Ann@x\"");
	say(site, "ci.build", "api", "2026-05-06T10:10:00Z", "\"committer\":\"ann@X\"");
	say(site, "ci.build", "api", "2026-05-06T10:10:00Z", "\"committer\":\"bob@x\"");
	send(site);
	const struct json *answer =
		site_explain(site, (struct question){ .module = SPAN("CI"),
	                                              .kind   = SPAN("person"),
	                                              .id     = SPAN("ann@x"),
	                                              .at     = SPAN("2026-05-20") });
	const struct json *activity =
		json_member(json_member(answer, SPAN("explained"))->first, SPAN("activity"));
	assert_int_equal(activity->count, 2);
	assert_text(activity->first, "id", "e0");
	assert_text(activity->first->next, "id", "e1");
}

/* Each life of a service has the activity of its own hours. */
static void
test_L63_a_life_is_explained_by_its_own_activity(void **state)
{
	struct site *site = *state;
	say(site, "cd.deployment", "web", "2026-05-05T10:10:00Z",
	    "\"deployment_type\":\"Kubernetes\"");
	say(site, "cd.service.deleted", "web", "2026-05-06T10:10:00Z", "");
	say(site, "cd.deployment", "web", "2026-05-07T10:10:00Z",
	    "\"deployment_type\":\"Kubernetes\"");
	send(site);
	const struct json *answer =
		site_explain(site, (struct question){ .module = SPAN("CD"),
	                                              .kind   = SPAN("service"),
	                                              .id     = SPAN("web"),
	                                              .at     = SPAN("2026-05-20") });
	const struct json *lives = json_member(answer, SPAN("explained"));
	assert_int_equal(lives->count, 2);
	const struct json *old     = json_member(lives->first, SPAN("activity"));
	const struct json *current = json_member(lives->first->next, SPAN("activity"));
	assert_int_equal(old->count, 1);
	assert_text(old->first, "id", "e0");
	assert_int_equal(current->count, 1);
	assert_text(current->first, "id", "e2");
}

/* The figure of the kind that is named is explained, of several. */
static void
test_L63_the_kind_names_the_figure(void **state)
{
	struct site *site = *state;
	say(site, "ff.evaluation", "t", "2026-05-05T10:10:00Z", "");
	say(site, "ff.change", "ann@x", "2026-05-05T10:10:00Z", "");
	send(site);
	struct question question = {
		.module = SPAN("FF"), .kind = SPAN("mau"), .id = SPAN("t"), .at = SPAN("2026-05-20")
	};
	const struct json *answer = site_explain(site, question);
	assert_text(answer, "unit", "mau");
	assert_int_equal(json_member(answer, SPAN("explained"))->count, 1);
	question.kind = SPAN("person");
	question.id   = SPAN("ann@x");
	assert_text(site_explain(site, question), "unit", "developer");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, site_open, site_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_L63_of_too_many_events_the_newest_whole_hours),
		TEST(test_L63_the_newest_hour_is_listed_whatever_it_holds),
		TEST(test_L63_sums_show_what_each_event_adds),
		TEST(test_L63_a_committer_is_explained_by_builds),
		TEST(test_L63_a_life_is_explained_by_its_own_activity),
		TEST(test_L63_the_kind_names_the_figure),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
