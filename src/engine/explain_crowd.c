/* explain_crowd.c - why a figure of different ones is what it is. */
#include "engine/explain_crowd.h"

static bool
part_is_crowd(const struct licence_question *asked, const struct licence_part *part)
{
	int32_t meter = part->rule->active_meter;
	return asked->catalog->meters[meter].kind == SERIES_DISTINCT;
}

bool
first_seen_find(struct first_seen *seen, const struct licence_question *asked,
                const struct licence_answer *answer, const struct question *question,
                struct arena *arena)
{
	if (!asked->book || question->id.size == 0)
		return false;
	for (uint32_t i = 0; i < answer->parts_count; i++) {
		const struct licence_part *part = &answer->parts[i];
		int32_t                    hour;
		if (!part_is_crowd(asked, part) ||
		    (question->kind.size > 0 && !span_equal(question->kind, part->rule->part)))
			continue;
		uint32_t meter = (uint32_t)part->rule->active_meter;
		if (!book_crowd_first(asked->book, meter, question->id, answer->window_from,
		                      &hour) ||
		    hour >= answer->window_until)
			continue;
		seen->rule   = part->rule;
		seen->meter  = &asked->catalog->meters[meter];
		seen->key.id = arena_copy(arena, question->id);
		seen->hour   = hour;
		return true;
	}
	return false;
}

/* The event is the earliest of the hour, as far as the log still says so: a retraction may
 * have come in between. */
void
write_first_seen(struct json_out *out, const struct first_seen *seen, const struct behind *behind)
{
	const struct noted *first = behind_hour(behind, seen->hour);
	while (first && behind->wanted[first->series].meter != seen->meter)
		first = first->next;
	json_object(out);
	json_key_string(out, SPAN("part"), seen->rule->part);
	json_key_string(out, SPAN("id"), seen->key.id);
	json_key_hour(out, SPAN("first_seen"), seen->hour);
	json_key(out, SPAN("event"));
	if (first)
		noted_write(out, first);
	else
		json_null(out);
	json_object_end(out);
}

static void
write_days(struct json_out *out, const struct licence_question *asked,
           const struct licence_answer *answer, uint32_t meter)
{
	int32_t day = answer->window_from;
	json_key(out, SPAN("days"));
	json_array(out);
	for (int32_t next; asked->book && day < answer->window_until; day = next) {
		next          = day_first_hour(day) + HOURS_PER_DAY;
		int32_t until = next < answer->window_until ? next : answer->window_until;
		int64_t count = (int64_t)book_crowd_count(asked->book, meter, day, until);
		if (count == 0)
			continue;
		json_object(out);
		json_key_hour(out, SPAN("from"), day);
		json_key_int(out, SPAN("count"), count);
		json_object_end(out);
	}
	json_array_end(out);
}

void
write_days_first_seen(struct json_out *out, const struct licence_question *asked,
                      const struct licence_answer *answer)
{
	bool any = false;
	for (uint32_t i = 0; i < answer->parts_count; i++)
		any |= part_is_crowd(asked, &answer->parts[i]);
	if (!any)
		return;
	json_key(out, SPAN("first_seen"));
	json_array(out);
	for (uint32_t i = 0; i < answer->parts_count; i++) {
		const struct licence_part *part = &answer->parts[i];
		if (!part_is_crowd(asked, part))
			continue;
		json_object(out);
		json_key_string(out, SPAN("part"), part->rule->part);
		write_days(out, asked, answer, (uint32_t)part->rule->active_meter);
		json_object_end(out);
	}
	json_array_end(out);
}
