/* demo_why.h - why a row of the made-up account needs what it needs, in sentences.
 *
 * Reads an explanation as the engine gave it; prints to standard output. */
#ifndef TALLY_CLI_DEMO_WHY_H
#define TALLY_CLI_DEMO_WHY_H

#include "cli/show.h"

/* Of the first row that is explained. */
void demo_why_show(struct cli *cli, const struct json *answer);

#endif
