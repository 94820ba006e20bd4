/* local_backup.c - a copy as of one commit, while commits go on. */
#include <errno.h>
#include <stdio.h>

#include "edge/store/local_int.h"
#include "edge/sys/file.h"

enum { BACKUP_STEP_PAGES = 256 };

static enum err
backup_fault(sqlite3 *to, int rc, const char *path)
{
	enum err err = sql_fault(to, rc, "backup");
	if (err == ERR_STORE_IO)
		err = ERR_FILE_WRITE;
	return store_complain(err, "%s: %.200s", path, store_complaint_text());
}

static enum err
pages_copy(sqlite3 *from, sqlite3 *to, const char *path, store_progress *progress, void *context)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
	if (!backup)
		return backup_fault(to, sqlite3_extended_errcode(to), path);

	int  rc      = SQLITE_OK;
	bool stopped = false;
	while (rc == SQLITE_OK && !stopped) {
		rc = sqlite3_backup_step(backup, BACKUP_STEP_PAGES);
		if (progress && (rc == SQLITE_OK || rc == SQLITE_DONE)) {
			int total = sqlite3_backup_pagecount(backup);
			int left  = sqlite3_backup_remaining(backup);
			stopped   = !progress(context, (uint64_t)(total - left) * PAGE_SIZE,
			                      (uint64_t)total * PAGE_SIZE);
		}
	}
	int finish = sqlite3_backup_finish(backup);
	if (stopped)
		return store_complain(ERR_STOPPED, "%s: the copy was stopped", path);
	if (rc == SQLITE_DONE)
		rc = finish;
	return rc == SQLITE_OK ? ERR_NONE : backup_fault(to, rc, path);
}

static enum err
copy_make(sqlite3 *from, const struct local *local, const char *path, store_progress *progress,
          void *context)
{
	sqlite3 *to    = NULL;
	int      flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
	            SQLITE_OPEN_EXRESCODE;
	int      rc  = sqlite3_open_v2(path, &to, flags, local->vfs);
	enum err err = rc == SQLITE_OK ? ERR_NONE : backup_fault(to, rc, path);

	/* The copy counts only when it is whole, synced and renamed: until then there is
	 * nothing in it to protect. */
	if (err == ERR_NONE)
		err = sql_run(to, "PRAGMA synchronous=OFF");
	if (err == ERR_NONE)
		err = sql_expect(to, "PRAGMA journal_mode=OFF", "off");
	if (err == ERR_NONE)
		err = pages_copy(from, to, path, progress, context);
	rc = sqlite3_close(to);
	if (err == ERR_NONE && rc != SQLITE_OK)
		err = backup_fault(NULL, rc, path);
	return err;
}

static enum err
file_write_fault(int error, const char *what, const char *path)
{
	enum err err = file_fault(error, what, path);
	return err == ERR_STORE_IO
	               ? store_complain(ERR_FILE_WRITE, "%s %s: %s", what, path, strerror(error))
	               : err;
}

static enum err
copy_finish(const char *partial, const char *path)
{
	int error = file_make_private(partial);
	if (error == 0)
		error = file_sync(partial);
	if (error == 0)
		error = file_move(partial, path);
	return error == 0 ? ERR_NONE : file_write_fault(error, "finishing", path);
}

/* Reading the digests begins the read transaction that all pages are copied in. */
static enum err
snapshot_copy(sqlite3 *from, const struct local *local, const char *partial,
              store_progress *progress, void *context)
{
	struct digests digests;
	enum err       err = sql_run(from, "BEGIN");

	if (err != ERR_NONE)
		return err;
	err = digests_read(from, &digests);
	if (err == ERR_NONE)
		err = copy_make(from, local, partial, progress, context);
	if (!sqlite3_get_autocommit(from)) {
		enum err end = sql_run(from, "ROLLBACK");
		err          = err == ERR_NONE ? end : err;
	}
	return err;
}

enum err
local_backup(struct store *store, const char *path, store_progress *progress, void *context,
             struct refusal *refusal)
{
	struct local  *local = local_of(store);
	struct reader *reader;
	char           partial[PATH_MAX];

	if ((size_t)snprintf(partial, sizeof(partial), "%s.partial", path) >= sizeof(partial))
		return store_refuse(refusal, file_write_fault(ENAMETOOLONG, "making", path));
	if (file_exists(path))
		return store_refuse(refusal, file_write_fault(EEXIST, "making", path));
	int error = file_remove(partial);
	if (error != 0)
		return store_refuse(refusal, file_write_fault(error, "removing", partial));

	enum err err = reader_take(local, &reader);
	if (err == ERR_NONE) {
		err = snapshot_copy(reader->db, local, partial, progress, context);
		reader_give(local, reader);
	}
	if (err == ERR_NONE)
		err = copy_finish(partial, path);
	if (err == ERR_NONE)
		return ERR_NONE;

	enum err refused = store_refuse(refusal, err);
	error            = file_remove(partial);
	(void)error; /* the first failure is the one that is told */
	return refused;
}
