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

static void
show_figures(struct cli *cli, const struct json *modules)
{
	if (show_table(cli, modules, FIGURES, COUNT(FIGURES), 0) == 0)
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
	show_figures(cli, modules);
	for (const struct json *one = accounts ? accounts->first : NULL; one; one = one->next) {
		printf("\n");
		show_clean(cli, show_text(one, "account"));
		printf("\n");
		show_figures(cli, json_member(one, SPAN("modules")));
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
