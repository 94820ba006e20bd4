/* serve.h - a server over an engine of this process, until somebody says stop. */
#ifndef TALLY_CLI_SERVE_H
#define TALLY_CLI_SERVE_H

#include "api/api.h"
#include "cli/post.h"
#include "engine/local.h"

/* Called once the server listens, with its address as "http://127.0.0.1:8080". */
typedef void serve_ready(void *context, const char *url);

/* Serve, tick, deliver through *post, wait for SIGTERM or SIGINT, finish what was accepted,
 * close *local. Within LIMIT_STOP_SECONDS of the signal the process has ended, whatever
 * happens. Returns the exit status. signal_hold() must have been called before
 * local_open(). */
MUST_CHECK int serve_until_stopped(struct local *local, const struct api_server_options *options,
                                   struct post *post, serve_ready *ready, void *context);

#endif
