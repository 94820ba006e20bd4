/* load.h - what every program of this suite shares: events that anybody can make again,
 * a record of what was promised, kept outside the store, and the comparison.
 *
 * A batch is known by its writer and number alone; its events follow from them. A
 * writing process says "SEND writer batch" before it hands a batch over and "ACK writer
 * batch" after the engine has answered; what reads those lines is the record, and
 * nothing that is written in the store can change it. */
#ifndef TALLY_TESTS_CRASH_LOAD_H
#define TALLY_TESTS_CRASH_LOAD_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "edge/doc/embed.h"
#include "edge/doc/yaml_catalog.h"
#include "edge/store/store_local.h"
#include "edge/store/store_memory.h"
#include "edge/sys/memory.h"
#include "engine/engine.h"

enum { ACCOUNTS = 4, BATCH_EVENTS_MAX = 200, BATCH_BODY_MAX = BATCH_EVENTS_MAX * 300 };

static const struct change BY_LOAD = { .actor = { "load", 4 } };

/* ---- chance, the same for the same seed ---- */

static inline uint64_t
mix(uint64_t a, uint64_t b)
{
	uint64_t x = a * UINT64_C(0x9E3779B97F4A7C15) + b * UINT64_C(0xD1B54A32D192ED03) + 1;
	x ^= x >> 30;
	x *= UINT64_C(0xBF58476D1CE4E5B9);
	x ^= x >> 27;
	x *= UINT64_C(0x94D049BB133111EB);
	return x ^ x >> 31;
}

static inline uint64_t
draw(uint64_t *seed)
{
	*seed += 1;
	return mix(*seed, 77);
}

static inline uint64_t
now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static inline void
sleep_us(uint64_t us)
{
	struct timespec length = { (time_t)(us / 1000000), (long)(us % 1000000) * 1000 };
	nanosleep(&length, NULL);
}

/* The suite itself cannot go on: neither passed nor failed. */
_Noreturn static inline void
give_up(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(2);
}

/* ---- events ---- */

static inline uint32_t
batch_count(uint32_t writer, uint32_t batch)
{
	uint64_t chance = mix(writer, batch);
	/* Half of the batches are small, the rest up to the largest. */
	uint32_t most = chance & 1 ? 12 : BATCH_EVENTS_MAX;
	return 1 + (uint32_t)(chance >> 8) % most;
}

static inline int
event_data(char *out, size_t size, uint32_t kind, uint64_t chance, uint32_t writer, uint32_t batch)
{
	unsigned number = (unsigned)(chance >> 20) % 40;
	if (kind == 0) /* takes an earlier event of this writer out again */
		return snprintf(out, size,
		                "\"type\":\"event.retracted\",\"subject\":\"load %u-%u-%u\","
		                "\"data\":{}",
		                writer, batch > 0 ? (unsigned)(chance >> 30) % batch : 0,
		                (unsigned)(chance >> 40) % 12);
	if (kind < 3)
		return snprintf(out, size,
		                "\"type\":\"sto.scan\",\"subject\":\"repo-%u\",\"data\":{}",
		                number);
	if (kind < 8)
		return snprintf(out, size,
		                "\"type\":\"cd.deployment\",\"subject\":\"svc-%u\",\"data\":{"
		                "\"deployment_type\":\"Kubernetes\",\"environment\":\"prod\","
		                "\"infrastructure\":\"k8s\",\"status\":\"success\"}",
		                number);
	return snprintf(out, size,
	                "\"type\":\"cd.instances\",\"subject\":\"svc-%u\",\"data\":{"
	                "\"environment\":\"prod\",\"infrastructure\":\"k8s\",\"instances\":%u}",
	                number, (unsigned)(chance >> 30) % 60);
}

/* A retraction is of its target's account: all events of one writer share theirs. */
static inline size_t
event_write(char *out, size_t size, uint32_t writer, uint32_t batch, uint32_t i)
{
	uint64_t chance = mix(mix(writer, batch), i);
	char     data[200];
	event_data(data, sizeof data, (uint32_t)(chance % 32), chance, writer, batch);
	int wrote = snprintf(out, size,
	                     "{\"specversion\":\"1.0\",\"id\":\"%u-%u-%u\",\"source\":\"load\","
	                     "\"account\":\"a%u\",\"time\":\"2025-06-%02uT%02u:%02u:00Z\",%s}\n",
	                     writer, batch, i, writer % ACCOUNTS, 1 + (unsigned)(chance >> 5) % 28,
	                     (unsigned)(chance >> 10) % 24, (unsigned)(chance >> 15) % 60, data);
	CHECK(wrote > 0 && (size_t)wrote < size);
	return (size_t)wrote;
}

static inline struct span
batch_body(uint32_t writer, uint32_t batch, char *out)
{
	size_t   size  = 0;
	uint32_t count = batch_count(writer, batch);
	for (uint32_t i = 0; i < count; i++)
		size += event_write(out + size, BATCH_BODY_MAX - size, writer, batch, i);
	return (struct span){ out, size };
}

/* ---- an engine ---- */

struct machine {
	struct arena          arena;
	const struct catalog *catalog;
	struct engine        *engine;
};

static inline enum err
machine_open_store(struct machine *machine, struct store *store, bool eager,
                   struct refusal *refusal)
{
	arena_open(&machine->arena, system_memory());
	struct engine_options options = { .store = store, .settings = engine_settings_default() };
	options.settings.eager        = eager;
	enum err err =
		yaml_catalog_read(embed_catalog(), &machine->arena, &machine->catalog, refusal);
	CHECK(err == ERR_NONE);
	options.catalog = machine->catalog;
	err             = engine_open(&options, &machine->engine, refusal);
	if (err != ERR_NONE) {
		store->ops->close(store);
		arena_close(&machine->arena);
	}
	return err;
}

static inline enum err
machine_open(struct machine *machine, const char *directory, bool eager, struct refusal *refusal)
{
	struct store_local_options options = { .directory = directory };
	struct store              *store   = NULL;
	enum err                   err     = store_local_open(&options, &store, refusal);
	return err == ERR_NONE ? machine_open_store(machine, store, eager, refusal) : err;
}

static inline void
machine_open_memory(struct machine *machine)
{
	struct refusal refusal = { .err = ERR_NONE };
	enum err       err     = machine_open_store(machine, store_memory_open(), false, &refusal);
	CHECK(err == ERR_NONE);
}

static inline void
machine_close(struct machine *machine)
{
	engine_close(machine->engine);
	arena_close(&machine->arena);
}

static inline enum err
machine_accounts(struct machine *machine)
{
	struct arena arena;
	struct span  answer;
	enum err     err = ERR_NONE;
	arena_open(&arena, system_memory());
	for (unsigned i = 0; i < ACCOUNTS && err == ERR_NONE; i++) {
		char json[80];
		snprintf(json, sizeof json, "{\"id\":\"a%u\",\"name\":\"A\",\"currency\":\"USD\"}",
		         i);
		err = engine_account_put(machine->engine, &BY_LOAD, span_of(json), &arena, &answer,
		                         NULL);
	}
	arena_close(&arena);
	return err;
}

static inline enum err
machine_send(struct machine *machine, uint32_t writer, uint32_t batch, struct ingest_counts *counts)
{
	char         *body   = malloc(BATCH_BODY_MAX);
	struct ingest ingest = { .body = batch_body(writer, batch, body), .format = FORMAT_NDJSON };
	struct refusal refusal;
	enum err       err = engine_ingest_wait(machine->engine, &ingest, &refusal);
	if (err == ERR_NONE)
		*counts = ingest.counts;
	ingest_release(machine->engine, &ingest);
	free(body);
	return err;
}

/* ---- the record of what was promised ---- */

enum fate { FATE_SENT = 1, FATE_ACKED };

struct batch_record {
	uint32_t  writer;
	uint32_t  batch;
	enum fate fate;
	uint32_t  seen;                       /* of its events, in the store */
	uint8_t   bits[BATCH_EVENTS_MAX / 8]; /* which */
};

struct record {
	struct batch_record *batches;
	uint32_t             count;
	uint32_t             capacity;
	uint32_t             told;  /* batches below are in the model */
	bool                 ready; /* the accounts were promised */
	uint64_t             acks;  /* of all batches ever */
	uint64_t             refusals;
	struct machine       model;    /* the same events in memory */
	char                 why[400]; /* the first difference */
};

static inline void
record_open(struct record *record)
{
	*record = (struct record){ .count = 0 };
	machine_open_memory(&record->model);
	CHECK(machine_accounts(&record->model) == ERR_NONE);
}

static inline void
record_close(struct record *record)
{
	machine_close(&record->model);
	free(record->batches);
}

__attribute__((format(printf, 2, 3))) static inline bool
record_differs(struct record *record, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	if (record->why[0] == '\0')
		vsnprintf(record->why, sizeof record->why, format, args);
	va_end(args);
	return false;
}

static inline struct batch_record *
record_find(struct record *record, uint32_t writer, uint32_t batch)
{
	for (uint32_t i = record->count; i-- > 0;) {
		struct batch_record *found = &record->batches[i];
		if (found->writer == writer && found->batch == batch)
			return found;
	}
	return NULL;
}

static inline void
record_sent(struct record *record, uint32_t writer, uint32_t batch)
{
	if (record->count == record->capacity) {
		record->capacity = record->capacity * 2 + 256;
		record->batches =
			realloc(record->batches, record->capacity * sizeof *record->batches);
		CHECK(record->batches != NULL);
	}
	record->batches[record->count++] =
		(struct batch_record){ .writer = writer, .batch = batch, .fate = FATE_SENT };
}

static inline void
record_acked(struct record *record, uint32_t writer, uint32_t batch)
{
	struct batch_record *found = record_find(record, writer, batch);
	CHECK(found != NULL);
	found->fate = FATE_ACKED;
	record->acks++;
}

/* One line of a writing process. */
static inline void
record_line(struct record *record, const char *line)
{
	unsigned writer, batch;
	if (strcmp(line, "READY") == 0)
		record->ready = true;
	else if (sscanf(line, "SEND %u %u", &writer, &batch) == 2)
		record_sent(record, writer, batch);
	else if (sscanf(line, "ACK %u %u", &writer, &batch) == 2)
		record_acked(record, writer, batch);
	else if (strncmp(line, "REFUSED ", 8) == 0)
		record->refusals++;
	else
		record_differs(record, "the writing process says: %.300s", line);
}

/* ---- comparing ---- */

struct seeing {
	struct record *record;
	uint64_t       events;
};

static inline bool
seen_note(struct record *record, const char *id)
{
	unsigned writer, batch, i;
	if (sscanf(id, "%u-%u-%u", &writer, &batch, &i) != 3)
		return record_differs(record, "an event that was never sent: %.100s", id);
	struct batch_record *found = record_find(record, writer, batch);
	if (found == NULL || i >= batch_count(writer, batch))
		return record_differs(record, "an event that was never sent: %u-%u-%u", writer,
		                      batch, i);
	if (found->bits[i / 8] >> i % 8 & 1)
		return record_differs(record, "event %u-%u-%u is there twice", writer, batch, i);
	found->bits[i / 8] |= (uint8_t)(1U << i % 8);
	found->seen++;
	return true;
}

static inline enum err
seen_line(void *context, struct span bytes)
{
	struct seeing *seeing = context;
	if (bytes.size < 4) /* a line's end, or a blank in place of one */
		return ERR_NONE;
	char *line = strndup(bytes.at, bytes.size);
	char *id   = strstr(line, "\"id\":\"");
	if (id == NULL)
		record_differs(seeing->record, "an event without id: %.200s", line);
	else
		seen_note(seeing->record, id + 6);
	seeing->events++;
	free(line);
	return ERR_NONE;
}

/* Every stored event was sent and is there once; acknowledged batches are there whole,
 * the others whole or not at all. */
static inline bool
compare_events(struct record *record, struct machine *machine, const char *when)
{
	struct seeing   seeing   = { .record = record };
	struct question question = { .limit = 0 };
	struct refusal  refusal  = { .err = ERR_NONE };
	for (uint32_t i = 0; i < record->count; i++) {
		record->batches[i].seen = 0;
		memset(record->batches[i].bits, 0, sizeof record->batches[i].bits);
	}
	enum err err = engine_export(machine->engine, &question, seen_line, &seeing, &refusal);
	if (err != ERR_NONE)
		return record_differs(record, "%s: export: %s", when, refusal.detail);
	for (uint32_t i = 0; i < record->count; i++) {
		const struct batch_record *batch = &record->batches[i];
		uint32_t                   count = batch_count(batch->writer, batch->batch);
		if (batch->fate == FATE_ACKED && batch->seen != count)
			return record_differs(record,
			                      "%s: batch %u-%u was acknowledged, %u of %u events "
			                      "are there",
			                      when, batch->writer, batch->batch, batch->seen,
			                      count);
		if (batch->seen != 0 && batch->seen != count)
			return record_differs(record, "%s: batch %u-%u is there in part: %u of %u",
			                      when, batch->writer, batch->batch, batch->seen,
			                      count);
	}
	return record->why[0] == '\0';
}

/* Send a batch once more: what is there counts as duplicate, the rest is taken. */
static inline bool
send_again(struct record *record, struct machine *machine, struct batch_record *batch)
{
	struct ingest_counts counts = { 0 };
	uint32_t             count  = batch_count(batch->writer, batch->batch);
	enum err             err    = machine_send(machine, batch->writer, batch->batch, &counts);
	if (err != ERR_NONE)
		return record_differs(record, "sending %u-%u again: %s", batch->writer,
		                      batch->batch, err_name(err).at);
	if (counts.accepted != count - batch->seen || counts.duplicate != batch->seen ||
	    counts.conflicting != 0 || counts.rejected != 0)
		return record_differs(record,
		                      "batch %u-%u sent again, %u of %u there: %llu accepted, "
		                      "%llu duplicate, %llu conflicting, %llu rejected",
		                      batch->writer, batch->batch, batch->seen, count,
		                      (unsigned long long)counts.accepted,
		                      (unsigned long long)counts.duplicate,
		                      (unsigned long long)counts.conflicting,
		                      (unsigned long long)counts.rejected);
	batch->fate = FATE_ACKED;
	return true;
}

static inline bool
usage_of(struct machine *machine, unsigned account, struct span module, struct arena *arena,
         struct span *answer, struct refusal *refusal)
{
	char id[8];
	snprintf(id, sizeof id, "a%u", account);
	struct question question = { .account = span_of(id),
		                     .module  = module,
		                     .at      = SPAN("2025-06-30T00:00:00Z") };
	return engine_usage(machine->engine, &question, arena, answer, refusal) == ERR_NONE;
}

static inline bool
compare_usage(struct record *record, struct machine *machine)
{
	const struct span modules[] = { SPAN(""), SPAN("CD") };
	struct refusal    refusal   = { .err = ERR_NONE };
	struct arena      arena;
	bool              same = true;
	arena_open(&arena, system_memory());
	for (unsigned i = 0; i < ACCOUNTS * 2 && same; i++) {
		struct span got, want;
		if (!usage_of(machine, i / 2, modules[i % 2], &arena, &got, &refusal) ||
		    !usage_of(&record->model, i / 2, modules[i % 2], &arena, &want, &refusal))
			same = record_differs(record, "usage: %s", refusal.detail);
		else if (!span_equal(got, want))
			same = record_differs(record, "usage of a%u %s differs from the model",
			                      i / 2, modules[i % 2].at);
		arena_reset(&arena);
	}
	arena_close(&arena);
	return same;
}

static inline bool
compare_verify(struct record *record, struct machine *machine)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct arena   arena;
	struct span    answer;
	arena_open(&arena, system_memory());
	enum err err = engine_verify(machine->engine, NULL, NULL, &arena, &answer, &refusal);
	arena_close(&arena);
	return err == ERR_NONE ? true : record_differs(record, "verify: %s", refusal.detail);
}

static inline bool
compare_accounts(struct record *record, struct machine *machine)
{
	struct arena arena;
	struct span  answer;
	bool         there = true;
	arena_open(&arena, system_memory());
	for (unsigned i = 0; i < ACCOUNTS && there && record->ready; i++) {
		char id[8];
		snprintf(id, sizeof id, "a%u", i);
		if (engine_account_get(machine->engine, span_of(id), &arena, &answer, NULL) !=
		    ERR_NONE)
			there = record_differs(record, "account %s was acknowledged and is gone",
			                       id);
	}
	arena_close(&arena);
	return there;
}

/* The model gets what the store has by now. */
static inline void
model_follow(struct record *record)
{
	struct ingest_counts counts;
	for (; record->told < record->count; record->told++) {
		const struct batch_record *batch = &record->batches[record->told];
		CHECK(machine_send(&record->model, batch->writer, batch->batch, &counts) ==
		      ERR_NONE);
	}
}

enum { AGAIN = 3 }; /* acknowledged batches that are sent again on purpose */

/* Everything that can be compared: what was promised, what is counted twice, what is
 * counted at all. Settles every unacknowledged batch by sending it again. */
static inline bool
record_compare(struct record *record, struct machine *machine)
{
	uint32_t acked = 0;
	if (record->why[0] != '\0' || !compare_accounts(record, machine))
		return false;
	if (machine_accounts(machine) != ERR_NONE)
		return record_differs(record, "accounts cannot be put");
	record->ready = true;
	if (!compare_events(record, machine, "after the restart"))
		return false;
	for (uint32_t i = record->count; i-- > 0;) {
		struct batch_record *batch = &record->batches[i];
		if (batch->fate == FATE_ACKED && ++acked > AGAIN)
			continue;
		if (!send_again(record, machine, batch))
			return false;
	}
	model_follow(record);
	return compare_events(record, machine, "after sending again") &&
	       compare_usage(record, machine) && compare_verify(record, machine);
}

/* ---- a process that writes until it is stopped ---- */

struct writing {
	struct machine *machine;
	uint32_t        writer;
	uint32_t        batches; /* at most */
	bool            patient; /* sends again what a fault refused, until it is taken */
};

static inline void
say(const char *format, unsigned writer, unsigned batch)
{
	char line[64];
	int  size = snprintf(line, sizeof line, format, writer, batch);
	if (write(STDOUT_FILENO, line, (size_t)size) != size)
		_exit(9);
}

static inline bool
writing_send(const struct writing *writing, uint32_t batch, struct ingest_counts *counts)
{
	enum err err;
	while ((err = machine_send(writing->machine, writing->writer, batch, counts)) != ERR_NONE &&
	       writing->patient) {
		say("REFUSED %u %u\n", writing->writer, batch);
		sleep_us(20000);
	}
	return err == ERR_NONE;
}

static inline void *
writing_run(void *context)
{
	const struct writing *writing = context;
	for (uint32_t batch = 0; batch < writing->batches; batch++) {
		struct ingest_counts counts = { 0 };
		say("SEND %u %u\n", writing->writer, batch);
		if (!writing_send(writing, batch, &counts))
			break;
		if (counts.accepted + counts.duplicate != batch_count(writing->writer, batch) ||
		    (counts.duplicate > 0 && !writing->patient))
			say("counts are wrong for %u-%u\n", writing->writer, batch);
		say("ACK %u %u\n", writing->writer, batch);
	}
	return NULL;
}

/* writers first, first + 1, ...; the exit status is 3 when the store failed. */
static inline int
write_until_stopped(const char *directory, uint32_t first, uint32_t threads, uint32_t batches,
                    bool eager, bool patient)
{
	struct machine machine;
	struct refusal refusal = { .err = ERR_NONE };
	struct writing writings[8];
	pthread_t      handles[8];
	CHECK(threads <= 8);
	if (machine_open(&machine, directory, eager, &refusal) != ERR_NONE) {
		fprintf(stderr, "open: %s\n", refusal.detail);
		return 3;
	}
	if (machine_accounts(&machine) != ERR_NONE)
		return 3;
	say("READY\n", 0, 0);
	for (uint32_t i = 0; i < threads; i++) {
		writings[i] = (struct writing){ &machine, first + i, batches, patient };
		CHECK(pthread_create(&handles[i], NULL, writing_run, &writings[i]) == 0);
	}
	for (uint32_t i = 0; i < threads; i++)
		pthread_join(handles[i], NULL);
	machine_close(&machine);
	return 0;
}

/* This program again, with args; *output reads what it says. */
static inline pid_t
start_self(char *const *args, FILE **output)
{
	int pipes[2];
	if (pipe2(pipes, O_CLOEXEC) != 0)
		give_up("pipe");
	pid_t child = fork();
	if (child < 0)
		give_up("fork");
	if (child == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		execv("/proc/self/exe", args);
		_exit(127);
	}
	close(pipes[1]);
	*output = fdopen(pipes[0], "r");
	CHECK(*output != NULL);
	return child;
}

/* The next line that was said; false when nobody writes any more. */
static inline bool
record_hear(struct record *record, FILE *output)
{
	char line[400];
	if (!fgets(line, sizeof line, output))
		return false;
	size_t size = strlen(line);
	/* A line is written in one piece: one without its end was never said. */
	if (line[size - 1] != '\n')
		return false;
	line[size - 1] = '\0';
	record_line(record, line);
	return true;
}

static inline void
record_hear_all(struct record *record, FILE *output)
{
	while (record_hear(record, output))
		;
	fclose(output);
}

/* ---- directories ---- */

static inline int
remove_entry(const char *path, const struct stat *about, int kind, struct FTW *walk)
{
	(void)about;
	(void)kind;
	(void)walk;
	return remove(path);
}

static inline void
remove_tree(const char *path)
{
	nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* A new directory under CRASH_DIR; without it in memory, where syncing costs nothing:
 * what a process wrote outlives its death either way. */
static inline void
make_scratch(char *path, size_t size)
{
	const char *base = getenv("CRASH_DIR");
	if (base == NULL)
		base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	snprintf(path, size, "%s/tally-crash-XXXXXX", base);
	if (!mkdtemp(path))
		give_up(path);
}

#endif
