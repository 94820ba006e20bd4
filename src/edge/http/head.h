/* head.h - reading what stands in a request's head: paths, queries, header fields.
 *
 * No I/O. Any bytes are safe. Spans point into what was given unless an arena is
 * asked for; then they live as long as both. */
#ifndef TALLY_EDGE_HTTP_HEAD_H
#define TALLY_EDGE_HTTP_HEAD_H

#include "core/base/arena.h"
#include "core/base/err.h"

/* One piece of a path or query with its %XX undone; plus_is_space for queries.
 * ERR_QUESTION for a broken escape, for U+0000 and other control characters, and for
 * what is not UTF-8 then. *decoded points into text when nothing had to be undone. */
MUST_CHECK enum err head_unescape(struct span text, bool plus_is_space, struct arena *arena,
                                  struct span *decoded);

/* The next "name=value" of a query, still escaped, cut off *rest; false at its end. */
bool head_query_next(struct span *rest, struct span *name, struct span *value);

enum media {
	MEDIA_NONE,   /* no content type was given */
	MEDIA_EVENT,  /* application/cloudevents+json */
	MEDIA_BATCH,  /* application/cloudevents-batch+json */
	MEDIA_NDJSON, /* application/x-ndjson */
	MEDIA_JSON,   /* application/json */
	MEDIA_CSV,    /* text/csv */
	MEDIA_OTHER,
};

/* Content-Type. ERR_CONTENT_TYPE when it is malformed or names a charset other than
 * UTF-8; other parameters are ignored. */
MUST_CHECK enum err head_media(struct span content_type, enum media *media);

/* Accept: whether text/csv is liked better than application/json. */
bool head_accepts_csv(struct span accept);
/* Whether application/pdf is liked better than both. */
bool head_accepts_pdf(struct span accept);

enum packing { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

/* Content-Encoding: absent, identity, gzip, x-gzip or zstd, one of them;
 * ERR_ENCODING_UNKNOWN for all else, lists included. */
MUST_CHECK enum err head_packing(struct span content_encoding, enum packing *packing);

/* The token of "Authorization: Bearer TOKEN". ERR_KEY_MISSING when there is no such
 * header, ERR_KEY_INVALID when it is not of this form. */
MUST_CHECK enum err head_bearer(struct span authorization, struct span *token);

/* Idempotency-Key: 1 to 255 visible ASCII characters, or none at all.
 * ERR_FIELD_VALUE otherwise. */
MUST_CHECK enum err head_idempotency_key(struct span header, struct span *key);

/* A header name that is a token and a value without control characters (RFC 9110). */
bool head_field_is_clean(struct span name, struct span value);

/* "127.0.0.1:8080", ":0", "[::1]:80", "localhost:80": host (empty: 127.0.0.1) and
 * port. ERR_SETTING. */
enum { HEAD_HOST_SIZE = 256 };
MUST_CHECK enum err head_address(struct span text, char host[HEAD_HOST_SIZE], uint16_t *port);

/* Equal when ASCII case does not matter. */
bool head_equal(struct span a, struct span b);

#endif
