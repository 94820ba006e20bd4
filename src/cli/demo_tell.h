/* demo_tell.h - what those who tell the story of `tally demo` share.
 *
 * Pure. Each tells one hour at a time; what is later than the plan's end is not told. */
#ifndef TALLY_CLI_DEMO_TELL_H
#define TALLY_CLI_DEMO_TELL_H

#include "cli/demo_events.h"
#include "cli/demo_world.h"
#include "core/base/text.h"

struct telling {
	const struct demo_plan *plan;
	struct demo_world       world;
	struct text             lines;
	int32_t                 from_hour;
	int32_t                 now_hour;
	int32_t                 flex_hour; /* the first of the account on Flex */
	int32_t                 hour;      /* being told */
};

struct told {
	const char                *type;
	const char                *source; /* of the project's, where there is one */
	const char                *id;
	const char                *subject;
	const struct demo_project *project; /* NULL: the event is of none */
	struct instant             at;
	const char                *account; /* NULL: the demo's own */
};

/* The event with data, which is the members of a JSON object. */
void           tell(struct telling *telling, const struct told *told, const char *data);
struct instant tell_moment(int32_t hour, uint32_t second);
/* 0 is Monday. */
uint32_t tell_weekday(int32_t hour);
/* A number that kind, number, seed and the hour being told settle. */
uint64_t tell_lot(const struct telling *telling, uint32_t kind, uint32_t number);
/* Of a working day, from eight to six. */
bool tell_is_office(int32_t hour);

/* One hour of every module but CD. */
void tell_modules(struct telling *telling);
/* One hour of the account below. */
void tell_labs(struct telling *telling);
/* One hour of the account on Flex, which is as old as its contract whatever the days. */
void tell_flex(struct telling *telling);

#endif
