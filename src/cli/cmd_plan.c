/* cmd_plan.c - tally plan, tally contract price. */
#include <stdio.h>

#include "cli/client.h"
#include "cli/show.h"

static void
show_plan(struct cli *cli, const struct json *answer)
{
	static const struct show_column columns[] = {
		{ "MODULE", "module", SHOW_TEXT },   { "STATE", "state", SHOW_TEXT },
		{ "PLAN", "plan", SHOW_TEXT },       { "CONTRACT", "contract.id", SHOW_TEXT },
		{ "END", "end", SHOW_TIME },         { "DAYS LEFT", "days_left", SHOW_NUMBER },
		{ "ACTIONS", "actions", SHOW_LIST }, { "UPGRADES", "upgrades", SHOW_LIST },
	};

	struct span flex = show_text(answer, "flex.contract.id");
	if (flex.size > 0) {
		printf("a pool of units, contract ");
		show_clean(cli, flex);
		printf(", pays for every module, whatever stands below\n\n");
	}
	show_table(cli, json_member(answer, SPAN("modules")), columns,
	           sizeof(columns) / sizeof(columns[0]), 0);
}

int
cmd_plan(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	return client_show_list(cli, ASK_PLAN, &question, SPAN("modules"), show_plan);
}

static void
show_price(struct cli *cli, const struct json *answer)
{
	const struct json *left = json_member(answer, SPAN("days_left"));
	const struct json *term = json_member(answer, SPAN("days_of_term"));
	struct span        end  = show_time(&cli->arena, answer, "end");

	show_clean(cli, show_text(answer, "amount"));
	printf(" ");
	show_clean(cli, show_text(answer, "currency"));
	if (left && term)
		printf(": %.*s days until %.*s, of a year of %.*s, at ", (int)left->raw.size,
		       left->raw.at, (int)end.size, end.at, (int)term->raw.size, term->raw.at);
	show_clean(cli, show_text(answer, "a_year"));
	printf(" a developer and year\n");
}

int
cmd_contract_price(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	question.module     = cli_value(cli, OPTION_MODULE);
	question.developers = cli_value(cli, OPTION_DEVELOPERS);
	if (question.module.size == 0 || question.developers.size == 0)
		return cli_misused(cli, "--module M and --developers N are needed");
	return client_show(cli, ASK_PRICE, &question, show_price);
}
