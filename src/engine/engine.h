/* engine.h - the one meeting place: gather what an operation needs, let the core
 * decide, commit.
 *
 * An engine owns a store and everything derived from it. Every call may be made from
 * any thread unless it says otherwise. Answers are JSON bytes in the caller's arena,
 * exactly as the HTTP interface and `--json` print them (docs/api.md); refusals and
 * faults come as enum err with *refusal saying what and where.
 *
 * Two threads of its own: one identifies, numbers and packs batches, one commits,
 * counts and answers them, so while a block is being synced the next one fills. */
#ifndef TALLY_ENGINE_ENGINE_H
#define TALLY_ENGINE_ENGINE_H

#include "core/base/arena.h"
#include "core/base/calendar.h"
#include "core/catalog/catalog.h"
#include "core/meter/decode.h"
#include "edge/store/store.h"

struct engine;

struct engine_settings {
	struct duration max_ahead;    /* ingest.max_ahead, default 5 minutes */
	int32_t         horizon_days; /* ingest.horizon_days, 0: none */
	bool            keep_unknown; /* ingest.unknown_types = keep */
	int32_t         grace_days;   /* invoice.grace_days (F-30) */
	struct span     seller;       /* invoice.seller, lines divided by LF; outlives the engine */
	bool            issue_by_clock; /* invoice.issue = clock: engine_tick closes months */
	bool            eager;          /* tests: checkpoint, join, seal every thousand events */
};
struct engine_settings engine_settings_default(void);

struct engine_options {
	struct store          *store;   /* owned by the engine from a successful open on */
	const struct catalog  *catalog; /* outlives the engine */
	struct engine_settings settings;
	struct instant (*clock)(void *context); /* NULL: the system's */
	void *clock_context;
};

/* Loads identities, retractions, accounts and keys; books come on first use. */
MUST_CHECK enum err engine_open(const struct engine_options *options, struct engine **engine,
                                struct refusal *refusal);
/* Finishes what was accepted, checkpoints, closes the store. */
void engine_close(struct engine *engine);
/* ERR_NONE: takes events and answers. A fault: why it cannot take events just now
 * (questions are answered all the same). */
enum err       engine_ready(const struct engine *engine);
struct instant engine_now(const struct engine *engine);

/* ---- events in ---- */

enum verdict { VERDICT_ACCEPTED, VERDICT_DUPLICATE, VERDICT_REJECTED };

struct ingest_counts {
	uint64_t accepted;
	uint64_t duplicate;
	uint64_t conflicting; /* of the duplicates, those that say something else */
	uint64_t rejected;
};

/* One batch on its way. The caller owns it and body until done was called. */
struct ingest {
	struct span       body; /* unpacked */
	enum event_format format;
	struct span       account;           /* of the API key; empty: each event names its own */
	bool              receipts;          /* keep every event's verdict */
	void (*done)(struct ingest *ingest); /* on the committing thread; short */
	void *context;

	/* Filled when done is called. err is a fault when nothing of the batch is
	 * promised to be on disk (it may be sent again without harm, E-1, E-3). */
	enum err             err;
	struct ingest_counts counts;
	struct ingest_batch *batch; /* the engine's; ingest_release gives it back */
};

/* Decode on the caller's thread, queue, return; done is called later, exactly once
 * (perhaps before this returns). A refusal of the whole (ERR_NOTHING_READ,
 * ERR_TOO_MANY_REQUESTS, ERR_STORE_*) is returned at once and done is not called. */
MUST_CHECK enum err engine_ingest(struct engine *engine, struct ingest *ingest,
                                  struct refusal *refusal);
/* The same and wait; ingest->done is not used. */
MUST_CHECK enum err engine_ingest_wait(struct engine *engine, struct ingest *ingest,
                                       struct refusal *refusal);
/* {"accepted":..,"duplicate":..,"conflicting":..,"rejected":..,"errors":[..first 100..]}
 * and with receipts "receipts":["accepted",...]. */
struct span ingest_answer(const struct ingest *ingest, struct arena *arena);
void        ingest_release(struct engine *engine, struct ingest *ingest);

/* ---- accounts, contracts, keys ---- */

/* Who changes something, from where, and the request's Idempotency-Key (empty: none):
 * the same key with the same request gives the first answer again, with another request
 * ERR_IDEMPOTENCY_REUSED. */
enum actor_kind {
	ACTOR_COMMAND_LINE, /* somebody who may open the store itself */
	ACTOR_KEY,          /* actor is the key's id */
	ACTOR_PERSON,       /* actor is the e-mail */
	ACTOR_SYSTEM,       /* the program by itself; actor says what of it */
};

struct change {
	enum actor_kind actor_kind;
	struct span     actor;
	struct span     address; /* of the peer; empty: this machine */
	struct span     idempotency_key;
	/* Of one contract: the version that was the newest when the change was thought of, 0:
	 * there was none. NULL: whatever there is. */
	const uint32_t *follows;
};

MUST_CHECK enum err engine_account_put(struct engine *engine, const struct change *change,
                                       struct span json, struct arena *arena, struct span *answer,
                                       struct refusal *refusal);
MUST_CHECK enum err engine_account_get(struct engine *engine, struct span account,
                                       struct arena *arena, struct span *answer,
                                       struct refusal *refusal);
/* {"accounts":[...],"next":cursor?}; only `only` when it is not empty. */
MUST_CHECK enum err engine_account_list(struct engine *engine, struct span only, uint32_t limit,
                                        struct span cursor, struct arena *arena,
                                        struct span *answer, struct refusal *refusal);
/* json: a contract, or a list of up to 100 that are put together or not at all; a list is
 * answered with {"contracts":[...]}. */
MUST_CHECK enum err engine_contract_put(struct engine *engine, const struct change *change,
                                        struct span account, struct span json, struct arena *arena,
                                        struct span *answer, struct refusal *refusal);
/* The same with nothing changed: {"account","contracts":[..as they would be..],"figures":
 * [{"module","unit","currency"?,"from","to"?,"before","after"}],"units":[{"contract","before",
 * "after"}]}: what is owned of which figure until when, and the units that a Flex contract
 * buys; null where nothing is. The refusals of engine_contract_put. */
MUST_CHECK enum err engine_contract_preview(struct engine *engine, const struct change *change,
                                            struct span account, struct span json,
                                            struct arena *arena, struct span *answer,
                                            struct refusal *refusal);
/* json: {"plan":"ENTERPRISE","module"?,"why"?}: what UPGRADE of a plan does, from this
 * hour on. Without a module every contract in force but trials and Flex becomes of that
 * plan; with one the contract of it, and a trial is paid for from now on. Answered with
 * {"contracts":[...]}, the new versions. ERR_PLAN_UPGRADE, and the refusals of a list. */
MUST_CHECK enum err engine_contract_upgrade(struct engine *engine, const struct change *change,
                                            struct span account, struct span json,
                                            struct arena *arena, struct span *answer,
                                            struct refusal *refusal);
/* id empty: all contracts, newest version each; else that one; versions: every version. */
MUST_CHECK enum err engine_contract_list(struct engine *engine, struct span account, struct span id,
                                         bool versions, struct arena *arena, struct span *answer,
                                         struct refusal *refusal);

/* Billing details: {"account","recorded","by","billing":{...as put...}}; billing is
 * null where none were put. What looks like a card number is refused, here and in the
 * files of accounts and contracts (ERR_CARD_NUMBER). */
MUST_CHECK enum err engine_billing_put(struct engine *engine, const struct change *change,
                                       struct span account, struct span json, struct arena *arena,
                                       struct span *answer, struct refusal *refusal);
MUST_CHECK enum err engine_billing_get(struct engine *engine, struct span account,
                                       struct arena *arena, struct span *answer,
                                       struct refusal *refusal);

enum key_scope { SCOPE_INGEST = 1, SCOPE_READ = 2, SCOPE_WRITE = 4, SCOPE_OPERATOR = 8 };

/* json: {"name":"ci","scopes":["ingest"],"account":"acme","expires":"2027-..."};
 * account absent: all accounts. The answer holds "key":"tly_..." this once. */
MUST_CHECK enum err engine_key_create(struct engine *engine, const struct change *change,
                                      struct span json, struct arena *arena, struct span *answer,
                                      struct refusal *refusal);
MUST_CHECK enum err engine_key_list(struct engine *engine, struct span account, struct arena *arena,
                                    struct span *answer, struct refusal *refusal);
MUST_CHECK enum err engine_key_revoke(struct engine *engine, const struct change *change,
                                      struct span id, struct arena *arena, struct span *answer,
                                      struct refusal *refusal);

struct key_grant {
	char     id[32]; /* of the key, for logs; never the secret */
	uint32_t scopes;
	char     account[65]; /* empty: all */
};
/* Constant-time. ERR_KEY_INVALID for unknown, revoked and expired alike. */
MUST_CHECK enum err engine_key_check(struct engine *engine, struct span secret,
                                     struct key_grant *grant);

/* ---- people who sign in, and their roles (A-20, A-22) ---- */

/* {"email","name","operator":bool,"password"?}: without a password one is drawn, and the
 * answer shows it this once. ERR_PERSON_EXISTS, ERR_PASSWORD. */
MUST_CHECK enum err engine_person_add(struct engine *engine, const struct change *change,
                                      struct span json, struct arena *arena, struct span *answer,
                                      struct refusal *refusal);
/* Any of {"name","operator","disabled","password"}; password null: draw one, as above. A
 * new password and disabling end the person's sessions. ERR_PERSON_UNKNOWN,
 * ERR_LAST_OPERATOR, ERR_LAST_ADMINISTRATOR. */
MUST_CHECK enum err engine_person_change(struct engine *engine, const struct change *change,
                                         struct span email, struct span json, struct arena *arena,
                                         struct span *answer, struct refusal *refusal);
/* A link that signs the person in, once, for so many minutes. json: {"minutes":15}, empty
 * for the default; {"email","expires","link","path"}: the token, and it behind the page's
 * path, this once. It replaces the one before. ERR_PERSON_UNKNOWN, ERR_PERSON_DISABLED. */
MUST_CHECK enum err engine_person_link(struct engine *engine, const struct change *change,
                                       struct span email, struct span json, struct arena *arena,
                                       struct span *answer, struct refusal *refusal);
/* With roles and sessions. The same refusals. */
MUST_CHECK enum err engine_person_remove(struct engine *engine, const struct change *change,
                                         struct span email, struct arena *arena,
                                         struct span *answer, struct refusal *refusal);
/* {"users":[{"email","name","operator","disabled","created","roles":[..]}],"next"?} */
MUST_CHECK enum err engine_person_list(struct engine *engine, uint32_t limit, struct span cursor,
                                       struct arena *arena, struct span *answer,
                                       struct refusal *refusal);
/* Is there a person who may operate the installation? */
bool engine_has_operator(struct engine *engine);

/* A role may be given to any e-mail; it counts once that person can sign in. So nobody
 * learns here who is known elsewhere. {"account","email","roles":[..]} */
MUST_CHECK enum err engine_role_grant(struct engine *engine, const struct change *change,
                                      struct span account, struct span email, struct span role,
                                      struct arena *arena, struct span *answer,
                                      struct refusal *refusal);
/* role empty: all of that person in the account. ERR_LAST_ADMINISTRATOR. */
MUST_CHECK enum err engine_role_revoke(struct engine *engine, const struct change *change,
                                       struct span account, struct span email, struct span role,
                                       struct arena *arena, struct span *answer,
                                       struct refusal *refusal);
/* {"account","roles":[{"email","roles":[..]}]} */
MUST_CHECK enum err engine_role_list(struct engine *engine, struct span account,
                                     struct arena *arena, struct span *answer,
                                     struct refusal *refusal);
/* The rights (core/people/role.h) of a person in an account; account empty: in any. */
uint32_t engine_person_rights(struct engine *engine, struct span email, struct span account);
/* {"accounts":[...]}: those in which the person has any right. */
MUST_CHECK enum err engine_person_accounts(struct engine *engine, struct span email, uint32_t limit,
                                           struct span cursor, struct arena *arena,
                                           struct span *answer, struct refusal *refusal);

/* What whoever shows figures has to know beforehand: {"modules":[{"module","title","unit",
 * "text"}],"roles":[{"role","rights":[..]}]}, in the order of the catalogue. */
struct span engine_catalogue(const struct engine *engine, struct arena *arena);
/* What whoever plans has to know: {"categories":[..],"flex":{..},"plans":[..]}, the newest rate
 * card and the prices of plans; flex is null where the catalogue has no card. */
struct span engine_prices(const struct engine *engine, struct arena *arena);

enum { SESSION_TOKEN_SIZE = 43, EMAIL_SIZE = 254 };

struct session_grant {
	char           email[EMAIL_SIZE + 1];
	bool           is_operator;
	struct instant expires;
	char           csrf[SESSION_TOKEN_SIZE + 1]; /* the token that changes must carry */
};

/* json: {"email","password"}, or {"link"}: the token of one, which is used up then, or
 * ERR_SIGN_IN_LINK, whatever is wrong with it. ERR_SIGN_IN, the same in words and time for a
 * person that there is not, one that is disabled, and a wrong password; ERR_SIGN_IN_SLOW with
 * *wait_s after too many of them, for the person and address of *change alone. A password
 * takes about a tenth of a second. */
MUST_CHECK enum err engine_session_begin(struct engine *engine, const struct change *change,
                                         struct span json, struct arena *arena,
                                         char token[SESSION_TOKEN_SIZE + 1], uint32_t *wait_s,
                                         struct refusal *refusal);
/* ERR_SESSION for unknown, ended and expired alike. */
MUST_CHECK enum err engine_session_check(struct engine *engine, struct span token,
                                         struct session_grant *grant);
/* Whether two tokens are equal, in a time that does not tell how much of them is. */
bool                engine_token_equal(struct span a, struct span b);
MUST_CHECK enum err engine_session_end(struct engine *engine, const struct change *change,
                                       struct span token, struct arena *arena,
                                       struct refusal *refusal);
/* Who is signed in: {"email","name","operator","expires","csrf","roles":[{"account",
 * "roles":[..],"rights":[..]}]}. */
MUST_CHECK enum err engine_session_show(struct engine *engine, const struct session_grant *grant,
                                        struct arena *arena, struct span *answer,
                                        struct refusal *refusal);
/* json: {"current","password"}: the person's own. Ends every session of the person. The
 * refusals of engine_session_begin, and ERR_PASSWORD. */
MUST_CHECK enum err engine_session_password(struct engine *engine, const struct change *change,
                                            struct span email, struct span json,
                                            struct arena *arena, uint32_t *wait_s,
                                            struct refusal *refusal);

/* ---- the audit trail (A-24) ---- */

struct question;
/* question: account (empty: of everything, with "records" and "head"), type (what was done),
 * search (in who, what and which), from, to, limit, cursor. A page may hold fewer than limit.
 * {"account":..,"audit":[{"number","at","what","id","by","before","after","hash"}],
 * "next":cursor?}, newest first. */
MUST_CHECK enum err engine_audit_list(struct engine *engine, const struct question *question,
                                      struct arena *arena, struct span *answer,
                                      struct refusal *refusal);
/* Walk the whole chain. ERR_VERIFY_DIFFERS names the first record that is wrong, and what.
 * head: a hash that verify printed before must be in the chain still; empty: not asked.
 * {"ok":true,"records":..,"head":..}. */
MUST_CHECK enum err engine_audit_verify(struct engine *engine, struct span head,
                                        struct arena *arena, struct span *answer,
                                        struct refusal *refusal);
/* Every record, oldest first, {"record":{..},"hash":".."} a line. */
typedef enum err    engine_write(void *context, struct span bytes);
MUST_CHECK enum err engine_audit_export(struct engine *engine, engine_write *write, void *context,
                                        struct refusal *refusal);

/* ---- questions ---- */

enum step { STEP_DAY, STEP_MONTH };

/* One question; empty spans and false flags mean not asked. Times as the caller wrote
 * them, RFC 3339 or a date. */
struct question {
	struct span account;
	struct span module;                 /* usage: empty gives the summary of every module */
	struct span unit;                   /* of a module with several figures: which one */
	struct span at;                     /* default: now */
	struct span known_at;               /* L-65 */
	struct span kind, org, project, id; /* row filters; for explain: which row */
	struct span class, item;            /* the same: rows alone; item is an environment */
	struct span search;                 /* rows, parts, audit: with this text in them */
	struct span type, subject;          /* event filters; audit: what was changed */
	struct span from, to;               /* trend: days, both included; else [from, to) */
	enum step   step;
	struct span sort;  /* rows: licences (default), id, name, instances, last_activity;
	                         a leading - reverses */
	uint32_t    limit; /* 0: all rows for usage, LIMIT_PAGE_ROWS for events */
	struct span cursor;
	struct span children;   /* usage: "true": of the accounts below it, too (L-66) */
	struct span developers; /* price: how many */
	struct span month;      /* Flex: "2026-04" */
	struct span tier;       /* transition: default enterprise */
	struct span by;         /* Flex: org, project, resource, day or activity */
};

MUST_CHECK enum err engine_usage(struct engine *engine, const struct question *question,
                                 struct arena *arena, struct span *answer, struct refusal *refusal);
MUST_CHECK enum err engine_trend(struct engine *engine, const struct question *question,
                                 struct arena *arena, struct span *answer, struct refusal *refusal);
MUST_CHECK enum err engine_explain(struct engine *engine, const struct question *question,
                                   struct arena *arena, struct span *answer,
                                   struct refusal *refusal);
/* What each module's contract is and what can be done next: {"account","at",
 * "modules":[{"module","state","plan",...,"actions":[..],"upgrades":[..]}]}. */
MUST_CHECK enum err engine_plan(struct engine *engine, const struct question *question,
                                struct arena *arena, struct span *answer, struct refusal *refusal);
/* What developers of a module cost until the end of the paid contract then in force. */
MUST_CHECK enum err engine_price(struct engine *engine, const struct question *question,
                                 struct arena *arena, struct span *answer, struct refusal *refusal);
/* Build credits (L-50 to L-52): {"account","at","month","available","used","overage",
 * "next_expiry","blocks":[...],"by":[...]}. */
MUST_CHECK enum err engine_credits(struct engine *engine, const struct question *question,
                                   struct arena *arena, struct span *answer,
                                   struct refusal *refusal);
/* What was spent (L-40) and which credits builds used (L-50), day by day, in rows of FOCUS
 * 1.2: {"account","from","to","currency","focus","totals":{"spend","minutes","credits"},
 * "costs":[...],"next"?}. from and to as of a trend; default this month. */
MUST_CHECK enum err engine_costs(struct engine *engine, const struct question *question,
                                 struct arena *arena, struct span *answer, struct refusal *refusal);
/* A Flex contract's calendar month (F-1 to F-20): {"account","contract","tier","month","from",
 * "to","lines":[..],"units","pool":{..},"overage":{..},"alerts":[..],"percent"}, and with
 * `by` how the units are made up. question: month or at, id (of a contract), by. */
MUST_CHECK enum err engine_flex(struct engine *engine, const struct question *question,
                                struct arena *arena, struct span *answer, struct refusal *refusal);
/* Its months, or its days: {"account","contract","currency","step","points":[..]}. */
MUST_CHECK enum err engine_flex_trend(struct engine *engine, const struct question *question,
                                      struct arena *arena, struct span *answer,
                                      struct refusal *refusal);
/* What the month will come to, and when the pool will be empty (F-43): {"account","contract",
 * "month","at","days_recorded","units","a_day":{"low","expected","high"},"at_end":{..},"left",
 * "days":[{"day","low","expected","high"}],"empty":{"earliest","expected","latest"}}.
 * ERR_QUESTION when too little is recorded. */
MUST_CHECK enum err engine_flex_forecast(struct engine *engine, const struct question *question,
                                         struct arena *arena, struct span *answer,
                                         struct refusal *refusal);
/* The last twelve whole months as they would have been under Flex (F-42): {"account","tier",
 * "from","to","metrics":[..],"units","pool","months":[..],"highest":[..]}. question: at, tier. */
MUST_CHECK enum err engine_flex_transition(struct engine *engine, const struct question *question,
                                           struct arena *arena, struct span *answer,
                                           struct refusal *refusal);
/* The account's usage under other contracts, side by side (F-41). json: {"from":"2026-01","to":
 * "2026-06","contracts":[..]}; {"account","from","to","currency","contracts":[{"contract",
 * "model","plan","months":[{"month","amount"}],"total"}]}. Changes nothing. */
MUST_CHECK enum err engine_simulate(struct engine *engine, struct span account, struct span json,
                                    struct arena *arena, struct span *answer,
                                    struct refusal *refusal);
/* What quantities would cost in a month (F-40). json: {"tier":"enterprise","quantities":
 * {"cd.service":"10"}}; {"tier","lines":[..],"units","amount","currency"}. */
MUST_CHECK enum err engine_estimate(const struct engine *engine, struct span json,
                                    struct arena *arena, struct span *answer,
                                    struct refusal *refusal);
/* The same, by a catalogue alone. */
MUST_CHECK enum err catalog_estimate(const struct catalog *catalog, struct span json,
                                     struct arena *arena, struct span *answer,
                                     struct refusal *refusal);
/* {"events":[{"event":{...as sent...},"received":..,"ordinal":..,"retracted":bool}],
 *  "next":cursor?}, newest first. */
MUST_CHECK enum err engine_events(struct engine *engine, const struct question *question,
                                  struct arena *arena, struct span *answer,
                                  struct refusal *refusal);

/* Every stored event that matches, oldest first, as sent, one a line, to write().
 * account may be empty: all accounts. */
MUST_CHECK enum err engine_export(struct engine *engine, const struct question *question,
                                  engine_write *write, void *context, struct refusal *refusal);

/* A tag of an answer that is about one account: as long as it is the same, so is the answer.
 * It costs nothing of what the answer costs. Take it before asking: an answer may be newer
 * than its tag, never older. For answers that know of now no more than the hour, and depend
 * on what was put, on the account's events, and with of_others on those of every account. */
enum { ANSWER_TAG_SIZE = 32 };
struct tag_question {
	struct span        account;
	bool               of_others;
	const struct span *parts; /* what was asked, by whom, in which form */
	uint32_t           parts_count;
};
void engine_answer_tag(struct engine *engine, const struct tag_question *question,
                       char tag[ANSWER_TAG_SIZE + 1]);

/* ---- care ---- */

MUST_CHECK enum err engine_backup(struct engine *engine, const char *path, store_progress *progress,
                                  void *context, struct refusal *refusal);
/* Read every record, check every checksum and the chain, recompute every book from the
 * log and compare byte for byte with memory and with the checkpoints. Takes events
 * meanwhile. The answer says what was checked, or *refusal the first difference. */
MUST_CHECK enum err engine_verify(struct engine *engine, store_progress *progress, void *context,
                                  struct arena *arena, struct span *answer,
                                  struct refusal *refusal);

/* Numbers for /metrics, all since start unless they are states. */
enum { ENGINE_COMMIT_BUCKETS = 16 };
struct engine_metrics {
	struct ingest_counts counts;
	uint64_t             rejected_by[ERR_COUNT];
	uint64_t             events_stored; /* in the log */
	uint64_t             commits;
	uint64_t             commit_failures;
	uint64_t             commit_ns;                            /* sum */
	uint64_t             commit_bucket[ENGINE_COMMIT_BUCKETS]; /* <= 0.1 ms * 2^i, last: all */
	uint64_t             queue_size;                           /* bytes waiting */
	uint64_t             queue_batches;
	uint64_t             store_size;
	uint64_t             books_size;
	uint64_t             identity_size;
	uint64_t             deliveries_waiting;  /* of notifications */
	uint64_t             deliveries_retrying; /* of them, those that failed before */
	uint64_t             questions;
	uint64_t             question_ns;
	uint64_t             question_bucket[ENGINE_COMMIT_BUCKETS];
};
void engine_metrics(struct engine *engine, struct engine_metrics *metrics);

#endif
