/* stream.h - an answer that is written while it is being sent.
 *
 * One thread writes, the server reads; between them stand at most STREAM_SIZE bytes,
 * so that a slow reader slows the writer down. */
#ifndef TALLY_EDGE_HTTP_STREAM_H
#define TALLY_EDGE_HTTP_STREAM_H

#include "core/base/err.h"

struct http_stream;

/* Held twice: by the writer, who ends it, and by the server, who drops it. */
struct http_stream *stream_open(void);

/* Waits for room. ERR_NETWORK when the reader is gone. */
MUST_CHECK enum err stream_write(struct http_stream *stream, struct span bytes);
/* The writer's last call. whole: false breaks the connection off, so that the
 * reader sees that something is missing. */
void stream_end(struct http_stream *stream, bool whole);

/* The server's side. */
enum stream_state { STREAM_BYTES, STREAM_EMPTY, STREAM_ENDED, STREAM_BROKEN };

/* Up to size bytes into out. STREAM_EMPTY: nothing now; before it is returned wait()
 * is called, and wake() as soon as there is something to read. Both run under the
 * stream's lock, wait on the reader's thread, wake on the writer's. */
enum stream_state stream_read(struct http_stream *stream, char *out, size_t size, size_t *read,
                              void (*wait)(void *), void (*wake)(void *), void *context);
/* The server's last call. */
void stream_drop(struct http_stream *stream);

#endif
