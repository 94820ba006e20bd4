/* test_identity.c - an event counts once, however long ago it was sent (E-1): with most
 * identities sealed away, over restarts, with other content. */
#include "engine_fixture.h"

#include <time.h>

enum { EVENTS = 6000, BATCH = 100 };

static void
engine_that_seals_early(struct fixture *fixture, struct store *store)
{
	struct engine_settings settings = engine_settings_default();
	settings.eager                  = true;
	fixture_engine_with(fixture, store, &settings);
}

/* Events [from, from + count), with instances that say which version of them it is. */
static struct ingest_counts
send(struct fixture *fixture, uint32_t from, uint32_t count, uint32_t instances)
{
	struct text body;
	char        line[400];
	text_open(&body, &fixture->arena);
	for (uint32_t i = from; i < from + count; i++) {
		int size = snprintf(line, sizeof line,
		                    "{\"id\":\"e%u\",\"source\":\"s\",\"type\":\"cd.instances\","
		                    "\"account\":\"acme\",\"subject\":\"svc%u\","
		                    "\"time\":\"2026-05-%02uT%02u:00:00Z\","
		                    "\"data\":{\"instances\":%u}}\n",
		                    i, i % 7, 1 + i % 28, i % 24, instances);
		text_add(&body, (struct span){ line, (size_t)size });
	}
	return fixture_ingest(fixture, text_span(&body));
}

static void
send_new(struct fixture *fixture)
{
	for (uint32_t from = 0; from < EVENTS; from += BATCH)
		assert_int_equal(send(fixture, from, BATCH, 5).accepted, BATCH);
}

static void
expect_all_known(struct fixture *fixture)
{
	for (uint32_t from = 0; from < EVENTS; from += BATCH) {
		struct ingest_counts same  = send(fixture, from, BATCH, 5);
		struct ingest_counts other = send(fixture, from, BATCH, 6);
		assert_int_equal(same.duplicate, BATCH);
		assert_int_equal(same.conflicting, 0);
		assert_int_equal(other.duplicate, BATCH);
		assert_int_equal(other.conflicting, BATCH);
	}
}

static void
test_E1_a_sealed_identity_is_remembered(void **state)
{
	struct fixture fixture       = { 0 };
	char           directory[40] = "/tmp/tally-identity.XXXXXX", command[80];
	(void)state;
	fixture_open(&fixture);
	assert_non_null(mkdtemp(directory));
	engine_that_seals_early(&fixture, open_directory(directory));
	fixture_account(&fixture, "acme");
	send_new(&fixture);
	expect_all_known(&fixture);
	fixture_verify(&fixture);
	engine_close(fixture.engine);

	for (int restart = 0; restart < 2; restart++) {
		engine_that_seals_early(&fixture, open_directory(directory));
		expect_all_known(&fixture);
		fixture_verify(&fixture);
		engine_close(fixture.engine);
	}
	snprintf(command, sizeof command, "rm -rf '%s'", directory);
	assert_int_equal(system(command), 0);
	fixture_close(&fixture);
}

/* Until the small blocks of the log have been joined; a busy machine has half a minute. */
static void
wait_for_joining(struct store *store)
{
	struct store_digest digest = { .records = UINT64_MAX };
	for (int i = 0; i < 1500 && digest.records > 2; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 20 * 1000 * 1000 }, NULL);
		assert_int_equal(store->ops->digest(store, SPACE_LOG, &digest), ERR_NONE);
	}
	assert_true(digest.records <= 2);
}

static enum err
find_joined(void *context, struct span key, struct span value)
{
	enum { LEVEL_AT = 16 };
	static const char none[8] = { 0 };
	(void)key;
	*(bool *)context |= memcmp(value.at + LEVEL_AT, none, sizeof none) != 0;
	return ERR_NONE;
}

/* Until a run was made of others. */
static void
wait_for_joined_run(struct store *store)
{
	bool joined = false;
	for (int i = 0; i < 1500 && !joined; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 20 * 1000 * 1000 }, NULL);
		assert_int_equal(store->ops->scan(store, SPACE_IDENTITY, SPAN("r"), SPAN("s"),
		                                  find_joined, &joined),
		                 ERR_NONE);
	}
	assert_true(joined);
}

/* One of two small blocks is still open from a search when both are joined into one, and
 * then the runs that name them are joined into one that names only the large block. */
static void
test_E1_an_identity_is_found_in_a_joined_block(void **state)
{
	struct fixture fixture = { 0 };
	struct store  *store   = store_memory_open();
	(void)state;
	fixture_open(&fixture);
	engine_that_seals_early(&fixture, store);
	fixture_account(&fixture, "acme");
	assert_int_equal(send(&fixture, 0, 100, 5).accepted, 100);
	assert_int_equal(send(&fixture, 100, 100, 5).accepted, 100);
	assert_int_equal(send(&fixture, 200, 800, 5).accepted, 800);
	assert_int_equal(send(&fixture, 0, 100, 5).duplicate, 100);
	wait_for_joining(store);
	for (uint32_t from = 1000; from < 3000; from += 400)
		assert_int_equal(send(&fixture, from, 400, 5).accepted, 400);
	wait_for_joined_run(store);
	for (uint32_t from = 100; from < 3000; from += BATCH)
		assert_int_equal(send(&fixture, from, BATCH, 5).duplicate, BATCH);
	engine_close(fixture.engine);
	fixture_close(&fixture);
}

/* The same id from another source, or for another account, is another event. */
static void
test_E1_identity_is_account_source_id(void **state)
{
	struct fixture fixture = { 0 };
	(void)state;
	fixture_open(&fixture);
	fixture_engine(&fixture, store_memory_open());
	fixture_account(&fixture, "acme");
	fixture_account(&fixture, "other");
	struct span first = SPAN("{\"id\":\"1\",\"source\":\"s\",\"type\":\"cd.stage\","
	                         "\"account\":\"acme\",\"subject\":\"p\"}\n");
	struct span rest  = SPAN("{\"id\":\"1\",\"source\":\"t\",\"type\":\"cd.stage\","
	                          "\"account\":\"acme\",\"subject\":\"p\"}\n"
	                          "{\"id\":\"1\",\"source\":\"s\",\"type\":\"cd.stage\","
	                          "\"account\":\"other\",\"subject\":\"p\"}\n"
	                          "{\"subject\":\"p\",\"account\":\"acme\",\"type\":\"cd.stage\","
	                          "\"source\":\"s\", \"id\":\"1\"}\n");
	assert_int_equal(fixture_ingest(&fixture, first).accepted, 1);
	struct ingest_counts counts = fixture_ingest(&fixture, rest);
	assert_int_equal(counts.accepted, 2);
	assert_int_equal(counts.duplicate, 1);
	assert_int_equal(counts.conflicting, 0); /* the same in another order of keys */
	engine_close(fixture.engine);
	fixture_close(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_E1_a_sealed_identity_is_remembered),
		cmocka_unit_test(test_E1_an_identity_is_found_in_a_joined_block),
		cmocka_unit_test(test_E1_identity_is_account_source_id),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
