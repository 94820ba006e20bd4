/* demo_people.h - the made-up people of `tally demo`, and the lists that they are told in.
 *
 * Pure. As many in each team; a team is a project of the demo's world. */
#ifndef TALLY_CLI_DEMO_PEOPLE_H
#define TALLY_CLI_DEMO_PEOPLE_H

#include "cli/demo_world.h"
#include "core/base/text.h"

enum {
	DEMO_OFFICE  = 4, /* people of no team, the first of all */
	DEMO_TEAM    = 7,
	DEMO_PEOPLE  = DEMO_OFFICE + DEMO_PROJECTS * DEMO_TEAM,
	DEMO_NO_TEAM = DEMO_PROJECTS,
};

struct demo_person {
	const char *name;
	const char *email;
	uint32_t    team;
	const char *role;
};
extern const struct demo_person DEMO_PERSON[DEMO_PEOPLE];

/* Who leaves, and when. */
#define DEMO_LEAVER "tom.becker@demo.example"
enum { DEMO_LEFT_DAYS_AGO = 6 };

/* How old the account below is. */
enum { DEMO_LABS_DAYS = 120 };

/* How old the contract of the account on Flex is: ten months. */
enum { DEMO_FLEX_DAYS = 305 };

/* One of the team's, by chance. Who has left by then is none of them. */
const struct demo_person *demo_person_of(uint32_t team, uint64_t chance, int32_t days_ago);

/* People and service accounts with their groups, as CSV for tally import people. */
struct span demo_people_list(struct arena *arena);
/* Developers with their managers, as CSV for tally import developers; without the one
 * who leaves, unless everybody is wanted. */
struct span demo_developer_list(bool everybody, struct arena *arena);

#endif
