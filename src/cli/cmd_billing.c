/* cmd_billing.c - tally billing get, put. */
#include <stdio.h>

#include "cli/client.h"
#include "cli/show.h"

/* A line a detail, as they were put. */
static void
show_billing(struct cli *cli, const struct json *answer)
{
	const struct json *billing = json_member(answer, SPAN("billing"));

	if (!billing || billing->kind != JSON_OBJECT)
		printf("no billing details\n");
	for (const struct json *detail = billing ? billing->first : NULL; detail;
	     detail                    = detail->next) {
		const struct json *item = detail->kind == JSON_ARRAY ? detail->first : detail;
		show_clean(cli, detail->key);
		for (; item; item = detail->kind == JSON_ARRAY ? item->next : NULL) {
			printf("%s", item == detail || item == detail->first ? ": " : ", ");
			show_clean(cli, item->text);
		}
		printf("\n");
	}
}

int
cmd_billing_get(struct cli *cli)
{
	struct question question = { .account = cli_word(cli, 0) };

	return client_show(cli, ASK_BILLING, &question, show_billing);
}

int
cmd_billing_put(struct cli *cli)
{
	struct client  client;
	struct span    bytes, answer;
	struct refusal refusal = { .err = ERR_NONE };
	const char    *path    = cli->args.words[1];
	int            status  = cli_file(cli, path, &bytes);

	if (status == EXIT_DONE)
		status = client_open(cli, CLIENT_MUST_EXIST, &client);
	if (status != EXIT_DONE)
		return status;
	enum err err =
		client_tell(&client, TELL_BILLING, cli_word(cli, 0), bytes, &answer, &refusal);
	status = err == ERR_NONE ? cli_answer(cli, answer, show_billing)
	                         : cli_refused(err, &refusal, path);
	return client_close(&client, status);
}
