/* client_path.c - questions as paths of the HTTP interface. */
#include "cli/client_path.h"

#include <stdio.h>

#include "edge/http/client.h"

void
path_open(struct path *path, struct arena *arena, const char *start)
{
	path->asked = false;
	text_open(&path->text, arena);
	text_add(&path->text, span_of(start));
}

void
path_piece(struct path *path, struct span piece)
{
	text_add_char(&path->text, '/');
	text_add(&path->text, span_of(http_client_escape(piece, path->text.arena)));
}

void
path_query(struct path *path, const char *name, struct span value)
{
	if (value.size == 0)
		return;
	text_add_char(&path->text, path->asked ? '&' : '?');
	text_add(&path->text, span_of(name));
	text_add_char(&path->text, '=');
	text_add(&path->text, span_of(http_client_escape(value, path->text.arena)));
	path->asked = true;
}

static void
path_limit(struct path *path, uint32_t limit)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", limit);
	path_query(path, "limit", limit ? span_of(text) : SPAN(""));
}

const char *
path_close(struct path *path)
{
	text_add_char(&path->text, 0);
	return path->text.at;
}

static void
path_rows(struct path *path, const struct question *question)
{
	path_query(path, "unit", question->unit);
	path_query(path, "kind", question->kind);
	path_query(path, "org", question->org);
	path_query(path, "project", question->project);
	path_query(path, "id", question->id);
	path_query(path, "class", question->class);
	path_query(path, "environment", question->item);
	path_query(path, "search", question->search);
}

void
path_times(struct path *path, const struct question *question)
{
	path_query(path, "at", question->at);
	path_query(path, "known_at", question->known_at);
	path_query(path, "from", question->from);
	path_query(path, "to", question->to);
}

static void
path_page(struct path *path, const struct question *question)
{
	path_query(path, "sort", question->sort);
	path_limit(path, question->limit);
	path_query(path, "cursor", question->cursor);
}

void
path_account(struct path *path, struct span account, const char *what)
{
	path_piece(path, account);
	text_add(&path->text, span_of(what));
}

static void
path_contracts(struct path *path, const struct question *question, bool versions)
{
	path_account(path, question->account, "/contracts");
	if (question->id.size > 0)
		path_piece(path, question->id);
	if (versions && question->id.size > 0)
		text_add(&path->text, SPAN("/versions"));
	else if (versions)
		path_query(path, "versions", SPAN("all"));
}

/* Plan, price, costs and credits. */
static void
path_bought(struct path *path, const struct question *question, enum ask ask)
{
	path_account(path, question->account,
	             ask == ASK_PLAN    ? "/plan"
	             : ask == ASK_PRICE ? "/price"
	             : ask == ASK_COSTS ? "/costs"
	                                : "/credits");
	path_times(path, question);
	path_query(path, "module", question->module);
	path_page(path, question);
	path_query(path, "developers", question->developers);
}

static void
path_usage(struct path *path, const struct question *question, enum ask ask)
{
	path_account(path, question->account, "/usage");
	if (question->module.size > 0)
		path_piece(path, question->module);
	if (ask != ASK_USAGE)
		text_add(&path->text, ask == ASK_TREND ? SPAN("/trend") : SPAN("/explain"));
	path_times(path, question);
	if (ask == ASK_TREND && question->step == STEP_MONTH)
		path_query(path, "step", SPAN("month"));
	path_query(path, "children", question->children);
	path_rows(path, question);
	path_page(path, question);
}

static void
path_flex(struct path *path, const struct question *question, enum ask ask)
{
	path_account(path, question->account,
	             ask == ASK_FLEX              ? "/flex"
	             : ask == ASK_FLEX_TREND      ? "/flex/trend"
	             : ask == ASK_FLEX_TRANSITION ? "/flex/transition"
	                                          : "/flex/forecast");
	path_query(path, "tier", question->tier);
	path_query(path, "month", question->month);
	path_times(path, question);
	path_query(path, "id", question->id);
	path_query(path, "by", question->by);
	if (ask == ASK_FLEX_TREND && question->step == STEP_MONTH)
		path_query(path, "step", SPAN("month"));
}

static void
path_events(struct path *path, const struct question *question)
{
	path_account(path, question->account, "/events");
	path_times(path, question);
	path_query(path, "type", question->type);
	path_query(path, "subject", question->subject);
	path_page(path, question);
}

const char *
path_of(enum ask ask, const struct question *question, struct arena *arena)
{
	struct path path;

	bool of_all = (ask == ASK_KEYS || ask == ASK_AUDIT || ask == ASK_PEOPLE) &&
	              question->account.size == 0;
	path_open(&path, arena, of_all ? "/v1" : "/v1/accounts");
	switch (ask) {
	case ASK_ACCOUNT:
		path_piece(&path, question->account);
		break;
	case ASK_ACCOUNTS:
		path_page(&path, question);
		break;
	case ASK_AUDIT:
	case ASK_KEYS:
		if (question->account.size > 0)
			path_piece(&path, question->account);
		text_add(&path.text, ask == ASK_AUDIT ? SPAN("/audit") : SPAN("/keys"));
		path_times(&path, question);
		path_query(&path, "type", question->type);
		path_query(&path, "search", question->search);
		path_page(&path, question);
		break;
	case ASK_BILLING:
		path_account(&path, question->account, "/billing");
		break;
	case ASK_CONTRACTS:
	case ASK_VERSIONS:
		path_contracts(&path, question, ask == ASK_VERSIONS);
		break;
	case ASK_PLAN:
	case ASK_PRICE:
	case ASK_COSTS:
	case ASK_CREDITS:
		path_bought(&path, question, ask);
		break;
	case ASK_EVENTS:
		path_events(&path, question);
		break;
	case ASK_FLEX:
	case ASK_FLEX_TREND:
	case ASK_FLEX_FORECAST:
	case ASK_FLEX_TRANSITION:
		path_flex(&path, question, ask);
		break;
	case ASK_INVOICES:
	case ASK_NOTIFICATIONS:
		path_account(&path, question->account,
		             ask == ASK_INVOICES ? "/invoices" : "/notifications");
		path_page(&path, question);
		break;
	case ASK_PEOPLE:
		text_add(&path.text, SPAN("/users"));
		path_page(&path, question);
		break;
	case ASK_ROLES:
	case ASK_RULES:
		path_account(&path, question->account,
		             ask == ASK_ROLES ? "/roles" : "/notification-rules");
		break;
	case ASK_EXPLAIN:
	case ASK_TREND:
	case ASK_USAGE:
		path_usage(&path, question, ask);
		break;
	}
	return path_close(&path);
}
