/* local_commit.c - records and digests, changed in one transaction. */
#include <stdio.h>

#include "edge/store/local_int.h"

void
local_fault_set(struct local *local, enum err err)
{
	CHECK(err != ERR_NONE);
	local->fault = err;
	snprintf(local->fault_text, sizeof(local->fault_text), "%s", store_complaint_text());
}

/* ---- one transaction ---- */

/* The record's place and checksum when there is one; SQLITE_ROW or SQLITE_DONE. */
static int
record_find(sqlite3_stmt *find, struct span key, int64_t *row, uint64_t *sum)
{
	int rc = sql_bind(find, 1, key);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(find);
	if (rc == SQLITE_ROW) {
		*row = sqlite3_column_int64(find, 0);
		*sum = (uint64_t)sqlite3_column_int64(find, 1);
	}
	sqlite3_reset(find);
	sqlite3_clear_bindings(find);
	return rc;
}

static int
record_insert(sqlite3_stmt *insert, const struct store_write *write, uint64_t sum)
{
	int rc = sql_bind(insert, 1, write->key);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(insert, 2, (int64_t)sum);
	if (rc == SQLITE_OK)
		rc = sql_bind(insert, 3, write->value);
	return rc == SQLITE_OK ? sql_finish(insert) : rc;
}

static int
record_update(sqlite3_stmt *update, int64_t row, const struct store_write *write, uint64_t sum)
{
	int rc = sqlite3_bind_int64(update, 1, row);
	if (rc == SQLITE_OK)
		rc = sqlite3_bind_int64(update, 2, (int64_t)sum);
	if (rc == SQLITE_OK)
		rc = sql_bind(update, 3, write->value);
	return rc == SQLITE_OK ? sql_finish(update) : rc;
}

static int
record_remove(sqlite3_stmt *remove, int64_t row)
{
	int rc = sqlite3_bind_int64(remove, 1, row);
	return rc == SQLITE_OK ? sql_finish(remove) : rc;
}

static int
record_write(const struct writer *writer, const struct store_write *write, struct digests *digests)
{
	enum store_space     space  = write->space;
	struct store_digest *digest = &digests->spaces[space];
	int64_t              row    = 0;
	uint64_t             old    = 0;
	int                  found  = record_find(writer->find[space], write->key, &row, &old);

	if (found != SQLITE_ROW && found != SQLITE_DONE)
		return found;
	if (found == SQLITE_ROW)
		digest_remove(digest, old);
	if (write->remove)
		return found == SQLITE_ROW ? record_remove(writer->remove[space], row) : SQLITE_OK;

	uint64_t sum = record_sum(space, write->key, write->value);
	digest_add(digest, sum);
	if (found == SQLITE_ROW)
		return record_update(writer->update[space], row, write, sum);
	return record_insert(writer->insert[space], write, sum);
}

static int
digests_write(const struct writer *writer, const struct digests *digests)
{
	uint8_t bytes[DIGEST_SIZE];

	digests_encode(digests, bytes);
	int rc = sql_bind(writer->digest, 1, (struct span){ (const char *)bytes, sizeof(bytes) });
	return rc == SQLITE_OK ? sql_finish(writer->digest) : rc;
}

/* What went wrong, said before the rollback changes SQLite's mind about it. */
static enum err
writer_fail(struct writer *writer, int rc, const char *what)
{
	enum err err = sql_fault(writer->db, rc, what);

	if (!sqlite3_get_autocommit(writer->db)) {
		/* A rollback that fails leaves a connection that recover closes. */
		int ignored = sql_finish(writer->rollback);
		(void)ignored;
	}
	return err;
}

static enum err
writer_commit(struct local *local, const struct store_write *writes, uint32_t count)
{
	struct writer *writer  = &local->writer;
	struct digests digests = local->digests;

	int rc = sql_finish(writer->begin);
	if (rc != SQLITE_OK)
		return writer_fail(writer, rc, "beginning a commit");
	for (uint32_t i = 0; i < count && rc == SQLITE_OK; i++)
		rc = record_write(writer, &writes[i], &digests);
	if (rc != SQLITE_OK)
		return writer_fail(writer, rc, "writing records");

	digests.commits += 1;
	rc = digests_write(writer, &digests);
	if (rc == SQLITE_OK)
		rc = sql_finish(writer->commit);
	if (rc != SQLITE_OK)
		return writer_fail(writer, rc, "commit");

	pthread_mutex_lock(&local->mutex);
	local->digests = digests;
	pthread_mutex_unlock(&local->mutex);
	return ERR_NONE;
}

/* ---- keeping the WAL short ---- */

/* SQLite would checkpoint by itself and say nothing when that fails. */
static enum err
writer_checkpoint(struct local *local)
{
	sqlite3 *db      = local->writer.db;
	bool     restart = local->wal_frames >= RESTART_FRAMES;
	int      frames  = 0;
	int      copied  = 0;

	/* Readers that come and go can keep the WAL from beginning anew for ever: when it
	 * has become long, wait a moment for them. */
	sqlite3_busy_timeout(db, BUSY_RESTART_MS);
	int rc = sqlite3_wal_checkpoint_v2(
		db, "main", restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE,
		&frames, &copied);
	sqlite3_busy_timeout(db, BUSY_READER_MS);
	local->checkpoint_at = local->wal_frames + CHECKPOINT_FRAMES;
	if (rc == SQLITE_OK || (rc & 0xff) == SQLITE_BUSY)
		return ERR_NONE;
	return sql_fault(db, rc, "checkpoint");
}

static enum err
wal_keep_short(struct local *local, int frames_before)
{
	if (local->wal_frames <= frames_before) /* it has begun anew */
		local->checkpoint_at = CHECKPOINT_FRAMES;
	if (local->wal_frames < local->checkpoint_at)
		return ERR_NONE;
	return writer_checkpoint(local);
}

enum err
local_probe(struct local *local)
{
	return writer_commit(local, NULL, 0);
}

enum err
local_commit(struct store *store, const struct store_write *writes, uint32_t count)
{
	struct local *local         = local_of(store);
	int           frames_before = local->wal_frames;

	writes_check(writes, count);
	if (local->fault != ERR_NONE)
		return store_complain(local->fault, "refused since an earlier fault: %s",
		                      local->fault_text);
	if (count == 0)
		return ERR_NONE;

	enum err err = writer_commit(local, writes, count);
	if (err != ERR_NONE) {
		local_fault_set(local, err);
		return err;
	}
	/* This commit is durable whatever becomes of the checkpoint; the next is refused
	 * when it failed. */
	err = wal_keep_short(local, frames_before);
	if (err != ERR_NONE) {
		local->doubtful = true;
		local_fault_set(local, err);
	}
	return ERR_NONE;
}
