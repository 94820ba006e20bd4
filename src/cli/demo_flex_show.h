/* demo_flex_show.h - the account on Flex of `tally demo`, in one block of its screen. */
#ifndef TALLY_CLI_DEMO_FLEX_SHOW_H
#define TALLY_CLI_DEMO_FLEX_SHOW_H

#include "cli/demo_story.h"
#include "cli/show.h"

enum { DEMO_MONTH_SIZE = 7 };

/* The month before that of the moment, "2026-10". */
void demo_month_before(struct instant now, char month[static INSTANT_SIZE]);

/* Its pool, this month, the forecast and the last invoice, each with the command that
 * tells more, after an empty line. */
MUST_CHECK enum err demo_flex_show(struct cli *cli, const struct demo_story *story,
                                   struct refusal *refusal);

#endif
