/* sign_in_site.h - a server over a whole engine on disk, with people, and browsers. */
#ifndef TALLY_TESTS_HTTP_SIGN_IN_SITE_H
#define TALLY_TESTS_HTTP_SIGN_IN_SITE_H

#define HTTP_TEST_OWN_ENGINE
#include "http_test.h"

#include <ftw.h>
#include <sys/stat.h>

#include "core/json/json_read.h"
#include "edge/sys/memory.h"
#include "engine/local.h"

#define PASSWORD "planted-opal-0123456789"
#define JSON_FIELDS "Content-Type: application/json\r\n"

/* A store on disk, for it must outlive the server. */
struct place {
	char         path[64];
	struct local local;
	struct site  site;
	struct arena arena;
	char         key[64]; /* the operator's */
	const char  *proxies; /* whom the server trusts; NULL: nobody */

	struct instant now; /* ns 0: the system's clock */
};

static inline struct instant
place_clock(void *context)
{
	return ((const struct place *)context)->now;
}

static inline void
place_start(struct place *place)
{
	struct refusal       refusal = { .err = ERR_NONE };
	struct local_options options = { .directory = place->path,
		                         .settings  = engine_settings_default() };
	if (place->now.ns != 0) {
		options.clock         = place_clock;
		options.clock_context = place;
	}
	if (local_open(&options, &place->local, &refusal) != ERR_NONE)
		fail_msg("%s", refusal.detail);
	struct api_server_options server = site_options(place->local.engine);
	server.log_requests              = true;
	if (place->proxies)
		server.trusted_proxies = span_of(place->proxies);
	site_open_with(&place->site, &server);
}

static inline void
place_stop(struct place *place)
{
	assert_int_equal(api_server_stop(place->site.server), ERR_NONE);
	local_close(&place->local);
}

static inline struct span
made(struct place *place, enum err err, struct span answer, const char *member)
{
	struct json *root;
	assert_int_equal(err, ERR_NONE);
	assert_int_equal(json_parse(answer, &place->arena, &root, NULL), ERR_NONE);
	return json_member(root, span_of(member))->text;
}

/* The account acme, an operator's key, opal who operates, vic who may look at acme. */
static inline void
place_fill(struct place *place)
{
	static const struct change BY       = { .actor = { "test", 4 } };
	static const char *const   PEOPLE[] = {
		  "{\"email\":\"opal@acme.io\",\"operator\":true,\"password\":\"" PASSWORD "\"}",
		  "{\"email\":\"vic@acme.io\",\"password\":\"" PASSWORD "\"}",
	};
	struct engine *engine = place->local.engine;
	struct span    answer;
	enum err       err =
		engine_account_put(engine, &BY, SPAN("{\"id\":\"acme\",\"currency\":\"USD\"}"),
	                           &place->arena, &answer, NULL);
	made(place, err, answer, "id");
	for (size_t i = 0; i < 2; i++) {
		err = engine_person_add(engine, &BY, span_of(PEOPLE[i]), &place->arena, &answer,
		                        NULL);
		made(place, err, answer, "email");
	}
	err = engine_role_grant(engine, &BY, SPAN("acme"), SPAN("vic@acme.io"),
	                        SPAN("licence_viewer"), &place->arena, &answer, NULL);
	made(place, err, answer, "email");
	err = engine_key_create(engine, &BY, SPAN("{\"name\":\"o\",\"scopes\":[\"operator\"]}"),
	                        &place->arena, &answer, NULL);
	struct span key = made(place, err, answer, "key");
	snprintf(place->key, sizeof place->key, "%.*s", (int)key.size, key.at);
}

static inline int
place_open(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	assert_non_null(place);
	snprintf(place->path, sizeof place->path, "/tmp/tally-sign-in-XXXXXX");
	assert_non_null(mkdtemp(place->path));
	arena_open(&place->arena, system_memory());
	place_start(place);
	place_fill(place);
	*state = place;
	return 0;
}

static inline int
entry_remove(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

static inline int
place_close(void **state)
{
	struct place *place = *state;
	place_stop(place);
	arena_close(&place->arena);
	nftw(place->path, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
	free(place);
	return 0;
}

/* ---- a browser ---- */

struct browser {
	struct place *place;
	char          cookie[128]; /* "tally_session=..." */
	char          csrf[64];
};

static inline void
text_between(const char *text, const char *before, char until, char *out, size_t size)
{
	const char *at = strstr(text, before);
	assert_non_null(at);
	at += strlen(before);
	const char *end = strchr(at, until);
	assert_non_null(end);
	assert_true((size_t)(end - at) < size);
	memcpy(out, at, (size_t)(end - at));
	out[end - at] = 0;
}

static inline struct reply
sign_in(struct place *place, const char *email, const char *password, const char *fields)
{
	char body[256], head[512];
	snprintf(body, sizeof body, "{\"email\":\"%s\",\"password\":\"%s\"}", email, password);
	snprintf(head, sizeof head, JSON_FIELDS "%s", fields);
	return ask(&place->site, "POST", "/v1/session", NULL, head, body, strlen(body));
}

static inline struct browser
browser_open(struct place *place, const char *email)
{
	struct browser browser = { .place = place };
	struct reply   reply   = sign_in(place, email, PASSWORD, "");
	assert_int_equal(reply.status, 201);
	text_between(reply.text, "Set-Cookie: ", ';', browser.cookie, sizeof browser.cookie);
	text_between(reply.body, "\"csrf\":\"", '"', browser.csrf, sizeof browser.csrf);
	reply_free(&reply);
	return browser;
}

/* fields: further ones, "" for none. */
static inline struct reply
browse(const struct browser *browser, const char *method, const char *target, const char *fields,
       const char *body)
{
	char head[1024];
	snprintf(head, sizeof head, "Cookie: other=1; %s\r\n%s", browser->cookie, fields);
	return ask(&browser->place->site, method, target, NULL, head, body,
	           body ? strlen(body) : 0);
}

static inline int
browse_status(const struct browser *browser, const char *method, const char *target,
              const char *fields, const char *body)
{
	struct reply reply  = browse(browser, method, target, fields, body);
	int          status = reply.status;
	reply_free(&reply);
	return status;
}

/* A change from a page of ours. */
static inline int
change_status(const struct browser *browser, const char *method, const char *target,
              const char *body)
{
	char fields[256];
	snprintf(fields, sizeof fields,
	         JSON_FIELDS "X-CSRF-Token: %s\r\nSec-Fetch-Site: same-origin\r\n", browser->csrf);
	return browse_status(browser, method, target, fields, body);
}

#endif
