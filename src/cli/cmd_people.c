/* cmd_people.c - tally people, developers, assignment: who has which module. */
#include "cli/client_people.h"
#include "cli/show.h"
#include "core/base/limit.h"
#include "core/json/json_write.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- lists ---- */

static const struct show_column PEOPLE[] = {
	{ "EMAIL", "email", SHOW_TEXT },
	{ "NAME", "name", SHOW_TEXT },
	{ "GROUPS", "groups", SHOW_LIST },
	{ "MODULES", "modules", SHOW_LIST },
	{ "LAST ACTIVITY", "last_activity", SHOW_TIME },
	{ "SERVICE ACCOUNT", "service_account", SHOW_FLAG },
};

static const struct show_column DEVELOPERS[] = {
	{ "EMAIL", "email", SHOW_TEXT },
	{ "NAME", "name", SHOW_TEXT },
	{ "MANAGER", "manager_email", SHOW_TEXT },
	{ "ROLE", "role", SHOW_TEXT },
	{ "COLUMNS", "columns", SHOW_TEXT },
	{ "SINCE", "since", SHOW_TIME },
	{ "LAST ACTIVITY", "last_activity", SHOW_TIME },
};

static const struct show_column ASSIGNMENTS[] = {
	{ "MODULE", "module", SHOW_TEXT },   { "ASSIGN", "assign", SHOW_TEXT },
	{ "GROUPS", "groups", SHOW_LIST },   { "SERVICE ACCOUNTS", "service_accounts", SHOW_LIST },
	{ "PEOPLE", "people", SHOW_NUMBER },
};

/* none: what is said of an empty list. */
static void
show_list(struct cli *cli, const struct json *answer, const char *name, const char *none,
          const struct show_column *columns, size_t count)
{
	if (show_table(cli, json_member(answer, span_of(name)), columns, count, 0) == 0)
		printf("%s\n", none);
	show_next(cli, answer);
}

static void
show_people(struct cli *cli, const struct json *answer)
{
	show_list(cli, answer, "people", "nobody", PEOPLE, COUNT(PEOPLE));
}

static void
show_developers(struct cli *cli, const struct json *answer)
{
	show_list(cli, answer, "developers", "nobody", DEVELOPERS, COUNT(DEVELOPERS));
}

static void
show_assignments(struct cli *cli, const struct json *answer)
{
	show_list(cli, answer, "modules", "no assignments", ASSIGNMENTS, COUNT(ASSIGNMENTS));
}

static int
list_print(struct cli *cli, struct span answer, struct span names, cli_show *show)
{
	if (!args_has(&cli->args, OPTION_CSV))
		return cli_answer(cli, answer, show);
	return client_csv(cli, answer, names, stdout);
}

static int
list_show(struct cli *cli, enum people_list list, struct span names, cli_show *show)
{
	struct question question;
	struct client   client;
	struct span     answer;
	struct refusal  refusal = { .err = ERR_NONE };
	int             status  = client_question(cli, &question);

	if (status == EXIT_DONE)
		status = client_open(cli, CLIENT_MUST_EXIST, &client);
	if (status != EXIT_DONE)
		return status;
	question.module = cli_value(cli, OPTION_MODULE);
	enum err err    = client_people_list(&client, list, &question, &answer, &refusal);
	status          = err == ERR_NONE ? list_print(cli, answer, names, show)
	                                  : cli_refused(err, &refusal, NULL);
	return client_close(&client, status);
}

int
cmd_people_list(struct cli *cli)
{
	return list_show(cli, LIST_PEOPLE, SPAN("people"), show_people);
}

int
cmd_developers_list(struct cli *cli)
{
	return list_show(cli, LIST_DEVELOPERS, SPAN("developers"), show_developers);
}

int
cmd_assignment_list(struct cli *cli)
{
	return list_show(cli, LIST_ASSIGNMENTS, SPAN("modules"), show_assignments);
}

/* ---- changes ---- */

static void
show_counts(struct cli *cli, const struct json *answer)
{
	struct span granted = show_text(answer, "granted"), revoked = show_text(answer, "revoked");
	(void)cli;
	printf("granted %.*s, revoked %.*s\n", (int)granted.size, granted.at, (int)revoked.size,
	       revoked.at);
}

static void
list_write(struct json_out *out, const struct cli *cli, struct span key, enum option option)
{
	uint32_t at = 0;
	if (!args_has(&cli->args, option))
		return;
	json_key(out, key);
	json_array(out);
	for (const char *value; (value = args_next(&cli->args, option, &at));)
		json_string(out, span_of(value));
	json_array_end(out);
}

static struct span
person_of_options(struct cli *cli)
{
	struct json_out out;
	json_open(&out, &cli->arena);
	json_object(&out);
	json_key_string(&out, SPAN("email"), cli_word(cli, 1));
	if (args_has(&cli->args, OPTION_NAME))
		json_key_string(&out, SPAN("name"), cli_value(cli, OPTION_NAME));
	list_write(&out, cli, SPAN("modules"), OPTION_MODULE);
	list_write(&out, cli, SPAN("groups"), OPTION_GROUP);
	if (args_has(&cli->args, OPTION_SERVICE_ACCOUNT))
		json_key_bool(&out, SPAN("service_account"), true);
	json_object_end(&out);
	return json_close(&out);
}

/* Print what came of it, and close. */
static int
change_done(struct client *client, enum err err, struct span answer, const struct refusal *refusal)
{
	int status = err == ERR_NONE ? cli_answer(client->cli, answer, show_counts)
	                             : cli_refused(err, refusal, NULL);
	return client_close(client, status);
}

int
cmd_people_grant(struct cli *cli)
{
	struct client  client;
	struct span    answer  = SPAN("");
	struct refusal refusal = { .err = ERR_NONE };
	int            status  = client_open(cli, CLIENT_MUST_EXIST, &client);
	if (status != EXIT_DONE)
		return status;
	enum err err = client_people_grant(&client, cli_word(cli, 0), person_of_options(cli),
	                                   &answer, &refusal);
	return change_done(&client, err, answer, &refusal);
}

int
cmd_people_revoke(struct cli *cli)
{
	struct client  client;
	struct span    answer  = SPAN("");
	struct refusal refusal = { .err = ERR_NONE };
	int            status  = client_open(cli, CLIENT_MUST_EXIST, &client);
	if (status != EXIT_DONE)
		return status;
	enum err err = client_people_revoke(&client, cli_word(cli, 0), cli_word(cli, 1),
	                                    cli_value(cli, OPTION_MODULE), &answer, &refusal);
	return change_done(&client, err, answer, &refusal);
}

static const struct show_column MEANINGS[] = {
	{ "MODULE", "module", SHOW_TEXT },
	{ "PEOPLE NOW", "now", SHOW_NUMBER },
	{ "THEN", "then", SHOW_NUMBER },
	{ "LICENCES OWNED", "licences.owned", SHOW_NUMBER },
	{ "USED NOW", "licences.now", SHOW_NUMBER },
	{ "THEN", "licences.then", SHOW_NUMBER },
};

static void
show_meaning(struct cli *cli, const struct json *answer)
{
	struct span gaining = show_text(answer, "gaining.count");
	struct span losing  = show_text(answer, "losing.count");
	show_table(cli, json_member(answer, SPAN("modules")), MEANINGS, COUNT(MEANINGS), 0);
	printf("\nNothing is changed: %.*s would gain, %.*s would lose.\n", (int)gaining.size,
	       gaining.at, (int)losing.size, losing.at);
}

int
cmd_assignment_put(struct cli *cli)
{
	struct client  client;
	struct span    json, answer = SPAN("");
	struct refusal refusal = { .err = ERR_NONE };
	int            status  = cli_file(cli, cli->args.words[1], &json);
	if (status == EXIT_DONE)
		status = client_open(cli, CLIENT_MUST_EXIST, &client);
	if (status != EXIT_DONE)
		return status;
	bool     preview = args_has(&cli->args, OPTION_DRY_RUN);
	enum err err = client_assign(&client, cli_word(cli, 0), json, preview, &answer, &refusal);
	if (err != ERR_NONE || !preview)
		return change_done(&client, err, answer, &refusal);
	return client_close(&client, cli_answer(cli, answer, show_meaning));
}
