/* access.h - who may call what: the one place that decides.
 *
 * Pure, given the key's grant. */
#ifndef TALLY_API_ACCESS_H
#define TALLY_API_ACCESS_H

#include "api/route.h"
#include "engine/engine.h"

/* Whether a key may call a route for account (of the path; at is NULL when the path
 * has none). ERR_KEY_SCOPE when the key lacks the scope or is one account's where a
 * key for all is needed; ERR_ACCOUNT_UNKNOWN when account is not the key's, as if it
 * did not exist. The operator's scope includes the others. */
MUST_CHECK enum err access_decide(const struct route *route, const struct key_grant *grant,
                                  struct span account);

/* Whether the key may hand out scopes: never more than it has itself. */
bool access_may_grant(const struct key_grant *grant, uint32_t scopes);

/* Whether the key may see account's data. */
bool access_covers(const struct key_grant *grant, struct span account);

#endif
