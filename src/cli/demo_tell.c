/* demo_tell.c - one event of the made-up account, as a line. */
#include "cli/demo_tell.h"

#include <stdio.h>

enum { LINE_MAX_SIZE = 640, PLACE_SIZE = 96 };

static bool
is_told(const struct telling *telling, struct instant at)
{
	return at.ns <= telling->plan->now.ns;
}

struct instant
tell_moment(int32_t hour, uint32_t second)
{
	return (struct instant){ hour_start(hour).ns + (int64_t)second * NS_PER_SECOND };
}

uint64_t
tell_lot(const struct telling *telling, uint32_t kind, uint32_t number)
{
	return demo_chance(telling->plan->seed, (uint64_t)kind << 32 | number,
	                   (uint64_t)telling->hour);
}

uint32_t
tell_weekday(int32_t hour)
{
	return (uint32_t)((hour / HOURS_PER_DAY + 3) % 7); /* day 0 was a Thursday */
}

bool
tell_is_office(int32_t hour)
{
	int32_t of_day = hour % HOURS_PER_DAY;
	return tell_weekday(hour) < 5 && of_day >= 8 && of_day < 18;
}

void
tell(struct telling *telling, const struct told *told, const char *data)
{
	static const char form[] =
		"{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"%s%s%s\",\"type\":\"%s\","
		"\"account\":\"%s\",\"subject\":\"%s\",\"time\":\"%s\",\"data\":{%s%s%s}}\n";
	const struct demo_project *project = told->project;
	char                       time[INSTANT_SIZE], place[PLACE_SIZE] = "";

	if (!is_told(telling, told->at))
		return;
	instant_format(told->at, time);
	if (project)
		snprintf(place, sizeof(place), "\"org\":\"%s\",\"project\":\"%s\"", project->org,
		         project->name);
	char *line = text_reserve(&telling->lines, LINE_MAX_SIZE);
	int   size = snprintf(line, LINE_MAX_SIZE, form, told->id, told->source, project ? "/" : "",
                            project ? project->name : "", told->type,
                            told->account ? told->account : "demo", told->subject, time, place,
                            *place && *data ? "," : "", data);
	CHECK(size > 0 && size < LINE_MAX_SIZE);
	telling->lines.size += (size_t)size;
}
