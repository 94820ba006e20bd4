/* content.h - what an event says as 64 bits, however it is written.
 *
 * Pure. The content of an event is the sum over its members of a hash of path and
 * value. A sum has no order, so the order of keys does not matter; strings are
 * hashed unescaped and numbers by digits and exponent, so spelling does not.
 *
 * Without a secret: a sender can make two events of one content. All that it decides is
 * whether a duplicate is also called conflicting (E-1), which helps senders to find their
 * own faults; no figure reads it. */
#ifndef TALLY_CORE_METER_CONTENT_H
#define TALLY_CORE_METER_CONTENT_H

#include <stdint.h>

#ifndef XXH_INLINE_ALL
#define XXH_INLINE_ALL
#endif
#include <xxhash.h>

#include "core/base/span.h"

#define CONTENT_ROOT UINT64_C(0x9e3779b97f4a7c15)

enum content_constant {
	CONTENT_NULL = 1,
	CONTENT_FALSE,
	CONTENT_TRUE,
	CONTENT_EMPTY_ARRAY,
	CONTENT_EMPTY_OBJECT,
};

static inline uint64_t
content_mix(uint64_t path, uint64_t value)
{
	uint64_t h = (path ^ value) * UINT64_C(0xff51afd7ed558ccd) + value;
	h ^= h >> 32;
	h *= UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 29;
}

/* The path of a member or element of the container at path. */
static inline uint64_t
content_member(uint64_t path, struct span key)
{
	return XXH3_64bits_withSeed(key.at, key.size, path);
}

static inline uint64_t
content_element(uint64_t path, uint32_t index)
{
	return content_mix(path + 1, index);
}

static inline uint64_t
content_of_text(uint64_t path, struct span text)
{
	return XXH3_64bits_withSeed(text.at, text.size, path);
}

static inline uint64_t
content_of_constant(uint64_t path, enum content_constant constant)
{
	return content_mix(path + 2, constant);
}

static inline uint64_t
content_of_time(uint64_t path, int64_t ns)
{
	return content_mix(path + 3, (uint64_t)ns);
}

/* The exponent behind an 'e'; far beyond what digits could shift it stays put. */
static inline int64_t
content_exponent(const char *at, const char *end)
{
	int64_t value    = 0;
	bool    negative = *at == '-';

	for (at += *at == '-' || *at == '+'; at < end; at++) {
		if (value < INT64_C(1000000000000))
			value = value * 10 + (*at - '0');
	}
	return negative ? -value : value;
}

/* 12.50, 125e-1 and 12.5 are one number; so are 0, -0 and 0e9. */
static inline uint64_t
content_of_number(uint64_t path, struct span number)
{
	const char *at       = number.at;
	const char *end      = number.at + number.size;
	bool        negative = *at == '-';
	uint64_t    digits   = 0; /* of the digits read, leading zeros left out */
	uint64_t    kept     = 0; /* the same up to the last that is not zero */
	int64_t     zeros    = 0; /* digits behind that one */
	int64_t     exponent = 0;
	bool        fraction = false;

	for (at += negative; at < end && (*at | 0x20) != 'e'; at++) {
		if (*at == '.') {
			fraction = true;
			continue;
		}
		exponent -= fraction;
		zeros++;
		if (*at == '0' && kept == 0)
			continue;
		digits = digits * UINT64_C(0x9fb21c651e98df25) + (uint64_t)(*at - '0') + 1;
		if (*at != '0') {
			kept  = digits;
			zeros = 0;
		}
	}
	if (kept == 0)
		return content_mix(path + 4, 0);
	if (at < end)
		exponent += content_exponent(at + 1, end);
	return content_mix(path + 4 + negative, content_mix(kept, (uint64_t)(exponent + zeros)));
}

#endif
