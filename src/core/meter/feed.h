/* feed.h - which series an event feeds, and with what; for this room alone.
 *
 * Pure. */
#ifndef TALLY_CORE_METER_FEED_H
#define TALLY_CORE_METER_FEED_H

#include "core/meter/meter_int.h"

/* Whether the meter takes this event of its type. */
bool meter_selects(const struct catalog *catalog, const struct catalog_meter *meter,
                   const struct event *event);
/* The key of the event in the meter, with one item of its list. */
struct book_key meter_key(const struct catalog_meter *meter, const struct event *event,
                          struct span item);
/* The item of a meter without each_field: a text of the event, or empty. */
struct span meter_item(const struct catalog_meter *meter, const struct event *event);
/* The event's texts of the meter's split fields. */
void meter_split(const struct catalog_meter *meter, const struct event *event,
                 struct span split[2]);
/* The items of a meter with each_field: distinct, ascending; the subject when there is
 * none. A meter without has one, that of meter_item(). */
struct item_list {
	const struct span **at;
	uint32_t            count;
};
struct item_list meter_items(const struct catalog_meter *meter, const struct event *event,
                             struct arena *arena);
/* The number that a gauge or sum keeps of an event that has it. */
int64_t meter_number(const struct catalog_meter *meter, const struct event *event);
/* The text that a latest series keeps. */
struct span meter_text(const struct catalog_meter *meter, const struct event *event);

#endif
