/* access.c - who may call what: the one place that decides. */
#include "api/access.h"

/* The scope that a route needs, 0 for none, and whether of a key for all accounts. */
struct need {
	uint32_t scope;
	bool     all_accounts;
};

static struct need
need_of(enum access access)
{
	switch (access) {
	case ACCESS_OPEN:
	case ACCESS_ANY:
		return (struct need){ 0, false };
	case ACCESS_INGEST:
		return (struct need){ SCOPE_INGEST, false };
	case ACCESS_READ:
		return (struct need){ SCOPE_READ, false };
	case ACCESS_WRITE:
		return (struct need){ SCOPE_WRITE, false };
	case ACCESS_READ_ALL:
		return (struct need){ SCOPE_READ, true };
	case ACCESS_OPERATOR:
		break;
	}
	CHECK(access == ACCESS_OPERATOR);
	return (struct need){ SCOPE_OPERATOR, true };
}

static uint32_t
scopes_of(const struct key_grant *grant)
{
	if (grant->scopes & SCOPE_OPERATOR)
		return SCOPE_INGEST | SCOPE_READ | SCOPE_WRITE | SCOPE_OPERATOR;
	return grant->scopes;
}

bool
access_covers(const struct key_grant *grant, struct span account)
{
	return grant->account[0] == 0 || span_equal(span_of(grant->account), account);
}

bool
access_may_grant(const struct key_grant *grant, uint32_t scopes)
{
	return (scopes & ~scopes_of(grant)) == 0;
}

enum err
access_decide(const struct route *route, const struct key_grant *grant, struct span account)
{
	struct need need = need_of(route->access);
	if ((scopes_of(grant) & need.scope) != need.scope)
		return ERR_KEY_SCOPE;
	if (need.all_accounts && grant->account[0] != 0)
		return ERR_KEY_SCOPE;
	if (account.at && !access_covers(grant, account))
		return ERR_ACCOUNT_UNKNOWN;
	return ERR_NONE;
}
