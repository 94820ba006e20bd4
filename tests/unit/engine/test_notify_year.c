/* test_notify_year.c - a year of notifications, the clock being an input: contracts begin,
 * change and end, usage goes over and under, and the engine is opened anew at each step. */
#include "engine_fixture.h"

#include "core/json/json_read.h"
#include "engine/notify.h"

enum { CARRIED_MAX = 256 };

/* What a receiver got. */
struct carried {
	char     id[64];
	uint32_t attempts;
	uint32_t arrived;
};

struct year {
	struct fixture   fixture;
	struct store    *store;
	struct store_ops ops;
	void (*close)(struct store *store);
	struct carried carried[CARRIED_MAX];
	uint32_t       carried_count;
};

static void
stay_open(struct store *store)
{
	(void)store;
}

static struct instant
moment(const char *text)
{
	struct instant at = { 0 };
	assert_int_equal(instant_parse(span_of(text), &at, NULL), ERR_NONE);
	return at;
}

/* A store in memory that outlives its engines. */
static void
year_open(struct year *year, const char *now)
{
	memset(year, 0, sizeof(*year));
	fixture_open(&year->fixture);
	year->fixture.now = moment(now);
	year->store       = store_memory_open();
	year->ops         = *year->store->ops;
	year->close       = year->ops.close;
	year->ops.close   = stay_open;
	year->store->ops  = &year->ops;
	fixture_engine(&year->fixture, year->store);
	fixture_account(&year->fixture, "acme");
}

static void
year_close(struct year *year)
{
	engine_close(year->fixture.engine);
	year->close(year->store);
	fixture_close(&year->fixture);
}

static void
restart(struct year *year)
{
	engine_close(year->fixture.engine);
	fixture_engine(&year->fixture, year->store);
}

/* ---- what happens in the year ---- */

static void
contract_put(struct year *year, const char *id, const char *kind, const char *module,
             const char *start, const char *end)
{
	char           json[512];
	struct span    answer;
	struct refusal refusal = { .err = ERR_NONE };
	snprintf(json, sizeof(json),
	         "{\"id\":\"%s\",\"model\":\"SERVICES\",\"plan\":\"ENTERPRISE\",\"kind\":\"%s\","
	         "\"start\":\"%sT00:00:00Z\",\"end\":\"%sT00:00:00Z\","
	         "\"modules\":{\"%s\":{\"services\":2}}}",
	         id, kind, start, end, module);
	if (engine_contract_put(year->fixture.engine, &BY_TEST, SPAN("acme"), span_of(json),
	                        &year->fixture.arena, &answer, &refusal) != ERR_NONE)
		fail_msg("%s: %s", id, refusal.detail);
}

static void
deploy(struct year *year, const char *date, uint32_t services)
{
	struct text text;
	text_open(&text, &year->fixture.arena);
	for (uint32_t i = 0; i < services; i++) {
		char line[512];
		snprintf(line, sizeof(line),
		         "{\"specversion\":\"1.0\",\"id\":\"%s-%u\",\"source\":\"t\","
		         "\"type\":\"cd.deployment\",\"account\":\"acme\",\"subject\":\"s%u\","
		         "\"time\":\"%sT00:00:00Z\",\"data\":{\"deployment_type\":\"Kubernetes\","
		         "\"status\":\"success\"}}\n",
		         date, i, i, date);
		text_add(&text, span_of(line));
	}
	assert_int_equal(fixture_ingest(&year->fixture, text_span(&text)).accepted, services);
}

static void
events_of_day(struct year *year, const char *day)
{
	if (strcmp(day, "2026-02-10") == 0 || strcmp(day, "2026-05-30") == 0 ||
	    strcmp(day, "2026-07-05") == 0 || strcmp(day, "2026-07-06") == 0)
		deploy(year, day, 3);
	if (strcmp(day, "2026-10-05") == 0)
		deploy(year, day, 2); /* not over */
	if (strcmp(day, "2026-03-01") == 0)
		contract_put(year, "try", "TRIAL", "STO", "2026-03-01", "2026-03-15");
	if (strcmp(day, "2026-03-10") == 0)
		contract_put(year, "try", "TRIAL", "STO", "2026-03-01", "2026-03-20");
	if (strcmp(day, "2026-09-10") == 0)
		contract_put(year, "main", "PAID", "CD", "2026-01-01", "2027-01-01");
}

/* ---- receivers ---- */

/* The first two attempts of every other notification fail. */
static void
carry(void *context, const struct parcel *parcel, struct parcel_answer *answer)
{
	struct year    *year = context;
	struct carried *mine = NULL;
	for (uint32_t i = 0; i < year->carried_count; i++) {
		if (span_equal(parcel->id, span_of(year->carried[i].id)))
			mine = &year->carried[i];
	}
	if (!mine) {
		assert_true(year->carried_count < CARRIED_MAX);
		mine = &year->carried[year->carried_count++];
		memcpy(mine->id, parcel->id.at, parcel->id.size);
	}
	assert_true(parcel->is_mail);
	assert_span_equal(parcel->to, SPAN("ann@example.org"));
	mine->attempts++;
	bool arrives     = year->carried_count % 2 == 0 || mine->attempts > 2;
	answer->delivery = arrives ? DELIVERY_DONE : DELIVERY_AGAIN;
	mine->arrived += arrives;
	snprintf(answer->text, sizeof(answer->text), "told");
}

static void
live(struct year *year)
{
	static const int64_t STEPS_S[] = { 0, 10, 590, 85800 }; /* together a day */
	const struct courier courier   = { .carry = carry, .context = year };
	struct refusal       refusal   = { .err = ERR_NONE };

	while (year->fixture.now.ns < moment("2027-01-03T00:00:00Z").ns) {
		char day[INSTANT_SIZE];
		instant_format(year->fixture.now, day);
		day[10] = 0;
		events_of_day(year, day);
		for (size_t i = 0; i < sizeof(STEPS_S) / sizeof(STEPS_S[0]); i++) {
			year->fixture.now.ns += STEPS_S[i] * NS_PER_SECOND;
			if (i + 1 == sizeof(STEPS_S) / sizeof(STEPS_S[0]))
				break; /* the next day begins */
			restart(year);
			if (engine_tick(year->fixture.engine, &refusal) != ERR_NONE)
				fail_msg("tick: %s", refusal.detail);
			engine_deliver(year->fixture.engine, &courier);
		}
	}
}

/* ---- what must have been told, oldest first ---- */

static const char *const WANTED[][4] = {
	{ "2026-02-10", "module.over", "CD", "100" },
	{ "2026-03-01", "module.over", "CD", "100" },
	{ "2026-03-17", "trial.ending", "try", "3" },
	{ "2026-05-30", "module.over", "CD", "100" },
	{ "2026-06-01", "module.over", "CD", "100" },
	{ "2026-07-05", "module.over", "CD", "100" },
	{ "2026-08-01", "module.over", "CD", "100" },
	{ "2026-08-02", "contract.ending", "main", "60" },
	{ "2026-09-01", "contract.ending", "main", "30" },
	{ "2026-11-02", "contract.ending", "main", "60" },
	{ "2026-12-02", "contract.ending", "main", "30" },
	{ "2026-12-25", "contract.ending", "main", "7" },
	{ "2026-12-31", "contract.ending", "main", "1" },
};
enum { WANTED_COUNT = sizeof(WANTED) / sizeof(WANTED[0]) };

static const struct json *
history(struct year *year)
{
	struct question question = { .account = SPAN("acme") };
	struct span     answer;
	struct json    *root;
	assert_int_equal(engine_notification_list(year->fixture.engine, &question,
	                                          &year->fixture.arena, &answer, NULL),
	                 ERR_NONE);
	assert_int_equal(json_parse(answer, &year->fixture.arena, &root, NULL), ERR_NONE);
	return json_member(root, SPAN("notifications"));
}

static void
assert_history(struct year *year)
{
	const struct json *list = history(year);
	uint32_t           at   = list->count;
	for (const struct json *item = list->first; item; item = item->next) {
		struct span when = json_member(item, SPAN("at"))->text;
		if (at-- == 0 || at >= WANTED_COUNT)
			fail_msg("not wanted: %.*s", (int)item->raw.size, item->raw.at);
		assert_span_equal((struct span){ when.at, 10 }, span_of(WANTED[at][0]));
		assert_span_equal(json_member(item, SPAN("kind"))->text, span_of(WANTED[at][1]));
		assert_span_equal(json_member(item, SPAN("subject"))->text, span_of(WANTED[at][2]));
		assert_span_equal(json_member(item, SPAN("mark"))->text, span_of(WANTED[at][3]));
		const struct json *delivery = json_member(item, SPAN("deliveries"))->first;
		assert_span_equal(json_member(delivery, SPAN("state"))->text, SPAN("delivered"));
		assert_span_equal(json_member(delivery, SPAN("to"))->text, SPAN("ann@example.org"));
	}
	assert_int_equal(list->count, WANTED_COUNT);
}

static void
test_A30_every_notification_once_in_a_year_of_restarts(void **state)
{
	(void)state;
	static struct year year;
	struct span        answer;
	year_open(&year, "2025-12-31T00:00:00Z");
	assert_int_equal(engine_rules_put(year.fixture.engine, &BY_TEST, SPAN("acme"),
	                                  SPAN("{\"emails\":[\"ann@example.org\"]}"),
	                                  &year.fixture.arena, &answer, NULL),
	                 ERR_NONE);
	contract_put(&year, "main", "PAID", "CD", "2026-01-01", "2026-10-01");
	live(&year);
	assert_history(&year);
	assert_int_equal(year.carried_count, WANTED_COUNT);
	for (uint32_t i = 0; i < year.carried_count; i++)
		assert_int_equal(year.carried[i].arrived, 1);
	assert_int_equal(engine_deliveries_waiting(year.fixture.engine), 0);
	fixture_verify(&year.fixture);
	assert_int_equal(engine_audit_verify(year.fixture.engine, SPAN(""), &year.fixture.arena,
	                                     &answer, NULL),
	                 ERR_NONE);
	year_close(&year);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_A30_every_notification_once_in_a_year_of_restarts),
	};
	return cmocka_run_group_tests_name("notify_year", tests, NULL, NULL);
}
