/* output.h - where exports go: the file of --output, or standard output. */
#ifndef TALLY_CLI_OUTPUT_H
#define TALLY_CLI_OUTPUT_H

#include <stdio.h>

#include "cli/cli.h"

/* NULL once the reason was printed. */
FILE *output_open(const struct cli *cli);
/* Returns status, or that the file could not be written. */
int output_close(const struct cli *cli, FILE *out, int status);
/* An engine_write whose context is the file. */
enum err output_write(void *context, struct span bytes);

#endif
