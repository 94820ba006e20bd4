/* recall.c - stored events that the packer asks for again and again.
 *
 * A producer that sends an old file again asks for the events of one block after the
 * other, in order: a few blocks stay open, and a search goes on where the last one
 * found something. */
#include <stdlib.h>

#include "edge/sys/memory.h"
#include "engine/engine_int.h"

enum { RECALL_BLOCKS = 8 };

struct recalled {
	struct arena         arena;
	struct arena         scratch;
	struct block_summary summary;
	struct block        *block;
	struct identity     *identities; /* NULL until asked for */
	uint32_t             next;       /* row after the last hit */
	uint64_t             used;       /* 0: empty */
};

struct recall {
	struct recalled blocks[RECALL_BLOCKS];
	uint64_t        clock;
};

struct recall *
recall_open(void)
{
	struct recall *recall = calloc(1, sizeof *recall);
	CHECK(recall != NULL);
	for (int i = 0; i < RECALL_BLOCKS; i++) {
		arena_open(&recall->blocks[i].arena, system_memory());
		arena_open(&recall->blocks[i].scratch, system_memory());
	}
	return recall;
}

void
recall_close(struct recall *recall)
{
	for (int i = 0; i < RECALL_BLOCKS; i++) {
		arena_close(&recall->blocks[i].arena);
		arena_close(&recall->blocks[i].scratch);
	}
	free(recall);
}

static bool
holds(const struct recalled *recalled, uint64_t ordinal)
{
	return recalled->used > 0 && ordinal >= recalled->summary.first &&
	       ordinal - recalled->summary.first < recalled->summary.count;
}

/* The open block that holds ordinal; the least recently used one makes room. */
static enum err
open_block(struct engine *engine, uint64_t ordinal, struct recalled **found)
{
	struct recall   *recall = engine->recall;
	struct recalled *oldest = &recall->blocks[0];
	for (int i = 0; i < RECALL_BLOCKS; i++) {
		struct recalled *recalled = &recall->blocks[i];
		if (holds(recalled, ordinal)) {
			recalled->used = ++recall->clock;
			*found         = recalled;
			return ERR_NONE;
		}
		if (recalled->used < oldest->used)
			oldest = recalled;
	}
	arena_reset(&oldest->arena);
	oldest->used       = 0;
	oldest->identities = NULL;
	oldest->next       = 0;
	if (!scan_summary(engine, ordinal, &oldest->summary))
		return ERR_STORE_DAMAGED;
	enum err err = scan_block(engine, &oldest->summary, &oldest->arena, &oldest->block, NULL);
	if (err != ERR_NONE)
		return err;
	oldest->used = ++recall->clock;
	*found       = oldest;
	return ERR_NONE;
}

enum err
recall_content(struct engine *engine, uint64_t ordinal, uint64_t *content)
{
	struct recalled *recalled;
	enum err         err = open_block(engine, ordinal, &recalled);
	if (err != ERR_NONE)
		return err;
	struct intake      *intake = intake_take(engine);
	const struct event *event;
	arena_reset(&recalled->scratch);
	err = scan_rows(intake, recalled->block, (uint32_t)(ordinal - recalled->summary.first), 1,
	                &recalled->scratch, &event);
	if (err == ERR_NONE)
		*content = event->content;
	intake_give(engine, intake);
	return err;
}

static enum err
load_identities(struct engine *engine, struct recalled *recalled)
{
	uint32_t         count      = recalled->summary.count;
	struct identity *identities = ARENA_ARRAY(&recalled->arena, struct identity, count);
	struct intake   *intake     = intake_take(engine);
	arena_reset(&recalled->scratch);
	enum err err = scan_identities(engine, intake, recalled->block, 0, count,
	                               &recalled->scratch, identities);
	intake_give(engine, intake);
	if (err == ERR_NONE)
		recalled->identities = identities;
	return err;
}

/* A run names a block by one of its ordinals, and means the block as the log has it now:
 * an open one that has been joined with its neighbours since holds too little. */
static void
forget_joined(struct engine *engine, uint64_t ordinal)
{
	struct block_summary now;
	for (int i = 0; i < RECALL_BLOCKS; i++) {
		struct recalled *recalled = &engine->recall->blocks[i];
		if (holds(recalled, ordinal) && scan_summary(engine, ordinal, &now) &&
		    (now.first != recalled->summary.first || now.count != recalled->summary.count))
			recalled->used = 0;
	}
}

enum err
recall_find(struct engine *engine, uint64_t ordinal, struct identity identity, bool *found,
            uint64_t *found_ordinal)
{
	struct recalled *recalled;
	*found = false;
	forget_joined(engine, ordinal);
	enum err err = open_block(engine, ordinal, &recalled);
	if (err == ERR_NONE && recalled->identities == NULL)
		err = load_identities(engine, recalled);
	if (err != ERR_NONE)
		return err;
	uint32_t count = recalled->summary.count;
	for (uint32_t i = 0, row = recalled->next; i < count; i++, row++) {
		row = row >= count ? 0 : row;
		if (!identity_equal(recalled->identities[row], identity))
			continue;
		recalled->next = row + 1;
		*found         = true;
		*found_ordinal = recalled->summary.first + row;
		return ERR_NONE;
	}
	return ERR_NONE;
}
