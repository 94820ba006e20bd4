/* explain.c - why a figure is what it is (L-63): the tree down to the hours that set it
 * and the events behind each hour. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/decimal.h"
#include "edge/sys/memory.h"
#include "engine/ask_int.h"
#include "engine/behind.h"
#include "engine/explain_crowd.h"

/* ---- one hour ---- */

static void
write_events(struct json_out *out, const struct behind *behind, int32_t hour)
{
	json_key(out, SPAN("events"));
	json_array(out);
	for (const struct noted *noted = behind_hour(behind, hour); noted; noted = noted->next) {
		if (noted->is_gauge)
			noted_write(out, noted);
	}
	json_array_end(out);
}

struct writing {
	struct json_out             *out;
	const struct licence_answer *answer;
	const struct licence_row    *row;
	const struct licence_why    *why;
	const struct behind         *behind;
};

static void
write_hour(const struct writing *writing, int32_t hour, bool with_events)
{
	struct json_out *out = writing->out;
	json_object(out);
	json_key_hour(out, SPAN("at"), hour);
	json_key(out, SPAN("value"));
	json_count(out, writing->why->sums[hour - writing->answer->window_from]);
	if (with_events)
		write_events(out, writing->behind, hour);
	json_object_end(out);
}

/* ---- drivers, bounds, coverage ---- */

static void
write_drivers(const struct writing *writing)
{
	struct json_out          *out = writing->out;
	const struct licence_why *why = writing->why;
	char                      sentence[160], target[DECIMAL_SIZE];
	json_key(out, SPAN("drivers"));
	if (!why->can_fall) {
		json_null(out);
		return;
	}
	size_t size = decimal_format(why->target, target);
	snprintf(sentence, sizeof sentence,
	         "%u more hour%s at or below %.*s would save one licence", why->must_fall,
	         why->must_fall == 1 ? "" : "s", (int)size, target);
	json_object(out);
	json_key(out, SPAN("target"));
	json_count(out, why->target);
	json_key_uint(out, SPAN("must_fall"), why->must_fall);
	json_key_string(out, SPAN("sentence"), span_of(sentence));
	json_key(out, SPAN("hours"));
	json_array(out);
	for (uint32_t i = 0; i < why->must_fall; i++)
		write_hour(writing, why->drivers[i], false);
	json_array_end(out);
	json_object_end(out);
}

static void
write_bounds(const struct writing *writing)
{
	struct json_out *out = writing->out;
	json_key(out, SPAN("bounds"));
	json_object(out);
	json_key_int(out, SPAN("lowest"), writing->why->lowest_licences);
	json_key(out, SPAN("highest"));
	if (writing->why->highest_licences < 0)
		json_null(out);
	else
		json_int(out, writing->why->highest_licences);
	json_object_end(out);
}

static bool
is_present(const struct licence_why *why, uint32_t i)
{
	return why->present[i / 64] >> (i % 64) & 1;
}

static void
write_gap(struct json_out *out, int32_t from, int32_t until)
{
	json_object(out);
	json_key_hour(out, SPAN("from"), from);
	json_key_hour(out, SPAN("to"), until);
	json_object_end(out);
}

/* Hours without a report are "no data", never zero (L-64): those of the window in which
 * this life of the key lasted. */
static void
write_coverage(const struct writing *writing)
{
	struct json_out             *out    = writing->out;
	const struct licence_answer *answer = writing->answer;
	const struct licence_row    *row    = writing->row;
	int32_t first = row->life_from > answer->window_from ? row->life_from : answer->window_from;
	int32_t last =
		row->life_until < answer->window_until ? row->life_until : answer->window_until;
	uint32_t begin = (uint32_t)(first - answer->window_from);
	uint32_t end   = (uint32_t)(last - answer->window_from);
	json_key(out, SPAN("coverage"));
	json_object(out);
	json_key_uint(out, SPAN("hours"), end - begin);
	json_key_uint(out, SPAN("present"), writing->why->hours_present);
	json_key_uint(out, SPAN("missing"), writing->why->hours_missing);
	json_key(out, SPAN("no_data"));
	json_array(out);
	for (uint32_t i = begin, gap; i < end; i++) {
		if (is_present(writing->why, i))
			continue;
		for (gap = i; i < end && !is_present(writing->why, i);)
			i++;
		write_gap(out, answer->window_from + (int32_t)gap,
		          answer->window_from + (int32_t)i);
	}
	json_array_end(out);
	json_object_end(out);
}

/* ---- one row ---- */

static void
write_hours(const struct writing *writing)
{
	struct json_out *out   = writing->out;
	int32_t          from  = writing->answer->window_from;
	uint32_t         hours = (uint32_t)(writing->answer->window_until - from);
	json_key(out, SPAN("hours"));
	json_array(out);
	for (uint32_t i = 0; i < hours; i++) {
		if (is_present(writing->why, i))
			write_hour(writing, from + (int32_t)i, false);
	}
	json_array_end(out);
}

static void
write_why(const struct writing *writing)
{
	struct json_out          *out = writing->out;
	const struct licence_why *why = writing->why;
	json_key(out, SPAN("why"));
	json_object(out);
	json_key_int(out, SPAN("percentile"), writing->row->rule->percentile);
	json_key_uint(out, SPAN("hours_present"), why->hours_present);
	json_key_uint(out, SPAN("rank"), why->rank);
	json_key(out, SPAN("value"));
	json_count(out, why->percentile);
	json_key(out, SPAN("decisive"));
	if (why->hours_present > 0)
		write_hour(writing, why->decisive_hour, true);
	else
		json_null(out);
	json_key(out, SPAN("ignored"));
	json_array(out);
	for (uint32_t i = 0; i < why->ignored_count; i++)
		write_hour(writing, why->ignored_hours[i], true);
	json_array_end(out);
	write_drivers(writing);
	write_bounds(writing);
	write_coverage(writing);
	write_hours(writing);
	json_object_end(out);
}

/* The events of some series in [from, until), as far as they were kept. */
struct activity {
	const struct series *const *series;
	uint32_t                    count;
	int32_t                     from;
	int32_t                     until;
};

static void
write_activity(struct json_out *out, const struct behind *behind, const struct activity *activity)
{
	json_key(out, SPAN("activity"));
	json_array(out);
	for (uint32_t i = 0; i < behind->hours; i++) {
		int32_t hour = behind->from + (int32_t)i;
		if (hour < activity->from || hour >= activity->until)
			continue;
		for (const struct noted *noted = behind_hour(behind, hour); noted;
		     noted                     = noted->next) {
			if (!noted->is_gauge &&
			    behind_feeds(behind, noted, activity->series, activity->count))
				noted_write(out, noted);
		}
	}
	json_array_end(out);
	if (behind->kept_from > behind->from)
		json_key_hour(out, SPAN("activity_from"), behind->kept_from);
}

/* A project or key of a figure without rows: what each hour adds, and the events. */
static void
write_explained_by(struct json_out *out, const struct licence_question *question,
                   const struct licence_answer *answer, const struct licence_by *by,
                   const struct behind *behind, struct arena *arena)
{
	int32_t         from     = answer->window_from;
	uint32_t        hours    = (uint32_t)(answer->window_until - from);
	int64_t        *values   = ARENA_ARRAY(arena, int64_t, hours);
	struct activity activity = { by->series, by->series_count, from, answer->window_until };

	licence_by_hours(by, from, answer->window_until, arena, values);
	json_object(out);
	json_key(out, SPAN("by"));
	write_by(out, question->catalog, answer, by);
	json_key(out, SPAN("hours"));
	json_array(out);
	for (uint32_t i = 0; i < hours; i++) {
		if (values[i] < 0)
			continue;
		json_object(out);
		json_key_hour(out, SPAN("at"), from + (int32_t)i);
		json_key(out, SPAN("value"));
		write_quantity(out, answer, by->rule->fold == FOLD_SUM, values[i]);
		json_object_end(out);
	}
	json_array_end(out);
	write_activity(out, behind, &activity);
	json_object_end(out);
}

static void
write_explained(struct json_out *out, const struct licence_question *question,
                const struct licence_answer *answer, const struct licence_row *row,
                const struct behind *behind, struct arena *arena)
{
	struct licence_why why     = { 0 };
	struct writing     writing = { out, answer, row, &why, behind };
	json_object(out);
	json_key(out, SPAN("row"));
	write_row(out, question->catalog, row);
	if (row->rule->fold == FOLD_PERCENTILE) {
		licence_why(question, row, arena, &why);
		write_why(&writing);
	}
	const struct activity activity = { row->activities, row->activities_count, row->life_from,
		                           row->life_until };
	write_activity(out, behind, &activity);
	json_object_end(out);
}

/* ---- the parts ---- */

static void
write_explained_parts(struct json_out *out, const struct licence_answer *answer)
{
	json_key(out, SPAN("parts"));
	json_array(out);
	for (uint32_t i = 0; i < answer->parts_count; i++) {
		const struct licence_part *part = &answer->parts[i];
		json_object(out);
		json_key_string(out, SPAN("part"), part->rule->part);
		json_key_string(out, SPAN("rule"), part->rule->text);
		write_part_quantity(out, answer, part);
		json_key_int(out, SPAN("per"), part->rule->per);
		json_key_int(out, SPAN("least"), part->rule->least);
		json_key_int(out, SPAN("total_per"), part->rule->total_per);
		json_key(out, SPAN("licences"));
		write_number(out, answer->amounts, part->licences);
		json_object_end(out);
	}
	json_array_end(out);
}

/* By its id; a project, which has none, by kind, org and project. */
static bool
names_a_row(const struct question *question)
{
	return question->id.size > 0 ||
	       (question->kind.size > 0 && question->org.size > 0 && question->project.size > 0);
}

/* ---- the answer ---- */

/* First, under the books lock, which keys are behind the rows; then, without it, the walk
 * over the log, which may take a while; then the answer. */
struct explaining {
	struct engine         *engine;
	const struct question *question;
	struct asked           asked;
	struct licence_answer  answer;
	struct behind          behind;
	struct first_seen      seen; /* of a figure of different ones, the one that was named */
};

static uint32_t
count_matches(const struct explaining *explaining)
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < explaining->answer.rows_count; i++)
		count += row_matches(&explaining->answer.rows[i], explaining->question);
	for (uint32_t i = 0; i < explaining->answer.by_count; i++)
		count += by_matches(&explaining->answer.by[i], explaining->question);
	return count + (explaining->seen.rule != NULL);
}

static void
write_all(struct explaining *explaining, struct json_out *out, struct arena *arena)
{
	const struct licence_answer   *answer = &explaining->answer;
	const struct licence_question *asked  = &explaining->asked.licence;
	bool                           named  = names_a_row(explaining->question);
	json_object(out);
	json_key_string(out, SPAN("account"), explaining->question->account);
	json_key_hour(out, SPAN("at"), explaining->asked.licence.at_hour);
	write_figure(out, &explaining->asked.licence, answer);
	json_key_string(out, SPAN("rule"), explaining->asked.licence.module->text);
	write_explained_parts(out, answer);
	if (!named && module_has_by(asked->catalog, asked->module))
		write_broken_down(out, asked->catalog, answer, explaining->question);
	if (!named)
		write_days_first_seen(out, asked, answer);
	if (!named && !module_has_rows(asked->catalog, asked->module)) {
		json_object_end(out);
		return;
	}
	json_key(out, named ? SPAN("explained") : SPAN("rows"));
	json_array(out);
	for (uint32_t i = 0; i < answer->rows_count; i++) {
		if (!row_matches(&answer->rows[i], explaining->question))
			continue;
		if (named)
			write_explained(out, asked, answer, &answer->rows[i], &explaining->behind,
			                arena);
		else
			write_row(out, asked->catalog, &answer->rows[i]);
	}
	for (uint32_t i = 0; named && i < answer->by_count; i++) {
		if (by_matches(&answer->by[i], explaining->question))
			write_explained_by(out, asked, answer, &answer->by[i], &explaining->behind,
			                   arena);
	}
	if (named && explaining->seen.rule)
		write_first_seen(out, &explaining->seen, &explaining->behind);
	json_array_end(out);
	json_object_end(out);
}

/* Of the window; but who has access was granted it before. */
static int32_t
earliest_hour(const struct explaining *explaining)
{
	int32_t earliest = explaining->answer.window_from;
	for (uint32_t i = 0; i < explaining->answer.rows_count; i++) {
		const struct licence_row *row = &explaining->answer.rows[i];
		if (row->rule->fold == FOLD_ACCESS && row->life_from < earliest &&
		    row_matches(row, explaining->question))
			earliest = row->life_from;
	}
	return earliest;
}

static enum err
want_rows(struct explaining *explaining, struct arena *arena, struct refusal *refusal)
{
	const struct licence_answer *answer = &explaining->answer;
	struct first_seen           *seen   = &explaining->seen;
	bool is_seen = first_seen_find(seen, &explaining->asked.licence, answer,
	                               explaining->question, arena);
	if (count_matches(explaining) == 0)
		return refuse(refusal, ERR_NOT_FOUND, SPAN("id"),
		              SPAN("no row of the figure has this kind, org, project and id"));
	/* Of those who have no rows, their first hour is all that there is. */
	bool    alone = is_seen && answer->rows_count == 0 && answer->by_count == 0;
	int32_t from  = alone ? seen->hour : earliest_hour(explaining);
	int32_t until = alone ? seen->hour + 1 : answer->window_until;
	behind_open(&explaining->behind, explaining->engine, explaining->question->account, from,
	            until, explaining->asked.known, arena);
	if (is_seen)
		behind_want_key(&explaining->behind, seen->meter, &seen->key);
	for (uint32_t i = 0; i < answer->by_count; i++) {
		if (by_matches(&answer->by[i], explaining->question))
			behind_want_by(&explaining->behind, &answer->by[i]);
	}
	for (uint32_t i = 0; i < answer->rows_count; i++) {
		if (row_matches(&answer->rows[i], explaining->question))
			behind_want(&explaining->behind, &answer->rows[i]);
	}
	return ERR_NONE;
}

static enum err
gather_behind(struct explaining *explaining, struct arena *arena, struct refusal *refusal)
{
	enum err err =
		asked_begin(explaining->engine, explaining->question, &explaining->asked, refusal);
	if (err != ERR_NONE)
		return err;
	licence_answer(&explaining->asked.licence, true, arena, &explaining->answer);
	err = want_rows(explaining, arena, refusal);
	asked_end(explaining->engine, &explaining->asked);
	return err == ERR_NONE ? behind_gather(&explaining->behind, refusal) : err;
}

enum err
engine_explain(struct engine *engine, const struct question *question, struct arena *arena,
               struct span *answer, struct refusal *refusal)
{
	uint64_t          begun      = clock_ns();
	struct explaining explaining = { .engine = engine, .question = question };
	struct json_out   out;
	if (question->module.size == 0)
		return refuse(refusal, ERR_QUESTION, SPAN("module"),
		              SPAN("an explanation is of one module"));
	enum err err = ERR_NONE;
	if (names_a_row(question))
		err = gather_behind(&explaining, arena, refusal);
	if (err == ERR_NONE)
		err = asked_begin(engine, question, &explaining.asked, refusal);
	if (err != ERR_NONE)
		return err;
	licence_answer(&explaining.asked.licence, true, arena, &explaining.answer);
	json_open(&out, arena);
	write_all(&explaining, &out, arena);
	*answer = json_close(&out);
	asked_end(engine, &explaining.asked);
	note_question(engine, begun);
	return ERR_NONE;
}
