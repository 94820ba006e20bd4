/* people_load.h - what opening, closing and loading an engine asks of its people. */
#ifndef TALLY_ENGINE_PEOPLE_LOAD_H
#define TALLY_ENGINE_PEOPLE_LOAD_H

#include "engine/engine_int.h"

void rosters_open(struct engine *engine);
void rosters_close(struct engine *engine);
/* A "p" record: its notes go into the roster and the assignments. At the start, or with
 * roster_lock held. */
MUST_CHECK enum err people_load(struct engine *engine, struct span key, struct span value);
/* Send what a change committed and did not get to send. Once the engine runs; what fails
 * is tried again by the next change of the account. */
void people_resume(struct engine *engine);

#endif
