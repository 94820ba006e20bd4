/* runs.c - identities sealed away, so that memory stays bounded (E-1): the runs there are,
 * and asking them.
 *
 * A question passes the filter of each run first; what a filter lets through is looked up
 * in the run's page. Pages come into memory when they are asked for and leave by the clock
 * when they are too many. */
#include <stdlib.h>

#include "core/base/limit.h"
#include "edge/sys/memory.h"
#include "engine/runs_int.h"

enum { CANDIDATES_MAX = 16, HEADER_NUMBERS = 7 };

/* ---- records ---- */

struct span
run_header_key(uint64_t first, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add_char(&text, 'r');
	text_add(&text, log_key(first, arena));
	return text_span(&text);
}

struct span
run_page_key(uint64_t id, uint32_t page, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add_char(&text, 'q');
	text_add(&text, log_key(id, arena));
	for (int shift = 24; shift >= 0; shift -= 8)
		text_add_char(&text, (char)(page >> shift));
	return text_span(&text);
}

struct store_write
run_header_write(const struct sealed_run *run, struct arena *arena)
{
	const struct run_header *header = &run->header;
	struct text              text;

	const uint64_t numbers[HEADER_NUMBERS] = {
		header->until,       run->id,
		run->level,          header->page_bits,
		header->bucket_bits, header->known_bits,
		header->blocks,
	};
	text_open(&text, arena);
	for (uint32_t i = 0; i < HEADER_NUMBERS; i++)
		text_add(&text, log_key(numbers[i], arena));
	for (uint32_t i = 0; i < header->blocks; i++)
		text_add(&text, log_key(run->block_first[i], arena));
	return (struct store_write){ .space = SPACE_IDENTITY,
		                     .key   = run_header_key(header->first, arena),
		                     .value = text_span(&text) };
}

/* ---- the runs there are ---- */

struct sealed_run *
run_new(const struct run_header *header, uint64_t id, uint32_t level, const uint64_t *block_first)
{
	size_t             size = header->blocks * sizeof(*block_first);
	struct sealed_run *run  = calloc(1, sizeof(*run));
	CHECK(run != NULL);
	*run             = (struct sealed_run){ .header = *header, .id = id, .level = level };
	run->block_first = malloc(size + 1);
	run->pages       = calloc((size_t)1 << header->page_bits, sizeof(*run->pages));
	CHECK(run->block_first != NULL && run->pages != NULL);
	memcpy(run->block_first, block_first, size);
	return run;
}

static void
page_drop(struct engine *engine, struct sealed_page *page)
{
	engine->runs_size -= page->bytes.size;
	free((void *)(uintptr_t)page->bytes.at);
	*page = (struct sealed_page){ 0 };
}

void
run_free(struct engine *engine, struct sealed_run *run)
{
	pthread_mutex_lock(&engine->runs_lock);
	for (size_t i = 0; i < (size_t)1 << run->header.page_bits; i++)
		page_drop(engine, &run->pages[i]);
	engine->runs_filtered -= filter_size(&run->filter);
	pthread_mutex_unlock(&engine->runs_lock);
	filter_close(&run->filter);
	free(run->pages);
	free(run->block_first);
	free(run);
}

void
runs_grow(struct engine *engine)
{
	if (engine->runs_count < engine->runs_capacity)
		return;
	engine->runs_capacity = engine->runs_capacity * 2 + 8;
	engine->runs          = realloc(engine->runs, engine->runs_capacity * sizeof *engine->runs);
	CHECK(engine->runs != NULL);
}

static bool
header_read(struct span key, struct span value, struct run_header *header, uint64_t *id,
            uint64_t *level)
{
	uint64_t numbers[HEADER_NUMBERS];
	if (key.size != 1 + LOG_KEY_SIZE || value.size < sizeof(numbers) ||
	    value.size % LOG_KEY_SIZE != 0)
		return false;
	for (uint32_t i = 0; i < HEADER_NUMBERS; i++)
		numbers[i] = log_key_read(value.at + LOG_KEY_SIZE * (size_t)i);
	*header = (struct run_header){ .first       = log_key_read(key.at + 1),
		                       .until       = numbers[0],
		                       .blocks      = (uint32_t)numbers[6],
		                       .page_bits   = (uint32_t)numbers[3],
		                       .bucket_bits = (uint32_t)numbers[4],
		                       .known_bits  = (uint32_t)numbers[5] };
	*id     = numbers[1];
	*level  = numbers[2];
	return run_header_valid(header) && *level <= UINT32_MAX &&
	       value.size == LOG_KEY_SIZE * (HEADER_NUMBERS + (size_t)header->blocks);
}

static enum err
load_header(void *context, struct span key, struct span value)
{
	struct engine    *engine = context;
	struct run_header header;
	struct arena      arena;
	uint64_t          id, level;
	if (!header_read(key, value, &header, &id, &level) ||
	    header.first != engine->sealed_until || header.until <= header.first ||
	    header.until > engine->next_ordinal)
		return ERR_STORE_DAMAGED;
	arena_open(&arena, system_memory());
	uint64_t *firsts = ARENA_ARRAY(&arena, uint64_t, header.blocks);
	for (uint32_t i = 0; i < header.blocks; i++)
		firsts[i] = log_key_read(value.at + LOG_KEY_SIZE * (HEADER_NUMBERS + (size_t)i));
	runs_grow(engine);
	engine->runs[engine->runs_count++] = run_new(&header, id, (uint32_t)level, firsts);
	engine->sealed_until               = header.until;
	if (engine->runs_next_id <= id)
		engine->runs_next_id = id + 1;
	arena_close(&arena);
	return ERR_NONE;
}

enum err
runs_open(struct engine *engine, struct refusal *refusal)
{
	enum err err = engine->store->ops->scan(engine->store, SPACE_IDENTITY, SPAN("r"), SPAN("s"),
	                                        load_header, engine);
	engine->identities_until = engine->sealed_until;
	return err == ERR_NONE ? err : refuse(refusal, err, SPAN("identity"), SPAN(""));
}

void
runs_close(struct engine *engine)
{
	for (uint32_t i = 0; i < engine->runs_count; i++)
		run_free(engine, engine->runs[i]);
	free(engine->runs);
}

size_t
runs_memory(struct engine *engine)
{
	pthread_mutex_lock(&engine->runs_lock);
	size_t size = engine->runs_size + engine->runs_filtered;
	pthread_mutex_unlock(&engine->runs_lock);
	return size;
}

/* ---- looking up ---- */

enum err
run_page_read(struct engine *engine, const struct run_header *header, uint64_t id, uint32_t page,
              struct arena *arena, struct span *bytes)
{
	struct span key = run_page_key(id, page, arena), read;
	enum err    err = engine->store->ops->get(engine->store, SPACE_IDENTITY, key, arena, &read);
	if (err == ERR_NONE)
		err = run_page_check(header, page, read);
	if (err == ERR_NONE)
		*bytes = read;
	return err == ERR_NOT_FOUND ? ERR_STORE_DAMAGED : err;
}

/* The hand passes over all pages of one run after the other; a page that was not asked
 * for since it came by leaves. */
static void
make_room(struct engine *engine)
{
	for (uint32_t passes = 0; engine->runs_size > LIMIT_IDENTITY_PAGES; passes++) {
		CHECK(passes <= 2 * engine->runs_count);
		struct sealed_run *run = engine->runs[engine->runs_hand++ % engine->runs_count];
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
	enum err err = run_page_read(engine, &run->header, run->id, index, &arena, &bytes);
	if (err == ERR_NONE) {
		char *copy = malloc(bytes.size);
		CHECK(copy != NULL);
		memcpy(copy, bytes.at, bytes.size);
		make_room(engine);
		run->pages[index] = (struct sealed_page){ { copy, bytes.size }, true };
		engine->runs_size += bytes.size;
	}
	arena_close(&arena);
	return err;
}

static uint64_t
hash_in(const struct sealed_run *run, struct identity identity)
{
	return run_hash(&run->header, identity.high);
}

void
runs_prefetch(const struct engine *engine, struct identity identity)
{
	for (uint32_t i = 0; i < engine->runs_count; i++) {
		const struct sealed_run *run = engine->runs[i];
		if (run->filter.words)
			filter_prefetch(&run->filter, hash_in(run, identity));
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
		struct sealed_run *run = engine->runs[i];
		if (run->filter.words && !filter_may_have(&run->filter, hash_in(run, identity)))
			continue;
		enum err err = find_in_run(engine, run, identity, found, ordinal);
		if (err != ERR_NONE)
			return err;
	}
	return *found ? recall_content(engine, *ordinal, content) : ERR_NONE;
}
