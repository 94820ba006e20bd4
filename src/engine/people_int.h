/* people_int.h - what the files about people share: people.c, people_change.c,
 * people_put.c, people_import.c, developers.c, assignments.c.
 *
 * In SPACE_CONTROL: "p" account 0 0 N a change of the list of people or of assignments,
 * read at the start; "P" account the events of the last change until they are in the log;
 * "D" account the list of developers. docs/format.md has the bytes.
 *
 * Locks, in the order of taking: change_lock of people (one change at a time, held until
 * its events are in the log), the engine's own, roster_lock (rosters and assignments). */
#ifndef TALLY_ENGINE_PEOPLE_INT_H
#define TALLY_ENGINE_PEOPLE_INT_H

#include "core/people/assignment.h"
#include "core/people/people_list.h"
#include "core/people/roster.h"
#include "engine/engine_int.h"
#include "engine/people.h"

/* What is known of one account's people. */
struct people_account {
	struct span        id;
	struct roster      roster;
	struct assignment *assignments; /* the latest of each module */
	uint32_t           assignments_count;
	uint32_t           assignments_capacity;
};

struct rosters {
	pthread_mutex_t         change_lock;
	pthread_mutex_t         roster_lock;
	struct arena            arena;
	uint64_t                seed;
	struct text_index       names; /* of accounts */
	struct people_account **accounts;
	uint32_t                capacity;
	uint64_t                scanned; /* ordinals below are in the rosters */
	const struct span      *words;   /* one of them stands in every event that matters */
	uint32_t                words_count;
};

/* ---- people.c ---- */

/* Takes roster_lock, and brings the rosters to what the log holds; people_leave gives it
 * back, also after a failure. *account: made when there was nothing about it yet. */
MUST_CHECK enum err people_enter(struct engine *engine, struct span account,
                                 struct people_account **entry, struct refusal *refusal);
void                people_leave(struct engine *engine);
/* Everything, with events that lie ahead of the clock; until roster_moment_end the books
 * must not be written. */
struct roster_moment   people_now(struct engine *engine);
void                   people_now_end(struct engine *engine);
struct people_account *people_account_of(struct rosters *rosters, struct span account);
/* {"account":account  without the end. */
void people_answer_open(struct json_out *out, struct arena *arena, struct span account);
/* Numbers of a roster by the bytes of their e-mails; of those from cursor on. */
uint32_t           *people_sorted(const struct people_account *entry, struct arena *arena);
MUST_CHECK enum err people_account_check(struct engine *engine, struct span account,
                                         struct refusal *refusal);

/* ---- people_change.c ---- */

/* One change on its way: what it does is gathered, then committed at once. */
struct people_change {
	struct engine         *engine;
	struct span            account;
	struct arena          *arena;
	struct refusal        *refusal;
	struct change_begun    begun;
	struct people_account *entry;
	struct instant         now;
	struct text            events; /* NDJSON */
	struct json_out        noted;  /* members "people" and "assignments" of a "p" record */
	uint32_t               noted_count;
	uint32_t               granted;
	uint32_t               revoked;
	struct store_write     list; /* of developers; key.size 0: unchanged */
};

/* Takes the lock; sends what the last change left unsent. *replayed: *answer is the first
 * answer to this Idempotency-Key. After ERR_NONE people_change_commit or people_change_end
 * must follow, one of them; roster_lock is held until then. */
MUST_CHECK enum err people_change_begin(struct people_change *pending, struct engine *engine,
                                        const struct change *change, struct span account,
                                        struct span route, struct span request, struct arena *arena,
                                        bool *replayed, struct span *answer,
                                        struct refusal *refusal);
/* Commit records and events, and wait until the events are in the log. Without anything to
 * change nothing is written. note: what, id, before, after; the account is filled in. */
MUST_CHECK enum err people_change_commit(struct people_change *pending, struct change_note note,
                                         struct span answer);
void                people_change_end(struct people_change *pending);
/* After the commit of an import: say that it has finished. The import stands whether
 * or not that can be said. */
void people_import_told(const struct people_change *pending, const char *list);

/* A grant or a revocation, after everything noted about the person. */
void people_change_access(struct people_change *pending, const struct roster_person *person,
                          struct span module, bool grant);
/* Put the person on the list of people as it is now, or take it off. */
void people_change_describe(struct people_change *pending, const struct roster_person *person);
void people_change_remove(struct people_change *pending, struct span email);
void people_change_assign(struct people_change *pending, const struct assignment *assignment);
/* ---- people_put.c ---- */

struct settled {
	bool added;   /* was nobody before */
	bool changed; /* was somebody, and something about the person changes */
};
/* Make it so: the wish, and what the assignments mean for the person then. replaces: what
 * the wish says about modules is all that the person has. */
void people_settle(struct people_change *pending, const struct roster_moment *moment,
                   const struct person_wish *wish, bool replaces, struct arena *scratch,
                   struct settled *settled);

/* ---- reading lists: people_import.c ---- */

enum { LIST_MAPPINGS_MAX = LIST_FIELDS_MAX };
struct list_read {
	struct sheet        sheet;
	struct list_mapping mappings[LIST_MAPPINGS_MAX];
	uint32_t            mappings_count;
	struct list_errors  errors;
};

/* The sheet and the mapping. A list that cannot be read leaves its error in read->errors,
 * and ERR_NONE; a mapping that makes no sense is refused. */
MUST_CHECK enum err list_request_read(const struct list_request *request,
                                      const struct list_field *fields, uint32_t fields_count,
                                      struct arena *arena, struct list_read *read,
                                      struct refusal *refusal);
/* {"account","saved":false,"errors":[..]} */
struct span list_errors_answer(struct span account, const struct list_errors *errors,
                               struct arena *arena);

/* Who is added, removed, changed: a count, and the first of them. */
struct told {
	struct json_out list;
	uint32_t        count;
};
void told_open(struct told *told, struct arena *arena);
void told_add(struct told *told, struct span email, struct span name);
void told_write(struct json_out *out, struct span key, struct told *told);
/* What the list is about, for an Idempotency-Key. */
struct span list_request_text(const struct list_request *request, struct arena *arena);

#endif
