/* sign_in_link.c - a link that signs one person in, once.
 *
 * Its token is 256 random bits like a session's, and only a hash of it is kept, in the
 * person's record: there is one at a time, a newer one replaces it, and a new password,
 * disabling and removal end it. Using it is session.c's. */
#include <sodium.h>

#include "core/base/limit.h"
#include "engine/person_int.h"

enum { MINUTES_DEFAULT = 15, SECONDS_PER_MINUTE = 60 };

bool
link_is(const struct person_entry *person, const uint8_t hash[SESSION_HASH_SIZE],
        struct instant now)
{
	return person && !person->is_disabled && person->link_expires.ns > now.ns &&
	       sodium_memcmp(person->link_hash, hash, SESSION_HASH_SIZE) == 0;
}

void
link_clear(struct person_entry *person)
{
	memset(person->link_hash, 0, sizeof person->link_hash);
	person->link_expires = (struct instant){ 0 };
}

/* ---- using one ---- */

/* Whose it is, copied; empty: nobody's. */
static struct span
link_owner(struct engine *engine, const uint8_t hash[SESSION_HASH_SIZE], struct arena *arena)
{
	const struct sign_ins *sign_ins = engine->sign_ins;
	struct instant         now      = engine_now(engine);
	struct span            email    = SPAN("");
	pthread_rwlock_rdlock(&engine->control_lock);
	for (uint32_t i = 0; i < sign_ins->persons_count && email.size == 0; i++) {
		if (link_is(sign_ins->persons[i], hash, now))
			email = arena_copy(arena, sign_ins->persons[i]->email);
	}
	pthread_rwlock_unlock(&engine->control_lock);
	return email;
}

/* Failures count as those of passwords do, with the link's hash where the e-mail stands:
 * whoever tries many links is slowed down by address, and nobody else's link with him. */
enum err
link_check(struct engine *engine, const struct change *change, struct span token,
           struct arena *arena, struct span *email, uint32_t *wait_s, struct refusal *refusal)
{
	struct sign_ins *sign_ins = engine->sign_ins;
	uint8_t          hash[SESSION_HASH_SIZE];
	struct span      name = { (const char *)hash, sizeof hash };
	token_hash(token, hash);
	pthread_mutex_lock(&sign_ins->password_lock);
	*wait_s = slow_wait_s(sign_ins->slow, name, change->address, engine_now(engine));
	pthread_mutex_unlock(&sign_ins->password_lock);
	if (*wait_s > 0)
		return refuse(refusal, ERR_SIGN_IN_SLOW, SPAN(""), SPAN(""));
	struct span owner = link_owner(engine, hash, arena);
	if (owner.size > 0) {
		*email = owner;
		return ERR_NONE;
	}
	pthread_mutex_lock(&sign_ins->password_lock);
	slow_failed(sign_ins->slow, name, change->address, engine_now(engine));
	pthread_mutex_unlock(&sign_ins->password_lock);
	return refuse(refusal, ERR_SIGN_IN_LINK, SPAN(""), SPAN(""));
}

/* ---- making one ---- */

static enum err
minutes_read(struct span json, struct arena *arena, int64_t *minutes, struct refusal *refusal)
{
	struct json *root;
	*minutes     = MINUTES_DEFAULT;
	enum err err = json.size > 0 ? json_parse(json, arena, &root, refusal) : ERR_NONE;
	if (err != ERR_NONE || json.size == 0)
		return err;
	if (root->kind != JSON_OBJECT)
		return refuse(refusal, ERR_FIELD_TYPE, SPAN(""), SPAN("a link is an object"));
	for (const struct json *member = root->first; member; member = member->next) {
		if (!span_equal(member->key, SPAN("minutes")))
			return refuse_at(refusal, ERR_FIELD_UNKNOWN, member->byte, member->key,
			                 SPAN("a link has minutes"));
		if (json_int64(member, minutes) != ERR_NONE || *minutes < 1 ||
		    *minutes > LIMIT_LINK_MINUTES)
			return refuse_at(refusal, ERR_FIELD_VALUE, member->byte, member->key,
			                 SPAN("minutes is a whole number from 1 to 1440"));
	}
	return ERR_NONE;
}

static void
link_members(struct json_out *out, const struct person_entry *person)
{
	json_key_string(out, SPAN("email"), person->email);
	json_key(out, SPAN("expires"));
	json_instant(out, person->link_expires);
}

struct span
link_json(const struct person_entry *person, struct arena *arena)
{
	struct json_out out;
	json_open(&out, arena);
	json_object(&out);
	link_members(&out, person);
	json_object_end(&out);
	return json_close(&out);
}

/* With the token, this once. What comes behind # stays in the browser: it is in no request,
 * no log, and no Referer. */
static struct span
link_answer(const struct person_entry *person, const char *token, struct arena *arena)
{
	struct json_out out;
	struct text     path;
	text_open(&path, arena);
	text_add(&path, SPAN("/#sign-in="));
	text_add(&path, span_of(token));
	json_open(&out, arena);
	json_object(&out);
	link_members(&out, person);
	json_key_string(&out, SPAN("link"), span_of(token));
	json_key_string(&out, SPAN("path"), text_span(&path));
	json_object_end(&out);
	return json_close(&out);
}

static enum err
make_begun(struct change_begun *begun, struct span email, int64_t minutes, struct arena *arena,
           struct span *answer, struct refusal *refusal)
{
	const struct person_entry *entry = person_find(begun->engine, email);
	char                       token[SESSION_TOKEN_SIZE + 1];
	if (!entry)
		return refuse(refusal, ERR_PERSON_UNKNOWN, SPAN("email"), SPAN(""));
	if (entry->is_disabled)
		return refuse(refusal, ERR_PERSON_DISABLED, SPAN("email"), SPAN(""));
	struct person_entry person = *entry;
	token_draw(token);
	token_hash(span_of(token), person.link_hash);
	person.link_expires.ns =
		engine_now(begun->engine).ns + minutes * SECONDS_PER_MINUTE * NS_PER_SECOND;
	struct span        shown = link_json(&person, arena);
	struct change_note note  = { .what = SPAN("person.link"), .id = email, .after = shown };
	enum err           err = person_store(begun, &person, &note, false, shown, arena, refusal);
	if (err == ERR_NONE)
		*answer = link_answer(&person, token, arena);
	sodium_memzero(token, sizeof token);
	return err;
}

/* An Idempotency-Key cannot show the link twice: the repeated answer lacks it. */
enum err
engine_person_link(struct engine *engine, const struct change *change, struct span email,
                   struct span json, struct arena *arena, struct span *answer,
                   struct refusal *refusal)
{
	struct change_begun begun;
	int64_t             minutes;
	enum err            err = minutes_read(json, arena, &minutes, refusal);
	if (err == ERR_NONE)
		err = email_read(email, arena, &email, refusal);
	if (err == ERR_NONE)
		err = change_begin(engine, change, SPAN("person link"), email, arena, &begun,
		                   answer, refusal);
	if (err != ERR_NONE)
		return err;
	if (!begun.replayed)
		err = make_begun(&begun, email, minutes, arena, answer, refusal);
	change_end(&begun);
	return err;
}
