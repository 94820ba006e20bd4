/* cell.c - latest and count series: a sorted vector of cells, mostly appended to. */
#include "core/base/check.h"
#include "core/meter/meter_int.h"

uint32_t
split_cell_seek(const struct split *split, int32_t hour)
{
	uint32_t low  = 0;
	uint32_t high = split->count;
	/* Most often the hour asked for is the newest or newer. */
	if (high > 0 && split->cells[high - 1].hour < hour)
		return high;
	if (high > 1 && split->cells[high - 2].hour < hour)
		return high - 1;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (split->cells[middle].hour < hour)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct cell *
split_cell_insert(struct split *split, struct pool *pool, uint32_t position)
{
	CHECK(position <= split->count);
	split->cells      = vector_grow(pool, split->cells, sizeof(struct cell), split->count,
	                                &split->capacity);
	struct cell *cell = &split->cells[position];
	memmove(cell + 1, cell, (split->count - position) * sizeof(struct cell));
	split->count++;
	return cell;
}

/* The cell of the hour; a new one has kept 0 and the earliest time there is. */
static struct cell *
cell_of(struct split *split, struct pool *pool, int32_t hour, bool *made)
{
	uint32_t position = split_cell_seek(split, hour);
	if (position < split->count && split->cells[position].hour == hour) {
		*made = false;
		return &split->cells[position];
	}
	struct cell *cell = split_cell_insert(split, pool, position);
	*cell             = (struct cell){ .hour = hour, .kept = 0, .at_ns = INT64_MIN };
	*made             = true;
	return cell;
}

enum joined
latest_join(struct split *split, struct pool *pool, struct names *names, struct instant at,
            struct span text)
{
	bool         made;
	struct cell *cell = cell_of(split, pool, hour_of(at), &made);
	if (!made && at.ns < cell->at_ns)
		return JOINED_NOTHING;
	if (!made && at.ns == cell->at_ns && span_compare(text, names_text(names, cell->kept)) <= 0)
		return JOINED_NOTHING;
	cell->at_ns = at.ns;
	cell->kept  = names_add(names, text);
	return made ? JOINED_NEW : JOINED_CHANGE;
}

/* A count stops at 4,294,967,295 an hour and key (more than a million events each
 * second of it); stopping keeps the order of arrival without meaning. */
enum joined
count_join(struct split *split, struct pool *pool, struct instant at)
{
	bool         made;
	struct cell *cell = cell_of(split, pool, hour_of(at), &made);
	if (at.ns > cell->at_ns)
		cell->at_ns = at.ns;
	if (cell->kept < UINT32_MAX)
		cell->kept++;
	return made ? JOINED_NEW : JOINED_CHANGE;
}

bool
cell_clear(struct split *split, int32_t hour)
{
	uint32_t position = split_cell_seek(split, hour);
	if (position == split->count || split->cells[position].hour != hour)
		return false;
	struct cell *cell = &split->cells[position];
	memmove(cell, cell + 1, (split->count - position - 1) * sizeof(struct cell));
	split->count--;
	return true;
}
