/* demo_flex.c - what the made-up account on Flex did, month after month. */
#include <stdio.h>

#include "cli/demo_people.h"
#include "cli/demo_tell.h"

enum {
	FLEX_PROJECTS = 3,
	FLEX_HOSTED   = 70, /* percent of the builds that run on hosted machines */
	FLEX_PEOPLE   = 12,
	ID_SIZE       = 96,
	DATA_SIZE     = 256,
};

/* One more seed for each kind of thing, so that one does not move with another. */
enum lot { LOT_COUNT = 5000, LOT_WORK, LOT_BUILD, LOT_SPEND, LOT_PERSON };

static const struct demo_project PROJECT[FLEX_PROJECTS] = {
	{ "streams", "player", { "decoder", "skin", "caption", "offline", "remote" } },
	{ "streams", "library", { "shelf", "cover", "taste", "history", "share" } },
	{ "core", "billing", { "plan", "invoice", "coupon", "tax", "wallet" } },
};

static int32_t
of_day(const struct telling *telling)
{
	return telling->hour % HOURS_PER_DAY;
}

/* It grows: from 85 percent of what is usual to 115 at the story's end. */
static uint32_t
grown(const struct telling *telling, uint32_t usual)
{
	int32_t days = (telling->hour - telling->flex_hour) / HOURS_PER_DAY;
	return usual * (85 + (uint32_t)(30 * days / DEMO_FLEX_DAYS)) / 100;
}

/* number tells apart what has one type, project and hour. */
static void
tell_one(struct telling *telling, const struct demo_project *project, const char *type,
         const char *subject, uint32_t number, const char *data)
{
	char id[ID_SIZE];

	snprintf(id, sizeof(id), "%s-%d-%u", type, telling->hour, number);
	tell(telling,
	     &(struct told){ .type    = type,
	                     .source  = project ? "pipelines" : "platform",
	                     .id      = id,
	                     .subject = subject,
	                     .project = project,
	                     .at      = tell_moment(telling->hour, number * 97 % 3600),
	                     .account = "demo-flex" },
	     data);
}

/* ---- quantities ---- */

struct counted {
	const char *type;
	const char *subject;
	const char *field;
	uint32_t    usual;
	int32_t     every; /* hours */
	bool        grows;
};

/* Each is told at ten in the morning of its days. */
static const struct counted COUNTED[] = {
	{ "ff.request", "production", "count", 42000, HOURS_PER_DAY, true },
	{ "ff.event", "production", "count", 60000, HOURS_PER_DAY, true },
	{ "test.execution", "player-suite", "count", 130, HOURS_PER_DAY, true },
	{ "ai.tokens", "player-team", "count", 1900000, HOURS_PER_DAY, true },
	{ "policy.evaluation", "release-rules", "count", 70, HOURS_PER_DAY, true },
	{ "ar.storage", "images", "gigabytes", 85, 7 * HOURS_PER_DAY, true },
	{ "code.storage", "player", "gigabytes", 190, 7 * HOURS_PER_DAY, true },
	{ "code.storage", "library", "gigabytes", 140, 7 * HOURS_PER_DAY, true },
	{ "code.storage", "billing", "gigabytes", 60, 7 * HOURS_PER_DAY, true },
	{ "governance.roles", "demo-flex", "count", 7, 7 * HOURS_PER_DAY, false },
	{ "governance.organizations", "demo-flex", "count", 2, 7 * HOURS_PER_DAY, false },
};

static void
tell_counted(struct telling *telling)
{
	char data[DATA_SIZE];

	for (uint32_t i = 0; i < sizeof(COUNTED) / sizeof(COUNTED[0]); i++) {
		const struct counted *counted = &COUNTED[i];
		uint32_t percent = 90 + (uint32_t)(tell_lot(telling, LOT_COUNT, i) % 21);
		if ((telling->hour - telling->flex_hour - 10) % counted->every != 0)
			continue;
		uint32_t value = counted->usual;
		if (counted->grows)
			value = (uint32_t)((uint64_t)grown(telling, value) * percent / 100);
		snprintf(data, sizeof(data), "\"%s\":%u", counted->field, value);
		tell_one(telling, NULL, counted->type, counted->subject, i, data);
	}
}

/* ---- work on a project ---- */

static void
tell_build(struct telling *telling, const struct demo_project *project, uint32_t number)
{
	uint64_t chance = tell_lot(telling, LOT_BUILD, number);
	char     data[DATA_SIZE];

	snprintf(data, sizeof(data),
	         "\"pipeline\":\"build\",\"minutes\":%u,\"status\":\"success\",\"hosted\":%s,"
	         "\"os\":\"linux\",\"size\":\"medium\"",
	         grown(telling, 30 + (uint32_t)(chance >> 8) % 40),
	         chance % 100 < FLEX_HOSTED ? "true" : "false");
	tell_one(telling, project, "ci.build", project->nouns[number % DEMO_NOUNS], number, data);
}

/* Each service every other day; one deployment in nine fails, which costs nothing. */
static void
tell_deployment(struct telling *telling, const struct demo_project *project, uint32_t number)
{
	uint64_t chance = tell_lot(telling, LOT_WORK, number);

	if (chance % 2 == 0)
		return;
	tell_one(telling, project, "cd.deployment", project->nouns[number % DEMO_NOUNS], number,
	         (chance >> 8) % 9 == 0
	                 ? "\"deployment_type\":\"Kubernetes\",\"status\":\"failed\""
	                 : "\"deployment_type\":\"Kubernetes\",\"status\":\"success\"");
}

static void
tell_project(struct telling *telling, uint32_t i)
{
	const struct demo_project *project = &PROJECT[i];

	for (uint32_t k = 0; k < DEMO_NOUNS; k++) {
		uint32_t number = i * DEMO_NOUNS + k;
		tell_build(telling, project, number);
		tell_deployment(telling, project, number);
		if (k < 2)
			tell_one(telling, project, "cd.stage", "release", number, "");
		if (k < 2)
			tell_one(telling, project, "iacm.stage", k == 0 ? "network" : "cluster",
			         number, "\"command\":\"plan\",\"status\":\"success\"");
	}
}

/* ---- nights ---- */

static void
tell_night(struct telling *telling)
{
	uint32_t day = (uint32_t)(telling->hour / HOURS_PER_DAY);

	for (uint32_t i = 0; i < FLEX_PROJECTS * DEMO_NOUNS; i++) {
		const struct demo_project *project = &PROJECT[i / DEMO_NOUNS];
		const char                *noun    = project->nouns[i % DEMO_NOUNS];
		if (i % 2 == day % 2)
			tell_one(telling, project, "sto.scan", noun, i, "");
		if (i % 3 == day % 3)
			tell_one(telling, project, "scs.step", noun, i, "\"step\":\"signing\"");
		if (i % 5 == day % 5)
			tell_one(telling, project, "sast.scan", noun, i, "");
	}
	tell_one(telling, &PROJECT[day % 2], "ce.experiment", PROJECT[day % 2].nouns[day % 4], 0,
	         "\"environment\":\"staging\",\"target_kind\":\"kubernetes\"");
}

/* What three providers charged for the day before. */
static void
tell_spend(struct telling *telling)
{
	static const struct {
		const char *sku;
		uint32_t    a_day;
	} bills[] = { { "insights", 2600 }, { "commitment", 480 }, { "autostopping", 130 } };
	char data[DATA_SIZE];

	for (uint32_t i = 0; i < sizeof(bills) / sizeof(bills[0]); i++) {
		uint64_t chance = tell_lot(telling, LOT_SPEND, i);
		uint32_t amount =
			grown(telling, bills[i].a_day) * (90 + (uint32_t)(chance % 21)) / 100;
		snprintf(data, sizeof(data),
		         "\"amount\":\"%u.%02u\",\"currency\":\"USD\",\"sku\":\"%s\"", amount,
		         (uint32_t)(chance >> 32) % 100, bills[i].sku);
		tell_one(telling, NULL, "ccm.spend", "aws-streams", i, data);
	}
}

/* A few look at the portal each day. */
static void
tell_portal(struct telling *telling)
{
	char subject[64];

	for (uint32_t i = 0; i < 2; i++) {
		uint32_t person = (uint32_t)(tell_lot(telling, LOT_PERSON, i) % FLEX_PEOPLE);
		snprintf(subject, sizeof(subject), "person%u@flex.example", person + 1);
		tell_one(telling, NULL, "idp.access", subject, i, "");
	}
}

/* ---- the hour ---- */

void
tell_flex(struct telling *telling)
{
	bool works = tell_weekday(telling->hour) < 5;

	if (telling->hour < telling->flex_hour)
		return;
	switch (of_day(telling)) {
	case 2:
		tell_night(telling);
		break;
	case 5:
		tell_spend(telling);
		break;
	case 10:
		tell_counted(telling);
		break;
	case 13:
		for (uint32_t i = 0; i < FLEX_PROJECTS && works; i++)
			tell_project(telling, i);
		break;
	case 15:
		if (works)
			tell_portal(telling);
		break;
	default:
		break;
	}
}
