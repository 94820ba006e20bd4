/* close.c - closing a month: every paid Flex contract gets its invoices (F-30, F-33).
 *
 * A few contracts at a time in one commit. Nothing says how far a closing came but the
 * invoices themselves: whoever begins again passes over those that are there. */
#include <stdio.h>

#include "core/flex/invoice_month.h"
#include "edge/sys/memory.h"
#include "engine/close_report.h"
#include "engine/invoice_int.h"

static const struct change CHANGE_BY_CLOCK = { .actor_kind = ACTOR_SYSTEM,
	                                       .actor      = { "invoices", 8 } };

/* ---- months ---- */

enum invoice_state
month_state(const struct engine *engine, int32_t month_hour, int32_t now_hour)
{
	int32_t end   = month_next_first_hour(month_hour);
	int32_t grace = engine->settings.grace_days * HOURS_PER_DAY;

	if (now_hour < end)
		return INVOICE_OPEN;
	return now_hour - end < grace ? INVOICE_CLOSING : INVOICE_ISSUED;
}

int32_t
month_to_close(const struct engine *engine, int32_t now_hour)
{
	int32_t month = month_first_hour(now_hour);

	do
		month = month_first_hour(month - 1);
	while (month_state(engine, month, now_hour) != INVOICE_ISSUED);
	return month;
}

/* ---- all contracts ---- */

struct flex_contracts {
	struct flex_contract *items;
	uint32_t              count;
};

/* Is versions[i] the first of its id that is for Flex? */
static bool
is_first_of_id(const struct account_entry *entry, uint32_t i)
{
	for (uint32_t j = 0; j < i; j++) {
		if (span_equal(entry->versions[j].contract.id, entry->versions[i].contract.id) &&
		    entry->versions[j].contract.model == MODEL_FLEX)
			return false;
	}
	return entry->versions[i].contract.model == MODEL_FLEX;
}

/* Does any version of the contract hold, and is paid, in [from, until)? */
static bool
contract_holds(const struct account_entry *entry, struct span id, int32_t from, int32_t until)
{
	int32_t                        last;
	const struct contract_version *version =
		contract_flex_in(entry->versions, entry->versions_count, id, from, until,
	                         (struct instant){ INT64_MAX }, &last);

	return version != NULL && terms_are_billed(&version->contract);
}

/* Since that hour, is there anything new about what the contract buys, or has a day of it
 * come? */
static bool
contract_is_fresh(const struct account_entry *entry, struct span id, int32_t since)
{
	for (uint32_t i = 0; i < entry->versions_count; i++) {
		const struct contract *contract = &entry->versions[i].contract;
		if (!span_equal(contract->id, id) || !contract->flex)
			continue;
		if (hour_of(entry->versions[i].recorded) >= since || contract->from_hour >= since ||
		    contract->start_hour >= since)
			return true;
		for (uint32_t j = 0; j < contract->flex->topups_count; j++) {
			if (contract->flex->topups[j].at_hour >= since)
				return true;
		}
	}
	return false;
}

static void
entry_contracts(const struct engine *engine, const struct account_entry *entry, int32_t month,
                int32_t before, struct flex_contracts *list)
{
	int32_t until = month_next_first_hour(month);
	int32_t since = atomic_load(&engine->ticked_hour);

	for (uint32_t i = 0; i < entry->versions_count; i++) {
		struct span id = entry->versions[i].contract.id;
		if (!is_first_of_id(entry, i) || !contract_holds(entry, id, FIRST_HOUR, before))
			continue;
		list->items[list->count++] = (struct flex_contract){
			.account    = entry->id,
			.id         = id,
			.holds      = contract_holds(entry, id, month, until),
			.fresh      = contract_is_fresh(entry, id, since),
			.until_hour = month,
		};
	}
}

/* Those that began before that hour, in the order of accounts and puts. Names of accounts and
 * contracts live as long as the engine. */
static void
contracts_list(struct engine *engine, int32_t month, int32_t before, struct arena *arena,
               struct flex_contracts *list)
{
	uint32_t most = 0;

	pthread_rwlock_rdlock(&engine->control_lock);
	for (uint32_t i = 0; i < engine->accounts_count; i++)
		most += engine->accounts[i]->versions_count;
	list->items = ARENA_ARRAY(arena, struct flex_contract, most);
	list->count = 0;
	for (uint32_t i = 0; i < engine->accounts_count; i++)
		entry_contracts(engine, engine->accounts[i], month, before, list);
	pthread_rwlock_unlock(&engine->control_lock);
}

/* ---- closing ---- */

static void
contract_report(struct report *report, const struct flex_contract *contract,
                const struct issuing *issuing, struct arena *arena)
{
	for (uint32_t i = 0; i < issuing->issued.count; i++)
		report_invoice(report, &issuing->issued.items[i], arena);
	report->contracts++;
	report->already += issuing->already;
	if (issuing->why.err != ERR_NONE)
		report_odd(report, contract->account, contract->id, span_of(issuing->why.detail));
}

static enum err
month_refuse(const struct engine *engine, struct span month, int32_t month_hour,
             struct refusal *refusal)
{
	char    detail[REFUSAL_DETAIL_SIZE];
	char    end[INSTANT_SIZE];
	int32_t now   = hour_of(engine_now(engine));
	int32_t hour  = month_next_first_hour(month_hour);
	bool    grace = month_state(engine, month_hour, now) == INVOICE_CLOSING;

	hour_format(hour + (grace ? engine->settings.grace_days * HOURS_PER_DAY : 0), end);
	snprintf(detail, sizeof(detail), "%.*s is %s until %s", (int)month.size, month.at,
	         grace ? "in its days of grace" : "open", end);
	return refuse(refusal, ERR_MONTH_OPEN, SPAN("month"), span_of(detail));
}

static enum err
month_check(struct engine *engine, struct span month, int32_t *month_hour, struct refusal *refusal)
{
	if (month_parse(month, month_hour) != ERR_NONE)
		return refuse(refusal, ERR_TIME_SYNTAX, SPAN("month"),
		              SPAN("month is not a month such as 2026-03"));
	if (month_state(engine, *month_hour, hour_of(engine_now(engine))) != INVOICE_ISSUED)
		return month_refuse(engine, month, *month_hour, refusal);
	return ERR_NONE;
}

/* So many contracts share a commit; report may be NULL. */
enum { CLOSE_BATCH = 32, CLOSE_BATCH_EAGER = 2 };

static enum err
batch_close(struct engine *engine, const struct change *change,
            const struct flex_contract *contracts, uint32_t count, struct report *report,
            struct arena *arena, struct refusal *refusal)
{
	struct issuing *issuing = ARENA_ARRAY(arena, struct issuing, CLOSE_BATCH);
	struct arena    scratch;

	arena_open(&scratch, system_memory());
	enum err err =
		contracts_issue(engine, change, contracts, count, &scratch, issuing, refusal);
	for (uint32_t i = 0; report && i < count && err == ERR_NONE; i++)
		contract_report(report, &contracts[i], &issuing[i], arena);
	arena_close(&scratch);
	return err;
}

static uint32_t
batch_size(const struct engine *engine, const struct flex_contracts *contracts, uint32_t from)
{
	uint32_t most = (uint32_t)engine_pace(engine, CLOSE_BATCH, CLOSE_BATCH_EAGER);
	uint32_t left = contracts->count - from;

	return left < most ? left : most;
}

static enum err
contracts_close(struct engine *engine, const struct change *change,
                const struct flex_contracts *contracts, struct report *report,
                store_progress *progress, void *context, struct arena *arena,
                struct refusal *refusal)
{
	uint32_t count;
	enum err err = ERR_NONE;

	for (uint32_t i = 0; i < contracts->count && err == ERR_NONE; i += count) {
		if (progress && !progress(context, i, contracts->count))
			return refuse(refusal, ERR_STOPPED, SPAN(""),
			              SPAN("stopped; begin again to close the rest"));
		count = batch_size(engine, contracts, i);
		err   = batch_close(engine, change, &contracts->items[i], count, report, arena,
		                    refusal);
	}
	return err;
}

enum err
engine_close_month(struct engine *engine, const struct change *change, struct span month,
                   store_progress *progress, void *context, struct arena *arena,
                   struct span *answer, struct refusal *refusal)
{
	struct flex_contracts contracts;
	struct report         report;
	int32_t               hour;
	bool                  any = false;
	enum err              err = month_check(engine, month, &hour, refusal);

	if (err != ERR_NONE)
		return err;
	contracts_list(engine, hour, month_next_first_hour(hour), arena, &contracts);
	for (uint32_t i = 0; i < contracts.count; i++)
		any = any || contracts.items[i].holds;
	if (!any)
		return refuse(refusal, ERR_CONTRACT_UNKNOWN, SPAN("month"),
		              SPAN("no paid Flex contract holds in this month"));
	report_open(&report, arena);
	err = contracts_close(engine, change, &contracts, &report, progress, context, arena,
	                      refusal);
	if (err == ERR_NONE)
		*answer = report_close(&report, month, arena);
	return err;
}

/* ---- the clockwork ---- */

/* Is anything to be done? Cheap for a contract whose months are all invoiced. One that ended is
 * computed once for each month that is closed; what was bought is looked at when there is
 * anything new about it. */
static enum err
contract_look(struct engine *engine, int32_t month, struct arena *arena,
              struct flex_contract *contract, bool *wanted)
{
	int32_t  newest;
	bool     passed = atomic_load(&engine->closed_month) == month;
	enum err err =
		invoice_newest_month(engine, contract->account, contract->id, arena, &newest);

	if (err != ERR_NONE)
		return err;
	*wanted = true;
	if (newest >= month || (passed && !contract->holds)) {
		contract->until_hour = NO_MONTH;
		*wanted              = contract->fresh;
	}
	return ERR_NONE;
}

/* Those that are wanted move to the front. */
static enum err
contracts_look(struct engine *engine, int32_t month, struct arena *arena,
               struct flex_contracts *contracts)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < contracts->count; i++) {
		bool     wanted;
		enum err err = contract_look(engine, month, arena, &contracts->items[i], &wanted);
		if (err != ERR_NONE)
			return err;
		if (wanted)
			contracts->items[kept++] = contracts->items[i];
	}
	contracts->count = kept;
	return ERR_NONE;
}

enum err
invoices_look(struct engine *engine, struct refusal *refusal)
{
	struct flex_contracts contracts;
	struct arena          arena;
	int32_t               now   = hour_of(engine_now(engine));
	int32_t               month = month_to_close(engine, now);

	if (!engine->settings.issue_by_clock)
		return ERR_NONE;
	arena_open(&arena, system_memory());
	contracts_list(engine, month, now + 1, &arena, &contracts);
	enum err err = contracts_look(engine, month, &arena, &contracts);
	if (err != ERR_NONE)
		err = refuse(refusal, err, SPAN("invoices"), store_complaint(engine->store));
	else
		err = contracts_close(engine, &CHANGE_BY_CLOCK, &contracts, NULL, NULL, NULL,
		                      &arena, refusal);
	arena_close(&arena);
	return err;
}
