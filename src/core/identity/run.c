/* run.c - the identities of many sealed events, about 4.2 bytes each.
 *
 * A page, little-endian (docs/format.md "Identity runs"):
 *
 *    0   8  XXH3-64 of the bytes from 8 on, seeded with the run's header
 *    8   4  page number
 *   12   4  count of entries n
 *   16  2b  where each bucket's entries begin, b = ceil(n / 16)
 *       4n  entries: fingerprint in the upper 20 bits, block in the lower 12;
 *           by bucket, rising within it
 *
 * The page is the identity's top bits. Bucket and fingerprint are the whole and the
 * broken part of one product, so that neither repeats what the other says. */
#include "core/identity/identity.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

enum { PAGE_SIZE_MAX = 65536, PAGE_HEADER_SIZE = 16, PAGE_BITS_MAX = 24 };
enum { BUCKET_ENTRIES = 16, BLOCK_BITS = 12, FINGERPRINT_BITS = 32 - BLOCK_BITS };

/* The most entries that fit: 16 + 2 * ceil(n / 16) + 4 n <= 65536. */
enum { PAGE_ENTRIES_MAX = 15883 };
_Static_assert(PAGE_HEADER_SIZE + 2 * ((PAGE_ENTRIES_MAX + 15) / 16) + 4 * PAGE_ENTRIES_MAX <=
                       PAGE_SIZE_MAX,
               "a full page fits");

/* On average pages stay so far below the most that chance hardly ever fills one. */
enum { PAGE_ENTRIES_MEAN = 14800 };

static uint32_t
bucket_count(uint32_t count)
{
	return (count + BUCKET_ENTRIES - 1) / BUCKET_ENTRIES;
}

static size_t
page_size(uint32_t count)
{
	return PAGE_HEADER_SIZE + 2 * (size_t)bucket_count(count) + 4 * (size_t)count;
}

static uint64_t
product_of(struct identity identity, uint32_t count)
{
	return (identity.low >> 32) * bucket_count(count);
}

static uint32_t
bucket_of(uint64_t product)
{
	return (uint32_t)(product >> 32);
}

static uint32_t
fingerprint_of(uint64_t product)
{
	return (uint32_t)product >> BLOCK_BITS;
}

static uint32_t
read_u32(const char *at)
{
	uint32_t value;
	memcpy(&value, at, sizeof(value));
	return value;
}

static uint32_t
page_count(struct span page)
{
	return read_u32(page.at + 12);
}

/* Where the entries of a bucket begin. */
static uint32_t
bucket_start(struct span page, uint32_t bucket, uint32_t count)
{
	uint16_t start;
	if (bucket == bucket_count(count))
		return count;
	memcpy(&start, page.at + PAGE_HEADER_SIZE + 2 * (size_t)bucket, sizeof(start));
	return start;
}

static uint64_t
page_checksum(const struct run_header *header, struct span page)
{
	uint64_t facts[4] = { header->first, header->until, header->blocks, header->page_bits };
	uint64_t seed     = XXH3_64bits(facts, sizeof(facts));
	return XXH3_64bits_withSeed(page.at + 8, page.size - 8, seed);
}

uint32_t
run_page_of(const struct run_header *header, struct identity identity)
{
	CHECK(header->page_bits <= PAGE_BITS_MAX);
	return header->page_bits == 0 ? 0 : (uint32_t)(identity.high >> (64 - header->page_bits));
}

/* ---- building ---- */

static uint64_t *
pages_count(const struct run_item *items, uint64_t count, const struct run_header *header,
            struct arena *scratch)
{
	size_t    pages  = (size_t)1 << header->page_bits;
	uint64_t *counts = arena_take_zeroed(scratch, pages * sizeof(*counts));
	for (uint64_t i = 0; i < count; i++)
		counts[run_page_of(header, items[i].identity)]++;
	return counts;
}

static bool
pages_fit(const uint64_t *counts, uint32_t page_bits)
{
	for (size_t i = 0; i < (size_t)1 << page_bits; i++)
		if (counts[i] > PAGE_ENTRIES_MAX)
			return false;
	return true;
}

/* The fewest pages that hold all items; sets header->page_bits. */
static uint64_t *
pages_choose(const struct run_item *items, uint64_t count, struct run_header *header,
             struct arena *scratch)
{
	while (count >> header->page_bits > PAGE_ENTRIES_MEAN)
		header->page_bits++;
	for (;;) {
		CHECK(header->page_bits <= PAGE_BITS_MAX);
		uint64_t *counts = pages_count(items, count, header, scratch);
		if (pages_fit(counts, header->page_bits))
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
			uint32_t         page = run_page_of(header, item->identity);
			struct run_item  held = items[next[page]];
			items[next[page]++]   = *item;
			if (page != i)
				*item = held;
		}
}

/* Buckets are about 16 long: sorting by insertion is the quickest. */
static void
entries_sort(uint32_t *entries, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		uint32_t entry = entries[i];
		uint32_t at    = i;
		for (; at > 0 && entries[at - 1] > entry; at--)
			entries[at] = entries[at - 1];
		entries[at] = entry;
	}
}

struct page_draft {
	uint8_t  bytes[PAGE_SIZE_MAX];
	uint32_t entries[PAGE_ENTRIES_MAX];
	uint32_t starts[PAGE_ENTRIES_MAX / BUCKET_ENTRIES + 2];
};

/* starts[b] counts up from where bucket b begins to where it ends. */
static void
draft_fill(struct page_draft *draft, const struct run_item *items, uint32_t count)
{
	uint32_t buckets = bucket_count(count);
	memset(draft->starts, 0, (buckets + 1) * sizeof(draft->starts[0]));
	for (uint32_t i = 0; i < count; i++)
		draft->starts[bucket_of(product_of(items[i].identity, count)) + 1]++;
	for (uint32_t i = 0; i < buckets; i++)
		draft->starts[i + 1] += draft->starts[i];
	for (uint32_t i = 0; i < count; i++) {
		uint64_t product = product_of(items[i].identity, count);
		uint32_t entry   = fingerprint_of(product) << BLOCK_BITS | items[i].block;
		draft->entries[draft->starts[bucket_of(product)]++] = entry;
	}
}

static struct span
page_write(struct page_draft *draft, const struct run_header *header, uint32_t page,
           const struct run_item *items, uint32_t count)
{
	uint32_t buckets = bucket_count(count);
	uint8_t *starts  = draft->bytes + PAGE_HEADER_SIZE;
	uint32_t from    = 0;

	draft_fill(draft, items, count);
	for (uint32_t i = 0; i < buckets; i++) {
		uint16_t start = (uint16_t)from;
		memcpy(starts + 2 * (size_t)i, &start, sizeof(start));
		entries_sort(draft->entries + from, draft->starts[i] - from);
		from = draft->starts[i];
	}
	memcpy(starts + 2 * (size_t)buckets, draft->entries, 4 * (size_t)count);
	memcpy(draft->bytes + 8, &page, sizeof(page));
	memcpy(draft->bytes + 12, &count, sizeof(count));

	struct span bytes    = { (const char *)draft->bytes, page_size(count) };
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
	const uint64_t *counts = pages_choose(items, count, header, scratch);
	items_to_pages(items, header, counts, scratch);

	struct page_draft *draft = ARENA_ARRAY(scratch, struct page_draft, 1);
	for (uint32_t i = 0; i < UINT32_C(1) << header->page_bits; i++) {
		page(context, i, page_write(draft, header, i, items, (uint32_t)counts[i]));
		items += counts[i];
	}
}

/* ---- asking ---- */

void
run_page_prefetch(struct span page, struct identity identity)
{
	/* The count shares the page's first line with nothing else that is needed, so
	 * it is guessed from the size: 66 bytes are a bucket. */
	if (page.size <= PAGE_HEADER_SIZE)
		return;
	uint32_t count  = (uint32_t)((page.size - PAGE_HEADER_SIZE) * 8 / 33);
	uint32_t bucket = bucket_of(product_of(identity, count));
	size_t   starts = 2 * (size_t)bucket_count(count);
	__builtin_prefetch(page.at);
	__builtin_prefetch(page.at + PAGE_HEADER_SIZE + 2 * (size_t)bucket);
	__builtin_prefetch(page.at + PAGE_HEADER_SIZE + starts + 64 * (size_t)bucket);
}

uint32_t
run_find(const struct run_header *header, struct span page, struct identity identity,
         uint32_t *blocks, uint32_t max)
{
	CHECK(header->blocks <= RUN_BLOCKS_MAX);
	CHECK(page.size >= PAGE_HEADER_SIZE);
	uint32_t count = page_count(page);
	CHECK(page.size == page_size(count));
	if (count == 0)
		return 0;

	uint64_t    product     = product_of(identity, count);
	uint32_t    fingerprint = fingerprint_of(product);
	uint32_t    at          = bucket_start(page, bucket_of(product), count);
	uint32_t    end         = bucket_start(page, bucket_of(product) + 1, count);
	const char *entries     = page.at + page_size(count) - 4 * (size_t)count;
	uint32_t    found       = 0;

	for (; at < end; at++) {
		uint32_t entry = read_u32(entries + 4 * (size_t)at);
		uint32_t block = entry & (RUN_BLOCKS_MAX - 1);
		if (entry >> BLOCK_BITS > fingerprint)
			break;
		if (entry >> BLOCK_BITS < fingerprint || (found > 0 && blocks[found - 1] == block))
			continue;
		/* A candidate that is left out could be the one: rather stop. */
		CHECK(found < max);
		blocks[found++] = block;
	}
	return found;
}

static bool
starts_are_valid(struct span page, uint32_t count)
{
	uint32_t before = 0;
	for (uint32_t i = 0; i < bucket_count(count); i++) {
		uint32_t start = bucket_start(page, i, count);
		if (start < before || start > count || (i == 0 && start != 0))
			return false;
		before = start;
	}
	return true;
}

static bool
entries_are_valid(const struct run_header *header, struct span page, uint32_t count)
{
	const char *entries = page.at + page_size(count) - 4 * (size_t)count;
	for (uint32_t i = 0; i < bucket_count(count); i++) {
		uint32_t end    = bucket_start(page, i + 1, count);
		uint32_t before = 0;
		for (uint32_t at = bucket_start(page, i, count); at < end; at++) {
			uint32_t entry = read_u32(entries + 4 * (size_t)at);
			if (entry < before || (entry & (RUN_BLOCKS_MAX - 1)) >= header->blocks)
				return false;
			before = entry;
		}
	}
	return true;
}

enum err
run_page_check(const struct run_header *header, struct span page)
{
	if (header->page_bits > PAGE_BITS_MAX || header->blocks > RUN_BLOCKS_MAX)
		return ERR_STORE_DAMAGED;
	if (page.size < PAGE_HEADER_SIZE || page.size > PAGE_SIZE_MAX)
		return ERR_STORE_DAMAGED;

	uint64_t checksum;
	uint32_t count = page_count(page);
	memcpy(&checksum, page.at, sizeof(checksum));
	if (count > PAGE_ENTRIES_MAX || page.size != page_size(count))
		return ERR_STORE_DAMAGED;
	if (checksum != page_checksum(header, page))
		return ERR_STORE_DAMAGED;
	if (read_u32(page.at + 8) >> header->page_bits != 0)
		return ERR_STORE_DAMAGED;
	if (!starts_are_valid(page, count) || !entries_are_valid(header, page, count))
		return ERR_STORE_DAMAGED;
	return ERR_NONE;
}
