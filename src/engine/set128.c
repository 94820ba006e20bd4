/* set128.c - a set of identities that only grows. */
#include "engine/set128.h"

#include <stdlib.h>

static bool
is_zero(struct identity identity)
{
	return identity.low == 0 && identity.high == 0;
}

/* The slot that holds identity, or the free one where it belongs. */
static struct identity *
slot_of(const struct set128 *set, struct identity identity)
{
	uint64_t at = identity.low & set->mask;
	while (!is_zero(set->slots[at]) && !identity_equal(set->slots[at], identity))
		at = (at + 1) & set->mask;
	return &set->slots[at];
}

static void
grow(struct set128 *set)
{
	struct set128 wider = { .mask = set->slots ? set->mask * 2 + 1 : 63 };
	wider.slots         = calloc(wider.mask + 1, sizeof *wider.slots);
	CHECK(wider.slots != NULL);
	for (uint64_t i = 0; set->slots && i <= set->mask; i++) {
		if (!is_zero(set->slots[i]))
			*slot_of(&wider, set->slots[i]) = set->slots[i];
	}
	free(set->slots);
	set->slots = wider.slots;
	set->mask  = wider.mask;
}

void
set128_add(struct set128 *set, struct identity identity)
{
	if (is_zero(identity)) {
		set->has_zero = true;
		return;
	}
	if (set->slots == NULL || (set->count + 1) * 4 > (set->mask + 1) * 3)
		grow(set);
	struct identity *slot = slot_of(set, identity);
	set->count += is_zero(*slot);
	*slot = identity;
}

bool
set128_has(const struct set128 *set, struct identity identity)
{
	if (is_zero(identity))
		return set->has_zero;
	return set->count > 0 && !is_zero(*slot_of(set, identity));
}

void
set128_close(struct set128 *set)
{
	free(set->slots);
	*set = (struct set128){ 0 };
}
