/* gauge_percentile.c - a gauge's percentile over a window. */
#include "core/base/check.h"
#include "core/meter/meter_int.h"
#include "core/meter/percentile.h"

enum { PRESENT_WORDS_MAX = (BOOK_WINDOW_HOURS_MAX + 63) / 64 };

/* By definition: sum, gather the present hours, select. */
static int64_t
percentile_plain(const struct series *gauge, int32_t from, int32_t until, int32_t percent,
                 uint32_t *hours)
{
	int64_t  sums[BOOK_WINDOW_HOURS_MAX];
	uint64_t present[PRESENT_WORDS_MAX];
	uint32_t window = (uint32_t)(until - from);
	uint32_t count  = 0;

	memset(sums, 0, window * sizeof(*sums));
	memset(present, 0, sizeof(present));
	series_sum(gauge, from, until, sums, present);
	for (uint32_t i = 0; i < window; i++) {
		if (present[i >> 6] >> (i & 63) & 1)
			sums[count++] = sums[i];
	}
	*hours = count;
	return percentile_of(sums, count, percent);
}

int64_t
series_percentile(const struct series *gauge, int32_t from, int32_t until, int32_t percent,
                  uint32_t *hours)
{
	CHECK(gauge->meter->kind == SERIES_GAUGE);
	CHECK(from <= until);
	CHECK((int64_t)until - from <= BOOK_WINDOW_HOURS_MAX);
	return percentile_plain(gauge, from, until, percent, hours);
}
