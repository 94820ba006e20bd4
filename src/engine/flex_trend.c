/* flex_trend.c - a Flex contract over its months, or its days. */
#include "core/base/limit.h"
#include "core/flex/day.h"
#include "engine/flex_int.h"

static void
write_point_month(struct json_out *out, const struct flex_statement *statement)
{
	json_object(out);
	flex_write_month(out, statement->month.period.month_hour);
	flex_write_decimal(out, SPAN("units"), statement->month.units);
	flex_write_decimal(out, SPAN("opening"), statement->pool.opening);
	flex_write_decimal(out, SPAN("topups"), statement->pool.topups);
	flex_write_decimal(out, SPAN("free_used"), statement->pool.free_used);
	flex_write_decimal(out, SPAN("drawn"), statement->pool.drawn);
	flex_write_decimal(out, SPAN("overage"), statement->pool.overage);
	flex_write_decimal(out, SPAN("closing"), statement->pool.closing);
	flex_write_decimal(out, SPAN("amount"), statement->overage_amount);
	json_object_end(out);
}

/* The highest threshold that is crossed; 0 when none is. */
static int32_t
alerts_highest(const struct flex_alerts *alerts)
{
	int32_t highest = 0;

	for (uint32_t i = 0; i < alerts->alerts_count; i++) {
		if (alerts->alerts[i].crossed)
			highest = alerts->alerts[i].threshold;
	}
	return highest;
}

/* Each day's units, those of its month up to its end, and the pool then. */
static void
write_point_days(struct json_out *out, const struct flex_statement *statement, int32_t from,
                 struct arena *arena)
{
	const struct flex_day *days;
	uint32_t               count;

	flex_days(statement, arena, &days, &count);
	for (uint32_t i = 0; i < count; i++) {
		if (days[i].day_hour < from)
			continue;
		json_object(out);
		flex_write_day(out, days[i].day_hour);
		flex_write_decimal(out, SPAN("units"), days[i].units);
		flex_write_decimal(out, SPAN("month_to_date"), days[i].to_date);
		flex_write_decimal(out, SPAN("overage"), days[i].pool.overage);
		flex_write_decimal(out, SPAN("left"), days[i].pool.closing);
		flex_write_decimal(out, SPAN("used"), days[i].alerts.use);
		flex_write_decimal(out, SPAN("limit"), days[i].alerts.limit);
		json_key_int(out, SPAN("crossed"), alerts_highest(&days[i].alerts));
		json_object_end(out);
	}
}

/* Months from the contract's first, days of the last month, unless from says otherwise; up
 * to now, or the end of the day that `to` names. */
static enum err
flex_range(struct engine *engine, const struct question *question, int32_t *from, int32_t *hour,
           struct refusal *refusal)
{
	enum err err = moment_hour(engine, SPAN("to"), question->to, hour, refusal);

	if (err == ERR_NONE)
		*from = question->step == STEP_DAY ? month_first_hour(*hour)
		                                   : hour_of((struct instant){ INT64_MIN });
	if (err == ERR_NONE && question->from.size > 0)
		err = moment_hour(engine, SPAN("from"), question->from, from, refusal);
	if (err != ERR_NONE)
		return err;
	if (*hour < *from)
		return refuse(refusal, ERR_QUESTION, SPAN("to"), SPAN("to lies before from"));
	if (question->step == STEP_DAY &&
	    ((int64_t)*hour - *from) / HOURS_PER_DAY > LIMIT_TREND_POINTS)
		return refuse(refusal, ERR_QUESTION, SPAN("to"),
		              SPAN("the range has more points than one trend may have"));
	*from = question->step == STEP_DAY ? day_first_hour(*from) : month_first_hour(*from);
	return ERR_NONE;
}

static enum err
write_flex_trend(struct json_out *out, const struct asked *asked, const struct flex_question *ask,
                 const struct question *question, int32_t from, struct refusal *refusal)
{
	struct flex_walk               walk;
	struct flex_statement          statement;
	int32_t                        last;
	const struct contract_version *version =
		contract_flex_in(ask->versions, ask->versions_count, ask->contract, from,
	                         ask->at_hour + 1, ask->known, &last);
	if (!version)
		return refuse(refusal, ERR_CONTRACT_UNKNOWN, SPAN("from"),
		              SPAN("no Flex contract holds from then on"));
	struct arena *arena = out->text.arena;
	json_key_string(out, SPAN("contract"), version->contract.id);
	json_key_string(out, SPAN("currency"), asked->licence.account->currency);
	json_key_string(out, SPAN("step"),
	                question->step == STEP_DAY ? SPAN("day") : SPAN("month"));
	json_key(out, SPAN("points"));
	json_array(out);
	flex_walk_open(&walk, ask, version->contract.id, from);
	while (flex_walk_next(&walk, arena, &statement)) {
		if (statement.month.period.until <= from)
			continue;
		if (question->step == STEP_MONTH)
			write_point_month(out, &statement);
		else
			write_point_days(out, &statement, from, arena);
	}
	json_array_end(out);
	return ERR_NONE;
}

enum err
engine_flex_trend(struct engine *engine, const struct question *question, struct arena *arena,
                  struct span *answer, struct refusal *refusal)
{
	uint64_t        begun = clock_ns();
	struct asked    asked;
	struct json_out out;
	int32_t         from, hour;
	enum err        err = flex_range(engine, question, &from, &hour, refusal);
	if (err == ERR_NONE)
		err = asked_begin(engine, question, &asked, refusal);
	if (err != ERR_NONE)
		return err;
	struct flex_question ask = flex_asked(engine, question, &asked, hour);
	json_open(&out, arena);
	json_object(&out);
	json_key_string(&out, SPAN("account"), question->account);
	err = write_flex_trend(&out, &asked, &ask, question, from, refusal);
	asked_end(engine, &asked);
	if (err == ERR_NONE) {
		json_object_end(&out);
		*answer = json_close(&out);
	}
	note_question(engine, begun);
	return err;
}
