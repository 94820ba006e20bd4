/* tally.c - the C library: the engine's calls with plain types. */
#include "tally.h"

#include <stdio.h>
#include <stdlib.h>

#include "edge/sys/memory.h"
#include "engine/local.h"

struct tally {
	struct local local;
};

const char *
tally_version(void)
{
	return TALLY_VERSION;
}

/* ---- errors and answers ---- */

static int
result(enum err err, const struct refusal *refusal, struct tally_error *error)
{
	if (err == ERR_NONE)
		return TALLY_DONE;
	if (error) {
		struct span name = err_name(err);
		*error = (struct tally_error){ .index = refusal->index, .byte = refusal->byte };
		snprintf(error->code, sizeof error->code, "%.*s", (int)name.size, name.at);
		snprintf(error->field, sizeof error->field, "%s", refusal->field);
		snprintf(error->detail, sizeof error->detail, "%s", refusal->detail);
	}
	return err_class_of(err) == ERR_CLASS_REFUSAL ? TALLY_REFUSED : TALLY_FAULT;
}

static char *
copied(struct span text)
{
	char *copy = malloc(text.size + 1);
	CHECK(copy != NULL);
	memcpy(copy, text.at, text.size);
	copy[text.size] = '\0';
	return copy;
}

void
tally_free(char *answer)
{
	free(answer);
}

static struct span
optional(const char *text)
{
	return text ? span_of(text) : (struct span){ 0 };
}

/* ---- open and close ---- */

int
tally_open(const char *directory, const char *catalog, struct tally **tally,
           struct tally_error *error)
{
	return tally_open_with(directory, catalog, NULL, tally, error);
}

int
tally_open_with(const char *directory, const char *catalog, const char *alternatives,
                struct tally **tally, struct tally_error *error)
{
	struct refusal       refusal = { .err = ERR_NONE };
	struct local_options options = { .directory    = directory,
		                         .catalog      = catalog,
		                         .alternatives = alternatives,
		                         .settings     = engine_settings_default() };
	struct tally        *opened  = calloc(1, sizeof *opened);
	CHECK(opened != NULL);
	enum err err = local_open(&options, &opened->local, &refusal);
	if (err == ERR_NONE)
		*tally = opened;
	else
		free(opened);
	return result(err, &refusal, error);
}

void
tally_close(struct tally *tally)
{
	if (tally == NULL)
		return;
	local_close(&tally->local);
	free(tally);
}

/* ---- changes ---- */

static const struct change BY_LIBRARY = { .actor_kind = ACTOR_SYSTEM, .actor = { "library", 7 } };

int
tally_account_put(struct tally *tally, const char *json, size_t size, struct tally_error *error)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct arena   arena;
	struct span    answer;
	arena_open(&arena, system_memory());
	enum err err = engine_account_put(tally->local.engine, &BY_LIBRARY,
	                                  (struct span){ json, size }, &arena, &answer, &refusal);
	arena_close(&arena);
	return result(err, &refusal, error);
}

int
tally_contract_put(struct tally *tally, const char *account, const char *json, size_t size,
                   struct tally_error *error)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct arena   arena;
	struct span    answer;
	arena_open(&arena, system_memory());
	enum err err = engine_contract_put(tally->local.engine, &BY_LIBRARY, span_of(account),
	                                   (struct span){ json, size }, &arena, &answer, &refusal);
	arena_close(&arena);
	return result(err, &refusal, error);
}

/* ---- events ---- */

static const enum event_format FORMATS[] = {
	[TALLY_EVENT]  = FORMAT_EVENT,
	[TALLY_BATCH]  = FORMAT_BATCH,
	[TALLY_NDJSON] = FORMAT_NDJSON,
};

int
tally_ingest(struct tally *tally, enum tally_format format, const char *account, const char *events,
             size_t size, struct tally_counts *counts, char **answer, struct tally_error *error)
{
	struct engine *engine  = tally->local.engine;
	struct refusal refusal = { .err = ERR_NONE };
	struct ingest  ingest  = { .body    = { events, size },
		                   .format  = FORMATS[format],
		                   .account = optional(account) };
	enum err       err     = engine_ingest_wait(engine, &ingest, &refusal);
	if (err == ERR_NONE) {
		*counts =
			(struct tally_counts){ ingest.counts.accepted, ingest.counts.duplicate,
			                       ingest.counts.conflicting, ingest.counts.rejected };
		if (answer) {
			struct arena arena;
			arena_open(&arena, system_memory());
			*answer = copied(ingest_answer(&ingest, &arena));
			arena_close(&arena);
		}
	}
	ingest_release(engine, &ingest);
	return result(err, &refusal, error);
}

/* ---- questions ---- */

typedef enum err asking(struct engine *engine, const struct question *question, struct arena *arena,
                        struct span *answer, struct refusal *refusal);

static int
answer_of(struct tally *tally, asking *ask, const struct question *question, char **answer,
          struct tally_error *error)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct arena   arena;
	struct span    json;
	arena_open(&arena, system_memory());
	enum err err = ask(tally->local.engine, question, &arena, &json, &refusal);
	if (err == ERR_NONE)
		*answer = copied(json);
	arena_close(&arena);
	return result(err, &refusal, error);
}

int
tally_usage(struct tally *tally, const char *account, const char *module, const char *at,
            char **answer, struct tally_error *error)
{
	return tally_usage_unit(tally, account, module, NULL, at, answer, error);
}

int
tally_usage_unit(struct tally *tally, const char *account, const char *module, const char *unit,
                 const char *at, char **answer, struct tally_error *error)
{
	struct question question = { .account = span_of(account),
		                     .module  = optional(module),
		                     .unit    = optional(unit),
		                     .at      = optional(at) };
	return answer_of(tally, engine_usage, &question, answer, error);
}

int
tally_trend(struct tally *tally, const char *account, const char *module, const char *from,
            const char *to, char **answer, struct tally_error *error)
{
	return tally_trend_unit(tally, account, module, NULL, from, to, answer, error);
}

int
tally_trend_unit(struct tally *tally, const char *account, const char *module, const char *unit,
                 const char *from, const char *to, char **answer, struct tally_error *error)
{
	struct question question = { .account = span_of(account),
		                     .module  = span_of(module),
		                     .unit    = optional(unit),
		                     .from    = span_of(from),
		                     .to      = span_of(to) };
	return answer_of(tally, engine_trend, &question, answer, error);
}

int
tally_explain(struct tally *tally, const char *account, const char *module, const char *id,
              const char *at, char **answer, struct tally_error *error)
{
	struct question question = { .account = span_of(account),
		                     .module  = span_of(module),
		                     .id      = optional(id),
		                     .at      = optional(at) };
	return answer_of(tally, engine_explain, &question, answer, error);
}

int
tally_flex(struct tally *tally, const char *account, const char *month, const char *at,
           const char *by, char **answer, struct tally_error *error)
{
	struct question question = { .account = span_of(account),
		                     .month   = optional(month),
		                     .at      = optional(at),
		                     .by      = optional(by) };
	return answer_of(tally, engine_flex, &question, answer, error);
}

/* ---- care ---- */

int
tally_verify(struct tally *tally, char **answer, struct tally_error *error)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct arena   arena;
	struct span    json;
	arena_open(&arena, system_memory());
	enum err err = engine_verify(tally->local.engine, NULL, NULL, &arena, &json, &refusal);
	if (err == ERR_NONE && answer)
		*answer = copied(json);
	arena_close(&arena);
	return result(err, &refusal, error);
}

int
tally_backup(struct tally *tally, const char *path, struct tally_error *error)
{
	struct refusal refusal = { .err = ERR_NONE };
	enum err       err     = engine_backup(tally->local.engine, path, NULL, NULL, &refusal);
	return result(err, &refusal, error);
}
