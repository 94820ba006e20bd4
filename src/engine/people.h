/* people.h - people, developers and licence management of an account.
 *
 * Who has which module is said by events alone: every change here becomes access.granted
 * and access.revoked events of the source tally:people, so figures, explanations and
 * replay know no other way. What cannot be an event (who is on the list of people, the
 * other columns of the developer list, the assignments) is control data, committed
 * together with the events that are still to be sent; a start sends what a crash left.
 *
 * Calls may wait for the disk: not for threads that serve connections. */
#ifndef TALLY_ENGINE_PEOPLE_H
#define TALLY_ENGINE_PEOPLE_H

#include "engine/engine.h"

/* question: account; module: those who have it; at, known_at, limit, cursor.
 * {"account","at","people":[{"email","name","service_account","groups":[..],
 *  "modules":[..],"since":{module: time},"last_activity"}],"next":cursor?}, by e-mail. */
MUST_CHECK enum err engine_people_list(struct engine *engine, const struct question *question,
                                       struct arena *arena, struct span *answer,
                                       struct refusal *refusal);

/* json: {"email","name","modules":[..],"groups":[..],"service_account"}, or {"people":[..]}
 * of those. Modules are granted, none is revoked. {"account","granted":n,"revoked":n,
 * "people":n,"unchanged":n}. */
MUST_CHECK enum err engine_people_grant(struct engine *engine, const struct change *change,
                                        struct span account, struct span json, struct arena *arena,
                                        struct span *answer, struct refusal *refusal);
/* module empty: every module, and off the list of people. ERR_PERSON_UNKNOWN. */
MUST_CHECK enum err engine_people_revoke(struct engine *engine, const struct change *change,
                                         struct span account, struct span email, struct span module,
                                         struct arena *arena, struct span *answer,
                                         struct refusal *refusal);

enum list_format { LIST_FORMAT_CSV, LIST_FORMAT_JSON };

struct list_request {
	struct span      body;
	enum list_format format;
	struct span      mapping; /* {"name":"Full Name"}; empty: none */
	bool             preview; /* say what would change, and save nothing */
};

/* A list with errors is no refusal: {"account","saved":false,"errors":[{"code","count",
 * "reason","examples"}]} and nothing changed. Else "saved", "rows", what changed, and
 * likely duplicates. */
MUST_CHECK enum err engine_people_import(struct engine *engine, const struct change *change,
                                         struct span account, const struct list_request *request,
                                         struct arena *arena, struct span *answer,
                                         struct refusal *refusal);
/* Replaces the list: who is not on it loses the module SEI. */
MUST_CHECK enum err engine_developers_import(struct engine *engine, const struct change *change,
                                             struct span                account,
                                             const struct list_request *request,
                                             struct arena *arena, struct span *answer,
                                             struct refusal *refusal);
/* Who has SEI, with the columns of the list: {"account","developers":[..],"next"?}, and on
 * the first page "duplicates" of all of them (core/people/duplicate.h). */
MUST_CHECK enum err engine_developers_list(struct engine *engine, const struct question *question,
                                           struct arena *arena, struct span *answer,
                                           struct refusal *refusal);

/* {"account","modules":[{"module","assign","groups","service_accounts","people":n,"since",
 * "by"}]}: of every module that is assigned or that somebody has; who put it and when, where
 * somebody did. */
MUST_CHECK enum err engine_assignments_list(struct engine *engine, struct span account,
                                            struct arena *arena, struct span *answer,
                                            struct refusal *refusal);
/* json: one assignment (core/people/assignment.h), or {"modules":[..]}. The answer is the
 * list, with "granted" and "revoked". */
MUST_CHECK enum err engine_assignments_put(struct engine *engine, const struct change *change,
                                           struct span account, struct span json,
                                           struct arena *arena, struct span *answer,
                                           struct refusal *refusal);
/* What putting it would mean, and nothing is changed: the assignments with how many people
 * have the module "now" and "then", and where having it is what is licensed, "licences":
 * {"unit","owned","now","then"}; "gaining" and "losing": {"count","people":[..]}. */
MUST_CHECK enum err engine_assignments_preview(struct engine *engine, struct span account,
                                               struct span json, struct arena *arena,
                                               struct span *answer, struct refusal *refusal);

#endif
