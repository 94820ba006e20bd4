/* duplicate.h - people who may be one: pointed out, never merged.
 *
 * Pure; linear in the number of people. Two people are likely one when they have the same
 * name (case and spacing aside) under two e-mails, or e-mails that differ in case, dots
 * or plus-tags before the @ alone. */
#ifndef TALLY_CORE_PEOPLE_DUPLICATE_H
#define TALLY_CORE_PEOPLE_DUPLICATE_H

#include "core/json/json_write.h"

struct named_email {
	struct span email; /* in lower case, each once */
	struct span name;  /* empty: not known */
};

enum { DUPLICATES_SHOWN_MAX = 100 };

/* "duplicates":{"count":n,"likely":[{"why":"name","emails":[..]},{"why":"email",..}]}; the
 * first DUPLICATES_SHOWN_MAX of them. */
void duplicates_write(struct json_out *out, const struct named_email *people, uint32_t count,
                      uint64_t seed, struct arena *arena);

#endif
