/* span.h - a run of bytes that somebody else owns.
 *
 * Pure. A span never owns its bytes and never ends in a promised zero; how long
 * it lives is said by the call that returns it. */
#ifndef TALLY_CORE_BASE_SPAN_H
#define TALLY_CORE_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct span {
	const char *at;
	size_t      size;
};

/* The bytes of a string literal, without its closing zero. */
#define SPAN(literal) ((struct span){ "" literal, sizeof(literal) - 1 })

/* The bytes of a zero-terminated string. */
static inline struct span
span_of(const char *text)
{
	return (struct span){ text, strlen(text) };
}

static inline bool
span_equal(struct span a, struct span b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

/* Order by bytes, a prefix first: negative, 0 or positive as memcmp. */
static inline int
span_compare(struct span a, struct span b)
{
	size_t shared = a.size < b.size ? a.size : b.size;
	int    order  = shared ? memcmp(a.at, b.at, shared) : 0;
	if (order != 0)
		return order;
	return (a.size > b.size) - (a.size < b.size);
}

#endif
