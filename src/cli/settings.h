/* settings.h - the server's settings: from a file, from the command line, checked.
 *
 * Values are text of the caller's or of the arena. */
#ifndef TALLY_CLI_SETTINGS_H
#define TALLY_CLI_SETTINGS_H

#include "core/base/arena.h"
#include "core/base/err.h"
#include "engine/engine.h"

enum setting {
#define SETTING_ROW(id, key, kind, fallback, allowed, unit, sentence) SETTING_##id,
#include "setting.def"
#undef SETTING_ROW
	SETTING_COUNT
};

struct settings {
	const char *value[SETTING_COUNT]; /* "": not set */
};

struct settings settings_default(void);

/* One NAME=VALUE; white space around both is dropped. ERR_SETTING says which and why. */
MUST_CHECK enum err settings_set(struct settings *settings, struct span text, struct arena *arena,
                                 struct refusal *refusal);
/* Lines NAME = VALUE; those that are blank or begin with # mean nothing. *refusal names
 * the line in its detail. */
MUST_CHECK enum err settings_read(struct settings *settings, struct span text, struct arena *arena,
                                  struct refusal *refusal);

/* A setting that is a number. */
uint32_t               settings_number(const struct settings *settings, enum setting setting);
struct engine_settings settings_engine(const struct settings *settings);

#endif
