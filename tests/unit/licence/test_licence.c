/* test_licence.c - the published examples, row order, lives, links and models. */
#include "licence_fixture.h"

static const struct account linking = { .gitops_service_based_licensing = true };

static struct contract_module
owned(enum contract_model model, int64_t developers, int64_t addon, int64_t services,
      int64_t instances)
{
	return (struct contract_module){ .module     = SPAN("CD"),
		                         .model      = model,
		                         .developers = developers,
		                         .addon      = addon,
		                         .services   = services,
		                         .instances  = instances,
		                         .spend      = -1 };
}

static struct licence_answer
answered(const struct fact *facts, uint32_t count, const struct account *account, int32_t hour)
{
	struct licence_question asked = question(facts, count, account, hour);
	struct licence_answer   answer;

	licence_answer(&asked, true, &arena, &answer);
	return answer;
}

/* ---- published examples ---- */

static void
test_L11_published_instances(void **state)
{
	(void)state;
	static const int64_t table[][2] = { { 0, 1 },  { 1, 1 },  { 5, 1 },  { 20, 1 }, { 21, 2 },
		                            { 25, 2 }, { 40, 2 }, { 41, 3 }, { 45, 3 } };

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct fact           facts[] = { deployed("a", "Kubernetes", H - 5),
			                          reported("a", table[i][0], H - 5) };
		struct licence_answer answer  = answered(facts, 2, &plain, H);
		assert_int_equal(answer.used, table[i][1]);
		assert_int_equal(answer.rows[0].licences, table[i][1]);
		assert_int_equal(answer.rows[0].instances, table[i][0] * MILLIONTHS);
		books_close(books);
		books = books_open(catalog, system_memory());
	}
}

static void
test_L11_three_environments_are_summed(void **state)
{
	(void)state;
	struct fact facts[] = { deployed("a", "Kubernetes", H), reported("a", 15, H),
		                reported("a", 15, H), reported("a", 15, H) };
	facts[2].split[0]   = "dev";
	facts[3].split[1]   = "ecs";
	assert_int_equal(answered(facts, 4, &plain, H).used, 3);
}

static void
test_L12_class_is_of_the_latest_deployment(void **state)
{
	(void)state;
	struct fact           facts[] = { deployed("a", "Kubernetes", H - 9),
		                          deployed("a", "SSH", H - 8),
		                          deployed("b", "SSH", H - 3),
		                          deployed("b", "Kubernetes", H - 3),
		                          deployed("c", "CustomDeployment", H - 1),
		                          deployed("c", "AwsLambda", H) };
	struct licence_answer answer  = answered(facts, 6, &plain, H);

	assert_int_equal(answer.parts[0].licences, 3);
	assert_true(span_equal(answer.rows[0].class, SPAN("traditional")));
	assert_true(span_equal(answer.rows[1].class, SPAN("traditional"))); /* sorts last */
	assert_true(span_equal(answer.rows[2].class, SPAN("custom")));
	assert_int_equal(answer.rows[2].hours, 0);
	assert_true(span_equal(answer.rows[3].id, SPAN("c")));
	assert_true(span_equal(answer.rows[3].service, SPAN("c")));
	assert_false(answer.rows[3].has_licences);
}

static void
test_L13_published_functions(void **state)
{
	(void)state;
	static const struct {
		uint32_t functions;
		int64_t  licences;
	} table[] = { { 1, 1 }, { 5, 1 }, { 6, 2 }, { 10, 2 }, { 25, 5 } };

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct fact facts[25];
		char        names[25][16];
		for (uint32_t j = 0; j < table[i].functions; j++) {
			snprintf(names[j], sizeof(names[j]), "f%u", j);
			facts[j]              = deployed("fn", "AwsLambda", H);
			facts[j].functions[0] = names[j];
			facts[j].functions[1] = names[0]; /* again: still one */
		}
		struct licence_answer answer = answered(facts, table[i].functions, &plain, H);
		assert_int_equal(answer.parts[0].keys, 0);
		assert_int_equal(answer.parts[2].quantity, table[i].functions);
		assert_int_equal(answer.parts[2].licences, table[i].licences);
		assert_int_equal(answer.used, table[i].licences);
		assert_int_equal(answer.rows_count, table[i].functions);
		books_close(books);
		books = books_open(catalog, system_memory());
	}
}

static void
test_L14_published_stages(void **state)
{
	(void)state;
	static const struct {
		uint32_t stages;
		int64_t  licences;
	} table[] = { { 1, 1 }, { 2000, 1 }, { 2001, 2 } };

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct fact *facts = ARENA_ARRAY(&arena, struct fact, table[i].stages);
		for (uint32_t j = 0; j < table[i].stages; j++)
			facts[j] = other(STAGED, j % 3 ? "p" : "q", NULL, H - (int32_t)(j % 700));
		struct licence_answer answer = answered(facts, table[i].stages, &plain, H);
		assert_int_equal(answer.parts[3].quantity, table[i].stages);
		assert_int_equal(answer.parts[3].licences, table[i].licences);
		assert_int_equal(answer.rows_count, 0);
		books_close(books);
		books = books_open(catalog, system_memory());
	}
}

static void
test_L4_nearest_rank_ignores_36_of_720(void **state)
{
	(void)state;
	struct fact facts[1 + 720];

	for (int spikes = 36; spikes <= 37; spikes++) {
		facts[0] = deployed("a", "Kubernetes", H);
		for (int32_t i = 0; i < 720; i++)
			facts[1 + i] =
				reported("a", i % 19 == 0 && i / 19 < spikes ? 60 : 10, H - i);
		struct licence_answer answer = answered(facts, 721, &plain, H);
		assert_int_equal(answer.rows[0].hours, 720);
		assert_int_equal(answer.rows[0].instances, (spikes == 36 ? 10 : 60) * MILLIONTHS);
		books_close(books);
		books = books_open(catalog, system_memory());
	}
}

/* ---- models ---- */

static void
test_L19_models(void **state)
{
	(void)state;
	static const struct {
		enum contract_model model;
		int64_t     developers, addon, services, instances, owned, used, over, percent;
		const char *unit;
	} table[] = {
		{ MODEL_DEVELOPER_360, 100, 10, -1, -1, 43, 8, 0, 1860, "service" },
		{ MODEL_DEVELOPER_360, 2, -1, -1, -1, 0, 8, 8, 10000, "service" },
		{ MODEL_DEVELOPER_360, 9, -1, -1, -1, 3, 8, 5, 26667, "service" },
		{ MODEL_SERVICES, -1, -1, 4, -1, 4, 8, 4, 20000, "service" },
		{ MODEL_SERVICE_INSTANCES, -1, -1, -1, 70, 70, 81, 11, 11571, "instance" },
		{ MODEL_LEGACY_USER, -1, -1, -1, -1, 0, 8, 0, 0, "service" },
	};
	struct fact facts[] = {
		deployed("a", "Kubernetes", H), reported("a", 45, H),
		deployed("b", "SSH", H),        reported("b", 3, H),
		synced("app", NULL, H),         clustered("app", "x", 33, H),
		deployed("fn", "AwsLambda", H), other(STAGED, "p", NULL, H),
	};
	struct licence_question asked = question(facts, 8, &plain, H);

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct licence_answer  answer;
		struct contract_module contract =
			owned(table[i].model, table[i].developers, table[i].addon,
		              table[i].services, table[i].instances);
		asked.contract = &contract;
		licence_answer(&asked, i % 2 == 0, &arena, &answer);
		assert_true(answer.present && answer.has_model);
		assert_int_equal(answer.compared, table[i].model != MODEL_LEGACY_USER);
		assert_int_equal(answer.owned, table[i].owned);
		assert_int_equal(answer.used, table[i].used);
		assert_int_equal(answer.over, table[i].over);
		assert_int_equal(answer.percent_hundredths, table[i].percent);
		assert_true(span_equal(answer.unit, span_of(table[i].unit)));
		assert_int_equal(answer.parts[2].quantity, 1);
		assert_int_equal(answer.parts[3].quantity, 1);
	}
}

static void
test_L60_percent_47_of_43(void **state)
{
	(void)state;
	struct fact facts[47];
	char        names[47][16];

	for (int i = 0; i < 47; i++) {
		snprintf(names[i], sizeof(names[i]), "s%d", i);
		facts[i] = deployed(names[i], "ECS", H);
	}
	struct contract_module  contract = owned(MODEL_DEVELOPER_360, 100, 10, -1, -1);
	struct licence_question asked    = question(facts, 47, &plain, H);
	struct licence_answer   answer;
	asked.contract = &contract;
	licence_answer(&asked, true, &arena, &answer);
	assert_int_equal(answer.owned, 43);
	assert_int_equal(answer.used, 47);
	assert_int_equal(answer.over, 4);
	assert_int_equal(answer.percent_hundredths, 10930);
}

static void
test_nothing_is_absent(void **state)
{
	(void)state;
	struct licence_answer answer = answered(NULL, 0, &plain, H);

	assert_false(answer.present);
	assert_false(answer.has_model);
	assert_int_equal(answer.parts_count, 4);
	assert_int_equal(answer.used, 0);
	assert_int_equal(answer.percent_hundredths, 0);
	assert_non_null(answer.rows);
	assert_int_equal(answer.rows_count, 0);
}

static void
test_L2_window_edges(void **state)
{
	(void)state;
	struct fact facts[] = { deployed("a", "ECS", H - 719), deployed("b", "ECS", H - 720),
		                deployed("c", "ECS", H + 1) };
	struct licence_answer answer = answered(facts, 3, &plain, H);

	assert_int_equal(answer.used, 1);
	assert_true(span_equal(answer.rows[0].id, SPAN("a")));
	assert_int_equal(answer.window_from, H - 719);
	assert_int_equal(answer.window_until, H + 1);
}

/* ---- lives and links ---- */

static void
test_L17_events_of_the_hour_of_deletion_belong_to_the_old_life(void **state)
{
	(void)state;
	struct fact facts[] = {
		deployed("a", "ECS", H - 9),      reported("a", 50, H - 9),
		other(DELETED, "a", NULL, H - 5), reported("a", 70, H - 5),
		other(DELETED, "a", NULL, H - 5), deployed("a", "SSH", H - 4),
		reported("a", 1, H - 4),          other(RENAMED, "a", "new", H - 7)
	};
	facts[4].at_ns += 1000;
	struct licence_answer answer = answered(facts, 8, &plain, H);

	assert_int_equal(answer.rows_count, 2);
	assert_true(answer.rows[0].deleted);
	assert_int_equal(answer.rows[0].instances, 70 * MILLIONTHS);
	assert_int_equal(answer.rows[0].licences, 4);
	assert_int_equal(answer.rows[0].hours, 2);
	assert_true(span_equal(answer.rows[0].class, SPAN("container")));
	assert_int_equal(answer.rows[0].life_until, H - 4);
	assert_false(answer.rows[1].deleted);
	assert_int_equal(answer.rows[1].life, 1);
	assert_int_equal(answer.rows[1].hours, 1);
	assert_true(span_equal(answer.rows[1].name, SPAN("new")));
	assert_true(span_equal(answer.rows[1].class, SPAN("traditional")));
}

static void
test_L17_a_deletion_after_H_is_not_known(void **state)
{
	(void)state;
	struct fact           facts[] = { deployed("a", "ECS", H), other(DELETED, "a", NULL, H + 1),
		                          other(RENAMED, "a", "later", H + 1) };
	struct licence_answer answer  = answered(facts, 3, &plain, H);

	assert_int_equal(answer.rows_count, 1);
	assert_false(answer.rows[0].deleted);
	assert_true(span_equal(answer.rows[0].name, SPAN("a")));
}

static void
test_L16_linked_applications_count_with_the_service(void **state)
{
	(void)state;
	struct fact facts[] = {
		deployed("pay", "ECS", H - 9),     reported("pay", 4, H - 3),
		synced("dev", "pay", H - 8),       clustered("dev", "d", 9, H - 3),
		synced("stage", "pay", H - 8),     clustered("stage", "s", 9, H - 3),
		synced("prod", "pay", H - 2),      clustered("prod", "p", 9, H - 3),
		synced("tool", NULL, H - 8),       clustered("tool", "a", 11, H - 3),
		clustered("tool", "b", 11, H - 3), synced("ghost-app", "ghost", H - 8),
	};
	struct licence_answer by_app = answered(facts, 12, &plain, H);
	assert_int_equal(by_app.parts[0].keys, 1);
	assert_int_equal(by_app.parts[1].keys, 5);
	assert_int_equal(by_app.used, 1 + 1 + 1 + 1 + 2 + 1);

	struct licence_question asked = question(NULL, 0, &linking, H);
	struct licence_answer   answer;
	asked.book = book_of(books, SPAN("acme"), false);
	licence_answer(&asked, true, &arena, &answer);
	assert_int_equal(answer.parts[0].keys, 2);
	assert_int_equal(answer.parts[1].keys, 1);
	assert_int_equal(answer.used, 2 + 1 + 2);
	assert_true(span_equal(answer.rows[0].id, SPAN("pay")));
	assert_int_equal(answer.rows[0].instances, 31 * MILLIONTHS);
	assert_int_equal(answer.rows[0].gauges_count, 4);
	assert_int_equal(answer.rows[0].last_activity.ns, ns_at(H - 2, 3));
	assert_true(span_equal(answer.rows[1].id, SPAN("tool")));
	assert_true(span_equal(answer.rows[2].id, SPAN("ghost")));
	assert_true(span_equal(answer.rows[2].class, SPAN("container")));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, test_begin, test_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_L11_published_instances),
		CASE(test_L11_three_environments_are_summed),
		CASE(test_L12_class_is_of_the_latest_deployment),
		CASE(test_L13_published_functions),
		CASE(test_L14_published_stages),
		CASE(test_L4_nearest_rank_ignores_36_of_720),
		CASE(test_L19_models),
		CASE(test_L60_percent_47_of_43),
		CASE(test_nothing_is_absent),
		CASE(test_L2_window_edges),
		CASE(test_L17_events_of_the_hour_of_deletion_belong_to_the_old_life),
		CASE(test_L17_a_deletion_after_H_is_not_known),
		CASE(test_L16_linked_applications_count_with_the_service),
	};
	return cmocka_run_group_tests(tests, group_begin, group_end);
}
