/* stub_licensees.h - what the stub engine says about people, developers and assignments. */
#ifndef TALLY_TESTS_HTTP_STUB_LICENSEES_H
#define TALLY_TESTS_HTTP_STUB_LICENSEES_H

#include "engine/people.h"

static enum err stub_answer(struct span account, struct span text, struct arena *arena,
                            struct span *answer, struct refusal *refusal);

enum err
engine_people_list(struct engine *engine, const struct question *question, struct arena *arena,
                   struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(question->account,
	                   question->module.size ? SPAN("{\"people\":[{\"email\":\"m@x\"}]}")
	                                         : SPAN("{\"people\":[{\"email\":\"a@x\"}]}"),
	                   arena, answer, refusal);
}

enum err
engine_people_grant(struct engine *engine, const struct change *change, struct span account,
                    struct span json, struct arena *arena, struct span *answer,
                    struct refusal *refusal)
{
	(void)engine;
	(void)change;
	return stub_answer(account, json, arena, answer, refusal);
}

enum err
engine_people_revoke(struct engine *engine, const struct change *change, struct span account,
                     struct span email, struct span module, struct arena *arena,
                     struct span *answer, struct refusal *refusal)
{
	(void)engine;
	(void)change;
	(void)module;
	if (span_equal(email, SPAN("nobody@x")))
		return refuse(refusal, ERR_PERSON_UNKNOWN, SPAN("email"), SPAN(""));
	return stub_answer(account, SPAN("{\"revoked\":1}"), arena, answer, refusal);
}

/* A list that begins with ! has errors; else its size, format and mapping come back. */
static enum err
stub_import(struct span account, const struct list_request *request, struct arena *arena,
            struct span *answer, struct refusal *refusal)
{
	struct span refused = SPAN("{\"saved\":false,\"errors\":[{\"code\":\"EMPTY_CSV\"}]}");
	char        text[200];
	if (request->body.size > 0 && request->body.at[0] == '!')
		return stub_answer(account, refused, arena, answer, refusal);
	snprintf(text, sizeof(text), "{\"size\":%zu,\"csv\":%d,\"preview\":%d,\"map\":%.*s}",
	         request->body.size, request->format == LIST_FORMAT_CSV, request->preview,
	         request->mapping.size ? (int)request->mapping.size : 2,
	         request->mapping.size ? request->mapping.at : "{}");
	return stub_answer(account, span_of(text), arena, answer, refusal);
}

enum err
engine_people_import(struct engine *engine, const struct change *change, struct span account,
                     const struct list_request *request, struct arena *arena, struct span *answer,
                     struct refusal *refusal)
{
	(void)engine;
	(void)change;
	return stub_import(account, request, arena, answer, refusal);
}

enum err
engine_developers_import(struct engine *engine, const struct change *change, struct span account,
                         const struct list_request *request, struct arena *arena,
                         struct span *answer, struct refusal *refusal)
{
	(void)engine;
	(void)change;
	return stub_import(account, request, arena, answer, refusal);
}

enum err
engine_developers_list(struct engine *engine, const struct question *question, struct arena *arena,
                       struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(question->account, SPAN("{\"developers\":[]}"), arena, answer, refusal);
}

enum err
engine_assignments_list(struct engine *engine, struct span account, struct arena *arena,
                        struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(account, SPAN("{\"modules\":[]}"), arena, answer, refusal);
}

enum err
engine_assignments_put(struct engine *engine, const struct change *change, struct span account,
                       struct span json, struct arena *arena, struct span *answer,
                       struct refusal *refusal)
{
	(void)engine;
	(void)change;
	return stub_answer(account, json, arena, answer, refusal);
}

enum err
engine_contract_preview(struct engine *engine, const struct change *change, struct span account,
                        struct span json, struct arena *arena, struct span *answer,
                        struct refusal *refusal)
{
	(void)engine;
	(void)change;
	(void)json;
	return stub_answer(account, SPAN("{\"figures\":[]}"), arena, answer, refusal);
}

enum err
engine_assignments_preview(struct engine *engine, struct span account, struct span json,
                           struct arena *arena, struct span *answer, struct refusal *refusal)
{
	(void)engine;
	(void)json;
	return stub_answer(account, SPAN("{\"preview\":true}"), arena, answer, refusal);
}

#endif
