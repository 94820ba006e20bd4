/* local_int.h - the rooms of store_local: connections, readers, the WAL, digests.
 *
 * One connection writes and checkpoints. Readers are read-only connections, each
 * used by one thread at a time. docs/format.md gives every byte of the file. */
#ifndef TALLY_EDGE_STORE_LOCAL_INT_H
#define TALLY_EDGE_STORE_LOCAL_INT_H

#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <sys/types.h>

#include "edge/store/store_int.h"
#include "edge/store/store_local.h"
#include "edge/sys/lock.h"
#include "edge/sys/memory.h"

enum {
	FORMAT_VERSION = 1,          /* PRAGMA user_version */
	APPLICATION_ID = 0x54616c79, /* "Taly" */

	/* 8 KiB pages and a checkpoint each 8 MiB of WAL were measured against 4 and
	 * 16 KiB, and 4 to 48 MiB: within noise the fastest for blocks of 3 KB and of
	 * 1.5 MB alike, with pauses of 2 and 18 ms. */
	PAGE_SIZE         = 8192,
	CHECKPOINT_FRAMES = 1024,     /* 8 MiB: copy what can be copied */
	RESTART_FRAMES    = 4 * 1024, /* 32 MiB: wait a moment for readers, begin anew */

	READERS_MAX     = 8,
	BUSY_READER_MS  = 10000,
	BUSY_RESTART_MS = 50,

	DIGEST_SIZE = SPACE_COUNT * 16 + 8 + 8,
};

/* The digests of all spaces and the number of commits ever: one record. */
struct digests {
	struct store_digest spaces[SPACE_COUNT];
	uint64_t            commits;
};

struct writer {
	sqlite3      *db;
	sqlite3_stmt *begin;
	sqlite3_stmt *commit;
	sqlite3_stmt *rollback;
	sqlite3_stmt *digest;
	sqlite3_stmt *find[SPACE_COUNT];
	sqlite3_stmt *insert[SPACE_COUNT];
	sqlite3_stmt *update[SPACE_COUNT];
	sqlite3_stmt *remove[SPACE_COUNT];
};

struct reader {
	sqlite3       *db;
	sqlite3_stmt  *get[SPACE_COUNT];
	sqlite3_stmt  *scan[SPACE_COUNT];     /* from, until */
	sqlite3_stmt  *scan_end[SPACE_COUNT]; /* from, to the end */
	pthread_t      owner;                 /* the thread that uses it now */
	struct reader *next;
};

struct local {
	struct store  store;
	struct memory memory;
	const char   *vfs;
	struct lock   lock;
	char          directory[PATH_MAX];
	char          file[PATH_MAX]; /* DIR/tally.db */
	char          wal[PATH_MAX];

	/* The writer's thread alone. */
	struct writer writer;
	enum err      fault; /* not ERR_NONE: commits are refused until recover */
	char          fault_text[200];
	bool          doubtful;      /* a sync of tally.db may have failed */
	int           wal_frames;    /* in the WAL after the last commit */
	int           checkpoint_at; /* checkpoint when there are so many */

	/* Under mutex. */
	pthread_mutex_t mutex;
	pthread_cond_t  changed;
	struct digests  digests;
	struct reader  *idle;
	struct reader  *used;
	uint32_t        idle_count;
	uint32_t        used_count;
	bool            draining; /* recover waits for the readers to come back */
};

static inline struct local *
local_of(struct store *store)
{
	return (struct local *)store;
}

/* ---- local_sql.c: SQLite's answers as ours ---- */

/* What rc means to us, with a complaint that says what was tried. */
enum err            sql_fault(sqlite3 *db, int rc, const char *what);
MUST_CHECK enum err sql_prepare(sqlite3 *db, const char *text, sqlite3_stmt **statement);
MUST_CHECK enum err sql_run(sqlite3 *db, const char *text);
/* The first column of the first row. */
MUST_CHECK enum err sql_number(sqlite3 *db, const char *text, int64_t *number);
/* ERR_STORE_DAMAGED unless the first column of the first row reads expected. */
MUST_CHECK enum err sql_expect(sqlite3 *db, const char *text, const char *expected);
/* SQLITE_OK when the statement ran to its end; reset and unbound again either way. */
MUST_CHECK int sql_finish(sqlite3_stmt *statement);
int            sql_bind(sqlite3_stmt *statement, int index, struct span bytes);
struct span    sql_column(sqlite3_stmt *statement, int column);
/* The same for an errno of a call on files. */
enum err file_fault(int error, const char *what, const char *path);

/* ---- local_schema.c: the file as it is made and as it must be found ---- */

MUST_CHECK enum err schema_create(const struct local *local);
/* The first 100 bytes of the file, before SQLite touches it. */
MUST_CHECK enum err schema_check_header(const struct local *local);
/* Version, tables and their definitions, as SQLite reads them. */
MUST_CHECK enum err schema_check(sqlite3 *db);
MUST_CHECK enum err digests_read(sqlite3 *db, struct digests *digests);
void                digests_encode(const struct digests *digests, uint8_t bytes[DIGEST_SIZE]);

/* ---- local_wal.c: what an unclean stop left, read before SQLite does ---- */

/* A byte of the last transaction, or of the header, that would make it whole. */
struct wal_patch {
	off_t   at;
	uint8_t found;
	uint8_t whole;
	bool    sure; /* what it makes readable was whole once */
};

enum { WAL_PATCHES_MAX = 1024 };

struct wal_patches {
	struct wal_patch list[WAL_PATCHES_MAX + 1]; /* the header's besides */
	uint32_t         count;
};

/* ERR_STORE_DAMAGED when a frame is broken that a power cut cannot have broken. */
MUST_CHECK enum err wal_examine(const struct local *local, struct wal_patches *patches);
MUST_CHECK enum err wal_mend(const struct local *local, off_t at, uint8_t byte);

/* ---- local_renew.c: files that a failed sync may have left in doubt ---- */

/* An earlier sync of the file failed, whoever saw it. */
bool path_in_doubt(const char *path);
/* Put a synced copy in the place of a file of the store. */
MUST_CHECK enum err path_renew(const struct local *local, const char *path);

/* ---- local_connect.c: connections, with every pragma read back ---- */

MUST_CHECK enum err writer_open(const struct local *local, struct writer *writer);
/* keep_wal: leave the WAL as it is for who comes next. */
void                writer_close(struct writer *writer, bool keep_wal);
MUST_CHECK enum err reader_take(struct local *local, struct reader **reader);
void                reader_give(struct local *local, struct reader *reader);
/* Wait until all readers are back, and close them; none is handed out until ... */
void readers_drain(struct local *local);
/* ... this. */
void readers_resume(struct local *local);

/* ---- local_commit.c ---- */

enum err local_commit(struct store *store, const struct store_write *writes, uint32_t count);
/* A commit that changes nothing but the number of commits. */
MUST_CHECK enum err local_probe(struct local *local);
void                local_fault_set(struct local *local, enum err err);

/* ---- local_read.c ---- */

enum err local_get(struct store *store, enum store_space space, struct span key,
                   struct arena *arena, struct span *value);
enum err local_scan(struct store *store, enum store_space space, struct span from,
                    struct span until, store_visit *visit, void *context);
enum err local_digest(struct store *store, enum store_space space, struct store_digest *digest);

/* ---- local_check.c, local_backup.c ---- */

/* ERR_STORE_DAMAGED unless every record is as it was written. */
MUST_CHECK enum err connection_check(sqlite3 *db);
enum err            local_check(struct store *store, store_progress *progress, void *context,
                                struct refusal *refusal);
enum err            local_backup(struct store *store, const char *path, store_progress *progress,
                                 void *context, struct refusal *refusal);

#endif
