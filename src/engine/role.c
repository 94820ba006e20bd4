/* role.c - who has which roles in which account.
 *
 * In SPACE_CONTROL: "r" account 0 e-mail 0 0..0, JSON. Roles are by e-mail, not by
 * person: an administrator may give one before that person can sign in. */
#include "engine/person_int.h"

#include "core/base/limit.h"

/* ---- in memory ---- */

static uint32_t
role_index(const struct sign_ins *sign_ins, struct span account, struct span email, bool *found)
{
	uint32_t low = 0, high = sign_ins->roles_count;
	while (low < high) {
		uint32_t                 middle = low + (high - low) / 2;
		const struct role_entry *entry  = &sign_ins->roles[middle];
		int                      order  = span_compare(entry->account, account);
		if (order == 0)
			order = span_compare(entry->email, email);
		*found = order == 0;
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

uint32_t
role_of(const struct engine *engine, struct span account, struct span email)
{
	bool     found;
	uint32_t at = role_index(engine->sign_ins, account, email, &found);
	return found ? engine->sign_ins->roles[at].roles : 0;
}

static void
role_remember(struct engine *engine, const struct role_entry *role)
{
	struct sign_ins *sign_ins = engine->sign_ins;
	bool             found;
	uint32_t         at = role_index(sign_ins, role->account, role->email, &found);
	if (!found) {
		sign_ins->roles =
			sign_ins_grown(sign_ins->roles, sign_ins->roles_count,
		                       &sign_ins->roles_capacity, sizeof *sign_ins->roles);
		memmove(&sign_ins->roles[at + 1], &sign_ins->roles[at],
		        (sign_ins->roles_count - at) * sizeof *sign_ins->roles);
		sign_ins->roles_count++;
		sign_ins->roles[at].account = arena_copy(&engine->control_arena, role->account);
		sign_ins->roles[at].email   = arena_copy(&engine->control_arena, role->email);
	}
	sign_ins->roles[at].roles = role->roles;
}

bool
role_is_last(const struct engine *engine, struct span account, struct span email)
{
	const struct sign_ins     *sign_ins = engine->sign_ins;
	uint32_t                   bit      = 1U << ROLE_ADMINISTRATOR;
	const struct person_entry *person   = person_find(engine, email);
	if (!person || person->is_disabled || !(role_of(engine, account, email) & bit))
		return false;
	for (uint32_t i = 0; i < sign_ins->roles_count; i++) {
		const struct role_entry *other = &sign_ins->roles[i];
		if (!(other->roles & bit) || !span_equal(other->account, account) ||
		    span_equal(other->email, email))
			continue;
		person = person_find(engine, other->email);
		if (person && !person->is_disabled)
			return false;
	}
	return true;
}

/* ---- as JSON ---- */

void
role_names_write(struct json_out *out, uint32_t roles)
{
	json_key(out, SPAN("roles"));
	json_array(out);
	for (unsigned i = 0; i < ROLE_COUNT; i++) {
		if (roles & 1U << i)
			json_string(out, role_name((enum role)i));
	}
	json_array_end(out);
}

void
rights_write(struct json_out *out, uint32_t rights)
{
	json_key(out, SPAN("rights"));
	json_array(out);
	for (uint32_t right = 1; right < RIGHTS_ALL; right <<= 1)
		if (rights & right)
			json_string(out, right_name((enum right)right));
	json_array_end(out);
}

void
role_accounts_write(struct json_out *out, const struct engine *engine, struct span email)
{
	const struct sign_ins *sign_ins = engine->sign_ins;
	json_key(out, SPAN("roles"));
	json_array(out);
	for (uint32_t i = 0; i < sign_ins->roles_count; i++) {
		if (sign_ins->roles[i].roles == 0 || !span_equal(sign_ins->roles[i].email, email))
			continue;
		json_object(out);
		json_key_string(out, SPAN("account"), sign_ins->roles[i].account);
		role_names_write(out, sign_ins->roles[i].roles);
		rights_write(out, roles_rights(sign_ins->roles[i].roles));
		json_object_end(out);
	}
	json_array_end(out);
}

static struct span
role_json(const struct role_entry *role, struct arena *arena)
{
	struct json_out out;
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("account"), role->account);
	json_key_string(&out, SPAN("email"), role->email);
	role_names_write(&out, role->roles);
	json_object_end(&out);
	return json_close(&out);
}

struct span
role_key(const struct role_entry *role, struct arena *arena)
{
	return control_key('r', role->account, role->email, 0, arena);
}

enum err
role_read(struct engine *engine, struct span value)
{
	struct json *root;
	if (json_parse(arena_copy(&engine->control_arena, value), &engine->control_arena, &root,
	               NULL) != ERR_NONE)
		return ERR_STORE_DAMAGED;
	struct role_entry  role = { .account = person_text(root, SPAN("account")),
		                    .email   = person_text(root, SPAN("email")) };
	const struct json *list = json_member(root, SPAN("roles"));
	for (const struct json *item = list ? list->first : NULL; item; item = item->next) {
		enum role found = role_find(item->text);
		if (found == ROLE_COUNT)
			return ERR_STORE_DAMAGED;
		role.roles |= 1U << found;
	}
	if (role.account.size == 0 || role.email.size == 0 || role.roles == 0)
		return ERR_STORE_DAMAGED;
	role_remember(engine, &role);
	return ERR_NONE;
}

/* ---- changes ---- */

static enum err
role_store(struct change_begun *begun, struct span what, const struct role_entry *role,
           struct arena *arena, struct span *answer, struct refusal *refusal)
{
	struct engine     *engine = begun->engine;
	struct role_entry  before = { role->account, role->email,
		                      role_of(engine, role->account, role->email) };
	struct span        made   = role_json(role, arena);
	struct change_note note   = { .what = what, .account = role->account, .id = role->email };
	struct store_write write  = control_write(role_key(role, arena), made);
	write.remove              = role->roles == 0;
	if (before.roles != 0)
		note.before = role_json(&before, arena);
	if (role->roles != 0)
		note.after = made;
	enum err err = ERR_NONE;
	if (before.roles != role->roles)
		err = change_commit(begun, &note, &write, 1, made, arena, refusal);
	if (err != ERR_NONE)
		return err;
	pthread_rwlock_wrlock(&engine->control_lock);
	role_remember(engine, role);
	pthread_rwlock_unlock(&engine->control_lock);
	*answer = made;
	return ERR_NONE;
}

/* 0 bits for an empty name, which revoking allows. */
static enum err
role_bits(struct span name, uint32_t *bits, struct refusal *refusal)
{
	enum role role = role_find(name);
	if (role == ROLE_COUNT)
		return refuse(refusal, ERR_FIELD_VALUE, SPAN("role"),
		              SPAN("a role is administrator, billing_administrator, "
		                   "licence_editor or licence_viewer"));
	*bits = 1U << role;
	return ERR_NONE;
}

static enum err
role_begin(struct engine *engine, const struct change *change, struct span route,
           struct role_entry *role, struct arena *arena, struct change_begun *begun,
           struct span *answer, struct refusal *refusal)
{
	enum err err = email_read(role->email, arena, &role->email, refusal);
	if (err != ERR_NONE)
		return err;
	err = change_begin(engine, change, route, role_json(role, arena), arena, begun, answer,
	                   refusal);
	if (err != ERR_NONE)
		return err;
	if (control_account(engine, role->account) == NULL) {
		change_end(begun);
		return refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
	}
	return ERR_NONE;
}

enum err
engine_role_grant(struct engine *engine, const struct change *change, struct span account,
                  struct span email, struct span role, struct arena *arena, struct span *answer,
                  struct refusal *refusal)
{
	struct role_entry   wanted = { account, email, 0 };
	struct change_begun begun;
	enum err            err = role_bits(role, &wanted.roles, refusal);
	if (err == ERR_NONE)
		err = role_begin(engine, change, SPAN("role grant"), &wanted, arena, &begun, answer,
		                 refusal);
	if (err != ERR_NONE)
		return err;
	if (!begun.replayed && engine->sign_ins->roles_count >= LIMIT_ROLES) {
		err = refuse(refusal, ERR_TOO_MANY_REQUESTS, SPAN(""),
		             SPAN("there are as many roles as there may be"));
	} else if (!begun.replayed) {
		wanted.roles |= role_of(engine, account, wanted.email);
		err = role_store(&begun, SPAN("role.grant"), &wanted, arena, answer, refusal);
	}
	change_end(&begun);
	return err;
}

static enum err
revoke_begun(struct change_begun *begun, struct role_entry *role, struct arena *arena,
             struct span *answer, struct refusal *refusal)
{
	uint32_t had = role_of(begun->engine, role->account, role->email);
	if ((had & role->roles) == 0)
		return refuse(refusal, ERR_NOT_FOUND, SPAN("email"),
		              SPAN("there is no such role to take away"));
	if ((role->roles & 1U << ROLE_ADMINISTRATOR) &&
	    role_is_last(begun->engine, role->account, role->email))
		return refuse(refusal, ERR_LAST_ADMINISTRATOR, SPAN("role"), SPAN(""));
	role->roles = had & ~role->roles;
	return role_store(begun, SPAN("role.revoke"), role, arena, answer, refusal);
}

enum err
engine_role_revoke(struct engine *engine, const struct change *change, struct span account,
                   struct span email, struct span role, struct arena *arena, struct span *answer,
                   struct refusal *refusal)
{
	struct role_entry   wanted = { account, email, (1U << ROLE_COUNT) - 1 };
	struct change_begun begun;
	enum err err = role.size > 0 ? role_bits(role, &wanted.roles, refusal) : ERR_NONE;
	if (err == ERR_NONE)
		err = role_begin(engine, change, SPAN("role revoke"), &wanted, arena, &begun,
		                 answer, refusal);
	if (err != ERR_NONE)
		return err;
	if (!begun.replayed)
		err = revoke_begun(&begun, &wanted, arena, answer, refusal);
	change_end(&begun);
	return err;
}

/* ---- questions ---- */

enum err
engine_role_list(struct engine *engine, struct span account, struct arena *arena,
                 struct span *answer, struct refusal *refusal)
{
	struct json_out        out;
	const struct sign_ins *sign_ins = engine->sign_ins;
	bool                   found;
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("account"), account);
	json_key(&out, SPAN("roles"));
	json_array(&out);
	pthread_rwlock_rdlock(&engine->control_lock);
	bool     is_known = control_account(engine, account) != NULL;
	uint32_t at       = role_index(sign_ins, account, SPAN(""), &found);
	for (; at < sign_ins->roles_count && span_equal(sign_ins->roles[at].account, account);
	     at++) {
		if (sign_ins->roles[at].roles == 0)
			continue;
		json_object(&out);
		json_key_string(&out, SPAN("email"), sign_ins->roles[at].email);
		role_names_write(&out, sign_ins->roles[at].roles);
		json_object_end(&out);
	}
	pthread_rwlock_unlock(&engine->control_lock);
	json_array_end(&out);
	json_object_end(&out);
	if (!is_known)
		return refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
	*answer = json_close(&out);
	return ERR_NONE;
}

uint32_t
engine_person_rights(struct engine *engine, struct span email, struct span account)
{
	const struct sign_ins *sign_ins = engine->sign_ins;
	uint32_t               roles    = 0;
	pthread_rwlock_rdlock(&engine->control_lock);
	const struct person_entry *person = person_find(engine, email);
	bool                       active = person && !person->is_disabled;
	bool                       all    = active && person->is_operator;
	if (account.size > 0)
		roles = role_of(engine, account, email);
	for (uint32_t i = 0; i < sign_ins->roles_count && account.size == 0; i++) {
		if (span_equal(sign_ins->roles[i].email, email))
			roles |= sign_ins->roles[i].roles;
	}
	pthread_rwlock_unlock(&engine->control_lock);
	return all ? RIGHTS_ALL : active ? roles_rights(roles) : 0;
}
