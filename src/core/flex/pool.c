/* pool.c - draws the units of each month from free units, pool and overage (F-10 to F-14). */
#include "core/flex/pool.h"

#include "core/flex/flex_int.h"

/* ---- where a contract's use begins ---- */

/* The first hour in [from, until) with a cell of a series of the meter; until when none. */
static int32_t
meter_first_hour(const struct book *book, int32_t meter, int32_t from, int32_t until)
{
	for (uint32_t i = 0; i < book_series_count(book, (uint32_t)meter); i++) {
		int32_t hour;
		if (from < until && series_hours(book_series_at(book, (uint32_t)meter, i), from,
		                                 until, &hour, 1) > 0)
			until = hour;
	}
	return until;
}

/* The first hour in which any rate of any card finds something; H + 1 when none does. Who
 * was a member before the contract is one from its start. */
static int32_t
use_first_hour(const struct flex_question *question, int32_t start_hour)
{
	const struct catalog *catalog  = question->catalog;
	int32_t               earliest = hour_of((struct instant){ INT64_MIN });
	int32_t               first    = question->at_hour + 1;

	for (uint32_t i = 0; question->book && i < catalog->cards_count; i++) {
		const struct catalog_card *card = &catalog->cards[i];
		for (uint32_t j = 0; j < card->rates_count; j++) {
			const struct catalog_rate *rate   = &card->rates[j];
			bool                       before = rate->fold == RATE_MEMBERS;
			int32_t                    from   = before ? earliest : start_hour;
			for (uint32_t k = 0; k < rate->meters_count; k++)
				first = meter_first_hour(question->book, rate->meters[k], from,
				                         first);
		}
	}
	return first > start_hour ? first : start_hour;
}

/* ---- one month ---- */

void
pool_draw(struct flex_pool *pool, int64_t units)
{
	int64_t held = flex_add(pool->opening, pool->topups);

	pool->free_used = units < pool->free ? units : pool->free;
	int64_t rest    = units - pool->free_used;
	int64_t left    = held > 0 ? held : 0;
	pool->drawn     = rest < left ? rest : left;
	pool->overage   = rest - pool->drawn;
	pool->closing   = held - pool->drawn;
	CHECK(pool->drawn >= 0 && pool->overage >= 0);
	CHECK(pool->overage == 0 || pool->closing <= 0);
}

/* The version that holds last in the month up to H, and that hour. */
static const struct contract_version *
month_version(const struct flex_question *question, struct span contract, int32_t month_hour,
              int32_t *hour)
{
	int32_t next = month_next_first_hour(month_hour);
	int32_t end  = question->at_hour < next - 1 ? question->at_hour + 1 : next;

	if (end <= month_hour)
		return NULL;
	return contract_flex_in(question->versions, question->versions_count, contract, month_hour,
	                        end, question->known, hour);
}

/* A month begins with what the one before has left; the contract's first with the commitment.
 * What came to it was dated in this month, or was named first by a version of this month. */
static void
statement_pool(struct flex_walk *walk, int64_t bought, struct flex_statement *statement)
{
	const struct contract      *contract = &statement->version->contract;
	const struct contract_flex *flex     = contract->flex;
	const struct flex_period   *period   = &statement->month.period;
	struct flex_pool           *pool     = &statement->pool;
	bool                        starts   = contract->start_hour >= period->month_hour;

	statement->bought_before = starts ? flex->units : walk->bought;
	statement->use_before    = walk->use;
	pool->opening            = starts ? flex->units : walk->closing;
	pool->topups             = bought - statement->bought_before;
	pool->free = fraction_of(period->fraction, flex->card->tiers[flex->tier].free_units);
	pool_draw(pool, statement->month.units);
	walk->closing = pool->closing;
	walk->bought  = bought;
	walk->use     = flex_add(walk->use, flex_add(pool->drawn, pool->overage));
	CHECK(flex_add(pool->free_used, flex_add(pool->drawn, pool->overage)) ==
	      statement->month.units);
}

/* A month with the version that charges it. */
struct flex_planned {
	const struct contract_version *version;
	struct flex_month              month;
};

static struct flex_use
version_use(const struct flex_question *question, const struct contract *contract)
{
	return (struct flex_use){
		.catalog    = question->catalog,
		.card       = contract->flex->card,
		.tier       = contract->flex->tier,
		.book       = question->book,
		.start_hour = contract->start_hour,
	};
}

static void
statement_make(struct flex_walk *walk, const struct flex_planned *planned,
               struct flex_statement *statement)
{
	const struct contract_flex *flex = planned->version->contract.flex;
	int64_t bought = contract_flex_bought(flex, planned->month.period.until - 1);

	*statement = (struct flex_statement){
		.version = planned->version,
		.use     = version_use(walk->question, &planned->version->contract),
		.month   = planned->month,
	};
	statement_pool(walk, bought, statement);
	statement->overage_amount = flex_amount(statement->pool.overage, flex->overage_price);
	statement->alerts         = flex_alerts(flex->card, bought, walk->use, statement->pool.free,
	                                        statement->month.units);
}

/* ---- what all months used ---- */

static bool
uses_equal(const struct flex_use *a, const struct flex_use *b)
{
	return a->card == b->card && a->tier == b->tier && a->start_hour == b->start_hour;
}

/* The months that one card, tier and start charge, from index on; how many there are. */
static uint32_t
run_count(const struct flex_walk *walk, uint32_t index)
{
	struct flex_use use = version_use(walk->question, &walk->planned[index].version->contract);
	uint32_t        count = 1;

	for (; index + count < walk->planned_count; count++) {
		struct flex_use other = version_use(
			walk->question, &walk->planned[index + count].version->contract);
		if (!uses_equal(&use, &other))
			break;
	}
	return count;
}

static void
runs_count(struct flex_walk *walk, const struct flex_period *periods, struct arena *arena)
{
	struct flex_month *months = ARENA_ARRAY(arena, struct flex_month, walk->planned_count);

	for (uint32_t at = 0; at < walk->planned_count;) {
		uint32_t        count = run_count(walk, at);
		struct flex_use use =
			version_use(walk->question, &walk->planned[at].version->contract);
		flex_months(&use, &periods[at], count, arena, &months[at]);
		at += count;
	}
	for (uint32_t i = 0; i < walk->planned_count; i++)
		walk->planned[i].month = months[i];
}

static void
walk_plan(struct flex_walk *walk, struct arena *arena)
{
	uint32_t room = 0;

	for (int32_t at = walk->month_hour; at <= walk->question->at_hour;
	     at         = month_next_first_hour(at))
                room++;
	walk->planned               = ARENA_ARRAY(arena, struct flex_planned, room);
	struct flex_period *periods = ARENA_ARRAY(arena, struct flex_period, room);
	for (int32_t at = walk->month_hour; at <= walk->question->at_hour;
	     at         = month_next_first_hour(at)) {
		int32_t                        hour;
		const struct contract_version *version =
			month_version(walk->question, walk->contract, at, &hour);
		if (!version)
			continue;
		walk->planned[walk->planned_count].version = version;
		periods[walk->planned_count++] = flex_period_at(version->contract.start_hour,
		                                                version->contract.end_hour, hour);
	}
	runs_count(walk, periods, arena);
}

/* ---- one after the other ---- */

/* What was bought until the month begins, by the version that holds then. */
static int64_t
bought_before(const struct flex_question *question, struct span contract, int32_t month_hour)
{
	int32_t                        hour;
	const struct contract_version *version = contract_flex_in(
		question->versions, question->versions_count, contract,
		month_first_hour(month_hour - 1), month_hour, question->known, &hour);

	return version ? contract_flex_bought(version->contract.flex, hour) : 0;
}

/* The first hour of the contract, by any of its versions. */
static int32_t
contract_first_hour(const struct flex_question *question, struct span contract)
{
	int32_t first = INT32_MAX;

	for (uint32_t i = 0; i < question->versions_count; i++) {
		const struct contract_version *version = &question->versions[i];
		if (version->recorded.ns <= question->known.ns &&
		    span_equal(version->contract.id, contract) &&
		    version->contract.start_hour < first)
			first = version->contract.start_hour;
	}
	return first;
}

void
flex_walk_open(struct flex_walk *walk, const struct flex_question *question, struct span contract,
               int32_t from_hour)
{
	int32_t start = contract_first_hour(question, contract);
	int32_t first = start < question->at_hour ? use_first_hour(question, start) : start;

	if (from_hour < first)
		first = from_hour > start ? from_hour : start;
	*walk = (struct flex_walk){
		.question   = question,
		.contract   = contract,
		.month_hour = month_first_hour(first),
	};
	if (start < walk->month_hour)
		walk->bought = bought_before(question, contract, walk->month_hour);
	walk->closing = walk->bought;
}

bool
flex_walk_next(struct flex_walk *walk, struct arena *arena, struct flex_statement *statement)
{
	if (!walk->planned)
		walk_plan(walk, arena);
	if (walk->next == walk->planned_count)
		return false;
	statement_make(walk, &walk->planned[walk->next++], statement);
	return true;
}

enum err
flex_statement(const struct flex_question *question, struct arena *arena,
               struct flex_statement *statement, struct refusal *refusal)
{
	struct flex_walk               walk;
	int32_t                        hour;
	bool                           found = false;
	int32_t                        month = month_first_hour(question->at_hour);
	const struct contract_version *version =
		month_version(question, question->contract, month, &hour);

	CHECK(question->catalog && arena && statement);
	if (!version)
		return refuse(refusal, ERR_CONTRACT_UNKNOWN, SPAN("month"),
		              SPAN("no Flex contract holds in this month"));
	flex_walk_open(&walk, question, version->contract.id, month);
	while (flex_walk_next(&walk, arena, statement))
		found = true;
	CHECK(found && statement->month.period.month_hour == month);
	return ERR_NONE;
}
