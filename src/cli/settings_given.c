/* settings_given.c - the settings that a command line gives, by file and one by one. */
#include "cli/settings_given.h"

#include <stdio.h>

static int
config_read(struct cli *cli, struct settings *settings)
{
	const char    *path    = args_value(&cli->args, OPTION_CONFIG);
	struct refusal refusal = { .err = ERR_NONE };
	struct span    text;

	if (!path)
		return EXIT_DONE;
	int status = cli_file(cli, path, &text);
	if (status != EXIT_DONE)
		return status;
	enum err err = settings_read(settings, text, &cli->arena, &refusal);
	return err == ERR_NONE ? EXIT_DONE : cli_refused(err, &refusal, path);
}

/* Options that are settings by a shorter name. */
static void
settings_short(const struct cli *cli, struct settings *settings)
{
	static const struct {
		enum option  option;
		enum setting setting;
	} pairs[] = {
		{ OPTION_LISTEN, SETTING_HTTP_LISTEN },
		{ OPTION_TLS_CERT, SETTING_HTTP_TLS_CERTIFICATE },
		{ OPTION_TLS_KEY, SETTING_HTTP_TLS_KEY },
	};
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const char *value = args_value(&cli->args, pairs[i].option);
		if (value)
			settings->value[pairs[i].setting] = value;
	}
}

int
settings_given(struct cli *cli, struct settings *settings)
{
	uint32_t at     = 0;
	int      status = config_read(cli, settings);

	if (status != EXIT_DONE)
		return status;
	for (const char *text; (text = args_next(&cli->args, OPTION_SET, &at));) {
		struct refusal refusal = { .err = ERR_NONE };
		if (settings_set(settings, span_of(text), &cli->arena, &refusal) == ERR_NONE)
			continue;
		char reason[REFUSAL_FIELD_SIZE + REFUSAL_DETAIL_SIZE + 16];
		snprintf(reason, sizeof(reason), "--set %s%s%s", refusal.field,
		         refusal.field[0] ? ": " : "", refusal.detail);
		return cli_misused(cli, reason);
	}
	settings_short(cli, settings);
	return EXIT_DONE;
}
