/* cmd_care.c - tally backup, verify, catalog check. */
#include "cli/client.h"
#include "cli/show.h"
#include "core/json/json_write.h"

/* What was checked: "events 375, accounts 1, ..." */
static void
show_numbers(const struct json *answer)
{
	const char *between = "";

	for (const struct json *member = answer->first; member; member = member->next) {
		if (member->kind != JSON_NUMBER)
			continue;
		printf("%s%.*s %.*s", between, (int)member->key.size, member->key.at,
		       (int)member->text.size, member->text.at);
		between = ", ";
	}
	printf("\n");
}

static void
show_backup(struct cli *cli, const struct json *answer)
{
	printf("copied to ");
	show_clean(cli, show_text(answer, "path"));
	printf("\n");
}

static void
show_verify(struct cli *cli, const struct json *answer)
{
	(void)cli;
	printf("all is as the log says: ");
	show_numbers(answer);
}

static void
show_catalog(struct cli *cli, const struct json *answer)
{
	printf("the catalogue ");
	show_clean(cli, show_text(answer, "name"));
	putchar(' ');
	show_clean(cli, show_text(answer, "version"));
	printf(" is valid: ");
	show_numbers(answer);
}

int
cmd_backup(struct cli *cli)
{
	return client_change(cli, TELL_BACKUP, CLIENT_MUST_EXIST, cli_word(cli, 0), show_backup);
}

int
cmd_verify(struct cli *cli)
{
	return client_change(cli, TELL_VERIFY, CLIENT_MUST_EXIST, SPAN(""), show_verify);
}

static struct span
catalog_answer(const struct catalog *catalog, struct arena *arena)
{
	struct json_out out;

	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("name"), catalog->name);
	json_key_string(&out, SPAN("version"), catalog->version);
	json_key_uint(&out, SPAN("types"), catalog->types_count);
	json_key_uint(&out, SPAN("meters"), catalog->meters_count);
	json_key_uint(&out, SPAN("modules"), catalog->modules_count);
	json_key_uint(&out, SPAN("rules"), catalog->rules_count);
	json_key(&out, SPAN("alternatives"));
	json_array(&out);
	for (uint32_t i = 0; i < catalog->alternatives_count; i++)
		json_string(&out, catalog->alternatives[i].name);
	json_array_end(&out);
	json_object_end(&out);
	return json_close(&out);
}

int
cmd_catalog_check(struct cli *cli)
{
	const char           *path = cli->args.words[0];
	const struct catalog *catalog;
	struct refusal        refusal = { .err = ERR_NONE };
	enum err              err     = local_catalog_read(path, &cli->arena, &catalog, &refusal);

	if (err == ERR_FILE_READ) {
		cli_complain("", refusal.detail, "");
		return EXIT_REFUSED;
	}
	if (err != ERR_NONE)
		return cli_refused(err, &refusal, path);
	return cli_answer(cli, catalog_answer(catalog, &cli->arena), show_catalog);
}
