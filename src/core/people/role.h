/* role.h - what people may do: the one table of roles and rights.
 *
 * Pure. A set of rights, and a set of roles, is a sum of bits. Routes name the right
 * that they need (catalog/route.def), roles and the scopes of API keys bring rights;
 * nothing else in the program knows what a role is good for. */
#ifndef TALLY_CORE_PEOPLE_ROLE_H
#define TALLY_CORE_PEOPLE_ROLE_H

#include <stdint.h>

#include "core/base/span.h"

enum right {
	RIGHT_MEMBER     = 1,   /* know that the account is there, its name and currency */
	RIGHT_VIEW       = 2,   /* licences, events, contracts, people: pages and exports */
	RIGHT_EDIT       = 4,   /* contracts, licence management, imports */
	RIGHT_INVOICES   = 8,   /* see billing details and invoices */
	RIGHT_BILLING    = 16,  /* change them */
	RIGHT_ADMINISTER = 32,  /* settings, keys, roles, notifications, the audit trail */
	RIGHT_INGEST     = 64,  /* send events */
	RIGHT_OPERATE    = 128, /* the installation: people, all keys, backup */
	RIGHTS_ALL       = 255,
};

/* Of one account. */
enum role {
	ROLE_ADMINISTRATOR,
	ROLE_BILLING_ADMINISTRATOR,
	ROLE_LICENCE_EDITOR,
	ROLE_LICENCE_VIEWER,
	ROLE_COUNT
};

/* The role with this name; ROLE_COUNT when there is none. */
enum role   role_find(struct span name);
struct span role_name(enum role role);

/* The name of one right, a power of two below RIGHTS_ALL: "view". */
struct span right_name(enum right right);

/* What roles (a sum of 1 << role) bring together. An operator of the installation has
 * RIGHTS_ALL in every account without any role. */
uint32_t roles_rights(uint32_t roles);

#endif
