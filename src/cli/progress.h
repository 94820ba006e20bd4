/* progress.h - a bar on standard error while long work goes on, on a terminal alone. */
#ifndef TALLY_CLI_PROGRESS_H
#define TALLY_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *unit; /* of what is counted: "events" */
	bool        shown;
	uint64_t    begun_ns;
	uint64_t    drawn_ns;
};

void progress_open(struct progress *progress, const char *unit);
/* done of total bytes (total 0: unknown), and how many of the unit so far. Draws a few
 * times a second at most. */
void progress_show(struct progress *progress, uint64_t done, uint64_t total, uint64_t count);
/* The same for work that is counted in the unit alone ("records", "bytes"). As a
 * store_progress: context is the progress; false once signal_caught. */
bool progress_step(void *context, uint64_t done, uint64_t total);
/* Wipes the bar. */
void progress_close(struct progress *progress);

#endif
