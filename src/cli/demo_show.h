/* demo_show.h - the figures of the made-up account, as tables and in words.
 *
 * Reads answers of the engine as they are; prints to standard output. */
#ifndef TALLY_CLI_DEMO_SHOW_H
#define TALLY_CLI_DEMO_SHOW_H

#include "cli/show.h"

enum { DEMO_ROWS_SHOWN = 12 };

/* What is owned and used of each module; of the first its parts and rows. */
void demo_show_figures(struct cli *cli, const struct json *answer);
/* A bar a point, with a mark where the owned licences end. */
void demo_show_trend(struct cli *cli, const struct json *answer);
/* Why the first row that is explained needs what it needs, in sentences. */
void demo_show_why(struct cli *cli, const struct json *answer);

#endif
