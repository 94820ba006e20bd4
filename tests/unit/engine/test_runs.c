/* test_runs.c - sealed runs are joined into few, over restarts and faults, and none of their
 * identities is ever forgotten (E-1). */
#include "engine_fixture.h"

#include <time.h>

#include "edge/store/store_fault.h"

enum { BATCH = 500, BATCHES = 12, LINE_SIZE = 256, RECORDS_MAX = 256, HEADER_NUMBERS = 7 };
enum { JOIN_RUNS = 4, TRIES = 500 };

static void
engine_that_seals_early(struct fixture *fixture, struct store *store)
{
	struct engine_settings settings = engine_settings_default();
	settings.eager                  = true;
	fixture_engine_with(fixture, store, &settings);
}

static void
pause_ms(uint32_t ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000L }, NULL);
}

static enum err
batch_send(struct fixture *fixture, uint32_t number, struct ingest_counts *counts)
{
	static char    text[BATCH * LINE_SIZE];
	size_t         size = 0;
	struct refusal refusal;
	for (uint32_t i = number * BATCH; i < (number + 1) * BATCH; i++)
		size += (size_t)snprintf(text + size, LINE_SIZE,
		                         "{\"id\":\"e%u\",\"source\":\"s\",\"type\":"
		                         "\"cd.instances\",\"account\":\"acme\",\"subject\":"
		                         "\"svc%u\",\"time\":\"2026-05-%02uT%02u:00:00Z\","
		                         "\"data\":{\"instances\":5}}\n",
		                         i, i % 7, 1 + i % 28, i % 24);
	struct ingest ingest = { .body = { text, size }, .format = FORMAT_NDJSON };
	enum err      err    = engine_ingest_wait(fixture->engine, &ingest, &refusal);
	if (err == ERR_NONE)
		*counts = ingest.counts;
	ingest_release(fixture->engine, &ingest);
	return err;
}

static void
expect_all_known(struct fixture *fixture, uint32_t batches)
{
	struct engine_metrics metrics;
	for (uint32_t i = 0; i < batches; i++) {
		struct ingest_counts counts = { 0 };
		assert_int_equal(batch_send(fixture, i, &counts), ERR_NONE);
		assert_int_equal(counts.duplicate, BATCH);
		assert_int_equal(counts.conflicting, 0);
	}
	engine_metrics(fixture->engine, &metrics);
	assert_int_equal(metrics.events_stored, batches * BATCH);
	fixture_verify(fixture);
}

/* ---- what the store has ---- */

struct record {
	uint64_t numbers[HEADER_NUMBERS]; /* until, id, level, page bits, ... */
};

struct records {
	struct record runs[RECORDS_MAX];
	uint32_t      runs_count;
	uint64_t      page_ids[RECORDS_MAX * 4];
	uint32_t      pages_count;
	uint32_t      others;
};

static uint64_t
number_at(const char *at)
{
	uint64_t number = 0;
	for (uint32_t i = 0; i < 8; i++)
		number = number << 8 | (uint8_t)at[i];
	return number;
}

static enum err
record_add(void *context, struct span key, struct span value)
{
	struct records *records = context;
	if (key.at[0] == 'r') {
		assert_true(records->runs_count < RECORDS_MAX);
		struct record *run = &records->runs[records->runs_count++];
		for (size_t i = 0; i < HEADER_NUMBERS; i++)
			run->numbers[i] = number_at(value.at + 8 * i);
	} else if (key.at[0] == 'q') {
		assert_true(records->pages_count < RECORDS_MAX * 4);
		records->page_ids[records->pages_count++] = number_at(key.at + 1);
	} else {
		records->others++;
	}
	return ERR_NONE;
}

static void
records_read(struct store *store, struct records *records)
{
	memset(records, 0, sizeof(*records));
	assert_int_equal(
		store->ops->scan(store, SPACE_IDENTITY, SPAN(""), SPAN(""), record_add, records),
		ERR_NONE);
}

static bool
records_are_joined(const struct records *records)
{
	uint32_t alike = 0;
	for (uint32_t i = 0; i < records->runs_count; i++) {
		bool same = i > 0 && records->runs[i].numbers[2] == records->runs[i - 1].numbers[2];
		alike     = same ? alike + 1 : 1;
		if (alike == JOIN_RUNS)
			return false;
	}
	return true;
}

/* No page is left of what was joined, nor one of the first form. */
static bool
records_are_clean(const struct records *records)
{
	uint32_t pages = 0;
	for (uint32_t i = 0; i < records->runs_count; i++)
		pages += 1u << records->runs[i].numbers[3];
	return pages == records->pages_count && records->others == 0;
}

static void
wait_settled(struct store *store, struct records *records, bool clean)
{
	for (uint32_t i = 0; i < TRIES; i++) {
		records_read(store, records);
		if (records_are_joined(records) && (!clean || records_are_clean(records)))
			return;
		pause_ms(10);
	}
	fail_msg("%u runs and %u pages are not settled", records->runs_count, records->pages_count);
}

/* ---- */

struct scene {
	struct fixture fixture;
	char           directory[40];
	struct store  *store;
};

static void
scene_start(struct scene *scene)
{
	scene->store = store_fault_open(open_directory(scene->directory));
	engine_that_seals_early(&scene->fixture, scene->store);
}

static void
scene_open(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	memcpy(scene->directory, "/tmp/tally-runs.XXXXXX", 23);
	assert_non_null(mkdtemp(scene->directory));
	fixture_open(&scene->fixture);
	scene_start(scene);
	fixture_account(&scene->fixture, "acme");
}

static void
scene_restart(struct scene *scene)
{
	engine_close(scene->fixture.engine);
	scene_start(scene);
}

static void
scene_close(struct scene *scene)
{
	char command[80];
	engine_close(scene->fixture.engine);
	snprintf(command, sizeof command, "rm -rf '%s'", scene->directory);
	assert_int_equal(system(command), 0);
	fixture_close(&scene->fixture);
}

static void
send_new(struct scene *scene, uint32_t from, uint32_t until)
{
	for (uint32_t i = from; i < until; i++) {
		struct ingest_counts counts = { 0 };
		assert_int_equal(batch_send(&scene->fixture, i, &counts), ERR_NONE);
		assert_int_equal(counts.accepted, BATCH);
	}
}

static void
test_E1_joined_runs_remember_everything(void **state)
{
	struct scene    scene;
	struct records *records = malloc(sizeof(*records));
	(void)state;
	scene_open(&scene);
	for (uint32_t part = 0; part < 4; part++) {
		send_new(&scene, part * BATCHES, (part + 1) * BATCHES);
		wait_settled(scene.store, records, true);
		expect_all_known(&scene.fixture, (part + 1) * BATCHES);
	}
	/* 24,000 events are some thirty seals, and joined runs were joined again. */
	assert_true(records->runs_count <= 9);
	assert_true(records->runs[0].numbers[2] >= 2);
	for (uint32_t i = 0; i < 3; i++) {
		scene_restart(&scene);
		expect_all_known(&scene.fixture, 4 * BATCHES);
	}
	send_new(&scene, 4 * BATCHES, 5 * BATCHES);
	expect_all_known(&scene.fixture, 5 * BATCHES);
	scene_close(&scene);
	free(records);
}

static void
wait_ready(struct scene *scene)
{
	for (uint32_t i = 0; i < TRIES && engine_ready(scene->fixture.engine) != ERR_NONE; i++)
		pause_ms(10);
	assert_int_equal(engine_ready(scene->fixture.engine), ERR_NONE);
}

/* The commit after `passes` others fails: of a batch, of a run that is sealed, of pages of
 * a joined one, of its header, of the removal of old pages. Then the engine recovers, or it
 * is started again as after a crash. */
static void
fail_once(uint32_t passes, bool applied, bool restart)
{
	struct scene    scene;
	struct records *records = malloc(sizeof(*records));
	scene_open(&scene);
	store_fault_arm(scene.store, passes, ERR_STORE_IO, applied);
	for (uint32_t i = 0; i < BATCHES; i++) {
		struct ingest_counts counts = { 0 };
		while (batch_send(&scene.fixture, i, &counts) != ERR_NONE) {
			store_fault_arm(scene.store, 0, ERR_NONE, false);
			if (restart)
				scene_restart(&scene);
			wait_ready(&scene);
		}
		assert_int_equal(counts.accepted + counts.duplicate, BATCH);
	}
	pause_ms(passes % 8 * 20);
	store_fault_arm(scene.store, 0, ERR_NONE, false);
	wait_ready(&scene);
	expect_all_known(&scene.fixture, BATCHES);
	wait_settled(scene.store, records, false);
	expect_all_known(&scene.fixture, BATCHES);
	scene_restart(&scene); /* pages that could not be removed go now */
	expect_all_known(&scene.fixture, BATCHES);
	wait_settled(scene.store, records, true);
	scene_close(&scene);
	free(records);
}

static void
test_E1_a_fault_while_sealing_and_joining_forgets_nothing(void **state)
{
	(void)state;
	for (uint32_t passes = 8; passes < 32; passes++)
		fail_once(passes, passes % 2 == 1, passes % 3 == 0);
}

/* What a stop leaves of a run that was never finished goes at the next start, and so does
 * the first form of runs: what they held is read from the log again and sealed anew. */
static void
test_E1_what_no_run_needs_is_removed(void **state)
{
	struct scene    scene;
	struct records *records  = malloc(sizeof(*records));
	char            page[13] = { 'q', 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 7 };
	(void)state;
	scene_open(&scene);
	send_new(&scene, 0, BATCHES);
	wait_settled(scene.store, records, true);
	engine_close(scene.fixture.engine);

	scene.store                 = open_directory(scene.directory);
	struct store_write writes[] = {
		{ SPACE_IDENTITY, false, SPAN("h\0\0\0\0\0\0\0\0"), SPAN("of the first form") },
		{ SPACE_IDENTITY, false, SPAN("p\0\0\0\0\0\0\0\0\0\0\0\0"), SPAN("a page of it") },
		{ SPACE_IDENTITY, false, { page, sizeof page }, SPAN("of no run") },
	};
	assert_int_equal(scene.store->ops->commit(scene.store, writes, 3), ERR_NONE);
	records_read(scene.store, records);
	assert_int_equal(records->others, 2);
	engine_that_seals_early(&scene.fixture, scene.store);
	expect_all_known(&scene.fixture, BATCHES);
	wait_settled(scene.store, records, true);
	scene_close(&scene);
	free(records);
}

/* Without any run left, everything is sealed anew at the start, not only kept in memory. */
static void
test_E1_lost_runs_are_made_again(void **state)
{
	struct scene    scene;
	struct records *records = malloc(sizeof(*records));
	(void)state;
	scene_open(&scene);
	send_new(&scene, 0, BATCHES);
	wait_settled(scene.store, records, true);
	engine_close(scene.fixture.engine);

	scene.store = open_directory(scene.directory);
	for (uint32_t i = 0; i < records->runs_count; i++) {
		struct store_write write  = { SPACE_IDENTITY, true, { 0 }, { 0 } };
		char               key[9] = "r";
		uint64_t           first  = i == 0 ? 0 : records->runs[i - 1].numbers[0];
		for (uint32_t k = 0; k < 8; k++)
			key[1 + k] = (char)(first >> (56 - 8 * k));
		write.key = (struct span){ key, sizeof key };
		assert_int_equal(scene.store->ops->commit(scene.store, &write, 1), ERR_NONE);
	}
	engine_that_seals_early(&scene.fixture, scene.store);
	expect_all_known(&scene.fixture, BATCHES);
	wait_settled(scene.store, records, true);
	assert_true(records->runs_count > 0);
	scene_close(&scene);
	free(records);
}

/* The record of a run that says another block for some of its events: the page still has
 * its checksum, but the log has them elsewhere. */
static void
test_E1_verify_finds_a_run_that_lies(void **state)
{
	struct scene    scene;
	struct records *records = malloc(sizeof(*records));
	struct span     answer, value;
	struct refusal  refusal = { .err = ERR_NONE };
	struct span     key     = SPAN("r\0\0\0\0\0\0\0\0");
	(void)state;
	scene_open(&scene);
	send_new(&scene, 0, BATCHES);
	wait_settled(scene.store, records, true);
	engine_close(scene.fixture.engine);

	scene.store = open_directory(scene.directory);
	assert_int_equal(scene.store->ops->get(scene.store, SPACE_IDENTITY, key,
	                                       &scene.fixture.arena, &value),
	                 ERR_NONE);
	assert_true(value.size > 8 * (HEADER_NUMBERS + 1));
	char *lie = (char *)(uintptr_t)value.at;
	lie[8 * (HEADER_NUMBERS + 1) + 7] ^= 1; /* where the second block begins */
	struct store_write write = { SPACE_IDENTITY, false, key, value };
	assert_int_equal(scene.store->ops->commit(scene.store, &write, 1), ERR_NONE);
	engine_that_seals_early(&scene.fixture, scene.store);
	assert_int_equal(engine_verify(scene.fixture.engine, NULL, NULL, &scene.fixture.arena,
	                               &answer, &refusal),
	                 ERR_VERIFY_DIFFERS);
	assert_string_equal(refusal.field, "identity");
	scene_close(&scene);
	free(records);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_E1_joined_runs_remember_everything),
		cmocka_unit_test(test_E1_a_fault_while_sealing_and_joining_forgets_nothing),
		cmocka_unit_test(test_E1_what_no_run_needs_is_removed),
		cmocka_unit_test(test_E1_lost_runs_are_made_again),
		cmocka_unit_test(test_E1_verify_finds_a_run_that_lies),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
