/* terminal.h - what standard output is, and how wide text is on it. */
#ifndef TALLY_CLI_TERMINAL_H
#define TALLY_CLI_TERMINAL_H

#include "core/base/span.h"

#include <stdint.h>

/* Columns of the terminal; 0 when standard output is none. */
uint32_t terminal_columns(void);
/* Whether colour is welcome: on a terminal that can, without NO_COLOR. */
bool terminal_has_colour(void);

/* How many columns UTF-8 text takes, combining marks and wide characters counted as
 * they are shown. setlocale() must have chosen a UTF-8 LC_CTYPE. */
uint32_t text_width(struct span text);
/* The longest beginning of text that takes at most width columns. */
struct span text_fit(struct span text, uint32_t width);

#endif
