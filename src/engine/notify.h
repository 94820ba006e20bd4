/* notify.h - notifications: found by the hour, written down once, delivered until they
 * arrive.
 *
 * A cause (core/notify/cause.h) becomes a notification in one commit with its record in the
 * audit trail; one that is there already is never made again. What is to be delivered
 * stands in the store until it was, so a restart loses nothing; a delivery that may have
 * arrived is repeated with the same id. How a delivery is carried is the caller's: the
 * engine knows no network. */
#ifndef TALLY_ENGINE_NOTIFY_H
#define TALLY_ENGINE_NOTIFY_H

#include "engine/engine.h"

/* ---- who is told of what ---- */

/* {"account","administrators":bool,"emails":[..],"webhooks":[{"url","kinds"?,"off"?}],
 * "kinds":[..],"thresholds":{"contract.ending":[60,30,7,1],..}}. Secrets are not shown. */
MUST_CHECK enum err engine_rules_get(struct engine *engine, struct span account,
                                     struct arena *arena, struct span *answer,
                                     struct refusal *refusal);
/* The same without account; what is left out is as at the beginning. A webhook without
 * "secret" keeps the one it has; a new one gets one, shown this once. A secret that is
 * replaced signs beside the new one for a day. Putting turns a webhook on again. */
MUST_CHECK enum err engine_rules_put(struct engine *engine, const struct change *change,
                                     struct span account, struct span json, struct arena *arena,
                                     struct span *answer, struct refusal *refusal);

/* ---- notifications ---- */

/* {"account","notifications":[{"id","at","kind","subject",..,"title","text",
 * "deliveries":[{"channel","to","state","attempts",..}]}],"next"?}, newest first. */
MUST_CHECK enum err engine_notification_list(struct engine *engine, const struct question *question,
                                             struct arena *arena, struct span *answer,
                                             struct refusal *refusal);
/* A message to everybody who is told of anything. */
MUST_CHECK enum err engine_notification_test(struct engine *engine, const struct change *change,
                                             struct span account, struct arena *arena,
                                             struct span *answer, struct refusal *refusal);
/* For whoever imports: the import with this name has finished, detail says how. Caller
 * holds no lock of the engine. */
MUST_CHECK enum err engine_notify_import(struct engine *engine, struct span account,
                                         struct span import, struct span detail,
                                         struct refusal *refusal);

/* Make whatever is due at engine_now. Looks once an hour; asked more often, it returns at
 * once. Cheap, any thread. */
MUST_CHECK enum err engine_tick(struct engine *engine, struct refusal *refusal);

/* ---- delivering ---- */

enum delivery {
	DELIVERY_DONE,
	DELIVERY_AGAIN,
	DELIVERY_NEVER,      /* this receiver will not do */
	DELIVERY_GONE,       /* the webhook says that it is to be turned off */
	DELIVERY_NO_CARRIER, /* no mail server is set */
	DELIVERY_STOPPED,    /* the courier was told to stop: nothing happened */
};

enum { PARCEL_SECRETS = 2 };

/* One message to one receiver. Spans live during the call. */
struct parcel {
	bool           is_mail; /* else a webhook */
	struct span    id;      /* of the notification: the same at every attempt */
	struct span    to;      /* an address, or a URL */
	struct instant created;
	struct instant now;
	struct span    title; /* for mail */
	struct span    text;
	struct span    body; /* for webhooks: JSON */
	struct span    secrets[PARCEL_SECRETS];
	uint32_t       secrets_count;
};

struct parcel_answer {
	enum delivery   delivery;
	struct duration wait; /* at least so long, the receiver asked; 0: did not */
	char            text[160];
};

/* Called from several threads at once, never twice at once for one receiver, and without
 * any lock of the engine. */
struct courier {
	void (*carry)(void *context, const struct parcel *parcel, struct parcel_answer *answer);
	void *context;
};

/* Everything that is due now, on this thread, one after the other; how many were tried. */
uint32_t engine_deliver(struct engine *engine, const struct courier *courier);

/* Threads that tick each minute and deliver what is due. A receiver that is slow holds one
 * thread at most; those whose last delivery failed together a quarter of the threads, and
 * with those that nothing is known of yet three quarters: the rest is for those whose last
 * delivery arrived. All mail is one receiver in this, as it goes through one server. */
struct notifier;
struct notifier *notifier_start(struct engine *engine, const struct courier *courier,
                                uint32_t threads);
/* Before engine_close. Waits for what the courier is carrying. */
void notifier_stop(struct notifier *notifier);

/* How many deliveries wait, for the metrics. */
uint64_t engine_deliveries_waiting(struct engine *engine);

#endif
