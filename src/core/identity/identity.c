/* identity.c - 128 bits for an event's account, source and id. */
#include "core/identity/identity.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* Account 64, source 256 and id 256 bytes at most (E-2), each behind its length. */
enum { IDENTITY_TEXT_MAX = 64 + 256 + 256, IDENTITY_LENGTH_SIZE = 2 };

_Static_assert(IDENTITY_SECRET_SIZE >= XXH3_SECRET_SIZE_MIN, "the secret is long enough");

/* The length comes first, so that "ab" + "c" is not "a" + "bc". */
static uint8_t *
part_append(uint8_t *to, struct span part)
{
	uint16_t size = (uint16_t)part.size;
	memcpy(to, &size, IDENTITY_LENGTH_SIZE);
	if (part.size > 0)
		memcpy(to + IDENTITY_LENGTH_SIZE, part.at, part.size);
	return to + IDENTITY_LENGTH_SIZE + part.size;
}

struct identity
identity_of(const uint8_t secret[IDENTITY_SECRET_SIZE], struct span account, struct span source,
            struct span id)
{
	CHECK(account.size <= IDENTITY_TEXT_MAX);
	CHECK(source.size <= IDENTITY_TEXT_MAX);
	CHECK(id.size <= IDENTITY_TEXT_MAX);
	CHECK(account.size + source.size + id.size <= IDENTITY_TEXT_MAX);

	uint8_t text[IDENTITY_TEXT_MAX + 3 * IDENTITY_LENGTH_SIZE];

	uint8_t *end = part_append(text, account);
	end          = part_append(end, source);
	end          = part_append(end, id);

	XXH128_hash_t hash =
		XXH3_128bits_withSecret(text, (size_t)(end - text), secret, IDENTITY_SECRET_SIZE);
	return (struct identity){ .low = hash.low64, .high = hash.high64 };
}
