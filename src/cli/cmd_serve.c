/* cmd_serve.c - tally serve. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/serve.h"
#include "cli/settings_given.h"
#include "core/json/json_read.h"
#include "edge/sys/signal.h"

/* ---- the first key and the first operator ---- */

struct serving {
	struct cli    *cli;
	struct engine *engine;
	const char    *directory;
};

static const struct json *
member_of(struct span answer, struct span key, struct arena *arena)
{
	struct json *root = NULL;
	return json_parse(answer, arena, &root, NULL) == ERR_NONE ? json_member(root, key) : NULL;
}

/* Where standard output is the system's journal, what is said there stays there: secrets
 * go into a file beside the store instead. */
static bool
is_journal(FILE *out)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat place;
	char        own[64];

	if (!stream || fstat(fileno(out), &place) != 0)
		return false;
	snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)place.st_dev, (uintmax_t)place.st_ino);
	return strcmp(own, stream) == 0;
}

static void
secret_show(const struct serving *serving, const char *what, struct span secret)
{
	char path[4096];

	if (!is_journal(stdout)) {
		printf("%s, shown this once: %.*s\n", what, (int)secret.size, secret.at);
		return;
	}
	snprintf(path, sizeof(path), "%s/first-secrets", serving->directory);
	int   fd  = open(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	FILE *out = fd >= 0 ? fdopen(fd, "a") : NULL;
	if (!out) {
		cli_unreadable(path, errno);
		return;
	}
	fprintf(out, "%s: %.*s\n", what, (int)secret.size, secret.at);
	fclose(out);
	printf("%s: in %s; remove that file once it was read\n", what, path);
}

/* Nobody could do anything with a store without keys. */
static void
key_make(const struct serving *serving)
{
	struct engine      *engine  = serving->engine;
	struct arena       *arena   = &serving->cli->arena;
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
	secret_show(serving, "operator key", key->text);
}

/* The same for people: somebody must be able to sign in and add the others. */
static void
operator_make(const struct serving *serving)
{
	struct arena       *arena  = &serving->cli->arena;
	const struct change change = { .actor_kind = ACTOR_SYSTEM, .actor = SPAN("first start") };
	const struct span   wanted = SPAN("{\"email\":\"operator@localhost\",\"name\":\"Operator\","
	                                    "\"operator\":true}");
	struct refusal      refusal = { .err = ERR_NONE };
	struct span         answer;

	enum err err =
		engine_person_add(serving->engine, &change, wanted, arena, &answer, &refusal);
	if (err != ERR_NONE) {
		cli_refused(err, &refusal, "the first operator");
		return;
	}
	const struct json *password = member_of(answer, SPAN("password"), arena);
	CHECK(password != NULL);
	printf("operator to sign in as: operator@localhost\n");
	secret_show(serving, "operator password", password->text);
}

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
		key_make(serving);
	if (!engine_has_operator(serving->engine))
		operator_make(serving);
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
	struct post          post;
	struct refusal       refusal = { .err = ERR_NONE };
	struct local_options options = {
		.directory    = args_value(&cli->args, OPTION_DATA),
		.catalog      = args_value(&cli->args, OPTION_CATALOG),
		.alternatives = settings->value[SETTING_CATALOG_ALTERNATIVES],
		.settings     = settings_engine(settings),
	};
	if (!options.directory)
		options.directory = "./tally-data";
	enum err err = post_open(settings, &post, &refusal);
	if (err != ERR_NONE)
		return cli_refused(err, &refusal, NULL);
	signal_hold();
	err = local_open(&options, &local, &refusal);
	if (err != ERR_NONE)
		return cli_refused(err, &refusal, NULL);
	struct api_server_options server  = api_server_options_default(local.engine);
	struct serving            serving = { cli, local.engine, options.directory };
	server.address                    = span_of(settings->value[SETTING_HTTP_LISTEN]);
	server.threads                    = settings_number(settings, SETTING_HTTP_THREADS);
	server.trusted_proxies            = span_of(settings->value[SETTING_HTTP_TRUSTED_PROXY]);
	server.tls_cert = text_or_null(settings->value[SETTING_HTTP_TLS_CERTIFICATE]);
	server.tls_key  = text_or_null(settings->value[SETTING_HTTP_TLS_KEY]);
	return serve_until_stopped(&local, &server, &post, serving_ready, &serving);
}

int
cmd_serve(struct cli *cli)
{
	struct settings settings = settings_default();
	int             status   = settings_given(cli, &settings);

	return status == EXIT_DONE ? serve_with(cli, &settings) : status;
}
