/* local_sql.c - SQLite's answers as ours. */
#include <errno.h>
#include <stdio.h>

#include "edge/store/local_int.h"

static enum err
fault_of(sqlite3 *db, int rc)
{
	int primary = rc & 0xff;
	int error   = db ? sqlite3_system_errno(db) : 0;

	if (primary == SQLITE_FULL)
		return ERR_STORE_FULL;
	if (primary == SQLITE_IOERR && (error == ENOSPC || error == EDQUOT))
		return ERR_STORE_FULL;
	if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_FORMAT)
		return ERR_STORE_DAMAGED;
	/* Every statement is ours: text that does not compile meets a changed schema. */
	if (primary == SQLITE_ERROR || primary == SQLITE_SCHEMA || primary == SQLITE_MISMATCH ||
	    primary == SQLITE_CONSTRAINT)
		return ERR_STORE_DAMAGED;
	return ERR_STORE_IO;
}

enum err
sql_fault(sqlite3 *db, int rc, const char *what)
{
	return store_complain(fault_of(db, rc), "%s: %s (SQLite %d)", what,
	                      db ? sqlite3_errmsg(db) : sqlite3_errstr(rc), rc);
}

enum err
sql_prepare(sqlite3 *db, const char *text, sqlite3_stmt **statement)
{
	int rc = sqlite3_prepare_v3(db, text, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL);
	return rc == SQLITE_OK ? ERR_NONE : sql_fault(db, rc, text);
}

enum err
sql_run(sqlite3 *db, const char *text)
{
	sqlite3_stmt *statement = NULL;
	enum err      err       = sql_prepare(db, text, &statement);
	int           rc        = SQLITE_ROW;

	if (err != ERR_NONE)
		return err;
	while (rc == SQLITE_ROW)
		rc = sqlite3_step(statement);
	if (rc != SQLITE_DONE)
		err = sql_fault(db, rc, text);
	sqlite3_finalize(statement);
	return err;
}

enum err
sql_number(sqlite3 *db, const char *text, int64_t *number)
{
	sqlite3_stmt *statement = NULL;
	enum err      err       = sql_prepare(db, text, &statement);

	if (err != ERR_NONE)
		return err;
	int rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		*number = sqlite3_column_int64(statement, 0);
	else
		err = rc == SQLITE_DONE ? store_complain(ERR_STORE_DAMAGED, "%s: no row", text)
		                        : sql_fault(db, rc, text);
	sqlite3_finalize(statement);
	return err;
}

enum err
sql_expect(sqlite3 *db, const char *text, const char *expected)
{
	sqlite3_stmt *statement = NULL;
	enum err      err       = sql_prepare(db, text, &statement);

	if (err != ERR_NONE)
		return err;
	int rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW) {
		const char *found = (const char *)sqlite3_column_text(statement, 0);
		if (!found || strcmp(found, expected) != 0)
			err = store_complain(ERR_STORE_DAMAGED, "%s: \"%.100s\", not \"%s\"", text,
			                     found ? found : "", expected);
	} else {
		err = rc == SQLITE_DONE ? store_complain(ERR_STORE_DAMAGED, "%s: no row", text)
		                        : sql_fault(db, rc, text);
	}
	sqlite3_finalize(statement);
	return err;
}

int
sql_finish(sqlite3_stmt *statement)
{
	int rc = sqlite3_step(statement);

	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int
sql_bind(sqlite3_stmt *statement, int index, struct span bytes)
{
	/* A null pointer would bind NULL, which is not the empty value. */
	const char *at = bytes.size > 0 ? bytes.at : "";
	return sqlite3_bind_blob64(statement, index, at, bytes.size, SQLITE_STATIC);
}

struct span
sql_column(sqlite3_stmt *statement, int column)
{
	const char *at = sqlite3_column_blob(statement, column);
	return (struct span){ at ? at : "", (size_t)sqlite3_column_bytes(statement, column) };
}

enum err
file_fault(int error, const char *what, const char *path)
{
	bool full = error == ENOSPC || error == EDQUOT;
	return store_complain(full ? ERR_STORE_FULL : ERR_STORE_IO, "%s %s: %s", what, path,
	                      strerror(error));
}
