/* walk.h - the rows of one block of the log, a slice at a time. */
#ifndef TALLY_ENGINE_WALK_H
#define TALLY_ENGINE_WALK_H

#include "engine/engine_int.h"

enum { WALK_ROWS = 2048 };

struct walk {
	struct block *block;
	uint64_t      first; /* ordinal of the slice's first row */
	uint32_t      row;   /* the slice: rows [row, row + count) of the block */
	uint32_t      count;
	struct arena  arena; /* for what is made of the slice: empty again at each */
	struct arena  block_arena;
	uint32_t      rows_end; /* of the block */
};

/* From the ordinal `from` on, or from the block's first; *summary as scan_block sets it.
 * walk_close after it also when it fails. */
MUST_CHECK enum err walk_open(struct walk *walk, struct engine *engine,
                              struct block_summary *summary, uint64_t from,
                              struct refusal *refusal);
/* The next slice; false at the block's end. */
bool walk_next(struct walk *walk);
void walk_close(struct walk *walk);

#endif
