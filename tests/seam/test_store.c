/* test_store.c - what every store promises: one suite, run against each of them. */
#include "kinds.h"

/* The keys that a scan visits, one after another with a blank behind each. */
struct listing {
	char   text[1024];
	size_t size;
};

static enum err
listing_visit(void *context, struct span key, struct span value)
{
	struct listing *listing = context;

	assert_true(listing->size + key.size + 1 < sizeof(listing->text));
	memcpy(listing->text + listing->size, key.at, key.size);
	listing->size += key.size;
	listing->text[listing->size++] = ' ';
	assert_true(span_equal(value, key));
	return ERR_NONE;
}

static void
must_list(struct store *store, struct span from, struct span until, const char *expected)
{
	struct listing listing = { 0 };
	enum err err = store->ops->scan(store, SPACE_CONTROL, from, until, listing_visit, &listing);
	assert_int_equal(err, ERR_NONE);
	assert_string_equal(listing.text, expected);
}

static void
test_put_get_overwrite_remove(void **state)
{
	struct bench *bench = *state;
	struct store *store = bench->store;

	must_miss(bench, SPACE_META, SPAN("a"));
	assert_int_equal(put(store, SPACE_META, SPAN("a"), SPAN("one")), ERR_NONE);
	must_find(bench, SPACE_META, SPAN("a"), SPAN("one"));
	must_miss(bench, SPACE_LOG, SPAN("a"));
	assert_int_equal(put(store, SPACE_META, SPAN("a"), SPAN("twice")), ERR_NONE);
	must_find(bench, SPACE_META, SPAN("a"), SPAN("twice"));
	assert_int_equal(take_out(store, SPACE_META, SPAN("a")), ERR_NONE);
	must_miss(bench, SPACE_META, SPAN("a"));
	assert_int_equal(take_out(store, SPACE_META, SPAN("a")), ERR_NONE);
	must_be_sound(store);
}

static void
test_last_write_of_a_key_in_a_commit_holds(void **state)
{
	struct bench            *bench    = *state;
	const struct store_write writes[] = {
		{ .space = SPACE_CHUNK, .key = SPAN("k"), .value = SPAN("1") },
		{ .space = SPACE_CHUNK, .key = SPAN("k"), .value = SPAN("2") },
		{ .space = SPACE_CHUNK, .key = SPAN("gone"), .value = SPAN("3") },
		{ .space = SPACE_CHUNK, .key = SPAN("gone"), .remove = true },
	};
	assert_int_equal(bench->store->ops->commit(bench->store, writes, 4), ERR_NONE);
	must_find(bench, SPACE_CHUNK, SPAN("k"), SPAN("2"));
	must_miss(bench, SPACE_CHUNK, SPAN("gone"));
	must_be_sound(bench->store);
}

static void
test_empty_values_and_longest_keys(void **state)
{
	struct bench *bench = *state;
	char          key[256];

	memset(key, 0xff, sizeof(key));
	assert_int_equal(put(bench->store, SPACE_META, SPAN("empty"), SPAN("")), ERR_NONE);
	assert_int_equal(put(bench->store, SPACE_META, (struct span){ key, 256 }, SPAN("v")),
	                 ERR_NONE);
	assert_int_equal(put(bench->store, SPACE_META, (struct span){ "\0", 1 }, SPAN("zero")),
	                 ERR_NONE);
	must_find(bench, SPACE_META, SPAN("empty"), SPAN(""));
	must_find(bench, SPACE_META, (struct span){ key, 256 }, SPAN("v"));
	must_find(bench, SPACE_META, (struct span){ "\0", 1 }, SPAN("zero"));
	must_miss(bench, SPACE_META, (struct span){ key, 255 });
	must_be_sound(bench->store);
}

static void
test_value_of_20_megabytes(void **state)
{
	struct bench *bench = *state;
	size_t        size  = 20 * 1000 * 1000;
	char         *bytes = malloc(size);
	uint64_t      seed  = 20;

	assert_non_null(bytes);
	for (size_t i = 0; i < size; i += 8) {
		uint64_t word = draw(&seed);
		memcpy(bytes + i, &word, 8);
	}
	for (uint32_t round = 0; round < 2; round++) {
		bytes[round] ^= 1;
		assert_int_equal(
			put(bench->store, SPACE_LOG, SPAN("big"), (struct span){ bytes, size }),
			ERR_NONE);
		must_find(bench, SPACE_LOG, SPAN("big"), (struct span){ bytes, size });
	}
	must_be_sound(bench->store);
	assert_int_equal(take_out(bench->store, SPACE_LOG, SPAN("big")), ERR_NONE);
	must_be_sound(bench->store);
	free(bytes);
}

static void
test_scans_are_ordered_and_half_open(void **state)
{
	static const char *const keys[] = { "b", "a", "\x7f", "ab", "\xff", "B", "aa" };
	struct bench            *bench  = *state;

	for (uint32_t i = 0; i < 7; i++)
		assert_int_equal(
			put(bench->store, SPACE_CONTROL, span_of(keys[i]), span_of(keys[i])),
			ERR_NONE);
	must_list(bench->store, SPAN(""), SPAN(""), "B a aa ab b \x7f \xff ");
	must_list(bench->store, SPAN("a"), SPAN("b"), "a aa ab ");
	must_list(bench->store, SPAN("aa"), SPAN("ab"), "aa ");
	must_list(bench->store, SPAN("ac"), SPAN(""), "b \x7f \xff ");
	must_list(bench->store, SPAN("a"), SPAN("a"), "");
	must_list(bench->store, SPAN("b"), SPAN("a"), "");
	must_list(bench->store, SPAN("\xff\xff"), SPAN(""), "");
}

static enum err
stop_visit(void *context, struct span key, struct span value)
{
	(void)key;
	(void)value;
	return ++*(uint32_t *)context == 2 ? ERR_STORE_CLOSING : ERR_NONE;
}

static void
test_visitor_ends_the_scan(void **state)
{
	struct bench *bench   = *state;
	uint32_t      visited = 0;

	assert_int_equal(put(bench->store, SPACE_LOG, SPAN("1"), SPAN("")), ERR_NONE);
	assert_int_equal(put(bench->store, SPACE_LOG, SPAN("2"), SPAN("")), ERR_NONE);
	assert_int_equal(put(bench->store, SPACE_LOG, SPAN("3"), SPAN("")), ERR_NONE);
	assert_int_equal(bench->store->ops->scan(bench->store, SPACE_LOG, SPAN(""), SPAN(""),
	                                         stop_visit, &visited),
	                 ERR_STORE_CLOSING);
	assert_int_equal(visited, 2);
}

/* Moves each record to another space while the scan goes on. */
static enum err
move_visit(void *context, struct span key, struct span value)
{
	struct bench            *bench    = context;
	struct span              again    = { 0 };
	const struct store_write writes[] = {
		{ .space = SPACE_LOG, .key = key, .remove = true },
		{ .space = SPACE_CHUNK, .key = key, .value = value },
		{ .space = SPACE_LOG, .key = SPAN("zz"), .value = SPAN("not seen") },
	};
	assert_false(span_equal(value, SPAN("not seen")));
	assert_int_equal(
		bench->store->ops->get(bench->store, SPACE_LOG, key, &bench->arena, &again),
		ERR_NONE);
	return bench->store->ops->commit(bench->store, writes, 3);
}

static void
test_scan_sees_one_commit_and_its_visitor_may_commit(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(put(bench->store, SPACE_LOG, SPAN("1"), SPAN("a")), ERR_NONE);
	assert_int_equal(put(bench->store, SPACE_LOG, SPAN("2"), SPAN("b")), ERR_NONE);
	assert_int_equal(bench->store->ops->scan(bench->store, SPACE_LOG, SPAN(""), SPAN(""),
	                                         move_visit, bench),
	                 ERR_NONE);
	must_miss(bench, SPACE_LOG, SPAN("1"));
	must_find(bench, SPACE_CHUNK, SPAN("1"), SPAN("a"));
	must_find(bench, SPACE_CHUNK, SPAN("2"), SPAN("b"));
	must_find(bench, SPACE_LOG, SPAN("zz"), SPAN("not seen"));
	must_be_sound(bench->store);
}

/* ---- 10,000 random writes against a model ---- */

enum { MODEL_KEYS = 300 };

struct model {
	uint32_t size[SPACE_COUNT][MODEL_KEYS]; /* 0: not there; else size + 1 */
	char     fill[SPACE_COUNT][MODEL_KEYS];
	uint32_t next;
	uint32_t space;
};

static const char *
model_value(char *room, char fill, uint32_t size)
{
	memset(room, fill, size);
	return room;
}

static enum err
model_visit(void *context, struct span key, struct span value)
{
	struct model *model = context;
	uint32_t      space = model->space;

	while (model->next < MODEL_KEYS && model->size[space][model->next] == 0)
		model->next += 1;
	assert_true(model->next < MODEL_KEYS);

	char expected[16];
	snprintf(expected, sizeof(expected), "key-%05u", model->next);
	assert_true(span_equal(key, span_of(expected)));
	assert_int_equal(value.size, model->size[space][model->next] - 1);
	for (size_t i = 0; i < value.size; i++)
		assert_int_equal(value.at[i], model->fill[space][model->next]);
	model->next += 1;
	return ERR_NONE;
}

static void
model_compare(struct store *store, struct model *model)
{
	for (uint32_t space = 0; space < SPACE_COUNT; space++) {
		struct store_digest digest  = { 0 };
		uint64_t            records = 0;

		model->space = space;
		model->next  = 0;
		assert_int_equal(store->ops->scan(store, (enum store_space)space, SPAN(""),
		                                  SPAN(""), model_visit, model),
		                 ERR_NONE);
		for (uint32_t i = 0; i < MODEL_KEYS; i++)
			records += model->size[space][i] > 0;
		for (; model->next < MODEL_KEYS; model->next++)
			assert_int_equal(model->size[space][model->next], 0);
		assert_int_equal(store->ops->digest(store, (enum store_space)space, &digest),
		                 ERR_NONE);
		assert_int_equal(digest.records, records);
	}
}

static void
test_random_operations_equal_the_model(void **state)
{
	enum { COMMITS = 1000, WRITES = 10, SIZE_MAX_HERE = 20000 };
	struct bench *bench = *state;
	struct model *model = calloc(1, sizeof(*model));
	char         *room  = malloc((size_t)WRITES * SIZE_MAX_HERE);
	uint64_t      seed  = 4711;

	assert_non_null(model);
	assert_non_null(room);
	for (uint32_t commit = 0; commit < COMMITS; commit++) {
		struct store_write writes[WRITES];
		char               keys[WRITES][16];

		for (uint32_t i = 0; i < WRITES; i++) {
			uint32_t space = (uint32_t)(draw(&seed) % SPACE_COUNT);
			uint32_t key   = (uint32_t)(draw(&seed) % MODEL_KEYS);
			bool     drop  = draw(&seed) % 3 == 0;
			uint32_t size =
				(uint32_t)(draw(&seed) % (draw(&seed) % 20 ? 200 : SIZE_MAX_HERE));
			char fill = (char)draw(&seed);

			snprintf(keys[i], sizeof(keys[i]), "key-%05u", key);
			writes[i] = (struct store_write){
				.space  = (enum store_space)space,
				.remove = drop,
				.key    = span_of(keys[i]),
				.value  = { model_value(room + i * SIZE_MAX_HERE, fill, size),
				            size },
			};
			model->size[space][key] = drop ? 0 : size + 1;
			model->fill[space][key] = fill;
		}
		assert_int_equal(bench->store->ops->commit(bench->store, writes, WRITES), ERR_NONE);
		if (commit % 250 == 0)
			model_compare(bench->store, model);
	}
	model_compare(bench->store, model);
	must_be_sound(bench->store);
	if (keeps_files(bench)) {
		bench->store->ops->close(bench->store);
		bench->store = kind_open(bench->kind, &bench->place);
		model_compare(bench->store, model);
	}
	assert_int_equal(bench->store->ops->recover(bench->store), ERR_NONE);
	model_compare(bench->store, model);
	free(room);
	free(model);
}

/* ---- faults ---- */

static void
test_failed_commit_changes_nothing_and_all_are_refused_until_recover(void **state)
{
	struct bench            *bench    = *state;
	const struct store_write writes[] = {
		{ .space = SPACE_LOG, .key = SPAN("a"), .value = SPAN("new") },
		{ .space = SPACE_META, .key = SPAN("b"), .value = SPAN("new") },
	};
	if (!can_fault(bench))
		skip();
	struct store *store = bench->store;

	assert_int_equal(put(store, SPACE_LOG, SPAN("a"), SPAN("old")), ERR_NONE);
	store_fault_arm(store, 1, ERR_STORE_FULL, false);
	assert_int_equal(put(store, SPACE_LOG, SPAN("let through"), SPAN("")), ERR_NONE);
	assert_int_equal(store->ops->commit(store, writes, 2), ERR_STORE_FULL);
	must_find(bench, SPACE_LOG, SPAN("a"), SPAN("old"));
	must_miss(bench, SPACE_META, SPAN("b"));
	assert_int_equal(store->ops->recover(store), ERR_STORE_FULL);

	store_fault_arm(store, 0, ERR_NONE, false);
	assert_int_equal(store->ops->commit(store, writes, 2), ERR_STORE_FULL);
	assert_true(store_complaint(store).size > 0);
	assert_int_equal(store->ops->recover(store), ERR_NONE);
	assert_int_equal(store->ops->commit(store, writes, 2), ERR_NONE);
	must_find(bench, SPACE_LOG, SPAN("a"), SPAN("new"));
	must_find(bench, SPACE_META, SPAN("b"), SPAN("new"));
	must_be_sound(store);
}

static void
test_commit_whose_answer_is_lost_is_there_whole(void **state)
{
	struct bench            *bench    = *state;
	const struct store_write writes[] = {
		{ .space = SPACE_LOG, .key = SPAN("a"), .value = SPAN("new") },
		{ .space = SPACE_META, .key = SPAN("b"), .value = SPAN("new") },
	};
	if (!can_fault(bench))
		skip();
	store_fault_arm(bench->store, 0, ERR_STORE_IO, true);
	assert_int_equal(bench->store->ops->commit(bench->store, writes, 2), ERR_STORE_IO);
	must_find(bench, SPACE_LOG, SPAN("a"), SPAN("new"));
	must_find(bench, SPACE_META, SPAN("b"), SPAN("new"));
	assert_int_equal(put(bench->store, SPACE_LOG, SPAN("c"), SPAN("")), ERR_STORE_IO);
	must_miss(bench, SPACE_LOG, SPAN("c"));
}

int
main(void)
{
	static const struct row rows[] = {
		ROW(test_put_get_overwrite_remove),
		ROW(test_last_write_of_a_key_in_a_commit_holds),
		ROW(test_empty_values_and_longest_keys),
		ROW(test_value_of_20_megabytes),
		ROW(test_scans_are_ordered_and_half_open),
		ROW(test_visitor_ends_the_scan),
		ROW(test_scan_sees_one_commit_and_its_visitor_may_commit),
		ROW(test_random_operations_equal_the_model),
		ROW(test_failed_commit_changes_nothing_and_all_are_refused_until_recover),
		ROW(test_commit_whose_answer_is_lost_is_there_whole),
	};
	return kinds_run(rows, sizeof(rows) / sizeof(rows[0]));
}
