/* test_calendar.c - moments against known ones, written and read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/calendar.h"

#define UNUSED(x) (void)(x)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct accepted {
	const char *text;
	int64_t     seconds;
	int64_t     nanos;
};

static const struct accepted ACCEPTED[] = {
	{ "1970-01-01T00:00:00Z", 0, 0 },
	{ "2026-04-30T23:00:00Z", 1777590000, 0 },
	{ "2026-04-30t23:00:00Z", 1777590000, 0 },
	{ "2026-04-30T23:00:00z", 1777590000, 0 },
	{ "2026-04-30t23:00:00z", 1777590000, 0 },
	{ "2026-04-30T23:00:00+00:00", 1777590000, 0 },
	{ "2026-04-30T23:00:00-00:00", 1777590000, 0 },
	{ "2026-04-30T23:00:00+02:00", 1777582800, 0 },
	{ "2026-04-30T23:00:00+14:00", 1777539600, 0 },
	{ "2026-04-30T23:00:00-12:00", 1777633200, 0 },
	{ "2024-02-29T23:59:59-23:59", 1709337539, 0 },
	{ "1969-12-31T23:59:59Z", -1, 0 },
	{ "1969-12-31T23:59:59.5Z", -1, 500000000 },
	{ "2000-02-29T12:30:15Z", 951827415, 0 },
	{ "1900-02-28T23:59:59Z", -2203891201, 0 },
	{ "2100-02-28T00:00:00Z", 4107456000, 0 },
	{ "2016-12-31T23:59:59Z", 1483228799, 0 },
	/* The leap second is the next minute's first, as RFC 3339 shows it. */
	{ "2016-12-31T23:59:60Z", 1483228800, 0 },
	{ "2016-12-31T23:59:60.25Z", 1483228800, 250000000 },
	{ "2016-12-31T15:59:60-08:00", 1483228800, 0 },
	{ "2017-01-01T05:29:60+05:30", 1483228800, 0 },
	{ "1969-12-31T23:59:60Z", 0, 0 },
	/* From RFC 3339, 5.8. */
	{ "1985-04-12T23:20:50.52Z", 482196050, 520000000 },
	{ "1996-12-19T16:39:57-08:00", 851042397, 0 },
	{ "1937-01-01T12:00:27.87+00:20", -1041337173, 870000000 },
	/* Each number of fraction digits. */
	{ "2026-04-30T23:00:00.0Z", 1777590000, 0 },
	{ "2026-04-30T23:00:00.1Z", 1777590000, 100000000 },
	{ "2026-04-30T23:00:00.12Z", 1777590000, 120000000 },
	{ "2026-04-30T23:00:00.123Z", 1777590000, 123000000 },
	{ "2026-04-30T23:00:00.1234Z", 1777590000, 123400000 },
	{ "2026-04-30T23:00:00.12345Z", 1777590000, 123450000 },
	{ "2026-04-30T23:00:00.123456Z", 1777590000, 123456000 },
	{ "2026-04-30T23:00:00.1234567Z", 1777590000, 123456700 },
	{ "2026-04-30T23:00:00.12345678Z", 1777590000, 123456780 },
	{ "2026-04-30T23:00:00.123456789Z", 1777590000, 123456789 },
	{ "2026-04-30T23:00:00.000000001Z", 1777590000, 1 },
	{ "2026-04-30T23:00:00.999999999+02:00", 1777582800, 999999999 },
	/* The first and the last that can be counted. */
	{ "1677-09-22T00:00:00Z", -9223286400, 0 },
	{ "1677-09-21T23:59:00-00:01", -9223286400, 0 },
	{ "2262-04-11T22:59:59.999999999Z", 9223369199, 999999999 },
};

static void
test_moments_are_read_exactly(void **state)
{
	UNUSED(state);
	for (size_t i = 0; i < COUNT(ACCEPTED); i++) {
		struct instant at       = { 4711 };
		size_t         bad_byte = 4712;
		enum err       err      = instant_parse(span_of(ACCEPTED[i].text), &at, &bad_byte);
		if (err)
			fail_msg("%s: %s at %zu", ACCEPTED[i].text, err_name(err).at, bad_byte);
		int64_t wanted = ACCEPTED[i].seconds * NS_PER_SECOND + ACCEPTED[i].nanos;
		if (at.ns != wanted)
			fail_msg("%s: %lld", ACCEPTED[i].text, (long long)at.ns);
		assert_int_equal(bad_byte, 4712);
	}
}

static const struct {
	const char *text;
	size_t      bad_byte;
} REFUSED[] = {
	{ "", 0 },
	{ "2", 1 },
	{ "2026-04-30", 10 },
	{ "2026-04-30T23:00:00", 19 },
	{ "2026-04-30T23:00Z", 16 },
	{ "2026-04-30T23Z", 13 },
	{ "x026-04-30T23:00:00Z", 0 },
	{ "202x-04-30T23:00:00Z", 3 },
	{ "2026/04/30T23:00:00Z", 4 },
	{ "20260430T230000Z", 4 },
	{ "2026-4-30T23:00:00Z", 6 },
	{ "2026-04-3T23:00:00Z", 9 },
	{ "2026-04-30 23:00:00Z", 10 },
	{ "2026-04-30_23:00:00Z", 10 },
	{ "2026-04-30T2:00:00Z", 12 },
	{ "2026-04-30T23-00-00Z", 13 },
	{ "2026-04-30T23:0x:00Z", 15 },
	{ "2026-04-30T23:00:x0Z", 17 },
	{ "2026-04-30T23:00:0xZ", 18 },
	{ " 2026-04-30T23:00:00Z", 0 },
	{ "+2026-04-30T23:00:00Z", 0 },
	{ "-2026-04-30T23:00:00Z", 0 },
	{ "12026-04-30T23:00:00Z", 4 },
	/* Fields beyond their end are named by their first byte. */
	{ "2026-00-30T23:00:00Z", 5 },
	{ "2026-13-30T23:00:00Z", 5 },
	{ "2026-04-00T23:00:00Z", 8 },
	{ "2026-04-31T23:00:00Z", 8 },
	{ "2026-01-32T23:00:00Z", 8 },
	{ "2026-02-29T23:00:00Z", 8 },
	{ "2024-02-30T23:00:00Z", 8 },
	{ "1900-02-29T23:00:00Z", 8 },
	{ "2100-02-29T23:00:00Z", 8 },
	{ "2026-04-30T24:00:00Z", 11 },
	{ "2026-04-30T99:00:00Z", 11 },
	{ "2026-04-30T23:60:00Z", 14 },
	{ "2026-04-30T23:00:61Z", 17 },
	{ "2026-04-30T23:00:60Z", 17 },
	{ "2026-04-30T22:59:60Z", 17 },
	{ "2016-12-31T23:59:60+02:00", 17 },
	{ "2016-12-31T23:59:61Z", 17 },
	/* Fractions. */
	{ "2026-04-30T23:00:00.", 20 },
	{ "2026-04-30T23:00:00.Z", 20 },
	{ "2026-04-30T23:00:00.x1Z", 20 },
	{ "2026-04-30T23:00:00.1", 21 },
	{ "2026-04-30T23:00:00.1x", 21 },
	{ "2026-04-30T23:00:00,1Z", 19 },
	{ "2026-04-30T23:00:00.1234567890Z", 29 },
	{ "2026-04-30T23:00:00.0000000000Z", 29 },
	{ "2026-04-30T23:00:00.-1Z", 20 },
	/* Offsets. */
	{ "2026-04-30T23:00:00x", 19 },
	{ "2026-04-30T23:00:00 Z", 19 },
	{ "2026-04-30T23:00:00ZZ", 20 },
	{ "2026-04-30T23:00:00Z ", 20 },
	{ "2026-04-30T23:00:00Z+01:00", 20 },
	{ "2026-04-30T23:00:00+", 20 },
	{ "2026-04-30T23:00:00+1", 21 },
	{ "2026-04-30T23:00:00+01", 22 },
	{ "2026-04-30T23:00:00+0100", 22 },
	{ "2026-04-30T23:00:00+01:", 23 },
	{ "2026-04-30T23:00:00+01:0", 24 },
	{ "2026-04-30T23:00:00+01:00 ", 25 },
	{ "2026-04-30T23:00:00+01:00Z", 25 },
	{ "2026-04-30T23:00:00+24:00", 20 },
	{ "2026-04-30T23:00:00-01:60", 23 },
	{ "2026-04-30T23:00:00\xe2\x88\x92"
	  "01:00",
	  19 },
	{ "2026-04-30T23:00:00GMT", 19 },
};

static void
test_what_is_not_rfc3339_is_refused_at_its_byte(void **state)
{
	UNUSED(state);
	for (size_t i = 0; i < COUNT(REFUSED); i++) {
		struct instant at       = { 4711 };
		int32_t        hour     = 4711;
		size_t         bad_byte = 4712;
		struct span    text     = span_of(REFUSED[i].text);
		if (instant_parse(text, &at, &bad_byte) != ERR_TIME_SYNTAX)
			fail_msg("%s was not refused", REFUSED[i].text);
		if (bad_byte != REFUSED[i].bad_byte)
			fail_msg("%s: byte %zu", REFUSED[i].text, bad_byte);
		assert_int_equal(hour_parse(text, &hour, &bad_byte), ERR_TIME_SYNTAX);
		assert_int_equal(bad_byte, REFUSED[i].bad_byte);
		assert_int_equal(instant_parse(text, &at, NULL), ERR_TIME_SYNTAX);
		assert_int_equal(at.ns, 4711);
		assert_int_equal(hour, 4711);
	}
}

/* Whatever single byte is put wherever: what is still accepted differs only in digits
 * or in the case of letters. */
static void
test_any_one_byte_is_judged_alike(void **state)
{
	UNUSED(state);
	static const char good[] = "2026-04-30T23:00:00.123+02:00";
	enum { SIZE = sizeof(good) - 1 };
	for (size_t i = 0; i < SIZE * 256; i++) {
		char           text[SIZE];
		size_t         at      = i / 256;
		char           c       = (char)(i % 256);
		struct instant instant = { 0 };
		memcpy(text, good, SIZE);
		text[at]    = c;
		bool digit  = c >= '0' && c <= '9';
		bool wanted = good[at] >= '0' && good[at] <= '9' ? digit
		              : good[at] == 'T'                  ? c == 'T' || c == 't'
		              : good[at] == '+'                  ? c == '+' || c == '-'
		              : at == 19                         ? c == '.'
		                                                 : c == good[at];
		bool accepted =
			instant_parse((struct span){ text, SIZE }, &instant, NULL) == ERR_NONE;
		assert_true(wanted || !accepted);
		assert_true(accepted || !wanted || digit);
	}
}

/* Each prefix, in memory that ends with it. */
static void
test_a_cut_moment_is_refused_at_its_end(void **state)
{
	UNUSED(state);
	struct span whole = SPAN("2026-04-30T23:00:00.123456789+02:00");
	for (size_t size = 0; size < whole.size; size++) {
		struct instant at       = { 0 };
		size_t         bad_byte = 0;
		char          *copy     = malloc(size ? size : 1);
		assert_non_null(copy);
		memcpy(copy, whole.at, size);
		assert_int_equal(instant_parse((struct span){ copy, size }, &at, &bad_byte),
		                 ERR_TIME_SYNTAX);
		assert_int_equal(bad_byte, size);
		free(copy);
	}
}

static void
test_moments_that_no_instant_holds(void **state)
{
	UNUSED(state);
	static const char *const texts[] = {
		"1677-09-21T23:59:59Z",      "2262-04-11T23:00:00Z", "2262-04-11T22:59:60Z",
		"0001-01-01T00:00:00Z",      "9999-12-31T23:59:59Z", "0000-01-01T00:00:00Z",
		"1677-09-22T00:00:00+00:01",
	};
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct instant at       = { 4711 };
		size_t         bad_byte = 4712;
		enum err       err      = instant_parse(span_of(texts[i]), &at, &bad_byte);
		/* A 60th second that is none stays a matter of syntax. */
		assert_int_equal(err, texts[i][17] == '6' ? ERR_TIME_SYNTAX : ERR_TIME_RANGE);
		assert_int_equal(at.ns, 4711);
	}
}

static void
test_hours_of_all_years_are_read(void **state)
{
	UNUSED(state);
	static const struct {
		const char *text;
		enum err    err;
		int32_t     hour;
	} rows[] = {
		{ "1970-01-01T00:00:00Z", ERR_NONE, 0 },
		{ "1970-01-01T00:59:59.999999999Z", ERR_NONE, 0 },
		{ "1970-01-01T01:00:00Z", ERR_NONE, 1 },
		{ "1969-12-31T23:59:59Z", ERR_NONE, -1 },
		{ "1969-12-31T23:00:00Z", ERR_NONE, -1 },
		{ "1969-12-31T22:59:59Z", ERR_NONE, -2 },
		{ "0001-01-01T00:00:00Z", ERR_NONE, -17259888 },
		{ "9999-12-31T23:59:59Z", ERR_NONE, 70389527 },
		{ "2026-04-30T23:30:00+05:30", ERR_NONE, 493770 },
		{ "0000-12-31T23:59:59Z", ERR_TIME_RANGE, 0 },
		{ "0001-01-01T00:00:00+00:01", ERR_TIME_RANGE, 0 },
		{ "0000-12-31T23:59:59-00:01", ERR_NONE, -17259888 },
		{ "9999-12-31T23:59:60Z", ERR_TIME_RANGE, 0 },
		{ "9999-12-31T23:59:59-00:01", ERR_TIME_RANGE, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		int32_t hour = 4711;
		if (hour_parse(span_of(rows[i].text), &hour, NULL) != rows[i].err)
			fail_msg("%s", rows[i].text);
		if (hour != (rows[i].err ? 4711 : rows[i].hour))
			fail_msg("%s: %d", rows[i].text, hour);
	}
}

static void
test_dates_are_read_as_their_first_hour(void **state)
{
	UNUSED(state);
	int32_t hour = 4711;
	assert_int_equal(date_parse(SPAN("1970-01-02"), &hour), ERR_NONE);
	assert_int_equal(hour, 24);
	assert_int_equal(date_parse(SPAN("1969-12-31"), &hour), ERR_NONE);
	assert_int_equal(hour, -24);
	assert_int_equal(date_parse(SPAN("0001-01-01"), &hour), ERR_NONE);
	assert_int_equal(hour, -17259888);
	assert_int_equal(date_parse(SPAN("9999-12-31"), &hour), ERR_NONE);
	assert_int_equal(hour, 70389504);
	assert_false(hour_is_answerable(hour));
	assert_int_equal(date_parse(SPAN("2259-12-31"), &hour), ERR_NONE);
	assert_true(hour_is_answerable(hour));
	assert_int_equal(date_parse(SPAN("1680-01-01"), &hour), ERR_NONE);
	assert_true(hour_is_answerable(hour));

	static const char *const refused[] = {
		"",           "2026-04-3",  "2026-04-301", "2026-04-31",  "2026-02-29",
		"2026-13-01", "2026-00-01", "2026-01-00",  "2026/01/01",  "20260101",
		"0000-01-01", " 2026-01-1", "2026-01-0x",  "2026-01-01T", "2026-01-01T00:00:00Z",
	};
	for (size_t i = 0; i < COUNT(refused); i++) {
		hour = 4711;
		assert_int_equal(date_parse(span_of(refused[i]), &hour), ERR_TIME_SYNTAX);
		assert_int_equal(hour, 4711);
	}
}

static void
assert_written(const char *found, size_t size, const char *wanted)
{
	if (!span_equal((struct span){ found, size }, span_of(wanted)))
		fail_msg("%.*s, wanted %s", (int)size, found, wanted);
}

static void
test_moments_are_written(void **state)
{
	UNUSED(state);
	static const struct {
		int64_t     ns;
		const char *wanted;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ 1, "1970-01-01T00:00:00.000000001Z" },
		{ -1, "1969-12-31T23:59:59.999999999Z" },
		{ 500000000, "1970-01-01T00:00:00.5Z" },
		{ 120000, "1970-01-01T00:00:00.00012Z" },
		{ INT64_C(1777590000123000000), "2026-04-30T23:00:00.123Z" },
		{ INT64_MIN, "1677-09-21T00:12:43.145224192Z" },
		{ INT64_MAX, "2262-04-11T23:47:16.854775807Z" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[INSTANT_SIZE];
		memset(out, 'x', sizeof(out));
		size_t size = instant_format((struct instant){ rows[i].ns }, out);
		assert_written(out, size, rows[i].wanted);
		assert_int_equal(out[size], 0);
		memset(out, 'x', sizeof(out));
		size = hour_format((int32_t)i, out);
		assert_int_equal(out[size], 0);
	}
}

static void
test_what_is_written_reads_back(void **state)
{
	UNUSED(state);
	uint64_t seed = 20260430;
	for (int i = 0; i < 20000; i++) {
		seed       = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		int64_t ns = (int64_t)(seed >> 2) - (INT64_C(1) << 61);
		/* Fewer and fewer digits, so that zeros are cut. */
		ns -= i % 3 == 0 ? ns % 1000000 : 0;
		ns -= i % 5 == 0 ? ns % NS_PER_SECOND : 0;
		char           out[INSTANT_SIZE];
		struct instant back = { 0 };
		size_t         size = instant_format((struct instant){ ns }, out);
		assert_int_equal(instant_parse((struct span){ out, size }, &back, NULL), ERR_NONE);
		assert_int_equal(back.ns, ns);
	}
}

static void
test_L1_an_event_belongs_to_the_hour_that_contains_it(void **state)
{
	UNUSED(state);
	static const struct {
		int64_t ns;
		int32_t hour;
	} rows[] = {
		{ 0, 0 },
		{ NS_PER_HOUR - 1, 0 },
		{ NS_PER_HOUR, 1 },
		{ -1, -1 },
		{ -NS_PER_HOUR, -1 },
		{ -NS_PER_HOUR - 1, -2 },
		{ INT64_MAX, 2562047 },
		{ INT64_MIN, -2562048 },
	};
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(hour_of((struct instant){ rows[i].ns }), rows[i].hour);
	assert_int_equal(hour_start(-1).ns, -NS_PER_HOUR);
	assert_int_equal(hour_start(2562047).ns, 2562047 * NS_PER_HOUR);
	assert_int_equal(hour_start(-2562024).ns, -2562024 * NS_PER_HOUR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_moments_are_read_exactly),
		cmocka_unit_test(test_what_is_not_rfc3339_is_refused_at_its_byte),
		cmocka_unit_test(test_any_one_byte_is_judged_alike),
		cmocka_unit_test(test_a_cut_moment_is_refused_at_its_end),
		cmocka_unit_test(test_moments_that_no_instant_holds),
		cmocka_unit_test(test_hours_of_all_years_are_read),
		cmocka_unit_test(test_dates_are_read_as_their_first_hour),
		cmocka_unit_test(test_moments_are_written),
		cmocka_unit_test(test_what_is_written_reads_back),
		cmocka_unit_test(test_L1_an_event_belongs_to_the_hour_that_contains_it),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
