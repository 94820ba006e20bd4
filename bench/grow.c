/* grow.c - memory and rate of a store that grows and grows (P9).
 *
 *     grow EVENTS DIRECTORY
 *
 * Makes a million events in memory, then times how long the engine takes to have them on
 * disk, again and again; making them is not timed. Each million is sent as batches of
 * ten thousand, eight on their way at once. Afterwards one
 * event of each million is sent again: each must be a duplicate. */
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "edge/sys/memory.h"
#include "engine/local.h"
#include "made.h"

enum { MILLION = 1000000, BATCH = 10000, BATCHES = MILLION / BATCH, SENDERS = 8 };

struct growing {
	struct engine  *engine;
	char           *text;
	size_t          from[BATCHES + 1];
	uint64_t        accepted, duplicate;
	uint32_t        next;
	pthread_mutex_t lock;
};

_Noreturn static void
fail(const char *what, const struct refusal *refusal)
{
	fprintf(stderr, "grow: %s: %s %s\n", what, refusal->field, refusal->detail);
	exit(1);
}

static double
now_s(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double
resident_mb(void)
{
	char   line[256];
	double mb   = 0;
	FILE  *file = fopen("/proc/self/status", "r");
	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "VmRSS:", 6) == 0)
			mb = atof(line + 6) / 1024;
	}
	if (file)
		(void)fclose(file);
	return mb;
}

static void
million_make(struct growing *growing, const struct made *made, uint64_t first)
{
	size_t size = 0;
	for (uint32_t i = 0; i < MILLION; i++) {
		if (i % BATCH == 0)
			growing->from[i / BATCH] = size;
		size += made_write(made, first + i, growing->text + size);
	}
	growing->from[BATCHES] = size;
}

/* Send batches and wait for each until there is none left. */
static void *
sender_run(void *context)
{
	struct growing *growing = context;
	struct refusal  refusal = { .err = ERR_NONE };

	pthread_mutex_lock(&growing->lock);
	while (growing->next < BATCHES) {
		size_t        from   = growing->from[growing->next];
		size_t        until  = growing->from[++growing->next];
		struct ingest ingest = {
			.body   = { growing->text + from, until - from },
			.format = FORMAT_NDJSON,
		};
		pthread_mutex_unlock(&growing->lock);
		if (engine_ingest_wait(growing->engine, &ingest, &refusal) != ERR_NONE ||
		    ingest.counts.rejected > 0)
			fail("ingest", &refusal);
		ingest_release(growing->engine, &ingest);
		pthread_mutex_lock(&growing->lock);
		growing->accepted += ingest.counts.accepted;
		growing->duplicate += ingest.counts.duplicate;
	}
	pthread_mutex_unlock(&growing->lock);
	return NULL;
}

static void
million_send(struct growing *growing)
{
	pthread_t senders[SENDERS];

	growing->next = 0;
	for (int i = 0; i < SENDERS; i++) {
		if (pthread_create(&senders[i], NULL, sender_run, growing) != 0)
			abort();
	}
	for (int i = 0; i < SENDERS; i++)
		pthread_join(senders[i], NULL);
}

static void
accounts_put(struct engine *engine, const struct made *made)
{
	struct change  change  = { .actor = SPAN("bench") };
	struct refusal refusal = { .err = ERR_NONE };
	struct arena   arena;
	struct span    answer;

	arena_open(&arena, system_memory());
	for (uint32_t i = 0; i < made->accounts; i++) {
		char json[128];
		snprintf(json, sizeof(json),
		         "{\"id\":\"acct-%03u\",\"name\":\"A\",\"currency\":\"USD\"}", i);
		if (engine_account_put(engine, &change, span_of(json), &arena, &answer, &refusal) !=
		    ERR_NONE)
			fail("account", &refusal);
	}
	arena_close(&arena);
}

/* One of every million, in one batch: how many were known. */
static uint64_t
old_ones_send(struct growing *growing, const struct made *made)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct ingest  ingest  = { .format = FORMAT_NDJSON };
	size_t         size    = 0;

	for (uint64_t k = 4711; k < made->events; k += MILLION)
		size += made_write(made, k, growing->text + size);
	ingest.body = (struct span){ growing->text, size };
	if (engine_ingest_wait(growing->engine, &ingest, &refusal) != ERR_NONE)
		fail("ingest", &refusal);
	uint64_t known = ingest.counts.duplicate;
	ingest_release(growing->engine, &ingest);
	return known;
}

/* What the stream repeats, by its own making. */
static uint64_t
repeats_count(uint64_t events)
{
	uint64_t repeats = 0;
	for (uint64_t k = 0; k < events; k++)
		repeats += made_is_repeat(k);
	return repeats;
}

static void
grow(struct growing *growing, const struct made *made)
{
	double first_rate = 0, sum_s = 0, tail_s = 0, most_mb = 0;

	for (uint64_t k = 0; k < made->events; k += MILLION) {
		million_make(growing, made, k);
		double begun = now_s(CLOCK_MONOTONIC), cpu = now_s(CLOCK_PROCESS_CPUTIME_ID);
		million_send(growing);
		double spent_s = now_s(CLOCK_MONOTONIC) - begun, mb = resident_mb();
		cpu        = now_s(CLOCK_PROCESS_CPUTIME_ID) - cpu;
		first_rate = k == 0 ? MILLION / spent_s : first_rate;
		most_mb    = mb > most_mb ? mb : most_mb;
		sum_s += spent_s;
		tail_s += (k + 10 * (uint64_t)MILLION >= made->events) ? spent_s : 0;
		printf("million %llu rate %.0f events/s cpu %.2f s resident %.0f MB\n",
		       (unsigned long long)(k / MILLION + 1), MILLION / spent_s, cpu, mb);
		(void)fflush(stdout);
	}
	uint64_t tail  = made->events < 10 * MILLION ? made->events : 10 * MILLION;
	double   share = (double)tail / tail_s / first_rate;
	printf("all rate %.0f first %.0f last %.0f share %.2f memory %.0f MB\n",
	       (double)made->events / sum_s, first_rate, (double)tail / tail_s, share, most_mb);
}

int
main(int count, char **arguments)
{
	struct made          made = { .events   = count == 3 ? strtoull(arguments[1], NULL, 10) : 0,
		                      .accounts = 100 };
	struct local         local;
	struct refusal       refusal = { .err = ERR_NONE };
	struct local_options options = { .settings = engine_settings_default() };

	if (made.events == 0 || made.events % MILLION != 0) {
		fprintf(stderr, "usage: grow EVENTS (whole millions) DIRECTORY\n");
		return 2;
	}
	options.directory = arguments[2];
	if (local_open(&options, &local, &refusal) != ERR_NONE)
		fail("open", &refusal);
	struct growing *growing = calloc(1, sizeof(*growing));
	if (!growing || !(growing->text = malloc((size_t)MILLION * MADE_EVENT_ROOM)))
		abort();
	growing->engine = local.engine;
	pthread_mutex_init(&growing->lock, NULL);
	accounts_put(local.engine, &made);
	grow(growing, &made);
	uint64_t repeats = repeats_count(made.events), old = old_ones_send(growing, &made);
	bool right = growing->duplicate == repeats && growing->accepted == made.events - repeats &&
	             old == made.events / MILLION;
	printf("accepted %llu duplicate %llu old ones known %llu: %s\n",
	       (unsigned long long)growing->accepted, (unsigned long long)growing->duplicate,
	       (unsigned long long)old, right ? "right" : "WRONG");
	local_close(&local);
	free(growing->text);
	free(growing);
	return right ? 0 : 1;
}
