/* person_change.c - adding, changing and removing people who may sign in. */
#include <sodium.h>

#include "core/base/limit.h"
#include "engine/person_int.h"

/* ---- what is asked for ---- */

struct person_request {
	struct span   email;
	struct span   name; /* at is NULL: not given */
	int           is_operator;
	int           is_disabled; /* -1: not given */
	bool          gives_password;
	bool          draws;
	struct span   password;
	struct span   said; /* the request without its password, for the Idempotency-Key */
	char          drawn[DRAWN_PASSWORD_SIZE + 1];
	char          hash[PASSWORD_HASH_SIZE];
	struct arena *arena;
};

static enum err
flag_read(const struct json *value, int *flag, struct refusal *refusal)
{
	if (value->kind != JSON_TRUE && value->kind != JSON_FALSE)
		return refuse_at(refusal, ERR_FIELD_TYPE, value->byte, value->key,
		                 SPAN("true or false is expected"));
	*flag = value->kind == JSON_TRUE;
	return ERR_NONE;
}

static bool
is_text_member(struct span key)
{
	return span_equal(key, SPAN("email")) || span_equal(key, SPAN("name")) ||
	       span_equal(key, SPAN("password"));
}

static enum err
text_read(const struct json *member, struct person_request *request, struct refusal *refusal)
{
	if (member->kind != JSON_STRING)
		return refuse_at(refusal, ERR_FIELD_TYPE, member->byte, member->key,
		                 SPAN("a text is expected"));
	if (span_equal(member->key, SPAN("email")))
		return email_read(member->text, request->arena, &request->email, refusal);
	if (span_equal(member->key, SPAN("password"))) {
		request->gives_password = true;
		request->password       = member->text;
		return ERR_NONE;
	}
	if (member->text.size > LIMIT_ID_SIZE)
		return refuse(refusal, ERR_FIELD_TOO_LONG, SPAN("name"), SPAN(""));
	request->name = member->text;
	return ERR_NONE;
}

static enum err
member_read(const struct json *member, struct person_request *request, struct refusal *refusal)
{
	if (span_equal(member->key, SPAN("operator")))
		return flag_read(member, &request->is_operator, refusal);
	if (span_equal(member->key, SPAN("disabled")))
		return flag_read(member, &request->is_disabled, refusal);
	if (!is_text_member(member->key))
		return refuse_at(refusal, ERR_FIELD_UNKNOWN, member->byte, member->key,
		                 SPAN("a person has email, name, operator, disabled, password"));
	if (member->kind == JSON_NULL && span_equal(member->key, SPAN("password"))) {
		request->gives_password = request->draws = true;
		return ERR_NONE;
	}
	return text_read(member, request, refusal);
}

/* A fast hash of the request is stored with an Idempotency-Key: no password is in it. */
static struct span
request_said(const struct json *root, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	for (const struct json *member = root->first; member; member = member->next) {
		if (span_equal(member->key, SPAN("password")))
			continue;
		text_add(&text, member->key);
		text_add_char(&text, '\0');
		text_add(&text, member->raw);
		text_add_char(&text, '\0');
	}
	return text_span(&text);
}

static enum err
request_read(struct span json, struct arena *arena, struct person_request *request,
             struct refusal *refusal)
{
	struct json *root;
	*request = (struct person_request){ .is_operator = -1, .is_disabled = -1, .arena = arena };
	enum err err = json_parse(json, arena, &root, refusal);
	if (err != ERR_NONE)
		return err;
	if (root->kind != JSON_OBJECT)
		return refuse(refusal, ERR_FIELD_TYPE, SPAN(""), SPAN("a person is an object"));
	for (const struct json *member = root->first; member; member = member->next) {
		err = member_read(member, request, refusal);
		if (err != ERR_NONE)
			return err;
	}
	request->said = request_said(root, arena);
	return ERR_NONE;
}

/* Before change_lock is taken: a hash takes its time. */
static enum err
request_hash(struct engine *engine, struct person_request *request, struct refusal *refusal)
{
	if (!request->gives_password)
		return ERR_NONE;
	if (request->draws) {
		password_draw(request->drawn);
		request->password = span_of(request->drawn);
	}
	return password_hash(engine, request->password, request->hash, refusal);
}

/* ---- changes ---- */

static void
sessions_end(struct engine *engine, const struct person_entry *person)
{
	if (person)
		session_forget(engine, person);
}

enum err
person_store(struct change_begun *begun, const struct person_entry *person,
             const struct change_note *note, bool ends_sessions, struct span answer,
             struct arena *arena, struct refusal *refusal)
{
	struct engine       *engine = begun->engine;
	struct person_entry *entry  = person_find(engine, person->email);
	struct store_write   writes[1 + LIMIT_SESSIONS];
	uint32_t             count = 0;
	writes[count++] =
		control_write(person_key(person->email, arena), person_record(person, arena));
	if (ends_sessions && entry)
		count += session_writes(engine, entry, arena, writes + count);
	enum err err = change_commit(begun, note, writes, count, answer, arena, refusal);
	if (err != ERR_NONE)
		return err;
	pthread_rwlock_wrlock(&engine->control_lock);
	if (ends_sessions)
		sessions_end(engine, entry);
	person_remember(engine, person);
	pthread_rwlock_unlock(&engine->control_lock);
	return ERR_NONE;
}

static enum err
add_begun(struct change_begun *begun, struct person_request *request, struct arena *arena,
          struct span *answer, struct refusal *refusal)
{
	struct engine *engine = begun->engine;
	if (person_find(engine, request->email))
		return refuse(refusal, ERR_PERSON_EXISTS, SPAN("email"), SPAN(""));
	if (engine->sign_ins->persons_count >= LIMIT_SIGN_INS)
		return refuse(refusal, ERR_TOO_MANY_REQUESTS, SPAN(""),
		              SPAN("there are as many people as there may be"));
	struct person_entry person = {
		.email       = request->email,
		.name        = request->name,
		.is_operator = request->is_operator == 1,
		.is_disabled = request->is_disabled == 1,
		.created     = engine_now(engine),
	};
	memcpy(person.password, request->hash, sizeof person.password);
	struct span        shown = person_json(&person, NULL, arena);
	struct change_note note  = { .what  = SPAN("person.add"),
		                     .id    = person.email,
		                     .after = shown };
	enum err           err = person_store(begun, &person, &note, false, shown, arena, refusal);
	if (err == ERR_NONE)
		*answer = person_json(&person, request->draws ? request->drawn : NULL, arena);
	return err;
}

/* An Idempotency-Key cannot show the password twice: the repeated answer lacks it. */
enum err
engine_person_add(struct engine *engine, const struct change *change, struct span json,
                  struct arena *arena, struct span *answer, struct refusal *refusal)
{
	struct person_request request;
	struct change_begun   begun;
	enum err              err = request_read(json, arena, &request, refusal);
	if (err == ERR_NONE && request.email.size == 0)
		err = refuse(refusal, ERR_FIELD_MISSING, SPAN("email"), SPAN("email is required"));
	if (err != ERR_NONE)
		return err;
	if (!request.gives_password)
		request.gives_password = request.draws = true;
	err = request_hash(engine, &request, refusal);
	if (err == ERR_NONE)
		err = change_begin(engine, change, SPAN("person add"), request.said, arena, &begun,
		                   answer, refusal);
	if (err != ERR_NONE)
		return err;
	if (!begun.replayed)
		err = add_begun(&begun, &request, arena, answer, refusal);
	change_end(&begun);
	sodium_memzero(request.drawn, sizeof request.drawn);
	return err;
}

/* Would the installation be left without an operator, or an account without an
 * administrator, if this person could not sign in any more, or operate? */
static enum err
leaving_check(const struct engine *engine, const struct person_entry *person, bool stays_operator,
              bool stays, struct refusal *refusal)
{
	const struct sign_ins *sign_ins = engine->sign_ins;
	bool                   operates = person->is_operator && !person->is_disabled;
	for (uint32_t i = 0; i < sign_ins->persons_count && operates; i++) {
		const struct person_entry *other = sign_ins->persons[i];
		if (other != person && other->is_operator && !other->is_disabled)
			operates = false; /* somebody else does */
	}
	if (operates && !(stays && stays_operator))
		return refuse(refusal, ERR_LAST_OPERATOR, SPAN(""), SPAN(""));
	for (uint32_t i = 0; i < sign_ins->roles_count && !stays; i++) {
		if (span_equal(sign_ins->roles[i].email, person->email) &&
		    role_is_last(engine, sign_ins->roles[i].account, person->email))
			return refuse(refusal, ERR_LAST_ADMINISTRATOR, sign_ins->roles[i].account,
			              SPAN(""));
	}
	return ERR_NONE;
}

static struct span
change_word(const struct person_request *request)
{
	if (request->gives_password)
		return SPAN("person.password");
	if (request->is_disabled == 1)
		return SPAN("person.disable");
	return request->is_disabled == 0 ? SPAN("person.enable") : SPAN("person.change");
}

static enum err
change_begun_with(struct change_begun *begun, const struct person_request *request,
                  struct span email, struct arena *arena, struct span *answer,
                  struct refusal *refusal)
{
	struct person_entry *entry = person_find(begun->engine, email);
	if (!entry)
		return refuse(refusal, ERR_PERSON_UNKNOWN, SPAN("email"), SPAN(""));
	struct person_entry person = *entry;
	if (request->name.at)
		person.name = request->name;
	if (request->is_operator >= 0)
		person.is_operator = request->is_operator;
	if (request->is_disabled >= 0)
		person.is_disabled = request->is_disabled;
	if (request->gives_password)
		memcpy(person.password, request->hash, sizeof person.password);
	enum err err = leaving_check(begun->engine, entry, person.is_operator, !person.is_disabled,
	                             refusal);
	if (err != ERR_NONE)
		return err;
	struct span        shown = person_json(&person, NULL, arena);
	struct change_note note  = { .what   = change_word(request),
		                     .id     = person.email,
		                     .before = person_json(entry, NULL, arena),
		                     .after  = shown };
	bool               ends  = request->gives_password || person.is_disabled;
	if (ends)
		link_clear(&person);
	err = person_store(begun, &person, &note, ends, shown, arena, refusal);
	if (err == ERR_NONE)
		*answer = person_json(&person, request->draws ? request->drawn : NULL, arena);
	return err;
}

enum err
engine_person_change(struct engine *engine, const struct change *change, struct span email,
                     struct span json, struct arena *arena, struct span *answer,
                     struct refusal *refusal)
{
	struct person_request request;
	struct change_begun   begun;
	enum err              err = request_read(json, arena, &request, refusal);
	if (err == ERR_NONE)
		err = email_read(email, arena, &email, refusal);
	if (err == ERR_NONE && request.email.size > 0 && !span_equal(request.email, email))
		err = refuse(refusal, ERR_FIELD_VALUE, SPAN("email"),
		             SPAN("the e-mail of a person cannot change"));
	if (err == ERR_NONE)
		err = request_hash(engine, &request, refusal);
	if (err == ERR_NONE)
		err = change_begin(engine, change, email, request.said, arena, &begun, answer,
		                   refusal);
	if (err != ERR_NONE)
		return err;
	if (!begun.replayed)
		err = change_begun_with(&begun, &request, email, arena, answer, refusal);
	change_end(&begun);
	sodium_memzero(request.drawn, sizeof request.drawn);
	return err;
}

/* ---- removal ---- */

static enum err
remove_begun(struct change_begun *begun, struct span email, struct arena *arena,
             struct span *answer, struct refusal *refusal)
{
	struct engine       *engine   = begun->engine;
	struct sign_ins     *sign_ins = engine->sign_ins;
	struct person_entry *entry    = person_find(engine, email);
	if (!entry)
		return refuse(refusal, ERR_PERSON_UNKNOWN, SPAN("email"), SPAN(""));
	enum err err = leaving_check(engine, entry, false, false, refusal);
	if (err != ERR_NONE)
		return err;
	struct store_write *writes =
		ARENA_ARRAY(arena, struct store_write, 1 + LIMIT_SESSIONS + sign_ins->roles_count);
	uint32_t count  = 0;
	writes[count++] = (struct store_write){ .space  = SPACE_CONTROL,
		                                .remove = true,
		                                .key    = person_key(email, arena) };
	count += session_writes(engine, entry, arena, writes + count);
	for (uint32_t i = 0; i < sign_ins->roles_count; i++) {
		if (span_equal(sign_ins->roles[i].email, email))
			writes[count++] =
				(struct store_write){ .space  = SPACE_CONTROL,
				                      .remove = true,
				                      .key = role_key(&sign_ins->roles[i], arena) };
	}
	*answer                 = person_json(entry, NULL, arena);
	struct change_note note = { .what = SPAN("person.remove"), .id = email, .before = *answer };
	err = change_commit(begun, &note, writes, count, *answer, arena, refusal);
	if (err != ERR_NONE)
		return err;
	pthread_rwlock_wrlock(&engine->control_lock);
	session_forget(engine, entry);
	for (uint32_t i = 0; i < sign_ins->roles_count; i++) {
		if (span_equal(sign_ins->roles[i].email, email))
			sign_ins->roles[i].roles = 0;
	}
	person_forget(engine, email);
	pthread_rwlock_unlock(&engine->control_lock);
	return ERR_NONE;
}

enum err
engine_person_remove(struct engine *engine, const struct change *change, struct span email,
                     struct arena *arena, struct span *answer, struct refusal *refusal)
{
	struct change_begun begun;
	enum err            err = email_read(email, arena, &email, refusal);
	if (err == ERR_NONE)
		err = change_begin(engine, change, SPAN("person remove"), email, arena, &begun,
		                   answer, refusal);
	if (err != ERR_NONE)
		return err;
	if (!begun.replayed)
		err = remove_begun(&begun, email, arena, answer, refusal);
	change_end(&begun);
	return err;
}
