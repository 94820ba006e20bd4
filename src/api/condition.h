/* condition.h - answers that need not be made, because the caller has them (RFC 9110, 13).
 *
 * An answer about an account carries a tag of what it depends on, known without making it;
 * who sends the tag back gets 304 as long as the answer would be the same. */
#ifndef TALLY_API_CONDITION_H
#define TALLY_API_CONDITION_H

#include "api/call.h"

/* Gives the answer its tag, where it can have one. True: the caller has it, answer 304. */
bool condition_met(struct call *call);

#endif
