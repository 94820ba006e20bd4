/* roster.h - the people of one account: who has which module, and since when (L-21, A-10).
 *
 * Pure. Notes of grants, revocations and descriptions come in any order; what holds at a
 * moment is decided by their times alone: the latest wins, and of a grant and a revocation
 * at one time the revocation. What is noted is copied into the roster's arena. */
#ifndef TALLY_CORE_PEOPLE_ROSTER_H
#define TALLY_CORE_PEOPLE_ROSTER_H

#include "core/base/calendar.h"
#include "core/identity/identity.h"
#include "core/people/email.h"

enum roster_kind {
	ROSTER_GRANTED,
	ROSTER_REVOKED,
	ROSTER_DESCRIBED, /* put on the list of people, or changed there */
	ROSTER_REMOVED,   /* taken off the list of people */
};

struct roster_note {
	enum roster_kind   kind;
	struct span        module; /* of a grant or a revocation */
	struct span        name;   /* empty: nothing is said about it */
	const struct span *groups;
	uint32_t           groups_count;
	bool               says_groups;
	bool               says_service_account;
	bool               service_account;
	struct instant     at;
	struct instant     received;
	struct identity    identity; /* of the event; {0, 0}: none */
};

struct roster_entry;

struct roster {
	struct arena         *arena;
	struct text_index     emails;
	struct roster_entry **entries; /* by number */
	uint32_t              capacity;
};

/* seed: see core/people/email.h. The arena must outlive the roster. */
void     roster_open(struct roster *roster, struct arena *arena, uint64_t seed);
uint32_t roster_count(const struct roster *roster);
/* The number of email, which is in lower case; TEXT_INDEX_NONE. */
uint32_t roster_find(const struct roster *roster, struct span email);
void     roster_add(struct roster *roster, struct span email, const struct roster_note *note);
/* The person did something then; one who is not known is remembered all the same. */
void roster_active(struct roster *roster, struct span email, struct instant at);

/* What is asked about: notes with a time up to `at` that were received up to `known`,
 * without those of retracted events. */
struct roster_moment {
	struct instant at;
	struct instant known;
	bool (*retracted)(const void *context, struct identity identity);
	const void *context;
};

struct roster_access {
	struct span    module;
	struct instant since; /* the first grant after the last revocation */
};

/* A person at a moment; texts live as long as the roster's arena. */
struct roster_person {
	struct span                 email;
	struct span                 name;
	const struct span          *groups;
	uint32_t                    groups_count;
	bool                        service_account;
	bool                        present; /* somebody: described or granted, not removed since */
	struct instant              active;  /* INT64_MIN: never seen */
	const struct roster_access *access;  /* by module, bytewise */
	uint32_t                    access_count;
};

void roster_person(const struct roster *roster, uint32_t number, const struct roster_moment *moment,
                   struct arena *arena, struct roster_person *person);
/* Has the person this module? Then *since may be filled (NULL: not asked). */
bool person_has(const struct roster_person *person, struct span module, struct instant *since);
/* A time after everything noted about the person and not before now: what is noted then
 * holds. */
struct instant roster_after(const struct roster *roster, uint32_t number, struct instant now);

#endif
