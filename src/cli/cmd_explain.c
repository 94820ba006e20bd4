/* cmd_explain.c - tally explain. */
#include "cli/client.h"

int
cmd_explain(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	question.account = cli_word(cli, 0);
	question.module  = cli_word(cli, 1);
	if (cli->args.words_count == 6) {
		question.kind    = cli_word(cli, 2);
		question.org     = cli_word(cli, 3);
		question.project = cli_word(cli, 4);
		question.id      = cli_word(cli, 5);
	} else if (cli->args.words_count > 2) {
		return cli_misused(cli, "a row is named by KIND ORG PROJECT ID, all four");
	}
	return client_show(cli, ASK_EXPLAIN, &question, NULL);
}
