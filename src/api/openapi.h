/* openapi.h - the interface's description, OpenAPI 3.1, from the table that routes.
 *
 * Pure. */
#ifndef TALLY_API_OPENAPI_H
#define TALLY_API_OPENAPI_H

#include "core/base/arena.h"

struct span openapi_write(struct arena *arena);

#endif
