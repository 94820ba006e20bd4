/* lock.h - a file that one process holds at a time, and that says who.
 *
 * The lock is the kernel's (flock): it goes when the process goes, however that
 * happens, so there is never a stale one to clear away. */
#ifndef TALLY_EDGE_SYS_LOCK_H
#define TALLY_EDGE_SYS_LOCK_H

#include "core/base/check.h"

struct lock {
	int handle; /* -1: not held */
};

/* Takes the lock and writes this process's pid into the file. 0, or the errno that
 * stopped it: EWOULDBLOCK when somebody else holds it, then *holder is that pid, or
 * 0 when it cannot be read. */
MUST_CHECK int lock_take(const char *path, struct lock *lock, long *holder);
void           lock_drop(struct lock *lock);

#endif
