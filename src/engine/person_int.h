/* person_int.h - what the files about people who sign in share: person.c, role.c,
 * person_change.c, session.c, sign_in.c, sign_in_link.c, session_slow.c. */
#ifndef TALLY_ENGINE_PERSON_INT_H
#define TALLY_ENGINE_PERSON_INT_H

#include "core/json/json_read.h"
#include "core/people/role.h"
#include "engine/engine_int.h"

enum { PASSWORD_HASH_SIZE = 128, SESSION_HASH_SIZE = 32, DRAWN_PASSWORD_SIZE = 20 };

struct person_entry {
	struct span    email; /* in lower case */
	struct span    name;
	char           password[PASSWORD_HASH_SIZE]; /* argon2id, as libsodium writes it */
	bool           is_operator;
	bool           is_disabled;
	struct instant created;

	/* The newest link that was made and not used: a hash of its token, until when it is
	 * good. In the person's own record, so that whatever changes who may sign in takes
	 * it away in the same commit. */
	uint8_t        link_hash[SESSION_HASH_SIZE];
	struct instant link_expires; /* ns 0: there is none */
};

/* The roles of an e-mail in an account, whether there is such a person or not. */
struct role_entry {
	struct span account;
	struct span email;
	uint32_t    roles; /* 0: none any more */
};

struct session_entry {
	uint8_t              hash[SESSION_HASH_SIZE]; /* BLAKE2b-256 of the token */
	struct person_entry *person;
	struct instant       created;
	struct instant       expires;
};

struct slow_table;

/* Sorted by e-mail; by account and e-mail; by hash. Under control_lock. */
struct sign_ins {
	struct person_entry **persons;
	uint32_t              persons_count;
	uint32_t              persons_capacity;
	struct role_entry    *roles;
	uint32_t              roles_count;
	uint32_t              roles_capacity;
	struct session_entry *sessions;
	uint32_t              sessions_count;
	uint32_t              sessions_capacity;
	struct slow_table    *slow;
	pthread_mutex_t       password_lock; /* one hash at a time: each takes 64 MiB */
	atomic_uint           signing_in;
};

/* Room for one more of them; stops the process when there is none. */
void *sign_ins_grown(void *list, uint32_t count, uint32_t *capacity, size_t item_size);

/* person.c */
/* In lower case, in arena. ERR_FIELD_VALUE. */
MUST_CHECK enum err email_read(struct span text, struct arena *arena, struct span *email,
                               struct refusal *refusal);
/* Caller holds control_lock or change_lock. NULL: there is none. */
struct person_entry *person_find(const struct engine *engine, struct span email);
/* argon2id; ERR_PASSWORD for one that is too short or too long. */
MUST_CHECK enum err password_hash(struct engine *engine, struct span password,
                                  char hash[PASSWORD_HASH_SIZE], struct refusal *refusal);
/* person NULL, or disabled: false, after the same work. */
bool password_is(struct engine *engine, const struct person_entry *person, struct span password);
void password_draw(char drawn[DRAWN_PASSWORD_SIZE + 1]);
/* The key of the person's record, and the record. */
struct span person_key(struct span email, struct arena *arena);
struct span person_record(const struct person_entry *person, struct arena *arena);
/* What is shown; with a password that was just drawn, this once. */
struct span person_json(const struct person_entry *person, const char *drawn, struct arena *arena);
/* The text member of that name; empty when there is none. */
struct span person_text(const struct json *object, struct span name);
/* Caller holds control_lock to write. */
void person_remember(struct engine *engine, const struct person_entry *person);
void person_forget(struct engine *engine, struct span email);

/* person_change.c */
/* Put the person's new state into the store with what note says, ending its sessions when
 * asked to, and remember it. */
MUST_CHECK enum err person_store(struct change_begun *begun, const struct person_entry *person,
                                 const struct change_note *note, bool ends_sessions,
                                 struct span answer, struct arena *arena, struct refusal *refusal);

/* role.c */
uint32_t role_of(const struct engine *engine, struct span account, struct span email);
/* "roles":["administrator",..] */
void role_names_write(struct json_out *out, uint32_t roles);
/* "roles":[{"account":..,"roles":[..]}] of one person */
/* "rights":[names] of a sum of rights. */
void rights_write(struct json_out *out, uint32_t rights);
void role_accounts_write(struct json_out *out, const struct engine *engine, struct span email);
/* Whether an account would have no administrator without this person. */
bool        role_is_last(const struct engine *engine, struct span account, struct span email);
struct span role_key(const struct role_entry *role, struct arena *arena);

/* session.c */
/* 256 random bits as text, and what is kept of them. */
void token_draw(char token[SESSION_TOKEN_SIZE + 1]);
void token_hash(struct span token, uint8_t hash[SESSION_HASH_SIZE]);
/* A session's key in the store, its record, and the write that removes it. */
struct span        session_key(const uint8_t hash[SESSION_HASH_SIZE], struct arena *arena);
struct span        session_json(const struct session_entry *session, struct arena *arena);
struct store_write session_removal(const struct session_entry *session, struct arena *arena);
/* Caller holds control_lock to write. */
void session_remember(struct sign_ins *sign_ins, const struct session_entry *session);
void session_drop(struct sign_ins *sign_ins, const uint8_t hash[SESSION_HASH_SIZE]);
/* Writes that remove the sessions of a person; returns their number. Forget them after the
 * commit. */
uint32_t session_writes(const struct engine *engine, const struct person_entry *person,
                        struct arena *arena, struct store_write *writes);
void     session_forget(struct engine *engine, const struct person_entry *person);
enum err session_open(struct engine *engine);

/* sign_in_link.c */
/* Does the person's link have this hash, and is it good still? */
bool link_is(const struct person_entry *person, const uint8_t hash[SESSION_HASH_SIZE],
             struct instant now);
/* Whose link a token is, as a copy in arena; slows down who tries many. ERR_SIGN_IN_LINK,
 * ERR_SIGN_IN_SLOW. */
MUST_CHECK enum err link_check(struct engine *engine, const struct change *change,
                               struct span token, struct arena *arena, struct span *email,
                               uint32_t *wait_s, struct refusal *refusal);
void                link_clear(struct person_entry *person);
/* {"email","expires"}: what may be told of it. */
struct span link_json(const struct person_entry *person, struct arena *arena);

/* session_slow.c: failed sign-ins, by person and address. Bounded; forgets the oldest. */
struct slow_table *slow_open(void);
void               slow_close(struct slow_table *table);
/* Seconds to wait before the next try; 0: none. Caller holds password_lock. */
uint32_t slow_wait_s(const struct slow_table *table, struct span email, struct span address,
                     struct instant now);
void     slow_failed(struct slow_table *table, struct span email, struct span address,
                     struct instant now);
void     slow_passed(struct slow_table *table, struct span email, struct span address);

#endif
