/* run_join.c - the pages of neighbouring runs become the pages of one.
 *
 * Pages are in the order of hashes, so what some pages of each source hold is what some
 * pages of the joined run hold: a unit. The source with the most pages says how many units
 * there are; a page of a smaller one is needed by several of them. A bit that one source
 * does not know is not known of the joined run either. */
#include "core/identity/run_int.h"

bool
run_join_open(struct run_join *join, uint32_t blocks)
{
	const struct run_source *sources = join->sources;
	CHECK(join->sources_count > 0 && join->sources_count <= RUN_SOURCES_MAX);
	struct run_header header = { .first = sources[0].header.first, .known_bits = 64 };
	uint32_t          most   = 0;

	for (uint32_t i = 0; i < join->sources_count; i++) {
		const struct run_header *source = &sources[i].header;
		CHECK(i == 0 || source->first == header.until);
		header.until = source->until;
		if (source->known_bits < header.known_bits)
			header.known_bits = source->known_bits;
		if (source->page_bits > most)
			most = source->page_bits;
	}
	if (blocks > RUN_BLOCKS_MAX)
		return false;
	header.blocks = blocks;
	run_header_shape(&header, header.until - header.first);
	join->header    = header;
	join->unit_bits = header.page_bits < most ? header.page_bits : most;
	return run_header_valid(&header);
}

uint32_t
run_join_needs(const struct run_join *join, uint32_t unit, uint32_t source, uint32_t *from)
{
	uint32_t bits = join->sources[source].header.page_bits;
	if (bits < join->unit_bits) {
		*from = unit >> (join->unit_bits - bits);
		return 1;
	}
	*from = unit << (bits - join->unit_bits);
	return UINT32_C(1) << (bits - join->unit_bits);
}

uint32_t
run_join_makes(const struct run_join *join)
{
	return UINT32_C(1) << (join->header.page_bits - join->unit_bits);
}

static bool
in_unit(const struct run_join *join, uint32_t unit, uint64_t hash)
{
	return join->unit_bits == 0 || hash >> (64 - join->unit_bits) == unit;
}

/* The items of a page that belong to the unit, as the joined run knows them. */
static uint64_t
page_gather(const struct run_join *join, uint32_t unit, const struct run_source *source,
            struct span page, struct run_item *items)
{
	uint64_t kept  = 0;
	uint32_t count = run_page_items(&source->header, page, items);
	for (uint32_t i = 0; i < count; i++) {
		if (!in_unit(join, unit, items[i].hash))
			continue;
		items[kept++] = (struct run_item){ run_hash(&join->header, items[i].hash),
			                           source->block[items[i].block] };
	}
	return kept;
}

/* Everything that the sources have of a unit, one behind the other. */
static struct run_item *
items_gather(const struct run_join *join, uint32_t unit, const struct span *pages,
             struct arena *arena, uint64_t *count)
{
	uint32_t first, page = 0, end = 0;
	uint64_t most = 0;
	for (uint32_t i = 0; i < join->sources_count; i++)
		for (end += run_join_needs(join, unit, i, &first); page < end; page++)
			most += run_page_count(pages[page]);
	struct run_item *items = ARENA_ARRAY(arena, struct run_item, most);

	*count = page = end = 0;
	for (uint32_t i = 0; i < join->sources_count; i++)
		for (end += run_join_needs(join, unit, i, &first); page < end; page++)
			*count += page_gather(join, unit, &join->sources[i], pages[page],
			                      items + *count);
	return items;
}

/* Each to its page of the joined run. starts has one number more than there are pages. */
static struct run_item *
items_sort(const struct run_join *join, uint32_t unit, const struct run_item *items, uint64_t count,
           struct arena *arena, uint64_t *starts)
{
	uint32_t         pages  = run_join_makes(join);
	uint32_t         base   = unit * pages;
	struct run_item *sorted = ARENA_ARRAY(arena, struct run_item, count);
	uint64_t        *next   = ARENA_ARRAY(arena, uint64_t, pages);

	memset(starts, 0, (pages + 1) * sizeof(*starts));
	for (uint64_t i = 0; i < count; i++)
		starts[run_page_of_hash(&join->header, items[i].hash) - base + 1]++;
	for (uint32_t i = 0; i < pages; i++) {
		next[i] = starts[i];
		starts[i + 1] += starts[i];
	}
	for (uint64_t i = 0; i < count; i++) {
		uint32_t page        = run_page_of_hash(&join->header, items[i].hash) - base;
		sorted[next[page]++] = items[i];
	}
	return sorted;
}

bool
run_join_unit(const struct run_join *join, uint32_t unit, const struct span *pages,
              struct arena *arena, struct span *joined)
{
	uint32_t               pages_count = run_join_makes(join);
	uint64_t               count;
	uint64_t              *starts = ARENA_ARRAY(arena, uint64_t, pages_count + 1);
	const struct run_item *items  = items_gather(join, unit, pages, arena, &count);
	items                         = items_sort(join, unit, items, count, arena, starts);

	for (uint32_t i = 0; i < pages_count; i++)
		if (!run_page_fits(&join->header, starts[i + 1] - starts[i]))
			return false;
	struct run_draft *draft = run_draft_open(arena);
	for (uint32_t i = 0; i < pages_count; i++) {
		uint32_t    size  = (uint32_t)(starts[i + 1] - starts[i]);
		struct span bytes = run_page_write(draft, &join->header, unit * pages_count + i,
		                                   items + starts[i], size);
		joined[i]         = arena_copy(arena, bytes);
	}
	return true;
}
