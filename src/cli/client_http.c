/* client_http.c - asks a server. */
#include <stdio.h>

#include "cli/client_int.h"
#include "core/base/text.h"
#include "core/json/json_read.h"
#include "core/json/json_write.h"
#include "edge/http/client.h"

/* ---- paths ---- */

/* A path with its query; add pieces in order. */
struct path {
	struct text text;
	bool        asked; /* a query was begun */
};

static void
path_open(struct path *path, struct arena *arena, const char *start)
{
	path->asked = false;
	text_open(&path->text, arena);
	text_add(&path->text, span_of(start));
}

static void
path_piece(struct path *path, struct span piece)
{
	text_add_char(&path->text, '/');
	text_add(&path->text, span_of(http_client_escape(piece, path->text.arena)));
}

static void
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

static const char *
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
}

static void
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

static void
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
	path_account(path, question->account, ask == ASK_FLEX ? "/flex" : "/flex/trend");
	path_query(path, "month", question->month);
	path_times(path, question);
	path_query(path, "id", question->id);
	path_query(path, "by", question->by);
	if (ask == ASK_FLEX_TREND && question->step == STEP_MONTH)
		path_query(path, "step", SPAN("month"));
}

static const char *
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
		if (question->account.size > 0)
			path_piece(&path, question->account);
		text_add(&path.text, SPAN("/audit"));
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
		path_account(&path, question->account, "/events");
		path_times(&path, question);
		path_query(&path, "type", question->type);
		path_query(&path, "subject", question->subject);
		path_page(&path, question);
		break;
	case ASK_FLEX:
	case ASK_FLEX_TREND:
		path_flex(&path, question, ask);
		break;
	case ASK_KEYS:
		if (question->account.size > 0)
			path_piece(&path, question->account);
		text_add(&path.text, SPAN("/keys"));
		break;
	case ASK_NOTIFICATIONS:
		path_account(&path, question->account, "/notifications");
		path_page(&path, question);
		break;
	case ASK_RULES:
		path_account(&path, question->account, "/notification-rules");
		break;
	case ASK_PEOPLE:
		text_add(&path.text, SPAN("/users"));
		path_page(&path, question);
		break;
	case ASK_ROLES:
		path_account(&path, question->account, "/roles");
		break;
	case ASK_EXPLAIN:
	case ASK_TREND:
	case ASK_USAGE:
		path_usage(&path, question, ask);
		break;
	}
	return path_close(&path);
}

/* ---- refusals ---- */

static struct span
text_of(const struct json *object, struct span key)
{
	const struct json *value = json_member(object, key);
	return value && value->kind == JSON_STRING ? value->text : SPAN("");
}

static uint64_t
number_of(const struct json *object, struct span key, uint64_t otherwise)
{
	int64_t            number;
	const struct json *value = json_member(object, key);
	if (value && json_int64(value, &number) == ERR_NONE && number >= 0)
		return (uint64_t)number;
	return otherwise;
}

/* "/errors/too-deep" */
static enum err
err_of_type(struct span type)
{
	for (int err = ERR_NONE + 1; err < ERR_COUNT; err++) {
		struct span name = err_name((enum err)err);
		if (type.size > name.size &&
		    span_equal(name, (struct span){ type.at + type.size - name.size, name.size }) &&
		    type.at[type.size - name.size - 1] == '/')
			return (enum err)err;
	}
	return ERR_NONE;
}

/* A problem (RFC 9457) is the refusal that the server had; any other answer than one of
 * ours means that something else sits there. */
enum err
client_http_refused(const struct http_reply *reply, struct arena *arena, struct refusal *refusal)
{
	struct json *problem = NULL;
	char         detail[REFUSAL_DETAIL_SIZE];
	enum err     err = json_parse(reply->body, arena, &problem, NULL);

	if (err == ERR_NONE)
		err = err_of_type(text_of(problem, SPAN("type")));
	else
		err = ERR_NONE;
	if (err == ERR_NONE) {
		snprintf(detail, sizeof(detail), "the server answered with status %d",
		         reply->status);
		return refuse(refusal, ERR_NETWORK, SPAN(""), span_of(detail));
	}
	const struct json *errors = json_member(problem, SPAN("errors"));
	const struct json *first  = errors && errors->kind == JSON_ARRAY ? errors->first : NULL;
	refuse(refusal, err, text_of(first, SPAN("field")), text_of(problem, SPAN("detail")));
	if (refusal) {
		refusal->index = number_of(first, SPAN("index"), REFUSAL_NO_INDEX);
		refusal->byte  = number_of(first, SPAN("byte"), REFUSAL_NO_BYTE);
	}
	return err;
}

static enum err
call(struct client *client, const struct http_call *request, struct arena *arena,
     struct span *answer, struct refusal *refusal)
{
	struct http_reply reply;
	enum err          err = http_client_call(client->http, request, arena, &reply, refusal);

	if (err != ERR_NONE)
		return err;
	if (reply.status < 200 || reply.status > 299)
		return client_http_refused(&reply, arena, refusal);
	*answer = reply.body;
	return ERR_NONE;
}

enum err
client_http_ask(struct client *client, enum ask ask, const struct question *question,
                struct span *answer, struct refusal *refusal)
{
	struct http_call request = { .method = "GET",
		                     .path   = path_of(ask, question, &client->cli->arena) };
	return call(client, &request, &client->cli->arena, answer, refusal);
}

/* ---- changes ---- */

struct span
client_path_answer(struct span path, struct arena *arena)
{
	struct json_out out;

	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("path"), path);
	json_object_end(&out);
	return json_close(&out);
}

/* The path says which account is meant; its id stands in the text. */
static enum err
account_path(struct span json, struct path *path, struct arena *arena, struct refusal *refusal)
{
	struct json *root;
	enum err     err = json_parse(json, arena, &root, refusal);

	if (err != ERR_NONE)
		return err;
	struct span id = text_of(root, SPAN("id"));
	if (id.size == 0)
		return refuse(refusal, ERR_FIELD_MISSING, SPAN("id"), SPAN("id is required"));
	path_account(path, id, "");
	return ERR_NONE;
}

static struct span
head_body(struct span head, struct arena *arena)
{
	struct json_out out;

	json_open(&out, arena);
	json_object(&out);
	if (head.size > 0)
		json_key_string(&out, SPAN("head"), head);
	json_object_end(&out);
	return json_close(&out);
}

static enum err
role_path(struct path *path, struct span account, struct span json, struct arena *arena)
{
	struct json *root;
	enum err     err = json_parse(json, arena, &root, NULL);

	if (err != ERR_NONE)
		return err;
	path_account(path, account, "/roles");
	path_piece(path, text_of(root, SPAN("email")));
	path_query(path, "role", text_of(root, SPAN("role")));
	return ERR_NONE;
}

static void
notify_path(struct path *path, enum tell tell, struct span account, const char **method)
{
	bool rules = tell == TELL_RULES;

	*method = rules ? "PUT" : "POST";
	text_add(&path->text, SPAN("/accounts"));
	path_account(path, account, rules ? "/notification-rules" : "/notifications/test");
}

static void
contract_path(struct path *path, enum tell tell, struct span account, const char **method)
{
	*method = tell == TELL_BILLING ? "PUT" : "POST";
	text_add(&path->text, SPAN("/accounts"));
	path_account(path, account,
	             tell == TELL_BILLING   ? "/billing"
	             : tell == TELL_UPGRADE ? "/upgrade"
	                                    : "/contracts");
}

enum err
client_http_tell(struct client *client, enum tell tell, struct span account, struct span json,
                 struct span *answer, struct refusal *refusal)
{
	struct arena    *arena   = &client->cli->arena;
	struct http_call request = { .method = "POST", .body = json };
	struct path      path;
	enum err         err = ERR_NONE;

	path_open(&path, arena, "/v1");
	switch (tell) {
	case TELL_ACCOUNT:
		request.method = "PUT";
		text_add(&path.text, SPAN("/accounts"));
		err = account_path(json, &path, arena, refusal);
		break;
	case TELL_BILLING:
	case TELL_UPGRADE:
	case TELL_CONTRACT:
		contract_path(&path, tell, account, &request.method);
		break;
	case TELL_ESTIMATE:
		text_add(&path.text, SPAN("/estimate"));
		break;
	case TELL_KEY:
		text_add(&path.text, SPAN("/keys"));
		break;
	case TELL_REVOKE:
		request.method = "DELETE";
		request.body   = SPAN("");
		path_account(&path, SPAN("keys"), "");
		path_piece(&path, json);
		break;
	case TELL_PERSON_ADD:
		text_add(&path.text, SPAN("/users"));
		break;
	case TELL_PERSON_CHANGE:
	case TELL_PERSON_REMOVE:
		request.method = tell == TELL_PERSON_CHANGE ? "PUT" : "DELETE";
		text_add(&path.text, SPAN("/users"));
		path_piece(&path, account);
		break;
	case TELL_ROLE_GRANT:
		request.method = "PUT";
		text_add(&path.text, SPAN("/accounts"));
		path_account(&path, account, "/roles");
		break;
	case TELL_ROLE_REVOKE:
		request.method = "DELETE";
		request.body   = SPAN("");
		text_add(&path.text, SPAN("/accounts"));
		err = role_path(&path, account, json, arena);
		break;
	case TELL_RULES:
	case TELL_NOTIFY_TEST:
		notify_path(&path, tell, account, &request.method);
		break;
	case TELL_BACKUP:
		text_add(&path.text, SPAN("/backup"));
		request.body = client_path_answer(json, arena);
		break;
	case TELL_VERIFY:
		text_add(&path.text, SPAN("/verify"));
		request.body = SPAN("{}");
		break;
	case TELL_AUDIT_VERIFY:
		text_add(&path.text, SPAN("/audit/verify"));
		request.body = head_body(json, arena);
		break;
	}
	if (err != ERR_NONE)
		return err;
	request.path = path_close(&path);
	return call(client, &request, arena, answer, refusal);
}

/* ---- events ---- */

static enum err
lines_read(struct client *client, const char *path, engine_write *write, void *context,
           struct refusal *refusal)
{
	struct arena     *arena = &client->cli->arena;
	struct http_reply reply;
	struct http_call  request = { .method = "GET",
		                      .path   = path,
		                      .accept = "application/x-ndjson" };
	enum err          err =
		http_client_stream(client->http, &request, write, context, arena, &reply, refusal);
	if (err != ERR_NONE || reply.status == 200)
		return err;
	return client_http_refused(&reply, arena, refusal);
}

enum err
client_http_export(struct client *client, const struct question *question, engine_write *write,
                   void *context, struct refusal *refusal)
{
	struct path path;

	path_open(&path, &client->cli->arena, "/v1/export");
	path_query(&path, "account", question->account);
	path_query(&path, "type", question->type);
	path_query(&path, "subject", question->subject);
	path_times(&path, question);
	return lines_read(client, path_close(&path), write, context, refusal);
}

enum err
client_http_audit_export(struct client *client, engine_write *write, void *context,
                         struct refusal *refusal)
{
	return lines_read(client, "/v1/audit/export", write, context, refusal);
}

enum err
client_post_events(struct client *client, const char *content_type, struct span body,
                   struct arena *arena, struct span *answer, struct refusal *refusal)
{
	struct http_call request = {
		.method = "POST", .path = "/v1/events", .content_type = content_type, .body = body
	};
	return call(client, &request, arena, answer, refusal);
}
