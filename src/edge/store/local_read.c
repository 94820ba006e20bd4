/* local_read.c - records found and looked through, each held against its checksum. */
#include "edge/store/local_int.h"

/* The row that statement stands on, when it is what it was when it was written. */
static enum err
row_verify(sqlite3_stmt *statement, enum store_space space, struct span *key, struct span *value)
{
	struct span found_key   = sql_column(statement, 0);
	struct span found_value = sql_column(statement, 2);
	uint64_t    sum         = (uint64_t)sqlite3_column_int64(statement, 1);

	if (found_key.size < 1 || found_key.size > STORE_KEY_MAX ||
	    record_sum(space, found_key, found_value) != sum) {
		char hex[KEY_HEX_SIZE];
		key_hex(found_key, hex);
		return store_complain(ERR_STORE_DAMAGED, "space %s, key %s: checksum differs",
		                      space_name(space), hex);
	}
	*key   = found_key;
	*value = found_value;
	return ERR_NONE;
}

static enum err
read_fault(sqlite3 *db, int rc, enum store_space space, struct span key)
{
	char hex[KEY_HEX_SIZE];

	key_hex(key, hex);
	enum err err = sql_fault(db, rc, "reading");
	return store_complain(err, "space %s, key %s: %.200s", space_name(space), hex,
	                      store_complaint_text());
}

static void
statement_end(sqlite3_stmt *statement)
{
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
}

static enum err
reader_get(const struct reader *reader, enum store_space space, struct span key,
           struct arena *arena, struct span *value)
{
	sqlite3_stmt *statement = reader->get[space];
	struct span   found_key = SPAN(""), found = SPAN("");
	enum err      err;

	int rc = sql_bind(statement, 1, key);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW) {
		err = row_verify(statement, space, &found_key, &found);
		if (err == ERR_NONE)
			*value = arena_copy(arena, found);
	} else {
		err = rc == SQLITE_DONE ? ERR_NOT_FOUND : read_fault(reader->db, rc, space, key);
	}
	statement_end(statement);
	return err;
}

enum err
local_get(struct store *store, enum store_space space, struct span key, struct arena *arena,
          struct span *value)
{
	struct local  *local = local_of(store);
	struct reader *reader;

	CHECK(space < SPACE_COUNT);
	enum err err = reader_take(local, &reader);
	if (err != ERR_NONE)
		return err;
	err = reader_get(reader, space, key, arena, value);
	reader_give(local, reader);
	return err;
}

/* One statement is one read transaction: all rows are as of one commit. */
static enum err
reader_scan(const struct reader *reader, enum store_space space, struct span from,
            struct span until, store_visit *visit, void *context)
{
	sqlite3_stmt *statement = until.size > 0 ? reader->scan[space] : reader->scan_end[space];
	struct span   key       = from;
	struct span   value     = { 0 };
	enum err      err       = ERR_NONE;

	int rc = sql_bind(statement, 1, from);
	if (rc == SQLITE_OK && until.size > 0)
		rc = sql_bind(statement, 2, until);
	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(statement);
		if (rc != SQLITE_ROW)
			break;
		err = row_verify(statement, space, &key, &value);
		if (err == ERR_NONE)
			err = visit(context, key, value);
		if (err != ERR_NONE)
			break;
	}
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		err = read_fault(reader->db, rc, space, from);
	statement_end(statement);
	return err;
}

enum err
local_scan(struct store *store, enum store_space space, struct span from, struct span until,
           store_visit *visit, void *context)
{
	struct local  *local = local_of(store);
	struct reader *reader;

	CHECK(space < SPACE_COUNT && visit);
	enum err err = reader_take(local, &reader);
	if (err != ERR_NONE)
		return err;
	err = reader_scan(reader, space, from, until, visit, context);
	reader_give(local, reader);
	return err;
}

enum err
local_digest(struct store *store, enum store_space space, struct store_digest *digest)
{
	struct local *local = local_of(store);

	CHECK(space < SPACE_COUNT);
	pthread_mutex_lock(&local->mutex);
	*digest = local->digests.spaces[space];
	pthread_mutex_unlock(&local->mutex);
	return ERR_NONE;
}
