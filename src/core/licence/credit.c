/* credit.c - draws the credits of builds from blocks, hour by hour (L-50 to L-52).
 *
 * A block holds in the hours of the contract's versions that name it, within its own start
 * and expiry: so what was changed later does not reach back. The free plan's block
 * of a month holds in the hours in which the account has that plan. */
#include "core/licence/credit_int.h"

#include "core/licence/licence_int.h"

/* The hours in which one version lets builds draw from a block. */
struct hold {
	uint32_t                       block;
	const struct contract_credits *row;
	int32_t                        from;
	int32_t                        until;
};

struct drawing {
	const struct credit_question *question;
	struct credit_answer         *answer;
	struct credit_block          *blocks; /* of contracts, then of free months */
	uint32_t                      blocks_count;
	struct hours                 *told; /* of each: the hours of the version that says what
	                                       it is: the last that names it until H */
	struct hold                  *holds;
	uint32_t                      holds_count;
	uint32_t                     *order; /* of the holds: how they are drawn from */
	struct credit_block          *free;  /* of the month in hand; NULL: none */
};

struct span
credit_status_name(enum credit_status status)
{
	static const struct span names[] = {
		[CREDIT_UPCOMING] = { "UPCOMING", 8 },
		[CREDIT_ACTIVE]   = { "ACTIVE", 6 },
		[CREDIT_USED]     = { "USED", 4 },
		[CREDIT_EXPIRED]  = { "EXPIRED", 7 },
	};
	CHECK((unsigned)status <= CREDIT_EXPIRED);
	return names[status];
}

/* ---- blocks and when they hold ---- */

/* From when until when versions[index] is its contract's version, as it was known. */
static struct hours
version_span(const struct credit_question *question, uint32_t index)
{
	const struct contract_version *versions = question->versions;
	const struct contract         *own      = &versions[index].contract;
	struct hours                   hours    = { own->from_hour, INT32_MAX };

	if (versions[index].recorded.ns > question->known.ns)
		return (struct hours){ 0, 0 };
	for (uint32_t i = 0; i < question->versions_count; i++) {
		const struct contract *other = &versions[i].contract;
		if (i == index || versions[i].recorded.ns > question->known.ns ||
		    !span_equal(other->id, own->id))
			continue;
		if (other->from_hour > own->from_hour)
			hours.until = earlier(hours.until, other->from_hour);
		if (other->from_hour == own->from_hour && i > index)
			hours.until = hours.from;
	}
	return hours;
}

static uint32_t
block_index(struct drawing *drawing, struct span contract, struct span id)
{
	for (uint32_t i = 0; i < drawing->blocks_count; i++) {
		if (span_equal(drawing->blocks[i].contract, contract) &&
		    span_equal(drawing->blocks[i].id, id))
			return i;
	}
	drawing->blocks[drawing->blocks_count] =
		(struct credit_block){ .contract = contract, .id = id };
	drawing->told[drawing->blocks_count] = (struct hours){ INT32_MIN, INT32_MIN };
	return drawing->blocks_count++;
}

static void
hold_add(struct drawing *drawing, struct span contract, const struct contract_credits *row,
         struct hours hours)
{
	uint32_t             index = block_index(drawing, contract, row->id);
	struct credit_block *block = &drawing->blocks[index];

	drawing->holds[drawing->holds_count++] = (struct hold){
		.block = index,
		.row   = row,
		.from  = later(row->start_hour, hours.from),
		.until = earlier(row->expiry_hour, hours.until),
	};
	if (hours.from < drawing->told[index].from)
		return;
	drawing->told[index] = hours;
	block->kind          = row->kind;
	block->start_hour    = row->start_hour;
	block->expiry_hour   = row->expiry_hour;
	block->quota         = row->quota;
}

/* Which expires first; of those the older; then by id and contract (L-51). */
static bool
hold_before(const void *context, uint32_t a, uint32_t b)
{
	const struct drawing          *drawing = context;
	const struct contract_credits *one     = drawing->holds[a].row;
	const struct contract_credits *other   = drawing->holds[b].row;

	if (one->expiry_hour != other->expiry_hour)
		return one->expiry_hour < other->expiry_hour;
	if (one->start_hour != other->start_hour)
		return one->start_hour < other->start_hour;
	int order = span_compare(one->id, other->id);
	if (order == 0)
		order = span_compare(drawing->blocks[drawing->holds[a].block].contract,
		                     drawing->blocks[drawing->holds[b].block].contract);
	return order < 0;
}

/* The blocks of every version that holds until H; months is room for as many free ones. */
static void
holds_gather(struct drawing *drawing, uint32_t months, struct arena *arena)
{
	const struct credit_question *question = drawing->question;
	uint32_t                      rows     = 0;

	for (uint32_t i = 0; i < question->versions_count; i++)
		rows += question->versions[i].contract.credits_count;
	drawing->blocks = ARENA_ARRAY(arena, struct credit_block, rows + months);
	drawing->told   = ARENA_ARRAY(arena, struct hours, rows + months);
	drawing->holds  = ARENA_ARRAY(arena, struct hold, rows);
	drawing->order  = ARENA_ARRAY(arena, uint32_t, rows);
	for (uint32_t i = 0; i < question->versions_count; i++) {
		const struct contract *contract = &question->versions[i].contract;
		struct hours           hours    = version_span(question, i);
		if (hours.from >= hours.until || hours.from > question->at_hour)
			continue;
		for (uint32_t row = 0; row < contract->credits_count; row++)
			hold_add(drawing, contract->id, &contract->credits[row], hours);
	}
	for (uint32_t i = 0; i < drawing->holds_count; i++)
		drawing->order[i] = i;
	indices_sort(drawing->order, drawing->holds_count, ARENA_ARRAY(arena, uint32_t, rows),
	             hold_before, drawing);
}

/* ---- the free plan's months ---- */

/* The credits that the account's plan brings in the month of the hour; 0 without. */
static int64_t
free_quota(const struct credit_question *question, int32_t hour)
{
	const struct contract_version *version = NULL;
	const struct catalog_plan     *plan    = NULL;

	if (contract_in_force(question->versions, question->versions_count,
	                      question->catalog->credits.module, hour, question->known, &version))
		plan = catalog_plan_find(question->catalog, version->contract.plan);
	return plan ? plan->credits_a_month : 0;
}

/* drawing->free becomes the block of the hour's month when there is one; hours ascend. */
static void
free_turn(struct drawing *drawing, int32_t hour)
{
	int64_t quota = free_quota(drawing->question, hour);
	int32_t month = month_first_hour(hour);

	if (quota == 0) {
		drawing->free = NULL;
		return;
	}
	uint32_t             count = drawing->blocks_count;
	struct credit_block *last  = &drawing->blocks[count > 0 ? count - 1 : 0];
	if (count == 0 || last->contract.size > 0 || last->start_hour != month) {
		last                 = &drawing->blocks[count];
		drawing->told[count] = (struct hours){ month, INT32_MAX };
		drawing->blocks_count++;
		*last = (struct credit_block){ .kind        = SPAN("FREE"),
			                       .start_hour  = month,
			                       .expiry_hour = month_next_first_hour(hour) };
	}
	last->quota   = quota;
	drawing->free = last;
}

/* ---- drawing ---- */

static int64_t
draw(struct credit_block *block, int64_t quota, int64_t wanted)
{
	int64_t left  = quota > block->used ? quota - block->used : 0;
	int64_t taken = wanted < left ? wanted : left;

	block->used += taken;
	return taken;
}

/* The free block comes before a bought one that expires later, or with it and is younger:
 * at one age it has no id, and nothing sorts before. */
static bool
free_before(const struct credit_block *free, const struct contract_credits *row)
{
	if (free->expiry_hour != row->expiry_hour)
		return free->expiry_hour < row->expiry_hour;
	return free->start_hour <= row->start_hour;
}

/* What of the hour's credits no block covers. */
static int64_t
hour_draw(struct drawing *drawing, int32_t hour, int64_t credits)
{
	int64_t wanted = credits;

	free_turn(drawing, hour);
	struct credit_block *free = drawing->free;
	for (uint32_t i = 0; i < drawing->holds_count && wanted > 0; i++) {
		const struct hold *hold = &drawing->holds[drawing->order[i]];
		if (hour < hold->from || hour >= hold->until)
			continue;
		if (free && free_before(free, hold->row)) {
			wanted -= draw(free, free->quota, wanted);
			free = NULL;
		}
		wanted -= draw(&drawing->blocks[hold->block], hold->row->quota, wanted);
	}
	if (free)
		wanted -= draw(free, free->quota, wanted);
	CHECK(wanted >= 0 && wanted <= credits);
	return wanted;
}

/* ---- the answer ---- */

static void
block_settle(struct drawing *drawing, uint32_t index)
{
	struct credit_block *block = &drawing->blocks[index];
	int32_t              hour  = drawing->question->at_hour;
	bool                 named = drawing->told[index].until > hour;

	if (block->contract.size == 0)
		named = block == drawing->free;
	else if (!named)
		block->expiry_hour = earlier(block->expiry_hour, drawing->told[index].until);
	if (hour < block->start_hour)
		block->status = CREDIT_UPCOMING;
	else if (hour >= block->expiry_hour || !named)
		block->status = CREDIT_EXPIRED;
	else
		block->status = block->used < block->quota ? CREDIT_ACTIVE : CREDIT_USED;
	if (block->status == CREDIT_ACTIVE)
		block->available = block->quota - block->used;
}

static bool
block_before(const void *context, uint32_t a, uint32_t b)
{
	const struct credit_block *blocks = context;

	if (blocks[a].expiry_hour != blocks[b].expiry_hour)
		return blocks[a].expiry_hour < blocks[b].expiry_hour;
	if (blocks[a].start_hour != blocks[b].start_hour)
		return blocks[a].start_hour < blocks[b].start_hour;
	int order = span_compare(blocks[a].id, blocks[b].id);
	return order != 0 ? order < 0 : span_compare(blocks[a].contract, blocks[b].contract) < 0;
}

static void
blocks_answer(struct drawing *drawing, struct arena *arena)
{
	struct credit_answer *answer = drawing->answer;
	uint32_t              count  = drawing->blocks_count;
	uint32_t             *order  = ARENA_ARRAY(arena, uint32_t, count);
	struct credit_block  *blocks = ARENA_ARRAY(arena, struct credit_block, count);

	for (uint32_t i = 0; i < count; i++) {
		block_settle(drawing, i);
		order[i] = i;
	}
	indices_sort(order, count, ARENA_ARRAY(arena, uint32_t, count), block_before,
	             drawing->blocks);
	for (uint32_t i = 0; i < count; i++) {
		blocks[i]         = drawing->blocks[order[i]];
		answer->available = add_capped(answer->available, blocks[i].available);
		if (!answer->next && blocks[i].available > 0)
			answer->next = &blocks[i];
	}
	answer->blocks       = blocks;
	answer->blocks_count = count;
}

/* An hour of use may have a month of its own, and so has H. */
static uint32_t
months_of(const struct credit_hour *hours, uint32_t count)
{
	uint32_t months = 1;

	for (uint32_t i = 0; i < count; i++)
		months += i == 0 || hours[i].hour >= month_next_first_hour(hours[i - 1].hour);
	return months;
}

void
credit_answer(const struct credit_question *question, struct arena *arena,
              struct credit_answer *answer)
{
	struct drawing            drawing = { .question = question, .answer = answer };
	const struct credit_hour *hours;
	uint32_t                  count = credit_hours(question, arena, &hours);

	*answer = (struct credit_answer){ .month_hour = month_first_hour(question->at_hour) };
	holds_gather(&drawing, months_of(hours, count), arena);
	for (uint32_t i = 0; i < count; i++) {
		CHECK(i == 0 || hours[i].hour > hours[i - 1].hour);
		int64_t overage = hour_draw(&drawing, hours[i].hour, hours[i].credits);
		if (hours[i].hour < answer->month_hour)
			continue;
		answer->used    = add_capped(answer->used, hours[i].credits);
		answer->overage = add_capped(answer->overage, overage);
	}
	free_turn(&drawing, question->at_hour);
	blocks_answer(&drawing, arena);
	credit_break_down(question, arena, answer);
}
