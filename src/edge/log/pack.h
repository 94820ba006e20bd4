/* pack.h - the writing half of a block: columns to directory entries and parts. */
#ifndef TALLY_EDGE_LOG_PACK_H
#define TALLY_EDGE_LOG_PACK_H

#include <zstd.h>

#include "core/base/text.h"
#include "edge/log/column.h"
#include "edge/log/layout.h"

/* Where a block is written. The three texts lie in arenas of their own, so that they
 * grow without moving each other; scratch is free again after each shape. */
struct packer {
	struct text  directory;
	struct text  head_parts; /* follow the directory in the head */
	struct text  body;       /* the large parts */
	struct arena scratch;
	ZSTD_CCtx   *zstd;
	int          level;
};

/* The columns of one shape. Of those whose values come back, the one with the most
 * becomes the key, when it follows that others are settled by it: the service tells the
 * project. Those are kept as a value for each of the key's, instead of one a row. */
void pack_columns(struct packer *packer, const struct column *columns, uint32_t count);
/* Numbers alone: a number a row, with the directory entry of ENCODING_INT's numbers. */
void pack_ints(struct packer *packer, const int64_t *values, uint32_t count);
/* Adds bytes as they are, or as a zstd frame when that is smaller by a sixteenth; true
 * when it was. */
bool pack_bytes(struct packer *packer, struct span bytes);
/* The whole block, in the arena: header, head, large parts. layout has its summary and gets
 * the sizes of the head. */
struct span pack_block(struct packer *packer, struct layout *layout, struct arena *arena);

#endif
