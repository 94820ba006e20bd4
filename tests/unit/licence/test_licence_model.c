/* test_licence_model.c - the evaluator against the sentences, on random accounts.
 *
 * The model (model.h) takes the list of events and answers by the words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/base/decimal.h"
#include "core/meter/percentile.h"
#include "model.h"

enum { ACCOUNTS = 2000 };
enum { BASE_HOUR = 493775 };

/* ---- random accounts ---- */

static uint64_t seed;

static uint32_t
below(uint32_t bound)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % bound;
}

#define ANY(array) (array)[below(sizeof(array) / sizeof((array)[0]))]

/* Few hours, many of them at the edges of the window; few moments in each. */
static int64_t
any_time(const int32_t *hours, uint32_t count)
{
	static const int64_t moments[] = { 0, 1, 600000000000, NS_PER_HOUR - 1 };

	return hour_start(hours[below(count)]).ns + ANY(moments);
}

static struct fact
any_fact(const int32_t *hours, uint32_t hours_count)
{
	static const char *const types[] = {
		"Kubernetes", "ECS", "SSH", "CustomDeployment", "AwsLambda", "AzureFunction",
	};
	static const char *const    functions[] = { "f", "g", "a", "h" };
	static const char *const    splits[]    = { "prod", "dev", "" };
	static const char *const    names[]     = { "One", "Two", "a" };
	static const int64_t        amounts[]   = { 0,        500000,   1000000,  19999999,
		                                    20000000, 20000001, 41000000, 399999999 };
	static const enum fact_kind kinds[] = { DEPLOYED, DEPLOYED,  DEPLOYED, REPORTED, REPORTED,
		                                REPORTED, DELETED,   RENAMED,  STAGED,   SYNCED,
		                                SYNCED,   CLUSTERED, CLUSTERED };
	struct fact                 fact    = { .kind    = ANY(kinds),
		                                .org     = orgs[below(8) == 0],
		                                .project = projects[below(6) == 0],
		                                .at_ns   = any_time(hours, hours_count) };

	fact.subject =
		fact.kind == SYNCED || fact.kind == CLUSTERED ? ANY(applications) : ANY(services);
	if (fact.kind == DEPLOYED)
		fact.type = ANY(types);
	for (uint32_t i = below(4); fact.kind == DEPLOYED && i < 3; i++) {
		if (fact.functions[0])
			fact.functions[1] = ANY(functions);
		else
			fact.functions[0] = ANY(functions);
	}
	if (fact.kind == REPORTED || fact.kind == CLUSTERED) {
		fact.split[0]   = ANY(splits);
		fact.split[1]   = ANY(splits);
		fact.millionths = ANY(amounts);
	}
	if (fact.kind == RENAMED)
		fact.text = ANY(names);
	if (fact.kind == SYNCED && below(3) > 0)
		fact.text = ANY(services);
	return fact;
}

static uint32_t
any_facts(struct fact *facts)
{
	int32_t  hours[12] = { BASE_HOUR, BASE_HOUR + 1, BASE_HOUR - 719, BASE_HOUR - 720 };
	uint32_t count     = 10 + below(FACTS_MAX - 10);

	for (uint32_t i = 4; i < 12; i++)
		hours[i] = BASE_HOUR - (int32_t)below(i < 9 ? 20 : 760);
	for (uint32_t i = 0; i < count; i++)
		facts[i] = any_fact(hours, 12);
	return count;
}

/* ---- comparison ---- */

static void
row_same(const struct licence_row *row, const struct model_row *expected)
{
	static const char *const kinds[] = { "service", "gitops", "function" };

	assert_true(span_equal(row->rule->row_kind, span_of(kinds[expected->kind])));
	assert_true(span_equal(row->org, span_of(expected->org)));
	assert_true(span_equal(row->project, span_of(expected->project)));
	assert_true(span_equal(row->id, span_of(expected->id)));
	assert_true(span_equal(row->name, span_of(expected->name)));
	assert_true(span_equal(row->class, span_of(expected->class)));
	assert_true(span_equal(row->service, expected->kind == 2 ? span_of(expected->service)
	                                                         : (struct span){ 0 }));
	assert_int_equal(row->has_licences, expected->kind != 2);
	assert_int_equal(row->licences, expected->kind == 2 ? 0 : expected->licences);
	assert_int_equal(row->instances, expected->instances);
	assert_int_equal(row->hours, expected->hours);
	assert_int_equal(row->last_activity.ns, expected->last_ns);
	assert_int_equal(row->deleted, expected->deleted);
	assert_int_equal(row->life, expected->life);
}

static void
answer_same(const struct licence_answer *answer, const struct model *model)
{
	int64_t used = 0;

	for (uint32_t i = 0; i < 4; i++) {
		const struct licence_part *part = &answer->parts[i];
		assert_int_equal(part->has_keys, i < 2);
		assert_int_equal(i < 2 ? part->keys : part->quantity, model->keys[i]);
		assert_int_equal(part->licences, model->licences[i]);
		used += model->licences[i];
	}
	assert_int_equal(answer->used, used);
}

/* L-63 by definition: what the rank says, and that fewer falls would not be enough. */
static void
why_same(const struct licence_question *asked, const struct licence_row *row, struct arena *arena)
{
	struct licence_why why;

	licence_why(asked, row, arena, &why);
	assert_int_equal(why.hours_present, row->hours);
	assert_int_equal(why.percentile, row->instances);
	assert_int_equal(why.licences, row->licences);
	for (uint32_t fallen = 0; why.can_fall && fallen < 2; fallen++) {
		int64_t  values[WINDOW_HOURS];
		uint32_t count = 0;
		for (int32_t i = 0; i < WINDOW_HOURS; i++) {
			int64_t value = why.sums[i];
			if (!(why.present[i / 64] >> (i % 64) & 1))
				continue;
			for (uint32_t j = 0; j + 1 - fallen < why.must_fall; j++) {
				if (why.drivers[j] == asked->at_hour - WINDOW_HOURS + 1 + i)
					value = why.target;
			}
			values[count++] = value;
		}
		int64_t after = percentile_of(values, count, 95);
		assert_int_equal(after <= why.target, fallen == 1);
	}
}

static void
test_L11_to_L19_random_accounts_by_definition(void **state)
{
	(void)state;
	struct arena          program, arena;
	const struct catalog *catalog = NULL;
	uint64_t              deleted = 0, linked = 0, rows = 0;

	arena_open(&program, system_memory());
	arena_open(&arena, system_memory());
	assert_int_equal(yaml_catalog_read(embed_catalog(), &program, &catalog, NULL), ERR_NONE);
	for (uint32_t i = 0; i < ACCOUNTS; i++) {
		struct fact            facts[FACTS_MAX];
		struct books          *books    = books_open(catalog, system_memory());
		struct account         account  = { .gitops_service_based_licensing = i % 2 };
		struct contract_module contract = {
			.module     = SPAN("CD"),
			.model      = (enum contract_model)(i / 2 % 4),
			.services   = 3,
			.instances  = 50,
			.developers = 10,
			.addon      = -1,
			.spend      = -1,
		};
		seed = i;
		static struct model model;
		model             = (struct model){ .facts = facts, .count = any_facts(facts) };
		model.hour        = BASE_HOUR;
		model.by_service  = i % 2;
		model.by_instance = contract.model == MODEL_SERVICE_INSTANCES;
		struct licence_question asked = {
			.catalog  = catalog,
			.module   = catalog_module_find(catalog, SPAN("CD")),
			.account  = &account,
			.book     = facts_book(books, catalog, facts, model.count, &arena),
			.contract = i % 10 == 9 ? NULL : &contract,
			.at_hour  = BASE_HOUR,
		};
		model.by_instance &= asked.contract != NULL;
		model_answer(&model);

		struct licence_answer answer;
		licence_answer(&asked, true, &arena, &answer);
		answer_same(&answer, &model);
		assert_int_equal(answer.rows_count, model.rows_count);
		for (uint32_t j = 0; j < answer.rows_count; j++) {
			row_same(&answer.rows[j], &model.rows[j]);
			deleted += answer.rows[j].deleted;
			linked += answer.rows[j].gauges_count > 1;
			if (answer.rows[j].has_licences)
				why_same(&asked, &answer.rows[j], &arena);
		}
		rows += answer.rows_count;
		licence_answer(&asked, false, &arena, &answer);
		answer_same(&answer, &model);
		assert_null(answer.rows);
		books_close(books);
		arena_reset(&arena);
	}
	/* The accounts are as rich as they are meant to be. */
	assert_true(deleted > 500 && linked > 500 && rows > 20000);
	arena_close(&arena);
	arena_close(&program);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_L11_to_L19_random_accounts_by_definition),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
