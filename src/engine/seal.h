/* seal.h - small blocks of the log become large ones.
 *
 * Commits of few events leave small blocks, which compress badly. Neighbours are
 * joined into blocks of many thousand events: same events, same ordinals, same chain,
 * in one commit. */
#ifndef TALLY_ENGINE_SEAL_H
#define TALLY_ENGINE_SEAL_H

#include "engine/engine.h"

/* Join one stretch of small blocks if there is one. Committer only. */
MUST_CHECK enum err seal_step(struct engine *engine);

#endif
