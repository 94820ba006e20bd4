/* store.c - what all stores share: checksums, names, complaints. */
#include "edge/store/store_int.h"

#include <stdarg.h>
#include <stdio.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { COMPLAINT_SIZE = 400 };

static _Thread_local char complaint[COMPLAINT_SIZE];

const char *
space_name(enum store_space space)
{
	static const char *const names[SPACE_COUNT] = {
		[SPACE_META] = "meta",           [SPACE_LOG] = "log",
		[SPACE_IDENTITY] = "identity",   [SPACE_CHUNK] = "chunk",
		[SPACE_RETRACTED] = "retracted", [SPACE_CONTROL] = "control",
	};
	CHECK(space < SPACE_COUNT);
	return names[space];
}

uint64_t
record_sum(enum store_space space, struct span key, struct span value)
{
	CHECK(key.size <= STORE_KEY_MAX);

	uint8_t head[3] = { (uint8_t)space, (uint8_t)(key.size & 0xff), (uint8_t)(key.size >> 8) };
	XXH3_state_t state;

	XXH3_64bits_reset(&state);
	XXH3_64bits_update(&state, head, sizeof(head));
	XXH3_64bits_update(&state, key.at, key.size);
	if (value.size > 0)
		XXH3_64bits_update(&state, value.at, value.size);
	return XXH3_64bits_digest(&state);
}

void
digest_add(struct store_digest *digest, uint64_t sum)
{
	digest->records += 1;
	digest->sum += sum;
}

void
digest_remove(struct store_digest *digest, uint64_t sum)
{
	digest->records -= 1;
	digest->sum -= sum;
}

void
writes_check(const struct store_write *writes, uint32_t count)
{
	CHECK(count == 0 || writes);
	for (uint32_t i = 0; i < count; i++) {
		CHECK(writes[i].space < SPACE_COUNT);
		CHECK(writes[i].key.size >= 1);
		CHECK(writes[i].key.size <= STORE_KEY_MAX);
		CHECK(writes[i].remove || writes[i].value.size <= STORE_VALUE_MAX);
	}
}

void
key_hex(struct span key, char hex[KEY_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	size_t            shown    = key.size < 16 ? key.size : 16;

	for (size_t i = 0; i < shown; i++) {
		uint8_t byte   = (uint8_t)key.at[i];
		hex[2 * i]     = digits[byte >> 4];
		hex[2 * i + 1] = digits[byte & 15];
	}
	memcpy(hex + 2 * shown, shown < key.size ? ".." : "\0", shown < key.size ? 3 : 1);
}

enum err
store_complain(enum err err, const char *format, ...)
{
	/* The new sentence may quote the old one, so it is made beside it. */
	char    sentence[COMPLAINT_SIZE];
	va_list list;

	va_start(list, format);
	vsnprintf(sentence, sizeof(sentence), format, list);
	va_end(list);
	memcpy(complaint, sentence, sizeof(sentence));
	return err;
}

const char *
store_complaint_text(void)
{
	return complaint;
}

enum err
store_refuse(struct refusal *refusal, enum err err)
{
	return refuse(refusal, err, SPAN(""), span_of(complaint));
}

struct span
store_complaint(const struct store *store)
{
	CHECK(store);
	return span_of(complaint);
}
