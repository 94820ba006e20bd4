/* test_store_threads.c - what every store promises while threads use it at once. */
#include "kinds.h"

#include <pthread.h>
#include <stdatomic.h>

struct watch {
	struct store *store;
	atomic_uint   committed; /* the last commit that has been answered */
	atomic_bool   over;
	atomic_uint   seen; /* reads made */
};

static uint32_t
number_in(struct span value)
{
	uint32_t number = 0;
	assert_int_equal(value.size, sizeof(number));
	memcpy(&number, value.at, sizeof(number));
	return number;
}

static enum err
watch_visit(void *context, struct span key, struct span value)
{
	uint32_t *numbers = context;

	assert_int_equal(key.size, 1);
	numbers[key.at[0] - 'a'] = number_in(value);
	return ERR_NONE;
}

/* Each read must show the last answered commit or a later one, and whole. */
static void *
watch_run(void *context)
{
	struct watch *watch = context;
	struct arena  arena;

	arena_open(&arena, system_memory());
	while (!atomic_load(&watch->over)) {
		uint32_t    numbers[2] = { 0 };
		struct span value      = { 0 };
		uint32_t    before     = atomic_load(&watch->committed);

		if (watch->store->ops->get(watch->store, SPACE_LOG, SPAN("a"), &arena, &value) !=
		            ERR_NONE ||
		    number_in(value) < before)
			abort();
		before = atomic_load(&watch->committed);
		if (watch->store->ops->scan(watch->store, SPACE_LOG, SPAN(""), SPAN(""),
		                            watch_visit, numbers) != ERR_NONE)
			abort();
		if (numbers[0] != numbers[1] || numbers[0] < before)
			abort();
		atomic_fetch_add(&watch->seen, 1);
		arena_reset(&arena);
	}
	arena_close(&arena);
	return NULL;
}

static enum err
watch_commit(struct watch *watch, uint32_t number)
{
	struct span              value    = { (const char *)&number, sizeof(number) };
	const struct store_write writes[] = {
		{ .space = SPACE_LOG, .key = SPAN("a"), .value = value },
		{ .space = SPACE_LOG, .key = SPAN("b"), .value = value },
	};
	enum err err = watch->store->ops->commit(watch->store, writes, 2);
	if (err == ERR_NONE)
		atomic_store(&watch->committed, number);
	return err;
}

static void
test_answered_commit_is_visible_to_all_threads_at_once(void **state)
{
	enum { THREADS = 12, COMMITS = 300 };
	struct bench *bench = *state;
	struct watch  watch = { .store = bench->store };
	pthread_t     threads[THREADS];

	assert_int_equal(watch_commit(&watch, 1), ERR_NONE);
	for (uint32_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, watch_run, &watch), 0);
	for (uint32_t i = 2; i <= COMMITS; i++) {
		assert_int_equal(watch_commit(&watch, i), ERR_NONE);
		if (i % 100 == 0)
			assert_int_equal(bench->store->ops->recover(bench->store), ERR_NONE);
	}
	while (atomic_load(&watch.seen) < THREADS)
		usleep(1000);
	atomic_store(&watch.over, true);
	for (uint32_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_true(atomic_load(&watch.seen) > 0);
	must_be_sound(bench->store);
}

/* ---- backup ---- */

static void *
backup_writer_run(void *context)
{
	struct watch *watch = context;

	for (uint32_t i = 2; !atomic_load(&watch->over); i++)
		if (watch_commit(watch, i) != ERR_NONE)
			abort();
	return NULL;
}

static bool
progress_count(void *context, uint64_t done, uint64_t total)
{
	assert_true(done <= total);
	*(uint32_t *)context += 1;
	return true;
}

static void
backup_must_be_sound(const struct place *copy, uint32_t low, uint32_t high)
{
	uint32_t      numbers[2] = { 0 };
	struct store *store      = place_store(copy);

	must_be_sound(store);
	assert_int_equal(
		store->ops->scan(store, SPACE_LOG, SPAN(""), SPAN(""), watch_visit, numbers),
		ERR_NONE);
	assert_int_equal(numbers[0], numbers[1]);
	assert_in_range(numbers[0], low, high);
	assert_int_equal(put(store, SPACE_LOG, SPAN("goes on"), SPAN("")), ERR_NONE);
	store->ops->close(store);
}

static void
test_I17_backup_under_load_is_one_commit_and_opens(void **state)
{
	struct bench *bench = *state;
	if (!keeps_files(bench))
		skip();
	struct watch watch   = { .store = bench->store };
	char        *ballast = calloc(1, 8000000);
	pthread_t    thread;

	assert_non_null(ballast);
	assert_int_equal(
		put(bench->store, SPACE_CHUNK, SPAN("ballast"), (struct span){ ballast, 8000000 }),
		ERR_NONE);
	free(ballast);
	assert_int_equal(watch_commit(&watch, 1), ERR_NONE);
	assert_int_equal(pthread_create(&thread, NULL, backup_writer_run, &watch), 0);
	for (uint32_t i = 0; i < 5; i++) {
		struct place   copy    = place_make();
		struct refusal refusal = { 0 };
		uint32_t       steps   = 0;
		uint32_t       before  = atomic_load(&watch.committed);
		const char    *path    = place_file(&copy, "tally.db");

		enum err err = bench->store->ops->backup(bench->store, path, progress_count, &steps,
		                                         &refusal);
		if (err != ERR_NONE)
			print_error("backup: %s\n", refusal.detail);
		assert_int_equal(err, ERR_NONE);
		assert_true(steps > 1);
		backup_must_be_sound(&copy, before, atomic_load(&watch.committed) + 1);
		place_remove(&copy);
	}
	atomic_store(&watch.over, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

static void
test_backup_refuses_a_path_that_is_taken_or_not_there(void **state)
{
	struct bench  *bench   = *state;
	struct place   copy    = place_make();
	struct refusal refusal = { 0 };

	file_save(place_file(&copy, "taken"), (struct bytes){ "x", 1 });
	assert_int_equal(bench->store->ops->backup(bench->store, place_file(&copy, "taken"), NULL,
	                                           NULL, &refusal),
	                 ERR_FILE_WRITE);
	assert_int_equal(refusal.err, ERR_FILE_WRITE);
	assert_true(refusal.detail[0] != 0);
	assert_int_equal(bench->store->ops->backup(bench->store, place_file(&copy, "no/where"),
	                                           NULL, NULL, &refusal),
	                 ERR_FILE_WRITE);
	struct bytes kept = file_load(place_file(&copy, "taken"));
	assert_int_equal(kept.size, 1);
	free(kept.at);
	assert_int_equal(access(place_file(&copy, "taken.partial"), F_OK), -1);
	place_remove(&copy);
}

static bool
stop_at_once(void *context, uint64_t done, uint64_t total)
{
	(void)done;
	(void)total;
	*(uint32_t *)context += 1;
	return false;
}

/* A copy or a check that nobody waits for ends, leaves no file, and does no harm. */
static void
test_backup_and_check_stop_when_told(void **state)
{
	struct bench *bench = *state;
	if (!keeps_files(bench))
		skip();
	struct place   copy    = place_make();
	struct refusal refusal = { 0 };
	uint32_t       steps   = 0;
	char           key[16];
	static char    value[100000];

	for (int i = 0; i < 40; i++) {
		snprintf(key, sizeof(key), "%d", i);
		assert_int_equal(put(bench->store, SPACE_CHUNK, span_of(key),
		                     (struct span){ value, sizeof(value) }),
		                 ERR_NONE);
	}
	assert_int_equal(bench->store->ops->backup(bench->store, place_file(&copy, "copy"),
	                                           stop_at_once, &steps, &refusal),
	                 ERR_STOPPED);
	assert_int_equal(steps, 1);
	assert_int_equal(refusal.err, ERR_STOPPED);
	assert_int_equal(access(place_file(&copy, "copy"), F_OK), -1);
	assert_int_equal(access(place_file(&copy, "copy.partial"), F_OK), -1);
	assert_int_equal(bench->store->ops->check(bench->store, stop_at_once, &steps, &refusal),
	                 ERR_STOPPED);
	assert_int_equal(steps, 2);
	must_be_sound(bench->store);
	place_remove(&copy);
}

int
main(void)
{
	static const struct row rows[] = {
		ROW(test_answered_commit_is_visible_to_all_threads_at_once),
		ROW(test_I17_backup_under_load_is_one_commit_and_opens),
		ROW(test_backup_refuses_a_path_that_is_taken_or_not_there),
		ROW(test_backup_and_check_stop_when_told),
	};
	return kinds_run(rows, sizeof(rows) / sizeof(rows[0]));
}
