/* book_fixture.h - a small catalogue, random events, and what books must say of them. */
#ifndef TALLY_TESTS_BOOK_FIXTURE_H
#define TALLY_TESTS_BOOK_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "core/base/decimal.h"
#include "core/meter/book.h"
#include "core/meter/percentile.h"
#include "edge/sys/memory.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT(literal)                                                                              \
	{                                                                                          \
		"" literal, sizeof(literal) - 1                                                    \
	}

enum { TYPE_REPORT, TYPE_DEPLOY, TYPE_SYNC, TYPES };
enum {
	METER_REPORT,   /* gauge by environment and infrastructure */
	METER_DEPLOY,   /* count of what is not serverless */
	METER_CLASS,    /* latest type of those */
	METER_FUNCTION, /* count for each function of a serverless one */
	METER_LINK,     /* latest service, where there is one */
	METER_SYNC,     /* count of all, without org and project */
	METER_FLAGGED,  /* count where a flag is true */
	METER_CHANGED,  /* count where a quantity is not 0 */
	METER_SPENT,    /* sum of the values of an environment, by infrastructure */
	METER_NAMED,    /* count of the account, where two conditions hold */
	METERS
};

enum { REPORT_ORG, REPORT_PROJECT, REPORT_ENV, REPORT_INFRA, REPORT_VALUE };
enum { DEPLOY_ORG, DEPLOY_PROJECT, DEPLOY_TYPE, DEPLOY_FUNCTIONS };
enum { SYNC_ORG, SYNC_PROJECT, SYNC_SERVICE, SYNC_FLAG, SYNC_CHANGES };

static const struct catalog_field report_fields[] = {
	{ .name = TEXT("org"), .kind = FIELD_TEXT },
	{ .name = TEXT("project"), .kind = FIELD_TEXT },
	{ .name = TEXT("environment"), .kind = FIELD_TEXT },
	{ .name = TEXT("infrastructure"), .kind = FIELD_TEXT },
	{ .name = TEXT("value"), .kind = FIELD_QUANTITY },
};
static const struct catalog_field deploy_fields[] = {
	{ .name = TEXT("org"), .kind = FIELD_TEXT },
	{ .name = TEXT("project"), .kind = FIELD_TEXT },
	{ .name = TEXT("type"), .kind = FIELD_TEXT },
	{ .name = TEXT("functions"), .kind = FIELD_LIST },
};
static const struct catalog_field sync_fields[] = {
	{ .name = TEXT("org"), .kind = FIELD_TEXT },
	{ .name = TEXT("project"), .kind = FIELD_TEXT },
	{ .name = TEXT("service"), .kind = FIELD_TEXT },
	{ .name = TEXT("flag"), .kind = FIELD_FLAG },
	{ .name = TEXT("changes"), .kind = FIELD_QUANTITY },
};
static const struct catalog_type fixture_types[TYPES] = {
	{ .name = TEXT("report"), .fields = report_fields, .fields_count = 5, .index = 0 },
	{ .name = TEXT("deploy"), .fields = deploy_fields, .fields_count = 4, .index = 1 },
	{ .name = TEXT("sync"), .fields = sync_fields, .fields_count = 5, .index = 2 },
};
static const struct catalog_deployment fixture_deployments[] = {
	{ TEXT("Kubernetes"), TEXT("container") },
	{ TEXT("Ssh"), TEXT("traditional") },
	{ TEXT("Lambda"), TEXT("serverless") },
};
static const struct span class_serverless[] = { TEXT("serverless") };
static const struct span flag_yes[]         = { TEXT("true") };

static const struct catalog_condition not_serverless = { DEPLOY_TYPE, ASK_CLASS_NOT,
	                                                 class_serverless, 1, 0 };
static const struct catalog_condition is_serverless = { DEPLOY_TYPE, ASK_CLASS, class_serverless, 1,
	                                                0 };
static const struct catalog_condition names_service = { SYNC_SERVICE, ASK_PRESENT, NULL, 0, 0 };
static const struct catalog_condition is_flagged    = { SYNC_FLAG, ASK_IS, flag_yes, 1, 0 };
static const struct span              two_services[]      = { TEXT("cart"), TEXT("pay") };
static const struct catalog_condition named_and_changed[] = {
	{ SYNC_SERVICE, ASK_IS, two_services, 2, 0 },
	{ SYNC_CHANGES, ASK_ABOVE, NULL, 0, 4999999 },
};
static const struct catalog_condition has_changes = { SYNC_CHANGES, ASK_IS_NOT, NULL, 0, 0 };

/* A meter without conditions, value or parts of a key but the subject. */
#define METER(named, reads, keeps, number)                                                         \
	.name = TEXT(named), .type = (reads), .kind = (keeps), .index = (number),                  \
	.key_field = KEY_SUBJECT, .item_field = -1

static const struct catalog_meter fixture_meters[METERS] = {
	{ METER("m.report", TYPE_REPORT, SERIES_GAUGE, 0), .value_field = REPORT_VALUE,
	  .each_field = -1, .org_field = REPORT_ORG, .project_field = REPORT_PROJECT,
	  .split_fields = { REPORT_ENV, REPORT_INFRA } },
	{ METER("a.deploy", TYPE_DEPLOY, SERIES_COUNT, 1), .value_field = -1, .each_field = -1,
	  .org_field = DEPLOY_ORG, .project_field = DEPLOY_PROJECT, .split_fields = { -1, -1 },
	  .where = &not_serverless, .where_count = 1 },
	{ METER("z.class", TYPE_DEPLOY, SERIES_LATEST, 2), .value_field = DEPLOY_TYPE,
	  .each_field = -1, .org_field = DEPLOY_ORG, .project_field = DEPLOY_PROJECT,
	  .split_fields = { -1, -1 }, .where = &not_serverless, .where_count = 1 },
	{ METER("f.function", TYPE_DEPLOY, SERIES_COUNT, 3), .value_field = -1,
	  .each_field = DEPLOY_FUNCTIONS, .org_field = DEPLOY_ORG, .project_field = DEPLOY_PROJECT,
	  .split_fields = { -1, -1 }, .where = &is_serverless, .where_count = 1 },
	{ METER("b.link", TYPE_SYNC, SERIES_LATEST, 4), .value_field = SYNC_SERVICE,
	  .each_field = -1, .org_field = SYNC_ORG, .project_field = SYNC_PROJECT,
	  .split_fields = { -1, -1 }, .where = &names_service, .where_count = 1 },
	{ METER("b.sync", TYPE_SYNC, SERIES_COUNT, 5), .value_field = -1, .each_field = -1,
	  .org_field = -1, .project_field = -1, .split_fields = { -1, -1 } },
	{ METER("c.flagged", TYPE_SYNC, SERIES_COUNT, 6), .value_field = -1, .each_field = -1,
	  .org_field = SYNC_ORG, .project_field = -1, .split_fields = { -1, -1 },
	  .where = &is_flagged, .where_count = 1 },
	{ METER("c.changed", TYPE_SYNC, SERIES_COUNT, 7), .value_field = -1, .each_field = -1,
	  .org_field = SYNC_ORG, .project_field = -1, .split_fields = { -1, -1 },
	  .where = &has_changes, .where_count = 1 },
	{ .name          = TEXT("d.spent"),
	  .type          = TYPE_REPORT,
	  .kind          = SERIES_SUM,
	  .index         = 8,
	  .key_field     = REPORT_ENV,
	  .item_field    = REPORT_INFRA,
	  .value_field   = REPORT_VALUE,
	  .each_field    = -1,
	  .org_field     = REPORT_ORG,
	  .project_field = -1,
	  .split_fields  = { -1, -1 } },
	{ .name          = TEXT("d.named"),
	  .type          = TYPE_SYNC,
	  .kind          = SERIES_COUNT,
	  .index         = 9,
	  .key_field     = KEY_NOTHING,
	  .item_field    = -1,
	  .value_field   = -1,
	  .each_field    = -1,
	  .org_field     = -1,
	  .project_field = -1,
	  .split_fields  = { -1, -1 },
	  .where         = named_and_changed,
	  .where_count   = 2 },
};
static const struct catalog fixture_catalog = {
	.name              = TEXT("fixture"),
	.deployments       = fixture_deployments,
	.deployments_count = COUNT(fixture_deployments),
	.types             = fixture_types,
	.types_count       = TYPES,
	.meters            = fixture_meters,
	.meters_count      = METERS,
};

/* ---- random events out of few words, so that they meet ---- */

static uint64_t random_state = 1;

static inline uint64_t
random_next(void)
{
	random_state += UINT64_C(0x9e3779b97f4a7c15);
	uint64_t z = random_state;
	z          = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z          = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static inline uint32_t
random_below(uint32_t end)
{
	return (uint32_t)(random_next() % end);
}

/* Longer than what enters a key's hash as it stands, and differing only at its end. */
#define LONG_TEXT                                                                                  \
	"a name that is longer than most names are, because somebody generated it from a path "    \
	"of many folders: "

static const struct span word_orgs[]     = { TEXT("default"), TEXT("ops"), TEXT("") };
static const struct span word_projects[] = { TEXT("shop"), TEXT("shopx") };
static const struct span word_subjects[] = { TEXT("cart"), TEXT("pay"), TEXT(LONG_TEXT "1"),
	                                     TEXT(LONG_TEXT "2") };
static const struct span word_accounts[] = { TEXT("acme"), TEXT("umbrella") };
static const struct span word_envs[]     = { TEXT("dev"), TEXT("prod"), TEXT("qa") };
static const struct span word_infras[]   = { TEXT("eu"), TEXT("us"), TEXT(LONG_TEXT "x") };
static const struct span word_types[]    = { TEXT("Kubernetes"), TEXT("Ssh"), TEXT("Lambda"),
	                                     TEXT("unheard-of") };
static const struct span word_lists[][4] = {
	{ TEXT("f1"), TEXT("f2"), TEXT("f1"), TEXT("f3") },
	{ TEXT("cart"), TEXT("f2"), TEXT(""), TEXT("f2") },
};
static const int64_t word_values[] = { 0,
	                               1,
	                               999999,
	                               MILLIONTHS,
	                               20 * MILLIONTHS,
	                               65535 * MILLIONTHS,
	                               65536 * MILLIONTHS,
	                               QUANTITY_END - 1,
	                               12500000 };
/* Around the ends of pages and eras, before 1970, and as far as an instant reaches. */
static const int32_t word_hours[]      = { 0,    1,     127,   128,      1023,    1024,
	                                   -1,   -128,  -1024, -1025,    493000,  493001,
	                                   5000, 50000, -9999, -2562046, 2562046, 493127 };
static const int64_t word_offsets_ns[] = {
	0, 1, NS_PER_SECOND, 1800 * NS_PER_SECOND, NS_PER_HOUR - 1, 59 * NS_PER_SECOND + 5
};

#define PICK(words) ((words)[random_below(COUNT(words))])

static inline void
event_set(struct event *event, int32_t field, struct span text)
{
	event->field[field] = text;
	event->present |= 1u << field;
}

static inline void
event_set_number(struct event *event, int32_t field, int64_t number)
{
	event->number[field] = number;
	event->present |= 1u << field;
}

static inline struct event
event_report(struct span subject, struct instant time, int64_t value)
{
	struct event event = { .type    = &fixture_types[TYPE_REPORT],
		               .account = word_accounts[0],
		               .subject = subject,
		               .time    = time };
	event_set_number(&event, REPORT_VALUE, value);
	return event;
}

static inline struct event
event_random(void)
{
	struct event event = { .type    = &fixture_types[random_below(TYPES)],
		               .account = PICK(word_accounts),
		               .subject = PICK(word_subjects) };
	event.time.ns      = PICK(word_hours) * NS_PER_HOUR + PICK(word_offsets_ns);
	if (random_below(4) > 0)
		event_set(&event, 0, PICK(word_orgs));
	if (random_below(4) > 0)
		event_set(&event, 1, PICK(word_projects));
	if (event.type->index == TYPE_REPORT) {
		if (random_below(4) > 0)
			event_set(&event, REPORT_ENV, PICK(word_envs));
		if (random_below(4) > 0)
			event_set(&event, REPORT_INFRA, PICK(word_infras));
		if (random_below(9) > 0)
			event_set_number(&event, REPORT_VALUE, PICK(word_values));
	} else if (event.type->index == TYPE_DEPLOY) {
		if (random_below(9) > 0)
			event_set(&event, DEPLOY_TYPE, PICK(word_types));
		if (random_below(3) > 0) {
			event.list       = word_lists[random_below(COUNT(word_lists))];
			event.list_count = random_below(5);
			event.present |= 1u << DEPLOY_FUNCTIONS;
		}
	} else {
		if (random_below(3) > 0)
			event_set(&event, SYNC_SERVICE, PICK(word_subjects));
		if (random_below(2) > 0)
			event_set_number(&event, SYNC_FLAG, random_below(2));
		if (random_below(2) > 0)
			event_set_number(&event, SYNC_CHANGES, (int64_t)random_below(3) * 4999999);
	}
	return event;
}

static inline void
apply_one(struct books *books, const struct event *event, uint64_t ordinal)
{
	books_apply(books, &event, 1, ordinal, NULL);
}

static inline const struct series *
report_series(struct books *books, struct span subject)
{
	struct book_key key = { .id = subject };
	return book_series_find(book_of(books, word_accounts[0], true), METER_REPORT, &key);
}

/* ---- the whole of a book as bytes ---- */

/* All chunks of all accounts, in order of account and era, one after the other. */
static inline struct span
books_bytes(struct books *books, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	for (size_t a = 0; a < COUNT(word_accounts); a++) {
		const struct book *book = book_of(books, word_accounts[a], false);
		int32_t            eras[64];
		uint32_t           count = book ? book_eras(book, eras, COUNT(eras)) : 0;
		assert_true(count <= COUNT(eras));
		for (uint32_t e = 0; e < count; e++)
			book_chunk_write(book, eras[e], 7, &text);
	}
	return text_span(&text);
}

/* Apply in batches of random sizes. */
static inline void
books_apply_events(struct books *books, const struct event *const *events, uint32_t count)
{
	for (uint32_t at = 0; at < count;) {
		uint32_t batch = 1 + random_below(300);
		if (batch > count - at)
			batch = count - at;
		books_apply(books, events + at, batch, 1000 + at, NULL);
		at += batch;
	}
}

static inline void
events_shuffle(const struct event **events, uint32_t count)
{
	for (uint32_t i = count; i > 1; i--) {
		uint32_t            j    = random_below(i);
		const struct event *swap = events[i - 1];
		events[i - 1]            = events[j];
		events[j]                = swap;
	}
}

#endif
