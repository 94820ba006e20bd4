/* cmd_simulate.c - tally simulate. */
#include <stdio.h>

#include "cli/client.h"
#include "cli/show.h"
#include "core/json/json_write.h"

enum { CONTRACTS_MAX = TABLE_COLUMNS_MAX - 1 };

static struct span
amount_of(const struct json *amount)
{
	return amount && amount->kind == JSON_STRING ? amount->text : SPAN("-");
}

/* One row of the table: that of a month, or of the totals when month is NULL. */
static void
show_row(struct table *table, const struct json *contracts, uint32_t index, struct span name)
{
	table_cell(table, name, false);
	for (const struct json *one = contracts->first; one; one = one->next) {
		const struct json *months = json_member(one, SPAN("months"));
		const struct json *month  = months ? months->first : NULL;
		for (uint32_t i = 0; i < index && month; i++)
			month = month->next;
		table_cell(table, amount_of(json_member(month, SPAN("amount"))), false);
	}
}

static void
show_month_figures(struct table *table, struct span contract, const struct json *month)
{
	const struct json *modules = json_member(month, SPAN("modules"));

	for (const struct json *one = modules ? modules->first : NULL; one; one = one->next) {
		table_cell(table, show_text(month, "month"), false);
		table_cell(table, contract, false);
		table_cell(table, show_text(one, "module"), false);
		table_cell(table, show_text(one, "unit"), false);
		table_cell(table, show_text(one, "owned"), false);
		table_cell(table, show_text(one, "used"), false);
		table_cell(table, show_text(one, "over"), false);
	}
}

/* Contracts by licence: what was used of what they have, at the end of each month. */
static void
show_figures(struct cli *cli, const struct json *contracts)
{
	static const char *const left[]  = { "MONTH", "CONTRACT", "MODULE", "UNIT" };
	static const char *const right[] = { "OWNED", "USED", "OVER" };
	struct table             table;

	table_open(&table, &cli->arena);
	for (uint32_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		table_column(&table, left[i], TABLE_LEFT);
	for (uint32_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		table_column(&table, right[i], TABLE_RIGHT);
	for (const struct json *one = contracts->first; one; one = one->next) {
		struct span        name   = cli_clean(show_text(one, "contract"), &cli->arena);
		const struct json *months = json_member(one, SPAN("months"));
		for (const struct json *month = months ? months->first : NULL; month;
		     month                    = month->next)
                        show_month_figures(&table, name, month);
	}
	printf("\n");
	table_print(&table, 0, stdout);
}

static void
show_simulation(struct cli *cli, const struct json *answer)
{
	const struct json *contracts = json_member(answer, SPAN("contracts"));
	struct table       table;

	show_clean(cli, show_text(answer, "account"));
	printf(", amounts in ");
	show_clean(cli, show_text(answer, "currency"));
	printf("\n\n");
	if (!contracts || !contracts->first)
		return;
	table_open(&table, &cli->arena);
	table_column(&table, "MONTH", TABLE_LEFT);
	for (const struct json *one = contracts->first; one; one = one->next) {
		struct span name = cli_clean(show_text(one, "contract"), &cli->arena);
		char       *text = arena_take(&cli->arena, name.size + 1);
		memcpy(text, name.at, name.size);
		text[name.size] = '\0';
		table_column(&table, text, TABLE_RIGHT);
	}
	const struct json *months = json_member(contracts->first, SPAN("months"));
	const struct json *month  = months ? months->first : NULL;
	for (uint32_t i = 0; month; month = month->next, i++)
		show_row(&table, contracts, i, show_text(month, "month"));
	table_cell(&table, SPAN("total"), false);
	for (const struct json *one = contracts->first; one; one = one->next)
		table_cell(&table, show_text(one, "total"), false);
	table_print(&table, 0, stdout);
	if (args_has(&cli->args, OPTION_FIGURES))
		show_figures(cli, contracts);
}

/* The files become one text, which says whose byte a refusal means. */
static int
question_make(struct cli *cli, struct span *json)
{
	struct json_out out;
	const char     *path;
	uint32_t        at = 0, count = 0;

	json_open(&out, &cli->arena);
	json_object(&out);
	json_key_string(&out, SPAN("from"), cli_clean(cli_value(cli, OPTION_FROM), &cli->arena));
	json_key_string(&out, SPAN("to"), cli_clean(cli_value(cli, OPTION_TO), &cli->arena));
	if (args_has(&cli->args, OPTION_FIGURES))
		json_key_bool(&out, SPAN("figures"), true);
	json_key(&out, SPAN("contracts"));
	json_array(&out);
	while ((path = args_next(&cli->args, OPTION_CONTRACT, &at)) != NULL) {
		struct json   *file;
		struct span    bytes;
		struct refusal refusal = { .err = ERR_NONE };
		int            status  = cli_file(cli, path, &bytes);
		if (status != EXIT_DONE)
			return status;
		enum err err = json_parse(bytes, &cli->arena, &file, &refusal);
		if (err != ERR_NONE)
			return cli_refused(err, &refusal, path);
		if (++count > CONTRACTS_MAX)
			return cli_misused(cli, "there are more than 15 contracts");
		json_raw(&out, file->raw);
	}
	json_array_end(&out);
	json_object_end(&out);
	*json = json_close(&out);
	return count > 0 ? EXIT_DONE : cli_misused(cli, "--contract FILE is needed");
}

int
cmd_simulate(struct cli *cli)
{
	struct span json = { 0 };

	if (!args_has(&cli->args, OPTION_FROM) || !args_has(&cli->args, OPTION_TO))
		return cli_misused(cli, "--from and --to are needed, such as --from 2026-01");
	int status = question_make(cli, &json);
	if (status != EXIT_DONE)
		return status;
	return client_change_of(cli, TELL_SIMULATE, CLIENT_MUST_EXIST, cli_word(cli, 0), json,
	                        show_simulation);
}
