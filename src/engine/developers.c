/* developers.c - the list of developers: imported whole, shown with who has SEI.
 *
 * "D" account in SPACE_CONTROL, packed: a line {"recorded","by","rows"}, then a line for
 * each developer, as developer_write has it. Who has the module is said by events alone;
 * the list holds what no event can say. */
#include "engine/people_int.h"

#include <stdio.h>

#include "core/base/limit.h"
#include "core/json/json_read.h"
#include "core/people/developer_list.h"
#include "core/people/duplicate.h"
#include "edge/sys/memory.h"
#include "engine/ask_int.h"
#include "engine/checkpoint.h"

static const struct span DEVELOPERS_MODULE = { "SEI", 3 };

/* ---- the stored list ---- */

struct stored {
	struct text_index emails;
	struct span      *lines; /* by number of emails */
};

static struct span
stored_key(struct span account, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add_char(&text, 'D');
	text_add(&text, account);
	return text_span(&text);
}

static struct span
line_next(struct span *rest)
{
	const char *end  = rest->size ? memchr(rest->at, '\n', rest->size) : NULL;
	size_t      size = end ? (size_t)(end - rest->at) : rest->size;
	struct span line = { rest->at, size };
	size += end != NULL;
	*rest = (struct span){ rest->at + size, rest->size - size };
	return line;
}

static enum err
lines_index(struct span text, struct arena *arena, struct stored *stored)
{
	struct arena scratch;
	enum err     err  = ERR_NONE;
	uint32_t     most = 0;
	for (size_t i = 0; i < text.size; i++)
		most += text.at[i] == '\n';
	stored->lines = ARENA_ARRAY(arena, struct span, most + 1);
	arena_open(&scratch, system_memory());
	(void)line_next(&text);
	while (text.size > 0 && err == ERR_NONE) {
		struct json *row;
		bool         added = false;
		struct span  line  = line_next(&text);
		arena_reset(&scratch);
		err                      = json_parse(line, &scratch, &row, NULL);
		const struct json *email = err == ERR_NONE ? json_member(row, SPAN("email")) : NULL;
		if (!email) {
			err = ERR_STORE_DAMAGED;
			break;
		}
		uint32_t number =
			text_index_add(&stored->emails, arena_copy(arena, email->text), &added);
		stored->lines[number] = line;
	}
	arena_close(&scratch);
	return err;
}

/* No list yet is an empty one. */
static enum err
stored_read(struct engine *engine, struct span account, struct arena *arena, struct stored *stored,
            struct refusal *refusal)
{
	struct span packed, text;
	text_index_open(&stored->emails, arena, engine->rosters->seed);
	stored->lines = NULL;
	enum err err  = engine->store->ops->get(engine->store, SPACE_CONTROL,
	                                        stored_key(account, arena), arena, &packed);
	if (err == ERR_NOT_FOUND)
		return ERR_NONE;
	if (err == ERR_NONE)
		err = chunk_unpack(packed, arena, &text);
	if (err == ERR_NONE)
		err = lines_index(text, arena, stored);
	return err == ERR_NONE
	               ? err
	               : refuse(refusal, err, SPAN("developers"), store_complaint(engine->store));
}

static struct span
stored_line(const struct stored *stored, struct span email)
{
	uint32_t number = text_index_find(&stored->emails, email);
	if (number == TEXT_INDEX_NONE)
		return (struct span){ 0 };
	CHECK(stored->lines != NULL);
	return stored->lines[number];
}

/* ---- shown ---- */

/* The line of the list with what the roster knows behind it. */
static void
developer_show(struct json_out *out, struct span line, const struct roster_person *person,
               struct instant since)
{
	struct json_out more;
	struct text     text;
	struct arena   *arena = out->text.arena;
	json_open(&more, arena);
	json_object(&more);
	if (line.size == 0) {
		json_key_string(&more, SPAN("email"), person->email);
		if (person->name.size > 0)
			json_key_string(&more, SPAN("name"), person->name);
	}
	json_key_bool(&more, SPAN("listed"), line.size > 0);
	json_key(&more, SPAN("since"));
	json_instant(&more, since);
	if (person->active.ns != INT64_MIN) {
		json_key(&more, SPAN("last_activity"));
		json_instant(&more, person->active);
	}
	json_object_end(&more);
	struct span rest = json_close(&more);
	if (line.size == 0) {
		json_raw(out, rest);
		return;
	}
	text_open(&text, arena);
	text_add(&text, (struct span){ line.at, line.size - 1 });
	text_add_char(&text, ',');
	text_add(&text, (struct span){ rest.at + 1, rest.size - 1 });
	json_raw(out, text_span(&text));
}

/* Of everybody who has the module, whichever page is asked for. */
static void
developers_alike(struct json_out *out, struct engine *engine, const struct people_account *entry,
                 const struct roster_moment *moment, struct arena *arena)
{
	uint32_t           *numbers = people_sorted(entry, arena);
	uint32_t            count   = 0;
	struct named_email *people =
		ARENA_ARRAY(arena, struct named_email, roster_count(&entry->roster));
	for (uint32_t i = 0; i < roster_count(&entry->roster); i++) {
		struct roster_person person;
		roster_person(&entry->roster, numbers[i], moment, arena, &person);
		if (person_has(&person, DEVELOPERS_MODULE, NULL))
			people[count++] = (struct named_email){ person.email, person.name };
	}
	duplicates_write(out, people, count, engine->rosters->seed, arena);
}

static struct span
developers_show(struct json_out *out, const struct people_account *entry,
                const struct stored *stored, const struct question *question,
                const struct roster_moment *moment, struct arena *arena)
{
	uint32_t    limit   = question->limit ? question->limit : LIMIT_PAGE_ROWS_MAX;
	uint32_t   *numbers = people_sorted(entry, arena);
	struct span last    = { 0 };
	for (uint32_t i = 0, shown = 0; i < roster_count(&entry->roster); i++) {
		struct roster_person person;
		struct instant       since;
		struct span          email = entry->roster.emails.texts[numbers[i]];
		if (question->cursor.size > 0 && span_compare(email, question->cursor) <= 0)
			continue;
		roster_person(&entry->roster, numbers[i], moment, arena, &person);
		if (!person_has(&person, DEVELOPERS_MODULE, &since))
			continue;
		if (shown++ == limit)
			return last;
		developer_show(out, stored_line(stored, email), &person, since);
		last = email;
	}
	return (struct span){ 0 };
}

enum err
engine_developers_list(struct engine *engine, const struct question *question, struct arena *arena,
                       struct span *answer, struct refusal *refusal)
{
	struct people_account *entry = NULL;
	struct stored          stored;
	struct json_out        out;
	enum err               err = people_account_check(engine, question->account, refusal);
	if (err != ERR_NONE)
		return err;
	err = people_enter(engine, question->account, &entry, refusal);
	if (err == ERR_NONE)
		err = stored_read(engine, question->account, arena, &stored, refusal);
	if (err == ERR_NONE) {
		struct roster_moment moment = people_now(engine);
		moment.at.ns = hour_start(hour_of(engine_now(engine))).ns + NS_PER_HOUR - 1;
		people_answer_open(&out, arena, question->account);
		json_key(&out, SPAN("developers"));
		json_array(&out);
		struct span next = developers_show(&out, entry, &stored, question, &moment, arena);
		json_array_end(&out);
		if (next.size > 0)
			json_key_string(&out, SPAN("next"), next);
		if (question->cursor.size == 0)
			developers_alike(&out, engine, entry, &moment, arena);
		json_object_end(&out);
		people_now_end(engine);
		*answer = json_close(&out);
	}
	people_leave(engine);
	return err;
}

/* ---- imported ---- */

struct import {
	struct people_change  pending;
	struct developer_list list;
	struct stored         stored;
	struct text_index     emails; /* of the new list */
	struct text           text;   /* the new record */
	struct told           added;
	struct told           removed;
	struct told           changed;
	uint32_t              lines_changed;
};

static struct span
line_of(const struct import *import, const struct developer *developer, struct arena *arena)
{
	struct json_out out;
	json_open(&out, arena);
	developer_write(&out, &import->list, developer);
	return json_close(&out);
}

static bool
had_module(const struct import *import, struct span email, const struct roster_moment *moment,
           struct arena *arena)
{
	struct roster_person person;
	const struct roster *roster = &import->pending.entry->roster;
	uint32_t             number = roster_find(roster, email);
	if (number == TEXT_INDEX_NONE)
		return false;
	roster_person(roster, number, moment, arena, &person);
	return person_has(&person, DEVELOPERS_MODULE, NULL);
}

static void
developer_put(struct import *import, const struct developer *developer,
              const struct roster_moment *moment, struct arena *arena)
{
	struct person_wish wish = { .email         = developer->email,
		                    .name          = developer->name,
		                    .modules       = &DEVELOPERS_MODULE,
		                    .modules_count = 1 };
	struct settled     settled;
	bool               had  = had_module(import, developer->email, moment, arena), added;
	struct span        line = line_of(import, developer, arena);
	bool differs            = !span_equal(line, stored_line(&import->stored, developer->email));

	text_add(&import->text, line);
	text_add_char(&import->text, '\n');
	text_index_add(&import->emails, developer->email, &added);
	CHECK(added);
	people_settle(&import->pending, moment, &wish, false, arena, &settled);
	import->lines_changed += differs;
	if (!had)
		told_add(&import->added, developer->email, developer->name);
	else if (differs || settled.changed)
		told_add(&import->changed, developer->email, developer->name);
}

/* Who has the module and is not on the new list. */
static void
others_revoke(struct import *import, const struct roster_moment *moment, struct arena *arena)
{
	const struct roster *roster  = &import->pending.entry->roster;
	uint32_t            *numbers = people_sorted(import->pending.entry, arena);
	for (uint32_t i = 0; i < roster_count(roster); i++) {
		struct roster_person person;
		roster_person(roster, numbers[i], moment, arena, &person);
		if (!person_has(&person, DEVELOPERS_MODULE, NULL) ||
		    text_index_find(&import->emails, person.email) != TEXT_INDEX_NONE)
			continue;
		people_change_access(&import->pending, &person, DEVELOPERS_MODULE, false);
		told_add(&import->removed, person.email, person.name);
	}
}

static void
record_begin(struct import *import, struct arena *arena)
{
	struct json_out out;
	json_open(&out, arena);
	json_object(&out);
	json_key(&out, SPAN("recorded"));
	json_instant(&out, import->pending.now);
	json_key_string(&out, SPAN("by"), import->pending.begun.change->actor);
	json_key_uint(&out, SPAN("rows"), import->list.count);
	json_object_end(&out);
	text_open(&import->text, arena);
	text_add(&import->text, json_close(&out));
	text_add_char(&import->text, '\n');
}

static void
import_settle(struct import *import, struct arena *arena)
{
	struct engine *engine = import->pending.engine;
	struct arena   texts; /* of its own, so that it grows where it stands */
	arena_open(&texts, system_memory());
	record_begin(import, &texts);
	text_index_open(&import->emails, arena, engine->rosters->seed);
	told_open(&import->added, arena);
	told_open(&import->removed, arena);
	told_open(&import->changed, arena);
	struct roster_moment moment = people_now(engine);
	for (uint32_t i = 0; i < import->list.count; i++)
		developer_put(import, &import->list.developers[i], &moment, arena);
	others_revoke(import, &moment, arena);
	people_now_end(engine);
	bool same = import->lines_changed == 0 && import->stored.emails.count == import->list.count;
	if (!same)
		import->pending.list = control_write(stored_key(import->pending.account, arena),
		                                     chunk_pack(text_span(&import->text), arena));
	arena_close(&texts);
}

static void
counts_write(struct json_out *out, const struct import *import, bool saved)
{
	json_key_bool(out, SPAN("saved"), saved);
	json_key_uint(out, SPAN("rows"), import->list.count);
	json_key_uint(out, SPAN("unchanged"),
	              import->list.count - import->added.count - import->changed.count);
	json_key_uint(out, SPAN("granted"), import->pending.granted);
	json_key_uint(out, SPAN("revoked"), import->pending.revoked);
}

static struct span
import_answer(struct import *import, bool saved, struct arena *arena)
{
	uint32_t            count  = import->list.count;
	struct named_email *people = ARENA_ARRAY(arena, struct named_email, count);
	struct json_out     out;
	for (uint32_t i = 0; i < count; i++)
		people[i] = (struct named_email){ import->list.developers[i].email,
			                          import->list.developers[i].name };
	people_answer_open(&out, arena, import->pending.account);
	counts_write(&out, import, saved);
	told_write(&out, SPAN("added"), &import->added);
	told_write(&out, SPAN("removed"), &import->removed);
	told_write(&out, SPAN("changed"), &import->changed);
	duplicates_write(&out, people, count, import->pending.engine->rosters->seed, arena);
	json_object_end(&out);
	return json_close(&out);
}

/* What the audit trail keeps of it: numbers, for the events have the people. */
static struct span
import_note(const struct import *import, struct arena *arena)
{
	struct json_out out;
	json_open(&out, arena);
	json_object(&out);
	counts_write(&out, import, true);
	json_key_uint(&out, SPAN("added"), import->added.count);
	json_key_uint(&out, SPAN("removed"), import->removed.count);
	json_key_uint(&out, SPAN("changed"), import->changed.count);
	json_object_end(&out);
	return json_close(&out);
}

static enum err
import_run(struct import *import, const struct list_request *request, struct arena *arena,
           struct span *answer)
{
	struct people_change *pending = &import->pending;
	enum err err = stored_read(pending->engine, pending->account, arena, &import->stored,
	                           pending->refusal);
	if (err != ERR_NONE) {
		people_change_end(pending);
		return err;
	}
	import_settle(import, arena);
	if (request->preview) {
		people_change_end(pending);
		*answer = import_answer(import, false, arena);
		return ERR_NONE;
	}
	struct change_note note = { .what  = SPAN("developers.import"),
		                    .after = import_note(import, arena) };
	struct span        made = import_answer(import, true, arena);
	err                     = people_change_commit(pending, note, made);
	if (err != ERR_NONE)
		return err;
	people_import_told(pending, "developers");
	*answer = made;
	return ERR_NONE;
}

enum err
engine_developers_import(struct engine *engine, const struct change *change, struct span account,
                         const struct list_request *request, struct arena *arena,
                         struct span *answer, struct refusal *refusal)
{
	struct list_read *read   = arena_take_zeroed(arena, sizeof *read);
	struct import    *import = arena_take_zeroed(arena, sizeof *import);
	bool              replayed;
	enum err err = list_request_read(request, DEVELOPER_LIST_FIELDS, DEVELOPER_FIELDS, arena,
	                                 read, refusal);
	if (err == ERR_NONE)
		err = people_account_check(engine, account, refusal);
	if (err != ERR_NONE)
		return err;
	if (list_errors_any(&read->errors) ||
	    !developer_list_read(&read->sheet, read->mappings, read->mappings_count,
	                         engine->rosters->seed, arena, &import->list, &read->errors)) {
		*answer = list_errors_answer(account, &read->errors, arena);
		return ERR_NONE;
	}
	err = people_change_begin(&import->pending, engine, change, account,
	                          SPAN("developers import"), list_request_text(request, arena),
	                          arena, &replayed, answer, refusal);
	if (err != ERR_NONE)
		return err;
	if (replayed) {
		people_change_end(&import->pending);
		return ERR_NONE;
	}
	return import_run(import, request, arena, answer);
}
