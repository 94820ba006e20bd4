/* form.c - parse and write whole numbers, times and UUIDs, exactly. */
#include "edge/log/form.h"

static const int64_t power_of_ten[FRACTION_DIGITS_MAX + 1] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
};

enum { SECONDS_PER_DAY = 86400, YEAR_MIN = 1678, YEAR_MAX = 2261 };

bool
form_digits_parse(struct span text, int64_t *value)
{
	int64_t sum = 0;
	if (text.size == 0 || text.size > FORM_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		unsigned digit = (unsigned)(unsigned char)text.at[i] - '0';
		if (digit > 9)
			return false;
		sum = sum * 10 + digit;
	}
	*value = sum;
	return true;
}

bool
form_int_parse(struct span text, int64_t *value)
{
	bool        negative = text.size > 0 && text.at[0] == '-';
	struct span digits   = { text.at + negative, text.size - negative };
	int64_t     sum;
	if (digits.size > 0 && digits.at[0] == '0' && (digits.size > 1 || negative))
		return false;
	if (!form_digits_parse(digits, &sum))
		return false;
	*value = negative ? -sum : sum;
	return true;
}

size_t
form_digits_write(int64_t value, unsigned width, char *out)
{
	char     reversed[FORM_SIZE_MAX];
	unsigned size = 0;
	uint64_t left = (uint64_t)value;
	do {
		reversed[size++] = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0 || size < width);
	for (unsigned i = 0; i < size; i++)
		out[i] = reversed[size - 1 - i];
	return size;
}

size_t
form_int_write(int64_t value, char *out)
{
	if (value >= 0)
		return form_digits_write(value, 0, out);
	out[0] = '-';
	return 1 + form_digits_write((int64_t)(0 - (uint64_t)value), 0, out + 1);
}

/* Days since 1970 of a day of the Gregorian calendar, counted from 1 March of year 0:
 * the leap day is then the last of its year. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	if (month <= 2)
		year--;
	int64_t month_from_march = (month + 9) % 12;
	int64_t day_of_year      = (153 * month_from_march + 2) / 5 + day - 1;
	return year * 365 + year / 4 - year / 100 + year / 400 + day_of_year - 719468;
}

static void
day_write(int64_t days, char *out)
{
	int64_t era_days   = days + 719468;
	int64_t era        = era_days / 146097;
	int64_t day_of_era = era_days - era * 146097;
	int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	int64_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t from_march = (5 * day_of_year + 2) / 153;
	int64_t day        = day_of_year - (153 * from_march + 2) / 5 + 1;
	int64_t month      = from_march < 10 ? from_march + 3 : from_march - 9;
	int64_t year       = year_of_era + era * 400 + (month <= 2);

	form_digits_write(year, 4, out);
	out[4] = '-';
	form_digits_write(month, 2, out + 5);
	out[7] = '-';
	form_digits_write(day, 2, out + 8);
}

static bool
two_digits(const char *at, unsigned end, unsigned *value)
{
	unsigned tens = (unsigned)(unsigned char)at[0] - '0';
	unsigned ones = (unsigned)(unsigned char)at[1] - '0';
	*value        = tens * 10 + ones;
	return tens <= 9 && ones <= 9 && *value < end;
}

/* A day is taken only when writing it gives the same text: so 31 June is none. */
static bool
day_parse(const char *at, struct form_day *day)
{
	int64_t  year;
	unsigned month;
	unsigned of_month;
	char     again[FORM_SIZE_MAX];
	if (memcmp(at, day->text, sizeof(day->text)) == 0)
		return true;
	if (!form_digits_parse((struct span){ at, 4 }, &year) || year < YEAR_MIN || year > YEAR_MAX)
		return false;
	if (!two_digits(at + 5, 13, &month) || !two_digits(at + 8, 32, &of_month))
		return false;
	if (month == 0 || of_month == 0)
		return false;
	int64_t days = days_of(year, month, of_month);
	day_write(days, again);
	if (memcmp(again, at, sizeof(day->text)) != 0)
		return false;
	day->days = days;
	memcpy(day->text, at, sizeof(day->text));
	return true;
}

static size_t
time_size(unsigned digits)
{
	return digits == 0 ? 20 : 21 + (size_t)digits;
}

unsigned
form_time_digits(struct span text)
{
	if (text.size == 20)
		return 0;
	return text.size > 21 ? (unsigned)text.size - 21 : FRACTION_DIGITS_MAX + 1;
}

bool
form_time_parse(struct span text, unsigned digits, struct form_day *day, int64_t *units)
{
	unsigned    hour;
	unsigned    minute;
	unsigned    second;
	int64_t     fraction = 0;
	const char *at       = text.at;
	if (digits > FRACTION_DIGITS_MAX || text.size != time_size(digits))
		return false;
	if (at[10] != 'T' || at[13] != ':' || at[16] != ':' || at[text.size - 1] != 'Z')
		return false;
	if (!two_digits(at + 11, 24, &hour) || !two_digits(at + 14, 60, &minute) ||
	    !two_digits(at + 17, 60, &second) || !day_parse(at, day))
		return false;
	if (digits > 0 &&
	    (at[19] != '.' || !form_digits_parse((struct span){ at + 20, digits }, &fraction)))
		return false;
	int64_t seconds = day->days * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
	*units          = seconds * power_of_ten[digits] + fraction;
	return true;
}

bool
form_time_write(int64_t units, unsigned digits, char *out, size_t *size)
{
	int64_t seconds  = units / power_of_ten[digits];
	int64_t fraction = units % power_of_ten[digits];
	if (fraction < 0) {
		fraction += power_of_ten[digits];
		seconds--;
	}
	int64_t days   = seconds / SECONDS_PER_DAY;
	int64_t of_day = seconds % SECONDS_PER_DAY;
	if (of_day < 0) {
		of_day += SECONDS_PER_DAY;
		days--;
	}
	if (days < days_of(YEAR_MIN, 1, 1) || days > days_of(YEAR_MAX, 12, 31))
		return false;
	day_write(days, out);
	out[10] = 'T';
	form_digits_write(of_day / 3600, 2, out + 11);
	out[13] = ':';
	form_digits_write(of_day / 60 % 60, 2, out + 14);
	out[16] = ':';
	form_digits_write(of_day % 60, 2, out + 17);
	if (digits > 0) {
		out[19] = '.';
		form_digits_write(fraction, digits, out + 20);
	}
	*size          = time_size(digits);
	out[*size - 1] = 'Z';
	return true;
}

/* Eight digits at once, each in a byte of a word. */
#define EACH_BYTE UINT64_C(0x0101010101010101)

/* Digits of values 0 to 15, a byte each. */
static uint64_t
hex_digits(uint64_t values)
{
	uint64_t letters = (values + 6 * EACH_BYTE) >> 4 & EACH_BYTE;
	return values + '0' * EACH_BYTE + letters * ('a' - '0' - 10);
}

/* Eight digits as 4 bytes. False unless the digits of the values are the same text. */
static bool
hex_read(const char *first, const char *second, uint8_t *out)
{
	uint64_t text;
	memcpy(&text, first, 4);
	memcpy((char *)&text + 4, second, 4);
	uint64_t letters = text >> 6 & EACH_BYTE;
	uint64_t values  = ((text & 15 * EACH_BYTE) + 9 * letters) & 15 * EACH_BYTE;
	uint64_t pairs   = (values << 4 | values >> 8) & UINT64_C(0x00ff00ff00ff00ff);
	uint64_t fours   = (pairs | pairs >> 8) & UINT64_C(0x0000ffff0000ffff);
	uint32_t bytes   = (uint32_t)(fours | fours >> 16);
	memcpy(out, &bytes, 4);
	return hex_digits(values) == text;
}

static void
hex_write(const uint8_t *in, char *first, char *second)
{
	uint32_t bytes;
	memcpy(&bytes, in, 4);
	uint64_t fours  = (bytes | (uint64_t)bytes << 16) & UINT64_C(0x0000ffff0000ffff);
	uint64_t pairs  = (fours | fours << 8) & UINT64_C(0x00ff00ff00ff00ff);
	uint64_t values = (pairs >> 4 | pairs << 8) & 15 * EACH_BYTE;
	uint64_t text   = hex_digits(values);
	memcpy(first, &text, 4);
	memcpy(second, (char *)&text + 4, 4);
}

bool
form_uuid_parse(struct span text, uint8_t uuid[UUID_SIZE])
{
	const char *at = text.at;
	if (text.size != UUID_TEXT_SIZE)
		return false;
	if (at[8] != '-' || at[13] != '-' || at[18] != '-' || at[23] != '-')
		return false;
	return hex_read(at, at + 4, uuid) && hex_read(at + 9, at + 14, uuid + 4) &&
	       hex_read(at + 19, at + 24, uuid + 8) && hex_read(at + 28, at + 32, uuid + 12);
}

void
form_uuid_write(const uint8_t uuid[UUID_SIZE], char *out)
{
	out[8] = out[13] = out[18] = out[23] = '-';
	hex_write(uuid, out, out + 4);
	hex_write(uuid + 4, out + 9, out + 14);
	hex_write(uuid + 8, out + 19, out + 24);
	hex_write(uuid + 12, out + 28, out + 32);
}
