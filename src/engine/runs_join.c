/* runs_join.c - neighbouring runs become one, so that a question is asked of few.
 *
 * Four runs of one level make one of the next: of a hundred million identities there are
 * about four runs, at most nine, and each identity was rewritten three times. The joined
 * run is made of pages alone and grows beside the old ones; one commit puts its header in
 * the place of theirs. Then the packer asks it instead, and the old pages go. */
#include "edge/sys/memory.h"
#include "engine/runs_int.h"

enum { JOIN_RUNS = 4 };

_Static_assert((int)JOIN_RUNS <= (int)RUN_SOURCES_MAX, "the core joins so many");

/* ---- which ---- */

/* The newest neighbours of one level, of more than are needed the oldest, so that levels
 * never rise from one run to the next; NULL: none. Caller holds runs_lock. */
static struct sealed_run *const *
find_sources(const struct engine *engine)
{
	struct sealed_run *const *found = NULL;
	uint32_t                  alike = 0;
	for (uint32_t i = 0; i < engine->runs_count; i++) {
		const struct sealed_run *run = engine->runs[i];
		bool same = alike > 0 && engine->runs[i - 1]->level == run->level;
		alike     = run->alone ? 0 : same ? alike + 1 : 1;
		if (alike == JOIN_RUNS)
			found = &engine->runs[i + 1 - JOIN_RUNS];
	}
	return found;
}

bool
runs_joinable(struct engine *engine)
{
	pthread_mutex_lock(&engine->runs_lock);
	bool joinable = find_sources(engine) != NULL;
	pthread_mutex_unlock(&engine->runs_lock);
	return joinable;
}

/* ---- the joined run ---- */

struct joining {
	struct engine     *engine;
	struct sealed_run *sources[JOIN_RUNS];
	struct run_join    join;
	struct arena       arena; /* for all of it */
	struct arena       unit_arena;
	uint64_t          *block_first;
	struct run_saver   saver;
	struct filter      filter;
	struct run_item   *items; /* of a page */
	uint64_t           count; /* entries of the joined run so far */
};

/* The blocks as the log has them now: those of the sources lie within them. */
static uint32_t
choose_blocks(struct joining *joining)
{
	const struct log_index *log   = &joining->engine->log;
	uint64_t                until = joining->sources[JOIN_RUNS - 1]->header.until;
	uint64_t                at    = joining->sources[0]->header.first;
	uint32_t                count = 0;
	pthread_rwlock_rdlock(&joining->engine->books_lock);
	uint32_t begin       = log_index_find(log, at);
	uint32_t end         = log_index_find(log, until - 1);
	joining->block_first = ARENA_ARRAY(&joining->arena, uint64_t, end - begin + 1);
	for (uint32_t i = begin; at < until && i < log->count; i++) {
		joining->block_first[count++] = at;
		at                            = log->blocks[i].first + log->blocks[i].count;
	}
	pthread_rwlock_unlock(&joining->engine->books_lock);
	CHECK(at >= until);
	return count;
}

/* For each block of a source the one that it lies in. */
static const uint32_t *
map_blocks(struct joining *joining, const struct sealed_run *source, uint32_t blocks)
{
	uint32_t *map  = ARENA_ARRAY(&joining->arena, uint32_t, source->header.blocks);
	uint32_t  into = 0;
	for (uint32_t i = 0; i < source->header.blocks; i++) {
		while (into + 1 < blocks &&
		       joining->block_first[into + 1] <= source->block_first[i])
			into++;
		map[i] = into;
	}
	return map;
}

/* False: these make no run. */
static bool
joining_open(struct joining *joining, struct engine *engine)
{
	*joining = (struct joining){ .engine = engine };
	arena_open(&joining->arena, system_memory());
	arena_open(&joining->unit_arena, system_memory());
	pthread_mutex_lock(&engine->runs_lock);
	struct sealed_run *const *found = find_sources(engine);
	for (uint32_t i = 0; found && i < JOIN_RUNS; i++)
		joining->sources[i] = found[i];
	pthread_mutex_unlock(&engine->runs_lock);
	CHECK(found != NULL);

	uint32_t blocks = choose_blocks(joining);
	for (uint32_t i = 0; i < JOIN_RUNS; i++)
		joining->join.sources[i] = (struct run_source){
			.header = joining->sources[i]->header,
			.block  = map_blocks(joining, joining->sources[i], blocks),
		};
	joining->join.sources_count = JOIN_RUNS;
	run_saver_open(&joining->saver, engine, run_next_id(engine));
	if (!run_join_open(&joining->join, blocks))
		return false;
	const struct run_header *header = &joining->join.header;
	joining->items = ARENA_ARRAY(&joining->arena, struct run_item, RUN_PAGE_ENTRIES_MAX);
	filter_open(&joining->filter, header->until - header->first, system_memory());
	return true;
}

static void
joining_close(struct joining *joining)
{
	filter_close(&joining->filter);
	run_saver_close(&joining->saver);
	arena_close(&joining->unit_arena);
	arena_close(&joining->arena);
}

static void
filter_page(struct filter *filter, const struct run_header *header, struct span page,
            struct run_item *items, uint64_t *count)
{
	uint32_t entries = run_page_items(header, page, items);
	for (uint32_t i = 0; i < entries; i++)
		filter_add(filter, items[i].hash);
	*count += entries;
}

static enum err
read_unit(struct joining *joining, uint32_t unit, struct span **pages)
{
	const struct run_join *join = &joining->join;
	uint32_t               from[JOIN_RUNS], count[JOIN_RUNS], all = 0;
	for (uint32_t i = 0; i < JOIN_RUNS; i++)
		all += count[i] = run_join_needs(join, unit, i, &from[i]);
	struct span *page = *pages = ARENA_ARRAY(&joining->unit_arena, struct span, all);
	for (uint32_t i = 0; i < JOIN_RUNS; i++) {
		for (uint32_t k = 0; k < count[i]; k++) {
			enum err err = run_page_read(joining->engine, &join->sources[i].header,
			                             joining->sources[i]->id, from[i] + k,
			                             &joining->unit_arena, page++);
			if (err != ERR_NONE)
				return err;
		}
	}
	return ERR_NONE;
}

static enum err
join_unit(struct joining *joining, uint32_t unit)
{
	const struct run_join *join  = &joining->join;
	uint32_t               makes = run_join_makes(join);
	struct span           *pages;
	arena_reset(&joining->unit_arena);
	enum err err = read_unit(joining, unit, &pages);
	if (err != ERR_NONE)
		return err;
	struct span *joined = ARENA_ARRAY(&joining->unit_arena, struct span, makes);
	if (!run_join_unit(join, unit, pages, &joining->unit_arena, joined))
		return ERR_NOT_FOUND;
	for (uint32_t i = 0; i < makes; i++) {
		filter_page(&joining->filter, &join->header, joined[i], joining->items,
		            &joining->count);
		run_saver_page(&joining->saver, unit * makes + i, joined[i]);
	}
	return joining->saver.err;
}

static enum err
join_pages(struct joining *joining)
{
	const struct run_header *header = &joining->join.header;
	enum err                 err    = ERR_NONE;
	for (uint32_t unit = 0; unit < UINT32_C(1) << joining->join.unit_bits; unit++) {
		err = join_unit(joining, unit);
		if (err == ERR_NONE)
			err = engine_ready(joining->engine);
		if (err != ERR_NONE)
			return err;
	}
	run_saver_flush(&joining->saver);
	if (joining->count != header->until - header->first)
		return ERR_STORE_DAMAGED;
	return joining->saver.err;
}

/* ---- instead of the others ---- */

/* The joined run has the key of the first source, so that its record goes as well. */
static enum err
commit_header(struct joining *joining, const struct sealed_run *run)
{
	struct arena      *arena = &joining->arena;
	struct store_write writes[JOIN_RUNS];
	for (uint32_t i = 1; i < JOIN_RUNS; i++)
		writes[i] = (struct store_write){
			.space  = SPACE_IDENTITY,
			.remove = true,
			.key    = run_header_key(joining->sources[i]->header.first, arena),
		};
	writes[0] = run_header_write(run, arena);
	return engine_commit(joining->engine, writes, JOIN_RUNS);
}

static void
replace_sources(struct joining *joining, struct sealed_run *run)
{
	struct engine *engine = joining->engine;
	uint32_t       at     = 0;
	pthread_mutex_lock(&engine->runs_lock);
	while (engine->runs[at] != joining->sources[0])
		at++;
	CHECK(at + JOIN_RUNS <= engine->runs_count);
	CHECK(engine->runs[at + JOIN_RUNS - 1] == joining->sources[JOIN_RUNS - 1]);
	engine->runs[at] = run;
	engine->runs_count -= JOIN_RUNS - 1;
	memmove(&engine->runs[at + 1], &engine->runs[at + JOIN_RUNS],
	        (engine->runs_count - at - 1) * sizeof(*engine->runs));
	engine->runs_filtered += filter_size(&run->filter);
	pthread_mutex_unlock(&engine->runs_lock);
}

/* What is not removed now is at the next start (runs_clean). */
static void
remove_sources(struct joining *joining)
{
	struct engine *engine = joining->engine;
	for (uint32_t i = 0; i < JOIN_RUNS; i++) {
		struct sealed_run *source = joining->sources[i];
		struct span        from   = run_page_key(source->id, 0, &joining->arena);
		struct span        until  = run_page_key(source->id + 1, 0, &joining->arena);
		run_free(engine, source);
		if (engine_ready(engine) == ERR_NONE)
			(void)!runs_remove(engine, from, until);
	}
}

static enum err
join_switch(struct joining *joining)
{
	struct engine     *engine = joining->engine;
	struct sealed_run *run    = run_new(&joining->join.header, joining->saver.id,
	                                    joining->sources[0]->level + 1, joining->block_first);
	pthread_mutex_lock(&engine->runs_kept_lock);
	enum err err = commit_header(joining, run);
	if (err == ERR_NONE) {
		run->filter     = joining->filter;
		joining->filter = (struct filter){ .words = NULL };
		replace_sources(joining, run);
		remove_sources(joining);
	} else {
		run_free(engine, run);
	}
	pthread_mutex_unlock(&engine->runs_kept_lock);
	return err;
}

/* Damage is told of by who asks that page; trying again would only meet it again. */
static void
leave_alone(const struct joining *joining)
{
	pthread_mutex_lock(&joining->engine->runs_lock);
	for (uint32_t i = 0; i < JOIN_RUNS; i++)
		joining->sources[i]->alone = true;
	pthread_mutex_unlock(&joining->engine->runs_lock);
}

enum err
runs_join(struct engine *engine)
{
	struct joining joining;
	enum err       err = joining_open(&joining, engine) ? ERR_NONE : ERR_NOT_FOUND;
	if (err == ERR_NONE)
		err = join_pages(&joining);
	if (err == ERR_NONE)
		err = join_switch(&joining);
	if (err == ERR_NOT_FOUND || err == ERR_STORE_DAMAGED)
		leave_alone(&joining);
	joining_close(&joining);
	return err;
}

/* ---- filters after a start ---- */

static enum err
make_filter(struct engine *engine, const struct sealed_run *run, struct filter *filter)
{
	struct arena arena, page_arena;
	struct span  page;
	enum err     err   = ERR_NONE;
	uint64_t     count = 0;
	arena_open(&arena, system_memory());
	arena_open(&page_arena, system_memory());
	struct run_item *items = ARENA_ARRAY(&arena, struct run_item, RUN_PAGE_ENTRIES_MAX);
	filter_open(filter, run->header.until - run->header.first, system_memory());
	for (uint32_t i = 0; i < UINT32_C(1) << run->header.page_bits && err == ERR_NONE; i++) {
		arena_reset(&page_arena);
		err = run_page_read(engine, &run->header, run->id, i, &page_arena, &page);
		if (err == ERR_NONE)
			filter_page(filter, &run->header, page, items, &count);
		if (err == ERR_NONE && engine_ready(engine) == ERR_STORE_CLOSING)
			err = ERR_STORE_CLOSING;
	}
	arena_close(&page_arena);
	arena_close(&arena);
	return err;
}

static struct sealed_run *
run_at(struct engine *engine, uint32_t index)
{
	pthread_mutex_lock(&engine->runs_lock);
	struct sealed_run *run = index < engine->runs_count ? engine->runs[index] : NULL;
	pthread_mutex_unlock(&engine->runs_lock);
	return run;
}

/* Runs are asked without a filter until it is there, and where a page cannot be read. Those
 * that the packer has sealed meanwhile have one. */
void
runs_filter(struct engine *engine)
{
	struct sealed_run *run;
	for (uint32_t i = 0; (run = run_at(engine, i)) != NULL; i++) {
		struct filter filter;
		if (run->filter.words)
			continue;
		enum err err = make_filter(engine, run, &filter);
		if (err == ERR_STORE_CLOSING) {
			filter_close(&filter);
			return;
		}
		if (err != ERR_NONE) {
			filter_close(&filter);
			continue;
		}
		pthread_mutex_lock(&engine->runs_lock);
		run->filter = filter;
		engine->runs_filtered += filter_size(&filter);
		pthread_mutex_unlock(&engine->runs_lock);
	}
}
