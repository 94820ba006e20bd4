/* lanes.c - who may hold up how many of the threads that deliver. */
#include <stdlib.h>

#include "engine/notify_int.h"

enum { ROUTES_MIN = 64, PART_OF_THREADS = 4 };

struct route {
	uint64_t  hash;
	enum lane lane;
	bool      is_used;
};

void
lanes_close(struct lanes *lanes)
{
	free(lanes->routes);
}

/* The place of the route, or the free one where it belongs. */
static struct route *
route_place(const struct lanes *lanes, uint64_t hash)
{
	uint32_t at = (uint32_t)hash & lanes->mask;

	while (lanes->routes[at].is_used && lanes->routes[at].hash != hash)
		at = (at + 1) & lanes->mask;
	return &lanes->routes[at];
}

/* Never more than half full. */
static void
routes_grow(struct lanes *lanes)
{
	struct lanes wider = *lanes;
	uint32_t     slots = lanes->routes ? (lanes->mask + 1) * 2 : ROUTES_MIN;

	wider.routes = calloc(slots, sizeof(*wider.routes));
	wider.mask   = slots - 1;
	CHECK(wider.routes != NULL);
	for (uint32_t i = 0; lanes->routes && i <= lanes->mask; i++) {
		if (lanes->routes[i].is_used)
			*route_place(&wider, lanes->routes[i].hash) = lanes->routes[i];
	}
	free(lanes->routes);
	*lanes = wider;
}

enum lane
lanes_of(const struct lanes *lanes, uint64_t route, uint32_t attempts)
{
	const struct route *known = lanes->routes ? route_place(lanes, route) : NULL;

	if (known && known->is_used)
		return known->lane;
	return attempts > 0 ? LANE_FAILING : LANE_UNKNOWN;
}

bool
lanes_have_room(const struct lanes *lanes, enum lane lane, uint32_t threads)
{
	uint32_t part     = threads / PART_OF_THREADS;
	uint32_t unproven = lanes->busy[LANE_UNKNOWN] + lanes->busy[LANE_FAILING];

	CHECK(threads > 0);
	if (lane == LANE_PROVEN)
		return true;
	if (lane == LANE_FAILING && lanes->busy[LANE_FAILING] >= (part > 0 ? part : 1))
		return false;
	return unproven < threads - part;
}

void
lanes_note(struct lanes *lanes, uint64_t route, enum lane lane)
{
	if (!lanes->routes || lanes->count > lanes->mask / 2)
		routes_grow(lanes);
	struct route *place = route_place(lanes, route);
	lanes->count += !place->is_used;
	*place = (struct route){ .hash = route, .lane = lane, .is_used = true };
}
