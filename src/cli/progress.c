/* progress.c - a bar on standard error while long work goes on. */
#include "cli/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "edge/sys/signal.h"

#define SECOND_NS UINT64_C(1000000000)
enum { BAR_WIDTH = 24, DRAWS_PER_SECOND = 5 };

static uint64_t
now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

void
progress_open(struct progress *progress, const char *unit)
{
	const char *terminal = getenv("TERM");

	*progress       = (struct progress){ .unit = unit, .begun_ns = now_ns() };
	progress->shown = isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0;
}

static void
draw_bar(uint64_t done, uint64_t total)
{
	int filled = (int)(done * BAR_WIDTH / total);

	fprintf(stderr, "[");
	for (int i = 0; i < BAR_WIDTH; i++)
		fputc(i < filled ? '#' : '.', stderr);
	fprintf(stderr, "] %3d %% of ", (int)(done * 100 / total));
}

/* Is it time to draw? Then the line is clear. */
static bool
draw_begin(struct progress *progress)
{
	uint64_t now = now_ns();

	if (!progress->shown || now - progress->drawn_ns < SECOND_NS / DRAWS_PER_SECOND)
		return false;
	progress->drawn_ns = now;
	fprintf(stderr, "\r\033[K");
	return true;
}

bool
progress_step(void *context, uint64_t done, uint64_t total)
{
	struct progress *progress = context;

	if (draw_begin(progress)) {
		if (total > 0)
			draw_bar(done < total ? done : total, total);
		fprintf(stderr, "%llu %s", (unsigned long long)(total ? total : done),
		        progress->unit);
		fflush(stderr);
	}
	return !signal_caught();
}

void
progress_show(struct progress *progress, uint64_t done, uint64_t total, uint64_t count)
{
	if (!draw_begin(progress))
		return;
	uint64_t elapsed_ms = (progress->drawn_ns - progress->begun_ns) / 1000000 + 1;
	uint64_t per_second = count * 1000 / elapsed_ms;
	if (total > 0)
		draw_bar(done < total ? done : total, total);
	fprintf(stderr, "%llu MB, %llu %s", (unsigned long long)((total ? total : done) / 1000000),
	        (unsigned long long)count, progress->unit);
	if (count > 0)
		fprintf(stderr, ", %llu/s", (unsigned long long)per_second);
	if (total > done && done > 0) {
		uint64_t left_s = (total - done) / (done / elapsed_ms + 1) / 1000;
		fprintf(stderr, ", %llu:%02llu left", (unsigned long long)(left_s / 60),
		        (unsigned long long)(left_s % 60));
	}
	fflush(stderr);
}

void
progress_close(struct progress *progress)
{
	if (progress->shown && progress->drawn_ns != 0)
		fprintf(stderr, "\r\033[K");
	progress->shown = false;
}
