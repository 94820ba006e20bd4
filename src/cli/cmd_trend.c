/* cmd_trend.c - tally trend. */
#include "cli/client.h"
#include "cli/show.h"

static const struct show_column POINTS[] = {
	{ "AT", "at", SHOW_TIME },
	{ "OWNED", "owned", SHOW_NUMBER },
	{ "USED", "used", SHOW_NUMBER },
};

static void
show_trend(struct cli *cli, const struct json *answer)
{
	struct span unit = show_text(answer, "unit"), peak = show_text(answer, "peak");
	struct span over = show_text(answer, "over");

	show_clean(cli, show_text(answer, "account"));
	putchar(' ');
	show_clean(cli, show_text(answer, "module"));
	printf(", unit %.*s\n\n", (int)unit.size, unit.at);
	show_table(cli, json_member(answer, SPAN("points")), POINTS,
	           sizeof(POINTS) / sizeof(POINTS[0]), 0);
	printf("\npeak of the last month %.*s", (int)peak.size, peak.at);
	if (over.size > 0)
		printf(", over by %.*s", (int)over.size, over.at);
	printf("\n");
}

int
cmd_trend(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	if (question.from.size == 0 || question.to.size == 0)
		return cli_misused(cli, "--from and --to are needed, such as --from 2026-10-01");
	return client_show_list(cli, ASK_TREND, &question, SPAN("points"), show_trend);
}
