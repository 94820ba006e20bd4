/* route.c - the table of calls: what a path and a method mean, and who may call. */
#include "api/route.h"

#include "api/handle.h"
#include "edge/http/head.h"

const struct param_row PARAM_ROWS[PARAM_COUNT] = {
#define PARAM_ROW(name, text, what)                                                                \
	[PARAM_INDEX_##name] = { { text, sizeof(text) - 1 }, { what, sizeof(what) - 1 } },
#include "route.def"
};

const struct route ROUTES[] = {
#define ROUTE_ROW(method, path, access, body, handler, params, status, list, summary)              \
	{ METHOD_##method,                                                                         \
	  #method,                                                                                 \
	  { path, sizeof(path) - 1 },                                                              \
	  ACCESS_##access,                                                                         \
	  BODY_##body,                                                                             \
	  handle_##handler,                                                                        \
	  #handler,                                                                                \
	  (uint32_t)(params),                                                                      \
	  status,                                                                                  \
	  { list, sizeof(list) - 1 },                                                              \
	  { summary, sizeof(summary) - 1 } },
#include "route.def"
};

const uint32_t ROUTES_COUNT = sizeof(ROUTES) / sizeof(ROUTES[0]);
_Static_assert(sizeof(ROUTES) / sizeof(ROUTES[0]) <= ROUTES_MAX, "too many routes");
_Static_assert(PARAM_COUNT <= 32, "a set of parameters fits into 32 bits");

/* The next piece between slashes; *rest begins with a slash or is empty. */
static struct span
piece_next(struct span *rest)
{
	const char *from = rest->at + 1;
	size_t      left = rest->size - 1;
	const char *end  = left ? memchr(from, '/', left) : NULL;
	size_t      size = end ? (size_t)(end - from) : left;
	*rest            = (struct span){ from + size, left - size };
	return (struct span){ from, size };
}

static struct span *
piece_of(struct route_path *pieces, struct span name)
{
	if (span_equal(name, SPAN("{account}")))
		return &pieces->account;
	if (span_equal(name, SPAN("{module}")))
		return &pieces->module;
	return span_equal(name, SPAN("{id}")) ? &pieces->id : NULL;
}

/* Whether path fits the pattern; the variable pieces stay escaped in *pieces. {rest} at
 * the end of a pattern stands for any pieces, and for none. */
static bool
path_fits(struct span pattern, struct span path, struct route_path *pieces)
{
	*pieces = (struct route_path){ { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	if (path.size == 0 || path.at[0] != '/')
		return false;
	while (pattern.size > 0 && path.size > 0) {
		struct span wanted = piece_next(&pattern);
		if (span_equal(wanted, SPAN("{rest}")))
			return true;
		struct span  given = piece_next(&path);
		struct span *piece = piece_of(pieces, wanted);
		if (piece && given.size == 0)
			return false;
		if (piece)
			*piece = given;
		else if (!span_equal(wanted, given))
			return false;
	}
	return path.size == 0 && (pattern.size == 0 || span_equal(pattern, SPAN("/{rest}")));
}

static enum err
pieces_unescape(struct route_path *pieces, struct arena *arena)
{
	struct span *all[] = { &pieces->account, &pieces->module, &pieces->id };
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i]->at && head_unescape(*all[i], false, arena, all[i]))
			return ERR_NOT_FOUND;
	return ERR_NONE;
}

enum err
route_find(struct span path, enum method method, struct arena *arena, const struct route **route,
           struct route_path *pieces, uint32_t *allowed)
{
	uint32_t methods = 0;
	for (uint32_t i = 0; i < ROUTES_COUNT; i++) {
		struct route_path found;
		if (!path_fits(ROUTES[i].path, path, &found))
			continue;
		methods |= 1U << ROUTES[i].method;
		if (ROUTES[i].method != method)
			continue;
		if (pieces_unescape(&found, arena))
			return ERR_NOT_FOUND;
		*route  = &ROUTES[i];
		*pieces = found;
		return ERR_NONE;
	}
	*allowed = methods;
	return methods ? ERR_METHOD : ERR_NOT_FOUND;
}

enum param_index
param_find(struct span name)
{
	for (unsigned i = 0; i < PARAM_COUNT; i++)
		if (span_equal(PARAM_ROWS[i].text, name))
			return (enum param_index)i;
	return PARAM_COUNT;
}

static bool
has_piece(struct span path, struct span name)
{
	for (size_t i = 0; i + name.size <= path.size; i++)
		if (memcmp(path.at + i, name.at, name.size) == 0)
			return true;
	return false;
}

/* What is asked with a body: nothing is changed. */
static bool
is_question(const struct route *row)
{
	return span_equal(row->path, SPAN("/v1/estimate")) ||
	       span_equal(row->path, SPAN("/v1/accounts/{account}/simulate"));
}

/* Signing in is open to everybody, and reads what it is given. */
static bool
is_right_to_look(const struct route *row)
{
	switch (row->access) {
	case ACCESS_OPEN:
		return !span_equal(row->path, SPAN("/v1/session"));
	case ACCESS_PAGE:
	case ACCESS_ANY:
	case ACCESS_MEMBER:
	case ACCESS_VIEW:
	case ACCESS_INVOICES:
	case ACCESS_VIEW_ALL:
		return true;
	case ACCESS_SESSION:
	case ACCESS_EDIT:
	case ACCESS_BILLING:
	case ACCESS_ADMINISTER:
	case ACCESS_INGEST:
	case ACCESS_OPERATE:
		break;
	}
	return false;
}

void
routes_check(void)
{
	for (uint32_t i = 0; i < ROUTES_COUNT; i++) {
		const struct route *row = &ROUTES[i];
		CHECK(row->access >= ACCESS_OPEN && row->access <= ACCESS_OPERATE);
		CHECK(row->handler != NULL);
		CHECK(row->path.size > 0 && row->path.at[0] == '/');
		CHECK(row->path.size == 1 || row->path.at[row->path.size - 1] != '/');
		CHECK(row->summary.size > 0);
		CHECK(row->method == METHOD_POST || row->method == METHOD_PUT ||
		      row->body == BODY_NONE);
		/* What concerns the whole installation is no business of an account's. */
		CHECK(row->access < ACCESS_VIEW_ALL || !has_piece(row->path, SPAN("{account}")));
		/* Nothing is written or deleted with a right to look. */
		CHECK(row->method == METHOD_GET || is_question(row) || !is_right_to_look(row));
		for (uint32_t j = 0; j < i; j++)
			CHECK(ROUTES[j].method != row->method ||
			      !span_equal(ROUTES[j].path, row->path));
	}
}
