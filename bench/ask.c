/* ask.c - figures of a store, and how long they take (P4).
 *
 *     ask figures DIRECTORY             "ACCOUNT USED" of CD at the end of June 2025
 *     ask time DIRECTORY ACCOUNT [N]    N times each: the summary, the figure, all rows
 *     ask modules DIRECTORY ACCOUNT     "MODULE UNIT USED" of its summary at that time
 *
 * In one process with the engine. Each question is about another hour than the one
 * before, so that nothing can be remembered. Times are taken when the engine has come
 * to rest after its start; processor time is that of the asking thread. */
#define _GNU_SOURCE /* memmem */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/json/json_read.h"
#include "edge/sys/memory.h"
#include "engine/local.h"

enum { TIMES_MAX = 1000, LAST_HOURS = 12 };

_Noreturn static void
fail(const struct refusal *refusal)
{
	fprintf(stderr, "ask: %s: %s\n", refusal->field, refusal->detail);
	exit(1);
}

static double
now_ms(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* The figure in an answer about one module. */
static long long
used_of(struct span answer)
{
	const char *at = memmem(answer.at, answer.size, "\"used\":", 7);
	return at ? strtoll(at + 7, NULL, 10) : -1;
}

static struct span
ask(struct engine *engine, const struct question *question, struct arena *arena)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	if (engine_usage(engine, question, arena, &answer, &refusal) != ERR_NONE)
		fail(&refusal);
	return answer;
}

static void
figures_print(struct engine *engine)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct arena   arena;
	struct span    answer;
	struct json   *root = NULL;

	arena_open(&arena, system_memory());
	if (engine_account_list(engine, SPAN(""), 100000, SPAN(""), &arena, &answer, &refusal) !=
	            ERR_NONE ||
	    json_parse(answer, &arena, &root, NULL) != ERR_NONE)
		fail(&refusal);
	const struct json *account = json_member(root, SPAN("accounts"))->first;
	for (; account; account = account->next) {
		struct question question = { .account = json_member(account, SPAN("id"))->text,
			                     .module  = SPAN("CD"),
			                     .at      = SPAN("2025-06-30"),
			                     .limit   = 1 };
		printf("%.*s %lld\n", (int)question.account.size, question.account.at,
		       used_of(ask(engine, &question, &arena)));
	}
	arena_close(&arena);
}

/* Wait until nothing goes on in the background any more. */
static void
rest_wait(void)
{
	double before, now = now_ms(CLOCK_PROCESS_CPUTIME_ID);
	do {
		before = now;
		nanosleep(&(struct timespec){ .tv_nsec = 200 * 1000000L }, NULL);
		now = now_ms(CLOCK_PROCESS_CPUTIME_ID);
	} while (now - before > 5);
}

static void
times_print(struct engine *engine, const char *what, struct question question, int count)
{
	static double times[TIMES_MAX], cpu[TIMES_MAX];
	struct arena  arena;
	size_t        size = 0;

	arena_open(&arena, system_memory());
	for (int i = 0; i < count; i++) {
		char   at[32];
		double begun = now_ms(CLOCK_MONOTONIC), used = now_ms(CLOCK_THREAD_CPUTIME_ID);
		snprintf(at, sizeof(at), "2025-06-30T%02d:30:00Z", 23 - i % LAST_HOURS);
		question.at = span_of(at);
		size        = ask(engine, &question, &arena).size;
		times[i]    = now_ms(CLOCK_MONOTONIC) - begun;
		cpu[i]      = now_ms(CLOCK_THREAD_CPUTIME_ID) - used;
		arena_reset(&arena);
	}
	arena_close(&arena);
	qsort(times, (size_t)count, sizeof(*times), compare);
	qsort(cpu, (size_t)count, sizeof(*cpu), compare);
	printf("%s best %.3f ms median %.3f ms cpu %.3f ms bytes %zu\n", what, times[0],
	       times[count / 2], cpu[count / 2], size);
}

static void
account_time(struct engine *engine, struct span account, int count)
{
	struct question question = { .account = account, .at = SPAN("2025-06-30T23:00:00Z") };
	struct arena    arena;

	arena_open(&arena, system_memory());
	question.module = SPAN("CD");
	printf("used %lld\n", used_of(ask(engine, &question, &arena)));
	arena_close(&arena);
	rest_wait();
	question.module = SPAN("");
	times_print(engine, "summary", question, count);
	question.module = SPAN("CD");
	question.limit  = 1;
	times_print(engine, "figure", question, count);
	question.limit = 0;
	times_print(engine, "rows", question, count);
}

static void
modules_print(struct engine *engine, struct span account)
{
	struct question question = { .account = account, .at = SPAN("2025-06-30") };
	struct arena    arena;
	struct json    *root = NULL;

	arena_open(&arena, system_memory());
	CHECK(json_parse(ask(engine, &question, &arena), &arena, &root, NULL) == ERR_NONE);
	const struct json *module = json_member(root, SPAN("modules"))->first;
	for (; module; module = module->next) {
		struct span name = json_member(module, SPAN("module"))->text;
		struct span unit = json_member(module, SPAN("unit"))->text;
		struct span used = json_member(module, SPAN("used"))->text;
		printf("%.*s %.*s %.*s\n", (int)name.size, name.at, (int)unit.size, unit.at,
		       (int)used.size, used.at);
	}
	arena_close(&arena);
}

int
main(int count, char **arguments)
{
	struct local         local;
	struct refusal       refusal = { .err = ERR_NONE };
	struct local_options options = { .must_exist = true,
		                         .settings   = engine_settings_default() };
	bool                 is_time = count >= 4 && strcmp(arguments[1], "time") == 0;
	bool                 modules = count == 4 && strcmp(arguments[1], "modules") == 0;
	int                  times   = count == 5 ? atoi(arguments[4]) : 50;

	if (!is_time && !modules && (count != 3 || strcmp(arguments[1], "figures") != 0)) {
		fprintf(stderr, "usage: ask figures DIRECTORY | ask time DIRECTORY ACCOUNT [N] | "
		                "ask modules DIRECTORY ACCOUNT\n");
		return 2;
	}
	options.directory = arguments[2];
	if (local_open(&options, &local, &refusal) != ERR_NONE)
		fail(&refusal);
	if (is_time)
		account_time(local.engine, span_of(arguments[3]),
		             times < 1 || times > TIMES_MAX ? 50 : times);
	else if (modules)
		modules_print(local.engine, span_of(arguments[3]));
	else
		figures_print(local.engine);
	local_close(&local);
	return 0;
}
