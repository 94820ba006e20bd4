/* csv.h - a list of an answer as CSV (RFC 4180).
 *
 * Pure. */
#ifndef TALLY_API_CSV_H
#define TALLY_API_CSV_H

#include "core/base/arena.h"
#include "core/base/err.h"

/* json is an answer; names are those of the list's member by preference, with spaces
 * between. Columns are the items' members in order of first appearance, members of
 * objects as "window.from"; lists inside are written as JSON. Texts that a
 * spreadsheet could take for a formula get a ' before them; numbers stay numbers. Lists
 * of catalog/csv.def have the columns that it names, whatever the items hold.
 *
 * ERR_NOT_FOUND when json has no such list. */
MUST_CHECK enum err csv_write(struct span json, struct span names, struct arena *arena,
                              struct span *csv);

#endif
