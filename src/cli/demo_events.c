/* demo_events.c - what the made-up account of `tally demo` did, as events. */
#include "cli/demo_events.h"

#include <stdio.h>

#include "cli/demo_people.h"
#include "cli/demo_tell.h"

/* When things happened, in hours before the end. */
enum {
	LOAD_TEST_AGO   = 9 * HOURS_PER_DAY,
	LOAD_TEST_HOURS = 30,
	LOAD_TEST_LEVEL = 160,
	RENAMED_AGO     = 8 * HOURS_PER_DAY,
	DELETED_AGO     = 12 * HOURS_PER_DAY,
	RECREATED_AGO   = 11 * HOURS_PER_DAY,
	LAPSED_AGO      = 34 * HOURS_PER_DAY,
	MISTAKE_AGO     = 5 * HOURS_PER_DAY,
	GAP_AGO         = 20 * HOURS_PER_DAY,
	GAP_HOURS       = 52,
	STAGES_A_DAY    = 120,
};

/* ---- instances ---- */

/* Thousandths of the peak. */
static uint32_t
day_level(int32_t hour)
{
	static const uint32_t levels[HOURS_PER_DAY] = {
		340, 310,  290,  280, 290, 330, 440, 610, 790, 920, 970, 1000,
		990, 1000, 1000, 980, 950, 930, 870, 780, 660, 540, 440, 380,
	};
	uint32_t level = levels[hour % HOURS_PER_DAY];
	return tell_weekday(hour) >= 5 ? level * 6 / 10 : level;
}

static uint32_t
office_level(int32_t hour)
{
	int32_t of_day = hour % HOURS_PER_DAY;
	return tell_weekday(hour) < 5 && of_day >= 7 && of_day < 18 ? 1000 : 100;
}

/* From 85 to 115 hundredths of the peak over the whole time. */
static uint32_t
growing_level(const struct telling *telling, int32_t hour)
{
	int32_t hours = telling->now_hour - telling->from_hour;
	return 850 + (uint32_t)(300 * (hour - telling->from_hour) / (hours > 0 ? hours : 1));
}

static uint32_t
level_of(const struct telling *telling, const struct demo_service *service, int32_t hour)
{
	switch (service->curve) {
	case CURVE_DAY:
		return day_level(hour);
	case CURVE_OFFICE:
		return office_level(hour);
	case CURVE_GROWING:
		return growing_level(telling, hour);
	case CURVE_STEADY:
	case CURVE_NONE:
		break;
	}
	return 1000;
}

static uint32_t
instances_of(const struct telling *telling, const struct demo_service *service, int32_t hour)
{
	uint64_t index = (uint64_t)(service - telling->world.services);
	uint32_t noise = (uint32_t)(demo_chance(telling->plan->seed, index, (uint64_t)hour) % 41);
	uint32_t level = level_of(telling, service, hour) * (970 + noise) / 1000;
	int32_t  since = hour - (telling->now_hour - LOAD_TEST_AGO);

	if (service->twist == TWIST_LOAD_TEST && since >= 0 && since < LOAD_TEST_HOURS)
		return LOAD_TEST_LEVEL + noise;
	uint32_t instances = (service->peak_instances * level + 500) / 1000;
	return instances > 0 ? instances : 1;
}

static bool
is_alive(const struct telling *telling, const struct demo_service *service)
{
	uint32_t days_ago = (uint32_t)(telling->now_hour - telling->hour) / HOURS_PER_DAY;
	return days_ago < service->launched_days_ago && days_ago >= service->retired_days_ago;
}

static bool
reports(const struct telling *telling, const struct demo_service *service, int32_t hour)
{
	int32_t ago = telling->now_hour - hour;

	if (service->curve == CURVE_NONE)
		return false;
	if (service->twist == TWIST_GAPS)
		return (ago < GAP_AGO - GAP_HOURS || ago >= GAP_AGO) && hour % 17 != 0;
	if (service->twist == TWIST_RECREATED)
		return ago >= DELETED_AGO || ago < RECREATED_AGO;
	return true;
}

static void
tell_split(struct telling *telling, const struct demo_service *service, const char *environment,
           const char *infrastructure, uint32_t instances)
{
	char id[96], data[160];

	snprintf(id, sizeof(id), "%s-%s-%s-%d", service->id, environment, infrastructure,
	         telling->hour);
	snprintf(data, sizeof(data),
	         "\"environment\":\"%s\",\"infrastructure\":\"%s\",\"instances\":%u", environment,
	         infrastructure, instances);
	tell(telling,
	     &(struct told){ .type    = "cd.instances",
	                     .source  = "agent",
	                     .id      = id,
	                     .subject = service->id,
	                     .project = service->project,
	                     .at      = tell_moment(telling->hour, service->second) },
	     data);
}

static void
tell_instances(struct telling *telling, const struct demo_service *service)
{
	if (!reports(telling, service, telling->hour))
		return;
	uint32_t instances = instances_of(telling, service, telling->hour);
	uint32_t abroad    = service->has_second_region ? instances * 2 / 5 : 0;

	tell_split(telling, service, "prod", "eu-1", instances - abroad);
	if (service->has_second_region)
		tell_split(telling, service, "prod", "us-1", abroad);
	if (service->has_staging)
		tell_split(telling, service, "staging", "eu-1", 1);
}

/* ---- deployments and what happens to a few ---- */

static void
functions_text(const struct demo_service *service, char *text, size_t size)
{
	size_t used = (size_t)snprintf(text, size, ",\"functions\":[");

	for (uint32_t i = 0; i < service->functions; i++)
		used += (size_t)snprintf(text + used, size - used, "%s\"%s-%u\"", i ? "," : "",
		                         service->id, i + 1);
	snprintf(text + used, size - used, "]");
}

static void
tell_deployment(struct telling *telling, const struct demo_service *service)
{
	uint64_t index  = (uint64_t)(service - telling->world.services);
	uint64_t chance = demo_chance(telling->plan->seed, index + 1000, (uint64_t)telling->hour);
	char     id[96], data[320], functions[224] = "";

	if (service->functions > 0)
		functions_text(service, functions, sizeof(functions));
	snprintf(id, sizeof(id), "%s-%d", service->id, telling->hour);
	snprintf(data, sizeof(data),
	         "\"environment\":\"prod\",\"infrastructure\":\"eu-1\",\"deployment_type\":\"%s\","
	         "\"status\":\"%s\"%s",
	         service->type, chance % 12 == 0 ? "failed" : "success", functions);
	tell(telling,
	     &(struct told){ .type    = "cd.deployment",
	                     .source  = "pipelines",
	                     .id      = id,
	                     .subject = service->id,
	                     .project = service->project,
	                     .at = tell_moment(telling->hour, (uint32_t)(chance >> 32) % 3600) },
	     data);
}

static bool
deploys(const struct telling *telling, const struct demo_service *service)
{
	uint64_t index = (uint64_t)(service - telling->world.services);
	int32_t  day   = telling->hour / HOURS_PER_DAY;
	int32_t  ago   = telling->now_hour - telling->hour;
	uint64_t chance =
		demo_chance(telling->plan->seed, index, UINT64_C(1) << 40 | (uint64_t)day);

	if (service->twist == TWIST_LAPSED && ago < LAPSED_AGO)
		return false;
	if (service->twist == TWIST_RECREATED && ago < DELETED_AGO && ago > RECREATED_AGO)
		return false;
	if (service->twist == TWIST_RECREATED && ago == RECREATED_AGO)
		return true;
	if (((uint64_t)day + index) % service->deploy_days != 0)
		return false;
	return telling->hour % HOURS_PER_DAY == (int32_t)(8 + chance % 10);
}

static void
tell_story(struct telling *telling, const struct demo_service *service)
{
	int32_t        ago  = telling->now_hour - telling->hour;
	struct instant at   = tell_moment(telling->hour, 1800);
	struct told    told = { .source = "console", .subject = service->id, .at = at };

	told.project = service->project;
	if (service->twist == TWIST_RENAMED && ago == RENAMED_AGO) {
		told.type = "cd.service.renamed";
		told.id   = "rename-1";
		tell(telling, &told, "\"name\":\"Card payments\"");
	} else if (service->twist == TWIST_RECREATED && ago == DELETED_AGO) {
		told.type = "cd.service.deleted";
		told.id   = "delete-1";
		tell(telling, &told, "");
	}
}

/* Somebody deploys into the wrong account, and takes it back. */
static void
tell_mistake(struct telling *telling)
{
	const struct demo_project *project = &DEMO_PROJECT[DEMO_PROJECTS - 2];
	int32_t                    ago     = telling->now_hour - telling->hour;

	if (ago == MISTAKE_AGO)
		tell(telling,
		     &(struct told){ .type    = "cd.deployment",
		                     .source  = "pipelines",
		                     .id      = "wrong-account-1",
		                     .subject = "sandbox-api",
		                     .project = project,
		                     .at      = tell_moment(telling->hour, 600) },
		     "\"environment\":\"prod\",\"deployment_type\":\"Kubernetes\"");
	if (ago == MISTAKE_AGO - 1)
		tell(telling,
		     &(struct told){ .type    = "event.retracted",
		                     .source  = "console",
		                     .id      = "retraction-1",
		                     .subject = "pipelines/tools wrong-account-1",
		                     .project = project,
		                     .at      = tell_moment(telling->hour, 900) },
		     "");
}

/* ---- GitOps and stages ---- */

static void
tell_cluster(struct telling *telling, const struct demo_application *application, uint32_t i)
{
	bool syncs = telling->hour % HOURS_PER_DAY == (int32_t)(application->second % 24);
	char id[96], data[160], link[64] = "";

	snprintf(id, sizeof(id), "%s-c%u-%d", application->id, i, telling->hour);
	snprintf(data, sizeof(data), "\"cluster\":\"c%u\",\"instances\":%u", i,
	         application->instances);
	struct told told = { .type    = "gitops.instances",
		             .source  = "gitops-agent",
		             .id      = id,
		             .subject = application->id,
		             .project = application->project,
		             .at      = tell_moment(telling->hour, application->second) };
	tell(telling, &told, data);
	if (!syncs)
		return;
	if (application->service)
		snprintf(link, sizeof(link), ",\"service\":\"%s\"", application->service);
	snprintf(data, sizeof(data), "\"cluster\":\"c%u\"%s", i, link);
	told.type   = "gitops.sync";
	told.source = "gitops";
	tell(telling, &told, data);
}

static void
tell_stages(struct telling *telling, uint32_t project)
{
	char     id[48], data[128];
	uint32_t count = STAGES_A_DAY / (DEMO_PROJECTS * 12);

	/* Twice an hour in the busy half of the day. */
	if (telling->hour % HOURS_PER_DAY < 7 || telling->hour % HOURS_PER_DAY >= 19)
		return;
	for (uint32_t i = 0; i < count; i++) {
		snprintf(id, sizeof(id), "stage-%d-%u", telling->hour, i);
		snprintf(data, sizeof(data),
		         "\"stage\":\"approve\",\"execution\":\"%d\",\"status\":\"success\"",
		         telling->hour);
		tell(telling,
		     &(struct told){ .type    = "cd.stage",
		                     .source  = "pipelines",
		                     .id      = id,
		                     .subject = "release",
		                     .project = &DEMO_PROJECT[project],
		                     .at      = tell_moment(telling->hour, 300 + i * 1500) },
		     data);
	}
}

/* ---- hours ---- */

static void
tell_project(struct telling *telling, uint32_t project)
{
	enum { EACH = DEMO_NOUNS * DEMO_ROLES };

	for (uint32_t i = project * EACH; i < (project + 1) * EACH; i++) {
		const struct demo_service *service = &telling->world.services[i];
		if (!is_alive(telling, service))
			continue;
		if (deploys(telling, service))
			tell_deployment(telling, service);
		tell_instances(telling, service);
		tell_story(telling, service);
	}
	for (uint32_t i = project; i < DEMO_APPLICATIONS; i += DEMO_PROJECTS)
		for (uint32_t k = 0; k < telling->world.applications[i].clusters; k++)
			tell_cluster(telling, &telling->world.applications[i], k + 1);
	tell_stages(telling, project);
}

/* Now and then an agent gets no answer and sends its hour again. */
static void
tell_hour(struct telling *telling)
{
	uint64_t chance = demo_chance(telling->plan->seed, 2000, (uint64_t)telling->hour);

	tell_flex(telling);
	if (telling->hour < telling->from_hour)
		return;
	for (uint32_t project = 0; project < DEMO_PROJECTS; project++)
		tell_project(telling, project);
	if (chance % 12 == 0)
		tell_project(telling, (uint32_t)(chance >> 32) % DEMO_PROJECTS);
	tell_mistake(telling);
	tell_modules(telling);
	tell_labs(telling);
}

/* The moment at which everything of the hour has arrived. */
static struct instant
arrived(const struct telling *telling)
{
	struct instant end = tell_moment(telling->hour, 3540);
	return end.ns < telling->plan->now.ns ? end : telling->plan->now;
}

enum err
demo_events(const struct demo_plan *plan, struct arena *arena, demo_send *send, void *context)
{
	struct telling telling = { .plan = plan, .now_hour = hour_of(plan->now) };
	enum err       err     = ERR_NONE;

	CHECK(plan->days > 0);
	telling.from_hour = telling.now_hour + 1 - (int32_t)plan->days * HOURS_PER_DAY;
	telling.flex_hour = day_first_hour(telling.now_hour) - DEMO_FLEX_DAYS * HOURS_PER_DAY;
	telling.hour =
		telling.flex_hour < telling.from_hour ? telling.flex_hour : telling.from_hour;
	CHECK(telling.hour >= 0);
	demo_world_make(plan->seed, &telling.world);
	text_open(&telling.lines, arena);
	for (; telling.hour <= telling.now_hour; telling.hour++) {
		tell_hour(&telling);
		if ((telling.hour + 1) % HOURS_PER_DAY != 0 && telling.hour < telling.now_hour)
			continue;
		err = send(context, arrived(&telling), text_span(&telling.lines));
		if (err != ERR_NONE)
			break;
		telling.lines.size = 0;
	}
	return err;
}
