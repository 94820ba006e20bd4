/* order.c - sorts indices by merging: stable, without recursion, n log n for any input. */
#include "core/licence/licence_int.h"

static void
indices_merge(const uint32_t *from, uint32_t *to, uint32_t middle, uint32_t count,
              order_before *before, const void *context)
{
	uint32_t left  = 0;
	uint32_t right = middle;

	for (uint32_t i = 0; i < count; i++) {
		/* The right one only when it is truly before: equal ones keep their order. */
		if (left < middle && (right >= count || !before(context, from[right], from[left])))
			to[i] = from[left++];
		else
			to[i] = from[right++];
	}
}

void
indices_sort(uint32_t *indices, uint32_t count, uint32_t *scratch, order_before *before,
             const void *context)
{
	uint32_t *from = indices;
	uint32_t *to   = scratch;

	for (uint64_t width = 1; width < count; width *= 2) {
		for (uint64_t at = 0; at < count; at += 2 * width) {
			uint64_t size   = count - at < 2 * width ? count - at : 2 * width;
			uint64_t middle = size < width ? size : width;
			indices_merge(from + at, to + at, (uint32_t)middle, (uint32_t)size, before,
			              context);
		}
		uint32_t *sorted = to;
		to               = from;
		from             = sorted;
	}
	if (from != indices)
		memcpy(indices, from, count * sizeof(*indices));
}
