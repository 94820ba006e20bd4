/* client_people.h - people, developers and assignments: asked and changed, in this process
 * or on a server.
 *
 * Both give the same bytes. Answers live in the command's arena. */
#ifndef TALLY_CLI_CLIENT_PEOPLE_H
#define TALLY_CLI_CLIENT_PEOPLE_H

#include "cli/client.h"
#include "engine/people.h"

enum people_list { LIST_PEOPLE, LIST_DEVELOPERS, LIST_ASSIGNMENTS };

MUST_CHECK enum err client_people_list(struct client *client, enum people_list list,
                                       const struct question *question, struct span *answer,
                                       struct refusal *refusal);
/* json: what engine_people_grant takes. */
MUST_CHECK enum err client_people_grant(struct client *client, struct span account,
                                        struct span json, struct span *answer,
                                        struct refusal *refusal);
/* module empty: every one. */
MUST_CHECK enum err client_people_revoke(struct client *client, struct span account,
                                         struct span email, struct span module, struct span *answer,
                                         struct refusal *refusal);
/* preview: say what it would mean, and change nothing. */
MUST_CHECK enum err client_assign(struct client *client, struct span account, struct span json,
                                  bool preview, struct span *answer, struct refusal *refusal);
/* list is LIST_PEOPLE or LIST_DEVELOPERS. A list with errors is an answer with them. */
MUST_CHECK enum err client_import(struct client *client, enum people_list list, struct span account,
                                  const struct list_request *request, struct span *answer,
                                  struct refusal *refusal);
/* Lines of events, waited for; the counts are added. */
MUST_CHECK enum err client_events(struct client *client, struct span lines,
                                  struct ingest_counts *counts, struct refusal *refusal);

#endif
