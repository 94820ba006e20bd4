/* store.h - the seam to what lasts: records by space and key, changed all or nothing.
 *
 * A store is a small struct of functions. store_local keeps it in one SQLite file,
 * store_memory in memory (first-class: every test that needs no disk uses it), and
 * store_fault wraps another and fails on demand. A second engine for more than one
 * machine implements this header; nothing above it may assume SQLite.
 *
 * Threads: one caller at a time for commit, recover and close (the writer). get,
 * scan and backup may run on any thread beside it and see the last durable commit.
 *
 * Trust: every record carries a checksum over space, key and value, and every space
 * a count and a digest over its records, changed in the same transaction. A record
 * that is altered, lost or misplaced is found: by get and scan when they meet it
 * (ERR_STORE_DAMAGED, naming space and key), by check always. */
#ifndef TALLY_EDGE_STORE_STORE_H
#define TALLY_EDGE_STORE_STORE_H

#include "core/base/arena.h"
#include "core/base/err.h"

/* What the records of a space are; docs/format.md gives every byte. */
enum store_space {
	SPACE_META,      /* by name: format version, secret of the store, settings */
	SPACE_LOG,       /* event blocks by first ordinal (8 bytes, big-endian) */
	SPACE_IDENTITY,  /* sealed identity runs, page by page */
	SPACE_CHUNK,     /* checkpointed books, by account and era */
	SPACE_RETRACTED, /* identities that no longer count */
	SPACE_CONTROL,   /* accounts, contracts, keys: every version */
	SPACE_COUNT
};

/* One change. Keys are 1 to 256 bytes and order as memcmp does. */
struct store_write {
	enum store_space space;
	bool             remove; /* removing what is not there is no error */
	struct span      key;
	struct span      value; /* not read when remove */
};

struct store;

/* Called for each record of a scan, keys ascending; key and value live during the
 * call. Anything but ERR_NONE ends the scan and is what the scan returns. */
typedef enum err store_visit(void *context, struct span key, struct span value);

/* Called many times a second during long work; total may be 0 when unknown. False: stop,
 * nobody waits for it any more; the work then returns ERR_STOPPED. */
typedef bool store_progress(void *context, uint64_t done, uint64_t total);

struct store_digest {
	uint64_t records;
	uint64_t sum; /* wrapping sum of the records' checksums */
};

struct store_ops {
	/* All writes or none. ERR_NONE: durable (fsync'd, directory entry included).
	 * ERR_STORE_IO, ERR_STORE_FULL: nothing is promised, and every later commit is
	 * refused with the same fault until recover succeeds: a failed fsync is never
	 * retried on the same file handle. */
	enum err (*commit)(struct store *store, const struct store_write *writes, uint32_t count);
	/* The value copied into arena. ERR_NOT_FOUND leaves *value. */
	enum err (*get)(struct store *store, enum store_space space, struct span key,
	                struct arena *arena, struct span *value);
	/* Records with from <= key < until, all as of one commit; an empty until means
	 * to the end. visit may call get, scan and (on the writer's thread) commit. */
	enum err (*scan)(struct store *store, enum store_space space, struct span from,
	                 struct span until, store_visit *visit, void *context);
	/* Count and digest of a space as of the last durable commit; for any thread. */
	enum err (*digest)(struct store *store, enum store_space space,
	                   struct store_digest *digest);
	/* Close and reopen the files, prove that what the last commits left is durable
	 * (all of it rewritten and synced anew), and accept commits again. Other faults:
	 * stays refused, may be tried again. */
	enum err (*recover)(struct store *store);
	/* A complete, consistent, synced copy at path (which must not exist) while
	 * commits go on. On failure no file is left. */
	enum err (*backup)(struct store *store, const char *path, store_progress *progress,
	                   void *context, struct refusal *refusal);
	/* Read everything, compare all checksums and digests. */
	enum err (*check)(struct store *store, store_progress *progress, void *context,
	                  struct refusal *refusal);
	void (*close)(struct store *store);
	/* Bytes on disk, 0 in memory. */
	uint64_t (*size)(struct store *store);
};

struct store {
	const struct store_ops *ops;
};

/* The last fault or damage in words ("space log, key 00..2a: checksum differs");
 * valid until the next call on the same thread. */
struct span store_complaint(const struct store *store);

#endif
