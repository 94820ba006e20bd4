/* calendar.c - the proleptic Gregorian calendar, RFC 3339 in and out.
 *
 * Days are counted from 1970-01-01; a year is thought to begin in March, so that
 * the leap day is its last and the months before it have fixed places. */
#include "core/base/calendar.h"

enum {
	SECONDS_PER_MINUTE  = 60,
	SECONDS_PER_HOUR    = 3600,
	SECONDS_PER_DAY     = 86400,
	DAYS_PER_ERA        = 146097, /* of 400 years */
	YEARS_PER_ERA       = 400,
	DAYS_TO_1970        = 719468, /* from 0000-03-01 */
	DATE_SIZE           = 10,
	MOMENT_SIZE         = 19, /* "2026-04-30T23:00:00" */
	FRACTION_DIGITS_MAX = 9,
	YEAR_MAX            = 9999,
};

/* The whole hours whose start and end both are instants. */
enum { INSTANT_HOUR_FIRST = -2562024, INSTANT_HOUR_END = 2562047 };
/* Two years and more: what is asked about reaches back twelve months. */
enum { ANSWER_MARGIN_HOURS = 800 * HOURS_PER_DAY };

/* The hours of the years 0001 to 9999. */
enum { HOUR_FIRST = -719162 * HOURS_PER_DAY, HOUR_END = 2932897 * HOURS_PER_DAY };

_Static_assert(INSTANT_HOUR_FIRST % HOURS_PER_DAY == 0, "the first instant begins a day");
_Static_assert(INSTANT_HOUR_FIRST >= INT64_MIN / NS_PER_HOUR, "the first hour is an instant");
_Static_assert(INSTANT_HOUR_END <= INT64_MAX / NS_PER_HOUR, "the last hour's end is an instant");

struct date {
	int year;
	int month; /* 1 to 12 */
	int day;   /* 1 to 31 */
};

/* A text as read: seconds since 1970 in UTC, and what is below them. */
struct moment {
	int64_t seconds;
	int32_t nanos;
};

static int64_t
floor_divide(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static bool
year_is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
month_days(int year, int month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	CHECK(month >= 1 && month <= 12);
	return days[month - 1] + (month == 2 && year_is_leap(year));
}

static int32_t
date_day(struct date date)
{
	int year  = date.year - (date.month <= 2);
	int era   = (int)floor_divide(year, YEARS_PER_ERA);
	int years = year - era * YEARS_PER_ERA;
	int month = date.month + (date.month > 2 ? -3 : 9);
	/* 153 days are any five months from March or August on. */
	int days = years * 365 + years / 4 - years / 100 + (153 * month + 2) / 5 + date.day - 1;
	return era * DAYS_PER_ERA + days - DAYS_TO_1970;
}

static struct date
day_date(int32_t day)
{
	int since = day + DAYS_TO_1970;
	int era   = (int)floor_divide(since, DAYS_PER_ERA);
	int days  = since - era * DAYS_PER_ERA;
	int years = (days - days / 1460 + days / 36524 - days / (DAYS_PER_ERA - 1)) / 365;
	int rest  = days - (365 * years + years / 4 - years / 100);
	int month = (5 * rest + 2) / 153;

	struct date date;
	date.day   = rest - (153 * month + 2) / 5 + 1;
	date.month = month < 10 ? month + 3 : month - 9;
	date.year  = era * YEARS_PER_ERA + years + (date.month <= 2);
	return date;
}

int32_t
hour_of(struct instant at)
{
	return (int32_t)floor_divide(at.ns, NS_PER_HOUR);
}

bool
hour_is_answerable(int32_t hour)
{
	return hour >= INSTANT_HOUR_FIRST + ANSWER_MARGIN_HOURS &&
	       hour < INSTANT_HOUR_END - ANSWER_MARGIN_HOURS;
}

struct instant
hour_start(int32_t hour)
{
	CHECK(hour >= INSTANT_HOUR_FIRST);
	CHECK(hour <= INSTANT_HOUR_END);
	return (struct instant){ hour * NS_PER_HOUR };
}

static bool
is_digit(char c)
{
	return (unsigned)(c - '0') <= 9;
}

static int
two_digits(const char *at)
{
	return (at[0] - '0') * 10 + (at[1] - '0');
}

/* Eight bytes of a shape that are compared at once. fixed has a '0' for a digit; low
 * has 6 and high the upper half-byte there, else 0 and the whole byte. */
struct eight {
	char fixed[8];
	char low[8];
	char high[8];
};

#define D '\x06'
#define H '\xf0'
#define F '\xff'

static const struct eight DATE_EIGHT = {
	{ '0', '0', '0', '0', '-', '0', '0', '-' },
	{ D, D, D, D, 0, D, D, 0 },
	{ H, H, H, H, F, H, H, F },
};

static const struct eight TIME_EIGHT = {
	{ '0', '0', 'T', '0', '0', ':', '0', '0' },
	{ D, D, 0, D, D, 0, D, D },
	{ H, H, F, H, H, F, H, H },
};

/* After the exclusive-or a digit is 0 to 9, so that adding 6 stays below 16, and a
 * fixed byte is 0; anything else leaves a bit within high. */
static bool
eight_fit(const char *at, const struct eight *eight)
{
	uint64_t bytes, fixed, low, high;
	memcpy(&bytes, at, sizeof(bytes));
	memcpy(&fixed, eight->fixed, sizeof(fixed));
	memcpy(&low, eight->low, sizeof(low));
	memcpy(&high, eight->high, sizeof(high));
	uint64_t apart = bytes ^ fixed;
	return (((apart + low) | apart) & high) == 0;
}

static bool
shape_is_usual(const char *at)
{
	return eight_fit(at, &DATE_EIGHT) && eight_fit(at + 8, &TIME_EIGHT) && at[16] == ':' &&
	       is_digit(at[17]) && is_digit(at[18]);
}

/* The first byte that differs from shape, in which 0 is any digit and T either
 * case; text.size when text ends too early; shape.size when it fits. */
static size_t
shape_fit_size(struct span text, struct span shape)
{
	for (size_t i = 0; i < shape.size; i++) {
		if (i == text.size)
			return i;
		char c    = text.at[i];
		bool fits = shape.at[i] == '0'   ? is_digit(c)
		            : shape.at[i] == 'T' ? c == 'T' || c == 't'
		                                 : c == shape.at[i];
		if (!fits)
			return i;
	}
	return shape.size;
}

/* The date of text, whose shape was looked at; false with *bad_byte. */
static bool
date_read(const char *at, struct date *date, size_t *bad_byte)
{
	date->year  = two_digits(at) * 100 + two_digits(at + 2);
	date->month = two_digits(at + 5);
	date->day   = two_digits(at + 8);
	if (date->month < 1 || date->month > 12) {
		*bad_byte = 5;
		return false;
	}
	if (date->day < 1 || date->day > month_days(date->year, date->month)) {
		*bad_byte = 8;
		return false;
	}
	return true;
}

/* Date and time of day as if in UTC; a 60th second is let through here. */
static bool
local_read(struct span text, int64_t *seconds, size_t *bad_byte)
{
	if (text.size < MOMENT_SIZE || !shape_is_usual(text.at)) {
		*bad_byte = shape_fit_size(text, SPAN("0000-00-00T00:00:00"));
		if (*bad_byte < MOMENT_SIZE)
			return false;
	}
	struct date date;
	if (!date_read(text.at, &date, bad_byte))
		return false;
	int hour   = two_digits(text.at + 11);
	int minute = two_digits(text.at + 14);
	int second = two_digits(text.at + 17);
	if (hour > 23 || minute > 59 || second > 60) {
		*bad_byte = hour > 23 ? 11 : minute > 59 ? 14 : 17;
		return false;
	}
	*seconds = (int64_t)date_day(date) * SECONDS_PER_DAY + hour * SECONDS_PER_HOUR +
	           minute * SECONDS_PER_MINUTE + second;
	return true;
}

/* The ".123" at text[*i], when there is one. */
static bool
fraction_read(struct span text, size_t *i, int32_t *nanos)
{
	if (*i == text.size || text.at[*i] != '.')
		return true;
	size_t  from  = ++*i;
	int32_t value = 0;
	while (*i < text.size && *i - from < FRACTION_DIGITS_MAX && is_digit(text.at[*i]))
		value = value * 10 + (text.at[(*i)++] - '0');
	for (size_t digits = *i - from; digits < FRACTION_DIGITS_MAX; digits++)
		value *= 10;
	*nanos = value;
	return *i > from;
}

/* The "Z" or "+02:00" at text[*i], which ends the text. */
static bool
offset_read(struct span text, size_t *i, int32_t *offset_seconds)
{
	if (*i < text.size && (text.at[*i] == 'Z' || text.at[*i] == 'z')) {
		++*i;
		return *i == text.size;
	}
	struct span rest  = { text.at + *i, text.size - *i };
	bool        minus = rest.size > 0 && rest.at[0] == '-';
	struct span shape = minus ? SPAN("-00:00") : SPAN("+00:00");
	size_t      fit   = shape_fit_size(rest, shape);
	if (fit < shape.size) {
		*i += fit;
		return false;
	}
	int hours   = two_digits(rest.at + 1);
	int minutes = two_digits(rest.at + 4);
	if (hours > 23 || minutes > 59) {
		*i += hours > 23 ? 1 : 4;
		return false;
	}
	int seconds     = hours * SECONDS_PER_HOUR + minutes * SECONDS_PER_MINUTE;
	*offset_seconds = minus ? -seconds : seconds;
	*i += shape.size;
	return *i == text.size;
}

/* Leap seconds are inserted at the end of a day of UTC, whatever the offset says;
 * a 60th second anywhere else is none. */
static bool
second_is_allowed(struct span text, int64_t seconds)
{
	return text.at[17] != '6' || (seconds % SECONDS_PER_DAY) == 0;
}

static enum err
moment_read(struct span text, struct moment *moment, size_t *bad_byte)
{
	size_t  unused  = 0;
	size_t *bad     = bad_byte ? bad_byte : &unused;
	size_t  i       = MOMENT_SIZE;
	int32_t offset  = 0;
	int32_t nanos   = 0;
	int64_t seconds = 0;

	size_t place = 0;
	if (!local_read(text, &seconds, &place)) {
		*bad = place;
		return ERR_TIME_SYNTAX;
	}
	if (!fraction_read(text, &i, &nanos) || !offset_read(text, &i, &offset)) {
		*bad = i;
		return ERR_TIME_SYNTAX;
	}
	seconds -= offset;
	if (!second_is_allowed(text, seconds)) {
		*bad = MOMENT_SIZE - 2;
		return ERR_TIME_SYNTAX;
	}
	*moment = (struct moment){ seconds, nanos };
	return ERR_NONE;
}

enum err
instant_parse(struct span text, struct instant *at, size_t *bad_byte)
{
	struct moment moment;
	enum err      err = moment_read(text, &moment, bad_byte);
	if (err)
		return err;
	if (moment.seconds < INSTANT_HOUR_FIRST * (int64_t)SECONDS_PER_HOUR ||
	    moment.seconds >= INSTANT_HOUR_END * (int64_t)SECONDS_PER_HOUR)
		return ERR_TIME_RANGE;
	at->ns = moment.seconds * NS_PER_SECOND + moment.nanos;
	return ERR_NONE;
}

enum err
hour_parse(struct span text, int32_t *hour, size_t *bad_byte)
{
	struct moment moment;
	enum err      err = moment_read(text, &moment, bad_byte);
	if (err)
		return err;
	int64_t floored = floor_divide(moment.seconds, SECONDS_PER_HOUR);
	if (floored < HOUR_FIRST || floored >= HOUR_END)
		return ERR_TIME_RANGE;
	*hour = (int32_t)floored;
	return ERR_NONE;
}

enum err
date_parse(struct span text, int32_t *first_hour)
{
	struct date date;
	size_t      bad_byte;
	if (text.size != DATE_SIZE || shape_fit_size(text, SPAN("0000-00-00")) < DATE_SIZE)
		return ERR_TIME_SYNTAX;
	if (!date_read(text.at, &date, &bad_byte) || date.year == 0)
		return ERR_TIME_SYNTAX;
	*first_hour = date_day(date) * HOURS_PER_DAY;
	return ERR_NONE;
}

static char *
digits_put(char *at, int value, int digits)
{
	for (int i = digits; i-- > 0; value /= 10)
		at[i] = (char)('0' + value % 10);
	CHECK(value == 0);
	return at + digits;
}

/* "2026-04-30T23:00:00" of a moment within the years 0000 to 9999. */
static char *
moment_put(char *at, int64_t seconds)
{
	int64_t     day  = floor_divide(seconds, SECONDS_PER_DAY);
	int         rest = (int)(seconds - day * SECONDS_PER_DAY);
	struct date date = day_date((int32_t)day);
	CHECK(date.year >= 0 && date.year <= YEAR_MAX);

	at    = digits_put(at, date.year, 4);
	*at++ = '-';
	at    = digits_put(at, date.month, 2);
	*at++ = '-';
	at    = digits_put(at, date.day, 2);
	*at++ = 'T';
	at    = digits_put(at, rest / SECONDS_PER_HOUR, 2);
	*at++ = ':';
	at    = digits_put(at, rest / SECONDS_PER_MINUTE % 60, 2);
	*at++ = ':';
	return digits_put(at, rest % 60, 2);
}

size_t
instant_format(struct instant at, char out[INSTANT_SIZE])
{
	int64_t seconds = floor_divide(at.ns, NS_PER_SECOND);
	int     nanos   = (int)(at.ns % NS_PER_SECOND);
	char   *end     = moment_put(out, seconds);
	if (nanos < 0)
		nanos += (int)NS_PER_SECOND;
	if (nanos > 0) {
		*end++ = '.';
		end    = digits_put(end, nanos, FRACTION_DIGITS_MAX);
		while (end[-1] == '0')
			end--;
	}
	*end++ = 'Z';
	*end   = 0;
	return (size_t)(end - out);
}

size_t
hour_format(int32_t hour, char out[INSTANT_SIZE])
{
	char *end = moment_put(out, (int64_t)hour * SECONDS_PER_HOUR);
	*end++    = 'Z';
	*end      = 0;
	return (size_t)(end - out);
}

static int32_t
hour_day(int32_t hour)
{
	return (int32_t)floor_divide(hour, HOURS_PER_DAY);
}

int32_t
day_first_hour(int32_t hour)
{
	return hour_day(hour) * HOURS_PER_DAY;
}

int32_t
month_first_hour(int32_t hour)
{
	struct date date = day_date(hour_day(hour));
	date.day         = 1;
	return date_day(date) * HOURS_PER_DAY;
}

int32_t
month_next_first_hour(int32_t hour)
{
	struct date date = day_date(hour_day(hour));
	date.day         = 1;
	date.month++;
	if (date.month > 12) {
		date.month = 1;
		date.year++;
	}
	return date_day(date) * HOURS_PER_DAY;
}

/* The hour at which a contract that began on date, hour_of_day, turns years old. */
static int32_t
anniversary_in(int year, struct date start, int hour_of_day)
{
	struct date date = { year, start.month, start.day };
	int         last = month_days(year, date.month);
	if (date.day > last)
		date.day = last;
	return date_day(date) * HOURS_PER_DAY + hour_of_day;
}

int32_t
anniversary_first_hour(int32_t start_hour, int32_t hour)
{
	CHECK(hour >= start_hour);
	struct date start       = day_date(hour_day(start_hour));
	int         hour_of_day = start_hour - day_first_hour(start_hour);
	int         year        = day_date(hour_day(hour)).year;
	int32_t     first       = anniversary_in(year, start, hour_of_day);
	if (first > hour)
		first = anniversary_in(year - 1, start, hour_of_day);
	CHECK(first >= start_hour && first <= hour);
	return first;
}
