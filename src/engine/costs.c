/* costs.c - spend and build credits as rows of FOCUS, the FinOps Open Cost and Usage
 * Specification 1.2 (L-53). */
#include "core/base/decimal.h"
#include "core/base/limit.h"
#include "core/licence/cost.h"
#include "engine/ask_int.h"

enum focus {
#define FOCUS_ROW(id, name, what) FOCUS_##id,
#include "focus.def"
#undef FOCUS_ROW
	FOCUS_COUNT
};

static const struct span FOCUS_NAMES[FOCUS_COUNT] = {
#define FOCUS_ROW(id, name, what) { name, sizeof(name) - 1 },
#include "focus.def"
#undef FOCUS_ROW
};

/* The cells of one row; at is NULL where the column has nothing. */
struct cells {
	struct span of[FOCUS_COUNT];
};

struct costs {
	struct licence_question *asked;
	struct arena            *arena;
};

/* ---- values as text ---- */

static struct span
decimal_text(struct arena *arena, int64_t millionths)
{
	char   text[DECIMAL_SIZE];
	size_t size = decimal_format(millionths, text);

	return arena_copy(arena, (struct span){ text, size });
}

static struct span
int_text(struct arena *arena, int64_t value)
{
	struct text text;

	text_open(&text, arena);
	text_add_int(&text, value);
	return text_span(&text);
}

static struct span
hour_text(struct arena *arena, int32_t hour)
{
	char   text[INSTANT_SIZE];
	size_t size = hour_format(hour, text);

	return arena_copy(arena, (struct span){ text, size });
}

static struct span
words(struct arena *arena, struct span a, struct span between, struct span b)
{
	struct text text;

	text_open(&text, arena);
	text_add(&text, a);
	if (a.size > 0 && b.size > 0)
		text_add(&text, between);
	text_add(&text, b);
	return text_span(&text);
}

/* ---- cells ---- */

static void
cells_of_account(const struct costs *costs, const struct cost_row *row, struct cells *cells)
{
	const struct account *account = costs->asked->account;
	struct span           name    = costs->asked->catalog->name;
	struct span           module  = row->module ? row->module->name : SPAN("");

	cells->of[FOCUS_BILLING_ACCOUNT_ID] = account->id;
	cells->of[FOCUS_BILLING_ACCOUNT_NAME] =
		account->name.size > 0 ? account->name : account->id;
	cells->of[FOCUS_BILLING_CURRENCY] = account->currency;
	cells->of[FOCUS_PROVIDER]         = name;
	cells->of[FOCUS_PUBLISHER]        = name;
	cells->of[FOCUS_INVOICE_ISSUER]   = name;
	cells->of[FOCUS_MODULE]           = module;
	cells->of[FOCUS_SERVICE_NAME]     = row->module ? row->module->title : name;
	cells->of[FOCUS_CHARGE_CATEGORY]  = SPAN("Usage");
	cells->of[FOCUS_CHARGE_FREQUENCY] = SPAN("Usage-Based");
	cells->of[FOCUS_PRICING_CATEGORY] = SPAN("Standard");
}

static void
cells_of_times(struct arena *arena, const struct cost_row *row, struct cells *cells)
{
	cells->of[FOCUS_BILLING_PERIOD_START] = hour_text(arena, month_first_hour(row->from));
	cells->of[FOCUS_BILLING_PERIOD_END]   = hour_text(arena, month_next_first_hour(row->from));
	cells->of[FOCUS_CHARGE_PERIOD_START]  = hour_text(arena, row->from);
	cells->of[FOCUS_CHARGE_PERIOD_END]    = hour_text(arena, row->until);
}

/* Each cost is quantity times unit price, in both currencies. */
static void
cells_of_costs(struct cells *cells, struct span cost, struct span price)
{
	cells->of[FOCUS_BILLED_COST]           = cost;
	cells->of[FOCUS_EFFECTIVE_COST]        = cost;
	cells->of[FOCUS_LIST_COST]             = cost;
	cells->of[FOCUS_CONTRACTED_COST]       = cost;
	cells->of[FOCUS_LIST_UNIT_PRICE]       = price;
	cells->of[FOCUS_CONTRACTED_UNIT_PRICE] = price;
}

static void
cells_of_pricing(struct cells *cells, struct span currency, struct span price, struct span cost)
{
	cells->of[FOCUS_PRICING_CURRENCY]         = currency;
	cells->of[FOCUS_PRICING_LIST_PRICE]       = price;
	cells->of[FOCUS_PRICING_CONTRACTED_PRICE] = price;
	cells->of[FOCUS_PRICING_EFFECTIVE_COST]   = cost;
}

static void
cells_of_quantity(struct cells *cells, struct span quantity, struct span unit)
{
	cells->of[FOCUS_CONSUMED_QUANTITY] = quantity;
	cells->of[FOCUS_PRICING_QUANTITY]  = quantity;
	cells->of[FOCUS_CONSUMED_UNIT]     = unit;
	cells->of[FOCUS_PRICING_UNIT]      = unit;
}

/* What is known of cloud spend is the amount alone: so it is the quantity, at 1 each. */
static void
cells_of_spend(const struct costs *costs, const struct cost_row *row, struct cells *cells)
{
	struct span currency = costs->asked->account->currency;
	struct span amount   = decimal_text(costs->arena, row->amount);

	cells_of_costs(cells, amount, SPAN("1"));
	cells_of_pricing(cells, currency, SPAN("1"), amount);
	cells_of_quantity(cells, amount, currency);
	cells->of[FOCUS_SERVICE_CATEGORY]    = SPAN("Management and Governance");
	cells->of[FOCUS_SERVICE_SUBCATEGORY] = SPAN("Cost Management");
	cells->of[FOCUS_SUB_ACCOUNT_ID]      = row->id;
	cells->of[FOCUS_SKU_ID]              = row->item;
	cells->of[FOCUS_CHARGE_DESCRIPTION] =
		words(costs->arena, SPAN("Cloud spend under management"), SPAN(": "), row->item);
}

/* Builds are priced in credits, and a credit has no price in money that we know of. */
static void
cells_of_builds(const struct costs *costs, const struct cost_row *row, struct cells *cells)
{
	struct arena *arena   = costs->arena;
	struct span   machine = words(arena, row->id, SPAN(" "), row->item);
	struct span   price   = int_text(arena, row->credits_per_minute);

	cells_of_costs(cells, SPAN("0"), SPAN("0"));
	cells_of_pricing(cells, SPAN("Credits"), price, int_text(arena, row->credits));
	cells_of_quantity(cells, int_text(arena, row->minutes), SPAN("Minutes"));
	cells->of[FOCUS_SERVICE_CATEGORY]    = SPAN("Developer Tools");
	cells->of[FOCUS_SERVICE_SUBCATEGORY] = SPAN("Continuous Integration and Deployment");
	cells->of[FOCUS_SUB_ACCOUNT_ID]      = words(arena, row->org, SPAN("/"), row->project);
	cells->of[FOCUS_ORG]                 = row->org;
	cells->of[FOCUS_PROJECT]             = row->project;
	cells->of[FOCUS_SKU_ID]              = machine;
	cells->of[FOCUS_CHARGE_DESCRIPTION] =
		words(arena, SPAN("Hosted build minutes"), SPAN(": "), machine);
}

static void
write_cost(struct json_out *out, const struct costs *costs, const struct cost_row *row)
{
	struct cells cells = { .of = { { NULL, 0 } } };

	cells_of_account(costs, row, &cells);
	cells_of_times(costs->arena, row, &cells);
	if (row->kind == COST_SPEND)
		cells_of_spend(costs, row, &cells);
	else
		cells_of_builds(costs, row, &cells);
	json_object(out);
	for (uint32_t i = 0; i < FOCUS_COUNT; i++) {
		json_key(out, FOCUS_NAMES[i]);
		if (cells.of[i].size > 0)
			json_string(out, cells.of[i]);
		else
			json_null(out);
	}
	json_object_end(out);
}

/* ---- the question ---- */

/* from: a date's first hour, or the hour of a moment; without, the first of to's month. */
static enum err
from_hour(struct engine *engine, struct span text, int32_t last, int32_t *from,
          struct refusal *refusal)
{
	int32_t first;
	*from = month_first_hour(last);
	enum err err =
		text.size > 0 ? moment_hour(engine, SPAN("from"), text, from, refusal) : ERR_NONE;
	if (err == ERR_NONE && date_parse(text, &first) == ERR_NONE)
		*from = first;
	return err;
}

static enum err
costs_range(struct engine *engine, const struct question *question, struct cost_question *cost,
            struct refusal *refusal)
{
	int32_t from, last;

	enum err err = moment_hour(engine, SPAN("to"), question->to, &last, refusal);
	if (err == ERR_NONE)
		err = from_hour(engine, question->from, last, &from, refusal);
	if (err != ERR_NONE)
		return err;
	if (last < from)
		return refuse(refusal, ERR_QUESTION, SPAN("to"), SPAN("to lies before from"));
	if (last - from >= LIMIT_COST_DAYS * HOURS_PER_DAY)
		return refuse(refusal, ERR_QUESTION, SPAN("to"),
		              SPAN("costs are asked for at most 366 days"));
	cost->from  = from;
	cost->until = last + 1;
	return ERR_NONE;
}

static void
write_totals(struct json_out *out, const struct cost_answer *answer)
{
	json_key(out, SPAN("totals"));
	json_object(out);
	json_key(out, SPAN("spend"));
	json_decimal(out, answer->amount);
	json_key_int(out, SPAN("minutes"), answer->minutes);
	json_key_int(out, SPAN("credits"), answer->credits);
	json_object_end(out);
}

static void
write_costs(struct json_out *out, const struct costs *costs, const struct cost_answer *answer,
            const struct question *question, uint32_t offset)
{
	uint32_t count = answer->rows_count;
	uint32_t limit = question->limit > 0 ? question->limit : LIMIT_COST_ROWS;
	uint32_t first = offset < count ? offset : count;
	uint32_t end   = limit < count - first ? first + limit : count;

	json_key(out, SPAN("costs"));
	json_array(out);
	for (uint32_t i = first; i < end; i++)
		write_cost(out, costs, &answer->rows[i]);
	json_array_end(out);
	if (end < count)
		json_key_string(out, SPAN("next"), int_text(costs->arena, end));
}

static enum err
answer_write(struct json_out *out, struct asked *asked, const struct question *question,
             struct cost_question *cost, struct arena *arena, struct refusal *refusal)
{
	struct costs       costs = { &asked->licence, arena };
	struct cost_answer answer;
	uint32_t           offset = 0;

	cost->catalog = asked->licence.catalog;
	cost->book    = asked->licence.book;
	enum err err  = cursor_offset(question->cursor, &offset, refusal);
	if (err == ERR_NONE && cost_answer(cost, arena, &answer) != ERR_NONE)
		err = refuse(refusal, ERR_QUESTION, SPAN("from"),
		             SPAN("the range has more than 100000 rows: ask for a shorter one"));
	if (err != ERR_NONE)
		return err;
	json_open(out, arena);
	json_object(out);
	json_key_string(out, SPAN("account"), question->account);
	json_key_hour(out, SPAN("from"), cost->from);
	json_key_hour(out, SPAN("to"), cost->until);
	json_key_string(out, SPAN("currency"), asked->licence.account->currency);
	json_key_string(out, SPAN("focus"), SPAN("1.2"));
	write_totals(out, &answer);
	write_costs(out, &costs, &answer, question, offset);
	json_object_end(out);
	return ERR_NONE;
}

enum err
engine_costs(struct engine *engine, const struct question *question, struct arena *arena,
             struct span *answer, struct refusal *refusal)
{
	uint64_t             begun = clock_ns();
	struct asked         asked;
	struct json_out      out;
	struct cost_question cost = { .rows_max = LIMIT_COST_ROWS };
	enum err             err  = costs_range(engine, question, &cost, refusal);
	if (err == ERR_NONE)
		err = asked_begin(engine, question, &asked, refusal);
	if (err != ERR_NONE)
		return err;
	err = answer_write(&out, &asked, question, &cost, arena, refusal);
	asked_end(engine, &asked);
	if (err != ERR_NONE)
		return err;
	*answer = json_close(&out);
	note_question(engine, begun);
	return ERR_NONE;
}
