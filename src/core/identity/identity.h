/* identity.h - have we seen this event before? (E-1)
 *
 * Pure. An identity is the 128-bit XXH3 of account, source and id under the store's
 * random secret, so nobody can aim a collision at somebody else. Recent identities
 * stand in a table in memory; older ones in sealed runs: sorted, compact, page by
 * page. A filter says of most new ones that a run does not hold them; else one page
 * answers "surely not" or "perhaps, in this block of the log": a perhaps is confirmed
 * against the log itself, so no duplicate is ever believed on a short fingerprint.
 * Neighbouring runs are joined, so that few are to be asked however long the log.
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

/* ---- filter: surely not among many ---- */

/* Twelve bits an identity, asked with one line of the cache: of a hundred that were not
 * added it lets through less than one. Made of the high words of identities, as much of
 * them as a run knows (run_hash). The memory is the filter's own. */
struct filter {
	struct memory memory;
	void         *piece;
	uint64_t     *words; /* in the piece, at the start of a line; NULL: not made */
	uint64_t      lines;
};

void   filter_open(struct filter *filter, uint64_t count, struct memory memory);
void   filter_close(struct filter *filter);
size_t filter_size(const struct filter *filter); /* bytes held */
void   filter_add(struct filter *filter, uint64_t hash);
void   filter_prefetch(const struct filter *filter, uint64_t hash);
/* False: surely not added. */
bool filter_may_have(const struct filter *filter, uint64_t hash);

/* ---- run: many identities, sealed ---- */

/* An entry points to its block in 20 bits at most. */
enum { RUN_BLOCKS_MAX = 1 << 20, RUN_PAGE_ENTRIES_MAX = 16380 };

/* The pages of a run answer for the log's ordinals [first, until), one entry each. */
struct run_header {
	uint64_t first;
	uint64_t until;
	uint32_t blocks;      /* it points to; their first ordinals stand in the header record */
	uint32_t page_bits;   /* 2^page_bits pages, by the hash's top bits */
	uint32_t bucket_bits; /* 2^bucket_bits buckets in all pages, by the same bits */
	uint32_t known_bits;  /* the top bits of the hash that page, bucket and entry tell */
};

struct run_item {
	uint64_t hash;  /* of an identity its high word, or the known bits of it, then zeros */
	uint32_t block; /* index of its block among the run's blocks, from 0 */
};

/* As much of an identity's high word as the run knows. */
uint64_t run_hash(const struct run_header *header, uint64_t high);
/* A number for an item; the sum over all items, modulo 2^64, tells whether two runs hold
 * the same. item.hash must have no more bits than the run knows. */
uint64_t run_item_sum(struct run_item item);
/* Could there be such a run: any bytes are safe to have made it. */
bool run_header_valid(const struct run_header *header);

/* Called for each page in order with its bytes (about 4.2 bytes an identity, pages of at
 * most 64 KiB). The bytes live during the call. */
typedef void run_page(void *context, uint32_t page, struct span bytes);

/* Builds the pages of a run from items with the whole high words; sorts them in place. */
void run_build(struct run_item *items, uint64_t count, uint64_t first, uint64_t until,
               uint32_t blocks, struct arena *scratch, struct run_header *header, run_page *page,
               void *context);

uint32_t run_page_of(const struct run_header *header, struct identity identity);
/* Candidate blocks of identity in its page, which run_page_check has passed; 0: surely
 * not in the run. One of n that was not added has a candidate once in 2^known_bits / n
 * questions; more than max (8 is plenty) is CHECKed, since the one left out could be the
 * true one. */
uint32_t run_find(const struct run_header *header, struct span page, struct identity identity,
                  uint32_t *blocks, uint32_t max);
/* Any bytes are safe; ERR_STORE_DAMAGED when they are not this page of this run. */
MUST_CHECK enum err run_page_check(const struct run_header *header, uint32_t index,
                                   struct span page);
/* Every entry of a page that was checked, in order; at most RUN_PAGE_ENTRIES_MAX. */
uint32_t run_page_items(const struct run_header *header, struct span page, struct run_item *items);

/* ---- neighbouring runs as one ---- */

/* The joined run knows what the one knows that knows least: nothing has to be read but
 * the pages, a unit after the other, in memory that does not grow with the runs. */
struct run_source {
	struct run_header header;
	const uint32_t   *block; /* of each of its blocks the index in the joined run */
};

enum { RUN_SOURCES_MAX = 16 };

struct run_join {
	struct run_source sources[RUN_SOURCES_MAX];
	uint32_t          sources_count;
	struct run_header header; /* of the joined run */
	uint32_t          unit_bits;
};

/* sources[], each beginning where the one before ends, and how many blocks the joined run
 * has; the rest is set here. False: no run can be made of them. */
bool run_join_open(struct run_join *join, uint32_t blocks);
/* Which pages of a source one of the 2^unit_bits units needs: [*from, *from + count). */
uint32_t run_join_needs(const struct run_join *join, uint32_t unit, uint32_t source,
                        uint32_t *from);
/* How many pages a unit makes: they follow each other from page unit * count on. */
uint32_t run_join_makes(const struct run_join *join);
/* pages: what the first source needs to give, then the second ..., all checked. joined
 * lives in arena. False: by chance a page is too full; the runs stay as they are. */
bool run_join_unit(const struct run_join *join, uint32_t unit, const struct span *pages,
                   struct arena *arena, struct span *joined);

#endif
