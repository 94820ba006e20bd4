/* settings_given.h - the settings that a command line gives, by file and one by one. */
#ifndef TALLY_CLI_SETTINGS_GIVEN_H
#define TALLY_CLI_SETTINGS_GIVEN_H

#include "cli/cli.h"
#include "cli/settings.h"

/* The file of --config first, --set wins; *settings holds the defaults before. EXIT_DONE, or
 * the status to end with once the reason was printed. */
MUST_CHECK int settings_given(struct cli *cli, struct settings *settings);

#endif
