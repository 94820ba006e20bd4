/* client_path.h - questions as paths of the HTTP interface.
 *
 * Texts live in the arena. */
#ifndef TALLY_CLI_CLIENT_PATH_H
#define TALLY_CLI_CLIENT_PATH_H

#include "cli/client.h"
#include "core/base/text.h"

/* A path with its query; add pieces in order. */
struct path {
	struct text text;
	bool        asked; /* a query was begun */
};

void path_open(struct path *path, struct arena *arena, const char *start);
/* "/" and the piece, escaped. */
void path_piece(struct path *path, struct span piece);
/* Nothing when value is empty. */
void path_query(struct path *path, const char *name, struct span value);
/* The account as a piece, and what comes behind it as it is. */
void path_account(struct path *path, struct span account, const char *what);
/* at, known_at, from and to. */
void        path_times(struct path *path, const struct question *question);
const char *path_close(struct path *path);

const char *path_of(enum ask ask, const struct question *question, struct arena *arena);

#endif
