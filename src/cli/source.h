/* source.h - a file of events, read in slices that can be decoded each by itself.
 *
 * Touches files. Plain, gzip or zstd, told by their first bytes. Slices of lines end at
 * line ends. An array is cut at the commas between its events: the comma becomes the
 * bracket that ends one slice and begins the next, so offsets stay those of the file. */
#ifndef TALLY_CLI_SOURCE_H
#define TALLY_CLI_SOURCE_H

#include "core/base/err.h"
#include "core/meter/decode.h"

enum { SOURCE_SLICE_SIZE = 1 << 18, SOURCE_FORMAT_GUESS = -1 };

struct source;

/* What was read; the buffer is the reader's and is used again for the next slice. */
struct source_slice {
	char             *at;
	size_t            room;
	struct span       body;
	uint64_t          byte; /* where body begins in the unpacked text */
	enum event_format format;
};

/* path "-" is standard input. 0, or the errno that stopped it. */
MUST_CHECK int source_open(const char *path, int format, struct source **source);
void           source_close(struct source *source);

/* Unpack a packed file once for nothing, so that of a broken or cut one no slice is read
 * (ERR_COMPRESSION, ERR_FILE_READ). Plain files and pipes pass unread. */
MUST_CHECK enum err source_check(struct source *source, struct refusal *refusal);

/* The next slice; an empty body at the end. ERR_FILE_READ, ERR_COMPRESSION, or
 * ERR_EVENT_TOO_LARGE for a line that does not fit into a body. */
MUST_CHECK enum err source_next(struct source *source, struct source_slice *slice,
                                struct refusal *refusal);
void                source_slice_free(struct source_slice *slice);

/* For progress: bytes of the file read so far, and its size; 0 when it is no file. */
uint64_t source_read_size(const struct source *source);
uint64_t source_size(const struct source *source);

#endif
