/* demo_story.h - the whole story of `tally demo`, told to an engine in the order of time.
 *
 * Each day: what the licence office did, what was sent, and what is due by then. Leaves the
 * clock standing at the story's end. */
#ifndef TALLY_CLI_DEMO_STORY_H
#define TALLY_CLI_DEMO_STORY_H

#include "cli/demo_events.h"
#include "cli/demo_office.h"

struct demo_story {
	struct engine       *engine;
	struct demo_clock   *clock;
	struct demo_plan     plan;
	struct ingest_counts counts; /* of everything told */
};

/* The faults of the store. */
MUST_CHECK enum err demo_story_tell(struct demo_story *story, struct arena *arena,
                                    struct refusal *refusal);

#endif
