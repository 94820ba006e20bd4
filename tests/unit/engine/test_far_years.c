/* test_far_years.c - questions about years that no moment can hold are refused. */
#define _GNU_SOURCE

#include "engine_fixture.h"

#include "engine/invoice.h"
#include "engine/people.h"

/* Whoever may look may ask about any moment: none stops the process. */
static void
test_years_that_nothing_can_hold_are_refused(void **state)
{
	typedef enum err         asker(struct engine *, const struct question *, struct arena *,
	                               struct span *, struct refusal *);
	static asker *const      at_askers[]    = { engine_usage,         engine_explain,
		                                    engine_plan,          engine_credits,
		                                    engine_flex,          engine_flex_transition,
		                                    engine_flex_forecast, engine_people_list };
	static asker *const      range_askers[] = { engine_trend, engine_costs, engine_events,
		                                    engine_flex_trend };
	static const char *const moments[] = { "9999-12-31", "2262-04-11", "2300-01-01T00:00:00Z",
		                               "1677-10-01", "0001-01-01", "0001-01-01T00:00:00Z" };
	struct fixture           fixture   = { 0 };
	struct span              answer;
	(void)state;
	fixture_open(&fixture);
	fixture_engine(&fixture, store_memory_open());
	fixture_account(&fixture, "acme");
	for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
		struct question question = { .account = SPAN("acme"), .module = SPAN("CD") };
		question.at              = span_of(moments[i]);
		for (size_t k = 0; k < sizeof at_askers / sizeof at_askers[0]; k++)
			assert_int_not_equal(at_askers[k](fixture.engine, &question, &fixture.arena,
			                                  &answer, NULL),
			                     ERR_NONE);
		question.at   = SPAN("");
		question.from = question.to = span_of(moments[i]);
		for (size_t k = 0; k < sizeof range_askers / sizeof range_askers[0]; k++) {
			enum err err = range_askers[k](fixture.engine, &question, &fixture.arena,
			                               &answer, NULL);
			/* A list is bounded by instants, which some of these are. */
			assert_true(err != ERR_NONE || range_askers[k] == engine_events);
		}
	}
	assert_int_not_equal(
		engine_simulate(fixture.engine, SPAN("acme"),
	                        SPAN("{\"from\":\"9999-11\",\"to\":\"9999-12\",\"contracts\":[]}"),
	                        &fixture.arena, &answer, NULL),
		ERR_NONE);
	assert_int_not_equal(engine_close_month(fixture.engine, &BY_TEST, SPAN("9999-12"), NULL,
	                                        NULL, &fixture.arena, &answer, NULL),
	                     ERR_NONE);
	engine_close(fixture.engine);
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_years_that_nothing_can_hold_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
