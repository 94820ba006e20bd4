/* webhook.h - one message to one receiver, signed (Standard Webhooks 1.0.0).
 *
 * Touches the network. Any number of threads may call at once. */
#ifndef TALLY_EDGE_HTTP_WEBHOOK_H
#define TALLY_EDGE_HTTP_WEBHOOK_H

#include <stdint.h>
#include <sys/socket.h>

#include "core/base/arena.h"
#include "core/base/err.h"
#include "edge/http/transfer.h"

enum {
	WEBHOOK_BODY_SIZE      = 20 * 1000, /* a body is below this */
	WEBHOOK_ANSWER_SIZE    = 64 * 1024, /* no more of an answer is read */
	WEBHOOK_URL_SIZE       = 1024,
	WEBHOOK_SECRETS        = 2,
	WEBHOOK_SIGNATURE_SIZE = 47, /* "v1," and 44 of base64 */
};

/* What may be called. */
struct webhook_reach {
	bool               private_addresses; /* also http, and addresses that are not public */
	const char        *ca;         /* PEM file of authorities to trust; NULL: the system's */
	uint32_t           timeout_ms; /* of a whole call; 0: 15 seconds */
	const atomic_bool *stop;       /* NULL: nobody will ask to stop */
};

struct webhook_call {
	const char *url; /* https; no user, no password */
	struct span id;
	int64_t     timestamp_s;
	struct span body;
	struct span secrets[WEBHOOK_SECRETS]; /* 24 to 64 bytes each; all of them sign */
	uint32_t    secrets_count;
};

enum webhook_result {
	WEBHOOK_DELIVERED, /* 2xx */
	WEBHOOK_FAILED,    /* any other answer, also 3xx, or none within the time */
	WEBHOOK_GONE,      /* 410 */
};

struct webhook_answer {
	enum webhook_result result;
	uint32_t            retry_after_s; /* 0: not asked for */
	char                text[TRANSFER_TEXT_SIZE];
};

void webhook_send(const struct webhook_call *call, const struct webhook_reach *reach,
                  struct webhook_answer *answer);

/* "v1," and the HMAC-SHA-256 over id.timestamp.body in base64, zero-terminated. */
void webhook_sign(const struct webhook_call *call, uint32_t secret,
                  char out[WEBHOOK_SIGNATURE_SIZE + 1]);

/* Does the address belong to the public internet? Not: this machine, private networks,
 * link-local, shared, documentation, multicast, reserved; nor an address of IPv6 that
 * carries such an address of IPv4. */
bool address_is_public(const struct sockaddr *address);

#endif
