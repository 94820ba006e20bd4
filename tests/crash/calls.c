/* calls.c - each call that changes a file, in turn: killed there, or refused there.
 *
 *   calls kill  STEP [OFFSET]   killed before every STEPth call, and in the midst of writes
 *   calls fault STEP [OFFSET]   every STEPth call fails: EIO, ENOSPC, a short write; once,
 *                               or it and what follows for a while
 *
 * Two scripts: the first start of a store with a few batches and a close; and the start
 * of one that holds events, with checkpoints, joined blocks, sealed identities and a
 * close. After each point the store is opened again and held against the record. While
 * a fault stands nothing may be acknowledged, and when it is gone the same process goes
 * on. The last line is "N passed, N failed". */
#include "disk.h"

enum harm { HARM_COUNT, HARM_KILL, HARM_TEAR, HARM_EIO, HARM_ENOSPC, HARM_SHORT, HARM_LONG };
enum { LONG_MS = 1200, TRIES_MAX = 600, SCRIPTS = 2 };

static const char *const harm_names[] = { "count",  "kill",        "tear",           "EIO",
	                                  "ENOSPC", "short write", "ENOSPC for long" };

/* What the script process does at which call; of one process, set before its threads
 * begin. */
static struct {
	enum harm        harm;
	uint64_t         at;    /* the call that is harmed */
	uint64_t         calls; /* so far */
	uint64_t         until_ms;
	bool             doubt;   /* a write or sync failed, and no recovery has begun since */
	_Atomic uint64_t retried; /* good syncs of the WAL all the same: they prove nothing */
} plan;

static void
call_fail(struct disk_call *call, int error)
{
	call->error = error;
	if (call->kind == DISK_WRITE || call->kind == DISK_SYNC)
		plan.doubt = true;
}

/* A recovery asks which parts of tally.db are lost, when the WAL is a new file already. */
static void
call_judge(const struct disk_call *call)
{
	if (call->kind == DISK_EXTENTS)
		plan.doubt = false;
	if (call->kind == DISK_SYNC && call->error == 0 && strcmp(call->name, "tally.db-wal") == 0)
		plan.retried += plan.doubt;
}

static void
call_tear(const struct disk_call *call)
{
	char path[300];
	snprintf(path, sizeof path, "%s/%s", disk.directory, call->name);
	int handle = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY);
	syscall(SYS_pwrite64, handle, call->bytes, call->size / 2, call->offset);
	kill(getpid(), SIGKILL);
}

static void
call_spoil(struct disk_call *call)
{
	bool here = ++plan.calls == plan.at;
	if (plan.harm == HARM_LONG && plan.until_ms > 0 && now_ms() < plan.until_ms)
		call_fail(call, ENOSPC);
	if (!here)
		return;
	switch (plan.harm) {
	case HARM_KILL:
		kill(getpid(), SIGKILL);
		break;
	case HARM_TEAR:
		if (call->kind == DISK_WRITE)
			call_tear(call);
		break;
	case HARM_EIO:
		call_fail(call, EIO);
		break;
	case HARM_ENOSPC:
		call_fail(call, ENOSPC);
		break;
	case HARM_SHORT:
		call->size_taken = call->size / 2;
		break;
	case HARM_LONG:
		plan.until_ms = now_ms() + LONG_MS;
		call_fail(call, ENOSPC);
		break;
	case HARM_COUNT:
		break;
	}
}

static void
call_harm(struct disk_call *call)
{
	call_spoil(call);
	call_judge(call);
}

/* ---- the script, in a process of its own ---- */

/* Open, again while the fault stands. */
static bool
script_open(struct machine *machine, const char *directory)
{
	struct refusal refusal = { .err = ERR_NONE };
	for (int i = 0; i < TRIES_MAX; i++) {
		enum err err = machine_open(machine, directory, true, &refusal);
		if (err == ERR_NONE)
			return true;
		if (err != ERR_STORE_IO && err != ERR_STORE_FULL)
			break;
		sleep_us(5000);
	}
	say("cannot open\n", 0, 0);
	fprintf(stderr, "open: %s\n", refusal.detail);
	return false;
}

/* Until it is taken. An answer "taken" that rests on a sync after a fault is a lie. */
static bool
script_send(struct machine *machine, uint32_t writer, uint32_t batch)
{
	say("SEND %u %u\n", writer, batch);
	for (int i = 0; i < TRIES_MAX; i++) {
		struct ingest_counts counts = { 0 };
		enum err             err    = machine_send(machine, writer, batch, &counts);
		if (err == ERR_NONE && plan.retried > 0)
			say("acknowledged %u-%u over a failed call\n", writer, batch);
		if (err == ERR_NONE) {
			say("ACK %u %u\n", writer, batch);
			return true;
		}
		if (err != ERR_STORE_IO && err != ERR_STORE_FULL)
			break;
		if (i == 0)
			say("REFUSED %u %u\n", writer, batch);
		sleep_us(5000);
	}
	say("%u-%u is never taken\n", writer, batch);
	return false;
}

static bool
script_accounts(struct machine *machine)
{
	for (int i = 0; i < TRIES_MAX; i++) {
		if (machine_accounts(machine) == ERR_NONE) {
			say("READY\n", 0, 0);
			return true;
		}
		sleep_us(5000);
	}
	say("accounts are never taken\n", 0, 0);
	return false;
}

/* Until blocks were joined, or a while has passed: joining begins when nothing else is
 * to do. */
static void
script_rest(void)
{
	sleep_us(260000);
}

static int
script_run(char **args)
{
	struct machine machine;
	uint32_t       writer  = (uint32_t)atoi(args[1]);
	uint32_t       batches = (uint32_t)atoi(args[2]);
	bool           rest    = atoi(args[3]) != 0;
	plan.harm              = (enum harm)atoi(args[4]);
	plan.at                = strtoull(args[5], NULL, 10);
	disk_watch(args[0], call_harm);
	if (!script_open(&machine, args[0]) || !script_accounts(&machine))
		return 3;
	for (uint32_t i = 0; i < batches; i++)
		if (!script_send(&machine, writer, i))
			return 3;
	if (rest)
		script_rest();
	if (rest && !script_send(&machine, writer, batches))
		return 3;
	machine_close(&machine);
	fprintf(stderr, "CALLS %llu\n", (unsigned long long)plan.calls);
	return 0;
}

/* ---- one point ---- */

struct trial {
	char     directory[200];
	char     base[200]; /* a store that holds events, copied for each point */
	uint32_t script;
	uint32_t passed;
	uint32_t failed;
	uint64_t refusals; /* batches that met a fault at first */
};

static void
copy_file(const char *from, const char *to)
{
	char   *bytes = malloc(1 << 20);
	ssize_t size;
	int     in  = (int)syscall(SYS_openat, AT_FDCWD, from, O_RDONLY);
	int     out = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (in < 0 || out < 0)
		give_up(from);
	while ((size = read(in, bytes, 1 << 20)) > 0)
		if (write(out, bytes, (size_t)size) != size)
			give_up(to);
	syscall(SYS_close, in);
	syscall(SYS_close, out);
	free(bytes);
}

enum { BASE_BATCHES = 40 };

/* The base holds batches 0..39 of writer 0. */
static void
base_make(struct trial *trial)
{
	struct machine       machine;
	struct ingest_counts counts;
	struct refusal       refusal = { .err = ERR_NONE };
	CHECK(machine_open(&machine, trial->base, true, &refusal) == ERR_NONE);
	CHECK(machine_accounts(&machine) == ERR_NONE);
	for (uint32_t i = 0; i < BASE_BATCHES; i++)
		CHECK(machine_send(&machine, 0, i, &counts) == ERR_NONE);
	machine_close(&machine);
}

static void
trial_begin(struct trial *trial, struct record *record)
{
	record_open(record);
	remove_tree(trial->directory);
	if (trial->script == 0)
		return;
	char from[300], to[300];
	if (mkdir(trial->directory, 0700) != 0)
		give_up(trial->directory);
	snprintf(from, sizeof from, "%s/tally.db", trial->base);
	snprintf(to, sizeof to, "%s/tally.db", trial->directory);
	copy_file(from, to);
	record->ready = true;
	for (uint32_t i = 0; i < BASE_BATCHES; i++) {
		record_sent(record, 0, i);
		record_acked(record, 0, i);
	}
}

/* Run the script; its calls when it came to its end, 0 when it was killed. */
static uint64_t
trial_script(struct trial *trial, enum harm harm, uint64_t at, struct record *record)
{
	char  batches[16], rest[4], harm_text[16], at_text[24];
	FILE *output;
	snprintf(batches, sizeof batches, "%u", trial->script == 0 ? 6 : 20);
	snprintf(rest, sizeof rest, "%u", trial->script);
	snprintf(harm_text, sizeof harm_text, "%d", (int)harm);
	snprintf(at_text, sizeof at_text, "%llu", (unsigned long long)at);
	char *args[] = { (char[]){ "calls" },
		         (char[]){ "script" },
		         trial->directory,
		         (char[]){ "1" },
		         batches,
		         rest,
		         harm_text,
		         at_text,
		         NULL };
	char  path[300], text[64] = "";
	snprintf(path, sizeof path, "%s.said", trial->directory);
	int errors = dup(STDERR_FILENO);
	int said   = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	dup2(said, STDERR_FILENO);
	pid_t child = start_self(args, &output);
	dup2(errors, STDERR_FILENO);
	record_hear_all(record, output);
	int status;
	waitpid(child, &status, 0);
	unsigned long long calls = 0;
	if (pread(said, text, sizeof text - 1, 0) > 0)
		sscanf(text, "CALLS %llu", &calls);
	syscall(SYS_close, said);
	syscall(SYS_close, errors);
	bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
	if (!killed && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
		record_differs(record, "the script ended with %#x: %s", (unsigned)status, text);
	if (killed && harm != HARM_KILL && harm != HARM_TEAR)
		record_differs(record, "the script was killed");
	return calls;
}

/* Returns the number of calls of a script that was not killed. */
static uint64_t
trial_point(struct trial *trial, enum harm harm, uint64_t at)
{
	struct record  record;
	struct machine machine;
	struct refusal refusal = { .err = ERR_NONE };
	trial_begin(trial, &record);
	uint64_t calls = trial_script(trial, harm, at, &record);
	if (machine_open(&machine, trial->directory, true, &refusal) != ERR_NONE) {
		record_differs(&record, "open: %s", refusal.detail);
	} else {
		record_compare(&record, &machine);
		machine_close(&machine);
	}
	if (record.why[0] == '\0') {
		trial->passed++;
	} else {
		trial->failed++;
		printf("script %u, %s at call %llu: %s\n", trial->script, harm_names[harm],
		       (unsigned long long)at, record.why);
	}
	trial->refusals += record.refusals;
	record_close(&record);
	return calls;
}

/* Every step-th call until the script ends before the point comes. */
static void
trial_harm(struct trial *trial, enum harm harm, uint64_t calls, uint64_t step, uint64_t offset)
{
	for (uint64_t at = 1 + offset % step; at <= calls && trial->failed < 20; at += step)
		trial_point(trial, harm, at);
}

int
main(int count, char **args)
{
	struct trial trial = { .script = 0 };
	char         scratch[160];
	if (count == 8 && strcmp(args[1], "script") == 0)
		return script_run(args + 2);
	if (count < 3)
		return 2;
	bool     faults = strcmp(args[1], "fault") == 0;
	uint64_t step   = strtoull(args[2], NULL, 10);
	uint64_t offset = count > 3 ? strtoull(args[3], NULL, 10) : 0;
	make_scratch(scratch, sizeof scratch);
	snprintf(trial.directory, sizeof trial.directory, "%s/store", scratch);
	snprintf(trial.base, sizeof trial.base, "%s/base", scratch);
	base_make(&trial);
	for (trial.script = 0; trial.script < SCRIPTS; trial.script++) {
		uint64_t calls = trial_point(&trial, HARM_COUNT, 0);
		printf("script %u: %llu calls\n", trial.script, (unsigned long long)calls);
		enum harm first = faults ? HARM_EIO : HARM_KILL,
			  last  = faults ? HARM_SHORT : HARM_TEAR;
		for (enum harm harm = first; harm <= last; harm++)
			trial_harm(&trial, harm, calls, step, offset);
		if (faults)
			trial_harm(&trial, HARM_LONG, calls, step * 8, offset);
	}
	remove_tree(scratch);
	if (faults)
		printf("%llu batches were refused at first and taken later\n",
		       (unsigned long long)trial.refusals);
	printf("%u passed, %u failed\n", trial.passed, trial.failed);
	return trial.failed > 0;
}
