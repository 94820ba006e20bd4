/* modules.c - an account that uses every module, beside the services of the wide stream.
 *
 *     modules events [USERS]     its events, to standard output: June 2025, account acct-000
 *     modules figures [USERS]    what must be counted of them at the end of June, one a line:
 *                                MODULE UNIT USED, in the order of a summary, CD left out
 *
 * A thousand people in four modules, ten thousand services and chaos targets, a hundred
 * thousand monthly users unless told otherwise, a million scans; the figures follow from how
 * it is made. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	PEOPLE   = 1000,
	SERVICES = 10000,
	SCANS    = 1000000,
	STEPS    = 100000,
	APPLIES  = 100000,
	SPENDS   = 100000,
	PROJECTS = 50,
	MINUTES  = 30 * 24 * 60,
};

static uint32_t sent;
static uint32_t targets = 100000;

static void
put(const char *type, const char *what, uint32_t number, const char *data)
{
	uint32_t minute = (uint32_t)((uint64_t)sent * 7919 % MINUTES);

	printf("{\"id\":\"m%u\",\"source\":\"modules\",\"type\":\"%s\",\"account\":\"acct-000\","
	       "\"subject\":\"%s%u%s\",\"time\":\"2025-06-%02uT%02u:%02u:00Z\","
	       "\"data\":{\"project\":\"p%u\"%s}}\n",
	       sent, type, what, number, strcmp(what, "dev") == 0 ? "@example.com" : "",
	       minute / 1440 + 1, minute / 60 % 24, minute % 60, number % PROJECTS, data);
	sent++;
}

static void
people_put(void)
{
	static const char *const modules[] = { "CODE", "CI", "IDP", "SEI" };
	char                     data[64];

	for (uint32_t i = 0; i < PEOPLE; i++) {
		for (uint32_t m = 0; m < 4; m++) {
			snprintf(data, sizeof(data), ",\"module\":\"%s\"", modules[m]);
			put("access.granted", "dev", i, data);
		}
		put("ff.change", "dev", i, ",\"action\":\"edit\"");
	}
}

static void
events_put(void)
{
	people_put();
	for (uint32_t i = 0; i < SERVICES; i++) {
		put("srm.activity", "svc", i, "");
		put("ce.experiment", "svc", i, ",\"target_kind\":\"host\"");
	}
	for (uint32_t i = 0; i < targets; i++)
		put("ff.evaluation", "user", i, "");
	for (uint32_t i = 0; i < SCANS; i++)
		put("sto.scan", "repo", i % 3000, "");
	for (uint32_t i = 0; i < STEPS; i++)
		put("scs.step", "image", i % 3000, ",\"step\":\"signing\"");
	for (uint32_t i = 0; i < APPLIES; i++)
		put("iacm.stage", "space", i % 300,
		    ",\"command\":\"apply\",\"status\":\"success\",\"changes\":1");
	for (uint32_t i = 0; i < SPENDS; i++)
		put("ccm.spend", "cloud", i % 30, ",\"amount\":\"1.25\"");
}

static void
figures_put(void)
{
	static const char *const people[] = { "CODE", "CI", "IDP", "SEI", "FF" };

	for (uint32_t i = 0; i < 5; i++)
		printf("%s developer %d\n", people[i], PEOPLE);
	printf("FF mau %u\nSRM service %d\nCE service %d\n", targets, SERVICES, SERVICES);
	printf("IACM execution %d\nSTO scan %d\nSSCA execution %d\n", APPLIES, SCANS, STEPS);
	printf("CCM spend %d\n", SPENDS / 4 * 5);
}

int
main(int count, char **arguments)
{
	if (count == 3)
		targets = (uint32_t)strtoul(arguments[2], NULL, 10);
	bool asked = (count == 2 || count == 3) && targets > 0;
	if (asked && strcmp(arguments[1], "events") == 0)
		events_put();
	else if (asked && strcmp(arguments[1], "figures") == 0)
		figures_put();
	else
		return fprintf(stderr, "usage: modules events | figures [USERS]\n") < 0 ? 1 : 2;
	return 0;
}
