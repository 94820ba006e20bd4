/* audit_int.h - what change.c and the files of the audit trail share.
 *
 * In SPACE_CONTROL, under prefixes that a start does not read: "A" number the record,
 * "B" account 0 entry the number of an account's entry, "H" the head, "H" account how
 * many entries it has. Numbers are 8 bytes, big-endian. A record is 32 bytes of hash,
 * then its text; docs/format.md has the rest. */
#ifndef TALLY_ENGINE_AUDIT_INT_H
#define TALLY_ENGINE_AUDIT_INT_H

#include "engine/engine_int.h"

enum { AUDIT_WRITES = 4, AUDIT_HEX_SIZE = 2 * AUDIT_HASH_SIZE + 1 };

/* A record that is about to be committed. */
struct audit_entry {
	struct store_write writes[AUDIT_WRITES];
	uint32_t           writes_count;
	uint8_t            hash[AUDIT_HASH_SIZE];
};

/* A record as it is stored. */
struct audit_record {
	uint8_t     hash[AUDIT_HASH_SIZE];
	struct span text;
};

/* Caller holds change_lock, through begun. The writes live in arena. */
MUST_CHECK enum err audit_prepare(const struct change_begun *begun, const struct change_note *note,
                                  struct arena *arena, struct audit_entry *entry);
/* After the commit: it was done, or nobody knows. */
void audit_settle(struct engine *engine, const struct audit_entry *entry, enum err err);

/* hash = BLAKE2b-256(before, size of text as 8 bytes little-endian, text). */
void audit_hash(const uint8_t before[AUDIT_HASH_SIZE], struct span text,
                uint8_t hash[AUDIT_HASH_SIZE]);
/* How many records, or entries of account, and the last hash (not of an account). */
MUST_CHECK enum err audit_head(struct engine *engine, struct span account, struct arena *arena,
                               uint64_t *count, uint8_t hash[AUDIT_HASH_SIZE]);
/* ERR_NOT_FOUND, ERR_STORE_DAMAGED, or the store's fault. */
MUST_CHECK enum err audit_get(struct engine *engine, uint64_t number, struct arena *arena,
                              struct audit_record *record);
/* The number of the record that is account's entry. */
MUST_CHECK enum err audit_entry_get(struct engine *engine, struct span account, uint64_t entry,
                                    struct arena *arena, uint64_t *number);
/* Every index record of every account, for who counts them. */
MUST_CHECK enum err audit_entries_count(struct engine *engine, uint64_t *count);

#endif
