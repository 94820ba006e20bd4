/* test_store_open.c - what store_local opens, makes and refuses. */
#include "records.h"

#include <sys/stat.h>
#include <sys/wait.h>

static void
test_held_directory_names_the_holder(void **state)
{
	struct place   place   = place_make();
	struct store  *store   = place_store(&place);
	struct store  *other   = NULL;
	struct refusal refusal = { 0 };
	char           pid[32];

	(void)state;
	assert_int_equal(place_open(&place, &other, &refusal), ERR_STORE_HELD);
	assert_null(other);
	snprintf(pid, sizeof(pid), "process %ld", (long)getpid());
	assert_non_null(strstr(refusal.detail, pid));
	store->ops->close(store);
	store = place_store(&place);
	store->ops->close(store);
	place_remove(&place);
}

static void
test_I18_newer_format_is_refused_and_left_alone(void **state)
{
	struct place   place   = place_make();
	struct store  *store   = place_store(&place);
	struct refusal refusal = { 0 };

	(void)state;
	store->ops->close(store);
	sql_do(&place, "PRAGMA user_version=2");
	struct bytes before = file_load(place_file(&place, "tally.db"));
	assert_int_equal(place_open(&place, &store, &refusal), ERR_STORE_NEWER);
	assert_string_equal(refusal.detail, "tally.db has format 2, this program knows 1");
	struct bytes after = file_load(place_file(&place, "tally.db"));
	assert_int_equal(before.size, after.size);
	assert_memory_equal(before.at, after.at, before.size);
	free(before.at);
	free(after.at);
	place_remove(&place);
}

static void
expect_refused(const struct place *place, bool must_exist, enum err err)
{
	struct store_local_options options = { .directory = place->path, .must_exist = must_exist };
	struct refusal             refusal = { 0 };
	struct store              *store   = NULL;

	assert_int_equal(store_local_open(&options, &store, &refusal), err);
	assert_null(store);
	refusal_must_speak(&refusal, err);
}

static void
test_missing_stores_are_not_made_when_they_must_exist(void **state)
{
	struct place place = place_make();

	(void)state;
	expect_refused(&place, true, ERR_STORE_MISSING);
	assert_int_equal(access(place_file(&place, "tally.db"), F_OK), -1);
	place_remove(&place);
	expect_refused(&place, true, ERR_STORE_MISSING);
	assert_int_equal(access(place.path, F_OK), -1);
}

static void
test_files_that_are_no_store_are_refused(void **state)
{
	struct place place = place_make();
	char         noise[20000];
	uint64_t     seed = 3;

	(void)state;
	file_save(place_file(&place, "tally.db-wal"), (struct bytes){ "left alone", 10 });
	expect_refused(&place, false, ERR_STORE_DAMAGED);
	unlink(place_file(&place, "tally.db-wal"));

	file_save(place_file(&place, "tally.db"), (struct bytes){ noise, 0 });
	expect_refused(&place, false, ERR_STORE_DAMAGED);
	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (char)draw(&seed);
	file_save(place_file(&place, "tally.db"), (struct bytes){ noise, sizeof(noise) });
	expect_refused(&place, false, ERR_STORE_DAMAGED);
	place_remove(&place);
}

static void
test_I17_torn_copies_are_refused(void **state)
{
	struct place  place = place_make();
	struct store *store = place_store(&place);

	(void)state;
	for (uint32_t i = 0; i < RECORDS; i++)
		assert_int_equal(record_commit(store, i), ERR_NONE);
	store->ops->close(store);
	struct bytes bytes = file_load(place_file(&place, "tally.db"));
	for (uint32_t i = 1; i < 20; i++) {
		struct bytes part = { bytes.at, bytes.size * i / 20 };
		file_save(place_file(&place, "tally.db"), part);
		assert_true(flip_is_found(&place));
	}
	free(bytes.at);
	place_remove(&place);
}

static void
test_creation_that_was_cut_short_begins_again(void **state)
{
	struct place place = place_make();

	(void)state;
	file_save(place_file(&place, "tally.db.new"), (struct bytes){ "half", 4 });
	file_save(place_file(&place, "tally.db.new-journal"), (struct bytes){ "half", 4 });
	struct store *store = place_store(&place);
	assert_int_equal(record_commit(store, 1), ERR_NONE);
	store->ops->close(store);
	assert_int_equal(access(place_file(&place, "tally.db.new"), F_OK), -1);
	assert_int_equal(access(place_file(&place, "tally.db-wal"), F_OK), -1);
	place_remove(&place);
}

/* In a child that is nobody, since root may write everywhere. */
static void
test_directory_without_permission_is_a_fault(void **state)
{
	struct place  place = place_make();
	struct store *store = place_store(&place);

	(void)state;
	store->ops->close(store);
	assert_int_equal(chmod(place.path, 0755), 0);
	assert_int_equal(chmod(place_file(&place, "lock"), 0666), 0);
	assert_int_equal(chmod(place_file(&place, "tally.db"), 0444), 0);
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct refusal refusal = { 0 };
		if (geteuid() == 0 && setuid(65534) != 0)
			_exit(2);
		enum err err = place_open(&place, &store, &refusal);
		_exit(err == ERR_STORE_IO && refusal.detail[0] ? 0 : 1);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	place_remove(&place);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_held_directory_names_the_holder),
		cmocka_unit_test(test_I18_newer_format_is_refused_and_left_alone),
		cmocka_unit_test(test_missing_stores_are_not_made_when_they_must_exist),
		cmocka_unit_test(test_files_that_are_no_store_are_refused),
		cmocka_unit_test(test_I17_torn_copies_are_refused),
		cmocka_unit_test(test_creation_that_was_cut_short_begins_again),
		cmocka_unit_test(test_directory_without_permission_is_a_fault),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
