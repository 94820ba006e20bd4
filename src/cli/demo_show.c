/* demo_show.c - the screen of `tally demo`: figures, what needs attention, and why. */
#include "cli/demo_show.h"

#include <stdarg.h>
#include <stdio.h>

#include "cli/demo_flex_show.h"
#include "cli/demo_people.h"
#include "cli/demo_why.h"
#include "core/base/text.h"
#include "engine/notify.h"
#include "engine/people.h"

enum { INDENT = 2, BAR_OWNED = 16, NOTIFICATIONS_SHOWN = 6 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What every part of the screen is made from. */
struct screen {
	struct cli              *cli;
	const struct demo_story *story;
	struct refusal          *refusal;
	const struct json       *usage, *plan, *credits, *told, *developers, *why;
};

/* ---- asking ---- */

typedef enum err question_ask(struct engine *engine, const struct question *question,
                              struct arena *arena, struct span *answer, struct refusal *refusal);

static enum err
ask(const struct screen *screen, question_ask *ask_it, const struct question *question,
    const struct json **root)
{
	struct arena *arena = &screen->cli->arena;
	struct json  *read  = NULL;
	struct span   answer;

	enum err err = ask_it(screen->story->engine, question, arena, &answer, screen->refusal);
	if (err == ERR_NONE)
		err = json_parse(answer, arena, &read, screen->refusal);
	if (err == ERR_NONE)
		*root = read;
	return err;
}

/* The list as it would be imported again: what it says of duplicates, and nothing changes. */
static enum err
ask_developers(const struct screen *screen, const struct json **root)
{
	static const struct change by_demo = { .actor_kind = ACTOR_SYSTEM, .actor = { "demo", 4 } };
	struct arena              *arena   = &screen->cli->arena;
	struct list_request        request = { .format  = LIST_FORMAT_CSV,
		                               .body    = demo_developer_list(false, arena),
		                               .preview = true };
	struct json               *read    = NULL;
	struct span                answer;

	enum err err = engine_developers_import(screen->story->engine, &by_demo, SPAN("demo"),
	                                        &request, arena, &answer, screen->refusal);
	if (err == ERR_NONE)
		err = json_parse(answer, arena, &read, screen->refusal);
	if (err == ERR_NONE)
		*root = read;
	return err;
}

static enum err
ask_all(struct screen *screen)
{
	struct question question = { .account = SPAN("demo") };
	struct question recent   = { .account = SPAN("demo"), .limit = NOTIFICATIONS_SHOWN };
	struct question row      = { .account = SPAN("demo"),
		                     .module  = SPAN("CD"),
		                     .kind    = SPAN("service"),
		                     .org     = SPAN("retail"),
		                     .project = SPAN("checkout"),
		                     .id      = SPAN("basket-api") };

	enum err err = ask(screen, engine_usage, &question, &screen->usage);
	if (err == ERR_NONE)
		err = ask(screen, engine_plan, &question, &screen->plan);
	if (err == ERR_NONE)
		err = ask(screen, engine_credits, &question, &screen->credits);
	if (err == ERR_NONE)
		err = ask(screen, engine_notification_list, &recent, &screen->told);
	if (err == ERR_NONE)
		err = ask_developers(screen, &screen->developers);
	return err == ERR_NONE ? ask(screen, engine_explain, &row, &screen->why) : err;
}

/* ---- reading ---- */

static const struct json *
first_of(const struct json *object, const char *path)
{
	const struct json *list = show_find(object, path);
	return list ? list->first : NULL;
}

static const struct json *
plan_of(const struct screen *screen, struct span module)
{
	const struct json *plan = first_of(screen->plan, "modules");

	while (plan && !span_equal(show_text(plan, "module"), module))
		plan = plan->next;
	return plan;
}

/* ---- the figures ---- */

/* Whole percents, 125 at most. */
static size_t
percent_of(const struct json *module)
{
	struct span text    = show_text(module, "percent");
	size_t      percent = 0;

	for (size_t i = 0; i < text.size && text.at[i] >= '0' && text.at[i] <= '9'; i++)
		percent = percent * 10 + (size_t)(text.at[i] - '0');
	return percent < 125 ? percent : 125;
}

/* What is used, up to the mark where the owned licences end, and what lies behind it. */
static struct span
bar_of(struct arena *arena, const struct json *module)
{
	char  *bar     = arena_take(arena, BAR_OWNED * 2);
	size_t percent = percent_of(module), used = percent * BAR_OWNED / 100, size = 0;
	bool   over = !span_equal(show_text(module, "over"), SPAN("0"));

	while (size < BAR_OWNED) {
		bar[size] = size < used ? '#' : '.';
		size++;
	}
	bar[size++] = '|';
	for (size_t i = BAR_OWNED; i < used || (over && i == BAR_OWNED); i++)
		bar[size++] = '#';
	return (struct span){ bar, size };
}

static void
show_figures(const struct screen *screen)
{
	static const struct show_column columns[] = {
		{ "MODULE", "module", SHOW_TEXT },
		{ "COUNTS", "unit", SHOW_TEXT },
		{ "CONTRACT", "contract.id", SHOW_TEXT },
		{ "STATE", "state", SHOW_TEXT },
		{ "OWNED", "owned", SHOW_NUMBER },
		{ "USED", "used", SHOW_NUMBER },
		{ "OVER", "over", SHOW_OVER },
		{ "PERCENT", "percent", SHOW_PERCENT },
	};
	struct arena *arena = &screen->cli->arena;
	struct table  table;

	table_open(&table, arena);
	for (size_t i = 0; i < COUNT(columns); i++)
		table_column(&table, columns[i].heading, i < 4 ? TABLE_LEFT : TABLE_RIGHT);
	table_column(&table, "", TABLE_LEFT);
	table_spare(&table, 1);
	for (const struct json *module = first_of(screen->usage, "modules"); module;
	     module                    = module->next) {
		const struct json *plan = plan_of(screen, show_text(module, "module"));
		for (size_t i = 0; i < COUNT(columns); i++) {
			bool        of_plan = i == 2 || i == 3;
			struct span text = show_value(arena, of_plan ? plan : module, &columns[i]);
			bool marked = columns[i].kind == SHOW_OVER && !span_equal(text, SPAN("0"));
			table_cell(&table, text, marked);
		}
		table_cell(&table, bar_of(arena, module), false);
	}
	table_print(&table, INDENT, stdout);
}

/* ---- what needs attention ---- */

struct attention {
	struct table  table;
	struct arena *arena;
};

static void __attribute__((format(printf, 3, 4)))
attend(struct attention *attention, const char *see, const char *form, ...)
{
	char    what[256];
	va_list arguments;

	va_start(arguments, form);
	vsnprintf(what, sizeof(what), form, arguments);
	va_end(arguments);
	table_cell(&attention->table, arena_copy(attention->arena, span_of(what)), false);
	table_cell(&attention->table, arena_copy(attention->arena, span_of(see)), false);
}

static void
attend_to_figures(const struct screen *screen, struct attention *attention)
{
	for (const struct json *module = first_of(screen->usage, "modules"); module;
	     module                    = module->next) {
		struct span name = show_text(module, "module"), unit = show_text(module, "unit");
		struct span used = show_text(module, "used"), owned = show_text(module, "owned");
		struct span over = show_text(module, "over");
		char        see[64];
		if (over.size == 0 || span_equal(over, SPAN("0")))
			continue;
		snprintf(see, sizeof(see), "tally usage demo %.*s", (int)name.size, name.at);
		attend(attention, see, "%.*s: %.*s of %.*s %.*ss used, %.*s more than owned",
		       (int)name.size, name.at, (int)used.size, used.at, (int)owned.size, owned.at,
		       (int)unit.size, unit.at, (int)over.size, over.at);
	}
}

/* Is there a module of the same contract before it? Then that was told already. */
static bool
is_told_of(const struct screen *screen, const struct json *plan)
{
	struct span contract = show_text(plan, "contract.id");

	for (const struct json *other = first_of(screen->plan, "modules"); other != plan;
	     other                    = other->next) {
		if (span_equal(show_text(other, "contract.id"), contract))
			return true;
	}
	return false;
}

/* The modules of a contract: "SRM, CE, IACM". */
static struct span
modules_of(const struct screen *screen, struct span contract)
{
	struct text text;

	text_open(&text, &screen->cli->arena);
	for (const struct json *plan = first_of(screen->plan, "modules"); plan; plan = plan->next) {
		if (!span_equal(show_text(plan, "contract.id"), contract))
			continue;
		if (text.size > 0)
			text_add(&text, SPAN(", "));
		text_add(&text, show_text(plan, "module"));
	}
	return text_span(&text);
}

static void
attend_to_ends(const struct screen *screen, struct attention *attention)
{
	for (const struct json *plan = first_of(screen->plan, "modules"); plan; plan = plan->next) {
		struct span state = show_text(plan, "state");
		struct span id    = show_text(plan, "contract.id");
		struct span days = show_text(plan, "days_left"), names = modules_of(screen, id);
		bool        trial = span_equal(state, SPAN("TRIAL"));
		if ((!trial && !span_equal(state, SPAN("ENDING"))) || is_told_of(screen, plan))
			continue;
		attend(attention, "tally plan demo", "%s %.*s (%.*s) ends in %.*s day%s",
		       trial ? "trial" : "contract", (int)id.size, id.at, (int)names.size, names.at,
		       (int)days.size, days.at, span_equal(days, SPAN("1")) ? "" : "s");
	}
}

static void
attend_to_credits(const struct screen *screen, struct attention *attention)
{
	enum { DATE_SIZE = 10 };
	struct span left = show_text(screen->credits, "available");
	struct span used = show_text(screen->credits, "used");
	struct span over = show_text(screen->credits, "overage");
	struct span next = show_text(screen->credits, "next_expiry.id");
	struct span end  = show_text(screen->credits, "next_expiry.at");

	if (end.size < DATE_SIZE)
		attend(attention, "tally credits demo",
		       "build credits: none left, %.*s used this month, %.*s of them overage",
		       (int)used.size, used.at, (int)over.size, over.at);
	else
		attend(attention, "tally credits demo",
		       "build credits: %.*s left, %.*s used this month; %.*s expires %.*s",
		       (int)left.size, left.at, (int)used.size, used.at, (int)next.size, next.at,
		       DATE_SIZE, end.at);
}

static void
attend_to_people(const struct screen *screen, struct attention *attention)
{
	for (const struct json *likely = first_of(screen->developers, "duplicates.likely"); likely;
	     likely                    = likely->next) {
		const struct json *a = first_of(likely, "emails"), *b = a ? a->next : NULL;
		if (b && span_equal(show_text(likely, "why"), SPAN("name")))
			attend(attention, "tally developers list demo",
			       "perhaps one person: %.*s and %.*s", (int)a->text.size, a->text.at,
			       (int)b->text.size, b->text.at);
	}
}

static void
show_attention(const struct screen *screen)
{
	struct attention attention = { .arena = &screen->cli->arena };

	table_open(&attention.table, attention.arena);
	table_column(&attention.table, "NEEDS ATTENTION", TABLE_LEFT);
	table_column(&attention.table, "SEE", TABLE_LEFT);
	table_spare(&attention.table, 1);
	attend_to_figures(screen, &attention);
	attend_to_ends(screen, &attention);
	attend_to_credits(screen, &attention);
	attend_to_people(screen, &attention);
	printf("\n");
	table_print(&attention.table, INDENT, stdout);
}

/* ---- notifications, and the whole ---- */

static void
show_notifications(const struct screen *screen)
{
	static const struct show_column columns[] = {
		{ "TOLD", "at", SHOW_TIME },
		{ "NOTIFICATION", "title", SHOW_TEXT },
	};
	const struct json *list = show_find(screen->told, "notifications");

	if (!list || list->count == 0)
		return;
	printf("\n");
	show_table(screen->cli, list, columns, COUNT(columns), INDENT);
}

static void
show_head(const struct screen *screen)
{
	const struct demo_story *story = screen->story;
	struct span              at    = show_time(&screen->cli->arena, screen->usage, "at");

	printf("Demo Incorporated, a made-up account, at %.*s UTC: %u days, seed %llu.\n"
	       "%llu events were sent, and %llu of them once more, which counts nothing.\n\n",
	       (int)at.size, at.at, story->plan.days, (unsigned long long)story->plan.seed,
	       (unsigned long long)story->counts.accepted,
	       (unsigned long long)story->counts.duplicate);
}

enum err
demo_show(struct cli *cli, const struct demo_story *story, struct refusal *refusal)
{
	struct screen screen = { .cli = cli, .story = story, .refusal = refusal };

	enum err err = ask_all(&screen);
	if (err != ERR_NONE)
		return err;
	show_head(&screen);
	show_figures(&screen);
	show_attention(&screen);
	show_notifications(&screen);
	err = demo_flex_show(cli, story, refusal);
	if (err == ERR_NONE)
		demo_why_show(cli, screen.why);
	return err;
}
