/* terminal.c - what standard output is, and how wide text is on it. */
#define _GNU_SOURCE

#include "cli/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

uint32_t
terminal_columns(void)
{
	struct winsize size = { 0 };

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
		return 0;
	return size.ws_col;
}

bool
terminal_has_colour(void)
{
	const char *refused = getenv("NO_COLOR");
	const char *name    = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(refused && *refused) && name && *name &&
	       strcmp(name, "dumb") != 0;
}

/* The columns of the character at the start of text, *size bytes long. */
static uint32_t
character_width(struct span text, size_t *size)
{
	mbstate_t state = { 0 };
	wchar_t   wide;
	size_t    used = mbrtowc(&wide, text.at, text.size, &state);

	if (used == 0 || used > text.size) {
		*size = 1;
		return 1;
	}
	*size     = used;
	int width = wcwidth(wide);
	return width < 0 ? 1 : (uint32_t)width;
}

struct span
text_fit(struct span text, uint32_t width)
{
	size_t   at   = 0;
	uint32_t used = 0;

	while (at < text.size) {
		size_t   size;
		uint32_t more =
			character_width((struct span){ text.at + at, text.size - at }, &size);
		if (used + more > width)
			break;
		used += more;
		at += size;
	}
	return (struct span){ text.at, at };
}

uint32_t
text_width(struct span text)
{
	size_t   at   = 0;
	uint32_t used = 0;

	while (at < text.size) {
		size_t size;
		used += character_width((struct span){ text.at + at, text.size - at }, &size);
		at += size;
	}
	return used;
}
