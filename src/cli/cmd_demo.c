/* cmd_demo.c - tally demo: a made-up account, its figures, and a server over it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/demo_flex_show.h"
#include "cli/demo_place.h"
#include "cli/demo_show.h"
#include "cli/serve.h"
#include "core/base/limit.h"
#include "core/json/json_read.h"
#include "core/json/json_write.h"
#include "edge/sys/signal.h"

enum {
	DAYS_DEFAULT = 60,
	DAYS_MIN     = 2, /* one whole day: each story has a deployment in it */
	DAYS_MAX     = 400,
	SEED_DEFAULT = 1,
	TREND_DAYS   = 30,
	DATE_SIZE    = 10,
	HOUR_FIRST   = 262968,  /* 2000-01-01 */
	HOUR_LAST    = 2016144, /* 2200-01-01 */
	LINK_MINUTES = LIMIT_SESSION_HOURS * 60,
};

struct demo {
	struct cli       *cli;
	struct local      local;
	struct demo_place place;
	struct demo_clock clock;
	struct demo_story story;
	struct refusal    refusal;
	bool              is_now; /* no other moment was asked for */
};

static const struct change by_demo = { .actor_kind = ACTOR_SYSTEM, .actor = { "demo", 4 } };

/* ---- the server ---- */

/* A member of what was made, which is shown this once. */
static enum err
secret_read(struct demo *demo, enum err err, struct span answer, const char *name,
            struct span *secret)
{
	struct json *root = NULL;

	if (err == ERR_NONE)
		err = json_parse(answer, &demo->cli->arena, &root, &demo->refusal);
	if (err == ERR_NONE)
		*secret = show_text(root, name);
	return err;
}

static enum err
key_make(struct demo *demo, struct span *key)
{
	struct span answer = SPAN("");

	enum err err = engine_key_create(demo->local.engine, &by_demo,
	                                 SPAN("{\"name\":\"demo\",\"scopes\":[\"operator\"]}"),
	                                 &demo->cli->arena, &answer, &demo->refusal);
	return secret_read(demo, err, answer, "key", key);
}

static enum err
operator_make(struct demo *demo, struct span *password)
{
	struct span answer = SPAN("");

	enum err err = engine_person_add(demo->local.engine, &by_demo,
	                                 SPAN("{\"email\":\"operator@localhost\","
	                                      "\"name\":\"Operator\",\"operator\":true}"),
	                                 &demo->cli->arena, &answer, &demo->refusal);
	return secret_read(demo, err, answer, "password", password);
}

/* Good for as long as a session: the page may be opened much later, and the server may be
 * reached from this machine alone. */
static enum err
link_make(struct demo *demo, struct span *link)
{
	struct span     answer = SPAN("");
	struct json_out out;

	json_open(&out, &demo->cli->arena);
	json_object(&out);
	json_key(&out, SPAN("minutes"));
	json_uint(&out, LINK_MINUTES);
	json_object_end(&out);
	enum err err =
		engine_person_link(demo->local.engine, &by_demo, SPAN("operator@localhost"),
	                           json_close(&out), &demo->cli->arena, &answer, &demo->refusal);
	return secret_read(demo, err, answer, "link", link);
}

/* What the months before would have cost on the other tier. */
static void
simulation_show(const struct demo *demo, const char *program)
{
	int32_t first = month_first_hour(hour_of(demo->story.plan.now));
	char    from[INSTANT_SIZE], to[INSTANT_SIZE], start[INSTANT_SIZE], end[INSTANT_SIZE];
	int32_t begin = month_first_hour(month_first_hour(month_first_hour(first - 1) - 1) - 1);

	hour_format(begin, from);
	hour_format(first - 1, to);
	hour_format(begin, start);
	hour_format(first, end);
	printf("  %s simulate demo-flex --from %.*s --to %.*s --contract /dev/stdin <<<'{"
	       "\"id\":\"enterprise\",\"model\":\"FLEX\",\"plan\":\"ENTERPRISE\","
	       "\"kind\":\"PAID\",\"start\":\"%s\",\"end\":\"%s\",\"flex\":{\"tier\":"
	       "\"enterprise\",\"rates\":\"2026-01-01\",\"units\":\"20000\"}}'\n",
	       program, DEMO_MONTH_SIZE, from, DEMO_MONTH_SIZE, to, start, end);
}

static void
flex_show(const struct demo *demo, const char *program)
{
	static const char *const commands[] = {
		"flex demo-flex",
		"flex demo-flex --by project",
		"flex trend demo-flex --step month",
		"flex forecast demo-flex",
		"invoice list demo-flex",
		"estimate essentials ci.hosted_minute=12000 sto.scan=300 idp.user=9",
	};
	char month[INSTANT_SIZE];

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		printf("  %s %s\n", program, commands[i]);
	demo_month_before(demo->story.plan.now, month);
	printf("  %s invoice demo-flex %s --pdf invoice.pdf\n", program, month);
	simulation_show(demo, program);
}

static void
commands_show(const struct demo *demo, const char *program)
{
	static const char *const commands[] = {
		"usage demo --children",
		"usage demo CD --kind service --limit 5",
		"explain demo CD service retail checkout basket-api",
		"contract show demo platform",
		"plan demo",
		"credits demo",
		"people list demo --limit 5",
		"notify list demo",
		"audit list demo --limit 5",
	};
	int32_t now = hour_of(demo->story.plan.now);
	char    from[INSTANT_SIZE], to[INSTANT_SIZE];

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		printf("  %s %s\n", program, commands[i]);
	hour_format(now - TREND_DAYS * HOURS_PER_DAY, from);
	hour_format(now, to);
	printf("  %s trend demo CD --from %.*s --to %.*s\n", program, DATE_SIZE, from, DATE_SIZE,
	       to);
	flex_show(demo, program);
}

static void
calls_show(const char *url, struct span password)
{
	static const char bearer[] = "curl -sS -H \"Authorization: Bearer $TALLY_KEY\"";

	printf("  %s %s/v1/accounts/demo/usage\n", bearer, url);
	printf("  %s -H 'Accept: text/csv' '%s/v1/accounts/demo/usage/CD?limit=5'\n", bearer, url);
	printf("  %s -H 'Content-Type: application/cloudevents+json' -d '{\"specversion\":\"1.0\","
	       "\"id\":\"1\",\"source\":\"me\",\"type\":\"cd.deployment\","
	       "\"account\":\"demo\",\"subject\":\"my-service\","
	       "\"data\":{\"deployment_type\":\"Kubernetes\"}}' %s/v1/events\n",
	       bearer, url);
	printf("  curl -sS -H 'Content-Type: application/json' -d "
	       "'{\"email\":\"operator@localhost\","
	       "\"password\":\"%.*s\"}' %s/v1/session\n",
	       (int)password.size, password.at, url);
}

/* Last, where a screen ends: this is what most people want. */
static void
page_show(const char *url, struct span password, struct span link)
{
	printf("\nThe page is at %s. Sign in as\n\n"
	       "  operator@localhost  %.*s\n\n"
	       "or open this, which signs in once within the next %d hours:\n\n"
	       "  %s/accounts/demo#sign-in=%.*s\n",
	       url, (int)password.size, password.at, LIMIT_SESSION_HOURS, url, (int)link.size,
	       link.at);
}

static void
ready_show(void *context, const char *url)
{
	struct demo *demo = context;
	char         program[PATH_MAX];
	struct span  key = SPAN(""), password = SPAN(""), link = SPAN("");

	enum err err = key_make(demo, &key);
	if (err == ERR_NONE)
		err = operator_make(demo, &password);
	if (err == ERR_NONE)
		err = link_make(demo, &link);
	if (err != ERR_NONE) {
		cli_refused(err, &demo->refusal, "the key and the operator");
		return;
	}
	demo_place_program(program, sizeof(program));
	printf("\nServing it on %s. Try in another terminal:\n\n", url);
	printf("  export TALLY_SERVER=%s TALLY_KEY=%.*s\n", url, (int)key.size, key.at);
	commands_show(demo, program);
	calls_show(url, password);
	printf("\n%s is the store. Ctrl-C stops the server%s.\n", demo->place.path,
	       demo->place.is_passing ? " and removes it" : "");
	page_show(url, password, link);
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

static bool
moment_read(const char *text, struct instant *moment)
{
	int32_t first;

	if (date_parse(span_of(text), &first) == ERR_NONE)
		*moment = (struct instant){ hour_start(first + HOURS_PER_DAY).ns - NS_PER_SECOND };
	else if (instant_parse(span_of(text), moment, NULL) != ERR_NONE)
		return false;
	return hour_of(*moment) >= HOUR_FIRST && hour_of(*moment) < HOUR_LAST;
}

static enum err
demo_tell(struct demo *demo)
{
	demo->story.engine = demo->local.engine;
	demo->story.clock  = &demo->clock;
	enum err err       = demo_story_tell(&demo->story, &demo->cli->arena, &demo->refusal);
	if (err == ERR_NONE)
		err = demo_show(demo->cli, &demo->story, &demo->refusal);
	demo_clock_run(&demo->clock, demo->is_now ? demo_clock_system() : demo->story.plan.now);
	return err;
}

static int
demo_run(struct demo *demo)
{
	struct local_options options = {
		.directory     = demo->place.path,
		.catalog       = args_value(&demo->cli->args, OPTION_CATALOG),
		.settings      = engine_settings_default(),
		.clock         = demo_clock_now,
		.clock_context = &demo->clock,
	};
	demo_clock_hold(&demo->clock, demo->story.plan.now);
	enum err err = local_open(&options, &demo->local, &demo->refusal);
	if (err != ERR_NONE)
		return cli_refused(err, &demo->refusal, NULL);
	err = demo_tell(demo);
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
	struct demo demo = { .cli = cli, .is_now = !args_has(&cli->args, OPTION_AT) };
	uint64_t    days = DAYS_DEFAULT, seed = SEED_DEFAULT;

	if (!number_read(cli, OPTION_DAYS, DAYS_MAX, &days) || days < DAYS_MIN)
		return cli_misused(cli, "--days is a whole number from 2 to 400");
	if (!number_read(cli, OPTION_SEED, UINT64_MAX, &seed))
		return cli_misused(cli, "--seed is a whole number above 0");
	demo.story.plan = (struct demo_plan){ .now  = demo_clock_system(),
		                              .days = (uint32_t)days,
		                              .seed = seed };
	if (!demo.is_now && !moment_read(args_value(&cli->args, OPTION_AT), &demo.story.plan.now))
		return cli_misused(cli, "--at is a date or RFC 3339, of the years 2000 to 2199");
	signal_hold();
	int error = demo_place_take(args_value(&cli->args, OPTION_DATA), &demo.place);
	if (error != 0)
		return place_refused(cli, error);
	int status = demo_run(&demo);
	demo_place_leave(&demo.place);
	return status;
}
