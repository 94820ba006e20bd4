/* client.c - asks an engine in this process; client_http.c asks a server. */
#include "cli/client.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/csv.h"
#include "cli/client_int.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "cli/settings_given.h"
#include "edge/sys/signal.h"
#include "core/base/limit.h"
#include "core/json/json_read.h"
#include "edge/http/client.h"
#include "engine/invoice.h"
#include "engine/notify.h"

/* ---- opening ---- */

static const char *
named(const struct cli *cli, enum option option, const char *variable)
{
	const char *value = args_value(&cli->args, option);
	if (value)
		return value;
	value = getenv(variable);
	return value && *value ? value : NULL;
}

const char *
client_server(const struct cli *cli)
{
	if (args_has(&cli->args, OPTION_DATA) && !args_has(&cli->args, OPTION_SERVER))
		return NULL; /* --data is nearer than the environment */
	return (cli->command->options & HAS(SERVER)) ? named(cli, OPTION_SERVER, "TALLY_SERVER")
	                                             : NULL;
}

static enum err
open_local(struct cli *cli, enum client_store store, const struct settings *settings,
           struct client *client, struct refusal *refusal)
{
	const char          *directory = args_value(&cli->args, OPTION_DATA);
	struct local_options options   = {
		  .directory    = directory ? directory : "./tally-data",
		  .must_exist   = store == CLIENT_MUST_EXIST,
		  .catalog      = args_value(&cli->args, OPTION_CATALOG),
		  .alternatives = args_value(&cli->args, OPTION_ALTERNATIVES),
		  .settings     = settings_engine(settings),
	};
	return local_open(&options, &client->local, refusal);
}

int
client_open(struct cli *cli, enum client_store store, struct client *client)
{
	struct refusal  refusal  = { .err = ERR_NONE };
	struct settings settings = settings_default();
	const char     *server   = client_server(cli);
	enum err        err;
	int             status = settings_given(cli, &settings);

	if (status != EXIT_DONE)
		return status;
	if (server && args_has(&cli->args, OPTION_DATA))
		return cli_misused(cli, "--data and --server exclude each other");
	*client = (struct client){ .cli = cli };
	if (server) {
		struct http_client_options options = {
			.server = server,
			.key    = named(cli, OPTION_KEY, "TALLY_KEY"),
		};
		err = http_client_open(&options, &client->http, &refusal);
	} else {
		err = open_local(cli, store, &settings, client, &refusal);
	}
	return err == ERR_NONE ? EXIT_DONE : cli_refused(err, &refusal, server);
}

int
client_close(struct client *client, int status)
{
	if (client->http)
		http_client_close(client->http);
	else
		local_close(&client->local);
	return status;
}

/* ---- asking ---- */

static enum err
ask_local(struct client *client, enum ask ask, const struct question *question, struct span *answer,
          struct refusal *refusal)
{
	struct engine *engine = client->local.engine;
	struct arena  *arena  = &client->cli->arena;

	switch (ask) {
	case ASK_ACCOUNT:
		return engine_account_get(engine, question->account, arena, answer, refusal);
	case ASK_ACCOUNTS:
		return engine_account_list(engine, SPAN(""), question->limit, question->cursor,
		                           arena, answer, refusal);
	case ASK_AUDIT:
		return engine_audit_list(engine, question, arena, answer, refusal);
	case ASK_BILLING:
		return engine_billing_get(engine, question->account, arena, answer, refusal);
	case ASK_CONTRACTS:
	case ASK_VERSIONS:
		return engine_contract_list(engine, question->account, question->id,
		                            ask == ASK_VERSIONS, arena, answer, refusal);
	case ASK_COSTS:
		return engine_costs(engine, question, arena, answer, refusal);
	case ASK_CREDITS:
		return engine_credits(engine, question, arena, answer, refusal);
	case ASK_EVENTS:
		return engine_events(engine, question, arena, answer, refusal);
	case ASK_EXPLAIN:
		return engine_explain(engine, question, arena, answer, refusal);
	case ASK_FLEX:
		return engine_flex(engine, question, arena, answer, refusal);
	case ASK_FLEX_FORECAST:
		return engine_flex_forecast(engine, question, arena, answer, refusal);
	case ASK_FLEX_TRANSITION:
		return engine_flex_transition(engine, question, arena, answer, refusal);
	case ASK_FLEX_TREND:
		return engine_flex_trend(engine, question, arena, answer, refusal);
	case ASK_INVOICES:
		return engine_invoice_list(engine, question, arena, answer, refusal);
	case ASK_KEYS:
		return engine_key_list(engine, question->account, arena, answer, refusal);
	case ASK_NOTIFICATIONS:
		return engine_notification_list(engine, question, arena, answer, refusal);
	case ASK_PEOPLE:
		return engine_person_list(engine, question->limit, question->cursor, arena, answer,
		                          refusal);
	case ASK_ROLES:
		return engine_role_list(engine, question->account, arena, answer, refusal);
	case ASK_RULES:
		return engine_rules_get(engine, question->account, arena, answer, refusal);
	case ASK_PLAN:
		return engine_plan(engine, question, arena, answer, refusal);
	case ASK_PRICE:
		return engine_price(engine, question, arena, answer, refusal);
	case ASK_TREND:
		return engine_trend(engine, question, arena, answer, refusal);
	case ASK_USAGE:
		return engine_usage(engine, question, arena, answer, refusal);
	}
	check_failed("every question is answered", __FILE__, __LINE__);
}

enum err
client_ask(struct client *client, enum ask ask, const struct question *question,
           struct span *answer, struct refusal *refusal)
{
	if (client->http)
		return client_http_ask(client, ask, question, answer, refusal);
	return ask_local(client, ask, question, answer, refusal);
}

static int
answer_print(struct cli *cli, struct span answer, struct span names, cli_show *show)
{
	if (names.size > 0 && args_has(&cli->args, OPTION_CSV))
		return client_csv(cli, answer, names, stdout);
	return cli_answer(cli, answer, show);
}

static void
next_tell(struct cli *cli, struct span next)
{
	struct span clean = cli_clean(next, &cli->arena);

	fprintf(stderr, "more: --cursor %.*s\n", (int)clean.size, clean.at);
}

int
client_csv(struct cli *cli, struct span answer, struct span names, FILE *out)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    csv, next;
	enum err       err = csv_write(answer, names, &cli->arena, &csv, &next);

	CHECK(err == ERR_NONE); /* every answer to such a question has its list */
	if (next.size > 0)      /* not among the rows */
		next_tell(cli, next);
	err = output_write(out, csv);
	return err == ERR_NONE ? EXIT_DONE : cli_refused(err, &refusal, NULL);
}

struct span
client_usage_lists(const struct question *question)
{
	return question->module.size > 0 ? SPAN("rows by parts") : SPAN("modules");
}

int
client_show(struct cli *cli, enum ask ask, const struct question *question, cli_show *show)
{
	return client_show_list(cli, ask, question, SPAN(""), show);
}

int
client_show_list(struct cli *cli, enum ask ask, const struct question *question, struct span names,
                 cli_show *show)
{
	struct client  client = { .http = NULL };
	struct span    answer;
	struct refusal refusal = { .err = ERR_NONE };
	int            status  = client_open(cli, CLIENT_MUST_EXIST, &client);

	if (status != EXIT_DONE)
		return status;
	enum err err = client_ask(&client, ask, question, &answer, &refusal);
	status       = err == ERR_NONE ? answer_print(cli, answer, names, show)
	                               : cli_refused(err, &refusal, NULL);
	return client_close(&client, status);
}

/* ---- telling ---- */

#define BY_COMMAND_LINE                                                                            \
	{                                                                                          \
		.actor_kind = ACTOR_COMMAND_LINE, .actor = SPAN("command line")                    \
	}

static enum err
backup_local(struct client *client, struct span path, struct span *answer, struct refusal *refusal)
{
	struct progress progress;
	struct arena   *arena = &client->cli->arena;

	signal_catch();
	progress_open(&progress, "bytes");
	enum err err = engine_backup(client->local.engine, arena_copy_terminated(arena, path),
	                             progress_step, &progress, refusal);
	progress_close(&progress);
	if (err == ERR_NONE)
		*answer = client_path_answer(path, arena);
	return err;
}

static enum err
verify_local(struct client *client, struct span *answer, struct refusal *refusal)
{
	struct progress progress;

	signal_catch();
	progress_open(&progress, "records and events");
	enum err err = engine_verify(client->local.engine, progress_step, &progress,
	                             &client->cli->arena, answer, refusal);
	progress_close(&progress);
	return err;
}

static enum err
close_local(struct client *client, struct span json, struct span *answer, struct refusal *refusal)
{
	const struct change change = BY_COMMAND_LINE;
	struct arena       *arena  = &client->cli->arena;
	struct progress     progress;
	struct json        *root;
	enum err            err = json_parse(json, arena, &root, refusal);

	if (err != ERR_NONE)
		return err;
	const struct json *month = json_member(root, SPAN("month"));
	CHECK(month != NULL);
	signal_catch();
	progress_open(&progress, "contracts");
	err = engine_close_month(client->local.engine, &change, month->text, progress_step,
	                         &progress, arena, answer, refusal);
	progress_close(&progress);
	return err;
}

static enum err
role_local(struct client *client, enum tell tell, struct span account, struct span json,
           struct span *answer, struct refusal *refusal)
{
	const struct change change = BY_COMMAND_LINE;
	struct engine      *engine = client->local.engine;
	struct arena       *arena  = &client->cli->arena;
	struct json        *root;
	enum err            err = json_parse(json, arena, &root, refusal);

	if (err != ERR_NONE)
		return err;
	const struct json *email = json_member(root, SPAN("email"));
	const struct json *role  = json_member(root, SPAN("role"));
	struct span        name  = role ? role->text : SPAN("");
	return tell == TELL_ROLE_GRANT ? engine_role_grant(engine, &change, account, email->text,
	                                                   name, arena, answer, refusal)
	                               : engine_role_revoke(engine, &change, account, email->text,
	                                                    name, arena, answer, refusal);
}

static enum err
tell_local(struct client *client, enum tell tell, struct span account, struct span json,
           struct span *answer, struct refusal *refusal)
{
	const struct change change = BY_COMMAND_LINE;
	struct engine      *engine = client->local.engine;
	struct arena       *arena  = &client->cli->arena;

	switch (tell) {
	case TELL_ACCOUNT:
		return engine_account_put(engine, &change, json, arena, answer, refusal);
	case TELL_BILLING:
		return engine_billing_put(engine, &change, account, json, arena, answer, refusal);
	case TELL_CONTRACT:
		return engine_contract_put(engine, &change, account, json, arena, answer, refusal);
	case TELL_CONTRACT_TRY:
		return engine_contract_preview(engine, &change, account, json, arena, answer,
		                               refusal);
	case TELL_UPGRADE:
		return engine_contract_upgrade(engine, &change, account, json, arena, answer,
		                               refusal);
	case TELL_SIMULATE:
		return engine_simulate(engine, account, json, arena, answer, refusal);
	case TELL_ESTIMATE:
		return engine_estimate(engine, json, arena, answer, refusal);
	case TELL_KEY:
		return engine_key_create(engine, &change, json, arena, answer, refusal);
	case TELL_REVOKE:
		return engine_key_revoke(engine, &change, json, arena, answer, refusal);
	case TELL_PERSON_ADD:
		return engine_person_add(engine, &change, json, arena, answer, refusal);
	case TELL_PERSON_CHANGE:
		return engine_person_change(engine, &change, account, json, arena, answer, refusal);
	case TELL_PERSON_LINK:
		return engine_person_link(engine, &change, account, json, arena, answer, refusal);
	case TELL_PERSON_REMOVE:
		return engine_person_remove(engine, &change, account, arena, answer, refusal);
	case TELL_ROLE_GRANT:
	case TELL_ROLE_REVOKE:
		return role_local(client, tell, account, json, answer, refusal);
	case TELL_RULES:
		return engine_rules_put(engine, &change, account, json, arena, answer, refusal);
	case TELL_NOTIFY_TEST:
		return engine_notification_test(engine, &change, account, arena, answer, refusal);
	case TELL_CLOSE:
		return close_local(client, json, answer, refusal);
	case TELL_BACKUP:
		return backup_local(client, json, answer, refusal);
	case TELL_VERIFY:
		return verify_local(client, answer, refusal);
	case TELL_AUDIT_VERIFY:
		return engine_audit_verify(engine, json, arena, answer, refusal);
	}
	check_failed("every change is made", __FILE__, __LINE__);
}

enum err
client_tell(struct client *client, enum tell tell, struct span account, struct span json,
            struct span *answer, struct refusal *refusal)
{
	if (client->http)
		return client_http_tell(client, tell, account, json, answer, refusal);
	return tell_local(client, tell, account, json, answer, refusal);
}

int
client_change(struct cli *cli, enum tell tell, enum client_store store, struct span json,
              cli_show *show)
{
	return client_change_of(cli, tell, store, SPAN(""), json, show);
}

int
client_change_of(struct cli *cli, enum tell tell, enum client_store store, struct span account,
                 struct span json, cli_show *show)
{
	struct client  client = { .http = NULL };
	struct span    answer;
	struct refusal refusal = { .err = ERR_NONE };
	int            status  = client_open(cli, store, &client);

	if (status != EXIT_DONE)
		return status;
	enum err err = client_tell(&client, tell, account, json, &answer, &refusal);
	status = err == ERR_NONE ? cli_answer(cli, answer, show) : cli_refused(err, &refusal, NULL);
	return client_close(&client, status);
}

enum err
client_invoice(struct client *client, const struct question *question, enum invoice_format format,
               struct span *answer, struct refusal *refusal)
{
	struct engine *engine = client->local.engine;
	struct arena  *arena  = &client->cli->arena;

	if (client->http)
		return client_http_invoice(client, question, format, answer, refusal);
	if (question->month.size == 0)
		return engine_invoice_get(engine, question->account, question->id, format, arena,
		                          answer, refusal);
	return engine_invoice_draft(engine, question, format, arena, answer, refusal);
}

enum err
client_export(struct client *client, const struct question *question, engine_write *write,
              void *context, struct refusal *refusal)
{
	if (client->http)
		return client_http_export(client, question, write, context, refusal);
	return engine_export(client->local.engine, question, write, context, refusal);
}

enum err
client_audit_export(struct client *client, engine_write *write, void *context,
                    struct refusal *refusal)
{
	if (client->http)
		return client_http_audit_export(client, write, context, refusal);
	return engine_audit_export(client->local.engine, write, context, refusal);
}

/* ---- the question ---- */

static bool
limit_read(const char *text, uint32_t *limit)
{
	uint32_t value = 0;

	for (const char *at = text; *at; at++) {
		if (*at < '0' || *at > '9' || at - text > 8)
			return false;
		value = value * 10 + (uint32_t)(*at - '0');
	}
	*limit = value;
	return value > 0 && value <= LIMIT_PAGE_ROWS_MAX;
}

static struct span
word_given(const struct cli *cli, uint32_t i)
{
	return i < cli->args.words_count ? cli_word(cli, i) : SPAN("");
}

int
client_question(const struct cli *cli, struct question *question)
{
	*question = (struct question){
		.at       = cli_value(cli, OPTION_AT),
		.known_at = cli_value(cli, OPTION_KNOWN_AT),
		.unit     = cli_value(cli, OPTION_UNIT),
		.kind     = cli_value(cli, OPTION_KIND),
		.org      = cli_value(cli, OPTION_ORG),
		.project  = cli_value(cli, OPTION_PROJECT),
		.id       = cli_value(cli, OPTION_ID),
		.class    = cli_value(cli, OPTION_CLASS),
		.item     = cli_value(cli, OPTION_ENVIRONMENT),
		.search   = cli_value(cli, OPTION_SEARCH),
		.type     = cli_value(cli, OPTION_TYPE),
		.subject  = cli_value(cli, OPTION_SUBJECT),
		.from     = cli_value(cli, OPTION_FROM),
		.to       = cli_value(cli, OPTION_TO),
		.sort     = cli_value(cli, OPTION_SORT),
		.cursor   = cli_value(cli, OPTION_CURSOR),
		.month    = cli_value(cli, OPTION_MONTH),
		.tier     = cli_value(cli, OPTION_TIER),
		.by       = cli_value(cli, OPTION_BY),
		.children = args_has(&cli->args, OPTION_CHILDREN) ? SPAN("true") : SPAN(""),
		.account  = word_given(cli, 0),
		.module   = word_given(cli, 1),
	};
	struct span step  = cli_value(cli, OPTION_STEP);
	const char *limit = args_value(&cli->args, OPTION_LIMIT);

	if (limit && !limit_read(limit, &question->limit))
		return cli_misused(cli, "--limit is a whole number from 1 to 100000");
	if (span_equal(step, SPAN("month")))
		question->step = STEP_MONTH;
	else if (step.size > 0 && !span_equal(step, SPAN("day")))
		return cli_misused(cli, "--step is day or month");
	return EXIT_DONE;
}
