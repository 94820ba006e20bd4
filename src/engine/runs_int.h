/* runs_int.h - sealed runs and their records, for the files that make, join and ask them.
 *
 * In SPACE_IDENTITY, for the run that begins at ordinal N: "r" N its header, its number
 * and the first ordinals of its blocks; "q" NUMBER P its page P. A run stands in the store
 * when its header does; pages come before it and go after it. Where runs are joined one
 * commit puts the new header and takes the old ones away, so that each ordinal below the
 * last run's end is in exactly one run at any time. */
#ifndef TALLY_ENGINE_RUNS_INT_H
#define TALLY_ENGINE_RUNS_INT_H

#include "engine/engine_int.h"

struct sealed_page {
	struct span bytes; /* at NULL: not in memory */
	bool        used;  /* since the clock's hand was here */
};

struct sealed_run {
	struct run_header   header;
	uint64_t            id;          /* in the keys of its pages, no other run's */
	uint32_t            level;       /* how often it was joined */
	bool                alone;       /* joining it failed for good */
	uint64_t           *block_first; /* an ordinal of each of its blocks, the first it has */
	struct sealed_page *pages;       /* those in memory */
	struct filter       filter;      /* under runs_lock; not made: everything may be in it */
};

/* A run without pages in memory and without a filter. */
struct sealed_run *run_new(const struct run_header *header, uint64_t id, uint32_t level,
                           const uint64_t *block_first);
/* A run that nobody else knows, or knows any more. */
void run_free(struct engine *engine, struct sealed_run *run);
/* Make room in engine->runs for one more. */
void runs_grow(struct engine *engine);

/* For a run that is begun. */
uint64_t run_next_id(struct engine *engine);

/* "r" first, or "q" id page. */
struct span run_header_key(uint64_t first, struct arena *arena);
struct span run_page_key(uint64_t id, uint32_t page, struct arena *arena);
/* The page, read and checked; ERR_STORE_DAMAGED also when it is missing. */
MUST_CHECK enum err run_page_read(struct engine *engine, const struct run_header *header,
                                  uint64_t id, uint32_t page, struct arena *arena,
                                  struct span *bytes);

/* Pages on their way into the store, a few in each commit. */
struct run_saver {
	struct engine      *engine;
	struct arena        arena;
	struct store_write *writes;
	uint32_t            writes_count;
	uint64_t            id;
	enum err            err; /* once set nothing more is written */
};
void run_saver_open(struct run_saver *saver, struct engine *engine, uint64_t id);
/* A run_page; context is the saver. */
void run_saver_page(void *context, uint32_t page, struct span bytes);
void run_saver_flush(struct run_saver *saver);
/* The record of run's header. */
struct store_write run_header_write(const struct sealed_run *run, struct arena *arena);
void               run_saver_close(struct run_saver *saver);
/* Remove the records with from <= key < until, a few in each commit. */
enum err runs_remove(struct engine *engine, struct span from, struct span until);

#endif
