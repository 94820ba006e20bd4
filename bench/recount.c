/* recount.c - what a right program must make of a file of made-up events, counted the
 * plain way, with nothing of the product in it.
 *
 *     recount FILE [HOURS DEPLOYED]
 *
 * Prints "accepted N duplicate M", then "ACCOUNT USED" for each account: licences of CD
 * at the end of 30 June 2025. HOURS gets a line "service,hour,instances" for each hour
 * that was reported, DEPLOYED one "service,deployed,function" (0 or 1) for each service:
 * what the databases beside Tally are given to compute the figure from.
 *
 * Knows the file's texts (fixed keys, numbered services, one infrastructure an
 * environment) but nothing of how they were made. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SERVICES = 10000, HOURS = 720, ENVIRONMENTS = 3, ACCOUNTS = 1000, LINE_ROOM = 4096 };

/* One environment in one hour. */
struct report {
	int32_t  ms; /* of the hour, plus 1; 0: none */
	uint32_t instances;
};

struct service {
	struct report reports[HOURS][ENVIRONMENTS];
	uint32_t      account;
	bool          is_deployed; /* in some way that is not serverless */
	bool          is_function;
};

struct id {
	uint64_t high, low; /* both 0: a free place */
};

static struct service services[SERVICES];
static struct id     *ids;
static uint64_t       ids_room, accepted, duplicate;

_Noreturn static void
fail(const char *what, const char *line)
{
	fprintf(stderr, "recount: %s: %s\n", what, line);
	exit(1);
}

/* ---- reading ---- */

static const char *
text_after(const char *line, const char *key)
{
	const char *at = strstr(line, key);
	if (!at)
		fail(key, line);
	return at + strlen(key);
}

static uint32_t
number_after(const char *line, const char *key)
{
	return (uint32_t)strtoul(text_after(line, key), NULL, 10);
}

static struct id
id_read(const char *line)
{
	const char *at = text_after(line, "\"id\":\"");
	struct id   id = { 0, 0 };
	for (int digits = 0; digits < 32; at++) {
		if (*at == '-')
			continue;
		uint64_t digit = (uint64_t)(*at <= '9' ? *at - '0' : *at - 'a' + 10);
		if (digits++ < 16)
			id.high = id.high << 4 | digit;
		else
			id.low = id.low << 4 | digit;
	}
	return id;
}

/* ---- identities ---- */

static void
ids_grow(void)
{
	uint64_t   room_before = ids_room;
	struct id *before      = ids;
	ids_room               = room_before ? room_before * 2 : 1 << 20;
	ids                    = calloc(ids_room, sizeof(*ids));
	if (!ids)
		fail("memory", "");
	for (uint64_t i = 0; i < room_before; i++) {
		uint64_t at = before[i].low % ids_room;
		if (before[i].high == 0 && before[i].low == 0)
			continue;
		while (ids[at].high || ids[at].low)
			at = (at + 1) % ids_room;
		ids[at] = before[i];
	}
	free(before);
}

static bool
id_is_new(struct id id)
{
	if (accepted * 2 >= ids_room)
		ids_grow();
	uint64_t at = id.low % ids_room;
	for (; ids[at].high || ids[at].low; at = (at + 1) % ids_room) {
		if (ids[at].high == id.high && ids[at].low == id.low)
			return false;
	}
	ids[at] = id;
	return true;
}

/* ---- counting ---- */

static void
line_count(const char *line)
{
	if (!id_is_new(id_read(line))) {
		duplicate++;
		return;
	}
	accepted++;
	uint32_t number = number_after(line, "\"subject\":\"svc-");
	if (number >= SERVICES)
		fail("service", line);
	struct service *service = &services[number];
	service->account        = number_after(line, "\"account\":\"acct-");
	if (strstr(line, "\"type\":\"cd.deployment\"")) {
		if (strstr(line, "\"deployment_type\":\"AwsLambda\""))
			service->is_function = true;
		else
			service->is_deployed = true;
		return;
	}
	const char    *time        = text_after(line, "\"time\":\"2025-06-");
	const char    *environment = text_after(line, "\"environment\":\"");
	uint32_t       day = (uint32_t)atoi(time), hour = (uint32_t)atoi(time + 3);
	int32_t        ms = (atoi(time + 6) * 60 + atoi(time + 9)) * 1000 + atoi(time + 12) + 1;
	uint32_t       instances = number_after(line, "\"instances\":");
	int            split     = *environment == 'p' ? 0 : *environment == 's' ? 1 : 2;
	struct report *place     = &service->reports[(day - 1) * 24 + hour][split];
	if (ms > place->ms || (ms == place->ms && instances > place->instances))
		*place = (struct report){ ms, instances };
}

static int
compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

/* The sum over the environments that reported; false when none did. */
static bool
hour_sum(const struct service *service, int hour, uint32_t *sum)
{
	bool present = false;

	*sum = 0;
	for (int e = 0; e < ENVIRONMENTS; e++) {
		present |= service->reports[hour][e].ms > 0;
		*sum += service->reports[hour][e].instances;
	}
	return present;
}

/* L-11: the 95th percentile by nearest rank, in twenties, at least one. */
static uint64_t
service_licences(const struct service *service)
{
	uint32_t hours[HOURS], count = 0;

	for (int h = 0; h < HOURS; h++)
		count += hour_sum(service, h, &hours[count]);
	if (count == 0)
		return 1;
	qsort(hours, count, sizeof(*hours), compare);
	uint32_t p95 = hours[(95 * count + 99) / 100 - 1];
	return p95 <= 20 ? 1 : (p95 + 19) / 20;
}

static void
tables_write(const char *hours_path, const char *deployed_path)
{
	FILE *hours = fopen(hours_path, "w"), *deployed = fopen(deployed_path, "w");

	if (!hours || !deployed)
		fail("cannot write", hours_path);
	for (int i = 0; i < SERVICES; i++) {
		uint32_t sum;
		for (int h = 0; h < HOURS; h++) {
			if (hour_sum(&services[i], h, &sum))
				fprintf(hours, "%d,%d,%u\n", i, h, sum);
		}
		fprintf(deployed, "%d,%d,%d\n", i, services[i].is_deployed,
		        services[i].is_function);
	}
	if (fclose(hours) != 0 || fclose(deployed) != 0)
		fail("cannot write", hours_path);
}

static void
accounts_print(void)
{
	static uint64_t used[ACCOUNTS], functions[ACCOUNTS];
	static bool     there[ACCOUNTS];

	for (int i = 0; i < SERVICES; i++) {
		const struct service *service = &services[i];
		there[service->account]       = true;
		if (service->is_deployed)
			used[service->account] += service_licences(service);
		functions[service->account] += service->is_function;
	}
	for (int i = 0; i < ACCOUNTS; i++) {
		if (there[i])
			printf("acct-%03d %llu\n", i,
			       (unsigned long long)(used[i] + (functions[i] + 4) / 5));
	}
}

int
main(int count, char **arguments)
{
	static char line[LINE_ROOM];
	FILE       *file = count == 2 || count == 4 ? fopen(arguments[1], "r") : NULL;

	if (!file) {
		fprintf(stderr, "usage: recount FILE [HOURS DEPLOYED]\n");
		return 2;
	}
	while (fgets(line, sizeof(line), file))
		line_count(line);
	(void)fclose(file);
	printf("accepted %llu duplicate %llu\n", (unsigned long long)accepted,
	       (unsigned long long)duplicate);
	accounts_print();
	if (count == 4)
		tables_write(arguments[2], arguments[3]);
	return 0;
}
