/* client.h - one way to ask, two to be answered: an engine in this process over a
 * directory, or a server elsewhere.
 *
 * Both give the same bytes. Answers live in the command's arena. */
#ifndef TALLY_CLI_CLIENT_H
#define TALLY_CLI_CLIENT_H

#include <stdio.h>

#include "cli/cli.h"
#include "engine/invoice.h"
#include "engine/local.h"

struct http_client;

struct client {
	struct cli         *cli;
	struct local        local; /* when http is NULL */
	struct http_client *http;
};

enum client_store { CLIENT_MUST_EXIST, CLIENT_MAY_MAKE };

/* By --server (or TALLY_SERVER), else --data. EXIT_DONE, or the status to end with once
 * the reason was printed. */
MUST_CHECK int client_open(struct cli *cli, enum client_store store, struct client *client);
/* Closes; returns status. */
int client_close(struct client *client, int status);
/* Whether the command line or the environment names a server. */
const char *client_server(const struct cli *cli);

enum ask {
	ASK_ACCOUNT,
	ASK_ACCOUNTS,
	ASK_AUDIT, /* question.account empty: of everything */
	ASK_BILLING,
	ASK_CONTRACTS, /* question.id: that one alone */
	ASK_VERSIONS,
	ASK_COSTS,
	ASK_CREDITS,
	ASK_EVENTS,
	ASK_EXPLAIN,
	ASK_FLEX,
	ASK_FLEX_TREND,
	ASK_INVOICES,
	ASK_FLEX_FORECAST,
	ASK_FLEX_TRANSITION,
	ASK_KEYS,
	ASK_NOTIFICATIONS,
	ASK_PLAN,
	ASK_PRICE,
	ASK_PEOPLE,
	ASK_ROLES,
	ASK_RULES,
	ASK_TREND,
	ASK_USAGE,
};

MUST_CHECK enum err client_ask(struct client *client, enum ask ask, const struct question *question,
                               struct span *answer, struct refusal *refusal);

/* Open, ask, print, close: all that a command which only asks has to do. */
MUST_CHECK int client_show(struct cli *cli, enum ask ask, const struct question *question,
                           cli_show *show);
/* The same for an answer with a list: with --csv that list (api/csv.h) as CSV. */
MUST_CHECK int client_show_list(struct cli *cli, enum ask ask, const struct question *question,
                                struct span names, cli_show *show);
/* The answer's list of one of these names, as CSV, to out. EXIT_DONE or EXIT_FAULT. */
MUST_CHECK int client_csv(struct cli *cli, struct span answer, struct span names, FILE *out);
/* The names of the lists of an answer to ASK_USAGE. */
struct span client_usage_lists(const struct question *question);

enum tell {
	TELL_ACCOUNT,       /* json is the account */
	TELL_BILLING,       /* json is the billing details of account */
	TELL_CONTRACT,      /* json is a contract of account */
	TELL_CONTRACT_TRY,  /* the same, and nothing is changed */
	TELL_UPGRADE,       /* json is the plan that contracts of account become of */
	TELL_SIMULATE,      /* json is months and contracts of account; changes nothing */
	TELL_ESTIMATE,      /* json is a tier and quantities; changes nothing */
	TELL_KEY,           /* json is what is asked for, of account or of all */
	TELL_REVOKE,        /* json is the key's id, not JSON */
	TELL_PERSON_ADD,    /* json is the person */
	TELL_PERSON_CHANGE, /* account is the e-mail, json what changes */
	TELL_PERSON_LINK,   /* account is the e-mail, json for how long */
	TELL_PERSON_REMOVE, /* account is the e-mail */
	TELL_ROLE_GRANT,    /* json is {"email","role"}, in account */
	TELL_ROLE_REVOKE,   /* the same; without a role, all of them */
	TELL_RULES,         /* json is the rules of account */
	TELL_NOTIFY_TEST,   /* json is {} */
	TELL_CLOSE,         /* json is {"month":"2026-03"} */
	TELL_BACKUP,        /* json is the path, not JSON */
	TELL_VERIFY,        /* json is not used */
	TELL_AUDIT_VERIFY,  /* json is a head, not JSON, or empty */
};

MUST_CHECK enum err client_tell(struct client *client, enum tell tell, struct span account,
                                struct span json, struct span *answer, struct refusal *refusal);

/* Open, tell, print, close: all that a command with one change has to do. */
MUST_CHECK int client_change(struct cli *cli, enum tell tell, enum client_store store,
                             struct span json, cli_show *show);

/* The same for a change of something in account. */
MUST_CHECK int client_change_of(struct cli *cli, enum tell tell, enum client_store store,
                                struct span account, struct span json, cli_show *show);

/* The invoice of a month, issued or a draft (month), or the issued one of a number (id, no
 * month), as JSON, CSV or PDF. */
MUST_CHECK enum err client_invoice(struct client *client, const struct question *question,
                                   enum invoice_format format, struct span *answer,
                                   struct refusal *refusal);

/* Stored events, oldest first, one a line, to write(). */
MUST_CHECK enum err client_export(struct client *client, const struct question *question,
                                  engine_write *write, void *context, struct refusal *refusal);

/* The audit trail, oldest first, one a line, to write(). */
MUST_CHECK enum err client_audit_export(struct client *client, engine_write *write, void *context,
                                        struct refusal *refusal);

/* One body of events, and wait for the answer; with a server alone. */
MUST_CHECK enum err client_post_events(struct client *client, const char *content_type,
                                       struct span body, struct arena *arena, struct span *answer,
                                       struct refusal *refusal);

/* The question that the command line asks: of account and module by its first words, with
 * its options. EXIT_DONE or EXIT_USAGE. */
MUST_CHECK int client_question(const struct cli *cli, struct question *question);

#endif
