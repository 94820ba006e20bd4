/* billing.h - the file of an account's billing details.
 *
 * Pure. */
#ifndef TALLY_CORE_LICENCE_BILLING_H
#define TALLY_CORE_LICENCE_BILLING_H

#include "core/base/arena.h"
#include "core/base/err.h"

/* Refuses unknown fields, wrong types, and what is longer than a field may be. *put is
 * the JSON object itself, without what stands around it. */
MUST_CHECK enum err billing_check(struct span json, struct arena *arena, struct span *put,
                                  struct refusal *refusal);

#endif
