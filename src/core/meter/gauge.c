/* gauge.c - pages of a gauge: 128 hours of values with the time of each.
 *
 * A page begins packed, with room for a few cells, and is laid out by hour when it has
 * many, so that a sum over hours is one straight loop. Values and times are narrow
 * (one byte or two, whole units and whole seconds) until a cell needs more. */
#include "core/base/check.h"
#include "core/meter/meter_int.h"

enum { PAGE_CAPACITY_MIN = 8 };

/* ---- lanes ---- */

/* The least width that holds the amount. */
static inline enum width
width_of(int64_t unit, int64_t amount)
{
	if (amount < 0 || amount / unit > UINT16_MAX || amount % unit != 0)
		return WIDTH_FULL;
	return amount / unit > UINT8_MAX ? WIDTH_SHORT : WIDTH_BYTE;
}

static size_t
lane_size(const struct lane *lane, uint32_t capacity)
{
	return (size_t)capacity * lane->width;
}

static void
lane_open(struct lane *lane, struct pool *pool, uint32_t capacity, enum width width)
{
	lane->width = width;
	lane->cells = pool_take(pool, lane_size(lane, capacity));
	memset(lane->cells, 0, lane_size(lane, capacity));
}

/* The amount fits. */
static inline void
lane_put(struct lane *lane, int64_t unit, uint32_t i, int64_t amount)
{
	if (lane->width == WIDTH_BYTE)
		((uint8_t *)lane->cells)[i] = (uint8_t)(amount / unit);
	else if (lane->width == WIDTH_SHORT)
		((uint16_t *)lane->cells)[i] = (uint16_t)(amount / unit);
	else
		((int64_t *)lane->cells)[i] = amount;
}

static void
lane_widen(struct lane *lane, struct pool *pool, uint32_t capacity, int64_t unit, enum width width)
{
	struct lane old = *lane;
	lane_open(lane, pool, capacity, width);
	for (uint32_t i = 0; i < capacity; i++)
		lane_put(lane, unit, i, lane_get(&old, unit, i));
	pool_give(pool, old.cells, lane_size(&old, capacity));
}

static inline void
lane_set(struct lane *lane, struct pool *pool, uint32_t capacity, int64_t unit, uint32_t i,
         int64_t amount)
{
	enum width width = width_of(unit, amount);
	if (lane->width < width)
		lane_widen(lane, pool, capacity, unit, width);
	lane_put(lane, unit, i, amount);
}

/* Move the cells from i on, of count, by one place up (or over cell i, down). */
static void
lane_shift(struct lane *lane, uint32_t i, uint32_t count, bool up)
{
	size_t   size  = lane->width;
	uint8_t *cells = lane->cells;
	if (up)
		memmove(cells + (i + 1) * size, cells + i * size, (count - i) * size);
	else
		memmove(cells + i * size, cells + (i + 1) * size, (count - i - 1) * size);
}

/* ---- pages ---- */

/* How many present places are below place. */
static uint32_t
page_rank(const struct page *page, uint32_t place)
{
	uint64_t below = (UINT64_C(1) << (place & 63)) - 1;
	if (place < 64)
		return bits_count(page->present[0] & below);
	return bits_count(page->present[0]) + bits_count(page->present[1] & below);
}

uint32_t
page_slot(const struct page *page, uint32_t place)
{
	CHECK(place < PAGE_HOURS);
	return page->capacity == PAGE_HOURS ? place : page_rank(page, place);
}

/* The packed cells of from into to, which is laid out by hour or packed but larger. */
static void
lane_move(const struct page *page, struct lane *lane, struct pool *pool, uint32_t capacity)
{
	struct lane old  = *lane;
	size_t      size = old.width;

	lane_open(lane, pool, capacity, old.width);
	if (capacity < PAGE_HOURS) {
		memcpy(lane->cells, old.cells, page_count(page) * size);
	} else {
		uint32_t rank = 0;
		for (uint32_t half = 0; half < 2; half++) {
			for (uint64_t left = page->present[half]; left != 0; left &= left - 1) {
				uint32_t place = half * 64 + (uint32_t)__builtin_ctzll(left);
				memcpy((uint8_t *)lane->cells + place * size,
				       (uint8_t *)old.cells + rank++ * size, size);
			}
		}
	}
	pool_give(pool, old.cells, lane_size(&old, page->capacity));
}

static void
page_grow(struct page *page, struct pool *pool)
{
	uint32_t capacity = page->capacity < PAGE_PACKED_MAX ? page->capacity * 2u : PAGE_HOURS;
	lane_move(page, &page->values, pool, capacity);
	lane_move(page, &page->times, pool, capacity);
	page->capacity = (uint16_t)capacity;
}

/* Make a cell for an absent place; its content is anything. */
static void
page_insert(struct page *page, struct pool *pool, uint32_t place)
{
	CHECK(!page_has(page, place));
	uint32_t count = page_count(page);
	if (page->capacity < PAGE_HOURS && count == page->capacity)
		page_grow(page, pool);
	if (page->capacity < PAGE_HOURS) {
		lane_shift(&page->values, page_rank(page, place), count, true);
		lane_shift(&page->times, page_rank(page, place), count, true);
	}
	page->present[place >> 6] |= UINT64_C(1) << (place & 63);
}

static void
page_remove(struct page *page, struct pool *pool, uint32_t place)
{
	CHECK(page_has(page, place));
	uint32_t slot = page_slot(page, place);
	if (page->capacity < PAGE_HOURS) {
		lane_shift(&page->values, slot, page_count(page), false);
		lane_shift(&page->times, slot, page_count(page), false);
	} else {
		lane_set(&page->values, pool, PAGE_HOURS, MILLIONTHS, slot, 0);
		lane_set(&page->times, pool, PAGE_HOURS, NS_PER_SECOND, slot, 0);
	}
	page->present[place >> 6] &= ~(UINT64_C(1) << (place & 63));
}

/* ---- splits ---- */

uint32_t
split_page_seek(const struct split *split, int32_t index)
{
	uint32_t low  = 0;
	uint32_t high = split->count;
	if (high == 0 || split->pages[high - 1].index < index)
		return high;
	/* Most often no page between is missing: then it stands as far from the newest
	 * as its index. */
	uint32_t back = (uint32_t)split->pages[high - 1].index - (uint32_t)index;
	if (back < high && split->pages[high - 1 - back].index == index)
		return high - 1 - back;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (split->pages[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct page *
split_page(const struct split *split, int32_t index)
{
	uint32_t position = split_page_seek(split, index);
	if (position == split->count || split->pages[position].index != index)
		return NULL;
	return &split->pages[position];
}

/* An empty page without lanes, where it belongs. */
static struct page *
split_page_insert(struct split *split, struct pool *pool, int32_t index)
{
	uint32_t position = split_page_seek(split, index);
	split->pages      = vector_grow(pool, split->pages, sizeof(struct page), split->count,
	                                &split->capacity);
	struct page *page = &split->pages[position];
	CHECK(position == split->count || page->index > index);
	memmove(page + 1, page, (split->count - position) * sizeof(struct page));
	split->count++;
	*page = (struct page){ .index = index };
	return page;
}

static void
page_open(struct page *page, struct pool *pool, uint32_t count, enum width values, enum width times)
{
	page->capacity = PAGE_CAPACITY_MIN;
	while (page->capacity < count)
		page->capacity = page->capacity < PAGE_PACKED_MAX ? page->capacity * 2 : PAGE_HOURS;
	lane_open(&page->values, pool, page->capacity, values);
	lane_open(&page->times, pool, page->capacity, times);
}

static void
page_set(struct page *page, struct pool *pool, uint32_t slot, int64_t value, int64_t offset_ns)
{
	lane_set(&page->values, pool, page->capacity, MILLIONTHS, slot, value);
	lane_set(&page->times, pool, page->capacity, NS_PER_SECOND, slot, offset_ns);
	if (page->values.width < WIDTH_FULL && value / MILLIONTHS > page->whole_max)
		page->whole_max = (uint16_t)(value / MILLIONTHS);
}

enum joined
gauge_join(struct split *split, struct pool *pool, int32_t hour, int64_t offset_ns, int64_t value)
{
	CHECK(value >= 0);
	CHECK(offset_ns >= 0 && offset_ns < NS_PER_HOUR);
	uint32_t     place = (uint32_t)hour & (PAGE_HOURS - 1);
	struct page *page  = split_page(split, hour >> PAGE_SHIFT);
	if (!page) {
		page = split_page_insert(split, pool, hour >> PAGE_SHIFT);
		page_open(page, pool, 1, WIDTH_BYTE, WIDTH_SHORT);
	}
	if (!page_has(page, place)) {
		page_insert(page, pool, place);
		page_set(page, pool, page_slot(page, place), value, offset_ns);
		return JOINED_NEW;
	}
	int64_t old_ns = page_time(page, place);
	if (offset_ns < old_ns || (offset_ns == old_ns && value <= page_value(page, place)))
		return JOINED_NOTHING;
	page_set(page, pool, page_slot(page, place), value, offset_ns);
	return JOINED_CHANGE;
}

bool
gauge_clear(struct split *split, struct pool *pool, int32_t hour)
{
	uint32_t     place = (uint32_t)hour & (PAGE_HOURS - 1);
	struct page *page  = split_page(split, hour >> PAGE_SHIFT);
	if (!page || !page_has(page, place))
		return false;
	page_remove(page, pool, place);
	return true;
}

void
split_page_fill(struct split *split, struct pool *pool, int32_t index, const uint64_t present[2],
                const int64_t *values, const int64_t *times)
{
	struct page *page         = split_page_insert(split, pool, index);
	enum width   values_width = WIDTH_BYTE;
	enum width   times_width  = WIDTH_SHORT;
	uint32_t     count        = bits_count(present[0]) + bits_count(present[1]);
	for (uint32_t i = 0; i < count; i++) {
		enum width value_width = width_of(MILLIONTHS, values[i]);
		enum width time_width  = width_of(NS_PER_SECOND, times[i]);
		values_width           = value_width > values_width ? value_width : values_width;
		times_width            = time_width > times_width ? time_width : times_width;
	}
	page_open(page, pool, count, values_width, times_width);
	memcpy(page->present, present, sizeof(page->present));
	uint32_t rank = 0;
	for (uint32_t place = 0; place < PAGE_HOURS; place++) {
		if (!page_has(page, place))
			continue;
		uint32_t slot = page->capacity == PAGE_HOURS ? place : rank;
		page_set(page, pool, slot, values[rank], times[rank]);
		rank++;
	}
	CHECK(rank == count);
}
