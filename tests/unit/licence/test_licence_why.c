/* test_licence_why.c - why a percentile is what it is (L-63). */
#include "licence_fixture.h"

static struct licence_why
why_of(const struct fact *facts, uint32_t count)
{
	struct licence_question asked = question(facts, count, &plain, H);
	struct licence_answer   answer;
	struct licence_why      why;

	licence_answer(&asked, true, &arena, &answer);
	assert_int_equal(answer.rows_count, 1);
	licence_why(&asked, &answer.rows[0], &arena, &why);
	return why;
}

static void
test_L63_ignored_hours_and_drivers(void **state)
{
	(void)state;
	struct fact facts[21];

	/* 20 hours: 17 at 10, then 25, 45 and 70; rank 19, one hour ignored. */
	facts[0] = deployed("a", "ECS", H);
	for (int i = 0; i < 20; i++)
		facts[1 + i] = reported("a", i < 17 ? 10 : i == 17 ? 25 : i == 18 ? 45 : 70, H - i);
	struct licence_why why = why_of(facts, 21);

	assert_int_equal(why.hours_present, 20);
	assert_int_equal(why.hours_missing, 700);
	assert_int_equal(why.rank, 19);
	assert_int_equal(why.ignored_count, 1);
	assert_int_equal(why.ignored_hours[0], H - 19);
	assert_int_equal(why.decisive_hour, H - 18);
	assert_int_equal(why.percentile, 45 * MILLIONTHS);
	assert_int_equal(why.licences, 3);
	assert_true(why.can_fall);
	assert_int_equal(why.target, 40 * MILLIONTHS);
	assert_int_equal(why.must_fall, 1);
	assert_int_equal(why.drivers[0], H - 18);
	assert_int_equal(why.lowest_licences, 1);
	assert_int_equal(why.highest_licences, -1);
	assert_int_equal(why.sums[719 - 19], 70 * MILLIONTHS);
}

static void
test_L63_same_value_the_later_hour_is_ignored_first(void **state)
{
	(void)state;
	struct fact facts[41];

	facts[0] = deployed("a", "ECS", H);
	for (int i = 0; i < 40; i++)
		facts[1 + i] = reported("a", 50, H - i);
	struct licence_why why = why_of(facts, 41);

	assert_int_equal(why.ignored_count, 2);
	assert_int_equal(why.ignored_hours[0], H);
	assert_int_equal(why.ignored_hours[1], H - 1);
	assert_int_equal(why.decisive_hour, H - 2);
	assert_int_equal(why.must_fall, 38);
	assert_int_equal(why.drivers[0], H - 39);
	assert_int_equal(why.drivers[37], H - 2);
}

static void
test_L63_bounds_of_a_full_window(void **state)
{
	(void)state;
	struct fact *facts = ARENA_ARRAY(&arena, struct fact, 721);

	facts[0] = deployed("a", "ECS", H);
	for (int i = 0; i < 720; i++)
		facts[1 + i] = reported("a", i < 700 ? 30 : 90, H - i);
	struct licence_why why = why_of(facts, 721);
	assert_int_equal(why.hours_missing, 0);
	assert_int_equal(why.lowest_licences, 2);
	assert_int_equal(why.highest_licences, 2);

	books_close(books);
	books = books_open(catalog, system_memory());
	why   = why_of(facts, 701); /* 20 hours missing of 720: even all high they are ignored */
	assert_int_equal(why.hours_missing, 20);
	assert_int_equal(why.lowest_licences, 2);
	assert_int_equal(why.highest_licences, 2);
}

static void
test_L63_without_hours(void **state)
{
	(void)state;
	struct fact        facts[] = { deployed("a", "ECS", H) };
	struct licence_why why     = why_of(facts, 1);

	assert_int_equal(why.hours_present, 0);
	assert_int_equal(why.rank, 0);
	assert_int_equal(why.decisive_hour, INT32_MIN);
	assert_int_equal(why.licences, 1);
	assert_false(why.can_fall);
	assert_int_equal(why.lowest_licences, 1);
	assert_int_equal(why.highest_licences, -1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, test_begin, test_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_L63_ignored_hours_and_drivers),
		CASE(test_L63_same_value_the_later_hour_is_ignored_first),
		CASE(test_L63_bounds_of_a_full_window),
		CASE(test_L63_without_hours),
	};
	return cmocka_run_group_tests(tests, group_begin, group_end);
}
