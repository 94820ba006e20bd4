/* walk.c - the rows of one block of the log, a slice at a time. */
#include "engine/walk.h"

#include "edge/sys/memory.h"

enum err
walk_open(struct walk *walk, struct engine *engine, struct block_summary *summary, uint64_t from,
          struct refusal *refusal)
{
	*walk = (struct walk){ .block = NULL };
	arena_open(&walk->arena, system_memory());
	arena_open(&walk->block_arena, system_memory());
	enum err err = scan_block(engine, summary, &walk->block_arena, &walk->block, refusal);
	if (err != ERR_NONE)
		return err;
	uint64_t before = from > summary->first ? from - summary->first : 0;
	walk->rows_end  = summary->count;
	walk->row       = before < summary->count ? (uint32_t)before : summary->count;
	walk->first     = summary->first + walk->row;
	return ERR_NONE;
}

bool
walk_next(struct walk *walk)
{
	walk->row += walk->count;
	walk->first += walk->count;
	uint32_t left = walk->rows_end - walk->row;
	walk->count   = left < WALK_ROWS ? left : WALK_ROWS;
	arena_reset(&walk->arena);
	return walk->count > 0;
}

void
walk_close(struct walk *walk)
{
	arena_close(&walk->arena);
	arena_close(&walk->block_arena);
}
