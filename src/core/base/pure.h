/* pure.h - the words that the core may not say; force-included into each of its files.
 *
 * Pure means: no memory of its own, no clock, no files, no threads, no floating point.
 * The few system headers that the core may use come first, because a poisoned word is
 * refused in any header that follows. Words that are also good names of fields (free,
 * open, time) are left to tools/check_purity, which reads the undefined symbols. */
#ifndef TALLY_CORE_BASE_PURE_H
#define TALLY_CORE_BASE_PURE_H

#include <limits.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif
#define XXH_INLINE_ALL
#include <xxhash.h>

/* clang-format off */
#pragma GCC poison malloc calloc realloc aligned_alloc strdup strndup
#pragma GCC poison printf fprintf sprintf snprintf vsnprintf fopen fread fwrite
#pragma GCC poison clock_gettime gettimeofday localtime gmtime mktime strftime
#pragma GCC poison pthread_create pthread_mutex_lock thrd_create mtx_lock
#pragma GCC poison getrandom getenv setlocale setjmp longjmp
#pragma GCC poison strtol strtoul strtod atoi atof qsort bsearch
#pragma GCC poison float double
/* clang-format on */

#endif
