/* cmd_demo.c - tally demo: a made-up account, its figures, and a server over it. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/demo_events.h"
#include "cli/demo_place.h"
#include "cli/demo_show.h"
#include "cli/serve.h"
#include "core/base/text.h"
#include "core/json/json_read.h"
#include "core/json/json_write.h"
#include "edge/sys/signal.h"

#include <errno.h>

/* The contract: a little less than what the default seed uses. */
enum {
	DAYS_DEFAULT      = 60,
	DAYS_MIN          = 2, /* one whole day: each story has a deployment in it */
	DAYS_MAX          = 400,
	SEED_DEFAULT      = 1,
	TREND_DAYS        = 14,
	STARTED_AGO       = 200 * HOURS_PER_DAY,
	RAISED_AGO        = 10 * HOURS_PER_DAY,
	DEVELOPERS        = 534,
	ADDON_AFTER_RAISE = 8,
};

struct demo {
	struct cli          *cli;
	struct local         local;
	struct demo_place    place;
	struct demo_plan     plan;
	struct ingest_counts counts;
	struct refusal       refusal;
};

static const struct change by_demo = { .actor_kind = ACTOR_SYSTEM, .actor = { "demo", 4 } };

/* ---- account and contract ---- */

static struct span
contract_text(const struct demo *demo, int64_t addon, int32_t from, struct arena *arena)
{
	struct json_out out;
	int32_t start = month_first_hour(hour_of(demo->plan.now) - STARTED_AGO), end = start;

	for (int i = 0; i < 12; i++)
		end = month_next_first_hour(end);
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("id"), SPAN("demo-contract"));
	json_key_string(&out, SPAN("model"), SPAN("DEVELOPER_360"));
	json_key_string(&out, SPAN("plan"), SPAN("ENTERPRISE"));
	json_key_string(&out, SPAN("kind"), SPAN("PAID"));
	json_key_hour(&out, SPAN("start"), start);
	json_key_hour(&out, SPAN("end"), end);
	json_key_hour(&out, SPAN("from"), addon > 0 ? from : start);
	json_key(&out, SPAN("modules"));
	json_object(&out);
	json_key(&out, SPAN("CD"));
	json_object(&out);
	json_key_int(&out, SPAN("developers"), DEVELOPERS);
	json_key_int(&out, SPAN("addon"), addon);
	json_object_end(&out);
	json_object_end(&out);
	json_object_end(&out);
	return json_close(&out);
}

static enum err
account_make(struct demo *demo)
{
	struct engine *engine = demo->local.engine;
	struct arena  *arena  = &demo->cli->arena;
	int32_t        raised = day_first_hour(hour_of(demo->plan.now) - RAISED_AGO);
	struct span    answer;

	enum err err = engine_account_put(
		engine, &by_demo,
		SPAN("{\"id\":\"demo\",\"name\":\"Demo Incorporated\",\"currency\":\"USD\"}"),
		arena, &answer, &demo->refusal);
	if (err == ERR_NONE)
		err = engine_contract_put(engine, &by_demo, SPAN("demo"),
		                          contract_text(demo, 0, 0, arena), arena, &answer,
		                          &demo->refusal);
	if (err == ERR_NONE)
		err = engine_contract_put(engine, &by_demo, SPAN("demo"),
		                          contract_text(demo, ADDON_AFTER_RAISE, raised, arena),
		                          arena, &answer, &demo->refusal);
	return err;
}

/* ---- events ---- */

static enum err
send_batch(void *context, struct span lines)
{
	struct demo  *demo   = context;
	struct ingest ingest = { .body = lines, .format = FORMAT_NDJSON };

	enum err err = engine_ingest_wait(demo->local.engine, &ingest, &demo->refusal);
	if (err != ERR_NONE)
		return err;
	if (ingest.err == ERR_NONE) {
		/* The made-up events are ours: one that is refused is a bug. */
		CHECK(ingest.counts.rejected == 0);
		CHECK(ingest.counts.conflicting == 0);
		demo->counts.accepted += ingest.counts.accepted;
		demo->counts.duplicate += ingest.counts.duplicate;
	}
	err = ingest.err;
	ingest_release(demo->local.engine, &ingest);
	return err;
}

static enum err
events_make(struct demo *demo)
{
	enum err err = demo_events(&demo->plan, &demo->cli->arena, send_batch, demo);
	if (err != ERR_NONE)
		return err;
	printf("A made-up account of %u days, seed %llu: %llu events counted, and %llu that came\n"
	       "twice and were counted once.\n",
	       demo->plan.days, (unsigned long long)demo->plan.seed,
	       (unsigned long long)demo->counts.accepted,
	       (unsigned long long)demo->counts.duplicate);
	return ERR_NONE;
}

/* ---- figures ---- */

typedef enum err question_ask(struct engine *engine, const struct question *question,
                              struct arena *arena, struct span *answer, struct refusal *refusal);

static enum err
show(struct demo *demo, question_ask *ask, const struct question *question, cli_show *print)
{
	struct arena *arena = &demo->cli->arena;
	struct json  *root  = NULL;
	struct span   answer;

	enum err err = ask(demo->local.engine, question, arena, &answer, &demo->refusal);
	if (err == ERR_NONE)
		err = json_parse(answer, arena, &root, &demo->refusal);
	if (err == ERR_NONE)
		print(demo->cli, root);
	return err;
}

static struct span
date_text(int32_t hour, char date[INSTANT_SIZE])
{
	enum { DATE_SIZE = 10 };
	CHECK(hour_format(hour, date) > DATE_SIZE);
	return (struct span){ date, DATE_SIZE };
}

static enum err
figures_show(struct demo *demo)
{
	int32_t         now = hour_of(demo->plan.now);
	char            from[INSTANT_SIZE], to[INSTANT_SIZE];
	struct question question = { .account = SPAN("demo"),
		                     .module  = SPAN("CD"),
		                     .limit   = DEMO_ROWS_SHOWN };

	enum err err = show(demo, engine_usage, &question, demo_show_figures);
	/* Days that are over: the last one ends before now. */
	question.from = date_text(now - TREND_DAYS * HOURS_PER_DAY, from);
	question.to   = date_text(now - HOURS_PER_DAY, to);
	if (err == ERR_NONE)
		err = show(demo, engine_trend, &question, demo_show_trend);
	question = (struct question){ .account = SPAN("demo"),
		                      .module  = SPAN("CD"),
		                      .kind    = SPAN("service"),
		                      .org     = SPAN("retail"),
		                      .project = SPAN("checkout"),
		                      .id      = SPAN("basket-api") };
	if (err == ERR_NONE)
		err = show(demo, engine_explain, &question, demo_show_why);
	return err;
}

/* ---- the server ---- */

static enum err
key_make(struct demo *demo, struct span *key)
{
	struct arena *arena = &demo->cli->arena;
	struct json  *root  = NULL;
	struct span   answer;

	enum err err = engine_key_create(demo->local.engine, &by_demo,
	                                 SPAN("{\"name\":\"demo\",\"scopes\":[\"operator\"]}"),
	                                 arena, &answer, &demo->refusal);
	if (err == ERR_NONE)
		err = json_parse(answer, arena, &root, &demo->refusal);
	if (err == ERR_NONE)
		*key = json_member(root, SPAN("key"))->text;
	return err;
}

static void
lines_show(const struct demo *demo, const char *program, const char *url)
{
	int32_t now = hour_of(demo->plan.now);
	char    from[INSTANT_SIZE], to[INSTANT_SIZE];

	printf("  %s usage demo\n", program);
	printf("  %s usage demo CD --kind service --limit 5\n", program);
	printf("  %s trend demo CD --from %.*s --to %.*s\n", program,
	       (int)date_text(now - 30 * HOURS_PER_DAY, from).size, from,
	       (int)date_text(now, to).size, to);
	printf("  %s explain demo CD service retail checkout basket-api\n", program);
	printf("  %s explain demo CD service bank risk score-worker\n", program);
	printf("  %s events demo --type event.retracted\n", program);
	printf("  %s notify list demo\n", program);
	printf("  curl -sS -H \"Authorization: Bearer $TALLY_KEY\" %s/v1/accounts/demo/usage\n",
	       url);
	printf("  curl -sS -H \"Authorization: Bearer $TALLY_KEY\" -H 'Accept: text/csv' "
	       "'%s/v1/accounts/demo/usage/CD?limit=5'\n",
	       url);
	printf("  curl -sS -H \"Authorization: Bearer $TALLY_KEY\" -H 'Content-Type: "
	       "application/cloudevents+json' -d '{\"specversion\":\"1.0\",\"id\":\"1\","
	       "\"source\":\"me\",\"type\":\"cd.deployment\",\"account\":\"demo\","
	       "\"subject\":\"my-service\",\"data\":{\"deployment_type\":\"Kubernetes\"}}' "
	       "%s/v1/events\n",
	       url);
}

static void
ready_show(void *context, const char *url)
{
	struct demo *demo = context;
	char         program[PATH_MAX];
	struct span  key;

	enum err err = key_make(demo, &key);
	if (err != ERR_NONE) {
		cli_refused(err, &demo->refusal, "the key");
		return;
	}
	demo_place_program(program, sizeof(program));
	printf("\nServing it on %s with a key that lasts as long as the data. Try in another\n"
	       "terminal:\n\n",
	       url);
	printf("  export TALLY_SERVER=%s TALLY_KEY=%.*s\n", url, (int)key.size, key.at);
	lines_show(demo, program, url);
	printf("\n%s is the store. Ctrl-C stops the server%s.\n", demo->place.path,
	       demo->place.is_passing ? " and removes it" : "");
	fflush(stdout);
}

/* The usual address, or any free port when somebody else listens there. */
static struct span
address_free(struct engine *engine)
{
	struct api_server_options options = api_server_options_default(engine);
	struct api_server        *server;

	if (api_server_start(&options, &server, NULL) != ERR_NONE)
		return SPAN("127.0.0.1:0");
	return api_server_stop(server) == ERR_NONE ? options.address : SPAN("127.0.0.1:0");
}

static int
demo_serve(struct demo *demo)
{
	struct api_server_options options  = api_server_options_default(demo->local.engine);
	const struct settings     settings = settings_default();
	struct post               post;

	enum err err = post_open(&settings, &post, NULL); /* no mail server, nothing to refuse */
	CHECK(err == ERR_NONE);
	options.address = args_has(&demo->cli->args, OPTION_LISTEN)
	                          ? cli_value(demo->cli, OPTION_LISTEN)
	                          : address_free(demo->local.engine);
	return serve_until_stopped(&demo->local, &options, &post, ready_show, demo);
}

/* ---- the command ---- */

static bool
number_read(const struct cli *cli, enum option option, uint64_t most, uint64_t *number)
{
	const char *text  = args_value(&cli->args, option);
	uint64_t    value = 0;

	if (!text)
		return true;
	if (!*text || strlen(text) > 18)
		return false;
	for (const char *at = text; *at; at++) {
		if (*at < '0' || *at > '9')
			return false;
		value = value * 10 + (uint64_t)(*at - '0');
	}
	*number = value;
	return value > 0 && value <= most;
}

static enum err
demo_tell(struct demo *demo)
{
	enum err err = account_make(demo);
	if (err == ERR_NONE)
		err = events_make(demo);
	return err == ERR_NONE ? figures_show(demo) : err;
}

static int
demo_run(struct demo *demo)
{
	struct local_options options = {
		.directory = demo->place.path,
		.catalog   = args_value(&demo->cli->args, OPTION_CATALOG),
		.settings  = engine_settings_default(),
	};
	enum err err = local_open(&options, &demo->local, &demo->refusal);
	if (err != ERR_NONE)
		return cli_refused(err, &demo->refusal, NULL);
	demo->plan.now = engine_now(demo->local.engine);
	err            = demo_tell(demo);
	fflush(stdout);
	if (err == ERR_NONE && !args_has(&demo->cli->args, OPTION_NO_SERVE))
		return demo_serve(demo);
	local_close(&demo->local);
	return err == ERR_NONE ? EXIT_DONE : cli_refused(err, &demo->refusal, NULL);
}

static int
place_refused(const struct cli *cli, int error)
{
	const char *named = args_value(&cli->args, OPTION_DATA);

	if (error != EEXIST || !named)
		return cli_unreadable(named ? named : "the directory for the demo", error);
	cli_complain("", named, ": holds a store already; the demo needs a directory of its own");
	return EXIT_REFUSED;
}

int
cmd_demo(struct cli *cli)
{
	struct demo demo = { .cli = cli };
	uint64_t    days = DAYS_DEFAULT, seed = SEED_DEFAULT;

	if (!number_read(cli, OPTION_DAYS, DAYS_MAX, &days) || days < DAYS_MIN)
		return cli_misused(cli, "--days is a whole number from 2 to 400");
	if (!number_read(cli, OPTION_SEED, UINT64_MAX, &seed))
		return cli_misused(cli, "--seed is a whole number above 0");
	demo.plan = (struct demo_plan){ .days = (uint32_t)days, .seed = seed };
	signal_hold();
	int error = demo_place_take(args_value(&cli->args, OPTION_DATA), &demo.place);
	if (error != 0)
		return place_refused(cli, error);
	int status = demo_run(&demo);
	demo_place_leave(&demo.place);
	return status;
}
