/* notifier.c - the threads that tick and deliver. */
#include <stdlib.h>

#include "engine/notify_int.h"

#define TICK_NS (60 * NS_PER_SECOND)

struct notifier {
	struct engine *engine;
	struct courier courier;
	atomic_bool    stop;
	pthread_t      ticker;
	uint32_t       threads_count;
	pthread_t      threads[];
};

/* What is due is found before the wait, so that a start makes up for what was missed. */
static void *
ticker_run(void *context)
{
	struct notifier *notifier = context;

	while (!atomic_load(&notifier->stop)) {
		/* A fault of the store shows elsewhere as well; the next tick tries again. */
		(void)!engine_tick(notifier->engine, NULL);
		outbox_pause(notifier->engine, (struct duration){ TICK_NS }, &notifier->stop);
	}
	return NULL;
}

static void *
worker_run(void *context)
{
	struct notifier *notifier = context;

	while (!atomic_load(&notifier->stop)) {
		struct errand   errand;
		struct duration wait;
		uint64_t        seen;
		if (outbox_take(notifier->engine, notifier->threads_count, &errand, &wait, &seen))
			errand_run(notifier->engine, &notifier->courier, &errand);
		else
			outbox_sleep(notifier->engine, wait, seen, &notifier->stop);
	}
	return NULL;
}

struct notifier *
notifier_start(struct engine *engine, const struct courier *courier, uint32_t threads)
{
	CHECK(threads > 0 && threads < DELIVERERS_MAX);
	struct notifier *notifier =
		calloc(1, sizeof(*notifier) + threads * sizeof(notifier->threads[0]));
	CHECK(notifier != NULL);
	notifier->engine        = engine;
	notifier->courier       = *courier;
	notifier->threads_count = threads;
	int failed              = pthread_create(&notifier->ticker, NULL, ticker_run, notifier);
	CHECK(failed == 0);
	for (uint32_t i = 0; i < threads; i++) {
		failed = pthread_create(&notifier->threads[i], NULL, worker_run, notifier);
		CHECK(failed == 0);
	}
	return notifier;
}

void
notifier_stop(struct notifier *notifier)
{
	atomic_store(&notifier->stop, true);
	outbox_wake(notifier->engine);
	pthread_join(notifier->ticker, NULL);
	for (uint32_t i = 0; i < notifier->threads_count; i++)
		pthread_join(notifier->threads[i], NULL);
	free(notifier);
}
