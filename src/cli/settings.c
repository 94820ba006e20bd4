/* settings.c - the server's settings: from a file, from the command line, checked. */
#include "cli/settings.h"

#include <stdio.h>
#include <stdlib.h>

enum setting_kind { SETTING_KIND_NUMBER, SETTING_KIND_WORD, SETTING_KIND_TEXT };

struct setting_row {
	const char       *key;
	enum setting_kind kind;
	const char       *fallback;
	const char       *allowed; /* "0..64", "refuse|keep", or what a text is */
};

static const struct setting_row ROWS[SETTING_COUNT] = {
#define SETTING_ROW(id, key, kind, fallback, allowed, unit, sentence)                              \
	[SETTING_##id] = { key, SETTING_KIND_##kind, fallback, allowed },
#include "setting.def"
#undef SETTING_ROW
};

struct settings
settings_default(void)
{
	struct settings settings;

	for (int i = 0; i < SETTING_COUNT; i++)
		settings.value[i] = ROWS[i].fallback;
	return settings;
}

static struct span
trim(struct span text)
{
	while (text.size > 0 && strchr(" \t\r", text.at[0]))
		text = (struct span){ text.at + 1, text.size - 1 };
	while (text.size > 0 && strchr(" \t\r", text.at[text.size - 1]))
		text.size--;
	return text;
}

/* ---- one value ---- */

static bool
number_allowed(const char *allowed, const char *value)
{
	char         *least_end;
	unsigned long least = strtoul(allowed, &least_end, 10);
	unsigned long most  = strtoul(least_end + 2, NULL, 10);
	size_t        size  = strlen(value);

	if (size == 0 || size > 9 || strspn(value, "0123456789") != size)
		return false;
	unsigned long number = strtoul(value, NULL, 10);
	return number >= least && number <= most;
}

static bool
word_allowed(const char *allowed, const char *value)
{
	size_t size = strlen(value);

	for (const char *at = allowed; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL) {
		if (strcspn(at, "|") == size && memcmp(at, value, size) == 0)
			return true;
	}
	return false;
}

static bool
value_allowed(const struct setting_row *row, const char *value)
{
	switch (row->kind) {
	case SETTING_KIND_NUMBER:
		return number_allowed(row->allowed, value);
	case SETTING_KIND_WORD:
		return word_allowed(row->allowed, value);
	case SETTING_KIND_TEXT:
		return true;
	}
	return false;
}

/* "Seller Ltd|1 Main Street" */
static const char *
lines_of(const char *value, struct arena *arena)
{
	struct span text  = arena_copy(arena, (struct span){ value, strlen(value) + 1 });
	char       *lines = (char *)(uintptr_t)text.at;

	for (char *at = lines; *at; at++) {
		if (*at == '|')
			*at = '\n';
	}
	return lines;
}

enum err
settings_set(struct settings *settings, struct span text, struct arena *arena,
             struct refusal *refusal)
{
	const char *equal = memchr(text.at, '=', text.size);
	char        detail[REFUSAL_DETAIL_SIZE];

	if (!equal)
		return refuse(refusal, ERR_SETTING, SPAN(""), SPAN("a setting is NAME=VALUE"));
	struct span name  = trim((struct span){ text.at, (size_t)(equal - text.at) });
	struct span given = { equal + 1, (size_t)(text.at + text.size - equal) - 1 };
	const char *value = arena_copy_terminated(arena, trim(given));
	for (int i = 0; i < SETTING_COUNT; i++) {
		if (!span_equal(name, span_of(ROWS[i].key)))
			continue;
		if (value_allowed(&ROWS[i], value)) {
			settings->value[i] =
				i == SETTING_INVOICE_SELLER ? lines_of(value, arena) : value;
			return ERR_NONE;
		}
		snprintf(detail, sizeof(detail), "'%.100s' is not in %s", value, ROWS[i].allowed);
		return refuse(refusal, ERR_SETTING, name, span_of(detail));
	}
	snprintf(detail, sizeof(detail), "there is no setting '%.*s'",
	         name.size < 100 ? (int)name.size : 100, name.at);
	return refuse(refusal, ERR_SETTING, SPAN(""), span_of(detail));
}

/* ---- a file of them ---- */

static enum err
line_refused(enum err err, uint32_t line, struct refusal *refusal)
{
	struct refusal why = *refusal;
	char           detail[REFUSAL_DETAIL_SIZE];

	snprintf(detail, sizeof(detail), "line %u: %.180s", line, why.detail);
	return refuse(refusal, err, span_of(why.field), span_of(detail));
}

enum err
settings_read(struct settings *settings, struct span text, struct arena *arena,
              struct refusal *refusal)
{
	for (uint32_t number = 1; text.size > 0; number++) {
		const char *end  = memchr(text.at, '\n', text.size);
		size_t      size = end ? (size_t)(end - text.at) : text.size;
		struct span line = trim((struct span){ text.at, size });
		size += end != NULL;
		text = (struct span){ text.at + size, text.size - size };
		if (line.size == 0 || line.at[0] == '#')
			continue;
		enum err err = settings_set(settings, line, arena, refusal);
		if (err != ERR_NONE)
			return line_refused(err, number, refusal);
	}
	return ERR_NONE;
}

/* ---- what they mean ---- */

uint32_t
settings_number(const struct settings *settings, enum setting setting)
{
	CHECK(ROWS[setting].kind == SETTING_KIND_NUMBER);
	return (uint32_t)strtoul(settings->value[setting], NULL, 10);
}

struct engine_settings
settings_engine(const struct settings *settings)
{
	struct engine_settings engine = engine_settings_default();

	engine.max_ahead.ns   = settings_number(settings, SETTING_INGEST_MAX_AHEAD) * NS_PER_SECOND;
	engine.horizon_days   = (int32_t)settings_number(settings, SETTING_INGEST_HORIZON_DAYS);
	engine.keep_unknown   = strcmp(settings->value[SETTING_INGEST_UNKNOWN_TYPES], "keep") == 0;
	engine.grace_days     = (int32_t)settings_number(settings, SETTING_INVOICE_GRACE_DAYS);
	engine.seller         = span_of(settings->value[SETTING_INVOICE_SELLER]);
	engine.issue_by_clock = strcmp(settings->value[SETTING_INVOICE_ISSUE], "clock") == 0;
	return engine;
}
