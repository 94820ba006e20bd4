/* show_explain.c - an explanation (L-63) as text for people. */
#include "cli/show_explain.h"

/* Longer lists end with how many more there are. */
enum { ACTIVITY_SHOWN = 20, NO_DATA_SHOWN = 20, EVENTS_SHOWN = 5, DRIVERS_SHOWN = 48 };

/* ---- small words ---- */

static void
print_span(struct span text)
{
	fwrite(text.at, 1, text.size, stdout);
}

static struct span
clean_text(struct cli *cli, const struct json *object, const char *path)
{
	return cli_clean(show_text(object, path), &cli->arena);
}

static bool
is_one(struct span number)
{
	return span_equal(number, SPAN("1"));
}

/* "4 licences", "1 hour" */
static void
print_counted(struct span number, const char *what)
{
	printf("%.*s %s%s", (int)number.size, number.at, what, is_one(number) ? "" : "s");
}

static const char *
ordinal_ending(struct span number)
{
	char last = number.size > 0 ? number.at[number.size - 1] : '0';
	bool teen = number.size > 1 && number.at[number.size - 2] == '1';

	if (teen)
		return "th";
	return last == '1' ? "st" : last == '2' ? "nd" : last == '3' ? "rd" : "th";
}

static uint32_t
count_of(const struct json *list)
{
	return list ? list->count : 0;
}

/* ---- the head of a row ---- */

static void
print_place(struct cli *cli, const struct json *row)
{
	static const char *const names[] = { "org", "project", "service", "class" };

	show_clean(cli, show_text(row, "kind"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct span text = clean_text(cli, row, names[i]);
		if (text.size > 0)
			printf(", %s %.*s", names[i], (int)text.size, text.at);
	}
	if (show_find(row, "deleted"))
		printf(", deleted");
}

/* "checkout uses 4 licences", or only its name where rows have no licences. */
static void
print_use(struct cli *cli, const struct json *row)
{
	struct span licences = show_text(row, "licences");
	struct span name     = show_text(row, "name");

	show_clean(cli, show_text(row, "id"));
	if (name.size > 0 && !span_equal(name, show_text(row, "id"))) {
		printf(" (");
		show_clean(cli, name);
		printf(")");
	}
	if (licences.size > 0) {
		printf(" uses ");
		print_counted(licences, "licence");
	}
}

/* ": 95th percentile is 78 instances (rank 684 of 720 hours; 36 highest hours ignored)" */
static void
print_percentile(const struct json *why)
{
	struct span percentile = show_text(why, "percentile"),
		    hours      = show_text(why, "hours_present");
	struct span value = show_text(why, "value"), rank = show_text(why, "rank");
	uint32_t    ignored = count_of(show_find(why, "ignored"));

	if (span_equal(hours, SPAN("0"))) {
		printf(": no hour of the window has a report of instances");
		return;
	}
	printf(": %.*s%s percentile is ", (int)percentile.size, percentile.at,
	       ordinal_ending(percentile));
	print_counted(value, "instance");
	printf(" (rank %.*s of ", (int)rank.size, rank.at);
	print_counted(hours, "hour");
	printf("; %u highest hour%s ignored)", ignored, ignored == 1 ? "" : "s");
}

/* ---- hours ---- */

/* Hours by day: "2026-10-12  08:00 60, 09:00 61". */
static void
print_hours(const struct json *hours, uint32_t indent)
{
	struct span      day  = SPAN("");
	struct show_flow flow = { 0 };

	for (const struct json *hour = hours ? hours->first : NULL; hour; hour = hour->next) {
		struct span at    = show_text(hour, "at");
		struct span value = show_text(hour, "value");
		char        word[64];
		if (at.size < 16)
			continue;
		if (!span_equal(day, (struct span){ at.at, 10 })) {
			if (day.size > 0)
				show_flow_close(&flow);
			day = (struct span){ at.at, 10 };
			printf("%*s%.10s ", (int)indent, "", at.at);
			show_flow_open(&flow, indent + 12, indent + 11);
		}
		int size = snprintf(word, sizeof(word), " %.5s=%.*s", at.at + 11, (int)value.size,
		                    value.at);
		show_flow_word(&flow, (struct span){ word + 1, (size_t)size - 1 });
	}
	if (day.size > 0)
		show_flow_close(&flow);
}

/* The order of time, for a list that came in order of value. */
static const struct json *
sorted_by_time(struct cli *cli, const struct json *list)
{
	if (!list || list->count == 0)
		return list;
	struct json *items = ARENA_ARRAY(&cli->arena, struct json, list->count);
	struct json *copy  = ARENA_ARRAY(&cli->arena, struct json, 1);
	uint32_t     count = 0;
	for (const struct json *item = list->first; count < list->count; item = item->next) {
		uint32_t at = count++;
		for (; at > 0 &&
		       span_compare(show_text(item, "at"), show_text(&items[at - 1], "at")) < 0;
		     at--)
			items[at] = items[at - 1];
		items[at] = *item;
	}
	for (uint32_t i = 0; i < count; i++)
		items[i].next = i + 1 < count ? &items[i + 1] : NULL;
	*copy       = *list;
	copy->first = items;
	return copy;
}

static void
print_ignored(struct cli *cli, const struct json *why)
{
	const struct json *ignored = show_find(why, "ignored");

	if (count_of(ignored) == 0)
		return;
	printf("  ignored, the highest hours:\n");
	print_hours(sorted_by_time(cli, ignored), 4);
}

/* One event as "45 from SOURCE ID (environment prod)". */
static void
print_event(struct cli *cli, const struct json *event)
{
	printf("    ");
	print_span(clean_text(cli, event, "value"));
	for (const struct json *member = event->first; member; member = member->next) {
		static const char *const known[] = { "type", "source", "id", "time", "value" };
		bool                     split   = true;
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			split &= !span_equal(member->key, span_of(known[i]));
		if (!split)
			continue;
		printf("  %.*s ", (int)member->key.size, member->key.at);
		show_clean(cli, member->text);
	}
	struct span at = show_time(&cli->arena, event, "time");
	printf("  at %.*s, event ", (int)at.size, at.at);
	print_span(clean_text(cli, event, "id"));
	printf(" from ");
	print_span(clean_text(cli, event, "source"));
	printf("\n");
}

static void
print_decisive(struct cli *cli, const struct json *why)
{
	const struct json *hour   = show_find(why, "decisive");
	const struct json *events = show_find(hour, "events");
	struct span        at     = show_time(&cli->arena, hour, "at");
	struct span        value  = show_text(hour, "value");
	uint32_t           shown  = 0;

	if (at.size == 0)
		return;
	printf("  set by the hour %.*s UTC: ", (int)at.size, at.at);
	print_counted(value, "instance");
	printf(count_of(events) > 0 ? ", reported by\n" : "\n");
	for (const struct json *event             = events ? events->first : NULL;
	     event && shown < EVENTS_SHOWN; event = event->next, shown++)
		print_event(cli, event);
	if (count_of(events) > shown)
		printf("    and %u more\n", count_of(events) - shown);
}

/* ---- what if ---- */

/* A list of the first items of a list; sorted_by_time() copies no more than count. */
static const struct json *
first_of(struct cli *cli, const struct json *list, uint32_t count)
{
	struct json *copy = ARENA_ARRAY(&cli->arena, struct json, 1);

	if (!list || list->count <= count)
		return list;
	*copy       = *list;
	copy->count = count;
	return copy;
}

static void
print_drivers(struct cli *cli, const struct json *why)
{
	const struct json *drivers = show_find(why, "drivers");
	const struct json *hours   = show_find(drivers, "hours");
	struct show_flow   flow;

	if (!drivers || drivers->kind != JSON_OBJECT)
		return;
	printf("  ");
	show_flow_open(&flow, 2, 2);
	show_flow_text(&flow, clean_text(cli, drivers, "sentence"));
	show_flow_word(&flow, SPAN("(the nearest):"));
	show_flow_close(&flow);
	print_hours(sorted_by_time(cli, first_of(cli, hours, DRIVERS_SHOWN)), 4);
	if (count_of(hours) > DRIVERS_SHOWN)
		printf("    and %u more\n", count_of(hours) - DRIVERS_SHOWN);
}

static void
print_gaps(struct cli *cli, const struct json *gaps)
{
	struct show_flow flow;
	uint32_t         shown = 0;
	char             more[40];

	printf("    ");
	show_flow_open(&flow, 4, 4);
	for (const struct json *gap = gaps->first; gap && shown < NO_DATA_SHOWN;
	     gap                    = gap->next, shown++) {
		struct span from = show_time(&cli->arena, gap, "from");
		struct span to   = show_time(&cli->arena, gap, "to");
		char        word[64];
		int size = snprintf(word, sizeof(word), "%.*s to %.*s%s", (int)from.size, from.at,
		                    (int)to.size, to.at, gap->next ? "," : "");
		show_flow_word(&flow, (struct span){ word, (size_t)size });
	}
	if (gaps->count > shown) {
		snprintf(more, sizeof(more), "%u more", gaps->count - shown);
		show_flow_text(&flow, span_of(more));
	}
	show_flow_close(&flow);
}

static void
print_coverage(struct cli *cli, const struct json *why)
{
	const struct json *gaps    = show_find(why, "coverage.no_data");
	struct span        missing = show_text(why, "coverage.missing");
	struct span        lowest  = show_text(why, "bounds.lowest");
	struct span        highest = show_text(why, "bounds.highest");

	if (count_of(gaps) == 0) {
		printf("  every hour of the window has a report\n");
		return;
	}
	printf("  ");
	print_counted(missing, "hour");
	printf(" without a report: if they were reported, %.*s to ", (int)lowest.size, lowest.at);
	if (highest.size > 0)
		print_counted(highest, "licence");
	else
		printf("any number of licences");
	printf("\n  no data from\n");
	print_gaps(cli, gaps);
}

/* ---- activity ---- */

static void
print_activity(struct cli *cli, const struct json *list)
{
	static const struct show_column columns[] = {
		{ "TIME", "time", SHOW_TIME },     { "TYPE", "type", SHOW_TEXT },
		{ "SOURCE", "source", SHOW_TEXT }, { "ID", "id", SHOW_TEXT },
		{ "VALUE", "value", SHOW_NUMBER },
	};
	struct json *items, head;
	uint32_t count = count_of(list), skip = count > ACTIVITY_SHOWN ? count - ACTIVITY_SHOWN : 0;

	if (count == 0) {
		printf("  no activity in the window\n");
		return;
	}
	printf("  activity in the window: %u event%s", count, count == 1 ? "" : "s");
	if (skip > 0)
		printf(", the last %d of them (all with --json)", ACTIVITY_SHOWN);
	printf("\n");
	items = list->first;
	for (uint32_t i = 0; i < skip; i++)
		items = items->next;
	head = (struct json){ .kind = JSON_ARRAY, .count = count - skip, .first = items };
	show_table(cli, &head, columns, sizeof(columns) / sizeof(columns[0]), 4);
}

/* A project or key of a figure without rows: hour by hour, and the events. */
static void
print_by(struct cli *cli, const struct json *explained, const struct json *by)
{
	static const char *const names[] = { "org", "project", "id", "sku" };

	show_clean(cli, show_text(by, "part"));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct span text = clean_text(cli, by, names[i]);
		if (text.size > 0)
			printf(", %s %.*s", names[i], (int)text.size, text.at);
	}
	struct span quantity = show_text(by, "quantity");
	printf(": %.*s in the window\n", (int)quantity.size, quantity.at);
	print_hours(json_member(explained, SPAN("hours")), 4);
	print_activity(cli, json_member(explained, SPAN("activity")));
}

void
show_explained(struct cli *cli, const struct json *explained)
{
	const struct json *by = json_member(explained, SPAN("by"));

	if (by) {
		print_by(cli, explained, by);
		return;
	}
	const struct json *row = json_member(explained, SPAN("row"));
	const struct json *why = json_member(explained, SPAN("why"));

	print_use(cli, row);
	if (why)
		print_percentile(why);
	printf("\n  ");
	print_place(cli, row);
	printf("\n");
	if (why && !span_equal(show_text(why, "hours_present"), SPAN("0"))) {
		print_decisive(cli, why);
		print_ignored(cli, why);
		print_drivers(cli, why);
	}
	if (why)
		print_coverage(cli, why);
	print_activity(cli, json_member(explained, SPAN("activity")));
}
