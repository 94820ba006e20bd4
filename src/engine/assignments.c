/* assignments.c - licence management: modules for all people, or for chosen groups and
 * service accounts. What it means for each person is recorded at that moment. */
#include "engine/people_int.h"

#include "core/json/json_read.h"
#include "edge/sys/memory.h"
#include "engine/ask_int.h"

/* ---- what is assigned ---- */

static const struct assignment *
assignment_of(const struct people_account *entry, struct span module)
{
	for (uint32_t i = 0; i < entry->assignments_count; i++) {
		if (span_equal(entry->assignments[i].module, module))
			return &entry->assignments[i];
	}
	return NULL;
}

/* How many people have each module, in the order of the catalogue. */
static uint32_t *
people_count(struct engine *engine, const struct people_account *entry,
             const struct roster_moment *moment, struct arena *arena)
{
	const struct catalog *catalog = engine->catalog;
	struct arena          scratch;
	uint32_t             *counts =
		arena_take_zeroed(arena, (catalog->known_modules_count + 1) * sizeof *counts);
	arena_open(&scratch, system_memory());
	for (uint32_t i = 0; i < roster_count(&entry->roster); i++) {
		struct roster_person person;
		arena_reset(&scratch);
		roster_person(&entry->roster, i, moment, &scratch, &person);
		for (uint32_t j = 0; j < person.access_count; j++) {
			int32_t at = catalog_known_module(catalog, person.access[j].module);
			if (at >= 0)
				counts[at]++;
		}
	}
	arena_close(&scratch);
	return counts;
}

/* Since when it holds, and who put it. */
static void
put_write(struct json_out *out, const struct assignment *assignment)
{
	if (!assignment)
		return;
	json_key(out, SPAN("since"));
	json_instant(out, assignment->since);
	json_key_string(out, SPAN("by"), assignment->by);
}

static void
assignments_write(struct json_out *out, struct engine *engine, const struct people_account *entry,
                  const uint32_t *counts)
{
	const struct catalog *catalog = engine->catalog;
	json_key(out, SPAN("modules"));
	json_array(out);
	for (uint32_t i = 0; i < catalog->known_modules_count; i++) {
		struct span              module     = catalog->known_modules[i];
		const struct assignment *assignment = assignment_of(entry, module);
		struct assignment        manual     = { .module = module };
		if (!assignment && counts[i] == 0)
			continue;
		json_object(out);
		assignment_write(out, assignment ? assignment : &manual);
		json_key_uint(out, SPAN("people"), counts[i]);
		put_write(out, assignment);
		json_object_end(out);
	}
	json_array_end(out);
}

enum err
engine_assignments_list(struct engine *engine, struct span account, struct arena *arena,
                        struct span *answer, struct refusal *refusal)
{
	struct people_account *entry = NULL;
	struct json_out        out;
	enum err               err = people_account_check(engine, account, refusal);
	if (err != ERR_NONE)
		return err;
	err = people_enter(engine, account, &entry, refusal);
	if (err == ERR_NONE) {
		struct roster_moment moment = people_now(engine);
		moment.at.ns = hour_start(hour_of(engine_now(engine))).ns + NS_PER_HOUR - 1;
		people_answer_open(&out, arena, account);
		assignments_write(&out, engine, entry, people_count(engine, entry, &moment, arena));
		json_object_end(&out);
		people_now_end(engine);
		*answer = json_close(&out);
	}
	people_leave(engine);
	return err;
}

/* ---- assigning ---- */

struct assigning {
	struct assignment *assignments;
	uint32_t           count;
};

static enum err
assigning_add(struct engine *engine, const struct json *value, struct arena *arena,
              struct assigning *assigning, struct refusal *refusal)
{
	struct assignment *added = &assigning->assignments[assigning->count];
	enum err           err   = assignment_parse(value, arena, added, refusal);
	if (err != ERR_NONE)
		return err;
	if (catalog_known_module(engine->catalog, added->module) < 0)
		return refuse_at(refusal, ERR_MODULE_UNKNOWN, value->byte, SPAN("module"),
		                 SPAN(""));
	for (uint32_t i = 0; i < assigning->count; i++) {
		if (span_equal(assigning->assignments[i].module, added->module))
			return refuse_at(refusal, ERR_FIELD_VALUE, value->byte, SPAN("module"),
			                 SPAN("a module stands twice"));
	}
	assigning->count++;
	return ERR_NONE;
}

static enum err
assigning_read(struct engine *engine, struct span json, struct arena *arena,
               struct assigning *assigning, struct refusal *refusal)
{
	struct json *root;
	enum err     err = json_parse(json, arena, &root, refusal);
	if (err != ERR_NONE)
		return err;
	const struct json *modules = json_member(root, SPAN("modules"));
	uint32_t           room    = modules ? modules->count : 1;
	assigning->count           = 0;
	assigning->assignments     = ARENA_ARRAY(arena, struct assignment, room);
	if (!modules)
		return assigning_add(engine, root, arena, assigning, refusal);
	if (modules->kind != JSON_ARRAY || root->count != 1 || modules->count == 0)
		return refuse_at(refusal, ERR_FIELD_TYPE, modules->byte, SPAN("modules"),
		                 SPAN("modules is a list of assignments, and stands alone"));
	for (const struct json *value = modules->first; value && err == ERR_NONE;
	     value                    = value->next)
                err = assigning_add(engine, value, arena, assigning, refusal);
	return err;
}

/* Everybody who is meant to have the module gets it, everybody else loses it. */
static void
assignment_apply(struct people_change *pending, const struct assignment *assignment,
                 const struct roster_moment *moment, struct arena *scratch)
{
	const struct roster *roster = &pending->entry->roster;
	if (assignment->assign == ASSIGN_MANUAL)
		return;
	for (uint32_t i = 0; i < roster_count(roster); i++) {
		struct roster_person person;
		arena_reset(scratch);
		roster_person(roster, i, moment, scratch, &person);
		bool covered = assignment_covers(assignment, &person);
		if (person.present && covered != person_has(&person, assignment->module, NULL))
			people_change_access(pending, &person, assignment->module, covered);
	}
}

static bool
texts_same(const struct span *a, uint32_t a_count, const struct span *b, uint32_t b_count)
{
	if (a_count != b_count)
		return false;
	for (uint32_t i = 0; i < a_count; i++) {
		if (!span_equal(a[i], b[i]))
			return false;
	}
	return true;
}

static bool
is_assigned(const struct people_account *entry, const struct assignment *assignment)
{
	const struct assignment *now = assignment_of(entry, assignment->module);
	return now && now->assign == assignment->assign &&
	       texts_same(now->groups, now->groups_count, assignment->groups,
	                  assignment->groups_count) &&
	       texts_same(now->service_accounts, now->service_accounts_count,
	                  assignment->service_accounts, assignment->service_accounts_count);
}

static void
assigning_apply(struct people_change *pending, const struct assigning *assigning)
{
	struct roster_moment moment = people_now(pending->engine);
	struct arena         scratch;
	arena_open(&scratch, system_memory());
	for (uint32_t i = 0; i < assigning->count; i++) {
		if (!is_assigned(pending->entry, &assigning->assignments[i]))
			people_change_assign(pending, &assigning->assignments[i]);
		assignment_apply(pending, &assigning->assignments[i], &moment, &scratch);
	}
	people_now_end(pending->engine);
	arena_close(&scratch);
}

static struct span
assigning_answer(const struct people_change *pending, const struct assigning *assigning)
{
	struct json_out out;
	people_answer_open(&out, pending->arena, pending->account);
	json_key(&out, SPAN("modules"));
	json_array(&out);
	for (uint32_t i = 0; i < assigning->count; i++) {
		json_object(&out);
		assignment_write(&out, &assigning->assignments[i]);
		json_object_end(&out);
	}
	json_array_end(&out);
	json_key_uint(&out, SPAN("granted"), pending->granted);
	json_key_uint(&out, SPAN("revoked"), pending->revoked);
	json_object_end(&out);
	return json_close(&out);
}

/* What stood there before, for the audit trail. */
static struct span
assigned_before(const struct people_change *pending, const struct assigning *assigning)
{
	struct json_out out;
	json_open(&out, pending->arena);
	json_array(&out);
	for (uint32_t i = 0; i < assigning->count; i++) {
		const struct assignment *before =
			assignment_of(pending->entry, assigning->assignments[i].module);
		if (!before)
			continue;
		json_object(&out);
		assignment_write(&out, before);
		json_object_end(&out);
	}
	json_array_end(&out);
	return json_close(&out);
}

enum err
engine_assignments_put(struct engine *engine, const struct change *change, struct span account,
                       struct span json, struct arena *arena, struct span *answer,
                       struct refusal *refusal)
{
	struct people_change pending;
	struct assigning     assigning;
	bool                 replayed;
	enum err             err = assigning_read(engine, json, arena, &assigning, refusal);
	if (err == ERR_NONE)
		err = people_change_begin(&pending, engine, change, account, SPAN("assign"), json,
		                          arena, &replayed, answer, refusal);
	if (err != ERR_NONE)
		return err;
	if (replayed) {
		people_change_end(&pending);
		return ERR_NONE;
	}
	struct span before = assigned_before(&pending, &assigning);
	assigning_apply(&pending, &assigning);
	struct span        made = assigning_answer(&pending, &assigning);
	struct change_note note = { .what   = SPAN("licences.assign"),
		                    .id     = assigning.count == 1 ? assigning.assignments[0].module
		                                                   : SPAN(""),
		                    .before = before,
		                    .after  = made };
	err                     = people_change_commit(&pending, note, made);
	if (err == ERR_NONE)
		*answer = made;
	return err;
}

/* ---- what it would mean ---- */

/* Of one assignment. */
struct meaning {
	const struct catalog_module *figure; /* the one that counts who has access; NULL: none */
	int64_t                      used;
	int64_t                      owned;
	bool                         compared;
	int64_t                      licences; /* so many more, or fewer */
	uint32_t                     now;      /* people who have the module */
	uint32_t                     then;
};

struct preview {
	const struct catalog *catalog;
	struct assigning      assigning;
	struct meaning       *meanings; /* of each assignment */
	struct told           gaining;
	struct told           losing;
};

/* A licence for each person, and not one for so many. */
static bool
counts_access(const struct catalog_rule *rule)
{
	return rule->fold == FOLD_ACCESS && !rule->uncounted && rule->total_per == 1;
}

static int64_t
licences_of_person(const struct preview *preview, const struct meaning *meaning,
                   const struct roster_person *person)
{
	int64_t licences = 0;
	for (uint32_t i = 0; meaning->figure && i < meaning->figure->rules_count; i++) {
		const struct catalog_rule *rule =
			&preview->catalog->rules[meaning->figure->rules_first + i];
		bool says = span_equal(rule->latest, SPAN("true")) == person->service_account;
		bool fits = rule->latest.size == 0 || says != rule->latest_not;
		if (counts_access(rule) && fits)
			licences += rule->least > 1 ? rule->least : 1;
	}
	return licences;
}

static bool
figure_counts_access(const struct catalog *catalog, const struct catalog_module *figure)
{
	for (uint32_t i = 0; i < figure->rules_count; i++) {
		if (counts_access(&catalog->rules[figure->rules_first + i]))
			return true;
	}
	return false;
}

/* What is used of the module now, where having it is what is counted. */
static void
meaning_begin(struct asked *asked, struct span module, struct arena *arena, struct meaning *meaning)
{
	const struct catalog        *catalog = asked->licence.catalog;
	const struct catalog_module *figure  = catalog_module_find(catalog, module);
	*meaning                             = (struct meaning){ 0 };
	for (; figure; figure = catalog_module_next(catalog, figure)) {
		struct licence_answer answer;
		asked_module(asked, figure);
		if (asked->licence.module != figure || !figure_counts_access(catalog, figure))
			continue;
		licence_answer(&asked->licence, false, arena, &answer);
		meaning->figure   = figure;
		meaning->used     = answer.used;
		meaning->owned    = answer.owned;
		meaning->compared = answer.compared;
	}
}

static enum err
preview_begin(struct engine *engine, struct span account, struct preview *preview,
              struct arena *arena, struct refusal *refusal)
{
	struct question question = { .account = account };
	struct asked    asked;
	preview->catalog  = engine->catalog;
	preview->meanings = ARENA_ARRAY(arena, struct meaning, preview->assigning.count);
	told_open(&preview->gaining, arena);
	told_open(&preview->losing, arena);
	enum err err = asked_begin(engine, &question, &asked, refusal);
	if (err != ERR_NONE)
		return err;
	for (uint32_t i = 0; i < preview->assigning.count; i++)
		meaning_begin(&asked, preview->assigning.assignments[i].module, arena,
		              &preview->meanings[i]);
	asked_end(engine, &asked);
	return ERR_NONE;
}

static void
preview_person(struct preview *preview, const struct roster_person *person)
{
	for (uint32_t i = 0; i < preview->assigning.count; i++) {
		const struct assignment *assignment = &preview->assigning.assignments[i];
		struct meaning          *meaning    = &preview->meanings[i];
		bool                     has        = person_has(person, assignment->module, NULL);
		bool                     will       = has;
		if (person->present && assignment->assign != ASSIGN_MANUAL)
			will = assignment_covers(assignment, person);
		meaning->now += has;
		meaning->then += will;
		if (will == has)
			continue;
		int64_t licences = licences_of_person(preview, meaning, person);
		meaning->licences += will ? licences : -licences;
		told_add(will ? &preview->gaining : &preview->losing, person->email, person->name);
	}
}

static void
meaning_write(struct json_out *out, const struct meaning *meaning)
{
	json_key_uint(out, SPAN("now"), meaning->now);
	json_key_uint(out, SPAN("then"), meaning->then);
	if (!meaning->figure)
		return;
	json_key(out, SPAN("licences"));
	json_object(out);
	json_key_string(out, SPAN("unit"), meaning->figure->unit);
	json_key(out, SPAN("owned"));
	if (meaning->compared)
		json_int(out, meaning->owned);
	else
		json_null(out);
	json_key_int(out, SPAN("now"), meaning->used);
	json_key_int(out, SPAN("then"), meaning->used + meaning->licences);
	json_object_end(out);
}

static struct span
preview_answer(struct preview *preview, struct span account, struct arena *arena)
{
	struct json_out out;
	people_answer_open(&out, arena, account);
	json_key(&out, SPAN("modules"));
	json_array(&out);
	for (uint32_t i = 0; i < preview->assigning.count; i++) {
		json_object(&out);
		assignment_write(&out, &preview->assigning.assignments[i]);
		meaning_write(&out, &preview->meanings[i]);
		json_object_end(&out);
	}
	json_array_end(&out);
	told_write(&out, SPAN("gaining"), &preview->gaining);
	told_write(&out, SPAN("losing"), &preview->losing);
	json_object_end(&out);
	return json_close(&out);
}

static void
preview_people(struct preview *preview, struct engine *engine, const struct people_account *entry,
               struct arena *arena)
{
	struct roster_moment moment  = people_now(engine);
	uint32_t            *numbers = people_sorted(entry, arena);
	struct arena         scratch;
	arena_open(&scratch, system_memory());
	for (uint32_t i = 0; i < roster_count(&entry->roster); i++) {
		struct roster_person person;
		arena_reset(&scratch);
		roster_person(&entry->roster, numbers[i], &moment, &scratch, &person);
		preview_person(preview, &person);
	}
	people_now_end(engine);
	arena_close(&scratch);
}

enum err
engine_assignments_preview(struct engine *engine, struct span account, struct span json,
                           struct arena *arena, struct span *answer, struct refusal *refusal)
{
	struct people_account *entry = NULL;
	struct preview         preview;
	enum err err = assigning_read(engine, json, arena, &preview.assigning, refusal);
	if (err == ERR_NONE)
		err = people_account_check(engine, account, refusal);
	if (err == ERR_NONE)
		err = preview_begin(engine, account, &preview, arena, refusal);
	if (err != ERR_NONE)
		return err;
	err = people_enter(engine, account, &entry, refusal);
	if (err == ERR_NONE)
		preview_people(&preview, engine, entry, arena);
	people_leave(engine);
	if (err == ERR_NONE)
		*answer = preview_answer(&preview, account, arena);
	return err;
}
