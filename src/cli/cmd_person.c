/* cmd_person.c - tally person add, list, password, link, disable, enable, remove; role grant,
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

/* ---- a link that signs in ---- */

/* "15m" or "2h" as minutes; 0 for anything else. */
static uint32_t
minutes_of(struct span text)
{
	uint32_t number = 0;

	for (size_t i = 0; i + 1 < text.size; i++) {
		if (text.at[i] < '0' || text.at[i] > '9' || number > LIMIT_LINK_MINUTES)
			return 0;
		number = number * 10 + (uint32_t)(text.at[i] - '0');
	}
	char unit = text.size > 1 ? text.at[text.size - 1] : 0;
	if (unit != 'm' && unit != 'h')
		return 0;
	number *= unit == 'h' ? 60 : 1;
	return number <= LIMIT_LINK_MINUTES ? number : 0;
}

/* The server's address without the slashes at its end: a path follows. */
static struct span
site_of(const struct cli *cli)
{
	const char *server = client_server(cli);
	struct span site   = span_of(server ? server : "");

	while (site.size > 0 && site.at[site.size - 1] == '/')
		site.size--;
	return site;
}

static void
show_link(struct cli *cli, const struct json *answer)
{
	struct span site = site_of(cli), path = show_text(answer, "path");
	struct span email = show_text(answer, "email"), until = show_text(answer, "expires");

	printf("%.*s%.*s\n\nsigns %.*s in, once, until %.*s; shown this once\n", (int)site.size,
	       site.at, (int)path.size, path.at, (int)email.size, email.at, (int)until.size,
	       until.at);
	if (site.size == 0)
		printf("open it behind the address of the server\n");
}

int
cmd_person_link(struct cli *cli)
{
	struct json_out out;
	uint32_t        minutes = 0;

	json_open(&out, &cli->arena);
	json_object(&out);
	if (args_has(&cli->args, OPTION_TTL)) {
		minutes = minutes_of(cli_value(cli, OPTION_TTL));
		if (minutes == 0)
			return cli_misused(cli, "--ttl is minutes or hours: 15m, 2h; at most 24h");
		json_key(&out, SPAN("minutes"));
		json_uint(&out, minutes);
	}
	json_object_end(&out);
	return client_change_of(cli, TELL_PERSON_LINK, CLIENT_MUST_EXIST, cli_word(cli, 0),
	                        json_close(&out), show_link);
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
