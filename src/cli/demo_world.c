/* demo_world.c - the made-up account of `tally demo`: its services and applications. */
#include "cli/demo_world.h"

#include <stdio.h>
#include <string.h>

#include "core/base/check.h"

const struct demo_project DEMO_PROJECT[DEMO_PROJECTS] = {
	{ "retail", "shop", { "catalog", "price", "stock", "review", "image" } },
	{ "retail", "checkout", { "basket", "order", "voucher", "shipping", "receipt" } },
	{ "retail", "search", { "query", "index", "suggest", "rank", "crawl" } },
	{ "bank", "payments", { "card", "transfer", "refund", "payout", "dispute" } },
	{ "bank", "ledger", { "journal", "balance", "statement", "closing", "audit" } },
	{ "bank", "risk", { "score", "limit", "fraud", "watch", "report" } },
	{ "platform", "tools", { "portal", "build", "mail", "login", "secret" } },
	{ "platform", "data", { "event", "export", "metric", "archive", "model" } },
};

static const char *const roles[DEMO_ROLES] = { "api", "worker", "web" };

static const struct {
	const char     *project;
	const char     *id;
	enum demo_twist twist;
	enum demo_curve curve;
	uint32_t        peak_instances;
} twists[] = {
	{ "checkout", "basket-api", TWIST_LOAD_TEST, CURVE_DAY, 17 },
	{ "search", "query-api", TWIST_GROWTH, CURVE_GROWING, 20 },
	{ "payments", "card-api", TWIST_RENAMED, CURVE_DAY, 52 },
	{ "ledger", "journal-worker", TWIST_RECREATED, CURVE_STEADY, 28 },
	{ "risk", "score-worker", TWIST_GAPS, CURVE_DAY, 33 },
	{ "tools", "portal-web", TWIST_LAPSED, CURVE_STEADY, 45 },
};

uint64_t
demo_chance(uint64_t seed, uint64_t a, uint64_t b)
{
	uint64_t x = seed * UINT64_C(0x9e3779b97f4a7c15) + a * UINT64_C(0xd1342543de82ef95) +
	             b * UINT64_C(0xaf251af3b0f025b5) + UINT64_C(0x632be59bd9b4e019);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

/* ---- services ---- */

static void
choose_type(struct demo_service *service, uint64_t chance)
{
	static const char *const types[] = {
		"Kubernetes",
		"Kubernetes",
		"Kubernetes",
		"Kubernetes",
		"Kubernetes",
		"Kubernetes",
		"Kubernetes",
		"Kubernetes",
		"ECS",
		"ECS",
		"ECS",
		"NativeHelm",
		"NativeHelm",
		"SSH",
		"WinRM",
		"Asg",
		"Asg",
		"CustomDeployment",
		"CustomDeployment",
		"AwsLambda",
	};
	service->type = types[chance % (sizeof(types) / sizeof(types[0]))];
	if (strcmp(service->type, "CustomDeployment") == 0)
		service->curve = CURVE_NONE;
	if (strcmp(service->type, "AwsLambda") == 0) {
		service->curve     = CURVE_NONE;
		service->functions = 1 + (uint32_t)(chance >> 32) % 5;
	}
}

static void
choose_size(struct demo_service *service, uint64_t chance)
{
	static const uint32_t        peaks[]  = { 2,  2,  3,  3,  4,  4,  6,  8,  8,  10, 12,
		                                  12, 14, 16, 24, 28, 33, 37, 45, 52, 75, 130 };
	static const enum demo_curve curves[] = { CURVE_STEADY, CURVE_DAY, CURVE_DAY,
		                                  CURVE_OFFICE };
	service->peak_instances               = peaks[chance % (sizeof(peaks) / sizeof(peaks[0]))];
	service->curve             = curves[(chance >> 16) % (sizeof(curves) / sizeof(curves[0]))];
	service->second            = (uint32_t)(chance >> 24) % 3600;
	service->deploy_days       = 1 + (uint32_t)(chance >> 40) % 9;
	service->has_second_region = (chance >> 48) % 3 == 0;
	service->has_staging       = (chance >> 56) % 4 == 0;
}

/* Some are newer than the account, some are not used any more. */
static void
choose_life(struct demo_service *service, uint64_t chance)
{
	service->launched_days_ago =
		chance % 6 == 0 ? 2 + (uint32_t)(chance >> 8) % 40 : UINT32_MAX;
	service->retired_days_ago = chance % 6 == 1 ? 10 + (uint32_t)(chance >> 8) % 40 : 0;
}

static void
choose_twist(struct demo_service *service)
{
	for (size_t i = 0; i < sizeof(twists) / sizeof(twists[0]); i++) {
		if (strcmp(service->project->name, twists[i].project) != 0 ||
		    strcmp(service->id, twists[i].id) != 0)
			continue;
		service->twist          = twists[i].twist;
		service->curve          = twists[i].curve;
		service->peak_instances = twists[i].peak_instances;
		service->type           = "Kubernetes";
		service->functions      = 0;
		service->deploy_days    = 1;
		service->has_staging    = false;
		choose_life(service, 2);
	}
}

static void
service_make(struct demo_world *world, uint32_t i)
{
	struct demo_service       *service = &world->services[i];
	const struct demo_project *project = &DEMO_PROJECT[i / (DEMO_NOUNS * DEMO_ROLES)];

	*service = (struct demo_service){ .project = project };
	snprintf(service->id, sizeof(service->id), "%s-%s",
	         project->nouns[i / DEMO_ROLES % DEMO_NOUNS], roles[i % DEMO_ROLES]);
	choose_size(service, demo_chance(world->seed, i, 1));
	choose_type(service, demo_chance(world->seed, i, 2));
	choose_life(service, demo_chance(world->seed, i, 4));
	choose_twist(service);
}

/* ---- applications ---- */

/* The first third are linked to the api of a project's last noun; one runs everywhere. */
static void
application_make(struct demo_world *world, uint32_t i)
{
	struct demo_application   *application = &world->applications[i];
	const struct demo_project *project     = &DEMO_PROJECT[i % DEMO_PROJECTS];
	uint64_t                   chance      = demo_chance(world->seed, i, 3);
	uint32_t                   first       = i % DEMO_PROJECTS * DEMO_NOUNS * DEMO_ROLES;

	*application = (struct demo_application){
		.project   = project,
		.clusters  = i == 0 ? 4 : 1 + (uint32_t)chance % 2,
		.instances = 2 + (uint32_t)(chance >> 8) % 15,
		.second    = (uint32_t)(chance >> 24) % 3600,
	};
	if (i < DEMO_APPLICATIONS / 3)
		application->service = world->services[first + (DEMO_NOUNS - 1) * DEMO_ROLES].id;
	snprintf(application->id, sizeof(application->id), "%s-%s", project->name,
	         i < DEMO_PROJECTS ? "apps" : "addons");
}

void
demo_world_make(uint64_t seed, struct demo_world *world)
{
	world->seed = seed;
	for (uint32_t i = 0; i < DEMO_SERVICES; i++)
		service_make(world, i);
	for (uint32_t i = 0; i < DEMO_APPLICATIONS; i++)
		application_make(world, i);
}
