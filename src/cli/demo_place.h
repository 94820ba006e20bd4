/* demo_place.h - where `tally demo` keeps its store: a directory of its own that goes
 * away at the end, unless one was named. */
#ifndef TALLY_CLI_DEMO_PLACE_H
#define TALLY_CLI_DEMO_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "core/base/check.h"

struct demo_place {
	char path[PATH_MAX];
	bool is_passing; /* removed by demo_place_leave */
};

/* named NULL: a new directory in TMPDIR or /tmp. 0, or the errno that stopped it: EEXIST
 * when the named directory holds a store already. */
MUST_CHECK int demo_place_take(const char *named, struct demo_place *place);
void           demo_place_leave(const struct demo_place *place);

/* How to call this program from here: "tally" where the shell would find it, else
 * "build/tally" or its whole path. A path that a shell would need quotes for gives
 * "tally" as well. */
void demo_place_program(char *program, size_t size);

#endif
