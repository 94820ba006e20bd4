/* embed.h - files that are part of the program itself.
 *
 * The bytes are constant and live as long as the process. embed.S puts them there. */
#ifndef TALLY_EDGE_DOC_EMBED_H
#define TALLY_EDGE_DOC_EMBED_H

#include "core/base/span.h"

/* catalog/harness.yaml, as it was when the program was built. */
struct span embed_catalog(void);

/* DejaVu Sans and its bold face, as the build's system has them (TrueType). */
struct span embed_font(void);
struct span embed_font_bold(void);

#endif
