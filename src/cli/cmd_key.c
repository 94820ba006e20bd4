/* cmd_key.c - tally key create, list, revoke. */
#include "cli/client.h"
#include "cli/show.h"
#include "core/json/json_write.h"

static const struct show_column KEYS[] = {
	{ "ID", "id", SHOW_TEXT },           { "NAME", "name", SHOW_TEXT },
	{ "SCOPES", "scopes", SHOW_LIST },   { "ACCOUNT", "account", SHOW_TEXT },
	{ "CREATED", "created", SHOW_TIME }, { "EXPIRES", "expires", SHOW_TIME },
	{ "LAST USE", "used", SHOW_TIME },   { "", "revoked", SHOW_FLAG },
};
enum { KEYS_COUNT = sizeof(KEYS) / sizeof(KEYS[0]) };

static void
show_keys(struct cli *cli, const struct json *answer)
{
	if (show_table(cli, json_member(answer, SPAN("keys")), KEYS, KEYS_COUNT, 0) == 0)
		printf("no keys\n");
}

static void
show_key(struct cli *cli, const struct json *answer)
{
	struct json one = *answer, list = { .kind = JSON_ARRAY, .count = 1, .first = &one };
	struct span secret = show_text(answer, "key");

	one.next = NULL;
	show_table(cli, &list, KEYS, KEYS_COUNT, 0);
	if (secret.size > 0)
		printf("\nkey, shown this once: %.*s\n", (int)secret.size, secret.at);
}

/* The key that the options describe. */
static struct span
key_of_options(const struct cli *cli, struct arena *arena)
{
	struct json_out out;
	uint32_t        at = 0;

	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("name"), cli_value(cli, OPTION_NAME));
	json_key(&out, SPAN("scopes"));
	json_array(&out);
	for (const char *scope; (scope = args_next(&cli->args, OPTION_SCOPE, &at));)
		json_string(&out, span_of(scope));
	json_array_end(&out);
	if (args_has(&cli->args, OPTION_ACCOUNT))
		json_key_string(&out, SPAN("account"), cli_value(cli, OPTION_ACCOUNT));
	if (args_has(&cli->args, OPTION_EXPIRES))
		json_key_string(&out, SPAN("expires"), cli_value(cli, OPTION_EXPIRES));
	json_object_end(&out);
	return json_close(&out);
}

static int
key_read(struct cli *cli, struct span *json)
{
	if (cli->args.words_count > 0)
		return cli_file(cli, cli->args.words[0], json);
	if (!args_has(&cli->args, OPTION_NAME) || !args_has(&cli->args, OPTION_SCOPE))
		return cli_misused(cli, "--name and --scope are needed, or a FILE");
	*json = key_of_options(cli, &cli->arena);
	return EXIT_DONE;
}

int
cmd_key_create(struct cli *cli)
{
	struct span json   = SPAN("");
	int         status = key_read(cli, &json);

	if (status != EXIT_DONE)
		return status;
	return client_change(cli, TELL_KEY, CLIENT_MAY_MAKE, json, show_key);
}

int
cmd_key_list(struct cli *cli)
{
	struct question question = { .account = cli_value(cli, OPTION_ACCOUNT) };
	return client_show(cli, ASK_KEYS, &question, show_keys);
}

int
cmd_key_revoke(struct cli *cli)
{
	return client_change(cli, TELL_REVOKE, CLIENT_MUST_EXIST, cli_word(cli, 0), show_key);
}
