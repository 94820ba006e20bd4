/* sign_in.c - signing in, with a password or with a link.
 *
 * A link (sign_in_link.c) is used up in the commit that begins its session. */
#include <sodium.h>

#include "core/base/limit.h"
#include "engine/person_int.h"

enum { SIGNING_IN_MAX = 4, SWEEP_MAX = 64 };

/* ---- what is asked for ---- */

struct credentials {
	struct span email;
	struct span password;
	struct span wanted; /* the new password, where one is asked for */
	struct span link;   /* instead of e-mail and password */
};

static enum err
credentials_read(struct span json, struct span password, struct span wanted, struct arena *arena,
                 struct credentials *credentials, struct refusal *refusal)
{
	struct json *root;
	enum err     err = json_parse(json, arena, &root, refusal);
	if (err != ERR_NONE)
		return err;
	credentials->email    = person_text(root, SPAN("email"));
	credentials->password = person_text(root, password);
	credentials->wanted   = person_text(root, wanted);
	credentials->link     = person_text(root, SPAN("link"));
	if (wanted.size == 0 && credentials->link.size > 0)
		return ERR_NONE;
	if (credentials->password.size == 0)
		return refuse(refusal, ERR_FIELD_MISSING, password,
		              SPAN("the password is missing"));
	if (credentials->password.size > LIMIT_PASSWORD_SIZE)
		return refuse(refusal, ERR_SIGN_IN, SPAN(""), SPAN(""));
	return ERR_NONE;
}

/* A copy of the person's hash, so that no lock is held while it is compared. */
static bool
password_right(struct engine *engine, struct span email, struct span password)
{
	struct person_entry copy;
	pthread_rwlock_rdlock(&engine->control_lock);
	const struct person_entry *person = person_find(engine, email);
	if (person)
		copy = *person;
	pthread_rwlock_unlock(&engine->control_lock);
	bool is_right = password_is(engine, person ? &copy : NULL, password);
	if (person)
		sodium_memzero(copy.password, sizeof copy.password);
	return is_right;
}

/* Whether the password is the person's, unless there were too many wrong ones. */
static enum err
credentials_check(struct engine *engine, const struct change *change, struct span email,
                  struct span password, uint32_t *wait_s, struct refusal *refusal)
{
	struct sign_ins *sign_ins = engine->sign_ins;
	pthread_mutex_lock(&sign_ins->password_lock);
	*wait_s = slow_wait_s(sign_ins->slow, email, change->address, engine_now(engine));
	pthread_mutex_unlock(&sign_ins->password_lock);
	if (*wait_s > 0)
		return refuse(refusal, ERR_SIGN_IN_SLOW, SPAN(""), SPAN(""));
	if (atomic_fetch_add(&sign_ins->signing_in, 1) >= SIGNING_IN_MAX) {
		atomic_fetch_sub(&sign_ins->signing_in, 1);
		return refuse(refusal, ERR_TOO_MANY_REQUESTS, SPAN(""), SPAN(""));
	}
	bool is_right = password_right(engine, email, password);
	atomic_fetch_sub(&sign_ins->signing_in, 1);
	pthread_mutex_lock(&sign_ins->password_lock);
	if (is_right)
		slow_passed(sign_ins->slow, email, change->address);
	else
		slow_failed(sign_ins->slow, email, change->address, engine_now(engine));
	pthread_mutex_unlock(&sign_ins->password_lock);
	return is_right ? ERR_NONE : refuse(refusal, ERR_SIGN_IN, SPAN(""), SPAN(""));
}

/* What must give way: sessions that have ended, and the person's oldest when there are as
 * many as there may be. */
static uint32_t
session_sweep(const struct sign_ins *sign_ins, const struct session_entry *made,
              const struct session_entry **swept)
{
	const struct session_entry *oldest = NULL;
	uint32_t                    count = 0, own = 0;
	for (uint32_t i = 0; i < sign_ins->sessions_count; i++) {
		const struct session_entry *session = &sign_ins->sessions[i];
		if (session->expires.ns <= made->created.ns && count < SWEEP_MAX) {
			swept[count++] = session;
		} else if (session->person == made->person) {
			own++;
			if (!oldest || session->created.ns < oldest->created.ns)
				oldest = session;
		}
	}
	if (own >= LIMIT_SESSIONS)
		swept[count++] = oldest;
	return count;
}

/* A link that the session was begun with is gone in the same commit: it cannot be used
 * again, whatever happens next. */
static uint32_t
link_writes(const struct session_entry *session, struct arena *arena, struct store_write *write)
{
	struct person_entry person = *session->person;
	link_clear(&person);
	*write = control_write(person_key(person.email, arena), person_record(&person, arena));
	return 1;
}

static enum err
session_store(struct change_begun *begun, const struct session_entry *session, bool by_link,
              struct arena *arena, struct refusal *refusal)
{
	struct sign_ins            *sign_ins = begun->engine->sign_ins;
	const struct session_entry *swept[SWEEP_MAX + 1];
	struct session_entry        gone[SWEEP_MAX + 1];
	struct store_write          writes[SWEEP_MAX + 3];
	uint32_t                    swept_count = session_sweep(sign_ins, session, swept);
	uint32_t                    count       = swept_count;
	struct change_note          note        = { .what  = SPAN("session.begin"),
		                                    .id    = session->person->email,
		                                    .after = session_json(session, arena) };
	for (uint32_t i = 0; i < swept_count; i++) {
		gone[i]   = *swept[i];
		writes[i] = session_removal(&gone[i], arena);
	}
	writes[count++] = control_write(session_key(session->hash, arena), note.after);
	if (by_link) {
		note.before = link_json(session->person, arena);
		count += link_writes(session, arena, &writes[count]);
	}
	enum err err = change_commit(begun, &note, writes, count, SPAN(""), arena, refusal);
	if (err != ERR_NONE)
		return err;
	pthread_rwlock_wrlock(&begun->engine->control_lock);
	for (uint32_t i = 0; i < swept_count; i++)
		session_drop(sign_ins, gone[i].hash);
	session_remember(sign_ins, session);
	if (by_link)
		link_clear(session->person);
	pthread_rwlock_unlock(&begun->engine->control_lock);
	return ERR_NONE;
}

static struct change
change_of(const struct change *change, struct span email)
{
	return (struct change){ .actor_kind = ACTOR_PERSON,
		                .actor      = email,
		                .address    = change->address };
}

/* The person was right a moment ago, and may be gone by now, or a link used by somebody who
 * was faster. link: the hash of the one that is used, NULL: a password was right. */
static enum err
session_make(struct engine *engine, const struct change *change, struct span email,
             const uint8_t *link, struct arena *arena, char token[SESSION_TOKEN_SIZE + 1],
             struct refusal *refusal)
{
	struct change_begun begun;
	struct change       by = change_of(change, email);
	struct span         ignored;
	char                drawn[SESSION_TOKEN_SIZE + 1];
	enum err            err =
		change_begin(engine, &by, SPAN(""), SPAN(""), arena, &begun, &ignored, refusal);
	if (err != ERR_NONE)
		return err;
	struct session_entry session = { .person  = person_find(engine, email),
		                         .created = engine_now(engine) };
	session.expires.ns           = session.created.ns + LIMIT_SESSION_HOURS * NS_PER_HOUR;
	token_draw(drawn);
	token_hash(span_of(drawn), session.hash);
	if (link && !link_is(session.person, link, session.created))
		err = refuse(refusal, ERR_SIGN_IN_LINK, SPAN(""), SPAN(""));
	else if (!session.person || session.person->is_disabled)
		err = refuse(refusal, ERR_SIGN_IN, SPAN(""), SPAN(""));
	else
		err = session_store(&begun, &session, link != NULL, arena, refusal);
	change_end(&begun);
	if (err == ERR_NONE)
		memcpy(token, drawn, sizeof drawn);
	sodium_memzero(drawn, sizeof drawn);
	return err;
}

static enum err
link_begin(struct engine *engine, const struct change *change, struct span link,
           struct arena *arena, char token[SESSION_TOKEN_SIZE + 1], uint32_t *wait_s,
           struct refusal *refusal)
{
	struct span email;
	uint8_t     hash[SESSION_HASH_SIZE];
	enum err    err = link_check(engine, change, link, arena, &email, wait_s, refusal);
	if (err != ERR_NONE)
		return err;
	token_hash(link, hash);
	return session_make(engine, change, email, hash, arena, token, refusal);
}

enum err
engine_session_begin(struct engine *engine, const struct change *change, struct span json,
                     struct arena *arena, char token[SESSION_TOKEN_SIZE + 1], uint32_t *wait_s,
                     struct refusal *refusal)
{
	struct credentials credentials;
	*wait_s = 0;
	enum err err =
		credentials_read(json, SPAN("password"), SPAN(""), arena, &credentials, refusal);
	if (err == ERR_NONE && credentials.link.size > 0)
		return link_begin(engine, change, credentials.link, arena, token, wait_s, refusal);
	if (err != ERR_NONE)
		return err;
	/* What is no e-mail is nobody's, and is told so like any other stranger. */
	if (email_read(credentials.email, arena, &credentials.email, NULL) != ERR_NONE)
		credentials.email = SPAN("");
	err = credentials_check(engine, change, credentials.email, credentials.password, wait_s,
	                        refusal);
	return err == ERR_NONE ? session_make(engine, change, credentials.email, NULL, arena, token,
	                                      refusal)
	                       : err;
}

/* ---- the person's own password ---- */

static enum err
password_store(struct change_begun *begun, struct span email, const char *hash, struct arena *arena,
               struct refusal *refusal)
{
	const struct person_entry *entry = person_find(begun->engine, email);
	if (!entry)
		return refuse(refusal, ERR_SESSION, SPAN(""), SPAN(""));
	struct person_entry person = *entry;
	struct change_note  note   = { .what = SPAN("person.password"), .id = email };
	memcpy(person.password, hash, sizeof person.password);
	link_clear(&person);
	return person_store(begun, &person, &note, true, SPAN(""), arena, refusal);
}

enum err
engine_session_password(struct engine *engine, const struct change *change, struct span email,
                        struct span json, struct arena *arena, uint32_t *wait_s,
                        struct refusal *refusal)
{
	struct credentials  credentials;
	struct change_begun begun;
	struct span         ignored;
	char                hash[PASSWORD_HASH_SIZE];
	struct change       by = change_of(change, email);
	*wait_s                = 0;
	enum err err           = credentials_read(json, SPAN("current"), SPAN("password"), arena,
	                                          &credentials, refusal);
	if (err == ERR_NONE)
		err = credentials_check(engine, change, email, credentials.password, wait_s,
		                        refusal);
	if (err == ERR_NONE)
		err = password_hash(engine, credentials.wanted, hash, refusal);
	if (err == ERR_NONE)
		err = change_begin(engine, &by, SPAN(""), SPAN(""), arena, &begun, &ignored,
		                   refusal);
	if (err != ERR_NONE)
		return err;
	err = password_store(&begun, email, hash, arena, refusal);
	change_end(&begun);
	return err;
}
