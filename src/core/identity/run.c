/* run.c - the identities of many sealed events, about 4.2 bytes each.
 *
 * A page, little-endian (docs/format.md "Identity runs"):
 *
 *    0   8  XXH3-64 of the bytes from 8 on, seeded with the run's header
 *    8   4  page number
 *   12   4  count of entries n
 *   16  2k  where the entries of each of its k buckets begin
 *       sn  entries of s bytes: fingerprint, then block, as one number; by bucket,
 *           rising within it
 *
 * Page, bucket and fingerprint are the top bits of the identity's high word, one after
 * the other. So pages are in the order of hashes, and the pages of several runs make the
 * pages of their joined run (run_join.c). */
#include "core/identity/run_int.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { PAGE_SIZE_MAX = 65536, PAGE_HEADER_SIZE = 16, PAGE_BITS_MAX = 24, BUCKETS_MAX = 4096 };
enum { BUCKET_ENTRIES = 16 }; /* at most, in the mean */
enum { ENTRY_SIZE_MIN = 4, ENTRY_SIZE_MAX = 8 };

/* On average pages stay so far below the most that chance hardly ever fills one. */
enum { PAGE_SIZE_MEAN = 61440 };

/* So many bits let a billion identities guess wrongly once in 4,000 questions, and full
 * blocks need no more than 4 bytes an entry for them. */
enum { KNOWN_BITS_MIN = 42 };

_Static_assert(PAGE_HEADER_SIZE + 2 + ENTRY_SIZE_MIN * RUN_PAGE_ENTRIES_MAX > PAGE_SIZE_MAX - 8,
               "no page has more entries");

/* The number of bits that count up to n - 1. */
static uint32_t
bits_below(uint64_t n)
{
	uint32_t bits = 0;
	while (UINT64_C(1) << bits < n)
		bits++;
	return bits;
}

/* The upper `bits` of a hash as a number, and back. */
static uint64_t
top_of(uint64_t hash, uint32_t bits)
{
	return bits == 0 ? 0 : hash >> (64 - bits);
}

static uint64_t
top_as_hash(uint64_t top, uint32_t bits)
{
	return bits == 0 ? 0 : top << (64 - bits);
}

static uint32_t
block_bits(const struct run_header *header)
{
	return bits_below(header->blocks);
}

static uint32_t
fingerprint_bits(const struct run_header *header)
{
	return header->known_bits - header->bucket_bits;
}

static uint32_t
entry_size(const struct run_header *header)
{
	uint32_t size = (fingerprint_bits(header) + block_bits(header) + 7) / 8;
	return size < ENTRY_SIZE_MIN ? ENTRY_SIZE_MIN : size;
}

static uint32_t
bucket_count(const struct run_header *header)
{
	return UINT32_C(1) << (header->bucket_bits - header->page_bits);
}

static size_t
entries_at(const struct run_header *header)
{
	return PAGE_HEADER_SIZE + 2 * (size_t)bucket_count(header);
}

static size_t
page_size(const struct run_header *header, uint64_t count)
{
	return entries_at(header) + entry_size(header) * (size_t)count;
}

/* Of the bucket that hash belongs to, in its page. */
static uint32_t
bucket_of(const struct run_header *header, uint64_t hash)
{
	return (uint32_t)(top_of(hash, header->bucket_bits) & (bucket_count(header) - 1));
}

static uint64_t
fingerprint_of(const struct run_header *header, uint64_t hash)
{
	return header->bucket_bits == 64
	               ? 0
	               : top_of(hash << header->bucket_bits, fingerprint_bits(header));
}

uint64_t
run_hash(const struct run_header *header, uint64_t high)
{
	return top_as_hash(top_of(high, header->known_bits), header->known_bits);
}

uint64_t
run_item_sum(struct run_item item)
{
	uint64_t both[2] = { item.hash, item.block };
	return XXH3_64bits(both, sizeof(both));
}

bool
run_header_valid(const struct run_header *header)
{
	if (header->first > header->until || header->blocks > RUN_BLOCKS_MAX)
		return false;
	if (header->page_bits > PAGE_BITS_MAX || header->bucket_bits < header->page_bits ||
	    header->bucket_bits > header->page_bits + bits_below(BUCKETS_MAX))
		return false;
	return header->known_bits > 0 && header->known_bits >= header->bucket_bits &&
	       header->known_bits <= 64 && entry_size(header) <= ENTRY_SIZE_MAX;
}

static uint64_t
read_entry(const char *at, uint32_t size)
{
	/* Two words that overlap: an entry has 4 to 8 bytes, and none behind it is read. */
	uint32_t low, high;
	memcpy(&low, at, sizeof(low));
	memcpy(&high, at + size - sizeof(high), sizeof(high));
	return low | (uint64_t)high << 8 * (size - sizeof(high));
}

static uint32_t
read_u32(const char *at)
{
	uint32_t value;
	memcpy(&value, at, sizeof(value));
	return value;
}

uint32_t
run_page_count(struct span page)
{
	return read_u32(page.at + 12);
}

/* Where the entries of a bucket begin. */
static uint32_t
bucket_start(const struct run_header *header, struct span page, uint32_t bucket)
{
	uint16_t start;
	if (bucket == bucket_count(header))
		return run_page_count(page);
	memcpy(&start, page.at + PAGE_HEADER_SIZE + 2 * (size_t)bucket, sizeof(start));
	return start;
}

static uint64_t
page_checksum(const struct run_header *header, struct span page)
{
	uint64_t facts[6] = { header->first,     header->until,       header->blocks,
		              header->page_bits, header->bucket_bits, header->known_bits };
	uint64_t seed     = XXH3_64bits(facts, sizeof(facts));
	return XXH3_64bits_withSeed(page.at + 8, page.size - 8, seed);
}

uint32_t
run_page_of_hash(const struct run_header *header, uint64_t hash)
{
	CHECK(header->page_bits <= PAGE_BITS_MAX);
	return (uint32_t)top_of(hash, header->page_bits);
}

uint32_t
run_page_of(const struct run_header *header, struct identity identity)
{
	return run_page_of_hash(header, identity.high);
}

/* ---- building ---- */

void
run_header_shape(struct run_header *header, uint64_t count)
{
	header->page_bits = header->bucket_bits = 0;
	while (count >> header->bucket_bits > BUCKET_ENTRIES)
		header->bucket_bits++;
	if (header->known_bits < header->bucket_bits)
		header->bucket_bits = header->known_bits;
	while (header->page_bits < header->bucket_bits &&
	       page_size(header, count >> header->page_bits) > PAGE_SIZE_MEAN)
		header->page_bits++;
}

/* Whole bytes hold as many bits as are wanted: the more the better. */
static void
choose_known_bits(struct run_header *header, uint64_t count)
{
	uint32_t size = ENTRY_SIZE_MIN, buckets = 0;
	while (count >> buckets > BUCKET_ENTRIES)
		buckets++;
	while (buckets + 8 * size - block_bits(header) < KNOWN_BITS_MIN)
		size++;
	CHECK(size <= ENTRY_SIZE_MAX);
	uint32_t known     = buckets + 8 * size - block_bits(header);
	header->known_bits = known < 64 ? known : 64;
}

static uint64_t *
pages_count(const struct run_item *items, uint64_t count, const struct run_header *header,
            struct arena *scratch)
{
	size_t    pages  = (size_t)1 << header->page_bits;
	uint64_t *counts = arena_take_zeroed(scratch, pages * sizeof(*counts));
	for (uint64_t i = 0; i < count; i++)
		counts[run_page_of_hash(header, items[i].hash)]++;
	return counts;
}

bool
run_page_fits(const struct run_header *header, uint64_t count)
{
	return page_size(header, count) <= PAGE_SIZE_MAX && bucket_count(header) <= BUCKETS_MAX;
}

static bool
pages_fit(const uint64_t *counts, const struct run_header *header)
{
	for (size_t i = 0; i < (size_t)1 << header->page_bits; i++)
		if (!run_page_fits(header, counts[i]))
			return false;
	return true;
}

/* The fewest pages that hold all items; sets header->page_bits. */
static uint64_t *
pages_choose(const struct run_item *items, uint64_t count, struct run_header *header,
             struct arena *scratch)
{
	for (;;) {
		CHECK(header->page_bits <= header->bucket_bits);
		uint64_t *counts = pages_count(items, count, header, scratch);
		if (pages_fit(counts, header))
			return counts;
		header->page_bits++;
	}
}

/* Each item to its page, in place: follow the cycles of the permutation. */
static void
items_to_pages(struct run_item *items, const struct run_header *header, const uint64_t *counts,
               struct arena *scratch)
{
	size_t    pages = (size_t)1 << header->page_bits;
	uint64_t *next  = ARENA_ARRAY(scratch, uint64_t, pages);
	uint64_t *end   = ARENA_ARRAY(scratch, uint64_t, pages);
	uint64_t  at    = 0;
	for (size_t i = 0; i < pages; i++) {
		next[i] = at;
		end[i]  = at += counts[i];
	}
	for (size_t i = 0; i < pages; i++)
		while (next[i] < end[i]) {
			struct run_item *item = &items[next[i]];
			uint32_t         page = run_page_of_hash(header, item->hash);
			struct run_item  held = items[next[page]];
			items[next[page]++]   = *item;
			if (page != i)
				*item = held;
		}
}

/* Buckets are about 16 long: sorting by insertion is the quickest. */
static void
entries_sort(uint64_t *entries, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		uint64_t entry = entries[i];
		uint32_t at    = i;
		for (; at > 0 && entries[at - 1] > entry; at--)
			entries[at] = entries[at - 1];
		entries[at] = entry;
	}
}

struct run_draft {
	uint8_t  bytes[PAGE_SIZE_MAX];
	uint64_t entries[RUN_PAGE_ENTRIES_MAX];
	uint32_t starts[BUCKETS_MAX + 1];
};

struct run_draft *
run_draft_open(struct arena *arena)
{
	return ARENA_ARRAY(arena, struct run_draft, 1);
}

/* starts[b] counts up from where bucket b begins to where it ends. */
static void
draft_fill(struct run_draft *draft, const struct run_header *header, const struct run_item *items,
           uint32_t count)
{
	uint32_t buckets = bucket_count(header), shift = block_bits(header);
	memset(draft->starts, 0, (buckets + 1) * sizeof(draft->starts[0]));
	for (uint32_t i = 0; i < count; i++)
		draft->starts[bucket_of(header, items[i].hash) + 1]++;
	for (uint32_t i = 0; i < buckets; i++)
		draft->starts[i + 1] += draft->starts[i];
	for (uint32_t i = 0; i < count; i++) {
		uint64_t fingerprint                    = fingerprint_of(header, items[i].hash);
		uint32_t bucket                         = bucket_of(header, items[i].hash);
		draft->entries[draft->starts[bucket]++] = fingerprint << shift | items[i].block;
	}
}

struct span
run_page_write(struct run_draft *draft, const struct run_header *header, uint32_t page,
               const struct run_item *items, uint32_t count)
{
	uint32_t buckets = bucket_count(header), size = entry_size(header), from = 0;
	uint8_t *starts = draft->bytes + PAGE_HEADER_SIZE;
	uint8_t *entry  = draft->bytes + entries_at(header);

	CHECK(run_page_fits(header, count));
	draft_fill(draft, header, items, count);
	for (uint32_t i = 0; i < buckets; i++) {
		uint16_t start = (uint16_t)from;
		memcpy(starts + 2 * (size_t)i, &start, sizeof(start));
		entries_sort(draft->entries + from, draft->starts[i] - from);
		from = draft->starts[i];
	}
	for (uint32_t i = 0; i < count; i++, entry += size)
		for (uint32_t k = 0; k < size; k++)
			entry[k] = (uint8_t)(draft->entries[i] >> 8 * k);
	memcpy(draft->bytes + 8, &page, sizeof(page));
	memcpy(draft->bytes + 12, &count, sizeof(count));

	struct span bytes    = { (const char *)draft->bytes, page_size(header, count) };
	uint64_t    checksum = page_checksum(header, bytes);
	memcpy(draft->bytes, &checksum, sizeof(checksum));
	return bytes;
}

void
run_build(struct run_item *items, uint64_t count, uint64_t first, uint64_t until, uint32_t blocks,
          struct arena *scratch, struct run_header *header, run_page *page, void *context)
{
	CHECK(first <= until);
	CHECK(blocks <= RUN_BLOCKS_MAX);
	for (uint64_t i = 0; i < count; i++)
		CHECK(items[i].block < blocks);

	*header = (struct run_header){ .first = first, .until = until, .blocks = blocks };
	choose_known_bits(header, count);
	run_header_shape(header, count);
	const uint64_t *counts = pages_choose(items, count, header, scratch);
	CHECK(run_header_valid(header));
	items_to_pages(items, header, counts, scratch);

	struct run_draft *draft = run_draft_open(scratch);
	for (uint32_t i = 0; i < UINT32_C(1) << header->page_bits; i++) {
		page(context, i, run_page_write(draft, header, i, items, (uint32_t)counts[i]));
		items += counts[i];
	}
}

/* ---- asking ---- */

uint32_t
run_find(const struct run_header *header, struct span page, struct identity identity,
         uint32_t *blocks, uint32_t max)
{
	CHECK(page.size >= PAGE_HEADER_SIZE);
	CHECK(page.size == page_size(header, run_page_count(page)));

	uint64_t    fingerprint = fingerprint_of(header, identity.high);
	uint32_t    bucket      = bucket_of(header, identity.high);
	uint32_t    at          = bucket_start(header, page, bucket);
	uint32_t    end         = bucket_start(header, page, bucket + 1);
	uint32_t    size = entry_size(header), shift = block_bits(header), found = 0;
	const char *entries = page.at + entries_at(header);

	for (; at < end; at++) {
		uint64_t entry = read_entry(entries + size * (size_t)at, size);
		uint32_t block = (uint32_t)(entry & ((UINT64_C(1) << shift) - 1));
		if (entry >> shift > fingerprint)
			break;
		if (entry >> shift < fingerprint || (found > 0 && blocks[found - 1] == block))
			continue;
		/* A candidate that is left out could be the one: rather stop. */
		CHECK(found < max);
		blocks[found++] = block;
	}
	return found;
}

uint32_t
run_page_items(const struct run_header *header, struct span page, struct run_item *items)
{
	uint32_t    buckets = bucket_count(header), size = entry_size(header);
	uint32_t    shift = block_bits(header), at = 0;
	const char *entries = page.at + entries_at(header);
	uint64_t    top     = (uint64_t)read_u32(page.at + 8) * buckets;

	for (uint32_t bucket = 0; bucket < buckets; bucket++) {
		uint64_t hash = top_as_hash(top + bucket, header->bucket_bits);
		uint32_t end  = bucket_start(header, page, bucket + 1);
		for (; at < end; at++) {
			uint64_t entry = read_entry(entries + size * (size_t)at, size);
			items[at]      = (struct run_item){
				     hash | top_as_hash(entry >> shift, header->known_bits),
				     (uint32_t)(entry & ((UINT64_C(1) << shift) - 1)),
			};
		}
	}
	return at;
}

/* ---- checking ---- */

static bool
starts_are_valid(const struct run_header *header, struct span page)
{
	uint32_t before = 0;
	for (uint32_t i = 0; i < bucket_count(header); i++) {
		uint32_t start = bucket_start(header, page, i);
		if (start < before || start > run_page_count(page) || (i == 0 && start != 0))
			return false;
		before = start;
	}
	return true;
}

static bool
entries_are_valid(const struct run_header *header, struct span page)
{
	uint32_t    size = entry_size(header), shift = block_bits(header);
	const char *entries = page.at + entries_at(header);
	for (uint32_t i = 0; i < bucket_count(header); i++) {
		uint32_t end    = bucket_start(header, page, i + 1);
		uint64_t before = 0;
		for (uint32_t at = bucket_start(header, page, i); at < end; at++) {
			uint64_t entry = read_entry(entries + size * (size_t)at, size);
			if (entry < before ||
			    (entry & ((UINT64_C(1) << shift) - 1)) >= header->blocks ||
			    bits_below((entry >> shift) + 1) > fingerprint_bits(header))
				return false;
			before = entry;
		}
	}
	return true;
}

enum err
run_page_check(const struct run_header *header, uint32_t index, struct span page)
{
	if (!run_header_valid(header))
		return ERR_STORE_DAMAGED;
	if (page.size < entries_at(header) || page.size > PAGE_SIZE_MAX)
		return ERR_STORE_DAMAGED;

	uint64_t checksum;
	memcpy(&checksum, page.at, sizeof(checksum));
	if (page.size != page_size(header, run_page_count(page)))
		return ERR_STORE_DAMAGED;
	if (checksum != page_checksum(header, page))
		return ERR_STORE_DAMAGED;
	if (read_u32(page.at + 8) != index || index >> header->page_bits != 0)
		return ERR_STORE_DAMAGED;
	if (!starts_are_valid(header, page) || !entries_are_valid(header, page))
		return ERR_STORE_DAMAGED;
	return ERR_NONE;
}
