/* cmd_events.c - tally events. */
#include "cli/client.h"

int
cmd_events(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	question.account = cli_word(cli, 0);
	return client_show(cli, ASK_EVENTS, &question, NULL);
}
