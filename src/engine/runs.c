/* runs.c - identities sealed away, so that memory stays bounded (E-1).
 *
 * In SPACE_IDENTITY, for the run that begins at ordinal N: "h" N the header and the
 * first ordinals of its blocks, "p" N P page P. Pages come into memory when they are
 * asked for and leave by the clock when they are too many. Packer only. */
#include <stdlib.h>

#include "core/base/limit.h"
#include "edge/sys/memory.h"
#include "engine/engine_int.h"

enum { CANDIDATES_MAX = 16, PAGES_A_COMMIT = 64 };

struct sealed_page {
	struct span bytes; /* at NULL: not in memory */
	bool        used;  /* since the clock's hand was here */
};

/* ---- records ---- */

static struct span
run_key(char kind, uint64_t first, uint32_t page, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add_char(&text, kind);
	text_add(&text, log_key(first, arena));
	for (int shift = 24; kind == 'p' && shift >= 0; shift -= 8)
		text_add_char(&text, (char)(page >> shift));
	return text_span(&text);
}

static uint64_t
take_u64(struct span *bytes)
{
	CHECK(bytes->size >= LOG_KEY_SIZE);
	uint64_t value = log_key_read(bytes->at);
	*bytes         = (struct span){ bytes->at + 8, bytes->size - 8 };
	return value;
}

static void
run_add(struct engine *engine, const struct run_header *header, const uint64_t *block_first)
{
	if (engine->runs_count == engine->runs_capacity) {
		engine->runs_capacity = engine->runs_capacity * 2 + 8;
		engine->runs = realloc(engine->runs, engine->runs_capacity * sizeof *engine->runs);
		CHECK(engine->runs != NULL);
	}
	struct sealed_run *run = &engine->runs[engine->runs_count++];
	run->header            = *header;
	run->block_first       = block_first;
	run->pages             = calloc((size_t)1 << header->page_bits, sizeof(*run->pages));
	CHECK(run->pages != NULL);
	engine->sealed_until = header->until;
}

static enum err
load_header(void *context, struct span key, struct span value)
{
	struct engine    *engine = context;
	struct run_header header;
	(void)key;
	if (value.size < 32 || value.size % 8 != 0)
		return ERR_STORE_DAMAGED;
	header.first     = take_u64(&value);
	header.until     = take_u64(&value);
	header.blocks    = (uint32_t)take_u64(&value);
	header.page_bits = (uint32_t)take_u64(&value);
	if (header.first != engine->sealed_until || header.until <= header.first ||
	    header.until > engine->next_ordinal || header.page_bits > 24 ||
	    value.size != 8 * (size_t)header.blocks)
		return ERR_STORE_DAMAGED;
	uint64_t *firsts = ARENA_ARRAY(&engine->runs_arena, uint64_t, header.blocks);
	for (uint32_t i = 0; i < header.blocks; i++)
		firsts[i] = take_u64(&value);
	run_add(engine, &header, firsts);
	return ERR_NONE;
}

enum err
runs_open(struct engine *engine, struct refusal *refusal)
{
	enum err err = engine->store->ops->scan(engine->store, SPACE_IDENTITY, SPAN("h"), SPAN("i"),
	                                        load_header, engine);
	return err == ERR_NONE ? err : refuse(refusal, err, SPAN("identity"), SPAN(""));
}

static void
page_drop(struct engine *engine, struct sealed_page *page)
{
	engine->runs_size -= page->bytes.size;
	free((void *)(uintptr_t)page->bytes.at);
	*page = (struct sealed_page){ 0 };
}

void
runs_close(struct engine *engine)
{
	for (uint32_t i = 0; i < engine->runs_count; i++) {
		struct sealed_run *run = &engine->runs[i];
		for (size_t k = 0; k < (size_t)1 << run->header.page_bits; k++)
			page_drop(engine, &run->pages[k]);
		free(run->pages);
	}
	free(engine->runs);
}

/* ---- looking up ---- */

/* The hand passes over all pages of one run after the other; a page that was not asked
 * for since it came by leaves. */
static void
make_room(struct engine *engine)
{
	for (uint32_t passes = 0; engine->runs_size > LIMIT_IDENTITY_PAGES; passes++) {
		CHECK(passes <= 2 * engine->runs_count);
		struct sealed_run *run = &engine->runs[engine->runs_hand++ % engine->runs_count];
		for (size_t i = 0; i < (size_t)1 << run->header.page_bits; i++) {
			if (run->pages[i].bytes.at && !run->pages[i].used)
				page_drop(engine, &run->pages[i]);
			run->pages[i].used = false;
		}
	}
}

static enum err
page_load(struct engine *engine, struct sealed_run *run, uint32_t index)
{
	struct arena arena;
	struct span  bytes;
	arena_open(&arena, system_memory());
	struct span key = run_key('p', run->header.first, index, &arena);
	enum err err = engine->store->ops->get(engine->store, SPACE_IDENTITY, key, &arena, &bytes);
	if (err == ERR_NONE)
		err = run_page_check(&run->header, bytes);
	if (err == ERR_NONE) {
		char *copy = malloc(bytes.size);
		CHECK(copy != NULL);
		memcpy(copy, bytes.at, bytes.size);
		make_room(engine);
		run->pages[index] = (struct sealed_page){ { copy, bytes.size }, true };
		engine->runs_size += bytes.size;
	}
	arena_close(&arena);
	return err == ERR_NOT_FOUND ? ERR_STORE_DAMAGED : err;
}

void
runs_prefetch(const struct engine *engine, struct identity identity)
{
	for (uint32_t i = 0; i < engine->runs_count; i++) {
		const struct sealed_run  *run  = &engine->runs[i];
		const struct sealed_page *page = &run->pages[run_page_of(&run->header, identity)];
		if (page->bytes.at)
			run_page_prefetch(page->bytes, identity);
	}
}

static enum err
find_in_run(struct engine *engine, struct sealed_run *run, struct identity identity, bool *found,
            uint64_t *ordinal)
{
	uint32_t            index = run_page_of(&run->header, identity);
	struct sealed_page *page  = &run->pages[index];
	uint32_t            blocks[CANDIDATES_MAX];
	if (page->bytes.at == NULL) {
		enum err err = page_load(engine, run, index);
		if (err != ERR_NONE)
			return err;
	}
	page->used     = true;
	uint32_t count = run_find(&run->header, page->bytes, identity, blocks, CANDIDATES_MAX);
	for (uint32_t i = 0; i < count; i++) {
		enum err err =
			recall_find(engine, run->block_first[blocks[i]], identity, found, ordinal);
		if (err != ERR_NONE || *found)
			return err;
	}
	return ERR_NONE;
}

enum err
runs_find(struct engine *engine, struct identity identity, bool *found, uint64_t *ordinal,
          uint64_t *content)
{
	*found = false;
	for (uint32_t i = engine->runs_count; i-- > 0 && !*found;) {
		enum err err = find_in_run(engine, &engine->runs[i], identity, found, ordinal);
		if (err != ERR_NONE)
			return err;
	}
	return *found ? recall_content(engine, *ordinal, content) : ERR_NONE;
}

/* ---- sealing ---- */

struct sealing {
	struct engine      *engine;
	struct arena        arena;
	struct run_header   header;
	struct store_write *writes;
	uint32_t            writes_count;
	enum err            err;
};

static void
flush_pages(struct sealing *sealing)
{
	if (sealing->err == ERR_NONE && sealing->writes_count > 0)
		sealing->err =
			engine_commit(sealing->engine, sealing->writes, sealing->writes_count);
	sealing->writes_count = 0;
	arena_reset(&sealing->arena);
	sealing->writes = ARENA_ARRAY(&sealing->arena, struct store_write, PAGES_A_COMMIT);
}

static void
save_page(void *context, uint32_t page, struct span bytes)
{
	struct sealing *sealing                  = context;
	sealing->writes[sealing->writes_count++] = (struct store_write){
		.space = SPACE_IDENTITY,
		.key   = run_key('p', sealing->header.first, page, &sealing->arena),
		.value = arena_copy(&sealing->arena, bytes),
	};
	if (sealing->writes_count == PAGES_A_COMMIT)
		flush_pages(sealing);
}

/* The header comes last: a run without one does not exist, and its pages are written
 * over when it is built again. */
static void
save_header(struct sealing *sealing, const uint64_t *block_first)
{
	flush_pages(sealing);
	const struct run_header *header = &sealing->header;
	struct text              text;
	text_open(&text, &sealing->arena);
	text_add(&text, log_key(header->first, &sealing->arena));
	text_add(&text, log_key(header->until, &sealing->arena));
	text_add(&text, log_key(header->blocks, &sealing->arena));
	text_add(&text, log_key(header->page_bits, &sealing->arena));
	for (uint32_t i = 0; i < header->blocks; i++)
		text_add(&text, log_key(block_first[i], &sealing->arena));
	sealing->writes[sealing->writes_count++] = (struct store_write){
		.space = SPACE_IDENTITY,
		.key   = run_key('h', header->first, 0, &sealing->arena),
		.value = text_span(&text),
	};
	flush_pages(sealing);
}

/* Whole durable blocks from sealed_until on that hold about half of what is in memory. */
static uint32_t
choose_blocks(struct engine *engine, uint64_t *block_first, uint64_t *until)
{
	uint64_t             wanted = engine->sealed_until + recent_count(engine->recent) / 2;
	uint32_t             count  = 0;
	struct block_summary summary;
	*until = engine->sealed_until;
	while (count < RUN_BLOCKS_MAX && *until < wanted &&
	       scan_summary(engine, *until, &summary)) {
		block_first[count++] = summary.first;
		*until               = summary.first + summary.count;
	}
	return count;
}

static uint64_t
gather_items(const struct engine *engine, const uint64_t *block_first, uint32_t blocks,
             uint64_t until, struct run_item *items)
{
	struct recent_entry entry;
	struct identity     identity;
	uint64_t            count = 0;
	uint32_t            block = 0;
	while (recent_nth(engine->recent, count, &identity, &entry) && entry.ordinal < until) {
		while (block + 1 < blocks && entry.ordinal >= block_first[block + 1])
			block++;
		items[count++] = (struct run_item){ identity, block };
	}
	return count;
}

enum err
runs_seal(struct engine *engine)
{
	uint64_t       firsts[RUN_BLOCKS_MAX] = { 0 }, until;
	uint32_t       blocks                 = choose_blocks(engine, firsts, &until);
	struct sealing sealing                = { .engine = engine };
	struct arena   scratch;
	if (blocks == 0)
		return ERR_NONE;
	arena_open(&sealing.arena, system_memory());
	arena_open(&scratch, system_memory());
	flush_pages(&sealing);
	sealing.header.first = engine->sealed_until;

	struct run_item *items =
		ARENA_ARRAY(&scratch, struct run_item, until - engine->sealed_until);
	uint64_t count = gather_items(engine, firsts, blocks, until, items);
	CHECK(count == until - engine->sealed_until);
	struct run_header header;
	run_build(items, count, engine->sealed_until, until, blocks, &scratch, &header, save_page,
	          &sealing);
	sealing.header = header;
	save_header(&sealing, firsts);
	if (sealing.err == ERR_NONE) {
		uint64_t *kept = ARENA_ARRAY(&engine->runs_arena, uint64_t, blocks);
		memcpy(kept, firsts, blocks * sizeof *kept);
		run_add(engine, &header, kept);
		recent_forget_until(engine->recent, until);
	}
	arena_close(&scratch);
	arena_close(&sealing.arena);
	return sealing.err;
}
