/* metrics.c - numbers as Prometheus text. */
#include "api/metrics.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/base/text.h"

enum { PROC_SIZE = 1024 };
#define NS_EACH_SECOND UINT64_C(1000000000)

_Static_assert((int)ENGINE_COMMIT_BUCKETS == (int)HTTP_LATENCY_BUCKETS, "histograms of one shape");

/* ---- the process ---- */

/* A file of /proc as zero-terminated text; empty when it cannot be read. */
static void
proc_read(const char *path, char text[PROC_SIZE])
{
	text[0]    = 0;
	FILE *file = fopen(path, "re");
	if (!file)
		return;
	size_t size = fread(text, 1, PROC_SIZE - 1, file);
	text[size]  = 0;
	(void)fclose(file);
}

/* The number after so many spaces, 0 when there is none. */
static uint64_t
number_after_spaces(const char *text, int spaces)
{
	while (text && spaces-- > 0) {
		text = strchr(text, ' ');
		text = text ? text + 1 : NULL;
	}
	return text ? strtoull(text, NULL, 10) : 0;
}

static uint64_t
resident_size(void)
{
	char text[PROC_SIZE];
	proc_read("/proc/self/statm", text);
	return number_after_spaces(text, 1) * (uint64_t)sysconf(_SC_PAGESIZE);
}

static uint64_t
open_files(void)
{
	DIR *folder = opendir("/proc/self/fd");
	if (!folder)
		return 0;
	uint64_t count = 0;
	while (readdir(folder))
		count++;
	(void)closedir(folder);
	/* Without ".", ".." and the folder itself. */
	return count - 3;
}

/* Seconds since 1970 when the process started: now less its age. The name in
 * /proc/self/stat may hold spaces, so fields are counted from the bracket behind it:
 * the start is the 22nd, the bracket ends the 2nd. */
static uint64_t
start_s(void)
{
	struct timespec now = { 0 }, since_boot = { 0 };
	char            text[PROC_SIZE];
	proc_read("/proc/self/stat", text);
	const char *fields = strrchr(text, ')');
	if (!fields || clock_gettime(CLOCK_REALTIME, &now) != 0 ||
	    clock_gettime(CLOCK_BOOTTIME, &since_boot) != 0)
		return 0;
	uint64_t started_s = number_after_spaces(fields, 20) / (uint64_t)sysconf(_SC_CLK_TCK);
	return (uint64_t)now.tv_sec - ((uint64_t)since_boot.tv_sec - started_s);
}

void
metrics_read_process(struct metric_source *source)
{
	source->resident_size = resident_size();
	source->open_files    = open_files();
	source->start_s       = start_s();
}

/* ---- the text ---- */

static void
head_add(struct text *text, struct span name, struct span kind, struct span help)
{
	text_add(text, SPAN("# HELP "));
	text_add(text, name);
	text_add_char(text, ' ');
	text_add(text, help);
	text_add(text, SPAN("\n# TYPE "));
	text_add(text, name);
	text_add_char(text, ' ');
	text_add(text, kind);
	text_add_char(text, '\n');
}

static void
row_add(struct text *text, struct span name, struct span kind, uint64_t value, struct span help)
{
	head_add(text, name, kind, help);
	text_add(text, name);
	text_add_char(text, ' ');
	text_add_uint(text, value);
	text_add_char(text, '\n');
}

/* Nanoseconds as seconds, exactly. */
static void
seconds_add(struct text *text, uint64_t ns)
{
	char digits[32];
	int  size = snprintf(digits, sizeof(digits), "%" PRIu64 ".%09" PRIu64, ns / NS_EACH_SECOND,
	                     ns % NS_EACH_SECOND);
	CHECK(size > 0 && (size_t)size < sizeof(digits));
	text_add(text, (struct span){ digits, (size_t)size });
}

static void
histogram_add(struct text *text, struct span name, const uint64_t *buckets, uint64_t sum_ns,
              struct span help)
{
	uint64_t total = buckets[ENGINE_COMMIT_BUCKETS - 1];
	head_add(text, name, SPAN("histogram"), help);
	for (unsigned i = 0; i < ENGINE_COMMIT_BUCKETS; i++) {
		text_add(text, name);
		text_add(text, SPAN("_bucket{le=\""));
		if (i + 1 < ENGINE_COMMIT_BUCKETS)
			seconds_add(text, UINT64_C(100000) << i);
		else
			text_add(text, SPAN("+Inf"));
		text_add(text, SPAN("\"} "));
		text_add_uint(text, buckets[i]);
		text_add_char(text, '\n');
	}
	text_add(text, name);
	text_add(text, SPAN("_sum "));
	seconds_add(text, sum_ns);
	text_add_char(text, '\n');
	text_add(text, name);
	text_add(text, SPAN("_count "));
	text_add_uint(text, total);
	text_add_char(text, '\n');
}

static void
label_add(struct text *text, struct span name, struct span label, struct span is, uint64_t value)
{
	text_add(text, name);
	text_add_char(text, '{');
	text_add(text, label);
	text_add(text, SPAN("=\""));
	text_add(text, is);
	text_add(text, SPAN("\"} "));
	text_add_uint(text, value);
	text_add_char(text, '\n');
}

static void
rejections_add(struct text *text, const struct engine_metrics *engine)
{
	struct span name = SPAN("tally_rejections_total");
	head_add(text, name, SPAN("counter"), SPAN("Events refused, by reason"));
	for (unsigned i = 1; i < ERR_COUNT; i++)
		if (engine->rejected_by[i])
			label_add(text, name, SPAN("reason"), err_name((enum err)i),
			          engine->rejected_by[i]);
}

static void
requests_add(struct text *text, const struct http_metrics *http)
{
	static const struct span CLASSES[6] = { { "lost", 4 }, { "1xx", 3 }, { "2xx", 3 },
		                                { "3xx", 3 },  { "4xx", 3 }, { "5xx", 3 } };
	struct span              name       = SPAN("tally_http_requests_total");
	head_add(text, name, SPAN("counter"), SPAN("HTTP requests, by class of status"));
	for (unsigned i = 0; i < 6; i++)
		label_add(text, name, SPAN("status"), CLASSES[i], http->requests[i]);
}

struct span
metrics_write(const struct metric_source *source, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
#define METRIC_ROW(name, kind, value, help)                                                        \
	row_add(&text, SPAN(name), SPAN(kind), source->value, SPAN(help));
#define METRIC_HISTOGRAM(name, buckets, sum_ns, help)                                              \
	histogram_add(&text, SPAN(name), source->buckets, source->sum_ns, SPAN(help));
#include "metric.def"
	rejections_add(&text, &source->engine);
	requests_add(&text, &source->http);
	return text_span(&text);
}
