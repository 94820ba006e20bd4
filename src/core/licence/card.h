/* card.h - finds what looks like the number of a payment card.
 *
 * Pure. 13 to 19 digits that pass the check of Luhn, by themselves or in groups with
 * spaces or dashes between them. */
#ifndef TALLY_CORE_LICENCE_CARD_H
#define TALLY_CORE_LICENCE_CARD_H

#include "core/base/arena.h"
#include "core/base/err.h"

bool card_in_text(struct span text);

/* A file before anything else is read of it: ERR_CARD_NUMBER when a name or value in it
 * looks like one. The refusal names the byte and never what stands there. A file that is
 * no JSON passes when its bytes do: whoever parses it refuses it. */
MUST_CHECK enum err card_check(struct span file, struct arena *arena, struct refusal *refusal);

#endif
