/* flex.c - a pool of units, and what a month draws from it.
 *
 *   cc flex.c $(pkg-config --cflags --libs tally) -o flex && ./flex DIRECTORY
 *
 * Opens (or makes) a store in DIRECTORY, buys fifty thousand units, uses fifty-five thousand
 * in April 2026, and prints that month, then the same by day. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tally.h>

static const char account[] = "{\"id\":\"acme\",\"name\":\"Acme Corp\",\"currency\":\"USD\"}";

static const char contract[] =
	"{\"id\":\"pool\",\"model\":\"FLEX\",\"plan\":\"ENTERPRISE\",\"kind\":\"PAID\","
	"\"start\":\"2026-04-01T00:00:00Z\",\"end\":\"2027-04-01T00:00:00Z\","
	"\"flex\":{\"tier\":\"enterprise\",\"units\":\"50000\"}}";

static const char event[] =
	"{\"id\":\"1\",\"source\":\"flex\",\"account\":\"acme\",\"type\":\"ai.tokens\","
	"\"subject\":\"team\",\"time\":\"2026-04-10T09:00:00Z\","
	"\"data\":{\"count\":11000000000}}";

static void
must(int result, const struct tally_error *error)
{
	if (result == TALLY_DONE)
		return;
	fprintf(stderr, "flex: %s: %s (%s)\n", error->field, error->detail, error->code);
	exit(result);
}

int
main(int argc, char **argv)
{
	struct tally       *tally;
	struct tally_counts counts;
	struct tally_error  error;
	char               *answer;

	if (argc != 2) {
		fprintf(stderr, "usage: flex DIRECTORY\n");
		return 2;
	}
	must(tally_open(argv[1], NULL, &tally, &error), &error);
	must(tally_account_put(tally, account, strlen(account), &error), &error);
	must(tally_contract_put(tally, "acme", contract, strlen(contract), &error), &error);
	must(tally_ingest(tally, TALLY_NDJSON, NULL, event, strlen(event), &counts, NULL, &error),
	     &error);
	must(tally_flex(tally, "acme", "2026-04", NULL, NULL, &answer, &error), &error);
	printf("%s\n", answer);
	tally_free(answer);
	must(tally_flex(tally, "acme", "2026-04", NULL, "day", &answer, &error), &error);
	printf("%s\n", answer);
	tally_free(answer);
	if (tally_flex(tally, "acme", "2026-03", NULL, NULL, &answer, &error) == TALLY_REFUSED)
		printf("%s: %s\n", error.code, error.detail);
	tally_close(tally);
	return 0;
}
