/* demo_show.h - the figures of the made-up account, as tables and in words.
 *
 * Reads answers of the engine as they are; prints to standard output. */
#ifndef TALLY_CLI_DEMO_SHOW_H
#define TALLY_CLI_DEMO_SHOW_H

#include "core/json/json_read.h"

enum { DEMO_ROWS_SHOWN = 12 };

/* One line a module: owned, used, over, percent. */
void demo_show_summary(const struct json *answer);
/* The parts of the first module and its DEMO_ROWS_SHOWN first rows. */
void demo_show_rows(const struct json *answer);
/* A bar a point, with a mark where the owned licences end. */
void demo_show_trend(const struct json *answer);
/* Why the first row that is explained needs what it needs, in sentences. */
void demo_show_why(const struct json *answer);

#endif
