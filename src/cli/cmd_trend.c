/* cmd_trend.c - tally trend. */
#include "cli/client.h"

int
cmd_trend(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	if (question.from.size == 0 || question.to.size == 0)
		return cli_misused(cli, "--from and --to are needed, such as --from 2026-10-01");
	question.account = cli_word(cli, 0);
	question.module  = cli_word(cli, 1);
	return client_show(cli, ASK_TREND, &question, NULL);
}
