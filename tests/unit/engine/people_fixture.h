/* people_fixture.h - people of an engine for tests: granted, revoked, imported, listed. */
#ifndef TALLY_TESTS_PEOPLE_FIXTURE_H
#define TALLY_TESTS_PEOPLE_FIXTURE_H

#include "engine_fixture.h"

#include "edge/store/store_fault.h"
#include "edge/store/store_local.h"
#include "engine/people.h"

static inline void
begin(struct fixture *fixture)
{
	memset(fixture, 0, sizeof *fixture);
	fixture_open(fixture);
	fixture_engine(fixture, store_memory_open());
	fixture_account(fixture, "acme");
}

static inline void
end(struct fixture *fixture)
{
	engine_close(fixture->engine);
	fixture_close(fixture);
}

static inline void
hours_pass(struct fixture *fixture, int hours)
{
	fixture->now.ns += hours * NS_PER_HOUR;
}

static inline bool
holds(struct span text, const char *part)
{
	return memmem(text.at, text.size, part, strlen(part)) != NULL;
}

static inline void
assert_holds(struct span text, const char *part)
{
	if (!holds(text, part))
		fail_msg("no %s\nin %.*s", part, (int)text.size, text.at);
}

static inline struct span
people(struct fixture *fixture, const char *module, const char *at)
{
	struct question question = { .account = SPAN("acme"),
		                     .module  = span_of(module),
		                     .at      = span_of(at) };
	struct refusal  refusal  = { .err = ERR_NONE };
	struct span     answer;
	if (engine_people_list(fixture->engine, &question, &fixture->arena, &answer, &refusal))
		fail_msg("people: %s", refusal.detail);
	return answer;
}

/* The e-mails of a list, "a b c". */
static inline void
assert_people(struct fixture *fixture, const char *module, const char *emails)
{
	struct span answer   = people(fixture, module, "");
	char        got[512] = "";
	const char *at       = answer.at;
	while ((at = memmem(at, answer.size - (size_t)(at - answer.at), "\"email\":\"", 9))) {
		const char *quote = strchr(at + 9, '"');
		size_t      size  = strlen(got);
		snprintf(got + size, sizeof got - size, "%s%.*s", size ? " " : "",
		         (int)(quote - at - 9), at + 9);
		at = quote;
	}
	if (strcmp(got, emails) != 0)
		fail_msg("%s: %s, not %s", module, got, emails);
}

static inline struct span
grant(struct fixture *fixture, const char *json)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	if (engine_people_grant(fixture->engine, &BY_TEST, SPAN("acme"), span_of(json),
	                        &fixture->arena, &answer, &refusal))
		fail_msg("grant: %s", refusal.detail);
	return answer;
}

static inline struct span
take_back(struct fixture *fixture, const char *email, const char *module)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	if (engine_people_revoke(fixture->engine, &BY_TEST, SPAN("acme"), span_of(email),
	                         span_of(module), &fixture->arena, &answer, &refusal))
		fail_msg("revoke: %s", refusal.detail);
	return answer;
}

static inline struct span
assign(struct fixture *fixture, const char *json)
{
	struct refusal refusal = { .err = ERR_NONE };
	struct span    answer;
	if (engine_assignments_put(fixture->engine, &BY_TEST, SPAN("acme"), span_of(json),
	                           &fixture->arena, &answer, &refusal))
		fail_msg("assign: %s", refusal.detail);
	return answer;
}

typedef enum err import_call(struct engine *engine, const struct change *change,
                             struct span account, const struct list_request *request,
                             struct arena *arena, struct span *answer, struct refusal *refusal);

static inline struct span
import(struct fixture *fixture, import_call *call, const char *csv, bool preview)
{
	struct list_request request = { .body = span_of(csv), .preview = preview };
	struct refusal      refusal = { .err = ERR_NONE };
	struct span         answer;
	if (*csv == '[' || *csv == '{')
		request.format = LIST_FORMAT_JSON;
	if (call(fixture->engine, &BY_TEST, SPAN("acme"), &request, &fixture->arena, &answer,
	         &refusal))
		fail_msg("import: %s: %s", refusal.field, refusal.detail);
	return answer;
}

static inline uint64_t
events_stored(struct fixture *fixture)
{
	struct engine_metrics metrics;
	engine_metrics(fixture->engine, &metrics);
	return metrics.events_stored;
}

#endif
