/* local_check.c - every record read and held against its checksum and the digests. */
#include <stdio.h>

#include "edge/store/local_int.h"

struct checking {
	sqlite3        *db;
	struct digests  digests;
	bool            digests_known;
	uint64_t        readable[SPACE_COUNT];
	bool            damaged;
	bool            stopped;    /* nobody waits for it any more */
	char            first[200]; /* the first damage, in words */
	store_progress *progress;
	void           *context;
	uint64_t        done;
	uint64_t        total;
};

/* Keep the complaint of the first damage; the search goes on to count what is left. */
static void
damage_note(struct checking *checking)
{
	if (!checking->damaged)
		snprintf(checking->first, sizeof(checking->first), "%s", store_complaint_text());
	checking->damaged = true;
}

static void
progress_tell(struct checking *checking)
{
	enum { EVERY = 16 }; /* a record may have a megabyte */

	checking->done += 1;
	if (checking->progress && checking->done % EVERY == 0)
		checking->stopped =
			!checking->progress(checking->context, checking->done, checking->total);
}

/* One record: counted and added up when it verifies. */
static void
row_check(struct checking *checking, enum store_space space, sqlite3_stmt *row,
          struct store_digest *digest)
{
	struct span key   = sql_column(row, 0);
	struct span value = sql_column(row, 2);
	uint64_t    sum   = (uint64_t)sqlite3_column_int64(row, 1);

	progress_tell(checking);
	if (key.size >= 1 && key.size <= STORE_KEY_MAX && record_sum(space, key, value) == sum) {
		checking->readable[space] += 1;
		digest_add(digest, sum);
		return;
	}
	char hex[KEY_HEX_SIZE];
	key_hex(key, hex);
	store_complain(ERR_STORE_DAMAGED, "space %s, key %s: checksum differs", space_name(space),
	               hex);
	damage_note(checking);
}

/* Walk a space in one direction to its end, or to where SQLite cannot go on. */
static enum err
space_walk(struct checking *checking, enum store_space space, const char *direction,
           struct store_digest *digest, bool *whole)
{
	char          text[96];
	char          hex[KEY_HEX_SIZE] = "";
	sqlite3_stmt *statement         = NULL;

	snprintf(text, sizeof(text), "SELECT key, sum, value FROM %s ORDER BY key %s",
	         space_name(space), direction);
	enum err err = sql_prepare(checking->db, text, &statement);
	if (err != ERR_NONE)
		return err;

	int rc = sqlite3_step(statement);
	for (; rc == SQLITE_ROW && !checking->stopped; rc = sqlite3_step(statement)) {
		row_check(checking, space, statement, digest);
		key_hex(sql_column(statement, 0), hex);
	}
	*whole = rc == SQLITE_DONE;
	if (checking->stopped) {
		err = store_complain(ERR_STOPPED, "the check was stopped");
	} else if (rc != SQLITE_DONE) {
		err = sql_fault(checking->db, rc, "reading");
		store_complain(err, "space %s, after key %s: %.100s", space_name(space), hex,
		               store_complaint_text());
	}
	sqlite3_finalize(statement);
	return err;
}

static void
digest_compare(struct checking *checking, enum store_space space, struct store_digest found)
{
	struct store_digest kept = checking->digests.spaces[space];

	if (!checking->digests_known || checking->damaged)
		return;
	if (found.records == kept.records && found.sum == kept.sum)
		return;
	store_complain(ERR_STORE_DAMAGED, "space %s: %llu records where %llu were written%s",
	               space_name(space), (unsigned long long)found.records,
	               (unsigned long long)kept.records,
	               found.records == kept.records ? ", but not the same ones" : "");
	damage_note(checking);
}

/* A fault that is not damage (the disk does not answer) ends the check. */
static enum err
space_check(struct checking *checking, enum store_space space)
{
	struct store_digest found = { 0 };
	bool                whole = false;
	enum err            err   = space_walk(checking, space, "ASC", &found, &whole);

	if (err == ERR_STORE_DAMAGED) {
		damage_note(checking);
		/* From the other end, to count what can still be read behind the gap. */
		err = space_walk(checking, space, "DESC", &found, &whole);
	}
	if (err == ERR_STORE_DAMAGED)
		return ERR_NONE;
	if (err == ERR_NONE)
		digest_compare(checking, space, found);
	return err;
}

/* SQLite's own look at the pages, before anything is believed. */
static enum err
pages_check(struct checking *checking)
{
	enum err err = sql_expect(checking->db, "PRAGMA integrity_check(1)", "ok");

	if (err == ERR_STORE_DAMAGED) {
		damage_note(checking);
		err = ERR_NONE;
	}
	return err;
}

static enum err
digests_check(struct checking *checking)
{
	enum err err = digests_read(checking->db, &checking->digests);

	checking->digests_known = err == ERR_NONE;
	if (err == ERR_STORE_DAMAGED) {
		damage_note(checking);
		err = ERR_NONE;
	}
	for (uint32_t i = 0; checking->digests_known && i < SPACE_COUNT; i++)
		checking->total += checking->digests.spaces[i].records;
	return err;
}

static enum err
verdict(const struct checking *checking)
{
	char   counts[200];
	size_t size = 0;

	if (!checking->damaged)
		return ERR_NONE;
	for (uint32_t i = 0; i < SPACE_COUNT; i++) {
		uint64_t readable = checking->readable[i];
		uint64_t written  = checking->digests.spaces[i].records;
		size += (size_t)snprintf(counts + size, sizeof(counts) - size,
		                         checking->digests_known ? " %s %llu/%llu" : " %s %llu",
		                         space_name((enum store_space)i),
		                         (unsigned long long)readable, (unsigned long long)written);
	}
	return store_complain(ERR_STORE_DAMAGED, "%.120s; readable:%s", checking->first, counts);
}

static enum err
everything_check(struct checking *checking)
{
	enum err err = digests_check(checking);

	if (err == ERR_NONE)
		err = pages_check(checking);
	for (uint32_t i = 0; i < SPACE_COUNT && err == ERR_NONE; i++)
		err = space_check(checking, (enum store_space)i);
	if (err == ERR_NONE && checking->progress)
		(void)checking->progress(checking->context, checking->total, checking->total);
	return err == ERR_NONE ? verdict(checking) : err;
}

enum err
connection_check(sqlite3 *db)
{
	struct checking checking = { .db = db };
	return everything_check(&checking);
}

enum err
local_check(struct store *store, store_progress *progress, void *context, struct refusal *refusal)
{
	struct local   *local    = local_of(store);
	struct checking checking = { .progress = progress, .context = context };
	struct reader  *reader;
	enum err        err = reader_take(local, &reader);

	if (err != ERR_NONE)
		return store_refuse(refusal, err);
	checking.db = reader->db;
	/* One read transaction, so that records and digests are of the same commit. */
	err = sql_run(reader->db, "BEGIN");
	if (err == ERR_NONE)
		err = everything_check(&checking);
	if (!sqlite3_get_autocommit(reader->db)) {
		char kept[200];
		snprintf(kept, sizeof(kept), "%s", store_complaint_text());
		enum err end = sql_run(reader->db, "ROLLBACK");
		if (err != ERR_NONE)
			store_complain(err, "%s", kept);
		else
			err = end;
	}
	reader_give(local, reader);
	return err == ERR_NONE ? ERR_NONE : store_refuse(refusal, err);
}
