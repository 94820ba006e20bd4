/* csv.h - a list of an answer as CSV (RFC 4180).
 *
 * Pure. */
#ifndef TALLY_API_CSV_H
#define TALLY_API_CSV_H

#include "core/base/arena.h"
#include "core/base/err.h"

struct json;
struct json_out;

/* json is an answer; names are those of the list's member by preference, with spaces
 * between. Columns are the items' members in order of first appearance, members of
 * objects as "window.from"; lists inside are written as JSON. Texts that a
 * spreadsheet could take for a formula get a ' before them; numbers stay numbers. Lists
 * of catalog/csv.def have the columns that it names, whatever the items hold.
 *
 * *next is the cursor of the page after this one, which CSV has no place for; empty: there
 * is none. ERR_NOT_FOUND when json has no such list. */
MUST_CHECK enum err csv_write(struct span json, struct span names, struct arena *arena,
                              struct span *csv, struct span *next);

/* For an answer that is written anew to become CSV: the next page of the one before. */
void csv_next_keep(struct json_out *out, const struct json *answer);

#endif
