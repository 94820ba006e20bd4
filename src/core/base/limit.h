/* limit.h - the table of limits as constants: LIMIT_BODY_SIZE and its neighbours.
 *
 * Pure. The rows live in catalog/limit.def. */
#ifndef TALLY_CORE_BASE_LIMIT_H
#define TALLY_CORE_BASE_LIMIT_H

enum limit {
#define LIMIT_ROW(name, value, unit, what) LIMIT_##name = (value),
#include "limit.def"
#undef LIMIT_ROW
};

_Static_assert((int)LIMIT_EVENT_SIZE <= (int)LIMIT_BODY_SIZE, "an event fits into a body");
_Static_assert((int)LIMIT_BODY_SIZE <= (int)LIMIT_QUEUE_SIZE, "a body fits into the queue");

#endif
