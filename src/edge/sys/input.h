/* input.h - whole small files, and standard input, as bytes in an arena. */
#ifndef TALLY_EDGE_SYS_INPUT_H
#define TALLY_EDGE_SYS_INPUT_H

#include "core/base/arena.h"
#include "core/base/check.h"

/* All bytes of the file at path; "-" is standard input. 0, or the errno that stopped
 * it: EISDIR for a directory, EFBIG when it holds more than size_max bytes. */
MUST_CHECK int input_read(const char *path, size_t size_max, struct arena *arena,
                          struct span *bytes);

#endif
