/* person.c - people who may sign in, and their passwords.
 *
 * In SPACE_CONTROL: "u" e-mail 0 0 0..0, JSON: what lists show, the argon2id hash, and
 * where a sign-in link waits to be used its hash and until when. */
#include <sodium.h>
#include <stdlib.h>

#include "core/base/limit.h"
#include "core/people/email.h"
#include "engine/person_int.h"

enum { PASSWORD_SIZE_MIN = 12, DRAWN_BYTES = 15 };
_Static_assert((int)EMAIL_SIZE == (int)EMAIL_ADDRESS_SIZE, "an address fits into a session");
_Static_assert(PASSWORD_HASH_SIZE == crypto_pwhash_STRBYTES, "room for a hash");

/* ---- in memory ---- */

void *
sign_ins_grown(void *list, uint32_t count, uint32_t *capacity, size_t item_size)
{
	if (count < *capacity)
		return list;
	*capacity   = *capacity * 2 + 8;
	void *wider = realloc(list, *capacity * item_size);
	CHECK(wider != NULL);
	return wider;
}

static uint32_t
person_index(const struct sign_ins *sign_ins, struct span email, bool *found)
{
	uint32_t low = 0, high = sign_ins->persons_count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int      order  = span_compare(sign_ins->persons[middle]->email, email);
		*found          = order == 0;
		if (*found)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*found = false;
	return low;
}

struct person_entry *
person_find(const struct engine *engine, struct span email)
{
	bool     found;
	uint32_t at = person_index(engine->sign_ins, email, &found);
	return found ? engine->sign_ins->persons[at] : NULL;
}

static void
person_insert(struct sign_ins *sign_ins, uint32_t at, struct span email)
{
	size_t size               = sizeof *sign_ins->persons;
	sign_ins->persons         = sign_ins_grown(sign_ins->persons, sign_ins->persons_count,
	                                           &sign_ins->persons_capacity, size);
	struct person_entry *made = calloc(1, sizeof *made);
	CHECK(made != NULL);
	made->email = email;
	memmove(&sign_ins->persons[at + 1], &sign_ins->persons[at],
	        (sign_ins->persons_count - at) * size);
	sign_ins->persons[at] = made;
	sign_ins->persons_count++;
}

/* The person is the same object for as long as it is there: sessions point to it. */
void
person_remember(struct engine *engine, const struct person_entry *person)
{
	struct sign_ins *sign_ins = engine->sign_ins;
	bool             found;
	uint32_t         at = person_index(sign_ins, person->email, &found);
	if (!found)
		person_insert(sign_ins, at, arena_copy(&engine->control_arena, person->email));
	struct person_entry *entry = sign_ins->persons[at];
	entry->name                = arena_copy(&engine->control_arena, person->name);
	entry->is_operator         = person->is_operator;
	entry->is_disabled         = person->is_disabled;
	entry->created             = person->created;
	memcpy(entry->password, person->password, sizeof entry->password);
	memcpy(entry->link_hash, person->link_hash, sizeof entry->link_hash);
	entry->link_expires = person->link_expires;
}

void
person_forget(struct engine *engine, struct span email)
{
	struct sign_ins *sign_ins = engine->sign_ins;
	bool             found;
	uint32_t         at = person_index(sign_ins, email, &found);
	CHECK(found);
	free(sign_ins->persons[at]);
	sign_ins->persons_count--;
	memmove(&sign_ins->persons[at], &sign_ins->persons[at + 1],
	        (sign_ins->persons_count - at) * sizeof *sign_ins->persons);
}

void
sign_ins_open(struct engine *engine)
{
	engine->sign_ins = calloc(1, sizeof *engine->sign_ins);
	CHECK(engine->sign_ins != NULL);
	engine->sign_ins->slow = slow_open();
	pthread_mutex_init(&engine->sign_ins->password_lock, NULL);
}

void
sign_ins_close(struct engine *engine)
{
	struct sign_ins *sign_ins = engine->sign_ins;
	for (uint32_t i = 0; i < sign_ins->persons_count; i++) {
		sodium_memzero(sign_ins->persons[i]->password, PASSWORD_HASH_SIZE);
		free(sign_ins->persons[i]);
	}
	free(sign_ins->persons);
	free(sign_ins->roles);
	free(sign_ins->sessions);
	slow_close(sign_ins->slow);
	free(sign_ins);
}

/* ---- texts ---- */

enum err
email_read(struct span text, struct arena *arena, struct span *email, struct refusal *refusal)
{
	struct span folded = email_fold(text, arena);
	if (!email_is_address(folded))
		return refuse(refusal, ERR_FIELD_VALUE, SPAN("email"),
		              SPAN("an e-mail is NAME@HOST in visible ASCII, at most 254 bytes"));
	*email = arena_copy(arena, folded);
	return ERR_NONE;
}

struct span
person_text(const struct json *object, struct span name)
{
	const struct json *value = json_member(object, name);
	return value && value->kind == JSON_STRING ? value->text : SPAN("");
}

static void
person_write(struct json_out *out, const struct person_entry *person)
{
	json_key_string(out, SPAN("email"), person->email);
	json_key_string(out, SPAN("name"), person->name);
	json_key_bool(out, SPAN("operator"), person->is_operator);
	json_key_bool(out, SPAN("disabled"), person->is_disabled);
	json_key(out, SPAN("created"));
	json_instant(out, person->created);
}

/* What is shown; with a password that was just drawn, this once. */
struct span
person_json(const struct person_entry *person, const char *drawn, struct arena *arena)
{
	struct json_out out;
	json_open(&out, arena);
	json_object(&out);
	person_write(&out, person);
	if (drawn)
		json_key_string(&out, SPAN("password"), span_of(drawn));
	json_object_end(&out);
	return json_close(&out);
}

static void
link_write(struct json_out *out, const struct person_entry *person)
{
	char hash[2 * SESSION_HASH_SIZE + 1];
	json_key(out, SPAN("link"));
	json_object(out);
	json_key_string(
		out, SPAN("hash"),
		span_of(sodium_bin2hex(hash, sizeof hash, person->link_hash, SESSION_HASH_SIZE)));
	json_key(out, SPAN("expires"));
	json_instant(out, person->link_expires);
	json_object_end(out);
}

struct span
person_record(const struct person_entry *person, struct arena *arena)
{
	struct json_out out;
	json_open(&out, arena);
	json_object(&out);
	person_write(&out, person);
	json_key_string(&out, SPAN("password"), span_of(person->password));
	if (person->link_expires.ns > 0)
		link_write(&out, person);
	json_object_end(&out);
	return json_close(&out);
}

struct span
person_key(struct span email, struct arena *arena)
{
	return control_key('u', email, SPAN(""), 0, arena);
}

/* Absent in records that are older than links, and where there is none. */
static bool
link_read(const struct json *root, struct person_entry *person)
{
	const struct json *link = json_member(root, SPAN("link"));
	size_t             size;
	if (!link)
		return true;
	struct span hash = person_text(link, SPAN("hash"));
	return sodium_hex2bin(person->link_hash, SESSION_HASH_SIZE, hash.at, hash.size, NULL, &size,
	                      NULL) == 0 &&
	       size == SESSION_HASH_SIZE &&
	       instant_parse(person_text(link, SPAN("expires")), &person->link_expires, NULL) ==
	               ERR_NONE;
}

enum err
person_read(struct engine *engine, struct span value)
{
	struct arena *arena = &engine->control_arena;
	struct json  *root;
	if (json_parse(arena_copy(arena, value), arena, &root, NULL) != ERR_NONE)
		return ERR_STORE_DAMAGED;
	const struct json  *is_operator = json_member(root, SPAN("operator"));
	const struct json  *is_disabled = json_member(root, SPAN("disabled"));
	struct span         password    = person_text(root, SPAN("password"));
	struct person_entry person      = {
		     .email       = person_text(root, SPAN("email")),
		     .name        = person_text(root, SPAN("name")),
		     .is_operator = is_operator && is_operator->kind == JSON_TRUE,
		     .is_disabled = is_disabled && is_disabled->kind == JSON_TRUE,
	};
	if (person.email.size == 0 || password.size >= PASSWORD_HASH_SIZE ||
	    instant_parse(person_text(root, SPAN("created")), &person.created, NULL) != ERR_NONE ||
	    !link_read(root, &person))
		return ERR_STORE_DAMAGED;
	memcpy(person.password, password.at, password.size);
	person_remember(engine, &person);
	return ERR_NONE;
}

/* ---- passwords ---- */

enum err
password_hash(struct engine *engine, struct span password, char hash[PASSWORD_HASH_SIZE],
              struct refusal *refusal)
{
	if (password.size < PASSWORD_SIZE_MIN || password.size > LIMIT_PASSWORD_SIZE)
		return refuse(refusal, ERR_PASSWORD, SPAN("password"), SPAN(""));
	memset(hash, 0, PASSWORD_HASH_SIZE);
	pthread_mutex_lock(&engine->sign_ins->password_lock);
	int failed = crypto_pwhash_str(hash, password.at, password.size,
	                               crypto_pwhash_OPSLIMIT_INTERACTIVE,
	                               crypto_pwhash_MEMLIMIT_INTERACTIVE);
	pthread_mutex_unlock(&engine->sign_ins->password_lock);
	if (failed != 0)
		return refuse(refusal, ERR_SYSTEM, SPAN("password"),
		              SPAN("there is no memory to hash a password"));
	return ERR_NONE;
}

/* The hash of a password that nobody knows, with the limits of password_hash: who is not
 * there takes as long as who is. */
static const char NOBODYS[] = "$argon2id$v=19$m=65536,t=2,p=1$"
			      "Wm9xdkZ0b2hHcmVhdFRhbA$"
			      "q0mZ0bJ8m3s2k9vQkqVQm2b1u7cQn0t1tD3rJb3c4kE";

bool
password_is(struct engine *engine, const struct person_entry *person, struct span password)
{
	char hash[PASSWORD_HASH_SIZE] = { 0 };
	bool is_known                 = person && !person->is_disabled;
	if (is_known)
		memcpy(hash, person->password, sizeof hash);
	else
		memcpy(hash, NOBODYS, sizeof NOBODYS);
	pthread_mutex_lock(&engine->sign_ins->password_lock);
	bool is_right = crypto_pwhash_str_verify(hash, password.at, password.size) == 0;
	pthread_mutex_unlock(&engine->sign_ins->password_lock);
	return is_right && is_known;
}

void
password_draw(char drawn[DRAWN_PASSWORD_SIZE + 1])
{
	uint8_t random[DRAWN_BYTES];
	randombytes_buf(random, sizeof random);
	sodium_bin2base64(drawn, DRAWN_PASSWORD_SIZE + 1, random, sizeof random,
	                  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	sodium_memzero(random, sizeof random);
}

/* ---- questions ---- */

bool
engine_has_operator(struct engine *engine)
{
	bool found = false;
	pthread_rwlock_rdlock(&engine->control_lock);
	for (uint32_t i = 0; i < engine->sign_ins->persons_count; i++) {
		const struct person_entry *person = engine->sign_ins->persons[i];
		found |= person->is_operator && !person->is_disabled;
	}
	pthread_rwlock_unlock(&engine->control_lock);
	return found;
}

enum err
engine_person_list(struct engine *engine, uint32_t limit, struct span cursor, struct arena *arena,
                   struct span *answer, struct refusal *refusal)
{
	struct json_out        out;
	struct span            last     = { 0 };
	const struct sign_ins *sign_ins = engine->sign_ins;
	uint32_t               shown    = 0;
	bool                   found;
	(void)refusal;
	json_open(&out, arena);
	json_object(&out);
	json_key(&out, SPAN("users"));
	json_array(&out);
	pthread_rwlock_rdlock(&engine->control_lock);
	uint32_t at = person_index(sign_ins, cursor, &found);
	at += found; /* the cursor is the last e-mail of the page before */
	for (; at < sign_ins->persons_count && (limit == 0 || shown < limit); at++, shown++) {
		json_object(&out);
		person_write(&out, sign_ins->persons[at]);
		role_accounts_write(&out, engine, sign_ins->persons[at]->email);
		json_object_end(&out);
		last = sign_ins->persons[at]->email;
	}
	bool more = at < sign_ins->persons_count;
	json_array_end(&out);
	if (more && shown > 0)
		json_key_string(&out, SPAN("next"), last);
	pthread_rwlock_unlock(&engine->control_lock);
	json_object_end(&out);
	*answer = json_close(&out);
	return ERR_NONE;
}
