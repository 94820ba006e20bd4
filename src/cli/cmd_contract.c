/* cmd_contract.c - tally contract put, upgrade, list, show. */
#include <inttypes.h>
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
	{ "WHY", "contract.why", SHOW_TEXT },
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

/* "CD: developers 100, addon 10" for each module of a version. */
static void
show_modules(struct cli *cli, const struct json *version)
{
	const struct json *modules = show_find(version, "contract.modules");

	for (const struct json *module = modules ? modules->first : NULL; module;
	     module                    = module->next) {
		printf("  ");
		show_clean(cli, module->key);
		for (const struct json *number = module->first; number; number = number->next) {
			printf("%s", number == module->first ? ": " : ", ");
			show_clean(cli, number->key);
			printf(" ");
			show_clean(cli, number->kind == JSON_STRING ? number->text : number->raw);
		}
		printf("\n");
	}
}

/* "credits pack-1: 60000 from 2026-05-06 00:00 to 2026-12-01 00:00" for each block. */
static void
show_blocks(struct cli *cli, const struct json *version)
{
	const struct json *blocks = show_find(version, "contract.credits");

	for (const struct json *block = blocks ? blocks->first : NULL; block; block = block->next) {
		struct span from  = show_time(&cli->arena, block, "start");
		struct span until = show_time(&cli->arena, block, "expiry");
		printf("  credits ");
		show_clean(cli, show_text(block, "id"));
		printf(": ");
		show_clean(cli, show_text(block, "quota"));
		printf(" from %.*s", (int)from.size, from.at);
		if (until.size > 0)
			printf(" to %.*s", (int)until.size, until.at);
		printf("\n");
	}
}

/* What a contract said from when on, who said so, when and why, oldest first. */
static void
show_history(struct cli *cli, const struct json *answer)
{
	static const struct show_column columns[] = {
		{ "VERSION", "version", SHOW_NUMBER },    { "FROM", "from", SHOW_TIME },
		{ "PLAN", "contract.plan", SHOW_TEXT },   { "KIND", "contract.kind", SHOW_TEXT },
		{ "START", "contract.start", SHOW_TIME }, { "END", "contract.end", SHOW_TIME },
		{ "RECORDED", "recorded", SHOW_TIME },    { "BY", "by", SHOW_TEXT },
		{ "WHY", "contract.why", SHOW_TEXT },
	};
	const struct json *versions  = json_member(answer, SPAN("versions"));
	const struct json *cancelled = NULL;

	show_table(cli, versions, columns, sizeof(columns) / sizeof(columns[0]), 0);
	for (const struct json *version = versions ? versions->first : NULL; version;
	     version                    = version->next) {
		struct span number = json_member(version, SPAN("version"))->raw;
		printf("\nversion %.*s", (int)number.size, number.at);
		cancelled = show_find(version, "contract.cancelled");
		printf("%s\n", cancelled && cancelled->kind == JSON_TRUE
		                       ? ", cancelled: nothing follows its end"
		                       : "");
		show_modules(cli, version);
		show_blocks(cli, version);
	}
}

/* "FILE", or "FILE: contract 2" when one of a list was refused. */
static int
refused_in(struct cli *cli, enum err err, const struct refusal *refusal)
{
	const char *path = cli->args.words[1];
	char        where[512];

	if (refusal->index == REFUSAL_NO_INDEX || refusal->err == ERR_NONE)
		return cli_refused(err, refusal, path);
	snprintf(where, sizeof(where), "%s: contract %" PRIu64, path, refusal->index + 1);
	return cli_refused(err, refusal, where);
}

/* What would be owned, and bought, were it put. */
static void
show_preview(struct cli *cli, const struct json *answer)
{
	static const struct show_column figures[] = {
		{ "MODULE", "module", SHOW_TEXT },   { "UNIT", "unit", SHOW_TEXT },
		{ "FROM", "from", SHOW_TIME },       { "TO", "to", SHOW_TIME },
		{ "BEFORE", "before", SHOW_NUMBER }, { "AFTER", "after", SHOW_NUMBER },
	};
	static const struct show_column units[] = {
		{ "UNITS OF", "contract", SHOW_TEXT },
		{ "BEFORE", "before", SHOW_NUMBER },
		{ "AFTER", "after", SHOW_NUMBER },
	};
	printf("nothing is put; what would be owned:\n");
	if (show_table(cli, json_member(answer, SPAN("figures")), figures,
	               sizeof(figures) / sizeof(figures[0]), 0) == 0)
		printf("no figure changes\n");
	const struct json *bought = json_member(answer, SPAN("units"));
	if (bought && bought->count > 0) {
		printf("\n");
		show_table(cli, bought, units, sizeof(units) / sizeof(units[0]), 0);
	}
}

int
cmd_contract_put(struct cli *cli)
{
	bool           dry = args_has(&cli->args, OPTION_DRY_RUN);
	struct client  client;
	struct span    bytes, answer;
	struct json   *root;
	struct refusal refusal = { .err = ERR_NONE };
	int            status  = cli_file(cli, cli->args.words[1], &bytes);

	if (status != EXIT_DONE)
		return status;
	enum err err = json_parse(bytes, &cli->arena, &root, &refusal);
	if (err != ERR_NONE) /* before a store is made for it */
		return cli_refused(err, &refusal, cli->args.words[1]);
	status = client_open(cli, dry ? CLIENT_MUST_EXIST : CLIENT_MAY_MAKE, &client);
	if (status != EXIT_DONE)
		return status;
	err = client_tell(&client, dry ? TELL_CONTRACT_TRY : TELL_CONTRACT, cli_word(cli, 0), bytes,
	                  &answer, &refusal);
	status = err == ERR_NONE ? cli_answer(cli, answer, dry ? show_preview : show_contracts)
	                         : refused_in(cli, err, &refusal);
	return client_close(&client, status);
}

static void
member_add(struct json_out *out, const char *key, struct span value)
{
	if (value.size > 0)
		json_key_string(out, span_of(key), value);
}

int
cmd_contract_upgrade(struct cli *cli)
{
	struct json_out out;

	json_open(&out, &cli->arena);
	json_object(&out);
	json_key_string(&out, SPAN("plan"), cli_word(cli, 1));
	member_add(&out, "module", cli_value(cli, OPTION_MODULE));
	member_add(&out, "why", cli_value(cli, OPTION_WHY));
	json_object_end(&out);
	return client_change_of(cli, TELL_UPGRADE, CLIENT_MUST_EXIST, cli_word(cli, 0),
	                        json_close(&out), show_contracts);
}

int
cmd_contract_list(struct cli *cli)
{
	bool            versions = args_has(&cli->args, OPTION_VERSIONS);
	struct question question = { .account = cli_word(cli, 0) };

	if (cli->args.words_count > 1)
		question.id = cli_word(cli, 1);
	return client_show(cli, versions ? ASK_VERSIONS : ASK_CONTRACTS, &question, show_contracts);
}

int
cmd_contract_show(struct cli *cli)
{
	struct question question = { .account = cli_word(cli, 0), .id = cli_word(cli, 1) };

	return client_show(cli, ASK_VERSIONS, &question, show_history);
}
