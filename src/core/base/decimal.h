/* decimal.h - quantities as whole millionths.
 *
 * Pure, exact, no floating point (E-5). */
#ifndef TALLY_CORE_BASE_DECIMAL_H
#define TALLY_CORE_BASE_DECIMAL_H

#include <stdint.h>

#include "core/base/err.h"

/* Products of quantities and rates. */
__extension__ typedef __int128 i128;

#define MILLIONTHS INT64_C(1000000)
/* Quantities are below this (9.2e12, E-5). */
#define QUANTITY_END (INT64_C(9200000000000) * MILLIONTHS)

/* Read a JSON number or the text of a decimal string ("12.5", "1e3") as
 * millionths. A seventh decimal place is refused, also when it is zero.
 *
 * ERR_QUANTITY_SYNTAX, _NEGATIVE, _DECIMALS, _TOO_LARGE leave *millionths. "-0" is 0. */
MUST_CHECK enum err decimal_parse(struct span text, int64_t *millionths);

enum { DECIMAL_SIZE = 24 };

/* Write without trailing zeros ("12.5", "6250", "-0.000001"); returns the size. */
size_t decimal_format(int64_t millionths, char out[DECIMAL_SIZE]);

/* part / whole in percent, two decimals, half up, as hundredths (L-60). whole > 0,
 * part >= 0. 47 of 43 is 10930. */
int64_t percent_hundredths(int64_t part, int64_t whole);

/* numerator / denominator to the nearest whole number, a half to the even one; symmetric
 * about zero, staying at the largest numbers there are. denominator > 0. */
int64_t divide_half_even(i128 numerator, i128 denominator);

/* ceil(a / b) for a >= 0, b > 0. */
static inline int64_t
ceil_divide(int64_t a, int64_t b)
{
	return a / b + (a % b != 0);
}

#endif
