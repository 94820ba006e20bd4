/* recent.c - the identities of recent events, in memory.
 *
 * Entries stand in the order of their ordinals in chunks of equal size; each has a
 * sequence number that counts from 0 and wraps at 2^32. An index of 64-bit slots
 * leads to them: 32 bits of the identity (the fingerprint) and the sequence number.
 *
 *   1. An index slot is 0 when empty; a fingerprint is never 0.
 *   2. A slot's home is its fingerprint's top bits; probing is linear and wraps.
 *   3. No more than 11 of 16 slots are used.
 *   4. Sequences [head, tail) are entries; each has exactly one slot.
 *
 * Homes rise with fingerprints, so growing and forgetting pass through both indexes
 * from front to back and never touch the entries: 8 M entries move in milliseconds,
 * without a cache miss each. A new identity costs one line of the index; only a
 * likely duplicate costs a line of an entry as well. */
#include "core/identity/identity.h"

enum { CHUNK_BITS = 16, CHUNK_ENTRIES = 1 << CHUNK_BITS, CHUNKS = 1 << (32 - CHUNK_BITS) };
enum { INDEX_BITS_MIN = 12, INDEX_BITS_MAX = 32 };

/* 24 bytes: the ordinal is kept as the distance to the chunk's first. */
struct kept {
	struct identity identity;
	uint32_t        ordinal_offset;
	uint32_t        content;
};

struct chunk {
	uint64_t    ordinal_first;
	struct kept entries[CHUNK_ENTRIES];
};

_Static_assert(sizeof(struct kept) == 24, "entries are packed");

struct recent {
	struct memory  memory;
	uint64_t      *index;
	uint32_t       index_bits;
	uint32_t       head;
	uint32_t       tail;
	uint64_t       ordinal_last; /* of the newest entry */
	size_t         size;
	struct chunk **chunks;
};

static size_t
index_size(uint32_t bits)
{
	return sizeof(uint64_t) << bits;
}

static uint64_t *
index_open(struct recent *recent, uint32_t bits)
{
	CHECK(bits <= INDEX_BITS_MAX);
	uint64_t *index = recent->memory.take(recent->memory.owner, index_size(bits));
	memset(index, 0, index_size(bits));
	recent->size += index_size(bits);
	return index;
}

static void
index_close(struct recent *recent)
{
	recent->memory.give(recent->memory.owner, recent->index, index_size(recent->index_bits));
	recent->size -= index_size(recent->index_bits);
}

struct recent *
recent_open(struct memory memory)
{
	struct recent *recent = memory.take(memory.owner, sizeof(*recent));
	memset(recent, 0, sizeof(*recent));
	recent->memory     = memory;
	recent->size       = sizeof(*recent) + CHUNKS * sizeof(struct chunk *);
	recent->chunks     = memory.take(memory.owner, CHUNKS * sizeof(struct chunk *));
	recent->index_bits = INDEX_BITS_MIN;
	recent->index      = index_open(recent, recent->index_bits);
	return recent;
}

static void
chunk_give(struct recent *recent, uint32_t sequence)
{
	recent->memory.give(recent->memory.owner, recent->chunks[sequence >> CHUNK_BITS],
	                    sizeof(struct chunk));
	recent->size -= sizeof(struct chunk);
}

/* Chunks that hold a sequence of [from, until), where from is the start of one. */
static void
chunks_give(struct recent *recent, uint32_t from, uint32_t until)
{
	CHECK(from % CHUNK_ENTRIES == 0);
	for (uint64_t left = (uint32_t)(until - from), i = 0; i < left; i += CHUNK_ENTRIES)
		chunk_give(recent, from + (uint32_t)i);
}

static uint32_t
chunk_start(uint32_t sequence)
{
	return sequence & ~(uint32_t)(CHUNK_ENTRIES - 1);
}

void
recent_close(struct recent *recent)
{
	struct memory memory = recent->memory;
	chunks_give(recent, chunk_start(recent->head), recent->tail);
	index_close(recent);
	memory.give(memory.owner, recent->chunks, CHUNKS * sizeof(struct chunk *));
	memory.give(memory.owner, recent, sizeof(*recent));
}

uint64_t
recent_count(const struct recent *recent)
{
	return (uint32_t)(recent->tail - recent->head);
}

size_t
recent_size(const struct recent *recent)
{
	return recent->size;
}

static uint32_t
fingerprint_of(struct identity identity)
{
	uint32_t fingerprint = (uint32_t)identity.low;
	return fingerprint != 0 ? fingerprint : 1;
}

static uint64_t
home_of(uint32_t fingerprint, uint32_t bits)
{
	return ((uint64_t)fingerprint << bits) >> 32;
}

static const struct chunk *
chunk_of(const struct recent *recent, uint32_t sequence)
{
	return recent->chunks[sequence >> CHUNK_BITS];
}

static const struct kept *
kept_of(const struct recent *recent, uint32_t sequence)
{
	return &chunk_of(recent, sequence)->entries[sequence % CHUNK_ENTRIES];
}

static uint64_t
ordinal_of(const struct recent *recent, uint32_t sequence)
{
	return chunk_of(recent, sequence)->ordinal_first +
	       kept_of(recent, sequence)->ordinal_offset;
}

void
recent_prefetch(const struct recent *recent, struct identity identity)
{
	__builtin_prefetch(&recent->index[home_of(fingerprint_of(identity), recent->index_bits)]);
}

bool
recent_find(const struct recent *recent, struct identity identity, struct recent_entry *entry)
{
	uint32_t fingerprint = fingerprint_of(identity);
	uint64_t mask        = (UINT64_C(1) << recent->index_bits) - 1;
	uint64_t at          = home_of(fingerprint, recent->index_bits);

	for (; recent->index[at] != 0; at = (at + 1) & mask) {
		if (recent->index[at] >> 32 != fingerprint)
			continue;
		uint32_t           sequence = (uint32_t)recent->index[at];
		const struct kept *kept     = kept_of(recent, sequence);
		if (!identity_equal(kept->identity, identity))
			continue;
		*entry = (struct recent_entry){ .ordinal = ordinal_of(recent, sequence),
			                        .content = kept->content };
		return true;
	}
	return false;
}

bool
recent_nth(const struct recent *recent, uint64_t n, struct identity *identity,
           struct recent_entry *entry)
{
	if (n >= recent_count(recent))
		return false;
	uint32_t           sequence = recent->head + (uint32_t)n;
	const struct kept *kept     = kept_of(recent, sequence);
	*identity                   = kept->identity;
	*entry = (struct recent_entry){ .ordinal = ordinal_of(recent, sequence),
		                        .content = kept->content };
	return true;
}

static void
index_put(uint64_t *index, uint32_t bits, uint64_t slot)
{
	uint64_t mask = (UINT64_C(1) << bits) - 1;
	uint64_t at   = home_of((uint32_t)(slot >> 32), bits);
	while (index[at] != 0)
		at = (at + 1) & mask;
	index[at] = slot;
}

/* A new index of 2^bits with the slots whose sequence is still in [head, tail). */
static void
index_rebuild(struct recent *recent, uint32_t bits)
{
	uint64_t  slots = UINT64_C(1) << recent->index_bits;
	uint64_t *index = index_open(recent, bits);
	uint32_t  count = recent->tail - recent->head;

	for (uint64_t at = 0; at < slots; at++) {
		uint64_t slot = recent->index[at];
		if (slot != 0 && (uint32_t)slot - recent->head < count)
			index_put(index, bits, slot);
	}
	index_close(recent);
	recent->index      = index;
	recent->index_bits = bits;
}

static uint64_t
index_room(uint32_t bits)
{
	return (UINT64_C(11) << bits) / 16;
}

static struct chunk *
chunk_for(struct recent *recent, uint32_t sequence, uint64_t ordinal)
{
	struct chunk **chunk = &recent->chunks[sequence >> CHUNK_BITS];
	if (sequence % CHUNK_ENTRIES == 0) {
		*chunk = recent->memory.take(recent->memory.owner, sizeof(**chunk));
		(*chunk)->ordinal_first = ordinal;
		recent->size += sizeof(**chunk);
	}
	return *chunk;
}

void
recent_add(struct recent *recent, struct identity identity, struct recent_entry entry)
{
	struct recent_entry found;
	uint64_t            count = recent_count(recent);
	CHECK(!recent_find(recent, identity, &found));
	CHECK(count == 0 || entry.ordinal >= recent->ordinal_last);
	CHECK(count < UINT32_MAX - 2 * CHUNK_ENTRIES);

	if (count >= index_room(recent->index_bits))
		index_rebuild(recent, recent->index_bits + 1);

	uint32_t      sequence = recent->tail;
	struct chunk *chunk    = chunk_for(recent, sequence, entry.ordinal);
	CHECK(entry.ordinal - chunk->ordinal_first <= UINT32_MAX);

	struct kept *kept    = &chunk->entries[sequence % CHUNK_ENTRIES];
	kept->identity       = identity;
	kept->ordinal_offset = (uint32_t)(entry.ordinal - chunk->ordinal_first);
	kept->content        = entry.content;
	recent->tail         = sequence + 1;
	recent->ordinal_last = entry.ordinal;
	index_put(recent->index, recent->index_bits,
	          (uint64_t)fingerprint_of(identity) << 32 | sequence);
}

/* Close the gap at: what probed past it moves back, so that no search stops early. */
static void
index_remove(struct recent *recent, uint64_t at)
{
	uint64_t mask = (UINT64_C(1) << recent->index_bits) - 1;
	uint64_t next = (at + 1) & mask;

	for (; recent->index[next] != 0; next = (next + 1) & mask) {
		uint64_t home = home_of((uint32_t)(recent->index[next] >> 32), recent->index_bits);
		if (((next - home) & mask) < ((next - at) & mask))
			continue;
		recent->index[at] = recent->index[next];
		at                = next;
	}
	recent->index[at] = 0;
}

static void
newest_forget(struct recent *recent)
{
	uint32_t sequence    = recent->tail - 1;
	uint32_t fingerprint = fingerprint_of(kept_of(recent, sequence)->identity);
	uint64_t slot        = (uint64_t)fingerprint << 32 | sequence;
	uint64_t mask        = (UINT64_C(1) << recent->index_bits) - 1;
	uint64_t at          = home_of(fingerprint, recent->index_bits);

	while (recent->index[at] != slot) {
		CHECK(recent->index[at] != 0);
		at = (at + 1) & mask;
	}
	index_remove(recent, at);
	recent->tail = sequence;
	if (sequence % CHUNK_ENTRIES == 0)
		chunk_give(recent, sequence);
}

void
recent_forget_from(struct recent *recent, uint64_t from)
{
	while (recent->head != recent->tail && ordinal_of(recent, recent->tail - 1) >= from)
		newest_forget(recent);
	if (recent->head != recent->tail)
		recent->ordinal_last = ordinal_of(recent, recent->tail - 1);
}

/* How many of the oldest entries have an ordinal < until. */
static uint32_t
count_until(const struct recent *recent, uint64_t until)
{
	uint32_t low  = 0;
	uint32_t high = recent->tail - recent->head;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (ordinal_of(recent, recent->head + middle) < until)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void
recent_forget_until(struct recent *recent, uint64_t until)
{
	uint32_t forgotten = count_until(recent, until);
	if (forgotten == 0)
		return;

	uint32_t chunk_from = chunk_start(recent->head);
	recent->head += forgotten;
	uint32_t bits = INDEX_BITS_MIN;
	while (recent_count(recent) * 2 > index_room(bits))
		bits++;
	index_rebuild(recent, bits);
	chunks_give(recent, chunk_from, chunk_start(recent->head));
}
