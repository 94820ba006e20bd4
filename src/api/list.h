/* list.h - lists that are imported: from a request to an engine, and errors back. */
#ifndef TALLY_API_LIST_H
#define TALLY_API_LIST_H

#include "api/call.h"

/* Put the call off, import its body, and answer: a list with errors is a problem that
 * tells all of them. */
MUST_CHECK enum err list_import(struct call *call, list_importer *importer);

#endif
