/* flip.c - one turned bit of tally.db: found and named, or without effect.
 *
 *   flip FLIPS [SEED]
 *
 * A closed store with events, checkpoints, sealed identities and accounts. One bit is
 * turned, the store opened, verified and asked: it is refused somewhere, or every answer
 * is the one of the same events in memory. The last line is "N passed, N failed". */
#include "load.h"

enum { BATCHES = 60 };

static void
store_make(const char *directory, struct record *record)
{
	struct machine       machine;
	struct ingest_counts counts;
	struct refusal       refusal = { .err = ERR_NONE };
	CHECK(machine_open(&machine, directory, true, &refusal) == ERR_NONE);
	CHECK(machine_accounts(&machine) == ERR_NONE);
	for (uint32_t i = 0; i < BATCHES; i++) {
		CHECK(machine_send(&machine, i % 3, i, &counts) == ERR_NONE);
		record_sent(record, i % 3, i);
		record_acked(record, i % 3, i);
	}
	machine_close(&machine);
	model_follow(record);
}

static char *
file_read(const char *path, size_t *size)
{
	struct stat about;
	int         handle = open(path, O_RDONLY);
	if (handle < 0 || fstat(handle, &about) != 0)
		give_up(path);
	char *bytes = malloc((size_t)about.st_size);
	*size       = (size_t)about.st_size;
	if (pread(handle, bytes, *size, 0) != (ssize_t)*size)
		give_up(path);
	close(handle);
	return bytes;
}

static void
file_write(const char *path, const char *bytes, size_t size)
{
	int handle = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (handle < 0 || write(handle, bytes, size) != (ssize_t)size)
		give_up(path);
	close(handle);
}

/* True when it was refused; *wrong when it answered something else. */
static bool
flip_try(const char *directory, struct record *record, bool *wrong)
{
	struct machine machine;
	struct refusal refusal = { .err = ERR_NONE };
	*wrong                 = false;
	record->why[0]         = '\0';
	if (machine_open(&machine, directory, false, &refusal) != ERR_NONE)
		return true;
	bool refused = !compare_verify(record, &machine);
	if (!refused)
		*wrong = !compare_events(record, &machine, "flipped") ||
		         !compare_usage(record, &machine);
	machine_close(&machine);
	return refused;
}

int
main(int count, char **args)
{
	struct record record;
	char          scratch[160], directory[200], path[240], wal[260];
	size_t        size;
	uint32_t      refused = 0, passed = 0, failed = 0;
	if (count < 2)
		return 2;
	uint32_t flips = (uint32_t)atoi(args[1]);
	uint64_t seed  = count > 2 ? strtoull(args[2], NULL, 10) : now_ms();
	make_scratch(scratch, sizeof scratch);
	snprintf(directory, sizeof directory, "%s/store", scratch);
	snprintf(path, sizeof path, "%s/tally.db", directory);
	snprintf(wal, sizeof wal, "%s-wal", path);
	record_open(&record);
	store_make(directory, &record);
	char *bytes = file_read(path, &size);
	for (uint32_t i = 0; i < flips && failed < 10; i++) {
		uint64_t bit = draw(&seed) % (size * 8);
		bool     wrong;
		bytes[bit / 8] ^= (char)(1 << bit % 8);
		unlink(wal);
		file_write(path, bytes, size);
		refused += flip_try(directory, &record, &wrong);
		bytes[bit / 8] ^= (char)(1 << bit % 8);
		passed += !wrong;
		failed += wrong;
		if (wrong)
			printf("bit %llu: %s\n", (unsigned long long)bit, record.why);
	}
	free(bytes);
	record_close(&record);
	remove_tree(scratch);
	printf("flip: %u of %u named, the others changed nothing\n", refused, passed);
	printf("%u passed, %u failed\n", passed, failed);
	return failed > 0;
}
