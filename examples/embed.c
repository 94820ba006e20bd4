/* embed.c - a whole licence count inside another program.
 *
 *   cc embed.c $(pkg-config --cflags --libs tally) -o embed && ./embed DIRECTORY
 *
 * Opens (or makes) a store in DIRECTORY, puts an account with a contract, takes four
 * events, and prints the figure and why it is what it is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tally.h>

static const char account[] = "{\"id\":\"acme\",\"name\":\"Acme Corp\",\"currency\":\"USD\"}";
static const char contract[] =
	"{\"id\":\"acme-2026\",\"model\":\"DEVELOPER_360\",\"plan\":\"ENTERPRISE\",\"kind\":"
	"\"PAID\","
	"\"start\":\"2026-01-01T00:00:00Z\",\"end\":\"2027-01-01T00:00:00Z\","
	"\"modules\":{\"CD\":{\"developers\":6}}}";

/* A deployment makes the service count; its hourly instances say how much. The last event
 * has no time that could be read. */
static const char events[] =
	"{\"id\":\"1\",\"source\":\"ci\",\"account\":\"acme\",\"type\":\"cd.deployment\","
	"\"subject\":\"shop\",\"time\":\"2026-04-01T09:00:00Z\","
	"\"data\":{\"deployment_type\":\"Kubernetes\"}}\n"
	"{\"id\":\"2\",\"source\":\"ci\",\"account\":\"acme\",\"type\":\"cd.instances\","
	"\"subject\":\"shop\",\"time\":\"2026-04-01T10:00:00Z\","
	"\"data\":{\"environment\":\"prod\",\"instances\":45}}\n"
	"{\"id\":\"3\",\"source\":\"ci\",\"account\":\"acme\",\"type\":\"cd.instances\","
	"\"subject\":\"shop\",\"time\":\"2026-04-01T11:00:00Z\","
	"\"data\":{\"environment\":\"prod\",\"instances\":45}}\n"
	"{\"id\":\"4\",\"source\":\"ci\",\"account\":\"acme\",\"type\":\"cd.instances\","
	"\"subject\":\"shop\",\"time\":\"not a time\","
	"\"data\":{\"environment\":\"prod\",\"instances\":45}}\n";

static void
must(int result, const struct tally_error *error)
{
	if (result == TALLY_DONE)
		return;
	fprintf(stderr, "embed: %s (%s)\n", error->detail, error->code);
	exit(result);
}

int
main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: embed DIRECTORY\n");
		return 2;
	}
	struct tally       *tally;
	struct tally_error  error;
	struct tally_counts counts;
	char               *answer;

	must(tally_open(argv[1], NULL, &tally, &error), &error);
	must(tally_account_put(tally, account, strlen(account), &error), &error);
	must(tally_contract_put(tally, "acme", contract, strlen(contract), &error), &error);
	must(tally_ingest(tally, TALLY_NDJSON, NULL, events, strlen(events), &counts, &answer,
	                  &error),
	     &error);
	printf("%s\n", answer); /* the fourth is rejected, the other three count */
	tally_free(answer);

	must(tally_usage(tally, "acme", "CD", "2026-04-30", &answer, &error), &error);
	printf("%s\n", answer);
	tally_free(answer);

	must(tally_explain(tally, "acme", "CD", "shop", "2026-04-30", &answer, &error), &error);
	printf("%s\n", answer);
	tally_free(answer);
	tally_close(tally);
	return 0;
}
