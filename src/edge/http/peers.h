/* peers.h - the table of open connections, and the clock that ends the slow ones.
 *
 * The server tells each step of a connection; a sweeper thread shuts down the
 * socket of one that broke a deadline, and the server then sees it closed. A
 * socket's number is only used under the table's lock while its connection is in
 * the table, and it leaves the table before it is closed: a number that was given to
 * another connection in the meantime is never shut down. */
#ifndef TALLY_EDGE_HTTP_PEERS_H
#define TALLY_EDGE_HTTP_PEERS_H

#include <stdatomic.h>
#include <sys/socket.h>

#include "core/base/span.h"
#include "edge/http/server.h"

/* Where a connection is in its life. */
enum peer_phase {
	PEER_OPENED,  /* nothing whole was received yet: LIMIT_HEADER_SECONDS */
	PEER_IDLE,    /* between two requests: LIMIT_IDLE_SECONDS */
	PEER_HEAD,    /* a request line was read: LIMIT_HEADER_SECONDS */
	PEER_BODY,    /* LIMIT_BODY_RATE after a grace */
	PEER_WORKING, /* the answer is being made: ours to hurry */
	PEER_SENDING, /* LIMIT_BODY_RATE after a grace, for answers of a known size */
	PEER_LEAVING, /* was answered and must go within a grace */
};

struct peer {
	_Atomic(uint32_t) phase;
	_Atomic(uint64_t) since_ns; /* of the phase, CLOCK_MONOTONIC */
	_Atomic(uint64_t) size;     /* of body received, or of the answer */

	/* The table's, under its lock. */
	struct peer *next, *before;
	int          fd;
	uint8_t      address[16];
	bool         dropped;
	uint64_t     idle_since_ns;   /* the idle phase that was looked at last ... */
	uint64_t     idle_received;   /* ... and what had been received then */
	uint64_t     idle_started_ns; /* when more came: a head has begun; 0: not yet */
};

struct peers;

struct peers *peers_open(const struct http_limits *limits);
/* After the last connection was closed. */
void peers_close(struct peers *peers);

/* Whether one more connection from address may come. Makes room by dropping the
 * connection that has been idle longest, of that address when it has too many. */
bool     peers_admit(struct peers *peers, const struct sockaddr *address, socklen_t size);
void     peers_add(struct peers *peers, struct peer *peer, int fd, const struct sockaddr *address);
void     peers_remove(struct peers *peers, struct peer *peer);
uint32_t peers_count(struct peers *peers);
/* Whether an answer is being made for one of them. */
bool peers_any_working(struct peers *peers);

/* Called by the thread that serves the connection. */
void     peer_enter(struct peer *peer, enum peer_phase phase, uint64_t now_ns, uint64_t size);
uint64_t peers_now_ns(void);

#endif
