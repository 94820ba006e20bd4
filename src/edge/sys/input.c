/* input.c - whole small files, and standard input, as bytes in an arena. */
#include "edge/sys/input.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { INPUT_PIECE_SIZE = 64 * 1024 };

static int
handle_read(int handle, size_t size_max, struct arena *arena, struct span *bytes)
{
	size_t room = INPUT_PIECE_SIZE, size = 0;
	char  *at = arena_take(arena, room);

	for (;;) {
		ssize_t got = read(handle, at + size, room - size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno;
		if (got == 0)
			break;
		size += (size_t)got;
		if (size > size_max)
			return EFBIG;
		if (size == room) {
			char *wider = arena_take(arena, room * 2);
			memcpy(wider, at, size);
			at = wider;
			room *= 2;
		}
	}
	*bytes = (struct span){ at, size };
	return 0;
}

int
input_read(const char *path, size_t size_max, struct arena *arena, struct span *bytes)
{
	if (strcmp(path, "-") == 0)
		return handle_read(STDIN_FILENO, size_max, arena, bytes);
	int handle = open(path, O_RDONLY | O_CLOEXEC);
	if (handle < 0)
		return errno;
	int error = handle_read(handle, size_max, arena, bytes);
	close(handle);
	return error;
}
