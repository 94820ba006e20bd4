/* inflate.h - unpacking gzip and zstd with a leash: never more than was allowed.
 *
 * Any bytes are safe. Several gzip members or zstd frames in a row are one text. One
 * unpacker serves one thread. */
#ifndef TALLY_EDGE_DOC_INFLATE_H
#define TALLY_EDGE_DOC_INFLATE_H

#include "core/base/arena.h"
#include "core/base/err.h"

enum inflate_format { INFLATE_GZIP, INFLATE_ZSTD };

struct inflate_limits {
	size_t   size_max;  /* of the unpacked text; 0: none (files of the operator's own) */
	uint32_t ratio_max; /* unpacked : packed, once 1 MiB was unpacked; 0: none */
};

/* The limits of a request body (catalog/limit.def). */
struct inflate_limits inflate_limits_body(void);

struct unpacker;

/* A fresh one, closed by the caller. */
struct unpacker *unpacker_open(enum inflate_format format, struct inflate_limits limits);
void             unpacker_close(struct unpacker *unpacker);

/* Unpack from *packed, which is cut at its front by what was read, into out; *written
 * says how much. Call again while *written is size or *packed has bytes left.
 *
 * ERR_COMPRESSION for broken bytes, ERR_BODY_TOO_LARGE and ERR_COMPRESSION_RATIO for
 * the limits; *refusal (may be NULL) names the byte of the packed text. */
MUST_CHECK enum err unpacker_step(struct unpacker *unpacker, struct span *packed, char *out,
                                  size_t size, size_t *written, struct refusal *refusal);
/* After the last byte: ERR_COMPRESSION when the packed text ended too early. */
MUST_CHECK enum err unpacker_finish(const struct unpacker *unpacker, struct refusal *refusal);

/* All of packed at once, into arena. */
MUST_CHECK enum err inflate_all(enum inflate_format format, struct span packed,
                                struct inflate_limits limits, struct arena *arena,
                                struct span *text, struct refusal *refusal);

#endif
