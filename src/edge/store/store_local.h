/* store_local.h - the store in one SQLite file of a directory.
 *
 * DIR/tally.db (WAL, synchronous FULL, both read back after every open) and
 * DIR/lock, which the process holds with flock as long as the store is open. One
 * connection writes and checkpoints; all others only read (SQLite before 3.51.3 can
 * corrupt a WAL that two connections write). */
#ifndef TALLY_EDGE_STORE_STORE_LOCAL_H
#define TALLY_EDGE_STORE_STORE_LOCAL_H

#include "edge/store/store.h"

struct store_local_options {
	const char *directory;  /* made when absent, mode 0700, its parent synced */
	bool        must_exist; /* ERR_STORE_MISSING rather than make one */
	const char *vfs;        /* SQLite VFS name for tests; NULL: the default */
};

/* ERR_STORE_HELD (names the pid that holds it), ERR_STORE_NEWER, ERR_STORE_DAMAGED,
 * ERR_STORE_MISSING, ERR_STORE_IO, ERR_STORE_FULL; *refusal says what and where. */
MUST_CHECK enum err store_local_open(const struct store_local_options *options,
                                     struct store **store, struct refusal *refusal);

#endif
