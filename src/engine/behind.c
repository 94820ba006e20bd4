/* behind.c - the events behind the hours of some rows. */
#include "engine/behind.h"

#include <stdlib.h>

#include "core/base/limit.h"
#include "engine/ask_int.h"

void
behind_open(struct behind *behind, struct engine *engine, struct span account, int32_t from,
            int32_t until, struct instant known, struct arena *arena)
{
	*behind = (struct behind){
		.engine    = engine,
		.account   = account,
		.from      = from,
		.hours     = (uint32_t)(until - from),
		.known     = known,
		.arena     = arena,
		.kept_from = from,
	};
	behind->counts  = arena_take_zeroed(arena, behind->hours * sizeof(uint32_t));
	behind->by_hour = arena_take_zeroed(arena, behind->hours * sizeof(struct noted *));
}

static bool
is_key(const struct wanted *wanted, const struct catalog_meter *meter, const struct book_key *key)
{
	return wanted->meter == meter && span_equal(wanted->key.id, key->id) &&
	       span_equal(wanted->key.org, key->org) &&
	       span_equal(wanted->key.project, key->project) &&
	       span_equal(wanted->key.item, key->item);
}

static bool
is_wanted(const struct wanted *wanted, const struct series *series)
{
	return is_key(wanted, series_meter(series), series_key(series));
}

void
behind_want_key(struct behind *behind, const struct catalog_meter *meter,
                const struct book_key *key)
{
	for (uint32_t i = 0; i < behind->wanted_count; i++) {
		if (is_key(&behind->wanted[i], meter, key))
			return;
	}
	behind->wants_gauge |= meter->kind == SERIES_GAUGE;
	if (behind->wanted_count == behind->wanted_capacity) {
		uint32_t       capacity = behind->wanted_capacity * 2 + 8;
		struct wanted *wider    = ARENA_ARRAY(behind->arena, struct wanted, capacity);
		if (behind->wanted_count > 0)
			memcpy(wider, behind->wanted, behind->wanted_count * sizeof *wider);
		behind->wanted          = wider;
		behind->wanted_capacity = capacity;
	}
	behind->wanted[behind->wanted_count++] = (struct wanted){
		.meter = meter,
		.key   = { .org     = arena_copy(behind->arena, key->org),
		           .project = arena_copy(behind->arena, key->project),
		           .id      = arena_copy(behind->arena, key->id),
		           .item    = arena_copy(behind->arena, key->item) },
	};
}

static void
want_series(struct behind *behind, const struct series *series)
{
	behind_want_key(behind, series_meter(series), series_key(series));
}

void
behind_want(struct behind *behind, const struct licence_row *row)
{
	for (uint32_t i = 0; i < row->gauges_count; i++)
		want_series(behind, row->gauges[i]);
	for (uint32_t i = 0; i < row->activities_count; i++)
		want_series(behind, row->activities[i]);
}

void
behind_want_by(struct behind *behind, const struct licence_by *by)
{
	for (uint32_t i = 0; i < by->series_count; i++)
		want_series(behind, by->series[i]);
}

bool
behind_feeds(const struct behind *behind, const struct noted *noted,
             const struct series *const *series, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (is_wanted(&behind->wanted[noted->series], series[i]))
			return true;
	}
	return false;
}

static void
note_event(struct behind *behind, const struct event *event, uint32_t series)
{
	const struct catalog_meter *meter = behind->wanted[series].meter;
	uint32_t                    hour  = (uint32_t)(hour_of(event->time) - behind->from);
	CHECK(hour < behind->hours);
	behind->counts[hour]++;
	behind->found++;
	if (!behind->wants_gauge && behind->found > LIMIT_EXPLAIN_EVENTS && !behind->counted)
		return;
	bool          sums  = meter->kind == SERIES_SUM;
	int32_t       field = meter->value_field;
	struct noted *noted = arena_take(behind->arena, sizeof *noted);
	*noted              = (struct noted){
			     .id        = arena_copy(behind->arena, event->id),
			     .source    = arena_copy(behind->arena, event->source),
			     .type      = arena_copy(behind->arena, event->type_name),
			     .at        = event->time,
			     .series    = series,
			     .is_gauge  = meter->kind == SERIES_GAUGE,
			     .has_value = meter->kind == SERIES_GAUGE || sums,
			     .value     = field >= 0 ? event->number[field] : 0,
			     .next      = behind->by_hour[hour],
	};
	for (int i = 0; i < 2; i++) {
		if (meter->split_fields[i] < 0)
			continue;
		noted->split_name[i] = event->type->fields[meter->split_fields[i]].name;
		noted->split[i] = arena_copy(behind->arena, event->field[meter->split_fields[i]]);
	}
	behind->by_hour[hour] = noted;
}

static bool
is_retracted(struct behind *behind, const struct event *event)
{
	struct engine *engine = behind->engine;
	if (behind->known.ns < INT64_MAX)
		return set128_has(&behind->retracted, event_identity(engine, event));
	pthread_rwlock_rdlock(&engine->books_lock);
	bool gone = set128_has(&engine->retracted, event_identity(engine, event));
	pthread_rwlock_unlock(&engine->books_lock);
	return gone;
}

static enum err
visit(void *context, const struct event *event, uint64_t ordinal, struct instant received)
{
	struct behind *behind = context;
	(void)ordinal;
	(void)received;
	for (uint32_t i = 0; i < behind->wanted_count; i++) {
		const struct wanted *wanted = &behind->wanted[i];
		if (!meter_feeds(behind->engine->catalog, wanted->meter, event, &wanted->key))
			continue;
		if (!is_retracted(behind, event))
			note_event(behind, event, i);
		break;
	}
	return ERR_NONE;
}

/* ---- the events of one hour, in an order that no arrival changes (E-4) ---- */

static int
by_name(const struct noted *a, const struct noted *b)
{
	int order = span_compare(a->source, b->source);
	return order != 0 ? order : span_compare(a->id, b->id);
}

static bool
same_split(const struct noted *a, const struct noted *b)
{
	return a->is_gauge && b->is_gauge && a->series == b->series &&
	       span_equal(a->split[0], b->split[0]) && span_equal(a->split[1], b->split[1]);
}

/* Of one split the report that sets its value first: the latest, the larger (L-3). */
static int
by_split(const void *left, const void *right)
{
	const struct noted *a     = *(const struct noted *const *)left;
	const struct noted *b     = *(const struct noted *const *)right;
	int                 order = (a->series > b->series) - (a->series < b->series);
	for (int i = 0; order == 0 && i < 2; i++)
		order = span_compare(a->split[i], b->split[i]);
	if (order == 0)
		order = (a->at.ns < b->at.ns) - (a->at.ns > b->at.ns);
	if (order == 0)
		order = (a->value < b->value) - (a->value > b->value);
	return order != 0 ? order : by_name(a, b);
}

static int
by_time(const void *left, const void *right)
{
	const struct noted *a     = *(const struct noted *const *)left;
	const struct noted *b     = *(const struct noted *const *)right;
	int                 order = (a->at.ns > b->at.ns) - (a->at.ns < b->at.ns);
	return order != 0 ? order : by_name(a, b);
}

static struct noted *
hour_in_order(struct noted *first, struct arena *arena)
{
	uint32_t count = 0, kept = 0;
	for (const struct noted *noted = first; noted; noted = noted->next)
		count++;
	struct noted **notes = ARENA_ARRAY(arena, struct noted *, count);
	for (uint32_t i = 0; i < count; i++, first = first->next)
		notes[i] = first;
	qsort(notes, count, sizeof(*notes), by_split);
	for (uint32_t i = 0; i < count; i++) {
		if (kept == 0 || !same_split(notes[kept - 1], notes[i]))
			notes[kept++] = notes[i];
	}
	qsort(notes, kept, sizeof(*notes), by_time);
	for (uint32_t i = 0; i < kept; i++)
		notes[i]->next = i + 1 < kept ? notes[i + 1] : NULL;
	return notes[0];
}

static void
hours_in_order(struct behind *behind)
{
	for (uint32_t i = 0; i < behind->hours; i++) {
		if (behind->by_hour[i])
			behind->by_hour[i] = hour_in_order(behind->by_hour[i], behind->arena);
	}
}

/* One subject for all of them narrows the walk; linked applications have others, and the
 * id of some keys is no subject. */
static struct span
shared_subject(const struct behind *behind)
{
	for (uint32_t i = 0; i < behind->wanted_count; i++) {
		if (behind->wanted[i].meter->key_field != KEY_SUBJECT ||
		    !span_equal(behind->wanted[i].key.id, behind->wanted[0].key.id))
			return (struct span){ 0 };
	}
	return behind->wanted_count > 0 ? behind->wanted[0].key.id : (struct span){ 0 };
}

/* The newest hours whose events are few enough; the newest of all in any case. */
static int32_t
behind_newest(const struct behind *behind)
{
	uint64_t kept = 0;
	for (uint32_t i = behind->hours; i > 0; i--) {
		if (kept > 0 && kept + behind->counts[i - 1] > LIMIT_EXPLAIN_EVENTS)
			return behind->from + (int32_t)i;
		kept += behind->counts[i - 1];
	}
	return behind->from;
}

static enum err
behind_walk(struct behind *behind, struct scan_filter *filter, struct refusal *refusal)
{
	enum err err = scan_log(behind->engine, filter, visit, behind, refusal);
	if (err != ERR_NONE || behind->wants_gauge || behind->found <= LIMIT_EXPLAIN_EVENTS)
		return err;
	behind->kept_from = behind_newest(behind);
	behind->counted   = true;
	filter->from      = hour_start(behind->kept_from);
	memset(behind->by_hour, 0, behind->hours * sizeof(struct noted *));
	return scan_log(behind->engine, filter, visit, behind, refusal);
}

enum err
behind_gather(struct behind *behind, struct refusal *refusal)
{
	struct scan_filter filter = scan_everything();
	filter.account            = behind->account;
	filter.subject            = shared_subject(behind);
	filter.bounded            = true;
	filter.from               = hour_start(behind->from);
	filter.until              = hour_start(behind->from + (int32_t)behind->hours);
	filter.known              = true;
	filter.known_until        = behind->known;
	enum err err              = ERR_NONE;
	if (behind->known.ns < INT64_MAX)
		err = known_retracted(behind->engine, behind->account, behind->known,
		                      &behind->retracted, refusal);
	if (err == ERR_NONE)
		err = behind_walk(behind, &filter, refusal);
	set128_close(&behind->retracted);
	hours_in_order(behind);
	return err;
}

const struct noted *
behind_hour(const struct behind *behind, int32_t hour)
{
	if (hour < behind->from || hour - behind->from >= (int32_t)behind->hours)
		return NULL;
	return behind->by_hour[hour - behind->from];
}

void
noted_write(struct json_out *out, const struct noted *noted)
{
	json_object(out);
	json_key_string(out, SPAN("type"), noted->type);
	json_key_string(out, SPAN("source"), noted->source);
	json_key_string(out, SPAN("id"), noted->id);
	json_key(out, SPAN("time"));
	json_instant(out, noted->at);
	for (int i = 0; i < 2; i++) {
		if (noted->split[i].size > 0)
			json_key_string(out, noted->split_name[i], noted->split[i]);
	}
	if (noted->has_value) {
		json_key(out, SPAN("value"));
		json_count(out, noted->value);
	}
	json_object_end(out);
}
