/* json_read.h - strict JSON (RFC 8259) as a tree in an arena.
 *
 * Pure. For documents: accounts, contracts, answers, requests. Events have their
 * own decoder (core/meter/decode.h) with the same grammar. Accepts exactly RFC 8259
 * in UTF-8, no byte order mark, and refuses beyond it: a key that stands twice in
 * one object, nesting deeper than JSON_DEPTH_MAX, U+0000 and lone surrogates in a
 * string. Numbers stay text: nothing is rounded. */
#ifndef TALLY_CORE_JSON_JSON_READ_H
#define TALLY_CORE_JSON_JSON_READ_H

#include "core/base/arena.h"
#include "core/base/err.h"

enum { JSON_DEPTH_MAX = 64 };

enum json_kind {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

/* One value. Children of an array or object hang on first, then next. */
struct json {
	enum json_kind kind;
	uint32_t       count; /* children */
	struct span    key;   /* unescaped member name, when the parent is an object */
	struct span    text;  /* string: unescaped; number: as written */
	struct span    raw;   /* the value's bytes in the input, quotes and all */
	size_t         byte;  /* where raw starts in the input */
	struct json   *first;
	struct json   *next;
};

/* Parse all of input (white space around one value). Spans point into input or
 * the arena; both must live as long as the tree. On refusal *refusal names the
 * byte (ERR_JSON_*) and *root is as it was. refusal may be NULL. */
MUST_CHECK enum err json_parse(struct span input, struct arena *arena, struct json **root,
                               struct refusal *refusal);

/* The member called key, or NULL; NULL too when object is NULL or no object. */
const struct json *json_member(const struct json *object, struct span key);

/* A whole number without fraction or exponent that fits. */
MUST_CHECK enum err json_int64(const struct json *value, int64_t *number);

#endif
