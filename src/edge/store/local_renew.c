/* local_renew.c - files of the store that a failed sync may have left in doubt.
 *
 * After a failed sync ext4 may go on to call blocks of a file unwritten although their
 * pages, clean now, read as they should: whatever is written into them and synced later
 * reads zeros after the next mount. A new file has new blocks. */
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/fiemap.h>
#include <linux/fs.h>

#include "edge/store/local_int.h"
#include "edge/sys/file.h"

enum { COPY_SIZE = 64 * 1024, EXTENTS = 256 };

/* ---- is it in doubt? ---- */

/* Whether the file system calls a part of the file unwritten. We never set room aside, so
 * such a part was written and its sync has failed, in this process or an earlier one. */
static bool
has_unwritten(int handle)
{
	union {
		struct fiemap map;
		char          room[sizeof(struct fiemap) + EXTENTS * sizeof(struct fiemap_extent)];
	} answer;
	const struct fiemap_extent *extent = answer.map.fm_extents;
	uint64_t                    from   = 0;

	for (;;) {
		memset(&answer.map, 0, sizeof(answer.map));
		answer.map.fm_start        = from;
		answer.map.fm_length       = FIEMAP_MAX_OFFSET - from;
		answer.map.fm_extent_count = EXTENTS;
		/* Not every file system answers: then what a restart finds is believed. */
		if (ioctl(handle, FS_IOC_FIEMAP, &answer.map) != 0)
			return false;
		for (uint32_t i = 0; i < answer.map.fm_mapped_extents; i++)
			if (extent[i].fe_flags & FIEMAP_EXTENT_UNWRITTEN)
				return true;
		if (answer.map.fm_mapped_extents < EXTENTS)
			return false;
		from = extent[EXTENTS - 1].fe_logical + extent[EXTENTS - 1].fe_length;
	}
}

bool
path_in_doubt(const char *path)
{
	int handle = open(path, O_RDONLY | O_CLOEXEC);
	if (handle < 0)
		return true;

	bool doubt = fsync(handle) != 0 || has_unwritten(handle);
	close(handle);
	return doubt;
}

/* ---- renewing ---- */

static int
bytes_copy(int from, int to)
{
	char    bytes[COPY_SIZE];
	off_t   at = 0;
	ssize_t size;

	while ((size = pread(from, bytes, sizeof(bytes), at)) > 0) {
		for (ssize_t done = 0; done < size;) {
			ssize_t wrote = pwrite(to, bytes + done, (size_t)(size - done), at + done);
			if (wrote <= 0)
				return wrote < 0 ? errno : EIO;
			done += wrote;
		}
		at += size;
	}
	if (size < 0)
		return errno;
	return fsync(to) == 0 ? 0 : errno;
}

/* The copy takes the name only when it is whole and synced. */
static int
handle_renew(const struct local *local, int from, const char *path)
{
	char fresh[PATH_MAX + 8];

	snprintf(fresh, sizeof(fresh), "%s.new", path);
	int to = open(fresh, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (to < 0)
		return errno;
	int error = bytes_copy(from, to);
	close(to);
	if (error == 0 && renameat2(AT_FDCWD, fresh, AT_FDCWD, path, 0) != 0)
		error = errno;
	return error == 0 ? file_sync_directory(local->directory) : error;
}

enum err
path_renew(const struct local *local, const char *path)
{
	int handle = open(path, O_RDONLY | O_CLOEXEC);
	if (handle < 0)
		return errno == ENOENT ? ERR_NONE : file_fault(errno, "opening", path);

	int error = file_size(path) > 0 ? handle_renew(local, handle, path) : 0;
	close(handle);
	return error == 0 ? ERR_NONE : file_fault(error, "writing again", path);
}
