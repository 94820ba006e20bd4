/* filter.c - a Bloom filter whose every question reads one line of the cache.
 *
 * The line is named by the hash's upper half, so that a run's pages fill it from front to
 * back; the bits in it come from all of the hash. */
#include "core/identity/identity.h"

enum { LINE_SIZE = 64, LINE_WORDS = LINE_SIZE / 8, LINE_BITS = 8 * LINE_SIZE, BIT_BITS = 9 };
enum { BITS_AN_ENTRY = 12, PROBES = 6 };

_Static_assert(1 << BIT_BITS == LINE_BITS, "a probe reaches every bit of a line");
_Static_assert(PROBES *BIT_BITS <= 64, "one word holds all probes");

static size_t
piece_size(uint64_t lines)
{
	return (lines + 1) * LINE_SIZE;
}

void
filter_open(struct filter *filter, uint64_t count, struct memory memory)
{
	uint64_t lines = (count * BITS_AN_ENTRY + LINE_BITS - 1) / LINE_BITS + 1;
	CHECK(lines <= UINT32_MAX);
	void *piece = memory.take(memory.owner, piece_size(lines));
	*filter     = (struct filter){ .memory = memory, .piece = piece, .lines = lines };
	/* One line more was taken than there are, so there is room to begin at one. */
	uintptr_t begin = ((uintptr_t)piece + LINE_SIZE - 1) / LINE_SIZE * LINE_SIZE;
	filter->words   = (uint64_t *)begin;
	memset(filter->words, 0, lines * LINE_SIZE);
}

void
filter_close(struct filter *filter)
{
	if (filter->words)
		filter->memory.give(filter->memory.owner, filter->piece, filter_size(filter));
	*filter = (struct filter){ .words = NULL };
}

size_t
filter_size(const struct filter *filter)
{
	return filter->words ? piece_size(filter->lines) : 0;
}

static uint64_t *
line_of(const struct filter *filter, uint64_t hash)
{
	return filter->words + (hash >> 32) * filter->lines / (UINT64_C(1) << 32) * LINE_WORDS;
}

/* The finalizer of MurmurHash3: the known bits of a hash stand at its top, and each must
 * reach all of the result. */
static uint64_t
probes_of(uint64_t hash)
{
	hash = (hash ^ hash >> 33) * UINT64_C(0xff51afd7ed558ccd);
	hash = (hash ^ hash >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return hash ^ hash >> 33;
}

void
filter_add(struct filter *filter, uint64_t hash)
{
	uint64_t *line   = line_of(filter, hash);
	uint64_t  probes = probes_of(hash);
	for (int i = 0; i < PROBES; i++, probes >>= BIT_BITS)
		line[probes / 64 % LINE_WORDS] |= UINT64_C(1) << probes % 64;
}

void
filter_prefetch(const struct filter *filter, uint64_t hash)
{
	__builtin_prefetch(line_of(filter, hash));
}

bool
filter_may_have(const struct filter *filter, uint64_t hash)
{
	const uint64_t *line   = line_of(filter, hash);
	uint64_t        probes = probes_of(hash);
	for (int i = 0; i < PROBES; i++, probes >>= BIT_BITS)
		if ((line[probes / 64 % LINE_WORDS] >> probes % 64 & 1) == 0)
			return false;
	return true;
}
