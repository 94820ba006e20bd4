/* people_change.c - one change of people: records, events and answer, all or nothing.
 *
 * The events are committed as text together with the change, then sent like any others
 * and taken off again. Whatever stops the process in between, they are sent by the next
 * start or the next change; since their ids are part of the text, none counts twice. */
#include "engine/people_int.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/limit.h"
#include "core/json/json_read.h"
#include "edge/sys/memory.h"
#include "engine/control_int.h"
#include "engine/notify.h"
#include "engine/people_load.h"

/* ---- what is sent ---- */

/* Kind and account; keys in upper case are not read at the start. */
static struct span
account_key(char kind, struct span account, struct arena *arena)
{
	struct text text;
	text_open(&text, arena);
	text_add_char(&text, kind);
	text_add(&text, account);
	return text_span(&text);
}

/* One batch, waited for. Nothing of it may be rejected: it was checked before. */
static enum err
batch_send(struct engine *engine, struct span body, struct refusal *refusal)
{
	const struct timespec pause  = { .tv_nsec = 5000000 };
	struct ingest         ingest = { .body = body, .format = FORMAT_NDJSON };
	enum err              err;
	while ((err = engine_ingest_wait(engine, &ingest, refusal)) == ERR_TOO_MANY_REQUESTS)
		nanosleep(&pause, NULL);
	uint64_t rejected = ingest.counts.rejected;
	ingest_release(engine, &ingest);
	if (err != ERR_NONE)
		return err;
	if (rejected > 0)
		return refuse(refusal, ERR_SYSTEM, SPAN("events"),
		              SPAN("the events of a change of people were rejected; does the clock "
		                   "stand wrong, or does the catalogue lack access.granted?"));
	return ERR_NONE;
}

enum { SEND_SIZE = 8 << 20 };
_Static_assert((int)SEND_SIZE <= (int)LIMIT_BODY_SIZE / 2, "a piece is no larger than a body");

/* In pieces of whole lines; an event is longer than 100 bytes, so a piece has less than
 * LIMIT_BATCH_EVENTS of them. */
_Static_assert((int)SEND_SIZE / 100 < (int)LIMIT_BATCH_EVENTS, "a piece is one batch");

static enum err
events_send(struct engine *engine, struct span events, struct refusal *refusal)
{
	enum err err = ERR_NONE;
	while (events.size > 0 && err == ERR_NONE) {
		size_t size = events.size;
		if (size > SEND_SIZE) {
			size = SEND_SIZE;
			while (events.at[size - 1] != '\n')
				size--;
		}
		err    = batch_send(engine, (struct span){ events.at, size }, refusal);
		events = (struct span){ events.at + size, events.size - size };
	}
	return err;
}

static enum err
unsent_remove(struct engine *engine, struct span key)
{
	struct store_write write = { .space = SPACE_CONTROL, .remove = true, .key = key };
	return engine_commit(engine, &write, 1);
}

/* Caller holds the lock of changes. */
static enum err
unsent_send(struct engine *engine, struct span account, struct refusal *refusal)
{
	struct arena arena;
	struct span  events;
	arena_open(&arena, system_memory());
	struct span key = account_key('P', account, &arena);
	enum err err = engine->store->ops->get(engine->store, SPACE_CONTROL, key, &arena, &events);
	if (err == ERR_NONE)
		err = events_send(engine, events, refusal);
	else if (err != ERR_NOT_FOUND)
		(void)!refuse(refusal, err, SPAN("people"), store_complaint(engine->store));
	if (err == ERR_NONE)
		err = unsent_remove(engine, key);
	arena_close(&arena);
	return err == ERR_NOT_FOUND ? ERR_NONE : err;
}

void
people_resume(struct engine *engine)
{
	for (uint32_t i = 0; i < engine->accounts_count; i++)
		(void)!unsent_send(engine, engine->accounts[i]->id, NULL);
}

/* ---- loading ---- */

static struct span
text_of(const struct json *object, struct span key)
{
	const struct json *value = json_member(object, key);
	return value && value->kind == JSON_STRING ? value->text : (struct span){ 0 };
}

static enum err
person_load(struct people_account *entry, const struct json *note, struct instant recorded,
            struct arena *arena)
{
	const struct json *groups  = json_member(note, SPAN("groups"));
	const struct json *service = json_member(note, SPAN("service_account"));
	struct span       *texts   = ARENA_ARRAY(arena, struct span, groups ? groups->count : 0);
	struct roster_note loaded  = { .kind = ROSTER_DESCRIBED, .received = recorded };

	if (json_member(note, SPAN("removed")))
		loaded.kind = ROSTER_REMOVED;
	loaded.name                 = text_of(note, SPAN("name"));
	loaded.says_groups          = groups != NULL;
	loaded.says_service_account = service != NULL;
	loaded.service_account      = service && service->kind == JSON_TRUE;
	for (const struct json *group = groups ? groups->first : NULL; group; group = group->next)
		texts[loaded.groups_count++] = group->text;
	loaded.groups = texts;
	if (instant_parse(text_of(note, SPAN("at")), &loaded.at, NULL) != ERR_NONE)
		return ERR_STORE_DAMAGED;
	roster_add(&entry->roster, text_of(note, SPAN("email")), &loaded);
	return ERR_NONE;
}

static struct assignment *
assignment_place(struct people_account *entry, struct span module)
{
	for (uint32_t i = 0; i < entry->assignments_count; i++) {
		if (span_equal(entry->assignments[i].module, module))
			return &entry->assignments[i];
	}
	if (entry->assignments_count == entry->assignments_capacity) {
		entry->assignments_capacity = entry->assignments_capacity * 2 + 8;
		entry->assignments =
			realloc(entry->assignments,
		                entry->assignments_capacity * sizeof *entry->assignments);
		CHECK(entry->assignments != NULL);
	}
	return &entry->assignments[entry->assignments_count++];
}

static struct span *
texts_copy(const struct span *texts, uint32_t count, struct arena *arena)
{
	struct span *copy = ARENA_ARRAY(arena, struct span, count);
	for (uint32_t i = 0; i < count; i++)
		copy[i] = arena_copy(arena, texts[i]);
	return copy;
}

/* root: the record that the note stands in. */
static enum err
assignment_load(struct rosters *rosters, struct people_account *entry, const struct json *root,
                const struct json *note, struct instant recorded, struct arena *scratch)
{
	struct assignment loaded;
	if (assignment_parse(note, scratch, &loaded, NULL) != ERR_NONE)
		return ERR_STORE_DAMAGED;
	loaded.since  = recorded;
	loaded.by     = arena_copy(&rosters->arena, text_of(root, SPAN("by")));
	loaded.module = arena_copy(&rosters->arena, loaded.module);
	loaded.groups = texts_copy(loaded.groups, loaded.groups_count, &rosters->arena);
	loaded.service_accounts =
		texts_copy(loaded.service_accounts, loaded.service_accounts_count, &rosters->arena);
	*assignment_place(entry, loaded.module) = loaded;
	return ERR_NONE;
}

enum err
people_load(struct engine *engine, struct span key, struct span value)
{
	struct arena   arena;
	struct json   *root;
	struct instant recorded;
	struct span    account = { key.at + 1, strnlen(key.at + 1, key.size - 1) };
	arena_open(&arena, system_memory());
	enum err err = json_parse(value, &arena, &root, NULL);
	if (err == ERR_NONE)
		err = instant_parse(text_of(root, SPAN("recorded")), &recorded, NULL);
	const struct json *notes = NULL;
	if (err == ERR_NONE)
		notes = json_member(json_member(root, SPAN("put")), SPAN("notes"));
	struct people_account *entry = people_account_of(engine->rosters, account);
	const struct json     *note  = notes ? notes->first : NULL;
	for (; note && err == ERR_NONE; note = note->next) {
		if (json_member(note, SPAN("module")))
			err = assignment_load(engine->rosters, entry, root, note, recorded, &arena);
		else
			err = person_load(entry, note, recorded, &arena);
	}
	arena_close(&arena);
	return err == ERR_NONE ? err : ERR_STORE_DAMAGED;
}

/* ---- a change ---- */

static enum err
catalog_has_access(const struct engine *engine, struct refusal *refusal)
{
	if (catalog_type_find(engine->catalog, SPAN("access.granted")) &&
	    catalog_type_find(engine->catalog, SPAN("access.revoked")))
		return ERR_NONE;
	return refuse(refusal, ERR_TYPE_UNKNOWN, SPAN("type"),
	              SPAN("the catalogue has no types access.granted and access.revoked"));
}

enum err
people_change_begin(struct people_change *pending, struct engine *engine,
                    const struct change *change, struct span account, struct span route,
                    struct span request, struct arena *arena, bool *replayed, struct span *answer,
                    struct refusal *refusal)
{
	*pending     = (struct people_change){ .engine  = engine,
		                               .account = account,
		                               .arena   = arena,
		                               .refusal = refusal,
		                               .now     = engine_now(engine) };
	enum err err = people_account_check(engine, account, refusal);
	if (err == ERR_NONE)
		err = catalog_has_access(engine, refusal);
	if (err != ERR_NONE)
		return err;
	pthread_mutex_lock(&engine->rosters->change_lock);
	err = unsent_send(engine, account, refusal);
	if (err == ERR_NONE) {
		struct text named;
		text_open(&named, arena);
		text_add(&named, route);
		text_add_char(&named, ' ');
		text_add(&named, account);
		err = change_begin(engine, change, text_span(&named), request, arena,
		                   &pending->begun, answer, refusal);
	}
	if (err != ERR_NONE) {
		pthread_mutex_unlock(&engine->rosters->change_lock);
		return err;
	}
	*replayed = pending->begun.replayed;
	text_open(&pending->events, arena);
	json_open(&pending->noted, arena);
	json_object(&pending->noted);
	json_key(&pending->noted, SPAN("notes"));
	json_array(&pending->noted);
	err = people_enter(engine, account, &pending->entry, refusal);
	if (err != ERR_NONE)
		people_change_end(pending);
	return err;
}

void
people_change_end(struct people_change *pending)
{
	people_leave(pending->engine);
	change_end(&pending->begun);
	pthread_mutex_unlock(&pending->engine->rosters->change_lock);
}

/* ---- what it does ---- */

/* A change that was made twice by chance is two events; one that is sent twice is one. */
static void
event_id(const struct people_change *pending, struct span email, struct span module, bool grant,
         struct instant at, char id[40])
{
	struct text text;
	text_open(&text, pending->arena);
	text_add(&text, email);
	text_add_char(&text, '\0');
	text_add(&text, module);
	text_add_char(&text, '\0');
	text_add_int(&text, at.ns);
	XXH128_hash_t hash = XXH3_128bits(text.at, text.size);
	snprintf(id, 40, "%c-%016llx%016llx", grant ? 'g' : 'r', (unsigned long long)hash.high64,
	         (unsigned long long)hash.low64);
}

static void
event_write(struct people_change *pending, const struct roster_person *person, struct span module,
            bool grant, struct instant at)
{
	struct json_out out;
	char            id[40];
	event_id(pending, person->email, module, grant, at, id);
	json_open(&out, pending->arena);
	json_object(&out);
	json_key_string(&out, SPAN("specversion"), SPAN("1.0"));
	json_key_string(&out, SPAN("id"), span_of(id));
	json_key_string(&out, SPAN("source"), SPAN("tally:people"));
	json_key_string(&out, SPAN("type"),
	                grant ? SPAN("access.granted") : SPAN("access.revoked"));
	json_key_string(&out, SPAN("account"), pending->account);
	json_key_string(&out, SPAN("subject"), person->email);
	json_key(&out, SPAN("time"));
	json_instant(&out, at);
	json_key(&out, SPAN("data"));
	json_object(&out);
	json_key_string(&out, SPAN("module"), module);
	if (person->name.size > 0)
		json_key_string(&out, SPAN("name"), person->name);
	json_key(&out, SPAN("groups"));
	json_array(&out);
	for (uint32_t i = 0; i < person->groups_count; i++)
		json_string(&out, person->groups[i]);
	json_array_end(&out);
	json_key_bool(&out, SPAN("service_account"), person->service_account);
	json_object_end(&out);
	json_object_end(&out);
	text_add(&pending->events, json_close(&out));
	text_add_char(&pending->events, '\n');
}

static struct instant
note_time(const struct people_change *pending, struct span email)
{
	uint32_t number = roster_find(&pending->entry->roster, email);
	return roster_after(&pending->entry->roster, number, pending->now);
}

void
people_change_access(struct people_change *pending, const struct roster_person *person,
                     struct span module, bool grant)
{
	event_write(pending, person, module, grant, note_time(pending, person->email));
	pending->granted += grant;
	pending->revoked += !grant;
}

static void
note_begin(struct people_change *pending, struct span email)
{
	json_object(&pending->noted);
	json_key_string(&pending->noted, SPAN("email"), email);
	json_key(&pending->noted, SPAN("at"));
	json_instant(&pending->noted, note_time(pending, email));
	pending->noted_count++;
}

void
people_change_describe(struct people_change *pending, const struct roster_person *person)
{
	note_begin(pending, person->email);
	if (person->name.size > 0)
		json_key_string(&pending->noted, SPAN("name"), person->name);
	json_key(&pending->noted, SPAN("groups"));
	json_array(&pending->noted);
	for (uint32_t i = 0; i < person->groups_count; i++)
		json_string(&pending->noted, person->groups[i]);
	json_array_end(&pending->noted);
	json_key_bool(&pending->noted, SPAN("service_account"), person->service_account);
	json_object_end(&pending->noted);
}

void
people_change_remove(struct people_change *pending, struct span email)
{
	note_begin(pending, email);
	json_key_bool(&pending->noted, SPAN("removed"), true);
	json_object_end(&pending->noted);
}

void
people_change_assign(struct people_change *pending, const struct assignment *assignment)
{
	json_object(&pending->noted);
	assignment_write(&pending->noted, assignment);
	json_object_end(&pending->noted);
	pending->noted_count++;
}

/* ---- and makes it last ---- */

static struct span
noted_record(struct people_change *pending)
{
	json_array_end(&pending->noted);
	json_object_end(&pending->noted);
	return record_write(pending->now, pending->begun.change->actor, json_close(&pending->noted),
	                    pending->arena);
}

/* Records, the events still to be sent, and the list of developers, in one commit. */
static enum err
records_commit(struct people_change *pending, struct change_note note, struct span answer)
{
	struct engine     *engine = pending->engine;
	struct store_write writes[3];
	uint32_t           count = 0;
	struct span key   = control_key('p', pending->account, SPAN(""), engine->control_sequence,
	                                pending->arena);
	struct span value = noted_record(pending);
	if (pending->noted_count > 0)
		writes[count++] = control_write(key, value);
	if (pending->events.size > 0)
		writes[count++] = control_write(account_key('P', pending->account, pending->arena),
		                                text_span(&pending->events));
	if (pending->list.key.size > 0)
		writes[count++] = pending->list;
	note.account = pending->account;
	enum err err = change_commit(&pending->begun, &note, writes, count, answer, pending->arena,
	                             pending->refusal);
	if (err == ERR_NONE && pending->noted_count > 0) {
		pthread_rwlock_wrlock(&engine->control_lock);
		engine->control_sequence++;
		pthread_rwlock_unlock(&engine->control_lock);
		err = people_load(engine, key, value);
		CHECK(err == ERR_NONE);
	}
	return err;
}

/* The locks of people_change_end are given back, some of them early: events are not waited
 * for under the lock of other changes. */
enum err
people_change_commit(struct people_change *pending, struct change_note note, struct span answer)
{
	struct engine *engine = pending->engine;
	enum err       err    = ERR_NONE;
	if (pending->noted_count > 0 || pending->events.size > 0 || pending->list.key.size > 0)
		err = records_commit(pending, note, answer);
	people_leave(engine);
	change_end(&pending->begun);
	if (err == ERR_NONE && pending->events.size > 0) {
		err = events_send(engine, text_span(&pending->events), pending->refusal);
		if (err == ERR_NONE)
			err = unsent_remove(engine,
			                    account_key('P', pending->account, pending->arena));
	}
	pthread_mutex_unlock(&engine->rosters->change_lock);
	return err;
}

void
people_import_told(const struct people_change *pending, const char *list)
{
	char time[INSTANT_SIZE], name[INSTANT_SIZE + 32], detail[64];
	int  size = (int)instant_format(pending->now, time);
	snprintf(name, sizeof name, "%s %.*s", list, size, time);
	snprintf(detail, sizeof detail, "%u granted, %u revoked.", pending->granted,
	         pending->revoked);
	enum err err = engine_notify_import(pending->engine, pending->account, span_of(name),
	                                    span_of(detail), NULL);
	(void)err;
}
