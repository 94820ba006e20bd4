/* cmd_account.c - tally account put, list, get. */
#include "cli/client.h"
#include "cli/show.h"
#include "core/base/limit.h"

static const struct show_column ACCOUNTS[] = {
	{ "ID", "id", SHOW_TEXT },
	{ "NAME", "name", SHOW_TEXT },
	{ "CURRENCY", "currency", SHOW_TEXT },
	{ "PARENT", "parent", SHOW_TEXT },
	{ "SETTINGS", "settings", SHOW_TEXT },
	{ "RECORDED", "recorded", SHOW_TIME },
};
enum { ACCOUNTS_COUNT = sizeof(ACCOUNTS) / sizeof(ACCOUNTS[0]) };

static void
show_accounts(struct cli *cli, const struct json *answer)
{
	if (show_table(cli, json_member(answer, SPAN("accounts")), ACCOUNTS, ACCOUNTS_COUNT, 0) ==
	    0)
		printf("no accounts\n");
	show_next(cli, answer);
}

/* One account is a list of one. */
static void
show_account(struct cli *cli, const struct json *answer)
{
	struct json one  = *answer;
	struct json list = { .kind = JSON_ARRAY, .count = 1, .first = &one };

	one.next = NULL;
	show_table(cli, &list, ACCOUNTS, ACCOUNTS_COUNT, 0);
}

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
	status       = err == ERR_NONE ? cli_answer(cli, answer, show_account)
	                               : cli_refused(err, &refusal, path);
	return client_close(&client, status);
}

int
cmd_account_list(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (question.limit == 0)
		question.limit = LIMIT_PAGE_ROWS_MAX;
	return status == EXIT_DONE ? client_show(cli, ASK_ACCOUNTS, &question, show_accounts)
	                           : status;
}

int
cmd_account_get(struct cli *cli)
{
	struct question question = { .account = cli_word(cli, 0) };
	return client_show(cli, ASK_ACCOUNT, &question, show_account);
}
