/* demo_clock.h - the clock of `tally demo`: the past goes by while it is told.
 *
 * What is told gets the moment at which it happened, so the trail of changes and the
 * notifications of a made-up account are as old as its story says. Any thread may ask. */
#ifndef TALLY_CLI_DEMO_CLOCK_H
#define TALLY_CLI_DEMO_CLOCK_H

#include <stdatomic.h>

#include "core/base/calendar.h"

struct demo_clock {
	_Atomic int64_t held_ns;
	_Atomic int64_t ahead_ns; /* of the system's clock, once it runs */
	_Atomic bool    runs;
};

/* It stands at this moment until it is held elsewhere or runs. */
void demo_clock_hold(struct demo_clock *clock, struct instant at);
/* From this moment on it goes as the system's does. */
void demo_clock_run(struct demo_clock *clock, struct instant from);
/* The clock of an engine (engine_options), with a struct demo_clock as its context. */
struct instant demo_clock_now(void *context);
struct instant demo_clock_system(void);

#endif
