/* engine_fixture.h - an engine for tests: a clock that stands, a catalogue, plain calls. */
#ifndef TALLY_TESTS_ENGINE_FIXTURE_H
#define TALLY_TESTS_ENGINE_FIXTURE_H

#define _GNU_SOURCE /* memmem */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/text.h"
#include "edge/doc/embed.h"
#include "edge/doc/yaml_catalog.h"
#include "edge/store/store_local.h"
#include "edge/store/store_memory.h"
#include "edge/sys/memory.h"
#include "engine/engine.h"

struct fixture {
	struct arena          arena;
	const struct catalog *catalog;
	struct engine        *engine;
	struct instant        now;
};

static const struct change BY_TEST = { .actor = { "test", 4 } };

static inline struct instant
fixture_clock(void *context)
{
	return ((struct fixture *)context)->now;
}

static inline struct store *
open_directory(const char *directory)
{
	struct store_local_options options = { .directory = directory };
	struct refusal             refusal = { .err = ERR_NONE };
	struct store              *store   = NULL;
	if (store_local_open(&options, &store, &refusal) != ERR_NONE)
		fail_msg("%s", refusal.detail);
	return store;
}

/* An engine over store; the clock says 2026-11-22T00:00:00Z until a test moves it. */
static inline void
fixture_engine_with(struct fixture *fixture, struct store *store,
                    const struct engine_settings *settings)
{
	struct refusal        refusal = { .err = ERR_NONE };
	struct engine_options options = { .store         = store,
		                          .catalog       = fixture->catalog,
		                          .settings      = *settings,
		                          .clock         = fixture_clock,
		                          .clock_context = fixture };
	enum err              err     = engine_open(&options, &fixture->engine, &refusal);
	if (err != ERR_NONE)
		fail_msg("engine_open: %s", refusal.detail);
}

static inline void
fixture_engine(struct fixture *fixture, struct store *store)
{
	struct engine_settings settings = engine_settings_default();
	fixture_engine_with(fixture, store, &settings);
}

static inline void
fixture_open(struct fixture *fixture)
{
	struct refusal refusal = { .err = ERR_NONE };
	arena_open(&fixture->arena, system_memory());
	assert_int_equal(instant_parse(SPAN("2026-11-22T00:00:00Z"), &fixture->now, NULL),
	                 ERR_NONE);
	assert_int_equal(
		yaml_catalog_read(embed_catalog(), &fixture->arena, &fixture->catalog, &refusal),
		ERR_NONE);
}

static inline void
fixture_close(struct fixture *fixture)
{
	arena_close(&fixture->arena);
}

static inline void
fixture_account(struct fixture *fixture, const char *id)
{
	char        json[128];
	struct span answer;
	snprintf(json, sizeof json, "{\"id\":\"%s\",\"name\":\"%s\",\"currency\":\"USD\"}", id, id);
	assert_int_equal(engine_account_put(fixture->engine, &BY_TEST, span_of(json),
	                                    &fixture->arena, &answer, NULL),
	                 ERR_NONE);
}

/* Ingest NDJSON and wait; the counts. */
static inline struct ingest_counts
fixture_ingest(struct fixture *fixture, struct span body)
{
	struct ingest  ingest  = { .body = body, .format = FORMAT_NDJSON };
	struct refusal refusal = { .err = ERR_NONE };
	enum err       err     = engine_ingest_wait(fixture->engine, &ingest, &refusal);
	if (err != ERR_NONE)
		fail_msg("ingest: %s", refusal.detail);
	struct ingest_counts counts = ingest.counts;
	ingest_release(fixture->engine, &ingest);
	return counts;
}

/* The whole CD answer at a moment. */
static inline struct span
fixture_usage(struct fixture *fixture, const char *account, const char *at, const char *known_at)
{
	struct question question = { .account  = span_of(account),
		                     .module   = SPAN("CD"),
		                     .at       = span_of(at),
		                     .known_at = span_of(known_at) };
	struct refusal  refusal  = { .err = ERR_NONE };
	struct span     answer;
	enum err err = engine_usage(fixture->engine, &question, &fixture->arena, &answer, &refusal);
	if (err != ERR_NONE)
		fail_msg("usage: %s", refusal.detail);
	return answer;
}

static inline void
fixture_verify(struct fixture *fixture)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	enum err       err =
		engine_verify(fixture->engine, NULL, NULL, &fixture->arena, &answer, &refusal);
	if (err != ERR_NONE)
		fail_msg("verify: %s", refusal.detail);
}

static inline void
assert_span_equal(struct span a, struct span b)
{
	if (!span_equal(a, b))
		fail_msg("differ:\n%.*s\n%.*s", (int)a.size, a.at, (int)b.size, b.at);
}

#endif
