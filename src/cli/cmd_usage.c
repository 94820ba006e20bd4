/* cmd_usage.c - tally usage. */
#include "cli/client.h"
#include "cli/show.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct show_column FIGURES[] = {
	{ "MODULE", "module", SHOW_TEXT },      { "UNIT", "unit", SHOW_TEXT },
	{ "MODEL", "model", SHOW_TEXT },        { "OWNED", "owned", SHOW_NUMBER },
	{ "USED", "used", SHOW_NUMBER },        { "OVER", "over", SHOW_OVER },
	{ "PERCENT", "percent", SHOW_PERCENT }, { "CURRENCY", "currency", SHOW_TEXT },
	{ "WINDOW", "window", SHOW_WINDOW },
};

/* Which of several figures these parts and rows are of. */
static void
show_heading(struct cli *cli, const struct json *module)
{
	printf("\n");
	show_clean(cli, show_text(module, "module"));
	printf(", unit ");
	show_clean(cli, show_text(module, "unit"));
	printf("\n");
}

static void
show_module(struct cli *cli, const struct json *module)
{
	const struct json *rows = json_member(module, SPAN("rows"));

	printf("\n");
	show_parts(cli, module, 0);
	show_by(cli, module);
	if (rows && rows->count > 0)
		printf("\n");
	show_rows(cli, rows);
	show_next(cli, module);
}

/* The figures that licences are owned for, or those that a pool pays; in the arena. */
static const struct json *
figures_of(struct cli *cli, const struct json *modules, bool are_licensed)
{
	struct json  *list = ARENA_ARRAY(&cli->arena, struct json, 1);
	struct json **end  = &list->first;

	*list = (struct json){ .kind = JSON_ARRAY };
	for (const struct json *one = modules ? modules->first : NULL; one; one = one->next) {
		if ((show_text(one, "model").size > 0) != are_licensed)
			continue;
		*end         = ARENA_ARRAY(&cli->arena, struct json, 1);
		**end        = *one;
		(*end)->next = NULL;
		end          = &(*end)->next;
		list->count++;
	}
	return list;
}

/* What no licence is owned of is over nothing while a pool of units pays (F-13). */
static void
show_pooled(struct cli *cli, struct span account, struct span contract, const struct json *modules)
{
	static const struct show_column columns[] = {
		{ "MODULE", "module", SHOW_TEXT },   { "UNIT", "unit", SHOW_TEXT },
		{ "USED", "used", SHOW_NUMBER },     { "CURRENCY", "currency", SHOW_TEXT },
		{ "WINDOW", "window", SHOW_WINDOW },
	};
	const struct json *licensed = figures_of(cli, modules, true);

	if (licensed->count > 0) {
		show_table(cli, licensed, FIGURES, COUNT(FIGURES), 0);
		printf("\n");
	}
	printf("paid from the pool of units of contract ");
	show_clean(cli, contract);
	printf(" (tally flex ");
	show_clean(cli, account);
	printf("):\n\n");
	if (show_table(cli, figures_of(cli, modules, false), columns, COUNT(columns), 0) == 0)
		printf("nothing but what is in the table above\n");
}

static void
show_figures(struct cli *cli, const struct json *answer)
{
	const struct json *modules = json_member(answer, SPAN("modules"));
	struct span        flex    = show_text(answer, "flex.contract.id");

	if (flex.size > 0)
		show_pooled(cli, show_text(answer, "account"), flex, modules);
	else if (show_table(cli, modules, FIGURES, COUNT(FIGURES), 0) == 0)
		printf("no module has a contract or any usage\n");
}

static void
show_usage(struct cli *cli, const struct json *answer)
{
	const struct json *modules  = json_member(answer, SPAN("modules"));
	const struct json *accounts = json_member(answer, SPAN("accounts"));
	struct span        at       = show_time(&cli->arena, answer, "at");

	show_clean(cli, show_text(answer, "account"));
	printf(" at %.*s UTC\n\n", (int)at.size, at.at);
	show_figures(cli, answer);
	for (const struct json *one = accounts ? accounts->first : NULL; one; one = one->next) {
		printf("\n");
		show_clean(cli, show_text(one, "account"));
		printf("\n");
		show_figures(cli, one);
	}
	for (const struct json *module = modules ? modules->first : NULL; module;
	     module                    = module->next) {
		if (!json_member(module, SPAN("parts")))
			continue;
		if (modules->count > 1)
			show_heading(cli, module);
		show_module(cli, module);
	}
}

int
cmd_usage(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	return client_show_list(cli, ASK_USAGE, &question, client_usage_lists(&question),
	                        show_usage);
}
