/* runs_check.c - do the sealed runs hold exactly what the log holds?
 *
 * Of each run every entry of its pages is summed, and then every event of its ordinals as
 * the run would have it: equal sums mean equal contents, in whatever order. The runs are
 * those at the moment of opening; they may be joined meanwhile, the log stays. */
#include "edge/sys/memory.h"
#include "engine/runs_int.h"

#include <stdio.h>

struct checked {
	struct run_header header;
	const uint64_t   *block_first;
	uint64_t          sealed_sum; /* of the entries in pages */
	uint64_t          sealed;     /* how many */
	uint64_t          logged_sum; /* of the events of the log so far */
	uint64_t          logged;
	uint32_t          block; /* of the last event */
};

struct runs_check {
	struct checked *runs;
	uint32_t        count;
	uint32_t        at; /* the run that the next event is in, or the one before it */
};

static enum err
sum_pages(struct engine *engine, uint64_t id, struct checked *run, store_progress *progress,
          void *context)
{
	struct arena arena, items_arena;
	struct span  page;
	enum err     err = ERR_NONE;
	arena_open(&arena, system_memory());
	arena_open(&items_arena, system_memory());
	struct run_item *items = ARENA_ARRAY(&items_arena, struct run_item, RUN_PAGE_ENTRIES_MAX);
	for (uint32_t i = 0; i < UINT32_C(1) << run->header.page_bits && err == ERR_NONE; i++) {
		arena_reset(&arena);
		err            = run_page_read(engine, &run->header, id, i, &arena, &page);
		uint32_t count = err == ERR_NONE ? run_page_items(&run->header, page, items) : 0;
		for (uint32_t k = 0; k < count; k++)
			run->sealed_sum += run_item_sum(items[k]);
		run->sealed += count;
		if (err == ERR_NONE && progress && !progress(context, 0, 0))
			err = ERR_STOPPED;
	}
	arena_close(&items_arena);
	arena_close(&arena);
	return err;
}

static enum err
complain(const struct checked *run, enum err err, const char *what, struct refusal *refusal)
{
	char detail[REFUSAL_DETAIL_SIZE];
	snprintf(detail, sizeof detail, "sealed identities of events %llu to %llu: %s",
	         (unsigned long long)run->header.first, (unsigned long long)run->header.until - 1,
	         what);
	return refuse(refusal, err, SPAN("identity"), span_of(detail));
}

/* Copies of the runs, and their numbers. */
static void
copy_runs(struct engine *engine, struct arena *arena, struct runs_check *check, uint64_t **ids)
{
	pthread_mutex_lock(&engine->runs_lock);
	check->count = engine->runs_count;
	check->runs  = ARENA_ARRAY(arena, struct checked, check->count);
	*ids         = ARENA_ARRAY(arena, uint64_t, check->count);
	for (uint32_t i = 0; i < check->count; i++) {
		const struct sealed_run *run    = engine->runs[i];
		size_t                   size   = run->header.blocks * sizeof(*run->block_first);
		uint64_t                *firsts = ARENA_ARRAY(arena, uint64_t, run->header.blocks);
		memcpy(firsts, run->block_first, size);
		check->runs[i] = (struct checked){ .header = run->header, .block_first = firsts };
		(*ids)[i]      = run->id;
	}
	pthread_mutex_unlock(&engine->runs_lock);
}

enum err
runs_check_open(struct engine *engine, struct arena *arena, store_progress *progress, void *context,
                struct runs_check **check, struct refusal *refusal)
{
	struct runs_check *opened = arena_take_zeroed(arena, sizeof(*opened));
	uint64_t          *ids;
	uint32_t           at  = 0;
	enum err           err = ERR_NONE;
	pthread_mutex_lock(&engine->runs_kept_lock);
	copy_runs(engine, arena, opened, &ids);
	for (; at < opened->count && err == ERR_NONE; at++)
		err = sum_pages(engine, ids[at], &opened->runs[at], progress, context);
	pthread_mutex_unlock(&engine->runs_kept_lock);
	if (err == ERR_STOPPED)
		return refuse(refusal, err, SPAN(""), SPAN("the check was stopped"));
	if (err != ERR_NONE)
		return complain(&opened->runs[at - 1], err, "a page is damaged or missing",
		                refusal);
	*check = opened;
	return ERR_NONE;
}

void
runs_check_add(struct runs_check *check, uint64_t ordinal, struct identity identity)
{
	while (check->at < check->count && check->runs[check->at].header.until <= ordinal)
		check->at++;
	struct checked *run = &check->runs[check->at];
	if (check->at == check->count || ordinal < run->header.first)
		return;
	while (run->block + 1 < run->header.blocks && run->block_first[run->block + 1] <= ordinal)
		run->block++;
	run->logged_sum += run_item_sum(
		(struct run_item){ run_hash(&run->header, identity.high), run->block });
	run->logged++;
}

enum err
runs_check_end(const struct runs_check *check, struct refusal *refusal)
{
	for (uint32_t i = 0; i < check->count; i++) {
		const struct checked *run = &check->runs[i];
		if (run->logged != run->sealed || run->logged_sum != run->sealed_sum)
			return complain(run, ERR_VERIFY_DIFFERS, "they are not what the log holds",
			                refusal);
	}
	return ERR_NONE;
}
