/* test_decimal.c - quantities as written, as millionths, and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/decimal.h"

#define UNUSED(x) (void)(x)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

__extension__ typedef __int128 i128;

static void
test_E5_decimals_are_read_as_millionths(void **state)
{
	UNUSED(state);
	static const struct {
		const char *text;
		int64_t     millionths;
	} rows[] = {
		{ "0", 0 },
		{ "-0", 0 },
		{ "-0.0", 0 },
		{ "0.000000", 0 },
		{ "1", 1000000 },
		{ "12", 12000000 },
		{ "6250", 6250000000 },
		{ "12.5", 12500000 },
		{ "0.000001", 1 },
		{ "0.1", 100000 },
		{ "1.000000", 1000000 },
		{ "123456.654321", 123456654321 },
		{ "1e3", 1000000000 },
		{ "1E3", 1000000000 },
		{ "1e+3", 1000000000 },
		{ "1e03", 1000000000 },
		{ "1e0", 1000000 },
		{ "1e-0", 1000000 },
		{ "1e-6", 1 },
		{ "1.5E-3", 1500 },
		{ "1.5e-5", 15 },
		{ "12.5e2", 1250000000 },
		{ "0e5", 0 },
		{ "0e999999", 0 },
		{ "-0e999999999999999999999999", 0 },
		{ "0.000000e400", 0 },
		/* The exponent moves the point: the sixth place is the last. */
		{ "1.0000000e1", 10000000 },
		{ "0.0000001e1", 1 },
		{ "0.00000000000000000000000000000000000012e37", 1200000 },
		{ "999999999999", INT64_C(999999999999000000) },
		{ "1000000000000", INT64_C(1000000000000000000) },
		{ "9199999999999.999999", QUANTITY_END - 1 },
		{ "9199999999999999999e-6", QUANTITY_END - 1 },
		{ "9e12", INT64_C(9000000000000000000) },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t  found = 4711;
		enum err err   = decimal_parse(span_of(rows[i].text), &found);
		if (err)
			fail_msg("%s: %s", rows[i].text, err_name(err).at);
		if (found != rows[i].millionths)
			fail_msg("%s: %lld", rows[i].text, (long long)found);
	}
}

static void
all_refused(const char *const *texts, size_t count, enum err wanted)
{
	for (size_t i = 0; i < count; i++) {
		int64_t  found = 4711;
		enum err err   = decimal_parse(span_of(texts[i]), &found);
		if (err != wanted)
			fail_msg("%s: %s", texts[i], err_name(err).at);
		assert_int_equal(found, 4711);
	}
}

static void
test_E5_what_is_no_decimal_is_refused(void **state)
{
	UNUSED(state);
	static const char *const texts[] = {
		"",
		"-",
		"+",
		"+1",
		".",
		".5",
		"-.5",
		"5.",
		"1.e1",
		"e",
		"e1",
		"1e",
		"1e+",
		"1e-",
		"1e1.5",
		"1ee1",
		"00",
		"01",
		"-01",
		"00.5",
		" 1",
		"1 ",
		"1 2",
		"1,5",
		"1_000",
		"0x1f",
		"1f",
		"a",
		"--1",
		"1-",
		"NaN",
		"nan",
		"-NaN",
		"Infinity",
		"-Infinity",
		"inf",
		"null",
		"1.2.3",
		"\"1\"",
		"1e1e1",
		"12x",
		"x12",
		"123456789012x",
		"1\n",
		"\xef\xbc\x91",
	};
	all_refused(texts, COUNT(texts), ERR_QUANTITY_SYNTAX);
	int64_t found = 4711;
	assert_int_equal(decimal_parse((struct span){ "1\0", 2 }, &found), ERR_QUANTITY_SYNTAX);
	assert_int_equal(decimal_parse((struct span){ NULL, 0 }, &found), ERR_QUANTITY_SYNTAX);
	assert_int_equal(found, 4711);
}

static void
test_E5_below_zero_is_refused(void **state)
{
	UNUSED(state);
	static const char *const texts[] = {
		"-1", "-0.000001", "-0.0000000001", "-1e400", "-1e-400", "-99999999999999999999999",
	};
	all_refused(texts, COUNT(texts), ERR_QUANTITY_NEGATIVE);
}

static void
test_E5_seventh_decimal_is_refused(void **state)
{
	UNUSED(state);
	static const char *const texts[] = {
		"1.0000000",
		"0.0000000",
		"-0.0000000",
		"0.0000001",
		"1.1234567",
		"1e-7",
		"10e-7",
		"0e-7",
		"1e-400",
		"1.5e-6",
		"0.1e-6",
		"1e-9999999999",
		"1e-99999999999999999",
		"99999999999999999999.0000000",
	};
	all_refused(texts, COUNT(texts), ERR_QUANTITY_DECIMALS);
}

static void
test_E5_from_9_2e12_on_is_refused(void **state)
{
	UNUSED(state);
	static const char *const texts[] = {
		"9200000000000",
		"9200000000000.000000",
		"9.2e12",
		"1e13",
		"1e18",
		"1e19",
		"1e400",
		"1e999999999",
		"1e9223372036854775807",
		"1e9223372036854775808",
		"1e99999999999999999999999999999",
		"0.000001e19",
		"9223372036854775807",
		"9223372036854775808",
		"18446744073709551617",
		"99999999999999999999999999999999999999999999",
		"9999999999999.999999",
		"1000000000000000000000000000000000000e-6",
	};
	all_refused(texts, COUNT(texts), ERR_QUANTITY_TOO_LARGE);
}

/* A megabyte of digits is read once, not raised to a power. */
static void
test_long_texts_end(void **state)
{
	UNUSED(state);
	enum { SIZE = 1 << 20 };
	char *text = malloc(SIZE);
	assert_non_null(text);
	int64_t found = 4711;
	memset(text, '9', SIZE);
	assert_int_equal(decimal_parse((struct span){ text, SIZE }, &found),
	                 ERR_QUANTITY_TOO_LARGE);
	text[1] = 'e';
	assert_int_equal(decimal_parse((struct span){ text, SIZE }, &found),
	                 ERR_QUANTITY_TOO_LARGE);
	text[2] = '-';
	assert_int_equal(decimal_parse((struct span){ text, SIZE }, &found), ERR_QUANTITY_DECIMALS);
	memset(text, '0', SIZE);
	text[1] = '.';
	assert_int_equal(decimal_parse((struct span){ text, SIZE }, &found), ERR_QUANTITY_DECIMALS);
	/* As many places as the exponent takes back: 0.000...01e1048570 is 1. */
	memcpy(text + SIZE - 9, "1e1048566", 9);
	assert_int_equal(decimal_parse((struct span){ text, SIZE }, &found), ERR_NONE);
	assert_int_equal(found, MILLIONTHS);
	free(text);
}

static uint64_t
random_next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 11;
}

/* Law: 12.34, 1234e-2 and 0.1234e2 are one number. */
static void
test_E5_point_and_exponent_agree(void **state)
{
	UNUSED(state);
	uint64_t seed = 4711;
	for (int i = 0; i < 20000; i++) {
		uint64_t n      = random_next(&seed) >> (random_next(&seed) % 52);
		int      places = (int)(random_next(&seed) % 7);
		uint64_t power  = 1;
		for (int place = 0; place < places; place++)
			power *= 10;
		i128     exact  = (i128)n * 1000000 / (i128)power;
		enum err wanted = exact < QUANTITY_END ? ERR_NONE : ERR_QUANTITY_TOO_LARGE;

		char texts[3][64];
		int  digits = snprintf(texts[0], sizeof(texts[0]), "%llu", (unsigned long long)n);
		snprintf(texts[1], sizeof(texts[1]), "%llue-%d", (unsigned long long)n, places);
		snprintf(texts[2], sizeof(texts[2]), "0.%llue%d", (unsigned long long)n,
		         digits - places);
		if (places > 0)
			snprintf(texts[0], sizeof(texts[0]), "%llu.%0*llu",
			         (unsigned long long)(n / power), places,
			         (unsigned long long)(n % power));
		for (size_t form = 0; form < COUNT(texts); form++) {
			int64_t found = 0;
			if (decimal_parse(span_of(texts[form]), &found) != wanted)
				fail_msg("%s", texts[form]);
			if (!wanted && found != exact)
				fail_msg("%s: %lld", texts[form], (long long)found);
		}
	}
}

static void
test_decimals_are_written(void **state)
{
	UNUSED(state);
	static const struct {
		int64_t     millionths;
		const char *wanted;
	} rows[] = {
		{ 0, "0" },
		{ 1, "0.000001" },
		{ -1, "-0.000001" },
		{ 10, "0.00001" },
		{ 100000, "0.1" },
		{ 999999, "0.999999" },
		{ 1000000, "1" },
		{ 1000001, "1.000001" },
		{ 12500000, "12.5" },
		{ -12500000, "-12.5" },
		{ 6250000000, "6250" },
		{ 10010000, "10.01" },
		{ QUANTITY_END - 1, "9199999999999.999999" },
		{ INT64_MAX, "9223372036854.775807" },
		{ INT64_MIN, "-9223372036854.775808" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		char   out[DECIMAL_SIZE];
		size_t size = decimal_format(rows[i].millionths, out);
		if (!span_equal((struct span){ out, size }, span_of(rows[i].wanted)))
			fail_msg("%.*s, wanted %s", (int)size, out, rows[i].wanted);
	}
}

static void
test_what_is_written_reads_back(void **state)
{
	UNUSED(state);
	uint64_t seed = 20260430;
	for (int i = 0; i < 50000; i++) {
		uint64_t wide = random_next(&seed) << 10 | random_next(&seed) % 1024;
		int64_t  wanted =
			(int64_t)((wide >> (random_next(&seed) % 63)) % (uint64_t)QUANTITY_END);
		char    out[DECIMAL_SIZE];
		int64_t found = -1;
		size_t  size  = decimal_format(wanted, out);
		assert_int_equal(decimal_parse((struct span){ out, size }, &found), ERR_NONE);
		assert_int_equal(found, wanted);
	}
}

static void
test_L60_percent_is_rounded_half_up(void **state)
{
	UNUSED(state);
	static const struct {
		int64_t part, whole, wanted;
	} rows[] = {
		{ 0, 1, 0 },
		{ 1, 1, 10000 },
		{ 47, 43, 10930 },
		{ 1, 3, 3333 },
		{ 2, 3, 6667 },
		{ 1, 8, 1250 },
		/* 0.125 % and 0.115 %: the half goes up. */
		{ 125, 100000, 13 },
		{ 115, 100000, 12 },
		{ 1, 20000, 1 },
		{ 1, 20001, 0 },
		{ 1, 19999, 1 },
		{ 47 * MILLIONTHS, 43 * MILLIONTHS, 10930 },
		{ INT64_MAX, INT64_MAX, 10000 },
		{ INT64_MAX - 1, INT64_MAX, 10000 },
		{ QUANTITY_END - 1, MILLIONTHS, INT64_C(92000000000000000) },
		{ INT64_MAX, 1, INT64_MAX },
		{ INT64_MAX, 9999, INT64_MAX },
		{ INT64_MAX, 10001, INT64_C(9222449791875588248) },
		{ 1, INT64_MAX, 0 },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t found = percent_hundredths(rows[i].part, rows[i].whole);
		if (found != rows[i].wanted)
			fail_msg("%lld of %lld: %lld", (long long)rows[i].part,
			         (long long)rows[i].whole, (long long)found);
	}
}

/* Law: the percentage p is the nearest: |p * whole - part * 10000| <= whole / 2. */
static void
test_L60_percent_is_the_nearest(void **state)
{
	UNUSED(state);
	uint64_t seed = 60;
	for (int i = 0; i < 50000; i++) {
		int64_t part  = (int64_t)(random_next(&seed) >> (random_next(&seed) % 40));
		int64_t whole = 1 + (int64_t)(random_next(&seed) >> (random_next(&seed) % 40));
		int64_t found = percent_hundredths(part, whole);
		if (found == INT64_MAX)
			continue;
		i128 twice_off = 2 * ((i128)found * whole - (i128)part * 10000);
		assert_true(twice_off <= whole && twice_off > -(i128)whole);
	}
}

static void
test_ceil_divide_rounds_up(void **state)
{
	UNUSED(state);
	assert_int_equal(ceil_divide(0, 7), 0);
	assert_int_equal(ceil_divide(1, 7), 1);
	assert_int_equal(ceil_divide(7, 7), 1);
	assert_int_equal(ceil_divide(8, 7), 2);
	assert_int_equal(ceil_divide(INT64_MAX, 1), INT64_MAX);
	assert_int_equal(ceil_divide(INT64_MAX, 2), INT64_C(1) << 62);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_E5_decimals_are_read_as_millionths),
		cmocka_unit_test(test_E5_what_is_no_decimal_is_refused),
		cmocka_unit_test(test_E5_below_zero_is_refused),
		cmocka_unit_test(test_E5_seventh_decimal_is_refused),
		cmocka_unit_test(test_E5_from_9_2e12_on_is_refused),
		cmocka_unit_test(test_long_texts_end),
		cmocka_unit_test(test_E5_point_and_exponent_agree),
		cmocka_unit_test(test_decimals_are_written),
		cmocka_unit_test(test_what_is_written_reads_back),
		cmocka_unit_test(test_L60_percent_is_rounded_half_up),
		cmocka_unit_test(test_L60_percent_is_the_nearest),
		cmocka_unit_test(test_ceil_divide_rounds_up),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
