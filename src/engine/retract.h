/* retract.h - taking an event out of the books again (E-7).
 *
 * A retracted event stays in the log and counts no more, whichever of the two came
 * first. The cells that it shared with others are cleared and joined anew from what
 * the log holds for their hour. */
#ifndef TALLY_ENGINE_RETRACT_H
#define TALLY_ENGINE_RETRACT_H

#include "core/identity/identity.h"
#include "core/meter/book.h"
#include "edge/log/block.h"
#include "engine/engine.h"

/* One retraction on its way from packer to committer. */
struct retraction {
	struct identity identity; /* of the event that counts no more */
	uint64_t        by;       /* ordinal of the retracting event */
	uint64_t        ordinal;  /* of the target, when found */
	bool            found;    /* the target is in the log (or in the same group, before) */
};

/* From now on the targets do not count: before the events that came with the retractions
 * are applied, for a target may be among them. Committer only. */
void retract_mark(struct engine *engine, const struct retraction *retractions, uint32_t count);
/* Take the targets that are in the books out of them. The books must hold everything
 * below every `by`. Committer only; holds the books lock inside. */
MUST_CHECK enum err retract_apply(struct engine *engine, const struct retraction *retractions,
                                  uint32_t count);

/* To be applied by the next call of retract_make_up, ... */
void retract_put_off(struct engine *engine, const struct retraction *retractions, uint32_t count);
/* ... and when that fails, by the one after it. */
MUST_CHECK enum err retract_make_up(struct engine *engine);

/* For a replay that met a retraction: was its target there first, and where. */
MUST_CHECK enum err retract_locate(struct engine *engine, struct retraction *retraction);

#endif
