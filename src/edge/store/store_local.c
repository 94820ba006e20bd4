/* store_local.c - the store in one SQLite file: opened, recovered, closed.
 *
 * Opening and recovering are one path, `local_settle`. Whatever a process left behind
 * (a WAL after kill -9, pages that a failed fsync marked clean although they never
 * reached the disk) is written and synced anew before the next commit is accepted. */
#include "edge/store/store_local.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "edge/store/local_int.h"
#include "edge/sys/file.h"

/* ---- settling ---- */

static int
wal_frames_note(void *context, sqlite3 *db, const char *name, int frames)
{
	struct local *local = context;

	(void)db;
	(void)name;
	local->wal_frames = frames;
	return SQLITE_OK;
}

static enum err
wal_move(sqlite3 *db)
{
	int frames = 0;
	int copied = 0;
	int rc =
		sqlite3_wal_checkpoint_v2(db, "main", SQLITE_CHECKPOINT_TRUNCATE, &frames, &copied);

	if (rc != SQLITE_OK)
		return sql_fault(db, rc, "moving the WAL into the file");
	return ERR_NONE;
}

static enum err
writer_settle(struct local *local, struct writer *writer)
{
	struct digests digests;
	enum err       err = wal_move(writer->db);

	local->doubtful = err != ERR_NONE;
	if (err == ERR_NONE)
		err = digests_read(writer->db, &digests);
	if (err != ERR_NONE)
		return err;
	/* The names tally.db-wal and tally.db are durable before anything is answered. */
	int error = file_sync_directory(local->directory);
	if (error != 0)
		return file_fault(error, "syncing", local->directory);

	sqlite3_wal_hook(writer->db, wal_frames_note, local);
	local->wal_frames    = 0;
	local->checkpoint_at = CHECKPOINT_FRAMES;
	local->writer        = *writer;
	pthread_mutex_lock(&local->mutex);
	local->digests = digests;
	pthread_mutex_unlock(&local->mutex);
	return ERR_NONE;
}

/* Is every record as it was written when this patch is believed? */
static enum err
patch_try(const struct local *local, const struct wal_patch *patch)
{
	struct writer writer = { 0 };
	enum err      err    = wal_mend(local, patch->at, patch->whole);

	if (err == ERR_NONE)
		err = writer_open(local, &writer);
	if (err == ERR_NONE)
		err = connection_check(writer.db);
	writer_close(&writer, true);
	return err;
}

/* Mend the last transaction by the first patch that leaves nothing damaged. When none
 * does, several lost words looked like one turned bit: a transaction that was never
 * acknowledged, which SQLite forgets. */
static enum err
wal_patch(const struct local *local, const struct wal_patches *patches)
{
	for (uint32_t i = 0; i < patches->count; i++) {
		const struct wal_patch *patch = &patches->list[i];
		enum err                err   = patch_try(local, patch);
		if (err != ERR_STORE_DAMAGED || patch->sure)
			return err;
		err = wal_mend(local, patch->at, patch->found);
		if (err != ERR_NONE)
			return err;
	}
	return ERR_NONE;
}

/* Open what is on the disk and prove it durable. No connection is open.
 *
 * Why no falsely clean page survives this. A failed fsync may mark pages of the page
 * cache clean that never reached the disk; a later fsync then succeeds and means
 * nothing. Writing such pages again in their place is not enough (local_renew.c). So the
 * bytes are copied into a new file, which is synced and takes the name: the WAL always
 * (were it not durable, a power cut during the checkpoint below would find a WAL with
 * holes beside a half updated file), and tally.db when a sync of it may have failed, in
 * this process or in an earlier one that was killed before it could recover. Then the
 * checkpoint writes what the WAL holds into tally.db and syncs it.
 * Pages of tally.db that are not in the WAL were synced by the checkpoint that let the
 * WAL begin anew: SQLite lets it only when that sync has succeeded, and we refuse
 * everything when one has not. */
static enum err
local_settle(struct local *local)
{
	struct wal_patches patches = { .count = 0 };
	struct writer      writer  = { 0 };
	enum err           err     = schema_check_header(local);

	if (err == ERR_NONE)
		err = wal_examine(local, &patches);
	if (err == ERR_NONE)
		err = wal_patch(local, &patches);
	if (err == ERR_NONE)
		err = path_renew(local, local->wal);
	if (err == ERR_NONE && (local->doubtful || path_in_doubt(local->file)))
		err = path_renew(local, local->file);
	if (err == ERR_NONE)
		err = writer_open(local, &writer);
	if (err != ERR_NONE)
		return err;
	err = writer_settle(local, &writer);
	if (err != ERR_NONE)
		writer_close(&writer, true);
	return err;
}

static enum err
local_recover(struct store *store)
{
	struct local *local = local_of(store);

	readers_drain(local);
	writer_close(&local->writer, true);
	enum err err = local_settle(local);
	if (err == ERR_NONE)
		err = local_probe(local);
	if (err == ERR_NONE)
		local->fault = ERR_NONE;
	else
		local_fault_set(local, err);
	readers_resume(local);
	return err;
}

/* ---- closing ---- */

static void
local_free(struct local *local)
{
	lock_drop(&local->lock);
	pthread_cond_destroy(&local->changed);
	pthread_mutex_destroy(&local->mutex);
	local->memory.give(local->memory.owner, local, sizeof(*local));
}

static void
local_close(struct store *store)
{
	struct local *local = local_of(store);
	bool          sound = local->fault == ERR_NONE;

	readers_drain(local);
	/* When this fails, or after a fault, the WAL stays: the next open settles it. */
	if (sound)
		sound = wal_move(local->writer.db) == ERR_NONE;
	writer_close(&local->writer, !sound);
	local_free(local);
}

static uint64_t
local_size(struct store *store)
{
	const struct local *local = local_of(store);
	return file_size(local->file) + file_size(local->wal);
}

/* ---- opening ---- */

static enum err
directory_find(struct local *local, const struct store_local_options *options)
{
	char real[PATH_MAX];

	if (!options->must_exist) {
		int error = file_make_directory(options->directory);
		if (error != 0)
			return file_fault(error, "making", options->directory);
	}
	if (!realpath(options->directory, real)) {
		if (errno == ENOENT && options->must_exist)
			return store_complain(ERR_STORE_MISSING, "there is no directory %s",
			                      options->directory);
		return file_fault(errno, "finding", options->directory);
	}
	/* Room for the longest name that we put behind it. */
	if (strlen(real) > 4000)
		return file_fault(ENAMETOOLONG, "finding", options->directory);
	snprintf(local->directory, sizeof(local->directory), "%s", real);
	snprintf(local->file, sizeof(local->file), "%.4000s/tally.db", real);
	snprintf(local->wal, sizeof(local->wal), "%.4000s/tally.db-wal", real);
	return ERR_NONE;
}

static enum err
directory_lock(struct local *local)
{
	char path[PATH_MAX];
	long holder = 0;

	snprintf(path, sizeof(path), "%.4000s/lock", local->directory);
	int error = lock_take(path, &local->lock, &holder);
	if (error == EWOULDBLOCK)
		return store_complain(ERR_STORE_HELD, "%.200s is held by process %ld",
		                      local->directory, holder);
	return error == 0 ? ERR_NONE : file_fault(error, "locking", path);
}

static enum err
file_find(const struct local *local, bool must_exist)
{
	if (file_exists(local->file))
		return ERR_NONE;
	/* We remove neither by itself, so a WAL alone is a store that lost its file. */
	if (file_size(local->wal) > 0)
		return store_complain(ERR_STORE_DAMAGED, "%s is there without tally.db",
		                      local->wal);
	if (must_exist)
		return store_complain(ERR_STORE_MISSING, "there is no %s", local->file);
	return schema_create(local);
}

static struct local *
local_make(const char *vfs)
{
	struct memory memory = system_memory();
	struct local *local  = memory.take(memory.owner, sizeof(*local));

	memset(local, 0, sizeof(*local));
	local->memory      = memory;
	local->vfs         = vfs;
	local->lock.handle = -1;
	CHECK(pthread_mutex_init(&local->mutex, NULL) == 0);
	CHECK(pthread_cond_init(&local->changed, NULL) == 0);
	return local;
}

enum err
store_local_open(const struct store_local_options *options, struct store **store,
                 struct refusal *refusal)
{
	static const struct store_ops ops = {
		.commit  = local_commit,
		.get     = local_get,
		.scan    = local_scan,
		.digest  = local_digest,
		.recover = local_recover,
		.backup  = local_backup,
		.check   = local_check,
		.close   = local_close,
		.size    = local_size,
	};
	CHECK(options && options->directory);
	struct local *local = local_make(options->vfs);
	enum err      err   = directory_find(local, options);

	local->store.ops = &ops;
	if (err == ERR_NONE)
		err = directory_lock(local);
	if (err == ERR_NONE)
		err = file_find(local, options->must_exist);
	if (err == ERR_NONE)
		err = local_settle(local);
	if (err != ERR_NONE) {
		local_free(local);
		return store_refuse(refusal, err);
	}
	*store = &local->store;
	return ERR_NONE;
}
