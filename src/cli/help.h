/* help.h - help, made from the tables of commands and options. */
#ifndef TALLY_CLI_HELP_H
#define TALLY_CLI_HELP_H

#include <stdio.h>

#include "cli/cli.h"

void help_program(FILE *out);
void help_command(FILE *out, const struct command *command);
/* Words that name no command: help when they ask for it, else what is wrong with them. */
int help_or_misused(char **words, uint32_t count);

#endif
