/* proxy.h - proxies in front of the server whose word about a client is believed.
 *
 * No I/O. Any bytes are safe. */
#ifndef TALLY_EDGE_HTTP_PROXY_H
#define TALLY_EDGE_HTTP_PROXY_H

#include "core/base/arena.h"
#include "core/base/err.h"

enum { PROXY_ADDRESS_SIZE = 16, PROXIES_MAX = 32 };

/* Addresses whose first bits are these; IPv4 stands as ::ffff:a.b.c.d. */
struct proxy_range {
	uint8_t  at[PROXY_ADDRESS_SIZE];
	uint32_t bits;
};

struct proxy_list {
	struct proxy_range ranges[PROXIES_MAX];
	uint32_t           count;
};

/* "127.0.0.1, 10.0.0.0/8, ::1"; empty: nobody. ERR_SETTING names what cannot be read. */
MUST_CHECK enum err proxy_list_parse(struct span text, struct proxy_list *list,
                                     struct refusal *refusal);

bool proxy_trusts(const struct proxy_list *list, struct span address);

/* Where a request comes from: the peer or, where that is a trusted proxy, the nearest
 * address of X-Forwarded-For that is none. What stands behind something that is no address
 * is not believed. forwarded is empty where there is no such field. */
struct span proxy_client(const struct proxy_list *list, struct span peer, struct span forwarded,
                         struct arena *arena);

/* Whether X-Forwarded-Proto says https; of several words the last counts, which the
 * nearest proxy wrote. */
bool proxy_is_https(struct span forwarded);

#endif
