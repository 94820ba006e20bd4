/* client.c - calls of another server over HTTP, for the program's --server mode. */
#include "edge/http/client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>

#include "core/base/text.h"
#include "edge/sys/memory.h"

enum {
	URL_SIZE_MAX   = 8192,
	CONNECT_MS     = 10000,
	STALL_S        = 60,
	REPLY_SIZE_MAX = 1 << 30,
};

struct http_client {
	CURL                      *curl;
	struct http_client_options options;
	size_t                     server_size; /* without slashes at its end */
};

/* What arrives during a call. */
struct arrival {
	CURL              *curl;
	struct text        body;
	http_client_write *write; /* NULL: into body */
	void              *context;
	enum err           err;
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void
curl_begin(void)
{
	CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
	CHECK(code == CURLE_OK);
}

enum err
http_client_open(const struct http_client_options *options, struct http_client **opened,
                 struct refusal *refusal)
{
	const char *server = options->server;
	if (strncmp(server, "http://", 7) != 0 && strncmp(server, "https://", 8) != 0)
		return refuse(refusal, ERR_SETTING, SPAN("server"),
		              SPAN("a server's address begins with http:// or https://"));
	pthread_once(&curl_once, curl_begin);
	struct memory       memory = system_memory();
	struct http_client *client = memory.take(memory.owner, sizeof(*client));
	*client = (struct http_client){ .curl = curl_easy_init(), .options = *options };
	CHECK(client->curl != NULL);
	client->server_size = strlen(server);
	while (client->server_size > 0 && server[client->server_size - 1] == '/')
		client->server_size--;
	*opened = client;
	return ERR_NONE;
}

void
http_client_close(struct http_client *client)
{
	curl_easy_cleanup(client->curl);
	struct memory memory = system_memory();
	memory.give(memory.owner, client, sizeof(*client));
}

static size_t
on_bytes(char *at, size_t one, size_t size, void *context)
{
	struct arrival *arrival = context;
	CHECK(one == 1);
	long status = 0;
	(void)curl_easy_getinfo(arrival->curl, CURLINFO_RESPONSE_CODE, &status);
	if (arrival->write && status == 200) {
		arrival->err = arrival->write(arrival->context, (struct span){ at, size });
		return arrival->err ? 0 : size;
	}
	if (arrival->body.size + size > REPLY_SIZE_MAX)
		return 0;
	text_add(&arrival->body, (struct span){ at, size });
	return size;
}

static struct curl_slist *
header_append(struct curl_slist *list, const char *name, const char *value)
{
	char line[1024];
	if (!value)
		return list;
	int size = snprintf(line, sizeof(line), "%s: %s", name, value);
	CHECK(size > 0 && (size_t)size < sizeof(line));
	struct curl_slist *longer = curl_slist_append(list, line);
	CHECK(longer != NULL);
	return longer;
}

static struct curl_slist *
headers_make(const struct http_client *client, const struct http_call *call)
{
	char               bearer[512];
	const char        *type = call->content_type;
	struct curl_slist *list = NULL;
	if (!type && call->body.size > 0)
		type = "application/json";
	list = header_append(list, "Accept", call->accept ? call->accept : "application/json");
	list = header_append(list, "Content-Type", type);
	list = header_append(list, "Content-Encoding", call->content_encoding);
	list = header_append(list, "Idempotency-Key", call->idempotency_key);
	if (client->options.key) {
		int size = snprintf(bearer, sizeof(bearer), "Bearer %s", client->options.key);
		CHECK(size > 0 && (size_t)size < sizeof(bearer));
		list = header_append(list, "Authorization", bearer);
	}
	/* Without this the library waits a second for "100 Continue" with large bodies. */
	return header_append(list, "Expect", "");
}

/* The library's setter is a macro that checks types and cannot fail for these. */
#define SET(option, value)                                                                         \
	do {                                                                                       \
		CURLcode code_ = curl_easy_setopt(client->curl, option, value);                    \
		CHECK(code_ == CURLE_OK);                                                          \
	} while (0)

static void
body_set(struct http_client *client, const struct http_call *call)
{
	if (strcmp(call->method, "GET") != 0) {
		SET(CURLOPT_CUSTOMREQUEST, call->method);
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.size);
		SET(CURLOPT_POSTFIELDS, call->body.size ? call->body.at : "");
	}
}

static void
options_set(struct http_client *client, const struct http_call *call, const char *url,
            struct curl_slist *headers, struct arrival *arrival)
{
	const struct http_client_options *options = &client->options;
	curl_easy_reset(client->curl);
	SET(CURLOPT_URL, url);
	SET(CURLOPT_HTTPHEADER, headers);
	SET(CURLOPT_PROTOCOLS_STR, "http,https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_USERAGENT, "tally");
	SET(CURLOPT_CONNECTTIMEOUT_MS,
	    (long)(options->connect_ms ? options->connect_ms : CONNECT_MS));
	SET(CURLOPT_LOW_SPEED_LIMIT, 1L);
	SET(CURLOPT_LOW_SPEED_TIME, (long)(options->stall_s ? options->stall_s : STALL_S));
	SET(CURLOPT_WRITEFUNCTION, on_bytes);
	SET(CURLOPT_WRITEDATA, arrival);
	if (options->ca)
		SET(CURLOPT_CAINFO, options->ca);
	body_set(client, call);
}

static enum err
url_make(const struct http_client *client, const char *path, char url[URL_SIZE_MAX],
         struct refusal *refusal)
{
	int size = snprintf(url, URL_SIZE_MAX, "%.*s%s", (int)client->server_size,
	                    client->options.server, path);
	if (size < 0 || size >= URL_SIZE_MAX)
		return refuse(refusal, ERR_FIELD_TOO_LONG, SPAN("server"),
		              SPAN("the address is too long"));
	return ERR_NONE;
}

static void
reply_fill(const struct http_client *client, const struct arrival *arrival, struct arena *arena,
           struct http_reply *reply)
{
	long  status = 0;
	char *type   = NULL;
	(void)curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(client->curl, CURLINFO_CONTENT_TYPE, &type);
	*reply = (struct http_reply){ .status       = (int)status,
		                      .content_type = arena_copy(arena, span_of(type ? type : "")),
		                      .body         = text_span(&arrival->body) };
}

enum err
http_client_stream(struct http_client *client, const struct http_call *call,
                   http_client_write *write, void *context, struct arena *arena,
                   struct http_reply *reply, struct refusal *refusal)
{
	char     url[URL_SIZE_MAX];
	enum err err = url_make(client, call->path, url, refusal);
	if (err)
		return err;
	struct arrival arrival = { .curl = client->curl, .write = write, .context = context };
	text_open(&arrival.body, arena);
	struct curl_slist *headers = headers_make(client, call);
	options_set(client, call, url, headers, &arrival);
	CURLcode code = curl_easy_perform(client->curl);
	curl_slist_free_all(headers);
	if (arrival.err)
		return refuse(refusal, arrival.err, SPAN(""), SPAN(""));
	if (code != CURLE_OK)
		return refuse(refusal, ERR_NETWORK, SPAN("server"),
		              span_of(curl_easy_strerror(code)));
	reply_fill(client, &arrival, arena, reply);
	return ERR_NONE;
}

enum err
http_client_call(struct http_client *client, const struct http_call *call, struct arena *arena,
                 struct http_reply *reply, struct refusal *refusal)
{
	return http_client_stream(client, call, NULL, NULL, arena, reply, refusal);
}

const char *
http_client_escape(struct span text, struct arena *arena)
{
	static const char DIGITS[] = "0123456789ABCDEF";
	char             *at       = arena_take(arena, text.size * 3 + 1);
	size_t            size     = 0;
	for (size_t i = 0; i < text.size; i++) {
		unsigned char c = (unsigned char)text.at[i];
		if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		    (c != 0 && strchr("-._~", c))) {
			at[size++] = (char)c;
			continue;
		}
		at[size++] = '%';
		at[size++] = DIGITS[c >> 4];
		at[size++] = DIGITS[c & 15];
	}
	at[size] = 0;
	return at;
}
