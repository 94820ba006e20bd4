/* percentile.c - nearest rank, by definition: select, do not sort. */
#include "core/meter/percentile.h"

#include "core/base/check.h"
#include "core/meter/meter_int.h"

uint32_t
percentile_rank(uint32_t count, int32_t percent)
{
	CHECK(count >= 1);
	CHECK(percent >= 1 && percent <= 100);
	uint32_t rank = (uint32_t)(((uint64_t)count * (uint32_t)percent + 99) / 100);
	CHECK(rank >= 1 && rank <= count);
	return rank;
}

/* The rank-th smallest value lies in [low, high]: halve that until one is left. Each
 * look is a pass over the values, at most 64 of them, whatever order they are in. */
int64_t
rank_select(int64_t *values, uint32_t count, uint32_t rank)
{
	CHECK(rank >= 1 && rank <= count);
	int64_t low  = INT64_MAX;
	int64_t high = INT64_MIN;
	for (uint32_t i = 0; i < count; i++) {
		low  = values[i] < low ? values[i] : low;
		high = values[i] > high ? values[i] : high;
	}
	while (low < high) {
		int64_t  middle = low + (int64_t)(((uint64_t)high - (uint64_t)low) / 2);
		uint32_t upto   = 0;
		for (uint32_t i = 0; i < count; i++)
			upto += values[i] <= middle;
		if (upto >= rank)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

int64_t
percentile_of(int64_t *values, uint32_t count, int32_t percent)
{
	if (count == 0)
		return 0;
	return rank_select(values, count, percentile_rank(count, percent));
}
