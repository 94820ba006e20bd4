/* licence.c - owned and used of one module at one hour (L-10, L-18, L-19, L-60). */
#include "core/licence/licence.h"

#include "core/base/decimal.h"
#include "core/licence/licence_int.h"

/* Of the year 1, before every hour that can be asked about. */
enum { FIRST_HOUR = -719162 * HOURS_PER_DAY };

/* Without a contract, calendar years. */
static int32_t
contract_year_from(const struct licence_question *question)
{
	return anniversary_first_hour(
		question->contract ? question->contract_start_hour : FIRST_HOUR, question->at_hour);
}

static int32_t
window_from(const struct licence_question *question)
{
	const struct catalog_module *module = question->module;
	int32_t                      hour   = question->at_hour;

	switch (module->window) {
	case WINDOW_ROLLING_DAYS:
		return hour + 1 - module->window_days * HOURS_PER_DAY;
	case WINDOW_MONTH_TO_DATE:
		return month_first_hour(hour);
	case WINDOW_CONTRACT_PERIOD:
		if (!question->contract || !question->contract->spend_yearly)
			return month_first_hour(hour);
		return contract_year_from(question);
	case WINDOW_CONTRACT_YEAR:
		return contract_year_from(question);
	case WINDOW_HOUR:
		return hour;
	}
	CHECK(false);
	return hour;
}

void
evaluation_open(struct evaluation *evaluation, const struct licence_question *question,
                bool with_rows, struct arena *arena)
{
	const struct contract_module *contract = question->contract;

	*evaluation = (struct evaluation){
		.question    = question,
		.arena       = arena,
		.from        = window_from(question),
		.until       = question->at_hour + 1,
		.with_rows   = with_rows,
		.by_instance = contract && contract->model == MODEL_SERVICE_INSTANCES,
		.amounts     = question->module->owned.of == OWNED_SPEND,
	};
	CHECK(evaluation->from < evaluation->until);
	CHECK(evaluation->until - evaluation->from <= BOOK_WINDOW_HOURS_MAX);

	uint32_t hours      = (uint32_t)(evaluation->until - evaluation->from);
	evaluation->sums    = ARENA_ARRAY(arena, int64_t, hours);
	evaluation->values  = ARENA_ARRAY(arena, int64_t, hours);
	evaluation->present = ARENA_ARRAY(arena, uint64_t, (hours + 63) / 64);
}

/* A number that was not given is nothing owned. */
static int64_t
given(int64_t number)
{
	return number < 0 ? 0 : number;
}

static int64_t
owned_by_developers(const struct catalog_owned *owned, const struct contract_module *contract)
{
	if (owned->of == OWNED_SPEND)
		return given(contract->spend);
	return given(contract->developers) * owned->times / owned->per +
	       (owned->addon ? given(contract->addon) : 0);
}

static int64_t
owned_of(const struct catalog_module *module, const struct contract_module *contract)
{
	if (!contract)
		return 0;
	switch (contract->model) {
	case MODEL_DEVELOPER_360:
		return owned_by_developers(&module->owned, contract);
	case MODEL_SERVICES:
		return given(contract->services);
	case MODEL_SERVICE_INSTANCES:
		return given(contract->instances);
	case MODEL_LEGACY_USER:
	case MODEL_FLEX:
		return 0;
	}
	CHECK(false);
	return 0;
}

static void
answer_compare(struct licence_answer *answer)
{
	if (!answer->compared)
		return;
	if (answer->used > answer->owned)
		answer->over = answer->used - answer->owned;
	if (answer->owned > 0)
		answer->percent_hundredths = percent_hundredths(answer->used, answer->owned);
	else if (answer->used > 0)
		answer->percent_hundredths = 10000;
}

/* What a figure is broken down into adds up to its part. */
static void
by_check(const struct licence_answer *answer)
{
	int64_t sums[CATALOG_RULES_MAX] = { 0 };

	for (uint32_t i = 0; i < answer->by_count; i++) {
		ptrdiff_t part = answer->by[i].rule - answer->parts[0].rule;
		CHECK(part >= 0 && part < answer->parts_count);
		sums[part] = add_capped(sums[part], answer->by[i].quantity);
	}
	for (uint32_t i = 0; i < answer->parts_count; i++) {
		const struct licence_part *part = &answer->parts[i];
		CHECK(part->rule->by == RULE_BY_NOTHING || sums[i] == part->quantity);
	}
}

/* Rows and parts add up to the figure, always (L-61). */
static void
answer_check(const struct licence_answer *answer)
{
	int64_t row_licences[CATALOG_RULES_MAX] = { 0 };
	int64_t row_counts[CATALOG_RULES_MAX]   = { 0 };
	int64_t used                            = 0;

	for (uint32_t i = 0; i < answer->rows_count; i++) {
		const struct licence_row *row  = &answer->rows[i];
		ptrdiff_t                 part = row->rule - answer->parts[0].rule;
		CHECK(part >= 0 && part < answer->parts_count);
		row_licences[part] = add_capped(row_licences[part], row->licences);
		row_counts[part]++;
	}
	for (uint32_t i = 0; i < answer->parts_count; i++) {
		const struct licence_part *part = &answer->parts[i];
		used                            = add_capped(used, part->licences);
		if (!answer->rows || part->rule->row_kind.size == 0)
			continue;
		CHECK(row_counts[i] == part->keys);
		CHECK(!part->has_keys || row_licences[i] == part->licences);
	}
	CHECK(used == answer->used);
	if (answer->rows)
		by_check(answer);
}

static void
answer_parts(struct evaluation *evaluation, struct licence_answer *answer)
{
	const struct licence_question *question = evaluation->question;
	const struct catalog_module   *module   = question->module;
	struct licence_part           *parts =
		ARENA_ARRAY(evaluation->arena, struct licence_part, module->rules_count);

	for (uint32_t i = 0; i < module->rules_count; i++) {
		rule_evaluate(evaluation, &question->catalog->rules[module->rules_first + i],
		              &parts[i]);
		answer->used    = add_capped(answer->used, parts[i].licences);
		answer->present = answer->present || parts[i].keys > 0 || parts[i].quantity > 0;
	}
	answer->parts       = parts;
	answer->parts_count = module->rules_count;
}

bool
licence_figure_fits(const struct catalog_module *figure, const struct contract_module *contract)
{
	bool by_committers = contract && contract->by_committers;

	return figure->when == WHEN_ALWAYS || by_committers == (figure->when == WHEN_COMMITTERS);
}

bool
licence_owned(const struct catalog_module *figure, const struct contract_module *contract,
              int64_t *owned)
{
	if (!contract || contract->model == MODEL_LEGACY_USER ||
	    !licence_figure_fits(figure, contract))
		return false;
	*owned = owned_of(figure, contract);
	return true;
}

void
licence_answer(const struct licence_question *question, bool with_rows, struct arena *arena,
               struct licence_answer *answer)
{
	const struct contract_module *contract = question->contract;
	struct evaluation             evaluation;

	CHECK(question->catalog && question->module && arena && answer);
	CHECK(!contract || span_equal(contract->module, question->module->name));
	evaluation_open(&evaluation, question, with_rows, arena);
	*answer = (struct licence_answer){
		.present      = contract != NULL,
		.compared     = !contract || contract->model != MODEL_LEGACY_USER,
		.has_model    = contract != NULL,
		.model        = contract ? contract->model : MODEL_DEVELOPER_360,
		.unit         = evaluation.by_instance ? SPAN("instance") : question->module->unit,
		.amounts      = evaluation.amounts,
		.owned        = owned_of(question->module, contract),
		.window_from  = evaluation.from,
		.window_until = evaluation.until,
	};
	answer_parts(&evaluation, answer);
	answer_compare(answer);
	if (with_rows) {
		rows_sort(&evaluation);
		answer->rows       = evaluation.rows;
		answer->rows_count = evaluation.rows_count;
		answer->by         = evaluation.by;
		answer->by_count   = evaluation.by_count;
	}
	answer_check(answer);
}
