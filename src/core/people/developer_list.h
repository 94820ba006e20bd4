/* developer_list.h - the list of developers: its checks, and what replaces it changes
 * (A-12).
 *
 * Pure; linear in the size of the list. Texts point into the sheet or the arena. */
#ifndef TALLY_CORE_PEOPLE_DEVELOPER_LIST_H
#define TALLY_CORE_PEOPLE_DEVELOPER_LIST_H

#include "core/people/columns.h"

enum developer_field {
	DEVELOPER_NAME,
	DEVELOPER_EMAIL,
	DEVELOPER_MANAGER,
	DEVELOPER_ROLE,
	DEVELOPER_FIELDS
};
/* "name", "email", "manager_email", "role". */
extern const struct list_field DEVELOPER_LIST_FIELDS[DEVELOPER_FIELDS];

struct developer {
	struct span email; /* in lower case */
	struct span name;
	struct span manager; /* an e-mail in lower case; empty: none */
	struct span role;
	uint32_t    row; /* of the sheet, from 0 */
};

struct developer_list {
	struct list_columns     columns;
	const struct developer *developers; /* in the order of the rows */
	uint32_t                count;
};

/* Read and check all of it. False: errors says what is wrong, all of it, and the list must
 * not be used. seed: see core/people/email.h. */
MUST_CHECK bool developer_list_read(const struct sheet *sheet, const struct list_mapping *mappings,
                                    uint32_t mappings_count, uint64_t seed, struct arena *arena,
                                    struct developer_list *list, struct list_errors *errors);

/* One developer as it is kept: {"email","name","manager_email","role","columns":{other
 * columns}}, what is empty left out. */
void developer_write(struct json_out *out, const struct developer_list *list,
                     const struct developer *developer);

#endif
