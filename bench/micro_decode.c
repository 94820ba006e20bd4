/* micro_decode.c - nanoseconds to decode an event, strictly and by shape.
 *
 *     micro_decode [EVENTS]            events made up in memory, about 280 bytes each
 *     micro_decode --write FILE [EVENTS]   the same to a file, for bench/peers/
 *
 * Processor time, best of five rounds. Three of four are cd.instances, the others
 * cd.deployment; ids are UUIDs. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/decimal.h"
#include "core/meter/decode_int.h"
#include "edge/sys/memory.h"

#include "../tests/unit/meter/decode_catalog.h"

enum { EVENTS = 400000, EVENT_ROOM = 400, ROUNDS = 5 };

static uint64_t
chance(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static size_t
event_write(char *out, uint64_t *seed, uint32_t n)
{
	uint64_t a = chance(seed), b = chance(seed), c = chance(seed);
	int      day = (int)(n / 20000 % 28) + 1, second = (int)(n * 4 % 86400);
	int      size =
		snprintf(out, EVENT_ROOM,
	                 "{\"specversion\":\"1.0\",\"id\":\"%08x-%04x-%04x-%04x-%012llx\","
	                 "\"source\":\"collector/%02d\",\"type\":\"%s\",\"account\":\"acme\","
	                 "\"subject\":\"service-%05d\",\"time\":\"2026-04-%02dT%02d:%02d:%02dZ\","
	                 "\"data\":{\"org\":\"default\",\"project\":\"project-%02d\","
	                 "\"environment\":\"%s\",\"infrastructure\":\"k8s-%d\",",
	                 (unsigned)a, (unsigned)(a >> 32 & 0xffff), (unsigned)(a >> 48),
	                 (unsigned)(b & 0xffff), (unsigned long long)(b >> 16), (int)(c % 20),
	                 n % 4 ? "cd.instances" : "cd.deployment", (int)(c >> 8) & 0x1fff, day,
	                 second / 3600, second / 60 % 60, second % 60, (int)(c >> 24) & 31,
	                 (c >> 32 & 1) ? "production" : "staging", (int)(c >> 33) & 7);
	size += n % 4 ? snprintf(out + size, EVENT_ROOM - (size_t)size, "\"instances\":%d}}\n",
	                         (int)(c >> 40) & 255)
	              : snprintf(out + size, EVENT_ROOM - (size_t)size,
	                         "\"deployment_type\":\"%s\",\"status\":\"success\"}}\n",
	                         (c >> 50 & 1) ? "Kubernetes" : "ECS");
	return (size_t)size;
}

static struct span
events_write(uint32_t count)
{
	char    *body = malloc((size_t)count * EVENT_ROOM);
	size_t   size = 0;
	uint64_t seed = 4711;

	if (body == NULL)
		exit(1);
	for (uint32_t n = 0; n < count; n++)
		size += event_write(body + size, &seed, n);
	return (struct span){ body, size };
}

static double
cpu_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

struct sum {
	uint64_t events;
	uint64_t refused;
	uint64_t content;
	int64_t  instances;
};

/* In bodies of about a thousand events, as they come over HTTP: the arena is the
 * batch's. */
static struct sum
decode_all(struct decoder *decoder, struct arena *arena, struct span body)
{
	struct decode_rules rules = { .catalog        = &DECODE_CATALOG,
		                      .now            = { INT64_C(1795348800) * NS_PER_SECOND },
		                      .max_ahead      = { 300 * NS_PER_SECOND },
		                      .event_size_max = 1 << 20,
		                      .events_max     = 100000 };
	struct sum          sum   = { 0 };

	while (body.size > 0) {
		struct span part = { body.at, body.size < 280000 ? body.size : 280000 };
		const char *end  = memchr(part.at + part.size - 1, '\n', body.size - part.size + 1);
		part.size        = (size_t)(end + 1 - part.at);
		struct decode_cursor cursor;
		struct event         event;
		struct refusal       refusal;
		enum decode_verdict  verdict;
		decode_begin(&cursor, decoder, &rules, part, FORMAT_NDJSON);
		while ((verdict = decode_next(&cursor, arena, &event, &refusal)) != DECODE_END) {
			if (verdict == DECODE_REFUSED) {
				sum.refused++;
				continue;
			}
			sum.events++;
			sum.content += event.content;
			sum.instances += event.type->index == 0 ? event.number[4] : 0;
		}
		arena_reset(arena);
		body.at += part.size;
		body.size -= part.size;
	}
	return sum;
}

static struct sum
measure(const char *name, bool strict, struct span body)
{
	struct arena program, batch;
	struct sum   sum  = { 0 };
	double       best = 1e9;

	arena_open(&program, system_memory());
	arena_open(&batch, system_memory());
	struct decoder *decoder = decoder_open(&program, &DECODE_CATALOG);
	decoder->strict_only    = strict;
	for (int round = 0; round < ROUNDS; round++) {
		double start = cpu_seconds();
		sum          = decode_all(decoder, &batch, body);
		double taken = cpu_seconds() - start;
		best         = taken < best ? taken : best;
	}
	printf("%-14s %7.1f ns/event  %6.2f M events/s  %7.0f MB/s  (%llu events, %llu refused)\n",
	       name, best * 1e9 / (double)(sum.events + sum.refused),
	       (double)(sum.events + sum.refused) / best * 1e-6, (double)body.size / best * 1e-6,
	       (unsigned long long)sum.events, (unsigned long long)sum.refused);
	arena_close(&batch);
	arena_close(&program);
	return sum;
}

int
main(int argc, char **argv)
{
	bool        write = argc > 2 && strcmp(argv[1], "--write") == 0;
	const char *count = argc > (write ? 3 : 1) ? argv[write ? 3 : 1] : NULL;
	struct span body  = events_write(count ? (uint32_t)strtoul(count, NULL, 10) : EVENTS);

	if (write) {
		FILE *file = fopen(argv[2], "wb");
		if (file == NULL || fwrite(body.at, 1, body.size, file) != body.size ||
		    fclose(file) != 0)
			return 1;
		free((void *)(uintptr_t)body.at);
		return 0;
	}
	struct sum strict = measure("decode_strict", true, body);
	struct sum fast   = measure("decode_shape", false, body);
	free((void *)(uintptr_t)body.at);
	if (memcmp(&strict, &fast, sizeof(strict)) != 0 || strict.refused > 0) {
		fprintf(stderr, "micro_decode: the two ways disagree\n");
		return 1;
	}
	return 0;
}
