/* test_store_wal.c - the WAL of a process that was killed: flipped, zeroed, torn.
 *
 * Damage is refused or changes nothing; what a power cut can leave is never refused. */
#include "records.h"

#include <signal.h>
#include <sys/wait.h>

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
	enum { FLIPS = 150 };
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

/* A sector of the last transaction that a power cut left as it was before may differ from
 * what was to be written in one bit: that is no damage. Nor is it when the bit was turned
 * later, and then the transaction was acknowledged: it must be there. */
static void
test_one_bit_of_the_last_commit_is_mended(void **state)
{
	struct left  left   = left_make();
	struct bytes broken = { malloc(left.wal.size), left.wal.size };
	uint32_t     bit    = 0;

	(void)state;
	assert_non_null(broken.at);
	size_t last = left.wal.size - (size_t)3 * (8192 + 24);
	for (size_t at = last; at < left.wal.size; at += 211) {
		memcpy(broken.at, left.wal.at, left.wal.size);
		broken.at[at] ^= (char)(1 << bit++ % 8);
		left_restore(&left, broken);
		assert_int_equal(prefix_left(&left.place), KILLED_COMMITS);
	}
	free(broken.at);
	left_drop(&left);
}

/* The header of the next generation, of which only the sequence number was written: one
 * bit away from the one before, whose frames are all in tally.db. A bit that was turned
 * later looks the same, and then the frames must be there. */
static void
test_one_bit_of_the_sequence_number_is_mended(void **state)
{
	struct left  left   = left_make();
	struct bytes broken = { malloc(left.wal.size), left.wal.size };

	(void)state;
	assert_non_null(broken.at);
	for (uint32_t bit = 0; bit < 32; bit++) {
		memcpy(broken.at, left.wal.at, left.wal.size);
		broken.at[12 + bit / 8] ^= (char)(1 << bit % 8);
		left_restore(&left, broken);
		assert_int_equal(prefix_left(&left.place), KILLED_COMMITS);
	}
	free(broken.at);
	left_drop(&left);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_I15_no_flipped_bit_of_a_wal_loses_a_commit),
		cmocka_unit_test(test_zeroed_sectors_of_a_wal_lose_at_most_the_last_commit),
		cmocka_unit_test(test_torn_tails_are_never_refused),
		cmocka_unit_test(test_one_bit_of_the_last_commit_is_mended),
		cmocka_unit_test(test_one_bit_of_the_sequence_number_is_mended),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
