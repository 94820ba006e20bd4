/* notify_int.h - what the files about notifications share: rules.c, notify.c, outbox.c,
 * deliver.c, tick.c.
 *
 * In SPACE_CONTROL, under prefixes that a start does not read: "W" account 0 the rules,
 * "N" account 0 number a notification, "M" account 0 id its number, "M" account 0 how many
 * there are, "P" account 0 number target a delivery that waits, "F" the same one that does
 * not any more. Numbers are 8 bytes, a target one; docs/format.md has the rest. */
#ifndef TALLY_ENGINE_NOTIFY_INT_H
#define TALLY_ENGINE_NOTIFY_INT_H

#include "core/json/json_read.h"
#include "core/notify/schedule.h"
#include "engine/engine_int.h"
#include "engine/notify.h"

enum {
	RULES_EMAILS_MAX   = 50,
	RULES_WEBHOOKS_MAX = 20,
	DELIVERERS_MAX     = 64,  /* threads that deliver at once */
	RECEIVERS_MAX      = 250, /* of one notification; its number is one byte */
	SECRET_MIN         = 24,
	SECRET_MAX         = 64,
};

/* ---- rules.c, rules_read.c, rules_secret.c ---- */

struct rules_webhook {
	struct span    url;
	bool           kinds_given;
	bool           wanted[NOTICE_COUNT];
	bool           is_off; /* it answered 410 */
	struct span    secret; /* its bytes */
	struct span    old;    /* the one before; empty: none */
	struct instant old_until;
};

struct rules {
	bool                 administrators;
	struct span          emails[RULES_EMAILS_MAX];
	uint32_t             emails_count;
	struct rules_webhook webhooks[RULES_WEBHOOKS_MAX];
	uint32_t             webhooks_count;
	struct thresholds    thresholds;
};

/* stored: with what only the store knows. Spans point into json or arena. */
MUST_CHECK enum err rules_parse(const struct engine *engine, struct span json, bool stored,
                                struct arena *arena, struct rules *rules, struct refusal *refusal);
/* "whsec_..." and back; base64 of a sealed one and back. */
struct span         secret_text(struct span secret, struct arena *arena);
MUST_CHECK enum err secret_read(struct span text, struct arena *arena, struct span *secret,
                                struct refusal *refusal);
struct span         secret_draw(struct arena *arena);
struct span secret_seal(const struct engine *engine, struct span secret, struct arena *arena);
bool        secret_unseal(const struct engine *engine, struct span text, struct arena *arena,
                          struct span *secret);

/* As they are stored, or as they are when nobody put any. */
MUST_CHECK enum err rules_read(struct engine *engine, struct span account, struct arena *arena,
                               struct rules *rules);
const struct rules_webhook *rules_webhook_find(const struct rules *rules, struct span url);
/* After 410. A webhook that is not there any more is no error. */
MUST_CHECK enum err rules_turn_off(struct engine *engine, struct span account, struct span url);

/* ---- notify.c ---- */

struct span notification_key(char kind, struct span account, uint64_t number, struct arena *arena);
/* Make the notification unless it is there. *made says whether; answer may be NULL. */
MUST_CHECK enum err notification_make(struct engine *engine, const struct change *change,
                                      struct span account, const struct notice *notice,
                                      struct arena *arena, bool *made, struct span *answer,
                                      struct refusal *refusal);
/* The same within a change that was begun; answer may be NULL. */
MUST_CHECK enum err notification_make_begun(const struct change_begun *begun, struct span account,
                                            const struct notice *notice, struct arena *arena,
                                            bool *made, struct span *answer,
                                            struct refusal *refusal);
extern const struct change CHANGE_BY_NOTIFIER;

/* ---- lanes.c: who may hold up how many threads ---- */

/* How the last delivery by a route went. */
enum lane {
	LANE_PROVEN,  /* it arrived */
	LANE_UNKNOWN, /* there was none since the start */
	LANE_FAILING, /* it failed, or took too long */
	LANE_COUNT
};

/* What the fate of a delivery depends on: the mail server for all mail, else the receiver.
 * Those that nothing is known of may be dead, all of them at once, and each holds a thread
 * until it has taken too long. So a few threads are for proven ones alone, and failing
 * ones share a few. */
struct lanes {
	struct route *routes; /* a table by hash; how each went last */
	uint32_t      count;
	uint32_t      mask;
	uint32_t      busy[LANE_COUNT];
};

void      lanes_close(struct lanes *lanes);
enum lane lanes_of(const struct lanes *lanes, uint64_t route, uint32_t attempts);
/* May one more of it go, of so many threads? */
bool lanes_have_room(const struct lanes *lanes, enum lane lane, uint32_t threads);
void lanes_note(struct lanes *lanes, uint64_t route, enum lane lane);

/* ---- outbox.c: what waits, in memory and in the store ---- */

/* One delivery. */
struct errand {
	struct span    account;
	uint64_t       number;   /* of the notification among the account's */
	uint8_t        target;   /* which of its receivers */
	uint64_t       receiver; /* a hash of account, channel and address */
	uint64_t       route;    /* the same, or for mail one for all of it */
	struct instant created;
	struct instant next;
	uint32_t       attempts;
	bool           busy;
	enum lane      lane; /* while it is busy */
};

struct outbox;
struct outbox *outbox_open(void);
void           outbox_close(struct outbox *outbox);

struct span errand_key(char kind, const struct errand *errand, struct arena *arena);
/* The state of a delivery as it is stored. */
struct span errand_state(const struct errand *errand, struct span state, const struct instant *at,
                         struct span answer, struct span channel, struct span to,
                         struct arena *arena);
/* Sets receiver and route. */
void errand_address(struct errand *errand, struct span channel, struct span to);

/* Hand errands that were just committed to whoever delivers. */
void outbox_add(struct engine *engine, const struct errand *errand);
/* The next one that is due and may be tried; it is busy until outbox_put_back. False: none,
 * and *wait says for how long. threads: how many deliver. *seen is for outbox_sleep. */
bool outbox_take(struct engine *engine, uint32_t threads, struct errand *errand,
                 struct duration *wait, uint64_t *seen);
/* errand has its new attempts and next; done: it is forgotten. arrived: what else waits for
 * the receiver is due at once. */
void outbox_put_back(struct engine *engine, const struct errand *errand, bool done, bool arrived);
/* Sleep until something was added or put back since *seen, stop was asked for, or wait has
 * passed. */
void outbox_sleep(struct engine *engine, struct duration wait, uint64_t seen,
                  const atomic_bool *stop);
/* The same, whatever is added meanwhile. */
void outbox_pause(struct engine *engine, struct duration wait, const atomic_bool *stop);
void outbox_wake(struct engine *engine);

/* ---- deliver.c ---- */

/* Carry one errand and write down how it went. */
void errand_run(struct engine *engine, const struct courier *courier, struct errand *errand);

/* ---- credits.c ---- */

/* Build credits at an hour, in millionths: what is left in the blocks that hold then, of how
 * many. False: the account has none. */
bool credits_left(struct engine *engine, struct span account, int32_t hour, int64_t *left,
                  int64_t *total);

#endif
