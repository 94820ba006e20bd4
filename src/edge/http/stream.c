/* stream.c - an answer that is written while it is being sent. */
#include "edge/http/stream.h"

#include <pthread.h>

#include "edge/sys/memory.h"

enum { STREAM_SIZE = 256 << 10 };

struct http_stream {
	pthread_mutex_t lock;
	pthread_cond_t  room;
	char           *at; /* a ring of STREAM_SIZE bytes */
	size_t          read;
	size_t          written; /* both count up; their difference is what stands here */
	bool            ended, whole, dropped;
	void (*wake)(void *context); /* not NULL: the reader waits */
	void *context;
};

struct http_stream *
stream_open(void)
{
	struct memory       memory = system_memory();
	struct http_stream *stream = memory.take(memory.owner, sizeof(*stream));
	*stream = (struct http_stream){ .at = memory.take(memory.owner, STREAM_SIZE) };
	pthread_mutex_init(&stream->lock, NULL);
	pthread_cond_init(&stream->room, NULL);
	return stream;
}

static void
stream_free(struct http_stream *stream)
{
	struct memory memory = system_memory();
	pthread_cond_destroy(&stream->room);
	pthread_mutex_destroy(&stream->lock);
	memory.give(memory.owner, stream->at, STREAM_SIZE);
	memory.give(memory.owner, stream, sizeof(*stream));
}

/* Under the lock. */
static void
wake_reader(struct http_stream *stream)
{
	if (stream->wake && !stream->dropped) {
		void (*wake)(void *) = stream->wake;
		stream->wake         = NULL;
		wake(stream->context);
	}
}

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* What fits from one place of the ring to its end. */
static size_t
run_size(size_t place, size_t size)
{
	return smaller(size, STREAM_SIZE - place % STREAM_SIZE);
}

enum err
stream_write(struct http_stream *stream, struct span bytes)
{
	pthread_mutex_lock(&stream->lock);
	while (bytes.size > 0 && !stream->dropped) {
		size_t room = STREAM_SIZE - (stream->written - stream->read);
		if (room == 0) {
			wake_reader(stream);
			pthread_cond_wait(&stream->room, &stream->lock);
			continue;
		}
		size_t size = run_size(stream->written, smaller(room, bytes.size));
		memcpy(stream->at + stream->written % STREAM_SIZE, bytes.at, size);
		stream->written += size;
		bytes = (struct span){ bytes.at + size, bytes.size - size };
	}
	/* A quarter at a time: a wake-up for every line would cost more than the line. */
	if (stream->written - stream->read >= STREAM_SIZE / 4)
		wake_reader(stream);
	enum err err = stream->dropped ? ERR_NETWORK : ERR_NONE;
	pthread_mutex_unlock(&stream->lock);
	return err;
}

void
stream_end(struct http_stream *stream, bool whole)
{
	pthread_mutex_lock(&stream->lock);
	stream->ended = true;
	stream->whole = whole;
	wake_reader(stream);
	bool last = stream->dropped;
	pthread_mutex_unlock(&stream->lock);
	if (last)
		stream_free(stream);
}

enum stream_state
stream_read(struct http_stream *stream, char *out, size_t size, size_t *read, void (*wait)(void *),
            void (*wake)(void *), void *context)
{
	enum stream_state state = STREAM_BYTES;
	*read                   = 0;
	pthread_mutex_lock(&stream->lock);
	size_t there = stream->written - stream->read;
	if (there > 0) {
		*read = run_size(stream->read, smaller(there, size));
		memcpy(out, stream->at + stream->read % STREAM_SIZE, *read);
		stream->read += *read;
		pthread_cond_signal(&stream->room);
	} else if (stream->ended) {
		state = stream->whole ? STREAM_ENDED : STREAM_BROKEN;
	} else {
		state           = STREAM_EMPTY;
		stream->wake    = wake;
		stream->context = context;
		wait(context);
	}
	pthread_mutex_unlock(&stream->lock);
	return state;
}

void
stream_drop(struct http_stream *stream)
{
	pthread_mutex_lock(&stream->lock);
	stream->dropped = true;
	stream->wake    = NULL;
	bool last       = stream->ended;
	pthread_cond_signal(&stream->room);
	pthread_mutex_unlock(&stream->lock);
	if (last)
		stream_free(stream);
}
