/* checkpoint.h - books on disk now and then, so that a start need not replay the log.
 *
 * A round writes every chunk (book and era) that changed, a few a step, each with the
 * log position it contains; when all are through, the floor moves to where the round
 * began. A start reads all chunks and replays the log from the floor; events that a
 * chunk holds already are skipped. Chunks are derived: without them everything is
 * replayed. */
#ifndef TALLY_ENGINE_CHECKPOINT_H
#define TALLY_ENGINE_CHECKPOINT_H

#include "engine/engine.h"

/* Read the floor; chunks of another catalogue's meters are thrown away. */
MUST_CHECK enum err checkpoint_open(struct engine *engine, struct refusal *refusal);
/* Some of a round if it is time for one. Committer only. */
MUST_CHECK enum err checkpoint_step(struct engine *engine, bool idle);
/* A whole round; the engine's own threads have ended. */
MUST_CHECK enum err checkpoint_all(struct engine *engine);
/* Give back what a round that was not finished holds. */
void checkpoint_close(struct engine *engine);

/* A chunk as stored: compressed. ERR_STORE_DAMAGED for what is not one. */
struct span         chunk_pack(struct span chunk, struct arena *arena);
MUST_CHECK enum err chunk_unpack(struct span stored, struct arena *arena, struct span *chunk);

#endif
