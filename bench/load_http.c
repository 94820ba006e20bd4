/* load_http.c - sends events to a server over many connections and times the answers.
 *
 *   load_http --port P --key K --file EVENTS.ndjson [--batch 1000] [--connections 8]
 *             [--events N] [--seconds S] [--repeat] [--half-rate R] [--probe PATH]
 *
 * One thread, epoll, keep-alive, one request at a time on each connection. --half-rate
 * paces to R events a second (P11); --probe asks PATH a hundred times a second beside
 * it, on a connection and thread of its own. Ends with 1 when an answer was no 200. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { REPLY_SIZE = 64 << 10, HEAD_SIZE = 512, EVENTS_AT_ONCE = 128, PROBES_A_SECOND = 100 };

struct settings {
	uint16_t    port;
	const char *key, *file, *probe;
	size_t      batch, connections, events_max;
	double      seconds, rate;
	bool        repeat;
};

/* Latencies as they come. */
struct samples {
	uint32_t *us;
	size_t    count, capacity;
};

struct load {
	struct settings settings;
	const char     *bytes;
	size_t         *from; /* batch i is bytes[from[i] .. from[i + 1]) */
	size_t          batches, next;
	size_t          events; /* in the batches */
	uint64_t        sent_events, answered, accepted, duplicate, failed;
	uint64_t        started_ns;
	struct samples  samples;
};

struct line {
	int         fd;
	bool        busy;
	uint64_t    sent_ns;
	char        head[HEAD_SIZE];
	size_t      head_size, body_size, done; /* done: of head and body together */
	const char *body;
	char        reply[REPLY_SIZE];
	size_t      reply_size;
};

_Noreturn static void
fail(const char *what)
{
	fprintf(stderr, "load_http: %s: %s\n", what, strerror(errno));
	exit(3);
}

static uint64_t
now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void
sample_add(struct samples *samples, uint64_t ns)
{
	if (samples->count == samples->capacity) {
		samples->capacity = samples->capacity ? samples->capacity * 2 : 1 << 16;
		samples->us       = realloc(samples->us, samples->capacity * sizeof(*samples->us));
		if (!samples->us)
			fail("memory");
	}
	samples->us[samples->count++] = (uint32_t)(ns / 1000);
}

static int
us_compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static double
percentile_ms(const struct samples *samples, double part)
{
	if (samples->count == 0)
		return 0;
	size_t at = (size_t)((double)samples->count * part);
	return samples->us[at < samples->count ? at : samples->count - 1] / 1000.0;
}

static void
samples_print(const char *name, struct samples *samples)
{
	qsort(samples->us, samples->count, sizeof(*samples->us), us_compare);
	printf("%s p50 %.2f ms  p99 %.2f ms  p999 %.2f ms  max %.2f ms (%zu)\n", name,
	       percentile_ms(samples, 0.5), percentile_ms(samples, 0.99),
	       percentile_ms(samples, 0.999), percentile_ms(samples, 1.0), samples->count);
}

/* ---- bodies ---- */

static void
bodies_load(struct load *load)
{
	int         fd = open(load->settings.file, O_RDONLY | O_CLOEXEC);
	struct stat about;
	if (fd < 0 || fstat(fd, &about) != 0)
		fail(load->settings.file);
	size_t size = (size_t)about.st_size;
	load->bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (load->bytes == MAP_FAILED)
		fail(load->settings.file);
	close(fd);
	load->from = calloc(size / 8 / load->settings.batch + 3, sizeof(size_t));
	size_t at = 0, lines = 0;
	while (at < size && lines < load->settings.events_max) {
		if (lines % load->settings.batch == 0)
			load->from[load->batches++] = at;
		const char *end = memchr(load->bytes + at, '\n', size - at);
		at              = end ? (size_t)(end - load->bytes) + 1 : size;
		lines++;
	}
	load->from[load->batches] = at;
	load->events              = lines;
}

static size_t
batch_events(const struct load *load, size_t batch)
{
	size_t before = batch * load->settings.batch;
	size_t left   = load->events - before;
	return left < load->settings.batch ? left : load->settings.batch;
}

/* ---- connections ---- */

static int
connect_to(uint16_t port)
{
	struct sockaddr_in to  = { .sin_family = AF_INET,
		                   .sin_port   = htons(port),
		                   .sin_addr   = { htonl(INADDR_LOOPBACK) } };
	int                fd  = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int                yes = 1;
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		fail("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	return fd;
}

static void
line_watch(int epoll, struct line *line, uint32_t events, int how)
{
	struct epoll_event event = { .events = events, .data.ptr = line };
	if (epoll_ctl(epoll, how, line->fd, &event) != 0)
		fail("epoll");
}

/* Send on; true when all is out. */
static bool
line_push(struct line *line)
{
	while (line->done < line->head_size + line->body_size) {
		struct iovec  parts[2];
		struct msghdr message = { .msg_iov = parts };
		if (line->done < line->head_size) {
			parts[message.msg_iovlen++] =
				(struct iovec){ line->head + line->done,
				                line->head_size - line->done };
		}
		size_t body_done = line->done > line->head_size ? line->done - line->head_size : 0;
		parts[message.msg_iovlen++] =
			(struct iovec){ (void *)(uintptr_t)(line->body + body_done),
			                line->body_size - body_done };
		ssize_t sent = sendmsg(line->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return false;
		if (sent < 0)
			fail("send");
		line->done += (size_t)sent;
	}
	return true;
}

/* Whether a batch may go now, by the pace. */
static bool
is_due(const struct load *load, uint64_t now)
{
	if (load->settings.rate <= 0)
		return true;
	double spent_s = (double)(now - load->started_ns) / 1e9;
	return (double)load->sent_events <= spent_s * load->settings.rate;
}

static bool
is_over(const struct load *load, uint64_t now)
{
	if (load->settings.seconds > 0 &&
	    (double)(now - load->started_ns) / 1e9 > load->settings.seconds)
		return true;
	return load->next >= load->batches && !load->settings.repeat;
}

static bool
line_begin(struct load *load, int epoll, struct line *line)
{
	uint64_t now = now_ns();
	if (is_over(load, now) || !is_due(load, now))
		return false;
	size_t batch    = load->next++ % load->batches;
	line->body      = load->bytes + load->from[batch];
	line->body_size = load->from[batch + 1] - load->from[batch];
	line->head_size = (size_t)snprintf(line->head, HEAD_SIZE,
	                                   "POST /v1/events HTTP/1.1\r\nHost: localhost\r\n"
	                                   "Authorization: Bearer %s\r\n"
	                                   "Content-Type: application/x-ndjson\r\n"
	                                   "Content-Length: %zu\r\n\r\n",
	                                   load->settings.key, line->body_size);
	line->done = line->reply_size = 0;
	line->busy                    = true;
	line->sent_ns                 = now;
	load->sent_events += batch_events(load, batch);
	if (!line_push(line))
		line_watch(epoll, line, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
	return true;
}

static uint64_t
number_after(const char *text, const char *name)
{
	const char *at = strstr(text, name);
	return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

/* Whether a whole answer is there. */
static bool
reply_is_whole(const struct line *line)
{
	const char *end = memmem(line->reply, line->reply_size, "\r\n\r\n", 4);
	if (!end)
		return false;
	uint64_t size = number_after(line->reply, "Content-Length: ");
	return line->reply_size >= (size_t)(end + 4 - line->reply) + size;
}

static void
reply_count(struct load *load, struct line *line)
{
	sample_add(&load->samples, now_ns() - line->sent_ns);
	load->answered++;
	if (memcmp(line->reply, "HTTP/1.1 200", 12) != 0) {
		if (load->failed++ == 0)
			fprintf(stderr, "load_http: %s\n", line->reply);
		return;
	}
	load->accepted += number_after(line->reply, "\"accepted\":");
	load->duplicate += number_after(line->reply, "\"duplicate\":");
}

/* Read on; true when the answer ended. */
static bool
line_pull(struct load *load, struct line *line)
{
	ssize_t size = recv(line->fd, line->reply + line->reply_size,
	                    REPLY_SIZE - 1 - line->reply_size, MSG_DONTWAIT);
	if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return false;
	if (size <= 0)
		fail("the server closed a connection");
	line->reply_size += (size_t)size;
	line->reply[line->reply_size] = 0;
	if (!reply_is_whole(line))
		return false;
	line->busy = false;
	reply_count(load, line);
	return true;
}

static void
line_turn(struct load *load, int epoll, struct line *line, uint32_t events)
{
	if ((events & EPOLLOUT) && line_push(line))
		line_watch(epoll, line, EPOLLIN, EPOLL_CTL_MOD);
	if ((events & EPOLLIN) && line_pull(load, line))
		(void)line_begin(load, epoll, line);
}

static size_t
lines_begin(struct load *load, int epoll, struct line *lines)
{
	size_t busy = 0;
	for (size_t i = 0; i < load->settings.connections; i++) {
		if (!lines[i].busy)
			(void)line_begin(load, epoll, &lines[i]);
		busy += lines[i].busy;
	}
	return busy;
}

static void
load_run(struct load *load)
{
	int          epoll = epoll_create1(EPOLL_CLOEXEC);
	struct line *lines = calloc(load->settings.connections, sizeof(*lines));
	if (epoll < 0 || !lines)
		fail("epoll");
	for (size_t i = 0; i < load->settings.connections; i++) {
		lines[i].fd = connect_to(load->settings.port);
		line_watch(epoll, &lines[i], EPOLLIN, EPOLL_CTL_ADD);
	}
	load->started_ns = now_ns();
	while (lines_begin(load, epoll, lines) > 0 || !is_over(load, now_ns())) {
		struct epoll_event events[EVENTS_AT_ONCE];
		int                count = epoll_wait(epoll, events, EVENTS_AT_ONCE,
                                       load->settings.rate > 0 ? 1 : 100);
		for (int i = 0; i < count; i++)
			line_turn(load, epoll, events[i].data.ptr, events[i].events);
	}
	free(lines);
	close(epoll);
}

/* ---- the questions beside it ---- */

struct probe {
	const struct settings *settings;
	atomic_bool            stop;
	struct samples         samples;
	uint64_t               failed;
};

static void *
probe_run(void *context)
{
	struct probe *probe = context;
	struct line  *line  = calloc(1, sizeof(*line));
	char          head[HEAD_SIZE];
	int           size = snprintf(head, sizeof(head),
	                              "GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
	                                        "%s\r\n\r\n",
	                              probe->settings->probe, probe->settings->key);
	if (!line)
		fail("memory");
	line->fd = connect_to(probe->settings->port);
	while (!atomic_load(&probe->stop)) {
		uint64_t from    = now_ns();
		line->reply_size = 0;
		if (send(line->fd, head, (size_t)size, MSG_NOSIGNAL) != size)
			fail("probe");
		do {
			ssize_t got = recv(line->fd, line->reply + line->reply_size,
			                   REPLY_SIZE - 1 - line->reply_size, 0);
			if (got <= 0)
				fail("probe");
			line->reply_size += (size_t)got;
			line->reply[line->reply_size] = 0;
		} while (!reply_is_whole(line));
		sample_add(&probe->samples, now_ns() - from);
		probe->failed += memcmp(line->reply, "HTTP/1.1 200", 12) != 0;
		nanosleep(&(struct timespec){ .tv_nsec = 1000000000L / PROBES_A_SECOND }, NULL);
	}
	close(line->fd);
	free(line);
	return NULL;
}

/* ---- arguments and report ---- */

static bool
setting_take(struct settings *settings, const char *name, const char *value)
{
	if (strcmp(name, "--port") == 0)
		settings->port = (uint16_t)atoi(value);
	else if (strcmp(name, "--key") == 0)
		settings->key = value;
	else if (strcmp(name, "--file") == 0)
		settings->file = value;
	else if (strcmp(name, "--probe") == 0)
		settings->probe = value;
	else if (strcmp(name, "--batch") == 0)
		settings->batch = strtoull(value, NULL, 10);
	else if (strcmp(name, "--connections") == 0)
		settings->connections = strtoull(value, NULL, 10);
	else if (strcmp(name, "--events") == 0)
		settings->events_max = strtoull(value, NULL, 10);
	else if (strcmp(name, "--seconds") == 0)
		settings->seconds = atof(value);
	else if (strcmp(name, "--half-rate") == 0)
		settings->rate = atof(value);
	else
		return false;
	return true;
}

static bool
settings_read(struct settings *settings, int count, char **arguments)
{
	*settings = (struct settings){ .batch = 1000, .connections = 8, .events_max = SIZE_MAX };
	for (int i = 1; i < count; i++) {
		if (strcmp(arguments[i], "--repeat") == 0) {
			settings->repeat = true;
			continue;
		}
		if (i + 1 >= count || !setting_take(settings, arguments[i], arguments[i + 1]))
			return false;
		i++;
	}
	return settings->port && settings->key && settings->file && settings->batch > 0 &&
	       settings->connections > 0 && (!settings->repeat || settings->seconds > 0);
}

static void
report(struct load *load, double spent_s)
{
	printf("%zu connections, %zu events a request, %.2f s: %.0f events/s, %.0f requests/s, "
	       "accepted %llu, duplicate %llu, failed requests %llu\n",
	       load->settings.connections, load->settings.batch, spent_s,
	       (double)load->sent_events / spent_s, (double)load->answered / spent_s,
	       (unsigned long long)load->accepted, (unsigned long long)load->duplicate,
	       (unsigned long long)load->failed);
	samples_print("answers", &load->samples);
}

int
main(int count, char **arguments)
{
	struct load load = { .next = 0 };
	if (!settings_read(&load.settings, count, arguments)) {
		fprintf(stderr, "usage: load_http --port P --key K --file F [--batch N] "
		                "[--connections N] [--events N] [--seconds S [--repeat]] "
		                "[--half-rate R] [--probe PATH]\n");
		return 2;
	}
	bodies_load(&load);
	struct probe probe = { .settings = &load.settings };
	pthread_t    prober;
	if (load.settings.probe && pthread_create(&prober, NULL, probe_run, &probe) != 0)
		fail("thread");
	load_run(&load);
	report(&load, (double)(now_ns() - load.started_ns) / 1e9);
	if (load.settings.probe) {
		atomic_store(&probe.stop, true);
		pthread_join(prober, NULL);
		samples_print("probe  ", &probe.samples);
	}
	return load.failed || probe.failed ? 1 : 0;
}
