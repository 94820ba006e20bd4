/* test_recent.c - the table of recent identities against a plain model. */
#include "core/identity/identity.h"
#include "edge/sys/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static uint64_t
random_next(uint64_t *seed)
{
	*seed += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t z = *seed;
	z          = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z          = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static struct identity
identity_number(uint64_t number)
{
	uint64_t low  = number;
	uint64_t high = number + 77;
	return (struct identity){ .low = random_next(&low), .high = random_next(&high) };
}

/* Identities of which 64 share all that the index looks at. */
static struct identity
identity_clustered(uint64_t number)
{
	struct identity identity = identity_number(number);
	identity.low             = number / 64 * UINT64_C(40503) % 5000;
	return identity;
}

enum { MODEL_KEYS = 1 << 17, MODEL_ORDINALS = 1 << 20 };

struct model {
	struct identity (*identity)(uint64_t number);
	struct recent *recent;
	uint64_t       ordinal_of[MODEL_KEYS]; /* UINT64_MAX: not there */
	uint32_t       content_of[MODEL_KEYS];
	uint32_t       key_of[MODEL_ORDINALS];
	uint64_t       from;
	uint64_t       until;
	uint64_t       count;
};

static void
model_forget(struct model *model, uint64_t from, uint64_t until)
{
	for (uint64_t i = from; i < until; i++) {
		uint32_t key = model->key_of[i];
		if (key == UINT32_MAX || model->ordinal_of[key] != i)
			continue;
		model->ordinal_of[key] = UINT64_MAX;
		model->count--;
	}
}

static void
model_touch(struct model *model, uint64_t *seed, uint64_t keys)
{
	struct recent_entry entry = { 0 };
	uint64_t            key   = random_next(seed) % keys;
	struct identity     it    = model->identity(key);
	bool                found = recent_find(model->recent, it, &entry);
	assert_int_equal(found, model->ordinal_of[key] != UINT64_MAX);
	if (found) {
		assert_int_equal(entry.ordinal, model->ordinal_of[key]);
		assert_int_equal(entry.content, model->content_of[key]);
		return;
	}
	/* Some ordinals are not in the table: events without an identity of their own. */
	if (random_next(seed) % 8 == 0)
		model->key_of[model->until++] = UINT32_MAX;
	entry.ordinal = model->until;
	entry.content = (uint32_t)random_next(seed);
	recent_add(model->recent, it, entry);
	model->ordinal_of[key]        = entry.ordinal;
	model->content_of[key]        = entry.content;
	model->key_of[model->until++] = (uint32_t)key;
	model->count++;
}

static void
model_run(struct identity (*identity)(uint64_t), uint64_t keys, unsigned operations)
{
	struct model *model = calloc(1, sizeof(*model));
	uint64_t      seed  = 4711;
	assert_non_null(model);
	memset(model->ordinal_of, 0xff, sizeof(model->ordinal_of));
	model->identity = identity;
	model->recent   = recent_open(system_memory());

	for (unsigned i = 0; i < operations && model->until + 2 < MODEL_ORDINALS; i++) {
		model_touch(model, &seed, keys);
		if (random_next(&seed) % 2000 == 0) {
			uint64_t back = random_next(&seed) % 300;
			uint64_t from = model->until < model->from + back ? model->from
			                                                  : model->until - back;
			recent_forget_from(model->recent, from);
			model_forget(model, from, model->until);
			model->until = from;
		}
		if (random_next(&seed) % 20000 == 0) {
			uint64_t until =
				model->from + random_next(&seed) % (model->until - model->from + 1);
			recent_forget_until(model->recent, until);
			model_forget(model, model->from, until);
			model->from = until;
		}
		assert_int_equal(recent_count(model->recent), model->count);
	}
	recent_close(model->recent);
	free(model);
}

static void
test_a_million_operations_agree_with_the_model(void **state)
{
	(void)state;
	model_run(identity_number, MODEL_KEYS, 1000000);
}

static void
test_equal_fingerprints_are_told_apart(void **state)
{
	(void)state;
	model_run(identity_clustered, 20000, 60000);
}

static void
test_growth_keeps_all_and_gives_all_back(void **state)
{
	(void)state;
	enum { COUNT = 400000 };
	struct recent      *recent = recent_open(system_memory());
	size_t              empty  = recent_size(recent);
	struct recent_entry entry;
	for (uint64_t i = 0; i < COUNT; i++)
		recent_add(recent, identity_number(i), (struct recent_entry){ i + 5, 3 });
	for (uint64_t i = 0; i < COUNT; i++) {
		recent_prefetch(recent, identity_number(i));
		assert_true(recent_find(recent, identity_number(i), &entry));
		assert_int_equal(entry.ordinal, i + 5);
		assert_false(recent_find(recent, identity_number(i + COUNT), &entry));
	}
	assert_true(recent_size(recent) > COUNT * 24);
	recent_forget_until(recent, COUNT + 5);
	assert_int_equal(recent_count(recent), 0);
	assert_true(recent_size(recent) < empty + (2 << 20));
	recent_add(recent, identity_number(1), (struct recent_entry){ COUNT + 5, 3 });
	recent_forget_from(recent, 0);
	assert_int_equal(recent_count(recent), 0);
	recent_close(recent);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_million_operations_agree_with_the_model),
		cmocka_unit_test(test_equal_fingerprints_are_told_apart),
		cmocka_unit_test(test_growth_keeps_all_and_gives_all_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
