/* stub_engine.h - an engine that counts lines and answers canned text, for tests and
 * measurements of the HTTP interface alone. A thread of its own "commits" batches. */
#ifndef TALLY_TESTS_HTTP_STUB_ENGINE_H
#define TALLY_TESTS_HTTP_STUB_ENGINE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/json/json_read.h"
#include "engine/engine.h"
#include "stub_invoice.h"
#include "stub_licensees.h"

enum { STUB_QUEUE = 4096 };

struct engine {
	pthread_mutex_t       lock;
	pthread_cond_t        filled;
	pthread_t             writer;
	bool                  stopping;
	struct ingest        *queue[STUB_QUEUE];
	uint32_t              queued;
	uint64_t              commit_ns;
	_Atomic(uint64_t)     released;
	_Atomic(uint64_t)     accepted;
	_Atomic(uint32_t)     failing; /* enum err that every commit answers with */
	_Atomic(uint32_t)     verify_ms;
	_Atomic(uint32_t)     stopped; /* verifications that nobody waited for */
	struct engine_metrics metrics;
};

static void *
stub_commit(void *context)
{
	struct engine *engine = context;
	pthread_mutex_lock(&engine->lock);
	while (!engine->stopping || engine->queued) {
		if (engine->queued == 0) {
			pthread_cond_wait(&engine->filled, &engine->lock);
			continue;
		}
		struct ingest *group[STUB_QUEUE];
		uint32_t       count = engine->queued;
		memcpy(group, engine->queue, count * sizeof(group[0]));
		engine->queued = 0;
		pthread_mutex_unlock(&engine->lock);
		if (engine->commit_ns)
			nanosleep(&(struct timespec){ .tv_nsec = (long)engine->commit_ns }, NULL);
		for (uint32_t i = 0; i < count; i++) {
			group[i]->err = (enum err)atomic_load(&engine->failing);
			group[i]->done(group[i]);
		}
		pthread_mutex_lock(&engine->lock);
	}
	pthread_mutex_unlock(&engine->lock);
	return NULL;
}

static struct engine *
stub_open(uint64_t commit_ns)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	CHECK(engine != NULL);
	engine->commit_ns = commit_ns;
	pthread_mutex_init(&engine->lock, NULL);
	pthread_cond_init(&engine->filled, NULL);
	int status = pthread_create(&engine->writer, NULL, stub_commit, engine);
	CHECK(status == 0);
	return engine;
}

static void
stub_close(struct engine *engine)
{
	pthread_mutex_lock(&engine->lock);
	engine->stopping = true;
	pthread_cond_signal(&engine->filled);
	pthread_mutex_unlock(&engine->lock);
	pthread_join(engine->writer, NULL);
	free(engine);
}

enum err
engine_ready(const struct engine *engine)
{
	(void)engine;
	return ERR_NONE;
}

enum err
engine_ingest(struct engine *engine, struct ingest *ingest, struct refusal *refusal)
{
	uint64_t lines = 0;
	for (const char *at = ingest->body.at, *end = at + ingest->body.size; at < end; lines++) {
		const char *line = memchr(at, '\n', (size_t)(end - at));
		at               = line ? line + 1 : end;
	}
	if (ingest->body.size < 2 || ingest->body.at[0] == '!')
		return refuse(refusal, ERR_NOTHING_READ, SPAN("body"), SPAN(""));
	ingest->counts = (struct ingest_counts){ .accepted = lines };
	pthread_mutex_lock(&engine->lock);
	bool full = engine->queued == STUB_QUEUE;
	if (!full)
		engine->queue[engine->queued++] = ingest;
	pthread_cond_signal(&engine->filled);
	pthread_mutex_unlock(&engine->lock);
	if (full)
		return refuse(refusal, ERR_TOO_MANY_REQUESTS, SPAN(""), SPAN(""));
	atomic_fetch_add(&engine->accepted, lines);
	return ERR_NONE;
}

struct span
ingest_answer(const struct ingest *ingest, struct arena *arena)
{
	char *at   = arena_take(arena, 128);
	int   size = snprintf(at, 128,
	                      "{\"accepted\":%llu,\"duplicate\":0,\"conflicting\":0,\"rejected\":0,"
	                        "\"errors\":[]%s}",
	                      (unsigned long long)ingest->counts.accepted,
                            ingest->receipts ? ",\"receipts\":[]" : "");
	return (struct span){ at, (size_t)size };
}

void
ingest_release(struct engine *engine, struct ingest *ingest)
{
	(void)ingest;
	atomic_fetch_add(&engine->released, 1);
}

/* "tly_SCOPES" or "tly_SCOPES-ACCOUNT": i, r, w, o. */
enum err
engine_key_check(struct engine *engine, struct span secret, struct key_grant *grant)
{
	(void)engine;
	struct key_grant found = { .id = "key" };
	size_t           i     = 4;
	if (secret.size < 5 || memcmp(secret.at, "tly_", 4) != 0)
		return ERR_KEY_INVALID;
	for (; i < secret.size && secret.at[i] != '-'; i++) {
		char     c     = secret.at[i];
		uint32_t scope = c == 'i'   ? SCOPE_INGEST
		                 : c == 'r' ? SCOPE_READ
		                 : c == 'w' ? SCOPE_WRITE
		                 : c == 'o' ? SCOPE_OPERATOR
		                            : 0;
		if (!scope)
			return ERR_KEY_INVALID;
		found.scopes |= scope;
	}
	if (i < secret.size)
		memcpy(found.account, secret.at + i + 1, secret.size - i - 1);
	*grant = found;
	return ERR_NONE;
}

static enum err
stub_account(struct span account, struct refusal *refusal)
{
	if (account.size == 0 || span_equal(account, SPAN("acme")) ||
	    span_equal(account, SPAN("globex")))
		return ERR_NONE;
	return refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), account);
}

static enum err
stub_answer(struct span account, struct span text, struct arena *arena, struct span *answer,
            struct refusal *refusal)
{
	enum err err = stub_account(account, refusal);
	if (!err)
		*answer = arena_copy(arena, text);
	return err;
}

enum err
engine_account_put(struct engine *engine, const struct change *change, struct span json,
                   struct arena *arena, struct span *answer, struct refusal *refusal)
{
	(void)engine;
	(void)change;
	(void)refusal;
	*answer = arena_copy(arena, json);
	return ERR_NONE;
}

enum err
engine_account_get(struct engine *engine, struct span account, struct arena *arena,
                   struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(account, SPAN("{\"id\":\"acme\"}"), arena, answer, refusal);
}

enum err
engine_account_list(struct engine *engine, struct span only, uint32_t limit, struct span cursor,
                    struct arena *arena, struct span *answer, struct refusal *refusal)
{
	(void)engine;
	(void)limit;
	(void)cursor;
	(void)refusal;
	struct span all = SPAN("{\"accounts\":[{\"id\":\"acme\",\"name\":\"=1+1\"},"
	                       "{\"id\":\"globex\",\"name\":\"a,\\\"b\\\"\"}]}");
	*answer = arena_copy(arena, only.size ? SPAN("{\"accounts\":[{\"id\":\"acme\"}]}") : all);
	return ERR_NONE;
}

enum err
engine_contract_put(struct engine *engine, const struct change *change, struct span account,
                    struct span json, struct arena *arena, struct span *answer,
                    struct refusal *refusal)
{
	(void)engine;
	(void)change;
	return stub_answer(account, json, arena, answer, refusal);
}

enum err
engine_contract_upgrade(struct engine *engine, const struct change *change, struct span account,
                        struct span json, struct arena *arena, struct span *answer,
                        struct refusal *refusal)
{
	return engine_contract_put(engine, change, account, json, arena, answer, refusal);
}

enum err
engine_contract_list(struct engine *engine, struct span account, struct span id, bool versions,
                     struct arena *arena, struct span *answer, struct refusal *refusal)
{
	(void)engine;
	(void)id;
	(void)versions;
	return stub_answer(account, SPAN("{\"contracts\":[]}"), arena, answer, refusal);
}

enum err
engine_key_create(struct engine *engine, const struct change *change, struct span json,
                  struct arena *arena, struct span *answer, struct refusal *refusal)
{
	(void)engine;
	(void)change;
	(void)refusal;
	*answer = arena_copy(arena, json);
	return ERR_NONE;
}

enum err
engine_key_list(struct engine *engine, struct span account, struct arena *arena,
                struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(account, SPAN("{\"keys\":[{\"id\":\"k1\"}]}"), arena, answer, refusal);
}

enum err
engine_key_revoke(struct engine *engine, const struct change *change, struct span id,
                  struct arena *arena, struct span *answer, struct refusal *refusal)
{
	(void)engine;
	(void)change;
	(void)id;
	(void)refusal;
	*answer = arena_copy(arena, SPAN("{}"));
	return ERR_NONE;
}

enum err
engine_usage(struct engine *engine, const struct question *question, struct arena *arena,
             struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(question->account, SPAN("{\"modules\":[{\"module\":\"CD\"}]}"), arena,
	                   answer, refusal);
}

enum err
engine_trend(struct engine *engine, const struct question *question, struct arena *arena,
             struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(question->account,
	                   question->step == STEP_MONTH ? SPAN("{\"step\":\"month\",\"points\":[]}")
	                                                : SPAN("{\"step\":\"day\",\"points\":[]}"),
	                   arena, answer, refusal);
}

enum err
engine_billing_get(struct engine *engine, struct span account, struct arena *arena,
                   struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(account, SPAN("{\"billing\":null}"), arena, answer, refusal);
}

enum err
engine_billing_put(struct engine *engine, const struct change *change, struct span account,
                   struct span json, struct arena *arena, struct span *answer,
                   struct refusal *refusal)
{
	(void)engine;
	(void)change;
	return stub_answer(account, json, arena, answer, refusal);
}

enum err
engine_plan(struct engine *engine, const struct question *question, struct arena *arena,
            struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(question->account, SPAN("{\"modules\":[]}"), arena, answer, refusal);
}

enum err
engine_price(struct engine *engine, const struct question *question, struct arena *arena,
             struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(question->account, SPAN("{\"amount\":\"1\"}"), arena, answer, refusal);
}

enum err
engine_credits(struct engine *engine, const struct question *question, struct arena *arena,
               struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(question->account, SPAN("{\"blocks\":[]}"), arena, answer, refusal);
}

enum err
engine_costs(struct engine *engine, const struct question *question, struct arena *arena,
             struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(question->account, SPAN("{\"costs\":[]}"), arena, answer, refusal);
}

enum err
engine_flex(struct engine *engine, const struct question *question, struct arena *arena,
            struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(question->account, SPAN("{\"lines\":[]}"), arena, answer, refusal);
}

enum err
engine_flex_trend(struct engine *engine, const struct question *question, struct arena *arena,
                  struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(question->account, SPAN("{\"points\":[]}"), arena, answer, refusal);
}

enum err
engine_flex_forecast(struct engine *engine, const struct question *question, struct arena *arena,
                     struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(question->account, SPAN("{\"units\":\"0\"}"), arena, answer, refusal);
}

enum err
engine_flex_transition(struct engine *engine, const struct question *question, struct arena *arena,
                       struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(question->account, SPAN("{\"metrics\":[]}"), arena, answer, refusal);
}

enum err
engine_simulate(struct engine *engine, struct span account, struct span json, struct arena *arena,
                struct span *answer, struct refusal *refusal)
{
	(void)engine;
	(void)json;
	return stub_answer(account, SPAN("{\"contracts\":[]}"), arena, answer, refusal);
}

enum err
engine_estimate(const struct engine *engine, struct span json, struct arena *arena,
                struct span *answer, struct refusal *refusal)
{
	(void)engine;
	(void)json;
	(void)arena;
	(void)refusal;
	*answer = SPAN("{\"units\":\"0\"}");
	return ERR_NONE;
}

enum err
engine_explain(struct engine *engine, const struct question *question, struct arena *arena,
               struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(question->account, SPAN("{}"), arena, answer, refusal);
}

enum err
engine_events(struct engine *engine, const struct question *question, struct arena *arena,
              struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(question->account, SPAN("{\"events\":[]}"), arena, answer, refusal);
}

enum { STUB_EXPORT_LINES = 20000 };

enum err
engine_export(struct engine *engine, const struct question *question, engine_write *write,
              void *context, struct refusal *refusal)
{
	(void)engine;
	(void)question;
	(void)refusal;
	for (int i = 0; i < STUB_EXPORT_LINES; i++) {
		enum err err =
			write(context, SPAN("{\"specversion\":\"1.0\",\"id\":\"export\"}\n"));
		if (err)
			return err;
	}
	return ERR_NONE;
}

enum err
engine_audit_list(struct engine *engine, const struct question *question, struct arena *arena,
                  struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(question->account,
	                   SPAN("{\"audit\":[{\"number\":0,\"by\":{\"kind\":\"key\"},"
	                        "\"before\":null,\"after\":{\"a\":{\"b\":1}}}]}"),
	                   arena, answer, refusal);
}

enum err
engine_audit_verify(struct engine *engine, struct span head, struct arena *arena,
                    struct span *answer, struct refusal *refusal)
{
	(void)engine;
	(void)head;
	(void)refusal;
	*answer = arena_copy(arena, SPAN("{\"ok\":true}"));
	return ERR_NONE;
}

enum err
engine_audit_export(struct engine *engine, engine_write *write, void *context,
                    struct refusal *refusal)
{
	(void)engine;
	(void)refusal;
	return write(context, SPAN("{\"record\":{},\"hash\":\"\"}\n"));
}

enum err
engine_backup(struct engine *engine, const char *path, store_progress *progress, void *context,
              struct refusal *refusal)
{
	(void)engine;
	(void)progress;
	(void)context;
	if (strcmp(path, "/refused") == 0)
		return refuse(refusal, ERR_FILE_WRITE, SPAN("path"), SPAN("no"));
	return ERR_NONE;
}

enum err
engine_verify(struct engine *engine, store_progress *progress, void *context, struct arena *arena,
              struct span *answer, struct refusal *refusal)
{
	for (uint32_t spent_ms = 0; spent_ms < atomic_load(&engine->verify_ms); spent_ms += 10) {
		nanosleep(&(struct timespec){ .tv_nsec = 10 * 1000000L }, NULL);
		if (progress && !progress(context, spent_ms, 0)) {
			atomic_fetch_add(&engine->stopped, 1);
			return refuse(refusal, ERR_STOPPED, SPAN(""), SPAN(""));
		}
	}
	*answer = arena_copy(arena, SPAN("{\"verified\":true}"));
	return ERR_NONE;
}

void
engine_metrics(struct engine *engine, struct engine_metrics *metrics)
{
	*metrics                 = engine->metrics;
	metrics->counts.accepted = atomic_load(&engine->accepted);
}

#include "stub_notify.h"
#include "stub_people.h"

#endif
