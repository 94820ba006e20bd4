/* check.c - the last words of a process that found itself wrong. */
#include "core/base/check.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void
check_failed(const char *fact, const char *file, int line)
{
	fprintf(stderr, "tally: bug: %s is false at %s:%d\n", fact, file, line);
	abort();
}
