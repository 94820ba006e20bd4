/* cmd_serve.c - tally serve. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/serve.h"
#include "cli/settings.h"
#include "core/json/json_read.h"
#include "edge/sys/signal.h"

/* ---- settings ---- */

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

/* The file first, the command line wins. */
static int
settings_gather(struct cli *cli, struct settings *settings)
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

/* ---- the first key ---- */

static const struct json *
member_of(struct span answer, struct span key, struct arena *arena)
{
	struct json *root = NULL;
	return json_parse(answer, arena, &root, NULL) == ERR_NONE ? json_member(root, key) : NULL;
}

/* Nobody could do anything with a store without keys. */
static void
key_make(struct engine *engine, struct arena *arena)
{
	const struct change change  = { .actor_kind = ACTOR_SYSTEM, .actor = SPAN("first start") };
	const struct span   wanted  = SPAN("{\"name\":\"operator\",\"scopes\":[\"operator\"]}");
	struct refusal      refusal = { .err = ERR_NONE };
	struct span         answer;

	enum err err = engine_key_create(engine, &change, wanted, arena, &answer, &refusal);
	if (err != ERR_NONE) {
		cli_refused(err, &refusal, "the operator's key");
		return;
	}
	const struct json *key = member_of(answer, SPAN("key"), arena);
	CHECK(key != NULL);
	printf("operator key, shown this once: %.*s\n", (int)key->text.size, key->text.at);
}

struct serving {
	struct cli    *cli;
	struct engine *engine;
};

static void
serving_ready(void *context, const char *url)
{
	const struct serving *serving = context;
	struct arena         *arena   = &serving->cli->arena;
	struct refusal        refusal = { .err = ERR_NONE };
	struct span           answer;

	enum err err = engine_key_list(serving->engine, SPAN(""), arena, &answer, &refusal);
	const struct json *keys = err == ERR_NONE ? member_of(answer, SPAN("keys"), arena) : NULL;
	if (keys && keys->count == 0)
		key_make(serving->engine, arena);
	printf("listening on %s\n", url);
	fflush(stdout);
}

/* ---- the command ---- */

static const char *
text_or_null(const char *text)
{
	return *text ? text : NULL;
}

static int
serve_with(struct cli *cli, const struct settings *settings)
{
	struct local         local;
	struct refusal       refusal = { .err = ERR_NONE };
	struct local_options options = {
		.directory    = args_value(&cli->args, OPTION_DATA),
		.catalog      = args_value(&cli->args, OPTION_CATALOG),
		.alternatives = settings->value[SETTING_CATALOG_ALTERNATIVES],
		.settings     = settings_engine(settings),
	};
	if (!options.directory)
		options.directory = "./tally-data";
	signal_hold();
	enum err err = local_open(&options, &local, &refusal);
	if (err != ERR_NONE)
		return cli_refused(err, &refusal, NULL);
	struct api_server_options server  = api_server_options_default(local.engine);
	struct serving            serving = { cli, local.engine };
	server.address                    = span_of(settings->value[SETTING_HTTP_LISTEN]);
	server.threads                    = settings_number(settings, SETTING_HTTP_THREADS);
	server.tls_cert = text_or_null(settings->value[SETTING_HTTP_TLS_CERTIFICATE]);
	server.tls_key  = text_or_null(settings->value[SETTING_HTTP_TLS_KEY]);
	return serve_until_stopped(&local, &server, serving_ready, &serving);
}

int
cmd_serve(struct cli *cli)
{
	struct settings settings = settings_default();
	int             status   = settings_gather(cli, &settings);

	return status == EXIT_DONE ? serve_with(cli, &settings) : status;
}
