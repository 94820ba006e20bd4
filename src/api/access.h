/* access.h - who may call what: the one place that decides.
 *
 * The right that a call needs stands in its row of catalog/route.def; what roles are good
 * for, in core/people/role.c; what scopes are good for, in access.c. Asks the engine for
 * a person's roles, and nothing else. */
#ifndef TALLY_API_ACCESS_H
#define TALLY_API_ACCESS_H

#include "api/route.h"
#include "core/people/role.h"
#include "engine/engine.h"

/* Who calls: an API key, a person who is signed in, or nobody. */
enum caller_kind { CALLER_NOBODY, CALLER_KEY, CALLER_PERSON };

struct caller {
	enum caller_kind     kind;
	struct key_grant     key;
	struct session_grant session;
	struct span          token; /* of the session; lives as long as the request */
};

/* Whether the caller may call a route for account (of the path; at is NULL when the path
 * has none). An account in which the caller may do nothing is ERR_ACCOUNT_UNKNOWN, as if
 * it did not exist; ERR_KEY_SCOPE and ERR_ROLE where the caller is known and the
 * right is lacking. */
MUST_CHECK enum err access_decide(struct engine *engine, const struct route *route,
                                  const struct caller *caller, struct span account);

/* Whether the caller has the right in account; account empty: in every one. For calls
 * whose account is not in the path. */
bool access_has(struct engine *engine, const struct caller *caller, struct span account,
                enum right right);

/* Whether the caller may hand out scopes for account (empty: for all): never more than he
 * has himself. */
bool access_may_grant(struct engine *engine, const struct caller *caller, struct span account,
                      uint32_t scopes);

/* For the log and the audit trail: the key's id or the person's e-mail. */
struct span caller_name(const struct caller *caller);

#endif
