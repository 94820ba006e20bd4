/* local.h - an engine on a directory of this machine, ready to use.
 *
 * Joins what everybody who embeds the engine needs: the store of a directory, the
 * catalogue (the built-in one or a file), and the engine over both. */
#ifndef TALLY_ENGINE_LOCAL_H
#define TALLY_ENGINE_LOCAL_H

#include "engine/engine.h"

struct local_options {
	const char            *directory;
	bool                   must_exist;   /* ERR_STORE_MISSING rather than make a store */
	const char            *catalog;      /* path of a YAML file; NULL: the built-in one */
	const char            *alternatives; /* of the catalogue, to turn on: "a,b"; NULL: none */
	struct engine_settings settings;     /* engine_settings_default() */
	struct instant (*clock)(void *context); /* NULL: the system's */
	void *clock_context;
};

struct local {
	struct arena          arena; /* holds the catalogue */
	const struct catalog *catalog;
	struct engine        *engine;
};

/* What store_local_open, local_catalog_read and engine_open refuse. *local is filled on
 * success alone, and then closed by the caller. */
MUST_CHECK enum err local_open(const struct local_options *options, struct local *local,
                               struct refusal *refusal);
/* Finishes what was accepted; everything of *local is gone afterwards. */
void local_close(struct local *local);

/* The catalogue of a file, or the built-in one when path is NULL. ERR_FILE_READ;
 * ERR_CATALOG names line and row. Its alternatives are off. It lives as long as the arena. */
MUST_CHECK enum err local_catalog_read(const char *path, struct arena *arena,
                                       const struct catalog **catalog, struct refusal *refusal);

#endif
