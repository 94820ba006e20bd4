/* calendar.h - moments, hours, days and months, all in UTC (L-1, L-2).
 *
 * Pure. An instant is nanoseconds since 1970-01-01T00:00:00Z and reaches from
 * 1677-09-22 to 2262-04-11; an hour is hours since then, floored. Intervals are
 * [from, until). */
#ifndef TALLY_CORE_BASE_CALENDAR_H
#define TALLY_CORE_BASE_CALENDAR_H

#include <stdint.h>

#include "core/base/err.h"

#define NS_PER_SECOND INT64_C(1000000000)
#define NS_PER_HOUR (INT64_C(3600) * NS_PER_SECOND)
enum { HOURS_PER_DAY = 24 };

struct instant {
	int64_t ns;
};

struct duration {
	int64_t ns;
};

/* The hour that contains at; floors also before 1970. */
int32_t        hour_of(struct instant at);
struct instant hour_start(int32_t hour);

/* RFC 3339, any offset, 0 to 9 fraction digits; 'T' and 'Z' in either case, a
 * space is not accepted for 'T'; 23:59:60 is the next minute's first second;
 * 24:00 and month or day overflow are refused.
 *
 * ERR_TIME_SYNTAX with *bad_byte the offset of the first wrong byte; ERR_TIME_RANGE
 * outside what an instant can hold. Both leave *at. bad_byte may be NULL. */
MUST_CHECK enum err instant_parse(struct span text, struct instant *at, size_t *bad_byte);

/* The same for moments that need no nanoseconds and may lie anywhere in the years
 * 0001 to 9999 (contract starts and ends): the hour that contains it. */
MUST_CHECK enum err hour_parse(struct span text, int32_t *hour, size_t *bad_byte);

/* Is it far enough within what an instant can hold that whatever belongs to a question about
 * this hour, such as the windows of figures, the year before and the month's end, is as well?
 * From 1680 to 2259. */
bool hour_is_answerable(int32_t hour);

/* "2026-04-01" as the first hour of that day; ERR_TIME_SYNTAX. */
MUST_CHECK enum err date_parse(struct span text, int32_t *first_hour);

enum { INSTANT_SIZE = 40 };

/* "2026-04-30T23:00:00Z", with a fraction only where there is one, no trailing
 * zeros in it, and a zero behind it. Returns the size without that. */
size_t instant_format(struct instant at, char out[INSTANT_SIZE]);
size_t hour_format(int32_t hour, char out[INSTANT_SIZE]);

/* The first hour of the day, month that contains hour; of the month after. */
int32_t day_first_hour(int32_t hour);
int32_t month_first_hour(int32_t hour);
int32_t month_next_first_hour(int32_t hour);

/* The first hour of the anniversary year of start that contains hour >= start
 * (29 February falls back to 28 February, L-2). */
int32_t anniversary_first_hour(int32_t start_hour, int32_t hour);

#endif
