/* share.h - a month's units broken down: whose they are, what for, and on which day.
 *
 * Pure. Shares live in the arena, and always add up to the month's units. */
#ifndef TALLY_CORE_FLEX_SHARE_H
#define TALLY_CORE_FLEX_SHARE_H

#include "core/flex/month.h"

enum flex_by {
	FLEX_BY_ORG,
	FLEX_BY_PROJECT,  /* org and project */
	FLEX_BY_RESOURCE, /* each key of each metric */
	FLEX_BY_DAY,      /* what the month grew by: it can fall, too */
	FLEX_BY_ACTIVITY, /* each metric */
	FLEX_BYS,
};
struct span flex_by_name(enum flex_by by);
/* FLEX_BYS when unknown. */
enum flex_by flex_by_find(struct span name);

/* What is not part of the key is empty, 0 or NULL. */
struct flex_share {
	struct span                org, project, id, item;
	const struct catalog_rate *rate;     /* of a resource and an activity */
	int64_t                    quantity; /* of those two */
	int32_t                    day_hour; /* of a day: its first hour */
	int64_t                    units;
};

/* Days and activities in their order, the others the largest first. The units of a line are
 * divided among its keys by their quantities, so that not a millionth is lost. */
void flex_shares(const struct flex_use *use, const struct flex_month *month, enum flex_by by,
                 struct arena *arena, const struct flex_share **shares, uint32_t *count);

#endif
