/* decoders.c - threads that decode large bodies of events. */
#define _GNU_SOURCE /* pthread_setname_np */
#include "api/decoders.h"

#include <pthread.h>

#include "api/call.h"
#include "edge/sys/memory.h"

enum { THREADS_MAX = 4 };

struct decoders {
	pthread_mutex_t lock;
	pthread_cond_t  added;
	struct call    *first; /* waiting, in order */
	struct call    *last;
	bool            stopping;
	void (*run)(struct call *call);
	uint32_t  threads_count;
	pthread_t threads[THREADS_MAX];
};

static void *
decoder_run(void *context)
{
	struct decoders *decoders = context;
	pthread_setname_np(pthread_self(), "decoder");
	pthread_mutex_lock(&decoders->lock);
	while (decoders->first || !decoders->stopping) {
		struct call *call = decoders->first;
		if (!call) {
			pthread_cond_wait(&decoders->added, &decoders->lock);
			continue;
		}
		decoders->first = call->next;
		pthread_mutex_unlock(&decoders->lock);
		decoders->run(call); /* it may be gone now */
		pthread_mutex_lock(&decoders->lock);
	}
	pthread_mutex_unlock(&decoders->lock);
	return NULL;
}

struct decoders *
decoders_open(uint32_t threads, void (*run)(struct call *call))
{
	struct memory    memory   = system_memory();
	struct decoders *decoders = memory.take(memory.owner, sizeof(*decoders));
	CHECK(threads > 0);
	*decoders =
		(struct decoders){ .run           = run,
		                   .threads_count = threads < THREADS_MAX ? threads : THREADS_MAX };
	pthread_mutex_init(&decoders->lock, NULL);
	pthread_cond_init(&decoders->added, NULL);
	for (uint32_t i = 0; i < decoders->threads_count; i++) {
		int status = pthread_create(&decoders->threads[i], NULL, decoder_run, decoders);
		CHECK(status == 0);
	}
	return decoders;
}

void
decoders_add(struct decoders *decoders, struct call *call)
{
	call->next = NULL;
	pthread_mutex_lock(&decoders->lock);
	CHECK(!decoders->stopping);
	if (decoders->first)
		decoders->last->next = call;
	else
		decoders->first = call;
	decoders->last = call;
	pthread_cond_signal(&decoders->added);
	pthread_mutex_unlock(&decoders->lock);
}

void
decoders_close(struct decoders *decoders)
{
	struct memory memory = system_memory();
	pthread_mutex_lock(&decoders->lock);
	CHECK(decoders->first == NULL);
	decoders->stopping = true;
	pthread_cond_broadcast(&decoders->added);
	pthread_mutex_unlock(&decoders->lock);
	for (uint32_t i = 0; i < decoders->threads_count; i++)
		pthread_join(decoders->threads[i], NULL);
	pthread_cond_destroy(&decoders->added);
	pthread_mutex_destroy(&decoders->lock);
	memory.give(memory.owner, decoders, sizeof(*decoders));
}
