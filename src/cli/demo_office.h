/* demo_office.h - the licence office of `tally demo`: who signed what, hired whom, and when.
 *
 * A list of deeds, each on its day, at the demo's clock: accounts, contracts and how they
 * changed, people, licence management, roles. The same moment gives the same records. */
#ifndef TALLY_CLI_DEMO_OFFICE_H
#define TALLY_CLI_DEMO_OFFICE_H

#include "cli/demo_clock.h"
#include "engine/engine.h"

struct demo_office {
	struct engine     *engine;
	struct demo_clock *clock;
	struct arena      *arena;
	struct instant     now;  /* at which the story ends */
	uint32_t           next; /* deed */
};

/* Every deed that comes before that moment and was not done yet. Faults of the store
 * are returned; a list with errors in it would be a bug. */
MUST_CHECK enum err demo_office_until(struct demo_office *office, struct instant until,
                                      struct refusal *refusal);

#endif
