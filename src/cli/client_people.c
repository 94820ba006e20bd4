/* client_people.c - people, developers and assignments: asked and changed, in this process
 * or on a server. */
#include "cli/client_people.h"

#include <stdio.h>

#include "cli/client_int.h"
#include "core/base/text.h"
#include "core/json/json_read.h"
#include "core/json/json_write.h"
#include "edge/http/client.h"

static const struct change BY_COMMAND_LINE = { .actor = { "command line", 12 } };

/* ---- over HTTP ---- */

/* "/v1/accounts/A/what"; a query is added piece by piece. */
static void
path_open(struct text *path, struct span account, const char *what, struct arena *arena)
{
	text_open(path, arena);
	text_add(path, SPAN("/v1/accounts/"));
	text_add(path, span_of(http_client_escape(account, arena)));
	text_add(path, span_of(what));
}

static void
path_query(struct text *path, const char *name, struct span value)
{
	if (value.size == 0)
		return;
	text_add_char(path, memchr(path->at, '?', path->size) ? '&' : '?');
	text_add(path, span_of(name));
	text_add_char(path, '=');
	text_add(path, span_of(http_client_escape(value, path->arena)));
}

static const char *
path_close(struct text *path)
{
	text_add_char(path, 0);
	return path->at;
}

/* A list's errors stand in the problem; here they are an answer as they are in this
 * process. */
static bool
is_list_refused(const struct http_reply *reply, struct span account, struct arena *arena,
                struct span *answer)
{
	struct json    *problem = NULL;
	struct json_out out;
	if (reply->status != 400 || json_parse(reply->body, arena, &problem, NULL) != ERR_NONE)
		return false;
	const struct json *type   = json_member(problem, SPAN("type"));
	const struct json *errors = json_member(problem, SPAN("errors"));
	if (!type || !span_equal(type->text, SPAN("/errors/list-refused")) || !errors)
		return false;
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("account"), account);
	json_key_bool(&out, SPAN("saved"), false);
	json_key(&out, SPAN("errors"));
	json_raw(&out, errors->raw);
	json_object_end(&out);
	*answer = json_close(&out);
	return true;
}

static enum err
http_call(struct client *client, const struct http_call *request, struct span account,
          struct span *answer, struct refusal *refusal)
{
	struct arena     *arena = &client->cli->arena;
	struct http_reply reply;
	enum err          err = http_client_call(client->http, request, arena, &reply, refusal);
	if (err != ERR_NONE || is_list_refused(&reply, account, arena, answer))
		return err;
	if (reply.status < 200 || reply.status > 299)
		return client_http_refused(&reply, arena, refusal);
	*answer = reply.body;
	return ERR_NONE;
}

/* ---- asking ---- */

static enum err
list_http(struct client *client, enum people_list list, const struct question *question,
          struct span *answer, struct refusal *refusal)
{
	static const char *const NAMES[] = { [LIST_PEOPLE]      = "/people",
		                             [LIST_DEVELOPERS]  = "/developers",
		                             [LIST_ASSIGNMENTS] = "/licence-management" };
	struct text              path;
	char                     limit[16];
	path_open(&path, question->account, NAMES[list], &client->cli->arena);
	snprintf(limit, sizeof(limit), "%u", question->limit);
	path_query(&path, "module", question->module);
	path_query(&path, "at", question->at);
	path_query(&path, "known_at", question->known_at);
	path_query(&path, "limit", question->limit ? span_of(limit) : SPAN(""));
	path_query(&path, "cursor", question->cursor);
	struct http_call request = { .method = "GET", .path = path_close(&path) };
	return http_call(client, &request, question->account, answer, refusal);
}

enum err
client_people_list(struct client *client, enum people_list list, const struct question *question,
                   struct span *answer, struct refusal *refusal)
{
	struct engine *engine = client->local.engine;
	struct arena  *arena  = &client->cli->arena;
	if (client->http)
		return list_http(client, list, question, answer, refusal);
	if (list == LIST_PEOPLE)
		return engine_people_list(engine, question, arena, answer, refusal);
	if (list == LIST_DEVELOPERS)
		return engine_developers_list(engine, question, arena, answer, refusal);
	return engine_assignments_list(engine, question->account, arena, answer, refusal);
}

/* ---- changing ---- */

enum err
client_people_grant(struct client *client, struct span account, struct span json,
                    struct span *answer, struct refusal *refusal)
{
	struct arena *arena = &client->cli->arena;
	struct text   path;
	if (!client->http)
		return engine_people_grant(client->local.engine, &BY_COMMAND_LINE, account, json,
		                           arena, answer, refusal);
	path_open(&path, account, "/people", arena);
	struct http_call request = { .method = "POST", .path = path_close(&path), .body = json };
	return http_call(client, &request, account, answer, refusal);
}

enum err
client_people_revoke(struct client *client, struct span account, struct span email,
                     struct span module, struct span *answer, struct refusal *refusal)
{
	struct arena *arena = &client->cli->arena;
	struct text   path;
	if (!client->http)
		return engine_people_revoke(client->local.engine, &BY_COMMAND_LINE, account, email,
		                            module, arena, answer, refusal);
	path_open(&path, account, "/people/", arena);
	text_add(&path, span_of(http_client_escape(email, arena)));
	path_query(&path, "module", module);
	struct http_call request = { .method = "DELETE", .path = path_close(&path) };
	return http_call(client, &request, account, answer, refusal);
}

enum err
client_assign(struct client *client, struct span account, struct span json, bool preview,
              struct span *answer, struct refusal *refusal)
{
	struct arena *arena = &client->cli->arena;
	struct text   path;
	if (!client->http && preview)
		return engine_assignments_preview(client->local.engine, account, json, arena,
		                                  answer, refusal);
	if (!client->http)
		return engine_assignments_put(client->local.engine, &BY_COMMAND_LINE, account, json,
		                              arena, answer, refusal);
	path_open(&path, account, "/licence-management", arena);
	path_query(&path, "preview", preview ? SPAN("true") : SPAN(""));
	struct http_call request = { .method = "PUT", .path = path_close(&path), .body = json };
	return http_call(client, &request, account, answer, refusal);
}

enum err
client_import(struct client *client, enum people_list list, struct span account,
              const struct list_request *request, struct span *answer, struct refusal *refusal)
{
	struct arena *arena = &client->cli->arena;
	struct text   path;
	bool          people = list == LIST_PEOPLE;
	if (!client->http)
		return people ? engine_people_import(client->local.engine, &BY_COMMAND_LINE,
		                                     account, request, arena, answer, refusal)
		              : engine_developers_import(client->local.engine, &BY_COMMAND_LINE,
		                                         account, request, arena, answer, refusal);
	path_open(&path, account, people ? "/people/import" : "/developers/import", arena);
	path_query(&path, "map", request->mapping);
	path_query(&path, "preview", request->preview ? SPAN("true") : SPAN(""));
	struct http_call call = { .method       = "POST",
		                  .path         = path_close(&path),
		                  .content_type = request->format == LIST_FORMAT_CSV
		                                          ? "text/csv"
		                                          : "application/json",
		                  .body         = request->body };
	return http_call(client, &call, account, answer, refusal);
}

/* ---- events ---- */

static uint64_t
count_of(const struct json *answer, struct span name)
{
	int64_t            count  = 0;
	const struct json *member = json_member(answer, name);
	return member && json_int64(member, &count) == ERR_NONE && count > 0 ? (uint64_t)count : 0;
}

static enum err
events_http(struct client *client, struct span lines, struct ingest_counts *counts,
            struct refusal *refusal)
{
	struct arena *arena = &client->cli->arena;
	struct span   answer;
	struct json  *root;
	enum err      err =
		client_post_events(client, "application/x-ndjson", lines, arena, &answer, refusal);
	if (err == ERR_NONE)
		err = json_parse(answer, arena, &root, refusal);
	if (err != ERR_NONE)
		return err;
	counts->accepted += count_of(root, SPAN("accepted"));
	counts->duplicate += count_of(root, SPAN("duplicate"));
	counts->rejected += count_of(root, SPAN("rejected"));
	return ERR_NONE;
}

enum err
client_events(struct client *client, struct span lines, struct ingest_counts *counts,
              struct refusal *refusal)
{
	struct ingest ingest = { .body = lines, .format = FORMAT_NDJSON };
	if (lines.size == 0)
		return ERR_NONE;
	if (client->http)
		return events_http(client, lines, counts, refusal);
	enum err err = engine_ingest_wait(client->local.engine, &ingest, refusal);
	counts->accepted += ingest.counts.accepted;
	counts->duplicate += ingest.counts.duplicate;
	counts->rejected += ingest.counts.rejected;
	ingest_release(client->local.engine, &ingest);
	return err;
}
