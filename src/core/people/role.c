/* role.c - what people may do: the one table of roles and rights. */
#include "core/people/role.h"

#include "core/base/check.h"

static const struct {
	struct span name;
	uint32_t    rights;
} ROLES[ROLE_COUNT] = {
	[ROLE_ADMINISTRATOR]         = { { "administrator", 13 },
	                                 RIGHT_MEMBER | RIGHT_VIEW | RIGHT_EDIT | RIGHT_INVOICES |
	                                         RIGHT_BILLING | RIGHT_ADMINISTER | RIGHT_INGEST },
	[ROLE_BILLING_ADMINISTRATOR] = { { "billing_administrator", 21 },
	                                 RIGHT_MEMBER | RIGHT_INVOICES | RIGHT_BILLING },
	[ROLE_LICENCE_EDITOR]        = { { "licence_editor", 14 },
	                                 RIGHT_MEMBER | RIGHT_VIEW | RIGHT_EDIT },
	[ROLE_LICENCE_VIEWER]        = { { "licence_viewer", 14 }, RIGHT_MEMBER | RIGHT_VIEW },
};

enum role
role_find(struct span name)
{
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		if (span_equal(ROLES[i].name, name))
			return (enum role)i;
	return ROLE_COUNT;
}

struct span
role_name(enum role role)
{
	CHECK(role < ROLE_COUNT);
	return ROLES[role].name;
}

struct span
right_name(enum right right)
{
	switch (right) {
	case RIGHT_MEMBER:
		return SPAN("member");
	case RIGHT_VIEW:
		return SPAN("view");
	case RIGHT_EDIT:
		return SPAN("edit");
	case RIGHT_INVOICES:
		return SPAN("invoices");
	case RIGHT_BILLING:
		return SPAN("billing");
	case RIGHT_ADMINISTER:
		return SPAN("administer");
	case RIGHT_INGEST:
		return SPAN("ingest");
	case RIGHT_OPERATE:
		return SPAN("operate");
	case RIGHTS_ALL:
		break;
	}
	CHECK(right != RIGHTS_ALL);
	return SPAN("");
}

uint32_t
roles_rights(uint32_t roles)
{
	uint32_t rights = 0;
	CHECK(roles < 1U << ROLE_COUNT);
	for (unsigned i = 0; i < ROLE_COUNT; i++)
		if (roles & 1U << i)
			rights |= ROLES[i].rights;
	return rights;
}
