/* store_fault.h - a store that fails on demand, around another one (tests).
 *
 * Owns the inner store and closes it. */
#ifndef TALLY_EDGE_STORE_STORE_FAULT_H
#define TALLY_EDGE_STORE_STORE_FAULT_H

#include "edge/store/store.h"

struct store *store_fault_open(struct store *inner);

/* Let the next `passes` commits through, then fail with err until cleared
 * (err ERR_NONE: never fail). applied: the failing commit is carried out all the
 * same, as when only its answer is lost. */
void store_fault_arm(struct store *store, uint32_t passes, enum err err, bool applied);

#endif
