/* api.h - the HTTP interface: an engine behind a server.
 *
 * Touches the network. The engine stays the caller's and outlives the server. */
#ifndef TALLY_API_API_H
#define TALLY_API_API_H

#include "edge/http/server.h"
#include "engine/engine.h"

struct api_server;

struct api_server_options {
	struct engine *engine;
	struct span    address;  /* "127.0.0.1:8080"; ":0" for any free port */
	const char    *tls_cert; /* PEM files; both or neither */
	const char    *tls_key;
	struct span    trusted_proxies; /* addresses, with commas between; see edge/http/proxy.h */
	uint32_t       threads;         /* 0: as fits the machine */
	bool           log_requests;    /* one line a request on standard error */
	struct http_limits limits;      /* http_limits_default() */
};

struct api_server_options api_server_options_default(struct engine *engine);

/* ERR_SETTING, ERR_SYSTEM: *refusal says which setting and why. */
MUST_CHECK enum err api_server_start(const struct api_server_options *options,
                                     struct api_server **server, struct refusal *refusal);
uint16_t            api_server_port(const struct api_server *api);
/* Stops listening, finishes what was accepted, closes. ERR_SYSTEM when something was
 * still at work after LIMIT_STOP_SECONDS: end the process then, without closing the
 * engine; nothing that was acknowledged is lost. */
MUST_CHECK enum err api_server_stop(struct api_server *api);

#endif
