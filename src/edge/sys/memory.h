/* memory.h - the operating system's memory, for arenas.
 *
 * Any number of threads may use it at once. When there is no memory left, the
 * process says so on standard error and stops: the store is crash-safe, so nothing
 * that was acknowledged is lost. */
#ifndef TALLY_EDGE_SYS_MEMORY_H
#define TALLY_EDGE_SYS_MEMORY_H

#include "core/base/arena.h"

/* The exit status of a process that ran out of memory. */
enum { MEMORY_EXIT_STATUS = 71 };

struct memory system_memory(void);

#endif
