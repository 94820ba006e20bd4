/* fresh.c - an acknowledged event is in the next answer, and how fast that answer is (P11).
 *
 *     fresh PORT KEY SECONDS
 *
 * On one connection, at most a hundred times a second: report 20 more instances of the one
 * service of the account `fresh`, and when that is acknowledged ask for the account's
 * figure: it must be one licence more than before. The answers are timed. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_ROOM = 64 << 10, ROUNDS_MAX = 100000, ROUNDS_A_SECOND = 100, TWENTY = 20 };

struct caller {
	int         fd;
	const char *key;
	char        answer[ANSWER_ROOM];
};

_Noreturn static void
fail(const char *what)
{
	perror(what);
	exit(3);
}

static uint64_t
now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static int
connect_to(uint16_t port)
{
	struct sockaddr_in to  = { .sin_family = AF_INET,
		                   .sin_port   = htons(port),
		                   .sin_addr   = { htonl(INADDR_LOOPBACK) } };
	int                yes = 1;
	int                fd  = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		fail("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	return fd;
}

static void
answer_read(struct caller *caller)
{
	size_t had = 0;
	for (;;) {
		ssize_t got = recv(caller->fd, caller->answer + had, ANSWER_ROOM - 1 - had, 0);
		if (got <= 0)
			fail("answer");
		had += (size_t)got;
		caller->answer[had] = 0;
		const char *end     = strstr(caller->answer, "\r\n\r\n");
		const char *size    = strstr(caller->answer, "Content-Length: ");
		if (end && size &&
		    had >= (size_t)(end + 4 - caller->answer) + strtoull(size + 16, NULL, 10))
			return;
	}
}

/* Ask; the answer must have status 200, unless it is no matter. */
static void
call(struct caller *caller, const char *line, const char *type, const char *body)
{
	char request[2048];
	int  size = snprintf(request, sizeof(request),
	                     "%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
	                      "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%s",
	                     line, caller->key, type, strlen(body), body);
	if (send(caller->fd, request, (size_t)size, MSG_NOSIGNAL) != size)
		fail("send");
	answer_read(caller);
	if (strncmp(caller->answer, "HTTP/1.1 200", 12) != 0) {
		fprintf(stderr, "fresh: %s: %s\n", line, caller->answer);
		exit(1);
	}
}

static void
event_send(struct caller *caller, int number, const char *type, const char *rest)
{
	char body[1024];
	snprintf(body, sizeof(body),
	         "{\"specversion\":\"1.0\",\"id\":\"%d\",\"source\":\"/fresh\",\"type\":\"%s\","
	         "\"account\":\"fresh\",\"subject\":\"svc\","
	         "\"time\":\"2025-06-30T12:%02d:%02d.%03dZ\",\"data\":{%s}}\n",
	         number, type, number / 60000 % 60, number / 1000 % 60, number % 1000, rest);
	call(caller, "POST /v1/events", "application/x-ndjson", body);
	if (!strstr(caller->answer, "\"accepted\":1,")) {
		fprintf(stderr, "fresh: %s\n", caller->answer);
		exit(1);
	}
}

static long
used_ask(struct caller *caller)
{
	call(caller, "GET /v1/accounts/fresh/usage/CD?at=2025-06-30", "text/plain", "");
	const char *used = strstr(caller->answer, "\"used\":");
	return used ? atol(used + 7) : -1;
}

int
main(int count, char **arguments)
{
	static double        times_ms[ROUNDS_MAX];
	static struct caller caller;
	int                  rounds = 0, wrong = 0;

	if (count != 4) {
		fprintf(stderr, "usage: fresh PORT KEY SECONDS\n");
		return 2;
	}
	caller.fd  = connect_to((uint16_t)atoi(arguments[1]));
	caller.key = arguments[2];
	call(&caller, "PUT /v1/accounts/fresh", "application/json",
	     "{\"id\":\"fresh\",\"name\":\"Fresh\",\"currency\":\"USD\"}");
	event_send(&caller, 0, "cd.deployment", "\"deployment_type\":\"Kubernetes\"");
	uint64_t until = now_ns() + strtoull(arguments[3], NULL, 10) * 1000000000;
	for (; now_ns() < until && rounds < ROUNDS_MAX; rounds++) {
		char instances[64];
		snprintf(instances, sizeof(instances), "\"instances\":%d", (rounds + 1) * TWENTY);
		event_send(&caller, rounds + 1, "cd.instances", instances);
		uint64_t begun = now_ns();
		wrong += used_ask(&caller) != rounds + 1;
		times_ms[rounds] = (double)(now_ns() - begun) / 1e6;
		nanosleep(&(struct timespec){ .tv_nsec = 1000000000L / ROUNDS_A_SECOND }, NULL);
	}
	qsort(times_ms, (size_t)rounds, sizeof(*times_ms), compare);
	printf("fresh p50 %.2f ms p99 %.2f ms max %.2f ms of %d, stale answers %d\n",
	       times_ms[rounds / 2], times_ms[rounds * 99 / 100], times_ms[rounds - 1], rounds,
	       wrong);
	return wrong ? 1 : 0;
}
