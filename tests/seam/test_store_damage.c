/* test_store_damage.c - what store_local finds wrong, and what it must not find wrong.
 *
 * One bit is turned in a file or a WAL; the store may refuse or be untouched by it, but
 * never give another answer than was written. */
#include "records.h"

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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_I15_no_flipped_bit_of_the_file_changes_an_answer),
		cmocka_unit_test(test_check_names_the_record_and_counts_the_others),
		cmocka_unit_test(test_lost_and_moved_records_are_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
