/* demo_clock.c - the clock of `tally demo`: the past goes by while it is told. */
#include "cli/demo_clock.h"

#include <time.h>

struct instant
demo_clock_system(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (struct instant){ (int64_t)now.tv_sec * NS_PER_SECOND + now.tv_nsec };
}

void
demo_clock_hold(struct demo_clock *clock, struct instant at)
{
	atomic_store(&clock->held_ns, at.ns);
	atomic_store(&clock->runs, false);
}

void
demo_clock_run(struct demo_clock *clock, struct instant from)
{
	atomic_store(&clock->ahead_ns, from.ns - demo_clock_system().ns);
	atomic_store(&clock->runs, true);
}

struct instant
demo_clock_now(void *context)
{
	struct demo_clock *clock = context;

	if (!atomic_load(&clock->runs))
		return (struct instant){ atomic_load(&clock->held_ns) };
	return (struct instant){ demo_clock_system().ns + atomic_load(&clock->ahead_ns) };
}
