/* store_int.h - what the stores share among themselves.
 *
 * Touches nothing but a thread-local buffer for complaints. */
#ifndef TALLY_EDGE_STORE_STORE_INT_H
#define TALLY_EDGE_STORE_STORE_INT_H

#include "edge/store/store.h"

/* A value of half a GiB is far above anything we write and below SQLite's limit. */
enum { STORE_KEY_MAX = 256, STORE_VALUE_MAX = 512 * 1024 * 1024 };

const char *space_name(enum store_space space);

/* XXH3-64 over space (1 byte), size of the key (2 bytes, little-endian), key, value.
 * The space and the key are in it, so that a record in the wrong place is found. */
uint64_t record_sum(enum store_space space, struct span key, struct span value);

/* One more or one fewer record in a space. */
void digest_add(struct store_digest *digest, uint64_t sum);
void digest_remove(struct store_digest *digest, uint64_t sum);

/* What every store demands of what it is given; a breach is a bug of the caller. */
void writes_check(const struct store_write *writes, uint32_t count);

/* The first bytes of key in hex, zero-terminated, ".." where it was cut. */
enum { KEY_HEX_SIZE = 2 * 16 + 3 };
void key_hex(struct span key, char hex[KEY_HEX_SIZE]);

/* Keep a sentence for store_complaint on this thread, and return err. */
enum err store_complain(enum err err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The sentence kept, zero-terminated. */
const char *store_complaint_text(void);
/* Fill refusal with err and the sentence kept; returns err. */
enum err store_refuse(struct refusal *refusal, enum err err);

#endif
