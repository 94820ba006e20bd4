/* process.h - another program, run without a shell, and what it says.
 *
 * Touches processes. The program gets an empty standard input, its standard output is read
 * here, and what it writes to standard error is kept for who wants to tell why it failed. */
#ifndef TALLY_EDGE_SYS_PROCESS_H
#define TALLY_EDGE_SYS_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

#include "core/base/check.h"

struct process {
	pid_t pid;
	int   output;
	int   errors;
};

/* arguments: the program's name, found as a shell finds it, and its arguments, NULL at the
 * end. settings: "NAME=value" for its environment beside ours, NULL at the end. 0, or the
 * errno that stopped it. */
MUST_CHECK int process_start(const char *const *arguments, const char *const *settings,
                             struct process *process);
/* As read(2), without EINTR. */
MUST_CHECK ssize_t process_read(struct process *process, char *at, size_t size);
/* Waits for its end. Its exit status, or -1 when a signal ended it. complaint gets what it
 * wrote to standard error, as far as there is room, zero-terminated. */
MUST_CHECK int process_end(struct process *process, char *complaint, size_t size);

#endif
