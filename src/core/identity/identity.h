/* identity.h - have we seen this event before? (E-1)
 *
 * Pure. An identity is the 128-bit XXH3 of account, source and id under the store's
 * random secret, so nobody can aim a collision at somebody else. Recent identities
 * stand in a table in memory; older ones in sealed runs: sorted, compact, page by
 * page, one page a question, whatever the number of events. A run answers "surely
 * not" or "perhaps, in this block of the log": a perhaps is confirmed against the
 * log itself, so no duplicate is ever believed on a short fingerprint.
 *
 * The durable record of an identity is its event in the log: a mark without an event
 * or an event without a mark cannot be. Table and runs are rebuilt from it. */
#ifndef TALLY_CORE_IDENTITY_IDENTITY_H
#define TALLY_CORE_IDENTITY_IDENTITY_H

#include "core/base/arena.h"
#include "core/base/err.h"

enum { IDENTITY_SECRET_SIZE = 192 };

struct identity {
	uint64_t low;
	uint64_t high;
};

struct identity identity_of(const uint8_t secret[IDENTITY_SECRET_SIZE], struct span account,
                            struct span source, struct span id);

static inline bool
identity_equal(struct identity a, struct identity b)
{
	return a.low == b.low && a.high == b.high;
}

/* ---- recent: the table in memory ---- */

struct recent;

/* What is known of a recent event. */
struct recent_entry {
	uint64_t ordinal; /* in the log */
	uint32_t content; /* low half of event.content, to tell a conflicting duplicate */
};

/* capacity grows by itself; pieces come from memory. */
struct recent *recent_open(struct memory memory);
void           recent_close(struct recent *recent);
uint64_t       recent_count(const struct recent *recent);
size_t         recent_size(const struct recent *recent); /* bytes held */

/* Touch the cache lines that identity will need: call for a whole batch first. */
void recent_prefetch(const struct recent *recent, struct identity identity);
/* True and *entry filled when it is there. */
bool recent_find(const struct recent *recent, struct identity identity, struct recent_entry *entry);
/* The n-th oldest entry, in the order of ordinals; false beyond the newest. */
bool recent_nth(const struct recent *recent, uint64_t n, struct identity *identity,
                struct recent_entry *entry);
/* Adds what is not there yet, in the order of ordinals (both CHECKed). */
void recent_add(struct recent *recent, struct identity identity, struct recent_entry entry);
/* Forget every entry with ordinal >= from (a batch that was not committed) ... */
void recent_forget_from(struct recent *recent, uint64_t from);
/* ... or < until (sealed into a run now). */
void recent_forget_until(struct recent *recent, uint64_t until);

/* ---- run: many identities, sealed ---- */

/* An entry points to its block in 12 bits. */
enum { RUN_BLOCKS_MAX = 4096 };

/* Builds the pages of a run over the log's ordinals [first, until). */
struct run_item {
	struct identity identity;
	uint32_t        block; /* index of its block among the run's blocks, from 0 */
};

struct run_header {
	uint64_t first; /* ordinals the run covers: [first, until) */
	uint64_t until;
	uint32_t blocks; /* blocks it points to; their first ordinals stand in the header record */
	uint32_t page_bits; /* 2^page_bits pages, by the identity's top bits */
};

/* Sorts items in place. Calls page() for each page in order with its bytes (about
 * 4.2 bytes an identity, pages of at most 64 KiB). The bytes live during the call. */
typedef void run_page(void *context, uint32_t page, struct span bytes);

void run_build(struct run_item *items, uint64_t count, uint64_t first, uint64_t until,
               uint32_t blocks, struct arena *scratch, struct run_header *header, run_page *page,
               void *context);

uint32_t run_page_of(const struct run_header *header, struct identity identity);
void     run_page_prefetch(struct span page, struct identity identity);
/* Candidate blocks of identity in its page, which run_page_check has passed; 0: surely
 * not in the run. One that was not added has a candidate once in 60,000 questions; more
 * than max (8 is plenty) is CHECKed, since the one left out could be the true one. */
uint32_t run_find(const struct run_header *header, struct span page, struct identity identity,
                  uint32_t *blocks, uint32_t max);
/* Any bytes are safe; ERR_STORE_DAMAGED when they are not a page of this run. */
MUST_CHECK enum err run_page_check(const struct run_header *header, struct span page);

#endif
