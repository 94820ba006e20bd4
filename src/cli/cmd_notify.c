/* cmd_notify.c - tally notify list, rules, test. */
#include "cli/client.h"
#include "cli/show.h"
#include "core/json/json_write.h"

static const struct show_column NOTIFICATIONS[] = {
	{ "AT", "at", SHOW_TIME },
	{ "KIND", "kind", SHOW_TEXT },
	{ "WHAT", "title", SHOW_TEXT },
	{ "BY", "delivery.channel", SHOW_TEXT },
	{ "TO", "delivery.to", SHOW_TEXT },
	{ "STATE", "delivery.state", SHOW_TEXT },
	{ "ATTEMPTS", "delivery.attempts", SHOW_NUMBER },
	{ "ANSWER", "delivery.answer", SHOW_TEXT },
};
enum { NOTIFICATIONS_COUNT = sizeof(NOTIFICATIONS) / sizeof(NOTIFICATIONS[0]) };

/* The line of a delivery: its notification, and itself as member "delivery". */
static struct json *
line_make(struct cli *cli, const struct json *notification, const struct json *delivery)
{
	struct json *line = ARENA_ARRAY(&cli->arena, struct json, 1);
	struct json *mine = ARENA_ARRAY(&cli->arena, struct json, 1);

	*line = *notification;
	if (delivery) {
		*mine       = *delivery;
		mine->key   = SPAN("delivery");
		mine->next  = line->first;
		line->first = mine;
		line->count++;
	}
	return line;
}

static void
show_notifications(struct cli *cli, const struct json *answer)
{
	const struct json *given = json_member(answer, SPAN("notifications"));
	struct json        lines = { .kind = JSON_ARRAY };
	struct json      **end   = &lines.first;

	for (const struct json *item = given ? given->first : NULL; item; item = item->next) {
		const struct json *deliveries = json_member(item, SPAN("deliveries"));
		const struct json *delivery   = deliveries ? deliveries->first : NULL;
		do {
			*end     = line_make(cli, item, delivery);
			end      = &(*end)->next;
			delivery = delivery ? delivery->next : NULL;
			lines.count++;
		} while (delivery);
	}
	*end = NULL;
	if (show_table(cli, &lines, NOTIFICATIONS, NOTIFICATIONS_COUNT, 0) == 0)
		printf("no notifications\n");
	show_next(cli, answer);
}

int
cmd_notify_list(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	return client_show(cli, ASK_NOTIFICATIONS, &question, show_notifications);
}

/* ---- rules ---- */

/* Rules are a document: as they are shown, they can be put again. */
static void
show_rules(struct cli *cli, const struct json *answer)
{
	(void)cli;
	printf("%.*s\n", (int)answer->raw.size, answer->raw.at);
}

int
cmd_notify_rules(struct cli *cli)
{
	struct span json;

	if (cli->args.words_count < 2) {
		struct question question = { .account = cli_word(cli, 0) };
		return client_show(cli, ASK_RULES, &question, show_rules);
	}
	int status = cli_file(cli, cli->args.words[1], &json);
	if (status != EXIT_DONE)
		return status;
	return client_change_of(cli, TELL_RULES, CLIENT_MUST_EXIST, cli_word(cli, 0), json,
	                        show_rules);
}

/* ---- a test ---- */

static void
show_test(struct cli *cli, const struct json *answer)
{
	const struct json *to = json_member(answer, SPAN("to"));

	(void)cli;
	if (!to || to->count == 0)
		printf("nobody is told of anything: see tally notify rules\n");
	for (const struct json *item = to ? to->first : NULL; item; item = item->next) {
		struct span channel = show_text(item, "channel"), name = show_text(item, "to");
		struct span clean = cli_clean(name, &cli->arena);
		printf("%.*s to %.*s: waits for a server that delivers it\n", (int)channel.size,
		       channel.at, (int)clean.size, clean.at);
	}
}

int
cmd_notify_test(struct cli *cli)
{
	return client_change_of(cli, TELL_NOTIFY_TEST, CLIENT_MUST_EXIST, cli_word(cli, 0),
	                        SPAN("{}"), show_test);
}
