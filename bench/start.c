/* start.c - how long a server takes from its start to its first answer (P6, P10).
 *
 *     start PROGRAM DIRECTORY [KEY PATH]
 *
 * Starts `PROGRAM serve` on a free port, waits for its "listening" line, asks PATH
 * (/healthz without a key), waits a moment, prints times and memory, stops it. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "measure.h"

enum { ANSWER_ROOM = 1 << 20, IDLE_S = 1 };

_Noreturn static void
fail(const char *what)
{
	perror(what);
	exit(1);
}

static double
now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static pid_t
server_start(const char *program, const char *directory, FILE **said)
{
	int ends[2];
	if (pipe(ends) != 0)
		fail("pipe");
	pid_t pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		execl(program, program, "serve", "--data", directory, "--listen", "127.0.0.1:0",
		      (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	*said = fdopen(ends[0], "r");
	return pid;
}

static uint16_t
port_wait(FILE *said)
{
	char line[1024];
	while (fgets(line, sizeof(line), said)) {
		const char *colon = strrchr(line, ':');
		if (strncmp(line, "listening on ", 13) == 0 && colon)
			return (uint16_t)atoi(colon + 1);
	}
	fprintf(stderr, "start: the server did not say where it listens\n");
	exit(1);
}

/* The status of the answer. */
static int
ask(uint16_t port, const char *key, const char *path)
{
	static char        answer[ANSWER_ROOM];
	char               request[1024];
	struct sockaddr_in to   = { .sin_family = AF_INET,
		                    .sin_port   = htons(port),
		                    .sin_addr   = { htonl(INADDR_LOOPBACK) } };
	int                fd   = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int                size = snprintf(request, sizeof(request),
	                                   "GET %s HTTP/1.1\r\nHost: tally\r\n"
	                                                  "Authorization: Bearer %s\r\n"
	                                                  "Connection: close\r\n\r\n",
	                                   path, key);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0 ||
	    send(fd, request, (size_t)size, MSG_NOSIGNAL) != size)
		fail("ask");
	size_t  had = 0;
	ssize_t got;
	while (had < ANSWER_ROOM - 1 &&
	       (got = recv(fd, answer + had, ANSWER_ROOM - 1 - had, 0)) > 0)
		had += (size_t)got;
	close(fd);
	return had > 12 ? atoi(answer + 9) : 0;
}

int
main(int count, char **arguments)
{
	if (count != 3 && count != 5) {
		fprintf(stderr, "usage: start PROGRAM DIRECTORY [KEY PATH]\n");
		return 2;
	}
	FILE         *said;
	struct rusage used;
	double        begun   = now_ms();
	pid_t         pid     = server_start(arguments[1], arguments[2], &said);
	uint16_t      port    = port_wait(said);
	double        listens = now_ms();
	int           status  = ask(port, count == 5 ? arguments[3] : "none",
                         count == 5 ? arguments[4] : "/healthz");
	double        answers = now_ms();
	sleep(IDLE_S);
	double idle_mb = resident_mb(pid);
	kill(pid, SIGTERM);
	if (wait4(pid, NULL, 0, &used) != pid)
		fail("wait");
	printf("status %d listening %.1f ms answer %.1f ms resident %.1f MB cpu %.3f s\n", status,
	       listens - begun, answers - begun, idle_mb,
	       (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
	               (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6);
	return status == 200 ? 0 : 1;
}
