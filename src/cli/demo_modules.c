/* demo_modules.c - what the made-up account did in the modules other than CD. */
#include <stdio.h>
#include <string.h>

#include "cli/demo_people.h"
#include "cli/demo_tell.h"

/* One more seed for each kind of thing, so that one does not move with another. */
enum lot {
	LOT_BUILD = 3000,
	LOT_FLAG,
	LOT_TARGET,
	LOT_CHAOS,
	LOT_APPLY,
	LOT_STEP,
	LOT_SPEND,
};

enum {
	ID_SIZE        = 96,
	DATA_SIZE      = 256,
	TARGETS        = 40000, /* of feature flags, that there are */
	TARGETS_BUSY   = 60,    /* seen in an hour of the day, before level */
	SCANS_A_NIGHT  = 72,
	MONITORED      = 22, /* services */
	MONITORED_FUNC = 8,
	CHAOS_SERVICES = 13,
	CHAOS_HOSTS    = 2,
	STEPS_A_DAY    = 4, /* for each project */
};

static int32_t
days_ago(const struct telling *telling)
{
	return telling->now_hour / HOURS_PER_DAY - telling->hour / HOURS_PER_DAY;
}

static int32_t
of_day(const struct telling *telling)
{
	return telling->hour % HOURS_PER_DAY;
}

/* ---- CI ---- */

/* Retail's shop builds on large machines, and the portal for telephones on a Mac now and
 * then; a third of all builds run on machines of the account's own. */
static const char *
machine_of(uint32_t project, uint64_t chance)
{
	if (chance % 3 == 0)
		return "\"hosted\":false";
	if (project == 0 && chance % 5 == 0)
		return "\"hosted\":true,\"os\":\"linux\",\"size\":\"large\"";
	if (project == 6 && chance % 7 == 0)
		return "\"hosted\":true,\"os\":\"macos\",\"size\":\"small\"";
	return "\"hosted\":true,\"os\":\"linux\",\"size\":\"medium\"";
}

/* E-mails are compared in lower case: how a committer spells it changes nothing. */
static void
lower(char *text)
{
	for (; *text; text++) {
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
	}
}

static void
tell_build(struct telling *telling, uint32_t project, uint32_t number)
{
	uint64_t                  chance = tell_lot(telling, LOT_BUILD, project * 64 + number);
	const struct demo_person *person = demo_person_of(project, chance >> 8, days_ago(telling));
	char                      id[ID_SIZE], data[DATA_SIZE], committer[64], repository[64];

	if (chance % 4 != 0)
		return;
	snprintf(committer, sizeof(committer), "%s", person->email);
	lower(committer);
	snprintf(repository, sizeof(repository), "%s-%s", DEMO_PROJECT[project].name,
	         DEMO_PROJECT[project].nouns[number]);
	snprintf(id, sizeof(id), "build-%s-%d", repository, telling->hour);
	snprintf(data, sizeof(data),
	         "\"pipeline\":\"build\",\"committer\":\"%s\",\"minutes\":%u,\"status\":\"%s\",%s",
	         committer, 3 + (uint32_t)(chance >> 16) % 12,
	         (chance >> 24) % 9 == 0 ? "failed" : "success", machine_of(project, chance >> 32));
	tell(telling,
	     &(struct told){ .type    = "ci.build",
	                     .source  = "pipelines",
	                     .id      = id,
	                     .subject = repository,
	                     .project = &DEMO_PROJECT[project],
	                     .at = tell_moment(telling->hour, (uint32_t)(chance >> 40) % 3600) },
	     data);
}

/* ---- FF ---- */

/* Five people care for the flags, each on a day of the week. */
static void
tell_flag(struct telling *telling)
{
	uint32_t                  day    = tell_weekday(telling->hour);
	uint64_t                  chance = tell_lot(telling, LOT_FLAG, 0);
	const struct demo_person *person = demo_person_of(day % 3, day, 0);
	char                      id[ID_SIZE];

	if (of_day(telling) != 11 || day > 4)
		return;
	snprintf(id, sizeof(id), "flag-%d", telling->hour);
	tell(telling,
	     &(struct told){ .type    = "ff.change",
	                     .source  = "flags",
	                     .id      = id,
	                     .subject = person->email,
	                     .project = &DEMO_PROJECT[day % 3],
	                     .at      = tell_moment(telling->hour, (uint32_t)(chance % 3600)) },
	     chance % 4 == 0 ? "\"action\":\"create\"" : "\"action\":\"edit\"");
}

static void
tell_target(struct telling *telling, uint32_t number)
{
	uint64_t chance = tell_lot(telling, LOT_TARGET, number);
	char     id[ID_SIZE], target[32];

	snprintf(target, sizeof(target), "visitor-%u", (uint32_t)(chance >> 8) % TARGETS);
	snprintf(id, sizeof(id), "%d-%u", telling->hour, number);
	tell(telling,
	     &(struct told){ .type    = "ff.evaluation",
	                     .source  = "flags",
	                     .id      = id,
	                     .subject = target,
	                     .project = &DEMO_PROJECT[0],
	                     .at      = tell_moment(telling->hour, number * 3600 / TARGETS_BUSY) },
	     number % 10 == 9 ? "\"environment\":\"prod\",\"side\":\"server\""
	                      : "\"environment\":\"prod\",\"side\":\"client\"");
}

static void
tell_targets(struct telling *telling)
{
	uint32_t count = of_day(telling) < 6 ? TARGETS_BUSY / 6 : TARGETS_BUSY;

	for (uint32_t i = 0; i < count; i++)
		tell_target(telling, i);
}

/* ---- SRM and CE ---- */

static void
tell_monitored(struct telling *telling, uint32_t i)
{
	const struct demo_service *service     = &telling->world.services[i * 5 % DEMO_SERVICES];
	bool                       is_function = i >= MONITORED;
	char                       id[ID_SIZE], name[64];

	if (of_day(telling) != (int32_t)(i % HOURS_PER_DAY))
		return;
	snprintf(name, sizeof(name), "%s%s", service->id, is_function ? "-hook" : "");
	snprintf(id, sizeof(id), "slo-%s-%u-%d", name, i, telling->hour);
	tell(telling,
	     &(struct told){ .type    = "srm.activity",
	                     .source  = "reliability",
	                     .id      = id,
	                     .subject = name,
	                     .project = service->project,
	                     .at      = tell_moment(telling->hour, i * 97 % 3600) },
	     is_function ? "\"kind\":\"function\"" : "\"kind\":\"service\"");
}

/* Each working night one target is shaken, and the queue of the shop ten times. */
static void
tell_chaos(struct telling *telling)
{
	static const char *const   hosts[] = { "db-primary", "db-standby" };
	uint32_t                   day     = (uint32_t)(telling->hour / HOURS_PER_DAY);
	uint32_t                   number  = day % (CHAOS_SERVICES + CHAOS_HOSTS);
	const struct demo_service *service = &telling->world.services[number * 7 % DEMO_SERVICES];
	bool                       is_host = number >= CHAOS_SERVICES;
	uint32_t                   second  = (uint32_t)(tell_lot(telling, LOT_CHAOS, 0) % 3600);
	char                       id[ID_SIZE];

	if (of_day(telling) != 2)
		return;
	snprintf(id, sizeof(id), "chaos-%u", day);
	struct told told = { .type    = "ce.experiment",
		             .source  = "chaos",
		             .id      = id,
		             .subject = is_host ? hosts[number - CHAOS_SERVICES] : service->id,
		             .project = service->project,
		             .at      = tell_moment(telling->hour, second) };
	tell(telling, &told,
	     is_host ? "\"environment\":\"staging\",\"target_kind\":\"host\""
	             : "\"environment\":\"staging\",\"target_kind\":\"kubernetes\"");
	snprintf(id, sizeof(id), "chaos-queue-%u", day);
	told.subject = "order-queue";
	told.project = &DEMO_PROJECT[0];
	tell(telling, &told, "\"environment\":\"staging\",\"target_kind\":\"other\",\"runs\":5");
}

/* ---- IACM ---- */

/* Plans as often as applies, and now and then an apply that fails or finds nothing to do:
 * only what changed something counts. */
static void
tell_apply(struct telling *telling, uint32_t project)
{
	uint64_t    chance = tell_lot(telling, LOT_APPLY, project);
	char        id[ID_SIZE], data[DATA_SIZE];
	const char *status  = (chance >> 8) % 8 == 0 ? "failed" : "success";
	uint32_t    changes = (uint32_t)(chance >> 16) % 6;

	if (!tell_is_office(telling->hour) || chance % 6 > 1)
		return;
	snprintf(id, sizeof(id), "iacm-%u-%d", project, telling->hour);
	snprintf(data, sizeof(data), "\"command\":\"%s\",\"status\":\"%s\",\"changes\":%u",
	         chance % 6 == 0 ? "plan" : "apply", status, changes);
	tell(telling,
	     &(struct told){ .type    = "iacm.stage",
	                     .source  = "pipelines",
	                     .id      = id,
	                     .subject = "network",
	                     .project = &DEMO_PROJECT[project],
	                     .at = tell_moment(telling->hour, (uint32_t)(chance >> 40) % 3600) },
	     data);
}

/* ---- STO and SSCA ---- */

/* Every repository of every night, whatever day it is. */
static void
tell_scan(struct telling *telling, uint32_t i)
{
	const struct demo_project *project = &DEMO_PROJECT[i % DEMO_PROJECTS];
	char                       id[ID_SIZE], subject[64];

	snprintf(id, sizeof(id), "scan-%u-%d", i, telling->hour);
	snprintf(subject, sizeof(subject), "%s-%s-%u", project->name,
	         project->nouns[i / DEMO_PROJECTS % DEMO_NOUNS],
	         i / (DEMO_PROJECTS * DEMO_NOUNS) + 1);
	tell(telling,
	     &(struct told){ .type    = "sto.scan",
	                     .source  = "scanner",
	                     .id      = id,
	                     .subject = subject,
	                     .project = project,
	                     .at      = tell_moment(telling->hour, i * 45) },
	     "");
}

static void
tell_step(struct telling *telling, uint32_t project, uint32_t number)
{
	static const char *const steps[STEPS_A_DAY] = { "sbom_generation", "sbom_policy",
		                                        "slsa_generation", "signing" };
	char                     id[ID_SIZE], data[DATA_SIZE], artifact[64];

	snprintf(id, sizeof(id), "%s-%d", steps[number], telling->hour);
	snprintf(data, sizeof(data), "\"step\":\"%s\"", steps[number]);
	snprintf(artifact, sizeof(artifact), "%s-image", DEMO_PROJECT[project].name);
	tell(telling,
	     &(struct told){ .type    = "scs.step",
	                     .source  = "pipelines",
	                     .id      = id,
	                     .subject = artifact,
	                     .project = &DEMO_PROJECT[project],
	                     .at      = tell_moment(telling->hour, 600 + number * 60) },
	     data);
}

/* ---- CCM ---- */

static void
tell_spend(struct telling *telling)
{
	static const struct {
		const char *provider;
		const char *sku;
		uint32_t    a_day; /* in the account's currency */
	} bills[] = {
		{ "aws-production", "insights", 3400 },   { "aws-production", "commitment", 900 },
		{ "gcp-data", "insights", 1300 },         { "azure-office", "insights", 450 },
		{ "aws-production", "autostopping", 60 },
	};

	if (of_day(telling) != 5)
		return;
	for (uint32_t i = 0; i < sizeof(bills) / sizeof(bills[0]); i++) {
		uint64_t chance = tell_lot(telling, LOT_SPEND, i);
		char     id[ID_SIZE], data[DATA_SIZE];
		snprintf(id, sizeof(id), "%s-%s-%d", bills[i].provider, bills[i].sku,
		         telling->hour);
		snprintf(data, sizeof(data),
		         "\"amount\":\"%u.%02u\",\"currency\":\"USD\",\"sku\":\"%s\"",
		         bills[i].a_day * (90 + (uint32_t)(chance % 21)) / 100,
		         (uint32_t)(chance >> 32) % 100, bills[i].sku);
		tell(telling,
		     &(struct told){ .type    = "ccm.spend",
		                     .source  = "cloud-bills",
		                     .id      = id,
		                     .subject = bills[i].provider,
		                     .at      = tell_moment(telling->hour, i * 60) },
		     data);
	}
}

/* ---- the hour ---- */

void
tell_modules(struct telling *telling)
{
	for (uint32_t project = 0; project < DEMO_PROJECTS; project++) {
		for (uint32_t i = 0; i < DEMO_NOUNS && tell_is_office(telling->hour); i++)
			tell_build(telling, project, i);
		for (uint32_t i = 0; i < STEPS_A_DAY && of_day(telling) == 16; i++)
			tell_step(telling, project, i);
		tell_apply(telling, project);
	}
	tell_flag(telling);
	tell_targets(telling);
	for (uint32_t i = 0; i < MONITORED + MONITORED_FUNC; i++)
		tell_monitored(telling, i);
	tell_chaos(telling);
	for (uint32_t i = 0; i < SCANS_A_NIGHT && of_day(telling) == 3; i++)
		tell_scan(telling, i);
	tell_spend(telling);
}

/* ---- the account below ---- */

/* Three services, one of them on many machines, and a build a day. */
void
tell_labs(struct telling *telling)
{
	static const struct demo_project project = { .org = "labs", .name = "ideas" };
	static const struct {
		const char *name;
		uint32_t    instances;
	} services[] = { { "robot", 26 }, { "chat", 4 }, { "maps", 9 } };
	char id[ID_SIZE], data[DATA_SIZE];

	if (days_ago(telling) >= DEMO_LABS_DAYS)
		return;
	for (uint32_t i = 0; i < sizeof(services) / sizeof(services[0]); i++) {
		struct told told = { .type    = "cd.instances",
			             .source  = "agent",
			             .id      = id,
			             .subject = services[i].name,
			             .project = &project,
			             .at      = tell_moment(telling->hour, 60 * i),
			             .account = "demo-labs" };
		snprintf(id, sizeof(id), "%s-%d", services[i].name, telling->hour);
		snprintf(data, sizeof(data), "\"environment\":\"prod\",\"instances\":%u",
		         services[i].instances);
		tell(telling, &told, data);
		if (of_day(telling) != 10)
			continue;
		told.type   = "cd.deployment";
		told.source = "pipelines";
		tell(telling, &told, "\"environment\":\"prod\",\"deployment_type\":\"Kubernetes\"");
	}
	if (of_day(telling) != 9)
		return;
	snprintf(id, sizeof(id), "build-%d", telling->hour);
	tell(telling,
	     &(struct told){ .type    = "ci.build",
	                     .source  = "pipelines",
	                     .id      = id,
	                     .subject = "ideas",
	                     .project = &project,
	                     .at      = tell_moment(telling->hour, 0),
	                     .account = "demo-labs" },
	     "\"committer\":\"rae.ito@labs.example\",\"minutes\":9,\"hosted\":true,\"os\":"
	     "\"linux\"");
}
