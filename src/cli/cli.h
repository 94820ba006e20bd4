/* cli.h - what the commands of the program share: the table of them, and how they end.
 *
 * Each cmd_*.c holds the commands of one noun. A command prints its answer and returns
 * the exit status of the process. */
#ifndef TALLY_CLI_CLI_H
#define TALLY_CLI_CLI_H

#include "cli/args.h"
#include "core/base/arena.h"
#include "core/base/err.h"

/* 1: the program was right to say no. 3: the world failed; trying again may help. */
enum exit_status { EXIT_DONE, EXIT_REFUSED, EXIT_USAGE, EXIT_FAULT };

struct cli {
	const struct command *command;
	struct args           args;
	struct arena          arena; /* lives as long as the command */
};

typedef int command_run(struct cli *cli);

struct command {
	const char  *name;  /* "account put" */
	const char  *other; /* another name for the same, NULL: none */
	const char  *words; /* its arguments, as help shows them */
	uint32_t     words_min;
	uint32_t     words_max;
	uint64_t     options;
	command_run *run;
	const char  *summary; /* one line */
	const char  *more;    /* what else help says; NULL: nothing */
};

extern const struct command COMMANDS[];
extern const uint32_t       COMMANDS_COUNT;

command_run cmd_account_get, cmd_account_list, cmd_account_put;
command_run cmd_audit_list, cmd_audit_verify, cmd_export_audit;
command_run cmd_backup, cmd_catalog_check;
command_run cmd_contract_list, cmd_contract_put, cmd_contract_show, cmd_contract_upgrade;
command_run cmd_billing_get, cmd_billing_put;
command_run cmd_contract_price, cmd_plan;
command_run cmd_credits;
command_run cmd_close, cmd_invoice, cmd_invoice_list;
command_run cmd_demo;
command_run cmd_estimate, cmd_flex, cmd_flex_trend, cmd_flex_forecast, cmd_flex_transition,
	cmd_simulate;
command_run cmd_events, cmd_explain;
command_run cmd_export_events, cmd_export_usage, cmd_export_costs;
command_run cmd_ingest;
command_run cmd_key_create, cmd_key_list, cmd_key_revoke;
command_run cmd_person_add, cmd_person_list, cmd_person_password, cmd_person_disable,
	cmd_person_enable, cmd_person_link, cmd_person_remove;
command_run cmd_people_list, cmd_people_grant, cmd_people_revoke;
command_run cmd_developers_list, cmd_assignment_list, cmd_assignment_put;
command_run cmd_import_people, cmd_import_developers, cmd_import_git;
command_run cmd_role_grant, cmd_role_revoke, cmd_role_list;
command_run cmd_notify_list, cmd_notify_rules, cmd_notify_test;
command_run cmd_serve, cmd_trend, cmd_usage, cmd_verify;

/* The i-th argument, which must be there. */
struct span cli_word(const struct cli *cli, uint32_t i);
/* An option's value, empty when it was not given. */
struct span cli_value(const struct cli *cli, enum option option);

/* Say what was refused and where (a file, a command; NULL: nothing) on standard error;
 * returns the exit status that goes with it. */
int cli_refused(enum err err, const struct refusal *refusal, const char *where);
/* The same for a file that cannot be read: refused, whatever the reason. */
int cli_unreadable(const char *path, int error);
/* "tally: before, word, after" on standard error; word comes from outside. */
void cli_complain(const char *before, const char *word, const char *after);
/* Wrong usage, with a hint where help is. */
int cli_misused(const struct cli *cli, const char *reason);

/* The bytes of FILE, "-" for standard input. EXIT_DONE, or the status to end with. */
MUST_CHECK int cli_file(struct cli *cli, const char *path, struct span *bytes);

/* What turns an answer into text for people. */
struct json;
typedef void cli_show(struct cli *cli, const struct json *answer);
/* Print an answer: as it is under --json, else as show has it. */
int cli_answer(struct cli *cli, struct span answer, cli_show *show);

/* Text from outside, with control characters escaped, for a terminal. */
struct span cli_clean(struct span text, struct arena *arena);

#endif
