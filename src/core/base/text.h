/* text.h - text that grows in an arena.
 *
 * Pure. The bytes move while the text grows: take text_span() when done. */
#ifndef TALLY_CORE_BASE_TEXT_H
#define TALLY_CORE_BASE_TEXT_H

#include "core/base/arena.h"

struct text {
	struct arena *arena;
	char         *at;
	size_t        size;
	size_t        capacity;
};

void text_open(struct text *text, struct arena *arena);
/* Room for size more bytes at the end, not yet counted: write there, then add to
 * text->size. */
char *text_reserve(struct text *text, size_t size);
void  text_add(struct text *text, struct span bytes);
void  text_add_char(struct text *text, char c);
void  text_add_int(struct text *text, int64_t value);
void  text_add_uint(struct text *text, uint64_t value);

static inline struct span
text_span(const struct text *text)
{
	return (struct span){ text->at, text->size };
}

#endif
