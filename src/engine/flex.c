/* flex.c - the Flex month of an account: lines, pool, overage, alerts; and what quantities
 * would cost (F-1 to F-20, F-40). */
#include <stdio.h>

#include "core/flex/estimate.h"
#include "core/flex/invoice.h"
#include "core/flex/share.h"
#include "engine/flex_int.h"

enum { MONTH_TEXT_SIZE = 7, DAY_TEXT_SIZE = 10 };

/* ---- which month ---- */

/* "2026-04" as its first hour. */
static enum err
month_read(struct span text, int32_t *first, struct refusal *refusal)
{
	char        day[DAY_TEXT_SIZE];
	struct span whole = { day, sizeof day };

	if (text.size == MONTH_TEXT_SIZE) {
		memcpy(day, text.at, MONTH_TEXT_SIZE);
		memcpy(day + MONTH_TEXT_SIZE, "-01", DAY_TEXT_SIZE - MONTH_TEXT_SIZE);
		if (date_parse(whole, first) == ERR_NONE && hour_is_answerable(*first))
			return ERR_NONE;
	}
	return refuse(refusal, ERR_QUESTION, SPAN("month"), SPAN("a month looks like 2026-04"));
}

/* The last hour of the month that is asked about: H, or the month's end, or now. */
enum err
flex_hour(struct engine *engine, const struct question *question, int32_t *hour,
          struct refusal *refusal)
{
	int32_t  now = hour_of(engine_now(engine));
	int32_t  first;
	enum err err = moment_hour(engine, SPAN("at"), question->at, hour, refusal);
	if (err == ERR_NONE && question->month.size > 0)
		err = month_read(question->month, &first, refusal);
	if (err != ERR_NONE || question->month.size == 0)
		return err;
	if (question->at.size == 0 && first > now)
		return refuse(refusal, ERR_QUESTION, SPAN("month"),
		              SPAN("the month has not begun"));
	if (*hour < first)
		return refuse(refusal, ERR_QUESTION, SPAN("at"), SPAN("at lies before the month"));
	int32_t last = month_next_first_hour(first) - 1;
	if (*hour > last)
		*hour = last;
	return ERR_NONE;
}

struct flex_question
flex_asked(const struct engine *engine, const struct question *question, const struct asked *asked,
           int32_t hour)
{
	return (struct flex_question){
		.catalog        = engine->catalog,
		.versions       = asked->versions,
		.versions_count = asked->versions_count,
		.known          = asked->known,
		.book           = asked->licence.book,
		.contract       = question->id,
		.at_hour        = hour,
	};
}

/* ---- as JSON ---- */

void
flex_write_decimal(struct json_out *out, struct span key, int64_t millionths)
{
	json_key(out, key);
	json_decimal(out, millionths);
}

void
flex_write_month(struct json_out *out, int32_t month_hour)
{
	char text[INSTANT_SIZE];

	hour_format(month_hour, text);
	json_key_string(out, SPAN("month"), (struct span){ text, MONTH_TEXT_SIZE });
}

static void
write_period(struct json_out *out, const struct flex_period *period)
{
	char fraction[32];

	flex_write_month(out, period->month_hour);
	json_key_hour(out, SPAN("at"), period->until - 1);
	json_key_hour(out, SPAN("from"), period->from);
	json_key_hour(out, SPAN("to"), period->to);
	if (fraction_is_whole(period->fraction))
		return;
	snprintf(fraction, sizeof fraction, "%d/%d", period->fraction.hours, period->fraction.of);
	json_key_string(out, SPAN("fraction"), span_of(fraction));
}

static void
write_line_members(struct json_out *out, const struct flex_line *line)
{
	json_key_string(out, SPAN("module"), line->rate->module);
	json_key_string(out, SPAN("metric"), line->rate->metric);
	json_key_string(out, SPAN("name"), line->rate->name);
	json_key_string(out, SPAN("unit"), line->rate->unit);
	flex_write_decimal(out, SPAN("quantity"), line->quantity);
	flex_write_decimal(out, SPAN("allowance"), line->allowance);
	flex_write_decimal(out, SPAN("billable"), line->billable);
	json_key_string(out, SPAN("rate"), rate_words(line->rate, out->text.arena));
	flex_write_decimal(out, SPAN("units"), line->units);
}

void
flex_write_lines(struct json_out *out, const struct flex_line *lines, uint32_t count)
{
	json_key(out, SPAN("lines"));
	json_array(out);
	for (uint32_t i = 0; i < count; i++) {
		json_object(out);
		write_line_members(out, &lines[i]);
		json_object_end(out);
	}
	json_array_end(out);
}

static void
write_pool(struct json_out *out, const struct flex_pool *pool)
{
	json_key(out, SPAN("pool"));
	json_object(out);
	flex_write_decimal(out, SPAN("opening"), pool->opening);
	flex_write_decimal(out, SPAN("topups"), pool->topups);
	flex_write_decimal(out, SPAN("free"), pool->free);
	flex_write_decimal(out, SPAN("free_used"), pool->free_used);
	flex_write_decimal(out, SPAN("drawn"), pool->drawn);
	flex_write_decimal(out, SPAN("overage"), pool->overage);
	flex_write_decimal(out, SPAN("closing"), pool->closing);
	json_object_end(out);
}

static void
write_overage(struct json_out *out, const struct flex_statement *statement, struct span currency)
{
	json_key(out, SPAN("overage"));
	json_object(out);
	flex_write_decimal(out, SPAN("units"), statement->pool.overage);
	flex_write_decimal(out, SPAN("rate"), statement->version->contract.flex->overage_price);
	flex_write_decimal(out, SPAN("amount"), statement->overage_amount);
	json_key_string(out, SPAN("currency"), currency);
	json_object_end(out);
}

static void
write_alerts(struct json_out *out, const struct flex_alerts *alerts)
{
	json_key(out, SPAN("alerts"));
	json_array(out);
	for (uint32_t i = 0; i < alerts->alerts_count; i++) {
		json_object(out);
		json_key_int(out, SPAN("threshold"), alerts->alerts[i].threshold);
		json_key_bool(out, SPAN("crossed"), alerts->alerts[i].crossed);
		json_object_end(out);
	}
	json_array_end(out);
	json_key(out, SPAN("percent"));
	write_percent(out, alerts->percent_hundredths);
	flex_write_decimal(out, SPAN("limit"), alerts->limit);
	flex_write_decimal(out, SPAN("used"), alerts->use);
}

void
flex_write_day(struct json_out *out, int32_t day_hour)
{
	char text[INSTANT_SIZE];

	hour_format(day_hour, text);
	json_key_string(out, SPAN("day"), (struct span){ text, DAY_TEXT_SIZE });
}

static void
write_share(struct json_out *out, enum flex_by by, const struct flex_share *share)
{
	json_object(out);
	if (by == FLEX_BY_DAY)
		flex_write_day(out, share->day_hour);
	if (by == FLEX_BY_ORG || by == FLEX_BY_PROJECT || by == FLEX_BY_RESOURCE)
		json_key_string(out, SPAN("org"), share->org);
	if (by == FLEX_BY_PROJECT || by == FLEX_BY_RESOURCE)
		json_key_string(out, SPAN("project"), share->project);
	if (by == FLEX_BY_RESOURCE) {
		json_key_string(out, SPAN("id"), share->id);
		json_key_string(out, SPAN("item"), share->item);
	}
	if (share->rate) {
		json_key_string(out, SPAN("module"), share->rate->module);
		json_key_string(out, SPAN("metric"), share->rate->metric);
		json_key_string(out, SPAN("unit"), share->rate->unit);
		flex_write_decimal(out, SPAN("quantity"), share->quantity);
	}
	flex_write_decimal(out, SPAN("units"), share->units);
	json_object_end(out);
}

static void
write_shares(struct json_out *out, const struct flex_statement *statement, enum flex_by by,
             struct arena *arena)
{
	const struct flex_share *shares;
	uint32_t                 count;

	flex_shares(&statement->use, &statement->month, by, arena, &shares, &count);
	json_key(out, SPAN("by"));
	json_array(out);
	for (uint32_t i = 0; i < count; i++)
		write_share(out, by, &shares[i]);
	json_array_end(out);
}

static void
write_statement_contract(struct json_out *out, const struct asked *asked,
                         const struct contract_version *version)
{
	uint32_t index = (uint32_t)(version - asked->versions);

	json_key_string(out, SPAN("contract"), version->contract.id);
	json_key_uint(out, SPAN("version"), contract_version_number(asked->versions, index));
	json_key_string(out, SPAN("tier"), catalog_tier_name(version->contract.flex->tier));
}

static void
write_statement(struct json_out *out, const struct asked *asked,
                const struct flex_statement *statement)
{
	write_statement_contract(out, asked, statement->version);
	write_period(out, &statement->month.period);
	flex_write_lines(out, statement->month.lines, statement->month.lines_count);
	flex_write_decimal(out, SPAN("units"), statement->month.units);
	write_pool(out, &statement->pool);
	write_overage(out, statement, asked->licence.account->currency);
	write_alerts(out, &statement->alerts);
}

/* ---- the questions ---- */

static enum err
by_read(struct span text, enum flex_by *by, struct refusal *refusal)
{
	*by = flex_by_find(text);
	if (text.size == 0 || *by < FLEX_BYS)
		return ERR_NONE;
	return refuse(refusal, ERR_QUESTION, SPAN("by"),
	              SPAN("by is org, project, resource, day or activity"));
}

enum err
engine_flex(struct engine *engine, const struct question *question, struct arena *arena,
            struct span *answer, struct refusal *refusal)
{
	uint64_t              begun = clock_ns();
	struct flex_statement statement;
	struct asked          asked;
	struct json_out       out;
	enum flex_by          by;
	int32_t               hour;
	enum err              err = by_read(question->by, &by, refusal);
	if (err == ERR_NONE)
		err = flex_hour(engine, question, &hour, refusal);
	if (err == ERR_NONE)
		err = asked_begin(engine, question, &asked, refusal);
	if (err != ERR_NONE)
		return err;
	struct flex_question ask = flex_asked(engine, question, &asked, hour);
	err                      = flex_statement(&ask, arena, &statement, refusal);
	if (err == ERR_NONE) {
		json_open(&out, arena);
		json_object(&out);
		json_key_string(&out, SPAN("account"), question->account);
		write_statement(&out, &asked, &statement);
		if (by < FLEX_BYS)
			write_shares(&out, &statement, by, arena);
		json_object_end(&out);
		*answer = json_close(&out);
	}
	asked_end(engine, &asked);
	note_question(engine, begun);
	return err;
}

/* ---- estimates ---- */

/* Each line with its own amount, as if the tier had no free units. */
static enum err
write_estimate_lines(struct json_out *out, const struct flex_estimate *estimate, int64_t price,
                     struct refusal *refusal)
{
	json_key(out, SPAN("lines"));
	json_array(out);
	for (uint32_t i = 0; i < estimate->lines_count; i++) {
		const struct flex_line *line   = &estimate->lines[i];
		int64_t                 amount = 0;
		enum err                err    = invoice_amount(line->units, price, &amount);
		if (err != ERR_NONE)
			return refuse(refusal, err, line->rate->metric, SPAN(""));
		json_object(out);
		write_line_members(out, line);
		flex_write_decimal(out, SPAN("amount"), amount);
		json_object_end(out);
	}
	json_array_end(out);
	return ERR_NONE;
}

static enum err
write_estimate(struct json_out *out, const struct flex_estimate_ask *ask,
               const struct flex_estimate *estimate, struct refusal *refusal)
{
	const struct catalog_tier *tier = &ask->card->tiers[ask->tier];

	json_object(out);
	json_key_string(out, SPAN("tier"), catalog_tier_name(ask->tier));
	enum err err = write_estimate_lines(out, estimate, ask->unit_price, refusal);
	if (err != ERR_NONE)
		return err;
	flex_write_decimal(out, SPAN("units"), estimate->units);
	flex_write_decimal(out, SPAN("free"), tier->free_units);
	flex_write_decimal(out, SPAN("beyond"), estimate->beyond);
	flex_write_decimal(out, SPAN("unit_price"), ask->unit_price);
	flex_write_decimal(out, SPAN("amount"), estimate->amount);
	json_key_string(out, SPAN("currency"), ask->card->currency);
	json_object_end(out);
	return ERR_NONE;
}

enum err
catalog_estimate(const struct catalog *catalog, struct span json, struct arena *arena,
                 struct span *answer, struct refusal *refusal)
{
	struct flex_estimate_ask ask;
	struct flex_estimate     estimate;
	struct json_out          out;
	enum err                 err = flex_estimate_read(json, catalog, arena, &ask, refusal);
	if (err == ERR_NONE)
		err = flex_estimate(&ask, arena, &estimate, refusal);
	if (err != ERR_NONE)
		return err;
	json_open(&out, arena);
	err = write_estimate(&out, &ask, &estimate, refusal);
	if (err == ERR_NONE)
		*answer = json_close(&out);
	return err;
}

enum err
engine_estimate(const struct engine *engine, struct span json, struct arena *arena,
                struct span *answer, struct refusal *refusal)
{
	return catalog_estimate(engine->catalog, json, arena, answer, refusal);
}
