/* handle_health.c - alive, ready, numbers, and the interface's own description. */
#include "api/call.h"
#include "api/handle.h"
#include "api/metrics.h"
#include "api/openapi.h"

enum err
handle_health_get(struct call *call)
{
	call->answer = SPAN("{\"status\":\"ok\"}");
	return ERR_NONE;
}

enum err
handle_ready_get(struct call *call)
{
	enum err err = engine_ready(call->engine);
	if (err)
		return call_refuse(call, err, SPAN(""), SPAN(""));
	call->answer = SPAN("{\"status\":\"ready\"}");
	return ERR_NONE;
}

enum err
handle_metrics_get(struct call *call)
{
	struct metric_source source;
	engine_metrics(call->engine, &source.engine);
	api_http_metrics(call->api, &source.http);
	metrics_read_process(&source);
	call->answer       = metrics_write(&source, call->arena);
	call->content_type = "text/plain; version=0.0.4; charset=utf-8";
	return ERR_NONE;
}

enum err
handle_catalogue_get(struct call *call)
{
	call->answer = engine_catalogue(call->engine, call->arena);
	return ERR_NONE;
}

enum err
handle_prices_get(struct call *call)
{
	call->answer = engine_prices(call->engine, call->arena);
	return ERR_NONE;
}

enum err
handle_openapi_get(struct call *call)
{
	call->answer = openapi_write(call->arena);
	return ERR_NONE;
}
