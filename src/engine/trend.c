/* trend.c - a figure over time (L-62). */
#include "core/base/limit.h"
#include "engine/ask_int.h"

/* The last hour of the day or month that contains hour. */
static int32_t
step_last_hour(int32_t hour, enum step step)
{
	return step == STEP_DAY ? day_first_hour(hour) + HOURS_PER_DAY - 1
	                        : month_next_first_hour(hour) - 1;
}

static int32_t
step_first_hour(int32_t hour, enum step step)
{
	return step == STEP_DAY ? day_first_hour(hour) : month_first_hour(hour);
}

/* Of the month of the last point (L-62 "current month"); over use is the peak against what
 * is owned at the last point. */
struct peak {
	int32_t month;
	int64_t used;
	int64_t owned;
	bool    compared;
};

static void
peak_add(struct peak *peak, int32_t hour, const struct licence_answer *answer)
{
	if (peak->month != month_first_hour(hour))
		*peak = (struct peak){ .month = month_first_hour(hour) };
	if (answer->used > peak->used)
		peak->used = answer->used;
	peak->compared = answer->compared;
	peak->owned    = answer->owned;
}

static void
write_point(struct json_out *out, struct asked *asked, int32_t hour, struct arena *arena,
            struct peak *peak)
{
	struct licence_answer answer;
	struct arena          scratch;
	arena_open(&scratch, arena->memory);
	asked_at(asked, hour);
	licence_answer(&asked->licence, false, &scratch, &answer);
	peak_add(peak, hour, &answer);
	json_object(out);
	json_key_hour(out, SPAN("at"), hour);
	json_key(out, SPAN("owned"));
	if (answer.compared)
		write_number(out, answer.amounts, answer.owned);
	else
		json_null(out);
	json_key(out, SPAN("used"));
	write_number(out, answer.amounts, answer.used);
	json_object_end(out);
	arena_close(&scratch);
}

static void
write_peak(struct json_out *out, const struct peak *peak, bool amounts)
{
	json_key(out, SPAN("peak"));
	write_number(out, amounts, peak->used);
	json_key(out, SPAN("over"));
	if (peak->compared)
		write_number(out, amounts, peak->used > peak->owned ? peak->used - peak->owned : 0);
	else
		json_null(out);
}

static enum err
trend_range(struct engine *engine, const struct question *question, int32_t *from, int32_t *until,
            struct refusal *refusal)
{
	if (question->from.size == 0 || question->to.size == 0)
		return refuse(refusal, ERR_QUESTION,
		              question->from.size == 0 ? SPAN("from") : SPAN("to"),
		              SPAN("a trend needs from and to, as 2026-10-01"));
	enum err err = moment_hour(engine, SPAN("from"), question->from, from, refusal);
	if (err == ERR_NONE)
		err = moment_hour(engine, SPAN("to"), question->to, until, refusal);
	if (err != ERR_NONE)
		return err;
	if (*until < *from)
		return refuse(refusal, ERR_QUESTION, SPAN("to"), SPAN("to lies before from"));
	int64_t points = ((int64_t)*until - *from) / (question->step == STEP_DAY ? 24 : 24 * 28);
	if (points > LIMIT_TREND_POINTS)
		return refuse(refusal, ERR_QUESTION, SPAN("to"),
		              SPAN("the range has more points than one trend may have"));
	return ERR_NONE;
}

/* Days that have not begun have no figure; today's is that of this hour. */
enum err
engine_trend(struct engine *engine, const struct question *question, struct arena *arena,
             struct span *answer, struct refusal *refusal)
{
	uint64_t        begun = clock_ns();
	struct asked    asked;
	struct json_out out;
	struct peak     peak = { .month = INT32_MIN };
	int32_t         from, until, now = hour_of(engine_now(engine));
	struct question at_now = *question;
	at_now.at              = (struct span){ 0 };
	enum err err           = ERR_NONE;
	if (question->module.size == 0)
		err = refuse(refusal, ERR_QUESTION, SPAN("module"),
		             SPAN("a trend is of one module"));
	if (err == ERR_NONE)
		err = trend_range(engine, question, &from, &until, refusal);
	if (err == ERR_NONE)
		err = asked_begin(engine, &at_now, &asked, refusal);
	if (err != ERR_NONE)
		return err;

	struct licence_answer head;
	int32_t               last = step_last_hour(until, question->step);
	asked_at(&asked, last < now ? last : now);
	licence_answer(&asked.licence, false, arena, &head);
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("account"), question->account);
	json_key_string(&out, SPAN("module"), asked.licence.module->name);
	json_key_string(&out, SPAN("unit"), head.unit);
	json_key_string(&out, SPAN("step"),
	                question->step == STEP_DAY ? SPAN("day") : SPAN("month"));
	json_key(&out, SPAN("points"));
	json_array(&out);
	for (int32_t at = step_last_hour(from, question->step);
	     at <= last && step_first_hour(at, question->step) <= now;
	     at = step_last_hour(at + 1, question->step))
		write_point(&out, &asked, at < now ? at : now, arena, &peak);
	json_array_end(&out);
	write_peak(&out, &peak, head.amounts);
	json_object_end(&out);
	asked_end(engine, &asked);
	*answer = json_close(&out);
	note_question(engine, begun);
	return ERR_NONE;
}
