/* order.c - sorting pointers and selecting by rank, in bounded time and memory. */
#include "core/base/check.h"
#include "core/meter/meter_int.h"

static void
runs_merge(const void **from, const void **to, uint32_t start, uint32_t middle, uint32_t end,
           pointer_order order, const void *context)
{
	uint32_t a = start;
	uint32_t b = middle;
	for (uint32_t i = start; i < end; i++) {
		bool take_a = a < middle && (b >= end || order(from[a], from[b], context) <= 0);
		to[i]       = take_a ? from[a++] : from[b++];
	}
}

void
pointers_sort(const void **pointers, const void **spare, uint32_t count, pointer_order order,
              const void *context)
{
	CHECK(count <= UINT32_MAX / 4);
	const void **from = pointers;
	const void **to   = spare;
	for (uint32_t run = 1; run < count; run *= 2) {
		for (uint32_t start = 0; start < count; start += 2 * run) {
			uint32_t middle = start + run < count ? start + run : count;
			uint32_t end    = start + 2 * run < count ? start + 2 * run : count;
			runs_merge(from, to, start, middle, end, order, context);
		}
		const void **swap = from;
		from              = to;
		to                = swap;
	}
	if (from != pointers && count > 0)
		memcpy(pointers, from, count * sizeof(*pointers));
}
