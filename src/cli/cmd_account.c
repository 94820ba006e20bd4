/* cmd_account.c - tally account put, list, get. */
#include "cli/client.h"
#include "core/base/limit.h"

int
cmd_account_put(struct cli *cli)
{
	const char    *path = cli->args.words[0];
	struct client  client;
	struct span    json, answer;
	struct refusal refusal = { .err = ERR_NONE };
	int            status  = cli_file(cli, path, &json);

	if (status == EXIT_DONE)
		status = client_open(cli, CLIENT_MAY_MAKE, &client);
	if (status != EXIT_DONE)
		return status;
	enum err err = client_tell(&client, TELL_ACCOUNT, SPAN(""), json, &answer, &refusal);
	status = err == ERR_NONE ? cli_answer(cli, answer, NULL) : cli_refused(err, &refusal, path);
	return client_close(&client, status);
}

int
cmd_account_list(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (question.limit == 0)
		question.limit = LIMIT_PAGE_ROWS_MAX;
	return status == EXIT_DONE ? client_show(cli, ASK_ACCOUNTS, &question, NULL) : status;
}

int
cmd_account_get(struct cli *cli)
{
	struct question question = { .account = cli_word(cli, 0) };
	return client_show(cli, ASK_ACCOUNT, &question, NULL);
}
