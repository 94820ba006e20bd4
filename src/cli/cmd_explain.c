/* cmd_explain.c - tally explain. */
#include "cli/client.h"
#include "cli/show_explain.h"

/* "acme CD at 2026-10-31 23:00 UTC: 47 used, 43 owned (DEVELOPER_360), over by 4" */
static void
show_figure(struct cli *cli, const struct json *answer)
{
	struct span at = show_time(&cli->arena, answer, "at"), used = show_text(answer, "used");
	struct span owned = show_text(answer, "owned"), over = show_text(answer, "over");
	struct span model = show_text(answer, "model"), unit = show_text(answer, "unit");

	show_clean(cli, show_text(answer, "account"));
	putchar(' ');
	show_clean(cli, show_text(answer, "module"));
	printf(" at %.*s UTC: %.*s used", (int)at.size, at.at, (int)used.size, used.at);
	if (owned.size > 0)
		printf(", %.*s owned", (int)owned.size, owned.at);
	if (over.size > 0 && !span_equal(over, SPAN("0")))
		printf(", over by %.*s", (int)over.size, over.at);
	printf(" (unit %.*s, %.*s)\n", (int)unit.size, unit.at,
	       model.size > 0 ? (int)model.size : 11, model.size > 0 ? model.at : "no contract");
}

/* The rule of each part in words. */
static void
show_part_rules(struct cli *cli, const struct json *parts)
{
	for (const struct json *part = parts ? parts->first : NULL; part; part = part->next) {
		struct show_flow flow;
		show_flow_open(&flow, 0, 2);
		show_flow_text(&flow, cli_clean(show_text(part, "part"), &cli->arena));
		printf(":");
		flow.at++;
		show_flow_text(&flow, cli_clean(show_text(part, "rule"), &cli->arena));
		show_flow_close(&flow);
	}
}

static void
show_rule(struct cli *cli, const struct json *answer)
{
	static const struct show_column window = { "", "window", SHOW_WINDOW };
	struct show_flow                flow;
	struct span                     text = show_value(&cli->arena, answer, &window);

	show_flow_open(&flow, 0, 0);
	show_flow_text(&flow, cli_clean(show_text(answer, "rule"), &cli->arena));
	show_flow_close(&flow);
	printf("window: %.*s\n", (int)text.size, text.at);
}

static void
show_explain(struct cli *cli, const struct json *answer)
{
	const struct json *explained = json_member(answer, SPAN("explained"));
	const struct json *rows      = json_member(answer, SPAN("rows"));

	show_figure(cli, answer);
	show_rule(cli, answer);
	printf("\n");
	show_parts(cli, answer, 0);
	printf("\n");
	show_part_rules(cli, json_member(answer, SPAN("parts")));
	show_by(cli, answer);
	if (rows && rows->count > 0) {
		printf("\n");
		show_rows(cli, rows);
		printf("\none row: tally explain ");
		show_clean(cli, show_text(answer, "account"));
		printf(" ");
		show_clean(cli, show_text(answer, "module"));
		printf(" KIND ORG PROJECT ID\n");
	}
	for (const struct json *row = explained ? explained->first : NULL; row; row = row->next) {
		printf("\n");
		show_explained(cli, row);
	}
}

int
cmd_explain(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	if (cli->args.words_count == 6) {
		question.kind    = cli_word(cli, 2);
		question.org     = cli_word(cli, 3);
		question.project = cli_word(cli, 4);
		question.id      = cli_word(cli, 5);
	} else if (cli->args.words_count == 5) {
		question.kind    = cli_word(cli, 2);
		question.org     = cli_word(cli, 3);
		question.project = cli_word(cli, 4);
	} else if (cli->args.words_count == 4) {
		question.kind = cli_word(cli, 2);
		question.id   = cli_word(cli, 3);
	} else if (cli->args.words_count > 2) {
		return cli_misused(cli, "a row is named by KIND ORG PROJECT ID, a row without "
		                        "project by KIND ID, a project by PART ORG PROJECT");
	}
	return client_show(cli, ASK_EXPLAIN, &question, show_explain);
}
