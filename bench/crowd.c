/* crowd.c - exact monthly active users, asked while they come in (P5).
 *
 *     crowd EVALUATIONS TARGETS DIRECTORY    into a new store, with times
 *     crowd rows EVALUATIONS TARGETS FILE    the same as lines "target,hour"
 *
 * Evaluations of June 2025 by targets drawn at random; each is an event with an id of its
 * own, its target a UUID. They are made in memory, a million at a time, and sent as batches
 * of ten thousand, eight on their way at once; making them is not timed. Meanwhile another
 * thread asks for the figure again and again. A plain array that notes the first hour of
 * each target says what is right, at the end for every hour of the month. */
#define _GNU_SOURCE /* memmem */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "edge/sys/memory.h"
#include "engine/local.h"
#include "made.h"
#include "measure.h"

enum {
	MILLION   = 1000000,
	BATCH     = 10000,
	BATCHES   = MILLION / BATCH,
	SENDERS   = 8,
	ROOM      = 320,
	TIMES_MAX = 200000,
	PAUSE_MS  = 5, /* between two questions while events come in */
};

struct crowding {
	struct engine  *engine;
	uint64_t        events, targets;
	uint16_t       *first; /* by target: 1 and its first hour, 0 not seen */
	uint64_t        counts[MADE_HOURS];
	char           *text;
	size_t          from[BATCHES + 1];
	uint32_t        next;
	pthread_mutex_t lock;
	bool            done;
	double         *times_ms; /* of questions */
	uint32_t        times_count;
};

_Noreturn static void
fail(const char *what, const struct refusal *refusal)
{
	fprintf(stderr, "crowd: %s: %s %s\n", what, refusal->field, refusal->detail);
	exit(1);
}

/* ---- evaluations ---- */

static uint64_t
target_of(const struct crowding *crowding, uint64_t k)
{
	return made_mix(k) % crowding->targets;
}

static uint32_t
hour_in_month(const struct crowding *crowding, uint64_t k)
{
	return (uint32_t)((double)k * MADE_HOURS / (double)crowding->events);
}

/* Digits without printf, which would take most of the time. */
static char *
hex_write(char *at, uint64_t value, int digits)
{
	for (int i = digits; i > 0; i--)
		*at++ = "0123456789abcdef"[value >> 4 * (i - 1) & 15];
	return at;
}

static char *
text_write(char *at, const char *text)
{
	size_t size = strlen(text);
	memcpy(at, text, size);
	return at + size;
}

static char *
uuid_write(char *at, uint64_t a, uint64_t b)
{
	at    = hex_write(at, a >> 32, 8);
	*at++ = '-';
	at    = hex_write(at, a >> 16, 4);
	at    = text_write(at, "-4");
	at    = hex_write(at, a, 3);
	at    = text_write(at, "-a");
	at    = hex_write(at, b >> 48, 3);
	*at++ = '-';
	return hex_write(at, b, 12);
}

static char *
evaluation_write(const struct crowding *crowding, uint64_t k, char *at)
{
	uint64_t target = target_of(crowding, k), id = made_mix(~k);
	uint64_t who  = made_mix(target ^ UINT64_C(0x5555555555555555));
	uint32_t hour = hour_in_month(crowding, k), place = (uint32_t)(id % 3600);
	char     time[40];
	snprintf(time, sizeof(time), "2025-06-%02uT%02u:%02u:%02u.%03uZ", hour / 24 + 1, hour % 24,
	         place / 60, place % 60, (uint32_t)(id >> 40) % 1000);
	at = text_write(at, "{\"specversion\":\"1.0\",\"id\":\"");
	at = uuid_write(at, id, k);
	at = text_write(at, "\",\"source\":\"/sdk-");
	at = hex_write(at, target % 64, 2);
	at = text_write(at, "\",\"type\":\"ff.evaluation\",\"account\":\"acme\",\"subject\":\"");
	at = uuid_write(at, who, target);
	at = text_write(at, "\",\"time\":\"");
	at = text_write(at, time);
	return text_write(at, "\",\"data\":{\"environment\":\"production\"}}\n");
}

/* The hours rise, so the first evaluation of a target is its earliest. */
static void
million_make(struct crowding *crowding, uint64_t first, uint32_t count)
{
	char *at = crowding->text;
	for (uint32_t i = 0; i < count; i++) {
		uint64_t  k    = first + i;
		uint16_t *seen = &crowding->first[target_of(crowding, k)];
		if (i % BATCH == 0)
			crowding->from[i / BATCH] = (size_t)(at - crowding->text);
		at = evaluation_write(crowding, k, at);
		if (*seen != 0)
			continue;
		*seen = (uint16_t)(1 + hour_in_month(crowding, k));
		crowding->counts[*seen - 1]++;
	}
	crowding->from[(count + BATCH - 1) / BATCH] = (size_t)(at - crowding->text);
	crowding->next                              = 0;
}

static void
rows_write(struct crowding *crowding, const char *path)
{
	FILE *file = fopen(path, "w");
	bool  good = file != NULL;
	for (uint64_t k = 0; good && k < crowding->events; k++)
		good = fprintf(file, "%llu,%u\n", (unsigned long long)target_of(crowding, k),
		               hour_in_month(crowding, k)) > 0;
	if (!good || fclose(file) != 0) {
		fprintf(stderr, "crowd: cannot write %s\n", path);
		exit(1);
	}
}

/* ---- sending ---- */

struct sending {
	struct crowding *crowding;
	uint32_t         batches;
};

static void *
sender_run(void *context)
{
	struct sending  *sending  = context;
	struct crowding *crowding = sending->crowding;
	struct refusal   refusal  = { .err = ERR_NONE };

	pthread_mutex_lock(&crowding->lock);
	while (crowding->next < sending->batches) {
		size_t        from   = crowding->from[crowding->next];
		size_t        until  = crowding->from[++crowding->next];
		struct ingest ingest = {
			.body   = { crowding->text + from, until - from },
			.format = FORMAT_NDJSON,
		};
		pthread_mutex_unlock(&crowding->lock);
		if (engine_ingest_wait(crowding->engine, &ingest, &refusal) != ERR_NONE ||
		    ingest.counts.rejected > 0 || ingest.counts.duplicate > 0)
			fail("ingest", &refusal);
		ingest_release(crowding->engine, &ingest);
		pthread_mutex_lock(&crowding->lock);
	}
	pthread_mutex_unlock(&crowding->lock);
	return NULL;
}

static double
million_send(struct crowding *crowding, uint32_t count)
{
	struct sending sending = { crowding, (count + BATCH - 1) / BATCH };
	pthread_t      senders[SENDERS];
	double         begun = now_s(CLOCK_MONOTONIC);

	for (int i = 0; i < SENDERS; i++) {
		if (pthread_create(&senders[i], NULL, sender_run, &sending) != 0)
			abort();
	}
	for (int i = 0; i < SENDERS; i++)
		pthread_join(senders[i], NULL);
	return now_s(CLOCK_MONOTONIC) - begun;
}

/* ---- asking ---- */

static long long
figure_ask(struct engine *engine, uint32_t hour, struct arena *arena)
{
	char            at[40];
	struct question question = { .account = SPAN("acme"),
		                     .module  = SPAN("FF"),
		                     .unit    = SPAN("mau") };
	struct refusal  refusal  = { .err = ERR_NONE };
	struct span     answer;
	snprintf(at, sizeof(at), "2025-06-%02uT%02u:30:00Z", hour / 24 + 1, hour % 24);
	question.at = span_of(at);
	if (engine_usage(engine, &question, arena, &answer, &refusal) != ERR_NONE)
		fail("usage", &refusal);
	const char *used = memmem(answer.at, answer.size, "\"used\":", 7);
	return used ? strtoll(used + 7, NULL, 10) : -1;
}

static void
figure_time(struct crowding *crowding, uint32_t hour, struct arena *arena)
{
	double begun = now_s(CLOCK_MONOTONIC);
	(void)figure_ask(crowding->engine, hour, arena);
	if (crowding->times_count < TIMES_MAX)
		crowding->times_ms[crowding->times_count++] =
			(now_s(CLOCK_MONOTONIC) - begun) * 1e3;
	arena_reset(arena);
}

static bool
is_done(struct crowding *crowding)
{
	pthread_mutex_lock(&crowding->lock);
	bool done = crowding->done;
	pthread_mutex_unlock(&crowding->lock);
	return done;
}

static void *
asker_run(void *context)
{
	struct crowding *crowding = context;
	struct arena     arena;
	arena_open(&arena, system_memory());
	while (!is_done(crowding)) {
		figure_time(crowding, MADE_HOURS - 1, &arena);
		nanosleep(&(struct timespec){ .tv_nsec = PAUSE_MS * 1000000L }, NULL);
	}
	arena_close(&arena);
	return NULL;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void
times_print(struct crowding *crowding, const char *what)
{
	double  *times = crowding->times_ms;
	uint32_t count = crowding->times_count;
	qsort(times, count, sizeof(*times), compare);
	if (count > 0)
		printf("%s best %.3f ms median %.3f ms p99 %.3f ms of %u\n", what, times[0],
		       times[count / 2], times[count - 1 - count / 100], count);
	crowding->times_count = 0;
}

/* Every hour of the month against the plain count. */
static bool
figures_check(struct crowding *crowding)
{
	struct arena arena;
	uint64_t     right = 0;
	bool         good  = true;
	arena_open(&arena, system_memory());
	for (uint32_t hour = 0; hour < MADE_HOURS; hour++) {
		right += crowding->counts[hour];
		good &= figure_ask(crowding->engine, hour, &arena) == (long long)right;
		figure_time(crowding, hour, &arena);
	}
	arena_close(&arena);
	printf("used %llu\n", (unsigned long long)right);
	return good;
}

/* ---- the run ---- */

static void
account_put(struct engine *engine)
{
	struct change  change  = { .actor = SPAN("bench") };
	struct refusal refusal = { .err = ERR_NONE };
	struct span    json    = SPAN("{\"id\":\"acme\",\"name\":\"A\",\"currency\":\"USD\"}");
	struct arena   arena;
	struct span    answer;
	arena_open(&arena, system_memory());
	if (engine_account_put(engine, &change, json, &arena, &answer, &refusal) != ERR_NONE)
		fail("account", &refusal);
	arena_close(&arena);
}

/* What the books hold, of all that the process has in memory. */
static void
memory_print(struct crowding *crowding)
{
	struct engine_metrics metrics;
	engine_metrics(crowding->engine, &metrics);
	printf("books %.1f MB identities %.1f MB resident %.0f MB, of it the benchmark's own %.0f "
	       "MB\n",
	       (double)metrics.books_size / 1e6, (double)metrics.identity_size / 1e6,
	       resident_mb(getpid()),
	       ((double)MILLION * ROOM + (double)crowding->targets * 2 + TIMES_MAX * 8) / 1e6);
}

static bool
crowd_run(struct crowding *crowding)
{
	pthread_t asker;
	double    sum_s = 0, cpu_s = now_s(CLOCK_PROCESS_CPUTIME_ID), made_s = 0;

	if (pthread_create(&asker, NULL, asker_run, crowding) != 0)
		abort();
	for (uint64_t first = 0; first < crowding->events; first += MILLION) {
		uint64_t left  = crowding->events - first;
		uint32_t count = left < MILLION ? (uint32_t)left : MILLION;
		double   begun = now_s(CLOCK_THREAD_CPUTIME_ID);
		million_make(crowding, first, count);
		made_s += now_s(CLOCK_THREAD_CPUTIME_ID) - begun;
		double spent_s = million_send(crowding, count);
		sum_s += spent_s;
		printf("evaluations %llu rate %.0f events/s resident %.0f MB\n",
		       (unsigned long long)(first + count), count / spent_s, resident_mb(getpid()));
		(void)fflush(stdout);
	}
	pthread_mutex_lock(&crowding->lock);
	crowding->done = true;
	pthread_mutex_unlock(&crowding->lock);
	pthread_join(asker, NULL);
	cpu_s = now_s(CLOCK_PROCESS_CPUTIME_ID) - cpu_s - made_s;
	printf("all rate %.0f events/s, %.0f ns of processor time each\n",
	       (double)crowding->events / sum_s, cpu_s * 1e9 / (double)crowding->events);
	times_print(crowding, "meanwhile");
	bool good = figures_check(crowding);
	times_print(crowding, "standing");
	memory_print(crowding);
	return good;
}

static void
crowding_open(struct crowding *crowding, const char *events, const char *targets)
{
	crowding->events  = strtoull(events, NULL, 10);
	crowding->targets = strtoull(targets, NULL, 10);
	if (crowding->events == 0 || crowding->targets == 0) {
		fprintf(stderr, "crowd: no events or no targets\n");
		exit(2);
	}
	crowding->first    = calloc(crowding->targets, sizeof(*crowding->first));
	crowding->text     = malloc((size_t)MILLION * ROOM);
	crowding->times_ms = calloc(TIMES_MAX, sizeof(double));
	if (!crowding->first || !crowding->text || !crowding->times_ms)
		abort();
	pthread_mutex_init(&crowding->lock, NULL);
}

static bool
store_run(struct crowding *crowding, const char *directory)
{
	struct local         local;
	struct refusal       refusal = { .err = ERR_NONE };
	struct local_options options = { .directory = directory,
		                         .settings  = engine_settings_default() };
	if (local_open(&options, &local, &refusal) != ERR_NONE)
		fail("open", &refusal);
	crowding->engine = local.engine;
	account_put(local.engine);
	bool good = crowd_run(crowding);
	local_close(&local);

	double begun = now_s(CLOCK_MONOTONIC);
	if (local_open(&options, &local, &refusal) != ERR_NONE)
		fail("open", &refusal);
	crowding->engine = local.engine;
	printf("start %.0f ms\n", (now_s(CLOCK_MONOTONIC) - begun) * 1e3);
	good &= figures_check(crowding);
	memory_print(crowding);
	local_close(&local);
	printf("figures of %d hours, twice: %s\n", MADE_HOURS, good ? "right" : "WRONG");
	return good;
}

int
main(int count, char **arguments)
{
	static struct crowding crowding;
	bool                   rows = count == 5 && strcmp(arguments[1], "rows") == 0;
	bool                   good = true;

	if (!rows && count != 4) {
		fprintf(stderr, "usage: crowd EVALUATIONS TARGETS DIRECTORY\n"
		                "       crowd rows EVALUATIONS TARGETS FILE\n");
		return 2;
	}
	crowding_open(&crowding, arguments[rows ? 2 : 1], arguments[rows ? 3 : 2]);
	if (rows)
		rows_write(&crowding, arguments[4]);
	else
		good = store_run(&crowding, arguments[3]);
	free(crowding.first);
	free(crowding.text);
	free(crowding.times_ms);
	return good ? 0 : 1;
}
