/* email.c - e-mails as what tells people apart: compared in lower case, found by hash. */
#include "core/people/email.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/base/limit.h"

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

struct span
text_trim(struct span text)
{
	while (text.size > 0 && is_space(text.at[0]))
		text = (struct span){ text.at + 1, text.size - 1 };
	while (text.size > 0 && is_space(text.at[text.size - 1]))
		text.size--;
	return text;
}

bool
text_same(struct span a, struct span b)
{
	if (a.size != b.size)
		return false;
	for (size_t i = 0; i < a.size; i++) {
		if (lower(a.at[i]) != lower(b.at[i]))
			return false;
	}
	return true;
}

struct span
email_fold(struct span text, struct arena *arena)
{
	size_t upper = 0;

	text = text_trim(text);
	while (upper < text.size && lower(text.at[upper]) == text.at[upper])
		upper++;
	if (upper == text.size)
		return text;
	char *at = arena_take(arena, text.size);
	for (size_t i = 0; i < text.size; i++)
		at[i] = lower(text.at[i]);
	return (struct span){ at, text.size };
}

bool
email_is_one(struct span text)
{
	const char *sign = text.size ? memchr(text.at, '@', text.size) : NULL;

	if (!sign || sign == text.at || sign == text.at + text.size - 1 ||
	    text.size > LIMIT_PERSON_TEXT_SIZE)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if ((unsigned char)text.at[i] <= 0x20 || text.at[i] == 0x7f)
			return false;
	}
	return true;
}

bool
email_is_address(struct span text)
{
	uint32_t signs = 0;

	for (size_t i = 0; i < text.size; i++) {
		signs += text.at[i] == '@';
		if ((unsigned char)text.at[i] > 0x7e)
			return false;
	}
	return signs == 1 && text.size <= EMAIL_ADDRESS_SIZE && email_is_one(text);
}

bool
email_is_text(struct span text)
{
	for (size_t i = 0; i < text.size; i++) {
		if ((unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7f)
			return false;
	}
	return text.size > 0 && text.size <= LIMIT_PERSON_TEXT_SIZE;
}

/* ---- found by hash ---- */

enum { TEXT_INDEX_SLOTS_MIN = 64 };

void
text_index_open(struct text_index *index, struct arena *arena, uint64_t seed)
{
	*index = (struct text_index){ .arena = arena, .seed = seed };
}

/* The slot of text, or the free one where it belongs. */
static uint32_t
slot_of(const struct text_index *index, struct span text)
{
	uint32_t slot = (uint32_t)XXH3_64bits_withSeed(text.at, text.size, index->seed);

	for (;; slot++) {
		uint32_t number = index->slots[slot & index->mask];
		if (number == 0 || span_equal(index->texts[number - 1], text))
			return slot & index->mask;
	}
}

/* Twice the room, at no more than half full. */
static void
index_grow(struct text_index *index)
{
	uint32_t     slots = index->slots ? (index->mask + 1) * 2 : TEXT_INDEX_SLOTS_MIN;
	struct span *texts = ARENA_ARRAY(index->arena, struct span, slots / 2);

	if (index->count > 0)
		memcpy(texts, index->texts, index->count * sizeof *texts);
	index->texts    = texts;
	index->capacity = slots / 2;
	index->slots    = arena_take_zeroed(index->arena, slots * sizeof *index->slots);
	index->mask     = slots - 1;
	for (uint32_t i = 0; i < index->count; i++)
		index->slots[slot_of(index, texts[i])] = i + 1;
}

uint32_t
text_index_find(const struct text_index *index, struct span text)
{
	uint32_t number = index->slots ? index->slots[slot_of(index, text)] : 0;
	return number ? number - 1 : TEXT_INDEX_NONE;
}

uint32_t
text_index_add(struct text_index *index, struct span text, bool *added)
{
	if (index->count == index->capacity)
		index_grow(index);
	uint32_t slot = slot_of(index, text);
	*added        = index->slots[slot] == 0;
	if (*added) {
		index->texts[index->count++] = text;
		index->slots[slot]           = index->count;
	}
	return index->slots[slot] - 1;
}
