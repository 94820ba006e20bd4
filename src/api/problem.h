/* problem.h - errors as application/problem+json (RFC 9457).
 *
 * Pure. */
#ifndef TALLY_API_PROBLEM_H
#define TALLY_API_PROBLEM_H

#include "core/base/arena.h"
#include "core/base/err.h"

/* refusal->err says type, title and status; path is the request's, as sent, and
 * becomes "instance" with everything that is no plain URI character escaped. */
struct span problem_write(const struct refusal *refusal, struct span path, struct arena *arena);
/* The same for a list that was refused: errors is JSON, an array of what is wrong. */
struct span problem_write_list(struct span errors, struct span path, struct arena *arena);

#endif
