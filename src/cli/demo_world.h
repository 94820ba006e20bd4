/* demo_world.h - the made-up account of `tally demo`: its services and applications.
 *
 * Pure. The same seed gives the same account. Names are plain: no character of them
 * needs an escape in JSON. */
#ifndef TALLY_CLI_DEMO_WORLD_H
#define TALLY_CLI_DEMO_WORLD_H

#include <stdbool.h>
#include <stdint.h>

enum {
	DEMO_PROJECTS     = 8,
	DEMO_NOUNS        = 5,
	DEMO_ROLES        = 3,
	DEMO_SERVICES     = DEMO_PROJECTS * DEMO_NOUNS * DEMO_ROLES,
	DEMO_APPLICATIONS = 12,
	DEMO_NAME_SIZE    = 32,
};

struct demo_project {
	const char *org;
	const char *name;
	const char *nouns[DEMO_NOUNS];
};
extern const struct demo_project DEMO_PROJECT[DEMO_PROJECTS];

/* How many instances run at which hour. */
enum demo_curve {
	CURVE_STEADY,
	CURVE_DAY,     /* scales with the hour of the day, less on weekends */
	CURVE_OFFICE,  /* office hours of working days, else next to nothing */
	CURVE_GROWING, /* a little more each day */
	CURVE_NONE,    /* nothing reports: custom deployments, functions */
};

/* What happens to a few of them, so that there is something to explain. */
enum demo_twist {
	TWIST_NONE,
	TWIST_LOAD_TEST,
	TWIST_GROWTH,
	TWIST_RENAMED,
	TWIST_RECREATED,
	TWIST_GAPS,
	TWIST_LAPSED,
};

struct demo_service {
	const struct demo_project *project;
	char                       id[DEMO_NAME_SIZE];
	const char                *type; /* of its deployments */
	enum demo_curve            curve;
	enum demo_twist            twist;
	uint32_t                   peak_instances;
	uint32_t                   second;            /* of the hour, when it reports */
	uint32_t                   deploy_days;       /* between deployments */
	uint32_t                   functions;         /* 0 unless serverless */
	uint32_t                   launched_days_ago; /* UINT32_MAX: always there */
	uint32_t                   retired_days_ago;  /* 0: still there */
	bool                       has_second_region;
	bool                       has_staging;
};

struct demo_application {
	const struct demo_project *project;
	char                       id[DEMO_NAME_SIZE];
	const char                *service; /* linked to, NULL: to none */
	uint32_t                   clusters;
	uint32_t                   instances; /* on each cluster */
	uint32_t                   second;
};

struct demo_world {
	uint64_t                seed;
	struct demo_service     services[DEMO_SERVICES];
	struct demo_application applications[DEMO_APPLICATIONS];
};

/* A number that looks random, and is the same for the same three. */
uint64_t demo_chance(uint64_t seed, uint64_t a, uint64_t b);

void demo_world_make(uint64_t seed, struct demo_world *world);

#endif
