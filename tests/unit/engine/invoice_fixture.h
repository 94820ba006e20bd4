/* invoice_fixture.h - an engine whose clock goes from month to month, and an account with a
 * Flex contract. */
#ifndef TALLY_TESTS_INVOICE_FIXTURE_H
#define TALLY_TESTS_INVOICE_FIXTURE_H

#include "engine_fixture.h"

#include "core/flex/billed.h"
#include "core/json/json_read.h"
#include "engine/invoice.h"
#include "engine/notify.h"

struct office {
	struct fixture   fixture;
	struct store    *store;
	struct store_ops ops;
	void (*close)(struct store *store);
	struct engine_settings settings;
};

static inline void
stay_open(struct store *store)
{
	(void)store;
}

static inline void
clock_set(struct office *office, const char *text)
{
	assert_int_equal(instant_parse(span_of(text), &office->fixture.now, NULL), ERR_NONE);
}

/* A store in memory that outlives its engines. The clock issues nothing by itself. */
static inline void
office_open(struct office *office, const char *now)
{
	memset(office, 0, sizeof(*office));
	fixture_open(&office->fixture);
	clock_set(office, now);
	office->store                   = store_memory_open();
	office->ops                     = *office->store->ops;
	office->close                   = office->ops.close;
	office->ops.close               = stay_open;
	office->store->ops              = &office->ops;
	office->settings                = engine_settings_default();
	office->settings.issue_by_clock = false;
	fixture_engine_with(&office->fixture, office->store, &office->settings);
	fixture_account(&office->fixture, "acme");
}

static inline void
office_close(struct office *office)
{
	engine_close(office->fixture.engine);
	office->close(office->store);
	fixture_close(&office->fixture);
}

static inline void
restart(struct office *office)
{
	engine_close(office->fixture.engine);
	fixture_engine_with(&office->fixture, office->store, &office->settings);
}

/* flex is the members of the object: "\"tier\":\"enterprise\",\"units\":\"50000\"". */
static inline void
contract_put_of(struct office *office, const char *account, const char *id, const char *start,
                const char *end, const char *flex)
{
	char           json[1024];
	struct span    answer;
	struct refusal refusal = { .err = ERR_NONE };
	snprintf(json, sizeof(json),
	         "{\"id\":\"%s\",\"model\":\"FLEX\",\"plan\":\"ENTERPRISE\",\"kind\":\"PAID\","
	         "\"start\":\"%sT00:00:00Z\",\"end\":\"%sT00:00:00Z\",\"from\":\"%sT00:00:00Z\","
	         "\"flex\":{%s}}",
	         id, start, end, start, flex);
	if (engine_contract_put(office->fixture.engine, &BY_TEST, span_of(account), span_of(json),
	                        &office->fixture.arena, &answer, &refusal) != ERR_NONE)
		fail_msg("%s: %s", refusal.field, refusal.detail);
}

static inline void
contract_put(struct office *office, const char *start, const char *end, const char *flex)
{
	contract_put_of(office, "acme", "flex", start, end, flex);
}

/* So many units of tokens (200,000 each) on a day. */
static inline void
use_of(struct office *office, const char *account, const char *id, const char *day, int units)
{
	char line[512];
	int  size = snprintf(line, sizeof(line),
	                     "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"t\","
	                      "\"type\":\"ai.tokens\",\"account\":\"%s\",\"subject\":\"team\","
	                      "\"time\":\"%sT05:00:00Z\",\"data\":{\"count\":%d00000}}\n",
	                     id, account, day, units * 2);
	assert_int_equal(
		fixture_ingest(&office->fixture, (struct span){ line, (size_t)size }).accepted, 1);
}

static inline void
use(struct office *office, const char *id, const char *day, int units)
{
	use_of(office, "acme", id, day, units);
}

/* A scan is a unit. */
static inline void
scan(struct office *office, const char *id, const char *day)
{
	char line[512];
	int  size = snprintf(line, sizeof(line),
	                     "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"t\","
	                      "\"type\":\"sto.scan\",\"account\":\"acme\",\"subject\":\"app\","
	                      "\"time\":\"%sT06:00:00Z\",\"data\":{}}\n",
	                     id, day);
	assert_int_equal(
		fixture_ingest(&office->fixture, (struct span){ line, (size_t)size }).accepted, 1);
}

static inline void
retract(struct office *office, const char *id)
{
	static const char FORMAT[] =
		"{\"specversion\":\"1.0\",\"id\":\"x%lld\",\"source\":\"t\",\"type\":"
		"\"event.retracted\",\"account\":\"acme\",\"subject\":\"t %s\",\"time\":"
		"\"%.*s\",\"data\":{}}\n";
	static long long serial;
	char             line[512];
	char             now[INSTANT_SIZE];
	int              at   = (int)instant_format(office->fixture.now, now);
	int              size = snprintf(line, sizeof(line), FORMAT, ++serial, id, at, now);
	struct span      body = { line, (size_t)size };
	assert_int_equal(fixture_ingest(&office->fixture, body).accepted, 1);
}

static inline enum err
try_close(struct office *office, const char *month, struct span *report, struct refusal *refusal)
{
	return engine_close_month(office->fixture.engine, &BY_TEST, span_of(month), NULL, NULL,
	                          &office->fixture.arena, report, refusal);
}

static inline struct span
close_month(struct office *office, const char *month)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    report;
	if (try_close(office, month, &report, &refusal) != ERR_NONE)
		fail_msg("%s: %s", refusal.field, refusal.detail);
	return report;
}

static inline struct span
draft(struct office *office, const char *month)
{
	struct question question = { .account = SPAN("acme"), .month = span_of(month) };
	struct refusal  refusal  = { .err = ERR_NONE };
	struct span     answer;
	if (engine_invoice_draft(office->fixture.engine, &question, INVOICE_AS_JSON,
	                         &office->fixture.arena, &answer, &refusal) != ERR_NONE)
		fail_msg("%s: %s", refusal.field, refusal.detail);
	return answer;
}

static inline struct span
issued_of(struct office *office, const char *account, const char *number,
          enum invoice_format format)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	if (engine_invoice_get(office->fixture.engine, span_of(account), span_of(number), format,
	                       &office->fixture.arena, &answer, &refusal) != ERR_NONE)
		fail_msg("invoice %s: %s", number, refusal.detail);
	return answer;
}

static inline struct span
issued(struct office *office, const char *number)
{
	return issued_of(office, "acme", number, INVOICE_AS_JSON);
}

static inline struct invoice
read_invoice(struct office *office, struct span json)
{
	struct invoice invoice;
	assert_int_equal(invoice_read(json, &office->fixture.arena, &invoice), ERR_NONE);
	return invoice;
}

static inline struct span
list(struct office *office)
{
	struct question question = { .account = SPAN("acme") };
	struct span     answer;
	assert_int_equal(engine_invoice_list(office->fixture.engine, &question,
	                                     &office->fixture.arena, &answer, NULL),
	                 ERR_NONE);
	return answer;
}

static inline struct span
notifications(struct office *office)
{
	struct question question = { .account = SPAN("acme"), .limit = 1000 };
	struct span     answer;
	assert_int_equal(engine_notification_list(office->fixture.engine, &question,
	                                          &office->fixture.arena, &answer, NULL),
	                 ERR_NONE);
	return answer;
}

static inline void
tick(struct office *office)
{
	struct refusal refusal = { .err = ERR_NONE };
	if (engine_tick(office->fixture.engine, &refusal) != ERR_NONE)
		fail_msg("tick: %s: %s", refusal.field, refusal.detail);
}

static inline bool
holds(struct span text, const char *part)
{
	return memmem(text.at, text.size, part, strlen(part)) != NULL;
}

static inline uint32_t
times(struct span text, const char *part)
{
	uint32_t count = 0;
	for (const char *at; (at = memmem(text.at, text.size, part, strlen(part))); count++)
		text = (struct span){ at + 1, text.size - (size_t)(at + 1 - text.at) };
	return count;
}

#endif
