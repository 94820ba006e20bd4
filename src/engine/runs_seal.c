/* runs_seal.c - the older half of the identities in memory becomes a sealed run. */
#include "edge/sys/memory.h"
#include "engine/runs_int.h"

enum { SEAL_AT = 8 << 20, SEAL_AT_EAGER = 300, SEAL_BLOCKS = 4096, RECORDS_A_COMMIT = 64 };

/* ---- into the store and out of it ---- */

void
run_saver_open(struct run_saver *saver, struct engine *engine, uint64_t id)
{
	*saver = (struct run_saver){ .engine = engine, .id = id };
	arena_open(&saver->arena, system_memory());
	saver->writes = ARENA_ARRAY(&saver->arena, struct store_write, RECORDS_A_COMMIT);
}

void
run_saver_close(struct run_saver *saver)
{
	arena_close(&saver->arena);
}

void
run_saver_flush(struct run_saver *saver)
{
	if (saver->err == ERR_NONE && saver->writes_count > 0)
		saver->err = engine_commit(saver->engine, saver->writes, saver->writes_count);
	saver->writes_count = 0;
	arena_reset(&saver->arena);
	saver->writes = ARENA_ARRAY(&saver->arena, struct store_write, RECORDS_A_COMMIT);
}

void
run_saver_page(void *context, uint32_t page, struct span bytes)
{
	struct run_saver *saver = context;
	if (saver->err != ERR_NONE)
		return;
	saver->writes[saver->writes_count++] = (struct store_write){
		.space = SPACE_IDENTITY,
		.key   = run_page_key(saver->id, page, &saver->arena),
		.value = arena_copy(&saver->arena, bytes),
	};
	if (saver->writes_count == RECORDS_A_COMMIT)
		run_saver_flush(saver);
}

/* Some keys of records that are to go. */
struct removal {
	struct arena       arena;
	struct store_write writes[RECORDS_A_COMMIT];
	uint32_t           count;
};

static enum err
removal_add(void *context, struct span key, struct span value)
{
	struct removal *removal = context;
	(void)value;
	removal->writes[removal->count++] = (struct store_write){
		.space = SPACE_IDENTITY, .remove = true, .key = arena_copy(&removal->arena, key)
	};
	return removal->count == RECORDS_A_COMMIT ? ERR_STOPPED : ERR_NONE;
}

enum err
runs_remove(struct engine *engine, struct span from, struct span until)
{
	struct removal removal;
	enum err       err = ERR_NONE;
	arena_open(&removal.arena, system_memory());
	do {
		arena_reset(&removal.arena);
		removal.count = 0;
		err           = engine->store->ops->scan(engine->store, SPACE_IDENTITY, from, until,
		                                         removal_add, &removal);
		if (removal.count > 0 && (err == ERR_NONE || err == ERR_STOPPED))
			err = engine_commit(engine, removal.writes, removal.count);
	} while (err == ERR_NONE && removal.count == RECORDS_A_COMMIT &&
	         engine_ready(engine) == ERR_NONE);
	arena_close(&removal.arena);
	return err;
}

/* Ids rise with the time of making, not with the place in the log. */
static const struct sealed_run *
next_by_id(const struct engine *engine, uint64_t from)
{
	const struct sealed_run *next = NULL;
	for (uint32_t i = 0; i < engine->runs_count; i++) {
		const struct sealed_run *run = engine->runs[i];
		if (run->id >= from && (!next || run->id < next->id))
			next = run;
	}
	return next;
}

/* The first form of runs began with "h" and "p": what it held is sealed anew. Pages without
 * a run are left by a stop while it was made, joined or removed. */
enum err
runs_clean(struct engine *engine)
{
	struct arena arena;
	arena_open(&arena, system_memory());
	enum err    err  = runs_remove(engine, SPAN("h"), SPAN("i"));
	struct span from = SPAN("q");
	if (err == ERR_NONE)
		err = runs_remove(engine, SPAN("p"), from);
	const struct sealed_run *run = next_by_id(engine, 0);
	for (; err == ERR_NONE && run; run = next_by_id(engine, run->id + 1)) {
		err  = runs_remove(engine, from, run_page_key(run->id, 0, &arena));
		from = run_page_key(run->id, UINT32_C(1) << run->header.page_bits, &arena);
	}
	if (err == ERR_NONE)
		err = runs_remove(engine, from, SPAN("r"));
	arena_close(&arena);
	return err;
}

/* ---- sealing ---- */

/* The ordinal after the newest in memory. */
static uint64_t
recent_end(const struct engine *engine)
{
	struct recent_entry entry;
	struct identity     identity;
	uint64_t            count = recent_count(engine->recent);
	bool found = count > 0 && recent_nth(engine->recent, count - 1, &identity, &entry);
	return found ? entry.ordinal + 1 : engine->sealed_until;
}

/* Whole durable blocks from sealed_until on that hold about half of what is in memory. At
 * a start that is not yet all of the log. */
static uint32_t
choose_blocks(struct engine *engine, uint64_t *block_first, uint64_t *until)
{
	uint64_t             wanted = engine->sealed_until + recent_count(engine->recent) / 2;
	uint64_t             end    = recent_end(engine);
	uint32_t             count  = 0;
	struct block_summary summary;
	*until = engine->sealed_until;
	while (count < SEAL_BLOCKS && *until < wanted && scan_summary(engine, *until, &summary) &&
	       summary.first + summary.count <= end) {
		block_first[count++] = *until;
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
		items[count++] = (struct run_item){ identity.high, block };
	}
	return count;
}

/* What the run knows of the items, which stand in the order of its pages by now. */
static struct filter
make_filter(const struct run_header *header, const struct run_item *items, uint64_t count)
{
	struct filter filter;
	filter_open(&filter, count, system_memory());
	for (uint64_t i = 0; i < count; i++)
		filter_add(&filter, run_hash(header, items[i].hash));
	return filter;
}

static void
add_run(struct engine *engine, struct sealed_run *run)
{
	pthread_mutex_lock(&engine->runs_lock);
	runs_grow(engine);
	engine->runs[engine->runs_count++] = run;
	engine->runs_filtered += filter_size(&run->filter);
	pthread_mutex_unlock(&engine->runs_lock);
	engine->sealed_until = run->header.until;
	recent_forget_until(engine->recent, run->header.until);
}

uint64_t
run_next_id(struct engine *engine)
{
	pthread_mutex_lock(&engine->runs_lock);
	uint64_t id = engine->runs_next_id++;
	pthread_mutex_unlock(&engine->runs_lock);
	return id;
}

/* The header comes last: a run without one does not exist. */
static enum err
seal(struct engine *engine, const uint64_t *block_first, uint32_t blocks, uint64_t until)
{
	struct run_saver  saver;
	struct arena      scratch;
	struct run_header header;
	uint64_t          wanted = until - engine->sealed_until;
	run_saver_open(&saver, engine, run_next_id(engine));
	arena_open(&scratch, system_memory());
	struct run_item *items = ARENA_ARRAY(&scratch, struct run_item, wanted);
	uint64_t         count = gather_items(engine, block_first, blocks, until, items);
	CHECK(count == wanted);
	run_build(items, count, engine->sealed_until, until, blocks, &scratch, &header,
	          run_saver_page, &saver);
	run_saver_flush(&saver);

	struct sealed_run *run = run_new(&header, saver.id, 0, block_first);
	saver.writes[0]        = run_header_write(run, &saver.arena);
	saver.writes_count     = 1;
	run_saver_flush(&saver);
	if (saver.err == ERR_NONE) {
		run->filter = make_filter(&header, items, count);
		add_run(engine, run);
	} else {
		run_free(engine, run);
	}
	arena_close(&scratch);
	run_saver_close(&saver);
	return saver.err;
}

enum err
runs_seal(struct engine *engine)
{
	uint64_t firsts[SEAL_BLOCKS], until;
	if (recent_count(engine->recent) < engine_pace(engine, SEAL_AT, SEAL_AT_EAGER))
		return ERR_NONE;
	uint32_t blocks = choose_blocks(engine, firsts, &until);
	return blocks > 0 ? seal(engine, firsts, blocks, until) : ERR_NONE;
}
