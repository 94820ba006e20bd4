/* flex.c - a Flex month of an account that uses every metric (P8).
 *
 *     flex KEYS MONTHS      keys of each metric; months of the contract before the one asked
 *
 * Each key of each metric has an event on every third day or so of every month, storage
 * reports every hour. Times are of the processor, as a month waits for nothing. The month is
 * asked a hundred times; what it must be follows from how it is made for one metric of each
 * fold. */
#define _GNU_SOURCE /* clock ids */
#include <stdlib.h>
#include <time.h>

#include "core/base/calendar.h"
#include "edge/doc/embed.h"
#include "edge/doc/yaml_catalog.h"
#include "edge/store/store_memory.h"
#include "edge/sys/memory.h"
#include "engine/engine.h"
#include "measure.h"

enum { ASKED = 100, DAYS = 10, LINE_MAX_SIZE = 400, BATCH = 20000 };

static const char *const types[][2] = {
	{ "cd.deployment", "\"deployment_type\":\"SSH\",\"status\":\"success\"" },
	{ "cd.stage", "" },
	{ "ci.build", "\"hosted\":true,\"os\":\"linux\",\"size\":\"medium\",\"minutes\":3" },
	{ "code.storage", "\"gigabytes\":2" },
	{ "iacm.stage", "" },
	{ "iacm.host", "" },
	{ "db.instance", "" },
	{ "ar.storage", "\"gigabytes\":3" },
	{ "idp.access", "" },
	{ "ff.request", "\"count\":100" },
	{ "ff.event", "\"count\":100" },
	{ "ce.experiment", "\"target_kind\":\"host\"" },
	{ "load.run", "" },
	{ "dr.run", "" },
	{ "test.execution", "" },
	{ "aisre.access", "" },
	{ "ai.tokens", "\"count\":1000" },
	{ "sto.scan", "" },
	{ "scs.step", "" },
	{ "sast.scan", "" },
	{ "sca.scan", "" },
	{ "api.tested", "" },
	{ "api.discovered", "" },
	{ "waap.protection", "\"count\":1000" },
	{ "waap.wap", "\"count\":1000" },
	{ "waap.bap", "\"count\":1000" },
	{ "ccm.spend", "\"amount\":5" },
	{ "access.granted", "\"module\":\"SEI\"" },
	{ "policy.evaluation", "" },
	{ "governance.roles", "\"count\":7" },
};
enum { TYPES = sizeof(types) / sizeof(types[0]) };

struct bench {
	struct engine *engine;
	struct arena   arena;
	struct instant now;
	char          *text;
	size_t         size;
	uint32_t       lines;
	uint64_t       sent;
	int32_t        start; /* of the contract, an hour */
};

_Noreturn static void
fail(const char *what, const struct refusal *refusal)
{
	fprintf(stderr, "flex: %s: %s %s\n", what, refusal->field, refusal->detail);
	exit(1);
}

static struct instant
clock_stands(void *context)
{
	return ((struct bench *)context)->now;
}

static void
batch_send(struct bench *bench)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct ingest  ingest  = { .body = { bench->text, bench->size }, .format = FORMAT_NDJSON };

	if (engine_ingest_wait(bench->engine, &ingest, &refusal) != ERR_NONE ||
	    ingest.counts.accepted != bench->lines)
		fail("ingest", &refusal);
	ingest_release(bench->engine, &ingest);
	bench->lines = 0;
	bench->size  = 0;
}

static void
event_put(struct bench *bench, uint32_t type, uint32_t key, int32_t hour)
{
	char time[INSTANT_SIZE];
	int  size = (int)hour_format(hour, time);

	bench->size += (size_t)snprintf(
		bench->text + bench->size, LINE_MAX_SIZE,
		"{\"id\":\"%llu\",\"source\":\"b\",\"type\":\"%s\",\"account\":\"acme\","
		"\"subject\":\"k%u@x\",\"time\":\"%.*s\",\"data\":{%s}}\n",
		(unsigned long long)bench->sent++, types[type][0], key, size, time, types[type][1]);
	if (++bench->lines == BATCH)
		batch_send(bench);
}

static void
month_put(struct bench *bench, int32_t first, uint32_t keys)
{
	for (uint32_t type = 0; type < TYPES; type++) {
		bool     gauge = strstr(types[type][0], "storage") != NULL;
		uint32_t times = gauge ? 28 * 24 : DAYS;
		for (uint32_t key = 0; key < keys; key++) {
			for (uint32_t i = 0; i < times; i++)
				event_put(bench, type, key,
				          first + (int32_t)(gauge ? i : i * 67 + key % 60));
		}
	}
}

static void
site_open(struct bench *bench, const struct catalog *catalog)
{
	static const struct change by       = { .actor = { "bench", 5 } };
	struct refusal             refusal  = { .err = ERR_NONE };
	struct engine_settings     settings = engine_settings_default();
	struct engine_options      options  = { .store         = store_memory_open(),
		                                .catalog       = catalog,
		                                .settings      = settings,
		                                .clock         = clock_stands,
		                                .clock_context = bench };
	struct span                answer;
	struct span account = SPAN("{\"id\":\"acme\",\"name\":\"Acme\",\"currency\":\"USD\"}");
	struct span contract =
		SPAN("{\"id\":\"f\",\"model\":\"FLEX\",\"plan\":\"ESSENTIALS\",\"kind\":\"PAID\","
	             "\"start\":\"2020-01-01T00:00:00Z\",\"end\":\"2030-01-01T00:00:00Z\",\"flex\":"
	             "{\"tier\":\"essentials\",\"units\":\"1000000\"}}");

	if (engine_open(&options, &bench->engine, &refusal) != ERR_NONE)
		fail("open", &refusal);
	if (engine_account_put(bench->engine, &by, account, &bench->arena, &answer, &refusal) ||
	    engine_contract_put(bench->engine, &by, SPAN("acme"), contract, &bench->arena, &answer,
	                        &refusal))
		fail("put", &refusal);
}

static int
by_number(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void
ask(struct bench *bench, int32_t hour, uint32_t keys)
{
	char            at[INSTANT_SIZE], expected[64];
	double          times[ASKED];
	struct question question = { .account = SPAN("acme"), .at = { at, hour_format(hour, at) } };
	struct refusal  refusal  = { .err = ERR_NONE };
	struct span     answer   = { "", 0 };

	for (uint32_t i = 0; i < ASKED; i++) {
		struct arena arena;
		arena_open(&arena, system_memory());
		double begun = now_s(CLOCK_THREAD_CPUTIME_ID);
		if (engine_flex(bench->engine, &question, &arena, &answer, &refusal) != ERR_NONE)
			fail("flex", &refusal);
		times[i] = (now_s(CLOCK_THREAD_CPUTIME_ID) - begun) * 1e3;
		snprintf(expected, sizeof(expected), "\"metric\":\"iacm.workspace\"");
		const char *line = memmem(answer.at, answer.size, expected, strlen(expected));
		snprintf(expected, sizeof(expected), "\"quantity\":\"%u\"", keys);
		if (!line || !strstr(line, expected))
			fail("the answer is wrong", &refusal);
		if (i + 1 < ASKED)
			arena_close(&arena);
	}
	qsort(times, ASKED, sizeof(times[0]), by_number);
	printf("flex median %.3f ms, 99th %.3f ms\n", times[ASKED / 2], times[ASKED - 2]);
}

int
main(int count, char **arguments)
{
	struct bench          bench   = { .sent = 0 };
	const struct catalog *catalog = NULL;
	uint32_t              keys    = count > 1 ? (uint32_t)atoi(arguments[1]) : 100;
	uint32_t              months  = count > 2 ? (uint32_t)atoi(arguments[2]) : 11;

	arena_open(&bench.arena, system_memory());
	bench.text = malloc((size_t)BATCH * LINE_MAX_SIZE);
	if (!bench.text || yaml_catalog_read(embed_catalog(), &bench.arena, &catalog, NULL) ||
	    instant_parse(SPAN("2029-12-01T00:00:00Z"), &bench.now, NULL) ||
	    hour_parse(SPAN("2025-01-01T00:00:00Z"), &bench.start, NULL))
		return 1;
	site_open(&bench, catalog);
	int32_t first = bench.start;
	for (uint32_t i = 0; i <= months; i++) {
		if (i > 0)
			first = month_next_first_hour(first);
		month_put(&bench, first, keys);
	}
	batch_send(&bench);
	printf("events %llu, keys %u of %u types, months %u\n", (unsigned long long)bench.sent,
	       keys, TYPES, months + 1);
	ask(&bench, month_next_first_hour(first) - 1, keys);
	engine_close(bench.engine);
	arena_close(&bench.arena);
	free(bench.text);
	return 0;
}
