/* list_json.h - a list in JSON as a sheet: an array of objects, or an object whose one
 * member is that array.
 *
 * Pure. The columns are the members' names in the order of their first appearance. Texts,
 * numbers, true and false are cells as written, null is an empty one, and a list of texts
 * is one cell with ; between. One object at a time is held as a tree. */
#ifndef TALLY_CORE_PEOPLE_LIST_JSON_H
#define TALLY_CORE_PEOPLE_LIST_JSON_H

#include "core/base/arena.h"
#include "core/base/err.h"
#include "core/base/sheet.h"

/* ERR_JSON_... names the byte, ERR_LIST_SYNTAX what is no list of objects, and
 * ERR_LIST_TOO_LARGE which limit; *sheet is as it was. scratch is reset again and again. */
MUST_CHECK enum err list_json_read(struct span text, struct arena *arena, struct arena *scratch,
                                   struct sheet *sheet, struct refusal *refusal);

#endif
