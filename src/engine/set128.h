/* set128.h - a set of identities that only grows.
 *
 * Open addressing over malloc'd memory; no locks. {0, 0} is an ordinary member. */
#ifndef TALLY_ENGINE_SET128_H
#define TALLY_ENGINE_SET128_H

#include "core/identity/identity.h"

struct set128 {
	struct identity *slots; /* {0, 0}: free */
	uint64_t         mask;
	uint64_t         count;
	bool             has_zero;
};

void set128_add(struct set128 *set, struct identity identity);
bool set128_has(const struct set128 *set, struct identity identity);
void set128_close(struct set128 *set);

#endif
