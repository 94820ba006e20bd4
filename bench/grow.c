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
#include <unistd.h>

#include "edge/sys/memory.h"
#include "engine/local.h"
#include "made.h"
#include "measure.h"

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

/* Seconds of wall and of processor time. */
struct spent {
	double wall_s, cpu_s;
};

static struct spent
million_time(struct growing *growing)
{
	struct spent spent = { now_s(CLOCK_MONOTONIC), now_s(CLOCK_PROCESS_CPUTIME_ID) };

	million_send(growing);
	spent.wall_s = now_s(CLOCK_MONOTONIC) - spent.wall_s;
	spent.cpu_s  = now_s(CLOCK_PROCESS_CPUTIME_ID) - spent.cpu_s;
	return spent;
}

/* The share is the rate of the last ten millions by that of the first one; of processor
 * time it is steadier on a machine with other work. */
static void
grow(struct growing *growing, const struct made *made)
{
	uint64_t     millions = made->events / MILLION, tail = millions < 10 ? millions : 10;
	struct spent first = { 0, 0 }, last = { 0, 0 };
	double       sum_s = 0, most_mb = 0;

	for (uint64_t i = 0; i < millions; i++) {
		million_make(growing, made, i * MILLION);
		struct spent spent = million_time(growing);
		double       mb    = resident_mb(getpid());
		first              = i == 0 ? spent : first;
		most_mb            = mb > most_mb ? mb : most_mb;
		sum_s += spent.wall_s;
		if (i + tail >= millions) {
			last.wall_s += spent.wall_s / (double)tail;
			last.cpu_s += spent.cpu_s / (double)tail;
		}
		printf("million %llu rate %.0f events/s cpu %.2f s resident %.0f MB\n",
		       (unsigned long long)(i + 1), MILLION / spent.wall_s, spent.cpu_s, mb);
		(void)fflush(stdout);
	}
	printf("all rate %.0f first %.0f last %.0f share %.2f cpu share %.2f memory %.0f MB\n",
	       (double)made->events / sum_s, MILLION / first.wall_s, MILLION / last.wall_s,
	       first.wall_s / last.wall_s, first.cpu_s / last.cpu_s, most_mb);
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
