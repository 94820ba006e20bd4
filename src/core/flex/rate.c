/* rate.c - charges quantities by the slices of a rate, and says what it is (F-4, F-5). */
#include "core/flex/rate.h"

#include "core/base/text.h"

enum { MONTH_HOURS_MAX = 31 * 24 };

#define CENT (MILLIONTHS / 100)

bool
rate_is_discrete(const struct catalog_rate *rate)
{
	return rate->fold == RATE_COUNT || rate->fold == RATE_SUM;
}

int64_t
fraction_of(struct flex_fraction fraction, int64_t millionths)
{
	CHECK(fraction.hours > 0);
	CHECK(fraction.hours <= fraction.of);
	return divide_half_even((i128)millionths * fraction.hours, fraction.of);
}

/* A sum of fractions with different divisors: whole and rest / divisor. */
struct exact {
	i128 whole;
	i128 rest;
	i128 divisor;
};

/* The least number that every divisor of the slices divides: the catalogue's check has seen
 * that there is one. */
static int64_t
slices_per(const struct catalog_rate *rate)
{
	int64_t common = 1;

	for (uint32_t i = 0; i < rate->slices_count; i++) {
		int64_t x = common, y = rate->slices[i].per;
		while (y != 0) {
			int64_t rest = x % y;
			x            = y;
			y            = rest;
		}
		CHECK(x > 0);
		common = common / x * rate->slices[i].per;
	}
	CHECK(common >= 1 && common <= CATALOG_NUMBER_MAX);
	return common;
}

/* Adds quantity * units / per * hours / of. A remainder is below its own divisor, which
 * divides that of the sum. */
static void
exact_add(struct exact *sum, const struct catalog_slice *slice, int64_t quantity,
          struct flex_fraction fraction)
{
	i128 product = (i128)quantity * slice->units_millionths * fraction.hours;
	i128 divisor = (i128)slice->per * MILLIONTHS * fraction.of;

	CHECK(sum->divisor % divisor == 0);
	sum->whole += product / divisor;
	sum->rest += product % divisor * (sum->divisor / divisor);
	sum->whole += sum->rest / sum->divisor;
	sum->rest %= sum->divisor;
}

static int64_t
exact_round(const struct exact *sum)
{
	if (sum->whole >= INT64_MAX)
		return INT64_MAX;
	/* The divisor is at most 744 * 10^15: the product has less than 128 bits. */
	return divide_half_even(sum->whole * sum->divisor + sum->rest, sum->divisor);
}

/* Each slice of the quantity at its own rate; rounded once, on the sum, so that a bill does
 * not depend on how the card happens to be cut. */
static int64_t
slices_charge(const struct catalog_rate *rate, int64_t quantity, struct flex_fraction fraction)
{
	struct exact sum   = { .divisor = (i128)slices_per(rate) * MILLIONTHS * fraction.of };
	int64_t      below = 0;

	for (uint32_t i = 0; i < rate->slices_count && below < quantity; i++) {
		const struct catalog_slice *slice = &rate->slices[i];
		int64_t                     up_to =
                        quantity < slice->up_to_millionths ? quantity : slice->up_to_millionths;
		CHECK(up_to > below);
		exact_add(&sum, slice, up_to - below, fraction);
		below = up_to;
	}
	CHECK(below == quantity);
	return exact_round(&sum);
}

struct flex_line
rate_charge(const struct catalog_rate *rate, int64_t quantity, struct flex_fraction fraction)
{
	const struct flex_fraction whole = { 1, 1 };
	struct flex_line           line  = { .rate = rate, .quantity = quantity };

	CHECK(quantity >= 0);
	CHECK(fraction.hours > 0 && fraction.hours <= fraction.of);
	CHECK(fraction.of <= MONTH_HOURS_MAX);
	line.allowance = fraction_of(fraction, rate->allowance_millionths);
	line.billable  = quantity > line.allowance ? quantity - line.allowance : 0;
	if (!rate->unlimited && line.billable > 0)
		line.units = slices_charge(rate, line.billable,
		                           rate_is_discrete(rate) ? whole : fraction);
	CHECK(line.units >= 0);
	return line;
}

int64_t
flex_amount(int64_t units, int64_t price)
{
	int64_t cents = divide_half_even((i128)units * price, (i128)MILLIONTHS * CENT);

	if (cents > INT64_MAX / CENT)
		cents = INT64_MAX / CENT;
	if (cents < -(INT64_MAX / CENT))
		cents = -(INT64_MAX / CENT);
	return cents * CENT;
}

/* ---- in words ---- */

static void
decimal_add(struct text *text, int64_t millionths)
{
	char written[DECIMAL_SIZE];

	text_add(text, (struct span){ written, decimal_format(millionths, written) });
}

struct span
rate_words(const struct catalog_rate *rate, struct arena *arena)
{
	struct text text;

	if (rate->unlimited)
		return SPAN("unlimited");
	if (rate->slices_count != 1)
		return SPAN("graduated");
	text_open(&text, arena);
	decimal_add(&text, rate->slices[0].units_millionths);
	if (rate->slices[0].per != 1) {
		text_add(&text, SPAN(" per "));
		text_add_int(&text, rate->slices[0].per);
	}
	return text_span(&text);
}
