/* test_fault.c - the engine over a store that fails: every commit once, applied or not. */
#include "engine_fixture.h"

#include <time.h>

#include "edge/store/store_fault.h"

enum { BATCHES = 8, BATCH = 3, EVENTS_SIZE = 4096, TRIES = 400 };

/* Batch number of BATCH events; the last takes the first of the batch before out. */
static struct span
batch_text(uint32_t number, char *out)
{
	size_t size = 0;
	for (uint32_t i = 0; i < BATCH; i++) {
		bool retracts    = i == BATCH - 1 && number > 0;
		char subject[32] = "svc-1", data[160] = "";
		if (retracts)
			snprintf(subject, sizeof subject, "test %u-0", number - 1);
		else
			snprintf(data, sizeof data,
			         "\"environment\":\"prod\",\"infrastructure\":\"k8s\","
			         "\"instances\":%u",
			         number * 7 + i);
		size += (size_t)snprintf(
			out + size, EVENTS_SIZE - size,
			"{\"specversion\":\"1.0\",\"id\":\"%u-%u\",\"source\":\"test\",\"type\":"
			"\"%s\",\"account\":\"acme\",\"subject\":\"%s\",\"time\":"
			"\"2026-11-20T%02u:00:00Z\",\"data\":{%s}}\n",
			number, i, retracts ? "event.retracted" : "cd.instances", subject, number,
			data);
	}
	return (struct span){ out, size };
}

static enum err
batch_send(struct fixture *fixture, uint32_t number, struct ingest_counts *counts)
{
	char           text[EVENTS_SIZE];
	struct refusal refusal;
	struct ingest  ingest = { .body = batch_text(number, text), .format = FORMAT_NDJSON };
	enum err       err    = engine_ingest_wait(fixture->engine, &ingest, &refusal);
	if (err == ERR_NONE)
		*counts = ingest.counts;
	ingest_release(fixture->engine, &ingest);
	return err;
}

static struct span
expected_usage(struct fixture *fixture)
{
	struct ingest_counts counts = { 0 };
	fixture_engine(fixture, store_memory_open());
	fixture_account(fixture, "acme");
	for (uint32_t i = 0; i < BATCHES; i++)
		assert_int_equal(batch_send(fixture, i, &counts), ERR_NONE);
	struct span usage = fixture_usage(fixture, "acme", "2026-11-21", "");
	engine_close(fixture->engine);
	return usage;
}

static void
wait_ready(struct fixture *fixture)
{
	struct timespec pause = { 0, 10000000 };
	for (uint32_t i = 0; i < TRIES && engine_ready(fixture->engine) != ERR_NONE; i++)
		nanosleep(&pause, NULL);
	assert_int_equal(engine_ready(fixture->engine), ERR_NONE);
}

/* One commit fails with fault; while it stands everything is refused with it and
 * questions are answered; then the batch is sent again and counts once. */
static void
fail_once(struct fixture *fixture, struct span usage, uint32_t failing, enum err fault,
          bool applied)
{
	struct store        *store  = store_fault_open(store_memory_open());
	struct ingest_counts counts = { 0 };
	fixture_engine(fixture, store);
	fixture_account(fixture, "acme");
	for (uint32_t i = 0; i < BATCHES; i++) {
		if (i == failing) {
			store_fault_arm(store, 0, fault, applied);
			assert_int_equal(batch_send(fixture, i, &counts), fault);
			assert_int_equal(engine_ready(fixture->engine), fault);
			assert_int_equal(batch_send(fixture, i, &counts), fault);
			(void)fixture_usage(fixture, "acme", "2026-11-21", "");
			store_fault_arm(store, 0, ERR_NONE, false);
			wait_ready(fixture);
		}
		assert_int_equal(batch_send(fixture, i, &counts), ERR_NONE);
		bool there = i == failing && applied;
		assert_int_equal(counts.accepted, there ? 0 : BATCH);
		assert_int_equal(counts.duplicate, there ? BATCH : 0);
	}
	assert_span_equal(fixture_usage(fixture, "acme", "2026-11-21", ""), usage);
	fixture_verify(fixture);
	engine_close(fixture->engine);
}

static void
fail_each(enum err fault, bool applied)
{
	struct fixture fixture;
	fixture_open(&fixture);
	struct span usage = expected_usage(&fixture);
	/* After each fault the engine tries once at once and then each second. */
	for (uint32_t failing = 0; failing < BATCHES; failing += 3)
		fail_once(&fixture, usage, failing, fault, applied);
	fixture_close(&fixture);
}

static void
test_E3_a_failed_disk_loses_and_doubles_nothing(void **state)
{
	(void)state;
	fail_each(ERR_STORE_IO, false);
}

static void
test_E3_a_commit_whose_answer_was_lost_counts_once(void **state)
{
	(void)state;
	fail_each(ERR_STORE_IO, true);
}

static void
test_E3_a_full_disk_is_named_and_goes_on(void **state)
{
	(void)state;
	fail_each(ERR_STORE_FULL, false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_E3_a_failed_disk_loses_and_doubles_nothing),
		cmocka_unit_test(test_E3_a_commit_whose_answer_was_lost_counts_once),
		cmocka_unit_test(test_E3_a_full_disk_is_named_and_goes_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
