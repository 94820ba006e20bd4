/* cmd_export.c - tally export events, usage. */
#include <errno.h>
#include <stdio.h>

#include "api/csv.h"
#include "cli/client.h"

/* ---- where it goes ---- */

static FILE *
output_open(const struct cli *cli)
{
	const char *path = args_value(&cli->args, OPTION_OUTPUT);

	if (!path || strcmp(path, "-") == 0)
		return stdout;
	FILE *out = fopen(path, "we");
	if (!out)
		cli_unreadable(path, errno);
	return out;
}

/* A file that is not whole must not look like one. */
static int
output_close(const struct cli *cli, FILE *out, int status)
{
	if (out == stdout)
		return status;
	bool failed = ferror(out) != 0;
	if ((fclose(out) != 0 || failed) && status == EXIT_DONE) {
		cli_unreadable(args_value(&cli->args, OPTION_OUTPUT), errno);
		return EXIT_FAULT;
	}
	return status;
}

static enum err
output_write(void *context, struct span bytes)
{
	FILE *out = context;
	return fwrite(bytes.at, 1, bytes.size, out) == bytes.size ? ERR_NONE : ERR_FILE_WRITE;
}

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
	if (cli->args.words_count > 0)
		question.account = cli_word(cli, 0);
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
	struct span    answer, csv;
	struct refusal refusal = { .err = ERR_NONE };
	int            status  = client_open(cli, CLIENT_MUST_EXIST, &client);

	if (status != EXIT_DONE)
		return status;
	enum err err = client_ask(&client, ASK_USAGE, question, &answer, &refusal);
	if (err == ERR_NONE)
		err = csv_write(answer,
		                question->module.size > 0 ? SPAN("rows by parts") : SPAN("modules"),
		                &cli->arena, &csv);
	if (err == ERR_NONE)
		err = output_write(out, csv);
	if (err != ERR_NONE)
		status = cli_refused(err, &refusal, NULL);
	return client_close(&client, status);
}

int
cmd_export_usage(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	question.account = cli_word(cli, 0);
	if (cli->args.words_count > 1)
		question.module = cli_word(cli, 1);
	FILE *out = output_open(cli);
	if (!out)
		return EXIT_FAULT;
	return output_close(cli, out, usage_to(cli, &question, out));
}
