/* demo_flex_show.c - the account on Flex of `tally demo`, in one block of its screen. */
#include "cli/demo_flex_show.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text.h"
#include "engine/invoice.h"

enum { INDENT = 2 };

struct block {
	struct cli              *cli;
	const struct demo_story *story;
	struct refusal          *refusal;
	struct table             table;
};

typedef enum err question_ask(struct engine *engine, const struct question *question,
                              struct arena *arena, struct span *answer, struct refusal *refusal);

static enum err
ask(const struct block *block, question_ask *ask_it, uint32_t limit, const struct json **root)
{
	struct question question = { .account = SPAN("demo-flex"), .limit = limit };
	struct arena   *arena    = &block->cli->arena;
	struct json    *read     = NULL;
	struct span     answer;

	enum err err = ask_it(block->story->engine, &question, arena, &answer, block->refusal);
	if (err == ERR_NONE)
		err = json_parse(answer, arena, &read, block->refusal);
	if (err == ERR_NONE)
		*root = read;
	return err;
}

static void __attribute__((format(printf, 4, 5)))
say(struct block *block, const char *what, const char *see, const char *form, ...)
{
	struct arena *arena = &block->cli->arena;
	char          text[256];
	va_list       arguments;

	va_start(arguments, form);
	vsnprintf(text, sizeof(text), form, arguments);
	va_end(arguments);
	table_cell(&block->table, span_of(what), false);
	table_cell(&block->table, arena_copy(arena, span_of(text)), false);
	table_cell(&block->table, arena_copy(arena, span_of(see)), false);
}

/* ---- its lines ---- */

/* ", past 80 % and 90 %"; empty when no threshold is crossed. */
static struct span
crossed_of(const struct block *block, const struct json *flex)
{
	const struct json *alerts = json_member(flex, SPAN("alerts"));
	struct text        text;

	text_open(&text, &block->cli->arena);
	for (const struct json *alert = alerts ? alerts->first : NULL; alert; alert = alert->next) {
		const struct json *crossed = json_member(alert, SPAN("crossed"));
		if (!crossed || crossed->kind != JSON_TRUE)
			continue;
		text_add(&text, text.size > 0 ? SPAN(" and ") : SPAN(", past "));
		text_add(&text, show_text(alert, "threshold"));
		text_add(&text, SPAN(" %"));
	}
	return text_span(&text);
}

static void
say_pool(struct block *block, const struct json *flex)
{
	struct span used = show_text(flex, "used"), limit = show_text(flex, "limit");
	struct span percent = show_text(flex, "percent"), past = crossed_of(block, flex);

	say(block, "pool", "tally flex trend demo-flex", "%.*s of %.*s units used, %.*s %%%.*s",
	    (int)used.size, used.at, (int)limit.size, limit.at, (int)percent.size, percent.at,
	    (int)past.size, past.at);
}

static void
say_month(struct block *block, const struct json *flex)
{
	const struct json *lines = json_member(flex, SPAN("lines"));
	struct span        units = show_text(flex, "units"), month = show_text(flex, "month");
	struct span        free = show_text(flex, "pool.free_used");

	say(block, "this month", "tally flex demo-flex",
	    "%.*s: %.*s units for %u metrics, %.*s of them free", (int)month.size, month.at,
	    (int)units.size, units.at, lines ? lines->count : 0, (int)free.size, free.at);
}

/* A forecast is no more exact than that. */
static struct span
whole(struct span decimal)
{
	const char *point = decimal.size > 0 ? memchr(decimal.at, '.', decimal.size) : NULL;

	return point ? (struct span){ decimal.at, (size_t)(point - decimal.at) } : decimal;
}

static void
say_forecast(struct block *block, const struct json *forecast)
{
	struct span a_day    = whole(show_text(forecast, "a_day.expected"));
	struct span expected = show_text(forecast, "empty.expected");
	struct span earliest = show_text(forecast, "empty.earliest");
	struct span latest   = show_text(forecast, "empty.latest");

	if (expected.size == 0)
		say(block, "forecast", "tally flex forecast demo-flex",
		    "lasts to the contract's end, at %.*s units a day", (int)a_day.size, a_day.at);
	else
		say(block, "forecast", "tally flex forecast demo-flex",
		    "empty on %.*s (%.*s to %.*s), at %.*s units a day", (int)expected.size,
		    expected.at, (int)earliest.size, earliest.at, (int)latest.size, latest.at,
		    (int)a_day.size, a_day.at);
}

static void
say_invoice(struct block *block, const struct json *invoices)
{
	const struct json *list   = json_member(invoices, SPAN("invoices"));
	const struct json *last   = list ? list->first : NULL;
	struct span        number = show_text(last, "number"), month = show_text(last, "month");
	struct span        issued = show_text(last, "issued"), total = show_text(last, "total");
	struct span        currency = show_text(last, "currency");
	char               see[96];

	snprintf(see, sizeof(see), "tally invoice demo-flex %.*s", (int)month.size, month.at);
	if (last)
		say(block, "invoice", see, "number %.*s of %.*s, for %.*s: %.*s %.*s",
		    (int)number.size, number.at, (int)issued.size, issued.at, (int)month.size,
		    month.at, (int)total.size, total.at, (int)currency.size, currency.at);
}

/* ---- the block ---- */

void
demo_month_before(struct instant now, char month[static INSTANT_SIZE])
{
	hour_format(month_first_hour(hour_of(now)) - 1, month);
	month[DEMO_MONTH_SIZE] = '\0';
}

enum err
demo_flex_show(struct cli *cli, const struct demo_story *story, struct refusal *refusal)
{
	struct block       block = { .cli = cli, .story = story, .refusal = refusal };
	const struct json *flex = NULL, *forecast = NULL, *invoices = NULL;

	enum err err = ask(&block, engine_flex, 0, &flex);
	if (err == ERR_NONE)
		err = ask(&block, engine_flex_forecast, 0, &forecast);
	if (err == ERR_NONE)
		err = ask(&block, engine_invoice_list, 1, &invoices);
	if (err != ERR_NONE)
		return err;
	table_open(&block.table, &cli->arena);
	table_column(&block.table, "DEMO-FLEX", TABLE_LEFT);
	table_column(&block.table, "A POOL OF UNITS FOR EVERYTHING", TABLE_LEFT);
	table_column(&block.table, "SEE", TABLE_LEFT);
	table_spare(&block.table, 2);
	say_pool(&block, flex);
	say_month(&block, flex);
	say_forecast(&block, forecast);
	say_invoice(&block, invoices);
	printf("\n");
	table_print(&block.table, INDENT, stdout);
	return ERR_NONE;
}
