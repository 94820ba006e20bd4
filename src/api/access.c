/* access.c - who may call what: the one place that decides. */
#include "api/access.h"

/* What a word of route.def asks for. */
struct need {
	uint32_t right;      /* 0: none */
	bool     everywhere; /* in every account, not in one */
	bool     by_person;
};

static struct need
need_of(enum access access)
{
	switch (access) {
	case ACCESS_OPEN:
	case ACCESS_PAGE:
	case ACCESS_ANY:
		return (struct need){ 0 };
	case ACCESS_SESSION:
		return (struct need){ .by_person = true };
	case ACCESS_MEMBER:
		return (struct need){ .right = RIGHT_MEMBER };
	case ACCESS_VIEW:
		return (struct need){ .right = RIGHT_VIEW };
	case ACCESS_EDIT:
		return (struct need){ .right = RIGHT_EDIT };
	case ACCESS_INVOICES:
		return (struct need){ .right = RIGHT_INVOICES };
	case ACCESS_BILLING:
		return (struct need){ .right = RIGHT_BILLING };
	case ACCESS_ADMINISTER:
		return (struct need){ .right = RIGHT_ADMINISTER };
	case ACCESS_INGEST:
		return (struct need){ .right = RIGHT_INGEST };
	case ACCESS_VIEW_ALL:
		return (struct need){ .right = RIGHT_VIEW, .everywhere = true };
	case ACCESS_OPERATE:
		break;
	}
	CHECK(access == ACCESS_OPERATE);
	return (struct need){ .right = RIGHT_OPERATE, .everywhere = true };
}

static uint32_t
scopes_rights(uint32_t scopes)
{
	uint32_t rights = 0;
	if (scopes & SCOPE_INGEST)
		rights |= RIGHT_INGEST;
	if (scopes & SCOPE_READ)
		rights |= RIGHT_MEMBER | RIGHT_VIEW | RIGHT_INVOICES;
	if (scopes & SCOPE_WRITE)
		rights |= RIGHT_EDIT | RIGHT_BILLING | RIGHT_ADMINISTER;
	if (scopes & SCOPE_OPERATOR)
		rights |= RIGHTS_ALL;
	return rights;
}

static bool
key_covers(const struct key_grant *key, struct span account)
{
	return key->account[0] == 0 || span_equal(span_of(key->account), account);
}

/* The scope first, whatever the account: so it does not tell which accounts there are. */
static enum err
key_decide(const struct key_grant *key, struct need need, struct span account)
{
	if (need.by_person || (scopes_rights(key->scopes) & need.right) != need.right)
		return ERR_KEY_SCOPE;
	if (need.everywhere && key->account[0] != 0)
		return ERR_KEY_SCOPE;
	return account.at && !key_covers(key, account) ? ERR_ACCOUNT_UNKNOWN : ERR_NONE;
}

/* The account first: who has no role in it must not see that it is there. Without an
 * account in the path a role anywhere will do, and the handler shows no more than that
 * account; but events name their accounts themselves, so sending them by hand is for
 * operators. */
static enum err
person_decide(struct engine *engine, const struct session_grant *session, struct need need,
              struct span account)
{
	if (session->is_operator)
		return ERR_NONE;
	struct span where  = account.at ? account : SPAN("");
	uint32_t    rights = engine_person_rights(engine, span_of(session->email), where);
	if (account.at && rights == 0)
		return ERR_ACCOUNT_UNKNOWN;
	bool is_all = need.everywhere || (need.right == RIGHT_INGEST && !account.at);
	return is_all || (rights & need.right) != need.right ? ERR_ROLE : ERR_NONE;
}

enum err
access_decide(struct engine *engine, const struct route *route, const struct caller *caller,
              struct span account)
{
	struct need need = need_of(route->access);
	if (route->access == ACCESS_OPEN || route->access == ACCESS_PAGE)
		return ERR_NONE;
	if (caller->kind == CALLER_PERSON)
		return person_decide(engine, &caller->session, need, account);
	return caller->kind == CALLER_KEY ? key_decide(&caller->key, need, account)
	                                  : ERR_KEY_MISSING;
}

static uint32_t
rights_of(struct engine *engine, const struct caller *caller, struct span account)
{
	switch (caller->kind) {
	case CALLER_NOBODY:
		return 0;
	case CALLER_KEY:
		return key_covers(&caller->key, account) ? scopes_rights(caller->key.scopes) : 0;
	case CALLER_PERSON:
		break;
	}
	if (caller->session.is_operator)
		return RIGHTS_ALL;
	return account.size > 0
	               ? engine_person_rights(engine, span_of(caller->session.email), account)
	               : 0;
}

bool
access_has(struct engine *engine, const struct caller *caller, struct span account,
           enum right right)
{
	return (rights_of(engine, caller, account) & right) != 0;
}

bool
access_may_grant(struct engine *engine, const struct caller *caller, struct span account,
                 uint32_t scopes)
{
	return (scopes_rights(scopes) & ~rights_of(engine, caller, account)) == 0;
}

struct span
caller_name(const struct caller *caller)
{
	if (caller->kind == CALLER_NOBODY)
		return SPAN("");
	return span_of(caller->kind == CALLER_KEY ? caller->key.id : caller->session.email);
}
