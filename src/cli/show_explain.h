/* show_explain.h - an explanation (L-63) as text for people. */
#ifndef TALLY_CLI_SHOW_EXPLAIN_H
#define TALLY_CLI_SHOW_EXPLAIN_H

#include "cli/show.h"

/* One row with its why and its activity: an item of "explained". */
void show_explained(struct cli *cli, const struct json *explained);

#endif
