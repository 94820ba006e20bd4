/* decimal.c - exact decimals: read, write, percent. */
#include "core/base/decimal.h"

enum { DECIMAL_PLACES = 6, POWERS = 19, STRAIGHT_DIGITS = 12 };

/* Beyond this an exponent only needs its sign: no text is this long. */
#define EXPONENT_FAR (INT64_C(1) << 56)

static const int64_t POWER_OF_TEN[POWERS] = {
	1,
	10,
	100,
	1000,
	10000,
	100000,
	1000000,
	10000000,
	100000000,
	1000000000,
	10000000000,
	100000000000,
	1000000000000,
	10000000000000,
	100000000000000,
	1000000000000000,
	10000000000000000,
	100000000000000000,
	1000000000000000000,
};

/* A number as written: (-) mantissa * 10 ^ -places. The mantissa stops growing at
 * QUANTITY_END, beyond which it is too large whatever follows. */
struct written {
	int64_t mantissa;
	int64_t places;
	bool    minus;
};

static bool
is_digit(char c)
{
	return (unsigned)(c - '0') <= 9;
}

/* Add the digits at text[*i] to the mantissa; false when there is none. */
static bool
digits_read(struct span text, size_t *i, int64_t *mantissa)
{
	size_t from = *i;
	for (; *i < text.size && is_digit(text.at[*i]); ++*i) {
		int digit = text.at[*i] - '0';
		if (*mantissa <= (QUANTITY_END - 9) / 10)
			*mantissa = *mantissa * 10 + digit;
		else
			*mantissa = QUANTITY_END;
	}
	return *i > from;
}

/* The "e-3" at text[*i], as -3 in *exponent; false when it is malformed. */
static bool
exponent_read(struct span text, size_t *i, int64_t *exponent)
{
	bool minus = false;
	++*i;
	if (*i < text.size && (text.at[*i] == '+' || text.at[*i] == '-'))
		minus = text.at[(*i)++] == '-';
	size_t  from = *i;
	int64_t size = 0;
	for (; *i < text.size && is_digit(text.at[*i]); ++*i)
		if (size < EXPONENT_FAR)
			size = size * 10 + (text.at[*i] - '0');
	*exponent = minus ? -size : size;
	return *i > from;
}

/* The grammar of a JSON number (RFC 8259, 6); false when text is none. */
static bool
written_read(struct span text, struct written *written)
{
	size_t i = 0;
	if (i < text.size && text.at[i] == '-') {
		written->minus = true;
		i++;
	}
	size_t whole = i;
	if (!digits_read(text, &i, &written->mantissa))
		return false;
	if (text.at[whole] == '0' && i > whole + 1)
		return false;
	if (i < text.size && text.at[i] == '.') {
		size_t fraction = ++i;
		if (!digits_read(text, &i, &written->mantissa))
			return false;
		written->places = (int64_t)(i - fraction);
	}
	if (i < text.size && (text.at[i] == 'e' || text.at[i] == 'E')) {
		int64_t exponent = 0;
		if (!exponent_read(text, &i, &exponent))
			return false;
		written->places -= exponent;
	}
	return i == text.size;
}

static enum err
written_millionths(const struct written *written, int64_t *millionths)
{
	if (written->minus && written->mantissa > 0)
		return ERR_QUANTITY_NEGATIVE;
	if (written->places > DECIMAL_PLACES)
		return ERR_QUANTITY_DECIMALS;
	if (written->mantissa == 0) {
		*millionths = 0;
		return ERR_NONE;
	}
	int64_t shift = DECIMAL_PLACES - written->places;
	if (shift >= POWERS || written->mantissa > (QUANTITY_END - 1) / POWER_OF_TEN[shift])
		return ERR_QUANTITY_TOO_LARGE;
	*millionths = written->mantissa * POWER_OF_TEN[shift];
	CHECK(*millionths > 0 && *millionths < QUANTITY_END);
	return ERR_NONE;
}

/* Nearly every quantity is a small whole number: no signs, no tables. */
static bool
straight_read(struct span text, int64_t *whole)
{
	if (text.size == 0 || text.size > STRAIGHT_DIGITS)
		return false;
	int64_t value = 0;
	for (size_t i = 0; i < text.size; i++) {
		unsigned digit = (unsigned)(text.at[i] - '0');
		if (digit > 9)
			return false;
		value = value * 10 + digit;
	}
	if (text.at[0] == '0' && text.size > 1)
		return false;
	*whole = value;
	return true;
}

enum err
decimal_parse(struct span text, int64_t *millionths)
{
	int64_t whole = 0;
	if (straight_read(text, &whole)) {
		*millionths = whole * MILLIONTHS;
		return ERR_NONE;
	}
	struct written written = { 0 };
	if (!written_read(text, &written))
		return ERR_QUANTITY_SYNTAX;
	return written_millionths(&written, millionths);
}

/* Write the digits of value before end; returns where they start. */
static char *
digits_before(char *end, uint64_t value)
{
	do {
		*--end = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	return end;
}

size_t
decimal_format(int64_t millionths, char out[DECIMAL_SIZE])
{
	uint64_t size     = millionths < 0 ? 0 - (uint64_t)millionths : (uint64_t)millionths;
	uint64_t fraction = size % (uint64_t)MILLIONTHS;
	char     digits[DECIMAL_SIZE];
	char    *end = digits + DECIMAL_SIZE;
	char    *at  = end;

	if (fraction > 0) {
		at  = digits_before(at, fraction + (uint64_t)MILLIONTHS);
		*at = '.'; /* the added million's 1, which kept the zeros */
		while (end[-1] == '0')
			end--;
	}
	at = digits_before(at, size / (uint64_t)MILLIONTHS);
	if (millionths < 0)
		*--at = '-';
	memcpy(out, at, (size_t)(end - at));
	return (size_t)(end - at);
}

int64_t
percent_hundredths(int64_t part, int64_t whole)
{
	CHECK(whole > 0);
	CHECK(part >= 0);
	i128 hundredths = ((i128)part * 20000 + whole) / ((i128)whole * 2);
	return hundredths < INT64_MAX ? (int64_t)hundredths : INT64_MAX;
}

int64_t
divide_half_even(i128 numerator, i128 denominator)
{
	CHECK(denominator > 0);
	i128 size  = numerator < 0 ? -numerator : numerator;
	i128 whole = size / denominator;
	i128 rest  = size % denominator;

	/* Twice the rest could be too large: compare it with what is left of the whole. */
	if (rest > denominator - rest || (rest == denominator - rest && whole % 2 == 1))
		whole++;
	if (whole > INT64_MAX)
		whole = INT64_MAX;
	return (int64_t)(numerator < 0 ? -whole : whole);
}
