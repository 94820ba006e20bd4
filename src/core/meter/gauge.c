/* gauge.c - pages of a gauge: 128 hours of values with the time of each.
 *
 * A page begins packed, with room for a few cells, and is laid out by hour when it has
 * many, so that what looks at hours is one straight loop. Values and times are narrow
 * until a cell needs more. A gauge with several splits has a total beside them: pages
 * of the same kind without times, changed with each cell by what the cell changed. */
#include "core/base/check.h"
#include "core/meter/meter_int.h"

enum { PAGE_CAPACITY_MIN = 8, PAGES_MIN = 2 };

/* ---- widths ---- */

/* The least width that holds the value, the offset. */
static inline enum width
value_width(int64_t value)
{
	if (value % MILLIONTHS != 0 || value / MILLIONTHS > UINT16_MAX)
		return WIDTH_FULL;
	return value / MILLIONTHS > UINT8_MAX ? WIDTH_SHORT : WIDTH_BYTE;
}

static inline enum width
time_width(int64_t offset_ns)
{
	if (offset_ns % NS_PER_SECOND == 0)
		return WIDTH_SHORT;
	return offset_ns % (NS_PER_SECOND / 1000) == 0 ? WIDTH_WORD : WIDTH_FULL;
}

static inline enum width
width_max(enum width a, enum width b)
{
	return a > b ? a : b;
}

/* The number fits. */
static inline void
cell_put(uint8_t *cells, enum width width, uint32_t i, int64_t number)
{
	switch (width) {
	case WIDTH_NONE:
		return;
	case WIDTH_BYTE:
		cells[i] = (uint8_t)number;
		return;
	case WIDTH_SHORT:
		((uint16_t *)(void *)cells)[i] = (uint16_t)number;
		return;
	case WIDTH_WORD:
		((uint32_t *)(void *)cells)[i] = (uint32_t)number;
		return;
	case WIDTH_FULL:
		((int64_t *)(void *)cells)[i] = number;
		return;
	}
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

static size_t
page_size(const struct page *page)
{
	return (size_t)page->capacity * ((size_t)page_value_width(page) + page_time_width(page));
}

static void
page_open(struct page *page, struct lines *lines, uint32_t capacity, enum width values,
          enum width times)
{
	page->capacity = (uint8_t)capacity;
	page->widths   = (uint8_t)((uint32_t)values | (uint32_t)times << 4);
	page->cells    = lines_take(lines, page_size(page));
	memset(page->cells, 0, page_size(page));
}

/* The cells of old into the page, which is as large and wide or more so. */
static void
page_copy(struct page *page, const struct page *old)
{
	enum width values = page_value_width(page), old_values = page_value_width(old);
	enum width times = page_time_width(page), old_times = page_time_width(old);
	int64_t    value_scale = value_unit(old_values) / value_unit(values);
	int64_t    time_scale  = time_unit(old_times) / time_unit(times);
	uint32_t   rank        = 0;

	for (uint32_t half = 0; half < 2; half++) {
		for (uint64_t left = page->present[half]; left != 0; left &= left - 1, rank++) {
			uint32_t place = half * 64 + (uint32_t)__builtin_ctzll(left);
			uint32_t from  = old->capacity == PAGE_HOURS ? place : rank;
			uint32_t to    = page->capacity == PAGE_HOURS ? place : rank;
			cell_put(page->cells, values, to,
			         cell_get(old->cells, old_values, from) * value_scale);
			cell_put(page_times(page), times, to,
			         cell_get(page_times(old), old_times, from) * time_scale);
		}
	}
}

static void
page_reshape(struct page *page, struct lines *lines, uint32_t capacity, enum width values,
             enum width times)
{
	struct page old = *page;
	page_open(page, lines, capacity, values, times);
	page_copy(page, &old);
	lines_give(lines, old.cells, page_size(&old));
}

/* Move the cells from i on, of count, by one place up (or over cell i, down). */
static void
cells_shift(uint8_t *cells, size_t size, uint32_t i, uint32_t count, bool up)
{
	if (up)
		memmove(cells + (i + 1) * size, cells + i * size, (count - i) * size);
	else
		memmove(cells + i * size, cells + (i + 1) * size, (count - i - 1) * size);
}

/* Make a cell for an absent place; its content is anything. */
static void
page_insert(struct page *page, struct lines *lines, uint32_t place)
{
	CHECK(!page_has(page, place));
	if (page->capacity < PAGE_HOURS) {
		uint32_t count = page_count(page);
		if (count == page->capacity)
			page_reshape(page, lines,
			             count < PAGE_PACKED_MAX ? count * 2 : (uint32_t)PAGE_HOURS,
			             page_value_width(page), page_time_width(page));
		if (page->capacity < PAGE_HOURS) {
			uint32_t rank = page_rank(page, place);
			cells_shift(page->cells, page_value_width(page), rank, count, true);
			cells_shift(page_times(page), page_time_width(page), rank, count, true);
		}
	}
	page->present[place >> 6] |= UINT64_C(1) << (place & 63);
}

static void
page_remove(struct page *page, uint32_t place)
{
	CHECK(page_has(page, place));
	uint32_t slot = page_slot(page, place);
	if (page->capacity < PAGE_HOURS) {
		uint32_t count = page_count(page);
		cells_shift(page->cells, page_value_width(page), slot, count, false);
		cells_shift(page_times(page), page_time_width(page), slot, count, false);
	} else {
		cell_put(page->cells, page_value_width(page), slot, 0);
		cell_put(page_times(page), page_time_width(page), slot, 0);
	}
	page->present[place >> 6] &= ~(UINT64_C(1) << (place & 63));
}

static void
page_set(struct page *page, struct lines *lines, uint32_t slot, int64_t value, int64_t offset_ns)
{
	enum width values = width_max(page_value_width(page), value_width(value));
	enum width times  = width_max(page_time_width(page), time_width(offset_ns));

	if (values != page_value_width(page) || times != page_time_width(page))
		page_reshape(page, lines, page->capacity, values, times);
	cell_put(page->cells, values, slot, value / value_unit(values));
	cell_put(page_times(page), times, slot, offset_ns / time_unit(times));
	if (values < WIDTH_FULL && value / MILLIONTHS > page->whole_max)
		page->whole_max = (uint32_t)(value / MILLIONTHS);
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
	uint32_t back = (uint32_t)(split->pages[high - 1].index - index);
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

static void
pages_grow(struct split *split, struct lines *lines)
{
	uint32_t     capacity = split->capacity ? split->capacity * 2 : PAGES_MIN;
	struct page *pages    = lines_take(lines, capacity * sizeof(struct page));
	if (split->count > 0)
		memcpy(pages, split->pages, split->count * sizeof(struct page));
	lines_give(lines, split->pages, split->capacity * sizeof(struct page));
	split->pages    = pages;
	split->capacity = capacity;
}

/* An empty page without cells, where it belongs. */
static struct page *
split_page_insert(struct split *split, struct lines *lines, int32_t index)
{
	CHECK(index >= INT16_MIN && index <= INT16_MAX);
	uint32_t position = split_page_seek(split, index);
	if (split->count == split->capacity)
		pages_grow(split, lines);
	struct page *page = &split->pages[position];
	CHECK(position == split->count || page->index > index);
	memmove(page + 1, page, (split->count - position) * sizeof(struct page));
	split->count++;
	*page = (struct page){ .index = (int16_t)index };
	return page;
}

/* ---- totals ---- */

static bool
page_is_wide(const struct page *page)
{
	return page_value_width(page) == WIDTH_FULL;
}

static void
total_give_up(struct page *page, struct lines *lines)
{
	lines_give(lines, page->cells, page_size(page));
	page->cells    = NULL;
	page->capacity = 0;
	page->widths   = WIDTH_FULL;
}

static void
total_put(struct page *page, struct lines *lines, uint32_t place, int64_t sum)
{
	enum width width = WIDTH_WORD;
	if (sum <= UINT16_MAX)
		width = sum <= UINT8_MAX ? WIDTH_BYTE : WIDTH_SHORT;
	if (width > page_value_width(page))
		page_reshape(page, lines, page->capacity, width, WIDTH_NONE);
	cell_put(page->cells, page_value_width(page), page_slot(page, place), sum);
	if (sum > page->whole_max)
		page->whole_max = (uint32_t)sum;
}

/* A cell of a split went from old (0: there was none) to value. */
static void
total_change(struct split *total, struct lines *lines, int32_t hour, int64_t old, int64_t value)
{
	uint32_t     place = (uint32_t)hour & (PAGE_HOURS - 1);
	struct page *page  = split_page(total, hour >> PAGE_SHIFT);
	int64_t      sum   = 0;
	if (!page) {
		page = split_page_insert(total, lines, hour >> PAGE_SHIFT);
		page_open(page, lines, PAGE_CAPACITY_MIN, WIDTH_BYTE, WIDTH_NONE);
	}
	if (page_is_wide(page))
		return;
	if (page_has(page, place))
		sum = cell_get(page->cells, page_value_width(page), page_slot(page, place));
	sum += value / MILLIONTHS - old / MILLIONTHS;
	if (value_width(value) == WIDTH_FULL || sum > UINT32_MAX) {
		total_give_up(page, lines);
		return;
	}
	CHECK(sum >= 0);
	if (!page_has(page, place)) {
		page_insert(page, lines, place);
		cell_put(page->cells, page_value_width(page), page_slot(page, place), 0);
	}
	total_put(page, lines, place, sum);
}

/* A cell of the series is gone. */
static void
total_clear(const struct series *series, struct lines *lines, int32_t hour, int64_t old)
{
	uint32_t     place = (uint32_t)hour & (PAGE_HOURS - 1);
	struct page *page  = split_page(series->total, hour >> PAGE_SHIFT);
	CHECK(page);
	if (page_is_wide(page))
		return;
	for (const struct split *split = series->splits; split; split = split->next) {
		const struct page *other = split_page(split, hour >> PAGE_SHIFT);
		if (other && page_has(other, place)) {
			total_change(series->total, lines, hour, old, 0);
			return;
		}
	}
	page_remove(page, place);
}

void
total_open(struct series *series, struct lines *lines)
{
	struct split *total = lines_take(lines, sizeof(struct split));
	*total              = (struct split){ .series = series };
	CHECK(!series->total);
	series->total = total;
	for (struct split *split = series->splits; split; split = split->next) {
		split->total = total;
		for (uint32_t i = 0; i < split->count; i++) {
			const struct page *page  = &split->pages[i];
			int32_t            first = page->index * PAGE_HOURS;
			for (uint32_t place = 0; place < PAGE_HOURS; place++) {
				if (page_has(page, place))
					total_change(total, lines, first + (int32_t)place, 0,
					             page_value(page, place));
			}
		}
	}
}

/* ---- cells ---- */

enum joined
gauge_join(struct split *split, struct lines *lines, int32_t hour, int64_t offset_ns, int64_t value)
{
	CHECK(value >= 0);
	CHECK(offset_ns >= 0 && offset_ns < NS_PER_HOUR);
	uint32_t     place = (uint32_t)hour & (PAGE_HOURS - 1);
	struct page *page  = split_page(split, hour >> PAGE_SHIFT);
	int64_t      old   = 0;
	if (!page) {
		page = split_page_insert(split, lines, hour >> PAGE_SHIFT);
		page_open(page, lines, PAGE_CAPACITY_MIN, WIDTH_BYTE, time_width(offset_ns));
	}
	bool is_new = !page_has(page, place);
	if (is_new) {
		page_insert(page, lines, place);
	} else {
		int64_t old_ns = page_time(page, place);
		old            = page_value(page, place);
		if (offset_ns < old_ns || (offset_ns == old_ns && value <= old))
			return JOINED_NOTHING;
	}
	page_set(page, lines, page_slot(page, place), value, offset_ns);
	if (split->total)
		total_change(split->total, lines, hour, old, value);
	return is_new ? JOINED_NEW : JOINED_CHANGE;
}

/* The sum stands where a gauge's latest value does: larger, or later, it replaces itself. */
enum joined
sum_join(struct split *split, struct lines *lines, int32_t hour, int64_t offset_ns, int64_t value)
{
	uint32_t           place = (uint32_t)hour & (PAGE_HOURS - 1);
	const struct page *page  = split_page(split, hour >> PAGE_SHIFT);

	CHECK(value >= 0 && value < QUANTITY_END);
	if (page && page_has(page, place)) {
		int64_t old_ns = page_time(page, place);
		int64_t sum    = page_value(page, place);
		value          = value < QUANTITY_END - 1 - sum ? sum + value : QUANTITY_END - 1;
		offset_ns      = offset_ns > old_ns ? offset_ns : old_ns;
	}
	return gauge_join(split, lines, hour, offset_ns, value);
}

bool
gauge_clear(struct split *split, struct lines *lines, int32_t hour)
{
	uint32_t     place = (uint32_t)hour & (PAGE_HOURS - 1);
	struct page *page  = split_page(split, hour >> PAGE_SHIFT);
	if (!page || !page_has(page, place))
		return false;
	int64_t old = page_value(page, place);
	page_remove(page, place);
	if (split->total)
		total_clear(split->series, lines, hour, old);
	return true;
}

static void
page_fill(struct page *page, const int64_t *values, const int64_t *times)
{
	enum width value_size = page_value_width(page);
	enum width time_size  = page_time_width(page);
	uint32_t   rank       = 0;
	for (uint32_t place = 0; place < PAGE_HOURS; place++) {
		if (!page_has(page, place))
			continue;
		uint32_t slot = page->capacity == PAGE_HOURS ? place : rank;
		cell_put(page->cells, value_size, slot, values[rank] / value_unit(value_size));
		cell_put(page_times(page), time_size, slot, times[rank] / time_unit(time_size));
		if (value_size < WIDTH_FULL && values[rank] / MILLIONTHS > page->whole_max)
			page->whole_max = (uint32_t)(values[rank] / MILLIONTHS);
		rank++;
	}
}

void
split_page_fill(struct split *split, struct lines *lines, int32_t index, const uint64_t present[2],
                const int64_t *values, const int64_t *times)
{
	struct page *page       = split_page_insert(split, lines, index);
	enum width   value_size = WIDTH_BYTE;
	enum width   time_size  = WIDTH_SHORT;
	uint32_t     count      = bits_count(present[0]) + bits_count(present[1]);
	uint32_t     capacity   = PAGE_CAPACITY_MIN;
	for (uint32_t i = 0; i < count; i++) {
		value_size = width_max(value_size, value_width(values[i]));
		time_size  = width_max(time_size, time_width(times[i]));
	}
	while (capacity < count)
		capacity = capacity < PAGE_PACKED_MAX ? capacity * 2 : (uint32_t)PAGE_HOURS;
	page_open(page, lines, capacity, value_size, time_size);
	memcpy(page->present, present, sizeof(page->present));
	page_fill(page, values, times);
	uint32_t rank = 0;
	for (uint32_t place = 0; split->total && place < PAGE_HOURS; place++) {
		if (page_has(page, place))
			total_change(split->total, lines, index * PAGE_HOURS + (int32_t)place, 0,
			             values[rank++]);
	}
}
