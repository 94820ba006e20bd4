/* cmd_export.c - tally export events, usage, costs. */
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

/* ---- usage, costs ---- */

/* What is exported: the answer to a question, or a list of it. */
struct export
{
	enum ask        ask;
	struct question question;
	struct span     lists;
	bool            as_json;
};

static int
json_line_to(struct span answer, FILE *out)
{
	struct refusal refusal = { .err = ERR_NONE };
	enum err       err     = output_write(out, answer);

	if (err == ERR_NONE)
		err = output_write(out, SPAN("\n"));
	return err == ERR_NONE ? EXIT_DONE : cli_refused(err, &refusal, NULL);
}

static int
list_to(struct cli *cli, const struct export *export, FILE *out)
{
	struct client  client;
	struct span    answer;
	struct refusal refusal = { .err = ERR_NONE };
	int            status  = client_open(cli, CLIENT_MUST_EXIST, &client);

	if (status != EXIT_DONE)
		return status;
	enum err err = client_ask(&client, export->ask, &export->question, &answer, &refusal);
	if (err != ERR_NONE)
		status = cli_refused(err, &refusal, NULL);
	else if (export->as_json)
		status = json_line_to(answer, out);
	else
		status = client_csv(cli, answer, export->lists, out);
	return client_close(&client, status);
}

static int
list_export(struct cli *cli, const struct export *export)
{
	FILE *out = output_open(cli);

	if (!out)
		return EXIT_FAULT;
	return output_close(cli, out, list_to(cli, export, out));
}

int
cmd_export_usage(struct cli *cli)
{
	struct export export = { .ask = ASK_USAGE };
	int status           = client_question(cli, &export.question);

	if (status != EXIT_DONE)
		return status;
	export.lists = client_usage_lists(&export.question);
	return list_export(cli, &export);
}

int
cmd_export_costs(struct cli *cli)
{
	struct export export = { .ask = ASK_COSTS, .lists = SPAN("costs") };
	int status           = client_question(cli, &export.question);

	if (status != EXIT_DONE)
		return status;
	export.as_json = args_has(&cli->args, OPTION_JSON);
	if (export.as_json && args_has(&cli->args, OPTION_CSV))
		return cli_misused(cli, "--csv and --json exclude each other");
	return list_export(cli, &export);
}
