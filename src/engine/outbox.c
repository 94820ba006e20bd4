/* outbox.c - deliveries that wait: in the store, and in memory once somebody delivers.
 *
 * The lock of the outbox is taken last of all; nothing else is locked under it. */
#define XXH_INLINE_ALL
#include <stdlib.h>
#include <time.h>
#include <xxhash.h>

#include "edge/sys/memory.h"
#include "engine/notify_int.h"

struct outbox {
	pthread_mutex_t lock;
	pthread_cond_t  changed;
	bool            loaded;
	uint64_t        changes; /* goes up with each, so that nobody sleeps through one */
	struct errand  *errands; /* with accounts of their own */
	uint32_t        count;
	uint32_t        capacity;
	uint32_t        busy;
	struct lanes    lanes;
	uint64_t        receivers[DELIVERERS_MAX]; /* of them, the first `busy` */
};

/* ---- keys and values ---- */

struct span
errand_key(char kind, const struct errand *errand, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add(&text, notification_key(kind, errand->account, errand->number, arena));
	text_add_char(&text, (char)errand->target);
	return text_span(&text);
}

struct span
errand_state(const struct errand *errand, struct span state, const struct instant *at,
             struct span answer, struct span channel, struct span to, struct arena *arena)
{
	struct json_out out;

	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("channel"), channel);
	json_key_string(&out, SPAN("to"), to);
	json_key_string(&out, SPAN("state"), state);
	json_key_uint(&out, SPAN("attempts"), errand->attempts);
	json_key(&out, SPAN("created"));
	json_instant(&out, errand->created);
	if (at) {
		json_key(&out, SPAN("at"));
		json_instant(&out, *at);
	}
	if (answer.size > 0)
		json_key_string(&out, SPAN("answer"), answer);
	if (span_equal(state, SPAN("waiting"))) {
		json_key(&out, SPAN("next"));
		json_instant(&out, errand->next);
	}
	json_object_end(&out);
	return json_close(&out);
}

void
errand_address(struct errand *errand, struct span channel, struct span to)
{
	uint64_t hash    = XXH3_64bits(errand->account.at, errand->account.size);
	hash             = XXH3_64bits_withSeed(channel.at, channel.size, hash);
	errand->receiver = XXH3_64bits_withSeed(to.at, to.size, hash);
	errand->route    = span_equal(channel, SPAN("mail")) ? 0 : errand->receiver;
}

static enum err
errand_read(struct span key, struct span value, struct arena *arena, struct errand *errand)
{
	struct json *root;
	int64_t      attempts = -1;
	size_t       account  = key.size > 1 ? strnlen(key.at + 1, key.size - 1) : 0;

	if (key.size != account + 3 + LOG_KEY_SIZE || json_parse(value, arena, &root, NULL))
		return ERR_STORE_DAMAGED;
	const struct json *channel = json_member(root, SPAN("channel"));
	const struct json *to      = json_member(root, SPAN("to"));
	const struct json *created = json_member(root, SPAN("created"));
	const struct json *next    = json_member(root, SPAN("next"));
	const struct json *tried   = json_member(root, SPAN("attempts"));
	*errand                    = (struct errand){ .account = { key.at + 1, account },
		                                      .number  = log_key_read(key.at + account + 2),
		                                      .target  = (uint8_t)key.at[key.size - 1] };
	if (!channel || !to || !created || !next || !tried ||
	    json_int64(tried, &attempts) != ERR_NONE || attempts < 0 ||
	    instant_parse(created->text, &errand->created, NULL) != ERR_NONE ||
	    instant_parse(next->text, &errand->next, NULL) != ERR_NONE)
		return ERR_STORE_DAMAGED;
	errand->attempts = (uint32_t)attempts;
	errand_address(errand, channel->text, to->text);
	/* What never was tried, for want of a mail server, is tried at the start. */
	if (attempts == 0)
		errand->next = errand->created;
	return ERR_NONE;
}

/* ---- the list ---- */

struct outbox *
outbox_open(void)
{
	struct outbox     *outbox = calloc(1, sizeof(*outbox));
	pthread_condattr_t attributes;

	CHECK(outbox != NULL);
	pthread_mutex_init(&outbox->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&outbox->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	return outbox;
}

void
outbox_close(struct outbox *outbox)
{
	for (uint32_t i = 0; i < outbox->count; i++)
		free((char *)(uintptr_t)outbox->errands[i].account.at);
	free(outbox->errands);
	lanes_close(&outbox->lanes);
	pthread_cond_destroy(&outbox->changed);
	pthread_mutex_destroy(&outbox->lock);
	free(outbox);
}

static struct errand *
errand_find(const struct outbox *outbox, const struct errand *errand)
{
	for (uint32_t i = outbox->count; i-- > 0;) {
		struct errand *mine = &outbox->errands[i];
		if (mine->number == errand->number && mine->target == errand->target &&
		    span_equal(mine->account, errand->account))
			return mine;
	}
	return NULL;
}

static void
errand_remember(struct outbox *outbox, const struct errand *errand)
{
	if (outbox->count == outbox->capacity) {
		outbox->capacity = outbox->capacity * 2 + 16;
		outbox->errands =
			realloc(outbox->errands, outbox->capacity * sizeof(*outbox->errands));
		CHECK(outbox->errands != NULL);
	}
	struct errand *mine = &outbox->errands[outbox->count++];
	char          *name = malloc(errand->account.size + 1);
	CHECK(name != NULL);
	memcpy(name, errand->account.at, errand->account.size);
	*mine         = *errand;
	mine->account = (struct span){ name, errand->account.size };
}

static void
errand_forget(struct outbox *outbox, struct errand *errand)
{
	free((char *)(uintptr_t)errand->account.at);
	*errand = outbox->errands[--outbox->count];
}

static void
outbox_changed(struct outbox *outbox)
{
	outbox->changes++;
	pthread_cond_broadcast(&outbox->changed);
}

void
outbox_add(struct engine *engine, const struct errand *errand)
{
	struct outbox *outbox = engine->outbox;

	pthread_mutex_lock(&outbox->lock);
	if (outbox->loaded && !errand_find(outbox, errand))
		errand_remember(outbox, errand);
	outbox_changed(outbox);
	pthread_mutex_unlock(&outbox->lock);
}

static enum err
load_errand(void *context, struct span key, struct span value)
{
	struct outbox *outbox = context;
	struct arena   arena;
	struct errand  errand;

	arena_open(&arena, system_memory());
	enum err err = errand_read(key, value, &arena, &errand);
	if (err == ERR_NONE)
		errand_remember(outbox, &errand);
	arena_close(&arena);
	return err;
}

/* Once, when somebody begins to deliver. A fault: again at the next try. */
static bool
outbox_load(struct engine *engine)
{
	struct outbox *outbox = engine->outbox;

	if (outbox->loaded)
		return true;
	enum err err = engine->store->ops->scan(engine->store, SPACE_CONTROL, SPAN("P"), SPAN("Q"),
	                                        load_errand, outbox);
	outbox->loaded = err == ERR_NONE;
	while (!outbox->loaded && outbox->count > 0)
		errand_forget(outbox, &outbox->errands[outbox->count - 1]);
	return outbox->loaded;
}

/* ---- taking ---- */

static bool
receiver_is_busy(const struct outbox *outbox, uint64_t receiver)
{
	for (uint32_t i = 0; i < outbox->busy; i++) {
		if (outbox->receivers[i] == receiver)
			return true;
	}
	return false;
}

static void
receiver_leave(struct outbox *outbox, uint64_t receiver)
{
	uint32_t at = 0;

	while (at < outbox->busy && outbox->receivers[at] != receiver)
		at++;
	CHECK(at < outbox->busy);
	outbox->receivers[at] = outbox->receivers[--outbox->busy];
}

static enum lane
errand_lane(const struct outbox *outbox, const struct errand *errand)
{
	return lanes_of(&outbox->lanes, errand->route, errand->attempts);
}

static bool
may_go(const struct outbox *outbox, const struct errand *errand, struct instant now,
       uint32_t threads)
{
	return !errand->busy && errand->next.ns <= now.ns &&
	       lanes_have_room(&outbox->lanes, errand_lane(outbox, errand), threads);
}

/* The receiver's oldest that may go: what it gets comes in order. */
static struct errand *
oldest_of(const struct outbox *outbox, struct errand *errand, struct instant now, uint32_t threads)
{
	struct errand *oldest = errand;

	for (uint32_t i = 0; i < outbox->count; i++) {
		struct errand *other = &outbox->errands[i];
		if (other->receiver == errand->receiver && other->number < oldest->number &&
		    may_go(outbox, other, now, threads))
			oldest = other;
	}
	return oldest;
}

static struct errand *
errand_choose(const struct outbox *outbox, struct instant now, uint32_t threads,
              struct duration *wait)
{
	struct errand *chosen = NULL;

	wait->ns = 3600 * NS_PER_SECOND;
	for (uint32_t i = 0; i < outbox->count; i++) {
		struct errand *errand = &outbox->errands[i];
		if (!errand->busy && errand->next.ns > now.ns &&
		    errand->next.ns - now.ns < wait->ns)
			wait->ns = errand->next.ns - now.ns;
		if (may_go(outbox, errand, now, threads) &&
		    (!chosen || errand->next.ns < chosen->next.ns) &&
		    !receiver_is_busy(outbox, errand->receiver))
			chosen = errand;
	}
	return chosen ? oldest_of(outbox, chosen, now, threads) : NULL;
}

bool
outbox_take(struct engine *engine, uint32_t threads, struct errand *errand, struct duration *wait,
            uint64_t *seen)
{
	struct outbox *outbox = engine->outbox;
	struct errand *chosen = NULL;

	wait->ns = 60 * NS_PER_SECOND;
	pthread_mutex_lock(&outbox->lock);
	if (outbox_load(engine))
		chosen = errand_choose(outbox, engine_now(engine), threads, wait);
	if (chosen) {
		CHECK(outbox->busy < DELIVERERS_MAX);
		chosen->busy                      = true;
		outbox->receivers[outbox->busy++] = chosen->receiver;
		chosen->lane                      = errand_lane(outbox, chosen);
		outbox->lanes.busy[chosen->lane]++;
		*errand = *chosen;
	}
	*seen = outbox->changes;
	pthread_mutex_unlock(&outbox->lock);
	return chosen != NULL;
}

void
outbox_put_back(struct engine *engine, const struct errand *errand, bool done, bool arrived)
{
	struct outbox *outbox = engine->outbox;

	pthread_mutex_lock(&outbox->lock);
	struct errand *mine = errand_find(outbox, errand);
	CHECK(mine && mine->busy);
	receiver_leave(outbox, mine->receiver);
	CHECK(outbox->lanes.busy[mine->lane] > 0);
	outbox->lanes.busy[mine->lane]--;
	if (arrived)
		lanes_note(&outbox->lanes, mine->route, LANE_PROVEN);
	else if (!done && errand->attempts > mine->attempts)
		lanes_note(&outbox->lanes, mine->route, LANE_FAILING);
	mine->busy     = false;
	mine->attempts = errand->attempts;
	mine->next     = errand->next;
	for (uint32_t i = 0; arrived && i < outbox->count; i++) {
		if (outbox->errands[i].receiver == errand->receiver)
			outbox->errands[i].next = outbox->errands[i].created;
	}
	if (done)
		errand_forget(outbox, mine);
	outbox_changed(outbox);
	pthread_mutex_unlock(&outbox->lock);
}

/* ---- sleeping ---- */

static struct timespec
moment_after(struct duration wait)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	int64_t ns = until.tv_nsec + (wait.ns > 0 ? wait.ns : 0);
	until.tv_sec += (time_t)(ns / NS_PER_SECOND);
	until.tv_nsec = (long)(ns % NS_PER_SECOND);
	return until;
}

void
outbox_pause(struct engine *engine, struct duration wait, const atomic_bool *stop)
{
	struct outbox        *outbox = engine->outbox;
	const struct timespec until  = moment_after(wait);

	pthread_mutex_lock(&outbox->lock);
	int failed = 0;
	while (!atomic_load(stop) && failed == 0)
		failed = pthread_cond_timedwait(&outbox->changed, &outbox->lock, &until);
	pthread_mutex_unlock(&outbox->lock);
}

void
outbox_sleep(struct engine *engine, struct duration wait, uint64_t seen, const atomic_bool *stop)
{
	struct outbox        *outbox = engine->outbox;
	const struct timespec until  = moment_after(wait);

	pthread_mutex_lock(&outbox->lock);
	int failed = 0;
	while (!atomic_load(stop) && outbox->changes == seen && failed == 0)
		failed = pthread_cond_timedwait(&outbox->changed, &outbox->lock, &until);
	pthread_mutex_unlock(&outbox->lock);
}

void
outbox_wake(struct engine *engine)
{
	struct outbox *outbox = engine->outbox;

	pthread_mutex_lock(&outbox->lock);
	outbox_changed(outbox);
	pthread_mutex_unlock(&outbox->lock);
}

uint64_t
engine_deliveries_waiting(struct engine *engine)
{
	struct outbox *outbox = engine->outbox;

	pthread_mutex_lock(&outbox->lock);
	uint64_t count = outbox->count;
	pthread_mutex_unlock(&outbox->lock);
	return count;
}

void
outbox_metrics(struct engine *engine, struct engine_metrics *metrics)
{
	struct outbox *outbox = engine->outbox;

	pthread_mutex_lock(&outbox->lock);
	metrics->deliveries_waiting  = outbox->count;
	metrics->deliveries_retrying = 0;
	for (uint32_t i = 0; i < outbox->count; i++)
		metrics->deliveries_retrying += outbox->errands[i].attempts > 0;
	pthread_mutex_unlock(&outbox->lock);
}
