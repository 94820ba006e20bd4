/* test_credits.c - build credits over a whole engine (L-50 to L-52). */
#define _GNU_SOURCE

#include "../engine/engine_fixture.h"

static int
site_open(void **state)
{
	struct fixture *site = calloc(1, sizeof(*site));
	assert_non_null(site);
	fixture_open(site);
	assert_int_equal(instant_parse(SPAN("2025-12-01T00:00:00Z"), &site->now, NULL), ERR_NONE);
	fixture_engine(site, store_memory_open());
	fixture_account(site, "acme");
	assert_int_equal(instant_parse(SPAN("2026-11-22T00:00:00Z"), &site->now, NULL), ERR_NONE);
	*state = site;
	return 0;
}

static int
site_close(void **state)
{
	struct fixture *site = *state;
	engine_close(site->engine);
	fixture_close(site);
	free(site);
	return 0;
}

static enum err
put(struct fixture *site, const char *json, struct refusal *refusal)
{
	struct span answer;
	return engine_contract_put(site->engine, &BY_TEST, SPAN("acme"), span_of(json),
	                           &site->arena, &answer, refusal);
}

/* A contract of 2026 with these credits, {} for modules when NULL. */
static void
contract(struct fixture *site, const char *plan, const char *credits, const char *more)
{
	struct refusal refusal = { .err = ERR_NONE };
	char           json[2048];
	snprintf(json, sizeof json,
	         "{\"id\":\"a\",\"model\":\"DEVELOPER_360\",\"plan\":\"%s\",\"kind\":\"PAID\","
	         "\"start\":\"2026-01-01T00:00:00Z\",\"end\":\"2027-01-01T00:00:00Z\","
	         "\"modules\":{\"CI\":{\"developers\":3}},\"credits\":[%s]%s}",
	         plan, credits, more);
	if (put(site, json, &refusal) != ERR_NONE)
		fail_msg("put: %s", refusal.detail);
}

/* A hosted build; machine is what stands behind "hosted":true. */
static void
build(struct fixture *site, const char *id, const char *time, const char *minutes,
      const char *machine)
{
	char line[1024];
	snprintf(
		line, sizeof line,
		"{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"ci\",\"type\":\"ci.build\","
		"\"account\":\"acme\",\"subject\":\"repo\",\"time\":\"%s\",\"data\":{\"org\":\"o\","
		"\"project\":\"p\",\"minutes\":%s,%s}}\n",
		id, time, minutes, machine);
	struct ingest_counts counts = fixture_ingest(site, span_of(line));
	assert_int_equal(counts.accepted, 1);
}

static struct span
credits(struct fixture *site, const char *at, const char *known_at)
{
	struct question question = { .account  = SPAN("acme"),
		                     .at       = span_of(at),
		                     .known_at = span_of(known_at) };
	struct refusal  refusal  = { .err = ERR_NONE };
	struct span     answer;
	enum err err = engine_credits(site->engine, &question, &site->arena, &answer, &refusal);
	if (err != ERR_NONE)
		fail_msg("credits: %s", refusal.detail);
	return answer;
}

static void
assert_has(struct span text, const char *piece)
{
	if (!memmem(text.at, text.size, piece, strlen(piece)))
		fail_msg("no %s in %.*s", piece, (int)text.size, text.at);
}

#define LINUX "\"hosted\":true,\"os\":\"linux\""

static void
test_L50_minutes_are_rounded_and_multiplied(void **state)
{
	struct fixture *site = *state;
	static const struct {
		const char *minutes, *machine;
		int         credits;
	} table[] = {
		{ "1", LINUX, 2 },
		{ "0.499999", LINUX, 0 },
		{ "0.5", LINUX, 2 },
		{ "1.5", LINUX, 4 },
		{ "2.499999", LINUX ",\"size\":\"medium\"", 4 },
		{ "3", LINUX ",\"size\":\"large\"", 30 },
		{ "3", LINUX ",\"size\":\"xlarge\"", 60 },
		{ "1", "\"hosted\":true,\"os\":\"windows\"", 6 },
		{ "1", "\"hosted\":true,\"os\":\"windows\",\"size\":\"medium\"", 12 },
		{ "1", "\"hosted\":true,\"os\":\"windows\",\"size\":\"large\"", 24 },
		{ "1", "\"hosted\":true,\"os\":\"macos\"", 60 },
		{ "9", "\"hosted\":false,\"os\":\"linux\"", 0 },
		{ "9", "\"os\":\"linux\"", 0 },
	};
	int  sum = 0;
	char id[16], expected[64];

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		snprintf(id, sizeof id, "b%zu", i);
		build(site, id, "2026-10-05T10:30:00Z", table[i].minutes, table[i].machine);
		sum += table[i].credits;
		snprintf(expected, sizeof expected, "\"used\":%d,\"overage\":%d,", sum, sum);
		assert_has(credits(site, "2026-10-05T10:00:00Z", ""), expected);
	}
	/* Without a size it ran on the smallest machine of its os: one row for both. */
	assert_has(credits(site, "2026-10-05T10:00:00Z", ""),
	           "{\"org\":\"o\",\"project\":\"p\",\"machine\":\"linux medium\",\"minutes\":6,"
	           "\"credits\":12}");
	fixture_verify(site);
}

static void
test_L51_the_free_plan_brings_2000_a_month(void **state)
{
	struct fixture *site = *state;

	contract(site, "FREE", "", "");
	build(site, "1", "2026-09-30T23:59:00Z", "600", LINUX);
	build(site, "2", "2026-10-01T00:00:00Z", "700", LINUX);
	build(site, "3", "2026-10-02T00:00:00Z", "400", LINUX);
	struct span october = credits(site, "2026-10-31", "");
	assert_has(october, "\"available\":0,\"used\":2200,\"overage\":200,\"next_expiry\":null");
	assert_has(october,
	           "{\"id\":\"free-2026-10\",\"contract\":null,\"kind\":\"FREE\",\"start\":"
	           "\"2026-10-01T00:00:00Z\",\"expiry\":\"2026-11-01T00:00:00Z\",\"quota\":2000,"
	           "\"used\":2000,\"available\":0,\"status\":\"USED\"}");
	assert_has(october, "\"used\":1200,\"available\":0,\"status\":\"EXPIRED\"}");
	/* What September left is gone. */
	assert_has(credits(site, "2026-10-01T00:00:00Z", ""), "\"available\":600,\"used\":1400,");
	assert_has(credits(site, "2026-11-01T00:00:00Z", ""), "\"available\":2000,\"used\":0,");
}

/* Two blocks and the free month: which is drawn from first, hour by hour. */
static void
test_L51_the_block_that_expires_first_is_drawn_from(void **state)
{
	struct fixture *site = *state;

	contract(site, "TEAM",
	         "{\"id\":\"late\",\"start\":\"2026-01-01T00:00:00Z\",\"quota\":100},"
	         "{\"id\":\"soon\",\"start\":\"2026-10-02T00:00:00Z\",\"quota\":50,"
	         "\"expiry\":\"2026-10-20T00:00:00Z\",\"kind\":\"PROMOTIONAL\"},"
	         "{\"id\":\"also\",\"start\":\"2026-10-02T00:00:00Z\",\"quota\":7,"
	         "\"expiry\":\"2026-10-20T00:00:00Z\"}",
	         "");
	/* Told out of order: the last hour first. */
	build(site, "3", "2026-10-21T00:00:00Z", "60", LINUX); /* 120: late has 80 left */
	build(site, "2", "2026-10-03T00:00:00Z", "20", LINUX); /* 40: also 7, soon 33 */
	build(site, "1", "2026-10-01T00:00:00Z", "10", LINUX); /* 20: late alone is valid */
	struct span answer = credits(site, "2026-10-31", "");
	assert_has(answer, "\"available\":0,\"used\":180,\"overage\":40,");
	assert_has(answer, "\"expiry\":\"2027-01-01T00:00:00Z\",\"quota\":100,\"used\":100,"
	                   "\"available\":0,\"status\":\"USED\"}");
	assert_has(answer, "\"quota\":50,\"used\":33,\"available\":0,\"status\":\"EXPIRED\"}");
	assert_has(answer, "\"quota\":7,\"used\":7,\"available\":0,\"status\":\"EXPIRED\"}");
	assert_has(credits(site, "2026-10-03T00:00:00Z", ""),
	           "\"available\":97,\"used\":60,\"overage\":0,\"next_expiry\":{\"at\":"
	           "\"2026-10-20T00:00:00Z\",\"id\":\"soon\",\"available\":17}");
	assert_has(credits(site, "2026-10-01T00:00:00Z", ""), "\"status\":\"UPCOMING\"");
	fixture_verify(site);
}

/* A block that a later version adds does not reach back, and one that it leaves out ends. */
static void
test_L51_blocks_are_those_of_the_version_in_force(void **state)
{
	struct fixture *site  = *state;
	const char     *first = "{\"id\":\"x\",\"start\":\"2026-01-01T00:00:00Z\",\"quota\":10}";

	contract(site, "TEAM", first, "");
	contract(site, "TEAM", "{\"id\":\"y\",\"start\":\"2026-01-01T00:00:00Z\",\"quota\":1000}",
	         ",\"from\":\"2026-10-10T00:00:00Z\"");
	build(site, "1", "2026-10-09T23:00:00Z", "10", LINUX); /* 20: x 10, over 10 */
	build(site, "2", "2026-10-10T00:00:00Z", "10", LINUX);
	assert_has(credits(site, "2026-10-09T23:00:00Z", ""), "\"used\":20,\"overage\":10,");
	struct span after = credits(site, "2026-10-10T00:00:00Z", "");
	assert_has(after, "\"available\":980,\"used\":40,\"overage\":10,");
	assert_has(after, "\"expiry\":\"2026-10-10T00:00:00Z\",\"quota\":10,\"used\":10,"
	                  "\"available\":0,\"status\":\"EXPIRED\"}");
}

static void
test_L51_blocks_that_cannot_be_are_refused(void **state)
{
	struct fixture *site = *state;
	static const struct {
		const char *credits;
		enum err    err;
		const char *detail;
	} table[] = {
		{ "{\"id\":\"x\",\"start\":\"2025-12-31T00:00:00Z\",\"quota\":1}",
		  ERR_CONTRACT_PERIOD, "credits[0].start must not lie before the start" },
		{ "{\"id\":\"x\",\"start\":\"2026-02-01T00:00:00Z\",\"quota\":1,\"expiry\":"
		  "\"2026-02-01T00:00:00Z\"}",
		  ERR_CONTRACT_PERIOD, "credits[0].expiry must be at least one hour after" },
		{ "{\"id\":\"x\",\"start\":\"2026-02-01T00:00:00Z\",\"quota\":-1}",
		  ERR_QUANTITY_NEGATIVE, "credits[0].quota" },
		{ "{\"id\":\"x\",\"quota\":1}", ERR_FIELD_MISSING, "credits[0].start is required" },
		{ "{\"id\":\"x\",\"start\":\"2026-02-01T00:00:00Z\",\"quota\":1},"
		  "{\"id\":\"x\",\"start\":\"2026-02-01T00:00:00Z\",\"quota\":1}",
		  ERR_FIELD_VALUE, "credits[1].id stands twice" },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct refusal refusal = { .err = ERR_NONE };
		char           json[1024];
		snprintf(json, sizeof json,
		         "{\"id\":\"a\",\"model\":\"DEVELOPER_360\",\"plan\":\"TEAM\",\"kind\":"
		         "\"PAID\",\"start\":\"2026-01-01T00:00:00Z\",\"end\":"
		         "\"2027-01-01T00:00:00Z\",\"credits\":[%s]}",
		         table[i].credits);
		assert_int_equal(put(site, json, &refusal), table[i].err);
		assert_has(span_of(refusal.detail), table[i].detail);
	}
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, site_open, site_close)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_L50_minutes_are_rounded_and_multiplied),
		TEST(test_L51_the_free_plan_brings_2000_a_month),
		TEST(test_L51_the_block_that_expires_first_is_drawn_from),
		TEST(test_L51_blocks_are_those_of_the_version_in_force),
		TEST(test_L51_blocks_that_cannot_be_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
