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

enum { LEADING_BITS = 8, LEADING_COUNT = 1 << LEADING_BITS };

/* The leading bits of each value, counted from the lowest, say which values the wanted
 * one is among; keep those and count again. A round takes eight bits off the range, so
 * there are at most eight, whatever the values are. */
int64_t
rank_select(int64_t *values, uint32_t count, uint32_t rank)
{
	CHECK(rank >= 1 && rank <= count);
	for (;;) {
		int64_t low  = values[0];
		int64_t high = values[0];
		for (uint32_t i = 1; i < count; i++) {
			low  = values[i] < low ? values[i] : low;
			high = values[i] > high ? values[i] : high;
		}
		if (low == high)
			return low;

		uint64_t range                 = (uint64_t)high - (uint64_t)low;
		uint32_t bits                  = 64 - (uint32_t)__builtin_clzll(range);
		uint32_t shift                 = bits > LEADING_BITS ? bits - LEADING_BITS : 0;
		uint32_t counts[LEADING_COUNT] = { 0 };
		for (uint32_t i = 0; i < count; i++)
			counts[((uint64_t)values[i] - (uint64_t)low) >> shift]++;

		uint32_t leading = 0;
		while (rank > counts[leading])
			rank -= counts[leading++];
		uint32_t kept = 0;
		for (uint32_t i = 0; i < count; i++) {
			int64_t value = values[i];
			values[kept]  = value;
			kept += ((uint64_t)value - (uint64_t)low) >> shift == leading;
		}
		CHECK(kept == counts[leading]);
		count = kept;
	}
}

int64_t
percentile_of(int64_t *values, uint32_t count, int32_t percent)
{
	if (count == 0)
		return 0;
	return rank_select(values, count, percentile_rank(count, percent));
}
