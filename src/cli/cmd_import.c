/* cmd_import.c - tally import people, developers: lists from CSV or JSON. */
#include <stdio.h>

#include "cli/client_people.h"
#include "cli/show.h"
#include "core/base/limit.h"
#include "core/json/json_write.h"
#include "edge/sys/input.h"

/* ---- what is said ---- */

/* "  row 2, line 3, column email: ANN@x.org, what is wrong" */
static void
show_example(struct cli *cli, const struct json *example)
{
	static const char *const PLACES[] = { "row", "line", "position", "column" };
	static const char *const WHATS[]  = { "value", "detail" };
	const char              *before   = "  ";

	fprintf(stderr, "tally: ");
	for (size_t i = 0; i < sizeof(PLACES) / sizeof(PLACES[0]); i++) {
		struct span text = cli_clean(show_text(example, PLACES[i]), &cli->arena);
		if (text.size > 0) {
			fprintf(stderr, "%s%s %.*s", before, PLACES[i], (int)text.size, text.at);
			before = ", ";
		}
	}
	before = ": ";
	for (size_t i = 0; i < sizeof(WHATS) / sizeof(WHATS[0]); i++) {
		struct span text = cli_clean(show_text(example, WHATS[i]), &cli->arena);
		if (text.size > 0) {
			fprintf(stderr, "%s%.*s", before, (int)text.size, text.at);
			before = ", ";
		}
	}
	fprintf(stderr, "\n");
}

static void
show_errors(struct cli *cli, const struct json *errors)
{
	for (const struct json *error = errors->first; error; error = error->next) {
		struct span code   = show_text(error, "code");
		struct span count  = show_text(error, "count");
		struct span reason = show_text(error, "reason");
		fprintf(stderr, "tally: %s: %.*s, %.*s times: %.*s\n", cli->args.words[0],
		        (int)code.size, code.at, (int)count.size, count.at, (int)reason.size,
		        reason.at);
		const struct json *examples = json_member(error, SPAN("examples"));
		for (const struct json *example = examples ? examples->first : NULL; example;
		     example                    = example->next)
                        show_example(cli, example);
	}
}

static void
show_told(struct cli *cli, const struct json *answer, const char *name)
{
	static const struct show_column COLUMNS[] = { { "EMAIL", "email", SHOW_TEXT },
		                                      { "NAME", "name", SHOW_TEXT } };
	const struct json              *told      = json_member(answer, span_of(name));
	struct span                     count     = show_text(told, "count");
	if (!told || span_equal(count, SPAN("0")))
		return;
	printf("%s: %.*s\n", name, (int)count.size, count.at);
	show_table(cli, json_member(told, SPAN("people")), COLUMNS, 2, 2);
}

static void
show_import(struct cli *cli, const struct json *answer)
{
	static const struct show_column LIKELY[]  = { { "SAME", "why", SHOW_TEXT },
		                                      { "EMAILS", "emails", SHOW_LIST } };
	static const char *const        NUMBERS[] = { "rows", "unchanged", "granted", "revoked" };
	const struct json              *saved     = json_member(answer, SPAN("saved"));
	show_told(cli, answer, "added");
	show_told(cli, answer, "changed");
	show_told(cli, answer, "removed");
	const struct json *duplicates = json_member(answer, SPAN("duplicates"));
	const struct json *likely     = json_member(duplicates, SPAN("likely"));
	if (likely && likely->count > 0) {
		printf("likely the same person:\n");
		show_table(cli, likely, LIKELY, 2, 2);
	}
	printf("%s: ", saved && saved->kind == JSON_TRUE ? "saved" : "nothing was saved");
	for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++) {
		struct span number = show_text(answer, NUMBERS[i]);
		printf("%s%s %.*s", i ? ", " : "", NUMBERS[i], (int)number.size, number.at);
	}
	printf("\n");
}

/* ---- what is asked ---- */

/* --map name=Full Name ... as JSON. */
static int
mapping_read(struct cli *cli, struct span *mapping)
{
	struct json_out out;
	uint32_t        at = 0;
	*mapping           = SPAN("");
	if (!args_has(&cli->args, OPTION_MAP))
		return EXIT_DONE;
	json_open(&out, &cli->arena);
	json_object(&out);
	for (const char *value; (value = args_next(&cli->args, OPTION_MAP, &at));) {
		const char *equal = strchr(value, '=');
		if (!equal || equal == value || equal[1] == 0)
			return cli_misused(cli, "--map is FIELD=COLUMN");
		json_key_string(&out, (struct span){ value, (size_t)(equal - value) },
		                span_of(equal + 1));
	}
	json_object_end(&out);
	*mapping = json_close(&out);
	return EXIT_DONE;
}

static bool
is_json(struct span text)
{
	while (text.size > 0 && strchr(" \t\r\n", text.at[0]) && text.at[0] != 0)
		text = (struct span){ text.at + 1, text.size - 1 };
	return text.size > 0 && (text.at[0] == '[' || text.at[0] == '{');
}

static int
request_read(struct cli *cli, struct list_request *request)
{
	const char *path = cli->args.words[0];
	if (!args_has(&cli->args, OPTION_ACCOUNT))
		return cli_misused(cli, "--account is needed");
	int status = mapping_read(cli, &request->mapping);
	if (status != EXIT_DONE)
		return status;
	int error = input_read(path, LIMIT_LIST_SIZE, &cli->arena, &request->body);
	if (error != 0)
		return cli_unreadable(path, error);
	request->format  = is_json(request->body) ? LIST_FORMAT_JSON : LIST_FORMAT_CSV;
	request->preview = args_has(&cli->args, OPTION_DRY_RUN);
	return EXIT_DONE;
}

static int
import_answer(struct cli *cli, struct span answer)
{
	struct json       *root   = NULL;
	enum err           err    = json_parse(answer, &cli->arena, &root, NULL);
	const struct json *errors = err == ERR_NONE ? json_member(root, SPAN("errors")) : NULL;
	if (!errors)
		return cli_answer(cli, answer, show_import);
	show_errors(cli, errors);
	if (args_has(&cli->args, OPTION_JSON))
		(void)!cli_answer(cli, answer, NULL);
	return EXIT_REFUSED;
}

static int
import_list(struct cli *cli, enum people_list list)
{
	struct list_request request = { .preview = false };
	struct client       client;
	struct span         answer;
	struct refusal      refusal = { .err = ERR_NONE };
	int                 status  = request_read(cli, &request);

	if (status == EXIT_DONE)
		status = client_open(cli, CLIENT_MUST_EXIST, &client);
	if (status != EXIT_DONE)
		return status;
	enum err err = client_import(&client, list, cli_value(cli, OPTION_ACCOUNT), &request,
	                             &answer, &refusal);
	status       = err == ERR_NONE ? import_answer(cli, answer)
	                               : cli_refused(err, &refusal, cli->args.words[0]);
	return client_close(&client, status);
}

int
cmd_import_people(struct cli *cli)
{
	return import_list(cli, LIST_PEOPLE);
}

int
cmd_import_developers(struct cli *cli)
{
	return import_list(cli, LIST_DEVELOPERS);
}
