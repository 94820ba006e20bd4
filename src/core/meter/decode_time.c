/* decode_time.c - times of events, the usual spelling quickly.
 *
 * Events of one hour, or of one import, share a few days. The start of a day that
 * was met before is kept, so that only hour, minute and second are left to read. */
#include "core/meter/decode_int.h"

/* The place for the day of a text that is long enough; the text may hold any bytes. */
static uint32_t
day_index(struct span text)
{
	return ((uint8_t)text.at[9] + 10u * (uint8_t)text.at[8]) % TIMES_KEPT;
}

static bool
two_digits(const char *at, int max, int64_t *value)
{
	if (!json_is_digit(at[0]) || !json_is_digit(at[1]))
		return false;
	int number = (at[0] - '0') * 10 + (at[1] - '0');
	*value     = number;
	return number <= max;
}

/* The spelling that producers use, "2026-04-01T00:11:00Z", perhaps with a fraction,
 * on a day that was met before. False: let instant_parse() see. */
static bool
time_read(const struct decoder *decoder, struct span text, struct instant *time)
{
	int64_t hour, minute, second, ns = 0;

	if (text.size < 20 || text.size > 30 || text.at[text.size - 1] != 'Z' ||
	    text.at[13] != ':' || text.at[16] != ':')
		return false;
	const struct day *day = &decoder->days[day_index(text)];
	if (memcmp(day->text, text.at, 11) != 0 || !two_digits(text.at + 11, 23, &hour) ||
	    !two_digits(text.at + 14, 59, &minute) || !two_digits(text.at + 17, 59, &second))
		return false;
	if (text.size > 20) {
		int64_t unit = NS_PER_SECOND;
		if (text.at[19] != '.' || text.size == 21)
			return false;
		for (size_t i = 20; i < text.size - 1; i++) {
			if (!json_is_digit(text.at[i]))
				return false;
			unit /= 10;
			ns += (text.at[i] - '0') * unit;
		}
	}
	ns += ((hour * 60 + minute) * 60 + second) * NS_PER_SECOND;
	return !__builtin_add_overflow(day->ns, ns, &time->ns);
}

/* Remember the day of a time that instant_parse() took, when it is written so that
 * time_read() can use it. */
static void
day_remember(struct decoder *decoder, struct span text)
{
	struct day    *day        = &decoder->days[day_index(text)];
	char           midnight[] = "....-..-..T00:00:00Z";
	struct instant start;

	if (text.at[10] != 'T')
		return;
	memcpy(midnight, text.at, 11);
	if (instant_parse(span_of(midnight), &start, NULL) != ERR_NONE)
		return;
	memcpy(day->text, text.at, 11);
	day->ns = start.ns;
}

enum err
time_decode(struct decoder *decoder, struct span text, struct instant *time, size_t *bad_byte)
{
	if (time_read(decoder, text, time))
		return ERR_NONE;
	enum err err = instant_parse(text, time, bad_byte);
	if (err == ERR_NONE)
		day_remember(decoder, text);
	return err;
}
