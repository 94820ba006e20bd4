/* cmd_events.c - tally events. */
#include "cli/client.h"
#include "cli/show.h"

static const struct show_column EVENTS[] = {
	{ "TIME", "event.time", SHOW_TIME },       { "TYPE", "event.type", SHOW_TEXT },
	{ "SUBJECT", "event.subject", SHOW_TEXT }, { "SOURCE", "event.source", SHOW_TEXT },
	{ "ID", "event.id", SHOW_TEXT },           { "DATA", "event.data", SHOW_TEXT },
	{ "RECEIVED", "received", SHOW_TIME },     { "", "retracted", SHOW_FLAG },
};

static void
show_events(struct cli *cli, const struct json *answer)
{
	if (show_table(cli, json_member(answer, SPAN("events")), EVENTS,
	               sizeof(EVENTS) / sizeof(EVENTS[0]), 0) == 0)
		printf("no events\n");
	show_next(cli, answer);
}

int
cmd_events(struct cli *cli)
{
	struct question question;
	int             status = client_question(cli, &question);

	if (status != EXIT_DONE)
		return status;
	return client_show_list(cli, ASK_EVENTS, &question, SPAN("events"), show_events);
}
