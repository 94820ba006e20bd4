/* stub_people.h - people, roles and sessions of the stub engine; part of stub_engine.h. */
#ifndef TALLY_TESTS_HTTP_STUB_PEOPLE_H
#define TALLY_TESTS_HTTP_STUB_PEOPLE_H

#include "core/people/role.h"
#include "stub_engine.h"

/* A token is the e-mail: "ROLE-ACCOUNT", "operator" or "nobody"; "ended" is no session. */
#define STUB_CSRF "ccccccccccccccccccccccccccccccccccccccccccc"
_Static_assert(sizeof(STUB_CSRF) - 1 == SESSION_TOKEN_SIZE, "as long as the real one");

enum err
engine_session_check(struct engine *engine, struct span token, struct session_grant *grant)
{
	(void)engine;
	if (span_equal(token, SPAN("ended")) || token.size > EMAIL_SIZE)
		return ERR_SESSION;
	*grant = (struct session_grant){ .is_operator = span_equal(token, SPAN("operator")) };
	memcpy(grant->email, token.at, token.size);
	memset(grant->csrf, 'c', SESSION_TOKEN_SIZE);
	return ERR_NONE;
}

bool
engine_token_equal(struct span a, struct span b)
{
	return span_equal(a, b);
}

uint32_t
engine_person_rights(struct engine *engine, struct span email, struct span account)
{
	const char *dash = memchr(email.at, '-', email.size);
	(void)engine;
	if (!dash)
		return 0;
	struct span role  = { email.at, (size_t)(dash - email.at) };
	struct span where = { dash + 1, email.size - role.size - 1 };
	if (account.size > 0 && !span_equal(where, account))
		return 0;
	return roles_rights(1U << role_find(role));
}

static enum err
stub_done(struct arena *arena, struct span *answer)
{
	*answer = arena_copy(arena, SPAN("{}"));
	return ERR_NONE;
}

enum err
engine_person_accounts(struct engine *engine, struct span email, uint32_t limit, struct span cursor,
                       struct arena *arena, struct span *answer, struct refusal *refusal)
{
	const char *dash = memchr(email.at, '-', email.size);
	(void)engine;
	(void)limit;
	(void)cursor;
	(void)refusal;
	bool is_acme = dash && email.at + email.size - dash == 5;
	*answer      = arena_copy(arena, is_acme ? SPAN("{\"accounts\":[{\"id\":\"acme\"}]}")
	                                         : SPAN("{\"accounts\":[]}"));
	return ERR_NONE;
}

enum err
engine_person_add(struct engine *engine, const struct change *change, struct span json,
                  struct arena *arena, struct span *answer, struct refusal *refusal)
{
	(void)engine;
	(void)change;
	(void)json;
	(void)refusal;
	return stub_done(arena, answer);
}

enum err
engine_person_change(struct engine *engine, const struct change *change, struct span email,
                     struct span json, struct arena *arena, struct span *answer,
                     struct refusal *refusal)
{
	(void)engine;
	(void)change;
	(void)email;
	(void)json;
	(void)refusal;
	return stub_done(arena, answer);
}

enum err
engine_person_remove(struct engine *engine, const struct change *change, struct span email,
                     struct arena *arena, struct span *answer, struct refusal *refusal)
{
	(void)engine;
	(void)change;
	(void)email;
	(void)refusal;
	return stub_done(arena, answer);
}

enum err
engine_person_list(struct engine *engine, uint32_t limit, struct span cursor, struct arena *arena,
                   struct span *answer, struct refusal *refusal)
{
	(void)engine;
	(void)limit;
	(void)cursor;
	(void)refusal;
	return stub_done(arena, answer);
}

enum err
engine_role_grant(struct engine *engine, const struct change *change, struct span account,
                  struct span email, struct span role, struct arena *arena, struct span *answer,
                  struct refusal *refusal)
{
	(void)engine;
	(void)change;
	(void)email;
	(void)role;
	return stub_answer(account, SPAN("{}"), arena, answer, refusal);
}

enum err
engine_role_revoke(struct engine *engine, const struct change *change, struct span account,
                   struct span email, struct span role, struct arena *arena, struct span *answer,
                   struct refusal *refusal)
{
	(void)engine;
	(void)change;
	(void)email;
	(void)role;
	return stub_answer(account, SPAN("{}"), arena, answer, refusal);
}

enum err
engine_role_list(struct engine *engine, struct span account, struct arena *arena,
                 struct span *answer, struct refusal *refusal)
{
	(void)engine;
	return stub_answer(account, SPAN("{\"roles\":[]}"), arena, answer, refusal);
}

enum err
engine_person_link(struct engine *engine, const struct change *change, struct span email,
                   struct span json, struct arena *arena, struct span *answer,
                   struct refusal *refusal)
{
	(void)engine;
	(void)change;
	(void)email;
	(void)json;
	(void)refusal;
	return stub_done(arena, answer);
}

enum err
engine_session_begin(struct engine *engine, const struct change *change, struct span json,
                     struct arena *arena, char token[SESSION_TOKEN_SIZE + 1], uint32_t *wait_s,
                     struct refusal *refusal)
{
	(void)engine;
	(void)change;
	(void)json;
	(void)arena;
	(void)refusal;
	*wait_s = 0;
	memcpy(token, "operator", 9);
	return ERR_NONE;
}

enum err
engine_session_end(struct engine *engine, const struct change *change, struct span token,
                   struct arena *arena, struct refusal *refusal)
{
	(void)engine;
	(void)change;
	(void)token;
	(void)arena;
	(void)refusal;
	return ERR_NONE;
}

enum err
engine_session_show(struct engine *engine, const struct session_grant *grant, struct arena *arena,
                    struct span *answer, struct refusal *refusal)
{
	(void)engine;
	(void)grant;
	(void)refusal;
	return stub_done(arena, answer);
}

/* Nothing ever changes. */
void
engine_answer_tag(struct engine *engine, const struct tag_question *question,
                  char tag[ANSWER_TAG_SIZE + 1])
{
	(void)engine;
	(void)question;
	memset(tag, 'a', ANSWER_TAG_SIZE);
	tag[ANSWER_TAG_SIZE] = 0;
}

struct span
engine_catalogue(const struct engine *engine, struct arena *arena)
{
	struct span answer = SPAN("");
	(void)engine;
	(void)stub_done(arena, &answer);
	return answer;
}

struct span
engine_prices(const struct engine *engine, struct arena *arena)
{
	return engine_catalogue(engine, arena);
}

enum err
engine_session_password(struct engine *engine, const struct change *change, struct span email,
                        struct span json, struct arena *arena, uint32_t *wait_s,
                        struct refusal *refusal)
{
	(void)engine;
	(void)change;
	(void)email;
	(void)json;
	(void)arena;
	(void)refusal;
	*wait_s = 0;
	return ERR_NONE;
}

#endif
