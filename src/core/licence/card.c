/* card.c - finds what looks like the number of a payment card. */
#include "core/licence/card.h"

#include "core/json/json_read.h"

enum { DIGITS_MIN = 13, DIGITS_MAX = 19 };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* From the right, every second digit doubled: the sum of all digits ends in 0. */
static bool
luhn_holds(const char *digits, uint32_t count)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t digit = (uint32_t)(digits[count - 1 - i] - '0') << (i & 1);
		sum += digit > 9 ? digit - 9 : digit;
	}
	return sum % 10 == 0;
}

/* The size of a space or dash at the start of text, 0 when there is none: also those of
 * typographers, U+00A0 and U+2000 to U+2015. */
static size_t
separator_size(struct span text)
{
	const unsigned char *at = (const unsigned char *)text.at;

	if (text.size >= 1 && (at[0] == ' ' || at[0] == '-' || at[0] == '\t'))
		return 1;
	if (text.size >= 2 && at[0] == 0xC2 && at[1] == 0xA0)
		return 2;
	if (text.size >= 3 && at[0] == 0xE2 && at[1] == 0x80 && at[2] >= 0x80 && at[2] <= 0x95)
		return 3;
	return 0;
}

/* A number that begins with the digit at from and ends with a group: all of it, or so many
 * groups of it, may be the card. */
static bool
card_from(struct span text, size_t from)
{
	char     digits[DIGITS_MAX];
	uint32_t count = 0;
	size_t   at    = from;

	while (at < text.size) {
		while (at < text.size && is_digit(text.at[at])) {
			if (count == DIGITS_MAX)
				return false;
			digits[count++] = text.at[at++];
		}
		if (count >= DIGITS_MIN && luhn_holds(digits, count))
			return true;
		size_t size;
		while ((size = separator_size((struct span){ text.at + at, text.size - at })) > 0)
			at += size;
		if (at >= text.size || !is_digit(text.at[at]))
			return false;
	}
	return false;
}

static bool
card_find(struct span text, size_t *found)
{
	for (size_t at = 0; at < text.size; at++) {
		if (!is_digit(text.at[at]) || (at > 0 && is_digit(text.at[at - 1])))
			continue;
		if (card_from(text, at)) {
			*found = at;
			return true;
		}
	}
	return false;
}

bool
card_in_text(struct span text)
{
	size_t at;

	return card_find(text, &at);
}

static enum err
card_refuse(struct refusal *refusal, uint64_t byte)
{
	return refuse_at(refusal, ERR_CARD_NUMBER, byte, SPAN(""),
	                 SPAN("what stands here looks like a card number; none is ever stored: "
	                      "name a payment reference that is held elsewhere"));
}

/* Escapes can hide digits: every name and text is looked at as it reads. */
static const struct json *
card_in_tree(const struct json *root)
{
	const struct json *at[JSON_DEPTH_MAX + 1] = { root };
	uint32_t           depth                  = 0;

	for (;;) {
		const struct json *value = at[depth];
		if (!value) {
			if (depth == 0)
				return NULL;
			depth--;
			at[depth] = depth == 0 ? NULL : at[depth]->next;
			continue;
		}
		if (card_in_text(value->key) ||
		    (value->kind == JSON_STRING && card_in_text(value->text)))
			return value;
		if (value->first) {
			CHECK(depth < JSON_DEPTH_MAX);
			at[++depth] = value->first;
		} else {
			at[depth] = depth == 0 ? NULL : value->next;
		}
	}
}

enum err
card_check(struct span file, struct arena *arena, struct refusal *refusal)
{
	struct json *root;
	size_t       byte;

	CHECK(arena);
	if (card_find(file, &byte))
		return card_refuse(refusal, byte);
	if (json_parse(file, arena, &root, NULL) != ERR_NONE)
		return ERR_NONE;
	const struct json *found = card_in_tree(root);
	return found ? card_refuse(refusal, found->byte) : ERR_NONE;
}
