/* args.h - the words of a command line: which command, which options, which arguments.
 *
 * Pure. Words stay the caller's. Options may stand anywhere behind the command, as
 * `--name value` or `--name=value`; `--` ends them; `-` alone is an argument. */
#ifndef TALLY_CLI_ARGS_H
#define TALLY_CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/check.h"

enum option {
#define OPTION_ROW(id, name, value, many, help) OPTION_##id,
#include "option.def"
#undef OPTION_ROW
	OPTION_COUNT
};

/* A set of options is a sum of these. */
#define HAS(id) (UINT64_C(1) << OPTION_##id)
_Static_assert(OPTION_COUNT <= 64, "a set of options fits into 64 bits");

struct option_row {
	const char *name;  /* without its dashes */
	const char *value; /* what it is called in help; NULL: a flag */
	bool        many;  /* may stand more than once */
	const char *help;
};
extern const struct option_row OPTIONS[OPTION_COUNT];

enum { ARGS_GIVEN_MAX = 64, ARGS_REASON_SIZE = 160 };

struct args_given {
	enum option option;
	const char *value; /* "" for a flag */
};

struct args {
	struct args_given given[ARGS_GIVEN_MAX];
	uint32_t          given_count;
	const char      **words; /* what is no option, in order */
	uint32_t          words_count;
};

/* Sort out count words. words (room for count) is filled with those that are no option.
 * false: reason says which option is unknown, stands twice or lacks its value. */
MUST_CHECK bool args_read(const char *const *given, uint32_t count, uint64_t allowed,
                          const char **words, struct args *args, char reason[ARGS_REASON_SIZE]);

/* The option's value, "" for a flag, NULL when it was not given. */
const char *args_value(const struct args *args, enum option option);
bool        args_has(const struct args *args, enum option option);
/* The next value of an option that may stand more than once; *at starts at 0. */
const char *args_next(const struct args *args, enum option option, uint32_t *at);

#endif
