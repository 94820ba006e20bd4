/* openapi.c - the interface's description, OpenAPI 3.1, from the table that routes. */
#include "api/openapi.h"

#include "api/route.h"
#include "core/json/json_write.h"

#ifndef TALLY_VERSION
#define TALLY_VERSION "0"
#endif

static void
parameter_write(struct json_out *out, struct span name, struct span in, struct span what)
{
	bool in_path = span_equal(in, SPAN("path"));
	json_object(out);
	json_key_string(out, SPAN("name"), name);
	json_key_string(out, SPAN("in"), in);
	if (in_path)
		json_key_bool(out, SPAN("required"), true);
	json_key_string(out, SPAN("description"), what);
	json_key(out, SPAN("schema"));
	json_object(out);
	bool is_number = span_equal(name, SPAN("limit"));
	json_key_string(out, SPAN("type"), is_number ? SPAN("integer") : SPAN("string"));
	json_object_end(out);
	json_object_end(out);
}

static void
path_parameters_write(struct json_out *out, struct span path)
{
	for (size_t i = 0; i < path.size; i++) {
		if (path.at[i] != '{')
			continue;
		const char *end = memchr(path.at + i, '}', path.size - i);
		CHECK(end != NULL);
		struct span name = { path.at + i + 1, (size_t)(end - path.at) - i - 1 };
		parameter_write(out, name, SPAN("path"), name);
	}
}

static void
parameters_write(struct json_out *out, const struct route *route)
{
	json_key(out, SPAN("parameters"));
	json_array(out);
	path_parameters_write(out, route->path);
	for (unsigned i = 0; i < PARAM_COUNT; i++)
		if (route->params & 1U << i)
			parameter_write(out, PARAM_ROWS[i].text, SPAN("query"), PARAM_ROWS[i].what);
	if (route->method != METHOD_GET)
		parameter_write(out, SPAN("Idempotency-Key"), SPAN("header"),
		                SPAN("the same key with the same request gives the first answer "
		                     "again"));
	json_array_end(out);
}

static void
schema_write(struct json_out *out, struct span media, struct span type)
{
	json_key(out, media);
	json_object(out);
	json_key(out, SPAN("schema"));
	json_object(out);
	json_key_string(out, SPAN("type"), type);
	json_object_end(out);
	json_object_end(out);
}

static void
body_write(struct json_out *out, enum body_kind body)
{
	if (body == BODY_NONE)
		return;
	json_key(out, SPAN("requestBody"));
	json_object(out);
	json_key_bool(out, SPAN("required"), body != BODY_JSON);
	json_key(out, SPAN("content"));
	json_object(out);
	if (body == BODY_JSON) {
		schema_write(out, SPAN("application/json"), SPAN("object"));
	} else if (body == BODY_LIST) {
		schema_write(out, SPAN("text/csv"), SPAN("string"));
		schema_write(out, SPAN("application/json"), SPAN("array"));
	} else {
		schema_write(out, SPAN("application/cloudevents+json"), SPAN("object"));
		schema_write(out, SPAN("application/cloudevents-batch+json"), SPAN("array"));
		schema_write(out, SPAN("application/x-ndjson"), SPAN("string"));
	}
	json_object_end(out);
	json_object_end(out);
}

/* One invoice, which comes in three formats. */
static bool
is_invoice(const struct route *route)
{
	return span_equal(route->path, SPAN("/v1/accounts/{account}/invoices/draft")) ||
	       span_equal(route->path, SPAN("/v1/accounts/{account}/invoices/{id}"));
}

static void
responses_write(struct json_out *out, const struct route *route)
{
	struct text status;
	text_open(&status, out->text.arena);
	text_add_int(&status, route->status);
	json_key(out, SPAN("responses"));
	json_object(out);
	json_key(out, text_span(&status));
	json_object(out);
	json_key_string(out, SPAN("description"), route->summary);
	json_key(out, SPAN("content"));
	json_object(out);
	if (span_equal(route->path, SPAN("/metrics")))
		schema_write(out, SPAN("text/plain"), SPAN("string"));
	else if (span_equal(route->path, SPAN("/v1/export")) ||
	         span_equal(route->path, SPAN("/v1/audit/export")))
		schema_write(out, SPAN("application/x-ndjson"), SPAN("string"));
	else
		schema_write(out, SPAN("application/json"), SPAN("object"));
	if (route->list.size > 0 || is_invoice(route))
		schema_write(out, SPAN("text/csv"), SPAN("string"));
	if (is_invoice(route))
		schema_write(out, SPAN("application/pdf"), SPAN("string"));
	json_object_end(out);
	json_object_end(out);
	json_key(out, SPAN("default"));
	json_object(out);
	json_key_string(out, SPAN("$ref"), SPAN("#/components/responses/Problem"));
	json_object_end(out);
	json_object_end(out);
}

static void
scheme_write(struct json_out *out, struct span name)
{
	json_object(out);
	json_key(out, name);
	json_array(out);
	json_array_end(out);
	json_object_end(out);
}

/* A key or a session: either will do. */
static void
security_write(struct json_out *out, const struct route *route)
{
	json_key(out, SPAN("security"));
	json_array(out);
	if (route->access != ACCESS_OPEN && route->access != ACCESS_SESSION)
		scheme_write(out, SPAN("key"));
	if (route->access != ACCESS_OPEN)
		scheme_write(out, SPAN("session"));
	json_array_end(out);
}

/* "post_v1_accounts_account_keys": unique, since method and path are. */
static struct span
operation_id(const struct route *route, struct arena *arena)
{
	struct text id;
	text_open(&id, arena);
	for (const char *at = route->method_name; *at; at++)
		text_add_char(&id, (char)(*at + ('a' - 'A')));
	for (size_t i = 0; i < route->path.size; i++) {
		char c = route->path.at[i];
		if (c != '{' && c != '}')
			text_add_char(&id, c == '/' || c == '.' ? '_' : c);
	}
	return text_span(&id);
}

static void
operation_write(struct json_out *out, const struct route *route)
{
	static const struct span NAMES[METHOD_COUNT] = {
		[METHOD_GET]    = { "get", 3 },
		[METHOD_POST]   = { "post", 4 },
		[METHOD_PUT]    = { "put", 3 },
		[METHOD_DELETE] = { "delete", 6 },
	};
	json_key(out, NAMES[route->method]);
	json_object(out);
	json_key_string(out, SPAN("operationId"), operation_id(route, out->text.arena));
	json_key_string(out, SPAN("summary"), route->summary);
	parameters_write(out, route);
	body_write(out, route->body);
	responses_write(out, route);
	security_write(out, route);
	json_object_end(out);
}

static bool
is_first_of_path(uint32_t index)
{
	for (uint32_t i = 0; i < index; i++)
		if (span_equal(ROUTES[i].path, ROUTES[index].path))
			return false;
	return true;
}

/* Each path once, with all of its methods; pages are no part of the interface. */
static void
paths_write(struct json_out *out)
{
	json_key(out, SPAN("paths"));
	json_object(out);
	for (uint32_t i = 0; i < ROUTES_COUNT; i++) {
		if (ROUTES[i].access == ACCESS_PAGE || !is_first_of_path(i))
			continue;
		json_key(out, ROUTES[i].path);
		json_object(out);
		for (uint32_t j = i; j < ROUTES_COUNT; j++) {
			if (span_equal(ROUTES[i].path, ROUTES[j].path))
				operation_write(out, &ROUTES[j]);
		}
		json_object_end(out);
	}
	json_object_end(out);
}

static void
components_write(struct json_out *out)
{
	json_key(out, SPAN("components"));
	json_raw(out,
	         SPAN("{\"securitySchemes\":{\"key\":{\"type\":\"http\",\"scheme\":\"bearer\"},"
	              "\"session\":{\"type\":\"apiKey\",\"in\":\"cookie\","
	              "\"name\":\"tally_session\"}},"
	              "\"responses\":{\"Problem\":{\"description\":\"What was refused, and "
	              "where\",\"content\":{\"application/problem+json\":{\"schema\":{\"$ref\":"
	              "\"#/components/schemas/Problem\"}}}}},"
	              "\"schemas\":{\"Problem\":{\"type\":\"object\",\"required\":[\"type\","
	              "\"title\",\"status\",\"detail\",\"instance\",\"errors\"],\"properties\":{"
	              "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
	              "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},"
	              "\"instance\":{\"type\":\"string\"},\"errors\":{\"type\":\"array\","
	              "\"items\":{\"type\":\"object\",\"required\":[\"reason\"],\"properties\":{"
	              "\"index\":{\"type\":\"integer\"},\"field\":{\"type\":\"string\"},"
	              "\"byte\":{\"type\":\"integer\"},\"reason\":{\"type\":\"string\"}}}}}}}}"));
}

struct span
openapi_write(struct arena *arena)
{
	struct json_out out;
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("openapi"), SPAN("3.1.0"));
	json_key(&out, SPAN("info"));
	json_object(&out);
	json_key_string(&out, SPAN("title"), SPAN("Tally"));
	json_key_string(&out, SPAN("version"), SPAN(TALLY_VERSION));
	json_key_string(&out, SPAN("description"),
	                SPAN("Counts usage events, compares with licences owned, explains each "
	                     "figure down to the event."));
	json_object_end(&out);
	paths_write(&out);
	components_write(&out);
	json_object_end(&out);
	return json_close(&out);
}
