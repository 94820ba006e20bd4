/* check.h - what must be true, said out loud and always on.
 *
 * A CHECK that fails is a bug of ours: the process says which fact was false and
 * stops. The store is crash-safe, so stopping loses nothing that was acknowledged. */
#ifndef TALLY_CORE_BASE_CHECK_H
#define TALLY_CORE_BASE_CHECK_H

/* Writes the fact and its place to standard error and aborts. Defined in edge/sys. */
_Noreturn void check_failed(const char *fact, const char *file, int line);

#define CHECK(fact)                                                                                \
	do {                                                                                       \
		if (__builtin_expect(!(fact), 0))                                                  \
			check_failed(#fact, __FILE__, __LINE__);                                   \
	} while (0)

#define MUST_CHECK __attribute__((warn_unused_result))

#endif
