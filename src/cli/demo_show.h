/* demo_show.h - the screen of `tally demo`: figures, what needs attention, and why.
 *
 * Asks the engine the questions that anybody may ask, and prints to standard output. */
#ifndef TALLY_CLI_DEMO_SHOW_H
#define TALLY_CLI_DEMO_SHOW_H

#include "cli/demo_story.h"
#include "cli/show.h"

MUST_CHECK enum err demo_show(struct cli *cli, const struct demo_story *story,
                              struct refusal *refusal);

#endif
