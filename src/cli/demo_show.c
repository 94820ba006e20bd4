/* demo_show.c - the figures of the made-up account, as tables and in words. */
#include "cli/demo_show.h"

#include <stdio.h>

enum { BAR_WIDTH = 48, DATE_SIZE = 10, HOUR_SIZE = 16 };

/* ---- reading an answer ---- */

/* The member as text; "-" where there is none. */
static struct span
text_of(const struct json *object, const char *key)
{
	const struct json *value = json_member(object, span_of(key));
	if (!value || value->kind == JSON_NULL)
		return SPAN("-");
	return value->text.size > 0 ? value->text : value->raw;
}

static int64_t
number_of(const struct json *object, const char *key)
{
	const struct json *value  = json_member(object, span_of(key));
	int64_t            number = 0;
	return value && json_int64(value, &number) == ERR_NONE ? number : 0;
}

static const struct json *
first_of(const struct json *object, const char *key)
{
	const struct json *list = json_member(object, span_of(key));
	return list ? list->first : NULL;
}

/* A moment without what a reader does not need: its date, or its date and minute. */
static void
print_moment(struct span moment, size_t size)
{
	size_t shown = moment.size < size ? moment.size : size;
	for (size_t i = 0; i < shown; i++)
		putchar(moment.at[i] == 'T' ? ' ' : moment.at[i]);
}

/* ---- summary and rows ---- */

/* Right-aligned for a positive width, left-aligned for a negative one. */
static void
print_cell(struct span text, int width)
{
	printf(" %*.*s", width, (int)text.size, text.at);
}

void
demo_show_summary(const struct json *answer)
{
	printf("\n  %-8s %-10s %-14s %6s %6s %6s %8s\n", "module", "unit", "model", "owned", "used",
	       "over", "percent");
	for (const struct json *module = first_of(answer, "modules"); module;
	     module                    = module->next) {
		printf(" ");
		print_cell(text_of(module, "module"), -8);
		print_cell(text_of(module, "unit"), -10);
		print_cell(text_of(module, "model"), -14);
		print_cell(text_of(module, "owned"), 6);
		print_cell(text_of(module, "used"), 6);
		print_cell(text_of(module, "over"), 6);
		print_cell(text_of(module, "percent"), 8);
		printf("\n");
	}
}

static void
show_parts(const struct json *module)
{
	printf("\n  %-12s %10s %9s\n", "part", "counted", "licences");
	for (const struct json *part = first_of(module, "parts"); part; part = part->next) {
		bool has_keys = json_member(part, SPAN("keys")) != NULL;
		printf(" ");
		print_cell(text_of(part, "part"), -12);
		print_cell(text_of(part, has_keys ? "keys" : "quantity"), 10);
		print_cell(text_of(part, "licences"), 9);
		printf("\n");
	}
}

void
demo_show_rows(const struct json *answer)
{
	const struct json *module = first_of(answer, "modules");
	uint32_t           shown  = 0;

	show_parts(module);
	printf("\n  %-18s %-9s %-9s %-12s %9s %6s %9s\n", "name", "org", "project", "class",
	       "instances", "hours", "licences");
	for (const struct json *row = first_of(module, "rows"); row && shown < DEMO_ROWS_SHOWN;
	     row                    = row->next, shown++) {
		printf(" ");
		print_cell(text_of(row, "name"), -18);
		print_cell(text_of(row, "org"), -9);
		print_cell(text_of(row, "project"), -9);
		print_cell(text_of(row, "class"), -12);
		print_cell(text_of(row, "instances"), 9);
		print_cell(text_of(row, "hours"), 6);
		print_cell(text_of(row, "licences"), 9);
		printf("\n");
	}
}

/* ---- trend ---- */

static int64_t
most_of(const struct json *answer)
{
	int64_t most = 1;

	for (const struct json *point = first_of(answer, "points"); point; point = point->next) {
		if (number_of(point, "used") > most)
			most = number_of(point, "used");
		if (number_of(point, "owned") > most)
			most = number_of(point, "owned");
	}
	return most;
}

void
demo_show_trend(const struct json *answer)
{
	int64_t most = most_of(answer);

	printf("\n  %-10s %6s %6s\n", "day", "owned", "used");
	for (const struct json *point = first_of(answer, "points"); point; point = point->next) {
		int64_t used = number_of(point, "used"), owned = number_of(point, "owned");
		printf("  ");
		print_moment(text_of(point, "at"), DATE_SIZE);
		printf(" %6lld %6lld  ", (long long)owned, (long long)used);
		for (int64_t i = 1; i <= BAR_WIDTH && (i - 1) * most < most * BAR_WIDTH; i++) {
			bool is_mark =
				i * most / BAR_WIDTH >= owned && (i - 1) * most / BAR_WIDTH < owned;
			if (is_mark)
				putchar('|');
			else if (i * most <= used * BAR_WIDTH)
				putchar('#');
		}
		printf("\n");
	}
	printf("  peak of the month ");
	print_cell(text_of(answer, "peak"), 1);
	printf(", over");
	print_cell(text_of(answer, "over"), 1);
	printf("; | is where the owned licences end\n");
}

/* ---- why ---- */

/* The ignored hours: how many, between which values, and when the first and last were. */
static void
say_ignored(const struct json *why, int64_t per)
{
	struct span lowest = SPAN(""), highest = SPAN(""), first = SPAN(""), last = SPAN("");
	unsigned    count = 0, large = 0;

	for (const struct json *hour = first_of(why, "ignored"); hour; hour = hour->next, count++) {
		struct span at = text_of(hour, "at");
		lowest         = text_of(hour, "value");
		large += number_of(hour, "value") > per;
		if (count == 0)
			highest = lowest;
		if (count == 0 || span_compare(at, first) < 0)
			first = at;
		if (count == 0 || span_compare(at, last) > 0)
			last = at;
	}
	if (count == 0)
		return;
	printf("  The %u hours above it are ignored: from %.*s down to %.*s instances, between\n  ",
	       count, (int)highest.size, highest.at, (int)lowest.size, lowest.at);
	print_moment(first, HOUR_SIZE);
	printf(" and ");
	print_moment(last, HOUR_SIZE);
	printf(".\n");
	if (large > 0)
		printf("  %u of them had more than the %lld that one licence covers: a load test, "
		       "which\n  changes nothing as long as it is short.\n",
		       large, (long long)per);
}

static void
say_bounds(const struct json *why)
{
	const struct json *bounds  = json_member(why, SPAN("bounds"));
	const struct json *cover   = json_member(why, SPAN("coverage"));
	struct span        missing = text_of(cover, "missing");
	struct span        lowest = text_of(bounds, "lowest"), highest = text_of(bounds, "highest");

	if (span_equal(missing, SPAN("0")))
		return;
	printf("  Hours without a report: %.*s. They are no data, not zero.\n", (int)missing.size,
	       missing.at);
	if (span_equal(highest, SPAN("-")))
		printf("  Late reports could still move it: %.*s licences at least, with no upper "
		       "bound.\n",
		       (int)lowest.size, lowest.at);
	else if (span_equal(lowest, highest))
		printf("  Whatever is still reported for those hours, it stays %.*s.\n",
		       (int)lowest.size, lowest.at);
	else
		printf("  Whatever is still reported for those hours, it stays from %.*s to "
		       "%.*s.\n",
		       (int)lowest.size, lowest.at, (int)highest.size, highest.at);
}

void
demo_show_why(const struct json *answer)
{
	const struct json *explained = first_of(answer, "explained");
	const struct json *row       = json_member(explained, SPAN("row"));
	const struct json *why       = json_member(explained, SPAN("why"));
	const struct json *decisive  = json_member(why, SPAN("decisive"));
	struct span        id = text_of(row, "id"), licences = text_of(row, "licences");
	struct span        value = text_of(why, "value"), present = text_of(why, "hours_present");
	struct span        rank = text_of(why, "rank"), percentile = text_of(why, "percentile");
	struct span        saving = text_of(json_member(why, SPAN("drivers")), "sentence");

	printf("\n  Why is %.*s worth %.*s licence%s?\n\n", (int)id.size, id.at, (int)licences.size,
	       licences.at, span_equal(licences, SPAN("1")) ? "" : "s");
	printf("  Of its last 30 days %.*s hours were reported. Sorted from small to large, the\n"
	       "  %.*sth percentile is number %.*s of them: %.*s instances, on ",
	       (int)present.size, present.at, (int)percentile.size, percentile.at, (int)rank.size,
	       rank.at, (int)value.size, value.at);
	print_moment(text_of(decisive, "at"), HOUR_SIZE);
	printf(".\n");
	say_ignored(why, number_of(first_of(answer, "parts"), "per"));
	say_bounds(why);
	if (!span_equal(saving, SPAN("-")))
		printf("  %.*s.\n", (int)saving.size, saving.at);
}
