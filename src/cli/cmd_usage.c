/* cmd_usage.c - tally usage. */
#include "cli/client.h"

int
cmd_usage(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	question.account = cli_word(cli, 0);
	if (cli->args.words_count > 1)
		question.module = cli_word(cli, 1);
	return client_show(cli, ASK_USAGE, &question, NULL);
}
