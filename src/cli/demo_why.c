/* demo_why.c - why a row of the made-up account needs what it needs, in sentences. */
#include "cli/demo_why.h"

#include <stdio.h>

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

/* The ignored hours: from which value to which, and how many above what is covered. */
struct ignored {
	struct span lowest, highest;
	uint32_t    count;
	uint32_t    large;
};

static struct ignored
ignored_of(const struct json *why, int64_t per)
{
	struct ignored ignored = { .count = 0 };

	for (const struct json *hour = first_of(why, "ignored"); hour; hour = hour->next) {
		ignored.lowest = show_text(hour, "value");
		if (ignored.count == 0)
			ignored.highest = ignored.lowest;
		ignored.large += number_of(hour, "value") > per;
		ignored.count++;
	}
	return ignored;
}

static void
say_ignored(const struct json *why, int64_t per)
{
	struct ignored ignored = ignored_of(why, per);

	if (ignored.count > 0)
		printf("  The %u hours above it are ignored: from %.*s down to %.*s instances.\n",
		       ignored.count, (int)ignored.highest.size, ignored.highest.at,
		       (int)ignored.lowest.size, ignored.lowest.at);
	if (ignored.large > 0)
		printf("  %u of them had more than the %lld that one licence covers: a load test, "
		       "which\n  changes nothing as long as it is short.\n",
		       ignored.large, (long long)per);
}

static void
say_bounds(const struct json *why)
{
	struct span missing = show_text(why, "coverage.missing");
	struct span lowest  = show_text(why, "bounds.lowest"),
		    highest = show_text(why, "bounds.highest");

	if (span_equal(missing, SPAN("0")))
		return;
	printf("  Hours without a report: %.*s. They are no data, not zero.\n", (int)missing.size,
	       missing.at);
	if (highest.size == 0)
		printf("  Late reports could still move it: %.*s at least, with no upper bound.\n",
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
demo_why_show(struct cli *cli, const struct json *answer)
{
	const struct json *explained = first_of(answer, "explained");
	const struct json *why       = json_member(explained, SPAN("why"));
	struct span        id        = show_text(explained, "row.id");
	struct span        licences  = show_text(explained, "row.licences");
	struct span value = show_text(why, "value"), present = show_text(why, "hours_present");
	struct span rank = show_text(why, "rank"), at = show_time(&cli->arena, why, "decisive.at");
	struct span percentile = show_text(why, "percentile");
	struct span saving     = show_text(why, "drivers.sentence");

	printf("\n  Why is %.*s worth %.*s licence%s?\n\n", (int)id.size, id.at, (int)licences.size,
	       licences.at, span_equal(licences, SPAN("1")) ? "" : "s");
	printf("  Of its last 30 days %.*s hours were reported. Sorted from small to large, the\n"
	       "  %.*sth percentile is number %.*s of them: %.*s instances, on %.*s.\n",
	       (int)present.size, present.at, (int)percentile.size, percentile.at, (int)rank.size,
	       rank.at, (int)value.size, value.at, (int)at.size, at.at);
	say_ignored(why, number_of(first_of(answer, "parts"), "per"));
	say_bounds(why);
	if (saving.size > 0)
		printf("  %.*s.\n", (int)saving.size, saving.at);
}
