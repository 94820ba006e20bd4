/* disk.h - every call that changes files, seen and, when asked for, spoiled.
 *
 * This program's own open, write, fsync, ... stand before the C library's, for our code
 * and for SQLite's alike. Calls on files under disk_watch's directory (and on the
 * directory) go to the hook first; what SQLite maps as shared memory (-shm) does not
 * outlive a power cut and is left alone. Included by one file a program. */
#ifndef TALLY_TESTS_CRASH_DISK_H
#define TALLY_TESTS_CRASH_DISK_H

#include "load.h"

#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

enum disk_kind {
	DISK_CREATE,
	DISK_WRITE,
	DISK_TRUNCATE,
	DISK_SYNC,
	DISK_SYNC_DIRECTORY,
	DISK_REMOVE,
	DISK_MOVE,
	DISK_EXTENTS,
	DISK_KINDS
};

static const char *const disk_names[DISK_KINDS] = {
	[DISK_CREATE]         = "create",
	[DISK_WRITE]          = "write",
	[DISK_TRUNCATE]       = "truncate",
	[DISK_SYNC]           = "sync",
	[DISK_REMOVE]         = "remove",
	[DISK_MOVE]           = "move",
	[DISK_SYNC_DIRECTORY] = "sync directory",
	[DISK_EXTENTS]        = "extents",
};

struct disk_call {
	enum disk_kind kind;
	const char    *name; /* in the directory */
	const char    *to;   /* DISK_MOVE */
	off_t          offset;
	const void    *bytes;
	size_t         size;       /* DISK_WRITE: of bytes; DISK_TRUNCATE: of the file then */
	int            error;      /* the hook sets it: the call fails and does nothing */
	size_t         size_taken; /* the hook may make it less: a short write */
	bool           unwritten;  /* DISK_EXTENTS: the hook says that a part of the file is */
};

typedef void disk_hook(struct disk_call *call);

enum { DISK_HANDLES = 1024, DISK_NAME = 32 };

/* The only state of this suite that every call must reach: the C library's functions
 * have no place for a context. */
static struct {
	pthread_mutex_t lock;
	char            directory[200];
	size_t          directory_size;
	disk_hook      *hook;
	char            names[DISK_HANDLES][DISK_NAME]; /* of open handles; "/": the directory */
} disk = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* No call is watched while hook is NULL. */
static inline void
disk_watch(const char *directory, disk_hook *hook)
{
	pthread_mutex_lock(&disk.lock);
	snprintf(disk.directory, sizeof disk.directory, "%s", directory);
	disk.directory_size = strlen(directory);
	disk.hook           = hook;
	pthread_mutex_unlock(&disk.lock);
}

/* The name in the directory, "/" for itself, NULL for what is elsewhere or not ours. */
static const char *
disk_name(const char *path)
{
	size_t size = disk.directory_size;
	if (disk.hook == NULL || strncmp(path, disk.directory, size) != 0)
		return NULL;
	if (path[size] == '\0')
		return "/";
	if (path[size] != '/' || strlen(path + size + 1) >= DISK_NAME)
		return NULL;
	size_t length = strlen(path);
	if (strcmp(path + length - 4, "-shm") == 0 || strcmp(path + size + 1, "lock") == 0)
		return NULL;
	return path + size + 1;
}

/* 0: go on, with call->size_taken; otherwise errno is set. */
static int
disk_ask(struct disk_call *call)
{
	call->size_taken = call->size;
	if (disk.hook == NULL)
		return 0;
	pthread_mutex_lock(&disk.lock);
	if (disk.hook)
		disk.hook(call);
	pthread_mutex_unlock(&disk.lock);
	if (call->error == 0)
		return 0;
	errno = call->error;
	return -1;
}

static const char *
disk_handle(int handle)
{
	if (handle < 0 || handle >= DISK_HANDLES || disk.names[handle][0] == '\0')
		return NULL;
	return disk.names[handle];
}

/* ---- the calls ---- */

static int
disk_open(const char *path, int flags, mode_t mode)
{
	const char *name = disk_name(path);
	if (name && flags & O_CREAT && access(path, F_OK) != 0) {
		struct disk_call call = { .kind = DISK_CREATE, .name = name };
		if (disk_ask(&call) != 0)
			return -1;
	} else if (name && flags & O_TRUNC) {
		struct disk_call call = { .kind = DISK_TRUNCATE, .name = name };
		if (disk_ask(&call) != 0)
			return -1;
	}
	int handle = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	if (handle >= 0 && handle < DISK_HANDLES)
		snprintf(disk.names[handle], DISK_NAME, "%s", name ? name : "");
	return handle;
}

int
open(const char *path, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
	va_end(args);
	return disk_open(path, flags, mode);
}

int
open64(const char *path, int flags, ...)
{
	va_list args;
	va_start(args, flags);
	mode_t mode = flags & O_CREAT ? va_arg(args, mode_t) : 0;
	va_end(args);
	return disk_open(path, flags, mode);
}

int
close(int handle)
{
	if (handle >= 0 && handle < DISK_HANDLES)
		disk.names[handle][0] = '\0';
	return (int)syscall(SYS_close, handle);
}

static ssize_t
disk_write(int handle, const void *bytes, size_t size, off_t offset)
{
	const char *name = disk_handle(handle);
	if (name == NULL)
		return syscall(SYS_pwrite64, handle, bytes, size, offset);
	struct disk_call call = {
		.kind = DISK_WRITE, .name = name, .offset = offset, .bytes = bytes, .size = size
	};
	if (disk_ask(&call) != 0)
		return -1;
	return syscall(SYS_pwrite64, handle, bytes, call.size_taken, offset);
}

ssize_t
pwrite(int handle, const void *bytes, size_t size, off_t offset)
{
	return disk_write(handle, bytes, size, offset);
}

ssize_t
pwrite64(int handle, const void *bytes, size_t size, off64_t offset)
{
	return disk_write(handle, bytes, size, offset);
}

static int
disk_truncate(int handle, off_t size)
{
	const char *name = disk_handle(handle);
	if (name) {
		struct disk_call call = { .kind = DISK_TRUNCATE,
			                  .name = name,
			                  .size = (size_t)size };
		if (disk_ask(&call) != 0)
			return -1;
	}
	return (int)syscall(SYS_ftruncate, handle, size);
}

int
ftruncate(int handle, off_t size)
{
	return disk_truncate(handle, size);
}

int
ftruncate64(int handle, off64_t size)
{
	return disk_truncate(handle, size);
}

static int
disk_sync(int handle, long number)
{
	const char *name = disk_handle(handle);
	if (name) {
		bool             directory = strcmp(name, "/") == 0;
		struct disk_call call      = { .kind = directory ? DISK_SYNC_DIRECTORY : DISK_SYNC,
			                       .name = name };
		if (disk_ask(&call) != 0)
			return -1;
	}
	return (int)syscall(number, handle);
}

int
fsync(int handle)
{
	return disk_sync(handle, SYS_fsync);
}

int
fdatasync(int handle)
{
	return disk_sync(handle, SYS_fdatasync);
}

/* Which parts of a file the file system calls unwritten (FIEMAP). */
int
ioctl(int handle, unsigned long request, ...)
{
	va_list args;
	va_start(args, request);
	struct fiemap *map = va_arg(args, struct fiemap *);
	va_end(args);
	const char      *name = request == FS_IOC_FIEMAP ? disk_handle(handle) : NULL;
	struct disk_call call = { .kind = DISK_EXTENTS, .name = name };
	if (name && disk_ask(&call) != 0)
		return -1;
	if (!call.unwritten)
		return (int)syscall(SYS_ioctl, handle, request, map);
	map->fm_mapped_extents = 1;
	map->fm_extents[0]     = (struct fiemap_extent){
		    .fe_flags = FIEMAP_EXTENT_UNWRITTEN | FIEMAP_EXTENT_LAST,
	};
	return 0;
}

int
unlink(const char *path)
{
	const char *name = disk_name(path);
	if (name && access(path, F_OK) == 0) {
		struct disk_call call = { .kind = DISK_REMOVE, .name = name };
		if (disk_ask(&call) != 0)
			return -1;
	}
	return (int)syscall(SYS_unlink, path);
}

int
renameat2(int from_directory, const char *from, int to_directory, const char *to,
          unsigned int flags)
{
	const char *name = disk_name(from), *new_name = disk_name(to);
	if (name && new_name) {
		struct disk_call call = { .kind = DISK_MOVE, .name = name, .to = new_name };
		if (disk_ask(&call) != 0)
			return -1;
	}
	return (int)syscall(SYS_renameat2, from_directory, from, to_directory, to, flags);
}

#endif
