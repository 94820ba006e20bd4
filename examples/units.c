/* units.c - variants of the rules, and a module that has two figures.
 *
 *   cc units.c $(pkg-config --cflags --libs tally) -o units && ./units DIRECTORY [NAMES]
 *
 * Opens (or makes) a store in DIRECTORY with the variants NAMES turned on, such as
 * five-functions, counts six functions and three targets, and prints the figure of SRM, then
 * of FF its monthly active users alone: now, and over two days. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tally.h>

static const char account[] = "{\"id\":\"acme\",\"name\":\"Acme Corp\",\"currency\":\"USD\"}";

static void
must(int result, const struct tally_error *error)
{
	if (result == TALLY_DONE)
		return;
	fprintf(stderr, "units: %s: %s (%s)\n", error->field, error->detail, error->code);
	exit(result);
}

static void
count(struct tally *tally, const char *type, const char *subject, int number, const char *data)
{
	struct tally_counts counts;
	struct tally_error  error;
	char                event[512];

	snprintf(event, sizeof(event),
	         "{\"id\":\"%s%d\",\"source\":\"units\",\"account\":\"acme\",\"type\":\"%s\","
	         "\"subject\":\"%s%d\",\"time\":\"2026-04-10T09:00:00Z\",\"data\":{%s}}",
	         subject, number, type, subject, number, data);
	must(tally_ingest(tally, TALLY_NDJSON, NULL, event, strlen(event), &counts, NULL, &error),
	     &error);
	if (counts.rejected > 0) {
		fprintf(stderr, "units: an event was rejected: %s\n", event);
		exit(TALLY_REFUSED);
	}
}

static void
show(char *answer)
{
	printf("%s\n", answer);
	tally_free(answer);
}

int
main(int argc, char **argv)
{
	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: units DIRECTORY [NAMES]\n");
		return 2;
	}
	struct tally      *tally;
	struct tally_error error;
	char              *answer;

	must(tally_open_with(argv[1], NULL, argv[2], &tally, &error), &error);
	must(tally_account_put(tally, account, strlen(account), &error), &error);
	for (int i = 1; i <= 6; i++)
		count(tally, "srm.activity", "function", i, "\"kind\":\"function\"");
	for (int i = 1; i <= 3; i++)
		count(tally, "ff.evaluation", "target", i, "");
	must(tally_usage(tally, "acme", "SRM", "2026-04-10", &answer, &error), &error);
	show(answer);
	must(tally_usage_unit(tally, "acme", "FF", "mau", "2026-04-10", &answer, &error), &error);
	show(answer);
	must(tally_trend_unit(tally, "acme", "FF", "mau", "2026-04-09", "2026-04-10", &answer,
	                      &error),
	     &error);
	show(answer);
	tally_close(tally);
	return 0;
}
