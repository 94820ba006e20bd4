/* demo_events.h - what the made-up account of `tally demo` did, as events.
 *
 * Pure. The same plan gives the same bytes. Events come hour by hour as their producers
 * would send them, some of them twice, in batches of lines, one a day. */
#ifndef TALLY_CLI_DEMO_EVENTS_H
#define TALLY_CLI_DEMO_EVENTS_H

#include "core/base/arena.h"
#include "core/base/calendar.h"
#include "core/base/err.h"

struct demo_plan {
	struct instant now;  /* no event is later */
	uint32_t       days; /* nor earlier than so many before the hour of now, but on Flex */
	uint64_t       seed;
};

/* Takes what had arrived by then, a line an event and perhaps none; what it returns ends
 * the story unless ERR_NONE. */
typedef enum err demo_send(void *context, struct instant until, struct span lines);

MUST_CHECK enum err demo_events(const struct demo_plan *plan, struct arena *arena, demo_send *send,
                                void *context);

#endif
