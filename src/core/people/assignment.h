/* assignment.h - licence management: who is meant to have a module.
 *
 * Pure. It is an honour system: an assignment gives and takes, it blocks nothing. */
#ifndef TALLY_CORE_PEOPLE_ASSIGNMENT_H
#define TALLY_CORE_PEOPLE_ASSIGNMENT_H

#include "core/json/json_read.h"
#include "core/json/json_write.h"
#include "core/people/roster.h"

enum assign {
	ASSIGN_MANUAL, /* person by person */
	ASSIGN_ALL,    /* all people and service accounts */
	ASSIGN_CHOSEN, /* those of the groups, and the service accounts */
};

struct assignment {
	struct span        module;
	enum assign        assign;
	const struct span *groups;
	uint32_t           groups_count;
	const struct span *service_accounts; /* in lower case */
	uint32_t           service_accounts_count;
	struct instant     since; /* when it was put, and by whom; empty while it is read */
	struct span        by;
};

/* {"module":"CI","assign":"chosen","groups":["dev"],"service_accounts":["bot@x.org"]};
 * assign is "manual", "all" or "chosen"; lists only with "chosen". Texts live as long as
 * value. ERR_FIELD_... with the field. */
MUST_CHECK enum err assignment_parse(const struct json *value, struct arena *arena,
                                     struct assignment *assignment, struct refusal *refusal);
/* Is the person meant to have the module? Not for ASSIGN_MANUAL. */
bool assignment_covers(const struct assignment *assignment, const struct roster_person *person);
/* Its members, without the braces around them. */
void assignment_write(struct json_out *out, const struct assignment *assignment);

#endif
