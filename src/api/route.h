/* route.h - the table of calls: what a path and a method mean, and who may call.
 *
 * Pure. The rows live in catalog/route.def. */
#ifndef TALLY_API_ROUTE_H
#define TALLY_API_ROUTE_H

#include <stdint.h>

#include "core/base/arena.h"
#include "core/base/err.h"

struct call;

enum param_index {
#define PARAM_ROW(name, text, what) PARAM_INDEX_##name,
#include "route.def"
	PARAM_COUNT
};

/* A set of query parameters is a sum of these. */
enum param {
#define PARAM_ROW(name, text, what) PARAM_##name = 1 << PARAM_INDEX_##name,
#include "route.def"
};

struct param_row {
	struct span text;
	struct span what;
};
extern const struct param_row PARAM_ROWS[PARAM_COUNT];

/* What a caller needs (catalog/route.def says it in words). There is no value 0: a route
 * without one is a bug. */
enum access {
	ACCESS_OPEN = 1,
	ACCESS_PAGE,
	ACCESS_ANY,
	ACCESS_SESSION,
	ACCESS_MEMBER,
	ACCESS_VIEW,
	ACCESS_EDIT,
	ACCESS_INVOICES,
	ACCESS_BILLING,
	ACCESS_ADMINISTER,
	ACCESS_INGEST,
	ACCESS_VIEW_ALL,
	ACCESS_OPERATE,
};

enum body_kind { BODY_NONE, BODY_JSON, BODY_EVENTS, BODY_LIST };

enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_DELETE, METHOD_COUNT };

/* Answers: on ERR_NONE call->answer (unless it was put off), else call->refusal. */
typedef enum err route_handler(struct call *call);

struct route {
	enum method    method;
	const char    *method_name;
	struct span    path;
	enum access    access;
	enum body_kind body;
	route_handler *handler;
	const char    *handler_name;
	uint32_t       params; /* enum param, summed */
	int            status;
	struct span    list; /* for CSV: names of the list's member, by preference */
	struct span    summary;
};

enum { ROUTES_MAX = 128 };
extern const struct route ROUTES[];
extern const uint32_t     ROUTES_COUNT;

/* The variable pieces of a path, unescaped; at is NULL when the path has none. */
struct route_path {
	struct span account;
	struct span module;
	struct span id;
};

/* Find what path means. ERR_NOT_FOUND; ERR_METHOD when only other methods are known,
 * with *allowed as a sum of 1 << method. HEAD must be asked as GET. */
MUST_CHECK enum err route_find(struct span path, enum method method, struct arena *arena,
                               const struct route **route, struct route_path *pieces,
                               uint32_t *allowed);

/* The parameter's index, or PARAM_COUNT. */
enum param_index param_find(struct span name);

/* CHECKs that every row makes sense; called once at the start. */
void routes_check(void);

#endif
