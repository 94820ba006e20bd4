/* file.h - files and directories, with their names made to last.
 *
 * A file's bytes are safe after fsync of the file; its name only after fsync of the
 * directory that holds it. Every call returns 0 or the errno that stopped it. */
#ifndef TALLY_EDGE_SYS_FILE_H
#define TALLY_EDGE_SYS_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/check.h"

bool file_exists(const char *path);
/* 0 when it cannot be known. */
uint64_t file_size(const char *path);

/* Nobody but the owner reads or writes it (mode 0600). */
MUST_CHECK int file_make_private(const char *path);
/* fsync of the file's bytes. */
MUST_CHECK int file_sync(const char *path);
/* fsync of a directory: the names in it are durable. */
MUST_CHECK int file_sync_directory(const char *path);
/* fsync of the directory that holds path. */
MUST_CHECK int file_sync_parent(const char *path);

/* Mode 0700, its name durable. One that is there already is fine. */
MUST_CHECK int file_make_directory(const char *path);
/* Give the file a new name that must be free (EEXIST), and make that durable. */
MUST_CHECK int file_move(const char *from, const char *to);
/* What is not there is fine. */
MUST_CHECK int file_remove(const char *path);

#endif
