/* percentile.h - the nearest-rank percentile, in integers (L-4).
 *
 * Pure. */
#ifndef TALLY_CORE_METER_PERCENTILE_H
#define TALLY_CORE_METER_PERCENTILE_H

#include <stdint.h>

/* The rank, from 1: ceil(percent * count / 100). count >= 1, percent 1..100.
 * 720 at 95 is 684: the 36 highest are ignored. */
uint32_t percentile_rank(uint32_t count, int32_t percent);

/* The rank-th smallest of values; the array is reordered. 0 when count is 0. */
int64_t percentile_of(int64_t *values, uint32_t count, int32_t percent);

#endif
