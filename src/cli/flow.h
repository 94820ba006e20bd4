/* flow.h - slices of a file on their way into an engine or to a server, several at once.
 *
 * The caller's thread reads, workers decode or send, and the engine's own threads commit.
 * Results come back in the order of the file. */
#ifndef TALLY_CLI_FLOW_H
#define TALLY_CLI_FLOW_H

#include "cli/client.h"
#include "cli/source.h"

enum { FLOW_SLICES = 64, FLOW_WORKERS = 2 };

/* A part of a slice with no more events than a batch may have. */
struct flow_piece {
	struct ingest      ingest; /* body, format; counts and err when it is done */
	enum err           err;    /* what engine_ingest or the server said */
	struct refusal     refusal;
	struct span        answer; /* JSON; empty when nothing was rejected or err is set */
	size_t             offset; /* of its body in the slice's */
	uint64_t           lines;  /* line ends in it */
	struct flow_slice *slice;
};

struct flow_slice {
	struct source_slice source;
	struct arena        arena; /* pieces and answers; reset when the slice is used again */
	struct flow_piece  *pieces;
	uint32_t            pieces_count;
	uint32_t            pending; /* pieces that are not done, and one for the worker */
	bool                busy;    /* between flow_send and flow_release */
	struct flow        *flow;
};

struct flow;

/* account: of --account, empty: each event names its own. */
struct flow *flow_open(struct client *client, struct span account);
void         flow_close(struct flow *flow);

/* The slices in the order of the file, i below FLOW_SLICES: 0 is the one that was sent
 * first, which is also the next to fill once it is done and released. */
struct flow_slice *flow_at(struct flow *flow, uint32_t i);
/* Hand it over, filled. */
void flow_send(struct flow *flow, struct flow_slice *slice);
/* Wait until a busy slice is done; its pieces may be read until flow_release. */
void flow_wait(struct flow *flow, struct flow_slice *slice);
void flow_release(struct flow *flow, struct flow_slice *slice);

#endif
