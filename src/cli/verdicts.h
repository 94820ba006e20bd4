/* verdicts.h - what became of the events of some files: counts, and the first errors with
 * file and line.
 *
 * Pure. */
#ifndef TALLY_CLI_VERDICTS_H
#define TALLY_CLI_VERDICTS_H

#include "cli/flow.h"
#include "core/json/json_write.h"

struct verdicts {
	struct ingest_counts counts;
	struct json_out      errors; /* the list of them, ... */
	uint32_t             errors_count;
	struct arena        *arena;
	const char          *file;  /* that is being read, ... */
	uint64_t             items; /* ... how many events of it were seen, ... */
	uint64_t             lines; /* ... and lines */
};

void verdicts_open(struct verdicts *verdicts, struct arena *arena);
void verdicts_file(struct verdicts *verdicts, const char *file);
/* A piece that was counted: err is ERR_NONE or ERR_NOTHING_READ. */
void verdicts_add(struct verdicts *verdicts, const struct flow_piece *piece);
/* {"accepted":..,"duplicate":..,"conflicting":..,"rejected":..,"errors":[..]} */
struct span verdicts_answer(struct verdicts *verdicts);

#endif
