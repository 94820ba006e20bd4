/* pack.h - the writing half of a block: columns to directory entries and parts. */
#ifndef TALLY_EDGE_LOG_PACK_H
#define TALLY_EDGE_LOG_PACK_H

#include <zstd.h>

#include "core/base/text.h"
#include "edge/log/column.h"

/* Where a block is written. The three texts lie in arenas of their own, so that they
 * grow without moving each other; scratch is free again after each column. */
struct packer {
	struct text  directory;
	struct text  head_parts; /* follow the directory in the head */
	struct text  body;       /* the large parts */
	struct arena scratch;
	ZSTD_CCtx   *zstd;
	int          level;
};

/* Adds a column of rows > 0 in the encoding that suits it best. */
void pack_column(struct packer *packer, const struct column *column);
/* Numbers alone: a number a row, with the directory entry of ENCODING_INT's numbers. */
void pack_ints(struct packer *packer, const int64_t *values, uint32_t count);
/* Adds bytes as they are, or as a zstd frame when that is smaller by a sixteenth; true
 * when it was. */
bool pack_bytes(struct packer *packer, struct span bytes);

#endif
