/* people.c - who the people of an account are: read from the log, kept in memory, listed.
 *
 * The rosters are made when somebody first asks about people, by one walk over the events
 * that speak of any, and then follow the log. */
#define _GNU_SOURCE /* qsort_r */
#include "engine/people_int.h"

#include <sodium.h>
#include <stdlib.h>

#include "core/base/limit.h"
#include "core/json/json_read.h"
#include "edge/sys/memory.h"
#include "engine/ask_int.h"
#include "engine/people_load.h"

/* ---- open and close ---- */

/* Types whose subject is a person, and builds, which have a committer. */
static void
words_fill(struct rosters *rosters, const struct catalog *catalog)
{
	struct span *words = ARENA_ARRAY(&rosters->arena, struct span, catalog->types_count + 1);
	for (uint32_t i = 0; i < catalog->types_count; i++) {
		const struct catalog_type *type = &catalog->types[i];
		if (type->subject_is_email || catalog_field_find(type, SPAN("committer")) >= 0)
			words[rosters->words_count++] = type->name;
	}
	rosters->words = words;
}

void
rosters_open(struct engine *engine)
{
	struct rosters *rosters = calloc(1, sizeof *rosters);
	CHECK(rosters != NULL);
	pthread_mutex_init(&rosters->change_lock, NULL);
	pthread_mutex_init(&rosters->roster_lock, NULL);
	arena_open(&rosters->arena, system_memory());
	randombytes_buf(&rosters->seed, sizeof rosters->seed);
	text_index_open(&rosters->names, &rosters->arena, rosters->seed);
	words_fill(rosters, engine->catalog);
	engine->rosters = rosters;
}

void
rosters_close(struct engine *engine)
{
	struct rosters *rosters = engine->rosters;
	for (uint32_t i = 0; i < rosters->names.count; i++)
		free(rosters->accounts[i]->assignments);
	arena_close(&rosters->arena);
	pthread_mutex_destroy(&rosters->change_lock);
	pthread_mutex_destroy(&rosters->roster_lock);
	free(rosters);
}

struct people_account *
people_account_of(struct rosters *rosters, struct span account)
{
	bool     added;
	uint32_t number = text_index_find(&rosters->names, account);
	if (number != TEXT_INDEX_NONE)
		return rosters->accounts[number];
	struct people_account *entry = arena_take_zeroed(&rosters->arena, sizeof *entry);
	entry->id                    = arena_copy(&rosters->arena, account);
	roster_open(&entry->roster, &rosters->arena, rosters->seed);
	number = text_index_add(&rosters->names, entry->id, &added);
	if (number == rosters->capacity) {
		uint32_t                capacity = rosters->capacity * 2 + 16;
		struct people_account **wider =
			ARENA_ARRAY(&rosters->arena, struct people_account *, capacity);
		if (rosters->capacity > 0)
			memcpy(wider, rosters->accounts, rosters->capacity * sizeof(*wider));
		rosters->accounts = wider;
		rosters->capacity = capacity;
	}
	rosters->accounts[number] = entry;
	return entry;
}

/* ---- following the log ---- */

struct following {
	struct engine  *engine;
	struct rosters *rosters;
	struct arena    arena;
};

static int64_t
flag_of(const struct event *event, int32_t field)
{
	return field >= 0 && (event->present >> field & 1) ? event->number[field] : -1;
}

static struct span
text_of(const struct event *event, const char *name)
{
	int32_t field = catalog_field_find(event->type, span_of(name));
	return field >= 0 ? event->field[field] : (struct span){ 0 };
}

static void
access_note(struct following *following, const struct event *event, bool granted,
            struct instant received)
{
	int32_t groups  = catalog_field_find(event->type, SPAN("groups"));
	int64_t service = flag_of(event, catalog_field_find(event->type, SPAN("service_account")));
	struct roster_note note = {
		.kind                 = granted ? ROSTER_GRANTED : ROSTER_REVOKED,
		.module               = text_of(event, "module"),
		.name                 = text_of(event, "name"),
		.groups               = event->list,
		.groups_count         = event->list_count,
		.says_groups          = groups >= 0 && (event->present >> groups & 1),
		.says_service_account = service >= 0,
		.service_account      = service == 1,
		.at                   = event->time,
		.received             = received,
		.identity             = event_identity(following->engine, event),
	};
	roster_add(&people_account_of(following->rosters, event->account)->roster, event->subject,
	           &note);
}

static enum err
event_note(void *context, const struct event *event, uint64_t ordinal, struct instant received)
{
	struct following *following = context;
	(void)ordinal;
	if (event->type == NULL)
		return ERR_NONE;
	bool granted = span_equal(event->type_name, SPAN("access.granted"));
	if (granted || span_equal(event->type_name, SPAN("access.revoked"))) {
		access_note(following, event, granted, received);
		return ERR_NONE;
	}
	struct span who =
		event->type->subject_is_email ? event->subject : text_of(event, "committer");
	arena_reset(&following->arena);
	who = email_fold(who, &following->arena);
	if (who.size > 0)
		roster_active(&people_account_of(following->rosters, event->account)->roster, who,
		              event->time);
	return ERR_NONE;
}

static enum err
people_follow(struct engine *engine, struct refusal *refusal)
{
	struct following   following = { .engine = engine, .rosters = engine->rosters };
	struct scan_filter filter    = scan_everything();
	uint64_t           end       = scan_end(engine);
	filter.ordinal_from          = engine->rosters->scanned;
	filter.ordinal_until         = end;
	filter.words                 = engine->rosters->words;
	filter.words_count           = engine->rosters->words_count;
	arena_open(&following.arena, system_memory());
	enum err err = scan_log(engine, &filter, event_note, &following, refusal);
	arena_close(&following.arena);
	/* What was noted before a fault is noted again: notes of one event say the same. */
	if (err == ERR_NONE)
		engine->rosters->scanned = end;
	return err;
}

enum err
people_account_check(struct engine *engine, struct span account, struct refusal *refusal)
{
	char currency[4];
	if (control_account_known(engine, account, currency))
		return ERR_NONE;
	return refuse(refusal, ERR_ACCOUNT_UNKNOWN, SPAN("account"), SPAN(""));
}

enum err
people_enter(struct engine *engine, struct span account, struct people_account **entry,
             struct refusal *refusal)
{
	pthread_mutex_lock(&engine->rosters->roster_lock);
	enum err err = people_follow(engine, refusal);
	if (err == ERR_NONE)
		*entry = people_account_of(engine->rosters, account);
	return err;
}

void
people_leave(struct engine *engine)
{
	pthread_mutex_unlock(&engine->rosters->roster_lock);
}

static bool
is_retracted(const void *context, struct identity identity)
{
	const struct engine *engine = context;
	return set128_has(&engine->retracted, identity);
}

struct roster_moment
people_now(struct engine *engine)
{
	pthread_rwlock_rdlock(&engine->books_lock);
	return (struct roster_moment){ { INT64_MAX }, { INT64_MAX }, is_retracted, engine };
}

void
people_now_end(struct engine *engine)
{
	pthread_rwlock_unlock(&engine->books_lock);
}

/* ---- lists ---- */

void
people_answer_open(struct json_out *out, struct arena *arena, struct span account)
{
	json_open(out, arena);
	json_object(out);
	json_key_string(out, SPAN("account"), account);
}

static int
compare_emails(const void *a, const void *b, void *context)
{
	const struct span *texts = context;
	return span_compare(texts[*(const uint32_t *)a], texts[*(const uint32_t *)b]);
}

uint32_t *
people_sorted(const struct people_account *entry, struct arena *arena)
{
	uint32_t  count   = roster_count(&entry->roster);
	uint32_t *numbers = ARENA_ARRAY(arena, uint32_t, count);
	for (uint32_t i = 0; i < count; i++)
		numbers[i] = i;
	if (count > 1)
		qsort_r(numbers, count, sizeof *numbers, compare_emails,
		        entry->roster.emails.texts);
	return numbers;
}

static void
person_write(struct json_out *out, const struct roster_person *person)
{
	json_object(out);
	json_key_string(out, SPAN("email"), person->email);
	json_key_string(out, SPAN("name"), person->name);
	json_key_bool(out, SPAN("service_account"), person->service_account);
	json_key(out, SPAN("groups"));
	json_array(out);
	for (uint32_t i = 0; i < person->groups_count; i++)
		json_string(out, person->groups[i]);
	json_array_end(out);
	json_key(out, SPAN("modules"));
	json_array(out);
	for (uint32_t i = 0; i < person->access_count; i++)
		json_string(out, person->access[i].module);
	json_array_end(out);
	json_key(out, SPAN("since"));
	json_object(out);
	for (uint32_t i = 0; i < person->access_count; i++) {
		json_key(out, person->access[i].module);
		json_instant(out, person->access[i].since);
	}
	json_object_end(out);
	if (person->active.ns != INT64_MIN) {
		json_key(out, SPAN("last_activity"));
		json_instant(out, person->active);
	}
	json_object_end(out);
}

/* The people from the cursor on; returns the last shown when there are more. */
static struct span
people_write(struct json_out *out, const struct people_account *entry,
             const struct question *question, const struct roster_moment *moment,
             struct arena *arena)
{
	uint32_t    limit   = question->limit ? question->limit : LIMIT_PAGE_ROWS_MAX;
	uint32_t   *numbers = people_sorted(entry, arena);
	struct span last    = { 0 };
	for (uint32_t i = 0, shown = 0; i < roster_count(&entry->roster); i++) {
		struct roster_person person;
		struct span          email = entry->roster.emails.texts[numbers[i]];
		if (question->cursor.size > 0 && span_compare(email, question->cursor) <= 0)
			continue;
		roster_person(&entry->roster, numbers[i], moment, arena, &person);
		if (!person.present ||
		    (question->module.size > 0 && !person_has(&person, question->module, NULL)))
			continue;
		if (shown++ == limit)
			return last;
		person_write(out, &person);
		last = email;
	}
	return (struct span){ 0 };
}

/* L-21: at means the whole of its hour. */
static enum err
moment_read(struct engine *engine, const struct question *question, struct roster_moment *moment,
            struct refusal *refusal)
{
	int32_t  hour;
	enum err err = moment_hour(engine, SPAN("at"), question->at, &hour, refusal);
	if (err != ERR_NONE)
		return err;
	moment->at       = (struct instant){ hour_start(hour).ns + NS_PER_HOUR - 1 };
	moment->known.ns = INT64_MAX;
	if (question->known_at.size > 0 &&
	    instant_parse(question->known_at, &moment->known, NULL) != ERR_NONE)
		return refuse(refusal, ERR_TIME_SYNTAX, SPAN("known_at"), SPAN(""));
	return ERR_NONE;
}

enum err
engine_people_list(struct engine *engine, const struct question *question, struct arena *arena,
                   struct span *answer, struct refusal *refusal)
{
	struct roster_moment   asked;
	struct people_account *entry = NULL;
	struct json_out        out;
	enum err               err = people_account_check(engine, question->account, refusal);
	if (err == ERR_NONE)
		err = moment_read(engine, question, &asked, refusal);
	if (err == ERR_NONE && question->module.size > 0 &&
	    catalog_known_module(engine->catalog, question->module) < 0)
		err = refuse(refusal, ERR_MODULE_UNKNOWN, SPAN("module"), SPAN(""));
	if (err != ERR_NONE)
		return err;
	err = people_enter(engine, question->account, &entry, refusal);
	if (err == ERR_NONE) {
		struct roster_moment moment = people_now(engine);
		moment.at                   = asked.at;
		moment.known                = asked.known;
		people_answer_open(&out, arena, question->account);
		json_key(&out, SPAN("at"));
		json_hour(&out, hour_of(asked.at));
		json_key(&out, SPAN("people"));
		json_array(&out);
		struct span next = people_write(&out, entry, question, &moment, arena);
		json_array_end(&out);
		if (next.size > 0)
			json_key_string(&out, SPAN("next"), next);
		json_object_end(&out);
		people_now_end(engine);
		*answer = json_close(&out);
	}
	people_leave(engine);
	return err;
}
