/* lock.c - a file that one process holds at a time, and that says who. */
#include "edge/sys/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

static long
holder_read(int handle)
{
	char    text[32];
	ssize_t size = pread(handle, text, sizeof(text) - 1, 0);
	if (size <= 0)
		return 0;
	text[size] = 0;
	return strtol(text, NULL, 10);
}

static int
holder_write(int handle)
{
	char text[32];
	int  size = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(handle, 0) != 0)
		return errno;
	if (pwrite(handle, text, (size_t)size, 0) != size)
		return errno ? errno : EIO;
	return 0;
}

int
lock_take(const char *path, struct lock *lock, long *holder)
{
	int handle = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (handle < 0)
		return errno;

	int error = 0;
	if (flock(handle, LOCK_EX | LOCK_NB) != 0) {
		error = errno;
		if (error == EWOULDBLOCK)
			*holder = holder_read(handle);
	} else {
		error = holder_write(handle);
	}
	if (error != 0) {
		close(handle);
		return error;
	}
	lock->handle = handle;
	return 0;
}

void
lock_drop(struct lock *lock)
{
	if (lock->handle >= 0)
		close(lock->handle);
	lock->handle = -1;
}
