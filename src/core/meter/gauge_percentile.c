/* gauge_percentile.c - a gauge's percentile over a window, without sorting.
 *
 * The fast road: the pages of the one road that holds the sums over splits, while they
 * are whole units of 32 bits. Their leading eight bits are found by a guess or two from
 * how many are above, each look one pass over bytes, sixteen at a time; the few sums
 * that share them decide the rest. An absent hour holds 0 and is above nothing, so
 * counting what is above needs no bitmap. Everything else takes the plain road, which
 * is the definition (L-4). */
#include "core/base/check.h"
#include "core/meter/meter_int.h"
#include "core/meter/percentile.h"

enum {
	/* A window's pages, with a part of one at either end. */
	PAGES_MAX         = BOOK_WINDOW_HOURS_MAX / PAGE_HOURS + 2,
	PRESENT_WORDS_MAX = (BOOK_WINDOW_HOURS_MAX + 63) / 64,
	BYTE_MAX          = 255,
};

typedef uint8_t  bytes16 __attribute__((vector_size(16)));
typedef uint64_t words2 __attribute__((vector_size(16)));
enum { VECTOR = sizeof(bytes16), PAGE_VECTORS = PAGE_HOURS / VECTOR };

/* gcc makes vectors of such loops at -O3 only; clang does at -O2. */
#if defined(__clang__)
#define VECTOR_LOOP
#else
#define VECTOR_LOOP __attribute__((optimize("O3")))
#endif

/* ---- the plain road ---- */

static int64_t
percentile_plain(const struct series *gauge, int32_t from, int32_t until, int32_t percent,
                 uint32_t *hours)
{
	int64_t  sums[BOOK_WINDOW_HOURS_MAX];
	uint64_t present[PRESENT_WORDS_MAX] = { 0 };
	uint32_t window                     = (uint32_t)(until - from);
	uint32_t count                      = 0;

	memset(sums, 0, window * sizeof(*sums));
	series_sum(gauge, from, until, sums, present);
	for (uint32_t i = 0; i < window; i++) {
		if (present[i >> 6] >> (i & 63) & 1)
			sums[count++] = sums[i];
	}
	*hours = count;
	return percentile_of(sums, count, percent);
}

/* ---- the window in pages ---- */

struct window {
	int32_t  from;
	int32_t  until;
	int32_t  page_first;
	uint32_t pages_count;
	uint32_t hours;   /* present ones */
	uint32_t sum_max; /* no sum of an hour is above */

	uint64_t          *present; /* a bit an hour of pages_count pages, cut to the window */
	const struct page *pages;   /* those of the window that there are */
	uint32_t           count;
};

/* Clear the hours of the first and last page that lie outside. */
static void
present_cut(struct window *window)
{
	uint32_t head = (uint32_t)(window->from - window->page_first * PAGE_HOURS);
	uint32_t tail = (uint32_t)(window->until - window->page_first * PAGE_HOURS);
	for (uint32_t i = 0; i < head / 64; i++)
		window->present[i] = 0;
	window->present[head / 64] &= UINT64_MAX << head % 64;
	for (uint32_t i = (tail + 63) / 64; i < window->pages_count * 2; i++)
		window->present[i] = 0;
	if (tail % 64 != 0)
		window->present[tail / 64] &= (UINT64_C(1) << tail % 64) - 1;
}

/* Which hours are present, and how large a sum can be; false when a page is wide. */
static bool
window_survey(struct window *window, const struct split *road)
{
	uint32_t i = split_page_seek(road, window->page_first);

	window->pages   = &road->pages[i];
	window->count   = 0;
	window->sum_max = 0;
	memset(window->present, 0, window->pages_count * 2 * sizeof(*window->present));
	for (; i < road->count; i++, window->count++) {
		const struct page *page = &road->pages[i];
		uint32_t           at   = (uint32_t)(page->index - window->page_first);
		if (at >= window->pages_count)
			break;
		if (page_value_width(page) == WIDTH_FULL)
			return false;
		if (page->whole_max > window->sum_max)
			window->sum_max = page->whole_max;
		window->present[at * 2]     = page->present[0];
		window->present[at * 2 + 1] = page->present[1];
	}
	present_cut(window);
	window->hours = 0;
	for (uint32_t word = 0; word < window->pages_count * 2; word++)
		window->hours += bits_count(window->present[word]);
	return true;
}

/* ---- sums ---- */

static void
page_unpack(const struct page *page, uint32_t *words, uint8_t *bytes)
{
	uint32_t slot = 0;
	for (uint32_t place = 0; place < PAGE_HOURS; place++) {
		uint32_t sum = 0;
		if (page_has(page, place))
			sum = (uint32_t)cell_get(page->cells, page_value_width(page), slot++);
		if (bytes)
			bytes[place] = (uint8_t)sum;
		if (words)
			words[place] = sum;
	}
}

VECTOR_LOOP static void
page_words(const struct page *page, uint32_t *restrict words)
{
	const void *cells = page->cells;
	if (page->capacity < PAGE_HOURS) {
		page_unpack(page, words, NULL);
	} else if (page_value_width(page) == WIDTH_BYTE) {
		for (uint32_t place = 0; place < PAGE_HOURS; place++)
			words[place] = ((const uint8_t *)cells)[place];
	} else if (page_value_width(page) == WIDTH_SHORT) {
		for (uint32_t place = 0; place < PAGE_HOURS; place++)
			words[place] = ((const uint16_t *)cells)[place];
	} else {
		memcpy(words, cells, PAGE_HOURS * sizeof(*words));
	}
}

static void
page_bytes(const struct page *page, uint8_t *bytes)
{
	if (page->capacity < PAGE_HOURS) {
		page_unpack(page, NULL, bytes);
	} else if (page_value_width(page) == WIDTH_BYTE) {
		memcpy(bytes, page->cells, PAGE_HOURS);
	} else {
		for (uint32_t place = 0; place < PAGE_HOURS; place++)
			bytes[place] =
				(uint8_t)cell_get(page->cells, page_value_width(page), place);
	}
}

/* Sums of whole pages in words or, when they are small, in bytes; the other is NULL. */
static void
window_read(const struct window *window, uint32_t *words, uint8_t *bytes)
{
	uint32_t next = 0;
	for (uint32_t at = 0; at < window->pages_count; at++) {
		const struct page *page  = &window->pages[next];
		uint32_t           place = at * PAGE_HOURS;
		bool               there =
			next < window->count && (uint32_t)(page->index - window->page_first) == at;
		if (there && bytes)
			page_bytes(page, bytes + place);
		else if (there)
			page_words(page, words + place);
		else if (bytes)
			memset(bytes + place, 0, PAGE_HOURS);
		else
			memset(words + place, 0, PAGE_HOURS * sizeof(*words));
		next += there;
	}
}

/* Forget the sums of the first and last page that lie outside. */
static void
window_cut(const struct window *window, void *sums, size_t size)
{
	size_t head  = (size_t)(window->from - window->page_first * PAGE_HOURS);
	size_t tail  = (size_t)(window->until - window->page_first * PAGE_HOURS);
	size_t count = (size_t)window->pages_count * PAGE_HOURS;
	memset(sums, 0, head * size);
	memset((char *)sums + tail * size, 0, (count - tail) * size);
}

/* ---- selecting ---- */

/* The sum of sixteen counts. */
static uint32_t
bytes_total(bytes16 counts)
{
	const uint64_t low    = UINT64_C(0x00ff00ff00ff00ff);
	words2         words  = (words2)counts;
	uint64_t       first  = (words[0] & low) + (words[0] >> 8 & low);
	uint64_t       second = (words[1] & low) + (words[1] >> 8 & low);
	return (uint32_t)((first + second) * UINT64_C(0x0001000100010001) >> 48);
}

/* How many bytes are above the limit. The counts of vectors stand in bytes too, which
 * hold those of 31 pages. */
static uint32_t
bytes_above(const uint8_t *bytes, uint32_t pages_count, uint8_t limit)
{
	enum { ROUND_PAGES = BYTE_MAX / PAGE_VECTORS };

	bytes16  limits = limit - (bytes16){ 0 };
	uint32_t upto   = 0;
	for (uint32_t page = 0; page < pages_count; page += ROUND_PAGES) {
		uint32_t left    = pages_count - page;
		uint32_t vectors = (left < ROUND_PAGES ? left : ROUND_PAGES) * PAGE_VECTORS;
		bytes16  counts  = { 0 };
		for (uint32_t i = 0; i < vectors; i++, bytes += VECTOR) {
			bytes16 at;
			memcpy(&at, bytes, VECTOR);
			counts -= (bytes16)(at <= limits);
		}
		upto += bytes_total(counts);
	}
	return pages_count * PAGE_HOURS - upto;
}

/* The smallest byte that at most ignored bytes of hours are above; max is none below
 * any. Guesses as if the bytes between were evenly spread, and halves when that did not
 * end soon. */
static uint8_t
bytes_select(const uint8_t *bytes, uint32_t pages_count, uint32_t max, uint32_t hours,
             uint32_t ignored)
{
	enum { GUESSES = 4 };

	uint32_t low        = 0;     /* the byte is not below */
	uint32_t high       = max;   /* nor above */
	uint32_t from_low   = hours; /* how many are not below low */
	uint32_t above_high = 0;
	for (uint32_t look = 0; low < high; look++) {
		uint32_t middle = (low + high) / 2;
		if (look < GUESSES)
			middle =
				high - 1 -
				(high - low) * (ignored - above_high) / (from_low - above_high + 1);
		uint32_t above = bytes_above(bytes, pages_count, (uint8_t)middle);
		if (above <= ignored) {
			high       = middle;
			above_high = above;
		} else {
			low      = middle + 1;
			from_low = above;
		}
	}
	return (uint8_t)low;
}

/* Sums up to 255. */
static int64_t
select_bytes(const struct window *window, uint32_t ignored)
{
	uint8_t bytes[PAGES_MAX * PAGE_HOURS];
	window_read(window, NULL, bytes);
	window_cut(window, bytes, sizeof(*bytes));
	return bytes_select(bytes, window->pages_count, window->sum_max, window->hours, ignored);
}

/* The words whose leading byte is this one. */
static uint32_t
words_with(const uint32_t *words, const uint8_t *bytes, uint32_t count, uint8_t leading,
           int64_t *found)
{
	bytes16  wanted      = leading - (bytes16){ 0 };
	uint32_t found_count = 0;
	for (uint32_t i = 0; i < count; i += VECTOR) {
		bytes16 at;
		memcpy(&at, bytes + i, VECTOR);
		words2 equal = (words2)(at == wanted);
		if ((equal[0] | equal[1]) == 0)
			continue;
		for (uint32_t j = i; j < i + VECTOR; j++) {
			if (bytes[j] == leading)
				found[found_count++] = words[j];
		}
	}
	return found_count;
}

VECTOR_LOOP static void
page_lead(const uint32_t *restrict words, uint32_t shift, uint8_t *restrict bytes)
{
	for (uint32_t i = 0; i < PAGE_HOURS; i++)
		bytes[i] = (uint8_t)(words[i] >> shift);
}

/* Sums of up to 32 bits: their leading eight first. */
static int64_t
select_words(const struct window *window, uint32_t ignored)
{
	uint32_t words[PAGES_MAX * PAGE_HOURS];
	uint8_t  bytes[PAGES_MAX * PAGE_HOURS];
	int64_t  found[PAGES_MAX * PAGE_HOURS];
	uint32_t count = window->pages_count * PAGE_HOURS;
	uint32_t shift = 0;

	window_read(window, words, NULL);
	window_cut(window, words, sizeof(*words));
	while (window->sum_max >> shift > BYTE_MAX)
		shift++;
	uint32_t place = 0; /* a window has a page at least */
	do
		page_lead(words + place, shift, bytes + place);
	while ((place += PAGE_HOURS) < count);
	uint8_t leading = bytes_select(bytes, window->pages_count, window->sum_max >> shift,
	                               window->hours, ignored);

	ignored -= bytes_above(bytes, window->pages_count, leading);
	uint32_t found_count = words_with(words, bytes, count, leading, found);
	CHECK(found_count > ignored);
	return rank_select(found, found_count, found_count - ignored);
}

int64_t
series_percentile(const struct series *gauge, int32_t from, int32_t until, int32_t percent,
                  uint32_t *hours)
{
	CHECK(gauge->meter->kind == SERIES_GAUGE);
	CHECK(from <= until);
	CHECK((int64_t)until - from <= BOOK_WINDOW_HOURS_MAX);
	*hours = 0;
	if (from == until)
		return 0;

	uint64_t      present[PAGES_MAX * 2];
	struct window window = {
		.from        = from,
		.until       = until,
		.page_first  = from >> PAGE_SHIFT,
		.pages_count = (uint32_t)(((until - 1) >> PAGE_SHIFT) - (from >> PAGE_SHIFT) + 1),
		.present     = present,
	};
	CHECK(window.pages_count <= PAGES_MAX);
	if (!window_survey(&window, series_road(gauge)))
		return percentile_plain(gauge, from, until, percent, hours);
	*hours = window.hours;
	if (window.hours == 0)
		return 0;
	uint32_t ignored = window.hours - percentile_rank(window.hours, percent);
	int64_t  units   = window.sum_max <= BYTE_MAX ? select_bytes(&window, ignored)
	                                              : select_words(&window, ignored);
	return units * MILLIONTHS;
}
