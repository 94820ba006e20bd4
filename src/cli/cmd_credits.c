/* cmd_credits.c - tally credits. */
#include <stdio.h>

#include "cli/client.h"
#include "cli/show.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct show_column BLOCKS[] = {
	{ "BLOCK", "id", SHOW_TEXT },
	{ "KIND", "kind", SHOW_TEXT },
	{ "START", "start", SHOW_TIME },
	{ "EXPIRY", "expiry", SHOW_TIME },
	{ "QUOTA", "quota", SHOW_NUMBER },
	{ "USED", "used", SHOW_NUMBER },
	{ "AVAILABLE", "available", SHOW_NUMBER },
	{ "STATUS", "status", SHOW_TEXT },
};

static const struct show_column USE[] = {
	{ "ORG", "org", SHOW_TEXT },           { "PROJECT", "project", SHOW_TEXT },
	{ "MACHINE", "machine", SHOW_TEXT },   { "MINUTES", "minutes", SHOW_NUMBER },
	{ "CREDITS", "credits", SHOW_NUMBER },
};

static void
show_credits(struct cli *cli, const struct json *answer)
{
	struct span at   = show_time(&cli->arena, answer, "at");
	struct span next = show_time(&cli->arena, answer, "next_expiry.at");

	show_clean(cli, show_text(answer, "account"));
	printf(" at %.*s UTC\n", (int)at.size, at.at);
	show_number(answer, "available ", "available");
	show_number(answer, ", used this month ", "used");
	show_number(answer, ", of it overage ", "overage");
	if (next.size > 0) {
		show_number(answer, "\nnext to expire ", "next_expiry.available");
		printf(" on %.*s", (int)next.size, next.at);
	}
	printf("\n\n");
	if (show_table(cli, json_member(answer, SPAN("blocks")), BLOCKS, COUNT(BLOCKS), 0) == 0)
		printf("no blocks of credits\n");
	printf("\n");
	if (show_table(cli, json_member(answer, SPAN("by")), USE, COUNT(USE), 0) == 0)
		printf("no hosted builds this month\n");
}

int
cmd_credits(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	return client_show_list(cli, ASK_CREDITS, &question, SPAN("blocks"), show_credits);
}
