/* serve.c - a server over an engine of this process, until somebody says stop. */
#include "cli/serve.h"

#include <stdio.h>

#include "cli/cli.h"
#include "core/base/limit.h"
#include "edge/http/head.h"
#include "edge/sys/signal.h"

enum { DELIVERERS = 8 };

/* The address that was asked for, with the port that was got. */
static void
url_write(const struct api_server_options *options, uint16_t port, char *url, size_t size)
{
	char        host[HEAD_HOST_SIZE];
	uint16_t    asked;
	const char *scheme = options->tls_cert ? "https" : "http";

	if (head_address(options->address, host, &asked) != ERR_NONE || host[0] == 0)
		snprintf(host, sizeof(host), "127.0.0.1");
	snprintf(url, size, strchr(host, ':') ? "%s://[%s]:%u" : "%s://%s:%u", scheme, host,
	         (unsigned)port);
}

int
serve_until_stopped(struct local *local, const struct api_server_options *options,
                    struct post *post, serve_ready *ready, void *context)
{
	struct courier     courier = post_courier(post);
	struct api_server *server;
	struct refusal     refusal = { .err = ERR_NONE };
	char               url[HEAD_HOST_SIZE + 32];

	enum err err = api_server_start(options, &server, &refusal);
	if (err != ERR_NONE) {
		local_close(local);
		return cli_refused(err, &refusal, NULL);
	}
	url_write(options, api_server_port(server), url, sizeof(url));
	struct notifier *notifier = notifier_start(local->engine, &courier, DELIVERERS);
	ready(context, url);
	signal_wait();
	signal_deadline(LIMIT_STOP_SECONDS, EXIT_DONE);
	post_stop(post);
	err = api_server_stop(server);
	notifier_stop(notifier);
	if (err != ERR_NONE) {
		/* Requests are still at work in the engine: it cannot be closed under them. */
		cli_complain("",
		             "requests were still at work; nothing that was acknowledged is lost",
		             "");
		return EXIT_DONE;
	}
	local_close(local);
	return EXIT_DONE;
}
