/* cmd_flex.c - tally flex, tally flex trend, tally estimate. */
#include <stdio.h>

#include "cli/client.h"
#include "cli/show.h"
#include "core/json/json_write.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct show_column LINES[] = {
	{ "MODULE", "module", SHOW_TEXT },         { "METRIC", "metric", SHOW_TEXT },
	{ "QUANTITY", "quantity", SHOW_NUMBER },   { "OF", "unit", SHOW_TEXT },
	{ "ALLOWANCE", "allowance", SHOW_NUMBER }, { "BILLABLE", "billable", SHOW_NUMBER },
	{ "UNITS", "units", SHOW_NUMBER },         { "AMOUNT", "amount", SHOW_NUMBER },
};

static const struct show_column POOL[] = {
	{ "OPENING", "opening", SHOW_NUMBER }, { "TOP-UPS", "topups", SHOW_NUMBER },
	{ "FREE", "free", SHOW_NUMBER },       { "FREE USED", "free_used", SHOW_NUMBER },
	{ "DRAWN", "drawn", SHOW_NUMBER },     { "OVERAGE", "overage", SHOW_OVER },
	{ "CLOSING", "closing", SHOW_NUMBER },
};

static const struct show_column SHARES[] = {
	{ "DAY", "day", SHOW_TEXT },         { "ORG", "org", SHOW_TEXT },
	{ "PROJECT", "project", SHOW_TEXT }, { "ID", "id", SHOW_TEXT },
	{ "ITEM", "item", SHOW_TEXT },       { "MODULE", "module", SHOW_TEXT },
	{ "METRIC", "metric", SHOW_TEXT },   { "QUANTITY", "quantity", SHOW_NUMBER },
	{ "OF", "unit", SHOW_TEXT },         { "UNITS", "units", SHOW_NUMBER },
};

static const struct show_column POINTS[] = {
	{ "MONTH", "month", SHOW_TEXT },
	{ "DAY", "day", SHOW_TEXT },
	{ "UNITS", "units", SHOW_NUMBER },
	{ "MONTH TO DATE", "month_to_date", SHOW_NUMBER },
	{ "OPENING", "opening", SHOW_NUMBER },
	{ "TOP-UPS", "topups", SHOW_NUMBER },
	{ "FREE USED", "free_used", SHOW_NUMBER },
	{ "DRAWN", "drawn", SHOW_NUMBER },
	{ "OVERAGE", "overage", SHOW_OVER },
	{ "CLOSING", "closing", SHOW_NUMBER },
	{ "LEFT", "left", SHOW_NUMBER },
	{ "PAST %", "crossed", SHOW_NUMBER },
	{ "AMOUNT", "amount", SHOW_NUMBER },
};

/* ---- a month ---- */

static void
show_texts(struct cli *cli, const struct json *answer, const char *before, const char *path)
{
	printf("%s", before);
	show_clean(cli, show_text(answer, path));
}

static void
show_heading(struct cli *cli, const struct json *answer)
{
	struct span from = show_time(&cli->arena, answer, "from");
	struct span at   = show_time(&cli->arena, answer, "at");

	show_texts(cli, answer, "", "account");
	show_texts(cli, answer, " ", "month");
	show_texts(cli, answer, ", contract ", "contract");
	show_texts(cli, answer, ", tier ", "tier");
	printf("; from %.*s to %.*s UTC", (int)from.size, from.at, (int)at.size, at.at);
	if (json_member(answer, SPAN("fraction")))
		show_texts(cli, answer, ", hours of the month ", "fraction");
	printf("\n\n");
}

static void
show_crossed(const struct json *alerts)
{
	for (const struct json *alert = alerts ? alerts->first : NULL; alert; alert = alert->next) {
		const struct json *crossed   = json_member(alert, SPAN("crossed"));
		struct span        threshold = show_text(alert, "threshold");
		if (crossed && crossed->kind == JSON_TRUE)
			printf(", past %.*s%%", (int)threshold.size, threshold.at);
	}
	printf("\n");
}

/* The pool is one row of a table. */
static void
show_pool(struct cli *cli, const struct json *answer)
{
	const struct json *pool = json_member(answer, SPAN("pool"));
	struct json        list = { .kind = JSON_ARRAY, .count = 1 };
	struct json        row;

	if (!pool)
		return;
	row        = *pool;
	row.next   = NULL;
	list.first = &row;
	show_table(cli, &list, POOL, COUNT(POOL), 0);
}

static void
show_flex(struct cli *cli, const struct json *answer)
{
	const struct json *by = json_member(answer, SPAN("by"));

	show_heading(cli, answer);
	if (show_table(cli, json_member(answer, SPAN("lines")), LINES, COUNT(LINES), 0) == 0)
		printf("nothing was used\n");
	show_texts(cli, answer, "\nunits ", "units");
	printf("\n\n");
	show_pool(cli, answer);
	show_texts(cli, answer, "\noverage ", "overage.amount");
	show_texts(cli, answer, " ", "overage.currency");
	show_texts(cli, answer, " at ", "overage.rate");
	show_texts(cli, answer, " a unit; used ", "used");
	show_texts(cli, answer, " of ", "limit");
	show_texts(cli, answer, ", ", "percent");
	printf("%%");
	show_crossed(json_member(answer, SPAN("alerts")));
	if (!by)
		return;
	printf("\n");
	show_table(cli, by, SHARES, COUNT(SHARES), 0);
}

int
cmd_flex(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);
	bool            by     = args_has(&cli->args, OPTION_BY);

	if (status != EXIT_DONE)
		return status;
	return client_show_list(cli, ASK_FLEX, &question, by ? SPAN("by") : SPAN("lines"),
	                        show_flex);
}

/* ---- over time ---- */

static void
show_flex_trend(struct cli *cli, const struct json *answer)
{
	show_texts(cli, answer, "", "account");
	show_texts(cli, answer, ", contract ", "contract");
	show_texts(cli, answer, ", amounts in ", "currency");
	printf("\n\n");
	show_table(cli, json_member(answer, SPAN("points")), POINTS, COUNT(POINTS), 0);
}

int
cmd_flex_trend(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	return client_show_list(cli, ASK_FLEX_TREND, &question, SPAN("points"), show_flex_trend);
}

/* ---- ahead and back ---- */

static void
show_paces(struct cli *cli, const struct json *paces, const char *what, const char *low,
           const char *expected, const char *high)
{
	printf("%s ", what);
	show_clean(cli, show_text(paces, expected));
	show_texts(cli, paces, " (", low);
	show_texts(cli, paces, " to ", high);
	printf(")\n");
}

static void
show_forecast(struct cli *cli, const struct json *answer)
{
	const struct json *empty = json_member(answer, SPAN("empty"));
	struct span        at    = show_time(&cli->arena, answer, "at");

	show_texts(cli, answer, "", "account");
	show_texts(cli, answer, " ", "month");
	printf(", at %.*s UTC: units ", (int)at.size, at.at);
	show_texts(cli, answer, "", "units");
	show_texts(cli, answer, ", from ", "days_recorded");
	printf(" recorded days\n\n");
	show_paces(cli, json_member(answer, SPAN("a_day")), "units a day", "low", "expected",
	           "high");
	show_paces(cli, json_member(answer, SPAN("at_end")), "units at the month's end", "low",
	           "expected", "high");
	if (!empty || empty->kind != JSON_OBJECT) {
		printf("there is nothing in the pool\n");
		return;
	}
	show_texts(cli, answer, "the pool has ", "left");
	if (show_text(empty, "expected").size > 0)
		show_texts(cli, empty, "; it will be empty on ", "expected");
	else
		printf("; it will last to the contract's end");
	if (show_text(empty, "earliest").size > 0)
		show_texts(cli, empty, ", at the earliest on ", "earliest");
	if (show_text(empty, "latest").size > 0)
		show_texts(cli, empty, ", at the latest on ", "latest");
	printf("\n");
}

int
cmd_flex_forecast(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	return client_show(cli, ASK_FLEX_FORECAST, &question, show_forecast);
}

static void
show_transition(struct cli *cli, const struct json *answer)
{
	static const struct show_column metrics[] = { { "MODULE", "module", SHOW_TEXT },
		                                      { "METRIC", "metric", SHOW_TEXT },
		                                      { "UNITS", "units", SHOW_NUMBER } };
	static const struct show_column months[]  = { { "MONTH", "month", SHOW_TEXT },
		                                      { "UNITS", "units", SHOW_NUMBER } };

	show_texts(cli, answer, "", "account");
	show_texts(cli, answer, ", tier ", "tier");
	printf(", the last twelve months\n\n");
	if (show_table(cli, json_member(answer, SPAN("metrics")), metrics, COUNT(metrics), 0) == 0)
		printf("nothing was used\n");
	printf("\n");
	show_table(cli, json_member(answer, SPAN("months")), months, COUNT(months), 0);
	show_texts(cli, answer, "\nunits ", "units");
	show_texts(cli, answer, "; a pool of ", "pool");
	printf(" would have covered them; highest in");
	for (const struct json *month = json_member(answer, SPAN("highest"))->first; month;
	     month                    = month->next)
                show_texts(cli, month, " ", "month");
	printf("\n");
}

int
cmd_flex_transition(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	return client_show_list(cli, ASK_FLEX_TRANSITION, &question, SPAN("metrics"),
	                        show_transition);
}

/* ---- estimates ---- */

static void
show_estimate(struct cli *cli, const struct json *answer)
{
	if (show_table(cli, json_member(answer, SPAN("lines")), LINES, COUNT(LINES), 0) == 0)
		printf("nothing is used\n");
	show_texts(cli, answer, "\nunits ", "units");
	show_texts(cli, answer, ", free ", "free");
	show_texts(cli, answer, ", beyond ", "beyond");
	show_texts(cli, answer, "; ", "amount");
	show_texts(cli, answer, " ", "currency");
	show_texts(cli, answer, " at ", "unit_price");
	printf(" a unit\n");
}

/* Without a server only the catalogue is asked: there is no account, and no store. */
static int
estimate_here(struct cli *cli, struct span json)
{
	const struct catalog *catalog;
	struct refusal        refusal = { .err = ERR_NONE };
	struct span           answer;
	enum err err = local_catalog_read(args_value(&cli->args, OPTION_CATALOG), &cli->arena,
	                                  &catalog, &refusal);

	if (err == ERR_NONE)
		err = catalog_estimate(catalog, json, &cli->arena, &answer, &refusal);
	if (err != ERR_NONE) {
		refusal.byte = REFUSAL_NO_BYTE; /* of a text that nobody wrote */
		return cli_refused(err, &refusal, NULL);
	}
	return cli_answer(cli, answer, show_estimate);
}

int
cmd_estimate(struct cli *cli)
{
	struct json_out out;

	json_open(&out, &cli->arena);
	json_object(&out);
	json_key_string(&out, SPAN("tier"), cli_clean(cli_word(cli, 0), &cli->arena));
	if (args_has(&cli->args, OPTION_UNIT_PRICE))
		json_key_string(&out, SPAN("unit_price"),
		                cli_clean(cli_value(cli, OPTION_UNIT_PRICE), &cli->arena));
	json_key(&out, SPAN("quantities"));
	json_object(&out);
	for (uint32_t i = 1; i < cli->args.words_count; i++) {
		struct span word   = cli_clean(cli_word(cli, i), &cli->arena);
		const char *equals = memchr(word.at, '=', word.size);
		if (!equals)
			return cli_misused(cli, "a quantity looks like cd.service=10");
		size_t size = (size_t)(equals - word.at);
		json_key_string(&out, (struct span){ word.at, size },
		                (struct span){ equals + 1, word.size - size - 1 });
	}
	json_object_end(&out);
	json_object_end(&out);
	struct span json = json_close(&out);
	if (client_server(cli))
		return client_change(cli, TELL_ESTIMATE, CLIENT_MUST_EXIST, json, show_estimate);
	return estimate_here(cli, json);
}
