/* people_list.h - people with modules and groups, from CSV or JSON.
 *
 * Pure; linear. Columns: email (required), name, modules, groups, service_account. The
 * items of modules and groups are divided by ; or, in modules, by white space too. */
#ifndef TALLY_CORE_PEOPLE_PEOPLE_LIST_H
#define TALLY_CORE_PEOPLE_PEOPLE_LIST_H

#include "core/people/columns.h"

enum people_field {
	PEOPLE_EMAIL,
	PEOPLE_NAME,
	PEOPLE_MODULES,
	PEOPLE_GROUPS,
	PEOPLE_SERVICE_ACCOUNT,
	PEOPLE_FIELDS
};
extern const struct list_field PEOPLE_LIST_FIELDS[PEOPLE_FIELDS];

/* What is asked to be so of a person. What is not said stays as it is. */
struct person_wish {
	struct span        email; /* in lower case */
	struct span        name;  /* empty: not said */
	const struct span *modules;
	uint32_t           modules_count;
	const struct span *groups;
	uint32_t           groups_count;
	bool               says_modules;
	bool               says_groups;
	bool               says_service_account;
	bool               service_account;
};

struct people_rules {
	const struct span *modules; /* those that there are */
	uint32_t           modules_count;
	uint64_t           seed;
	bool               any_email; /* also what no mail could be sent to */
};

/* False: errors says all that is wrong. *wishes in the order of the rows. */
MUST_CHECK bool people_list_read(const struct sheet *sheet, const struct list_mapping *mappings,
                                 uint32_t mappings_count, const struct people_rules *rules,
                                 struct arena *arena, struct person_wish **wishes, uint32_t *count,
                                 struct list_errors *errors);

#endif
