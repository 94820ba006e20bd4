/* kill.c - kill -9 at random moments under load, restart, compare.
 *
 *   kill ROUNDS [SEED]
 *
 * Each round a process writes batches of 1 to 200 events with several threads, is killed
 * somewhere between its start and its clean end, and the store is opened again and held
 * against the record. Every EPOCH rounds begin with a store that does not exist yet. The
 * last line is "N passed, N failed". */
#include "load.h"

enum { EPOCH = 20, THREADS_MAX = 4 };

struct round {
	char     directory[200];
	uint64_t seed;
	uint32_t number;
	bool     eager;
	uint32_t killed; /* rounds in which the process did not end by itself */
};

/* Write until killed or done; the record hears everything that was said. */
static void
round_write(struct round *round, struct record *record)
{
	char     first[16], threads[16], batches[16], eager[4];
	uint64_t chance = draw(&round->seed);
	/* One round in four is short, so that the kill may hit the closing. */
	bool brief = chance % 4 == 0;
	snprintf(first, sizeof first, "%u", round->number * THREADS_MAX);
	snprintf(threads, sizeof threads, "%u", 1 + (unsigned)(chance >> 8) % THREADS_MAX);
	snprintf(batches, sizeof batches, "%u", brief ? 1 + (unsigned)(chance >> 16) % 8 : 100000);
	snprintf(eager, sizeof eager, "%u", round->eager);
	char *args[] = { (char[]){ "kill" },
		         (char[]){ "write" },
		         round->directory,
		         first,
		         threads,
		         batches,
		         eager,
		         NULL };
	FILE *output;
	pid_t child = start_self(args, &output);
	/* Mostly while it writes, sometimes while it starts. */
	if (draw(&round->seed) % 5 != 0)
		record_hear(record, output);
	sleep_us(draw(&round->seed) % 50000);
	kill(child, SIGKILL);
	record_hear_all(record, output);
	int status;
	waitpid(child, &status, 0);
	round->killed += WIFSIGNALED(status) ? 1 : 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		record_differs(record, "the writing process ended with %d", WEXITSTATUS(status));
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		record_differs(record, "the writing process died of signal %d", WTERMSIG(status));
}

static bool
round_compare(struct round *round, struct record *record)
{
	struct machine machine;
	struct refusal refusal = { .err = ERR_NONE };
	if (machine_open(&machine, round->directory, round->eager, &refusal) != ERR_NONE)
		return record_differs(record, "open: %s", refusal.detail);
	bool same = record_compare(record, &machine);
	machine_close(&machine);
	return same;
}

static uint32_t
epoch_run(struct round *round, uint32_t rounds, uint64_t *acks)
{
	struct record record;
	uint32_t      passed = 0;
	record_open(&record);
	for (uint32_t i = 0; i < rounds; i++, round->number++) {
		uint64_t seed = round->seed;
		round->eager  = draw(&round->seed) % 2;
		round_write(round, &record);
		if (round_compare(round, &record)) {
			passed++;
			continue;
		}
		/* The store cannot be trusted any more: the epoch ends here. */
		printf("round %u, seed %llu: %s\n", round->number, (unsigned long long)seed,
		       record.why);
		round->number++;
		break;
	}
	*acks += record.acks;
	record_close(&record);
	remove_tree(round->directory);
	return passed;
}

int
main(int count, char **args)
{
	if (count == 7 && strcmp(args[1], "write") == 0)
		return write_until_stopped(args[2], (uint32_t)atoi(args[3]),
		                           (uint32_t)atoi(args[4]), (uint32_t)atoi(args[5]),
		                           atoi(args[6]) != 0, false);
	if (count < 2)
		return 2;
	uint32_t     rounds = (uint32_t)atoi(args[1]), passed = 0, done = 0, failed = 0;
	uint64_t     acks = 0;
	char         scratch[160];
	struct round round = { .seed = count > 2 ? strtoull(args[2], NULL, 10) : now_ms() };
	make_scratch(scratch, sizeof scratch);
	snprintf(round.directory, sizeof round.directory, "%s/store", scratch);
	while (done < rounds && failed < 5) {
		uint32_t some = rounds - done < EPOCH ? rounds - done : EPOCH;
		uint32_t good = epoch_run(&round, some, &acks);
		passed += good;
		failed += good < some;
		done += some;
	}
	remove_tree(scratch);
	printf("kill: %u processes killed, %llu batches acknowledged\n", round.killed,
	       (unsigned long long)acks);
	printf("%u passed, %u failed\n", passed, failed);
	return failed > 0;
}
