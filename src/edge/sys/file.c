/* file.c - files and directories, with their names made to last. */
#define _GNU_SOURCE

#include "edge/sys/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool
file_exists(const char *path)
{
	struct stat about;
	return lstat(path, &about) == 0;
}

uint64_t
file_size(const char *path)
{
	struct stat about;
	return stat(path, &about) == 0 ? (uint64_t)about.st_size : 0;
}

int
file_make_private(const char *path)
{
	return chmod(path, 0600) == 0 ? 0 : errno;
}

static int
path_sync(const char *path, int flags)
{
	int handle = open(path, flags | O_CLOEXEC);
	if (handle < 0)
		return errno;
	int error = fsync(handle) == 0 ? 0 : errno;
	if (close(handle) != 0 && error == 0)
		error = errno;
	return error;
}

int
file_sync(const char *path)
{
	return path_sync(path, O_RDONLY);
}

int
file_sync_directory(const char *path)
{
	return path_sync(path, O_RDONLY | O_DIRECTORY);
}

int
file_sync_parent(const char *path)
{
	char        parent[PATH_MAX];
	size_t      size = strlen(path);
	const char *slash;

	while (size > 1 && path[size - 1] == '/')
		size--;
	slash = memrchr(path, '/', size);
	if (!slash)
		return file_sync_directory(".");
	if (slash == path)
		return file_sync_directory("/");
	if ((size_t)(slash - path) >= sizeof(parent))
		return ENAMETOOLONG;
	memcpy(parent, path, (size_t)(slash - path));
	parent[slash - path] = 0;
	return file_sync_directory(parent);
}

int
file_make_directory(const char *path)
{
	struct stat about;

	if (mkdir(path, 0700) == 0)
		return file_sync_parent(path);
	if (errno != EEXIST)
		return errno;
	if (stat(path, &about) != 0)
		return errno;
	return S_ISDIR(about.st_mode) ? 0 : ENOTDIR;
}

int
file_move(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) != 0)
		return errno;
	return file_sync_parent(to);
}

int
file_remove(const char *path)
{
	if (unlink(path) == 0 || errno == ENOENT)
		return 0;
	return errno;
}
