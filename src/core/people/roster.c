/* roster.c - the people of one account: who has which module, and since when. */
#include "core/people/roster.h"

struct entry_note {
	struct roster_note note;
	struct entry_note *next;
};

struct roster_entry {
	struct entry_note *first; /* newest arrival first */
	uint32_t           notes_count;
	struct instant     active;
};

void
roster_open(struct roster *roster, struct arena *arena, uint64_t seed)
{
	*roster = (struct roster){ .arena = arena };
	text_index_open(&roster->emails, arena, seed);
}

uint32_t
roster_count(const struct roster *roster)
{
	return roster->emails.count;
}

uint32_t
roster_find(const struct roster *roster, struct span email)
{
	return text_index_find(&roster->emails, email);
}

static void
entries_grow(struct roster *roster)
{
	uint32_t              capacity = roster->capacity ? roster->capacity * 2 : 64;
	struct roster_entry **entries = ARENA_ARRAY(roster->arena, struct roster_entry *, capacity);
	if (roster->capacity > 0)
		memcpy(entries, roster->entries, roster->capacity * sizeof(*entries));
	roster->entries  = entries;
	roster->capacity = capacity;
}

static struct roster_entry *
entry_of(struct roster *roster, struct span email)
{
	bool     added;
	uint32_t number = text_index_find(&roster->emails, email);
	if (number != TEXT_INDEX_NONE)
		return roster->entries[number];
	number = text_index_add(&roster->emails, arena_copy(roster->arena, email), &added);
	CHECK(added);
	if (number == roster->capacity)
		entries_grow(roster);
	struct roster_entry *entry = arena_take_zeroed(roster->arena, sizeof(*entry));
	entry->active.ns           = INT64_MIN;
	roster->entries[number]    = entry;
	return entry;
}

static struct roster_note
note_copy(const struct roster_note *note, struct arena *arena)
{
	struct roster_note copy   = *note;
	struct span       *groups = ARENA_ARRAY(arena, struct span, note->groups_count);
	for (uint32_t i = 0; i < note->groups_count; i++)
		groups[i] = arena_copy(arena, note->groups[i]);
	copy.groups = groups;
	copy.name   = arena_copy(arena, note->name);
	copy.module = arena_copy(arena, note->module);
	return copy;
}

void
roster_add(struct roster *roster, struct span email, const struct roster_note *note)
{
	struct roster_entry *entry = entry_of(roster, email);
	struct entry_note   *added = arena_take(roster->arena, sizeof(*added));
	added->note                = note_copy(note, roster->arena);
	added->next                = entry->first;
	entry->first               = added;
	entry->notes_count++;
}

void
roster_active(struct roster *roster, struct span email, struct instant at)
{
	struct roster_entry *entry = entry_of(roster, email);
	if (entry->active.ns < at.ns)
		entry->active = at;
}

/* ---- at a moment ---- */

static bool
note_holds(const struct roster_note *note, const struct roster_moment *moment)
{
	bool from_event = note->identity.low != 0 || note->identity.high != 0;
	return note->at.ns <= moment->at.ns && note->received.ns <= moment->known.ns &&
	       !(from_event && moment->retracted &&
	         moment->retracted(moment->context, note->identity));
}

/* The latest grant and revocation of one module. */
struct standing {
	struct span    module;
	struct instant granted;
	struct instant revoked;
};

static void
standing_note(struct standing *standings, uint32_t *count, const struct roster_note *note)
{
	uint32_t i = 0;
	while (i < *count && !span_equal(standings[i].module, note->module))
		i++;
	if (i == *count)
		standings[(*count)++] =
			(struct standing){ note->module, { INT64_MIN }, { INT64_MIN } };
	struct instant *latest =
		note->kind == ROSTER_GRANTED ? &standings[i].granted : &standings[i].revoked;
	if (latest->ns < note->at.ns)
		*latest = note->at;
}

static struct instant
granted_since(const struct roster_entry *entry, const struct roster_moment *moment,
              const struct standing *standing)
{
	struct instant since = standing->granted;
	for (const struct entry_note *at = entry->first; at; at = at->next) {
		const struct roster_note *note = &at->note;
		if (note->kind == ROSTER_GRANTED && note->at.ns > standing->revoked.ns &&
		    note->at.ns < since.ns && span_equal(note->module, standing->module) &&
		    note_holds(note, moment))
			since = note->at;
	}
	return since;
}

/* Put in its place by module. */
static void
access_insert(struct roster_access *access, uint32_t count, struct roster_access added)
{
	while (count > 0 && span_compare(access[count - 1].module, added.module) > 0) {
		access[count] = access[count - 1];
		count--;
	}
	access[count] = added;
}

static void
access_fill(const struct roster_entry *entry, const struct roster_moment *moment,
            struct arena *arena, struct roster_person *person)
{
	struct standing *standings = ARENA_ARRAY(arena, struct standing, entry->notes_count);
	uint32_t         count     = 0;

	for (const struct entry_note *at = entry->first; at; at = at->next) {
		if ((at->note.kind == ROSTER_GRANTED || at->note.kind == ROSTER_REVOKED) &&
		    note_holds(&at->note, moment))
			standing_note(standings, &count, &at->note);
	}
	struct roster_access *access = ARENA_ARRAY(arena, struct roster_access, count);
	for (uint32_t i = 0; i < count; i++) {
		if (standings[i].granted.ns <= standings[i].revoked.ns)
			continue;
		struct roster_access held = { standings[i].module,
			                      granted_since(entry, moment, &standings[i]) };
		access_insert(access, person->access_count++, held);
	}
	person->access = access;
}

/* What the latest note says about each property; of two at one time, the later arrival. */
struct described {
	struct instant name;
	struct instant groups;
	struct instant service_account;
	struct instant present;
	struct instant removed;
};

static bool
is_later(struct instant *latest, const struct roster_note *note)
{
	if (latest->ns >= note->at.ns)
		return false;
	*latest = note->at;
	return true;
}

static void
description_note(struct described *described, const struct roster_note *note,
                 struct roster_person *person)
{
	if (note->kind == ROSTER_REMOVED) {
		(void)is_later(&described->removed, note);
		return;
	}
	if (note->kind != ROSTER_REVOKED)
		(void)is_later(&described->present, note);
	if (note->name.size > 0 && is_later(&described->name, note))
		person->name = note->name;
	if (note->says_groups && is_later(&described->groups, note)) {
		person->groups       = note->groups;
		person->groups_count = note->groups_count;
	}
	if (note->says_service_account && is_later(&described->service_account, note))
		person->service_account = note->service_account;
}

void
roster_person(const struct roster *roster, uint32_t number, const struct roster_moment *moment,
              struct arena *arena, struct roster_person *person)
{
	CHECK(number < roster->emails.count);
	const struct roster_entry *entry     = roster->entries[number];
	const struct instant       never     = { INT64_MIN };
	struct described           described = { never, never, never, never, never };

	*person = (struct roster_person){ .email  = roster->emails.texts[number],
		                          .active = entry->active };
	for (const struct entry_note *at = entry->first; at; at = at->next) {
		if (note_holds(&at->note, moment))
			description_note(&described, &at->note, person);
	}
	access_fill(entry, moment, arena, person);
	person->present = described.present.ns > described.removed.ns || person->access_count > 0;
}

bool
person_has(const struct roster_person *person, struct span module, struct instant *since)
{
	for (uint32_t i = 0; i < person->access_count; i++) {
		if (!span_equal(person->access[i].module, module))
			continue;
		if (since)
			*since = person->access[i].since;
		return true;
	}
	return false;
}

struct instant
roster_after(const struct roster *roster, uint32_t number, struct instant now)
{
	if (number == TEXT_INDEX_NONE)
		return now;
	for (const struct entry_note *at = roster->entries[number]->first; at; at = at->next) {
		if (at->note.at.ns >= now.ns && at->note.at.ns < INT64_MAX)
			now.ns = at->note.at.ns + 1;
	}
	return now;
}
