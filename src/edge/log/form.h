/* form.h - texts that are something shorter: whole numbers, times, UUIDs.
 *
 * Pure. A form is recognised only where writing it gives the same text again. The
 * calls that write want room for FORM_SIZE_MAX bytes. */
#ifndef TALLY_EDGE_LOG_FORM_H
#define TALLY_EDGE_LOG_FORM_H

#include <stdint.h>

#include "core/base/span.h"

enum { FORM_DIGITS_MAX = 18, FORM_SIZE_MAX = 40, FRACTION_DIGITS_MAX = 9 };

/* 0, or an optional '-', then 1 to 18 digits of which the first is not 0. */
bool   form_int_parse(struct span text, int64_t *value);
size_t form_int_write(int64_t value, char *out);

/* 1 to 18 digits, whatever the first. */
bool form_digits_parse(struct span text, int64_t *value);
/* With zeros in front up to width; width 0: none. value is 0 to 10^18 - 1. */
size_t form_digits_write(int64_t value, unsigned width, char *out);

/* The day that was parsed or written last: most texts share it with their neighbour. */
struct form_day {
	int64_t days; /* since 1970 */
	char    text[10];
};

/* "2026-06-01T00:11:22.123Z" with exactly this many fraction digits, years 1678 to
 * 2261, as units of 10^-digits seconds since 1970. */
bool form_time_parse(struct span text, unsigned digits, struct form_day *day, int64_t *units);
/* False when units lie outside those years. */
bool form_time_write(int64_t units, unsigned digits, char *out, size_t *size);
/* How many fraction digits text would have; above FRACTION_DIGITS_MAX: it is no time. */
unsigned form_time_digits(struct span text);

enum { UUID_SIZE = 16, UUID_TEXT_SIZE = 36 };

bool form_uuid_parse(struct span text, uint8_t uuid[UUID_SIZE]);
void form_uuid_write(const uint8_t uuid[UUID_SIZE], char *out);

#endif
