/* test_law.c - made-up accounts: what must hold of every month, and the same months counted
 * anew from the list of events by other means.
 *
 * The second counting knows no books: it walks the events for each line, keeps its sets as
 * lists of texts, and rounds by whole numbers of its own. */
#include "core/flex/share.h"

#include "flex_fixture.h"

enum { EVENTS_MAX = 400, KEYS_MAX = 8, ROUNDS = 60, HOURS_MAX = 24 * 120 };

static uint64_t seed;

static uint32_t
drawn(uint32_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)((seed >> 33) % below);
}

/* Types by the fold that they are for; the meters of the catalogue are not asked. */
enum way { COUNTED, SUMMED, DISTINCT, WINDOWED, DAILY, MEANT };

struct source {
	const char *type, *metric, *data; /* data takes the number */
	enum way    way;
	int64_t     units, per, allowance; /* units and allowance in millionths */
};

static const struct source sources[] = {
	{ "sto.scan", "sto.scan", "", COUNTED, 1000000, 1, 0 },
	{ "sast.scan", "sast.scan", "", COUNTED, 2000000, 1, 0 },
	{ "ff.event", "ff.event", "\"count\":\"%lld.%06lld\"", SUMMED, 1000000, 4000, 0 },
	{ "policy.evaluation", "policy.evaluation", "\"count\":\"%lld.%06lld\"", SUMMED, 100000, 1,
	  100000000 },
	{ "ccm.spend", "ccm.autostopping", "\"sku\":\"autostopping\",\"amount\":\"%lld.%06lld\"",
	  SUMMED, 1000000, 67, 0 },
	{ "iacm.host", "iacm.host", "", DISTINCT, 8000000, 1, 0 },
	{ "api.tested", "api.tested", "", DISTINCT, 1750000, 1, 0 },
	{ "cd.deployment", "cd.service", "\"deployment_type\":\"SSH\"", WINDOWED, 180000000, 1, 0 },
	{ "ci.build", "ci.repository", "", DAILY, 60000000, 1, 0 },
	{ "code.storage", "code.storage", "\"gigabytes\":\"%lld.%06lld\"", MEANT, 2000000, 1,
	  250000000 },
};
enum { SOURCES = sizeof(sources) / sizeof(sources[0]) };

struct deed {
	uint32_t source;
	uint32_t key;
	int32_t  hour;
	uint32_t minute;
	int64_t  number;
};

static struct deed deeds[EVENTS_MAX];
static uint32_t    deeds_count;

static int32_t first_hour; /* of all deeds */

static void
deeds_make(void)
{
	first_hour  = hour_at("2027-12-20T00:00:00Z"); /* with a leap February */
	deeds_count = 50 + drawn(EVENTS_MAX - 50);
	for (uint32_t i = 0; i < deeds_count; i++) {
		struct deed *deed = &deeds[i];
		char         time[INSTANT_SIZE], data[128], subject[8];
		deed->source   = drawn(SOURCES);
		deed->key      = drawn(KEYS_MAX);
		deed->hour     = first_hour + (int32_t)drawn(HOURS_MAX);
		deed->minute   = i % 60;
		deed->number   = (int64_t)drawn(400) * 1000000 + drawn(1000000);
		int64_t minute = (int64_t)deed->hour * 60 + deed->minute;

		instant_format((struct instant){ minute * 60 * NS_PER_SECOND }, time);
		snprintf(subject, sizeof(subject), "k%u", deed->key);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(data, sizeof(data), sources[deed->source].data,
		         (long long)(deed->number / 1000000), (long long)(deed->number % 1000000));
#pragma GCC diagnostic pop
		happened(sources[deed->source].type, subject, time, data);
	}
}

/* ---- the second counting ---- */

/* numerator / denominator, a half to the even one. */
static int64_t
rounded(i128 numerator, i128 denominator)
{
	i128 low = numerator / denominator;
	i128 two = 2 * (numerator - low * denominator);

	if (two > denominator || (two == denominator && low % 2 != 0))
		low++;
	return (int64_t)low;
}

static bool
seen(uint32_t source, uint32_t key, int32_t from, int32_t until)
{
	for (uint32_t i = 0; i < deeds_count; i++) {
		if (deeds[i].source == source && deeds[i].key == key && deeds[i].hour >= from &&
		    deeds[i].hour < until)
			return true;
	}
	return false;
}

static int64_t
keys_seen(uint32_t source, int32_t from, int32_t until)
{
	int64_t count = 0;

	for (uint32_t key = 0; key < KEYS_MAX; key++)
		count += seen(source, key, from, until);
	return count * 1000000;
}

/* The last report of the hour, or the larger of two at one time; -1: none. */
static int64_t
reported(uint32_t source, uint32_t key, int32_t hour)
{
	int64_t  value  = -1;
	uint32_t minute = 0;

	for (uint32_t i = 0; i < deeds_count; i++) {
		const struct deed *deed = &deeds[i];
		if (deed->source != source || deed->key != key || deed->hour != hour)
			continue;
		if (value < 0 || deed->minute > minute ||
		    (deed->minute == minute && deed->number > value)) {
			value  = deed->number;
			minute = deed->minute;
		}
	}
	return value;
}

static int64_t
meant(uint32_t source, int32_t from, int32_t until)
{
	int64_t quantity = 0;

	for (uint32_t key = 0; key < KEYS_MAX; key++) {
		int64_t sum = 0, count = 0;
		for (int32_t hour = from; hour < until; hour++) {
			int64_t value = reported(source, key, hour);
			sum += value < 0 ? 0 : value;
			count += value >= 0;
		}
		if (count > 0)
			quantity += rounded(sum, count);
	}
	return quantity;
}

static int64_t
counted(uint32_t source, int32_t start, int32_t from, int32_t until)
{
	int64_t quantity = 0;

	switch (sources[source].way) {
	case COUNTED:
	case SUMMED:
		for (uint32_t i = 0; i < deeds_count; i++) {
			if (deeds[i].source == source && deeds[i].hour >= from &&
			    deeds[i].hour < until)
				quantity +=
					sources[source].way == SUMMED ? deeds[i].number : 1000000;
		}
		return quantity;
	case DISTINCT:
		return keys_seen(source, from, until);
	case WINDOWED:
		return keys_seen(source, until - 720 > start ? until - 720 : start, until);
	case DAILY:
		for (int32_t day = from - (from % 24 + 24) % 24; day < until; day += 24) {
			int64_t keys = keys_seen(source, day > from ? day : from,
			                         day + 24 < until ? day + 24 : until);
			quantity     = keys > quantity ? keys : quantity;
		}
		return quantity;
	case MEANT:
		return meant(source, from, until);
	}
	return -1;
}

/* Units of a month, by its hours alone. */
static int64_t
priced(uint32_t source, int64_t quantity, int64_t hours, int64_t of)
{
	const struct source *row      = &sources[source];
	bool                 discrete = row->way == COUNTED || row->way == SUMMED;
	int64_t              billable = quantity - rounded((i128)row->allowance * hours, of);

	if (billable <= 0)
		return 0;
	i128 above = (i128)billable * row->units * (discrete ? 1 : hours);
	i128 below = (i128)row->per * 1000000 * (discrete ? 1 : of);
	return rounded(above, below);
}

/* ---- the laws ---- */

static void
assert_shares(const struct flex_statement *statement)
{
	for (uint32_t by = 0; by < FLEX_BYS; by++) {
		const struct flex_share *shares;
		uint32_t                 count;
		int64_t                  sum = 0;
		flex_shares(&statement->use, &statement->month, (enum flex_by)by, &arena, &shares,
		            &count);
		for (uint32_t i = 0; i < count; i++) {
			sum += shares[i].units;
			if (i > 0 && by != FLEX_BY_DAY && by != FLEX_BY_ACTIVITY)
				assert_true(shares[i - 1].units >= shares[i].units);
		}
		assert_int_equal(sum, statement->month.units);
	}
}

static void
assert_month(const struct flex_statement *statement, int32_t start)
{
	const struct flex_period *period = &statement->month.period;
	const struct flex_pool   *pool   = &statement->pool;
	int64_t                   units  = 0;
	uint32_t                  lines  = 0;

	for (uint32_t i = 0; i < statement->month.lines_count; i++)
		units += statement->month.lines[i].units;
	assert_int_equal(units, statement->month.units);
	assert_int_equal(pool->opening + pool->topups - pool->drawn, pool->closing);
	assert_int_equal(pool->free_used + pool->drawn + pool->overage, units);
	assert_true(pool->free_used <= pool->free);
	assert_true(pool->overage == 0 || pool->closing == 0);

	for (uint32_t source = 0; source < SOURCES; source++) {
		const char *metric   = sources[source].metric;
		int64_t     quantity = counted(source, start, period->from, period->until);
		/* Essentials have no services, enterprise no priced evaluations. */
		if (!catalog_rate_find(statement->use.card, statement->use.tier, span_of(metric)))
			continue;
		lines += quantity > 0;
		if (quantity == 0)
			continue;
		struct flex_line line = line_of(statement, metric);
		int64_t          own  = line.rate->unlimited
		                                ? 0
		                                : priced(source, quantity, period->fraction.hours,
		                                         period->fraction.of);
		assert_int_equal(line.quantity, quantity);
		assert_int_equal(line.units, own);
	}
	assert_int_equal(lines, statement->month.lines_count);
}

static const char *
random_contract(int32_t *start)
{
	static char       json[1024];
	static const char form[] =
		"{\"id\":\"f\",\"model\":\"FLEX\",\"plan\":\"ENTERPRISE\",\"kind\":\"PAID\","
		"\"start\":\"%.*s\",\"end\":\"%.*s\",\"flex\":{\"tier\":\"%s\",\"units\":%u,"
		"\"topups\":[{\"at\":\"%.*s\",\"units\":\"%u.5\"},{\"at\":\"%.*s\",\"units\":%u}]}"
		"}";
	char    texts[4][INSTANT_SIZE];
	int     sizes[4];
	int32_t begin    = first_hour + (int32_t)drawn(HOURS_MAX / 2);
	int32_t hours    = 1 + (int32_t)drawn(HOURS_MAX);
	int32_t times[4] = { begin, begin + hours, begin + (int32_t)drawn((uint32_t)hours),
		             begin + (int32_t)drawn((uint32_t)hours) };

	for (uint32_t i = 0; i < 4; i++)
		sizes[i] = (int)hour_format(times[i], texts[i]);
	snprintf(json, sizeof(json), form, sizes[0], texts[0], sizes[1], texts[1],
	         drawn(2) ? "essentials" : "enterprise", drawn(3000), sizes[2], texts[2],
	         drawn(500), sizes[3], texts[3], drawn(500));
	*start = begin;
	return json;
}

/* Lines add up, the pool balances, months follow on each other, and all of it is what the
 * second counting has: F-3, F-4, F-5, F-6, F-11, F-12. */
static void
test_F6_months_of_made_up_accounts(void **state)
{
	uint32_t months = 0;

	for (seed = 1; seed <= ROUNDS; seed++) {
		uint64_t              kept = seed;
		int32_t               start;
		int64_t               closing = -1;
		struct flex_walk      walk;
		struct flex_statement statement, asked;
		test_begin(state);
		seed = kept * UINT64_C(0x9e3779b97f4a7c15);
		deeds_make();
		contracted(random_contract(&start));
		struct flex_question question = asked_at("2028-12-01T00:00:00Z");
		question.at_hour = first_hour + HOURS_MAX - (int32_t)drawn(HOURS_MAX / 2);
		if (question.at_hour <= start)
			question.at_hour = start;
		flex_walk_open(&walk, &question, SPAN("f"), start);
		while (flex_walk_next(&walk, &arena, &statement)) {
			assert_true(closing < 0 || closing == statement.pool.opening);
			closing = statement.pool.closing;
			assert_month(&statement, start);
			assert_shares(&statement);
			/* Asked by itself, a month says the same. */
			struct flex_question alone = question;
			alone.at_hour              = statement.month.period.until - 1;
			assert_int_equal(flex_statement(&alone, &arena, &asked, NULL), ERR_NONE);
			assert_memory_equal(&asked.pool, &statement.pool, sizeof(asked.pool));
			months++;
		}
		assert_true(closing >= 0);
		test_end(state);
		seed = kept;
	}
	assert_true(months > ROUNDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_F6_months_of_made_up_accounts),
	};
	return cmocka_run_group_tests(tests, group_begin, group_end);
}
