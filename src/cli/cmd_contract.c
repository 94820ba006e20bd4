/* cmd_contract.c - tally contract put, list. */
#include <stdio.h>

#include "cli/client.h"
#include "cli/show.h"
#include "core/json/json_read.h"
#include "core/json/json_write.h"

static const struct show_column CONTRACTS[] = {
	{ "ID", "id", SHOW_TEXT },
	{ "VERSION", "version", SHOW_NUMBER },
	{ "MODEL", "contract.model", SHOW_TEXT },
	{ "PLAN", "contract.plan", SHOW_TEXT },
	{ "KIND", "contract.kind", SHOW_TEXT },
	{ "START", "contract.start", SHOW_TIME },
	{ "END", "contract.end", SHOW_TIME },
	{ "IN FORCE FROM", "from", SHOW_TIME },
	{ "MODULES", "contract.modules", SHOW_NAMES },
	{ "RECORDED", "recorded", SHOW_TIME },
	{ "BY", "by", SHOW_TEXT },
};

static void
show_list(struct cli *cli, const struct json *list)
{
	if (show_table(cli, list, CONTRACTS, sizeof(CONTRACTS) / sizeof(CONTRACTS[0]), 0) == 0)
		printf("no contracts\n");
}

/* A list of contracts or of versions, or what was put, which is one of them. */
static void
show_contracts(struct cli *cli, const struct json *answer)
{
	const struct json *list = json_member(answer, SPAN("contracts"));
	struct json        one = *answer, alone = { .kind = JSON_ARRAY, .count = 1, .first = &one };

	one.next = NULL;
	if (!list)
		list = json_member(answer, SPAN("versions"));
	show_list(cli, list ? list : &alone);
}

/* One contract of the file; a refusal names its place in the whole file. */
static enum err
put_one(struct client *client, const struct json *contract, struct span *answer,
        struct refusal *refusal)
{
	struct span account = cli_word(client->cli, 0);
	enum err err = client_tell(client, TELL_CONTRACT, account, contract->raw, answer, refusal);

	if (err != ERR_NONE && refusal->byte != REFUSAL_NO_BYTE)
		refusal->byte += contract->byte;
	return err;
}

/* A list is put in order and stops at the first refusal: those before it stay put. */
static int
put_list(struct client *client, const struct json *list)
{
	struct json_out out;
	struct span     answer;
	uint32_t        number = 0;

	json_open(&out, &client->cli->arena);
	json_object(&out);
	json_key(&out, SPAN("contracts"));
	json_array(&out);
	for (const struct json *contract = list->first; contract; contract = contract->next) {
		struct refusal refusal = { .err = ERR_NONE };
		enum err       err     = put_one(client, contract, &answer, &refusal);
		char           where[512];
		number++;
		snprintf(where, sizeof(where), "%s: contract %u of %u", client->cli->args.words[1],
		         number, list->count);
		if (err != ERR_NONE)
			return cli_refused(err, &refusal, where);
		json_raw(&out, answer);
	}
	json_array_end(&out);
	json_object_end(&out);
	return cli_answer(client->cli, json_close(&out), show_contracts);
}

static int
put_file(struct client *client, const struct json *root)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;

	if (root->kind == JSON_ARRAY && root->count == 0) {
		cli_complain("", "the file holds an empty list of contracts", "");
		return EXIT_REFUSED;
	}
	if (root->kind == JSON_ARRAY)
		return put_list(client, root);
	enum err err = put_one(client, root, &answer, &refusal);
	if (err != ERR_NONE)
		return cli_refused(err, &refusal, client->cli->args.words[1]);
	return cli_answer(client->cli, answer, show_contracts);
}

int
cmd_contract_put(struct cli *cli)
{
	const char    *path = cli->args.words[1];
	struct client  client;
	struct span    bytes;
	struct json   *root;
	struct refusal refusal = { .err = ERR_NONE };
	int            status  = cli_file(cli, path, &bytes);

	if (status != EXIT_DONE)
		return status;
	enum err err = json_parse(bytes, &cli->arena, &root, &refusal);
	if (err != ERR_NONE)
		return cli_refused(err, &refusal, path);
	status = client_open(cli, CLIENT_MAY_MAKE, &client);
	return status == EXIT_DONE ? client_close(&client, put_file(&client, root)) : status;
}

int
cmd_contract_list(struct cli *cli)
{
	bool            versions = args_has(&cli->args, OPTION_VERSIONS);
	struct question question = { .account = cli_word(cli, 0) };

	if (cli->args.words_count > 1)
		question.id = cli_word(cli, 1);
	else if (versions)
		return cli_misused(cli, "--versions needs the ID of a contract");
	return client_show(cli, versions ? ASK_VERSIONS : ASK_CONTRACTS, &question, show_contracts);
}
