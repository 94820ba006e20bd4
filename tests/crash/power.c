/* power.c - real file systems that lose their power, and one whose disk is full.
 *
 *   power cut  ROUNDS [SEED]   ext4 on a loop device: the writing process is killed, the
 *                              file system shut down without flushing its journal,
 *                              unmounted, mounted, and the store held against the record
 *   power full ROUNDS [SEED]   the same, and before it the disk under the file system has
 *                              no room for a while, so that syncs fail: nothing false
 *                              may be acknowledged, and with room again the same process
 *                              must go on
 *
 *   power lie                  what a loop device says of a write that its full disk took
 *                              in part; 1 when it says "written"
 *
 * A loop device answers "written" when the file below it took only the first pages of a
 * request (lo_rw_aio: a short write is no error), and then it is a disk that lies, which
 * nobody can be asked to survive: with it 1 store of 5 had lost a block that was synced.
 * So for a full disk its requests are of one page each, which is taken or refused.
 *
 * Needs root and loop devices; says "skipped" and why when it has none. The last line is
 * "N passed, N failed". */
#include "load.h"

#include <linux/types.h>
#include <poll.h>
#include <sys/ioctl.h>

#define EXT4_SHUTDOWN _IOR('X', 125, __u32)
#define NO_LOG_FLUSH 2
#define IMAGE_MEGABYTE 160

enum { EPOCH = 20, THREADS_MAX = 4, GO_ON_MS = 15000 };

struct place {
	char     scratch[160];
	char     disk[200]; /* a tmpfs, as large as the image may become */
	char     image[240];
	char     mount[200];
	char     store[240];
	uint64_t seed;
	uint32_t number;
	bool     full;
	uint64_t refusals;
	uint32_t resumed;   /* rounds in which a process went on after a fault */
	uint32_t read_only; /* rounds in which the file system itself gave up */
};

__attribute__((format(printf, 1, 2))) static bool
command(const char *format, ...)
{
	char    text[900];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return system(text) == 0;
}

/* A loop device that is an honest disk: one page a request. It goes when it is unmounted. */
static bool
disk_mount_paged(const struct place *place)
{
	return command("set -e; device=$(losetup --find --show --sector-size 4096 %s); "
	               "echo 4 >/sys/block/${device#/dev/}/queue/max_sectors_kb; "
	               "mount -o errors=continue $device %s; losetup --detach $device",
	               place->image, place->mount);
}

static void
disk_mount(const struct place *place)
{
	if (place->full
	            ? !disk_mount_paged(place)
	            : !command("mount -o loop,errors=continue %s %s", place->image, place->mount))
		give_up("mount");
}

static void
disk_unmount(const struct place *place)
{
	for (int i = 0; i < 100; i++) {
		if (command("umount %s 2>/dev/null", place->mount))
			return;
		sleep_us(20000);
	}
	give_up("umount");
}

/* An empty file system whose own tables have their room already: only data meets a full
 * disk. */
static bool
disk_make(struct place *place)
{
	return command("mkdir -p %s %s && mount -t tmpfs -o size=%dm tmpfs %s", place->disk,
	               place->mount, IMAGE_MEGABYTE, place->disk) &&
	       /* The variable makes mkfs write zeros where it would leave holes. */
	       command("truncate -s %dM %s && UNIX_IO_NOZEROOUT=1 mkfs.ext4 -q %s -E nodiscard,"
	               "lazy_itable_init=0,lazy_journal_init=0 -J size=8 %s",
	               IMAGE_MEGABYTE, place->image, place->full ? "-b 4096" : "", place->image) &&
	       command("mount -o loop %s %s && umount %s", place->image, place->mount,
	               place->mount);
}

static void
disk_drop(const struct place *place)
{
	(void)command("umount %s 2>/dev/null; rmdir %s 2>/dev/null", place->disk, place->disk);
}

/* What a cut of the power does: whatever is not on the disk yet is gone. */
static void
power_off(const struct place *place)
{
	__u32 flags  = NO_LOG_FLUSH;
	int   handle = open(place->mount, O_RDONLY | O_DIRECTORY);
	if (handle < 0 || ioctl(handle, EXT4_SHUTDOWN, &flags) != 0)
		give_up("shutdown of the file system");
	close(handle);
	disk_unmount(place);
	disk_mount(place);
}

/* ---- a full disk ---- */

/* Lines for so long; false when nobody writes any more. */
static bool
hear_for(struct record *record, FILE *output, uint64_t ms)
{
	uint64_t until = now_ms() + ms;
	while (now_ms() < until) {
		struct pollfd ready = { .fd = fileno(output), .events = POLLIN };
		if (poll(&ready, 1, 10) > 0 && !record_hear(record, output))
			return false;
	}
	return true;
}

/* No room until something was refused, or a while has passed; then room again. */
static void
disk_full(struct place *place, struct record *record, FILE *output)
{
	uint64_t before = record->refusals;
	(void)command("dd if=/dev/zero of=%s/ballast bs=64k 2>/dev/null", place->disk);
	for (int i = 0; i < 300 && record->refusals == before; i++)
		hear_for(record, output, 10);
	hear_for(record, output, draw(&place->seed) % 300);
	uint64_t refused = record->refusals - before, acks = record->acks;
	if (!command("rm %s/ballast", place->disk))
		give_up("ballast");
	if (refused == 0)
		return;
	for (uint64_t until = now_ms() + GO_ON_MS; now_ms() < until && record->acks < acks + 3;)
		if (!hear_for(record, output, 20))
			break;
	bool writable = command("touch %s/probe 2>/dev/null", place->mount);
	if (record->acks >= acks + 3)
		place->resumed++;
	else if (!writable)
		place->read_only++;
	else
		record_differs(record, "the process did not go on when the disk had room again");
}

/* ---- rounds ---- */

static void
round_write(struct place *place, struct record *record, bool eager)
{
	char first[16], threads[16], eager_text[4], patient[4];
	snprintf(first, sizeof first, "%u", place->number * THREADS_MAX);
	snprintf(threads, sizeof threads, "%u", 1 + (unsigned)(draw(&place->seed) % THREADS_MAX));
	snprintf(eager_text, sizeof eager_text, "%u", eager);
	snprintf(patient, sizeof patient, "%u", place->full);
	char *args[] = { (char[]){ "power" },   (char[]){ "write" }, place->store, first, threads,
		         (char[]){ "1000000" }, eager_text,          patient,      NULL };
	FILE *output;
	pid_t child = start_self(args, &output);
	/* Unbuffered: poll must see what was not heard yet. */
	setvbuf(output, NULL, _IONBF, 0);
	if (place->full || draw(&place->seed) % 5 != 0)
		record_hear(record, output);
	if (place->full) {
		hear_for(record, output, draw(&place->seed) % 60);
		disk_full(place, record, output);
	}
	sleep_us(draw(&place->seed) % 60000);
	kill(child, SIGKILL);
	record_hear_all(record, output);
	int status;
	waitpid(child, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) != 0)
		record_differs(record, "the writing process ended with %d", WEXITSTATUS(status));
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		record_differs(record, "the writing process died of signal %d", WTERMSIG(status));
}

static bool
round_run(struct place *place, struct record *record)
{
	struct machine machine;
	struct refusal refusal = { .err = ERR_NONE };
	bool           eager   = draw(&place->seed) % 2;
	round_write(place, record, eager);
	power_off(place);
	if (machine_open(&machine, place->store, eager, &refusal) != ERR_NONE)
		return record_differs(record, "open: %s", refusal.detail);
	bool same = record_compare(record, &machine);
	machine_close(&machine);
	return same;
}

static uint32_t
epoch_run(struct place *place, uint32_t rounds, uint64_t *acks)
{
	struct record record;
	uint32_t      passed = 0;
	if (!disk_make(place))
		give_up("disk");
	record_open(&record);
	disk_mount(place);
	for (uint32_t i = 0; i < rounds; i++, place->number++) {
		if (!round_run(place, &record)) {
			printf("round %u: %s\n", place->number, record.why);
			place->number++;
			break;
		}
		passed++;
	}
	disk_unmount(place);
	*acks += record.acks;
	place->refusals += record.refusals;
	record_close(&record);
	disk_drop(place);
	return passed;
}

/* Can it be done here at all? */
static bool
place_open(struct place *place)
{
	make_scratch(place->scratch, sizeof place->scratch);
	snprintf(place->disk, sizeof place->disk, "%s/disk", place->scratch);
	snprintf(place->image, sizeof place->image, "%s/image", place->disk);
	snprintf(place->mount, sizeof place->mount, "%s/mount", place->scratch);
	snprintf(place->store, sizeof place->store, "%s/store", place->mount);
	const char *why = geteuid() != 0 ? "not root" : NULL;
	if (why == NULL && !disk_make(place))
		why = "no file system can be mounted from a loop device here";
	disk_drop(place);
	if (why)
		printf("skipped: %s\n", why);
	return why == NULL;
}

/* ---- a loop device that lies ---- */

enum { PAGE = 4096 };

/* A loop device over a file of which the first page has its room, and no more room. */
static void
lie_prepare(const struct place *place, char device[64])
{
	char  text[300];
	FILE *said = NULL;
	snprintf(text, sizeof text, "losetup --find --show %s", place->image);
	if (command("mkdir -p %s && mount -t tmpfs -o size=2m tmpfs %s && truncate -s 1M %s && "
	            "dd if=/dev/zero of=%s bs=4k count=1 conv=notrunc status=none",
	            place->disk, place->disk, place->image, place->image)) {
		(void)command("dd if=/dev/zero of=%s/ballast bs=4k 2>/dev/null", place->disk);
		said = popen(text, "r");
	}
	if (said == NULL || fscanf(said, "%63s", device) != 1)
		give_up("loop device");
	pclose(said);
}

/* Two pages in one request: what the device says was written, and what was. */
static bool
lie_told(const char *device)
{
	static char bytes[2 * PAGE] __attribute__((aligned(PAGE)));
	ssize_t     there  = 0;
	int         handle = open(device, O_RDWR | O_DIRECT);
	memset(bytes, 'x', sizeof bytes);
	ssize_t wrote  = pwrite(handle, bytes, sizeof bytes, 0);
	bool    synced = fsync(handle) == 0;
	memset(bytes, 0, sizeof bytes);
	if (pread(handle, bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes)
		for (size_t i = 0; i < sizeof bytes; i++)
			there += bytes[i] == 'x';
	close(handle);
	printf("written, it says: %zd of %zu; synced: %s; there: %zd\n", wrote, sizeof bytes,
	       synced ? "yes" : "no", there);
	return synced && wrote > there;
}

static int
lie_show(void)
{
	struct place place = { .full = true };
	char         device[64];
	if (!place_open(&place))
		return 2;
	lie_prepare(&place, device);
	bool lies = lie_told(device);
	(void)command("losetup --detach %s", device);
	disk_drop(&place);
	remove_tree(place.scratch);
	return lies;
}

int
main(int count, char **args)
{
	if (count == 8 && strcmp(args[1], "write") == 0)
		return write_until_stopped(args[2], (uint32_t)atoi(args[3]),
		                           (uint32_t)atoi(args[4]), (uint32_t)atoi(args[5]),
		                           atoi(args[6]) != 0, atoi(args[7]) != 0);
	if (count == 2 && strcmp(args[1], "lie") == 0)
		return lie_show();
	if (count < 3)
		return 2;
	struct place place  = { .seed = count > 3 ? strtoull(args[3], NULL, 10) : now_ms(),
		                .full = strcmp(args[1], "full") == 0 };
	uint32_t     rounds = (uint32_t)atoi(args[2]), passed = 0, failed = 0;
	uint64_t     acks = 0;
	bool         able = place_open(&place);
	for (uint32_t done = 0; able && done < rounds && failed < 3;) {
		uint32_t most = place.full ? 1 : EPOCH;
		uint32_t some = rounds - done < most ? rounds - done : most;
		uint32_t good = epoch_run(&place, some, &acks);
		passed += good;
		failed += good < some;
		done += some;
	}
	remove_tree(place.scratch);
	if (able)
		printf("power %s: %llu batches acknowledged", args[1], (unsigned long long)acks);
	if (able && place.full)
		printf(", %llu times refused; the process went on %u times, the file system gave "
		       "up %u times",
		       (unsigned long long)place.refusals, place.resumed, place.read_only);
	printf("%s%u passed, %u failed\n", able ? "\n" : "", passed, failed);
	return failed > 0;
}
