/* client_int.h - for client.c and client_http.c alone. */
#ifndef TALLY_CLI_CLIENT_INT_H
#define TALLY_CLI_CLIENT_INT_H

#include "cli/client.h"

struct http_reply;

MUST_CHECK enum err client_http_ask(struct client *client, enum ask ask,
                                    const struct question *question, struct span *answer,
                                    struct refusal *refusal);
MUST_CHECK enum err client_http_tell(struct client *client, enum tell tell, struct span account,
                                     struct span json, struct span *answer,
                                     struct refusal *refusal);
MUST_CHECK enum err client_http_invoice(struct client *client, const struct question *question,
                                        enum invoice_format format, struct span *answer,
                                        struct refusal *refusal);
MUST_CHECK enum err client_http_export(struct client *client, const struct question *question,
                                       engine_write *write, void *context, struct refusal *refusal);
MUST_CHECK enum err client_http_audit_export(struct client *client, engine_write *write,
                                             void *context, struct refusal *refusal);
/* What an answer that is no success means. */
MUST_CHECK enum err client_http_refused(const struct http_reply *reply, struct arena *arena,
                                        struct refusal *refusal);
/* {"path":path} */
struct span client_path_answer(struct span path, struct arena *arena);

#endif
