/* local_connect.c - connections, with every pragma read back. */
#include <stdio.h>

#include "edge/store/local_int.h"

/* The statements of a space; the table's name is the only difference. */
struct space_text {
	const char *find, *insert, *update, *remove, *get, *scan, *scan_end;
};

#define SPACE_TEXT(table)                                                                          \
	{                                                                                          \
		.find   = "SELECT rowid, sum FROM " table " WHERE key=?1",                         \
		.insert = "INSERT INTO " table "(key, sum, value) VALUES(?1, ?2, ?3)",             \
		.update = "UPDATE " table " SET sum=?2, value=?3 WHERE rowid=?1",                  \
		.remove = "DELETE FROM " table " WHERE rowid=?1",                                  \
		.get    = "SELECT key, sum, value FROM " table " WHERE key=?1",                    \
		.scan   = "SELECT key, sum, value FROM " table                                     \
			" WHERE key>=?1 AND key<?2 ORDER BY key",                                  \
		.scan_end = "SELECT key, sum, value FROM " table " WHERE key>=?1 ORDER BY key",    \
	}

static const struct space_text texts[SPACE_COUNT] = {
	[SPACE_META] = SPACE_TEXT("meta"),           [SPACE_LOG] = SPACE_TEXT("log"),
	[SPACE_IDENTITY] = SPACE_TEXT("identity"),   [SPACE_CHUNK] = SPACE_TEXT("chunk"),
	[SPACE_RETRACTED] = SPACE_TEXT("retracted"), [SPACE_CONTROL] = SPACE_TEXT("control"),
};

static enum err
connection_configure(sqlite3 *db)
{
	static const struct {
		int option, value;
	} options[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		/* The last connection would checkpoint on its own when it closes, and a
		 * reader must never do that; the writer does it by name. */
		{ SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1 },
	};
	for (uint32_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		int now = -1;
		int rc  = sqlite3_db_config(db, options[i].option, options[i].value, &now);
		if (rc != SQLITE_OK || now != options[i].value)
			return store_complain(ERR_SYSTEM, "SQLite refused option %d",
			                      options[i].option);
	}
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	return ERR_NONE;
}

static enum err
pragma_set(sqlite3 *db, const char *set, const char *read, int64_t expected)
{
	int64_t  found = 0;
	enum err err   = sql_run(db, set);

	if (err == ERR_NONE)
		err = sql_number(db, read, &found);
	if (err == ERR_NONE && found != expected)
		err = store_complain(ERR_SYSTEM, "%s reads back as %lld", set, (long long)found);
	return err;
}

/* What both kinds of connections need; the journal mode is read last, as it is the
 * first that looks into the file. */
static enum err
connection_open(const struct local *local, int flags, sqlite3 **db)
{
	int rc = sqlite3_open_v2(local->file, db,
	                         flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, local->vfs);
	if (rc != SQLITE_OK)
		return sql_fault(*db, rc, local->file);
	sqlite3_busy_timeout(*db, BUSY_READER_MS);

	enum err err = connection_configure(*db);
	if (err == ERR_NONE)
		err = pragma_set(*db, "PRAGMA synchronous=FULL", "PRAGMA synchronous", 2);
	if (err == ERR_NONE)
		err = sql_run(*db, "PRAGMA mmap_size=0");
	if (err == ERR_NONE)
		err = pragma_set(*db, "PRAGMA cell_size_check=1", "PRAGMA cell_size_check", 1);
	if (err == ERR_NONE)
		err = pragma_set(*db, "PRAGMA wal_autocheckpoint=0", "PRAGMA wal_autocheckpoint",
		                 0);
	return err;
}

/* ---- the writer ---- */

static enum err
writer_prepare(struct writer *writer)
{
	enum err err = sql_prepare(writer->db, "BEGIN IMMEDIATE", &writer->begin);

	if (err == ERR_NONE)
		err = sql_prepare(writer->db, "COMMIT", &writer->commit);
	if (err == ERR_NONE)
		err = sql_prepare(writer->db, "ROLLBACK", &writer->rollback);
	if (err == ERR_NONE)
		err = sql_prepare(writer->db, "UPDATE digest SET value=?1 WHERE id=1",
		                  &writer->digest);
	for (uint32_t i = 0; i < SPACE_COUNT && err == ERR_NONE; i++) {
		err = sql_prepare(writer->db, texts[i].find, &writer->find[i]);
		if (err == ERR_NONE)
			err = sql_prepare(writer->db, texts[i].insert, &writer->insert[i]);
		if (err == ERR_NONE)
			err = sql_prepare(writer->db, texts[i].update, &writer->update[i]);
		if (err == ERR_NONE)
			err = sql_prepare(writer->db, texts[i].remove, &writer->remove[i]);
	}
	return err;
}

static enum err
writer_set_up(struct writer *writer)
{
	/* SQLite opens a file that it may not write for reading, and says nothing. */
	if (sqlite3_db_readonly(writer->db, "main") != 0)
		return store_complain(ERR_STORE_IO, "tally.db cannot be written");

	enum err err = sql_expect(writer->db, "PRAGMA journal_mode=WAL", "wal");
	if (err == ERR_NONE)
		err = sql_expect(writer->db, "PRAGMA journal_mode", "wal");
	if (err == ERR_NONE)
		err = sql_run(writer->db, "PRAGMA journal_size_limit=67108864");
	/* A transaction goes into the WAL at its end, once, or not at all: what
	 * wal_examine concludes from the frames of a WAL rests on that. */
	if (err == ERR_NONE)
		err = pragma_set(writer->db, "PRAGMA cache_spill=0", "PRAGMA cache_spill", 0);
	if (err == ERR_NONE)
		err = schema_check(writer->db);
	return err == ERR_NONE ? writer_prepare(writer) : err;
}

enum err
writer_open(const struct local *local, struct writer *writer)
{
	struct writer fresh = { 0 };
	enum err      err   = connection_open(local, SQLITE_OPEN_READWRITE, &fresh.db);

	if (err == ERR_NONE)
		err = writer_set_up(&fresh);
	if (err != ERR_NONE)
		writer_close(&fresh, true);
	else
		*writer = fresh;
	return err;
}

void
writer_close(struct writer *writer, bool keep_wal)
{
	if (!writer->db)
		return;
	sqlite3_finalize(writer->begin);
	sqlite3_finalize(writer->commit);
	sqlite3_finalize(writer->rollback);
	sqlite3_finalize(writer->digest);
	for (uint32_t i = 0; i < SPACE_COUNT; i++) {
		sqlite3_finalize(writer->find[i]);
		sqlite3_finalize(writer->insert[i]);
		sqlite3_finalize(writer->update[i]);
		sqlite3_finalize(writer->remove[i]);
	}
	sqlite3_db_config(writer->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep_wal ? 1 : 0, NULL);
	CHECK(sqlite3_close(writer->db) == SQLITE_OK);
	*writer = (struct writer){ 0 };
}

/* ---- readers ---- */

static enum err
reader_prepare(struct reader *reader)
{
	enum err err = pragma_set(reader->db, "PRAGMA query_only=1", "PRAGMA query_only", 1);

	if (err == ERR_NONE)
		err = sql_expect(reader->db, "PRAGMA journal_mode", "wal");
	for (uint32_t i = 0; i < SPACE_COUNT && err == ERR_NONE; i++) {
		err = sql_prepare(reader->db, texts[i].get, &reader->get[i]);
		if (err == ERR_NONE)
			err = sql_prepare(reader->db, texts[i].scan, &reader->scan[i]);
		if (err == ERR_NONE)
			err = sql_prepare(reader->db, texts[i].scan_end, &reader->scan_end[i]);
	}
	return err;
}

static void
reader_close(const struct local *local, struct reader *reader)
{
	for (uint32_t i = 0; i < SPACE_COUNT; i++) {
		sqlite3_finalize(reader->get[i]);
		sqlite3_finalize(reader->scan[i]);
		sqlite3_finalize(reader->scan_end[i]);
	}
	CHECK(sqlite3_close(reader->db) == SQLITE_OK);
	local->memory.give(local->memory.owner, reader, sizeof(*reader));
}

static enum err
reader_open(const struct local *local, struct reader *reader)
{
	enum err err = connection_open(local, SQLITE_OPEN_READONLY, &reader->db);
	return err == ERR_NONE ? reader_prepare(reader) : err;
}

/* Whether this thread is inside a scan: then it gets another connection at once,
 * since waiting for itself would never end. */
static bool
reader_nested(const struct local *local)
{
	for (const struct reader *used = local->used; used; used = used->next)
		if (pthread_equal(used->owner, pthread_self()))
			return true;
	return false;
}

static void
reader_unlink(struct local *local, const struct reader *reader)
{
	struct reader **link = &local->used;

	while (*link != reader) {
		CHECK(*link);
		link = &(*link)->next;
	}
	*link = reader->next;
	local->used_count -= 1;
}

/* One that is idle, or an unopened one; it counts as used from now on. */
static struct reader *
reader_draw(struct local *local)
{
	pthread_mutex_lock(&local->mutex);
	while ((local->draining || local->used_count >= READERS_MAX) && !reader_nested(local))
		pthread_cond_wait(&local->changed, &local->mutex);

	struct reader *reader = local->idle;
	if (reader) {
		local->idle = reader->next;
		local->idle_count -= 1;
	} else {
		reader = local->memory.take(local->memory.owner, sizeof(*reader));
		memset(reader, 0, sizeof(*reader));
	}
	reader->owner = pthread_self();
	reader->next  = local->used;
	local->used   = reader;
	local->used_count += 1;
	pthread_mutex_unlock(&local->mutex);
	return reader;
}

/* Back among the idle, or closed when it is broken or there are enough. */
static void
reader_return(struct local *local, struct reader *reader, bool broken)
{
	pthread_mutex_lock(&local->mutex);
	reader_unlink(local, reader);
	bool keep = !broken && local->idle_count < READERS_MAX;
	if (keep) {
		reader->next = local->idle;
		local->idle  = reader;
		local->idle_count += 1;
	}
	pthread_cond_broadcast(&local->changed);
	pthread_mutex_unlock(&local->mutex);
	if (!keep)
		reader_close(local, reader);
}

enum err
reader_take(struct local *local, struct reader **reader)
{
	struct reader *taken = reader_draw(local);
	enum err       err   = taken->db ? ERR_NONE : reader_open(local, taken);

	if (err != ERR_NONE)
		reader_return(local, taken, true);
	else
		*reader = taken;
	return err;
}

void
reader_give(struct local *local, struct reader *reader)
{
	reader_return(local, reader, false);
}

void
readers_drain(struct local *local)
{
	pthread_mutex_lock(&local->mutex);
	local->draining = true;
	while (local->used_count > 0)
		pthread_cond_wait(&local->changed, &local->mutex);
	while (local->idle) {
		struct reader *reader = local->idle;
		local->idle           = reader->next;
		reader_close(local, reader);
	}
	local->idle_count = 0;
	pthread_mutex_unlock(&local->mutex);
}

void
readers_resume(struct local *local)
{
	pthread_mutex_lock(&local->mutex);
	local->draining = false;
	pthread_cond_broadcast(&local->changed);
	pthread_mutex_unlock(&local->mutex);
}
