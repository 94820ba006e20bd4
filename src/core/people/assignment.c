/* assignment.c - licence management: who is meant to have a module. */
#include "core/people/assignment.h"

#include "core/base/limit.h"

static const struct span NAMES[] = {
	[ASSIGN_MANUAL] = { "manual", 6 },
	[ASSIGN_ALL]    = { "all", 3 },
	[ASSIGN_CHOSEN] = { "chosen", 6 },
};
enum { NAMES_COUNT = sizeof(NAMES) / sizeof(NAMES[0]) };

static enum err
list_read(const struct json *object, struct span key, bool emails, struct arena *arena,
          const struct span **items, uint32_t *count, struct refusal *refusal)
{
	const struct json *list = json_member(object, key);

	*items = NULL;
	*count = 0;
	if (!list)
		return ERR_NONE;
	if (list->kind != JSON_ARRAY)
		return refuse_at(refusal, ERR_FIELD_TYPE, list->byte, key,
		                 SPAN("must be a list of texts"));
	struct span *texts = ARENA_ARRAY(arena, struct span, list->count);
	for (const struct json *item = list->first; item; item = item->next) {
		if (item->kind != JSON_STRING || item->text.size == 0 ||
		    item->text.size > LIMIT_PERSON_TEXT_SIZE)
			return refuse_at(refusal, ERR_FIELD_VALUE, item->byte, key,
			                 SPAN("must hold texts of 1 to 256 bytes"));
		texts[(*count)++] = emails ? email_fold(item->text, arena) : item->text;
	}
	*items = texts;
	return ERR_NONE;
}

static enum err
members_check(const struct json *value, struct refusal *refusal)
{
	static const struct span known[] = {
		{ "module", 6 }, { "assign", 6 }, { "groups", 6 }, { "service_accounts", 16 }
	};
	if (value->kind != JSON_OBJECT)
		return refuse_at(refusal, ERR_FIELD_TYPE, value->byte, SPAN("modules"),
		                 SPAN("an assignment is a JSON object"));
	for (const struct json *member = value->first; member; member = member->next) {
		bool found = false;
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			found |= span_equal(member->key, known[i]);
		if (!found)
			return refuse_at(refusal, ERR_FIELD_UNKNOWN, member->byte, member->key,
			                 SPAN("an assignment has module, assign, groups and "
			                      "service_accounts"));
	}
	return ERR_NONE;
}

enum err
assignment_parse(const struct json *value, struct arena *arena, struct assignment *assignment,
                 struct refusal *refusal)
{
	struct assignment  read   = { .assign = ASSIGN_MANUAL };
	enum err           err    = members_check(value, refusal);
	const struct json *module = json_member(value, SPAN("module"));
	const struct json *assign = json_member(value, SPAN("assign"));

	if (err != ERR_NONE)
		return err;
	if (!module || module->kind != JSON_STRING || module->text.size == 0)
		return refuse(refusal, ERR_FIELD_MISSING, SPAN("module"),
		              SPAN("module is required"));
	read.module = module->text;
	int which   = 0;
	while (which < NAMES_COUNT &&
	       !(assign && assign->kind == JSON_STRING && span_equal(assign->text, NAMES[which])))
		which++;
	if (which == NAMES_COUNT)
		return refuse(refusal, assign ? ERR_FIELD_VALUE : ERR_FIELD_MISSING, SPAN("assign"),
		              SPAN("assign is manual, all or chosen"));
	read.assign = (enum assign)which;
	err = list_read(value, SPAN("groups"), false, arena, &read.groups, &read.groups_count,
	                refusal);
	if (err == ERR_NONE)
		err = list_read(value, SPAN("service_accounts"), true, arena,
		                &read.service_accounts, &read.service_accounts_count, refusal);
	if (err == ERR_NONE && read.assign != ASSIGN_CHOSEN &&
	    read.groups_count + read.service_accounts_count > 0)
		err = refuse(refusal, ERR_FIELD_VALUE, SPAN("assign"),
		             SPAN("groups and service_accounts are for chosen alone"));
	if (err == ERR_NONE)
		*assignment = read;
	return err;
}

static bool
holds(const struct span *items, uint32_t count, struct span item)
{
	for (uint32_t i = 0; i < count; i++) {
		if (span_equal(items[i], item))
			return true;
	}
	return false;
}

bool
assignment_covers(const struct assignment *assignment, const struct roster_person *person)
{
	if (assignment->assign == ASSIGN_MANUAL || !person->present)
		return false;
	if (assignment->assign == ASSIGN_ALL)
		return true;
	for (uint32_t i = 0; i < person->groups_count; i++) {
		if (holds(assignment->groups, assignment->groups_count, person->groups[i]))
			return true;
	}
	return person->service_account && holds(assignment->service_accounts,
	                                        assignment->service_accounts_count, person->email);
}

static void
list_write(struct json_out *out, struct span key, const struct span *items, uint32_t count)
{
	json_key(out, key);
	json_array(out);
	for (uint32_t i = 0; i < count; i++)
		json_string(out, items[i]);
	json_array_end(out);
}

void
assignment_write(struct json_out *out, const struct assignment *assignment)
{
	json_key_string(out, SPAN("module"), assignment->module);
	json_key_string(out, SPAN("assign"), NAMES[assignment->assign]);
	if (assignment->assign != ASSIGN_CHOSEN)
		return;
	list_write(out, SPAN("groups"), assignment->groups, assignment->groups_count);
	list_write(out, SPAN("service_accounts"), assignment->service_accounts,
	           assignment->service_accounts_count);
}
