/* text.c - doubling text; it grows where it stands while it is the arena's last. */
#include "core/base/text.h"

#include "core/base/check.h"

enum { CAPACITY_MIN = 256, DIGITS_MAX = 20 };

void
text_open(struct text *text, struct arena *arena)
{
	*text = (struct text){ .arena = arena };
}

/* True when nothing was taken from the arena since, and it has more bytes left. */
static bool
grew_in_place(struct text *text, size_t more)
{
	struct arena *arena = text->arena;
	if (!text->at || (uint8_t *)text->at + text->capacity != arena->next)
		return false;
	if (more > (size_t)(arena->end - arena->next))
		return false;
	arena->next += more;
	text->capacity += more;
	return true;
}

static void
text_grow(struct text *text, size_t needed)
{
	size_t capacity = text->capacity ? text->capacity : CAPACITY_MIN;
	while (capacity < needed)
		capacity *= 2;
	if (grew_in_place(text, capacity - text->capacity))
		return;
	char *moved = arena_take(text->arena, capacity);
	if (text->at)
		memcpy(moved, text->at, text->size);
	text->at       = moved;
	text->capacity = capacity;
}

char *
text_reserve(struct text *text, size_t size)
{
	CHECK(size <= SIZE_MAX / 8);
	CHECK(text->size <= SIZE_MAX / 8);
	if (text->size + size > text->capacity || !text->at)
		text_grow(text, text->size + size);
	return text->at + text->size;
}

void
text_add(struct text *text, struct span bytes)
{
	if (bytes.size == 0)
		return;
	memcpy(text_reserve(text, bytes.size), bytes.at, bytes.size);
	text->size += bytes.size;
}

void
text_add_char(struct text *text, char c)
{
	*text_reserve(text, 1) = c;
	text->size++;
}

void
text_add_uint(struct text *text, uint64_t value)
{
	char  digits[DIGITS_MAX];
	char *end = digits + DIGITS_MAX;
	char *at  = end;
	do {
		*--at = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	text_add(text, (struct span){ at, (size_t)(end - at) });
}

void
text_add_int(struct text *text, int64_t value)
{
	if (value < 0)
		text_add_char(text, '-');
	text_add_uint(text, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}
