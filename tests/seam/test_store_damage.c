/* test_store_damage.c - what store_local finds wrong, and what it must not find wrong.
 *
 * One bit is turned in a file or a WAL; the store may refuse or be untouched by it, but
 * never give another answer than was written. */
#include "place.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- a store with something in it ---- */

enum { RECORDS = 60 };

static struct span
record_key(uint32_t number, char room[32])
{
	snprintf(room, 32, "record-%05u", number);
	return span_of(room);
}

/* A value that follows from its number: 10 to 40,000 bytes. */
static struct span
record_value(uint32_t number, char *room)
{
	size_t   size = number % 7 == 0 ? 40000 : 10 + number % 300;
	uint64_t seed = number + 1;

	for (size_t i = 0; i < size; i++)
		room[i] = (char)draw(&seed);
	return (struct span){ room, size };
}

static enum err
record_commit(struct store *store, uint32_t number)
{
	static char        room[40000];
	char               key[32];
	struct store_write write = { .space = (enum store_space)(number % SPACE_COUNT),
		                     .key   = record_key(number, key),
		                     .value = record_value(number, room) };
	return store->ops->commit(store, &write, 1);
}

/* How many records a scan gives; every one of them must be right. */
static enum err
count_visit(void *context, struct span key, struct span value)
{
	static char room[40000];
	char        name[32];
	uint32_t    number = (uint32_t)strtoul(key.at + strlen("record-"), NULL, 10);

	assert_true(span_equal(key, record_key(number, name)));
	assert_true(span_equal(value, record_value(number, room)));
	*(uint32_t *)context += 1;
	return ERR_NONE;
}

static enum err
records_count(struct store *store, uint32_t *count)
{
	enum err err = ERR_NONE;

	*count = 0;
	for (uint32_t i = 0; i < SPACE_COUNT && err == ERR_NONE; i++)
		err = store->ops->scan(store, (enum store_space)i, SPAN(""), SPAN(""), count_visit,
		                       count);
	return err;
}

/* Whether gets or scans come upon damage; what they do give must be right. */
static bool
reading_is_refused(struct store *store)
{
	uint32_t     count = 0;
	struct arena arena;
	enum err     err = ERR_NONE;

	arena_open(&arena, system_memory());
	for (uint32_t i = 0; i < RECORDS && err == ERR_NONE; i += 11) {
		static char room[40000];
		char        key[32];
		struct span value = { 0 };
		err               = store->ops->get(store, (enum store_space)(i % SPACE_COUNT),
		                                    record_key(i, key), &arena, &value);
		if (err == ERR_NONE)
			assert_true(span_equal(value, record_value(i, room)));
	}
	arena_close(&arena);
	if (err == ERR_NONE)
		err = records_count(store, &count);
	return err != ERR_NONE;
}

static void
refusal_must_speak(const struct refusal *refusal, enum err err)
{
	assert_int_equal(refusal->err, err);
	assert_true(strlen(refusal->detail) > 10);
}

/* ---- bits of tally.db ---- */

/* True: found. False: no record is any different. */
static bool
flip_is_found(const struct place *place)
{
	struct refusal refusal = { 0 };
	struct store  *store   = NULL;
	uint32_t       count   = 0;
	enum err       err     = place_open(place, &store, &refusal);

	if (err != ERR_NONE) {
		refusal_must_speak(&refusal, err);
		return true;
	}
	bool found = reading_is_refused(store);
	err        = store->ops->check(store, NULL, NULL, &refusal);
	if (err != ERR_NONE)
		refusal_must_speak(&refusal, err);
	if (err == ERR_NONE) {
		/* What check lets pass must be whole. */
		assert_false(found);
		assert_int_equal(records_count(store, &count), ERR_NONE);
		assert_int_equal(count, RECORDS);
	}
	store->ops->close(store);
	return err != ERR_NONE;
}

static void
test_I15_no_flipped_bit_of_the_file_changes_an_answer(void **state)
{
	enum { FLIPS = 2000 };
	struct place  place = place_make();
	struct store *store = place_store(&place);
	uint64_t      seed  = 15;
	uint32_t      found = 0;

	(void)state;
	for (uint32_t i = 0; i < RECORDS; i++)
		assert_int_equal(record_commit(store, i), ERR_NONE);
	store->ops->close(store);

	struct bytes bytes = file_load(place_file(&place, "tally.db"));
	for (uint32_t i = 0; i < FLIPS; i++) {
		/* Half of them where the structure is: headers and the first pages. */
		uint64_t limit = i % 4 == 0 ? 100 : i % 4 == 1 ? 20 * 8192 : bytes.size;
		uint64_t bit   = draw(&seed) % (limit * 8);

		bytes.at[bit / 8] ^= (char)(1 << bit % 8);
		file_save(place_file(&place, "tally.db"), bytes);
		unlink(place_file(&place, "tally.db-wal"));
		found += flip_is_found(&place);
		bytes.at[bit / 8] ^= (char)(1 << bit % 8);
	}
	print_message("%u of %u flips found, the others changed nothing\n", found, FLIPS);
	assert_true(found > FLIPS / 3);
	free(bytes.at);
	place_remove(&place);
}

static void
test_check_names_the_record_and_counts_the_others(void **state)
{
	struct place       place   = place_make();
	struct store      *store   = place_store(&place);
	struct refusal     refusal = { 0 };
	struct span        marked  = SPAN("a value that is easy to find in the file");
	struct store_write write   = { .space = SPACE_CONTROL, .key = SPAN("*"), .value = marked };

	(void)state;
	assert_int_equal(record_commit(store, 0), ERR_NONE);
	assert_int_equal(store->ops->commit(store, &write, 1), ERR_NONE);
	store->ops->close(store);

	struct bytes bytes = file_load(place_file(&place, "tally.db"));
	char        *at    = memmem(bytes.at, bytes.size, marked.at, marked.size);
	assert_non_null(at);
	at[3] ^= 4;
	file_save(place_file(&place, "tally.db"), bytes);
	free(bytes.at);

	store = place_store(&place);
	struct arena arena;
	struct span  value = { 0 };
	arena_open(&arena, system_memory());
	assert_int_equal(store->ops->get(store, SPACE_CONTROL, SPAN("*"), &arena, &value),
	                 ERR_STORE_DAMAGED);
	assert_string_equal(store_complaint(store).at, "space control, key 2a: checksum differs");
	assert_int_equal(store->ops->check(store, NULL, NULL, &refusal), ERR_STORE_DAMAGED);
	assert_string_equal(refusal.detail,
	                    "space control, key 2a: checksum differs; readable: meta 1/1 log 0/0 "
	                    "identity 0/0 chunk 0/0 retracted 0/0 control 0/1");
	arena_close(&arena);
	store->ops->close(store);
	place_remove(&place);
}

static void
sql_do(struct place *place, const char *text)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(place_file(place, "tally.db"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void
test_lost_and_moved_records_are_found(void **state)
{
	static const char *const texts[] = {
		"DELETE FROM log WHERE key=(SELECT max(key) FROM log)",
		"UPDATE log SET key=x'41' WHERE key=(SELECT max(key) FROM log)",
		"INSERT INTO chunk SELECT * FROM log",
		"UPDATE log SET value=x'00' WHERE key=(SELECT max(key) FROM log)",
		"DELETE FROM digest",
		"UPDATE digest SET value=zeroblob(112)",
		"CREATE TABLE other(x)",
		"CREATE TRIGGER t AFTER INSERT ON log BEGIN DELETE FROM log; END",
		"DROP TABLE chunk",
	};
	(void)state;
	for (uint32_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct place  place = place_make();
		struct store *store = place_store(&place);

		for (uint32_t n = 0; n < RECORDS; n++)
			assert_int_equal(record_commit(store, n), ERR_NONE);
		store->ops->close(store);
		sql_do(&place, texts[i]);
		struct refusal refusal = { 0 };
		enum err       err     = place_open(&place, &store, &refusal);
		if (err == ERR_NONE) {
			err = store->ops->check(store, NULL, NULL, &refusal);
			store->ops->close(store);
		}
		assert_int_equal(err, ERR_STORE_DAMAGED);
		refusal_must_speak(&refusal, ERR_STORE_DAMAGED);
		place_remove(&place);
	}
}

/* ---- the WAL of a process that was killed ---- */

enum { KILLED_COMMITS = 12 };

/* A child commits and is killed; its WAL stays. */
static void
wal_leave(const struct place *place)
{
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		struct store *store = place_store(place);
		for (uint32_t i = 0; i < KILLED_COMMITS; i++)
			if (record_commit(store, i) != ERR_NONE)
				_exit(1);
		kill(getpid(), SIGKILL);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
}

/* Commits 0 to n - 1 and nothing else; the number n, or RECORDS when it is refused. */
static uint32_t
prefix_left(const struct place *place)
{
	struct refusal refusal = { 0 };
	struct store  *store   = NULL;
	uint32_t       count   = 0;
	struct arena   arena;

	if (place_open(place, &store, &refusal) != ERR_NONE) {
		refusal_must_speak(&refusal, ERR_STORE_DAMAGED);
		return RECORDS;
	}
	assert_int_equal(records_count(store, &count), ERR_NONE);
	arena_open(&arena, system_memory());
	for (uint32_t i = 0; i < count; i++) {
		char        key[32];
		struct span value = { 0 };
		assert_int_equal(store->ops->get(store, (enum store_space)(i % SPACE_COUNT),
		                                 record_key(i, key), &arena, &value),
		                 ERR_NONE);
	}
	arena_close(&arena);
	assert_int_equal(store->ops->check(store, NULL, NULL, &refusal), ERR_NONE);
	store->ops->close(store);
	return count;
}

struct left {
	struct place place;
	struct bytes file;
	struct bytes wal;
};

static struct left
left_make(void)
{
	struct left left = { .place = place_make() };

	wal_leave(&left.place);
	left.file = file_load(place_file(&left.place, "tally.db"));
	left.wal  = file_load(place_file(&left.place, "tally.db-wal"));
	assert_true(left.wal.size > KILLED_COMMITS * 8192);
	return left;
}

static void
left_restore(struct left *left, struct bytes wal)
{
	file_save(place_file(&left->place, "tally.db"), left->file);
	file_save(place_file(&left->place, "tally.db-wal"), wal);
	unlink(place_file(&left->place, "tally.db-shm"));
}

static void
left_drop(struct left *left)
{
	free(left->file.at);
	free(left->wal.at);
	place_remove(&left->place);
}

static void
test_I15_no_flipped_bit_of_a_wal_loses_a_commit(void **state)
{
	enum { FLIPS = 400 };
	struct left left    = left_make();
	uint64_t    seed    = 99;
	uint32_t    refused = 0;

	(void)state;
	left_restore(&left, left.wal);
	assert_int_equal(prefix_left(&left.place), KILLED_COMMITS);
	for (uint32_t i = 0; i < FLIPS; i++) {
		uint64_t limit = i % 8 == 0 ? 32 + 24 : left.wal.size;
		uint64_t bit   = draw(&seed) % (limit * 8);

		left.wal.at[bit / 8] ^= (char)(1 << bit % 8);
		left_restore(&left, left.wal);
		left.wal.at[bit / 8] ^= (char)(1 << bit % 8);
		uint32_t count = prefix_left(&left.place);
		/* Refused, or nothing is lost: not even the last commit. */
		if (count != RECORDS)
			assert_int_equal(count, KILLED_COMMITS);
		refused += count == RECORDS;
	}
	print_message("%u of %u flips refused\n", refused, FLIPS);
	assert_true(refused > FLIPS / 2);
	left_drop(&left);
}

/* 1 to 3 sectors become zeros: a whole later transaction gives it away, and only in the
 * last transaction can it look like a power cut. */
static void
test_zeroed_sectors_of_a_wal_lose_at_most_the_last_commit(void **state)
{
	enum { ROUNDS = 150 };
	struct left  left    = left_make();
	struct bytes broken  = { malloc(left.wal.size), left.wal.size };
	uint64_t     seed    = 512;
	uint32_t     refused = 0;
	uint32_t     changed = 0;

	(void)state;
	assert_non_null(broken.at);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		size_t at   = 512 + draw(&seed) % (left.wal.size / 512 - 4) * 512;
		size_t size = 512 * (1 + draw(&seed) % 3);

		memcpy(broken.at, left.wal.at, left.wal.size);
		memset(broken.at + at, 0, size);
		left_restore(&left, broken);
		uint32_t count = prefix_left(&left.place);
		assert_true(count == RECORDS || count >= KILLED_COMMITS - 1);
		/* What was zero before is no damage. */
		if (memcmp(broken.at, left.wal.at, left.wal.size) == 0)
			assert_int_equal(count, KILLED_COMMITS);
		else
			changed += 1;
		refused += count == RECORDS;
	}
	print_message("%u of %u refused\n", refused, changed);
	assert_true(refused > changed / 2);
	free(broken.at);
	left_drop(&left);
}

/* Power cuts: the WAL ends anywhere, and of the last transaction any sectors are
 * missing or old. None of these may be refused. */
static void
test_torn_tails_are_never_refused(void **state)
{
	enum { ROUNDS = 150 };
	struct left  left   = left_make();
	struct bytes broken = { malloc(left.wal.size), 0 };
	uint64_t     seed   = 77;

	(void)state;
	assert_non_null(broken.at);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		memcpy(broken.at, left.wal.at, left.wal.size);
		broken.size = draw(&seed) % left.wal.size;
		left_restore(&left, broken);
		assert_true(prefix_left(&left.place) < KILLED_COMMITS);
	}

	/* The last commit is 30 bytes in at least 3 pages, behind what all others are. */
	size_t last = left.wal.size - (size_t)3 * (8192 + 24);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		memcpy(broken.at, left.wal.at, left.wal.size);
		broken.size = left.wal.size;
		for (size_t at = last; at < left.wal.size; at += 512 - at % 512) {
			size_t size = 512 - at % 512;
			if (size > left.wal.size - at)
				size = left.wal.size - at;
			if (draw(&seed) % 2 == 0)
				memset(broken.at + at, i % 2 ? 0 : 0x5a, size);
		}
		left_restore(&left, broken);
		assert_in_range(prefix_left(&left.place), KILLED_COMMITS - 1, KILLED_COMMITS);
	}
	free(broken.at);
	left_drop(&left);
}

/* ---- opening ---- */

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
		cmocka_unit_test(test_I15_no_flipped_bit_of_the_file_changes_an_answer),
		cmocka_unit_test(test_check_names_the_record_and_counts_the_others),
		cmocka_unit_test(test_lost_and_moved_records_are_found),
		cmocka_unit_test(test_I15_no_flipped_bit_of_a_wal_loses_a_commit),
		cmocka_unit_test(test_zeroed_sectors_of_a_wal_lose_at_most_the_last_commit),
		cmocka_unit_test(test_torn_tails_are_never_refused),
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
