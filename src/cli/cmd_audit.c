/* cmd_audit.c - tally audit list, audit verify, export audit. */
#include "cli/client.h"
#include "cli/output.h"
#include "cli/show.h"

static const struct show_column RECORDS[] = {
	{ "NUMBER", "number", SHOW_NUMBER }, { "AT", "at", SHOW_TIME },
	{ "ACCOUNT", "account", SHOW_TEXT }, { "WHAT", "what", SHOW_TEXT },
	{ "ID", "id", SHOW_TEXT },           { "BY", "by.kind", SHOW_TEXT },
	{ "", "by.id", SHOW_TEXT },          { "FROM", "by.address", SHOW_TEXT },
};
enum { RECORDS_COUNT = sizeof(RECORDS) / sizeof(RECORDS[0]) };

static void
show_records(struct cli *cli, const struct json *answer)
{
	if (show_table(cli, json_member(answer, SPAN("audit")), RECORDS, RECORDS_COUNT, 0) == 0)
		printf("no changes\n");
	show_next(cli, answer);
}

static void
show_proof(struct cli *cli, const struct json *answer)
{
	struct span records = show_text(answer, "records"), head = show_text(answer, "head");

	(void)cli;
	printf("the trail is whole: records %.*s\nhead: %.*s\n", (int)records.size, records.at,
	       (int)head.size, head.at);
}

int
cmd_audit_list(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	return client_show(cli, ASK_AUDIT, &question, show_records);
}

int
cmd_audit_verify(struct cli *cli)
{
	return client_change(cli, TELL_AUDIT_VERIFY, CLIENT_MUST_EXIST, cli_value(cli, OPTION_HEAD),
	                     show_proof);
}

static int
export_to(struct cli *cli, FILE *out)
{
	struct client  client;
	struct refusal refusal = { .err = ERR_NONE };
	int            status  = client_open(cli, CLIENT_MUST_EXIST, &client);

	if (status != EXIT_DONE)
		return status;
	enum err err = client_audit_export(&client, output_write, out, &refusal);
	if (err != ERR_NONE)
		status = cli_refused(err, &refusal, NULL);
	return client_close(&client, status);
}

int
cmd_export_audit(struct cli *cli)
{
	FILE *out = output_open(cli);
	return out ? output_close(cli, out, export_to(cli, out)) : EXIT_FAULT;
}
