/* people_put.c - granting and revoking person by person, and lists of people. */
#include "engine/people_int.h"

#include <stdio.h>

#include "core/json/json_read.h"
#include "core/people/duplicate.h"
#include "core/people/list_json.h"
#include "edge/sys/memory.h"

/* ---- one person ---- */

static bool
lists_module(const struct person_wish *wish, struct span module)
{
	for (uint32_t i = 0; i < wish->modules_count; i++) {
		if (span_equal(wish->modules[i], module))
			return true;
	}
	return false;
}

static bool
same_groups(const struct roster_person *a, const struct roster_person *b)
{
	if (a->groups_count != b->groups_count)
		return false;
	for (uint32_t i = 0; i < a->groups_count; i++) {
		if (!span_equal(a->groups[i], b->groups[i]))
			return false;
	}
	return true;
}

static const struct assignment *
assignment_of(const struct people_account *entry, struct span module)
{
	for (uint32_t i = 0; i < entry->assignments_count; i++) {
		if (span_equal(entry->assignments[i].module, module))
			return &entry->assignments[i];
	}
	return NULL;
}

static struct roster_person
person_wished(const struct roster_person *before, const struct person_wish *wish)
{
	struct roster_person after = *before;
	after.present              = true;
	if (wish->name.size > 0)
		after.name = wish->name;
	if (wish->says_groups) {
		after.groups       = wish->groups;
		after.groups_count = wish->groups_count;
	}
	if (wish->says_service_account)
		after.service_account = wish->service_account;
	return after;
}

/* Whether the person shall have the module: by the wish, else by the assignment. */
static bool
module_wished(const struct people_change *pending, const struct roster_person *before,
              const struct roster_person *after, const struct person_wish *wish, bool replaces,
              struct span module)
{
	const struct assignment *assignment = assignment_of(pending->entry, module);
	bool                     listed     = lists_module(wish, module);
	bool                     wished     = person_has(before, module, NULL) || listed;

	if (replaces && wish->says_modules)
		wished = listed;
	if (assignment && assignment_covers(assignment, after))
		return true;
	if (assignment && assignment_covers(assignment, before) && !listed)
		return false;
	return wished;
}

void
people_settle(struct people_change *pending, const struct roster_moment *moment,
              const struct person_wish *wish, bool replaces, struct arena *scratch,
              struct settled *settled)
{
	const struct catalog *catalog = pending->engine->catalog;
	const struct roster  *roster  = &pending->entry->roster;
	struct roster_person  before  = { .email = wish->email };
	uint32_t              number  = roster_find(roster, wish->email);
	if (number != TEXT_INDEX_NONE)
		roster_person(roster, number, moment, scratch, &before);
	struct roster_person after = person_wished(&before, wish);

	bool changes = !before.present || !span_equal(before.name, after.name) ||
	               !same_groups(&before, &after) ||
	               before.service_account != after.service_account;
	if (changes)
		people_change_describe(pending, &after);
	for (uint32_t i = 0; i < catalog->known_modules_count; i++) {
		struct span module = catalog->known_modules[i];
		bool wished = module_wished(pending, &before, &after, wish, replaces, module);
		if (wished == person_has(&before, module, NULL))
			continue;
		people_change_access(pending, &after, module, wished);
		changes = true;
	}
	settled->added   = !before.present;
	settled->changed = before.present && changes;
}

/* ---- granting ---- */

/* One person, or a list of them. */
static struct span
as_list(struct span json, struct arena *arena)
{
	struct json *root;
	if (json_parse(json, arena, &root, NULL) != ERR_NONE || root->kind != JSON_OBJECT ||
	    json_member(root, SPAN("people")))
		return json;
	struct text text;
	text_open(&text, arena);
	text_add_char(&text, '[');
	text_add(&text, json);
	text_add_char(&text, ']');
	return text_span(&text);
}

/* The first of the errors as a refusal: a few people are given by hand. */
static enum err
first_error(const struct list_errors *errors, struct refusal *refusal)
{
	for (int code = 0; code < LIST_CODES; code++) {
		if (errors->of[code].count == 0)
			continue;
		const struct list_example *example = &errors->of[code].examples[0];
		char                       detail[REFUSAL_DETAIL_SIZE];
		struct span                why = example->detail.size > 0
		                                         ? example->detail
		                                         : list_code_sentence((enum list_code)code);
		snprintf(detail, sizeof detail, "%.*s%s%.*s", (int)why.size, why.at,
		         example->value.size ? ": " : "",
		         (int)(example->value.size < 100 ? example->value.size : 100),
		         example->value.size ? example->value.at : "");
		enum err err = code == LIST_REQUIRED_FIELD_MISSING ||
		                               code == LIST_REQUIRED_VALUE_MISSING ||
		                               code == LIST_EMPTY_CSV
		                       ? ERR_FIELD_MISSING
		                       : ERR_FIELD_VALUE;
		err          = refuse(refusal, err, example->column, span_of(detail));
		if (refusal && example->row > 0)
			refusal->index = example->row - 1;
		return err;
	}
	check_failed("a list that was refused has errors", __FILE__, __LINE__);
}

static enum err
columns_known(const struct sheet *sheet, struct refusal *refusal)
{
	for (uint32_t i = 0; i < sheet->columns_count; i++) {
		bool known = false;
		for (uint32_t j = 0; j < PEOPLE_FIELDS; j++)
			known |= text_same(sheet->columns[i], PEOPLE_LIST_FIELDS[j].name);
		if (!known)
			return refuse(refusal, ERR_FIELD_UNKNOWN, sheet->columns[i],
			              SPAN("a person has email, name, modules, groups and "
			                   "service_account"));
	}
	return ERR_NONE;
}

static struct people_rules
rules_of(const struct engine *engine, bool any_email)
{
	return (struct people_rules){ .modules       = engine->catalog->known_modules,
		                      .modules_count = engine->catalog->known_modules_count,
		                      .seed          = engine->rosters->seed,
		                      .any_email     = any_email };
}

static enum err
wishes_read(struct engine *engine, struct span json, struct arena *arena,
            struct person_wish **wishes, uint32_t *count, struct refusal *refusal)
{
	struct arena        scratch;
	struct sheet        sheet;
	struct list_errors  errors = { 0 };
	struct people_rules rules  = rules_of(engine, true);
	arena_open(&scratch, system_memory());
	enum err err = list_json_read(as_list(json, arena), arena, &scratch, &sheet, refusal);
	arena_close(&scratch);
	if (err == ERR_NONE)
		err = columns_known(&sheet, refusal);
	if (err == ERR_NONE &&
	    !people_list_read(&sheet, NULL, 0, &rules, arena, wishes, count, &errors))
		err = first_error(&errors, refusal);
	return err;
}

static struct span
counts_answer(struct people_change *pending, uint32_t people, uint32_t unchanged)
{
	struct json_out out;
	people_answer_open(&out, pending->arena, pending->account);
	json_key_uint(&out, SPAN("people"), people);
	json_key_uint(&out, SPAN("unchanged"), unchanged);
	json_key_uint(&out, SPAN("granted"), pending->granted);
	json_key_uint(&out, SPAN("revoked"), pending->revoked);
	json_object_end(&out);
	return json_close(&out);
}

enum err
engine_people_grant(struct engine *engine, const struct change *change, struct span account,
                    struct span json, struct arena *arena, struct span *answer,
                    struct refusal *refusal)
{
	struct people_change pending;
	struct person_wish  *wishes;
	uint32_t             count, unchanged = 0;
	bool                 replayed;
	enum err             err = wishes_read(engine, json, arena, &wishes, &count, refusal);
	if (err == ERR_NONE)
		err = people_change_begin(&pending, engine, change, account, SPAN("people grant"),
		                          json, arena, &replayed, answer, refusal);
	if (err != ERR_NONE)
		return err;
	if (replayed) {
		people_change_end(&pending);
		return ERR_NONE;
	}
	struct roster_moment moment = people_now(engine);
	for (uint32_t i = 0; i < count; i++) {
		struct settled settled;
		people_settle(&pending, &moment, &wishes[i], false, arena, &settled);
		unchanged += !settled.added && !settled.changed;
	}
	people_now_end(engine);
	struct span        made = counts_answer(&pending, count, unchanged);
	struct change_note note = { .what  = SPAN("people.grant"),
		                    .id    = count == 1 ? wishes[0].email : SPAN(""),
		                    .after = made };
	err                     = people_change_commit(&pending, note, made);
	if (err == ERR_NONE)
		*answer = made;
	return err;
}

/* ---- revoking ---- */

static void
person_revoke(struct people_change *pending, const struct roster_person *person, struct span module)
{
	for (uint32_t i = 0; i < person->access_count; i++) {
		struct span held = person->access[i].module;
		if (module.size == 0 || span_equal(module, held))
			people_change_access(pending, person, held, false);
	}
	if (module.size == 0)
		people_change_remove(pending, person->email);
}

enum err
engine_people_revoke(struct engine *engine, const struct change *change, struct span account,
                     struct span email, struct span module, struct arena *arena,
                     struct span *answer, struct refusal *refusal)
{
	struct people_change pending;
	struct roster_person person = { .present = false };
	bool                 replayed;
	struct text          request;
	struct span          folded = email_fold(email, arena);
	text_open(&request, arena);
	text_add(&request, folded);
	text_add_char(&request, ' ');
	text_add(&request, module);
	if (module.size > 0 && catalog_known_module(engine->catalog, module) < 0)
		return refuse(refusal, ERR_MODULE_UNKNOWN, SPAN("module"), SPAN(""));
	enum err err = people_change_begin(&pending, engine, change, account, SPAN("people revoke"),
	                                   text_span(&request), arena, &replayed, answer, refusal);
	if (err != ERR_NONE)
		return err;
	uint32_t number = roster_find(&pending.entry->roster, folded);
	if (!replayed && number != TEXT_INDEX_NONE) {
		struct roster_moment moment = people_now(engine);
		roster_person(&pending.entry->roster, number, &moment, arena, &person);
		people_now_end(engine);
	}
	if (replayed || !person.present) {
		people_change_end(&pending);
		return replayed ? ERR_NONE
		                : refuse(refusal, ERR_PERSON_UNKNOWN, SPAN("email"), SPAN(""));
	}
	person_revoke(&pending, &person, module);
	struct span        made = counts_answer(&pending, 1, pending.revoked == 0);
	struct change_note note = { .what  = SPAN("people.revoke"),
		                    .id    = person.email,
		                    .after = made };
	err                     = people_change_commit(&pending, note, made);
	if (err == ERR_NONE)
		*answer = made;
	return err;
}

/* ---- a list of people ---- */

static void
ignored_write(struct json_out *out, const struct list_read *read)
{
	json_key(out, SPAN("ignored"));
	json_array(out);
	for (uint32_t i = 0; i < read->sheet.columns_count; i++) {
		struct span name  = text_trim(read->sheet.columns[i]);
		bool        known = false;
		for (uint32_t j = 0; j < PEOPLE_FIELDS; j++)
			known |= text_same(name, PEOPLE_LIST_FIELDS[j].name);
		for (uint32_t j = 0; j < read->mappings_count; j++)
			known |= text_same(name, text_trim(read->mappings[j].column));
		if (!known)
			json_string(out, name);
	}
	json_array_end(out);
}

struct import {
	struct people_change      pending;
	const struct list_read   *read;
	const struct person_wish *wishes;
	uint32_t                  count;
	struct told               added;
	struct told               changed;
};

static void
import_settle(struct import *import, struct arena *arena)
{
	struct roster_moment moment = people_now(import->pending.engine);
	told_open(&import->added, arena);
	told_open(&import->changed, arena);
	for (uint32_t i = 0; i < import->count; i++) {
		const struct person_wish *wish = &import->wishes[i];
		struct settled            settled;
		people_settle(&import->pending, &moment, wish, true, arena, &settled);
		if (settled.added)
			told_add(&import->added, wish->email, wish->name);
		else if (settled.changed)
			told_add(&import->changed, wish->email, wish->name);
	}
	people_now_end(import->pending.engine);
}

static struct span
import_answer(struct import *import, bool saved, struct arena *arena)
{
	struct named_email *people = ARENA_ARRAY(arena, struct named_email, import->count);
	struct json_out     out;
	for (uint32_t i = 0; i < import->count; i++)
		people[i] = (struct named_email){ import->wishes[i].email, import->wishes[i].name };
	people_answer_open(&out, arena, import->pending.account);
	json_key_bool(&out, SPAN("saved"), saved);
	json_key_uint(&out, SPAN("rows"), import->count);
	json_key_uint(&out, SPAN("unchanged"),
	              import->count - import->added.count - import->changed.count);
	json_key_uint(&out, SPAN("granted"), import->pending.granted);
	json_key_uint(&out, SPAN("revoked"), import->pending.revoked);
	told_write(&out, SPAN("added"), &import->added);
	told_write(&out, SPAN("changed"), &import->changed);
	ignored_write(&out, import->read);
	duplicates_write(&out, people, import->count, import->pending.engine->rosters->seed, arena);
	json_object_end(&out);
	return json_close(&out);
}

enum err
engine_people_import(struct engine *engine, const struct change *change, struct span account,
                     const struct list_request *request, struct arena *arena, struct span *answer,
                     struct refusal *refusal)
{
	struct people_rules rules  = rules_of(engine, false);
	struct list_read   *read   = arena_take_zeroed(arena, sizeof *read);
	struct import       import = { .read = read };
	struct person_wish *wishes = NULL;
	bool                replayed;
	enum err            err =
		list_request_read(request, PEOPLE_LIST_FIELDS, PEOPLE_FIELDS, arena, read, refusal);
	if (err == ERR_NONE)
		err = people_account_check(engine, account, refusal);
	if (err != ERR_NONE)
		return err;
	if (list_errors_any(&read->errors) ||
	    !people_list_read(&read->sheet, read->mappings, read->mappings_count, &rules, arena,
	                      &wishes, &import.count, &read->errors)) {
		*answer = list_errors_answer(account, &read->errors, arena);
		return ERR_NONE;
	}
	import.wishes = wishes;
	err = people_change_begin(&import.pending, engine, change, account, SPAN("people import"),
	                          list_request_text(request, arena), arena, &replayed, answer,
	                          refusal);
	if (err != ERR_NONE)
		return err;
	if (!replayed)
		import_settle(&import, arena);
	if (replayed || request->preview) {
		people_change_end(&import.pending);
		if (!replayed)
			*answer = import_answer(&import, false, arena);
		return ERR_NONE;
	}
	struct span        made = import_answer(&import, true, arena);
	struct change_note note = { .what  = SPAN("people.import"),
		                    .after = counts_answer(&import.pending, import.count, 0) };
	err                     = people_change_commit(&import.pending, note, made);
	if (err != ERR_NONE)
		return err;
	people_import_told(&import.pending, "people");
	*answer = made;
	return ERR_NONE;
}
