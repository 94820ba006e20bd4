/* cmd_person.c - tally person add, list, password, disable, enable, remove; role grant,
 * revoke, list. */
#include "cli/client.h"
#include "cli/show.h"
#include "core/base/limit.h"
#include "core/json/json_write.h"

static const struct show_column PEOPLE[] = {
	{ "EMAIL", "email", SHOW_TEXT },     { "NAME", "name", SHOW_TEXT },
	{ "", "operator", SHOW_FLAG },       { "", "disabled", SHOW_FLAG },
	{ "CREATED", "created", SHOW_TIME },
};
enum { PEOPLE_COUNT = sizeof(PEOPLE) / sizeof(PEOPLE[0]) };

static const struct show_column ROLES[] = {
	{ "ACCOUNT", "account", SHOW_TEXT },
	{ "EMAIL", "email", SHOW_TEXT },
	{ "ROLES", "roles", SHOW_LIST },
};
enum { ROLES_COUNT = sizeof(ROLES) / sizeof(ROLES[0]) };

/* ---- people ---- */

static void
show_people(struct cli *cli, const struct json *answer)
{
	if (show_table(cli, json_member(answer, SPAN("users")), PEOPLE, PEOPLE_COUNT, 0) == 0)
		printf("no people\n");
	show_next(cli, answer);
}

static void
show_person(struct cli *cli, const struct json *answer)
{
	struct json one = *answer, list = { .kind = JSON_ARRAY, .count = 1, .first = &one };
	struct span password = show_text(answer, "password");

	one.next = NULL;
	show_table(cli, &list, PEOPLE, PEOPLE_COUNT, 0);
	if (password.size > 0)
		printf("\npassword, shown this once: %.*s\n", (int)password.size, password.at);
}

int
cmd_person_add(struct cli *cli)
{
	struct json_out out;

	json_open(&out, &cli->arena);
	json_object(&out);
	json_key_string(&out, SPAN("email"), cli_word(cli, 0));
	if (args_has(&cli->args, OPTION_NAME))
		json_key_string(&out, SPAN("name"), cli_value(cli, OPTION_NAME));
	json_key_bool(&out, SPAN("operator"), args_has(&cli->args, OPTION_OPERATOR));
	json_object_end(&out);
	return client_change(cli, TELL_PERSON_ADD, CLIENT_MAY_MAKE, json_close(&out), show_person);
}

int
cmd_person_list(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (question.limit == 0)
		question.limit = LIMIT_PAGE_ROWS_MAX;
	return status == EXIT_DONE ? client_show(cli, ASK_PEOPLE, &question, show_people) : status;
}

static int
person_tell(struct cli *cli, struct span json)
{
	return client_change_of(cli, TELL_PERSON_CHANGE, CLIENT_MUST_EXIST, cli_word(cli, 0), json,
	                        show_person);
}

/* The first line of the file. */
static struct span
line_of(struct span text)
{
	size_t size = 0;
	while (size < text.size && text.at[size] != '\n' && text.at[size] != '\r')
		size++;
	return (struct span){ text.at, size };
}

int
cmd_person_password(struct cli *cli)
{
	struct json_out out;
	struct span     text   = SPAN("");
	bool            drawn  = cli->args.words_count < 2;
	int             status = drawn ? EXIT_DONE : cli_file(cli, cli->args.words[1], &text);

	if (status != EXIT_DONE)
		return status;
	json_open(&out, &cli->arena);
	json_object(&out);
	json_key(&out, SPAN("password"));
	if (drawn)
		json_null(&out);
	else
		json_string(&out, line_of(text));
	json_object_end(&out);
	return person_tell(cli, json_close(&out));
}

int
cmd_person_disable(struct cli *cli)
{
	return person_tell(cli, SPAN("{\"disabled\":true}"));
}

int
cmd_person_enable(struct cli *cli)
{
	return person_tell(cli, SPAN("{\"disabled\":false}"));
}

int
cmd_person_remove(struct cli *cli)
{
	return client_change_of(cli, TELL_PERSON_REMOVE, CLIENT_MUST_EXIST, cli_word(cli, 0),
	                        SPAN(""), show_person);
}

/* ---- roles ---- */

static void
show_role(struct cli *cli, const struct json *answer)
{
	struct json one = *answer, list = { .kind = JSON_ARRAY, .count = 1, .first = &one };

	one.next = NULL;
	show_table(cli, &list, ROLES, ROLES_COUNT, 0);
}

static void
show_roles(struct cli *cli, const struct json *answer)
{
	if (show_table(cli, json_member(answer, SPAN("roles")), ROLES, ROLES_COUNT, 0) == 0)
		printf("no roles\n");
}

static int
role_tell(struct cli *cli, enum tell tell)
{
	struct json_out out;

	json_open(&out, &cli->arena);
	json_object(&out);
	json_key_string(&out, SPAN("email"), cli_word(cli, 1));
	if (cli->args.words_count > 2)
		json_key_string(&out, SPAN("role"), cli_word(cli, 2));
	json_object_end(&out);
	return client_change_of(cli, tell, CLIENT_MUST_EXIST, cli_word(cli, 0), json_close(&out),
	                        show_role);
}

int
cmd_role_grant(struct cli *cli)
{
	return role_tell(cli, TELL_ROLE_GRANT);
}

int
cmd_role_revoke(struct cli *cli)
{
	return role_tell(cli, TELL_ROLE_REVOKE);
}

int
cmd_role_list(struct cli *cli)
{
	struct question question = { .account = cli_word(cli, 0) };
	return client_show(cli, ASK_ROLES, &question, show_roles);
}
