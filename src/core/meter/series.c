/* series.c - reading the cells of a book. */
#include "core/base/check.h"
#include "core/meter/meter_int.h"

uint32_t
book_series_count(const struct book *book, uint32_t meter)
{
	CHECK(meter < book->books->catalog->meters_count);
	return book->meters[meter].count;
}

const struct series *
book_series_at(const struct book *book, uint32_t meter, uint32_t index)
{
	CHECK(index < book_series_count(book, meter));
	return book->meters[meter].at[index];
}

const struct series *
book_series_find(const struct book *book, uint32_t meter, const struct book_key *key)
{
	CHECK(meter < book->books->catalog->meters_count);
	const struct split *split = book_split_find(book, key_hash(book->books, meter, key));
	return split ? split->series : NULL;
}

const struct series *
series_sibling(const struct series *series, uint32_t meter)
{
	const struct series *at = series;
	do {
		if (at->meter->index == meter)
			return at;
		at = at->sibling;
	} while (at != series);
	return NULL;
}

const struct book_key *
series_key(const struct series *series)
{
	return &series->key;
}

const struct catalog_meter *
series_meter(const struct series *series)
{
	return series->meter;
}

/* ---- gauges ---- */

static void
page_sum(const struct page *page, int32_t from, int32_t until, int64_t *sums, uint64_t *present)
{
	int32_t first = page->index * PAGE_HOURS;
	for (uint32_t place = 0; place < PAGE_HOURS; place++) {
		int32_t hour = first + (int32_t)place;
		if (hour < from || hour >= until || !page_has(page, place))
			continue;
		uint32_t at = (uint32_t)(hour - from);
		/* Two splits near the largest quantity pass the end of an int64: the sum
		 * then stays at the end. All summands are at least 0, so that no order of
		 * them gives another sum. */
		if (__builtin_add_overflow(sums[at], page_value(page, place), &sums[at]))
			sums[at] = INT64_MAX;
		present[at >> 6] |= UINT64_C(1) << (at & 63);
	}
}

void
series_sum(const struct series *gauge, int32_t from, int32_t until, int64_t *sums,
           uint64_t *present)
{
	CHECK(kind_has_pages(gauge->meter->kind));
	CHECK(from <= until);
	CHECK((int64_t)until - from <= BOOK_WINDOW_HOURS_MAX);
	for (const struct split *split = gauge->splits; split; split = split->next) {
		uint32_t i = split_page_seek(split, from >> PAGE_SHIFT);
		for (; i < split->count; i++) {
			const struct page *page = &split->pages[i];
			if (page->index > (until - 1) >> PAGE_SHIFT)
				break;
			page_sum(page, from, until, sums, present);
		}
	}
}

/* ---- what a walk will read ---- */

/* The cells that a search for the hour looks at first. */
static void
cells_fetch(const struct split *split)
{
	if (split->count > 0) {
		__builtin_prefetch(&split->cells[split->count - 1]);
		__builtin_prefetch(&split->cells[split->count / 2]);
	}
}

static void
pages_fetch(const struct split *road, int32_t from, int32_t until)
{
	uint32_t i = split_page_seek(road, from >> PAGE_SHIFT);
	for (; i < road->count && road->pages[i].index <= until >> PAGE_SHIFT; i++) {
		const struct page *page = &road->pages[i];
		size_t             size = (size_t)page->capacity * page_value_width(page);
		for (size_t line = 0; line < size; line += LINE_SIZE)
			__builtin_prefetch(page->cells + line);
	}
}

/* A cell lies behind five dependent misses; each call brings those of the series to come
 * one step nearer. */
void
book_series_fetch(const struct book *book, uint32_t meter, uint32_t index, int32_t gauge_meter,
                  int32_t from, int32_t until)
{
	enum {
		AHEAD_SERIES  = 16,
		AHEAD_SIBLING = 12,
		AHEAD_ROAD    = 9,
		AHEAD_HEADS   = 6,
		AHEAD_CELLS   = 3,
	};

	const struct series_list *list = &book->meters[meter];
	if (list->count < AHEAD_SERIES || index >= list->count - AHEAD_SERIES)
		return;
	struct series *const *at = &list->at[index];
	__builtin_prefetch(at[AHEAD_SERIES]);
	__builtin_prefetch(at[AHEAD_SIBLING]->sibling);
	__builtin_prefetch(at[AHEAD_SIBLING]->splits);
	if (list->at[index]->meter->kind != SERIES_GAUGE)
		cells_fetch(at[AHEAD_ROAD]->splits);
	if (gauge_meter < 0)
		return;
	const struct series *gauge = series_sibling(at[AHEAD_ROAD], (uint32_t)gauge_meter);
	if (gauge)
		__builtin_prefetch(series_road(gauge));
	gauge = series_sibling(at[AHEAD_HEADS], (uint32_t)gauge_meter);
	for (uint32_t i = 0; gauge && i < series_road(gauge)->count; i += 2)
		__builtin_prefetch(&series_road(gauge)->pages[i]);
	gauge = series_sibling(at[AHEAD_CELLS], (uint32_t)gauge_meter);
	if (gauge)
		pages_fetch(series_road(gauge), from, until);
}

static int
split_cell_order(const struct split_cell *a, const struct split_cell *b)
{
	int order = span_compare(a->split[0], b->split[0]);
	return order != 0 ? order : span_compare(a->split[1], b->split[1]);
}

/* Keep the first max cells in order. */
static void
split_cell_place(struct split_cell *cells, uint32_t count, uint32_t max,
                 const struct split_cell *cell)
{
	uint32_t at = count < max ? count : max;
	while (at > 0 && split_cell_order(cell, &cells[at - 1]) < 0) {
		if (at < max)
			cells[at] = cells[at - 1];
		at--;
	}
	if (at < max)
		cells[at] = *cell;
}

uint32_t
series_splits(const struct series *gauge, int32_t hour, struct split_cell *cells, uint32_t max)
{
	CHECK(gauge->meter->kind == SERIES_GAUGE);
	const struct names *names = &gauge->book->books->names;
	uint32_t            place = (uint32_t)hour & (PAGE_HOURS - 1);
	uint32_t            count = 0;

	for (const struct split *split = gauge->splits; split; split = split->next) {
		const struct page *page = split_page(split, hour >> PAGE_SHIFT);
		if (!page || !page_has(page, place))
			continue;
		struct split_cell cell = {
			.split = { names_text(names, split->text[0]),
			           names_text(names, split->text[1]) },
			.value = page_value(page, place),
			.at    = instant_in_hour(hour, page_time(page, place)),
		};
		split_cell_place(cells, count, max, &cell);
		count++;
	}
	return count;
}

/* ---- sums ---- */

void
page_within(const struct page *page, int32_t from, int32_t until, uint64_t present[2])
{
	int64_t first = (int64_t)page->index * PAGE_HOURS;

	for (uint32_t half = 0; half < 2; half++) {
		int64_t begin = from - first - half * 64;
		int64_t end   = until - first - half * 64;
		present[half] = page->present[half];
		if (begin >= 64 || end <= 0)
			present[half] = 0;
		else if (begin > 0)
			present[half] &= UINT64_MAX << begin;
		if (end > 0 && end < 64)
			present[half] &= (UINT64_C(1) << end) - 1;
	}
}

bool
series_total(const struct series *sum, int32_t from, int32_t until, int64_t *total,
             struct instant *last)
{
	CHECK(sum->meter->kind == SERIES_SUM);
	const struct split *split      = sum->splits;
	const struct page  *newest     = NULL;
	uint32_t            last_place = 0;

	*total = 0;
	for (uint32_t i = split_page_seek(split, from >> PAGE_SHIFT); i < split->count; i++) {
		const struct page *page = &split->pages[i];
		uint64_t           present[2];
		if (page->index > (until - 1) >> PAGE_SHIFT)
			break;
		page_within(page, from, until, present);
		for (uint32_t half = 0; half < 2; half++) {
			for (uint64_t left = present[half]; left != 0; left &= left - 1) {
				uint32_t place = half * 64 + (uint32_t)__builtin_ctzll(left);
				if (__builtin_add_overflow(*total, page_value(page, place), total))
					*total = INT64_MAX;
				newest     = page;
				last_place = place;
			}
		}
	}
	if (newest)
		*last = instant_in_hour(newest->index * PAGE_HOURS + (int32_t)last_place,
		                        page_time(newest, last_place));
	return newest != NULL;
}

/* ---- latest and count ---- */

bool
series_latest(const struct series *series, int32_t from, int32_t until, struct latest_cell *cell)
{
	CHECK(!kind_has_pages(series->meter->kind));
	const struct split *split    = series->splits;
	uint32_t            position = split_cell_seek(split, until);
	if (position == 0 || split->cells[position - 1].hour < from)
		return false;
	const struct cell  *last  = &split->cells[position - 1];
	const struct names *names = &series->book->books->names;
	uint32_t            name  = series->meter->kind == SERIES_LATEST ? last->kept : NAME_EMPTY;
	*cell = (struct latest_cell){ .at = { last->at_ns }, .text = names_text(names, name) };
	return true;
}

int64_t
series_count(const struct series *series, int32_t from, int32_t until)
{
	CHECK(series->meter->kind == SERIES_COUNT);
	const struct split *split = series->splits;
	int64_t             count = 0;
	for (uint32_t i = split_cell_seek(split, from); i < split->count; i++) {
		if (split->cells[i].hour >= until)
			break;
		count += split->cells[i].kept;
	}
	return count;
}

/* The page of any split with the lowest index not below; false when there is none. */
static bool
gauge_page_next(const struct series *gauge, int32_t index, int32_t *next, uint64_t present[2])
{
	bool found = false;
	for (const struct split *split = gauge->splits; split; split = split->next) {
		uint32_t position = split_page_seek(split, index);
		if (position == split->count)
			continue;
		const struct page *page = &split->pages[position];
		if (found && page->index > *next)
			continue;
		if (!found || page->index < *next)
			present[0] = present[1] = 0;
		found = true;
		*next = page->index;
		present[0] |= page->present[0];
		present[1] |= page->present[1];
	}
	return found;
}

static uint32_t
gauge_hours(const struct series *gauge, int32_t from, int32_t until, int32_t *hours, uint32_t max)
{
	uint32_t count = 0;
	int32_t  index = from >> PAGE_SHIFT;
	int32_t  found = index;
	uint64_t present[2];
	for (; gauge_page_next(gauge, index, &found, present); index = found + 1) {
		int32_t first = found * PAGE_HOURS;
		if (first >= until)
			break;
		for (int32_t hour = first; hour < first + PAGE_HOURS; hour++) {
			uint32_t place = (uint32_t)(hour - first);
			if (hour < from || hour >= until ||
			    !(present[place >> 6] >> (place & 63) & 1))
				continue;
			if (count < max)
				hours[count] = hour;
			count++;
		}
	}
	return count;
}

uint32_t
series_hours(const struct series *series, int32_t from, int32_t until, int32_t *hours, uint32_t max)
{
	if (kind_has_pages(series->meter->kind))
		return gauge_hours(series, from, until, hours, max);
	const struct split *split = series->splits;
	uint32_t            count = 0;
	for (uint32_t i = split_cell_seek(split, from); i < split->count; i++) {
		if (split->cells[i].hour >= until)
			break;
		if (count < max)
			hours[count] = split->cells[i].hour;
		count++;
	}
	return count;
}

/* ---- the newest hour ---- */

static int32_t
split_newest_hour(const struct split *split)
{
	if (!kind_has_pages(split->series->meter->kind))
		return split->count > 0 ? split->cells[split->count - 1].hour : INT32_MIN;
	for (uint32_t i = split->count; i > 0; i--) {
		const struct page *page = &split->pages[i - 1];
		for (int32_t place = PAGE_HOURS - 1; place >= 0; place--) {
			if (page_has(page, (uint32_t)place))
				return page->index * PAGE_HOURS + place;
		}
	}
	return INT32_MIN;
}

/* Known as cells come; looked for only after the newest cell was taken away and before
 * the next as new one comes. */
int32_t
book_newest_hour(const struct book *book)
{
	if (book->newest_exact)
		return book->newest_hour;
	int32_t newest = INT32_MIN;
	for (uint32_t meter = 0; meter < book->books->catalog->meters_count; meter++) {
		for (uint32_t i = 0; i < book->meters[meter].count; i++) {
			const struct split *split = book->meters[meter].at[i]->splits;
			for (; split; split = split->next) {
				int32_t hour = split_newest_hour(split);
				newest       = hour > newest ? hour : newest;
			}
		}
	}
	return newest;
}
