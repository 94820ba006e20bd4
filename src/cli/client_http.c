/* client_http.c - asks a server. */
#include <stdio.h>

#include "cli/client_int.h"
#include "cli/client_path.h"
#include "core/base/text.h"
#include "core/json/json_read.h"
#include "core/json/json_write.h"
#include "edge/http/client.h"

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

enum err
client_http_invoice(struct client *client, const struct question *question,
                    enum invoice_format format, struct span *answer, struct refusal *refusal)
{
	static const char *const accepts[] = { [INVOICE_AS_JSON] = "application/json",
		                               [INVOICE_AS_CSV]  = "text/csv",
		                               [INVOICE_AS_PDF]  = "application/pdf" };
	struct http_call         request   = { .method = "GET", .accept = accepts[format] };
	struct path              path;

	path_open(&path, &client->cli->arena, "/v1/accounts");
	path_account(&path, question->account, "/invoices");
	if (question->month.size == 0) {
		path_piece(&path, question->id);
	} else {
		path_piece(&path, SPAN("draft"));
		path_query(&path, "month", question->month);
		path_query(&path, "id", question->id);
	}
	request.path = path_close(&path);
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
	path_query(path, "preview", tell == TELL_CONTRACT_TRY ? SPAN("true") : SPAN(""));
}

/* The months of all accounts are closed, usage of one is simulated, nobody's is estimated. */
static void
flex_path(struct path *path, enum tell tell, struct span account)
{
	if (tell == TELL_SIMULATE) {
		text_add(&path->text, SPAN("/accounts"));
		path_account(path, account, "/simulate");
		return;
	}
	text_add(&path->text, tell == TELL_CLOSE ? SPAN("/close") : SPAN("/estimate"));
}

static void
person_path(struct path *path, enum tell tell, struct span email, const char **method)
{
	text_add(&path->text, SPAN("/users"));
	path_piece(path, email);
	if (tell == TELL_PERSON_LINK)
		text_add(&path->text, SPAN("/link"));
	else
		*method = tell == TELL_PERSON_CHANGE ? "PUT" : "DELETE";
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
	case TELL_CONTRACT_TRY:
		contract_path(&path, tell, account, &request.method);
		break;
	case TELL_CLOSE:
	case TELL_SIMULATE:
	case TELL_ESTIMATE:
		flex_path(&path, tell, account);
		break;
	case TELL_REVOKE:
		request.method = "DELETE";
		request.body   = SPAN("");
		path_account(&path, SPAN("keys"), "");
		path_piece(&path, json);
		break;
	case TELL_KEY:
	case TELL_PERSON_ADD:
		text_add(&path.text, tell == TELL_KEY ? SPAN("/keys") : SPAN("/users"));
		break;
	case TELL_PERSON_LINK:
	case TELL_PERSON_CHANGE:
	case TELL_PERSON_REMOVE:
		person_path(&path, tell, account, &request.method);
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
