/* micro_book.c - books alone: joining events, percentiles, chunks, memory.
 *
 * An account with 10,000 services reports its instances in 720 hours, 1 to 3 splits
 * each, the services of an hour in random order: 10 M events. The answers are compared
 * with a plain recomputation before a figure is printed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/check.h"
#include "core/base/decimal.h"
#include "core/meter/book.h"
#include "core/meter/percentile.h"
#include "edge/sys/memory.h"

enum { SERVICES = 10000, HOURS = 720, FIRST_HOUR = 493000, BATCH = 1000, ROUNDS = 9 };
enum { FIELD_ORG, FIELD_PROJECT, FIELD_ENV, FIELD_INFRA, FIELD_VALUE, FIELDS };

#define TEXT(literal)                                                                              \
	{                                                                                          \
		"" literal, sizeof(literal) - 1                                                    \
	}

static const struct catalog_field fields[FIELDS] = {
	{ .name = TEXT("org"), .kind = FIELD_TEXT },
	{ .name = TEXT("project"), .kind = FIELD_TEXT },
	{ .name = TEXT("environment"), .kind = FIELD_TEXT },
	{ .name = TEXT("infrastructure"), .kind = FIELD_TEXT },
	{ .name = TEXT("value"), .kind = FIELD_QUANTITY },
};
static const struct catalog_type types[] = {
	{ .name = TEXT("cd.instances"), .fields = fields, .fields_count = FIELDS }
};
static const struct catalog_meter meters[] = { {
	.name          = TEXT("cd.instances"),
	.kind          = SERIES_GAUGE,
	.value_field   = FIELD_VALUE,
	.key_field     = KEY_SUBJECT,
	.each_field    = -1,
	.item_field    = -1,
	.org_field     = FIELD_ORG,
	.project_field = FIELD_PROJECT,
	.split_fields  = { FIELD_ENV, FIELD_INFRA },
} };
static const struct catalog       catalog  = {
	       .types = types, .types_count = 1, .meters = meters, .meters_count = 1
};

/* What the account looks like in one run. */
struct shape {
	const char *title;
	uint32_t    splits_of[18]; /* of service number modulo 18 */
	uint32_t    value_max;
	int64_t     time_unit_ns;
	int64_t     fraction; /* added to each value, in millionths */
};

static const struct shape shapes[] = {
	{ "1 to 3 splits, values to 200",
	  { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3 },
	  200,
	  NS_PER_SECOND,
	  0 },
	{ "1 split, values to 200",
	  { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 },
	  200,
	  NS_PER_SECOND,
	  0 },
	{ "1 split, values to 65,535",
	  { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 },
	  65535,
	  NS_PER_SECOND,
	  0 },
	{ "3 splits, values to 200",
	  { 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3 },
	  200,
	  NS_PER_SECOND,
	  0 },
	{ "3 splits, values to 65,535",
	  { 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3 },
	  65535,
	  NS_PER_SECOND,
	  0 },
	{ "1 split, values with fractions, times with milliseconds",
	  { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 },
	  200,
	  1000000,
	  500000 },
};

static uint64_t random_state = 1;

static uint32_t
random_below(uint32_t end)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32_t)((random_state >> 32) * end >> 32);
}

/* Of this process alone: one thread, no waiting, so that neighbours disturb less. */
static double
now_ms(void)
{
	struct timespec at;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
	return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static char     service_names[SERVICES][32];
static char     project_names[100][32];
static uint32_t order[SERVICES * 3]; /* service * 4 + split */
static int64_t  model[SERVICES][HOURS];

static uint32_t
order_make(const struct shape *shape)
{
	uint32_t count = 0;
	for (uint32_t service = 0; service < SERVICES; service++) {
		for (uint32_t split = 0; split < shape->splits_of[service % 18]; split++)
			order[count++] = service * 4 + split;
	}
	return count;
}

static void
order_shuffle(uint32_t count)
{
	for (uint32_t i = count; i > 1; i--) {
		uint32_t j    = random_below(i);
		uint32_t swap = order[i - 1];
		order[i - 1]  = order[j];
		order[j]      = swap;
	}
}

static void
event_fill(struct event *event, const struct shape *shape, uint32_t which, uint32_t hour)
{
	static const char *const envs[] = { "production", "staging", "qa" };

	uint32_t service = which / 4;
	int64_t  value   = (random_below(shape->value_max) + 1) * MILLIONTHS + shape->fraction;
	uint32_t units   = (uint32_t)(NS_PER_HOUR / shape->time_unit_ns);
	event->type      = types;
	event->account   = SPAN("acme-platform");
	event->subject   = span_of(service_names[service]);
	event->time      = hour_start(FIRST_HOUR + (int32_t)hour);
	event->time.ns += random_below(units) * shape->time_unit_ns;
	event->field[FIELD_ORG]     = SPAN("default");
	event->field[FIELD_PROJECT] = span_of(project_names[service % 100]);
	event->field[FIELD_ENV]     = span_of(envs[which % 4]);
	event->field[FIELD_INFRA]   = SPAN("eu-west-1");
	event->number[FIELD_VALUE]  = value;
	event->present              = (1u << FIELDS) - 1;
	model[service][hour] += value;
}

/* Apply the whole account; only the books' own work is timed. */
static void
bench_apply(struct books *books, const struct shape *shape)
{
	static struct event        events[BATCH];
	static const struct event *pointers[BATCH];
	uint32_t                   in_hour  = order_make(shape);
	uint64_t                   ordinal  = 0;
	double                     spent_ms = 0;

	memset(model, 0, sizeof(model));
	for (uint32_t hour = 0; hour < HOURS; hour++) {
		order_shuffle(in_hour);
		for (uint32_t at = 0; at < in_hour;) {
			uint32_t count = 0;
			for (; count < BATCH && at < in_hour; count++, at++) {
				event_fill(&events[count], shape, order[at], hour);
				pointers[count] = &events[count];
			}
			double start = now_ms();
			books_apply(books, pointers, count, ordinal, NULL);
			spent_ms += now_ms() - start;
			ordinal += count;
		}
	}
	printf("  apply         %8.1f ns an event (%.1f M events)\n",
	       spent_ms * 1e6 / (double)ordinal, (double)ordinal / 1e6);
	printf("  memory        %8.1f MB\n", (double)books_size(books) / 1e6);
}

static void
check_answers(const struct book *book)
{
	for (uint32_t i = 0; i < SERVICES; i++) {
		const struct series *series = book_series_at(book, 0, i);
		uint32_t             hours;
		int64_t              values[HOURS];
		uint32_t             service =
			(uint32_t)strtoul(series_key(series)->id.at + strlen("service-"), NULL, 10);
		memcpy(values, model[service], sizeof(values));
		int64_t fast =
			series_percentile(series, FIRST_HOUR, FIRST_HOUR + HOURS, 95, &hours);
		CHECK(hours == HOURS);
		CHECK(fast == percentile_of(values, HOURS, 95));
	}
}

static int
double_order(const void *a, const void *b)
{
	return (*(const double *)a > *(const double *)b) -
	       (*(const double *)a < *(const double *)b);
}

static void
bench_percentile(const struct book *book)
{
	double   ms[ROUNDS];
	int64_t  sum = 0;
	uint32_t hours;
	for (uint32_t round = 0; round < ROUNDS; round++) {
		double   start = now_ms();
		uint32_t count = book_series_count(book, 0);
		for (uint32_t i = 0; i < count; i++) {
			book_series_fetch(book, 0, i, 0, FIRST_HOUR, FIRST_HOUR + HOURS);
			sum += series_percentile(book_series_at(book, 0, i), FIRST_HOUR,
			                         FIRST_HOUR + HOURS, 95, &hours);
		}
		ms[round] = now_ms() - start;
	}
	qsort(ms, ROUNDS, sizeof(*ms), double_order);
	printf("  percentile    %8.2f ms the account (median of %d, best %.2f; sum %lld)\n",
	       ms[ROUNDS / 2], ROUNDS, ms[0], (long long)sum);
}

static void
bench_chunks(struct books *books)
{
	uint64_t      cursor = 0;
	struct book  *book;
	int32_t       era;
	struct books *again    = books_open(&catalog, system_memory());
	double        write_ms = 0;
	double        read_ms  = 0;
	size_t        size     = 0;
	while (books_dirty_next(books, &cursor, &book, &era)) {
		struct arena arena;
		struct text  text;
		arena_open(&arena, system_memory());
		text_open(&text, &arena);
		double start = now_ms();
		book_chunk_write(book, era, 1, &text);
		double middle = now_ms();
		CHECK(book_chunk_read(again, text_span(&text)) == ERR_NONE);
		read_ms += now_ms() - middle;
		write_ms += middle - start;
		size += text.size;
		arena_close(&arena);
	}
	check_answers(book_at(again, 0));
	printf("  chunks        %8.1f ms to write, %.1f ms to read, %.1f MB; then %.1f MB held\n",
	       write_ms, read_ms, (double)size / 1e6, (double)books_size(again) / 1e6);
	bench_percentile(book_at(again, 0));
	books_close(again);
}

int
main(int argc, char **argv)
{
	uint32_t shapes_count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 6;
	for (uint32_t i = 0; i < SERVICES; i++)
		snprintf(service_names[i], sizeof(service_names[i]), "service-%05u-checkout", i);
	for (uint32_t i = 0; i < 100; i++)
		snprintf(project_names[i], sizeof(project_names[i]), "project-%02u", i);
	for (uint32_t i = 0; i < shapes_count && i < 6; i++) {
		struct books *books = books_open(&catalog, system_memory());
		printf("%s\n", shapes[i].title);
		bench_apply(books, &shapes[i]);
		check_answers(book_at(books, 0));
		bench_percentile(book_at(books, 0));
		bench_chunks(books);
		books_close(books);
	}
	return 0;
}
