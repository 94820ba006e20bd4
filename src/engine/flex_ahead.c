/* flex_ahead.c - what a month will come to, and what the last ones would have been (F-42,
 * F-43). */
#include "core/flex/forecast.h"
#include "core/flex/transition.h"
#include "engine/flex_int.h"

/* ---- forecasts ---- */

static void
write_paces(struct json_out *out, struct span key, const int64_t paces[FLEX_PACES])
{
	json_key(out, key);
	json_object(out);
	flex_write_decimal(out, SPAN("low"), paces[FLEX_SLOWEST]);
	flex_write_decimal(out, SPAN("expected"), paces[FLEX_EXPECTED]);
	flex_write_decimal(out, SPAN("high"), paces[FLEX_FASTEST]);
	json_object_end(out);
}

static void
write_empty_day(struct json_out *out, struct span key, int32_t day_hour)
{
	char text[INSTANT_SIZE];

	json_key(out, key);
	if (day_hour == INT32_MAX) {
		json_null(out);
		return;
	}
	hour_format(day_hour, text);
	json_string(out, (struct span){ text, 10 });
}

/* What is left is lowest when use is highest. */
static void
write_ahead(struct json_out *out, const struct flex_forecast *forecast)
{
	json_key(out, SPAN("days"));
	json_array(out);
	for (uint32_t i = 0; i < forecast->ahead_count; i++) {
		const struct flex_ahead *ahead = &forecast->ahead[i];
		json_object(out);
		flex_write_day(out, ahead->day_hour);
		flex_write_decimal(out, SPAN("low"), ahead->left[FLEX_FASTEST]);
		flex_write_decimal(out, SPAN("expected"), ahead->left[FLEX_EXPECTED]);
		flex_write_decimal(out, SPAN("high"), ahead->left[FLEX_SLOWEST]);
		json_object_end(out);
	}
	json_array_end(out);
}

static void
write_forecast(struct json_out *out, const struct flex_forecast *forecast)
{
	const struct flex_statement *statement = &forecast->statement;

	json_key_string(out, SPAN("contract"), statement->version->contract.id);
	flex_write_month(out, statement->month.period.month_hour);
	json_key_hour(out, SPAN("at"), statement->month.period.until - 1);
	json_key_uint(out, SPAN("days_recorded"), forecast->days_recorded);
	flex_write_decimal(out, SPAN("units"), statement->month.units);
	write_paces(out, SPAN("a_day"), forecast->a_day);
	write_paces(out, SPAN("at_end"), forecast->at_end);
	flex_write_decimal(out, SPAN("left"), statement->pool.closing);
	write_ahead(out, forecast);
	json_key(out, SPAN("empty"));
	if (!forecast->has_pool) {
		json_null(out);
		return;
	}
	json_object(out);
	write_empty_day(out, SPAN("earliest"), forecast->empty_day[FLEX_FASTEST]);
	write_empty_day(out, SPAN("expected"), forecast->empty_day[FLEX_EXPECTED]);
	write_empty_day(out, SPAN("latest"), forecast->empty_day[FLEX_SLOWEST]);
	json_object_end(out);
}

enum err
engine_flex_forecast(struct engine *engine, const struct question *question, struct arena *arena,
                     struct span *answer, struct refusal *refusal)
{
	uint64_t             begun = clock_ns();
	struct flex_forecast forecast;
	struct asked         asked;
	struct json_out      out;
	int32_t              hour;
	enum err             err = flex_hour(engine, question, &hour, refusal);
	if (err == ERR_NONE)
		err = asked_begin(engine, question, &asked, refusal);
	if (err != ERR_NONE)
		return err;
	struct flex_question ask = flex_asked(engine, question, &asked, hour);
	err                      = flex_forecast(&ask, arena, &forecast, refusal);
	if (err == ERR_NONE) {
		json_open(&out, arena);
		json_object(&out);
		json_key_string(&out, SPAN("account"), question->account);
		write_forecast(&out, &forecast);
		json_object_end(&out);
		*answer = json_close(&out);
	}
	asked_end(engine, &asked);
	note_question(engine, begun);
	return err;
}

/* ---- transitions ---- */

static void
write_transition_months(struct json_out *out, const struct flex_transition *transition)
{
	json_key(out, SPAN("months"));
	json_array(out);
	for (uint32_t i = 0; i < TRANSITION_MONTHS; i++) {
		const struct flex_month *month = &transition->months[i];
		json_object(out);
		flex_write_month(out, month->period.month_hour);
		flex_write_decimal(out, SPAN("units"), month->units);
		flex_write_lines(out, month->lines, month->lines_count);
		json_object_end(out);
	}
	json_array_end(out);
	json_key(out, SPAN("highest"));
	json_array(out);
	for (uint32_t i = 0; i < TRANSITION_HIGHEST; i++) {
		const struct flex_month *month = &transition->months[transition->highest[i]];
		json_object(out);
		flex_write_month(out, month->period.month_hour);
		flex_write_decimal(out, SPAN("units"), month->units);
		json_object_end(out);
	}
	json_array_end(out);
}

static void
write_transition(struct json_out *out, const struct flex_transition *transition)
{
	const struct flex_period *last = &transition->months[TRANSITION_MONTHS - 1].period;

	json_key_string(out, SPAN("tier"), catalog_tier_name(transition->tier));
	json_key_hour(out, SPAN("from"), transition->months[0].period.from);
	json_key_hour(out, SPAN("to"), last->to);
	json_key(out, SPAN("metrics"));
	json_array(out);
	for (uint32_t i = 0; i < transition->metrics_count; i++) {
		const struct flex_metric *metric = &transition->metrics[i];
		json_object(out);
		json_key_string(out, SPAN("module"), metric->rate->module);
		json_key_string(out, SPAN("metric"), metric->rate->metric);
		json_key_string(out, SPAN("name"), metric->rate->name);
		flex_write_decimal(out, SPAN("units"), metric->units);
		json_object_end(out);
	}
	json_array_end(out);
	flex_write_decimal(out, SPAN("units"), transition->units);
	flex_write_decimal(out, SPAN("pool"), transition->pool);
	write_transition_months(out, transition);
}

static enum err
tier_read(struct span text, enum flex_tier *tier, struct refusal *refusal)
{
	*tier = text.size > 0 ? catalog_tier_find(text) : FLEX_ENTERPRISE;
	if (*tier < FLEX_TIERS)
		return ERR_NONE;
	return refuse(refusal, ERR_QUESTION, SPAN("tier"),
	              SPAN("tier is free, essentials or enterprise"));
}

enum err
engine_flex_transition(struct engine *engine, const struct question *question, struct arena *arena,
                       struct span *answer, struct refusal *refusal)
{
	uint64_t               begun = clock_ns();
	struct flex_transition transition;
	struct asked           asked;
	struct json_out        out;
	enum flex_tier         tier;
	enum err               err = tier_read(question->tier, &tier, refusal);
	if (err == ERR_NONE)
		err = asked_begin(engine, question, &asked, refusal);
	if (err != ERR_NONE)
		return err;
	err = flex_transition(engine->catalog, asked.licence.book, tier, asked.licence.at_hour,
	                      arena, &transition, refusal);
	if (err == ERR_NONE) {
		json_open(&out, arena);
		json_object(&out);
		json_key_string(&out, SPAN("account"), question->account);
		write_transition(&out, &transition);
		json_object_end(&out);
		*answer = json_close(&out);
	}
	asked_end(engine, &asked);
	note_question(engine, begun);
	return err;
}
