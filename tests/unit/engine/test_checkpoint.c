/* test_checkpoint.c - closing writes the books of many accounts on two threads: whole, or
 * the next start makes up for it. */
#include "engine_fixture.h"

#include "edge/store/store_fault.h"

/* STEP_CHUNKS is that of checkpoint.c: chunks of one commit. */
enum { ACCOUNTS = 30, MONTHS = 40, STEP_CHUNKS = 256, FAULTS = 3 };

/* An event in each of many months for each account: chunks for more than FAULTS
 * commits. */
static void
send_all(struct fixture *fixture)
{
	for (uint32_t account = 0; account < ACCOUNTS; account++) {
		struct text body;
		char        line[400], id[32];
		snprintf(id, sizeof id, "acct-%u", account);
		fixture_account(fixture, id);
		text_open(&body, &fixture->arena);
		for (uint32_t month = 0; month < MONTHS; month++) {
			int size = snprintf(line, sizeof line,
			                    "{\"id\":\"e%u\",\"source\":\"s\",\"type\":"
			                    "\"cd.instances\",\"account\":\"%s\",\"subject\":"
			                    "\"svc%u\",\"time\":\"%u-%02u-15T00:00:00Z\",\"data\":"
			                    "{\"instances\":%u}}\n",
			                    month, id, month % 7, 2023 + month / 12, 1 + month % 12,
			                    1 + account + month);
			text_add(&body, (struct span){ line, (size_t)size });
		}
		assert_int_equal(fixture_ingest(fixture, text_span(&body)).accepted, MONTHS);
	}
}

static uint64_t
chunks_count(const char *directory)
{
	struct store       *store  = open_directory(directory);
	struct store_digest digest = { 0 };
	assert_int_equal(store->ops->digest(store, SPACE_CHUNK, &digest), ERR_NONE);
	store->ops->close(store);
	return digest.records;
}

/* How many chunks the store has. */
struct chunks {
	uint64_t closed;   /* after the first closing */
	uint64_t reopened; /* after another start and closing */
};

/* Close with a fault after so many commits, fault ERR_NONE: without one; open again. */
static struct chunks
close_and_open(uint32_t passes, enum err fault, bool applied)
{
	struct fixture fixture = { 0 };
	struct chunks  chunks;
	char           directory[40] = "/tmp/tally-checkpoint.XXXXXX", command[80];
	fixture_open(&fixture);
	assert_non_null(mkdtemp(directory));
	struct store *store = store_fault_open(open_directory(directory));
	fixture_engine(&fixture, store);
	send_all(&fixture);
	store_fault_arm(store, passes, fault, applied);
	engine_close(fixture.engine);
	chunks.closed = chunks_count(directory);

	fixture_engine(&fixture, open_directory(directory));
	fixture_verify(&fixture);
	engine_close(fixture.engine);
	chunks.reopened = chunks_count(directory);
	snprintf(command, sizeof command, "rm -rf '%s'", directory);
	assert_int_equal(system(command), 0);
	fixture_close(&fixture);
	return chunks;
}

static void
test_books_of_many_accounts_are_closed(void **state)
{
	struct chunks chunks = close_and_open(0, ERR_NONE, false);
	(void)state;
	assert_true(chunks.closed > (uint64_t)FAULTS * STEP_CHUNKS);
	assert_int_equal(chunks.reopened, chunks.closed);
}

static void
test_a_fault_while_closing_loses_nothing(void **state)
{
	uint64_t whole = close_and_open(0, ERR_NONE, false).closed;
	(void)state;
	for (uint32_t passes = 0; passes < FAULTS; passes++) {
		struct chunks failed = close_and_open(passes, ERR_STORE_IO, false);
		struct chunks lost   = close_and_open(passes, ERR_STORE_IO, true);
		assert_true(failed.closed < whole);
		assert_int_equal(failed.reopened, whole);
		assert_int_equal(lost.reopened, whole);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_books_of_many_accounts_are_closed),
		cmocka_unit_test(test_a_fault_while_closing_loses_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
