/* json_scan.h - the smallest pieces of RFC 8259: white space, strings, numbers, UTF-8.
 *
 * Pure. Shared by everything that reads JSON, so that all of it accepts the same
 * texts. A scan starts at cursor->at and leaves it behind what it read; on a fault
 * it leaves it at the first wrong byte and says why. Nothing at or past
 * cursor->end is read. */
#ifndef TALLY_CORE_JSON_JSON_SCAN_H
#define TALLY_CORE_JSON_JSON_SCAN_H

#include <stdint.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/base/err.h"

struct json_cursor {
	const char *at;
	const char *end;
	const char *why; /* a sentence once a scan has failed */
};

static inline enum err
json_fault(struct json_cursor *cursor, enum err err, const char *why)
{
	cursor->why = why;
	return err;
}

static inline void
json_skip_space(struct json_cursor *cursor)
{
	while (cursor->at < cursor->end && (*cursor->at == ' ' || *cursor->at == '\n' ||
	                                    *cursor->at == '\r' || *cursor->at == '\t'))
		cursor->at++;
}

static inline bool
json_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Whether c may stand in a string as it is, in ASCII. */
static inline bool
json_is_plain(char c)
{
	return (signed char)c >= 0x20 && c != '"' && c != '\\';
}

/* The first byte from at on that is a quote, a backslash, a control character or
 * not ASCII; end when there is none. */
static inline const char *
json_plain_end(const char *at, const char *end)
{
#ifdef __SSE2__
	const __m128i quote     = _mm_set1_epi8('"');
	const __m128i backslash = _mm_set1_epi8('\\');
	const __m128i space     = _mm_set1_epi8(0x20);
	while (end - at >= 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
		/* Signed: below 0x20 are the controls and everything that is not ASCII. */
		__m128i  ends = _mm_or_si128(_mm_cmplt_epi8(bytes, space),
		                             _mm_or_si128(_mm_cmpeq_epi8(bytes, quote),
		                                          _mm_cmpeq_epi8(bytes, backslash)));
		unsigned mask = (unsigned)_mm_movemask_epi8(ends);
		if (mask != 0)
			return at + __builtin_ctz(mask);
		at += 16;
	}
#endif
	while (at < end && json_is_plain(*at))
		at++;
	return at;
}

/* The size of the UTF-8 sequence of two to four bytes at at, 0 when it is none:
 * overlong forms, surrogates and code points above U+10FFFF are none. */
static inline size_t
json_utf8_size(const char *at, const char *end)
{
	const uint8_t *byte = (const uint8_t *)at;
	size_t         left = (size_t)(end - at);
	size_t         size = byte[0] >= 0xf0 ? 4 : byte[0] >= 0xe0 ? 3 : 2;

	if (byte[0] < 0xc2 || byte[0] > 0xf4 || left < size)
		return 0;
	for (size_t i = 1; i < size; i++) {
		if ((byte[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((byte[0] == 0xe0 && byte[1] < 0xa0) || (byte[0] == 0xed && byte[1] > 0x9f) ||
	    (byte[0] == 0xf0 && byte[1] < 0x90) || (byte[0] == 0xf4 && byte[1] > 0x8f))
		return 0;
	return size;
}

/* Four hexadecimal digits as a number; -1 when they are none. */
static inline int32_t
json_hex4(const char *at)
{
	int32_t value = 0;

	for (int i = 0; i < 4; i++) {
		char c     = at[i];
		int  digit = json_is_digit(c)       ? c - '0'
		             : c >= 'a' && c <= 'f' ? c - 'a' + 10
		             : c >= 'A' && c <= 'F' ? c - 'A' + 10
		                                    : -1;
		if (digit < 0)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

static inline enum err
json_scan_unicode(struct json_cursor *cursor)
{
	const char *at = cursor->at; /* the backslash of a \u */

	if (cursor->end - at < 6)
		return json_fault(cursor, ERR_JSON_TRUNCATED, "the text ends inside an escape");
	int32_t unit = json_hex4(at + 2);
	if (unit < 0)
		return json_fault(cursor, ERR_JSON_SYNTAX, "\\u needs four hexadecimal digits");
	if (unit == 0)
		return json_fault(cursor, ERR_JSON_SYNTAX, "a string holds the NUL character");
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return json_fault(cursor, ERR_JSON_ENCODING,
		                  "a string holds half of a surrogate pair");
	if (unit < 0xd800 || unit > 0xdbff) {
		cursor->at = at + 6;
		return ERR_NONE;
	}
	int32_t low =
		cursor->end - at >= 12 && at[6] == '\\' && at[7] == 'u' ? json_hex4(at + 8) : -1;
	if (low < 0xdc00 || low > 0xdfff)
		return json_fault(cursor, ERR_JSON_ENCODING,
		                  "a string holds half of a surrogate pair");
	cursor->at = at + 12;
	return ERR_NONE;
}

/* The byte at cursor->at is not plain: an escape or a sequence of UTF-8 is read,
 * all else is a fault. */
static inline enum err
json_scan_special(struct json_cursor *cursor)
{
	char c = *cursor->at;

	if (c == '\\') {
		if (cursor->end - cursor->at < 2)
			return json_fault(cursor, ERR_JSON_TRUNCATED,
			                  "the text ends inside an escape");
		char escape = cursor->at[1];
		if (escape == 'u')
			return json_scan_unicode(cursor);
		if (escape == '\0' || memchr("\"\\/bfnrt", escape, 8) == NULL)
			return json_fault(cursor, ERR_JSON_SYNTAX,
			                  "a backslash is followed by what is no escape");
		cursor->at += 2;
		return ERR_NONE;
	}
	if (c == '\0')
		return json_fault(cursor, ERR_JSON_SYNTAX, "a string holds a raw NUL byte");
	if ((signed char)c > 0)
		return json_fault(cursor, ERR_JSON_SYNTAX,
		                  "a string holds a raw control character");
	size_t size = json_utf8_size(cursor->at, cursor->end);
	if (size == 0)
		return json_fault(cursor, ERR_JSON_ENCODING, "the text is not valid UTF-8");
	cursor->at += size;
	return ERR_NONE;
}

/* A string, from behind its opening quote to behind its closing one; *inside is
 * what lies between, as written, and *escaped whether there is a backslash in it. */
MUST_CHECK static inline enum err
json_scan_string(struct json_cursor *cursor, struct span *inside, bool *escaped)
{
	const char *start          = cursor->at;
	bool        with_backslash = false;

	for (;;) {
		cursor->at = json_plain_end(cursor->at, cursor->end);
		if (cursor->at == cursor->end)
			return json_fault(cursor, ERR_JSON_TRUNCATED,
			                  "the text ends inside a string");
		if (*cursor->at == '"')
			break;
		with_backslash |= *cursor->at == '\\';
		enum err err = json_scan_special(cursor);
		if (err != ERR_NONE)
			return err;
	}
	*inside  = (struct span){ start, (size_t)(cursor->at - start) };
	*escaped = with_backslash;
	cursor->at++;
	return ERR_NONE;
}

/* At least one digit. */
static inline enum err
json_scan_digits(struct json_cursor *cursor)
{
	if (cursor->at == cursor->end)
		return json_fault(cursor, ERR_JSON_TRUNCATED, "the text ends inside a number");
	if (!json_is_digit(*cursor->at))
		return json_fault(cursor, ERR_JSON_SYNTAX, "a number lacks a digit");
	while (cursor->at < cursor->end && json_is_digit(*cursor->at))
		cursor->at++;
	return ERR_NONE;
}

/* A number by the grammar, from its sign or first digit on. */
MUST_CHECK static inline enum err
json_scan_number(struct json_cursor *cursor, struct span *number)
{
	const char *start = cursor->at;
	enum err    err;

	if (cursor->at < cursor->end && *cursor->at == '-')
		cursor->at++;
	const char *first = cursor->at;
	if ((err = json_scan_digits(cursor)) != ERR_NONE)
		return err;
	if (*first == '0' && cursor->at - first > 1) {
		cursor->at = first + 1;
		return json_fault(cursor, ERR_JSON_SYNTAX, "a number starts with a spare zero");
	}
	if (cursor->at < cursor->end && *cursor->at == '.') {
		cursor->at++;
		if ((err = json_scan_digits(cursor)) != ERR_NONE)
			return err;
	}
	if (cursor->at < cursor->end && (*cursor->at == 'e' || *cursor->at == 'E')) {
		cursor->at++;
		if (cursor->at < cursor->end && (*cursor->at == '+' || *cursor->at == '-'))
			cursor->at++;
		if ((err = json_scan_digits(cursor)) != ERR_NONE)
			return err;
	}
	*number = (struct span){ start, (size_t)(cursor->at - start) };
	return ERR_NONE;
}

/* One code point as UTF-8; returns its size. */
static inline size_t
json_utf8_write(uint32_t point, char *out)
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xc0 | point >> 6);
		out[1] = (char)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (char)(0xe0 | point >> 12);
		out[1] = (char)(0x80 | (point >> 6 & 0x3f));
		out[2] = (char)(0x80 | (point & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | point >> 18);
	out[1] = (char)(0x80 | (point >> 12 & 0x3f));
	out[2] = (char)(0x80 | (point >> 6 & 0x3f));
	out[3] = (char)(0x80 | (point & 0x3f));
	return 4;
}

/* What the inside of a string means, written to out, which has room for
 * inside.size bytes. The string was scanned before: nothing is refused here. */
static inline size_t
json_unescape(struct span inside, char *out)
{
	static const char escapes[] = "\"\\/bfnrt";

	const char *at   = inside.at;
	const char *end  = inside.at + inside.size;
	size_t      size = 0;

	while (at < end) {
		if (*at != '\\') {
			out[size++] = *at++;
			continue;
		}
		if (at[1] != 'u') {
			const char *which = memchr(escapes, at[1], 8);
			out[size++]       = "\"\\/\b\f\n\r\t"[which - escapes];
			at += 2;
			continue;
		}
		uint32_t point = (uint32_t)json_hex4(at + 2);
		at += 6;
		if (point >= 0xd800 && point <= 0xdbff) {
			point = 0x10000 + ((point - 0xd800) << 10) +
			        ((uint32_t)json_hex4(at + 2) - 0xdc00);
			at += 6;
		}
		size += json_utf8_write(point, out + size);
	}
	return size;
}

#endif
