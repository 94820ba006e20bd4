/* local.c - an engine on a directory of this machine, ready to use. */
#include "engine/local.h"

#include <stdio.h>
#include <string.h>

#include "edge/doc/embed.h"
#include "edge/doc/yaml_catalog.h"
#include "edge/store/store_local.h"
#include "edge/sys/input.h"
#include "edge/sys/memory.h"

static enum err
catalog_text(const char *path, struct arena *arena, struct span *text, struct refusal *refusal)
{
	char detail[REFUSAL_DETAIL_SIZE];

	if (!path) {
		*text = embed_catalog();
		return ERR_NONE;
	}
	int error = input_read(path, YAML_CATALOG_SIZE_MAX, arena, text);
	if (error == 0)
		return ERR_NONE;
	snprintf(detail, sizeof(detail), "%s: %s", path, strerror(error));
	return refuse(refusal, ERR_FILE_READ, SPAN("catalog"), span_of(detail));
}

enum err
local_catalog_read(const char *path, struct arena *arena, const struct catalog **catalog,
                   struct refusal *refusal)
{
	struct span text;
	enum err    err = catalog_text(path, arena, &text, refusal);

	if (err != ERR_NONE)
		return err;
	return yaml_catalog_read(text, arena, catalog, refusal);
}

static enum err
parts_open(const struct local_options *options, struct local *local, struct refusal *refusal)
{
	struct store_local_options store_options = {
		.directory  = options->directory,
		.must_exist = options->must_exist,
	};
	struct engine_options engine_options = { .settings      = options->settings,
		                                 .clock         = options->clock,
		                                 .clock_context = options->clock_context };
	enum err              err =
		local_catalog_read(options->catalog, &local->arena, &local->catalog, refusal);
	if (err == ERR_NONE && options->alternatives)
		err = catalog_turn_on(local->catalog, span_of(options->alternatives), &local->arena,
		                      &local->catalog, refusal);
	if (err != ERR_NONE)
		return err;
	err = store_local_open(&store_options, &engine_options.store, refusal);
	if (err != ERR_NONE)
		return err;
	engine_options.catalog = local->catalog;
	err                    = engine_open(&engine_options, &local->engine, refusal);
	if (err != ERR_NONE)
		engine_options.store->ops->close(engine_options.store);
	return err;
}

enum err
local_open(const struct local_options *options, struct local *local, struct refusal *refusal)
{
	struct local opened = { .engine = NULL };

	arena_open(&opened.arena, system_memory());
	enum err err = parts_open(options, &opened, refusal);
	if (err != ERR_NONE) {
		arena_close(&opened.arena);
		return err;
	}
	*local = opened;
	return ERR_NONE;
}

void
local_close(struct local *local)
{
	CHECK(local->engine != NULL);
	engine_close(local->engine);
	arena_close(&local->arena);
	local->engine = NULL;
}
