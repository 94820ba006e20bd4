/* main.c - the table of commands, and the way into each. */
#include <locale.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/help.h"
#include "edge/sys/memory.h"

#define STORE (HAS(DATA) | HAS(CATALOG))
#define REACH (STORE | HAS(ALTERNATIVES) | HAS(SERVER) | HAS(KEY))
#define ANSWER (REACH | HAS(JSON))
#define MOMENT (HAS(AT) | HAS(KNOWN_AT))
#define ROW (HAS(UNIT) | HAS(KIND) | HAS(ORG) | HAS(PROJECT) | HAS(ID))
#define ROW_MORE (HAS(CLASS) | HAS(ENVIRONMENT) | HAS(SEARCH))
#define PAGE (HAS(LIMIT) | HAS(CURSOR))
#define WHICH_EVENTS (HAS(TYPE) | HAS(SUBJECT) | HAS(FROM) | HAS(TO))

const struct command COMMANDS[] = {
	{ "serve", NULL, "", 0, 0,
	  STORE | HAS(LISTEN) | HAS(SET) | HAS(CONFIG) | HAS(TLS_CERT) | HAS(TLS_KEY), cmd_serve,
	  "serve the HTTP interface until SIGTERM or SIGINT",
	  "The first start on a store without any key makes an operator's key and shows it once." },
	{ "demo", NULL, "", 0, 0,
	  HAS(DAYS) | HAS(LISTEN) | STORE | HAS(AT) | HAS(SEED) | HAS(NO_SERVE), cmd_demo,
	  "a made-up account, its figures, and a server over it",
	  "Without --data the store is a directory of its own that is removed at the end. With\n"
	  "--at it is told as if that moment were now, each time the same to the byte." },
	{ "ingest", NULL, "FILE...|-", 1, UINT32_MAX, ANSWER | HAS(ACCOUNT) | HAS(FORMAT),
	  cmd_ingest, "read events: one a line, or a JSON array; also .gz and .zst",
	  "Reading a file again changes nothing: what was read before is counted as a duplicate.\n"
	  "Exit status 0 when no event was rejected, 1 when any was (the others count)." },
	{ "account put", NULL, "FILE", 1, 1, ANSWER, cmd_account_put, "make or change an account",
	  NULL },
	{ "account list", NULL, "", 0, 0, ANSWER | PAGE, cmd_account_list, "all accounts", NULL },
	{ "account get", "account show", "ACCOUNT", 1, 1, ANSWER, cmd_account_get, "one account",
	  NULL },
	{ "billing put", NULL, "ACCOUNT FILE", 2, 2, ANSWER, cmd_billing_put,
	  "replace an account's billing details",
	  "What looks like the number of a payment card is refused, here and in every file." },
	{ "billing get", "billing show", "ACCOUNT", 1, 1, ANSWER, cmd_billing_get,
	  "an account's billing details", NULL },
	{ "contract put", NULL, "ACCOUNT FILE", 2, 2, ANSWER | HAS(DRY_RUN), cmd_contract_put,
	  "add a contract, or a new version of one",
	  "FILE holds one contract, or a list of them: all of it is put, or nothing. With "
	  "--dry-run\n"
	  "nothing is put: it is said what would be owned, before and after." },
	{ "contract list", NULL, "ACCOUNT [ID]", 1, 2, ANSWER | HAS(VERSIONS), cmd_contract_list,
	  "the account's contracts", NULL },
	{ "contract show", NULL, "ACCOUNT ID", 2, 2, ANSWER, cmd_contract_show,
	  "a contract and how it changed: who, when, why", NULL },
	{ "contract upgrade", NULL, "ACCOUNT PLAN", 2, 2, ANSWER | HAS(MODULE) | HAS(WHY),
	  cmd_contract_upgrade, "let contracts become of another plan, from this hour on",
	  "All that hold now but trials and Flex, together; with --module the one of that module,\n"
	  "and a trial is paid for from now on. What a plan may become, tally plan shows." },
	{ "contract price", NULL, "ACCOUNT --module M --developers N", 1, 1,
	  ANSWER | MOMENT | HAS(MODULE) | HAS(DEVELOPERS), cmd_contract_price,
	  "what developers of a module cost until the end of the paid contract", NULL },
	{ "usage", NULL, "ACCOUNT [MODULE]", 1, 2,
	  ANSWER | MOMENT | ROW | ROW_MORE | HAS(SORT) | PAGE | HAS(CHILDREN) | HAS(CSV), cmd_usage,
	  "licences owned and used: every module, or one with its rows", NULL },
	{ "plan", NULL, "ACCOUNT", 1, 1, ANSWER | MOMENT | HAS(CSV), cmd_plan,
	  "what each module's contract is, and what can be done next", NULL },
	{ "credits", NULL, "ACCOUNT", 1, 1, ANSWER | MOMENT | HAS(CSV), cmd_credits,
	  "build credits: what is left, what was used, block by block", NULL },
	{ "flex trend", NULL, "ACCOUNT", 1, 1,
	  ANSWER | HAS(FROM) | HAS(TO) | HAS(STEP) | HAS(KNOWN_AT) | HAS(ID) | HAS(CSV),
	  cmd_flex_trend, "units of the Flex contract, day by day or month by month",
	  "Days of this month, or with --step month all months of the contract." },
	{ "flex forecast", NULL, "ACCOUNT", 1, 1, ANSWER | MOMENT | HAS(ID), cmd_flex_forecast,
	  "units at the month's end, and when the pool will be empty",
	  "From the last 30 days, of which seven must be recorded; the range is that of the\n"
	  "slowest and the fastest week." },
	{ "flex transition", NULL, "ACCOUNT", 1, 1, ANSWER | MOMENT | HAS(TIER) | HAS(CSV),
	  cmd_flex_transition, "the last twelve months as they would have been under Flex", NULL },
	{ "flex", NULL, "ACCOUNT", 1, 1,
	  ANSWER | MOMENT | HAS(MONTH) | HAS(ID) | HAS(BY) | HAS(CSV), cmd_flex,
	  "a month of the Flex contract: lines, pool, overage, alerts",
	  "The month of --at, or of now, unless --month says which; --id names the contract\n"
	  "where two share a month." },
	{ "invoice list", NULL, "ACCOUNT", 1, 1, ANSWER | PAGE, cmd_invoice_list,
	  "the account's invoices, newest first", NULL },
	{ "invoice", NULL, "ACCOUNT YYYY-MM|NUMBER", 2, 2,
	  ANSWER | HAS(ID) | HAS(PDF) | HAS(CSV) | HAS(SET) | HAS(CONFIG), cmd_invoice,
	  "the invoice of a month, or its draft; or the invoice of a number",
	  "--id names the contract where two share a month." },
	{ "close", NULL, "YYYY-MM", 1, 1, ANSWER | HAS(SET) | HAS(CONFIG), cmd_close,
	  "issue the invoices of all accounts up to and with a month",
	  "Interrupted, it is begun again with the same words: nothing is invoiced twice. The\n"
	  "month must have ended, and its days of grace (invoice.grace_days) as well." },
	{ "simulate", NULL, "ACCOUNT --from M --to M --contract FILE...", 1, 1,
	  ANSWER | HAS(FROM) | HAS(TO) | HAS(CONTRACT) | HAS(FIGURES), cmd_simulate,
	  "recorded usage under other contracts, month by month, side by side",
	  "FILE is what contract put takes, or {\"contract\":{...},\"prices\":{\"CD\":\"300\"}} "
	  "with the\n"
	  "price of a licence and year. Nothing is changed." },
	{ "estimate", NULL, "TIER METRIC=QUANTITY...", 1, UINT32_MAX,
	  HAS(CATALOG) | HAS(SERVER) | HAS(KEY) | HAS(JSON) | HAS(UNIT_PRICE), cmd_estimate,
	  "what quantities would cost in a month, in units and money",
	  "TIER is free, essentials or enterprise; an account or a store is not needed." },
	{ "trend", NULL, "ACCOUNT MODULE --from T --to T", 2, 2,
	  ANSWER | HAS(FROM) | HAS(TO) | HAS(STEP) | HAS(KNOWN_AT) | HAS(UNIT) | HAS(CSV),
	  cmd_trend, "owned and used at the end of each day or month", NULL },
	{ "explain", NULL, "ACCOUNT MODULE [KIND ORG PROJECT ID]", 2, 6, ANSWER | MOMENT | ROW,
	  cmd_explain, "why a figure is what it is, down to the events",
	  "With KIND ORG PROJECT ID (or those options) one row: its percentile, the hours that\n"
	  "were ignored, the events behind them, and what would save a licence. KIND ID alone\n"
	  "where rows have no project, such as person MAIL; PART ORG PROJECT for a project of a\n"
	  "figure without rows." },
	{ "events", NULL, "ACCOUNT", 1, 1, ANSWER | WHICH_EVENTS | PAGE | HAS(CSV), cmd_events,
	  "stored events, newest first", NULL },
	{ "export events", NULL, "[ACCOUNT]", 0, 1, REACH | WHICH_EVENTS | HAS(OUTPUT),
	  cmd_export_events, "stored events as they were sent, oldest first, one a line", NULL },
	{ "export usage", NULL, "ACCOUNT [MODULE]", 1, 2,
	  REACH | MOMENT | ROW | ROW_MORE | HAS(SORT) | PAGE | HAS(OUTPUT), cmd_export_usage,
	  "the summary, or a module's rows, as CSV", NULL },
	{ "export costs", NULL, "ACCOUNT", 1, 1,
	  REACH | HAS(FROM) | HAS(TO) | HAS(KNOWN_AT) | PAGE | HAS(CSV) | HAS(JSON) | HAS(OUTPUT),
	  cmd_export_costs, "cloud spend and build credits day by day, in the columns of FOCUS",
	  "CSV, or with --json the answer as the interface gives it. From the first of the month\n"
	  "until now unless --from and --to say otherwise; of both days all of it." },
	{ "export audit", NULL, "", 0, 0, REACH | HAS(OUTPUT), cmd_export_audit,
	  "the audit trail, oldest first, one record a line", NULL },
	{ "audit list", NULL, "[ACCOUNT]", 0, 1,
	  ANSWER | PAGE | HAS(TYPE) | HAS(SEARCH) | HAS(FROM) | HAS(TO), cmd_audit_list,
	  "who changed what and when, newest first: of an account, or of everything",
	  "With --json also from where, and what stood there before and after." },
	{ "audit verify", NULL, "", 0, 0, ANSWER | HAS(HEAD), cmd_audit_verify,
	  "check the chain of the audit trail; print its head",
	  "A trail whose end was cut off is a whole trail: keep the head somewhere else, and give\n"
	  "it back with --head to see that it is in the trail still." },
	{ "key create", NULL, "[FILE]", 0, 1,
	  ANSWER | HAS(NAME) | HAS(SCOPE) | HAS(ACCOUNT) | HAS(EXPIRES), cmd_key_create,
	  "make an API key; its secret is shown this once",
	  "By --name and --scope, or as a JSON object in FILE." },
	{ "key list", NULL, "", 0, 0, ANSWER | HAS(ACCOUNT), cmd_key_list, "all API keys", NULL },
	{ "key revoke", NULL, "ID", 1, 1, ANSWER, cmd_key_revoke, "make an API key invalid", NULL },
	{ "person add", NULL, "EMAIL", 1, 1, ANSWER | HAS(NAME) | HAS(OPERATOR), cmd_person_add,
	  "add a person who may sign in; the password is shown this once",
	  "An operator may do everything everywhere; others have roles in accounts (role grant)." },
	{ "person list", NULL, "", 0, 0, ANSWER | PAGE, cmd_person_list, "who may sign in", NULL },
	{ "person password", NULL, "EMAIL [FILE]", 1, 2, ANSWER, cmd_person_password,
	  "give a new password, the first line of FILE; ends the person's sessions",
	  "Without FILE one is drawn and shown this once. FILE may be - for standard input." },
	{ "person link", NULL, "EMAIL", 1, 1, ANSWER | HAS(TTL), cmd_person_link,
	  "a link that signs the person in once; it is shown this once",
	  "A newer one replaces it, and a new password ends it. Without --server it is printed\n"
	  "without the server's address." },
	{ "person disable", NULL, "EMAIL", 1, 1, ANSWER, cmd_person_disable,
	  "let a person sign in no more; ends the person's sessions", NULL },
	{ "person enable", NULL, "EMAIL", 1, 1, ANSWER, cmd_person_enable,
	  "let a disabled person sign in again", NULL },
	{ "person remove", NULL, "EMAIL", 1, 1, ANSWER, cmd_person_remove,
	  "remove a person with all roles and sessions", NULL },
	{ "role grant", NULL, "ACCOUNT EMAIL ROLE", 3, 3, ANSWER, cmd_role_grant,
	  "give a role in an account",
	  "ROLE is administrator, billing_administrator, licence_editor or licence_viewer." },
	{ "role revoke", NULL, "ACCOUNT EMAIL [ROLE]", 2, 3, ANSWER, cmd_role_revoke,
	  "take a role away; without ROLE all of them", NULL },
	{ "role list", NULL, "ACCOUNT", 1, 1, ANSWER, cmd_role_list,
	  "who has which roles in an account", NULL },
	{ "notify list", NULL, "ACCOUNT", 1, 1, ANSWER | PAGE, cmd_notify_list,
	  "what was told, to whom, and how it was delivered, newest first", NULL },
	{ "notify rules", NULL, "ACCOUNT [FILE]", 1, 2, ANSWER, cmd_notify_rules,
	  "who is told of what; with FILE, change it",
	  "What is shown can be put again. A webhook without a secret keeps the one it has, or\n"
	  "gets one that is shown this once." },
	{ "notify test", NULL, "ACCOUNT", 1, 1, ANSWER, cmd_notify_test,
	  "send a test message to everybody who is told of anything", "tally serve delivers it." },
	{ "people list", NULL, "ACCOUNT", 1, 1, ANSWER | MOMENT | PAGE | HAS(MODULE) | HAS(CSV),
	  cmd_people_list, "people, the modules they have, and since when", NULL },
	{ "people grant", NULL, "ACCOUNT EMAIL", 2, 2,
	  ANSWER | HAS(MODULE) | HAS(NAME) | HAS(GROUP) | HAS(SERVICE_ACCOUNT), cmd_people_grant,
	  "describe a person and grant modules", NULL },
	{ "people revoke", NULL, "ACCOUNT EMAIL", 2, 2, ANSWER | HAS(MODULE), cmd_people_revoke,
	  "revoke a module; without --module all of them, and off the list of people", NULL },
	{ "developers list", NULL, "ACCOUNT", 1, 1, ANSWER | PAGE | HAS(CSV), cmd_developers_list,
	  "the list of developers: who has the module SEI", NULL },
	{ "assignment list", NULL, "ACCOUNT", 1, 1, ANSWER | HAS(CSV), cmd_assignment_list,
	  "whom each module is assigned to", NULL },
	{ "assignment put", NULL, "ACCOUNT FILE", 2, 2, ANSWER | HAS(DRY_RUN), cmd_assignment_put,
	  "assign modules to all people, or to groups and service accounts",
	  "FILE: {\"module\":\"CI\",\"assign\":\"chosen\",\"groups\":[\"dev\"]}; assign is all,\n"
	  "chosen or manual." },
	{ "import people", NULL, "FILE|- --account A", 1, 1,
	  ANSWER | HAS(ACCOUNT) | HAS(MAP) | HAS(DRY_RUN), cmd_import_people,
	  "people with modules and groups, from CSV or JSON, all of it or nothing",
	  "Columns: email, name, modules, groups, service_account. Items are divided by ;" },
	{ "import developers", NULL, "FILE|- --account A", 1, 1,
	  ANSWER | HAS(ACCOUNT) | HAS(MAP) | HAS(DRY_RUN), cmd_import_developers,
	  "replace the list of developers, from CSV or JSON, all of it or nothing",
	  "Columns: name, email, manager_email, role, and any others." },
	{ "import git", NULL, "PATH --account A", 1, 1,
	  ANSWER | HAS(ACCOUNT) | HAS(SINCE) | HAS(MODULE) | HAS(ORG) | HAS(PROJECT) |
	          HAS(DRY_RUN) | HAS(BUILDS) | HAS(DEPLOYMENTS),
	  cmd_import_git, "the authors of a git repository, as developers",
	  "By .mailmap, as git shortlog -sne counts them. Reading again changes nothing." },
	{ "backup", NULL, "FILE", 1, 1, ANSWER, cmd_backup,
	  "a complete copy of the store in FILE, which must not exist yet",
	  "With --server the file is one of the server's machine, named from its root." },
	{ "verify", NULL, "", 0, 0, ANSWER, cmd_verify,
	  "check every record and recompute every figure from the log", NULL },
	{ "catalog check", NULL, "FILE", 1, 1, HAS(JSON), cmd_catalog_check,
	  "check product data before it is used with --catalog", NULL },
};
const uint32_t COMMANDS_COUNT = sizeof(COMMANDS) / sizeof(COMMANDS[0]);

/* How many of the words name the command: 0 when they do not. */
static uint32_t
name_matches(const char *name, char **words, uint32_t count)
{
	uint32_t used = 0;

	while (name && *name) {
		size_t size = strcspn(name, " ");
		if (used == count || strlen(words[used]) != size ||
		    memcmp(words[used], name, size) != 0)
			return 0;
		used++;
		name += size + (name[size] == ' ');
	}
	return used;
}

static const struct command *
command_find(char **words, uint32_t count, uint32_t *used)
{
	for (uint32_t i = 0; i < COMMANDS_COUNT; i++) {
		*used = name_matches(COMMANDS[i].name, words, count);
		if (*used == 0)
			*used = name_matches(COMMANDS[i].other, words, count);
		if (*used > 0)
			return &COMMANDS[i];
	}
	return NULL;
}

static int
command_run_with(const struct command *command, char **given, uint32_t count)
{
	struct cli cli = { .command = command };
	char       reason[ARGS_REASON_SIZE];

	arena_open(&cli.arena, system_memory());
	const char **words  = ARENA_ARRAY(&cli.arena, const char *, count + 1);
	int          status = EXIT_DONE;
	if (!args_read((const char *const *)given, count, command->options | HAS(HELP), words,
	               &cli.args, reason))
		status = cli_misused(&cli, reason);
	else if (args_has(&cli.args, OPTION_HELP))
		help_command(stdout, command);
	else if (cli.args.words_count < command->words_min)
		status = cli_misused(&cli, "an argument is missing");
	else if (cli.args.words_count > command->words_max)
		status = cli_misused(&cli, "there are too many arguments");
	else
		status = command->run(&cli);
	arena_close(&cli.arena);
	return status;
}

/* A full disk behind standard output must not look like success. */
static int
output_close(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	perror("tally: standard output");
	return EXIT_FAULT;
}

int
main(int argc, char **argv)
{
	uint32_t count = argc > 0 ? (uint32_t)argc - 1 : 0, used;

	setlocale(LC_CTYPE, "C.UTF-8");
	if (count == 0) {
		help_program(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("tally " TALLY_VERSION);
		return output_close(EXIT_DONE);
	}
	const struct command *command = command_find(argv + 1, count, &used);
	if (command)
		return output_close(command_run_with(command, argv + 1 + used, count - used));
	return output_close(help_or_misused(argv + 1, count));
}
