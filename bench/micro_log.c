/* micro_log.c - what an event costs in the log, and an identity in the index. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "../tests/unit/log/cut_event.h"
#include "core/identity/identity.h"
#include "edge/log/block.h"
#include "edge/sys/memory.h"

enum { EVENTS = BLOCK_EVENTS_MAX, SERVICES = 10000, RECENT_ENTRIES = 8000000, BATCH = 1024 };
enum { CUT_AT_ONCE = 256 }; /* events decoded at a time, so that they stay in the cache */
enum { RUN_ENTRIES = 4000000, RUN_BLOCKS = 4096 };

static uint64_t seed = 42;

static uint64_t
random_of(uint64_t number)
{
	uint64_t z = number * UINT64_C(0x9e3779b97f4a7c15);
	z          = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z          = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint32_t
random_below(uint32_t end)
{
	return (uint32_t)(random_of(seed++) % end);
}

/* The process's own time: what else runs on the machine is not counted. */
static int64_t
now_ns(void)
{
	struct timespec at;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
	return at.tv_sec * INT64_C(1000000000) + at.tv_nsec;
}

/* related: source, account, project and environment follow from the service. */
static size_t
event_write(char *out, size_t room, uint32_t i, bool related)
{
	uint32_t service = random_below(SERVICES);
	uint64_t of      = related ? random_of(service) : random_of(seed++);
	uint64_t a       = random_of(seed++);
	uint64_t b       = random_of(seed++);
	int      size    = 0;

	size = snprintf(out, room,
	                "{\"specversion\":\"1.0\",\"id\":\"%08x-%04x-4%03x-%x%03x-%012" PRIx64 "\","
	                "\"source\":\"/cluster/%04u\",\"type\":\"cd.instances\","
	                "\"account\":\"acct-%04u\","
	                "\"subject\":\"svc-%05u\","
	                "\"time\":\"2026-06-01T%02u:%02u:%02u.%03uZ\","
	                "\"data\":{\"org\":\"default\",\"project\":\"p-%03u\","
	                "\"environment\":\"%s\","
	                "\"infrastructure\":\"%s\",\"instances\":%u}}",
	                (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff),
	                (unsigned)(8 + (b >> 60) % 4), (unsigned)(b >> 48 & 0xfff),
	                b & UINT64_C(0xffffffffffff), (unsigned)(of % 200),
	                (unsigned)(of / 200 % 100), service, i / 14400 % 24, i / 240 % 60,
	                i / 4 % 60, random_below(1000), (unsigned)(of / 20000 % 100),
	                of / 2000000 % 4 ? "prod" : "staging",
	                of / 8000000 % 2 ? "k8s-eu" : "k8s-us", 1 + random_below(20));
	return (size_t)size;
}

struct events {
	struct arena     arena;
	struct span      raw[EVENTS];
	struct cut_event cut[CUT_AT_ONCE];
};

static struct events *
events_make(bool related)
{
	struct events *events = malloc(sizeof(*events));
	char           text[1024];
	arena_open(&events->arena, system_memory());
	for (uint32_t i = 0; i < EVENTS; i++) {
		size_t size    = event_write(text, sizeof(text), i, related);
		events->raw[i] = arena_copy(&events->arena, (struct span){ text, size });
	}
	return events;
}

static void
block_read(struct span bytes, uint32_t count)
{
	struct arena  arena;
	struct arena  rows;
	struct block *block;
	size_t        total = 0;
	arena_open(&arena, system_memory());
	arena_open(&rows, system_memory());
	int64_t begin = now_ns();
	if (block_open(bytes, &arena, &block) != ERR_NONE)
		abort();
	total += block_raw(block, 0, &rows).size;
	int64_t opened = now_ns();
	for (uint32_t i = 1; i < count; i++) {
		total += block_raw(block, i, &rows).size;
		if (i % 1024 == 0)
			arena_reset(&rows);
	}
	int64_t end = now_ns();
	printf("  open and first row %.0f us, other rows %.0f ns each (%zu bytes)\n",
	       (double)(opened - begin) / 1e3,
	       count > 1 ? (double)(end - opened) / (count - 1) : 0.0, total);
	arena_close(&rows);
	arena_close(&arena);
}

/* Nanoseconds that adding took. */
static int64_t
events_add(struct events *events, uint32_t count, struct block_builder *builder)
{
	int64_t ns = 0;
	for (uint32_t at = 0; at < count; at += CUT_AT_ONCE) {
		uint32_t batch = count - at < CUT_AT_ONCE ? count - at : CUT_AT_ONCE;
		for (uint32_t i = 0; i < batch; i++) {
			cut_event_of(&events->cut[i], events->raw[at + i]);
			events->cut[i].event.slots = events->cut[i].slots;
		}
		int64_t begin = now_ns();
		for (uint32_t i = 0; i < batch; i++)
			block_add(builder, &events->cut[i].event, (struct instant){ 1000 });
		ns += now_ns() - begin;
	}
	return ns;
}

static void
block_measure(struct events *events, uint32_t count, int level, bool related)
{
	struct arena          arena;
	struct block_summary  summary;
	struct span           bytes   = { 0 };
	struct block_builder *builder = block_builder_open(system_memory());
	int64_t               add_ns  = INT64_MAX;
	int64_t               end_ns  = INT64_MAX;
	unsigned              rounds  = 6 + 20000 / count;
	arena_open(&arena, system_memory());
	for (unsigned round = 0; round < rounds; round++) {
		arena_reset(&arena);
		int64_t adding = events_add(events, count, builder);
		int64_t added  = now_ns();
		bytes          = block_finish(builder, 0, 0, level, &arena, &summary);
		int64_t end    = now_ns();
		add_ns         = adding < add_ns ? adding : add_ns;
		end_ns         = end - added < end_ns ? end - added : end_ns;
	}
	printf("block of %u, level %d%s: add %.0f ns, finish %.0f ns an event (%.1f us), "
	       "%.2f bytes an event\n",
	       count, level, related ? ", related" : "", (double)add_ns / count,
	       (double)end_ns / count, (double)end_ns / 1e3, (double)bytes.size / count);
	block_read(bytes, count);
	arena_close(&arena);
	block_builder_close(builder);
}

static struct identity
identity_number(uint64_t number)
{
	return (struct identity){ random_of(2 * number + 1), random_of(2 * number + 2) };
}

static void
identity_measure(const struct events *events)
{
	uint8_t  secret[IDENTITY_SECRET_SIZE];
	uint64_t sum = 0;
	for (unsigned i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)random_below(256);
	int64_t begin = now_ns();
	for (uint32_t i = 0; i < EVENTS; i++) {
		struct span raw = events->raw[i];
		sum += identity_of(secret, (struct span){ raw.at + 10, 9 },
		                   (struct span){ raw.at + 90, 13 },
		                   (struct span){ raw.at + 28, 36 })
		               .low;
	}
	printf("identity_of: %.1f ns (%" PRIx64 ")\n", (double)(now_ns() - begin) / EVENTS, sum);
}

/* Nanoseconds a question over identities [from, until), prefetched by the batch. */
static double
find_measure(const struct recent *recent, uint64_t from, uint64_t until, bool expected)
{
	struct recent_entry entry;
	int64_t             begin = now_ns();
	for (uint64_t at = from; at + BATCH <= until; at += BATCH) {
		struct identity batch[BATCH];
		for (uint64_t i = 0; i < BATCH; i++) {
			batch[i] = identity_number(from + random_of(at + i) % (until - from));
			recent_prefetch(recent, batch[i]);
		}
		for (uint64_t i = 0; i < BATCH; i++)
			if (recent_find(recent, batch[i], &entry) != expected)
				abort();
	}
	return (double)(now_ns() - begin) / (double)(until - from);
}

static void
recent_measure(void)
{
	struct recent *recent = recent_open(system_memory());
	int64_t        worst  = 0;
	int64_t        begin  = now_ns();
	int64_t        before = begin;
	for (uint64_t at = 0; at < RECENT_ENTRIES; at += BATCH) {
		for (uint64_t i = at; i < at + BATCH; i++)
			recent_prefetch(recent, identity_number(i));
		for (uint64_t i = at; i < at + BATCH; i++)
			recent_add(recent, identity_number(i), (struct recent_entry){ i, 1 });
		int64_t now = now_ns();
		worst       = now - before > worst ? now - before : worst;
		before      = now;
	}
	printf("recent: add %.0f ns, slowest batch of %d %.1f ms, %.1f bytes an identity\n",
	       (double)(before - begin) / RECENT_ENTRIES, BATCH, (double)worst / 1e6,
	       (double)recent_size(recent) / RECENT_ENTRIES);
	printf("recent: hit %.0f ns, miss %.0f ns among %d\n",
	       find_measure(recent, 0, RECENT_ENTRIES / 2, true),
	       find_measure(recent, RECENT_ENTRIES * 2, RECENT_ENTRIES * 5 / 2, false),
	       RECENT_ENTRIES);
	begin = now_ns();
	recent_forget_until(recent, RECENT_ENTRIES / 2);
	printf("recent: forget half %.1f ms\n", (double)(now_ns() - begin) / 1e6);
	recent_close(recent);
}

struct pages {
	struct arena arena;
	struct span *page;
	size_t       size;
};

static void
page_keep(void *context, uint32_t page, struct span bytes)
{
	struct pages *pages = context;
	pages->page[page]   = arena_copy(&pages->arena, bytes);
	pages->size += bytes.size;
}

static void
run_measure(void)
{
	struct run_item  *items = malloc(RUN_ENTRIES * sizeof(*items));
	struct arena      scratch;
	struct pages      pages = { .page = calloc(65536, sizeof(struct span)) };
	struct run_header header;
	uint32_t          blocks[8];
	uint64_t          found[2] = { 0 };
	arena_open(&scratch, system_memory());
	arena_open(&pages.arena, system_memory());
	for (uint64_t i = 0; i < RUN_ENTRIES; i++)
		items[i] = (struct run_item){ identity_number(i).high,
			                      (uint32_t)(i * RUN_BLOCKS / RUN_ENTRIES) };
	int64_t begin = now_ns();
	run_build(items, RUN_ENTRIES, 0, RUN_ENTRIES, RUN_BLOCKS, &scratch, &header, page_keep,
	          &pages);
	int64_t built = now_ns();
	for (uint64_t i = 0; i < RUN_ENTRIES; i++) {
		uint64_t        number   = i % 2 * RUN_ENTRIES + random_of(i) % RUN_ENTRIES;
		struct identity identity = identity_number(number);
		struct span     page     = pages.page[run_page_of(&header, identity)];
		found[i % 2] += run_find(&header, page, identity, blocks, 8);
	}
	printf("run: build %.0f ns, find %.0f ns, %.3f bytes an identity, wrong candidates %.2e\n",
	       (double)(built - begin) / RUN_ENTRIES, (double)(now_ns() - built) / RUN_ENTRIES,
	       (double)pages.size / RUN_ENTRIES, (double)found[1] / (RUN_ENTRIES / 2));
	arena_close(&scratch);
	arena_close(&pages.arena);
	free(pages.page);
	free(items);
}

int
main(int count, char **arguments)
{
	(void)arguments;
	for (int related = 0; related < 2; related++) {
		struct events *events = events_make(related);
		block_measure(events, 1, 1, related);
		block_measure(events, 64, 1, related);
		block_measure(events, 1024, 1, related);
		block_measure(events, 16384, 1, related);
		block_measure(events, 65536, 1, related);
		block_measure(events, 65536, 3, related);
		if (!related)
			identity_measure(events);
		arena_close(&events->arena);
		free(events);
	}
	if (count > 1) /* blocks alone */
		return 0;
	recent_measure();
	run_measure();
	return 0;
}
