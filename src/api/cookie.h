/* cookie.h - the session's cookie, and whether a browser was sent by a page of ours.
 *
 * Pure. */
#ifndef TALLY_API_COOKIE_H
#define TALLY_API_COOKIE_H

#include "core/base/arena.h"

/* The token in a Cookie field; at is NULL when there is none. Over TLS the name has the
 * prefix __Host-: no other host of the domain can set it. */
struct span cookie_find(struct span field, bool is_tls);

/* The value of Set-Cookie, zero-terminated: the token for so many seconds, or with an
 * empty token nothing any more. Scripts cannot read it, and other sites' forms and
 * frames are sent without it. */
const char *cookie_write(struct span token, uint32_t seconds, bool is_tls, struct arena *arena);

/* Whether a browser's request comes from a page of this host, or from no page: by
 * Sec-Fetch-Site, else by Origin against Host. Programs that are no browsers send
 * neither. The spans' at is NULL where the field is absent. */
bool cookie_is_same_site(struct span fetch_site, struct span origin, struct span host);

#endif
