/* local_schema.c - the file as it is made and as it must be found.
 *
 * A new file is made under another name and renamed when it is whole and synced, so
 * tally.db is never half made: whatever is wrong with it is damage. */
#include <stdio.h>

#include "edge/store/local_int.h"
#include "edge/sys/file.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define SPACE_TABLE(name)                                                                          \
	"CREATE TABLE " name "(key BLOB PRIMARY KEY, sum INTEGER NOT NULL, value BLOB NOT NULL)"

/* The tables in the order they are made: the spaces, then the digests. */
static const struct {
	const char *name;
	const char *text;
} tables[SPACE_COUNT + 1] = {
	{ "meta", SPACE_TABLE("meta") },
	{ "log", SPACE_TABLE("log") },
	{ "identity", SPACE_TABLE("identity") },
	{ "chunk", SPACE_TABLE("chunk") },
	{ "retracted", SPACE_TABLE("retracted") },
	{ "control", SPACE_TABLE("control") },
	{ "digest", "CREATE TABLE digest(id INTEGER PRIMARY KEY, value BLOB NOT NULL)" },
};

/* ---- digests ---- */

static void
number_encode(uint8_t *at, uint64_t number)
{
	for (uint32_t i = 0; i < 8; i++)
		at[i] = (uint8_t)(number >> (8 * i));
}

static uint64_t
number_decode(const uint8_t *at)
{
	uint64_t number = 0;
	for (uint32_t i = 0; i < 8; i++)
		number |= (uint64_t)at[i] << (8 * i);
	return number;
}

void
digests_encode(const struct digests *digests, uint8_t bytes[DIGEST_SIZE])
{
	for (uint32_t i = 0; i < SPACE_COUNT; i++) {
		number_encode(bytes + 16 * i, digests->spaces[i].records);
		number_encode(bytes + 16 * i + 8, digests->spaces[i].sum);
	}
	number_encode(&bytes[DIGEST_SIZE - 16], digests->commits);
	number_encode(&bytes[DIGEST_SIZE - 8], XXH3_64bits(bytes, DIGEST_SIZE - 8));
}

static enum err
digests_decode(struct span bytes, struct digests *digests)
{
	const uint8_t *at = (const uint8_t *)bytes.at;

	if (bytes.size != DIGEST_SIZE)
		return store_complain(ERR_STORE_DAMAGED, "digest record: %zu bytes, not %d",
		                      bytes.size, DIGEST_SIZE);
	if (number_decode(at + DIGEST_SIZE - 8) != XXH3_64bits(at, DIGEST_SIZE - 8))
		return store_complain(ERR_STORE_DAMAGED, "digest record: checksum differs");
	for (uint32_t i = 0; i < SPACE_COUNT; i++) {
		digests->spaces[i].records = number_decode(at + 16 * i);
		digests->spaces[i].sum     = number_decode(at + 16 * i + 8);
	}
	digests->commits = number_decode(at + DIGEST_SIZE - 16);
	return ERR_NONE;
}

enum err
digests_read(sqlite3 *db, struct digests *digests)
{
	sqlite3_stmt *statement = NULL;
	enum err      err = sql_prepare(db, "SELECT value FROM digest WHERE id=1", &statement);

	if (err != ERR_NONE)
		return err;
	int rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW)
		err = digests_decode(sql_column(statement, 0), digests);
	else if (rc == SQLITE_DONE)
		err = store_complain(ERR_STORE_DAMAGED, "digest record: not there");
	else
		err = sql_fault(db, rc, "digest record");
	sqlite3_finalize(statement);
	return err;
}

/* ---- making ---- */

static enum err
digest_insert(sqlite3 *db)
{
	static const struct digests none;
	uint8_t                     bytes[DIGEST_SIZE];
	sqlite3_stmt               *statement = NULL;
	enum err err = sql_prepare(db, "INSERT INTO digest(id, value) VALUES(1, ?1)", &statement);

	if (err != ERR_NONE)
		return err;
	digests_encode(&none, bytes);
	int rc = sql_bind(statement, 1, (struct span){ (const char *)bytes, sizeof(bytes) });
	if (rc == SQLITE_OK)
		rc = sql_finish(statement);
	if (rc != SQLITE_OK)
		err = sql_fault(db, rc, "making the digest record");
	sqlite3_finalize(statement);
	return err;
}

static enum err
schema_fill(sqlite3 *db)
{
	char     version[64];
	char     application[64];
	enum err err = ERR_NONE;

	snprintf(version, sizeof(version), "PRAGMA user_version=%d", FORMAT_VERSION);
	snprintf(application, sizeof(application), "PRAGMA application_id=%d", APPLICATION_ID);
	const char *const before[] = { "PRAGMA page_size=8192",
		                       "PRAGMA auto_vacuum=NONE",
		                       "PRAGMA synchronous=EXTRA",
		                       "BEGIN IMMEDIATE",
		                       application,
		                       version };
	for (uint32_t i = 0; i < 6 && err == ERR_NONE; i++)
		err = sql_run(db, before[i]);
	for (uint32_t i = 0; i < SPACE_COUNT + 1 && err == ERR_NONE; i++)
		err = sql_run(db, tables[i].text);
	if (err == ERR_NONE)
		err = digest_insert(db);
	if (err == ERR_NONE)
		err = sql_run(db, "COMMIT");
	/* From here on the file says of itself that it is read with a WAL. */
	if (err == ERR_NONE)
		err = sql_expect(db, "PRAGMA journal_mode=WAL", "wal");
	return err;
}

/* What a creation that was cut short left: four files at most. */
static enum err
leftover_remove(const char *path)
{
	static const char *const suffixes[] = { "", "-journal", "-wal", "-shm" };
	char                     name[PATH_MAX + 16];

	for (uint32_t i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		int error = file_remove(name);
		if (error != 0)
			return file_fault(error, "removing", name);
	}
	return ERR_NONE;
}

enum err
schema_create(const struct local *local)
{
	char     path[PATH_MAX + 8];
	sqlite3 *db = NULL;

	snprintf(path, sizeof(path), "%s.new", local->file);
	enum err err = leftover_remove(path);
	if (err != ERR_NONE)
		return err;

	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
	            SQLITE_OPEN_EXRESCODE;
	int rc = sqlite3_open_v2(path, &db, flags, local->vfs);
	err    = rc == SQLITE_OK ? schema_fill(db) : sql_fault(db, rc, path);
	/* Closing the only connection moves the WAL into the file and removes it. */
	rc = sqlite3_close(db);
	if (err == ERR_NONE && rc != SQLITE_OK)
		err = sql_fault(NULL, rc, path);
	if (err != ERR_NONE)
		return err;

	/* SQLite gives the WAL the mode of its file. */
	int error = file_make_private(path);
	if (error == 0)
		error = file_sync(path);
	if (error == 0)
		error = file_move(path, local->file);
	return error == 0 ? ERR_NONE : file_fault(error, "making", local->file);
}

/* ---- finding ---- */

enum { HEADER_SIZE = 100 };

static enum err
header_read(const struct local *local, uint8_t header[HEADER_SIZE])
{
	FILE *file = fopen(local->file, "rbe");
	if (!file)
		return store_complain(ERR_STORE_IO, "opening %s failed", local->file);
	size_t size   = fread(header, 1, HEADER_SIZE, file);
	bool   failed = ferror(file) != 0;
	fclose(file);
	if (failed)
		return store_complain(ERR_STORE_IO, "reading %s failed", local->file);
	if (size < HEADER_SIZE)
		return store_complain(ERR_STORE_DAMAGED, "%s: only %zu bytes, no header",
		                      local->file, size);
	return ERR_NONE;
}

static uint32_t
header_number(const uint8_t *at, uint32_t size)
{
	uint32_t number = 0;
	for (uint32_t i = 0; i < size; i++)
		number = number << 8 | at[i];
	return number;
}

/* Fields that never change in a file of this version. */
static enum err
header_fields_check(const uint8_t header[HEADER_SIZE])
{
	static const struct {
		const char *name;
		uint32_t    offset, size, low, high;
	} fields[] = {
		{ "page size", 16, 2, PAGE_SIZE, PAGE_SIZE },
		{ "write version", 18, 1, 1, 2 },
		{ "read version", 19, 1, 1, 2 },
		{ "reserved space", 20, 1, 0, 0 },
		{ "largest payload fraction", 21, 1, 64, 64 },
		{ "smallest payload fraction", 22, 1, 32, 32 },
		{ "leaf payload fraction", 23, 1, 32, 32 },
		{ "schema format", 44, 4, 4, 4 },
		{ "largest root page", 52, 4, 0, 0 },
		{ "text encoding", 56, 4, 1, 1 },
		{ "vacuum mode", 64, 4, 0, 0 },
	};
	for (uint32_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		uint32_t found = header_number(header + fields[i].offset, fields[i].size);
		if (found < fields[i].low || found > fields[i].high)
			return store_complain(
				ERR_STORE_DAMAGED, "tally.db header, byte %u: %s is %u, not %u",
				fields[i].offset, fields[i].name, found, fields[i].low);
	}
	return ERR_NONE;
}

static enum err
version_check(int64_t application, int64_t version)
{
	if (application != APPLICATION_ID)
		return store_complain(ERR_STORE_DAMAGED,
		                      "tally.db: application id %lld is not ours",
		                      (long long)application);
	if (version > FORMAT_VERSION)
		return store_complain(ERR_STORE_NEWER,
		                      "tally.db has format %lld, this program knows %d",
		                      (long long)version, FORMAT_VERSION);
	if (version < 1)
		return store_complain(ERR_STORE_DAMAGED, "tally.db: format %lld never was",
		                      (long long)version);
	return ERR_NONE;
}

enum err
schema_check_header(const struct local *local)
{
	uint8_t  header[HEADER_SIZE] = { 0 };
	enum err err                 = header_read(local, header);

	if (err != ERR_NONE)
		return err;
	if (memcmp(header, "SQLite format 3", 16) != 0)
		return store_complain(ERR_STORE_DAMAGED,
		                      "tally.db header, byte 0: not an SQLite file");
	err = version_check(header_number(header + 68, 4), header_number(header + 60, 4));
	return err == ERR_NONE ? header_fields_check(header) : err;
}

static enum err
table_check(sqlite3 *db, uint32_t table)
{
	sqlite3_stmt *statement = NULL;
	enum err      err       = sql_prepare(db,
	                                      "SELECT sql FROM sqlite_schema WHERE type='table' "
	                                                 "AND name=?1 AND tbl_name=?1",
	                                      &statement);
	if (err != ERR_NONE)
		return err;

	int rc = sqlite3_bind_text(statement, 1, tables[table].name, -1, SQLITE_STATIC);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(statement);
	if (rc == SQLITE_ROW || rc == SQLITE_DONE) {
		struct span found = rc == SQLITE_ROW ? sql_column(statement, 0) : SPAN("");
		if (!span_equal(found, span_of(tables[table].text)))
			err = store_complain(ERR_STORE_DAMAGED, "table %s is not as it was made",
			                     tables[table].name);
	} else {
		err = sql_fault(db, rc, "reading the schema");
	}
	sqlite3_finalize(statement);
	return err;
}

enum err
schema_check(sqlite3 *db)
{
	int64_t  application = 0;
	int64_t  version     = 0;
	int64_t  entries     = 0;
	enum err err         = sql_number(db, "PRAGMA application_id", &application);

	if (err == ERR_NONE)
		err = sql_number(db, "PRAGMA user_version", &version);
	if (err == ERR_NONE)
		err = version_check(application, version);
	if (err == ERR_NONE)
		err = sql_number(db, "SELECT count(*) FROM sqlite_schema", &entries);
	if (err != ERR_NONE)
		return err;
	/* A table and its index a space, and the digests: a trigger or view would show. */
	if (entries != 2 * SPACE_COUNT + 1)
		return store_complain(ERR_STORE_DAMAGED, "the schema has %lld entries, not %d",
		                      (long long)entries, 2 * SPACE_COUNT + 1);
	for (uint32_t i = 0; i < SPACE_COUNT + 1 && err == ERR_NONE; i++)
		err = table_check(db, i);
	return err;
}
