/* demo_place.c - where `tally demo` keeps its store, and where the program is. */
#include "cli/demo_place.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "edge/sys/file.h"

/* ---- the directory ---- */

static int
take_named(const char *named, struct demo_place *place)
{
	char store[PATH_MAX + 16];

	if (snprintf(place->path, sizeof(place->path), "%s", named) >= (int)sizeof(place->path))
		return ENAMETOOLONG;
	snprintf(store, sizeof(store), "%s/tally.db", named);
	return file_exists(store) ? EEXIST : 0;
}

int
demo_place_take(const char *named, struct demo_place *place)
{
	const char *parent = getenv("TMPDIR");

	*place = (struct demo_place){ .is_passing = !named };
	if (named)
		return take_named(named, place);
	if (!parent || !*parent)
		parent = "/tmp";
	if (snprintf(place->path, sizeof(place->path), "%s/tally-demo-XXXXXX", parent) >=
	    (int)sizeof(place->path))
		return ENAMETOOLONG;
	return mkdtemp(place->path) ? 0 : errno;
}

/* A store has no directories in it. What cannot be removed stays, which harms nobody. */
void
demo_place_leave(const struct demo_place *place)
{
	DIR *directory = place->is_passing ? opendir(place->path) : NULL;

	if (!directory)
		return;
	for (const struct dirent *entry; (entry = readdir(directory));)
		(void)unlinkat(dirfd(directory), entry->d_name, 0);
	closedir(directory);
	(void)rmdir(place->path);
}

/* ---- the program ---- */

static bool
is_plain(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                         "0123456789/._-+")] == 0;
}

static bool
is_in_search_path(const char *directory, size_t size)
{
	const char *at = getenv("PATH");

	while (at && *at) {
		size_t entry = strcspn(at, ":");
		if (entry == size && memcmp(at, directory, size) == 0)
			return true;
		at += entry + (at[entry] == ':');
	}
	return false;
}

void
demo_place_program(char *program, size_t size)
{
	char    path[PATH_MAX], here[PATH_MAX];
	ssize_t path_size = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[path_size > 0 ? path_size : 0] = 0;
	const char *name                    = strrchr(path, '/');
	size_t      here_size               = getcwd(here, sizeof(here)) ? strlen(here) : 0;
	if (!name || !is_plain(path) || is_in_search_path(path, (size_t)(name - path)))
		snprintf(program, size, "tally");
	else if (here_size > 1 && strncmp(path, here, here_size) == 0 && path[here_size] == '/')
		snprintf(program, size, "%s%s", strchr(path + here_size + 1, '/') ? "" : "./",
		         path + here_size + 1);
	else
		snprintf(program, size, "%s", path);
}
