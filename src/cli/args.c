/* args.c - the words of a command line: which options, which arguments. */
#include "cli/args.h"

#include <stdio.h>
#include <string.h>

const struct option_row OPTIONS[OPTION_COUNT] = {
#define OPTION_ROW(id, name, value, many, help) [OPTION_##id] = { name, value, many, help },
#include "option.def"
#undef OPTION_ROW
};

/* The option of that name, OPTION_COUNT when there is none. */
static enum option
option_find(const char *name, size_t size, uint64_t allowed)
{
	for (uint32_t i = 0; i < OPTION_COUNT; i++) {
		if ((allowed >> i & 1) && strlen(OPTIONS[i].name) == size &&
		    memcmp(OPTIONS[i].name, name, size) == 0)
			return (enum option)i;
	}
	return OPTION_COUNT;
}

static bool
args_add(struct args *args, enum option option, const char *value, char *reason)
{
	if (!OPTIONS[option].many && args_has(args, option)) {
		snprintf(reason, ARGS_REASON_SIZE, "--%s stands twice", OPTIONS[option].name);
		return false;
	}
	if (args->given_count == ARGS_GIVEN_MAX) {
		snprintf(reason, ARGS_REASON_SIZE, "there are more than %d options",
		         ARGS_GIVEN_MAX);
		return false;
	}
	args->given[args->given_count++] = (struct args_given){ option, value };
	return true;
}

/* The option in given[*at]; its value may be the word behind it. */
static bool
option_read(const char *const *given, uint32_t count, uint32_t *at, uint64_t allowed,
            struct args *args, char *reason)
{
	const char *word  = given[*at];
	bool        brief = strcmp(word, "-o") == 0;
	const char *name  = brief ? "output" : word + 1 + (word[1] == '-');
	const char *equal = brief ? NULL : strchr(name, '=');
	size_t      size  = equal ? (size_t)(equal - name) : strlen(name);
	enum option option =
		brief || word[1] == '-' ? option_find(name, size, allowed) : OPTION_COUNT;

	if (option == OPTION_COUNT) {
		snprintf(reason, ARGS_REASON_SIZE, "there is no option %.*s here",
		         (int)(name - word + (ptrdiff_t)size), word);
		if (brief)
			snprintf(reason, ARGS_REASON_SIZE, "there is no option -o here");
		return false;
	}
	if (!OPTIONS[option].value) {
		if (!equal)
			return args_add(args, option, "", reason);
		snprintf(reason, ARGS_REASON_SIZE, "--%s takes no value", OPTIONS[option].name);
		return false;
	}
	if (equal)
		return args_add(args, option, equal + 1, reason);
	if (*at + 1 >= count) {
		snprintf(reason, ARGS_REASON_SIZE, "--%s needs a value: %s", OPTIONS[option].name,
		         OPTIONS[option].value);
		return false;
	}
	*at += 1;
	return args_add(args, option, given[*at], reason);
}

bool
args_read(const char *const *given, uint32_t count, uint64_t allowed, const char **words,
          struct args *args, char reason[ARGS_REASON_SIZE])
{
	bool options = true;

	*args = (struct args){ .words = words };
	for (uint32_t i = 0; i < count; i++) {
		const char *word = given[i];
		if (options && strcmp(word, "--") == 0) {
			options = false;
		} else if (options && word[0] == '-' && word[1] != 0) {
			if (!option_read(given, count, &i, allowed, args, reason))
				return false;
		} else {
			args->words[args->words_count++] = word;
		}
	}
	return true;
}

const char *
args_value(const struct args *args, enum option option)
{
	uint32_t at = 0;
	return args_next(args, option, &at);
}

bool
args_has(const struct args *args, enum option option)
{
	return args_value(args, option) != NULL;
}

const char *
args_next(const struct args *args, enum option option, uint32_t *at)
{
	while (*at < args->given_count) {
		const struct args_given *given = &args->given[(*at)++];
		if (given->option == option)
			return given->value;
	}
	return NULL;
}
