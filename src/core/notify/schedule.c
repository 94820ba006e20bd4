/* schedule.c - which notifications are due at a moment, and when a delivery is tried again. */
#include "core/notify/schedule.h"

#include "core/base/calendar.h"
#include "core/base/decimal.h"

struct thresholds
thresholds_default(void)
{
	struct thresholds thresholds;

	for (int kind = 0; kind < NOTICE_COUNT; kind++) {
		thresholds.wanted[kind] = true;
		thresholds.marks[kind]  = notice_marks((enum notice_kind)kind);
	}
	return thresholds;
}

void
notices_add(struct notices *notices, const struct notice *notice)
{
	if (notices->count == notices->capacity) {
		uint32_t       capacity = notices->capacity * 2 + 8;
		struct notice *wider    = ARENA_ARRAY(notices->arena, struct notice, capacity);
		if (notices->count > 0)
			memcpy(wider, notices->items, notices->count * sizeof(*wider));
		notices->items    = wider;
		notices->capacity = capacity;
	}
	notices->items[notices->count++] = *notice;
}

/* ---- contracts ---- */

static struct span
hour_text(int32_t hour, struct arena *arena)
{
	char   text[INSTANT_SIZE];
	size_t size = hour_format(hour, text);
	return arena_copy(arena, (struct span){ text, size });
}

static struct span
month_text(int32_t hour, struct arena *arena)
{
	struct span text = hour_text(hour, arena);
	CHECK(text.size > 7);
	return (struct span){ text.at, 7 };
}

/* Is versions[at] the one of its id that holds last? Of several that begin to hold at one
 * hour, the one recorded last. */
static bool
holds_last(const struct contract_version *versions, uint32_t count, uint32_t at)
{
	const struct contract *mine = &versions[at].contract;

	for (uint32_t i = 0; i < count; i++) {
		const struct contract *other = &versions[i].contract;
		if (i == at || !span_equal(other->id, mine->id))
			continue;
		if (other->from_hour > mine->from_hour ||
		    (other->from_hour == mine->from_hour && i > at))
			return false;
	}
	return true;
}

/* Since which hour this end stands and the contract runs. */
static int32_t
end_known_hour(const struct contract_version *versions, uint32_t count, uint32_t at)
{
	const struct contract *mine  = &versions[at].contract;
	int32_t                known = hour_of(versions[at].recorded);

	for (uint32_t i = 0; i < at && i < count; i++) {
		const struct contract *other = &versions[i].contract;
		if (!span_equal(other->id, mine->id) || other->end_hour != mine->end_hour)
			continue;
		int32_t hour = hour_of(versions[i].recorded);
		known        = hour < known ? hour : known;
	}
	return known > mine->start_hour ? known : mine->start_hour;
}

/* The mark that holds now: the smallest whose moment has come. -1: none. */
static int32_t
mark_reached(const struct marks *marks, int32_t hours_left)
{
	int32_t reached = -1;

	for (uint32_t i = 0; i < marks->count; i++) {
		int32_t mark = marks->mark[i];
		if (hours_left <= mark * HOURS_PER_DAY && (reached < 0 || mark < reached))
			reached = mark;
	}
	return reached;
}

void
schedule_contracts(const struct contract_version *versions, uint32_t count,
                   const struct thresholds *thresholds, struct instant now, struct notices *notices)
{
	int32_t now_hour = hour_of(now);

	for (uint32_t i = 0; i < count; i++) {
		const struct contract *contract = &versions[i].contract;
		bool                   trial    = span_equal(contract->kind, SPAN("TRIAL"));
		enum notice_kind       kind = trial ? NOTICE_TRIAL_ENDING : NOTICE_CONTRACT_ENDING;
		if (!thresholds->wanted[kind] || now_hour >= contract->end_hour ||
		    !holds_last(versions, count, i))
			continue;
		int32_t mark =
			mark_reached(&thresholds->marks[kind], contract->end_hour - now_hour);
		if (mark < 0 ||
		    contract->end_hour - mark * HOURS_PER_DAY < end_known_hour(versions, count, i))
			continue;
		struct notice notice = { .kind     = kind,
			                 .subject  = arena_copy(notices->arena, contract->id),
			                 .period   = hour_text(contract->end_hour, notices->arena),
			                 .mark     = mark,
			                 .end_hour = contract->end_hour };
		notices_add(notices, &notice);
	}
}

/* ---- figures ---- */

void
schedule_figure(const struct notice_figure *figure, const struct thresholds *thresholds,
                int32_t hour, struct notices *notices)
{
	const struct marks *marks = &thresholds->marks[NOTICE_MODULE_OVER];

	if (!thresholds->wanted[NOTICE_MODULE_OVER])
		return;
	for (uint32_t i = 0; i < marks->count; i++) {
		if ((i128)figure->used * 100 <= (i128)figure->owned * marks->mark[i])
			continue;
		struct notice notice = { .kind    = NOTICE_MODULE_OVER,
			                 .subject = arena_copy(notices->arena, figure->module),
			                 .period  = month_text(hour, notices->arena),
			                 .mark    = marks->mark[i],
			                 .used    = figure->used,
			                 .owned   = figure->owned,
			                 .in_millionths = figure->in_millionths,
			                 .unit = arena_copy(notices->arena, figure->unit) };
		notices_add(notices, &notice);
	}
}

void
schedule_credits(int64_t left, int64_t total, const struct thresholds *thresholds, int32_t hour,
                 struct notices *notices)
{
	const struct marks *marks = &thresholds->marks[NOTICE_CREDITS_LOW];

	if (!thresholds->wanted[NOTICE_CREDITS_LOW] || total <= 0)
		return;
	for (uint32_t i = 0; i < marks->count; i++) {
		if ((i128)left * 100 >= (i128)total * marks->mark[i])
			continue;
		struct notice notice = { .kind          = NOTICE_CREDITS_LOW,
			                 .subject       = SPAN("credits"),
			                 .period        = month_text(hour, notices->arena),
			                 .mark          = marks->mark[i],
			                 .used          = left > 0 ? left : 0,
			                 .owned         = total,
			                 .in_millionths = true };
		notices_add(notices, &notice);
	}
}

static struct span
units_detail(int32_t mark, bool is_free)
{
	if (mark >= 100 && is_free)
		return SPAN("The limit is reached. Nothing is blocked, and use beyond it costs "
		            "nothing.");
	if (mark >= 100)
		return SPAN("The limit is reached: further use is billed as overage. Nothing is "
		            "blocked.");
	if (mark >= 90)
		return SPAN("This is near the limit of what was bought.");
	return SPAN("Review the usage and plan capacity.");
}

static bool
mark_crossed(const struct notice_units *units, int32_t mark)
{
	if (units->limit <= 0)
		return units->use > 0 && mark <= 100;
	return (i128)units->use * 100 >= (i128)units->limit * mark;
}

void
schedule_units(const struct notice_units *units, const struct thresholds *thresholds, int32_t hour,
               struct notices *notices)
{
	const struct marks *marks = &thresholds->marks[NOTICE_FLEX_THRESHOLD];
	int32_t             below = INT32_MIN;

	for (bool found = thresholds->wanted[NOTICE_FLEX_THRESHOLD]; found;) {
		/* The lowest above the one before: an account may name them in any order. */
		int32_t mark = INT32_MAX;
		for (uint32_t i = 0; i < marks->count; i++) {
			if (marks->mark[i] > below && marks->mark[i] < mark)
				mark = marks->mark[i];
		}
		found = mark < INT32_MAX && mark_crossed(units, mark);
		below = mark;
		if (!found)
			break;
		struct notice notice = { .kind    = NOTICE_FLEX_THRESHOLD,
			                 .subject = arena_copy(notices->arena, units->contract),
			                 .period  = month_text(hour, notices->arena),
			                 .mark    = mark,
			                 .used    = units->use,
			                 .owned   = units->limit,
			                 .in_millionths = true,
			                 .detail        = units_detail(mark, units->is_free) };
		notices_add(notices, &notice);
	}
}

/* ---- attempts ---- */

/* Seconds after the delivery was created: the example of Standard Webhooks 1.0.0, cut where
 * A-30 gives up. */
static const int32_t ATTEMPT_S[] = { 0, 5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400 };
enum { ATTEMPTS = sizeof(ATTEMPT_S) / sizeof(ATTEMPT_S[0]) };

struct duration
schedule_patience(void)
{
	return (struct duration){ ATTEMPT_S[ATTEMPTS - 1] * NS_PER_SECOND };
}

bool
schedule_attempt(struct instant created, uint32_t attempts, struct instant now,
                 struct duration wait, struct instant *next)
{
	int64_t last_ns   = created.ns + schedule_patience().ns;
	int64_t wanted_ns = now.ns + (wait.ns > 0 ? wait.ns : 0);

	if (attempts == 0) {
		next->ns = wanted_ns > created.ns ? wanted_ns : created.ns;
		return true;
	}
	if (now.ns >= last_ns || wanted_ns > last_ns)
		return false;
	for (int i = 1; i < ATTEMPTS; i++) {
		int64_t at_ns = created.ns + ATTEMPT_S[i] * NS_PER_SECOND;
		if (at_ns <= now.ns)
			continue;
		next->ns = at_ns > wanted_ns ? at_ns : wanted_ns;
		return true;
	}
	return false;
}
