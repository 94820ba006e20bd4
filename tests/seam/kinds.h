/* kinds.h - every kind of store, opened for each test of a suite in turn. */
#ifndef TALLY_TESTS_SEAM_KINDS_H
#define TALLY_TESTS_SEAM_KINDS_H

#include "place.h"

#include "edge/store/store_fault.h"
#include "edge/store/store_memory.h"

enum kind { KIND_MEMORY, KIND_LOCAL, KIND_FAULT_MEMORY, KIND_FAULT_LOCAL };

struct bench {
	enum kind     kind;
	struct place  place;
	struct store *store;
	struct arena  arena;
};

static const enum kind kinds[] = { KIND_MEMORY, KIND_LOCAL, KIND_FAULT_MEMORY, KIND_FAULT_LOCAL };

static inline struct store *
kind_open(enum kind kind, const struct place *place)
{
	switch (kind) {
	case KIND_MEMORY:
		return store_memory_open();
	case KIND_LOCAL:
		return place_store(place);
	case KIND_FAULT_MEMORY:
		return store_fault_open(store_memory_open());
	case KIND_FAULT_LOCAL:
		return store_fault_open(place_store(place));
	}
	return NULL;
}

static inline int
set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	bench->kind  = *(const enum kind *)*state;
	bench->place = place_make();
	bench->store = kind_open(bench->kind, &bench->place);
	arena_open(&bench->arena, system_memory());
	*state = bench;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct bench *bench = *state;

	bench->store->ops->close(bench->store);
	arena_close(&bench->arena);
	place_remove(&bench->place);
	free(bench);
	return 0;
}

static inline bool
keeps_files(const struct bench *bench)
{
	return bench->kind == KIND_LOCAL || bench->kind == KIND_FAULT_LOCAL;
}

static inline bool
can_fault(const struct bench *bench)
{
	return bench->kind == KIND_FAULT_MEMORY || bench->kind == KIND_FAULT_LOCAL;
}

/* ---- short forms ---- */

static inline enum err
put(struct store *store, enum store_space space, struct span key, struct span value)
{
	struct store_write write = { .space = space, .key = key, .value = value };
	return store->ops->commit(store, &write, 1);
}

static inline enum err
take_out(struct store *store, enum store_space space, struct span key)
{
	struct store_write write = { .space = space, .key = key, .remove = true };
	return store->ops->commit(store, &write, 1);
}

static inline void
must_find(struct bench *bench, enum store_space space, struct span key, struct span value)
{
	struct span found = { 0 };
	enum err    err   = bench->store->ops->get(bench->store, space, key, &bench->arena, &found);
	assert_int_equal(err, ERR_NONE);
	assert_true(span_equal(found, value));
}

static inline void
must_miss(struct bench *bench, enum store_space space, struct span key)
{
	struct span found = SPAN("untouched");
	enum err    err   = bench->store->ops->get(bench->store, space, key, &bench->arena, &found);
	assert_int_equal(err, ERR_NOT_FOUND);
	assert_true(span_equal(found, SPAN("untouched")));
}

static inline void
must_be_sound(struct store *store)
{
	struct refusal refusal = { 0 };
	enum err       err     = store->ops->check(store, NULL, NULL, &refusal);
	if (err != ERR_NONE)
		print_error("check: %s\n", refusal.detail);
	assert_int_equal(err, ERR_NONE);
}

/* ---- running each against each ---- */

struct row {
	const char        *name;
	CMUnitTestFunction run;
};

#define ROW(test)                                                                                  \
	{                                                                                          \
#test, test                                                                        \
	}

enum { ROWS_MAX = 16, KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static inline int
kinds_run(const struct row *rows, uint32_t count)
{
	static const char *const names[KINDS] = { "memory", "local", "fault over memory",
		                                  "fault over local" };
	static char              titles[ROWS_MAX * KINDS][120];
	struct CMUnitTest        tests[ROWS_MAX * KINDS];

	CHECK(count <= ROWS_MAX);
	for (uint32_t i = 0; i < count * KINDS; i++) {
		snprintf(titles[i], sizeof(titles[i]), "%s: %s", names[i / count],
		         rows[i % count].name);
		tests[i] = (struct CMUnitTest){
			.name          = titles[i],
			.test_func     = rows[i % count].run,
			.setup_func    = set_up,
			.teardown_func = tear_down,
			.initial_state = (void *)(uintptr_t)&kinds[i / count],
		};
	}
	return _cmocka_run_group_tests("store", tests, count * KINDS, NULL, NULL);
}

#endif
