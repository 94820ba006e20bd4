/* generate.c - writes the events that the benchmarks ingest, and their accounts.
 *
 *     generate EVENTS ACCOUNTS FILE DIRECTORY
 *
 * FILE gets CloudEvents, one a line; DIRECTORY gets acct-NNN.json for each account. What
 * a right program must make of them is told by recount, which reads FILE alone. */
#include <stdlib.h>

#include "made.h"

_Noreturn static void
fail(const char *what)
{
	perror(what);
	exit(1);
}

static void
accounts_write(const struct made *made, const char *directory)
{
	for (uint32_t i = 0; i < made->accounts; i++) {
		char path[4096];
		snprintf(path, sizeof(path), "%s/acct-%03u.json", directory, i);
		FILE *file = fopen(path, "w");
		if (!file)
			fail(path);
		fprintf(file,
		        "{\"id\":\"acct-%03u\",\"name\":\"Account %u\",\"currency\":\"USD\"}\n", i,
		        i);
		if (fclose(file) != 0)
			fail(path);
	}
}

static uint64_t
events_write(const struct made *made, const char *path)
{
	FILE    *file = fopen(path, "w");
	uint64_t size = 0;
	char     line[MADE_EVENT_ROOM];

	if (!file || setvbuf(file, NULL, _IOFBF, 1 << 20) != 0)
		fail(path);
	for (uint64_t k = 0; k < made->events; k++) {
		size_t length = made_write(made, k, line);
		size += length;
		if (fwrite(line, 1, length, file) != length)
			fail(path);
	}
	if (fclose(file) != 0)
		fail(path);
	return size;
}

int
main(int count, char **arguments)
{
	if (count != 5) {
		fprintf(stderr, "usage: generate EVENTS ACCOUNTS FILE DIRECTORY\n");
		return 2;
	}
	struct made made = { .events   = strtoull(arguments[1], NULL, 10),
		             .accounts = (uint32_t)strtoul(arguments[2], NULL, 10) };
	if (made.events < MADE_HOURS || made.accounts == 0 || MADE_SERVICES % made.accounts != 0) {
		fprintf(stderr, "generate: at least %d events; accounts divide %d\n", MADE_HOURS,
		        MADE_SERVICES);
		return 2;
	}
	accounts_write(&made, arguments[4]);
	uint64_t size = events_write(&made, arguments[3]);
	printf("%llu events, %.1f bytes each\n", (unsigned long long)made.events,
	       (double)size / (double)made.events);
	return 0;
}
