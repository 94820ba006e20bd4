/* test_store_disk.c - store_local on a disk that fails: reads back, refuses, recovers.
 *
 * A VFS around SQLite's own lets the nth write, sync or truncation fail, of the file,
 * the WAL or either. */
#include "place.h"

#include <errno.h>
#include <sqlite3.h>

struct disk {
	int  calls_left; /* calls to let through; then all fail while failing */
	int  code;       /* what SQLite is told */
	bool failing;
	int  failed; /* calls that failed */
	int  calls;  /* calls in all */
};

struct disk_file {
	sqlite3_file       base;
	sqlite3_io_methods methods;
	struct disk       *disk;
	sqlite3_file      *inner; /* lies behind this struct */
};

static struct disk disk;

static struct disk_file *
file_of(sqlite3_file *file)
{
	return (struct disk_file *)file;
}

static bool
disk_fails(struct disk *own)
{
	own->calls += 1;
	if (!own->failing)
		return false;
	if (own->calls_left > 0) {
		own->calls_left -= 1;
		return false;
	}
	own->failed += 1;
	return true;
}

static int
disk_write(sqlite3_file *file, const void *bytes, int size, sqlite3_int64 at)
{
	struct disk_file *own = file_of(file);
	if (disk_fails(own->disk))
		return own->disk->code;
	return own->inner->pMethods->xWrite(own->inner, bytes, size, at);
}

static int
disk_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	struct disk_file *own = file_of(file);
	if (disk_fails(own->disk))
		return own->disk->code;
	return own->inner->pMethods->xTruncate(own->inner, size);
}

static int
disk_sync(sqlite3_file *file, int flags)
{
	struct disk_file *own = file_of(file);
	if (disk_fails(own->disk))
		return own->disk->code;
	return own->inner->pMethods->xSync(own->inner, flags);
}

static int
disk_close(sqlite3_file *file)
{
	return file_of(file)->inner->pMethods->xClose(file_of(file)->inner);
}

static int
disk_read(sqlite3_file *file, void *bytes, int size, sqlite3_int64 at)
{
	return file_of(file)->inner->pMethods->xRead(file_of(file)->inner, bytes, size, at);
}

static int
disk_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return file_of(file)->inner->pMethods->xFileSize(file_of(file)->inner, size);
}

static int
disk_lock(sqlite3_file *file, int level)
{
	return file_of(file)->inner->pMethods->xLock(file_of(file)->inner, level);
}

static int
disk_unlock(sqlite3_file *file, int level)
{
	return file_of(file)->inner->pMethods->xUnlock(file_of(file)->inner, level);
}

static int
disk_reserved(sqlite3_file *file, int *held)
{
	return file_of(file)->inner->pMethods->xCheckReservedLock(file_of(file)->inner, held);
}

static int
disk_control(sqlite3_file *file, int operation, void *argument)
{
	return file_of(file)->inner->pMethods->xFileControl(file_of(file)->inner, operation,
	                                                    argument);
}

static int
disk_sector(sqlite3_file *file)
{
	return file_of(file)->inner->pMethods->xSectorSize(file_of(file)->inner);
}

static int
disk_traits(sqlite3_file *file)
{
	return file_of(file)->inner->pMethods->xDeviceCharacteristics(file_of(file)->inner);
}

static int
disk_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **at)
{
	return file_of(file)->inner->pMethods->xShmMap(file_of(file)->inner, page, size, extend,
	                                               at);
}

static int
disk_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return file_of(file)->inner->pMethods->xShmLock(file_of(file)->inner, offset, count, flags);
}

static void
disk_shm_barrier(sqlite3_file *file)
{
	file_of(file)->inner->pMethods->xShmBarrier(file_of(file)->inner);
}

static int
disk_shm_unmap(sqlite3_file *file, int remove_it)
{
	return file_of(file)->inner->pMethods->xShmUnmap(file_of(file)->inner, remove_it);
}

static const sqlite3_io_methods disk_methods = {
	.iVersion               = 2,
	.xClose                 = disk_close,
	.xRead                  = disk_read,
	.xWrite                 = disk_write,
	.xTruncate              = disk_truncate,
	.xSync                  = disk_sync,
	.xFileSize              = disk_size,
	.xLock                  = disk_lock,
	.xUnlock                = disk_unlock,
	.xCheckReservedLock     = disk_reserved,
	.xFileControl           = disk_control,
	.xSectorSize            = disk_sector,
	.xDeviceCharacteristics = disk_traits,
	.xShmMap                = disk_shm_map,
	.xShmLock               = disk_shm_lock,
	.xShmBarrier            = disk_shm_barrier,
	.xShmUnmap              = disk_shm_unmap,
};

static int
disk_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *got)
{
	sqlite3_vfs      *inner = vfs->pAppData;
	struct disk_file *own   = file_of(file);

	own->disk          = &disk;
	own->inner         = (sqlite3_file *)(own + 1);
	own->base.pMethods = NULL;
	int rc             = inner->xOpen(inner, name, own->inner, flags, got);
	if (rc == SQLITE_OK)
		own->base.pMethods = &disk_methods;
	return rc;
}

static void
disk_register(void)
{
	static sqlite3_vfs vfs;
	sqlite3_vfs       *inner = sqlite3_vfs_find(NULL);

	vfs          = *inner;
	vfs.zName    = "failing-disk";
	vfs.pNext    = NULL;
	vfs.pAppData = inner;
	vfs.szOsFile = (int)sizeof(struct disk_file) + inner->szOsFile;
	vfs.xOpen    = disk_open;
	assert_int_equal(sqlite3_vfs_register(&vfs, 0), SQLITE_OK);
}

/* ---- the tests ---- */

static enum err
disk_store_open(const struct place *place, struct store **store, struct refusal *refusal)
{
	struct store_local_options options = { .directory = place->path, .vfs = "failing-disk" };
	return store_local_open(&options, store, refusal);
}

static enum err
number_commit(struct store *store, uint32_t number)
{
	char               value[9000] = { 0 };
	char               key[16];
	struct store_write writes[2];

	snprintf(key, sizeof(key), "%08u", number);
	snprintf(value, sizeof(value), "%u", number);
	writes[0] = (struct store_write){ .space = SPACE_LOG,
		                          .key   = span_of(key),
		                          .value = { value, sizeof(value) } };
	writes[1] = (struct store_write){ .space = SPACE_META,
		                          .key   = SPAN("last"),
		                          .value = span_of(key) };
	return store->ops->commit(store, writes, 2);
}

struct tail {
	uint32_t count;
	char     last[16];
};

static enum err
tail_visit(void *context, struct span key, struct span value)
{
	struct tail *tail = context;
	uint32_t     want = tail->count++;

	assert_int_equal(strtoul(value.at, NULL, 10), want);
	assert_int_equal(key.size, 8);
	memcpy(tail->last, key.at, key.size);
	return ERR_NONE;
}

/* All of 0 to acknowledged - 1, perhaps one more, and nothing half. */
static uint32_t
numbers_must_be(struct store *store, uint32_t acknowledged)
{
	struct tail    tail    = { 0 };
	struct refusal refusal = { 0 };
	struct span    last    = { 0 };
	struct arena   arena;

	arena_open(&arena, system_memory());
	assert_int_equal(store->ops->scan(store, SPACE_LOG, SPAN(""), SPAN(""), tail_visit, &tail),
	                 ERR_NONE);
	assert_in_range(tail.count, acknowledged, acknowledged + 1);
	assert_int_equal(store->ops->get(store, SPACE_META, SPAN("last"), &arena, &last),
	                 tail.count > 0 ? ERR_NONE : ERR_NOT_FOUND);
	assert_true(span_equal(last, (struct span){ tail.last, tail.count > 0 ? 8 : 0 }));
	assert_int_equal(store->ops->check(store, NULL, NULL, &refusal), ERR_NONE);
	arena_close(&arena);
	return tail.count;
}

/* Let the nth call fail, and all after it: no answer after the first failure, reads go
 * on, recover refuses while the disk fails and succeeds when it is well again. */
static void
fault_round(int nth, int code, enum err expected, bool *reached)
{
	struct place   place   = place_make();
	struct refusal refusal = { 0 };
	struct store  *store   = NULL;
	uint32_t       done    = 0;

	assert_int_equal(disk_store_open(&place, &store, &refusal), ERR_NONE);
	disk         = (struct disk){ .calls_left = nth, .code = code, .failing = true };
	enum err err = ERR_NONE;
	while (err == ERR_NONE && done < 600) {
		err = number_commit(store, done);
		done += err == ERR_NONE;
	}
	*reached = disk.failed > 0;
	if (*reached) {
		assert_int_equal(err, expected);
		assert_int_equal(number_commit(store, done), expected);
		numbers_must_be(store, done);
		disk.failing = false;
		assert_int_equal(number_commit(store, done), expected);
		disk = (struct disk){ .code = code, .failing = true };
		assert_int_equal(store->ops->recover(store), expected);
		disk.failing = false;
		assert_int_equal(store->ops->recover(store), ERR_NONE);
		done = numbers_must_be(store, done);
		assert_int_equal(number_commit(store, done), ERR_NONE);
		done += 1;
	}
	disk.failing = false;
	store->ops->close(store);
	assert_int_equal(disk_store_open(&place, &store, &refusal), ERR_NONE);
	assert_int_equal(numbers_must_be(store, done), done);
	store->ops->close(store);
	place_remove(&place);
}

/* The first commits call by call; then here and there, checkpoints included. */
static void
test_I2_no_answer_after_a_failed_call_until_recovered(void **state)
{
	bool reached = true;

	(void)state;
	for (int nth = 0; nth < 30; nth++) {
		fault_round(nth, SQLITE_IOERR_FSYNC, ERR_STORE_IO, &reached);
		assert_true(reached);
	}
	for (int nth = 1000; nth < 4000; nth += 397) {
		fault_round(nth, SQLITE_IOERR_WRITE, ERR_STORE_IO, &reached);
		assert_true(reached);
	}
}

static void
test_full_disk_is_told_apart_and_goes_on_when_there_is_room(void **state)
{
	bool reached = false;

	(void)state;
	for (int nth = 0; nth < 12; nth++) {
		fault_round(nth, SQLITE_FULL, ERR_STORE_FULL, &reached);
		assert_true(reached);
	}
}

/* Opening fails with words, at each call that it makes, and leaves nothing in the way. */
static void
test_opening_on_a_failing_disk_refuses_and_can_be_tried_again(void **state)
{
	struct refusal refusal = { 0 };
	struct store  *store   = NULL;

	(void)state;
	for (int nth = 0; nth < 100; nth++) {
		struct place place = place_make();

		disk          = (struct disk){ .calls_left = nth,
			                       .code       = SQLITE_IOERR_WRITE,
			                       .failing    = true };
		enum err err  = disk_store_open(&place, &store, &refusal);
		bool     over = disk.failed == 0;
		disk.failing  = false;
		if (over) {
			assert_int_equal(err, ERR_NONE);
			store->ops->close(store);
			place_remove(&place);
			return;
		}
		if (err == ERR_NONE)
			store->ops->close(store);
		else
			assert_true(refusal.err == ERR_STORE_IO && refusal.detail[0] != 0);
		assert_int_equal(disk_store_open(&place, &store, &refusal), ERR_NONE);
		assert_int_equal(number_commit(store, 0), ERR_NONE);
		store->ops->close(store);
		place_remove(&place);
	}
	fail_msg("opening never came to its end");
}

/* A failed backup leaves no file, and the store is as well as before. */
static void
test_I17_backup_on_a_failing_disk_leaves_nothing(void **state)
{
	struct place   place   = place_make();
	struct refusal refusal = { 0 };
	struct store  *store   = NULL;

	(void)state;
	assert_int_equal(disk_store_open(&place, &store, &refusal), ERR_NONE);
	for (uint32_t i = 0; i < 20; i++)
		assert_int_equal(number_commit(store, i), ERR_NONE);
	for (int nth = 0; nth < 20; nth++) {
		disk = (struct disk){ .calls_left = nth, .code = SQLITE_FULL, .failing = true };
		assert_int_equal(
			store->ops->backup(store, place_file(&place, "copy"), NULL, NULL, &refusal),
			ERR_STORE_FULL);
		disk.failing = false;
		assert_int_equal(access(place_file(&place, "copy"), F_OK), -1);
		assert_int_equal(access(place_file(&place, "copy.partial"), F_OK), -1);
	}
	assert_int_equal(number_commit(store, 20), ERR_NONE);
	assert_int_equal(
		store->ops->backup(store, place_file(&place, "copy"), NULL, NULL, &refusal),
		ERR_NONE);
	store->ops->close(store);
	place_remove(&place);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_I2_no_answer_after_a_failed_call_until_recovered),
		cmocka_unit_test(test_full_disk_is_told_apart_and_goes_on_when_there_is_room),
		cmocka_unit_test(test_opening_on_a_failing_disk_refuses_and_can_be_tried_again),
		cmocka_unit_test(test_I17_backup_on_a_failing_disk_leaves_nothing),
	};
	disk_register();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
