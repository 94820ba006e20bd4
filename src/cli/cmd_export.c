/* cmd_export.c - tally export events, usage. */
#include "cli/client.h"
#include "cli/output.h"

/* ---- events ---- */

static int
export_to(struct cli *cli, const struct question *question, FILE *out)
{
	struct client  client;
	struct refusal refusal = { .err = ERR_NONE };
	int            status  = client_open(cli, CLIENT_MUST_EXIST, &client);

	if (status != EXIT_DONE)
		return status;
	enum err err = client_export(&client, question, output_write, out, &refusal);
	if (err != ERR_NONE)
		status = cli_refused(err, &refusal, NULL);
	return client_close(&client, status);
}

int
cmd_export_events(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	FILE *out = output_open(cli);
	if (!out)
		return EXIT_FAULT;
	return output_close(cli, out, export_to(cli, &question, out));
}

/* ---- usage ---- */

static int
usage_to(struct cli *cli, const struct question *question, FILE *out)
{
	struct client  client;
	struct span    answer;
	struct refusal refusal = { .err = ERR_NONE };
	int            status  = client_open(cli, CLIENT_MUST_EXIST, &client);

	if (status != EXIT_DONE)
		return status;
	enum err err = client_ask(&client, ASK_USAGE, question, &answer, &refusal);
	status       = err == ERR_NONE ? client_csv(cli, answer, client_usage_lists(question), out)
	                               : cli_refused(err, &refusal, NULL);
	return client_close(&client, status);
}

int
cmd_export_usage(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	FILE *out = output_open(cli);
	if (!out)
		return EXIT_FAULT;
	return output_close(cli, out, usage_to(cli, &question, out));
}
