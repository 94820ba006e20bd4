/* close.c - P8: closing a month for many accounts.
 *
 *     close DIRECTORY ACCOUNTS
 *
 * Each account has a Flex contract and uses a handful of metrics in March; all are closed
 * in April, with their commitments, and then once more. Each commit is synced. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "edge/store/store_local.h"
#include "edge/sys/memory.h"
#include "engine/invoice.h"
#include "engine/local.h"

enum { BODY_ROOM = 1 << 20, LINE_ROOM = 400 };

static const struct change BY_BENCH = { .actor = { "bench", 5 } };

/* 2026-04-10T00:00:00Z */
static struct instant
april(void *context)
{
	(void)context;
	return (struct instant){ INT64_C(1775779200) * NS_PER_SECOND };
}

static double
seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

_Noreturn static void
fail(const char *what, const struct refusal *refusal)
{
	fprintf(stderr, "close: %s: %s %s\n", what, refusal->field, refusal->detail);
	exit(1);
}

/* ---- what is used ---- */

struct body {
	char  *at;
	size_t size;
	long   serial;
};

static void
body_send(struct engine *engine, struct body *body)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct ingest  ingest  = { .body = { body->at, body->size }, .format = FORMAT_NDJSON };
	if (body->size == 0)
		return;
	if (engine_ingest_wait(engine, &ingest, &refusal) != ERR_NONE)
		fail("ingest", &refusal);
	if (ingest.counts.rejected > 0) {
		fprintf(stderr, "close: %.*s\n", 300, body->at);
		exit(1);
	}
	ingest_release(engine, &ingest);
	body->size = 0;
}

static void
use(struct engine *engine, struct body *body, const char *account, const char *type, long key,
    const char *data)
{
	if (body->size + LINE_ROOM > BODY_ROOM)
		body_send(engine, body);
	long n = body->serial++;
	body->size += (size_t)snprintf(
		body->at + body->size, LINE_ROOM,
		"{\"specversion\":\"1.0\",\"id\":\"%ld\",\"source\":\"b\",\"type\":\"%s\","
		"\"account\":\"%s\",\"subject\":\"k%ld@x.example\",\"time\":"
		"\"2026-03-%02ldT%02ld:00:00Z\",\"data\":{%s}}\n",
		n, type, account, key, 1 + n % 28, n / 28 % 24, data);
}

static const struct {
	const char *type;
	const char *data;
} METRICS[] = {
	{ "cd.deployment", "\"deployment_type\":\"Kubernetes\",\"status\":\"success\"" },
	{ "cd.stage", "\"status\":\"success\"" },
	{ "ci.build", "\"repository\":\"r\",\"hosted\":true,\"minutes\":3,\"os\":\"linux\"" },
	{ "code.storage", "\"gigabytes\":300" },
	{ "iacm.stage", "\"command\":\"apply\",\"status\":\"success\",\"changes\":1" },
	{ "iacm.host", "" },
	{ "db.instance", "" },
	{ "ar.storage", "\"gigabytes\":2" },
	{ "idp.access", "" },
	{ "ff.request", "\"count\":1000" },
	{ "ff.event", "\"count\":4000" },
	{ "ce.experiment", "\"target\":\"t\",\"target_kind\":\"host\"" },
	{ "load.run", "" },
	{ "dr.run", "" },
	{ "test.execution", "\"count\":4" },
	{ "aisre.access", "" },
	{ "ai.tokens", "\"count\":1000000" },
	{ "sto.scan", "" },
	{ "scs.step", "" },
	{ "sast.scan", "" },
	{ "sca.scan", "" },
	{ "api.tested", "" },
	{ "api.discovered", "" },
	{ "waap.protection", "\"count\":1000" },
	{ "waap.wap", "\"count\":1000" },
	{ "waap.bap", "\"count\":1000" },
};
enum { METRICS_COUNT = sizeof(METRICS) / sizeof(METRICS[0]), USED_EACH = 12 };

/* ---- accounts ---- */

static void
account_make(struct engine *engine, const char *id, struct arena *arena)
{
	char           json[512];
	struct span    answer;
	struct refusal refusal = { .err = ERR_NONE };
	snprintf(json, sizeof(json), "{\"id\":\"%s\",\"name\":\"%s\",\"currency\":\"USD\"}", id,
	         id);
	if (engine_account_put(engine, &BY_BENCH, span_of(json), arena, &answer, &refusal))
		fail(id, &refusal);
	snprintf(json, sizeof(json),
	         "{\"id\":\"flex\",\"model\":\"FLEX\",\"plan\":\"ENTERPRISE\",\"kind\":\"PAID\","
	         "\"start\":\"2026-03-01T00:00:00Z\",\"end\":\"2027-03-01T00:00:00Z\","
	         "\"flex\":{\"tier\":\"enterprise\",\"units\":\"100\"}}");
	if (engine_contract_put(engine, &BY_BENCH, span_of(id), span_of(json), arena, &answer,
	                        &refusal))
		fail(id, &refusal);
	arena_reset(arena);
}

static void
accounts_make(struct engine *engine, long accounts, struct arena *arena)
{
	struct body body = { .at = malloc(BODY_ROOM) };
	for (long i = 0; i < accounts; i++) {
		char id[32];
		snprintf(id, sizeof(id), "a%05ld", i);
		account_make(engine, id, arena);
		for (long j = 0; j < USED_EACH; j++) {
			long metric = (i + j) % METRICS_COUNT;
			use(engine, &body, id, METRICS[metric].type, j, METRICS[metric].data);
		}
	}
	body_send(engine, &body);
	free(body.at);
}

/* ---- what is measured ---- */

/* "issued":N of the report. */
static long
issued_of(struct span report)
{
	const char *at = memmem(report.at, report.size, "\"issued\":", 9);
	return at ? strtol(at + 9, NULL, 10) : -1;
}

static void
month_close(struct engine *engine, long accounts)
{
	struct arena   arena;
	struct refusal refusal = { .err = ERR_NONE };
	struct span    report;
	arena_open(&arena, system_memory());
	double begun = seconds();
	if (engine_close_month(engine, &BY_BENCH, SPAN("2026-03"), NULL, NULL, &arena, &report,
	                       &refusal) != ERR_NONE)
		fail("close", &refusal);
	double took = seconds() - begun;
	if (issued_of(report) != 2 * accounts) {
		fprintf(stderr, "close: issued %ld, not %ld\n", issued_of(report), 2 * accounts);
		exit(1);
	}
	printf("closed %ld accounts, took %.2f s, %ld invoices\n", accounts, took,
	       issued_of(report));
	begun = seconds();
	if (engine_close_month(engine, &BY_BENCH, SPAN("2026-03"), NULL, NULL, &arena, &report,
	                       &refusal) != ERR_NONE)
		fail("close", &refusal);
	printf("again %.2f s, %ld invoices\n", seconds() - begun, issued_of(report));
	arena_close(&arena);
}

int
main(int count, char **arguments)
{
	struct refusal             refusal = { .err = ERR_NONE };
	struct store_local_options place   = { .directory = count > 1 ? arguments[1] : "" };
	struct engine_options options = { .settings = engine_settings_default(), .clock = april };
	struct engine        *engine;
	struct arena          arena;
	if (count != 3) {
		fprintf(stderr, "usage: close DIRECTORY ACCOUNTS\n");
		return 2;
	}
	long accounts = strtol(arguments[2], NULL, 10);
	arena_open(&arena, system_memory());
	struct arena lasting;
	arena_open(&lasting, system_memory());
	if (local_catalog_read(NULL, &lasting, &options.catalog, &refusal) != ERR_NONE ||
	    store_local_open(&place, &options.store, &refusal) != ERR_NONE ||
	    engine_open(&options, &engine, &refusal) != ERR_NONE)
		fail(arguments[1], &refusal);
	accounts_make(engine, accounts, &arena);
	month_close(engine, accounts);
	engine_close(engine);
	arena_close(&lasting);
	arena_close(&arena);
	return 0;
}
