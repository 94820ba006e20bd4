/* spread.c - the sum, the number and the largest of a gauge's hours (F-3). */
#include "core/base/check.h"
#include "core/meter/meter_int.h"

enum { BITS = 64, WINDOW_WORDS = (BOOK_WINDOW_HOURS_MAX + BITS - 1) / BITS };

static void
spread_add(struct gauge_spread *spread, int64_t value)
{
	if (__builtin_add_overflow(spread->sum, value, &spread->sum))
		spread->sum = INT64_MAX;
	if (value > spread->largest)
		spread->largest = value;
	spread->hours++;
}

/* A page by hour in whole units, all of it: absent hours hold 0. */
static bool
page_add_whole(const struct page *page, const uint64_t present[2], struct gauge_spread *spread)
{
	uint32_t sum = 0, largest = 0;

	if (page->capacity != PAGE_HOURS || present[0] != page->present[0] ||
	    present[1] != page->present[1])
		return false;
	if (page_value_width(page) == WIDTH_BYTE) {
		for (uint32_t i = 0; i < PAGE_HOURS; i++) {
			sum += page->cells[i];
			largest = page->cells[i] > largest ? page->cells[i] : largest;
		}
	} else if (page_value_width(page) == WIDTH_SHORT) {
		const uint16_t *cells = (const uint16_t *)(const void *)page->cells;
		for (uint32_t i = 0; i < PAGE_HOURS; i++) {
			sum += cells[i];
			largest = cells[i] > largest ? cells[i] : largest;
		}
	} else {
		return false;
	}
	if (__builtin_add_overflow(spread->sum, sum * MILLIONTHS, &spread->sum))
		spread->sum = INT64_MAX;
	if (largest * MILLIONTHS > spread->largest)
		spread->largest = largest * MILLIONTHS;
	spread->hours += page_count(page);
	return true;
}

static void
split_spread(const struct split *split, int32_t from, int32_t until, struct gauge_spread *spread)
{
	for (uint32_t i = split_page_seek(split, from >> PAGE_SHIFT); i < split->count; i++) {
		const struct page *page = &split->pages[i];
		uint64_t           present[2];
		if (page->index > (until - 1) >> PAGE_SHIFT)
			break;
		page_within(page, from, until, present);
		if (page_add_whole(page, present, spread))
			continue;
		for (uint32_t half = 0; half < 2; half++) {
			for (uint64_t left = present[half]; left != 0; left &= left - 1)
				spread_add(spread,
				           page_value(page, half * BITS + (uint32_t)__builtin_ctzll(
										  left)));
		}
	}
}

/* By itself, so that the road of one split does not pay for this much of the stack. */
__attribute__((noinline)) static void
splits_spread(const struct series *gauge, int32_t from, int32_t until, struct gauge_spread *spread)
{
	int64_t  sums[BOOK_WINDOW_HOURS_MAX];
	uint64_t present[WINDOW_WORDS] = { 0 };

	memset(sums, 0, (size_t)(until - from) * sizeof(sums[0]));
	series_sum(gauge, from, until, sums, present);
	for (int32_t i = 0; i < until - from; i++) {
		if (present[i / BITS] >> (i % BITS) & 1)
			spread_add(spread, sums[i]);
	}
}

void
series_spread(const struct series *gauge, int32_t from, int32_t until, struct gauge_spread *spread)
{
	CHECK(gauge->meter->kind == SERIES_GAUGE);
	CHECK(from <= until);
	CHECK((int64_t)until - from <= BOOK_WINDOW_HOURS_MAX);
	*spread = (struct gauge_spread){ .hours = 0 };
	if (gauge->splits_count == 1)
		split_spread(gauge->splits, from, until, spread);
	else
		splits_spread(gauge, from, until, spread);
}
